//! What a blob is called. The name says the content (its SHA-256) and what kind of content it is (the extension), so
//! that a media type never has to be kept beside it and ffmpeg can be handed the file as it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::BlobError;
use super::kind::{self, Kind};

/// The name of a blob: `<64 hexadecimal digits in lower case>.<extension>`. One content has one name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId {
    digest: [u8; 32],
    kind: Kind,
}

impl BlobId {
    pub(super) fn new(digest: [u8; 32], kind: Kind) -> Self {
        BlobId { digest, kind }
    }

    /// The SHA-256 of the content.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The media type, as the extension says: `video/mp4`.
    pub fn media_type(&self) -> &'static str {
        self.kind.media_type
    }

    /// The extension, without a dot: `mp4`.
    pub fn extension(&self) -> &'static str {
        self.kind.extension
    }
}

impl FromStr for BlobId {
    type Err = BlobError;

    /// Reads what [`fmt::Display`] writes, and nothing else: no upper case, no slashes, no unknown extension.
    fn from_str(text: &str) -> Result<Self, BlobError> {
        parse(text).ok_or_else(|| BlobError::NotAnId(text.chars().take(80).collect()))
    }
}

fn parse(text: &str) -> Option<BlobId> {
    let (hex, extension) = text.split_once('.')?;
    let hex: &[u8; 64] = hex.as_bytes().try_into().ok()?;
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hex.as_chunks::<2>().0) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(BlobId { digest, kind: kind::by_extension(extension)? })
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.digest {
            write!(f, "{byte:02x}")?;
        }
        write!(f, ".{}", self.kind.extension)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl Serialize for BlobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
