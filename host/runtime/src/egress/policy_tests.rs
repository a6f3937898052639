use kinora_domain::documents::{Endpoint, Exemption, Role};

use super::*;
use crate::protocol::{BodyPart, EndpointPath, HttpRequest, Sink};

/// A provider much like Replicate's.
pub(in crate::egress) fn manifest() -> Manifest {
    Manifest {
        id: "acme".into(),
        version: "1.0.0".into(),
        title: "Acme".into(),
        role: Role::Provider,
        endpoints: vec![
            Endpoint {
                name: "api".into(),
                base_url: "https://api.acme.test/v1".into(),
                result_hosts: vec!["files.acme.test".into(), "*.delivery.test".into()],
            },
            Endpoint { name: "upload".into(), base_url: "https://upload.acme.test".into(), result_hosts: Vec::new() },
        ],
        credentials: vec![Credential {
            name: "key".into(),
            endpoint: "api".into(),
            scheme: "header".into(),
            header: "X-Acme-Key".into(),
            prefix: "Token ".into(),
            environment: "ACME_API_KEY".into(),
        }],
        exemptions: vec![Exemption {
            name: "cancel".into(),
            method: "POST".into(),
            endpoint: "api".into(),
            path: "/predictions/*/cancel".into(),
            reason: "cancelling costs nothing".into(),
        }],
        ..Manifest::default()
    }
}

const KEY: &str = "acme-0123456789";

pub(in crate::egress) fn grant() -> Grant {
    Grant::whole(&manifest()).with_secret("key", KEY)
}

pub(in crate::egress) fn to(method: &str, path: &str) -> HttpRequest {
    let target = match path.strip_prefix('/') {
        Some(_) => protocol::Target::Endpoint(EndpointPath { endpoint: "api".into(), path: path.into() }),
        None => protocol::Target::Url(path.into()),
    };
    HttpRequest {
        method: method.into(),
        target,
        headers: Vec::new(),
        body: protocol::Body::Empty,
        credential: None,
        sink: Sink::Inline,
        timeout_ms: None,
        exemption: None,
    }
}

pub(in crate::egress) fn signed(method: &str, path: &str) -> HttpRequest {
    HttpRequest { credential: Some("key".into()), ..to(method, path) }
}

pub(in crate::egress) fn plan(grant: &Grant, request: HttpRequest) -> Result<Planned, Denial> {
    Policy::default().plan(&manifest(), grant, request)
}

/// The refusal, which always says who, and names a remedy.
#[track_caller]
pub(in crate::egress) fn denied(grant: &Grant, request: HttpRequest) -> Denial {
    let denial = plan(grant, request).expect_err("it is refused");
    let sentence = denial.to_string();
    assert!(sentence.starts_with("plugin acme 1.0.0 "), "{sentence}");
    assert!(!denial.remedy.is_empty() && !sentence.contains(KEY), "{sentence}");
    denial
}

#[test]
fn a_request_to_a_granted_endpoint_goes_there_with_its_key() {
    let planned = plan(&grant(), signed("POST", "/predictions?wait=5")).expect("allowed");
    assert_eq!(planned.target.url.as_str(), "https://api.acme.test/v1/predictions?wait=5");
    let credential = planned.credential.as_ref().expect("a key");
    assert_eq!(
        (credential.header.as_str(), &credential.value),
        ("x-acme-key", &HeaderValue::from_static("Token acme-0123456789"))
    );
    assert!(credential.value.is_sensitive());
    assert!(planned.billable());
}

#[test]
fn what_is_planned_shows_neither_key_nor_query() {
    let planned = plan(&grant(), signed("POST", "/x?token=t")).expect("allowed");
    assert_eq!(planned.to_string(), "POST https://api.acme.test/v1/x");
    let shown = format!("{planned:?} {:?}", grant());
    assert!(!shown.contains(KEY) && !shown.contains("token"), "{shown}");
}

#[test]
fn nothing_is_allowed_by_default() {
    let denial = denied(&Grant::default(), to("GET", "/models"));
    assert_eq!(denial.wall, Wall::Endpoint);
    assert!(denial.why.contains("`endpoints[]` `api`"), "{denial}");
    assert!(denial.remedy.contains("kinora plugin activate acme --grant` (endpoint api)"), "{denial}");
}

#[test]
fn an_endpoint_that_the_manifest_does_not_name_cannot_be_granted() {
    let mut grant = grant();
    grant.rights.endpoints.push(Endpoint {
        name: "other".into(),
        base_url: "https://other.test".into(),
        result_hosts: Vec::new(),
    });
    let mut request = to("GET", "/x");
    request.target = protocol::Target::Endpoint(EndpointPath { endpoint: "other".into(), path: "/x".into() });
    let denial = denied(&grant, request);
    assert!(denial.remedy.contains("endpoints[].base_url"), "{denial}");
    assert_eq!(denied(&grant, to("GET", "https://other.test/x")).wall, Wall::Url);
}

