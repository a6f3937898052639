//! Which headers a plugin may set, and which are handed back to it.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// Headers one request may set, and their bytes together.
const MOST: usize = 64;
const MOST_BYTES: usize = 16 << 10;

/// Headers that carry credentials somewhere. Those of the manifest's own credentials come on top.
const CREDENTIALS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "cookie2",
    "api-key",
    "apikey",
    "x-api-key",
    "x-apikey",
    "x-auth-token",
    "x-access-token",
    "x-goog-api-key",
    "x-amz-security-token",
    "ocp-apim-subscription-key",
    "xi-api-key",
    "x-key",
];

/// Headers that frame the message or speak of the connection: two meanings of one of these are how requests are
/// smuggled. `accept-encoding` is here because a compressed answer could neither be measured nor redacted.
const FRAMING: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Headers that make another method out of the one that was judged.
const METHODS: &[&str] = &["x-http-method", "x-http-method-override", "x-method-override"];

/// Headers that may go along to another origin, where a redirect leads to one.
const HARMLESS: &[&str] = &["accept", "accept-language", "range", "if-none-match", "if-modified-since", "user-agent"];

/// Headers of an answer that are between the upstream and the host.
const KEPT_BACK: &[&str] = &[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "set-cookie",
    "set-cookie2",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Reads the headers a plugin set.
///
/// # Errors
/// What is wrong, as the second half of a sentence.
pub(super) fn read(headers: &[(String, String)], credentials: &[&str]) -> Result<HeaderMap, String> {
    if headers.len() > MOST {
        return Err(format!("it set {} headers, more than {MOST}", headers.len()));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > MOST_BYTES {
        return Err(format!("its headers are {bytes} bytes long, more than {MOST_BYTES}"));
    }
    let mut map = HeaderMap::with_capacity(headers.len() + 2);
    for (text, value) in headers {
        let name = HeaderName::from_bytes(text.as_bytes()).map_err(|_| format!("{text:?} is no name of a header"))?;
        let lower = name.as_str();
        let is = |list: &[&str]| list.contains(&lower);
        if is(CREDENTIALS) || credentials.iter().any(|header| header.eq_ignore_ascii_case(lower)) {
            return Err(format!(
                "`{lower}` carries credentials, which the host adds where a request names a `credential`"
            ));
        }
        if is(FRAMING) || lower.starts_with("proxy-") {
            return Err(format!("`{lower}` is the host's to set"));
        }
        if is(METHODS) {
            return Err(format!("`{lower}` would make another method out of the one that is judged here"));
        }
        // No value in the sentence: it may be what was not to be seen.
        let value = HeaderValue::from_str(value).map_err(|_| format!("the value of `{lower}` is malformed"))?;
        map.append(name, value);
    }
    Ok(map)
}

/// Whether a credential may be in a header of this name.
pub(super) fn for_credential(text: &str) -> Option<HeaderName> {
    let name = HeaderName::from_bytes(text.as_bytes()).ok()?;
    let lower = name.as_str();
    (!FRAMING.contains(&lower) && !METHODS.contains(&lower) && lower != "content-type").then_some(name)
}

/// Takes away what is only for the origin the request was meant for.
pub(super) fn keep_harmless(headers: &mut HeaderMap) {
    let others: Vec<HeaderName> = headers.keys().filter(|name| !HARMLESS.contains(&name.as_str())).cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// Whether a header of an answer is for the plugin.
pub(super) fn handed_back(name: &HeaderName) -> bool {
    !KEPT_BACK.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Result<HeaderMap, String> {
        read(&[(name.into(), value.into())], &["X-Own-Key"])
    }

    #[test]
    fn ordinary_headers_are_taken() {
        let headers = [("Content-Type", "application/json"), ("Prefer", "wait=5"), ("X-Y", "1"), ("x-y", "2")];
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), value.to_string())).into();
        let map = read(&headers, &[]).expect("taken");
        assert_eq!(map["content-type"], "application/json");
        assert_eq!(map.get_all("x-y").iter().count(), 2);
    }

    #[test]
    fn credentials_are_not_a_plugins_to_set_however_they_are_written() {
        for name in ["Authorization", "COOKIE", "X-Api-Key", "x-goog-api-key", "Proxy-Authorization", "x-own-key"] {
            let why = one(name, "x").expect_err(name);
            assert!(why.contains("credential"), "{why}");
        }
    }

    #[test]
    fn the_frame_of_a_message_is_not_a_plugins_to_set() {
        for name in ["Host", "content-length", "Transfer-Encoding", "Connection", "te", "Proxy-Foo", "Accept-Encoding"]
        {
            assert!(one(name, "x").expect_err(name).contains("the host's to set"), "{name}");
        }
        assert!(one("X-HTTP-Method-Override", "DELETE").is_err());
    }

    #[test]
    fn malformed_headers_are_refused_without_their_values() {
        for (name, value) in [
            ("", "x"),
            ("a b", "x"),
            ("a:", "x"),
            (":path", "/"),
            ("a\r\nb", "x"),
            ("x", "secret\r\ny: z"),
            ("x", "secret\0"),
        ] {
            let why = one(name, value).expect_err(name);
            assert!(!why.contains("secret"), "{why}");
        }
    }

    #[test]
    fn headers_are_bounded() {
        let many: Vec<_> = (0..=MOST).map(|at| (format!("x-{at}"), String::new())).collect();
        assert!(read(&many, &[]).is_err());
        assert!(one("x", &"y".repeat(MOST_BYTES)).is_err());
    }
}
