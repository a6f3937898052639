//! Scenes of a story: somebody, somewhere, and what changes.

use super::{Beat, Moment, Stage, nth};
use crate::english::{capitalized, with_the};
use crate::heroes::Being;

impl Stage<'_> {
    pub(super) fn story(&mut self) -> Moment {
        self.leave_for_the_second_place();
        let (noun, hero) = self.hero;
        let the = &noun.the;
        let (at, act, detail, who) = (self.spot(), self.act(), self.detail(), self.who());
        let moving = nth(self.place.moving, self.variant);
        let turn = nth(self.place.turns, self.variant);
        let rest = nth(self.place.rests, self.variant);
        let slug = self.hour.slug();
        let is = noun.agree("is", "are");
        let whole = self.index == 0 && self.beat == Beat::Resolve;
        let description = match self.beat {
            Beat::Open => {
                let arrival = nth(
                    &[
                        "small in the frame and the only thing that moves",
                        "seen from far away, coming nearer",
                        "standing still for a moment before the day goes on",
                    ],
                    self.variant,
                );
                format!("{slug}. {}: {}, {arrival}. {}", capitalized(at), noun.first, self.promise())
            }
            Beat::Detail => nth(
                &[
                    format!(
                        "{slug}. Close: {detail}. Behind it, out of focus, {the}, {act}; no face yet, the things speak first."
                    ),
                    format!("{slug}. Only things at first: {detail}. Then {the}, {act}, without hurry."),
                ],
                self.variant,
            ),
            Beat::Work(k) => match (&self.reading.action, k) {
                (Some(action), 0) => {
                    format!("{slug}. Now we see it plainly: {the}, {action}. {}: {act}.", capitalized(at))
                }
                _ => nth(
                    &[
                        format!(
                            "{slug}. {}: {the}, {act}. {}, and the work takes the time it takes.",
                            capitalized(at),
                            capitalized(moving)
                        ),
                        format!("{slug}. {}, {act}, {at}. The camera keeps its distance.", capitalized(the)),
                        format!(
                            "{slug}. {}. {} {is} {act}, {at}, and {} not look up.",
                            capitalized(moving),
                            capitalized(the),
                            noun.agree("does", "do")
                        ),
                    ],
                    k + self.variant,
                ),
            },
            Beat::Turn => {
                let stop = noun.agree("stops and looks up", "stop and look up");
                let surprise = if self.reading.gentle {
                    "this is what all the work was for"
                } else {
                    "whatever the plan was, it no longer holds"
                };
                nth(
                    &[
                        format!("{slug}. {}: then {turn}. {} {stop}; {surprise}.", capitalized(at), capitalized(the)),
                        format!(
                            "{slug}. {}. For the first time {the} {}, {at}, and nothing in the picture moves.",
                            capitalized(turn),
                            noun.agree("hesitates", "hesitate")
                        ),
                    ],
                    self.variant,
                )
            }
            Beat::Hold(k) => nth(
                &[
                    format!("{slug}. Afterwards it is quiet {at}. {} {is} {act}; {detail}.", capitalized(the)),
                    format!(
                        "{slug}. {}, {at}, {act}, surer now than before. {}.",
                        capitalized(the),
                        capitalized(moving)
                    ),
                ],
                k,
            ),
            Beat::Resolve if whole => format!(
                "{slug}. {}: {}, {act}. {}, then {rest}. {}",
                capitalized(at),
                noun.first,
                capitalized(moving),
                self.answer()
            ),
            Beat::Resolve => format!(
                "{slug}. {}: {rest}. {} {is} there, {at}, seen from as far away as at the beginning. {}",
                capitalized(nth(&["the last picture", "one long look"], self.variant)),
                capitalized(the),
                self.answer()
            ),
        };
        let seen = match self.beat {
            Beat::Detail => format!("{detail}; behind it, blurred, {who}, {at}"),
            Beat::Turn => format!("{who}, {at}, as {turn}"),
            Beat::Resolve => format!("{who}, {at}; {rest}"),
            Beat::Open => format!("{who}, {at}; {moving}"),
            Beat::Work(_) | Beat::Hold(_) => format!("{who}, {act}, {at}"),
        };
        let motion = match self.beat {
            Beat::Open => format!("{moving}; {the} {} one step into the light", noun.agree("takes", "take")),
            Beat::Turn => {
                format!("Two seconds of calm, then {turn}; {the} {}", noun.agree("turns round", "turn round"))
            }
            Beat::Resolve => format!("{moving}, slower and slower; {rest}"),
            _ if hero.being == Being::Creature => {
                format!("{} {is} {act}; {moving}", capitalized(the))
            }
            _ => format!("{} {is} {act}, from the first frame to the last; {moving}", capitalized(the)),
        };
        let reason = match self.beat {
            Beat::Open => {
                format!("Establishing shot: says where we are and how small {the} {is} in it.")
            }
            Beat::Detail => "Comes close before anything happens, so that the viewer has something to lose.".to_owned(),
            Beat::Work(_) => {
                format!("Shows {the} doing, not feeling; the feeling is left to the viewer.")
            }
            Beat::Turn => "The one picture that nothing before announced; it divides the film in two.".to_owned(),
            Beat::Hold(_) => "A breath after the turn: the same world, read differently.".to_owned(),
            Beat::Resolve => "Answers the first picture: same world, other light.".to_owned(),
        };
        self.moment(description, &seen, &motion, reason, None)
    }

    /// Where the prompt names two places that can both be walked to, the middle of the film plays in the second.
    fn leave_for_the_second_place(&mut self) {
        let middle = matches!(self.beat, Beat::Detail | Beat::Work(_));
        if let Some(second) = self.reading.second.filter(|_| middle && self.index % 2 == 1)
            && !["mars", "space", "underwater", "studio"].contains(&self.place.id)
            && second.id != "studio"
        {
            self.place = second;
        }
    }

    /// What the first picture leaves open.
    fn promise(&self) -> String {
        let reading = self.reading;
        match (&reading.theme, &reading.clause) {
            _ if reading.foreign => {
                format!("Everything begins with the words {}.", reading.topic.the)
            }
            (Some(theme), _) => format!("Nothing is said yet of {}, but the picture knows.", with_the(theme)),
            (None, Some(clause)) => format!("{clause}: this is the moment before."),
            (None, None) if !reading.props.is_empty() => {
                format!("In the picture from the very beginning: {}.", reading.props[0])
            }
            (None, None) if reading.topic.bare == reading.hero.0.bare => {
                "The film is in no hurry to tell more.".to_owned()
            }
            (None, None) => format!("What it means to speak of {}, the film will tell.", reading.topic.first),
        }
    }

    /// What the last picture closes.
    fn answer(&self) -> String {
        let reading = self.reading;
        let over = [
            "night", "day", "summer", "winter", "journey", "hour", "shift", "war", "dance", "flight", "voyage",
            "season", "year", "concert", "race", "morning", "evening", "stand", "walk", "show", "trip",
        ];
        match &reading.theme {
            _ if reading.foreign => {
                format!("And once more, over the picture: {}.", reading.topic.the)
            }
            Some(theme) if over.iter().any(|word| theme.to_lowercase().ends_with(word)) => {
                format!("{} is over.", capitalized(&with_the(theme)))
            }
            Some(theme) => format!("This, then, was {}.", with_the(theme)),
            None => match &reading.clause {
                Some(clause) => format!("{clause}: now we have seen it."),
                None => "Nothing has to be explained any more.".to_owned(),
            },
        }
    }
}
