//! Time without drift. Lengths are whole femtoseconds, so that sums are exact; frames are counted from sums, never
//! added up from rounded lengths.

use std::ops::{Add, Sub};

use crate::documents::Rate;

/// Femtoseconds in a nanosecond, a millisecond and a second.
const NANO: u128 = 1_000_000;
const MILLI: u128 = 1_000_000_000_000;
const SECOND: u128 = 1_000_000_000_000_000;

/// 10^9 seconds, longer than any film; sums of ten thousand such lengths still have frames.
const LONGEST: u128 = 1_000_000_000 * SECOND;

/// A length of time; each is at most [`LONGEST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(u128);

impl Span {
    /// So many milliseconds.
    pub fn milliseconds(ms: u64) -> Self {
        Span(u128::from(ms) * MILLI).bounded()
    }

    /// So many seconds, as exactly as nanoseconds are; nothing for what is no length.
    pub fn seconds(seconds: f64) -> Self {
        // The cast of a float saturates, and makes nothing of what is no number.
        Span((seconds * 1e9).round() as u64 as u128 * NANO).bounded()
    }

    /// So many beats at a tempo, both as exactly as millionths are.
    pub fn beats(beats: f64, bpm: f64) -> Self {
        let millionths = |value: f64| u128::from((value * 1e6).round() as u64);
        // Rounded up: three thirds of a second must not end a frame early.
        Span((millionths(beats) * 60 * SECOND).div_ceil(millionths(bpm).max(1))).bounded()
    }

    /// So many frames.
    pub fn of_frames(frames: u64, rate: Rate) -> Self {
        Span(u128::from(frames) * u128::from(rate.den) * SECOND / u128::from(rate.num.max(1))).bounded()
    }

    fn bounded(self) -> Self {
        self.min(Span(LONGEST))
    }

    /// How many frames it is, to the nearest; halves are whole.
    pub fn frames(self, rate: Rate) -> u64 {
        let (num, den) = (u128::from(rate.num), u128::from(rate.den.max(1)) * SECOND);
        u64::try_from((2 * self.0 * num + den) / (2 * den)).unwrap_or(u64::MAX)
    }

    /// In milliseconds.
    pub fn as_milliseconds(self) -> f64 {
        self.0 as f64 / MILLI as f64
    }
}

impl Add for Span {
    type Output = Span;

    fn add(self, other: Span) -> Span {
        Span(self.0 + other.0)
    }
}

impl Sub for Span {
    type Output = Span;

    /// Nothing where more is taken away than is there.
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILM: Rate = Rate { num: 24_000, den: 1001 };
    const WEB: Rate = Rate { num: 30, den: 1 };

    #[test]
    fn halves_of_a_frame_are_whole_ones() {
        let frames = |ms| Span::milliseconds(ms).frames(WEB);
        assert_eq!([0, 16, 17, 50, 83, 84].map(frames), [0, 0, 1, 2, 2, 3]);
        assert_eq!(Span::seconds(0.05).frames(WEB), 2);
    }

    #[test]
    fn thirds_of_a_second_make_a_whole_one() {
        let third = Span::beats(1.0, 180.0);
        let sum = (0..3000).fold(Span::default(), |sum, _| sum + third);
        assert_eq!(sum.frames(Rate { num: 1, den: 1 }), 1000);
        // At 25 frames a second six beats of 360 a minute end in the middle of a frame.
        let sixth = Span::beats(1.0, 360.0);
        assert_eq!((sixth + sixth + sixth).frames(Rate { num: 25, den: 1 }), 13);
    }

    #[test]
    fn rates_that_are_fractions_are_counted_exactly() {
        assert_eq!(Span::milliseconds(1_001_000).frames(FILM), 24_000);
        assert_eq!(Span::milliseconds(3_600_000).frames(FILM), 86_314);
    }

    #[test]
    fn what_is_no_length_is_nothing() {
        for seconds in [-1.0, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(Span::seconds(seconds), Span::default());
        }
        assert_eq!(Span::default() - Span::milliseconds(1), Span::default());
    }
}
