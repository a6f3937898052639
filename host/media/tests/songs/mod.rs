//! The benchmark set of the beat tracker: pieces that are synthesised, so that where their beats lie is known exactly.
//! The tests and `examples/beats.rs` share it.

mod instruments;

pub use instruments::{Mix, RATE};

/// A piece and the truth about it.
pub struct Song {
    /// What it is: `rock-97.5`.
    pub name: String,
    /// Mono, [`RATE`] a second.
    pub samples: Vec<f32>,
    /// Beats per minute; 0 where nothing beats.
    pub bpm: f64,
    /// In seconds.
    pub beats: Vec<f64>,
    /// Beats in a bar; 0 where nothing tells bars apart.
    pub meter: usize,
}

/// What a piece is made of.
struct Score {
    bpm: f64,
    /// Seconds before the first beat.
    offset: f64,
    bars: usize,
    meter: usize,
    /// Whether bars can be told apart by listening.
    barred: bool,
    /// Where the second half of a beat falls, as a share of the beat: 0.5 straight, 0.667 swung.
    swing: f64,
    /// How far strokes fall beside their time, in seconds (standard deviation).
    human: f64,
    /// How much faster the last beat is than the first.
    faster: f64,
    /// The bar in which nobody plays.
    silent: Option<usize>,
    /// The level of white noise.
    noise: f32,
}

impl Default for Score {
    fn default() -> Self {
        Score {
            bpm: 120.0,
            offset: 0.2,
            bars: 10,
            meter: 4,
            barred: true,
            swing: 0.5,
            human: 0.0,
            faster: 1.0,
            silent: None,
            noise: 0.001,
        }
    }
}

/// One bar: an instrument, a beat within the bar (0.5 is the second half of the first), how loud.
type Pattern = &'static [(Voice, f64, f32)];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Voice {
    Click,
    High,
    Kick,
    Snare,
    Hat,
    Ride,
    /// A chord that is plucked, a bass note, and a pad that comes slowly; their pitch changes with each bar.
    Chord,
    Bass,
    Pad,
}
use Voice::{Bass, Chord, Click, Hat, High, Kick, Pad, Ride, Snare};

const CLICKS: Pattern = &[(Click, 0.0, 0.8), (Click, 1.0, 0.8), (Click, 2.0, 0.8), (Click, 3.0, 0.8)];
const METRONOME: Pattern = &[(High, 0.0, 0.9), (Click, 1.0, 0.6), (Click, 2.0, 0.6), (Click, 3.0, 0.6)];
const ROCK: Pattern = &[
    (Kick, 0.0, 0.9),
    (Snare, 1.0, 0.7),
    (Kick, 2.0, 0.8),
    (Kick, 2.5, 0.6),
    (Snare, 3.0, 0.7),
    (Hat, 0.0, 0.3),
    (Hat, 0.5, 0.2),
    (Hat, 1.0, 0.3),
    (Hat, 1.5, 0.2),
    (Hat, 2.0, 0.3),
    (Hat, 2.5, 0.2),
    (Hat, 3.0, 0.3),
    (Hat, 3.5, 0.2),
    (Bass, 0.0, 0.4),
];
const HOUSE: Pattern = &[
    (Kick, 0.0, 0.9),
    (Kick, 1.0, 0.9),
    (Kick, 2.0, 0.9),
    (Kick, 3.0, 0.9),
    (Snare, 1.0, 0.4),
    (Snare, 3.0, 0.4),
    (Hat, 0.5, 0.35),
    (Hat, 1.5, 0.35),
    (Hat, 2.5, 0.35),
    (Hat, 3.5, 0.35),
    (Pad, 0.0, 0.3),
    (Bass, 0.0, 0.3),
];
const JUNGLE: Pattern = &[
    (Kick, 0.0, 0.9),
    (Snare, 1.0, 0.8),
    (Kick, 2.5, 0.9),
    (Snare, 3.0, 0.8),
    (Hat, 0.0, 0.3),
    (Hat, 0.5, 0.3),
    (Hat, 1.0, 0.3),
    (Hat, 1.5, 0.3),
    (Hat, 2.0, 0.3),
    (Hat, 2.5, 0.3),
    (Hat, 3.0, 0.3),
    (Hat, 3.5, 0.3),
    (Bass, 0.0, 0.4),
];
const WALTZ: Pattern =
    &[(Kick, 0.0, 0.9), (Bass, 0.0, 0.4), (Hat, 1.0, 0.5), (Chord, 1.0, 0.3), (Hat, 2.0, 0.5), (Chord, 2.0, 0.3)];
