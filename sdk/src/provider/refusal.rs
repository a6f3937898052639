//! What an answer means that is no success, where the upstream has no dialect that is worth an own reading: the kind by
//! its status and the codes that many servers share, its words from the places where most put them.

use serde_json::Value;

use super::{HttpResponse, ProviderError, ResponseBody};

/// Codes that say more than the status. OpenAI's, which those who speak its API took over.
const CODES: [(&str, &str); 6] = [
    ("insufficient_quota", "quota-exhausted"),
    ("billing_hard_limit_reached", "quota-exhausted"),
    ("model_not_found", "model-unavailable"),
    ("content_filter", "content-policy"),
    ("content_policy_violation", "content-policy"),
    ("context_length_exceeded", "invalid-request"),
];

impl HttpResponse {
    /// The response itself where its status is 2xx.
    ///
    /// # Errors
    /// What the upstream said was wrong: [`ProviderError::of`].
    pub fn accepted(self) -> Result<Self, ProviderError> {
        if self.is_success() { Ok(self) } else { Err(ProviderError::of(&self)) }
    }
}

impl ProviderError {
    /// What an answer that is no success says: a kind, a sentence with the upstream's own words, whether the same
    /// request may succeed later, and when (`Retry-After` and its relatives).
    pub fn of(response: &HttpResponse) -> Self {
        let body: Value = match &response.body {
            ResponseBody::Inline(bytes) => serde_json::from_slice(bytes).unwrap_or_default(),
            ResponseBody::Blob(_) => Value::Null,
        };
        // OpenAI and most others: {"error": {"message", "code", "type"}}; Ollama: {"error": words}; vLLM: {"message"};
        // FastAPI: {"detail"}.
        let error = if body["error"].is_null() { &body } else { &body["error"] };
        let words = [error, &error["message"], &error["detail"]].into_iter().find_map(Value::as_str);
        let code = [&error["code"], &error["type"]].into_iter().find_map(Value::as_str);
        let kind =
            CODES.iter().find(|(known, _)| code == Some(known)).map_or_else(|| by_status(response), |(_, kind)| kind);
        let retryable = matches!(kind, "rate-limited" | "unavailable" | "timeout");
        ProviderError {
            upstream_code: code.map(str::to_owned),
            retryable,
            retry_after_ms: if retryable { response.retry_after_ms() } else { None },
            ..ProviderError::told(kind, response.status, words.unwrap_or_default())
        }
    }
}

fn by_status(response: &HttpResponse) -> &'static str {
    match response.status {
        401 | 403 => "authentication",
        402 => "quota-exhausted",
        408 | 504 | 524 => "timeout",
        409 | 500..=599 => "unavailable",
        410 => "model-unavailable",
        429 => "rate-limited",
        400..=499 => "invalid-request",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&str, &str)], body: &str) -> ProviderError {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let response = HttpResponse { status, headers, body: ResponseBody::Inline(body.as_bytes().to_vec()) };
        response.accepted().expect_err("it is no success")
    }

    #[test]
    fn the_status_says_what_is_wrong_and_a_code_says_it_better() {
        let openai = |code: &str| format!(r#"{{"error": {{"message": "No.", "type": "t", "code": "{code}"}}}}"#);
        for (status, body, kind, retryable) in [
            (400, openai(""), "invalid-request", false),
            (401, openai("invalid_api_key"), "authentication", false),
            (404, openai("model_not_found"), "model-unavailable", false),
            (408, String::new(), "timeout", true),
            (429, openai("rate_limit_exceeded"), "rate-limited", true),
            (429, openai("insufficient_quota"), "quota-exhausted", false),
            (503, "<html>".to_owned(), "unavailable", true),
            (302, String::new(), "unknown", false),
        ] {
            let error = read(status, &[], &body);
            assert_eq!((error.kind.as_str(), error.retryable), (kind, retryable), "{status} {body}");
            assert_eq!(error.http_status, Some(status));
        }
    }

    #[test]
    fn the_words_are_found_where_servers_put_them() {
        for body in [
            r#"{"error": {"message": "Bad words."}}"#,
            r#"{"error": "Bad words."}"#,
            r#"{"message": "Bad words."}"#,
            r#"{"detail": "Bad words."}"#,
        ] {
            assert_eq!(read(400, &[], body).message, "The request was not accepted: Bad words.", "{body}");
        }
        assert_eq!(read(400, &[], "no JSON").message, "The request was not accepted (HTTP 400).");
    }

    #[test]
    fn a_pause_is_passed_on_only_where_trying_again_helps() {
        assert_eq!(read(429, &[("retry-after", "7")], "").retry_after_ms, Some(7_000));
        assert_eq!(read(400, &[("retry-after", "7")], "").retry_after_ms, None);
    }
}
