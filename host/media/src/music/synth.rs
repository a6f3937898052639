//! How it sounds: oscillators, envelopes and a small room.

use std::f64::consts::TAU;

use super::RATE;
use super::score::{Note, Score, Voice};

/// Sounds a score.
pub(crate) struct Synth {
    score: Score,
    /// Written down but not yet begun, by start.
    waiting: Vec<Note>,
    /// Up to where the score is written down.
    written: u64,
    at: u64,
    sounding: Vec<Sounding>,
    room: Room,
    dull: [f64; 2],
}

impl Synth {
    pub fn new(score: Score) -> Self {
        Synth { score, waiting: Vec::new(), written: 0, at: 0, sounding: Vec::new(), room: Room::new(), dull: [0.0; 2] }
    }

    /// Sounds the next samples.
    pub fn sound(&mut self, out: &mut [[f64; 2]]) {
        let end = self.at + out.len() as u64;
        while self.written < end {
            let (notes, until) = self.score.next();
            self.waiting.extend(notes);
            self.written = until;
        }
        out.fill([0.0; 2]);
        let (now, later): (Vec<Note>, Vec<Note>) = self.waiting.iter().partition(|note| note.start < end);
        self.waiting = later;
        self.sounding.extend(now.into_iter().map(Sounding::new));
        for sounding in &mut self.sounding {
            let skip = sounding.note.start.saturating_sub(self.at) as usize;
            sounding.add(out.get_mut(skip..).unwrap_or_default());
        }
        self.sounding.retain(|sounding| !sounding.over());
        for sample in out.iter_mut() {
            let wet = self.room.through(*sample);
            for ((dull, dry), wet) in self.dull.iter_mut().zip(sample).zip(wet) {
                // One pole at about 5 kHz takes the edge off.
                *dull += 0.48 * (*dry + 0.35 * wet - *dull);
                *dry = *dull;
            }
        }
        self.at = end;
    }
}

/// A point that goes round once in each period.
#[derive(Clone, Copy)]
struct Phasor {
    sin: f64,
    cos: f64,
    step: (f64, f64),
}

impl Phasor {
    fn new(hertz: f64, phase: f64) -> Self {
        let angle = TAU * hertz / RATE as f64;
        let phase = TAU * phase;
        Phasor { sin: phase.sin(), cos: phase.cos(), step: (angle.sin(), angle.cos()) }
    }

    fn turn(&mut self) -> (f64, f64) {
        let (sin, cos) = (self.sin, self.cos);
        self.sin = sin * self.step.1 + cos * self.step.0;
        self.cos = cos * self.step.1 - sin * self.step.0;
        (sin, cos)
    }
}

struct Sounding {
    note: Note,
    age: u64,
    phasors: Vec<Phasor>,
    /// Of the left and the right channel.
    gains: [f64; 2],
    /// Samples it takes to rise, and to fall once let go.
    attack: f64,
    release: f64,
    /// Factor by which it decays each sample.
    decay: f64,
    level: f64,
}

impl Sounding {
    fn new(note: Note) -> Self {
        let seconds = |s: f64| s * RATE as f64;
        let phase = (note.start % 97) as f64 / 97.0;
        let p = |ratio: f64, shift: f64| Phasor::new(note.pitch * ratio, phase + shift);
        let (phasors, attack, release, decay) = match note.voice {
            // Two a channel, a few cents apart: they beat slowly and sound wide.
            Voice::Pad => {
                (vec![p(0.9978, 0.0), p(1.0013, 0.4), p(0.9989, 0.2), p(1.0024, 0.7)], seconds(1.1), seconds(1.9), 1.0)
            }
            Voice::Pluck => {
                (vec![p(1.0, -phase), p(2.0, -phase)], seconds(0.006), seconds(0.5), (-1.0 / seconds(0.55)).exp())
            }
            Voice::Bass => (vec![p(1.0, -phase)], seconds(0.045), seconds(0.35), (-1.0 / seconds(1.6)).exp()),
        };
        let level = note.loudness
            * match note.voice {
                Voice::Pad => 0.5,
                Voice::Pluck => 0.42,
                Voice::Bass => 0.85,
            };
        // Equal power: as loud at the side as in the middle.
        let angle = (note.side + 1.0) * std::f64::consts::FRAC_PI_4;
        let gains = [angle.cos(), angle.sin()];
        Sounding { note, age: 0, phasors, gains, attack, release, decay, level }
    }

