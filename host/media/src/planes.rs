//! Frames in the encoder's own format: planar YUV 4:2:0, BT.709, limited range, chroma sited at the left, and patches
//! that are blended into them.
//!
//! Everything that is drawn becomes this format once; after that a frame costs a few integer operations per pixel that
//! really changes, eight or more of them at a time.

use crate::colour;
use crate::composition::raster::{Pixels, Raster};

/// One frame. Its three planes lie behind one another, ready to be piped.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Frame {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

impl Frame {
    /// A black frame; sides in pixels, even.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let mut data = vec![16; width * height];
        data.resize(width * height * 3 / 2, 128);
        Frame { width, height, data }
    }

    /// The planes Y, U, V.
    pub fn planes(&self) -> (&[u8], &[u8], &[u8]) {
        let luma = self.width * self.height;
        let (y, chroma) = self.data.split_at(luma);
        let (u, v) = chroma.split_at(luma / 4);
        (y, u, v)
    }

    /// The planes Y, U, V.
    pub fn planes_mut(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let luma = self.width * self.height;
        let (y, chroma) = self.data.split_at_mut(luma);
        let (u, v) = chroma.split_at_mut(luma / 4);
        (y, u, v)
    }

    /// Takes on the content of a frame of the same size.
    pub fn copy_from(&mut self, other: &Frame) {
        self.data.copy_from_slice(&other.data);
    }

    /// Makes the frame black.
    pub fn clear(&mut self) {
        let luma = self.width * self.height;
        let (y, chroma) = self.data.split_at_mut(luma);
        y.fill(16);
        chroma.fill(128);
    }

    /// Mixes the frame with the one that follows it: 0 leaves it, 256 replaces it.
    pub fn mix(&mut self, next: &Frame, weight: u16) {
        let weight = weight.min(256);
        for (a, b) in self.data.iter_mut().zip(&next.data) {
            // At most 255·256 + 128: it fits, and so the compiler handles 16 bytes at a time.
            *a = ((u16::from(*a) * (256 - weight) + u16::from(*b) * weight + 128) >> 8) as u8;
        }
    }

    /// Lays a patch over the frame.
    pub fn blend(&mut self, patch: &Patch, opacity: f32) {
        let opacity = (opacity * 255.0).round() as u16;
        if opacity == 0 {
            return;
        }
        let stride = self.width;
        let (y, u, v) = self.planes_mut();
        let half = (patch.x / 2, patch.y / 2, patch.width / 2);
        let full = (patch.x, patch.y, patch.width);
        match &patch.ink {
            Colours::Solid([cy, cu, cv]) => {
                blend_solid(y, stride, full, *cy, &patch.alpha, opacity);
                blend_solid(u, stride / 2, half, *cu, &patch.chroma_alpha, opacity);
                blend_solid(v, stride / 2, half, *cv, &patch.chroma_alpha, opacity);
            }
            Colours::Planes { y: py, u: pu, v: pv } => {
                blend_plane(y, stride, full, py, &patch.alpha, opacity);
                blend_plane(u, stride / 2, half, pu, &patch.chroma_alpha, opacity);
                blend_plane(v, stride / 2, half, pv, &patch.chroma_alpha, opacity);
            }
        }
    }
}

/// x·y/255, rounded, for x and y up to 255.
#[inline(always)]
fn scale(x: u16, y: u16) -> u16 {
    let product = x * y + 128;
    (product + (product >> 8)) >> 8
}

/// Where `below` shows through by 255 − alpha.
#[inline(always)]
fn lay(below: u8, above: u8, alpha: u16) -> u8 {
    let sum = u16::from(below) * (255 - alpha) + u16::from(above) * alpha + 128;
    ((sum + (sum >> 8)) >> 8) as u8
}

type Area = (usize, usize, usize);

fn blend_solid(plane: &mut [u8], stride: usize, (x, y, width): Area, colour: u8, alpha: &[u8], opacity: u16) {
    for (row, alpha) in alpha.chunks_exact(width).enumerate() {
        let start = (y + row) * stride + x;
        let Some(line) = plane.get_mut(start..start + width) else { return };
        for (below, alpha) in line.iter_mut().zip(alpha) {
            *below = lay(*below, colour, scale(u16::from(*alpha), opacity));
        }
    }
}

