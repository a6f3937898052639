//! What surrounds the contracts: errors, ids, health, figures, the description of it all.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::{Kit, call};

#[tokio::test]
async fn nothing_is_served_at_an_unknown_path_and_that_is_said_in_json() {
    let kit = Kit::idle().await;
    for path in ["/", "/api", "/api/", "/api/nothing", "/api/v1/nothing", "/api/jobs/", "/docs/nothing.js", "/%00"] {
        let answer = kit.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body["detail"].is_string(), "{path}: {}", answer.text);
    }
    kit.get("/api/nothing").await.is_error(404, "unknown_path");
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let kit = Kit::idle().await;
    for (method, path, allowed) in [
        ("PUT", "/api/scenario/generate", "POST"),
        ("POST", "/api/v1/jobs", "GET,HEAD"),
        ("BREW", "/health", "GET,HEAD"),
    ] {
        let answer = kit.send(call(method, path)).await;
        assert!(answer.is_error(405, "method_not_allowed").contains(method));
        assert_eq!(answer.header("allow"), allowed);
    }
}

#[tokio::test]
async fn every_answer_has_the_requests_id_and_cannot_be_taken_for_something_else() {
    let kit = Kit::idle().await;
    for path in ["/health", "/api/nothing", "/api/jobs?limit=0"] {
        let given = kit.send(call("GET", path).header("x-request-id", "abc-1")).await;
        assert_eq!(given.header("x-request-id"), "abc-1");
        assert_eq!(given.header("x-content-type-options"), "nosniff");
        assert_eq!(given.header("cache-control"), "no-store");
        let made = kit.get(path).await;
        assert_eq!(made.header("x-request-id").len(), 36);
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_next_request_is_served() {
    let broken = Arc::new(|| panic!("the secret is hunter2"));
    let kit = Kit::showing(|_| {}, 0, broken).await;
    let answer = kit.get("/api/models").await;
    answer.is_error(500, "internal");
    assert!(!answer.text.contains("hunter2"));
    assert_eq!(answer.header("x-request-id").len(), 36);
    assert_eq!(kit.get("/api/jobs").await.status, 200);
}

#[tokio::test]
async fn it_is_alive_while_it_ends_but_not_ready() {
    let kit = Kit::idle().await;
    assert_eq!(kit.get("/readyz").await.body["status"], "ready");
    kit.engine().stop(Duration::ZERO).await;
    let answer = kit.get("/readyz").await;
    assert!(answer.is_error(503, "not_ready").contains("the engine"));
    assert_eq!(answer.body["details"]["database"], "ok");
    for path in ["/health", "/healthz"] {
        assert_eq!(kit.get(path).await.body, json!({"status": "ok", "version": "1.2.3"}));
    }
}

#[tokio::test]
async fn without_its_database_it_says_to_come_back() {
    let kit = Kit::idle().await;
    let task = kit.begin("").await;
    kit.state.store().close().await;
    kit.get("/readyz").await.is_error(503, "not_ready");
    let paths = ["/api/jobs", "/api/usage", &format!("/api/scenario/generate/tasks/{task}")];
    for answer in [kit.get(paths[0]).await, kit.get(paths[1]).await, kit.get(paths[2]).await] {
        answer.is_error(503, "unavailable");
        assert_eq!(answer.header("retry-after"), "2");
    }
    let made = kit.post("/api/scenario/generate", crate::kit::body("")).await;
    made.is_error(503, "unavailable");
    assert_eq!(kit.get("/metrics").await.status, 200);
}

#[tokio::test]
async fn figures_are_shown_to_prometheus() {
    let kit = Kit::idle().await;
    kit.begin("").await;
    kit.get("/api/v1/jobs?limit=1").await;
    let figures = kit.get("/metrics").await;
    assert!(figures.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        r#"kinora_build_info{version="1.2.3"} 1"#,
        r#"kinora_jobs{state="queued"} 1"#,
        r#"kinora_http_requests_total{method="GET",route="/api/jobs",status="200"} 1"#,
        r#"kinora_http_request_duration_seconds_count{method="POST",route="/api/scenario/generate"} 1"#,
        "kinora_operations_open 0",
        "kinora_workflows_running 0",
        "# EOF",
    ] {
        assert!(figures.text.contains(line), "{line} is missing in {}", figures.text);
    }
    let memory = figures.text.lines().find_map(|line| line.strip_prefix("process_resident_memory_bytes ")).unwrap();
    assert!(memory.parse::<u64>().unwrap() > 1 << 20, "{memory}");
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn operations(document: &Value) -> Vec<(String, &'static str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &'_ Value)| (path.clone(), item.clone());
    assert!(paths.iter().map(of).all(|(_, item)| item.is_object()));
    paths
        .iter()
        .flat_map(|(path, item)| METHODS.into_iter().map(move |method| (path.clone(), method, &item[method])))
        .filter(|(_, _, operation)| operation.is_object())
        .collect()
}

#[tokio::test]
async fn every_documented_path_answers_under_all_its_names() {
    let kit = Kit::idle().await;
    let document = kit.get("/openapi.json").await.body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let all = operations(&document);
    assert!(all.len() >= 19, "{}", all.len());
    for (path, method, _) in all {
        let filled = path.replace("{task_id}", "t").replace("{job_id}", "j");
        let mut names = vec![filled.clone()];
        names.extend(filled.strip_prefix("/api/").map(|rest| format!("/api/v1/{rest}")));
        for name in names {
            let answer = kit.send(call(&method.to_uppercase(), &name)).await;
            assert_ne!(answer.body["error"], "unknown_path", "{method} {name}");
            assert_ne!(answer.status, 405, "{method} {name}");
        }
    }
}

#[tokio::test]
async fn every_operation_says_what_it_takes_and_all_that_it_may_answer() {
    let kit = Kit::idle().await;
    let document = kit.get("/openapi.json").await.body;
    let mut ids = std::collections::HashSet::new();
    for (path, method, operation) in operations(&document) {
        let name = format!("{method} {path}");
        assert!(operation["summary"].is_string(), "{name}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}: its id is another's");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2') || status == "303"), "{name}");
        if path.starts_with("/api/") {
            let statuses: &[&str] = &["401", "403", "429", "500", "503"];
            assert!(statuses.iter().all(|status| responses.contains_key(*status)), "{name}: {:?}", responses.keys());
        }
        if path.contains('{') {
            assert!(responses.contains_key("404"), "{name}");
        }
        if operation["requestBody"].is_object() {
            let statuses: &[&str] = &["400", "413", "415", "422"];
            assert!(statuses.iter().all(|status| responses.contains_key(*status)), "{name}");
        }
        for (status, response) in responses.iter().filter(|(status, _)| status.as_str() >= "400") {
            // Some documents have errors of their own; all say the same sentence under the same two names.
            let schema = response["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
            let schema = schema.strip_prefix('#').and_then(|schema| document.pointer(schema)).unwrap_or(&Value::Null);
            for field in ["error", "message", "detail"] {
                assert!(schema["properties"][field].is_object(), "{name} {status}: {field}");
            }
        }
    }
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let kit = Kit::idle().await;
    let answer = kit.get("/openapi.json").await;
    let references = answer.text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut count = 0;
    for reference in references {
        assert!(answer.body.pointer(reference).is_some(), "{reference}");
        count += 1;
    }
    assert!(count > 20, "{count}");
    let task = &answer.body["components"]["schemas"]["ScenarioTask"]["properties"];
    assert_eq!(task.as_object().unwrap().len(), 11);
}

#[tokio::test]
async fn the_viewer_loads_nothing_from_elsewhere() {
    let kit = Kit::idle().await;
    let moved = kit.get("/docs").await;
    assert_eq!((moved.status.as_u16(), moved.header("location")), (303, "/docs/"));
    let page = kit.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let loaded: Vec<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|attribute| page.text.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(loaded.len() >= 4, "{loaded:?}");
    for file in loaded {
        assert!(!file.contains("//"), "{file}");
        let file = kit.get(&format!("/docs/{}", file.trim_start_matches("./"))).await;
        assert_eq!(file.status, 200);
    }
    let set_up = kit.get("/docs/swagger-initializer.js").await.text;
    assert!(set_up.contains("\"/openapi.json\"") && set_up.contains("\"validatorUrl\": \"none\""), "{set_up}");
    assert!(!set_up.contains("://"), "{set_up}");
}
