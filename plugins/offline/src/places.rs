//! The worlds that films play in: for each what a camera would find there, from far to near. A place has no time of
//! day and no weather of its own; those pass over it from scene to scene.

mod built;
mod far;
mod open;
mod trades;

/// A world of one film.
#[derive(Debug)]
pub struct Place {
    /// Its word: `lighthouse`.
    pub id: &'static str,
    /// Where it all happens: "on a storm-worn coast".
    pub world: &'static str,
    /// Where scenes stand, with their preposition, from far to near and out again.
    pub spots: &'static [&'static str],
    /// Things to come close to.
    pub details: &'static [&'static str],
    /// What one does here, as gerunds.
    pub acts: &'static [&'static str],
    /// What changes everything here, as clauses in the present tense.
    pub turns: &'static [&'static str],
    /// How it is afterwards, as clauses.
    pub rests: &'static [&'static str],
    /// What moves in the picture even when nobody does, as clauses.
    pub moving: &'static [&'static str],
    /// The colours of the film.
    pub palette: &'static str,
    /// Who is there when the prompt names nobody: a noun that the heroes know.
    pub native: &'static str,
    /// Which place wins where a prompt speaks of several: the higher.
    pub rank: u8,
    /// The words that name it; two words are parted by a blank.
    pub words: &'static [&'static str],
}

/// All places; the first one is for prompts that name none.
pub fn all() -> impl Iterator<Item = &'static Place> {
    [open::PLACES, far::PLACES, trades::PLACES, built::PLACES].into_iter().flatten()
}

/// The place of that word. There is always one: an unknown word is the plain.
pub fn by_id(id: &str) -> &'static Place {
    all().find(|place| place.id == id).unwrap_or(&open::PLACES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_enough_to_show() {
        for place in all() {
            assert!(place.spots.len() >= 5, "{}", place.id);
            assert!(place.details.len() >= 3 && place.acts.len() >= 2, "{}", place.id);
            assert!(!place.turns.is_empty() && !place.rests.is_empty() && !place.moving.is_empty(), "{}", place.id);
            assert!(crate::heroes::by_word(place.native).is_some(), "{} has no {}", place.id, place.native);
        }
    }

    #[test]
    fn no_two_places_are_named_by_the_same_word() {
        let mut words: Vec<&str> = all().flat_map(|place| place.words.iter().copied()).collect();
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
