//! Still pictures: one frame of a composition as a PNG file.

use std::path::Path;
use std::sync::Mutex;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use kinora_domain::documents::Composition;

use crate::composition::{Blobs, Scene};
use crate::error::MediaError;
use crate::fonts::Fonts;

/// Draws one frame of a composition and encodes it as PNG (RGBA if the canvas is transparent). Returns the bytes of the
/// file and warnings.
///
/// # Errors
/// What the composition or its pictures do wrong.
pub fn draw_png(composition: &Composition, blobs: &Blobs, frame: u32) -> Result<(Vec<u8>, Vec<String>), MediaError> {
    let scene = Scene::new(composition, blobs, &Mutex::new(Fonts::load()))?;
    let mut pixels = scene.rgba(frame);
    let opaque = pixels.chunks_exact(4).all(|p| p[3] == 255);
    let colour = if opaque {
        pixels = pixels.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
        ExtendedColorType::Rgb8
    } else {
        ExtendedColorType::Rgba8
    };
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive)
        .write_image(&pixels, scene.width, scene.height, colour)
        .map_err(|error| MediaError::composition(format!("it cannot be encoded: {error}")))?;
    Ok((png, scene.warnings.into_iter().collect()))
}

/// Writes a picture beside its place and then puts it there, so that no half-written file is ever seen.
pub(crate) fn write(output: &Path, bytes: &[u8]) -> Result<(), MediaError> {
    use std::io::Write;
    let told = |error: std::io::Error| MediaError::writing(output, &error);
    let part = crate::job::beside(output, ".part");
    let written = std::fs::File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| std::fs::rename(&part, output));
    placed.map_err(|error| {
        let _ = std::fs::remove_file(&part); // Best effort: the first failure is the one to tell.
        told(error)
    })
}
