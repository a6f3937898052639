//! Draws one layer into a small picture of its own, just as large as what is seen of it.
//!
//! A layer of one colour becomes a coverage mask, one byte a pixel; anything else becomes premultiplied colours in
//! floating point. Neither knows the film's pixel format: [`crate::planes`] turns them into it.

use tiny_skia::{FillRule, Mask, Path, PathBuilder, Point, Rect, Transform};

use super::blur;
use super::ink::Ink;
use super::motion::Place;
use super::text::Stamp;
use crate::colour::Rgba;

/// A layer's content, made ready to be drawn at any place.
#[derive(Debug)]
pub(crate) struct Shape {
    /// Drawn in this order.
    pub parts: Vec<Part>,
    /// The content's box, in its own coordinates; reveals and clips relate to it.
    pub area: Rect,
    /// Nothing is drawn outside the box.
    pub clipped: bool,
}

/// One of the things a layer is made of.
#[derive(Debug)]
pub(crate) enum Part {
    /// A filled outline.
    Fill { path: Path, ink: Ink },
    /// A soft shadow of an outline, which may leave the box.
    Shadow { path: Path, colour: Rgba, blur: f32, dx: f32, dy: f32 },
    /// A picture: premultiplied colours, drawn into a rectangle of the content's coordinates.
    Picture { pixels: Vec<[f32; 4]>, width: u32, height: u32, at: Rect },
}

/// A drawn layer. Its corner and its sides are even, and it lies within the canvas.
#[derive(Debug)]
pub(crate) struct Raster {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub pixels: Pixels,
}

#[derive(Debug)]
pub(crate) enum Pixels {
    /// One colour, and how much each pixel is covered.
    Solid { colour: Rgba, coverage: Vec<u8> },
    /// Premultiplied colours.
    Mixed { colours: Vec<[f32; 4]>, dither: bool },
}

/// Draws a shape. `None` if nothing of it is seen.
pub(crate) fn draw(shape: &Shape, place: &Place, canvas: (u32, u32)) -> Option<Raster> {
    if place.scale <= 0.0 || place.reveal_right <= 0.0 || place.reveal_up <= 0.0 {
        return None;
    }
    let transform = Transform::from_translate(place.x, place.y)
        .pre_concat(Transform::from_rotate(place.rotation))
        .pre_scale(place.scale, place.scale);
    let inverse = transform.invert()?;
    let clip = clip(shape, place);
    let frame = frame(shape, &transform, clip.as_ref(), canvas)?;
    let tile = Tile { transform, inverse, frame };

    // A single fill of one colour needs no colour arithmetic at all.
    if let [Part::Fill { path, ink: Ink::Solid(colour) }] = shape.parts.as_slice() {
        let mut mask = tile.mask()?;
        tile.fill(&mut mask, path);
        if let Some(clip) = clip {
            tile.intersect(&mut mask, clip);
        }
        return Some(tile.raster(Pixels::Solid { colour: *colour, coverage: mask.take() }));
    }

    let mut colours = vec![[0.0f32; 4]; tile.len()];
    let mut dither = false;
    for part in &shape.parts {
        dither |= tile.part(part, place.scale, &mut colours)?;
    }
    if let Some(clip) = clip {
        let mut mask = tile.mask()?;
        tile.fill(&mut mask, &PathBuilder::from_rect(clip));
        for (colour, cover) in colours.iter_mut().zip(mask.data()) {
            if *cover < 255 {
                let share = f32::from(*cover) / 255.0;
                *colour = colour.map(|c| c * share);
            }
        }
    }
    Some(tile.raster(Pixels::Mixed { colours, dither }))
}

/// The part of the content's coordinates that may be seen, where that is bounded.
fn clip(shape: &Shape, place: &Place) -> Option<Rect> {
    let area = shape.area;
    if place.reveal_right >= 1.0 && place.reveal_up >= 1.0 {
        return shape.clipped.then_some(area);
    }
    // What stands out of the box (a shadow) is revealed with the side it stands out of.
    let out = if shape.clipped { 0.0 } else { 256.0 };
    let right =
        if place.reveal_right >= 1.0 { area.right() + out } else { area.left() + area.width() * place.reveal_right };
    let top = if place.reveal_up >= 1.0 { area.top() - out } else { area.bottom() - area.height() * place.reveal_up };
    Rect::from_ltrb(area.left() - out, top, right.max(area.left() - out), (area.bottom() + out).max(top))
}

