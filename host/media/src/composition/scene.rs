//! A composition made ready: every path parsed, every text set, every picture decoded. What may fail fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

use kinora_domain::documents::{Composition, Content, Layer, Paint, Property, Shadow, Stroke};
use tiny_skia::{LineCap, LineJoin, Path, PathBuilder, Rect, Transform};

use super::check;
use super::ink::Ink;
use super::motion;
use super::raster::{self, Part, Pixels, Raster, Shape};
use super::{path, text};
use crate::colour;
use crate::error::MediaError;
use crate::fonts::Fonts;
use crate::picture;

/// Files of images, by handle.
pub(crate) type Blobs = BTreeMap<String, PathBuf>;

/// A composition made ready to be drawn.
pub(crate) struct Scene {
    pub width: u32,
    pub height: u32,
    pub frames: u32,
    /// `None` for a transparent canvas.
    pub background: Option<Raster>,
    pub layers: Vec<Drawn>,
    /// What does not stop the drawing but should be told.
    pub warnings: BTreeSet<String>,
}

/// A layer made ready.
pub(crate) struct Drawn {
    pub layer: Layer,
    /// `None` if it never shows anything.
    pub shape: Option<Shape>,
}

impl Scene {
    /// Checks a composition and makes it ready.
    ///
    /// # Errors
    /// [`MediaError::InvalidComposition`] with the layer (from 1), [`MediaError::NoFonts`], [`MediaError::Picture`].
    pub fn new(composition: &Composition, blobs: &Blobs, fonts: &Mutex<Fonts>) -> Result<Self, MediaError> {
        check::check(composition).map_err(MediaError::composition)?;
        let mut maker = Maker { blobs, fonts, warnings: BTreeSet::new(), pixels: 0 };
        let mut layers = Vec::with_capacity(composition.layers.len());
        for (index, layer) in composition.layers.iter().enumerate() {
            let shape = maker.shape(layer).map_err(|failure| match failure {
                Failure::Told(told) => MediaError::composition(format!("layer {}: {told}", index + 1)),
                Failure::Media(error) => error,
            })?;
            layers.push(Drawn { layer: layer.clone(), shape });
        }
        let background = match &composition.background {
            None => None,
            Some(paint) => Some(background(paint, composition)?),
        };
        Ok(Scene {
            width: composition.width,
            height: composition.height,
            frames: composition.frames,
            background,
            layers,
            warnings: maker.warnings,
        })
    }

    /// Draws one frame as RGBA with straight alpha, at full colour resolution.
    pub fn rgba(&self, frame: u32) -> Vec<u8> {
        let mut canvas = vec![[0.0f32; 4]; self.width as usize * self.height as usize];
        let mut lay = |raster: &Raster, opacity: f32| {
            let width = raster.width as usize;
            for row in 0..raster.height as usize {
                let start = (raster.y as usize + row) * self.width as usize + raster.x as usize;
                for column in 0..width {
                    let index = row * width + column;
                    let colour = match &raster.pixels {
                        Pixels::Solid { colour, coverage } => {
                            let share = f32::from(coverage[index]) / 255.0;
                            colour.premultiplied().map(|c| c * share)
                        }
                        Pixels::Mixed { colours, .. } => colours[index],
                    };
                    let below = &mut canvas[start + column];
                    let keep = 1.0 - colour[3] * opacity;
                    for (b, c) in below.iter_mut().zip(colour) {
                        *b = *b * keep + c * opacity;
                    }
                }
            }
        };
        if let Some(background) = &self.background {
            lay(background, 1.0);
        }
        for drawn in &self.layers {
            let state = motion::state(&drawn.layer, frame);
            let shape = drawn.shape.as_ref().filter(|_| state.opacity > 0.0);
            if let Some(shape) = shape
                && let Some(raster) = raster::draw(shape, &state.place, (self.width, self.height))
            {
                lay(&raster, state.opacity);
            }
        }
        let mut out = Vec::with_capacity(canvas.len() * 4);
        for (index, [r, g, b, a]) in canvas.into_iter().enumerate() {
            let threshold = colour::dither(index as u32 % self.width, index as u32 / self.width);
            let byte = |value: f32| colour::quantise(value.clamp(0.0, 1.0) * 255.0, threshold);
            let straight = if a > 0.0 { [r / a, g / a, b / a] } else { [0.0; 3] };
            out.extend(straight.map(byte));
            out.push(byte(a));
        }
        out
    }
}