fn blend_plane(plane: &mut [u8], stride: usize, (x, y, width): Area, colours: &[u8], alpha: &[u8], opacity: u16) {
    for (row, (alpha, colours)) in alpha.chunks_exact(width).zip(colours.chunks_exact(width)).enumerate() {
        let start = (y + row) * stride + x;
        let Some(line) = plane.get_mut(start..start + width) else { return };
        for ((below, colour), alpha) in line.iter_mut().zip(colours).zip(alpha) {
            *below = lay(*below, *colour, scale(u16::from(*alpha), opacity));
        }
    }
}

/// A small picture with alpha, in the frame's format. Its corner and its sides are even.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Patch {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub ink: Colours,
    /// At luma's resolution.
    pub alpha: Vec<u8>,
    /// At chroma's resolution.
    pub chroma_alpha: Vec<u8>,
}

/// The colours of a patch; not premultiplied.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Colours {
    Solid([u8; 3]),
    Planes { y: Vec<u8>, u: Vec<u8>, v: Vec<u8> },
}

impl Patch {
    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        let planes = match self.ink {
            Colours::Solid(_) => 1,
            Colours::Planes { .. } => 2,
        };
        planes * self.width * self.height * 3 / 2
    }

    /// Turns a drawn layer into the frame's format.
    pub fn from_raster(raster: &Raster) -> Self {
        let (width, height) = (raster.width as usize, raster.height as usize);
        let (ink, alpha, chroma_alpha) = match &raster.pixels {
            Pixels::Solid { colour, coverage } => {
                let share = (colour.a * 255.0).round() as u16;
                let alpha: Vec<u8> = coverage.iter().map(|c| scale(u16::from(*c), share) as u8).collect();
                let chroma = chroma_coverage(&alpha, width);
                (Colours::Solid(colour::yuv(*colour)), alpha, chroma)
            }
            Pixels::Mixed { colours, dither } => {
                let at = (raster.x, raster.y);
                let (y, alpha) = luma_plane(colours, width, at, *dither);
                let (u, v, chroma) = chroma_planes(colours, width, at, *dither);
                (Colours::Planes { y, u, v }, alpha, chroma)
            }
        };
        Patch { x: raster.x as usize, y: raster.y as usize, width, height, ink, alpha, chroma_alpha }
    }

    /// Lays several patches, the lowest first, with their opacities, over one another.
    pub fn flatten(patches: &[(&Patch, f32)]) -> Option<Patch> {
        let left = patches.iter().map(|(p, _)| p.x).min()?;
        let top = patches.iter().map(|(p, _)| p.y).min()?;
        let right = patches.iter().map(|(p, _)| p.x + p.width).max()?;
        let bottom = patches.iter().map(|(p, _)| p.y + p.height).max()?;
        let (width, height) = (right - left, bottom - top);
        let mut y = Stack::new(width, height);
        let (mut u, mut v) = (Stack::new(width / 2, height / 2), Stack::new(width / 2, height / 2));
        for (patch, opacity) in patches {
            let at = (patch.x - left, patch.y - top, patch.width);
            let half = (at.0 / 2, at.1 / 2, at.2 / 2);
            match &patch.ink {
                Colours::Solid([cy, cu, cv]) => {
                    y.lay(at, |_| *cy, &patch.alpha, *opacity);
                    u.lay(half, |_| *cu, &patch.chroma_alpha, *opacity);
                    v.lay(half, |_| *cv, &patch.chroma_alpha, *opacity);
                }
                Colours::Planes { y: py, u: pu, v: pv } => {
                    y.lay(at, |i| py[i], &patch.alpha, *opacity);
                    u.lay(half, |i| pu[i], &patch.chroma_alpha, *opacity);
                    v.lay(half, |i| pv[i], &patch.chroma_alpha, *opacity);
                }
            }
        }
        let (y, alpha) = y.finish();
        let ((u, chroma_alpha), (v, _)) = (u.finish(), v.finish());
        let ink = Colours::Planes { y, u, v };
        Some(Patch { x: left, y: top, width, height, ink, alpha, chroma_alpha })
    }
}

/// One plane while patches are laid over one another: premultiplied, in floating point, so that many faint layers
/// lose nothing.
struct Stack {
    width: usize,
    colour: Vec<f32>,
    alpha: Vec<f32>,
}

impl Stack {
    fn new(width: usize, height: usize) -> Self {
        Stack { width, colour: vec![0.0; width * height], alpha: vec![0.0; width * height] }
    }

