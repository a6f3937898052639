//! Accounts and tokens.

use kinora_store::Role;
use serde_json::{Value, json};

use crate::kit::{Answer, Kit, call};

async fn register(kit: &Kit, name: &str, password: &str) -> Answer {
    kit.post("/api/auth/register", json!({"username": name, "password": password})).await
}

async fn login(kit: &Kit, name: &str, password: &str) -> Answer {
    kit.post("/api/auth/login", json!({"username": name, "password": password})).await
}

#[tokio::test]
async fn who_registers_can_log_in_and_is_known_by_the_token() {
    let kit = Kit::idle().await;
    let made = register(&kit, "ada", "correct horse").await;
    assert_eq!((made.status.as_u16(), &made.body["token_type"]), (201, &json!("bearer")), "{}", made.text);
    let again = login(&kit, "ada", "correct horse").await;
    assert_eq!((again.status.as_u16(), &again.body["expires_in"]), (200, &json!(86_400)));
    for token in [&made.body["access_token"], &again.body["access_token"]] {
        let status = kit.send(call("GET", "/api/auth/status").token(token.as_str().unwrap())).await.body;
        assert_eq!(
            (&status["authenticated"], &status["username"], &status["role"]),
            (&json!(true), &json!("ada"), &json!("user"))
        );
        assert_eq!(status["user_id"], made.body["user_id"]);
    }
    let rows = std::fs::read(kit.path().join("kinora.db-wal")).unwrap();
    assert!(!rows.windows(13).any(|window| window == b"correct horse"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let kit = Kit::idle().await;
    register(&kit, "ada", "correct horse").await;
    kit.user("only-tokens").await;
    let wrong = login(&kit, "ada", "wrong horse!").await;
    wrong.is_error(401, "unauthorized");
    for (name, password) in
        [("bob", "correct horse"), ("only-tokens", "correct horse"), ("ada", "short"), ("a\u{0}b", "correct horse")]
    {
        let answer = login(&kit, name, password).await;
        assert_eq!((answer.status, answer.body), (wrong.status, wrong.body.clone()), "{name}");
    }
}

#[tokio::test]
async fn names_are_unique_and_both_are_bounded() {
    let kit = Kit::idle().await;
    register(&kit, "ada", "correct horse").await;
    register(&kit, "ada", "another horse").await.is_error(409, "username_taken");
    for (name, password, field) in
        [("", "correct horse", "username"), ("a b", "correct horse", "username"), ("bob", "short", "password")]
    {
        let answer = register(&kit, name, password).await;
        assert!(answer.is_error(422, "invalid_value").contains(field));
    }
    kit.post("/api/auth/register", json!({"username": "bob"})).await.is_error(422, "invalid_value");
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_also_where_none_is_needed() {
    let kit = Kit::idle().await;
    assert_eq!(kit.get("/api/jobs").await.status, 200);
    let wrong = kinora_api::new_token();
    for header in [&*format!("Bearer {wrong}"), "Bearer x.y.z", "Bearer", "Bearer ", "Basic YTpi", &"x".repeat(9000)] {
        for path in ["/api/jobs", "/api/auth/status", "/api/models"] {
            let answer = kit.send(call("GET", path).header("authorization", header)).await;
            answer.is_error(401, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
}

#[tokio::test]
async fn an_api_token_acts_for_its_user_with_its_own_role() {
    let kit = Kit::idle().await;
    let token = kinora_api::new_token();
    let hash = kinora_api::hash_token(&token);
    let user = kit.state.store().create_token("ops", &hash, Role::Admin).await.unwrap();
    let status = kit.send(call("GET", "/api/auth/status").token(&token)).await.body;
    assert_eq!((&status["user_id"], &status["role"]), (&json!(user.id), &json!("admin")));
    let anonymous = kit.get("/api/auth/status").await.body;
    let expected = json!({"authenticated": false, "user_id": "anonymous", "username": null, "role": null,
                          "anonymous_allowed": true});
    assert_eq!(anonymous, expected);
}

#[tokio::test]
async fn a_guesser_is_slowed_down_and_told_when_to_come_back() {
    let kit = Kit::with(|options| options.rate_limits.accounts = 3, 0).await;
    for _ in 0..3 {
        login(&kit, "nobody here", "correct horse").await.is_error(401, "unauthorized");
    }
    let refused = login(&kit, "nobody here", "correct horse").await;
    refused.is_error(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "20");
    // Also one who guesses tokens; who shows a good one or needs none is served.
    kit.send(call("GET", "/api/jobs").token("kin_wrong")).await.is_error(429, "too_many_requests");
    let (token, _) = kit.user("ada").await;
    assert_eq!(kit.send(call("GET", "/api/jobs").token(&token)).await.status, 200);
    assert_eq!(kit.get("/api/jobs").await.status, 200);
}

#[tokio::test]
async fn who_makes_too_much_is_slowed_down_and_can_still_look() {
    let kit = Kit::with(|options| options.rate_limits.generations = 2, 0).await;
    for _ in 0..2 {
        kit.begin("").await;
    }
    let refused = kit.post("/api/scenario/generate", crate::kit::body("")).await;
    refused.is_error(429, "too_many_requests");
    assert_eq!(refused.header("retry-after"), "30");
    let (token, _) = kit.user("ada").await;
    let other = call("POST", "/api/scenario/generate").token(&token).json(crate::kit::body(""));
    assert_eq!(kit.send(other).await.status, 200);
    assert_eq!(kit.get("/api/jobs").await.body["jobs"].as_array().map(Vec::len), Some(2));
    assert_eq!(refused.body["details"], Value::Null);
}
