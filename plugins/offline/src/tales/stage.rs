//! The parts that a tale is put together from: stages with sentences for each, and the plan of which segment stands in
//! which stage, told or spoken.

use kinora_sdk::documents::{StoryKind, Telling};

use super::{jokes, plot, thoughts};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Whom the tale follows.
    Hero,
    /// Who stands by.
    Friend,
    /// Who doubts.
    Rival,
}

/// What is said in one segment, in order.
pub(super) type Exchange = &'static [(Who, &'static str)];

/// One stage of a tale. Words in braces are filled in by the world.
#[derive(Debug)]
pub(super) struct Stage {
    /// Titles of its segments, in order.
    pub titles: &'static [&'static str],
    /// Its point of the outline; the last way to say it needs nobody but the hero.
    pub outline: &'static [&'static str],
    /// What the narrator says, in order.
    pub told: &'static [&'static str],
    /// What the characters say, in order.
    pub spoken: &'static [Exchange],
}

/// All sentences of one kind of tale.
pub(super) struct Book {
    pub stages: &'static [Stage],
    /// What can be told at any point.
    pub told: &'static [&'static str],
    /// What can be spoken at any point.
    pub spoken: &'static [Exchange],
    /// What can be spoken by somebody who is alone.
    pub alone: &'static [Exchange],
    /// The stages by how much a tale needs them: an outline has the first so many of them.
    order: &'static [usize; 16],
    /// Whether the stages between the first and the last may come in any order.
    loose: bool,
    /// Every which segment is spoken where nobody decides; and how far that is shifted.
    spoken_every: (u32, u32),
}

/// What a movie needs most: what was found, how it ends, the turn, the last try.
const PLOT: &[usize; 16] = &[1, 15, 8, 13, 0, 2, 11, 4, QUARREL, RECONCILIATION, 3, PRICE, 5, 10, 7, 14];
const PRICE: usize = 6;
const QUARREL: usize = 9;
const RECONCILIATION: usize = 12;

/// The first, the last, and of what lies between as even a choice as can be.
const EVEN: &[usize; 16] = &[0, 15, 8, 4, 11, 2, 6, 13, 9, 3, 12, 1, 7, 5, 14, 10];

/// Titles for segments that a stage has none left for.
pub(super) const TITLES: &[&str] = &[
    "One Step On",
    "A Pause",
    "Closer",
    "Meanwhile",
    "At the Edge",
    "Still Here",
    "The Next Hour",
    "A Sound",
    "Halfway",
    "Without Hurry",
    "Another Look",
    "Almost",
    "Between Two Doors",
];

pub(super) fn book(kind: StoryKind) -> Book {
    match kind {
        StoryKind::Movie | StoryKind::Story => Book {
            stages: plot::STAGES,
            told: plot::TOLD,
            spoken: plot::SPOKEN,
            alone: plot::ALONE,
            order: PLOT,
            loose: false,
            spoken_every: if kind == StoryKind::Movie { (2, 0) } else { (3, 0) },
        },
        StoryKind::Meme => Book {
            stages: jokes::STAGES,
            told: jokes::TOLD,
            spoken: jokes::SPOKEN,
            alone: jokes::ALONE,
            order: EVEN,
            loose: true,
            spoken_every: (2, 0),
        },
        StoryKind::FreeContent => Book {
            stages: thoughts::STAGES,
            told: thoughts::TOLD,
            spoken: thoughts::SPOKEN,
            alone: thoughts::ALONE,
            order: EVEN,
            loose: false,
            spoken_every: (4, 3),
        },
    }
}

impl Book {
    /// The stage of each point of an outline. The last point is the last stage. `turn` chooses where the order is free.
    pub fn stages_of(&self, points: usize, turn: usize) -> Vec<usize> {
        let count = self.stages.len();
        let mut chosen: Vec<usize> = self.order.iter().copied().take(points.clamp(1, count)).collect();
        // A quarrel is not left without its reconciliation.
        if let (true, Some(at)) = (!chosen.contains(&RECONCILIATION), chosen.iter().position(|stage| *stage == QUARREL))
            && !self.loose
        {
            chosen[at] = PRICE;
        }
        chosen.sort_unstable();
        if self.loose {
            let between = count - 2;
            for stage in &mut chosen {
                if (1..=between).contains(stage) {
                    *stage = (*stage - 1 + turn) % between + 1;
                }
            }
        }
        // A longer outline stays with each of them for a while.
        (0..points.max(1)).map(|point| chosen[point * chosen.len() / points.max(1)]).collect()
    }

    /// Whether a segment is spoken.
    pub fn is_spoken(&self, number: u32, total: u32, telling: Telling) -> bool {
        match telling {
            Telling::Dialogue => true,
            Telling::Narration => false,
            // The narrator opens and closes.
            Telling::Either if number == 1 || number == total => false,
            Telling::Either => number % self.spoken_every.0 == self.spoken_every.1,
        }
    }
}