fn background(paint: &Paint, composition: &Composition) -> Result<Raster, MediaError> {
    let (width, height) = (composition.width, composition.height);
    let mixed = match Ink::new(paint).map_err(MediaError::composition)? {
        Ink::Solid(colour) => Pixels::Solid { colour, coverage: vec![255; width as usize * height as usize] },
        Ink::Gradient(gradient) => {
            let mut colours = vec![[0.0; 4]; width as usize * height as usize];
            for (y, row) in colours.chunks_exact_mut(width as usize).enumerate() {
                gradient.row(&Transform::identity(), 0.0, y as f32, row);
            }
            Pixels::Mixed { colours, dither: true }
        }
    };
    Ok(Raster { x: 0, y: 0, width, height, pixels: mixed })
}

enum Failure {
    Told(String),
    Media(MediaError),
}

impl From<String> for Failure {
    fn from(told: String) -> Self {
        Failure::Told(told)
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        Failure::Media(error)
    }
}

/// The most pixels of all pictures of a composition together: they are held in floating point, 16 bytes each.
const MAX_PICTURE_PIXELS: usize = 48_000_000;

struct Maker<'a> {
    blobs: &'a Blobs,
    fonts: &'a Mutex<Fonts>,
    warnings: BTreeSet<String>,
    pixels: usize,
}

impl Maker<'_> {
    fn shape(&mut self, layer: &Layer) -> Result<Option<Shape>, Failure> {
        let largest = largest_scale(layer);
        match &layer.content {
            Content::Rect { width, height, radius, fill, stroke } => {
                let outline = rounded(*width, *height, *radius);
                Ok(surface(outline, fill.as_ref(), stroke.as_ref(), largest)?)
            }
            Content::Ellipse { rx, ry, fill, stroke } => {
                let outline = Rect::from_ltrb(-rx, -ry, *rx, *ry).and_then(PathBuilder::from_oval);
                Ok(surface(outline, fill.as_ref(), stroke.as_ref(), largest)?)
            }
            Content::Path { d, fill, stroke } => Ok(surface(path::parse(d)?, fill.as_ref(), stroke.as_ref(), largest)?),
            Content::Text {
                text,
                width,
                height,
                size,
                min_size,
                weight,
                family,
                align,
                vertical_align,
                color,
                shadow,
            } => {
                let spec = text::Spec {
                    text,
                    width: *width,
                    height: *height,
                    size: *size,
                    min_size: *min_size,
                    weight: *weight,
                    family: *family,
                    align: *align,
                    vertical_align: *vertical_align,
                };
                self.text(&spec, color, shadow.as_ref())
            }
            Content::Image { blob, width, height } => self.image(blob, *width, *height, largest),
        }
    }

    fn text(&mut self, spec: &text::Spec<'_>, color: &str, shadow: Option<&Shadow>) -> Result<Option<Shape>, Failure> {
        let block = {
            // A panic while shaping would have ended the render; the fonts behind the lock are still whole.
            let mut fonts = self.fonts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            text::set(&mut fonts, spec)?
        };
        if !block.missing.is_empty() {
            let missing: Vec<&str> = block.missing.iter().map(String::as_str).take(12).collect();
            self.warnings.insert(format!("no font has a glyph for \"{}\"", missing.concat()));
        }
        let Some(area) = centred(spec.width, spec.height) else { return Ok(None) };
        let mut parts = Vec::new();
        if let Some(outline) = block.outline {
            if let Some(shadow) = shadow {
                parts.push(Part::Shadow {
                    path: outline.clone(),
                    colour: colour::parse(&shadow.color)?,
                    // A blur of b pixels reaches about b pixels far: two standard deviations.
                    blur: shadow.blur / 2.0,
                    dx: shadow.dx,
                    dy: shadow.dy,
                });
            }
            parts.push(Part::Fill { path: outline, ink: Ink::Solid(colour::parse(color)?) });
        }
        parts.extend(block.stamps.iter().filter_map(raster::stamp));
        if parts.is_empty() {
            return Ok(None);
        }
        // Letters stay in their box; the shadow, where there is one, is clipped well outside it.
        Ok(Some(Shape { parts, area, clipped: shadow.is_none() }))
    }

    fn image(&mut self, blob: &str, width: f32, height: f32, largest: f32) -> Result<Option<Shape>, Failure> {
        let Some(area) = centred(width, height) else { return Ok(None) };
        let file = self.blobs.get(blob).ok_or_else(|| {
            let shown: String = blob.chars().take(80).collect();
            format!("its blob \"{shown}\" was not given; hand its file over with the job")
        })?;
        let (pixels, w, h) = picture::cover(file, width * largest, height * largest)?;
        self.pixels += pixels.len();
        if self.pixels > MAX_PICTURE_PIXELS {
            return Err(Failure::Told(format!(
                "its picture makes more than {MAX_PICTURE_PIXELS} pixels in all; use fewer or smaller ones"
            )));
        }
        Ok(Some(Shape { parts: vec![Part::Picture { pixels, width: w, height: h, at: area }], area, clipped: false }))
    }
}