#[test]
fn a_line_that_changed_since_it_was_granted_is_not_granted() {
    let grant = grant();
    let mut manifest = manifest();
    manifest.endpoints[0].base_url = "https://evil.test/v1".into();
    manifest.endpoints[1].result_hosts.push("evil.test".into());
    manifest.credentials[0].header = "Authorization".into();
    manifest.exemptions[0].path = "/predictions".into();
    let plan = |request| Policy::default().plan(&manifest, &grant, request);
    assert_eq!(plan(to("GET", "/x")).expect_err("the endpoint moved").wall, Wall::Endpoint);
    assert_eq!(plan(to("GET", "https://evil.test/x")).expect_err("a new host").wall, Wall::Url);
    assert_eq!(grant.rights.missing(&manifest).len(), 6, "{:?}", grant.rights.missing(&manifest));
    assert_eq!(grant.rights.missing(&self::manifest()), Vec::<String>::new());
}

#[test]
fn a_path_that_leaves_its_endpoint_is_refused() {
    for path in ["/../admin", "/%2e%2e/admin", "//evil.test/", "/a\\b", "/a#b"] {
        assert_eq!(denied(&grant(), to("GET", path)).wall, Wall::Path, "{path}");
    }
}

#[test]
fn a_url_is_fetched_where_a_granted_line_covers_it() {
    for url in [
        "https://api.acme.test/elsewhere",
        "https://files.acme.test/film.mp4?sig=1",
        "https://FILES.acme.test:443/film.mp4",
        "https://a.delivery.test/film.mp4",
        "https://a.b.delivery.test/film.mp4",
        "https://upload.acme.test/x",
    ] {
        let planned = plan(&grant(), to("GET", url)).expect(url);
        assert_eq!(planned.target.scope, crate::egress::address::Scope::Public);
        assert!(!planned.billable());
    }
}

#[test]
fn any_other_url_is_refused() {
    for url in [
        "https://evil.test/film.mp4",
        "https://acme.test/film.mp4",
        "https://delivery.test/film.mp4",
        "https://evildelivery.test/film.mp4",
        "https://a.delivery.test.evil.test/film.mp4",
        "https://a.delivery.test./film.mp4",
        "https://.delivery.test/film.mp4",
        "https://files.acme.test:8443/film.mp4",
        "http://files.acme.test/film.mp4",
        "http://api.acme.test/v1/x",
        "https://api.acme.test:8443/v1/x",
        "https://api.acme.test@evil.test/",
        "https://user@api.acme.test/v1/x",
        "https://evil.test\\@api.acme.test/",
        "http://127.0.0.1/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://2130706433/x",
        "http://0x7f.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:169.254.169.254]/latest",
        "https://10.0.0.1/x",
        "file:///etc/passwd",
        "gopher://files.acme.test/x",
    ] {
        let denial = denied(&grant(), to("GET", url));
        assert_eq!(denial.wall, Wall::Url, "{denial}");
    }
    let denial = denied(&grant(), to("GET", "https://evil.test/film.mp4?token=t"));
    assert!(denial.why.contains("`endpoints[].result_hosts`") && !denial.to_string().contains("token"), "{denial}");
}

#[test]
fn a_pattern_as_wide_as_a_country_matches_nothing() {
    let mut manifest = manifest();
    manifest.endpoints[0].result_hosts = vec!["*".into(), "*.test".into(), "*.*.test".into(), "".into()];
    let grant = Grant::whole(&manifest);
    let denial = Policy::default().plan(&manifest, &grant, to("GET", "https://evil.test/x"));
    assert_eq!(denial.expect_err("refused").wall, Wall::Url);
}

#[test]
fn only_reads_go_to_hosts_of_results() {
    assert_eq!(denied(&grant(), to("POST", "https://files.acme.test/x")).wall, Wall::Method);
    assert!(plan(&grant(), to("HEAD", "https://files.acme.test/x")).is_ok());
    assert!(plan(&grant(), to("POST", "https://upload.acme.test/x")).is_ok());
}

#[test]
fn an_address_as_a_result_host_is_judged_as_an_address() {
    let mut manifest = manifest();
    manifest.endpoints[0].result_hosts = vec!["169.254.169.254".into(), "[::1]".into(), "8.8.8.8".into()];
    let grant = Grant::whole(&manifest);
    let plan = |url| Policy::default().plan(&manifest, &grant, to("GET", url));
    assert_eq!(plan("https://169.254.169.254/x").expect_err("metadata").wall, Wall::Address);
    assert_eq!(plan("https://[::1]/x").expect_err("loopback").wall, Wall::Address);
    assert!(plan("https://8.8.8.8/x").is_ok());
}

#[test]
fn a_key_goes_to_its_own_endpoint_only() {
    for url in ["https://files.acme.test/x", "https://upload.acme.test/x", "https://a.delivery.test/x"] {
        let denial = denied(&grant(), signed("GET", url));
        assert_eq!(denial.wall, Wall::Credential, "{denial}");
    }
    // A URL that the upstream gave, at the endpoint's own origin.
    assert!(
        plan(&grant(), signed("GET", "https://api.acme.test/v1/predictions/1")).expect("allowed").credential.is_some()
    );
}

