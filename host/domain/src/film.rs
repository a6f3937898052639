//! A film as the render path understands it: everything in whole frames, nothing left to guess.
//!
//! `N = Σn − Σx`: segments of n frames, of which each but the first overlaps its forerunner by x frames. Segment k
//! begins at `Σn(<k) − Σx(≤k)`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::documents::{Composition, Rate};

/// A film to be rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Film {
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// At least one.
    pub segments: Vec<Segment>,
    /// A music bed to be synthesised; not beside a track.
    pub music: Option<Music>,
    /// Sound from a file. A film with neither is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    /// Title for the file's metadata.
    pub title: String,
    /// Comment for the file's metadata: who made it.
    pub comment: String,
}

/// A stretch of the film with one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// What is seen.
    pub source: Source,
    /// Length in frames, overlaps included.
    pub frames: u32,
    /// How many of them blend with the end of the segment before; 0 for a cut and for the first segment.
    pub crossfade: u32,
    /// What lies over it.
    pub overlays: Vec<Overlay>,
}

/// What a segment shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Source {
    /// A picture.
    Picture {
        /// PNG, JPEG or WebP.
        path: PathBuf,
        /// The camera; absent for a picture that stands still.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        motion: Option<Motion>,
        /// How it lies on the canvas. A camera looks at the picture with its bars.
        #[serde(default)]
        fit: Fit,
    },
    /// A part of a clip, without its sound. Where it is shorter than the segment its last frame is held.
    Video {
        /// The clip.
        path: PathBuf,
        /// Its media type, going by its first bytes.
        media_type: String,
        /// Where the part begins, in milliseconds from the clip's first picture.
        #[serde(default)]
        start_ms: u64,
        /// Where it ends; absent for the clip's own end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end_ms: Option<u64>,
        /// How it lies on the canvas.
        #[serde(default)]
        fit: Fit,
    },
    /// A drawing, rasterised frame by frame; its size and rate are the film's.
    Drawing {
        /// What to draw.
        composition: Composition,
    },
    /// Nothing.
    Black,
}

/// How a source that has other proportions than the canvas lies on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// The canvas is full; what stands out is cropped.
    #[default]
    Cover,
    /// All of it is seen, between black bars.
    Contain,
}

/// A transparent drawing over a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// What to draw; its size and rate are the film's, its background is absent.
    pub composition: Composition,
    /// The frame of the segment at which it begins.
    pub start: u32,
}

/// A camera move over a picture (Ken Burns), eased from rest to rest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// What is seen first.
    pub from: View,
    /// What is seen last.
    pub to: View,
}

/// A part of a picture with the film's aspect ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The middle, from 0.0 (left) to 1.0 (right) of the picture's width.
    pub x: f64,
    /// The middle, from 0.0 (top) to 1.0 (bottom) of the picture's height.
    pub y: f64,
    /// 1.0 shows as much as fits; 1.25 shows four fifths of that.
    pub zoom: f64,
}

/// A soft bed of chords, synthesised by the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Music {
    /// The same seed plays the same.
    pub seed: u64,
    /// Feeling, in words; chooses key, chords and tempo.
    pub mood: String,
}

/// Sound from a file, laid under the film from its beginning. What is longer than the film is cut; after what is
/// shorter there is silence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// A sound file, or a clip whose sound it is.
    pub path: PathBuf,
    /// Its media type, going by its first bytes.
    pub media_type: String,
    /// Where it begins in the file, in milliseconds.
    #[serde(default)]
    pub start_ms: u64,
    /// Where it ends in the file; absent for the file's own end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
    /// How long it takes to be heard in full, in milliseconds.
    #[serde(default)]
    pub fade_in_ms: u64,
    /// How long before its end (or the film's, which comes first) it begins to be lowered, in milliseconds.
    #[serde(default)]
    pub fade_out_ms: u64,
    /// Whether to bring it to −14 LUFS with peaks of at most −1.5 dBTP; otherwise it stays as loud as it is.
    #[serde(default)]
    pub level: bool,
}

impl Film {
    /// The number of frames of the whole.
    pub fn frames(&self) -> u64 {
        let total: u64 = self.segments.iter().map(|s| u64::from(s.frames)).sum();
        let shared: u64 = self.segments.iter().skip(1).map(|s| u64::from(s.crossfade)).sum();
        total - shared
    }

