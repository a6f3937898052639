//! A compiled edit plan: what is seen when, in whole frames, by the ids of the project's media. Nothing is left to
//! guess; who knows where the media lie makes a [`Film`](crate::film::Film) of it.
//!
//! `N = Σn − Σx`: segments of n frames, of which each but the first overlaps its forerunner by x frames. Of every
//! segment `x_in + x_out ≤ n` holds, so that no frame shows more than two.

use serde::{Deserialize, Serialize};

use crate::documents::{CameraEffect, Rate};
use crate::film::Motion;

/// A film cut from media.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// At least one.
    pub segments: Vec<TimelineSegment>,
    /// The part of the project's track that is heard from the first frame on; absent for a film without sound.
    pub audio: Option<TimelineAudio>,
    /// What the plan says that the film does not do as written, each a sentence.
    pub warnings: Vec<String>,
}

/// A stretch of the film with one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelineSegment {
    /// What is seen.
    pub shown: Shown,
    /// The number in the plan, from 1, of the segment that this comes from; absent for what fills up a film.
    pub number: Option<usize>,
    /// Length in frames, overlaps included; at least 1.
    pub frames: u32,
    /// How many of them blend with the end of the segment before; 0 for a cut and for the first segment.
    pub crossfade: u32,
}

/// What a segment shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Shown {
    /// Nothing.
    Black,
    /// A picture.
    Picture {
        /// The picture.
        media_id: String,
        /// The camera's way over it; absent for one that rests and sees as much as fits.
        motion: Option<Motion>,
        /// The name of that way.
        effect: CameraEffect,
    },
    /// A clip. Where the segment is longer than the part, the part's last frame is held.
    Video {
        /// The clip.
        media_id: String,
        /// Where the part begins, in milliseconds of the clip.
        start_ms: u64,
        /// Where it ends; absent means the clip's end.
        end_ms: Option<u64>,
    },
}

impl Shown {
    /// The picture or clip; none where nothing is seen.
    pub fn media_id(&self) -> Option<&str> {
        match self {
            Shown::Black => None,
            Shown::Picture { media_id, .. } | Shown::Video { media_id, .. } => Some(media_id),
        }
    }
}

/// A part of the project's track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineAudio {
    /// Where it begins, in milliseconds of the track.
    pub start_ms: u64,
    /// Where it ends; absent means the track's end.
    pub end_ms: Option<u64>,
}

impl Timeline {
    /// The number of frames of the whole.
    pub fn frames(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.frames) - u64::from(segment.crossfade)).sum()
    }

    /// The length in milliseconds, to the nearest.
    pub fn duration_ms(&self) -> u64 {
        milliseconds(self.frames(), self.rate)
    }

    /// The frame at which each segment begins.
    pub fn starts(&self) -> impl Iterator<Item = u64> {
        self.segments.iter().scan(0u64, |end, segment| {
            let start = *end - u64::from(segment.crossfade);
            *end = start + u64::from(segment.frames);
            Some(start)
        })
    }
}

/// How long so many frames take, to the nearest millisecond.
pub fn milliseconds(frames: u64, rate: Rate) -> u64 {
    let (num, den) = (u128::from(rate.num.max(1)), u128::from(rate.den));
    ((2000 * u128::from(frames) * den + num) / (2 * num)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_of_odd_rates_are_those_nearest() {
        let ntsc = Rate { num: 24_000, den: 1001 };
        assert_eq!([0, 1, 12, 24_000].map(|frames| milliseconds(frames, ntsc)), [0, 42, 501, 1_001_000]);
    }

    #[test]
    fn segments_begin_where_their_crossfades_do() {
        let segment = |frames, crossfade| TimelineSegment { shown: Shown::Black, number: None, frames, crossfade };
        let timeline = Timeline {
            width: 64,
            height: 64,
            rate: Rate { num: 30, den: 1 },
            segments: vec![segment(30, 0), segment(30, 15), segment(20, 0)],
            audio: None,
            warnings: vec![],
        };
        assert_eq!(timeline.starts().collect::<Vec<_>>(), [0, 15, 45]);
        assert_eq!((timeline.frames(), timeline.duration_ms()), (65, 2167));
    }
}
