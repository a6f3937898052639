//! Where the beats of a tempo lie: the best path through the onsets, and the even grid that it follows if there is one.

/// What a step costs that is not as long as a beat, for the logarithm of how much, squared.
const TIGHTNESS: f64 = 100.0;
/// Frames that an onset may lie off an even grid and belong to it.
const SWAY: f64 = 4.0;
/// The share of what sounds on the beats that must lie on the grid, for the tempo to hold.
const STEADY: f64 = 0.85;
/// The share of a strong onset below which a beat at either end is none.
const SOUNDS: f32 = 0.2;
/// The logarithm of how much longer or shorter than the one before a beat may be, and even.
const UNEVEN: f64 = 0.12;

/// Beats, in frames.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    /// In order.
    pub beats: Vec<f64>,
    /// From one to the next, on the whole.
    pub period: f64,
    /// Whether they lie on an even grid.
    pub steady: bool,
}

impl Path {
    /// How even it is, from 0 to 1: the share of beats after which the next comes as soon as the last did. A tempo may
    /// change; a path that hurries and waits goes from onset to onset.
    pub fn evenness(&self) -> f64 {
        if self.steady {
            return 1.0;
        }
        let even = |three: &&[f64]| ((three[2] - three[1]) / (three[1] - three[0])).ln().abs() < UNEVEN;
        let threes = self.beats.windows(3);
        threes.clone().filter(even).count() as f64 / threes.len().max(1) as f64
    }

    /// Every other beat, of the two ways the one on which more begins.
    pub fn halved(&self, onsets: &[f32]) -> Option<Self> {
        let every_other = |first: usize| self.beats.iter().skip(first).step_by(2).copied();
        let sounding = |first: usize| every_other(first).map(|at| strongest(onsets, at, 2)).sum::<f32>();
        let beats: Vec<f64> = every_other(usize::from(sounding(1) > sounding(0))).collect();
        (beats.len() > 2).then_some(Path { beats, period: self.period * 2.0, steady: self.steady })
    }

    /// With a beat halfway between any two, and one before and behind them where something sounds.
    pub fn doubled(&self, onsets: &[f32]) -> Option<Self> {
        let half = self.period / 2.0;
        let before = self.beats.first()? - half;
        let halfway = self.beats.windows(2).flat_map(|pair| [pair[0], (pair[0] + pair[1]) / 2.0]);
        let last = *self.beats.last()?;
        let beats = std::iter::once(before).chain(halfway).chain([last, last + half]).collect();
        Some(Path { beats: sounding(beats, onsets)?, period: half, steady: self.steady })
    }
}

/// The beats from the first that sounds to the last: before and after there is nothing to beat.
fn sounding(mut beats: Vec<f64>, onsets: &[f32]) -> Option<Vec<f64>> {
    let strong = *nth(&mut peaks(onsets), 0.9)?;
    let sounds = |at: &f64| strongest(onsets, *at, SWAY as usize) > strong * SOUNDS;
    let (first, last) = (beats.iter().position(sounds)?, beats.iter().rposition(sounds)?);
    beats.truncate(last + 1);
    beats.drain(..first);
    Some(beats)
}

/// Follows a tempo through the onsets. `None` where there are not even three beats.
pub(crate) fn follow(onsets: &[f32], period: f64) -> Option<Path> {
    let marks = marks(onsets, &steps(onsets, period), period);
    let even = Grid::fit(&marks, period).filter(|grid| grid.holds(&marks) >= STEADY);
    let beats = match &even {
        Some(grid) => grid.beats(onsets.len()),
        None => marks.iter().map(|mark| mark.at).collect(),
    };
    let beats = sounding(beats, onsets)?;
    let whole = beats.last()? - beats.first()?;
    let period = even.as_ref().map_or(whole / (beats.len() - 1).max(1) as f64, |grid| grid.period);
    (beats.len() > 2).then_some(Path { beats, period, steady: even.is_some() })
}