const SWING: Pattern = &[
    (Ride, 0.0, 0.5),
    (Ride, 1.0, 0.6),
    (Ride, 1.5, 0.35),
    (Ride, 2.0, 0.5),
    (Ride, 3.0, 0.6),
    (Ride, 3.5, 0.35),
    (Hat, 1.0, 0.4),
    (Hat, 3.0, 0.4),
    (Bass, 0.0, 0.5),
    (Bass, 1.0, 0.4),
    (Bass, 2.0, 0.4),
    (Bass, 3.0, 0.4),
];
const SHUFFLE: Pattern = &[
    (Kick, 0.0, 0.9),
    (Hat, 0.0, 0.35),
    (Hat, 0.5, 0.25),
    (Snare, 1.0, 0.7),
    (Hat, 1.0, 0.35),
    (Hat, 1.5, 0.25),
    (Kick, 2.0, 0.9),
    (Hat, 2.0, 0.35),
    (Hat, 2.5, 0.25),
    (Snare, 3.0, 0.7),
    (Hat, 3.0, 0.35),
    (Hat, 3.5, 0.25),
    (Bass, 0.0, 0.4),
];
const SONG: Pattern = &[
    (Pad, 0.0, 0.3),
    (Bass, 0.0, 0.5),
    (Bass, 2.0, 0.4),
    (Chord, 0.0, 0.4),
    (Chord, 1.0, 0.3),
    (Chord, 2.0, 0.35),
    (Chord, 2.5, 0.2),
    (Chord, 3.0, 0.3),
];

const SIXTEENTHS: Pattern = &[
    (Kick, 0.0, 0.9),
    (Snare, 1.0, 0.8),
    (Kick, 2.25, 0.7),
    (Kick, 2.75, 0.6),
    (Snare, 3.0, 0.8),
    (Hat, 0.0, 0.3),
    (Hat, 0.25, 0.15),
    (Hat, 0.5, 0.25),
    (Hat, 0.75, 0.15),
    (Hat, 1.0, 0.3),
    (Hat, 1.25, 0.15),
    (Hat, 1.5, 0.25),
    (Hat, 1.75, 0.15),
    (Hat, 2.0, 0.3),
    (Hat, 2.25, 0.15),
    (Hat, 2.5, 0.25),
    (Hat, 2.75, 0.15),
    (Hat, 3.0, 0.3),
    (Hat, 3.25, 0.15),
    (Hat, 3.5, 0.25),
    (Hat, 3.75, 0.15),
    (Bass, 0.0, 0.4),
    (Bass, 2.5, 0.4),
];
const FUNK: Pattern = &[
    (Kick, 0.0, 0.9),
    (Kick, 0.75, 0.6),
    (Snare, 1.0, 0.8),
    (Snare, 1.75, 0.25),
    (Kick, 2.5, 0.9),
    (Snare, 3.0, 0.8),
    (Snare, 3.75, 0.25),
    (Hat, 0.0, 0.3),
    (Hat, 0.5, 0.3),
    (Hat, 1.0, 0.3),
    (Hat, 1.5, 0.3),
    (Hat, 2.0, 0.3),
    (Hat, 2.5, 0.3),
    (Hat, 3.0, 0.3),
    (Hat, 3.5, 0.3),
    (Bass, 0.0, 0.5),
    (Bass, 0.75, 0.4),
    (Bass, 2.5, 0.5),
];
const TRESILLO: Pattern = &[
    (Kick, 0.0, 0.9),
    (Snare, 0.75, 0.6),
    (Kick, 1.0, 0.7),
    (Snare, 1.5, 0.6),
    (Kick, 2.0, 0.9),
    (Snare, 2.75, 0.6),
    (Kick, 3.0, 0.7),
    (Snare, 3.5, 0.6),
    (Hat, 0.5, 0.2),
    (Hat, 2.5, 0.2),
    (Bass, 0.0, 0.4),
];
const HALF_TIME: Pattern = &[
    (Kick, 0.0, 0.9),
    (Snare, 2.0, 0.8),
    (Kick, 3.5, 0.6),
    (Hat, 0.0, 0.3),
    (Hat, 0.5, 0.2),
    (Hat, 1.0, 0.3),
    (Hat, 1.5, 0.2),
    (Hat, 2.0, 0.3),
    (Hat, 2.5, 0.2),
    (Hat, 3.0, 0.3),
    (Hat, 3.5, 0.2),
    (Bass, 0.0, 0.4),
];
const BALLAD: Pattern = &[
    (Pad, 0.0, 0.3),
    (Bass, 0.0, 0.5),
    (Chord, 0.0, 0.4),
    (Chord, 0.5, 0.25),
    (Chord, 1.0, 0.3),
    (Chord, 1.5, 0.25),
    (Chord, 2.0, 0.35),
    (Chord, 2.5, 0.25),
    (Chord, 3.0, 0.3),
    (Chord, 3.5, 0.25),
];

