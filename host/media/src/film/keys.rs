//! What pieces are called in the cache: the digest of all that shapes them.
//!
//! A name holds the content of the sources, the part that is shown, the frames, what lies over them, the encoder's
//! arguments, ffmpeg's build and the fonts. It does not hold where in the film a piece lies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use kinora_domain::documents::{Composition, Content};
use kinora_domain::film::{Film, Source};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Work;
use super::cache::hex;
use super::encoder::{Target, arguments};
use super::pieces::Piece;

/// Raised with every change of Kinora that makes any frame or sound come out differently.
const ENGINE: u32 = 1;

/// Names the pieces of one film.
pub(crate) struct Keys<'a> {
    film: &'a Film,
    contents: &'a BTreeMap<PathBuf, String>,
    /// What all names have in common.
    common: Value,
    segments: Vec<Value>,
}

/// What tells a file's content where nobody else does: its path, its size and when it was changed.
pub(crate) fn file_identity(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let facts = std::fs::metadata(path).ok();
    let changed = facts.as_ref().and_then(|facts| facts.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    let (size, changed) = (facts.map_or(0, |facts| facts.len()), changed.map_or(0, |since| since.as_nanos()));
    format!("{}:{size}:{changed}", whole.display())
}

impl<'a> Keys<'a> {
    /// `build` is what ffmpeg says of itself.
    pub fn new(work: &Work<'a>, target: &Target<'_>, contents: &'a BTreeMap<PathBuf, String>, build: &str) -> Self {
        let encoder: Vec<_> = arguments(target, Path::new("piece")).iter().map(|a| a.display().to_string()).collect();
        let common = json!({"engine": ENGINE, "ffmpeg": build, "encoder": encoder});
        let mut keys = Keys { film: work.film, contents, common, segments: Vec::new() };
        keys.segments = (0..work.film.segments.len()).map(|index| keys.segment(work, index)).collect();
        keys
    }

    /// The name of a piece's file.
    pub fn piece(&self, piece: &Piece) -> String {
        let segment = |index: usize| self.segments.get(index).unwrap_or(&Value::Null);
        let mut shown = vec![json!([segment(piece.segment), piece.from, piece.to])];
        if piece.fade > 0 {
            shown.push(json!([segment(piece.segment + 1), 0, piece.fade]));
        }
        format!("{}.mp4", digest(&json!([self.common, shown])))
    }

    /// The name of the file of the film's sound.
    pub fn sound(&self, samples: u64, bitrate: &str) -> String {
        let track = self.film.track.as_ref().map(|track| {
            let parts = (track.start_ms, track.end_ms, track.fade_in_ms, track.fade_out_ms, track.level);
            json!([self.content(&track.path), track.media_type, parts])
        });
        let what = json!([self.common["ffmpeg"], ENGINE, self.film.music, track, samples, bitrate]);
        format!("{}.m4a", digest(&what))
    }

    /// The name of the file of what was found about a clip.
    pub fn facts(&self, path: &Path, media_type: &str) -> String {
        format!("{}.json", digest(&json!([self.common["ffmpeg"], ENGINE, self.content(path), media_type])))
    }

    /// All that shapes the frames of a segment.
    fn segment(&self, work: &Work<'_>, index: usize) -> Value {
        let Some(segment) = self.film.segments.get(index) else { return Value::Null };
        let source = match &segment.source {
            // The speed of a move depends on its length.
            Source::Picture { path, motion, fit } => {
                json!(["picture", self.content(path), motion.map(|motion| (motion, segment.frames)), fit])
            }
            Source::Video { path, media_type, start_ms, end_ms, fit } => {
                json!(["video", self.content(path), media_type, start_ms, end_ms, fit])
            }
            Source::Drawing { composition } => json!(["drawing", self.drawing(work, composition)]),
            Source::Black => json!(["black"]),
        };
        let over: Vec<Value> = segment
            .overlays
            .iter()
            .map(|overlay| json!([overlay.start, self.drawing(work, &overlay.composition)]))
            .collect();
        json!([source, over])
    }

    fn drawing(&self, work: &Work<'_>, composition: &Composition) -> Value {
        let images: BTreeSet<&String> = composition
            .layers
            .iter()
            .filter_map(|layer| match &layer.content {
                Content::Image { blob, .. } => Some(blob),
                _ => None,
            })
            .collect();
        let images: Vec<Value> =
            images.iter().map(|blob| json!([blob, work.blobs.get(*blob).map(|path| self.content(path))])).collect();
        let written = composition.layers.iter().any(|layer| matches!(layer.content, Content::Text { .. }));
        json!([composition, images, written.then(|| work.font_identity())])
    }

    fn content(&self, path: &Path) -> Value {
        match self.contents.get(path) {
            Some(id) => json!(["content", id]),
            None => json!(["file", file_identity(path)]),
        }
    }
}

fn digest(value: &Value) -> String {
    hex(&Sha256::digest(value.to_string().as_bytes()))
}
