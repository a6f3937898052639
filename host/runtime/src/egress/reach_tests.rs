use super::*;
use crate::egress::policy::Policy;
use crate::egress::policy::tests::{denied, grant, manifest, plan, signed, to};
use crate::protocol::{self, EndpointPath};

fn moved(url: &str, allow_private: bool) -> Grant {
    grant().with_override("api", url, allow_private)
}

#[test]
fn the_administrator_moves_an_endpoint() {
    let planned = plan(&moved("http://127.0.0.1:8080/proxy/v1/", false), signed("GET", "/x")).expect("allowed");
    assert_eq!(planned.target.url.as_str(), "http://127.0.0.1:8080/proxy/v1/x");
    assert!(planned.credential.is_some());
    for url in ["http://localhost:8080", "http://[::1]:8080", "https://gateway.test/acme", "https://127.0.0.1/x"] {
        assert!(plan(&moved(url, false), to("GET", "/x")).is_ok(), "{url}");
    }
    // Where it was before is no longer its place.
    let denial = denied(&moved("http://127.0.0.1:8080", false), signed("GET", "https://api.acme.test/v1/x"));
    assert_eq!(denial.wall, Wall::Url);
}

#[test]
fn plain_http_and_private_addresses_need_the_administrators_mark() {
    for url in ["http://ollama:11434", "http://gateway.test", "http://10.0.0.5:8080"] {
        let denial = denied(&moved(url, false), to("GET", "/x"));
        assert_eq!(denial.wall, Wall::BaseUrl, "{denial}");
        assert!(
            denial.remedy.contains("allow_private = true") && denial.remedy.contains("[plugins.acme.endpoints.api]")
        );
        assert!(plan(&moved(url, true), to("GET", "/x")).is_ok(), "{url}");
    }
    assert_eq!(denied(&moved("https://10.0.0.5", false), to("GET", "/x")).wall, Wall::Address);
    assert!(plan(&moved("https://10.0.0.5", true), to("GET", "/x")).is_ok());
    for url in ["http://169.254.169.254", "http://0.0.0.0:80", "http://[::ffff:10.0.0.1]"] {
        assert_eq!(denied(&moved(url, true), to("GET", "/x")).wall, Wall::Address, "{url}");
    }
}

#[test]
fn a_base_url_that_is_none_is_told_to_the_administrator() {
    for url in [
        "",
        "gateway",
        "https://user:password@gateway.test",
        "https://gateway.test/?x",
        "https://gateway.test/#x",
        "ftp://gateway.test",
    ] {
        let denial = denied(&moved(url, true), to("GET", "/x"));
        assert_eq!(denial.wall, Wall::BaseUrl, "{denial}");
        assert!(!denial.to_string().contains("password@"), "{denial}");
    }
}

#[test]
fn a_manifest_cannot_move_itself_to_this_machine() {
    let mut manifest = manifest();
    for (url, wall) in [
        ("http://127.0.0.1:8080", Wall::BaseUrl),
        ("http://api.acme.test", Wall::BaseUrl),
        ("https://127.0.0.1", Wall::Address),
        ("https://192.168.1.1", Wall::Address),
    ] {
        manifest.endpoints[0].base_url = url.into();
        let denial = Policy::default().plan(&manifest, &Grant::whole(&manifest), to("GET", "/x"));
        assert_eq!(denial.expect_err(url).wall, wall, "{url}");
    }
}

#[test]
fn a_gateway_on_this_machine_may_serve_media_from_other_ports() {
    let local = moved("http://127.0.0.1:8080/v1", false);
    for url in ["http://127.0.0.1:9000/film.mp4", "http://localhost:9000/film.mp4", "http://[::1]:9000/film.mp4"] {
        let planned = plan(&local, to("GET", url)).expect(url);
        assert_eq!(planned.target.scope, Scope::Loopback);
        assert_eq!(denied(&local, signed("GET", url)).wall, Wall::Credential, "{url}");
        assert_eq!(denied(&local, to("POST", url)).wall, Wall::Method, "{url}");
    }
    for url in ["http://10.0.0.1/x", "http://169.254.169.254/x", "http://0.0.0.0/x", "http://evil.test/x"] {
        assert_eq!(denied(&local, to("GET", url)).wall, Wall::Url, "{url}");
    }
    assert_eq!(denied(&moved("http://10.0.0.5", true), to("GET", "http://127.0.0.1/x")).wall, Wall::Url);
}

#[test]
fn a_redirect_is_judged_like_a_request() {
    let start = || plan(&grant(), signed("GET", "/x")).expect("allowed");
    for (location, whole) in [
        ("y", "https://api.acme.test/v1/y"),
        ("/y", "https://api.acme.test/y"),
        ("https://api.acme.test/y", "https://api.acme.test/y"),
    ] {
        let mut planned = start();
        planned.hop(location).expect(location);
        assert_eq!(planned.target.url.as_str(), whole);
        assert!(planned.credential.is_some(), "{location} is the same origin");
    }
    for location in [
        "https://evil.test/",
        "//evil.test/",
        "http://api.acme.test/v1/x",
        "http://169.254.169.254/latest",
        "https://user:password@api.acme.test/",
        "file:///etc/passwd",
        "https://",
    ] {
        let denial = start().hop(location).expect_err(location);
        assert!(denial.asked.contains("was redirected by https://api.acme.test"), "{denial}");
    }
}

#[test]
fn a_key_lost_on_the_way_does_not_come_back() {
    let mut request = signed("GET", "/x");
    request.headers = vec![("x-session".into(), "s".into()), ("accept".into(), "video/mp4".into())];
    let mut planned = plan(&grant(), request).expect("allowed");
    planned.hop("https://files.acme.test/film.mp4").expect("allowed");
    assert!(planned.credential.is_none());
    assert!(planned.headers.contains_key("accept") && !planned.headers.contains_key("x-session"));
    planned.hop("https://api.acme.test/v1/x").expect("allowed");
    assert!(planned.credential.is_none());
}

#[test]
fn the_internet_does_not_redirect_to_this_machine() {
    let local = grant().with_override("upload", "http://127.0.0.1:8080", false);
    let mut planned = plan(&local, to("GET", "https://files.acme.test/x")).expect("allowed");
    assert_eq!(planned.hop("http://127.0.0.1:9000/x").expect_err("refused").wall, Wall::Redirect);
    let mut request = to("GET", "/x");
    request.target = protocol::Target::Endpoint(EndpointPath { endpoint: "upload".into(), path: "/x".into() });
    let mut planned = plan(&local, request).expect("allowed");
    planned.hop("http://127.0.0.1:9000/x").expect("this machine may send to this machine");
}

#[test]
fn what_a_plugin_may_reach_can_be_shown() {
    let shown = Policy::default().reach(&manifest(), &moved("http://127.0.0.1:8080/v1", false)).to_string();
    assert_eq!(
        shown,
        "api: http://127.0.0.1:8080/v1, moved there by the administrator, and GET from other ports of this machine, \
         results from files.acme.test, *.delivery.test\nupload: https://upload.acme.test/\n"
    );
    let shown = Policy::default().reach(&manifest(), &moved("http://ollama:11434", false)).to_string();
    assert!(shown.contains("api: unusable") && shown.contains("allow_private"), "{shown}");
}
