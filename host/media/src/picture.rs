//! Picture files: looked at before they are decoded, decoded within limits, turned upright.

use std::io::BufReader;
use std::path::Path;

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{InnerPixel, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use crate::error::MediaError;

/// The most pixels of a picture.
pub(crate) const MAX_PIXELS: u64 = 64_000_000;
/// The longest side of a picture in pixels.
const MAX_SIDE: u32 = 32_768;
/// The most memory a decoder may ask for: 64 megapixels at 16 bits and four channels.
const MAX_DECODER_BYTES: u64 = 640 << 20;

/// Looks at the header of a PNG, JPEG or WebP file.
///
/// # Errors
/// [`MediaError::Picture`] for anything but such a file of at most 64 megapixels.
pub(crate) fn look(path: &Path) -> Result<(), MediaError> {
    open(path).map(|_| ())
}

/// Decodes a PNG, JPEG or WebP file and turns it upright.
///
/// # Errors
/// As [`look`], and for a damaged file.
pub(crate) fn decode(path: &Path) -> Result<DynamicImage, MediaError> {
    let mut decoder = open(path)?;
    let told = |error| told(path, error);
    // A picture whose metadata cannot be read is taken to stand upright.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut limits = limits();
    limits.reserve(decoder.total_bytes()).map_err(told)?;
    decoder.set_limits(limits).map_err(told)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(told)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The header says the size; the pixels are not touched before it is found small enough.
fn open(path: &Path) -> Result<impl ImageDecoder, MediaError> {
    let refuse = |reason: String| MediaError::Picture { path: path.into(), reason };
    let unread = |error: std::io::Error| refuse(format!("it cannot be read: {error}"));
    let file = std::fs::File::open(path).map_err(unread)?;
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(unread)?;
    if reader.format().is_none() {
        return Err(refuse(UNKNOWN.into()));
    }
    reader.limits(limits());
    let decoder = reader.into_decoder().map_err(|error| told(path, error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(refuse(format!("it has {width} × {height} pixels; at most {MAX_PIXELS} are allowed")));
    }
    if width == 0 || height == 0 {
        return Err(refuse("it has no pixels".into()));
    }
    Ok(decoder)
}

const UNKNOWN: &str = "it is not a PNG, JPEG or WebP file";

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits
}

fn told(path: &Path, error: ImageError) -> MediaError {
    let reason = match error {
        ImageError::Unsupported(_) => UNKNOWN.into(),
        ImageError::Limits(_) => {
            format!("it is too large; at most {MAX_PIXELS} pixels and {MAX_SIDE} a side are allowed")
        }
        other => format!("it is damaged: {other}"),
    };
    MediaError::Picture { path: path.into(), reason }
}

/// The options every resize shares: Catmull-Rom, which stays sharp without ringing much.
pub(crate) fn options() -> ResizeOptions {
    ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).use_alpha(false)
}

/// Scales one part of a picture. Typed by the pixel: the resizer's own dispatch would compile its convolutions for
/// thirteen kinds of pixels, of which three are used here.
///
/// # Errors
/// A sentence; only sizes that contradict the buffers fail.
pub(crate) fn resize<P: PixelTrait + InnerPixel>(
    resizer: &mut Resizer,
    (from, width, height): (&[u8], u32, u32),
    (to, to_width, to_height): (&mut [u8], u32, u32),
    options: &ResizeOptions,
) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("it cannot be scaled: {error}");
    let source = TypedImageRef::<P>::from_buffer(width, height, from).map_err(|error| told(&error))?;
    let mut target = TypedImage::<P>::from_buffer(to_width, to_height, to).map_err(|error| told(&error))?;
    resizer.resize_typed(&source, &mut target, options).map_err(|error| told(&error))
}

