//! What kind of content a blob is, judged by the bytes alone and the same way whether they come at once or in pieces:
//! a name that depended on how the bytes arrived would store one content twice.

/// A kind of content: how its file ends and what it is called on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) extension: &'static str,
    pub(super) media_type: &'static str,
}

const fn kind(extension: &'static str, media_type: &'static str) -> Kind {
    Kind { extension, media_type }
}

const BINARY: Kind = kind("bin", "application/octet-stream");
const TEXT: Kind = kind("txt", "text/plain");
const JSON: Kind = kind("json", "application/json");
const PDF: Kind = kind("pdf", "application/pdf");

/// Everything a blob can be. HTML, SVG and scripts are plain text here on purpose: what an upstream made is never
/// served as something that a browser would run.
const KINDS: &[Kind] = &[
    BINARY,
    TEXT,
    JSON,
    PDF,
    kind("png", "image/png"),
    kind("jpg", "image/jpeg"),
    kind("webp", "image/webp"),
    kind("gif", "image/gif"),
    kind("avif", "image/avif"),
    kind("heif", "image/heif"),
    kind("jxl", "image/jxl"),
    kind("bmp", "image/bmp"),
    kind("tif", "image/tiff"),
    kind("mp4", "video/mp4"),
    kind("m4v", "video/x-m4v"),
    kind("mov", "video/quicktime"),
    kind("webm", "video/webm"),
    kind("mkv", "video/x-matroska"),
    kind("avi", "video/x-msvideo"),
    kind("mpg", "video/mpeg"),
    kind("mp3", "audio/mpeg"),
    kind("m4a", "audio/mp4"),
    kind("aac", "audio/aac"),
    kind("flac", "audio/flac"),
    kind("ogg", "audio/ogg"),
    kind("opus", "audio/opus"),
    kind("wav", "audio/wav"),
    kind("aiff", "audio/aiff"),
    kind("mid", "audio/midi"),
    kind("zip", "application/zip"),
    kind("gz", "application/gzip"),
];

pub(super) fn by_extension(extension: &str) -> Option<Kind> {
    KINDS.iter().copied().find(|kind| kind.extension == extension)
}

/// How many bytes of the beginning are looked at for a signature.
pub(super) const HEAD: usize = 4096;

/// Watches a content go by, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Sniffer {
    head: Vec<u8>,
    text: Text,
}

impl Sniffer {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.text.feed(bytes);
    }

    pub(super) fn finish(self) -> Kind {
        let signature = infer::get(&self.head).and_then(|found| match found.extension() {
            "midi" => by_extension("mid"),
            extension => by_extension(extension),
        });
        match (signature, self.text.finish()) {
            // Some signatures are two letters long, so prose may begin with one. A PDF may be prose all through.
            (Some(PDF), _) => PDF,
            (_, Some(text)) => text,
            (Some(binary), None) => binary,
            (None, None) => BINARY,
        }
    }
}

/// Whether everything so far is text: UTF-8 without control characters but white space.
#[derive(Debug, Default)]
struct Text {
    broken: bool,
    /// The beginning of a character whose end has not come yet; at most three bytes.
    open: Vec<u8>,
    first: Option<u8>,
    last: Option<u8>,
}

impl Text {
    fn feed(&mut self, mut bytes: &[u8]) {
        while let (false, false, Some((&next, rest))) = (self.broken, self.open.is_empty(), bytes.split_first()) {
            self.open.push(next);
            bytes = rest;
            match std::str::from_utf8(&self.open) {
                Ok(_) => self.open.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
            self.last = Some(next);
        }
        if self.broken {
            return;
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            match error.error_len() {
                Some(_) => self.broken = true,
                None => self.open.extend_from_slice(&bytes[error.valid_up_to()..]),
            }
        }
        self.broken |= bytes.iter().any(|byte| matches!(byte, 0..=8 | 11 | 14..=31 | 127));
        let mut solid = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
        self.first = self.first.or_else(|| solid.clone().next());
        self.last = solid.next_back().or(self.last);
    }

    /// JSON is told by its brackets alone: to parse it would need all of it in memory.
    fn finish(self) -> Option<Kind> {
        if self.broken || !self.open.is_empty() {
            return None;
        }
        match (self.first?, self.last?) {
            (b'{', b'}') | (b'[', b']') => Some(JSON),
            _ => Some(TEXT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(content: &[u8]) -> &'static str {
        let mut at_once = Sniffer::default();
        at_once.feed(content);
        let mut in_crumbs = Sniffer::default();
        for byte in content {
            in_crumbs.feed(&[*byte]);
        }
        let kind = at_once.finish();
        assert_eq!(kind, in_crumbs.finish(), "the pieces do not matter");
        kind.extension
    }

    #[test]
    fn a_kind_is_told_by_the_bytes() {
        assert_eq!(extension(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "png");
        assert_eq!(extension(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"), "mp4");
        assert_eq!(extension(b"{\"a\": [1, 2]}\n"), "json");
        assert_eq!(extension(b" [\"\xc3\xa4\"] "), "json");
        assert_eq!(extension("Gr\u{fc}\u{df}e, \u{1f3ac}".as_bytes()), "txt");
        assert_eq!(extension(b"BMX is a sport, not a bitmap"), "txt");
        assert_eq!(extension(b"%PDF-1.7\n"), "pdf");
        assert_eq!(extension(b"<!DOCTYPE html><script>1</script>"), "txt");
        assert_eq!(extension(b"\x00\x01\x02"), "bin");
        assert_eq!(extension(b"half a character \xc3"), "bin");
        assert_eq!(extension(b"no character \xc3("), "bin");
        assert_eq!(extension(b""), "bin");
    }

    #[test]
    fn no_two_kinds_share_an_extension() {
        for (at, kind) in KINDS.iter().enumerate() {
            assert!(KINDS[at + 1..].iter().all(|other| other.extension != kind.extension), "{}", kind.extension);
        }
    }
}
