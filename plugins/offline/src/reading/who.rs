//! Who is followed: the hero of a sentence, of a whole story, or of a place.

use super::Noun;
use crate::english::{
    article, bare, capitalized, clean, ends_noun_phrase, ends_phrase, gerund, is_determiner, is_grammar, is_plural,
    is_possessive, is_preposition, lower_first, strip_article, trim_end, verb,
};
use crate::heroes::{self, Hero};
use crate::hours::Hour;
use crate::places::{self, Place};

/// Whom a longer story follows: the name it says most, as a girl, a boy, a woman or a man by its pronouns, or else the
/// hero it says most.
pub(super) fn protagonist(core: &str) -> Option<(Noun, &'static Hero)> {
    let tokens: Vec<&str> = core.split_whitespace().collect();
    let words: Vec<String> = tokens.iter().map(|token| bare(token)).collect();
    let count = |wanted: &[&str]| words.iter().filter(|word| wanted.contains(&word.as_str())).count();
    let is_name = |index: usize| {
        let token = tokens[index].trim_matches(|c: char| !c.is_alphanumeric());
        let word = &words[index];
        token.starts_with(char::is_uppercase)
            && token.chars().skip(1).all(|c| c.is_lowercase() || c == '\'' || c == '’')
            && word.chars().count() > 2
            && !is_grammar(word)
            && !words.iter().zip(&tokens).any(|(other, token)| other == word && token.starts_with(char::is_lowercase))
            && Hour::named(word).is_none()
            && !places::all().any(|place| place.words.contains(&word.as_str()))
    };
    // A name is said in the subject's place more often than a ship's or a town's: no article before it.
    let names: Vec<&String> = (0..words.len())
        .filter(|index| {
            is_name(*index)
                && !index
                    .checked_sub(1)
                    .is_some_and(|before| is_determiner(&words[before]) || is_preposition(&words[before]))
        })
        .map(|index| &words[index])
        .collect();
    let times = |name: &str| names.iter().filter(|other| other.as_str() == name).count();
    let name = names.iter().max_by_key(|name| times(name)).filter(|name| times(name) > 1);
    if let Some(name) = name {
        let (she, he) = (count(&["she", "her", "hers"]), count(&["he", "his", "him"]));
        let young = count(&["girl", "boy", "child", "nine", "ten", "eight", "seven", "eleven", "school"]) > 0;
        let known = words.iter().find(|word| {
            ["robot", "dog", "cat", "fox", "dragon", "bear", "horse", "whale", "owl"].contains(&word.as_str())
        });
        let noun = match known {
            Some(word) => word.as_str(),
            None => match (she >= he && she > 0, he > she, young) {
                (true, _, true) => "girl",
                (true, _, false) => "woman",
                (_, true, true) => "boy",
                (_, true, false) => "man",
                _ => "traveller",
            },
        };
        let name = capitalized(name);
        let first = format!("{} {noun} called {name}", article(noun));
        return heroes::by_word(noun).map(|hero| (Noun { bare: name.clone(), first, the: name, plural: false }, hero));
    }
    let said: Vec<&String> = words.iter().filter(|word| heroes::by_word(word).is_some()).collect();
    let most = said.iter().rev().max_by_key(|word| said.iter().filter(|other| other == word).count())?;
    heroes::by_word(most).map(|hero| (Noun::new(most), hero))
}

pub(super) struct Found {
    pub(super) phrase: String,
    pub(super) hero: &'static Hero,
    pub(super) action: Option<String>,
    pub(super) theme: Option<String>,
}

/// The first hero of a sentence with the noun phrase around them, what they own and what they do.
pub(super) fn find_hero(tokens: &[&str], words: &[String]) -> Option<Found> {
    let known =
        |index: usize| heroes::by_word(&words[index]).or_else(|| heroes::by_word(words[index].strip_suffix('s')?));
    let mut at = (0..words.len()).find(|index| known(*index).is_some())?;
    // The head of a phrase is its last noun: a "robot gardener" gardens.
    let mut from = at;
    while at + 1 < words.len() && !ends_phrase(tokens[at]) && known(at + 1).is_some() {
        at += 1;
    }
    let hero = known(at)?;
    while from > 0
        && at - from < 5
        && !ends_noun_phrase(&words[from - 1])
        && !ends_phrase(tokens[from - 1])
        && !is_possessive(tokens[from - 1])
    {
        from -= 1;
        if is_determiner(&words[from]) {
            break;
        }
    }
    let mut phrase: Vec<String> = tokens[from..at].iter().map(|token| clean(token)).collect();
    phrase.push(
        tokens[at]
            .trim_matches(|c: char| !c.is_alphanumeric())
            .trim_end_matches("'s")
            .trim_end_matches("’s")
            .to_owned(),
    );
    let mut phrase = phrase.join(" ");
    if from == 0 || !words[from].is_empty() {
        phrase = lower_first(&phrase);
    }
    // "a fox and a hen": both are followed.
    let mut end = at;
    if at + 2 < words.len() && words[at + 1] == "and" && !ends_phrase(tokens[at]) {
        let next = (at + 2..words.len().min(at + 6)).find(|index| known(*index).is_some());
        if let Some(next) = next.filter(|next| words[at + 2..*next].iter().all(|word| !ends_noun_phrase(word))) {
            let joined: Vec<String> = tokens[at + 2..=next].iter().map(|token| clean(token)).collect();
            phrase = format!("{phrase} and {}", joined.join(" "));
            end = next;
        }
    }
    let rest = &tokens[(end + 1).min(tokens.len())..];
    let rest_words = &words[(end + 1).min(words.len())..];
    let theme = if is_possessive(tokens[end]) && !rest.is_empty() {
        let stop =
            rest_words.iter().position(|word| is_preposition(word)).filter(|stop| *stop > 0).unwrap_or(rest.len());
        Some(trim_end(&rest[..stop].join(" ")).to_owned())
            .filter(|_| rest_words[..stop].iter().all(|word| !is_grammar(word)))
    } else if from > 1 && words[from - 1] == "of" {
        Some(strip_article(&tokens[..from - 1].join(" ")))
    } else {
        None
    };
    let action = rest_words
        .iter()
        .take(if theme.is_some() { 0 } else { 5 })
        .position(|word| word.ends_with("ing") || verb(word).is_some())
        .filter(|skip| {
            rest_words[..*skip].iter().all(|word| {
                ["who", "that", "is", "are", "must", "can", "will", "which"].contains(&word.as_str())
                    || word.ends_with("ly")
            })
        })
        .map(|skip| {
            let first = &rest_words[skip];
            let first =
                if first.ends_with("ing") { first.clone() } else { verb(first).map_or_else(|| first.clone(), gerund) };
            let tail = rest[skip + 1..].join(" ");
            trim_end(&format!("{first} {tail}")).to_owned()
        })
        .filter(|action| action.split(' ').count() <= 14);
    Some(Found { phrase, hero, action, theme })
}

/// Where a short sentence's verb is: not its first word, and after something that can do it.
pub(super) fn verb_index(words: &[String]) -> Option<usize> {
    (1..words.len()).find(|index| {
        let before = &words[index - 1];
        verb(&words[*index]).is_some_and(|plain| plain != words[*index] || is_plural(before, "")) && !is_grammar(before)
    })
}

pub(super) fn native(place: &Place) -> &'static Hero {
    // Every place's native is in the list of heroes; a test of `places` says so.
    heroes::by_word(place.native).or_else(|| heroes::by_word("traveller")).expect("the traveller is a hero")
}
