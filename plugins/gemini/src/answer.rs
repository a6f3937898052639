//! What `generateContent` answers, whether words or a picture were asked for. A block is a success by its status.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::Usage;
use serde_json::Value;

use crate::error;

/// An answer that was not blocked.
pub struct Answer<'a> {
    /// What the model made, without its thoughts.
    pub parts: Vec<&'a Value>,
    /// Why it stopped; empty where it does not say.
    pub finish: &'a str,
    /// The same in a sentence, where there is one.
    pub remark: &'a str,
    /// What was counted.
    pub usage: Usage,
    /// The model that answered.
    pub made_by: String,
}

/// Reads an answer.
///
/// # Errors
/// `content-policy` where the prompt or the answer was blocked, `invalid-request` for a language the model does not
/// know, `malformed-output` where there is no candidate or the model stumbled.
pub fn read<'a>(body: &'a Value, asked: &str) -> Result<Answer<'a>, ProviderError> {
    if let Some(reason) = body["promptFeedback"]["blockReason"].as_str() {
        let words = body["promptFeedback"]["blockReasonMessage"].as_str().unwrap_or_default();
        return Err(error::blocked("the prompt was blocked", reason, words));
    }
    let candidate = &body["candidates"][0];
    if !candidate.is_object() {
        return Err(ProviderError::malformed_output("The answer has no candidates."));
    }
    let finish = candidate["finishReason"].as_str().unwrap_or_default();
    let remark = candidate["finishMessage"].as_str().unwrap_or_default();
    if error::is_policy(finish) {
        return Err(error::blocked("the answer was blocked", finish, remark));
    }
    match finish {
        "LANGUAGE" => Err(stopped("invalid-request", finish, "The model does not know the language it was asked in.")),
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => Err(ProviderError {
            retryable: true,
            ..stopped("malformed-output", finish, &format!("The model stumbled over its own answer ({finish})."))
        }),
        _ => Ok(Answer {
            parts: parts(candidate),
            finish,
            remark,
            usage: usage(&body["usageMetadata"]),
            made_by: made_by(body["modelVersion"].as_str(), asked),
        }),
    }
}

impl Answer<'_> {
    /// The words, letter by letter.
    pub fn words(&self) -> String {
        self.parts.iter().filter_map(|part| part["text"].as_str()).collect()
    }
}

/// Who made it: the model that answered, or else the one that was asked.
pub fn made_by(answered: Option<&str>, asked: &str) -> String {
    let model = answered.map(|model| model.strip_prefix("models/").unwrap_or(model)).filter(|model| !model.is_empty());
    format!("Google, {}", model.unwrap_or(asked))
}

fn parts(candidate: &Value) -> Vec<&Value> {
    let parts = candidate["content"]["parts"].as_array();
    parts.into_iter().flatten().filter(|part| part["thought"] != true).collect()
}

/// Thoughts are billed as what is written.
fn usage(counted: &Value) -> Usage {
    let count = |field: &str| counted[field].as_u64().unwrap_or(0);
    Usage {
        input_tokens: count("promptTokenCount"),
        output_tokens: count("candidatesTokenCount").saturating_add(count("thoughtsTokenCount")),
        ..Usage::default()
    }
}

/// The model stopped for a reason that no other answer will change by itself.
pub fn stopped(kind: &str, reason: &str, message: &str) -> ProviderError {
    ProviderError {
        upstream_code: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        http_status: Some(200),
        ..ProviderError::new(kind, message)
    }
}