    fn lay(&mut self, (x, y, width): Area, colour: impl Fn(usize) -> u8, alpha: &[u8], opacity: f32) {
        for (row, line) in alpha.chunks_exact(width).enumerate() {
            let start = (y + row) * self.width + x;
            for (column, alpha) in line.iter().enumerate() {
                if *alpha > 0 {
                    let share = f32::from(*alpha) * opacity / 255.0;
                    let c = &mut self.colour[start + column];
                    *c = *c * (1.0 - share) + f32::from(colour(row * width + column)) * share;
                    let a = &mut self.alpha[start + column];
                    *a = *a * (1.0 - share) + share;
                }
            }
        }
    }

    fn finish(self) -> (Vec<u8>, Vec<u8>) {
        let colours = self.colour.iter().zip(&self.alpha);
        let colours = colours.map(|(c, a)| if *a > 0.0 { (c / a + 0.5) as u8 } else { 0 }).collect();
        (colours, self.alpha.iter().map(|a| (a * 255.0 + 0.5) as u8).collect())
    }
}

/// The three columns, with weights of a quarter, a half and a quarter, that a chroma sample sited at the left covers.
#[inline(always)]
fn taps(column: usize, width: usize) -> [usize; 3] {
    let middle = 2 * column;
    [middle.saturating_sub(1), middle, (middle + 1).min(width - 1)]
}

/// The coverage of chroma samples from that of luma.
fn chroma_coverage(alpha: &[u8], width: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(alpha.len() / 4);
    for rows in alpha.chunks_exact(2 * width) {
        let (upper, lower) = rows.split_at(width);
        for column in 0..width / 2 {
            let [l, m, r] = taps(column, width);
            let at = |i: usize| u16::from(upper[i]) + u16::from(lower[i]);
            out.push(((at(l) + 2 * at(m) + at(r) + 4) >> 3) as u8);
        }
    }
    out
}

fn luma_plane(colours: &[[f32; 4]], width: usize, (x, y): (u32, u32), dither: bool) -> (Vec<u8>, Vec<u8>) {
    let mut luma = vec![0; colours.len()];
    let mut alpha = vec![0; colours.len()];
    let rows = luma.chunks_exact_mut(width).zip(alpha.chunks_exact_mut(width));
    for (row, ((luma, alpha), colours)) in rows.zip(colours.chunks_exact(width)).enumerate() {
        for (column, ((luma, alpha), c)) in luma.iter_mut().zip(alpha).zip(colours).enumerate() {
            let [r, g, b, a] = *c;
            if a <= 0.0 {
                continue;
            }
            let threshold = if dither { colour::dither(x + column as u32, y + row as u32) } else { 0.5 };
            *luma = colour::quantise(colour::luma(r / a, g / a, b / a), threshold);
            *alpha = colour::quantise(a.min(1.0) * 255.0, threshold);
        }
    }
    (luma, alpha)
}

fn chroma_planes(colours: &[[f32; 4]], width: usize, (x, y): (u32, u32), dither: bool) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let count = colours.len() / 4;
    let (mut us, mut vs, mut alphas) =
        (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
    for (row, rows) in colours.chunks_exact(2 * width).enumerate() {
        let (upper, lower) = rows.split_at(width);
        for column in 0..width / 2 {
            let [l, m, r] = taps(column, width);
            let sum: [f32; 4] = std::array::from_fn(|i| {
                let at = |column: usize| upper[column][i] + lower[column][i];
                (at(l) + 2.0 * at(m) + at(r)) / 8.0
            });
            let [r, g, b, a] = sum;
            let (mut u, mut v, mut alpha) = (128, 128, 0);
            if a > 0.0 {
                // Another part of the pattern than luma's, so that both do not round up at the same spot.
                let threshold =
                    if dither { colour::dither(x / 2 + column as u32 + 37, y / 2 + row as u32 + 17) } else { 0.5 };
                let (cu, cv) = colour::chroma(r / a, g / a, b / a);
                u = colour::quantise(cu, threshold);
                v = colour::quantise(cv, 0.997 - threshold.min(0.997));
                alpha = colour::quantise(a.min(1.0) * 255.0, threshold);
            }
            us.push(u);
            vs.push(v);
            alphas.push(alpha);
        }
    }
    (us, vs, alphas)
}

