//! Ids that an upstream gives and that become a part of the next request's path.

use serde_json::Value;

use super::ProviderError;

/// The longest id that is believed, in bytes.
const MAX_ID: usize = 512;

/// The `id` of an upstream's answer, fit for one segment of a path.
///
/// # Errors
/// `malformed-output` where there is none, or where it would lead elsewhere. It is final: what was asked for was
/// accepted, and asking again would be billed again.
pub fn id(answer: &Value) -> Result<String, ProviderError> {
    let fits = |id: &&str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte);
        !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(plain) && !matches!(*id, "." | "..")
    };
    answer["id"].as_str().filter(fits).map(str::to_owned).ok_or_else(|| {
        let message = "The request was accepted, and the answer has no id by which the work could be asked for.";
        ProviderError::new("malformed-output", message)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::id;

    #[test]
    fn an_id_stays_in_its_segment() {
        for good in ["gm3qorzdhgbfurvjtvhg6dckhu", "video_68d7.a-b", "task:1"] {
            assert_eq!(id(&json!({"id": good})).unwrap(), good);
        }
        for bad in ["", ".", "..", "a/b", "a?b", "a%2fb", "a b", "é", &"a".repeat(513)] {
            assert!(!id(&json!({"id": bad})).expect_err(bad).retryable);
        }
        assert!(id(&json!({})).is_err() && id(&json!({"id": 7})).is_err() && id(&json!(null)).is_err());
    }
}