#[derive(Clone, Copy)]
struct Frame {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
}

/// The even-sided part of the canvas that the shape touches.
fn frame(shape: &Shape, transform: &Transform, clip: Option<&Rect>, canvas: (u32, u32)) -> Option<Frame> {
    let mut bounds: Option<Rect> = None;
    for part in &shape.parts {
        let part = match part {
            Part::Fill { path, .. } => path.bounds(),
            Part::Picture { at, .. } => *at,
            Part::Shadow { path, blur, dx, dy, .. } => {
                let reach = blur * 3.0 + 1.0;
                let b = path.bounds();
                Rect::from_ltrb(
                    b.left() - reach + dx,
                    b.top() - reach + dy,
                    b.right() + reach + dx,
                    b.bottom() + reach + dy,
                )?
            }
        };
        bounds = match bounds {
            None => Some(part),
            Some(bounds) => bounds.join(&part).or(Some(bounds)),
        };
    }
    let mut bounds = bounds?;
    if let Some(clip) = clip {
        bounds = bounds.intersect(clip)?;
    }
    // Corner by corner: a turned box is larger than its sides.
    let mut corners = [
        Point::from_xy(bounds.left(), bounds.top()),
        Point::from_xy(bounds.right(), bounds.top()),
        Point::from_xy(bounds.left(), bounds.bottom()),
        Point::from_xy(bounds.right(), bounds.bottom()),
    ];
    transform.map_points(&mut corners);
    let least = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::INFINITY, f32::min);
    let most = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::NEG_INFINITY, f32::max);
    // Two pixels of margin keep antialiasing and the wider chroma filter within.
    let low = |value: f32| ((value - 2.0).max(0.0) as u32) & !1;
    let high = |value: f32, side: u32| ((value + 3.0).clamp(0.0, side as f32) as u32 + 1) & !1;
    let (x, y) = (low(least(|p| p.x)), low(least(|p| p.y)));
    let right = high(most(|p| p.x), canvas.0).min(canvas.0);
    let bottom = high(most(|p| p.y), canvas.1).min(canvas.1);
    (x < right && y < bottom).then(|| Frame { x, y, width: right - x, height: bottom - y })
}

struct Tile {
    transform: Transform,
    inverse: Transform,
    frame: Frame,
}

impl Tile {
    fn len(&self) -> usize {
        self.frame.width as usize * self.frame.height as usize
    }

    fn raster(&self, pixels: Pixels) -> Raster {
        let Frame { x, y, width, height } = self.frame;
        Raster { x, y, width, height, pixels }
    }

    fn mask(&self) -> Option<Mask> {
        Mask::new(self.frame.width, self.frame.height)
    }

    /// From the content's coordinates to the tile's pixels.
    fn local(&self) -> Transform {
        self.transform.post_translate(-(self.frame.x as f32), -(self.frame.y as f32))
    }

    fn fill(&self, mask: &mut Mask, path: &Path) {
        mask.fill_path(path, FillRule::Winding, true, self.local());
    }

    fn intersect(&self, mask: &mut Mask, clip: Rect) {
        mask.intersect_path(&PathBuilder::from_rect(clip), FillRule::Winding, true, self.local());
    }

