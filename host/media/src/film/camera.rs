//! A picture under a moving camera (Ken Burns), or at rest.
//!
//! The picture is decoded, cropped to what the move sees, scaled once to what its closest view needs, and turned into
//! planes; black bars become part of it. Each frame is then one resize per plane with a crop box in floating point: no jitter, and every edge of the
//! box moves in one direction only.

use std::path::Path;

use fast_image_resize::Resizer;
use fast_image_resize::pixels::{U8, U8x3};
use kinora_domain::film::{Fit, Motion, View};

use crate::error::MediaError;
use crate::picture;
use crate::planes::{self, Frame};

/// The closest a camera comes; beyond, a picture is nothing but a blur.
const MAX_ZOOM: f64 = 16.0;
/// What a camera at rest looks at.
const ALL: View = View { x: 0.5, y: 0.5, zoom: 1.0 };

/// A picture, a move, and what scaling needs.
pub(crate) struct Camera {
    source: Frame,
    from: Crop,
    to: Crop,
    frames: u32,
    resizer: Resizer,
    /// What was drawn last, for a camera that rests.
    last: Option<Crop>,
    still: Frame,
}

/// A part of the source in its pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crop {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Crop {
    /// What a view sees of a picture, held within its edges.
    fn of(view: View, (width, height): (f64, f64), aspect: f64) -> Self {
        let zoom = if view.zoom.is_finite() { view.zoom.clamp(1.0, MAX_ZOOM) } else { 1.0 };
        let middle = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.5 };
        let (fit_w, fit_h) = if width / height > aspect { (height * aspect, height) } else { (width, width / aspect) };
        let (w, h) = (fit_w / zoom, fit_h / zoom);
        Crop {
            left: (middle(view.x) * width - w / 2.0).clamp(0.0, width - w),
            top: (middle(view.y) * height - h / 2.0).clamp(0.0, height - h),
            width: w,
            height: h,
        }
    }

    /// Each edge on a straight way, so that none turns back.
    fn between(self, other: Self, t: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * t;
        Crop {
            left: mix(self.left, other.left),
            top: mix(self.top, other.top),
            width: mix(self.width, other.width),
            height: mix(self.height, other.height),
        }
    }

    fn scaled(self, left: f64, top: f64, x: f64, y: f64) -> Self {
        Crop { left: (self.left - left) * x, top: (self.top - top) * y, width: self.width * x, height: self.height * y }
    }
}

impl Camera {
    /// Prepares a picture for a move of so many frames at a size.
    ///
    /// # Errors
    /// [`MediaError::Picture`].
    pub fn new(
        path: &Path,
        motion: Option<Motion>,
        fit: Fit,
        frames: u32,
        (width, height): (u32, u32),
    ) -> Result<Self, MediaError> {
        let refuse = |told: String| MediaError::Picture { path: path.into(), reason: told };
        let picture = picture::flat(picture::decode(path)?);
        let (own_w, own_h) = (f64::from(picture.width()), f64::from(picture.height()));
        let aspect = f64::from(width) / f64::from(height);
        // What the camera looks at: the picture, or the picture with its bars.
        let (full_w, full_h) = match fit {
            Fit::Cover => (own_w, own_h),
            Fit::Contain => (own_w.max(own_h * aspect), own_h.max(own_w / aspect)),
        };
        let bars = ((full_w - own_w) / 2.0, (full_h - own_h) / 2.0);
        let motion = motion.unwrap_or(Motion { from: ALL, to: ALL });
        let from = Crop::of(motion.from, (full_w, full_h), aspect);
        let to = Crop::of(motion.to, (full_w, full_h), aspect);

        // All that is ever seen, with a margin for the filter.
        let margin = 4.0 * (from.width.max(to.width) / f64::from(width)).max(1.0);
        let left = (from.left.min(to.left) - margin).max(0.0);
        let top = (from.top.min(to.top) - margin).max(0.0);
        let right = ((from.left + from.width).max(to.left + to.width) + margin).min(full_w);
        let bottom = ((from.top + from.height).max(to.top + to.height) + margin).min(full_h);
        // So many pixels that the closest view has one for each of the film's; never more than there are. The edges of
        // bars are to be sharp in the widest view all the same, but never more than a picture may have.
        let most = (picture::MAX_PIXELS as f64 / ((right - left) * (bottom - top))).sqrt();
        let sharp = if fit == Fit::Contain { f64::from(width) / from.width.max(to.width) } else { 0.0 };
        let needed = (f64::from(width) / from.width.min(to.width)).min(1.0).max(sharp).min(most);
        let even = |side: f64| ((side * needed / 2.0).round().max(1.0) * 2.0) as u32;
        let (scaled_w, scaled_h) = (even(right - left), even(bottom - top));
        let (x, y) = (f64::from(scaled_w) / (right - left), f64::from(scaled_h) / (bottom - top));

        // Where the picture lies in it; its edges are those of pairs of pixels, which share their chroma.
        let edge = |at: f64, scale: f64, most: u32| (((at * scale / 2.0).round().max(0.0) * 2.0) as u32).min(most);
        let place_x = (edge(bars.0 - left, x, scaled_w), edge(bars.0 + own_w - left, x, scaled_w));
        let place_y = (edge(bars.1 - top, y, scaled_h), edge(bars.1 + own_h - top, y, scaled_h));
        let (placed_w, placed_h) = (place_x.1.saturating_sub(place_x.0), place_y.1.saturating_sub(place_y.0));
        let mut resizer = Resizer::new();
        let mut scaled = vec![0; placed_w as usize * placed_h as usize * 3];
        if !scaled.is_empty() {
            let (crop_x, crop_y) = ((left - bars.0).clamp(0.0, own_w), (top - bars.1).clamp(0.0, own_h));
            let (crop_w, crop_h) = ((right - bars.0).min(own_w) - crop_x, (bottom - bars.1).min(own_h) - crop_y);
            let options = picture::options().crop(crop_x, crop_y, crop_w, crop_h);
            let source = (picture.as_raw().as_slice(), picture.width(), picture.height());
            let target = (scaled.as_mut_slice(), placed_w, placed_h);
            picture::resize::<U8x3>(&mut resizer, source, target, &options).map_err(refuse)?;
        }
        drop(picture);
        if (placed_w, placed_h) != (scaled_w, scaled_h) {
            scaled = framed(&scaled, placed_w, (place_x.0, place_y.0), (scaled_w, scaled_h));
        }
        let source = planes::from_rgb(&scaled, scaled_w as usize, scaled_h as usize);
        Ok(Camera {
            source,
            from: from.scaled(left, top, x, y),
            to: to.scaled(left, top, x, y),
            frames,
            resizer,
            last: None,
            still: Frame::new(width, height),
        })
    }

