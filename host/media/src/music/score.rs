//! What is played: key, tempo and chords from mood and seed, and the notes of each chord one after the other.

use kinora_domain::film::Music;

use super::RATE;

/// A small generator (SplitMix64): the same on every machine and in every version.
pub(crate) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0.0 to just below 1.0.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }
}

/// What sounds a note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Voice {
    Pad,
    Pluck,
    Bass,
}

/// A note: when, what, how long and how loud.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    /// Samples from the beginning.
    pub start: u64,
    /// Samples until it is let go.
    pub length: u64,
    /// In Hertz.
    pub pitch: f64,
    pub loudness: f64,
    /// From −1.0 (left) to 1.0 (right).
    pub side: f64,
    pub voice: Voice,
}

struct Mood {
    words: &'static [&'static str],
    /// Beats per minute.
    tempo: f64,
    minor: bool,
    /// How often a plucked note falls, from 0.0 to 1.0.
    busy: f64,
}

const MOODS: &[Mood] = &[
    Mood { words: &["epic", "hero", "dramatic", "battle", "triumph", "power"], tempo: 84.0, minor: true, busy: 0.6 },
    Mood {
        words: &["sad", "melanchol", "lonely", "grief", "loss", "winter", "nostalg"],
        tempo: 58.0,
        minor: true,
        busy: 0.35,
    },
    Mood {
        words: &["dark", "myster", "tense", "suspense", "fear", "night", "noir"],
        tempo: 62.0,
        minor: true,
        busy: 0.3,
    },
    Mood {
        words: &["happy", "joy", "bright", "playful", "fun", "upbeat", "energetic"],
        tempo: 96.0,
        minor: false,
        busy: 0.75,
    },
    Mood { words: &["hope", "inspir", "uplift", "warm", "love", "romantic"], tempo: 76.0, minor: false, busy: 0.55 },
    Mood {
        words: &["calm", "peace", "dream", "soft", "serene", "gentle", "quiet"],
        tempo: 64.0,
        minor: false,
        busy: 0.4,
    },
];

/// Degrees of the scale, from 0, that follow one another; all of them close well on their own beginning.
const MAJOR_WAYS: &[[usize; 4]] = &[[0, 4, 5, 3], [0, 5, 3, 4], [0, 2, 3, 4], [5, 3, 0, 4], [0, 3, 5, 3]];
const MINOR_WAYS: &[[usize; 4]] = &[[0, 5, 2, 6], [0, 3, 5, 6], [0, 6, 5, 6], [0, 2, 6, 3], [0, 5, 3, 6]];
const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];

/// Writes down a bed chord by chord, without end.
pub(crate) struct Score {
    dice: Dice,
    tonic: i32,
    scale: [i32; 7],
    ways: Vec<[usize; 4]>,
    beat: f64,
    busy: f64,
    bar: u64,
    /// The pad's keys of the chord before; the next moves no further than it must.
    held: Vec<i32>,
}

impl Score {
    pub fn new(music: &Music) -> Self {
        let mood = music.mood.to_lowercase();
        let mut seed = music.seed;
        for byte in mood.bytes() {
            seed = (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3); // FNV-1a
        }
        let mut dice = Dice::new(seed);
        let known = MOODS.iter().find(|known| known.words.iter().any(|word| mood.contains(word)));
        let (tempo, minor, busy) =
            known.map_or_else(|| (70.0, dice.unit() < 0.4, 0.45), |m| (m.tempo, m.minor, m.busy));
        let tempo = tempo * (0.96 + 0.08 * dice.unit());
        let ways = if minor { MINOR_WAYS } else { MAJOR_WAYS };
        let first = ways[dice.below(ways.len())];
        let second = ways[dice.below(ways.len())];
        Score {
            tonic: 43 + dice.below(9) as i32,
            scale: if minor { MINOR } else { MAJOR },
            // Twice one way, once another, once the first again: known, new, known.
            ways: vec![first, first, second, first],
            beat: 60.0 / tempo * RATE as f64,
            busy,
            bar: 0,
            held: Vec::new(),
            dice,
        }
    }

