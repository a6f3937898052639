//! By what name a request came, and whether something stands in between: what an unnamed caller is judged by.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};

/// Headers that a proxy adds: whoever asks is then not on this machine, whatever the address says.
const FORWARDING: [&str; 10] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
];

/// The name a request came by; none where it gives none, several or none that can be read.
pub(crate) fn host(headers: &HeaderMap) -> Option<Authority> {
    let mut all = headers.get_all(header::HOST).iter();
    let (host, None) = (all.next()?, all.next()) else {
        return None;
    };
    let host = host.to_str().ok().filter(|host| !host.contains('@'))?;
    Authority::from_str(host).ok()
}

/// Whether a host's name or address is this machine's own.
pub(super) fn is_loopback(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    IpAddr::from_str(address).is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The first header that shows that a proxy passed the request on.
pub(super) fn forwarding(headers: &HeaderMap) -> Option<&'static str> {
    FORWARDING.into_iter().find(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_this_machines_own_names_are_loopback() {
        for good in ["localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "[::1]", "[::ffff:127.0.0.1]"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in
            ["localhost.evil.com", "127.0.0.1.evil.com", "evil.com", "10.0.0.1", "0.0.0.0", "[::]", "", "2130706433"]
        {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn two_hosts_are_none() {
        let mut headers = HeaderMap::new();
        assert_eq!(host(&headers), None);
        headers.append(header::HOST, HeaderValue::from_static("localhost:8080"));
        assert_eq!(host(&headers).unwrap().host(), "localhost");
        headers.append(header::HOST, HeaderValue::from_static("evil.com"));
        assert_eq!(host(&headers), None);
    }
}
