//! From samples to what an ear hears of them: the power in bands that follow the mel scale, 100 times a second.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples per second.
pub(crate) const RATE: u32 = 24_000;
/// Frames per second.
pub(crate) const FRAMES: f64 = (RATE as usize / HOP) as f64;
/// Bands of a frame.
pub(crate) const BANDS: usize = 40;
/// The band from which on a sound is no bass: 250 Hz.
pub(crate) const BASS: usize = 3;
/// Frames before the first sample, so that what begins with it is seen to begin.
pub(crate) const LEAD: usize = 8;
/// Samples from one frame to the next.
const HOP: usize = 240;
/// Samples of a frame: 43 ms, within which a drum and its echo are one.
const WINDOW: usize = 1024;
/// The lowest and the highest frequency that is listened to, in Hz.
const LOWEST: f64 = 30.0;
const HIGHEST: f64 = 11_000.0;

/// The power in each band, from the lowest on.
pub(crate) type Frame = [f32; BANDS];

/// Takes samples a block at a time and keeps no more of them than a frame needs.
pub(crate) struct Spectrum {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    filters: Vec<Filter>,
    /// Samples that are not in a frame of their own yet.
    pending: Vec<f32>,
    samples: u64,
    frames: Vec<Frame>,
    input: Vec<f32>,
    output: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

/// A triangle over neighbouring bins.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

impl Spectrum {
    pub fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let hann = |at: usize| (std::f64::consts::PI * (at as f64 + 0.5) / WINDOW as f64).sin().powi(2) as f32;
        Spectrum {
            window: (0..WINDOW).map(hann).collect(),
            filters: filters(),
            // The first frame's middle is the first sample, less the lead.
            pending: vec![0.0; WINDOW / 2 + LEAD * HOP],
            samples: 0,
            frames: Vec::new(),
            input: fft.make_input_vec(),
            output: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
        }
    }

    /// Samples taken so far.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Takes mono samples, 24,000 a second. What is no number is silence.
    pub fn push(&mut self, samples: &[f32]) {
        self.samples += samples.len() as u64;
        self.pending.extend(samples.iter().map(|v| if v.is_finite() { v.clamp(-8.0, 8.0) } else { 0.0 }));
        let mut at = 0;
        while let Some(block) = self.pending.get(at..at + WINDOW) {
            for ((input, sample), weight) in self.input.iter_mut().zip(block).zip(&self.window) {
                *input = sample * weight;
            }
            // It fails where lengths differ, and they were made by the same plan.
            if self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch).is_ok() {
                self.frames.push(bands(&self.filters, &self.output));
            }
            at += HOP;
        }
        self.pending.drain(..at);
    }

    /// All frames that are full of samples; the first lies [`LEAD`] frames before the first sample.
    pub fn finish(self) -> Vec<Frame> {
        self.frames
    }
}

fn bands(filters: &[Filter], spectrum: &[Complex32]) -> Frame {
    let mut frame = [0.0; BANDS];
    for (band, filter) in frame.iter_mut().zip(filters) {
        let bins = spectrum.get(filter.first..).unwrap_or_default();
        *band = bins.iter().zip(&filter.weights).map(|(bin, weight)| bin.norm_sqr() * weight).sum();
    }
    frame
}

fn filters() -> Vec<Filter> {
    let bin = |hertz: f64| hertz * WINDOW as f64 / f64::from(RATE);
    (0..BANDS)
        .map(|band| {
            let [low, middle, high] = [0, 1, 2].map(|step| bin(edge(band + step)));
            // At the bottom a band is narrower than a bin: it then takes the nearest.
            let (first, last) = (low.min(middle - 1.0).ceil().max(1.0), high.max(middle + 1.0).floor());
            let weight = |at: usize| {
                let at = at as f64;
                let side = if at < middle { (middle - low).max(1.0) } else { (high - middle).max(1.0) };
                (1.0 - (at - middle).abs() / side).max(0.0) as f32
            };
            Filter { first: first as usize, weights: (first as usize..=last as usize).map(weight).collect() }
        })
        .collect()
}

/// The lower edge of a band in Hz; its middle is the next band's edge.
fn edge(band: usize) -> f64 {
    let mel = |hertz: f64| (1.0 + hertz / 700.0).ln();
    let (low, high) = (mel(LOWEST), mel(HIGHEST));
    700.0 * ((low + (high - low) * band as f64 / (BANDS + 1) as f64).exp() - 1.0)
}

/// How wide each band is in octaves, as a share of all: so every octave counts alike, however many bands it has.
pub(crate) fn octaves() -> Frame {
    let mut widths = [0.0; BANDS];
    for (band, width) in widths.iter_mut().enumerate() {
        *width = (edge(band + 2) / edge(band)).log2() as f32;
    }
    let sum: f32 = widths.iter().sum();
    widths.map(|width| width / sum)
}
