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
    /// The music bed; absent for a film without sound.
    pub music: Option<Music>,
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
    /// A picture, under a moving camera.
    Picture {
        /// PNG, JPEG or WebP.
        path: PathBuf,
        /// The camera.
        motion: Motion,
    },
    /// A drawing, rasterised frame by frame; its size and rate are the film's.
    Drawing {
        /// What to draw.
        composition: Composition,
    },
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
        }
        if lent > MAX_FRAMES {
            return Err(format!("the film has {lent} frames; at most {MAX_FRAMES} are allowed"));
        }
        Ok(())
    }
}

/// The most frames of a film: six hours at 30 frames per second.
pub const MAX_FRAMES: u64 = 648_000;
/// The smallest side of a canvas in pixels.
pub const MIN_SIDE: u32 = 64;
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
    Ok(())
}
