//! How much begins to sound at each moment: what a band has gained, loudness taken as the ear does, over all bands.

use super::spectrum::{BANDS, BASS, Frame, octaves};

/// The quietest that is listened to, below the loudest: −60 dB.
const FLOOR: f32 = 1e-6;
/// Power below which nothing was played at all: about −110 dBFS.
const SILENCE: f32 = 1e-6;
/// Frames between the two moments that are compared; one would split an onset in two.
const LAG: usize = 2;
/// How much more the bass weighs than the rest.
const HEAVY: f32 = 2.0;
/// Frames to either side whose average is what goes on anyway.
const AROUND: usize = 40;
/// Frames to either side whose level is the level of the passage.
const PASSAGE: usize = 400;

/// The onsets of a piece, frame by frame. The whole has the root mean square 1, or is all zero.
pub(crate) struct Onsets {
    /// Over all bands; soft passages are brought up.
    pub all: Vec<f32>,
    /// In the bass alone.
    pub bass: Vec<f32>,
    /// Over all bands, with the bass before the others: what feet follow.
    pub weight: Vec<f32>,
}

impl Onsets {
    /// Compares each frame with the one before. Turns the frames' power into loudness in place.
    pub fn of(frames: &mut [Frame]) -> Self {
        let loudest = frames.iter().flatten().fold(0.0f32, |most, power| most.max(*power));
        if loudest < SILENCE {
            let none = vec![0.0; frames.len()];
            return Onsets { all: none.clone(), bass: none.clone(), weight: none };
        }
        for power in frames.iter_mut().flatten() {
            *power = (1.0 + *power / (loudest * FLOOR)).log10();
        }
        let weights = octaves();
        let (mut all, mut bass) = (vec![0.0; frames.len()], vec![0.0; frames.len()]);
        for (at, pair) in frames.windows(LAG + 1).enumerate() {
            let [before, .., now] = pair else { continue };
            let mut gains = [0.0; BANDS];
            for (band, gain) in gains.iter_mut().enumerate() {
                // The loudest of the neighbours before: so a tone that wavers gains nothing.
                let around = before.get(band.saturating_sub(1)..(band + 2).min(BANDS)).unwrap_or_default();
                let most = around.iter().fold(0.0f32, |most, value| most.max(*value));
                *gain = weights[band] * (now[band] - most).max(0.0);
            }
            all[at + LAG] = gains.iter().sum();
            bass[at + LAG] = gains[..BASS].iter().sum();
        }
        let weight: Vec<f32> = all.iter().zip(&bass).map(|(all, bass)| all + HEAVY * bass).collect();
        Onsets { all: levelled(&all), bass: levelled(&bass), weight: levelled(&weight) }
    }
}

/// Takes away what goes on anyway, brings soft passages up, and smooths by a frame.
fn levelled(gains: &[f32]) -> Vec<f32> {
    let usual = average(gains, AROUND);
    let above: Vec<f32> = gains.iter().zip(&usual).map(|(gain, usual)| (gain - usual).max(0.0)).collect();
    let power: Vec<f32> = above.iter().map(|value| value * value).collect();
    let whole = power.iter().sum::<f32>() / power.len().max(1) as f32;
    if whole <= 0.0 {
        return above;
    }
    let passage = average(&power, PASSAGE);
    // A passage is never raised to the level of the others: a hum is no rhythm.
    let even: Vec<f32> =
        above.iter().zip(&passage).map(|(value, power)| value / (power + whole / 4.0).sqrt()).collect();
    let smooth: Vec<f32> = (0..even.len())
        .map(|at| {
            let value = |at: Option<usize>| at.and_then(|at| even.get(at)).copied().unwrap_or(0.0);
            0.25 * value(at.checked_sub(1)) + 0.5 * even[at] + 0.25 * value(Some(at + 1))
        })
        .collect();
    let rms = (smooth.iter().map(|value| value * value).sum::<f32>() / smooth.len() as f32).sqrt();
    smooth.iter().map(|value| value / rms).collect()
}

/// The average over so many frames to either side.
fn average(values: &[f32], reach: usize) -> Vec<f32> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0f64);
    for value in values {
        sums.push(sums.last().unwrap_or(&0.0) + f64::from(*value));
    }
    (0..values.len())
        .map(|at| {
            let (from, to) = (at.saturating_sub(reach), (at + reach + 1).min(values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        })
        .collect()
}
