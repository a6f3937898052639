//! Whose pages may call: the origins of CORS, as patterns.

use std::str::FromStr;

use axum::http::uri::Authority;

use super::host::is_loopback;

/// The origins whose pages may call. The default is any port of this machine's own names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    patterns: Vec<Pattern>,
}

/// A pattern that is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no origin; write http://localhost:3000, https://example.com, http://localhost:* or *")]
pub struct InvalidOrigin(String);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    /// `*`
    All,
    /// `null`, which pages of files and of sandboxes send.
    Null,
    One {
        scheme: String,
        host: String,
        /// Any where absent.
        port: Option<u16>,
    },
}

/// An origin as a browser sends it.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Default for Origins {
    fn default() -> Self {
        let one = |scheme: &str, host: &str| Pattern::One { scheme: scheme.into(), host: host.into(), port: None };
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        let patterns = hosts.iter().flat_map(|host| [one("http", host), one("https", host)]).collect();
        Origins { patterns }
    }
}

impl Origins {
    /// Reads patterns: `http://localhost:3000`, `https://example.com`, `http://localhost:*` (any port), `null`, or `*`
    /// (anybody's page, which is only wise where every call needs a token).
    ///
    /// # Errors
    /// The first that is no origin.
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Self, InvalidOrigin> {
        let read = |pattern: S| {
            let text = pattern.as_ref().trim();
            read_pattern(text.trim_end_matches('/')).ok_or_else(|| InvalidOrigin(text.into()))
        };
        Ok(Origins { patterns: patterns.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Whether pages of this origin may call.
    pub(super) fn allow(&self, origin: &str) -> bool {
        let parsed = read_origin(origin);
        self.patterns.iter().any(|pattern| match (pattern, &parsed) {
            (Pattern::All, _) => true,
            (Pattern::Null, _) => origin == "null",
            (Pattern::One { .. }, None) => false,
            (Pattern::One { scheme, host, port }, Some(origin)) => {
                *scheme == origin.scheme && *host == origin.host && port.is_none_or(|port| port == origin.port)
            }
        })
    }

    /// Whether a host is one of those that the patterns name: the name that a proxy in front is reached by.
    pub(super) fn name(&self, host: &str) -> bool {
        self.patterns.iter().any(|pattern| matches!(pattern, Pattern::One { host: known, .. } if known == host))
    }
}

fn read_pattern(text: &str) -> Option<Pattern> {
    match text {
        "*" => return Some(Pattern::All),
        "null" => return Some(Pattern::Null),
        _ => {}
    }
    if let Some(any_port) = text.strip_suffix(":*") {
        let Origin { scheme, host, .. } = read_origin(any_port)?;
        return Some(Pattern::One { scheme, host, port: None });
    }
    let Origin { scheme, host, port } = read_origin(text)?;
    Some(Pattern::One { scheme, host, port: Some(port) })
}

fn read_origin(text: &str) -> Option<Origin> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let usual = match scheme.as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let authority = Authority::from_str(rest).ok().filter(|_| !rest.contains('@'))?;
    // `Authority` itself takes a port that is no number to be none.
    let port = match rest.get(authority.host().len()..)? {
        "" => usual,
        port => port.strip_prefix(':')?.parse().ok()?,
    };
    Some(Origin { scheme, host: authority.host().to_ascii_lowercase(), port })
}

/// Whether a page was served from the very address that it calls.
pub(super) fn is_same(origin: &str, host: &Authority) -> bool {
    read_origin(origin).is_some_and(|origin| {
        let usual = if origin.scheme == "https" { 443 } else { 80 };
        origin.host.eq_ignore_ascii_case(host.host()) && origin.port == host.port_u16().unwrap_or(usual)
    })
}

/// Whether a page is one of this machine's.
pub(super) fn is_local(origin: &str) -> bool {
    read_origin(origin).is_some_and(|origin| is_loopback(&origin.host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_pages_of_this_machine_may_call_whatever_their_port() {
        let origins = Origins::default();
        for good in ["http://localhost:3000", "http://localhost", "https://127.0.0.1:8443", "http://[::1]:5173"] {
            assert!(origins.allow(good), "{good}");
        }
        for bad in [
            "https://example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com:3000",
            "http://localhost@example.com",
            "http://192.168.1.5:3000",
            "ftp://localhost",
            "null",
            "localhost:3000",
            "",
        ] {
            assert!(!origins.allow(bad), "{bad}");
        }
    }

    #[test]
    fn a_pattern_means_its_scheme_its_host_and_its_port() {
        let origins = Origins::new(["https://studio.example.com", "http://dev.example.com:*/"]).unwrap();
        assert!(origins.allow("https://studio.example.com"));
        assert!(origins.allow("https://Studio.Example.com:443"));
        assert!(!origins.allow("http://studio.example.com"));
        assert!(!origins.allow("https://studio.example.com:8443"));
        assert!(origins.allow("http://dev.example.com:9999"));
        assert!(!origins.allow("http://localhost:3000"));
        assert!(origins.name("studio.example.com") && !origins.name("example.com"));
    }

    #[test]
    fn what_is_no_origin_is_refused_and_named() {
        for bad in ["example.com", "https://", "https://example.com/path", "https://a:b", "https://user@example.com"] {
            let error = Origins::new([bad]).unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
        }
        assert!(Origins::new(["*"]).unwrap().allow("null"));
    }

    #[test]
    fn the_page_of_a_server_is_its_own_also_behind_tls() {
        let host = |text: &str| Authority::from_str(text).unwrap();
        assert!(is_same("http://192.168.1.5:8080", &host("192.168.1.5:8080")));
        assert!(is_same("https://kinora.example.com", &host("kinora.example.com")));
        assert!(!is_same("http://192.168.1.5:3000", &host("192.168.1.5:8080")));
        assert!(!is_same("null", &host("null")));
    }
}