/// The pieces of one kind, in the order of [`scores`]; all for an empty name.
pub fn of(kind: &str) -> Vec<Song> {
    let asked = |name: &str| kind.is_empty() || name == kind;
    scores()
        .into_iter()
        .filter(|(name, ..)| asked(name))
        .map(|(name, pattern, score)| song(name, pattern, score))
        .collect()
}

/// The whole set.
fn scores() -> Vec<(&'static str, Pattern, Score)> {
    let at = |bpm: f64| Score { bpm, bars: (bpm / 12.0).round().clamp(6.0, 12.0) as usize, ..Score::default() };
    let mut set = Vec::new();
    let starts = [0.0, 0.137, 0.25, 0.0, 0.4, 0.05, 0.31];
    for (bpm, offset) in [60.0, 75.0, 97.5, 120.0, 140.0, 174.0, 200.0].into_iter().zip(starts) {
        set.push(("clicks", CLICKS, Score { offset, barred: false, ..at(bpm) }));
    }
    for bpm in [65.0, 110.0, 180.0] {
        set.push(("metronome", METRONOME, at(bpm)));
    }
    for bpm in [60.0, 80.0, 97.5, 120.0, 150.0, 174.0] {
        set.push(("rock", ROCK, at(bpm)));
    }
    for bpm in [100.0, 128.0, 140.0] {
        set.push(("house", HOUSE, Score { offset: 0.05, ..at(bpm) }));
    }
    for bpm in [165.0, 174.0] {
        set.push(("jungle", JUNGLE, at(bpm)));
    }
    for bpm in [96.0, 150.0, 180.0] {
        set.push(("waltz", WALTZ, Score { meter: 3, ..at(bpm) }));
    }
    for bpm in [120.0, 160.0, 200.0] {
        set.push(("swing", SWING, Score { swing: 0.667, barred: false, ..at(bpm) }));
    }
    for bpm in [85.0, 104.0] {
        set.push(("shuffle", SHUFFLE, Score { swing: 0.667, ..at(bpm) }));
    }
    for bpm in [70.0, 84.0, 110.0] {
        set.push(("song", SONG, at(bpm)));
    }
    for (name, pattern, bpm) in [("sixteenths", SIXTEENTHS, 100.0), ("funk", FUNK, 110.0), ("tresillo", TRESILLO, 96.0)]
    {
        set.push((name, pattern, at(bpm)));
    }
    set.push(("half-time", HALF_TIME, at(140.0)));
    set.push(("ballad", BALLAD, at(70.0)));
    set.push(("noisy-clicks", CLICKS, Score { noise: 0.1, barred: false, ..at(120.0) }));
    set.push(("noisy-rock", ROCK, Score { noise: 0.1, ..at(97.5) }));
    set.push(("gap-clicks", CLICKS, Score { silent: Some(5), barred: false, ..at(132.0) }));
    set.push(("gap-rock", ROCK, Score { silent: Some(5), ..at(108.0) }));
    set.push(("human-rock", ROCK, Score { human: 0.012, ..at(104.0) }));
    set.push(("faster-rock", ROCK, Score { faster: 1.12, ..at(100.0) }));
    set
}

