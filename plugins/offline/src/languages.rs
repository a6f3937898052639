//! What is known of languages other than English: how to tell some of them, a few words that can be drawn, and a few
//! words to show. The user's own words are never translated.

mod words;

use words::WORDS;

/// A language with words of its own to show.
#[derive(Debug)]
pub struct Language {
    /// ISO 639-1.
    pub code: &'static str,
    /// Frequent small words that give it away.
    small: &'static [&'static str],
    /// To show: beginning, closer, onward, the turn, after it, the end.
    pub shown: [&'static str; 6],
}

const LANGUAGES: &[Language] = &[
    Language {
        code: "de",
        small: &[
            "der", "die", "das", "und", "ein", "eine", "einer", "im", "mit", "ist", "für", "auf", "von", "nicht",
            "den", "dem", "zum", "zur", "über", "wie",
        ],
        shown: ["Am Anfang", "Ganz nah", "Und weiter", "Dann die Wende", "Noch immer", "Am Ende"],
    },
    Language {
        code: "fr",
        small: &[
            "le", "la", "les", "un", "une", "des", "et", "du", "dans", "est", "pour", "sur", "qui", "avec", "au",
            "aux", "l", "d",
        ],
        shown: ["Au début", "Tout près", "Plus loin", "Puis tout change", "Encore là", "À la fin"],
    },
    Language {
        code: "es",
        small: &["el", "los", "las", "una", "y", "del", "en", "que", "con", "por", "para", "su", "es", "al"],
        shown: ["Al principio", "Muy cerca", "Más allá", "Y todo cambia", "Todavía", "Al final"],
    },
    Language {
        code: "it",
        small: &["il", "lo", "gli", "uno", "e", "di", "della", "del", "nel", "che", "con", "per", "sul", "è"],
        shown: ["All'inizio", "Da vicino", "Più avanti", "Poi tutto cambia", "Ancora", "Alla fine"],
    },
    Language {
        code: "pt",
        small: &["o", "os", "um", "uma", "do", "da", "no", "na", "com", "para", "não", "ao", "são"],
        shown: ["No início", "Bem perto", "Mais além", "E tudo muda", "Ainda aqui", "No fim"],
    },
    Language {
        code: "nl",
        small: &["het", "een", "en", "van", "op", "met", "voor", "niet", "naar", "bij"],
        shown: ["In het begin", "Heel dichtbij", "En verder", "Dan de wending", "Nog altijd", "Aan het eind"],
    },
    Language {
        code: "ja",
        small: &[],
        shown: ["はじまり", "すぐそばで", "その先へ", "そして変わる", "まだここに", "おわりに"],
    },
    Language { code: "zh", small: &[], shown: ["开始", "走近", "继续", "然后改变", "依然", "结尾"] },
    Language {
        code: "ko", small: &[], shown: ["처음에", "더 가까이", "계속", "그리고 변화", "여전히", "마지막에"]
    },
    Language {
        code: "ru",
        small: &["и", "в", "на", "не", "с", "о", "по", "для", "из"],
        shown: ["В начале", "Совсем близко", "Дальше", "И всё меняется", "Всё ещё", "В конце"],
    },
];

/// The language with that code, of `de-DE` too.
pub fn by_tag(tag: &str) -> Option<&'static Language> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    LANGUAGES.iter().find(|language| language.code == primary)
}

/// The language that a text's script or its small words give away. None for English and for what is not known.
pub fn of(text: &str) -> Option<&'static Language> {
    let in_range = |from: char, to: char| text.chars().any(|c| (from..=to).contains(&c));
    let script = match () {
        () if in_range('\u{3040}', '\u{30ff}') => Some("ja"),
        () if in_range('\u{ac00}', '\u{d7af}') => Some("ko"),
        () if in_range('\u{4e00}', '\u{9fff}') => Some("zh"),
        () if in_range('\u{0400}', '\u{04ff}') => Some("ru"),
        () => None,
    };
    if let Some(code) = script {
        return by_tag(code);
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let hits = |language: &Language| words.iter().filter(|word| language.small.contains(word)).count();
    LANGUAGES
        .iter()
        .map(|language| (hits(language), language))
        .filter(|(hits, _)| *hits > 0)
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.code.cmp(a.1.code)))
        .map(|(_, language)| language)
}

/// Whether a text is most likely not English.
pub fn is_foreign(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let strange = letters.iter().filter(|c| !c.is_ascii()).count();
    if strange * 4 > letters.len() {
        return true;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let english = words.iter().filter(|word| crate::english::is_grammar(word)).count();
    let other = of(text).map_or(0, |language| words.iter().filter(|word| language.small.contains(word)).count());
    other > english
        || (english == 0 && words.iter().any(|word| to_english(word).is_some_and(|english| english != *word)))
}

/// What a foreign word is in English, where it can be drawn.
pub fn to_english(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(english, _)| *english)
}

/// The English of what can be drawn in a text, in the order of the table: whole words of scripts with blanks, parts
/// of words in the others.
pub fn drawable(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).collect();
    let found = |word: &str| {
        let dense = word.chars().any(|c| c >= '\u{3040}');
        if dense { lower.contains(word) } else { words.contains(&word) }
    };
    WORDS.iter().filter(|(_, list)| list.iter().any(|word| found(word))).map(|(english, _)| *english).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(of("Ein alter Mann und das Meer").map(|l| l.code), Some("de"));
        assert_eq!(of("山の朝").map(|l| l.code), Some("ja"));
        assert!(is_foreign("Une nuit dans la forêt") && is_foreign("буря на море") && is_foreign("ليل في المدينة"));
        for english in [
            "a lighthouse keeper's last night",
            "x",
            "our bakery opens at dawn",
            "premium wireless headphones",
            "a café in Paris",
        ] {
            assert!(!is_foreign(english), "{english}");
        }
    }

    #[test]
    fn words_that_can_be_drawn_are_found_in_any_script() {
        assert_eq!(drawable("山の朝"), ["mountain", "morning"]);
        assert_eq!(drawable("Ein alter Mann und das Meer"), ["sea", "man"]);
    }
}
