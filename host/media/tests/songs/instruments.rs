//! A handful of instruments, none of them beautiful.

use std::f64::consts::TAU;

/// Samples per second.
pub const RATE: u32 = 24_000;

/// What is played goes here.
pub struct Mix {
    pub samples: Vec<f32>,
    seed: u64,
}

impl Mix {
    pub fn new(seconds: f64) -> Self {
        Mix { samples: vec![0.0; (seconds * f64::from(RATE)) as usize], seed: 7 }
    }

    /// From 0 to just below 1 (SplitMix64).
    pub fn dice(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal, with standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.dice()).sum::<f64>() - 6.0
    }

    fn add(&mut self, at: f64, seconds: f64, mut voice: impl FnMut(f64, f64) -> f64) {
        // Whole samples would move a beat by up to 0.04 ms: nothing here measures that.
        let first = (at * f64::from(RATE)).round() as usize;
        for index in 0..(seconds * f64::from(RATE)) as usize {
            let dice = self.dice() * 2.0 - 1.0;
            let Some(sample) = self.samples.get_mut(first + index) else { return };
            *sample += voice(index as f64 / f64::from(RATE), dice) as f32;
        }
    }

    pub fn click(&mut self, at: f64, pitch: f64, level: f32) {
        self.add(at, 0.05, |t, _| f64::from(level) * (TAU * pitch * t).sin() * (-t / 0.01).exp());
    }

    pub fn kick(&mut self, at: f64, level: f32) {
        self.add(at, 0.3, |t, dice| {
            let phase = 50.0 * t + 70.0 * 0.04 * (1.0 - (-t / 0.04).exp());
            f64::from(level) * ((TAU * phase).sin() * (-t / 0.09).exp() + 0.15 * dice * (-t / 0.004).exp())
        });
    }

    pub fn snare(&mut self, at: f64, level: f32) {
        self.add(at, 0.25, |t, dice| {
            f64::from(level) * (0.5 * (TAU * 190.0 * t).sin() * (-t / 0.05).exp() + 0.5 * dice * (-t / 0.07).exp())
        });
    }

    /// Noise without its lower half: a hi-hat where it is short, a ride cymbal where it rings.
    pub fn hat(&mut self, at: f64, ring: f64, level: f32) {
        let mut before = 0.0;
        self.add(at, ring * 5.0, |t, dice| {
            let high = (dice - before) / 2.0;
            before = dice;
            f64::from(level) * high * (-t / ring).exp()
        });
    }

    /// A string: five partials, the higher the shorter.
    pub fn pluck(&mut self, at: f64, pitch: f64, ring: f64, level: f32) {
        self.add(at, ring * 4.0, |t, _| {
            let tone = |n: f64| (TAU * pitch * n * t).sin() / n * (-t * n.sqrt() / ring).exp();
            f64::from(level) * (1.0 - (-t / 0.003).exp()) * (1..6).map(|n| tone(f64::from(n))).sum::<f64>() / 2.0
        });
    }

    /// A chord that comes and goes slowly.
    pub fn pad(&mut self, at: f64, seconds: f64, pitch: f64, level: f32) {
        self.add(at, seconds, |t, _| {
            let fade = (t / 0.25).min((seconds - t) / 0.25).clamp(0.0, 1.0);
            let tone = |times: f64| (TAU * pitch * times * t).sin() + 0.3 * (TAU * pitch * times * 2.003 * t).sin();
            f64::from(level) * fade * (tone(2.0) + tone(2.52) + tone(3.0)) / 4.0
        });
    }

    pub fn noise(&mut self, level: f32) {
        self.add(0.0, f64::INFINITY.min(1e4), |_, dice| f64::from(level) * dice);
    }
}