    /// The length in seconds.
    pub fn seconds(&self) -> f64 {
        self.frames() as f64 / self.rate.as_f64()
    }

    /// The frame at which each segment begins.
    pub fn starts(&self) -> Vec<u64> {
        let mut next = 0u64;
        self.segments
            .iter()
            .enumerate()
            .map(|(index, segment)| {
                let start = if index == 0 { 0 } else { next - u64::from(segment.crossfade) };
                next = start + u64::from(segment.frames);
                start
            })
            .collect()
    }

    /// Says what is wrong with the film, if anything.
    ///
    /// # Errors
    /// A sentence that names the segment (from 1).
    pub fn check(&self) -> Result<(), String> {
        if self.segments.is_empty() {
            return Err("a film needs at least one segment".into());
        }
        if self.segments.len() > MAX_SEGMENTS {
            return Err(format!("the film has {} segments; at most {MAX_SEGMENTS} are allowed", self.segments.len()));
        }
        check_canvas(self.width, self.height, self.rate)?;
        let mut lent = 0;
        for (index, segment) in self.segments.iter().enumerate() {
            let number = index + 1;
            if segment.frames == 0 {
                return Err(format!("segment {number} has no frames"));
            }
            let into = if index == 0 { 0 } else { segment.crossfade };
            let out = self.segments.get(index + 1).map_or(0, |s| s.crossfade);
            if u64::from(into) + u64::from(out) > u64::from(segment.frames) {
                return Err(format!(
                    "segment {number} has {} frames, too few for crossfades of {into} and {out}",
                    segment.frames
                ));
            }
            lent += u64::from(segment.frames);
            if let Source::Video { start_ms, end_ms, .. } = segment.source {
                check_part(start_ms, end_ms).map_err(|told| format!("segment {number}: {told}"))?;
            }
        }
        if lent > MAX_FRAMES {
            return Err(format!("the film has {lent} frames; at most {MAX_FRAMES} are allowed"));
        }
        let Some(track) = &self.track else { return Ok(()) };
        if self.music.is_some() {
            return Err("it has both a music bed and a track; leave one of them out".into());
        }
        check_part(track.start_ms, track.end_ms).map_err(|told| format!("the track: {told}"))
    }
}

/// A part of a file, in milliseconds.
fn check_part(start: u64, end: Option<u64>) -> Result<(), String> {
    if start > MAX_MS {
        return Err(format!("it begins at {start} ms; at most {MAX_MS} are allowed"));
    }
    match end {
        Some(end) if end <= start => {
            Err(format!("its part ends at {end} ms and begins at {start} ms; it must end after it begins"))
        }
        _ => Ok(()),
    }
}

/// The most segments of a film.
pub const MAX_SEGMENTS: usize = 10_000;
/// The latest that a part of a file may begin: a day, in milliseconds.
const MAX_MS: u64 = 86_400_000;
/// The most frames of a film: six hours at 30 frames per second.
pub const MAX_FRAMES: u64 = 648_000;
/// The smallest side of a canvas in pixels.
pub const MIN_SIDE: u32 = 64;
/// The largest denominator of a rate: films have a clock that each frame falls on exactly.
const MAX_RATE_DEN: u32 = 1_000_000;
/// The largest side of a canvas in pixels.
pub const MAX_SIDE: u32 = 4320;

/// Says what is wrong with a canvas, if anything.
///
/// # Errors
/// A sentence.
pub fn check_canvas(width: u32, height: u32, rate: Rate) -> Result<(), String> {
    for (name, side) in [("width", width), ("height", height)] {
        if !(MIN_SIDE..=MAX_SIDE).contains(&side) || side % 2 == 1 {
            return Err(format!("the {name} is {side}; it must be even and from {MIN_SIDE} to {MAX_SIDE} pixels"));
        }
    }
    if rate.den == 0 || !(1.0..=120.0).contains(&rate.as_f64()) {
        return Err(format!("the rate is {}/{} frames per second; it must be from 1 to 120", rate.num, rate.den));
    }
    if rate.den > MAX_RATE_DEN {
        return Err(format!("the rate is {}/{}; write it with smaller numbers, as 30000/1001", rate.num, rate.den));
    }
    Ok(())
}