    /// Where the camera looks at a frame.
    pub fn crop(&self, frame: u32) -> Crop {
        let last = self.frames.saturating_sub(1).max(1);
        let t = f64::from(frame.min(last)) / f64::from(last);
        // From rest to rest, without the hurry of a cubic in the middle.
        let eased = (1.0 - (std::f64::consts::PI * t).cos()) / 2.0;
        self.from.between(self.to, eased)
    }

    /// Draws a frame.
    pub fn draw(&mut self, frame: u32, out: &mut Frame) {
        let crop = self.crop(frame);
        if self.last == Some(crop) {
            out.copy_from(&self.still);
            return;
        }
        let (sw, sh) = (self.source.width, self.source.height);
        let (w, h) = (out.width, out.height);
        let half = chroma(crop, (w, h));
        let (sy, su, sv) = self.source.planes();
        let (y, u, v) = out.planes_mut();
        let resizer = &mut self.resizer;
        resize(resizer, (sy, sw, sh), (y, w, h), crop);
        resize(resizer, (su, sw / 2, sh / 2), (u, w / 2, h / 2), half);
        resize(resizer, (sv, sw / 2, sh / 2), (v, w / 2, h / 2), half);
        // Remembered only where it will be used again: by a camera that rests.
        if self.from == self.to {
            self.still.copy_from(out);
            self.last = Some(crop);
        }
    }
}

/// A picture of a width at a place on black.
fn framed(picture: &[u8], width: u32, (x, y): (u32, u32), (full_w, full_h): (u32, u32)) -> Vec<u8> {
    let (stride, line, start) = (full_w as usize * 3, width as usize * 3, x as usize * 3);
    let mut out = vec![0; stride * full_h as usize];
    if line > 0 {
        for (to, from) in out.chunks_exact_mut(stride).skip(y as usize).zip(picture.chunks_exact(line)) {
            to[start..start + line].copy_from_slice(from);
        }
    }
    out
}

/// The same part in the chroma planes. Their samples sit at the left of each pair of pixels, in the source as in the
/// frame, so that the box of a magnified picture begins a little further right than half of luma's.
fn chroma(crop: Crop, (width, _): (usize, usize)) -> Crop {
    let step = crop.width / width as f64;
    Crop {
        left: crop.left / 2.0 + (1.0 - step) / 4.0,
        top: crop.top / 2.0,
        width: crop.width / 2.0,
        height: crop.height / 2.0,
    }
}

type Plane<'a> = (&'a [u8], usize, usize);