/// Sounds that do not beat.
pub fn without_beats() -> Vec<Song> {
    let sound = |name: &str, fill: &dyn Fn(&mut Mix)| {
        let mut mix = Mix::new(12.0);
        fill(&mut mix);
        Song { name: name.into(), samples: mix.samples, bpm: 0.0, beats: Vec::new(), meter: 0 }
    };
    let drops = |mix: &mut Mix| {
        let mut at = 0.3;
        while at < 11.5 {
            mix.click(at, 1500.0, 0.8);
            at += 0.08 - 0.45 * (1.0 - mix.dice()).ln();
        }
    };
    vec![
        sound("silence", &|_| {}),
        sound("noise", &|mix| mix.noise(0.2)),
        sound("tone", &|mix| mix.pad(0.5, 10.0, 110.0, 0.4)),
        sound("drops", &drops),
    ]
}

fn song(name: &str, pattern: Pattern, score: Score) -> Song {
    let count = score.bars * score.meter;
    // From one beat to the next; at an even pace unless it gets faster.
    let length = |beat: usize| 60.0 / score.bpm / score.faster.powf(beat as f64 / count as f64);
    let starts: Vec<f64> =
        (0..=count).scan(score.offset, |at, beat| Some(std::mem::replace(at, *at + length(beat)))).collect();
    let mut mix = Mix::new(starts[count] + 0.5);
    let mut last: f64 = 0.0;
    for bar in (0..score.bars).filter(|bar| score.silent != Some(*bar)) {
        let root = [110.0, 87.31, 130.81, 98.0][bar % 4];
        for (voice, beat, level) in pattern {
            let whole = bar * score.meter + *beat as usize;
            let part = if beat.fract() == 0.5 { score.swing } else { beat.fract() };
            let exact = starts[whole] + part * (starts[whole + 1] - starts[whole]);
            let at = (exact + score.human * mix.normal()).max(0.0);
            last = last.max(exact);
            let beat = length(whole);
            match voice {
                Click => mix.click(at, 1500.0, *level),
                High => mix.click(at, 2400.0, *level),
                Kick => mix.kick(at, *level),
                Snare => mix.snare(at, *level),
                Hat => mix.hat(at, 0.03, *level),
                Ride => mix.hat(at, 0.15, *level),
                Bass => mix.pluck(at, root / 2.0, 0.5, *level),
                Chord => {
                    [1.0, 1.26, 1.5].iter().for_each(|times| mix.pluck(at, root * 2.0 * times, 0.35, *level * 0.5))
                }
                Pad => mix.pad(at, beat * score.meter as f64, root, *level),
            }
        }
    }
    if score.noise > 0.0 {
        mix.noise(score.noise);
    }
    let meter = if score.barred { score.meter } else { 0 };
    let beats: Vec<f64> = starts.into_iter().take_while(|at| *at <= last + 0.001).collect();
    let bpm = if score.faster == 1.0 {
        score.bpm
    } else {
        60.0 * (beats.len() - 1) as f64 / (beats[beats.len() - 1] - beats[0])
    };
    Song { name: format!("{name}-{}", score.bpm), samples: mix.samples, bpm, beats, meter }
}

/// How well beats that were found fit the true ones: F-measure with ±70 ms, as the field measures it.
pub fn f_measure(found: &[f64], truth: &[f64]) -> f64 {
    let (mut hits, mut at) = (0, 0);
    for beat in truth {
        while found.get(at).is_some_and(|found| *found < beat - 0.07) {
            at += 1;
        }
        if found.get(at).is_some_and(|found| *found <= beat + 0.07) {
            hits += 1;
            at += 1;
        }
    }
    if hits == 0 { 0.0 } else { 2.0 * f64::from(hits) / (found.len() + truth.len()) as f64 }
}
