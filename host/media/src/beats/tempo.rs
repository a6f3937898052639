//! Which tempo it is: how far apart onsets repeat, and of the tempos that fit, which one a listener would tap.

use super::onsets::Onsets;
use super::path::{self, Path};
use super::spectrum::FRAMES;

/// The slowest and the fastest tempo, in beats per minute.
pub(crate) const SLOWEST: f64 = 30.0;
pub(crate) const FASTEST: f64 = 300.0;
/// Frames in a minute.
const MINUTE: f64 = 60.0 * FRAMES;
/// The tempo that is tapped most, and how many octaves below and above it a tempo is less likely by a factor of √e.
const USUAL: f64 = 120.0;
const SLOWER: f64 = 0.7;
const FASTER: f64 = 1.1;
/// The share of the best tempo's clarity from which on another fits as well.
const FITS: f64 = 0.6;
/// Multiples of a beat that must repeat as well.
const MULTIPLES: usize = 4;
/// How much it speaks against a tempo that as much begins between its beats as on them.
const BETWEEN: f64 = 0.6;
/// From one period that is tried to the next.
const STEP: f64 = 1.0025;
/// Tempos that are looked at closely.
const CLOSELY: usize = 6;

/// A tempo, with the beats that it would have.
#[derive(Clone, Debug)]
pub(crate) struct Hypothesis {
    /// Where its beats would lie.
    pub path: Path,
    /// How much speaks for it, among others.
    pub score: f64,
    /// How well onsets repeat at it, from 0 to 1.
    pub clarity: f64,
}

/// The tempos that fit, the likeliest first; none where nothing repeats. A tempo that is told decides between them.
pub(crate) fn hypotheses(onsets: &Onsets, told_bpm: Option<f64>) -> Vec<Hypothesis> {
    let repeats = repeats(&onsets.all, (MINUTE / SLOWEST * MULTIPLES as f64) as usize + 2);
    let judged = |path: Path, clarity: f64| {
        let fit = contrast(&onsets.weight, &path) * path.evenness() * clarity.sqrt();
        Hypothesis { score: likelihood(path.period) * fit, path, clarity }
    };
    let mut all: Vec<Hypothesis> = Vec::new();
    for (period, clarity) in promising(&repeats) {
        if all.iter().all(|other| !near(other.path.period, period)) {
            all.extend(path::follow(&onsets.all, period).map(|path| judged(path, clarity)));
        }
    }
    all.sort_by(|a, b| b.score.total_cmp(&a.score));
    let Some(best) = all.first().map(|best| best.path.clone()) else { return all };
    // Half and twice the tempo lie on the same beats, whatever the onsets by themselves would say.
    for octave in [best.halved(&onsets.weight), best.doubled(&onsets.all)].into_iter().flatten() {
        if (SLOWEST..=FASTEST).contains(&(MINUTE / octave.period)) {
            all.retain(|other| !near(other.path.period, octave.period));
            let clarity = clarity(&repeats, octave.period).max(0.0);
            all.push(judged(octave, clarity));
        }
    }
    if let Some(bpm) = told_bpm {
        follow_told(&mut all, MINUTE / bpm);
    }
    all
}

/// The periods at which onsets repeat best, each with how well; the likeliest first.
fn promising(repeats: &[f64]) -> Vec<(f64, f64)> {
    let (shortest, longest) = (MINUTE / FASTEST, MINUTE / SLOWEST);
    let steps = ((longest / shortest).ln() / STEP.ln()) as i32;
    let periods = (-1..=steps + 1).map(|step| shortest * STEP.powi(step));
    let tried: Vec<(f64, f64)> = periods.map(|period| (period, clarity(repeats, period))).collect();
    let tops = tried.windows(3).filter(|three| three[1].1 > 0.0 && three[1].1 >= three[0].1 && three[1].1 > three[2].1);
    let mut tops: Vec<(f64, f64)> = tops.map(|three| three[1]).collect();
    let promise = |top: &(f64, f64)| top.1 * likelihood(top.0);
    tops.sort_by(|a, b| promise(b).total_cmp(&promise(a)));
    tops.truncate(CLOSELY);
    tops
}

/// Puts the tempo in front that was told, or of those that fit as well as the best or are its octaves, the nearest.
fn follow_told(all: &mut [Hypothesis], told: f64) {
    let Some(best) = all.first() else { return };
    let (clarity, period) = (best.clarity, best.path.period);
    let fits = |other: &Hypothesis| {
        let octave = near(other.path.period * 2.0, period) || near(other.path.period / 2.0, period);
        octave || other.clarity >= clarity * FITS
    };
    let away = |other: &Hypothesis| (other.path.period / told).ln().abs();
    let fitting = all.iter().enumerate().filter(|(_, other)| fits(other));
    if let Some((meant, _)) = fitting.min_by(|a, b| away(a.1).total_cmp(&away(b.1))) {
        all[..=meant].rotate_right(1);
        // Where the beats lie is no less sure than it was.
        all[0].clarity = all[0].clarity.max(clarity);
    }
}

/// Whether two periods are one.
pub(crate) fn near(a: f64, b: f64) -> bool {
    (a / b).ln().abs() < 0.03
}

/// How likely a period is before anything is heard, from 0 to 1.
fn likelihood(period: f64) -> f64 {
    let bpm = MINUTE / period;
    let away = (bpm / USUAL).log2() / if bpm < USUAL { SLOWER } else { FASTER };
    (-0.5 * away * away).exp()
}

/// How well the onsets repeat after each number of frames: 1 where exactly, about 0 where by chance.
fn repeats(onsets: &[f32], most: usize) -> Vec<f64> {
    let mean = onsets.iter().sum::<f32>() / onsets.len().max(1) as f32;
    let centred: Vec<f32> = onsets.iter().map(|value| value - mean).collect();
    let product = |lag: usize| -> f64 {
        let later = centred.get(lag..).unwrap_or_default();
        let sum: f32 = centred.iter().zip(later).map(|(a, b)| a * b).sum();
        f64::from(sum) / later.len().max(1) as f64
    };
    let whole = product(0).max(1e-9);
    (0..=most).map(|lag| product(lag) / whole).collect()
}

/// How well the onsets repeat after one period and after several.
fn clarity(repeats: &[f64], period: f64) -> f64 {
    let at = |lag: f64| {
        let (index, part) = (lag as usize, lag.fract());
        let value = |index: usize| repeats.get(index).copied().unwrap_or(0.0);
        value(index) * (1.0 - part) + value(index + 1) * part
    };
    (1..=MULTIPLES).map(|times| at(period * times as f64)).sum::<f64>() / MULTIPLES as f64
}

/// How much more begins on the beats than halfway, or a third, between them.
fn contrast(onsets: &[f32], path: &Path) -> f64 {
    let mut peaks = path::peaks(onsets);
    let strong = *path::nth(&mut peaks, 0.9).unwrap_or(&1.0);
    let strength = |at: f64| f64::from(path::strongest(onsets, at, 2) / strong).min(1.0);
    let between = |part: f64| {
        let pairs = path.beats.windows(2);
        let count = pairs.len().max(1) as f64;
        pairs.map(|pair| strength(pair[0] + part * (pair[1] - pair[0]))).sum::<f64>() / count
    };
    let count = path.beats.len().max(1) as f64;
    // The root makes weak beats count: a tempo of which every other beat is empty is none.
    let on = (path.beats.iter().map(|at| strength(*at).sqrt()).sum::<f64>() / count).powi(2);
    let off = between(0.5).max((between(1.0 / 3.0) + between(2.0 / 3.0)) / 2.0);
    (on - BETWEEN * off).max(0.0)
}
