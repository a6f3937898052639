//! A small picture of a picture or a clip, as a JPEG file: what a list shows.

use std::path::Path;

use fast_image_resize::Resizer;
use fast_image_resize::pixels::U8x3;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use kinora_domain::film::Fit;

use crate::clip::{self, Part, Shape, Show};
use crate::error::MediaError;
use crate::planes::Frame;
use crate::{picture, still};

/// How good the file is, of 100.
const QUALITY: u8 = 82;
/// Where of a clip the picture is from: late enough to be past a fade from black.
const PLACE: f64 = 0.1;
/// The smallest and the largest longer side, pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=2048;

/// Draws a small picture whose longer side has `side` pixels, or fewer where the original has.
///
/// # Errors
/// [`MediaError::Picture`] and [`MediaError::Unusable`] for what cannot be shown; those of ffmpeg and of the disk.
pub(crate) fn draw(
    input: &Path,
    media_type: &str,
    side: u32,
    output: &Path,
    ffmpeg: &Path,
    alive: &mut dyn FnMut() -> Result<(), MediaError>,
) -> Result<u64, MediaError> {
    let side = side.clamp(*SIDES.start(), *SIDES.end());
    let (rgb, width, height) = if media_type.starts_with("image/") {
        of_picture(input, side)?
    } else {
        of_clip(input, media_type, side, ffmpeg, alive)?
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .write_image(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| MediaError::Picture { path: input.into(), reason: error.to_string() })?;
    still::write(output, &jpeg)?;
    Ok(jpeg.len() as u64)
}

/// The size that something has in small.
fn small(width: u32, height: u32, side: u32) -> (u32, u32) {
    let scale = (f64::from(side) / f64::from(width.max(height).max(1))).min(1.0);
    let scaled = |length: u32| ((f64::from(length) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

fn of_picture(input: &Path, side: u32) -> Result<(Vec<u8>, u32, u32), MediaError> {
    let whole = picture::flat(picture::decode(input)?);
    let (width, height) = whole.dimensions();
    let (small_width, small_height) = small(width, height, side);
    let mut rgb = vec![0; small_width as usize * small_height as usize * 3];
    picture::resize::<U8x3>(
        &mut Resizer::new(),
        (whole.as_raw(), width, height),
        (&mut rgb, small_width, small_height),
        &picture::options(),
    )
    .map_err(|reason| MediaError::Picture { path: input.into(), reason })?;
    Ok((rgb, small_width, small_height))
}

fn of_clip(
    input: &Path,
    media_type: &str,
    side: u32,
    ffmpeg: &Path,
    alive: &mut dyn FnMut() -> Result<(), MediaError>,
) -> Result<(Vec<u8>, u32, u32), MediaError> {
    let clip = clip::look(input, media_type, ffmpeg, alive)?;
    let (width, height) = small(clip.width, clip.height, side);
    let even = |length: u32| (length / 2 * 2).max(2);
    let shape = Shape { width: even(width), height: even(height), rate: clip.rate };
    let part = Part { from: clip.seconds * PLACE, frames: 1, skip: 0, fit: Fit::Cover };
    let mut frame = Frame::new(shape.width, shape.height);
    Show::start(&clip, &shape, part, ffmpeg)?.next(&mut frame)?;
    Ok((rgb(&frame), shape.width, shape.height))
}

/// BT.709 with limited range (Rec. ITU-R BT.709-6) as RGB.
fn rgb(frame: &Frame) -> Vec<u8> {
    let (luma, blue, red) = frame.planes();
    let half = frame.width / 2;
    let mut rgb = Vec::with_capacity(frame.width * frame.height * 3);
    for y in 0..frame.height {
        for x in 0..frame.width {
            let chroma = y / 2 * half + x / 2;
            let l = (f32::from(luma[y * frame.width + x]) - 16.0) * (255.0 / 219.0);
            let b = (f32::from(blue[chroma]) - 128.0) * (255.0 / 224.0);
            let r = (f32::from(red[chroma]) - 128.0) * (255.0 / 224.0);
            for value in [l + 1.5748 * r, l - 0.1873 * b - 0.4681 * r, l + 1.8556 * b] {
                rgb.push(value.round().clamp(0.0, 255.0) as u8);
            }
        }
    }
    rgb
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn drawn(input: &Path, media_type: &str) -> image::RgbImage {
        let output = input.with_extension("thumbnail");
        draw(input, media_type, 64, &output, Path::new("ffmpeg"), &mut || Ok(())).unwrap();
        image::load_from_memory(&std::fs::read(output).unwrap()).unwrap().into_rgb8()
    }

    fn near(pixel: [u8; 3], wanted: [u8; 3]) -> bool {
        pixel.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 12)
    }

    #[test]
    fn a_picture_is_made_small_and_keeps_its_proportions_and_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wide.png");
        image::RgbImage::from_pixel(400, 200, image::Rgb([200, 40, 90])).save(&path).unwrap();
        let small = drawn(&path, "image/png");
        assert_eq!(small.dimensions(), (64, 32));
        assert!(near(small.get_pixel(30, 15).0, [200, 40, 90]), "{:?}", small.get_pixel(30, 15));
        let tiny = folder.path().join("tiny.png");
        image::RgbImage::from_pixel(20, 30, image::Rgb([1, 2, 3])).save(&tiny).unwrap();
        assert_eq!(drawn(&tiny, "image/png").dimensions(), (20, 30), "nothing is blown up");
    }

    #[test]
    fn a_clip_is_shown_by_one_of_its_pictures_in_its_colours() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clip.mp4");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", "color=0x2060c0:s=128x72:r=10:d=1"])
            .args(["-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709", "-pix_fmt", "yuv420p"])
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        let small = drawn(&path, "video/mp4");
        assert_eq!(small.dimensions(), (64, 36));
        assert!(near(small.get_pixel(30, 15).0, [0x20, 0x60, 0xC0]), "{:?}", small.get_pixel(30, 15));
    }
}
