//! Whether a text says a term, as whole words.
//!
//! The words of both are those of Unicode's text segmentation (UAX #29), parted further wherever no letter or digit
//! stands: `gun.Then` and `gun's` say `gun`. Scripts without blanks between words are compared sign by sign. Words are
//! alike however they were typed: in upper or lower case, with an accent as a character of its own, full-width.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// What no text may say, ready to be searched for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Term {
    /// As the settings write it.
    pub text: String,
    words: Words,
}

impl From<String> for Term {
    fn from(text: String) -> Self {
        Term { words: Words::of(text.trim()), text }
    }
}

/// A text, ready to be searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    folded: String,
    words: Vec<String>,
}

impl Words {
    /// The words of a text.
    pub fn of(text: &str) -> Words {
        let words = text
            .unicode_words()
            .flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)))
            .filter(|word| !word.is_empty())
            // Not before: a `™` would become letters of the word before it.
            .map(fold)
            .collect();
        Words { folded: fold(text), words }
    }

    /// Whether the term's words stand in the text, one after the other. A term without letters and digits, such as an
    /// emoji, is searched as it is.
    pub fn say(&self, term: &Term) -> bool {
        let term = &term.words;
        match term.words.len() {
            0 => !term.folded.is_empty() && self.folded.contains(&term.folded),
            length => self.words.windows(length).any(|words| words == term.words),
        }
    }
}

/// Upper case and back is the simplest way to what all cases of a text share: `ß` and `SS`, `ς` and `Σ`.
fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str, term: &str) -> bool {
        Words::of(text).say(&Term::from(term.to_owned()))
    }

    #[test]
    fn a_term_is_found_as_a_whole_word_only() {
        for text in ["gun", "A gun.", "(gun)", "no gun, please", "gun's", "gun-shaped", "the gun.Then", "his_gun_"] {
            assert!(says(text, "gun"), "{text}");
        }
        for text in ["begun", "guns", "gunpowder", "gün", "gu n", "gun2", ""] {
            assert!(!says(text, "gun"), "{text}");
        }
    }

    #[test]
    fn upper_and_lower_case_are_alike_in_every_script() {
        for (text, term) in [
            ("GUN", "gun"),
            ("a gun", "Gun"),
            ("ÉPÉE", "épée"),
            ("ОРУЖИЕ", "оружие"),
            ("ΟΠΛΟΣ", "οπλος"),
            ("STRASSE", "Straße"),
            ("straße", "STRASSE"),
        ] {
            assert!(says(text, term), "{text} / {term}");
        }
    }

    #[test]
    fn an_accent_may_be_typed_as_a_character_of_its_own() {
        assert!(says("une e\u{301}pe\u{301}e", "épée"));
        assert!(says("une épée", "e\u{301}pe\u{301}e"));
        assert!(!says("une epee", "épée"));
    }

    #[test]
    fn a_word_may_be_full_width_and_a_sign_after_it_is_not_part_of_it() {
        for text in ["a ｇｕｎ", "ＧＵＮ", "Gun™", "gun® gun", "gun²", "gun👍"] {
            assert!(says(text, "gun"), "{text}");
        }
    }

    #[test]
    fn a_term_of_several_words_is_found_whatever_stands_between_them() {
        assert!(says("Brand\nX's cola", "brand x"));
        assert!(says("the Coca-Cola can", "coca cola"));
        assert!(!says("brand new X", "brand x"));
        assert!(!says("brand", "brand x"));
    }

    #[test]
    fn terms_of_scripts_without_blanks_are_found_inside_a_sentence() {
        assert!(says("充满暴力的场面", "暴力"));
        assert!(!says("暴雨有力", "暴力"));
        assert!(says("ในเมืองมีปืนอยู่", "ปืน"));
    }

    #[test]
    fn a_term_without_letters_is_searched_as_it_is() {
        assert!(says("look: 🔫!", "🔫"));
        assert!(!says("look!", "🔫"));
        assert!(!says("look!", "  "));
    }
}