fn resize(resizer: &mut Resizer, (from, fw, fh): Plane<'_>, (to, tw, th): (&mut [u8], usize, usize), crop: Crop) {
    let width = crop.width.min(fw as f64);
    let height = crop.height.min(fh as f64);
    let left = crop.left.clamp(0.0, fw as f64 - width);
    let top = crop.top.clamp(0.0, fh as f64 - height);
    let options = picture::options().crop(left, top, width, height);
    let (source, target) = ((from, fw as u32, fh as u32), (to, tw as u32, th as u32));
    if let Err(error) = picture::resize::<U8>(resizer, source, target, &options) {
        // The sizes were checked above; a failure here is a defect, and a frame is better than a crash.
        tracing::error!(%error, "a picture could not be scaled");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera(motion: Motion, size: (u32, u32), frames: u32) -> Camera {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ramp.png");
        // A ramp from left to right: the value of a pixel tells where in the picture it comes from.
        image::RgbImage::from_fn(size.0, size.1, |x, _| image::Rgb([(x * 255 / size.0) as u8; 3])).save(&path).unwrap();
        Camera::new(&path, Some(motion), Fit::Cover, frames, (640, 360)).unwrap()
    }

    fn view(x: f64, y: f64, zoom: f64) -> View {
        View { x, y, zoom }
    }

    #[test]
    fn no_edge_of_the_view_ever_steps_backwards() {
        let motion = Motion { from: view(0.3, 0.6, 1.0), to: view(0.8, 0.2, 1.4) };
        let camera = camera(motion, (1600, 1200), 150);
        let edges = |frame| {
            let c = camera.crop(frame);
            [c.left, c.top, -(c.left + c.width), -(c.top + c.height)]
        };
        let signs = std::array::from_fn::<_, 4, _>(|i| (edges(149)[i] - edges(0)[i]).signum());
        for frame in 1..150 {
            for (i, sign) in signs.iter().enumerate() {
                let step = (edges(frame)[i] - edges(frame - 1)[i]) * sign;
                // An edge that rests may tremble by a rounding of f64, a billionth of a pixel.
                assert!(step >= -1e-9, "edge {i} of frame {frame} went back by {step}");
            }
        }
        let speed = |frame: u32| (edges(frame)[0] - edges(frame - 1)[0]).abs();
        assert!(speed(1) < speed(75) / 10.0, "it does not begin at rest");
        assert!(speed(149) < speed(75) / 10.0, "it does not end at rest");
    }

    #[test]
    fn a_zoom_into_a_ramp_is_seen_to_move_in_one_direction_only() {
        let motion = Motion { from: view(0.5, 0.5, 1.0), to: view(0.5, 0.5, 1.3) };
        let mut camera = camera(motion, (1280, 720), 90);
        let mut frame = Frame::new(640, 360);
        let mut last = None;
        for index in 0..90 {
            camera.draw(index, &mut frame);
            // Left of the middle a zoom in makes the ramp brighter; means over rows and columns show less than a
            // hundredth of a pixel.
            let mean: f64 = (0..360)
                .flat_map(|row| frame.data[row * 640 + 20..row * 640 + 200].iter())
                .map(|v| f64::from(*v))
                .sum();
            if let Some(last) = last {
                assert!(mean >= last, "frame {index} stepped back by {}", last - mean);
            }
            last = Some(mean);
        }
    }

    #[test]
    fn a_contained_picture_lies_in_the_middle_between_black_bars() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("white.png");
        for (size, (left, top)) in [((300, 300), (140, 0)), ((101, 101), (140, 0)), ((1000, 200), (0, 116))] {
            image::RgbImage::from_pixel(size.0, size.1, image::Rgb([255; 3])).save(&path).unwrap();
            let mut camera = Camera::new(&path, None, Fit::Contain, 5, (640, 360)).unwrap();
            let mut frame = Frame::new(640, 360);
            camera.draw(3, &mut frame);
            let at = |x: usize, y: usize| frame.data[y * 640 + x];
            assert_eq!((at(320, 180), at(left + 4, top + 4), at(635 - left, 355 - top)), (235, 235, 235), "{size:?}");
            if left > 0 {
                assert_eq!((at(left - 6, 180), at(645 - left, 180)), (16, 16), "{size:?}");
            } else {
                assert_eq!((at(320, top - 6), at(320, 365 - top)), (16, 16), "{size:?}");
            }
        }
    }

    #[test]
    fn a_camera_that_looks_at_nothing_but_a_bar_sees_black() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("strip.png");
        image::RgbImage::from_pixel(2000, 20, image::Rgb([255; 3])).save(&path).unwrap();
        let motion = Motion { from: view(0.1, 0.0, 16.0), to: view(0.9, 0.0, 16.0) };
        let mut camera = Camera::new(&path, Some(motion), Fit::Contain, 5, (640, 360)).unwrap();
        let mut frame = Frame::new(640, 360);
        camera.draw(2, &mut frame);
        assert_eq!(frame, Frame::new(640, 360));
    }

    #[test]
    fn a_view_beyond_the_picture_is_held_within_it() {
        let wild = Motion { from: view(-3.0, 9.0, 0.1), to: view(f64::NAN, 0.5, f64::INFINITY) };
        let camera = camera(wild, (400, 900), 10);
        for frame in 0..10 {
            let c = camera.crop(frame);
            assert!(c.left >= -1e-6 && c.top >= -1e-6);
            assert!(c.left + c.width <= camera.source.width as f64 + 1e-6);
            assert!(c.top + c.height <= camera.source.height as f64 + 1e-6);
        }
    }
}
