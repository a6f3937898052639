//! From samples to beats: the parts of the tracker in their order.

use kinora_domain::beats::{Beat, Beats, Tempo};

use super::onsets::Onsets;
use super::path::{nth, strongest};
use super::spectrum::{FRAMES, LEAD, RATE, Spectrum};
use super::{bars, tempo};

/// An onset is seen so many frames before it is heard: as soon as a frame's window reaches it.
const EARLY: f64 = 0.3;

/// Listens to a piece of music and says where its beats are.
///
/// Takes mono samples, 24,000 a second ([`BeatTracker::RATE`]), in blocks of any length. Keeps 16 kB for each second;
/// costs less than a thousandth of the music's length.
pub struct BeatTracker {
    spectrum: Spectrum,
}

impl Default for BeatTracker {
    fn default() -> Self {
        BeatTracker { spectrum: Spectrum::new() }
    }
}

impl BeatTracker {
    /// Samples per second.
    pub const RATE: u32 = RATE;

    /// Takes the next samples. What is not finite counts as silence.
    pub fn push(&mut self, samples: &[f32]) {
        self.spectrum.push(samples);
    }

    /// Whole seconds taken so far.
    pub(crate) fn seconds(&self) -> u64 {
        self.spectrum.samples() / u64::from(RATE)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.spectrum.samples() == 0
    }

    /// Where the beats are. A tempo that is told, in beats per minute, decides between the tempos that fit, half and
    /// twice the tempo above all; it does not make beats where there are none.
    pub fn finish(self, told_bpm: Option<f64>) -> Beats {
        let duration_ms = self.spectrum.samples() * 1000 / u64::from(RATE);
        let silent = Beats { duration_ms, ..Beats::default() };
        let mut frames = self.spectrum.finish();
        let onsets = Onsets::of(&mut frames);
        let all = tempo::hypotheses(&onsets, told_bpm);
        let Some(best) = all.first() else { return silent };
        let confidence = confidence(best.clarity, duration_ms as f64 / 1000.0);
        if confidence <= 0.0 {
            return silent;
        }
        let bars = bars::find(&frames, &onsets.all, &onsets.bass, &best.path.beats);
        let strengths: Vec<f32> = best.path.beats.iter().map(|at| strongest(&onsets.all, *at, 3)).collect();
        let strong = nth(&mut strengths.clone(), 0.95).copied().unwrap_or(1.0).max(1e-6);
        let time = |at: f64| ((at - LEAD as f64 + EARLY) * 1000.0 / FRAMES).clamp(0.0, duration_ms as f64);
        let beats = best.path.beats.iter().zip(&strengths).enumerate().map(|(index, (at, strength))| Beat {
            time_ms: (time(*at) * 1000.0).round() / 1000.0,
            strength: f64::from((strength / strong).min(1.0)),
            downbeat: index % bars.beats == bars.first,
        });
        let bpm = |period: f64| (60.0 * FRAMES / period * 1000.0).round() / 1000.0;
        let other = |times: f64| {
            let bpm = bpm(best.path.period / times);
            let near = all.iter().find(|other| tempo::near(other.path.period * times, best.path.period));
            let score = near.map_or(0.0, |other| (other.score / best.score.max(1e-9)).min(1.0));
            (tempo::SLOWEST..=tempo::FASTEST).contains(&bpm).then_some(Tempo { bpm, confidence: confidence * score })
        };
        Beats {
            duration_ms,
            bpm: bpm(best.path.period),
            confidence,
            steady: best.path.steady,
            beats: beats.collect(),
            beats_per_bar: bars.beats as u32,
            bar_confidence: bars.confidence,
            alternatives: [0.5, 2.0].into_iter().filter_map(other).collect(),
        }
    }
}

/// How sure it is, by how well onsets repeat. In a few seconds they do so by chance.
fn confidence(clarity: f64, seconds: f64) -> f64 {
    let chance = (0.4 / seconds.max(1.0).sqrt()).max(0.04);
    ((clarity - chance) / (0.4 - chance)).clamp(0.0, 1.0)
}
