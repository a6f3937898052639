//! Who is let in without a token, and whose pages may call.

use kinora_api::Origins;

use crate::kit::{Call, Kit, body, call};

const GENERATE: &str = "/api/scenario/generate";

fn generate() -> Call {
    call("POST", GENERATE).json(body(""))
}

#[tokio::test]
async fn a_foreign_page_changes_nothing_and_reads_nothing() {
    let kit = Kit::idle().await;
    let (token, _) = kit.user("ada").await;
    for origin in ["https://example.com", "null", "http://localhost.example.com", "http://10.0.0.7:3000"] {
        let refused = kit.send(generate().header("origin", origin)).await;
        assert!(refused.is_error(403, "foreign_origin").contains("server.cors_origins"));
        assert_eq!(refused.header("access-control-allow-origin"), "");
        kit.send(generate().header("origin", origin).token(&token)).await.is_error(403, "foreign_origin");
        let read = kit.send(call("GET", "/api/jobs").header("origin", origin)).await;
        read.is_error(403, "foreign_origin");
        let login = call("POST", "/api/auth/login").header("origin", origin).raw("{}");
        kit.send(login).await.is_error(403, "foreign_origin");
    }
    assert_eq!(kit.get("/api/jobs").await.body["jobs"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn a_page_of_this_machine_calls_and_reads_what_it_needs() {
    let kit = Kit::idle().await;
    for origin in ["http://localhost:3000", "http://127.0.0.1:5173", "http://[::1]:4000"] {
        let answer = kit.send(generate().header("origin", origin)).await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (200, origin));
        for name in ["Location", "Retry-After", "ETag", "Content-Range", "X-Request-Id"] {
            assert!(answer.header("access-control-expose-headers").contains(name), "{name}");
        }
        assert_eq!(answer.header("vary"), "Origin");
    }
}

#[tokio::test]
async fn a_browser_may_ask_first() {
    let kit = Kit::idle().await;
    let ask = |origin: &str| {
        call("OPTIONS", GENERATE)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,idempotency-key")
    };
    let yes = kit.send(ask("http://localhost:3000")).await;
    assert_eq!((yes.status.as_u16(), yes.header("access-control-allow-origin")), (204, "http://localhost:3000"));
    for name in ["Authorization", "Idempotency-Key", "Prefer", "Last-Event-ID", "Range", "Content-Type"] {
        assert!(yes.header("access-control-allow-headers").contains(name), "{name}");
    }
    let methods = yes.header("access-control-allow-methods");
    assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
    kit.send(ask("https://example.com")).await.is_error(403, "foreign_origin");
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_served_nothing() {
    let kit = Kit::idle().await;
    let (token, _) = kit.user("ada").await;
    for host in ["evil.com", "evil.com:8080", "127.0.0.1.evil.com", "192.168.1.5:8080", "localhost@evil.com"] {
        let page = format!("http://{host}");
        kit.send(call("GET", "/api/jobs").header("host", host)).await.is_error(403, "unknown_host");
        kit.send(generate().header("host", host)).await.is_error(403, "unknown_host");
        kit.send(generate().header("host", host).header("origin", &page)).await.is_error(403, "foreign_origin");
        let register = call("POST", "/api/auth/register").header("host", host);
        kit.send(register.raw(r#"{"username":"eve","password":"12345678"}"#)).await.is_error(403, "unknown_host");
        // A token proves more than a name.
        assert_eq!(kit.send(call("GET", "/api/jobs").header("host", host).token(&token)).await.status, 200);
    }
    for host in ["localhost", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"] {
        assert_eq!(kit.send(call("GET", "/api/jobs").header("host", host)).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn who_comes_through_a_proxy_needs_a_token() {
    let kit = Kit::idle().await;
    let (token, _) = kit.user("ada").await;
    for (name, value) in [
        ("forwarded", "for=1.2.3.4"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        let refused = kit.send(generate().header(name, value)).await;
        assert!(refused.is_error(401, "unauthorized").contains(name));
        assert_eq!(kit.send(generate().header(name, value).token(&token)).await.status, 200);
    }
}

#[tokio::test]
async fn a_host_that_others_reach_asks_everybody_for_a_token() {
    let kit = Kit::with(|options| options.loopback_only = false, 0).await;
    let (token, _) = kit.user("ada").await;
    kit.send(generate()).await.is_error(401, "unauthorized");
    kit.get("/api/jobs").await.is_error(401, "unauthorized");
    kit.get("/api/models").await.is_error(401, "unauthorized");
    assert_eq!(kit.get("/api/auth/status").await.body["anonymous_allowed"], false);
    assert_eq!(kit.send(generate().token(&token)).await.status, 200);
    // By whatever name, and also from the pages it serves itself.
    let own = generate().token(&token).header("host", "kinora.lan:8080").header("origin", "http://kinora.lan:8080");
    assert_eq!(kit.send(own).await.status, 200);
    assert_eq!(kit.get("/health").await.status, 200);
}

#[tokio::test]
async fn what_the_administrator_names_may_call() {
    let origins = Origins::new(["https://studio.example.com"]).unwrap();
    let kit = Kit::with(|options| options.cors_origins = origins, 0).await;
    let named = generate().header("origin", "https://studio.example.com");
    assert_eq!(kit.send(named).await.status, 200);
    kit.send(generate().header("origin", "http://localhost:3000")).await.is_error(403, "foreign_origin");
    // Its name is known, so accounts are given out behind a proxy that goes by it.
    let register = call("POST", "/api/auth/register").header("host", "studio.example.com");
    let made = kit.send(register.raw(r#"{"username":"ada","password":"12345678"}"#)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    kit.send(call("GET", "/api/jobs").header("host", "studio.example.com")).await.is_error(403, "unknown_host");
}
