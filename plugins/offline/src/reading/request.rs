//! What of a prompt is about the film ("make me a short film about", "in three minutes") and what is in it; and
//! whether it tells its story itself.

use crate::english::{bare, is_grammar};

/// Parts "make me a short film about" from what it is to be about.
pub(super) fn split_request(text: &str) -> (String, String) {
    const ORDERS: &[&str] = &[
        "make", "create", "generate", "produce", "write", "film", "shoot", "give", "i", "please", "can", "could", "we",
        "show", "tell", "design", "need", "want", "let's", "do",
    ];
    const WORKS: &[&str] = &[
        "video",
        "film",
        "movie",
        "clip",
        "ad",
        "ads",
        "advert",
        "advertisement",
        "commercial",
        "trailer",
        "short",
        "story",
        "animation",
        "reel",
        "documentary",
        "promo",
        "teaser",
        "launch",
        "tale",
        "cartoon",
        "scene",
        "spot",
    ];
    const BRIDGES: &[&str] = &["about", "of", "for", "showing", "featuring", "where", "with", "on"];
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let words: Vec<String> = tokens.iter().map(|token| bare(token)).collect();
    let order = words.first().is_some_and(|first| ORDERS.contains(&first.as_str()));
    let mut cut = 0;
    for (index, word) in words.iter().enumerate().take(14) {
        if !BRIDGES.contains(&word.as_str()) || index + 1 == words.len() {
            continue;
        }
        let work = words[cut..index].iter().any(|word| WORKS.contains(&word.as_str()));
        let plain = words[cut..index].iter().all(|word| {
            is_grammar(word)
                || WORKS.contains(&word.as_str())
                || ORDERS.contains(&word.as_str())
                || word.len() <= 7
                || word.ends_with("second")
                || word.ends_with("minute")
        });
        // "a film about", "the story of"; but "a love story in Paris" is a subject of its own.
        if work && plain && (order || index - cut <= 5) {
            cut = index + 1;
        }
    }
    if cut == 0 && order && words.len() > 2 {
        cut = words
            .iter()
            .take(4)
            .take_while(|word| ORDERS.contains(&word.as_str()) || ["me", "us", "you"].contains(&word.as_str()))
            .count();
    }
    if cut >= tokens.len() {
        cut = 0;
    }
    (words[..cut].join(" "), tokens[cut..].join(" "))
}

/// Without "in three minutes" at its end, which is about the film and not in it.
pub(super) fn without_length(text: &str) -> String {
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let unit = |word: &str| ["second", "seconds", "minute", "minutes", "sec", "secs"].contains(&word);
    if tokens.len() > 4
        && unit(&bare(tokens[tokens.len() - 1]))
        && ["in", "within", "under"].contains(&bare(tokens[tokens.len() - 3]).as_str())
    {
        return tokens[..tokens.len() - 3].join(" ");
    }
    text.to_owned()
}

/// The sentences of a text that tells its story itself: three or more, or many words.
pub(super) fn passages(core: &str) -> Vec<String> {
    let sentences: Vec<String> = sentences(core)
        .into_iter()
        .filter(|sentence| sentence.chars().filter(|c| c.is_alphanumeric()).count() >= 3)
        .collect();
    if sentences.len() >= 3 { sentences } else { Vec::new() }
}

/// Sentences, without their marks only where a caller trims them.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        current.push(character);
        let ends = match character {
            '。' | '！' | '？' => true,
            '.' | '!' | '?' | '…' => {
                chars.peek().is_none_or(|next| next.is_whitespace()) && current.trim().chars().count() > 3
            }
            _ => false,
        };
        if ends {
            found.push(current.trim().to_owned());
            current.clear();
        }
    }
    if !current.trim().is_empty() {
        found.push(current.trim().to_owned());
    }
    found
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
