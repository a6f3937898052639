//! What is around the hero: places, what of them is seen from afar, and things.

use super::{Genre, Noun};
use crate::english::{
    article, bare, capitalized, ends_noun_phrase, ends_phrase, is_determiner, is_grammar, is_past, is_plural,
    is_possessive, is_preposition, verb,
};
use crate::heroes;
use crate::hours::{self, Hour};
use crate::places::{self, Place};

/// The place and a second one. What the first noun phrase names counts more than what comes after its prepositions.
pub(super) fn find_places(
    drawn: &[String],
    words: &[String],
    surroundings: &[String],
    genre: Genre,
) -> (&'static Place, Option<&'static Place>) {
    let subject: Vec<&String> = words.iter().take_while(|word| !is_preposition(word)).collect();
    let named = |words: &[String]| {
        let mut places: Vec<&'static Place> = places::all()
            .filter(|place| {
                place.words.iter().any(|name| match name.split_once(' ') {
                    Some((a, b)) => words.windows(2).any(|pair| pair[0] == a && pair[1] == b),
                    None => words.iter().any(|word| word == name || word.strip_suffix('s') == Some(name)),
                })
            })
            .collect();
        let weight = |place: &Place| {
            place.rank + if subject.iter().any(|word| place.words.contains(&word.as_str())) { 2 } else { 0 }
        };
        places.sort_by_key(|place| std::cmp::Reverse(weight(place)));
        places
    };
    let mut places = named(surroundings);
    for place in named(drawn) {
        if !places.iter().any(|known| known.id == place.id) {
            places.push(place);
        }
    }
    if places.is_empty() {
        let by_hero = drawn.iter().find_map(|word| {
            places::all().find(|place| {
                heroes::by_word(word).is_some_and(|hero| hero.words.contains(&place.native))
                    && !["woman", "traveller"].contains(&place.native)
            })
        });
        places.extend(by_hero);
    }
    let fallback = places::by_id(if genre == Genre::Product { "studio" } else { "plain" });
    (places.first().copied().unwrap_or(fallback), places.get(1).copied())
}

/// The words that name places one could see in the background.
pub(super) fn landmarks<'t>(tokens: impl Iterator<Item = &'t str>) -> Vec<String> {
    const UNSEEN: &[&str] = &[
        "mars",
        "martian",
        "data",
        "business",
        "company",
        "legend",
        "magic",
        "spell",
        "nature",
        "music",
        "song",
        "food",
        "ai",
        "physics",
        "science",
        "learning",
        "education",
        "travel",
        "journey",
        "sport",
        "training",
        "fitness",
        "winter",
        "christmas",
        "medicine",
        "chemistry",
        "finance",
        "team",
        "family",
        "seed",
    ];
    let mut found: Vec<String> = Vec::new();
    for (index, token) in tokens.enumerate() {
        let word = &bare(token);
        let named = places::all().any(|place| place.words.contains(&word.as_str()));
        if named
            && !word.ends_with("ing")
            && !UNSEEN.contains(&word.as_str())
            && heroes::by_word(word).is_none()
            && !found.contains(word)
        {
            let name = index > 0 && token.starts_with(char::is_uppercase);
            found.push(if name { capitalized(word) } else { word.clone() });
        }
    }
    found.truncate(6);
    found
}

/// Noun phrases of the prompt that are neither hero, place, hour nor weather, and can be seen.
pub(super) fn props(core: &str, hero: &Noun, topic: &Noun, genre: Genre) -> Vec<String> {
    const UNSEEN: &[&str] = &[
        "life",
        "love",
        "history",
        "time",
        "dream",
        "dreams",
        "hope",
        "story",
        "secret",
        "day",
        "days",
        "way",
        "world",
        "journey",
        "year",
        "years",
        "minute",
        "minutes",
        "second",
        "seconds",
        "hour",
        "hours",
        "week",
        "month",
        "summer",
        "spring",
        "autumn",
        "last",
        "first",
        "end",
        "beginning",
        "truth",
        "fear",
        "joy",
        "death",
        "meaning",
        "idea",
        "power",
        "art",
        "friendship",
        "freedom",
        "future",
        "past",
        "adventure",
        "everything",
        "nothing",
        "something",
        "someone",
        "thing",
        "things",
        "style",
        "scene",
        "scenes",
        "part",
        "kind",
        "lot",
        "moment",
        "memory",
        "memories",
        "job",
        "shift",
        "childhood",
        "quality",
        "sound",
        "mood",
        "feeling",
        "place",
        "name",
        "voice",
        "work",
        "help",
        "season",
        "seasons",
        "change",
        "luck",
        "war",
        "peace",
        "wall",
        "side",
        "top",
        "middle",
        "edge",
    ];
    if genre != Genre::Story {
        return Vec::new();
    }
    let hero_words: Vec<String> =
        hero.bare.split(' ').chain(topic.bare.split(' ').filter(|_| topic.bare == hero.bare)).map(bare).collect();
    let tokens: Vec<&str> = core.split_whitespace().take(400).collect();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let word = bare(token);
        let Some(before) = index.checked_sub(1).map(|before| bare(tokens[before])) else {
            continue;
        };
        // "her kite", "a red kite": a determiner, at most one adjective, and the noun that ends there.
        let ends = index + 1 == tokens.len()
            || ends_phrase(token)
            || ends_noun_phrase(&bare(tokens[index + 1]))
            || verb(&bare(tokens[index + 1])).is_some()
            || is_past(&bare(tokens[index + 1]));
        let phrase = if is_determiner(&before) {
            word.clone()
        } else if index > 1
            && is_determiner(&bare(tokens[index - 2]))
            && !is_grammar(&before)
            && !ends_phrase(tokens[index - 1])
        {
            format!("{before} {word}")
        } else if index > 2
            && is_determiner(&bare(tokens[index - 3]))
            && tokens[index - 2..index].iter().all(|token| !is_grammar(&bare(token)) && !ends_phrase(token))
        {
            format!("{} {before} {word}", bare(tokens[index - 2]))
        } else {
            continue;
        };
        let seen = word.chars().count() > 2
            && !token.starts_with(char::is_uppercase)
            && !before.is_empty()
            && !UNSEEN.contains(&word.as_str())
            && !is_possessive(token)
            && word.chars().all(char::is_alphabetic);
        let told = hero_words.contains(&word)
            || Hour::named(&word).is_some()
            || hours::weather(&word).is_some()
            || (word.ends_with("ly"));
        let placed = places::all().any(|place| place.words.contains(&word.as_str()));
        let is_verb = verb(&word).is_some_and(|plain| plain != word)
            || is_past(&word)
            || is_grammar(&word)
            || tokens[index - 1].starts_with(char::is_uppercase) && !is_determiner(&before);
        let adjective = before != word
            && phrase.contains(' ')
            && (verb(&before).is_some() || UNSEEN.contains(&before.as_str()) || Hour::named(&before).is_some());
        if ends && seen && !told && !placed && !is_verb && !adjective && !found.contains(&phrase) {
            found.push(phrase);
        }
    }
    found.truncate(6);
    found
        .into_iter()
        .map(|noun| if is_plural(&noun, "") { noun } else { format!("{} {noun}", article(&noun)) })
        .collect()
}
