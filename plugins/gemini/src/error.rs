//! What went wrong, told in the words of the host: one kind, one sentence, whether the same request may succeed later
//! and when. Google's body is `{"error": {"code", "message", "status", "details"}}`; that of Interactions has a word
//! for its code and nothing else; Google's front end wraps it in a list, and gateways answer HTML or nothing.

use kinora_sdk::ProviderError;
use kinora_sdk::provider::{HttpResponse, ResponseBody, span};
use serde_json::Value;

/// Reasons of a block, of a prompt or an answer, in text, pictures and jobs.
const POLICY: [&str; 9] = [
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "CONTENT_POLICY_VIOLATION",
];
/// What is said of a model that is gone.
const GONE: [&str; 5] = ["not found", "no longer available", "does not exist", "deprecated", "shut down"];
/// What is said of a key that is wrong, with status 400.
const KEY: [&str; 3] = ["api key not valid", "api key expired", "api key not found"];
/// What is said where money is wanted. Every rate limit says "check your plan and billing details" as well.
const MONEY: [&str; 4] = ["credits are depleted", "prepayment", "enable billing", "spending cap"];
/// The codes that stand as numbers in the error of a job (google.rpc.Code), from 1 on.
const CODES: [&str; 16] = [
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Reads an answer that is no success.
pub fn read(response: &HttpResponse) -> ProviderError {
    let body: Value = match &response.body {
        ResponseBody::Inline(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
        ResponseBody::Blob(_) => Value::Null,
    };
    let body = if body.is_array() { &body[0] } else { &body };
    let told = Told(if body["error"].is_null() { body } else { &body["error"] });
    let error = told.error(response.status);
    let pause = || told.pause().or_else(|| response.retry_after_ms());
    ProviderError { retry_after_ms: if error.retryable { pause() } else { None }, ..error }
}

/// Reads the error of a job that was accepted and has failed.
pub fn of_job(error: &Value) -> ProviderError {
    Told(error).error(200)
}

/// The prompt or the answer was blocked.
pub fn blocked(what: &str, reason: &str, words: &str) -> ProviderError {
    let words = if words.is_empty() { format!("{what} ({reason}).") } else { format!("{what} ({reason}): {words}") };
    ProviderError { upstream_code: Some(reason.to_owned()), ..ProviderError::told("content-policy", 200, &words) }
}

/// Whether the reason of a stop is a matter of policy.
pub fn is_policy(reason: &str) -> bool {
    POLICY.contains(&reason)
}

/// The error as Google tells it.
struct Told<'a>(&'a Value);

impl Told<'_> {
    fn error(&self, status: u16) -> ProviderError {
        let word = self.word();
        let kind = self.kind(status, &word);
        ProviderError {
            upstream_code: Some(word).filter(|word| !word.is_empty()),
            retryable: matches!(kind, "rate-limited" | "unavailable" | "timeout"),
            ..ProviderError::told(kind, status, &without_key(self.message()))
        }
    }

    fn message(&self) -> &str {
        self.0.as_str().or(self.0["message"].as_str()).unwrap_or_default()
    }

    /// The code as a word: `status`, or `code`, which is a word, the end of an address, or a number.
    fn word(&self) -> String {
        match (&self.0["status"], &self.0["code"]) {
            (Value::String(word), _) | (_, Value::String(word)) => {
                word.rsplit('/').next().unwrap_or_default().to_owned()
            }
            (_, Value::Number(number)) => {
                let of_rpc = number.as_u64().and_then(|code| CODES.get(usize::try_from(code).ok()?.checked_sub(1)?));
                of_rpc.map_or_else(|| number.to_string(), |&word| word.to_owned())
            }
            _ => String::new(),
        }
    }

    fn kind(&self, status: u16, word: &str) -> &'static str {
        let word = word.to_uppercase();
        let message = self.message().to_lowercase();
        let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
        let too_much = status == 429 || matches!(word.as_str(), "RESOURCE_EXHAUSTED" | "RATE_LIMIT_EXCEEDED");
        if self.reason("API_KEY_INVALID") || self.reason("API_KEY_EXPIRED") || says(&KEY) {
            return "authentication";
        }
        if POLICY.contains(&word.as_str()) || message.contains("blocked") && says(&["safety", "polic", "prohibited"]) {
            return "content-policy";
        }
        if status == 402 || too_much && self.is_exhausted() || matches!(status, 200 | 400 | 429) && says(&MONEY) {
            return "quota-exhausted";
        }
        if matches!(status, 200 | 400 | 404 | 410) && message.contains("model") && says(&GONE) {
            return "model-unavailable";
        }
        match status {
            200 => by_word(&word),
            401 | 403 => "authentication",
            408 | 499 | 504 | 524 => "timeout",
            409 | 500..=599 => "unavailable",
            429 => "rate-limited",
            400..=498 => "invalid-request",
            _ => "unknown",
        }
    }

    fn details(&self) -> impl Iterator<Item = &Value> {
        self.0["details"].as_array().into_iter().flatten()
    }

    fn reason(&self, reason: &str) -> bool {
        self.details().any(|detail| detail["reason"] == reason)
    }

    /// Whether it is the allowance of a day that is used up, or one that is none at all: waiting does not help.
    fn is_exhausted(&self) -> bool {
        let mut violations = self.details().filter_map(|detail| detail["violations"].as_array()).flatten();
        violations.any(|violation| {
            violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay")) || violation["quotaValue"] == "0"
        })
    }

    /// The pause that the body asks for: `"retryDelay": "34.4s"`.
    fn pause(&self) -> Option<u64> {
        self.details().find_map(|detail| detail["retryDelay"].as_str()).and_then(span)
    }
}

/// The kind of an error without a status of HTTP.
fn by_word(word: &str) -> &'static str {
    match word {
        "RESOURCE_EXHAUSTED" | "RATE_LIMIT_EXCEEDED" => "rate-limited",
        "UNAUTHENTICATED" | "PERMISSION_DENIED" => "authentication",
        "INVALID_ARGUMENT"
        | "INVALID_REQUEST"
        | "FAILED_PRECONDITION"
        | "OUT_OF_RANGE"
        | "NOT_FOUND"
        | "UNIMPLEMENTED" => "invalid-request",
        "DEADLINE_EXCEEDED" => "timeout",
        "INTERNAL" | "INTERNAL_ERROR" | "UNAVAILABLE" | "ABORTED" | "DATA_LOSS" => "unavailable",
        "BUDGET_EXCEEDED" => "quota-exhausted",
        _ => "unknown",
    }
}

/// Google quotes a key in "Consumer 'api_key:AIza…' has been suspended."
fn without_key(words: &str) -> String {
    let words: Vec<&str> =
        words.split_whitespace().map(|word| if word.contains("AIza") { "[key]" } else { word }).collect();
    words.join(" ")
}
