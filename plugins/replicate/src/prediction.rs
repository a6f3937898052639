//! What a prediction says of itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{MediaItem, MediaOutcome, Outcome, TextOutcome, Usage};
use kinora_sdk::provider::{Attachment, HttpRequest, Polled, media_type};
use serde_json::Value;

use crate::{Work, error, text};

/// Milliseconds to wait for what was made.
const DOWNLOAD_TIMEOUT_MS: u64 = 600_000;

/// Reads a prediction.
pub fn read(work: &Work, body: &Value) -> Polled {
    match body["status"].as_str().unwrap_or_default() {
        "succeeded" => output(work, body).unwrap_or_else(Polled::Failed),
        "failed" => Polled::Failed(error::failed(body["error"].as_str().unwrap_or_default())),
        "canceled" => Polled::Failed(ProviderError::new(
            "timeout",
            "The prediction was ended before it was done, by its upper limit (the setting cancel_after_seconds) or by \
             hand.",
        )),
        "aborted" => Polled::Failed(ProviderError {
            retryable: true,
            ..ProviderError::new(
                "unavailable",
                "The prediction was ended before it began: Replicate has no free place.",
            )
        }),
        "starting" => Polled::Pending { progress: None, note: Some("the model is starting".to_owned()) },
        _ => Polled::Pending { progress: progress(body["logs"].as_str().unwrap_or_default()), note: None },
    }
}

/// The last percentage in the logs: many models write a bar.
fn progress(logs: &str) -> Option<f32> {
    let (before, _) = logs.rsplit_once('%')?;
    let digits = before.rsplit(|letter: char| !letter.is_ascii_digit()).next()?;
    let percent: f32 = digits.parse().ok()?;
    (percent <= 100.0).then_some(percent / 100.0)
}

fn output(work: &Work, body: &Value) -> Result<Polled, ProviderError> {
    if body["data_removed"] == true {
        return Err(paid(ProviderError::malformed_output("The result is gone: Replicate has removed it already.")));
    }
    let whole = &body["output"];
    let output = whole.pointer(&work.output).ok_or_else(|| odd(work, whole))?;
    if work.operation == "text" {
        let text = text::read(output).ok_or_else(|| odd(work, whole))?;
        return Ok(Polled::Done(written(work, text, &body["metrics"]), Vec::new()));
    }
    let uri = match output {
        Value::Array(uris) => uris.first().unwrap_or(&Value::Null),
        one => one,
    };
    match uri.as_str() {
        Some(uri) if uri.starts_with("data:") => inside(work, uri).map_err(paid),
        Some(uri) if uri.starts_with("http") => {
            let request = HttpRequest::download(uri);
            Ok(Polled::Fetch(HttpRequest { timeout_ms: Some(DOWNLOAD_TIMEOUT_MS), ..request }))
        }
        _ => Err(odd(work, whole)),
    }
}

/// Another attempt would be billed and answered alike.
fn paid(error: ProviderError) -> ProviderError {
    ProviderError { retryable: false, ..error }
}

/// The output is not what the mapping says.
fn odd(work: &Work, output: &Value) -> ProviderError {
    let found = match output {
        Value::Null => "nothing".to_owned(),
        Value::Object(fields) => format!("an object with {}", fields.keys().cloned().collect::<Vec<_>>().join(", ")),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(_) => "a text".to_owned(),
        _ => "a single value".to_owned(),
    };
    let wanted = if work.operation == "text" { "text" } else { "URI" };
    paid(ProviderError::malformed_output(format!(
        "The output of {} is {found}, and no {wanted} is there. Its mapping says where with \"output\".",
        work.model
    )))
}

fn written(work: &Work, text: String, metrics: &Value) -> Outcome {
    let count = |name: &str| metrics[name].as_u64().unwrap_or(0);
    let usage = Usage {
        input_tokens: count("input_token_count"),
        output_tokens: count("output_token_count"),
        ..Usage::default()
    };
    let truncated = work.max_tokens.is_some_and(|most| usage.output_tokens >= most);
    Outcome::Text(TextOutcome { text, truncated, usage, made_by: made_by(work) })
}

/// A picture or clip inside the answer.
fn inside(work: &Work, uri: &str) -> Result<Polled, ProviderError> {
    let encoded = uri.split_once(";base64,").map(|(_, encoded)| encoded).unwrap_or_default();
    let content = STANDARD.decode(encoded.trim()).unwrap_or_default();
    let media_type =
        media_type(&content).filter(|found| fits(work, found)).ok_or_else(|| unfit(work, "something else"))?;
    let name = "result".to_owned();
    let outcome = made(work, MediaItem::Attachment { name: name.clone() });
    Ok(Polled::Done(outcome, vec![Attachment { name, media_type: media_type.to_owned(), content }]))
}

/// Whether that is what was asked for.
pub fn fits(work: &Work, media_type: &str) -> bool {
    media_type.starts_with(&format!("{}/", work.operation))
}

/// Something else came.
pub fn unfit(work: &Work, what: &str) -> ProviderError {
    let wanted = if work.operation == "image" { "A picture" } else { "A clip" };
    ProviderError::malformed_output(format!("{wanted} was expected and {what} came."))
}

/// The outcome with a picture or clip.
pub fn made(work: &Work, item: MediaItem) -> Outcome {
    let pictures = u64::from(work.operation == "image");
    Outcome::Media(MediaOutcome {
        items: vec![item],
        usage: Usage { pictures, video_ms: work.video_ms, ..Usage::default() },
        made_by: made_by(work),
        warnings: work.warnings.clone(),
    })
}

fn made_by(work: &Work) -> String {
    format!("Replicate, {}", work.model)
}

#[cfg(test)]
mod tests {
    use super::progress;

    #[test]
    fn the_last_percentage_of_the_logs_counts() {
        for (logs, expected) in [
            ("Using seed: 42069\n  0%|          | 0/50\n 38%|███▊      | 19/50", Some(0.38)),
            ("100%", Some(1.0)),
            ("█5%", Some(0.05)),
            ("250%", None),
            ("%", None),
            ("█%", None),
            ("", None),
        ] {
            assert_eq!(progress(logs), expected, "{logs}");
        }
    }
}
