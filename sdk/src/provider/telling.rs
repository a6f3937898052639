//! Errors in sentences: what happened, in the host's words, and what the upstream said about it, on one line, cut and
//! without keys.

use super::ProviderError;

/// The longest piece of the upstream's words that is passed on, in characters.
const MAX_WORDS: usize = 300;

/// How the keys of services begin that echo them. The host redacts the ones it knows; an upstream masks some by halves.
const KEYS: [&str; 2] = ["sk-", "r8_"];

impl ProviderError {
    /// An error of this kind in an answer of this status, told in a sentence that ends with the upstream's own words.
    pub fn told(kind: &str, status: u16, words: &str) -> Self {
        ProviderError { http_status: Some(status), ..ProviderError::new(kind, sentence(kind, status, words)) }
    }
}

/// What a person reads.
fn sentence(kind: &str, status: u16, words: &str) -> String {
    let lead = match kind {
        // Clients know this one by its exact words.
        "rate-limited" => return "Rate limit exceeded".to_owned(),
        "quota-exhausted" => "The quota of the account is exhausted",
        "content-policy" => "The request was refused by the content policy",
        "model-unavailable" => "The model is not available",
        "authentication" => "The API key was refused",
        "invalid-request" => "The request was not accepted",
        "timeout" => "The answer did not come in time",
        "unavailable" => "The service is not available at the moment",
        _ => "The service answered in a way that is not understood",
    };
    let words = plain(words);
    if words.is_empty() { format!("{lead} (HTTP {status}).") } else { format!("{lead}: {words}") }
}

/// The upstream's words on one line, at most 300 characters, without what looks like a key.
pub fn plain(words: &str) -> String {
    let is_key = |word: &str| KEYS.iter().any(|key| word.starts_with(key)) || word.contains("***");
    let words: Vec<&str> = words.split_whitespace().map(|word| if is_key(word) { "[key]" } else { word }).collect();
    let words = words.join(" ");
    match words.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upstreams_words_are_one_line_cut_and_without_keys() {
        assert_eq!(plain(" bad\n words  "), "bad words");
        assert_eq!(plain("not sk-abc nor r8_abc nor ab***yz"), "not [key] nor [key] nor [key]");
        assert_eq!(plain(&"é".repeat(301)).chars().count(), 301);
        assert!(plain(&"é".repeat(301)).ends_with("é…"));
        assert_eq!(plain(&"é".repeat(300)), "é".repeat(300));
    }

    #[test]
    fn a_sentence_has_the_words_or_else_the_status() {
        let error = ProviderError::told("unavailable", 502, "overloaded");
        assert_eq!(error.message, "The service is not available at the moment: overloaded");
        assert_eq!((error.kind.as_str(), error.http_status, error.retryable), ("unavailable", Some(502), false));
        assert_eq!(ProviderError::told("authentication", 401, " ").message, "The API key was refused (HTTP 401).");
        assert_eq!(ProviderError::told("rate-limited", 429, "slow down").message, "Rate limit exceeded");
    }
}