/// The largest magnification a layer reaches.
fn largest_scale(layer: &Layer) -> f32 {
    let keys = layer.tracks.iter().filter(|track| track.property == Property::Scale);
    let scales = keys.flat_map(|track| track.keys.iter().map(|key| key.value));
    scales.fold(layer.scale, f32::max).max(0.01)
}

fn centred(width: f32, height: f32) -> Option<Rect> {
    if width <= 0.0 || height <= 0.0 {
        return None;
    }
    Rect::from_ltrb(-width / 2.0, -height / 2.0, width / 2.0, height / 2.0)
}

/// Distance of the control points of a cubic that comes closest to a quarter of a circle.
const KAPPA: f32 = 0.552_284_8;

fn rounded(width: f32, height: f32, radius: f32) -> Option<Path> {
    let rect = centred(width, height)?;
    let r = radius.min(width / 2.0).min(height / 2.0);
    if r <= 0.0 {
        return Some(PathBuilder::from_rect(rect));
    }
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let k = r * (1.0 - KAPPA);
    let mut b = PathBuilder::new();
    b.move_to(left + r, top);
    b.line_to(right - r, top);
    b.cubic_to(right - k, top, right, top + k, right, top + r);
    b.line_to(right, bottom - r);
    b.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    b.line_to(left + r, bottom);
    b.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    b.line_to(left, top + r);
    b.cubic_to(left, top + k, left + k, top, left + r, top);
    b.close();
    b.finish()
}

/// An outline with its inside and its stroke.
fn surface(
    outline: Option<Path>,
    fill: Option<&Paint>,
    stroke: Option<&Stroke>,
    largest: f32,
) -> Result<Option<Shape>, String> {
    let Some(outline) = outline else { return Ok(None) };
    let mut area = outline.bounds();
    let mut parts = Vec::new();
    let stroke = match stroke.filter(|stroke| stroke.width > 0.0) {
        None => None,
        Some(stroke) => {
            let style = tiny_skia::Stroke {
                width: stroke.width,
                line_cap: LineCap::Round,
                line_join: LineJoin::Round,
                ..tiny_skia::Stroke::default()
            };
            // Curves are flattened finely enough for the largest size they are drawn in.
            let path = outline.stroke(&style, largest.max(1.0));
            path.map(|path| Ok::<_, String>((path, Ink::new(&stroke.paint)?))).transpose()?
        }
    };
    if let Some(fill) = fill {
        parts.push(Part::Fill { path: outline, ink: Ink::new(fill)? });
    }
    if let Some((path, ink)) = stroke {
        area = area.join(&path.bounds()).unwrap_or(area);
        parts.push(Part::Fill { path, ink });
    }
    parts.retain(|part| !matches!(part, Part::Fill { ink, .. } if ink.is_clear()));
    Ok((!parts.is_empty()).then_some(Shape { parts, area, clipped: false }))
}
