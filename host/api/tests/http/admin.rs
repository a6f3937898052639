//! Plugins as administrators exchange them over HTTP: who may, what is answered, and what every refusal says.

use std::path::Path;

use axum::body::Body;
use serde_json::{Value, json};

use crate::kit::{Answer, Call, Kit, call};

const PLUGINS: &str = "/api/admin/plugins";

/// The fixture `generation` with another number in its version: another component of the same plugin.
fn numbered(number: u32) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target/fixtures/generation.wasm");
    let mut bytes = std::fs::read(path).expect("the fixtures are built first: make components");
    let at = bytes.windows(8).position(|window| window == b"10000001").expect("its number stands in its bytes");
    bytes[at..at + 8].copy_from_slice(format!("{number:08}").as_bytes());
    bytes
}

fn version(number: u32) -> String {
    format!("1.0.0-generation.{number}")
}

/// A host and its administrator.
struct Office {
    kit: Kit,
    token: String,
}

impl Office {
    async fn new() -> Self {
        let kit = Kit::idle().await;
        let token = kit.administrator().await;
        Office { kit, token }
    }

    async fn send(&self, call: Call) -> Answer {
        self.kit.send(call.token(&self.token)).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(call("GET", path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(call("POST", path).json(body)).await
    }

    async fn install(&self, component: Vec<u8>) -> Answer {
        let path = format!("{PLUGINS}?name=generation.wasm");
        self.send(call("POST", &path).header("content-type", "application/wasm").raw(component)).await
    }

    /// Installs a generation and makes it serve.
    async fn serve(&self, number: u32) {
        assert_eq!(self.install(numbered(number)).await.status, 201);
        let activated = self.post(&format!("{PLUGINS}/generation/activate"), json!({"version": version(number)})).await;
        assert_eq!(activated.status, 200, "{}", activated.text);
    }

    /// The version that serves.
    async fn serving(&self) -> Value {
        self.get(&format!("{PLUGINS}/generation")).await.body["active"]["version"].clone()
    }
}

#[tokio::test]
async fn only_administrators_see_and_change_plugins() {
    let kit = Kit::idle().await;
    let (user, _) = kit.user("ada").await;
    for (method, path) in [
        ("GET", PLUGINS.to_owned()),
        ("POST", PLUGINS.to_owned()),
        ("GET", format!("{PLUGINS}/generation")),
        ("POST", format!("{PLUGINS}/generation/activate")),
        ("POST", format!("{PLUGINS}/generation/rollback")),
    ] {
        // Also on this machine, where other calls need no token.
        let nobody = kit.send(call(method, &path).raw(numbered(10000001))).await;
        nobody.is_error(401, "unauthorized");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        let refused = kit.send(call(method, &path).raw(numbered(10000001)).token(&user)).await;
        assert!(refused.is_error(403, "administrators_only").contains("--role admin"), "{method} {path}");
    }
    assert_eq!(kit.state.store().plugin_generations().await.unwrap(), [], "nothing was installed");
}

#[tokio::test]
async fn a_component_is_installed_then_activated_then_rolled_back() {
    let office = Office::new().await;
    assert_eq!(office.get(PLUGINS).await.body, json!({"plugins": [], "refused": []}));

    let installed = office.install(numbered(10000001)).await;
    assert_eq!(installed.status, 201, "{}", installed.text);
    let digest = installed.body["digest"].as_str().unwrap().to_owned();
    let expected = json!({"id": "generation", "version": version(10000001), "digest": digest, "role": "provider",
        "requested_rights": [], "new_rights": []});
    assert_eq!(installed.body, expected);
    assert_eq!(office.serving().await, Value::Null, "it waits until it is activated");

    let activate = format!("{PLUGINS}/generation/activate");
    let first = office.post(&activate, json!({"digest": digest})).await;
    let expected = json!({"id": "generation", "version": version(10000001), "digest": digest, "before": null,
        "changed": true});
    assert_eq!((first.status.as_u16(), first.body), (200, expected));

    office.install(numbered(10000002)).await;
    // Without a body: the latest that was installed.
    let second = office.send(call("POST", &activate)).await;
    assert_eq!(
        (&second.body["version"], &second.body["before"]),
        (&json!(version(10000002)), &json!(version(10000001)))
    );
    let again = office.post(&activate, json!({"version": version(10000002)})).await;
    assert_eq!((again.status.as_u16(), &again.body["changed"]), (200, &json!(false)));

    let back = office.post(&format!("{PLUGINS}/generation/rollback"), json!({"reason": "too chatty"})).await;
    assert_eq!((back.status.as_u16(), &back.body["version"]), (200, &json!(version(10000001))), "{}", back.text);

    let shown = office.get(&format!("{PLUGINS}/generation")).await.body;
    assert_eq!((&shown["role"], &shown["does"]), (&json!("provider"), &json!(["text (words)"])));
    let (active, other) = (&shown["active"], &shown["others"][0]);
    assert_eq!((&active["digest"], &active["state"]), (&json!(digest), &json!("active")));
    assert_eq!(active["origin"], "generation.wasm");
    assert!(active["since"].is_i64(), "{shown}");
    assert_eq!((&other["state"], &other["reason"]), (&json!("failed"), &json!("too chatty")));
    assert_eq!(office.get(PLUGINS).await.body["plugins"], json!([shown]));
}

#[tokio::test]
async fn what_is_refused_is_said_with_its_rule_and_what_served_still_serves() {
    let office = Office::new().await;
    office.serve(10000001).await;
    let half = numbered(10000002)[..20_000].to_vec();
    for (component, rule) in [
        (b"noise".to_vec(), "not-a-component"),
        (Vec::new(), "not-a-component"),
        (half, "not-a-component"),
        (b"\0asm\x0d\0\x01\0".to_vec(), "world"),
    ] {
        let refused = office.install(component).await;
        assert!(refused.is_error(422, "component_refused").contains("generation.wasm"), "{}", refused.text);
        assert_eq!(
            (&refused.body["details"]["rule"], &refused.body["details"]["plugin"]),
            (&json!(rule), &json!("generation.wasm"))
        );
    }
    assert_eq!(office.serving().await, json!(version(10000001)));
    assert_eq!(office.kit.state.store().plugin_generations().await.unwrap().len(), 1, "nothing of them stays");
}

#[tokio::test]
async fn new_rights_are_listed_and_given_only_as_they_were_listed() {
    let office = Office::new().await;
    office.serve(10000001).await;
    let right = "to reach https://api.generation.test (endpoint `api`)";
    let installed = office.install(numbered(80000001)).await.body;
    assert_eq!((&installed["requested_rights"], &installed["new_rights"]), (&json!([right]), &json!([right])));
    let activate = format!("{PLUGINS}/generation/activate");
    let choice = |grant: Value| json!({"digest": installed["digest"], "grant": grant});
    for grant in [json!(false), json!([]), json!(["to reach https://elsewhere.test (endpoint `api`)"])] {
        let refused = office.post(&activate, choice(grant)).await;
        let command =
            format!("kinora plugin activate generation {} --grant", &installed["digest"].as_str().unwrap()[..12]);
        assert!(refused.is_error(409, "new_rights").contains(&command), "{}", refused.text);
        assert_eq!(
            (&refused.body["details"]["new_rights"], &refused.body["details"]["digest"]),
            (&json!([right]), &installed["digest"])
        );
    }
    assert_eq!(office.serving().await, json!(version(10000001)));
    assert_eq!(office.post(&activate, choice(json!([right]))).await.status, 200);
    assert_eq!(office.get(&format!("{PLUGINS}/generation")).await.body["rights"], json!([right]));
}

#[tokio::test]
async fn who_names_what_is_not_there_is_told_what_is() {
    let office = Office::new().await;
    office.serve(10000001).await;
    for (method, path) in [
        ("GET", format!("{PLUGINS}/nobody")),
        ("POST", format!("{PLUGINS}/nobody/activate")),
        ("POST", format!("{PLUGINS}/nobody/rollback")),
    ] {
        let absent = office.send(call(method, &path)).await;
        let message = absent.is_error(404, "not_found");
        assert!(message.contains("nobody") && message.contains("there is: generation"), "{message}");
    }
    let activate = format!("{PLUGINS}/generation/activate");
    let absent = office.post(&activate, json!({"version": "9.9.9"})).await;
    assert!(absent.is_error(404, "not_found").contains("kinora plugin show generation"));
    let rollback = office.post(&format!("{PLUGINS}/generation/rollback"), json!({})).await;
    assert!(rollback.is_error(409, "conflict").contains("no earlier generation"));
    assert_eq!(office.serving().await, json!(version(10000001)));
}

#[tokio::test]
async fn a_body_that_cannot_be_meant_is_refused_before_anything_changes() {
    let office = Office::new().await;
    office.serve(10000001).await;
    let activate = format!("{PLUGINS}/generation/activate");
    office.post(&activate, json!({"grant": "all"})).await.is_error(422, "invalid_value");
    office.send(call("POST", &activate).raw("{")).await.is_error(400, "invalid_json");
    let source = office.post(PLUGINS, json!({"source": "generation.wasm"})).await;
    assert!(source.is_error(415, "unsupported_media_type").contains("application/wasm"));
    // A sender that says how much comes is refused before it comes.
    let announced = call("POST", PLUGINS).header("content-length", "70000000").header("expect", "100-continue");
    assert!(office.send(announced).await.is_error(413, "body_too_large").contains("67108864"));
    // One that does not say it is refused when it was too much.
    let parts = (0..70).map(|_| Ok::<_, std::io::Error>(vec![0_u8; 1 << 20]));
    let unannounced = call("POST", PLUGINS).raw(Body::from_stream(futures_util::stream::iter(parts)));
    office.send(unannounced).await.is_error(413, "body_too_large");
    assert_eq!(office.serving().await, json!(version(10000001)));
}

#[tokio::test]
async fn a_files_name_is_kept_as_one_short_line() {
    let office = Office::new().await;
    let name = format!("..%2F..%2Fetc%0A{}.wasm", "x".repeat(300));
    let path = format!("{PLUGINS}?name={name}");
    assert_eq!(office.send(call("POST", &path).raw(numbered(10000001))).await.status, 201);
    let unnamed = office.send(call("POST", &format!("{PLUGINS}?name=")).raw(numbered(10000002))).await;
    assert_eq!(unnamed.status, 201);
    let rows = office.kit.state.store().plugin_generations().await.unwrap();
    let origin = |number: u32| rows.iter().find(|row| row.version == version(number)).unwrap().origin.clone();
    assert!(origin(10000001).starts_with(".._.._etc_xxx") && origin(10000001).len() == 100, "{}", origin(10000001));
    assert_eq!(origin(10000002), "an upload");
}

#[tokio::test]
async fn the_administrators_routes_are_described() {
    let kit = Kit::idle().await;
    let document = kit.get("/openapi.json").await.body;
    for (path, method, statuses) in [
        ("/api/admin/plugins", "get", &["200", "401", "403"][..]),
        ("/api/admin/plugins", "post", &["201", "413", "415", "422"]),
        ("/api/admin/plugins/{id}", "get", &["200", "404"]),
        ("/api/admin/plugins/{id}/activate", "post", &["200", "404", "409", "422"]),
        ("/api/admin/plugins/{id}/rollback", "post", &["200", "404", "409"]),
    ] {
        let operation = &document["paths"][path][method];
        for status in statuses {
            assert!(operation["responses"][status].is_object(), "{method} {path}: {status}");
        }
        assert_eq!(operation["security"], json!([{"bearer": []}]), "{method} {path}");
    }
    let body = |path: &str| document["paths"][path]["post"]["requestBody"].clone();
    assert!(body("/api/admin/plugins")["content"]["application/wasm"].is_object());
    assert_ne!(body("/api/admin/plugins/{id}/rollback")["required"], json!(true), "it may be left out");
    let tags = document["tags"].as_array().unwrap();
    assert!(tags.iter().any(|tag| tag["name"] == "admin"), "{tags:?}");
}
