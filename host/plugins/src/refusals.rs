//! What was refused and still is: a sentence about each case, gone when the case is mended.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most sentences that are kept.
const MOST: usize = 100;

/// What a refusal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// A file of the inbox; mended when it is taken in or gone.
    File(PathBuf),
    /// A plugin by its id; mended when one of its generations is activated.
    Plugin(String),
}

#[derive(Default)]
pub(crate) struct Refusals(Mutex<Vec<(About, String)>>);

impl Refusals {
    fn sentences(&self) -> MutexGuard<'_, Vec<(About, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Logs a sentence and keeps it, once.
    pub fn note(&self, about: About, sentence: String) {
        tracing::warn!("{sentence}");
        let mut sentences = self.sentences();
        sentences.retain(|(_, known)| *known != sentence);
        sentences.push((about, sentence));
        if sentences.len() > MOST {
            sentences.remove(0);
        }
    }

    /// Forgets what was said about it.
    pub fn mended(&self, about: &About) {
        self.sentences().retain(|(known, _)| known != about);
    }

    /// What is still so, the latest last.
    pub fn all(&self) -> Vec<String> {
        let mut sentences = self.sentences();
        sentences.retain(|(about, _)| !matches!(about, About::File(file) if !file.exists()));
        sentences.iter().map(|(_, sentence)| sentence.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_kept_until_its_case_is_mended_or_its_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("noise.wasm");
        std::fs::write(&file, b"noise").unwrap();
        let refusals = Refusals::default();
        refusals.note(About::File(file.clone()), "noise.wasm is noise".into());
        refusals.note(About::File(file.clone()), "noise.wasm is noise".into());
        refusals.note(About::Plugin("a".into()), "a traps".into());
        assert_eq!(refusals.all(), ["noise.wasm is noise", "a traps"]);
        refusals.mended(&About::Plugin("a".into()));
        assert_eq!(refusals.all(), ["noise.wasm is noise"]);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(refusals.all(), [""; 0]);
    }

    #[test]
    fn the_oldest_sentences_give_way() {
        let refusals = Refusals::default();
        for number in 0..=MOST {
            refusals.note(About::Plugin("a".into()), number.to_string());
        }
        let all = refusals.all();
        assert_eq!((all.len(), all[0].as_str()), (MOST, "1"));
    }
}
