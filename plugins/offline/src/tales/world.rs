//! What the sentences of a tale are filled in with: where it plays, what it turns around, how its people are called. It
//! is read from the idea and the characters alone, so that every batch of a tale finds the same world.

use kinora_sdk::documents::{StoryCharacter, StoryFlags, StoryKind};

use super::cast::Player;
use super::stage::Who;
use crate::english::{
    bare, capitalized, ends_phrase, gerund, is_determiner, lower_first, shorten, title_case, trim_end, verb, with_the,
};
use crate::film::nth;
use crate::heroes::{self, Being};
use crate::hours::{self, Hour};
use crate::places::{self, Place};
use crate::reading::{Genre, Noun, Reading, read};
use crate::seed::{Dice, hash};

/// What can turn up where it should not be, for an idea that names nothing of the kind.
const THINGS: &[&str] = &[
    "a brass key",
    "an unsigned letter",
    "a folded map",
    "an old photograph",
    "a small tin box",
    "a tape without a label",
    "a notebook with one page left",
    "a silver whistle",
    "a broken watch",
    "a red thread",
];

/// What a host does while talking.
const AT_HOME: &[&str] = &[
    "leaning on the table",
    "looking straight at us",
    "holding a cup with both hands",
    "walking up and down",
    "sitting on the floor",
    "counting on three fingers",
    "looking out of the window",
];

/// The most characters of the idea inside a sentence.
const IDEA: usize = 120;

pub(super) struct World {
    pub reading: Reading,
    /// What it is about, as a sentence without its mark.
    pub idea: String,
    /// What it is about, as a noun phrase.
    pub topic: String,
    /// Hero, friend, rival: as many of them as there are.
    pub players: Vec<Player>,
    thing: Noun,
    quest: String,
    /// Where lists are entered.
    pub offset: usize,
    hours: Vec<Hour>,
    /// Whether the hero of the idea is whom it follows.
    plotted: bool,
}

impl World {
    /// The world of an idea with these characters. `points` is the length of the outline.
    pub fn new(kind: StoryKind, idea: &str, roster: &[StoryCharacter], points: usize) -> World {
        let mut reading = read(&core(idea), "", None);
        let names: Vec<&str> = roster.iter().map(|character| character.name.as_str()).collect();
        let mut dice = Dice::new(hash(&names.join("\n")), idea);
        let plotted = matches!(kind, StoryKind::Movie | StoryKind::Story);
        if reading.place.id == "plain" && reading.landmarks.is_empty() {
            reading.place = place_of(idea, plotted, dice.below(3));
        }
        // Who is in the idea is no thing of it.
        let lifeless =
            |prop: &&String| prop.rsplit(' ').next().is_none_or(|word| heroes::by_word(&bare(word)).is_none());
        let thing = match reading.props.iter().find(lifeless) {
            Some(prop) => Noun::new(prop),
            None => Noun::new(THINGS[dice.below(THINGS.len())]),
        };
        let quest = quest(&reading, &thing, dice.below(3));
        World {
            idea: shorten(&capitalized(trim_end(&untold(idea))), IDEA),
            topic: topic(&core(idea), &reading),
            players: roster.iter().take(3).map(Player::new).collect(),
            thing,
            quest,
            offset: dice.below(60),
            plotted,
            hours: hours::course(reading.hour, points.max(1), dice.below(2)),
            reading,
        }
    }

    pub fn player(&self, who: Who) -> Option<&Player> {
        self.players.get(match who {
            Who::Hero => 0,
            Who::Friend => 1,
            Who::Rival => 2,
        })
    }

    /// Whether a sentence needs nobody who is not there.
    pub fn can_say(&self, sentence: &str) -> bool {
        (self.players.len() > 1 || !sentence.contains("{friend}"))
            && (self.players.len() > 2 || !sentence.contains("{rival}"))
    }

    pub fn hour(&self, point: usize) -> Hour {
        nth(&self.hours, point)
    }