#[test]
fn a_missing_key_names_its_environment_variable() {
    for grant in [Grant::whole(&manifest()), Grant::whole(&manifest()).with_secret("key", " \n")] {
        let denial = denied(&grant, signed("GET", "/x"));
        assert_eq!(denial.wall, Wall::Key);
        assert!(denial.to_string().contains("ACME_API_KEY"), "{denial}");
    }
    assert!(plan(&Grant::whole(&manifest()), to("GET", "/x")).is_ok(), "a request without the key needs none");
}

#[test]
fn a_key_that_no_header_can_carry_is_not_shown() {
    let denial = denied(&grant().with_secret("key", "acme-0123\n456789"), signed("GET", "/x"));
    assert!(denial.wall == Wall::Key && !denial.to_string().contains("456789"), "{denial}");
}

#[test]
fn a_credential_needs_its_line_and_its_grant() {
    let mut request = to("GET", "/x");
    request.credential = Some("admin".into());
    assert!(denied(&grant(), request).remedy.contains("credentials[]"));
    let mut grant = grant();
    grant.rights.credentials.clear();
    assert!(
        denied(&grant, signed("GET", "/x")).remedy.contains("kinora plugin activate acme --grant` (credential key)")
    );
}

#[test]
fn a_way_of_signing_that_is_not_known_here_is_refused() {
    let mut manifest = manifest();
    for (scheme, header) in
        [("sigv4", "X-Acme-Key"), ("header", "Host"), ("header", "Content-Length"), ("header", "a b")]
    {
        manifest.credentials[0].scheme = scheme.into();
        manifest.credentials[0].header = header.into();
        let grant = Grant::whole(&manifest).with_secret("key", KEY);
        let denial = Policy::default().plan(&manifest, &grant, signed("GET", "/x")).expect_err("refused");
        assert_eq!(denial.wall, Wall::Credential, "{denial}");
    }
}

#[test]
fn a_plugin_sets_no_header_that_carries_a_key() {
    for name in ["Authorization", "x-acme-key", "Cookie", "Host", "Content-Length"] {
        let request = HttpRequest { headers: vec![(name.into(), "x".into())], ..to("GET", "/x") };
        assert_eq!(denied(&grant(), request).wall, Wall::Header, "{name}");
    }
}

#[test]
fn methods_are_few_and_reads_have_no_body() {
    for method in ["get", "CONNECT", "TRACE", "OPTIONS", "PURGE", "", "GET /x HTTP/1.1\r\nA: b"] {
        assert_eq!(denied(&grant(), to(method, "/x")).wall, Wall::Method, "{method}");
    }
    let body = || protocol::Body::Parts(vec![BodyPart::Text("{}".into())]);
    assert_eq!(denied(&grant(), HttpRequest { body: body(), ..to("GET", "/x") }).wall, Wall::Body);
    assert!(plan(&grant(), HttpRequest { body: body(), ..to("DELETE", "/x") }).is_ok());
}

#[test]
fn everything_that_is_not_a_read_costs_money() {
    for (method, billable) in
        [("GET", false), ("HEAD", false), ("POST", true), ("PUT", true), ("PATCH", true), ("DELETE", true)]
    {
        assert_eq!(plan(&grant(), to(method, "/x")).expect("allowed").billable(), billable, "{method}");
    }
}

#[test]
fn an_exemption_holds_for_its_method_endpoint_and_path() {
    let exempt = |method: &str, path: &str| {
        let request = HttpRequest { exemption: Some("cancel".into()), ..to(method, path) };
        plan(&grant(), request).expect("allowed")
    };
    assert!(!exempt("POST", "/predictions/abc/cancel").billable());
    assert!(!exempt("POST", "/predictions/abc/cancel?why=x").billable());
    assert!(!exempt("POST", "https://api.acme.test/v1/predictions/abc/cancel").billable());
    for (method, path) in [
        ("POST", "/predictions"),
        ("PUT", "/predictions/abc/cancel"),
        ("POST", "/predictions/abc/cancel/x"),
        ("POST", "/predictions/a%2Fb/cancel"),
        ("POST", "https://api.acme.test/predictions/abc/cancel"),
        ("POST", "https://upload.acme.test/v1/predictions/abc/cancel"),
    ] {
        let planned = exempt(method, path);
        assert!(planned.billable(), "{method} {path}");
        assert!(planned.not_exempt().expect("a reason").contains("`cancel`"));
    }
}

#[test]
fn an_exemption_needs_its_line_and_its_grant() {
    let request = |name: &str| HttpRequest { exemption: Some(name.into()), ..to("POST", "/predictions/abc/cancel") };
    let mut ungranted = grant();
    ungranted.rights.exemptions.clear();
    let planned = plan(&ungranted, request("cancel")).expect("allowed, as a request that costs money");
    assert!(planned.billable());
    assert!(
        planned.not_exempt().expect("a reason").contains("kinora plugin activate acme --grant` (exemption cancel)")
    );
    assert!(plan(&grant(), request("other")).expect("allowed").billable());
}
