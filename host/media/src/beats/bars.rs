//! Which beats begin a bar: those with the bass, the accent and the change of harmony.

use super::path::strongest;
use super::spectrum::{BANDS, Frame};

/// Differences that nobody hears, as a share of the mean: of onsets, and of loudness (1 dB in 60).
const UNHEARD: f64 = 0.02;
const UNHEARD_LOUDNESS: f64 = 0.015;
/// Frames from a beat in which it is at its loudest.
const ATTACK: usize = 8;
/// Beats below which bars are not looked for.
const LEAST: usize = 8;
/// How far the best of seven ways to count bars must stand out: by chance it does by 2.
const STANDS_OUT: f64 = 3.0;

/// What is said about the bars.
pub(crate) struct Bars {
    /// 3 or 4.
    pub beats: usize,
    /// The first beat that begins one.
    pub first: usize,
    /// From 0 (nothing tells) to 1.
    pub confidence: f64,
}

/// Looks for bars. `frames` holds loudness, not power.
pub(crate) fn find(frames: &[Frame], all: &[f32], bass: &[f32], beats: &[f64]) -> Bars {
    let none = Bars { beats: 4, first: 0, confidence: 0.0 };
    if beats.len() < LEAST {
        return none;
    }
    let features = [
        standard(beats.iter().map(|at| f64::from(strongest(all, *at, 2))).collect(), UNHEARD),
        standard(beats.iter().map(|at| f64::from(strongest(bass, *at, 2))).collect(), UNHEARD),
        standard(beats.iter().map(|at| loudness(frames, *at)).collect(), UNHEARD_LOUDNESS),
        standard(changes(frames, beats), UNHEARD),
    ];
    // How far the first beat of a bar stands out from the others, in standard errors of chance.
    let stands_out = |meter: usize, first: usize| {
        let part: f64 = features
            .iter()
            .map(|values| {
                let on = values.iter().skip(first).step_by(meter);
                let count = on.len().max(1) as f64;
                on.sum::<f64>() / count.sqrt()
            })
            .sum();
        part / (features.len() as f64).sqrt()
    };
    let mut ways: Vec<(f64, usize, usize)> = [4, 3]
        .into_iter()
        .flat_map(|meter| (0..meter).map(move |first| (meter, first)))
        .map(|(meter, first)| (stands_out(meter, first), meter, first))
        .collect();
    ways.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((best, meter, first)) = ways.first().copied() else { return none };
    let second = ways.get(1).map_or(0.0, |other| other.0.max(0.0));
    if best < STANDS_OUT {
        return none;
    }
    Bars { beats: meter, first, confidence: ((best - second) / STANDS_OUT).min(1.0) }
}

/// How different the sound is from one beat to the next.
fn changes(frames: &[Frame], beats: &[f64]) -> Vec<f64> {
    let sounds: Vec<[f64; BANDS]> = beats
        .iter()
        .zip(beats.iter().skip(1).chain([&f64::INFINITY]))
        .map(|(from, to)| {
            let (from, to) = (from.max(0.0) as usize, to.min(frames.len() as f64) as usize);
            let part = frames.get(from..to.max(from)).unwrap_or_default();
            let mut sum = [0.0; BANDS];
            for frame in part {
                sum.iter_mut().zip(frame).for_each(|(sum, value)| *sum += f64::from(*value) / part.len() as f64);
            }
            sum
        })
        .collect();
    let change = |pair: &[[f64; BANDS]]| pair[0].iter().zip(&pair[1]).map(|(a, b)| (b - a).abs()).sum::<f64>();
    std::iter::once(0.0).chain(sounds.windows(2).map(change)).collect()
}

/// The loudest band where a beat begins, as a power of ten.
fn loudness(frames: &[Frame], beat: f64) -> f64 {
    let at = beat.round().max(0.0) as usize;
    let begins = frames.get(at..(at + ATTACK).min(frames.len())).unwrap_or_default();
    f64::from(begins.iter().flatten().fold(0.0f32, |most, value| most.max(*value)))
}

/// The same with mean 0 and standard deviation 1; all zero where they differ less than can be heard.
fn standard(values: Vec<f64>, unheard: f64) -> Vec<f64> {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    values.iter().map(|value| if spread > mean * unheard { (value - mean) / spread } else { 0.0 }).collect()
}
