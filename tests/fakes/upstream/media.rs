//! Small pictures and a clip, as results.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A PNG of 64 by 36 pixels, all of one blue, in base64.
pub const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAkCAIAAAC2bqvFAAAAOklEQVR42u3PQQkAAAgEsAtjJCMZ3Aw+hcEKLNXzWgQEBA\
QEBAQE\
BAQEBAQEBAQEBAQEBAQEBAQEbhY+t9x5LGOC7gAAAABJRU5ErkJggg==";

/// The same as JPEG.
pub const JPEG: &str = "/9j/4AAQSkZJRgABAgAAAQABAAD/2wBDAAgQEBMQExYWFhYWFhoYGhsbGxoaGhobGxsdHR0iIiIdHR0bGx0dICAiIiUmJSMjIiMm\
JigoKDAwLi44ODpFRVP/xABMAAEBAAAAAAAAAAAAAAAAAAAABgEBAQAAAAAAAAAAAAAAAAAAAAYQAQAAAAAAAAAAAAAAAAAAAAAR\
AQAAAAAAAAAAAAAAAAAAAAD/wAARCAAkAEADASIAAhEAAxEA/9oADAMBAAIRAxEAPwCWAXaXAAAAAAAAAAAAAAAAAAAAAAf/2Q==";

/// An MP4 of half a second, 32 by 18 pixels.
pub const CLIP: &[u8] = include_bytes!("../../data/media/clip.mp4");

/// Content in base64.
pub fn encoded(content: &[u8]) -> String {
    STANDARD.encode(content)
}

/// What was written in base64.
pub fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

/// A result by the ending of its name, with its media type.
pub fn file(name: &str) -> Option<(&'static str, Vec<u8>)> {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "png" => Some(("image/png", decoded(PICTURE))),
        "jpg" | "jpeg" => Some(("image/jpeg", decoded(JPEG))),
        "mp4" => Some(("video/mp4", CLIP.to_vec())),
        _ => None,
    }
}