    pub fn spot(&self, index: usize) -> &'static str {
        nth(self.reading.place.spots, index + self.offset)
    }

    pub fn moving(&self, index: usize) -> &'static str {
        nth(self.reading.place.moving, index + self.offset)
    }

    /// What the hero does. Who has no hands does only what such creatures do.
    pub fn act(&self, index: usize) -> &'static str {
        let hero = self.reading.hero.1;
        let own = hero.acts.iter().copied();
        let acts: Vec<&str> = match hero.being {
            _ if !self.plotted => AT_HOME.to_vec(),
            Being::Creature => own.collect(),
            _ => own.chain(self.reading.place.acts.iter().copied()).collect(),
        };
        nth(&acts, index + self.offset)
    }

    /// A sentence with its braces filled in. `index` chooses from the lists, `point` the hour.
    pub fn fill(&self, sentence: &str, index: usize, point: usize) -> String {
        let place = self.reading.place;
        let called = |who| self.player(who).map_or("", |player| player.called.as_str());
        let one = |list: &'static [&'static str]| nth(list, index + index / list.len() + self.offset);
        let fields = [
            ("{hero}", called(Who::Hero)),
            ("{friend}", called(Who::Friend)),
            ("{rival}", called(Who::Rival)),
            ("{his}", self.players.first().map_or("their", |player| player.his)),
            ("{a_thing}", &self.thing.first),
            ("{thing}", &self.thing.the),
            ("{quest}", &self.quest),
            ("{topic}", &self.topic),
            ("{idea}", &self.idea),
            ("{world}", place.world),
            // The rest of a spot is for the picture.
            ("{at}", self.spot(index).split(',').next().unwrap_or_default()),
            ("{act}", self.act(index)),
            ("{detail}", one(place.details)),
            ("{moving}", self.moving(index)),
            ("{turn}", nth(place.turns, self.offset)),
            ("{rest}", nth(place.rests, self.offset)),
            ("{when}", self.hour(point).adverb()),
        ];
        let mut filled = String::with_capacity(sentence.len() * 2);
        let mut rest = sentence;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let field = fields.iter().find_map(|(name, value)| Some((value, after.strip_prefix(&name[1..])?)));
            match field {
                Some((value, after)) => {
                    filled.push_str(value);
                    rest = after;
                }
                None => rest = after,
            }
        }
        filled.push_str(rest);
        sentences_capitalized(&filled)
    }

    /// Titles for the whole, from the plainest on.
    pub fn titles(&self) -> Vec<String> {
        let idea = trim_end(&self.idea);
        let mut titles = Vec::new();
        if self.reading.foreign {
            titles.push(shorten(idea, 50));
        } else if idea.chars().count() <= 40 {
            titles.push(title_case(idea));
        } else if self.topic.chars().count() <= 40 {
            titles.push(title_case(&self.topic));
        }
        if titles.is_empty() {
            titles.push(shorten(&self.reading.title, 50));
        }
        titles
    }

    /// A title that names the hero.
    pub fn heros_title(&self) -> Option<String> {
        let hero = self.player(Who::Hero)?;
        Some(title_case(&format!("{} and {}", hero.called, self.thing.the)))
    }
}

/// Where an idea plays that names no place: where tales of its sort do, or anywhere.
fn place_of(idea: &str, plotted: bool, variant: usize) -> &'static Place {
    const SORTS: &[(&[&str], &str)] = &[
        (&["sci", "scifi", "space", "galaxy", "alien", "aliens", "planet", "starship"], "space"),
        (
            &["heist", "thriller", "detective", "crime", "noir", "spy", "robbery", "murder", "cyberpunk", "romance"],
            "city",
        ),
        (&["fantasy", "dragon", "dragons", "wizard", "quest", "fairy"], "castle"),
        (&["western", "cowboy", "cowboys"], "desert"),
        (&["horror", "ghost", "haunted", "vampire"], "forest"),
        (&["pirate", "pirates", "sailor", "whale"], "sea"),
        (&["band", "singer", "musical"], "stage"),
    ];
    let lower = idea.to_lowercase();
    let says = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    let sort = SORTS.iter().find(|(words, _)| plotted && says(words)).map(|(_, place)| *place);
    let anywhere = if plotted { ["plain", "city", "road"] } else { ["home", "library", "school"] };
    places::by_id(sort.unwrap_or(anywhere[variant]))
}

/// What an idea is about that says nothing: "?".
const NAMELESS: &str = "something that has no name yet";

/// The idea without the parts that only say how it is to be told: "no narration".
fn untold(idea: &str) -> String {
    let told = |part: &&str| StoryFlags::default().with_words_of(part) == StoryFlags::default();
    let kept = idea.split_inclusive(['.', ';', '!', ',', '(', ')']).filter(told).collect::<Vec<_>>().concat();
    match (trim_end(&kept), trim_end(idea)) {
        ("", "") => NAMELESS.to_owned(),
        ("", idea) => idea.to_owned(),
        (kept, _) => kept.to_owned(),
    }
}

/// The idea without the words that only say how it is to be told or what it is to become.
pub(super) fn core(idea: &str) -> String {
    const SORTS: &[&str] = &[
        "movie",
        "film",
        "story",
        "adventure",
        "tale",
        "drama",
        "comedy",
        "thriller",
        "romance",
        "video",
        "meme",
        "memes",
        "series",
        "content",
        "short",
        "clip",
        "saga",
        "fable",
        "joke",
        "jokes",
        "documentary",
    ];
    let kept = untold(idea);
    let words: Vec<&str> = kept.split_whitespace().collect();
    let about = words.iter().take(9).position(|word| ["about", "on", "of"].contains(&word.to_lowercase().as_str()));
    match about {
        Some(at) if at > 0 && at + 1 < words.len() && !ends_phrase(words[at - 1]) => {
            let sort = words[at - 1].to_lowercase();
            if SORTS.contains(&sort.as_str()) { words[at + 1..].join(" ") } else { words.join(" ") }
        }
        _ => words.join(" "),
    }
}