    fn over(&self) -> bool {
        self.age as f64 > self.note.length as f64 + self.release
    }

    fn add(&mut self, out: &mut [[f64; 2]]) {
        let held = self.note.length as f64;
        for sample in out {
            let age = self.age as f64;
            self.age += 1;
            let rise = (age / self.attack).min(1.0);
            let fall = (1.0 - (age - held) / self.release).clamp(0.0, 1.0);
            // Squares instead of straight lines: no corner is heard.
            let envelope = rise * rise * (3.0 - 2.0 * rise) * fall * fall * self.level;
            self.level *= self.decay;
            let [left, right] = match (self.note.voice, self.phasors.as_mut_slice()) {
                (Voice::Pad, [a, b, c, d]) => [warm(a) + warm(b), warm(c) + warm(d)],
                (Voice::Pluck, [base, over]) => {
                    let (s, _) = base.turn();
                    let (s2, c2) = over.turn();
                    // The overtones of a plucked string die long before its tone.
                    let bright = (-age / (0.09 * RATE as f64)).exp();
                    let value = s + (0.28 * s2 + 0.12 * 2.0 * s2 * c2) * bright;
                    [value; 2]
                }
                (_, phasors) => {
                    let (s, c) = phasors.first_mut().map_or((0.0, 0.0), Phasor::turn);
                    [s + 0.32 * s * c + 0.06 * s * (3.0 - 4.0 * s * s); 2]
                }
            };
            sample[0] += left * envelope * self.gains[0];
            sample[1] += right * envelope * self.gains[1];
        }
    }
}

/// A tone with three soft overtones, computed from the first by the multiple-angle formulas.
fn warm(phasor: &mut Phasor) -> f64 {
    let (s, c) = phasor.turn();
    let second = 2.0 * s * c;
    let third = s * (3.0 - 4.0 * s * s);
    0.5 * (s + 0.30 * second + 0.13 * third)
}

/// A room after Schroeder and Moorer: eight echoes that feed themselves and grow dull, then two all-passes.
struct Room {
    combs: [Vec<Comb>; 2],
    passes: [Vec<Line>; 2],
}

struct Comb {
    line: Line,
    dull: f64,
}

struct Line {
    samples: Vec<f64>,
    at: usize,
}

impl Line {
    fn new(length: usize) -> Self {
        Line { samples: vec![0.0; length], at: 0 }
    }

    fn swap(&mut self, value: f64) {
        self.samples[self.at] = value;
        self.at = (self.at + 1) % self.samples.len();
    }

    fn oldest(&self) -> f64 {
        self.samples[self.at]
    }
}

impl Room {
    fn new() -> Self {
        // Lengths without common divisors, other ones at the right: the room is wide.
        let combs =
            |shift: usize| [1687, 1801, 2053, 2251].map(|n| Comb { line: Line::new(n + shift), dull: 0.0 }).into();
        let passes = |shift: usize| [605, 241].map(|n| Line::new(n + shift)).into();
        Room { combs: [combs(0), combs(37)], passes: [passes(0), passes(23)] }
    }

    fn through(&mut self, dry: [f64; 2]) -> [f64; 2] {
        let mono = (dry[0] + dry[1]) * 0.25;
        std::array::from_fn(|side| {
            let mut sum = 0.0;
            for comb in &mut self.combs[side] {
                let old = comb.line.oldest();
                comb.dull = old * 0.65 + comb.dull * 0.35;
                comb.line.swap(mono + dry[side] * 0.25 + comb.dull * 0.8);
                sum += old;
            }
            for pass in &mut self.passes[side] {
                let old = pass.oldest();
                let new = sum + old * 0.5;
                pass.swap(new);
                sum = old - new * 0.5;
            }
            sum
        })
    }
}