    /// The notes of the next chord, and the sample at which the one after it begins.
    pub fn next(&mut self) -> (Vec<Note>, u64) {
        let bar = self.bar as usize;
        let way = self.ways[(bar / 4) % self.ways.len()];
        let degree = way[bar % 4];
        let at = |beats: f64| ((self.bar as f64 * 4.0 + beats) * self.beat) as u64;
        let (start, end) = (at(0.0), at(4.0));
        let key =
            |degree: usize, octave: i32| self.tonic + self.scale[degree % 7] + 12 * (octave + (degree / 7) as i32);
        // Root, third, fifth, and a ninth or seventh that makes it soft.
        let colour = if self.dice.unit() < 0.5 { 6 } else { 8 };
        let chord = [degree, degree + 2, degree + 4, degree + colour].map(|d| key(d, 0));
        let pad = lead(&self.held, &chord);
        let mut notes = Vec::new();
        for (index, pitch) in pad.iter().enumerate() {
            notes.push(Note {
                start,
                length: end - start,
                pitch: hertz(*pitch),
                loudness: 0.5,
                side: [-0.5, 0.5, -0.2, 0.3][index % 4],
                voice: Voice::Pad,
            });
        }
        let bass = key(degree, -1);
        let bass = if bass > 45 { bass - 12 } else { bass };
        for (beats, loudness) in [(0.0, 1.0), (2.5, 0.55)] {
            if beats == 0.0 || self.dice.unit() < self.busy {
                let length = (self.beat * if beats == 0.0 { 2.3 } else { 1.3 }) as u64;
                let (start, pitch) = (at(beats), hertz(bass));
                notes.push(Note { start, length, pitch, loudness, side: 0.0, voice: Voice::Bass });
            }
        }
        // The first two bars belong to the pads.
        if self.bar >= 2 {
            let mut last = self.dice.below(4);
            for eighth in 0..8 {
                let strong = eighth % 4 == 0;
                if self.dice.unit() > self.busy * if strong { 1.3 } else { 0.8 } {
                    continue;
                }
                // Mostly to a neighbour within the chord: a line, not a scatter.
                last = (last + [1, 1, 3, 2][self.dice.below(4)]) % 4;
                let pitch = pad[last % pad.len()] + 12 + if self.dice.unit() < 0.2 { 12 } else { 0 };
                let loudness = (if strong { 0.8 } else { 0.5 }) * (0.7 + 0.3 * self.dice.unit());
                let side = self.dice.unit() * 1.2 - 0.6;
                // A player is never exact: up to 12 ms late.
                let start = at(f64::from(eighth) / 2.0) + (self.dice.unit() * 576.0) as u64;
                let length = self.beat as u64;
                notes.push(Note { start, length, pitch: hertz(pitch), loudness, side, voice: Voice::Pluck });
            }
        }
        self.held = pad;
        self.bar += 1;
        notes.sort_by_key(|note| note.start);
        (notes, end)
    }
}

/// The chord's notes in the octaves nearest to those held before, between C3 and C5.
fn lead(held: &[i32], chord: &[i32; 4]) -> Vec<i32> {
    let middle = if held.is_empty() { 57 } else { held.iter().sum::<i32>() / held.len() as i32 };
    // Drawn a little to the middle, so that many small steps do not lead away.
    let middle = (middle + 57) / 2;
    let mut notes: Vec<i32> =
        chord.iter().map(|note| note + ((middle - note) as f64 / 12.0).round() as i32 * 12).collect();
    notes.sort_unstable();
    notes.dedup();
    // Two neighbouring keys low down growl; the lower goes up an octave.
    if let [low, next, ..] = notes.as_mut_slice()
        && *next - *low <= 2
    {
        *low += 12;
    }
    notes.sort_unstable();
    notes.dedup();
    notes
}

fn hertz(key: i32) -> f64 {
    440.0 * 2f64.powf(f64::from(key - 69) / 12.0)
}