/// A picture cropped and scaled to cover a box: premultiplied colours, and the size in pixels.
///
/// # Errors
/// As [`decode`].
pub(crate) fn cover(path: &Path, width: f32, height: f32) -> Result<(Vec<[f32; 4]>, u32, u32), MediaError> {
    let refuse = |reason: String| MediaError::Picture { path: path.into(), reason };
    let picture = decode(path)?.into_rgba8();
    let (w, h) = picture.dimensions();
    let (box_w, box_h) = (f64::from(width.max(1.0)), f64::from(height.max(1.0)));
    let fit = (f64::from(w) / box_w).min(f64::from(h) / box_h);
    let (crop_w, crop_h) = ((box_w * fit).min(w.into()), (box_h * fit).min(h.into()));
    // Never larger than the picture itself: magnifying is left to the drawing.
    let side = |of: f64, crop: f64| of.min(crop).round().clamp(1.0, 8192.0) as u32;
    let (to_w, to_h) = (side(box_w, crop_w), side(box_h, crop_h));
    let mut scaled = vec![0; to_w as usize * to_h as usize * 4];
    let options =
        options().use_alpha(true).crop((f64::from(w) - crop_w) / 2.0, (f64::from(h) - crop_h) / 2.0, crop_w, crop_h);
    resize::<U8x4>(&mut Resizer::new(), (picture.as_raw(), w, h), (&mut scaled, to_w, to_h), &options)
        .map_err(refuse)?;
    let pixels = scaled
        .chunks_exact(4)
        .map(|p| {
            let a = f32::from(p[3]) / 255.0;
            [f32::from(p[0]) / 255.0 * a, f32::from(p[1]) / 255.0 * a, f32::from(p[2]) / 255.0 * a, a]
        })
        .collect();
    Ok((pixels, to_w, to_h))
}

/// A picture without alpha: what is transparent lies on black.
pub(crate) fn flat(picture: DynamicImage) -> image::RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    image::RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        image::Rgb([r, g, b].map(|v| ((u16::from(v) * u16::from(a) + 127) / 255) as u8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG, red at the left and blue at the right, whose metadata say how to turn it.
    fn jpeg(orientation: u8) -> Vec<u8> {
        let picture =
            image::RgbImage::from_fn(64, 32, |x, _| image::Rgb(if x < 32 { [255, 0, 0] } else { [0, 0, 255] }));
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        let mut out = vec![0xFF, 0xD8, 0xFF, 0xE1];
        out.extend((exif.len() as u16 + 2).to_be_bytes());
        out.extend(exif);
        out.extend(&bytes.into_inner()[2..]);
        out
    }

    #[test]
    fn a_turned_photo_is_set_upright() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.jpg");
        std::fs::write(&path, jpeg(6)).unwrap();
        let upright = decode(&path).unwrap().into_rgb8();
        assert_eq!(upright.dimensions(), (32, 64));
        assert!(upright.get_pixel(16, 5).0[0] > 200, "red is not at the top");
        assert!(upright.get_pixel(16, 60).0[2] > 200, "blue is not at the bottom");
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused_before_it_is_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let told = |bytes: &[u8]| {
            let path = folder.path().join("x");
            std::fs::write(&path, bytes).unwrap();
            look(&path).and_then(|()| decode(&path).map(|_| ())).unwrap_err().to_string()
        };
        assert!(told(b"ffconcat version 1.0").contains("not a PNG, JPEG or WebP"));
        assert!(told(b"").contains("not a PNG, JPEG or WebP"));
        // A header of 15000 × 15000 pixels, and nothing behind it.
        let mut bomb = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(1, 1).write_to(&mut bomb, image::ImageFormat::Png).unwrap();
        let mut bomb = bomb.into_inner();
        bomb[16..24].copy_from_slice(&[0, 0, 0x3A, 0x98, 0, 0, 0x3A, 0x98]);
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        let refusal = told(&bomb);
        assert!(refusal.contains("15000") || refusal.contains("too large"), "{refusal}");
        let mut half = jpeg(1);
        half.truncate(half.len() / 2);
        assert!(look(&folder.path().join("nowhere")).is_err());
        // Half a JPEG is shown as far as it goes or refused, but never a crash.
        let path = folder.path().join("half.jpg");
        std::fs::write(&path, half).unwrap();
        let _ = decode(&path);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
        })
    }
}
