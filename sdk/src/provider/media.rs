//! What bytes are, by the first of them: servers do not always keep to the format they were asked for.

/// The media type of a picture (PNG, JPEG, WebP) or clip (MP4, WebM) that came inside an answer.
pub fn media_type(content: &[u8]) -> Option<&'static str> {
    match content {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("video/mp4"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Some("video/webm"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::media_type;

    #[test]
    fn pictures_and_clips_are_known_by_their_first_bytes() {
        for (content, expected) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"RIFF\0\0\0\0WEBP", Some("image/webp")),
            (b"\0\0\0\x20ftypisom", Some("video/mp4")),
            (b"\x1a\x45\xdf\xa3", Some("video/webm")),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"<html>", None),
            (b"", None),
        ] {
            assert_eq!(media_type(content), expected, "{content:?}");
        }
    }
}