/// What a tale is about, as a noun phrase in the middle of a sentence.
fn topic(core: &str, reading: &Reading) -> String {
    let words: Vec<&str> = core.split_whitespace().collect();
    if reading.foreign {
        return format!("“{}”", shorten(core, 60));
    }
    let lower: Vec<String> = words.iter().take(3).map(|word| bare(word)).collect();
    if let [how, to, doing, ..] = &lower[..]
        && (how.as_str(), to.as_str()) == ("how", "to")
        && let Some(plain) = verb(doing)
    {
        return shorten(&format!("{} {}", gerund(plain), words[3..].join(" ")), 60);
    }
    let named = lower.first().is_some_and(|first| NAMES.contains(&first.as_str()));
    let phrase = match reading.genre {
        Genre::History | Genre::Explained => return shorten(&reading.topic.the, 60),
        _ if words.len() <= 8 && reading.clause.is_none() && !starts_a_clause(core) => {
            if named {
                trim_end(core).to_owned()
            } else {
                lower_first(trim_end(core))
            }
        }
        _ => reading.topic.first.clone(),
    };
    let determined = phrase.split_once(' ').is_some_and(|(first, _)| is_determiner(&first.to_lowercase()));
    let phrase = if determined { Noun::new(&phrase).the } else { phrase };
    if phrase.trim().is_empty() { "it".to_owned() } else { shorten(&phrase, 60) }
}

/// First words that keep their capital.
const NAMES: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "christmas",
    "easter",
    "halloween",
    "tokyo",
    "paris",
    "london",
    "berlin",
    "rome",
    "mars",
    "english",
    "french",
    "german",
    "spanish",
    "italian",
    "japanese",
    "chinese",
];

fn starts_a_clause(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    ["when", "how", "why", "what", "if", "that", "who", "where", "me", "pov"].contains(&first.trim_end_matches(':'))
}

/// What the hero is after, as a gerund phrase.
fn quest(reading: &Reading, thing: &Noun, variant: usize) -> String {
    let short = |text: &&String| text.split(' ').count() <= 9;
    if let Some(action) = reading.action.as_ref().filter(short) {
        return action.clone();
    }
    if let Some(theme) = reading.theme.as_ref().filter(short) {
        return format!("getting through {}", with_the(theme));
    }
    match variant {
        0 => format!("bringing {} back to where it belongs", thing.the),
        1 => format!("finding out who left {} behind", thing.the),
        _ => format!("finishing what began with {}", thing.the),
    }
}

/// With a capital at the beginning of every sentence.
fn sentences_capitalized(text: &str) -> String {
    let mut begins = true;
    let mut after_mark = false;
    text.chars()
        .map(|c| {
            let capital = begins && c.is_alphabetic();
            if capital || c.is_alphanumeric() {
                begins = false;
            }
            if after_mark && c.is_whitespace() {
                begins = true;
            }
            after_mark = ['.', '!', '?'].contains(&c);
            if capital { c.to_uppercase().next().unwrap_or(c) } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_idea_is_about_is_found_behind_how_it_is_to_be_told() {
        for (idea, expected) in [
            ("A thrilling sci-fi adventure about time travelers", "time travelers"),
            ("A heist in Rome. No narration!", "A heist in Rome"),
            ("two old friends, dialogue only", "two old friends"),
            ("no narration", "no narration"),
            ("the art of doing one thing at a time", "the art of doing one thing at a time"),
        ] {
            assert_eq!(core(idea), expected);
        }
    }

    #[test]
    fn a_topic_stands_in_the_middle_of_a_sentence() {
        for (idea, expected) in [
            ("A cat at five in the morning", "the cat at five in the morning"),
            ("my printer", "the printer"),
            ("how volcanoes work", "volcanoes"),
            ("Morning routines", "morning routines"),
            ("Monday meetings", "Monday meetings"),
            ("How to keep a plant alive", "keeping a plant alive"),
            ("山の朝", "“山の朝”"),
        ] {
            assert_eq!(topic(&core(idea), &read(&core(idea), "", None)), expected, "{idea}");
        }
    }

    #[test]
    fn every_sentence_begins_with_a_capital() {
        assert_eq!(sentences_capitalized("at dawn. it rains! “so”? yes"), "At dawn. It rains! “So”? Yes");
        assert_eq!(sentences_capitalized("the 2.5 m wall"), "The 2.5 m wall");
    }
}
