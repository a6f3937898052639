//! Scenes of a film for goods: form, detail, use, and form again.

use super::{Beat, Moment, Stage, nth};
use crate::english::capitalized;

impl Stage<'_> {
    pub(super) fn product(&mut self) -> Moment {
        let p = &self.reading.topic.the;
        let goods = self.reading.goods;
        let at = self.spot();
        let part = nth(goods.parts, self.variant);
        let use_ = self.used();
        let slug = self.hour.slug();
        let moving = nth(self.place.moving, self.variant);
        let whole = self.index == 0 && self.beat == Beat::Resolve;
        let (description, seen, motion, reason) = match self.beat {
            Beat::Open => (
                format!("One line of light runs along {p}, {at}, and stops: the shape before the name."),
                format!("{p} {at}, one line of light along the edge; {part}"),
                format!("A line of light travels along {p} and comes to rest; {moving}"),
                "Hero shot: makes the form familiar before anything is said about it.".to_owned(),
            ),
            Beat::Detail => (
                format!("So near that it becomes a landscape: {part}. Nothing else is in the picture."),
                format!("{p}: {part}, every surface readable"),
                format!("{moving}; the focus wanders along {part}"),
                "Shows how it is made, which is an argument that needs no words.".to_owned(),
            ),
            Beat::Turn => (
                format!("{slug}. Out into a day: {use_}."),
                use_.clone(),
                capitalized(&use_),
                "Leaves the studio: the first time that somebody needs it.".to_owned(),
            ),
            Beat::Work(_) | Beat::Hold(_) => (
                format!(
                    "{slug}. {}. {} {} never the centre of the picture and always in it.",
                    capitalized(&use_),
                    capitalized(p),
                    self.reading.topic.agree("is", "are")
                ),
                use_.clone(),
                format!("{}, observed and not posed", capitalized(&use_)),
                "Another life that it fits into; the viewer may recognise their own.".to_owned(),
            ),
            Beat::Resolve if whole => (
                format!(
                    "One line of light runs along {p}, {at}; then the light opens, warm, and {} {} there whole.",
                    self.reading.topic.agree("it", "they"),
                    self.reading.topic.agree("stands", "stand")
                ),
                format!("{p} {at}, {part}, facing the camera"),
                format!("A line of light travels along {p}, then the whole picture opens; {moving}"),
                "One picture has to do it all: form first, then warmth.".to_owned(),
            ),
            Beat::Resolve => (
                format!(
                    "Back to {p} alone, {at}, facing us, the light warm now, with everything we have seen behind it."
                ),
                format!("{p} alone {at}, facing the camera, warm light, a plain background above"),
                format!("The light warms by degrees; {moving}"),
                "Ends on the product itself, still, with room for the words.".to_owned(),
            ),
        };
        let words = match self.beat {
            Beat::Open | Beat::Resolve => None,
            _ => Some(nth(goods.words_shown, self.index).to_owned()),
        };
        self.moment(description, &seen, &motion, reason, words)
    }

    /// The product in use: as the prompt says, or else as such goods are.
    fn used(&self) -> String {
        let reading = self.reading;
        let p = &reading.topic.the;
        if reading.named_hero && matches!(self.beat, Beat::Turn | Beat::Work(1) | Beat::Hold(1)) {
            return format!("{} with {p}, {}", self.who(), self.spot());
        }
        let index = match self.beat {
            Beat::Work(k) => k + 1,
            Beat::Hold(k) => k + 3,
            _ => 0,
        };
        nth(reading.goods.uses, index + self.wishes.seed as usize % 2).replace("{p}", p)
    }
}