/// The path on which the most begins, with the fewest steps that are too long or too short (dynamic programming, after
/// Ellis 2007).
fn steps(onsets: &[f32], period: f64) -> Vec<usize> {
    let (shortest, longest) = ((period / 2.0).round().max(1.0) as usize, (period * 2.0).round() as usize);
    let costs: Vec<f32> =
        (shortest..=longest).map(|step| (TIGHTNESS * (step as f64 / period).ln().powi(2)) as f32).collect();
    let mut scores: Vec<f32> = Vec::with_capacity(onsets.len());
    let mut from: Vec<u32> = Vec::with_capacity(onsets.len());
    for (at, onset) in onsets.iter().enumerate() {
        let mut most = (0.0, u32::MAX);
        for (step, cost) in (shortest..=longest.min(at)).zip(&costs) {
            let score = scores[at - step] - cost;
            if score > most.0 {
                most = (score, (at - step) as u32);
            }
        }
        scores.push(onset + most.0);
        from.push(most.1);
    }
    let ending = scores.len().saturating_sub(period as usize);
    let last = (ending..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let mut beats: Vec<usize> =
        std::iter::successors(last, |at| (from[*at] != u32::MAX).then_some(from[*at] as usize)).collect();
    beats.reverse();
    beats
}

/// A beat of the path: which one on the grid, where exactly, and how much begins there.
#[derive(Clone, Copy, Debug)]
struct Mark {
    number: f64,
    at: f64,
    weight: f64,
}

fn marks(onsets: &[f32], steps: &[usize], period: f64) -> Vec<Mark> {
    let reach = (period / 8.0).clamp(2.0, 5.0) as usize;
    let (mut number, mut before) = (0.0, None);
    let mut marks = Vec::with_capacity(steps.len());
    for step in steps {
        if let Some(before) = before {
            number += ((step - before) as f64 / period).round().max(1.0);
        }
        before = Some(*step);
        let (at, weight) = peak(onsets, *step, reach);
        marks.push(Mark { number, at, weight: f64::from(weight) });
    }
    marks
}

/// An even grid.
struct Grid {
    start: f64,
    period: f64,
}

impl Grid {
    /// The line through the marks (least squares, each by its weight), outliers left out step by step.
    fn fit(marks: &[Mark], period: f64) -> Option<Self> {
        let mut weights: Vec<f64> = marks.iter().map(|mark| mark.weight).collect();
        let strong = *nth(&mut weights, 0.75)?;
        let mut grid = None;
        for reach in [f64::INFINITY, period / 4.0, period / 8.0, SWAY * 1.5, SWAY, SWAY, SWAY] {
            let (mut w, mut x, mut y, mut xx, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for mark in marks {
                let off = grid.as_ref().map_or(0.0, |grid: &Grid| mark.at - grid.at(mark.number));
                if off.abs() > reach {
                    continue;
                }
                let weight = mark.weight.min(strong);
                w += weight;
                x += weight * mark.number;
                y += weight * mark.at;
                xx += weight * mark.number * mark.number;
                xy += weight * mark.number * mark.at;
            }
            let spread = xx * w - x * x;
            if spread <= 1e-9 {
                break;
            }
            let period = (xy * w - x * y) / spread;
            grid = Some(Grid { start: (y - period * x) / w, period });
        }
        grid.filter(|grid| (grid.period / period).ln().abs() < 0.1)
    }

    fn at(&self, number: f64) -> f64 {
        self.start + self.period * number
    }

    /// The share of what sounds on the beats that lies on the grid.
    fn holds(&self, marks: &[Mark]) -> f64 {
        let all: f64 = marks.iter().map(|mark| mark.weight).sum();
        let on = marks.iter().filter(|mark| (mark.at - self.at(mark.number)).abs() <= SWAY);
        on.map(|mark| mark.weight).sum::<f64>() / all.max(1e-9)
    }

    /// All that lie within so many frames.
    fn beats(&self, frames: usize) -> Vec<f64> {
        let first = (-self.start / self.period).ceil() as i64;
        (first..).map(|number| self.at(number as f64)).take_while(|at| *at < frames as f64).collect()
    }
}

/// The peak nearest in reach, between frames (the top of the parabola through three), and its height.
fn peak(onsets: &[f32], middle: usize, reach: usize) -> (f64, f32) {
    let value = |at: usize| onsets.get(at).copied().unwrap_or(0.0);
    let range = middle.saturating_sub(reach)..=middle + reach;
    let top = range.max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap_or(middle);
    let (before, at, after) = (top.checked_sub(1).map_or(0.0, value), value(top), value(top + 1));
    let bend = before - 2.0 * at + after;
    if at <= 0.0 || bend >= 0.0 {
        return (middle as f64, value(middle));
    }
    let shift = (0.5 * (before - after) / bend).clamp(-0.5, 0.5);
    (top as f64 + f64::from(shift), at)
}

/// The strongest onset around a moment.
pub(crate) fn strongest(onsets: &[f32], at: f64, reach: usize) -> f32 {
    let middle = at.round().max(0.0) as usize;
    let around = onsets.get(middle.saturating_sub(reach)..(middle + reach + 1).min(onsets.len()));
    around.unwrap_or_default().iter().fold(0.0, |most, value| value.max(most))
}

/// The heights of all peaks.
pub(crate) fn peaks(onsets: &[f32]) -> Vec<f32> {
    let tops = onsets.windows(3).filter(|three| three[1] > three[0] && three[1] >= three[2]);
    // Ripples are no onsets: they would pull every measure of what is strong down.
    tops.map(|three| three[1]).filter(|height| *height > 0.5).collect()
}

/// The value below which a share of all lie.
pub(crate) fn nth<T: PartialOrd + Copy>(values: &mut [T], share: f64) -> Option<&T> {
    let at = ((values.len().checked_sub(1)?) as f64 * share) as usize;
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get(at)
}
