//! What the settings ask of one text, and what they find wrong with it.

use kinora_sdk::Failure;
use kinora_sdk::documents::Problem;
use serde::Deserialize;
use serde_json::Value;

use crate::terms::{Term, Words};

/// The most characters of a prompt where the settings name no other number.
pub const MAX_LENGTH: usize = 4000;

/// A house's policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// The most characters, Unicode scalar values, that a text may have.
    pub max_length: usize,
    /// What no text may say.
    pub banned_terms: Vec<Term>,
    /// Whether stories may be asked for that are for adults.
    pub allow_adult_story: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { max_length: MAX_LENGTH, banned_terms: Vec::new(), allow_adult_story: false }
    }
}

impl Policy {
    /// The policy that settings describe; `null` is the default.
    ///
    /// # Errors
    /// `invalid-settings` where they have another shape than their schema says.
    pub fn read(settings: &Value) -> Result<Policy, Failure> {
        if settings.is_null() {
            return Ok(Policy::default());
        }
        Policy::deserialize(settings)
            .map_err(|error| Failure::new("invalid-settings", format!("The settings cannot be read: {error}.")))
    }

    /// What is wrong with a text. `name` opens the sentences: "The prompt".
    pub(crate) fn judge(&self, name: &str, text: &str, path: &str) -> Vec<Problem> {
        let problem = |code: &str, said: String| Problem {
            code: code.to_owned(),
            message: format!("{name} {said}."),
            path: path.to_owned(),
        };
        if text.trim().is_empty() {
            return vec![problem("blank", "is empty".to_owned())];
        }
        let mut problems = Vec::new();
        let length = text.chars().count();
        if length > self.max_length {
            let characters = if length == 1 { "character" } else { "characters" };
            let are = if self.max_length == 1 { "is" } else { "are" };
            let said = format!("has {length} {characters}; at most {} {are} allowed", self.max_length);
            problems.push(problem("too-long", said));
        }
        problems.extend(self.judge_terms(name, text, path));
        problems
    }

    /// The banned terms that a text says.
    pub(crate) fn judge_terms(&self, name: &str, text: &str, path: &str) -> Vec<Problem> {
        if self.banned_terms.is_empty() {
            return Vec::new();
        }
        let words = Words::of(text);
        let said = self.banned_terms.iter().filter(|term| words.say(term));
        said.map(|term| Problem {
            code: "banned-term".to_owned(),
            message: format!("{name} says “{}”, which is not allowed.", term.text.trim()),
            path: path.to_owned(),
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(policy: &Policy, text: &str) -> Vec<(String, String)> {
        let problems = policy.judge("The prompt", text, "/prompt");
        problems.into_iter().map(|problem| (problem.code, problem.message)).collect()
    }

    fn pair(code: &str, message: &str) -> (String, String) {
        (code.to_owned(), message.to_owned())
    }

    #[test]
    fn a_text_of_4000_characters_passes_and_one_of_4001_does_not() {
        let policy = Policy::default();
        assert_eq!(judge(&policy, &"é".repeat(4000)), []);
        let said = "The prompt has 4001 characters; at most 4000 are allowed.";
        assert_eq!(judge(&policy, &"é".repeat(4001)), [pair("too-long", said)]);
    }

    #[test]
    fn a_text_of_blanks_is_empty() {
        for text in ["", " \n\t", "\u{a0}\u{3000}"] {
            assert_eq!(judge(&Policy::default(), text), [pair("blank", "The prompt is empty.")]);
        }
    }

    #[test]
    fn every_banned_term_is_named_once() {
        let policy = Policy {
            banned_terms: ["blood", "gun", " knife "].map(|term| term.to_owned().into()).to_vec(),
            ..Policy::default()
        };
        let expected = [
            pair("banned-term", "The prompt says “blood”, which is not allowed."),
            pair("banned-term", "The prompt says “knife”, which is not allowed."),
        ];
        assert_eq!(judge(&policy, "A knife, another Knife, and blood."), expected);
    }

    #[test]
    fn settings_that_say_half_keep_the_other_default() {
        let policy = Policy::read(&serde_json::json!({"banned_terms": ["gun"]})).unwrap();
        assert_eq!((policy.max_length, policy.banned_terms), (4000, vec!["gun".to_owned().into()]));
    }
}
