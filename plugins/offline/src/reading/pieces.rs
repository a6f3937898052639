//! Which words of a prompt can stand alone over a picture.

use super::Noun;
use crate::english::{capitalized, ends_noun_phrase, ends_phrase, is_grammar, is_preposition, trim_end, with_the};

/// What of an English prompt can stand alone over a picture, the best first.
#[allow(clippy::too_many_arguments)]
pub(super) fn pieces(
    tokens: &[&str],
    words: &[String],
    clause: Option<&str>,
    action: Option<&str>,
    theme: Option<&str>,
    hero: &Noun,
    named_hero: bool,
    product: Option<(&str, &str)>,
) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = capitalized(trim_end(text.trim()));
        let count = text.split_whitespace().count();
        let same = |known: &String| known.to_lowercase().contains(&text.to_lowercase());
        if (1..=6).contains(&count)
            && text.chars().count() >= 2
            && text.chars().count() <= 48
            && !pieces.iter().any(same)
        {
            pieces.push(text);
        }
    };
    if let Some((title, text)) = product {
        add(title);
        text.split([',', '.', ';', '\n'])
            .map(str::trim)
            .filter(|part| part.split_whitespace().count() > 1)
            .take(4)
            .for_each(&mut add);
    }
    if named_hero && theme.is_some() {
        add(&hero.first);
    }
    if let Some(clause) = clause {
        add(clause);
    }
    if let Some(theme) = theme {
        add(&with_the(theme));
    }
    if named_hero && clause.is_some_and(|clause| clause.split(' ').count() > 6) {
        add(&hero.first);
    }
    if let Some(action) = action {
        let cut =
            action.split(' ').enumerate().position(|(index, word)| index > 0 && (is_preposition(word) && word != "to"));
        add(&action.split(' ').take(cut.unwrap_or(6)).collect::<Vec<_>>().join(" "));
    }
    if named_hero {
        add(&hero.first);
    }
    // "on Mars", "at dawn", "in the middle of the night"
    for (index, word) in words.iter().enumerate() {
        if [
            "in", "on", "at", "under", "across", "through", "beyond", "between", "above", "with", "without", "before",
            "after",
        ]
        .contains(&word.as_str())
        {
            let mut end = index + 1;
            while end < words.len()
                && end - index < 6
                && !ends_phrase(tokens[end - 1])
                && (!ends_noun_phrase(&words[end]) || words[end] == "of")
            {
                end += 1;
            }
            if end > index + 1 && !is_grammar(&words[end - 1]) {
                add(&tokens[index..end].join(" "));
            }
        }
    }
    if tokens.len() <= 6 {
        add(&tokens.join(" "));
    }
    pieces
}

/// The user's words whole, cut only where the writing itself has a seam.
pub(super) fn foreign_pieces(core: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let text = text.trim().to_owned();
        if !text.is_empty()
            && text.split_whitespace().count() <= 6
            && text.chars().count() <= 40
            && !pieces.contains(&text)
        {
            pieces.push(text);
        }
    };
    add(core);
    for part in core.split(['.', ',', ';', ':', '!', '?', '—', '。', '、', '！', '？', '،', '\n']) {
        add(part);
        if part.chars().any(|c| c >= '\u{3040}') {
            part.split(['の', 'は', 'が', 'を', 'に', 'で', 'と', '的', ' ']).for_each(&mut add);
            continue;
        }
        let words: Vec<&str> = part.split_whitespace().collect();
        let seam = words.iter().position(|word| {
            ["und", "et", "y", "e", "en", "и", "ve", "i", "och", "og"].contains(&word.to_lowercase().as_str())
        });
        match seam.filter(|seam| *seam > 0) {
            Some(seam) => {
                add(&words[..seam].join(" "));
                add(&words[seam + 1..].join(" "));
            }
            None if words.len() > 6 => words.chunks(5).take(6).for_each(|chunk| add(&chunk.join(" "))),
            None => {}
        }
    }
    pieces
}
