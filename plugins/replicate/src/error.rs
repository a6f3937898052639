//! What went wrong, told in the words of the host. Replicate answers `application/problem+json`
//! (`{"title", "detail", "status"}`); a prediction that failed has one free text.

use kinora_sdk::ProviderError;
use kinora_sdk::provider::{HttpResponse, ResponseBody, plain};
use serde_json::Value;

/// Reads an answer that is no success. `missing` is the kind of a 404: the model, or something else that was named.
pub fn read(response: &HttpResponse, missing: &'static str) -> ProviderError {
    let body: Value = match &response.body {
        ResponseBody::Inline(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        ResponseBody::Blob(_) => Value::Null,
    };
    let [title, detail] = ["title", "detail"].map(|field| match &body[field] {
        Value::String(words) => words.clone(),
        Value::Null => String::new(),
        list => list.to_string(),
    });
    let words = match (title.is_empty(), detail.is_empty()) {
        (false, false) => format!("{}: {detail}", title.trim_end_matches('.')),
        _ => format!("{title}{detail}"),
    };
    let kind = kind(response.status, &words, missing);
    let retryable = matches!(kind, "rate-limited" | "unavailable" | "timeout");
    ProviderError {
        upstream_code: Some(title).filter(|title| !title.is_empty()),
        retryable,
        retry_after_ms: if retryable { pause(response, &body) } else { None },
        ..ProviderError::told(kind, response.status, &words)
    }
}

fn kind(status: u16, words: &str, missing: &'static str) -> &'static str {
    let words = words.to_lowercase();
    // A version that is not there is no 404 but an input that is wrong.
    let no_version = words.contains("version") && words.contains("does not exist");
    match status {
        401 | 403 => "authentication",
        402 => "quota-exhausted",
        404 | 410 => missing,
        400 | 422 if no_version => "model-unavailable",
        408 | 504 | 524 => "timeout",
        409 | 500..=599 => "unavailable",
        429 => "rate-limited",
        400..=499 => "invalid-request",
        _ => "unknown",
    }
}

/// How long to wait: by a header, else by `retry_after`, else by "Your rate limit resets in ~30s." in the words.
fn pause(response: &HttpResponse, body: &Value) -> Option<u64> {
    let in_words = || {
        let (_, rest) = body["detail"].as_str()?.split_once("resets in ~")?;
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse::<u64>().ok()
    };
    let seconds = || body["retry_after"].as_u64().or_else(in_words);
    response.retry_after_ms().or_else(|| seconds()?.checked_mul(1000))
}

/// What the words of failed predictions mean: the first line with one of its words decides. `E` and digits are codes
/// of Replicate's error reference, and `E005` one of several models.
const MEANINGS: &[(&str, &[&str])] = &[
    (
        "content-policy",
        &[
            "nsfw",
            "safety",
            "sensitive",
            "moderat",
            "content policy",
            "usage polic",
            "prohibited",
            "inappropriate",
            "violat",
            "guidelines",
            "e005",
        ],
    ),
    ("quota-exhausted", &["insufficient credit", "billing", "insufficient_quota", "exceeded your current quota"]),
    ("rate-limited", &["rate limit", "too many requests", "throttled"]),
    ("timeout", &["timed out", "timeout", "deadline", "e6716"]),
    (
        "unavailable",
        &[
            "out of memory",
            "oom",
            "e1000",
            "e1001",
            "unavailable",
            "overload",
            "capacity",
            "high demand",
            "try again",
            "interrupted",
            "internal error",
            "internal server error",
            "connection",
            "bad gateway",
        ],
    ),
    ("invalid-request", &["validation", "invalid", "must be", "unsupported", "not supported", "required", "expected"]),
];

/// What a prediction says that has failed.
pub fn failed(words: &str) -> ProviderError {
    let lower = words.to_lowercase();
    let meaning = MEANINGS.iter().find(|(_, words)| words.iter().any(|word| says(&lower, word)));
    let kind = meaning.map_or("unknown", |(kind, _)| kind);
    let message = match kind {
        "unknown" if words.trim().is_empty() => "The model failed and did not say why.".to_owned(),
        "unknown" => format!("The model failed: {}", plain(words)),
        _ => ProviderError::told(kind, 200, words).message,
    };
    ProviderError {
        upstream_code: code(words),
        retryable: matches!(kind, "rate-limited" | "timeout" | "unavailable"),
        ..ProviderError::new(kind, message)
    }
}

/// Whether a word stands in a text with no letter before it: "room" says nothing of "oom".
fn says(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|before: char| before.is_alphanumeric()))
}

/// `E` and digits, alone or in brackets.
fn code(words: &str) -> Option<String> {
    let mut parts = words.split(|letter: char| !letter.is_ascii_alphanumeric());
    let digits = |part: &&str| {
        part.strip_prefix('E').is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    parts.find(digits).map(str::to_owned)
}