    /// Draws a part over what is there; says whether its colours change from pixel to pixel.
    fn part(&self, part: &Part, scale: f32, colours: &mut [[f32; 4]]) -> Option<bool> {
        let width = self.frame.width as usize;
        match part {
            Part::Fill { path, ink } => {
                let mut mask = self.mask()?;
                self.fill(&mut mask, path);
                match ink {
                    Ink::Solid(colour) => {
                        let colour = colour.premultiplied();
                        for (below, cover) in colours.iter_mut().zip(mask.data()) {
                            if *cover > 0 {
                                over(below, colour, f32::from(*cover) / 255.0);
                            }
                        }
                        Some(false)
                    }
                    Ink::Gradient(gradient) => {
                        let mut row = vec![[0.0; 4]; width];
                        let rows = colours.chunks_exact_mut(width).zip(mask.data().chunks_exact(width));
                        for (index, (below, cover)) in rows.enumerate() {
                            let y = self.frame.y as f32 + index as f32;
                            gradient.row(&self.inverse, self.frame.x as f32, y, &mut row);
                            for ((below, colour), cover) in below.iter_mut().zip(&row).zip(cover) {
                                if *cover > 0 {
                                    over(below, *colour, f32::from(*cover) / 255.0);
                                }
                            }
                        }
                        Some(true)
                    }
                }
            }
            Part::Shadow { path, colour, blur, dx, dy } => {
                let mut mask = self.mask()?;
                let local = self.local().pre_translate(*dx, *dy);
                mask.fill_path(path, FillRule::Winding, true, local);
                let mut cover: Vec<f32> = mask.data().iter().map(|c| f32::from(*c) / 255.0).collect();
                blur::soften(&mut cover, width, blur * scale);
                let colour = colour.premultiplied();
                for (below, cover) in colours.iter_mut().zip(&cover) {
                    over(below, colour, *cover);
                }
                Some(*blur > 0.0)
            }
            Part::Picture { pixels, width: w, height: h, at } => {
                self.picture(pixels, (*w, *h), at, colours);
                Some(true)
            }
        }
    }

    /// Bilinear; the picture has about the size it is drawn in, so nothing is lost between its pixels.
    fn picture(&self, pixels: &[[f32; 4]], (w, h): (u32, u32), at: &Rect, colours: &mut [[f32; 4]]) {
        let (per_x, per_y) = (w as f32 / at.width().max(1e-3), h as f32 / at.height().max(1e-3));
        let pixel = |x: i64, y: i64| -> [f32; 4] {
            let (x, y) = (x.clamp(0, i64::from(w) - 1), y.clamp(0, i64::from(h) - 1));
            pixels.get(y as usize * w as usize + x as usize).copied().unwrap_or_default()
        };
        let mut points = vec![Point::zero(); self.frame.width as usize];
        for (row, line) in colours.chunks_exact_mut(self.frame.width as usize).enumerate() {
            for (column, point) in points.iter_mut().enumerate() {
                *point = Point::from_xy(
                    (self.frame.x as usize + column) as f32 + 0.5,
                    (self.frame.y as usize + row) as f32 + 0.5,
                );
            }
            self.inverse.map_points(&mut points);
            for (below, point) in line.iter_mut().zip(&points) {
                // How much of the pixel lies within the picture: soft over one pixel of its edge.
                let (px, py) = ((point.x - at.left()) * per_x, (point.y - at.top()) * per_y);
                let inside = |p: f32, side: f32| (p + 0.5).min(side - p + 0.5).clamp(0.0, 1.0);
                let cover = inside(px, w as f32) * inside(py, h as f32);
                if cover <= 0.0 {
                    continue;
                }
                let (fx, fy) = (px - 0.5, py - 0.5);
                let (x, y) = (fx.floor(), fy.floor());
                let (tx, ty) = (fx - x, fy - y);
                let (x, y) = (x as i64, y as i64);
                let (a, b, c, d) = (pixel(x, y), pixel(x + 1, y), pixel(x, y + 1), pixel(x + 1, y + 1));
                let colour = std::array::from_fn(|i| {
                    let top = a[i] + (b[i] - a[i]) * tx;
                    let bottom = c[i] + (d[i] - c[i]) * tx;
                    top + (bottom - top) * ty
                });
                over(below, colour, cover);
            }
        }
    }
}

#[inline(always)]
fn over(below: &mut [f32; 4], colour: [f32; 4], cover: f32) {
    let keep = 1.0 - colour[3] * cover;
    for (b, c) in below.iter_mut().zip(colour) {
        *b = *b * keep + c * cover;
    }
}

/// A stamp as a part.
pub(crate) fn stamp(stamp: &Stamp) -> Option<Part> {
    let pixels = stamp
        .pixels
        .chunks_exact(4)
        .map(|p| {
            let [r, g, b, a] = [p[0], p[1], p[2], p[3]].map(|v| f32::from(v) / 255.0);
            Rgba { r, g, b, a }.premultiplied()
        })
        .collect();
    let at = Rect::from_xywh(stamp.x, stamp.y, stamp.width as f32, stamp.height as f32)?;
    Some(Part::Picture { pixels, width: stamp.width, height: stamp.height, at })
}
