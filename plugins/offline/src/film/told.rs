//! Scenes of what is told in chapters, and of stories that the prompt itself tells.

use super::{Beat, Moment, Stage, nth};
use crate::english::{bare, capitalized, is_grammar, shorten, trim_end};
use crate::goods::Chapter;
use crate::reading::read;

impl Stage<'_> {
    pub(super) fn chapter(&mut self, chapters: &[Chapter], count: usize) -> Moment {
        let last = chapters.len() - 1;
        let at = if count == 1 { last } else { (self.index * last + (count - 1) / 2) / (count - 1) };
        let topic = &self.reading.topic.the;
        let fill = |text: &str| text.replace("{t}", topic).replace("{T}", &capitalized(topic));
        let chapter = &chapters[at];
        let (says, seen) = (fill(chapter.says), fill(chapter.seen));
        let again = count > chapters.len()
            && self.index > 0
            && (((self.index - 1) * last + (count - 1) / 2) / (count - 1)) == at;
        let description =
            if again { format!("The same chapter from nearer by: {seen}.") } else { format!("{says} We see {seen}.") };
        let picture = if seen.to_lowercase().contains(&topic.to_lowercase()) {
            seen.clone()
        } else {
            format!("{seen}, telling of {topic}")
        };
        let reason = match self.beat {
            Beat::Open => "The oldest picture first: a beginning that needs no date.".to_owned(),
            Beat::Resolve => "Hands the question on to the one who watches.".to_owned(),
            _ => format!("One chapter, one picture: {}.", trim_end(&says).to_lowercase()),
        };
        let motion = format!("{}; only what would move by itself moves", capitalized(&seen));
        self.moment(description, &picture, &motion, reason, Some(chapter.shown.to_owned()))
    }

    /// A scene out of the user's own sentences.
    pub(super) fn passage(&mut self, count: usize) -> Moment {
        let passages = &self.reading.passages;
        let at = if count == 1 { 0 } else { (self.index * (passages.len() - 1) + (count - 1) / 2) / (count - 1) };
        let sentence = &passages[at];
        let own = read(sentence, self.wishes.environment, None);
        if own.place.rank >= self.place.rank.max(1) {
            self.place = own.place;
        }
        let hero = if own.named_hero && !self.reading.named_hero { &own.hero } else { self.hero };
        if own.hour.is_some() {
            self.hour = own.hour.unwrap_or(self.hour);
            self.again = false;
        }
        let (at, detail) = (self.spot_of(sentence), nth(self.place.details, self.variant));
        let moving = nth(self.place.moving, self.variant);
        let prop = own.props.first().map_or_else(String::new, |prop| format!(", with {prop}"));
        let who = format!("{} {}{prop}", hero.0.first, hero.1.look);
        let told = shorten(trim_end(sentence), 220);
        let staging = match self.beat {
            Beat::Open => format!("We open wide, {at}, {}.", self.hour.adverb()),
            Beat::Detail => format!("Told in things, close: {detail}."),
            Beat::Turn => {
                format!("The turn of the film, {at}: everything before it was preparation.")
            }
            Beat::Resolve => format!("We end wide, {at}, {}.", self.hour.adverb()),
            _ => format!("It plays {at}, {}.", self.hour.adverb()),
        };
        let seen = match self.beat {
            Beat::Detail => format!("{detail}; behind it, blurred, {who}, {at}"),
            _ => match &own.action {
                Some(action) if action.len() < 90 => format!("{who}, {action}, {at}"),
                _ => format!("{who}, {at}"),
            },
        };
        let words = opening(told.split([',', ';', ':', '.', '、']).next().unwrap_or(&told));
        let reason = format!("Carries the sentence “{}”.", shorten(&told, 60));
        let inner = Stage { hero, ..*self };
        inner.moment(format!("{told}. {staging}"), &seen, &format!("{told}; {moving}"), reason, Some(words))
    }

    /// The spot that a sentence speaks of (a pier, a boat), or else the one of the beat.
    fn spot_of(&self, sentence: &str) -> &'static str {
        let said: Vec<String> =
            sentence.split_whitespace().map(bare).filter(|word| word.len() > 3 && !is_grammar(word)).collect();
        let names = |spot: &str| spot.split_whitespace().map(bare).filter(|word| said.contains(word)).count();
        let best = self.place.spots.iter().copied().max_by_key(|spot| names(spot));
        best.filter(|spot| names(spot) > 0).unwrap_or_else(|| self.spot())
    }
}

/// The first words of a sentence, at most six, cut where the next phrase begins.
fn opening(clause: &str) -> String {
    let words: Vec<&str> = clause.split_whitespace().collect();
    if words.len() <= 6 {
        return words.join(" ");
    }
    let seam = |word: &str| is_grammar(&bare(word)) || word.ends_with("ing");
    let end = (3..=6).find(|index| seam(words[*index]) && !is_grammar(&bare(words[index - 1]))).unwrap_or(6);
    words[..end].join(" ")
}