/// Turns opaque 8-bit RGB into a frame, exact to half a code value.
pub(crate) fn from_rgb(rgb: &[u8], width: usize, height: usize) -> Frame {
    let mut frame = Frame::new(width as u32, height as u32);
    let (ys, us, vs) = frame.planes_mut();
    // 16-bit fixed point: the sums stay below 2³¹ and the weights of each row of the matrix add up exactly.
    for (y, p) in ys.iter_mut().zip(rgb.chunks_exact(3)) {
        let (r, g, b) = (i32::from(p[0]), i32::from(p[1]), i32::from(p[2]));
        *y = ((11966 * r + 40254 * g + 4064 * b + (16 << 16) + (1 << 15)) >> 16) as u8;
    }
    for (row, rows) in rgb.chunks_exact(6 * width).enumerate() {
        let (upper, lower) = rows.split_at(3 * width);
        let start = row * width / 2;
        for (column, (u, v)) in us[start..].iter_mut().zip(&mut vs[start..]).take(width / 2).enumerate() {
            let [l, m, r] = taps(column, width).map(|i| 3 * i);
            let part = |i: usize| {
                let at = |column: usize| i32::from(upper[column + i]) + i32::from(lower[column + i]);
                at(l) + 2 * at(m) + at(r)
            };
            let (r, g, b) = (part(0), part(1), part(2));
            // The sums are eight times a pixel, hence 19 bits of shift.
            *u = ((-6596 * r - 22189 * g + 28785 * b + (128 << 19) + (1 << 18)) >> 19) as u8;
            *v = ((28785 * r - 26145 * g - 2640 * b + (128 << 19) + (1 << 18)) >> 19) as u8;
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::Rgba;

    #[test]
    fn rgb_becomes_bt709_within_one_level() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let rgb: Vec<u8> = [r as u8, g as u8, b as u8].repeat(4);
                    let frame = from_rgb(&rgb, 2, 2);
                    let part = |v: i32| v as f32 / 255.0;
                    let want = colour::yuv(Rgba { r: part(r), g: part(g), b: part(b), a: 1.0 });
                    let got = [frame.data[0], frame.data[4], frame.data[5]];
                    for (got, want) in got.iter().zip(want) {
                        assert!(got.abs_diff(want) <= 1, "{r} {g} {b}: {got} instead of {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn chroma_is_sited_at_the_left() {
        // White up to column 4, red from there: the sample at columns 4 and 5 sees a quarter of column 3.
        let rgb: Vec<u8> =
            (0..2).flat_map(|_| (0..8).flat_map(|x| if x < 4 { [255; 3] } else { [255, 0, 0] })).collect();
        let frame = from_rgb(&rgb, 8, 2);
        let (_, _, v) = frame.planes();
        assert_eq!((v[1], v[3]), (128, 240));
        assert_eq!(v[2], 212); // 240 − 112/4
    }

    #[test]
    fn a_mix_runs_from_one_frame_to_the_other_in_even_steps() {
        let (mut black, mut white) = (Frame::new(4, 4), Frame::new(4, 4));
        white.data[..16].fill(235);
        let mut last = 16;
        for step in 0..=256u16 {
            let mut mixed = black.clone();
            mixed.mix(&white, step);
            assert!(mixed.data[0] >= last && mixed.data[0] - last <= 1);
            last = mixed.data[0];
        }
        assert_eq!(last, 235);
        black.mix(&white, 0);
        assert_eq!(black, Frame::new(4, 4));
    }

    fn patch(x: u32, y: u32, colour: &str, cover: u8) -> Patch {
        let colour = colour::parse(colour).unwrap();
        Patch::from_raster(&Raster {
            x,
            y,
            width: 8,
            height: 8,
            pixels: Pixels::Solid { colour, coverage: vec![cover; 64] },
        })
    }

    #[test]
    fn patches_laid_together_look_as_when_laid_one_by_one() {
        let patches = [patch(0, 0, "#ff2010", 200), patch(4, 2, "#10ff80c0", 255), patch(2, 6, "#3040ff20", 90)];
        let with: Vec<(&Patch, f32)> = patches.iter().zip([0.9, 0.5, 1.0]).collect();
        let mut one_by_one = Frame::new(16, 16);
        one_by_one.data[..256].fill(180);
        let mut together = one_by_one.clone();
        for (patch, opacity) in &with {
            one_by_one.blend(patch, *opacity);
        }
        together.blend(&Patch::flatten(&with).unwrap(), 1.0);
        for (a, b) in one_by_one.data.iter().zip(&together.data) {
            assert!(a.abs_diff(*b) <= 2, "{a} {b}");
        }
        assert_ne!(one_by_one.data[0], 180);
    }
}
