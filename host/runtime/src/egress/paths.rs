//! Putting URLs together so that nothing escapes from where it was put, and reading them in one way only. What two
//! programs could read differently is refused, not repaired.

use url::Url;

/// Bytes of a URL or path that are more than any upstream wants.
const LONGEST: usize = 8 << 10;

/// Appends a path (with its query) to a base URL.
///
/// # Errors
/// What is wrong with the path, as the second half of a sentence.
pub(super) fn join(base: &Url, path: &str) -> Result<Url, String> {
    readable(path)?;
    if !path.starts_with('/') {
        return Err("a path under an endpoint begins with `/`".into());
    }
    if path.contains('#') {
        return Err("a path under an endpoint has no fragment".into());
    }
    let only = path.split('?').next().unwrap_or_default();
    if only.contains("//") {
        return Err("a path under an endpoint has no empty segments".into());
    }
    if climbs(only) {
        return Err("a path under an endpoint has no `.` and `..` segments".into());
    }
    let root = base.as_str().trim_end_matches('/');
    let url = Url::parse(&format!("{root}{path}")).map_err(|error| format!("it makes no URL: {error}"))?;
    // By now this holds; it is the promise of this function all the same, and does not hang on the checks above.
    let stays = url.origin() == base.origin() && below(base, &url).is_some();
    stays.then_some(url).ok_or_else(|| "it leaves the endpoint".into())
}

/// Reads an absolute URL.
///
/// # Errors
/// What is wrong with it, as the second half of a sentence.
pub(super) fn absolute(text: &str) -> Result<Url, String> {
    readable(text)?;
    let mut url = Url::parse(text).map_err(|error| format!("it is no URL: {error}"))?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(format!("`{}` is not spoken here", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
        return Err("it has a user name or password in it".into());
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no host".into());
    }
    url.set_fragment(None);
    Ok(url)
}

/// The path of a URL below a base, if it is there.
pub(super) fn below<'a>(base: &Url, url: &'a Url) -> Option<&'a str> {
    let rest = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
    rest.starts_with('/').then_some(rest)
}

/// Whether a path is one of a pattern's, in which `*` stands for one segment. A segment that an upstream might decode
/// into several is no segment.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let encoded = path.to_ascii_lowercase();
    if climbs(path) || encoded.contains("%2f") || encoded.contains("%5c") {
        return false;
    }
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(segment), Some(same)) if segment == same => {}
            _ => return false,
        }
    }
}

/// A path or URL as a sentence may show it: without its query, which may carry tokens, and not too long.
pub(super) fn shown(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let short: String = text.chars().filter(|c| !c.is_control()).take(120).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

fn readable(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it is {} bytes long, more than {LONGEST}", text.len()));
    }
    match text.chars().find(|c| *c == '\\' || !c.is_ascii_graphic()) {
        None => Ok(()),
        Some(c) => Err(format!("{c:?} does not belong into it unless percent-encoded")),
    }
}

/// Whether a path has segments that mean "here" or "up", however they are written.
fn climbs(path: &str) -> bool {
    let mut plain = path.to_ascii_lowercase();
    // Once more than an upstream would decode, for those that decode twice.
    for _ in 0..3 {
        plain = plain.replace("%25", "%").replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    }
    plain.split(['/', ';']).any(|segment| matches!(segment, "." | ".."))
}

/// What stands between `//` and the next `/`, `?` or `#`.
fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://api.example.com/v1").expect("a URL")
    }

    #[test]
    fn a_path_is_appended_to_the_base() {
        for (path, whole) in [
            ("/chat/completions", "https://api.example.com/v1/chat/completions"),
            ("/models/veo:generate", "https://api.example.com/v1/models/veo:generate"),
            ("/files?purpose=a/../b", "https://api.example.com/v1/files?purpose=a/../b"),
            ("/@someone/x@y", "https://api.example.com/v1/@someone/x@y"),
            ("/a%2Fb", "https://api.example.com/v1/a%2Fb"),
            ("/x..y/...", "https://api.example.com/v1/x..y/..."),
        ] {
            assert_eq!(join(&base(), path).expect(path).as_str(), whole);
        }
        let bare = Url::parse("https://api.example.com").expect("a URL");
        assert_eq!(join(&bare, "/x").expect("joined").as_str(), "https://api.example.com/x");
    }

    #[test]
    fn a_path_does_not_leave_its_endpoint() {
        for path in [
            "",
            "chat",
            "@evil.test/",
            ".evil.test/",
            ":8080/",
            "/../admin",
            "/..",
            "/a/../../b",
            "/./a",
            "/%2e%2e/admin",
            "/.%2E/admin",
            "/a/%2e%2e%2fadmin",
            "/..%2fadmin",
            "/..%5cadmin",
            "/%252e%252e/admin",
            "/..;/admin",
            "//evil.test/",
            "/a//b",
            "/\\evil.test",
            "\\\\evil.test",
            "/a b",
            "/a\tb",
            "/a\r\nHost: evil.test",
            "/a#b",
            "/\u{2025}/a",
            "https://evil.test/",
        ] {
            assert!(join(&base(), path).is_err(), "{path:?} became {:?}", join(&base(), path));
        }
        assert!(join(&base(), &format!("/{}", "x".repeat(LONGEST))).is_err());
    }

    #[test]
    fn a_url_is_read_in_one_way_or_not_at_all() {
        assert_eq!(absolute("https://a.example/b?c=d#e").expect("read").as_str(), "https://a.example/b?c=d");
        for text in [
            "",
            "a.example/b",
            "/b",
            "file:///etc/passwd",
            "ftp://a.example/",
            "javascript:1",
            "data:text/plain,x",
            "https://",
            "https://user@a.example/",
            "https://user:password@a.example/",
            "https://@a.example/",
            "https://a.example@evil.test/",
            "https://a.example\\@evil.test/",
            "https:\\\\a.example",
            "https://a.exa\tmple/",
            "https://a.example/\n",
            " https://a.example/",
        ] {
            assert!(absolute(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(fits("/files", "/files"));
        assert!(fits("/predictions/*/cancel", "/predictions/abc/cancel"));
        for path in [
            "/predictions/cancel",
            "/predictions//cancel",
            "/predictions/a/b/cancel",
            "/predictions/a%2Fb/cancel",
            "/predictions/../cancel",
            "/predictions/a/cancel/",
            "/predictions/a/cancel/now",
            "/Predictions/a/cancel",
            "predictions/a/cancel",
        ] {
            assert!(!fits("/predictions/*/cancel", path), "{path}");
        }
        assert!(!fits("/files*", "/files2"), "a star inside a segment is no star");
    }

    #[test]
    fn what_is_shown_has_no_query() {
        assert_eq!(shown("https://a.example/b?token=x"), "`https://a.example/b`");
        assert!(shown(&"x".repeat(500)).len() < 140);
    }
}
