//! The beats of a piece of music: when they fall, how strong they are, which of them begin a bar.

use serde::{Deserialize, Serialize};

/// What the beat tracker heard in a piece of music.
///
/// Where nothing beats, `beats` is empty and `bpm` and `confidence` are zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beats {
    /// How long the music lasts, in milliseconds.
    pub duration_ms: u64,
    /// The tempo in beats per minute; where it changes, on the whole.
    pub bpm: f64,
    /// How sure the tempo and the places of the beats are, from 0 to 1.
    pub confidence: f64,
    /// Whether the tempo holds from the first beat to the last. The beats then lie on one even grid.
    pub steady: bool,
    /// In order, from the first sound to the last. A silence between two sounds is bridged.
    pub beats: Vec<Beat>,
    /// Beats in a bar: 3 or 4; 0 where there are no beats.
    pub beats_per_bar: u32,
    /// How sure the bars are, from 0 to 1. At 0 nothing told them apart, and the first beat is taken to begin one.
    pub bar_confidence: f64,
    /// Half and twice the tempo, where they are tempos at all: what else a listener may tap.
    pub alternatives: Vec<Tempo>,
}

/// One beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// In milliseconds from the beginning of the file.
    pub time_ms: f64,
    /// How much begins to sound on it, from 0 (nothing: it is bridged) to 1 (as much as on the strongest).
    pub strength: f64,
    /// Whether it begins a bar.
    pub downbeat: bool,
}

/// A tempo that may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tempo {
    /// In beats per minute.
    pub bpm: f64,
    /// How likely it is, from 0 to 1, on the scale of [`Beats::confidence`].
    pub confidence: f64,
}
