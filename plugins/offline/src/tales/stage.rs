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
    /// Every which segment is spoken where nobody decides; and how far that is shifted.
    spoken_every: (u32, u32),
}

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
            spoken_every: if kind == StoryKind::Movie { (2, 0) } else { (3, 0) },
        },
        StoryKind::Meme => Book {
            stages: jokes::STAGES,
            told: jokes::TOLD,
            spoken: jokes::SPOKEN,
            alone: jokes::ALONE,
            spoken_every: (2, 0),
        },
        StoryKind::FreeContent => Book {
            stages: thoughts::STAGES,
            told: thoughts::TOLD,
            spoken: thoughts::SPOKEN,
            alone: thoughts::ALONE,
            spoken_every: (4, 3),
        },
    }
}

impl Book {
    /// The stage of an outline's point. The first point is the first stage, the last point the last one.
    pub fn stage(&self, point: usize, points: usize) -> usize {
        let last = self.stages.len() - 1;
        match points {
            0 | 1 => 0,
            points => (point.min(points - 1) * last + (points - 1) / 2) / (points - 1),
        }
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
