//! Where requests do not get through, whatever names and redirects say.

use crate::upstream::{Answer, Upstream};
use crate::world::{World, get, inline, options, post, to};

fn without_key(url: &str) -> kinora_runtime::protocol::HttpRequest {
    kinora_runtime::protocol::HttpRequest { credential: None, ..to("GET", url) }
}

#[tokio::test]
async fn a_denial_becomes_a_failure_that_accepted_nothing() {
    let upstream = Upstream::start(|_| Answer::ok(b"")).await;
    let failure = World::new(&upstream).fails(without_key("https://evil.test/")).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("refused-by-policy", false));
    assert!(failure.message.contains("endpoints[].result_hosts"), "{failure:?}");
}

#[tokio::test]
async fn a_redirect_to_the_metadata_service_is_not_followed() {
    for location in [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/",
        "http://[fd00:ec2::254]/",
        "//10.0.0.1/",
    ] {
        let upstream = Upstream::start(move |_| Answer::redirect(302, location)).await;
        let failure = World::new(&upstream).fails(get()).await;
        assert_eq!(failure.kind, "refused-by-policy", "{failure:?}");
        assert!(failure.message.contains("was redirected by"), "{failure:?}");
        assert_eq!(upstream.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_of_a_post_is_handed_to_the_plugin() {
    for status in [301, 302, 303, 307, 308] {
        let upstream = Upstream::start(move |_| Answer::redirect(status, "/elsewhere")).await;
        let response = World::new(&upstream).send(post()).await.expect("an answer");
        assert_eq!(response.status, status);
        assert!(response.headers.contains(&("location".into(), "/elsewhere".into())));
        assert_eq!(upstream.seen().len(), 1);
    }
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let upstream = Upstream::start(|_| Answer::redirect(302, "/x")).await;
    let failure = World::new(&upstream).fails(get()).await;
    assert_eq!(failure.kind, "refused-by-policy", "{failure:?}");
    assert_eq!(upstream.seen().len(), 6, "one request and five redirects");
}

#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_not_followed() {
    for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "64:ff9b::7f00:1"]
    {
        let names = options(&[("api.acme.test", &[address])]);
        let failure = World::at("https://api.acme.test", false, names).fails(post()).await;
        assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("refused-by-policy", false), "{failure:?}");
        assert!(failure.message.contains("allow_private = true"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_result_host_that_leads_to_this_machine_is_not_followed() {
    let upstream = Upstream::start(|_| Answer::redirect(302, "https://files.acme.test/film")).await;
    let names = options(&[("files.acme.test", &["127.0.0.1", "192.168.0.1"])]);
    // Even where the plugin's own endpoint is on this machine.
    let failure = World::at(&upstream.url(), false, names).fails(get()).await;
    assert_eq!(failure.kind, "refused-by-policy", "{failure:?}");
    assert!(failure.message.contains("files.acme.test"), "{failure:?}");
}

#[tokio::test]
async fn a_name_in_a_private_network_is_reached_where_the_administrator_said_so() {
    let upstream = Upstream::start(|_| Answer::ok(b"here")).await;
    // The first two are dropped, so the connection goes to the third.
    let names = || options(&[("ollama", &["169.254.169.254", "0.0.0.0", "127.0.0.1"])]);
    let url = format!("http://ollama:{}", upstream.address.port());
    let response = World::at(&url, true, names()).send(get()).await.expect("an answer");
    assert_eq!(inline(&response), b"here");
    assert_eq!(upstream.seen()[0].header("host"), Some(url.trim_start_matches("http://")));
    assert_eq!(World::at(&url, false, names()).fails(get()).await.kind, "refused-by-policy");
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn localhost_means_this_machine_whatever_the_resolver_says() {
    let upstream = Upstream::start(|_| Answer::ok(b"here")).await;
    let url = format!("http://localhost:{}", upstream.address.port());
    let world = World::at(&url, false, options(&[("localhost", &["93.184.216.34", "127.0.0.1"])]));
    world.send(get()).await.expect("an answer");
    let world = World::at(&url, false, options(&[("localhost", &["93.184.216.34"])]));
    assert_eq!(world.fails(get()).await.kind, "refused-by-policy");
}

#[tokio::test]
async fn a_gateway_on_this_machine_serves_media_from_another_port_without_the_key() {
    let upstream = Upstream::start(|_| Answer::ok(b"")).await;
    let media = Upstream::start(|_| Answer::ok(b"film")).await;
    let world = World::new(&upstream);
    let url = format!("{}/film", media.url());
    assert_eq!(inline(&world.send(without_key(&url)).await.expect("an answer")), b"film");
    assert_eq!(world.fails(to("GET", &url)).await.kind, "refused-by-policy", "with the key it is refused");
    assert_eq!(media.seen().len(), 1);
    assert_eq!(media.seen()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_machine_without_ca_certificates_is_told_what_to_install() {
    // The variables belong to the whole process, so this test runs itself in one of its own.
    if std::env::var("SSL_CERT_FILE").as_deref() != Ok("/nonexistent") {
        let child = std::process::Command::new(std::env::current_exe().expect("a path"))
            .args(["--exact", "walls::a_machine_without_ca_certificates_is_told_what_to_install"])
            .envs([("SSL_CERT_FILE", "/nonexistent"), ("SSL_CERT_DIR", "/nonexistent")])
            .output()
            .expect("a child");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
        return;
    }
    let upstream = Upstream::start(|_| Answer::ok(b"ok")).await;
    World::new(&upstream).send(get()).await.expect("plain http to this machine needs none");
    let failure = World::at("https://api.acme.test", false, options(&[])).fails(post()).await;
    assert_eq!((failure.kind.as_str(), failure.maybe_accepted), ("tls", false), "{failure:?}");
    assert!(failure.message.contains("install the package `ca-certificates`"), "{failure:?}");
}
