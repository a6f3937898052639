//! The scenario contract.

use serde_json::{Value, json};

use crate::kit::{Kit, body, call, job_of, scenario};

const GENERATE: &str = "/api/scenario/generate";

fn tasks(task: &str) -> String {
    format!("/api/scenario/generate/tasks/{task}")
}

#[tokio::test]
async fn a_new_task_is_pending_with_every_documented_field() {
    let kit = Kit::idle().await;
    let answer =
        kit.post(GENERATE, json!({"product_id": "p1", "user_id": "user_xyz789", "short_id": "short_abc123"})).await;
    assert_eq!(answer.status, 200);
    let mut task = answer.body;
    let id = task["task_id"].as_str().unwrap().to_owned();
    assert_eq!(job_of(&id).len(), 36);
    let created = task["created_at"].as_str().unwrap().to_owned();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    assert!(answer.text.contains(r#""progress":0.0"#), "{}", answer.text);
    task["task_id"] = Value::Null;
    task["created_at"] = Value::Null;
    let expected = json!({
        "task_id": null, "status": "pending", "short_id": "short_abc123", "user_id": "user_xyz789",
        "message": "Task created successfully", "created_at": null, "progress": 0.0, "current_step": null,
        "error_message": null, "completed_at": null, "scenario": null
    });
    assert_eq!(task, expected);
    assert_eq!(kit.get(&tasks(&id)).await.body["status"], "pending");
}

#[tokio::test]
async fn a_task_runs_and_completes_as_documented() {
    let kit = Kit::new().await;
    let id = kit.begin("wait").await;
    kit.reached(&id, "Generating AI scenario").await;
    let task = kit.get(&tasks(&id)).await;
    assert_eq!((&task.body["status"], &task.body["message"]), (&json!("running"), &json!("Task is running")));
    assert_eq!(task.body["progress"], 60.0);
    kit.gate.add_permits(1);
    kit.ended(&id).await;
    let task = kit.get(&tasks(&id)).await;
    assert_eq!(task.body["status"], "completed");
    assert_eq!(task.body["message"], "Task completed successfully");
    assert_eq!(task.body["scenario"], scenario());
    assert_eq!(task.body["error_message"], Value::Null);
    assert_eq!(task.body["completed_at"].as_str().unwrap().len(), 20);
}

#[tokio::test]
async fn a_failed_task_says_what_its_workflow_said() {
    let kit = Kit::new().await;
    let id = kit.begin("fail").await;
    kit.ended(&id).await;
    let task = kit.get(&tasks(&id)).await.body;
    assert_eq!((&task["status"], &task["message"]), (&json!("failed"), &json!("Task failed")));
    assert_eq!((&task["error_message"], &task["scenario"]), (&json!("It said no."), &Value::Null));
    assert!(task["completed_at"].is_string());
}

#[tokio::test]
async fn a_cancelled_task_has_failed_with_its_message_and_cannot_be_cancelled_again() {
    let kit = Kit::new().await;
    for (kit, step) in [(&kit, Some("Generating AI scenario")), (&Kit::idle().await, None)] {
        let id = kit.begin("wait").await;
        if let Some(step) = step {
            kit.reached(&id, step).await;
        }
        let cancelled = kit.delete(&tasks(&id)).await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.text);
        let task = kit.get(&tasks(&id)).await.body;
        assert_eq!(cancelled.body, task);
        assert_eq!((&task["status"], &task["error_message"]), (&json!("failed"), &json!("Task cancelled")));
        kit.delete(&tasks(&id)).await.is_error(400, "task_ended");
    }
}

#[tokio::test]
async fn every_path_has_its_other_name() {
    let kit = Kit::new().await;
    let answer = kit.post("/api/v1/scenario/generate", body("")).await;
    let id = answer.body["task_id"].as_str().unwrap().to_owned();
    kit.ended(&id).await;
    let one = kit.get(&tasks(&id)).await;
    let two = kit.get(&tasks(&id).replace("/api/", "/api/v1/")).await;
    assert_eq!((one.status.as_u16(), one.body), (200, two.body));
}

#[tokio::test]
async fn a_short_id_is_made_where_none_was_given() {
    let kit = Kit::idle().await;
    let (one, two) = (kit.post(GENERATE, body("")).await.body, kit.post(GENERATE, body("")).await.body);
    assert!(one["short_id"].as_str().unwrap().starts_with("short_"), "{one}");
    assert_ne!(one["short_id"], two["short_id"]);
    let read = kit.get(&tasks(one["task_id"].as_str().unwrap())).await.body;
    assert_eq!(read["short_id"], one["short_id"]);
}

#[tokio::test]
async fn one_key_makes_one_task_of_one_request_of_one_owner() {
    let kit = Kit::idle().await;
    let (token, _) = kit.user("ada").await;
    let ask = |key: &str, prompt: &str| call("POST", GENERATE).header("idempotency-key", key).json(body(prompt));
    let first = kit.send(ask("k1", "a mug")).await;
    let again = kit.send(ask("k1", "a mug")).await;
    assert_eq!((again.status.as_u16(), again.body), (200, first.body.clone()));
    kit.send(ask("k1", "a cup")).await.is_error(422, "idempotency_key_reused");
    let other_key = kit.send(ask("k2", "a mug")).await;
    let other_owner = kit.send(ask("k1", "a cup").token(&token)).await;
    for other in [other_key, other_owner] {
        assert_eq!(other.status, 200);
        assert_ne!(other.body["task_id"], first.body["task_id"]);
    }
    kit.send(ask("two words", "a mug")).await.is_error(422, "invalid_value");
}

#[tokio::test]
async fn a_key_of_a_finished_task_still_finds_it() {
    let kit = Kit::new().await;
    let ask = || call("POST", GENERATE).header("idempotency-key", "k").json(body("fail"));
    let first = kit.send(ask()).await;
    kit.ended(first.body["task_id"].as_str().unwrap()).await;
    let again = kit.send(ask()).await;
    assert_eq!((&again.body["task_id"], &again.body["status"]), (&first.body["task_id"], &json!("failed")));
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_begun() {
    let kit = Kit::idle().await;
    let with = |field: &str, value: Value| {
        let mut all = body("");
        all[field] = value;
        all
    };
    for (wrong, field, said) in [
        (json!({"user_id": "u"}), "product_id", "missing"),
        (json!({"product_id": "p"}), "user_id", "missing"),
        (with("product_id", json!(5)), "product_id", "integer `5`"),
        (with("video_length", json!(20)), "video_length", "8 to 120"),
        (with("video_length", json!("24")), "video_length", "string \"24\""),
        (with("resolution", json!("16:9")), "resolution", "240 to 4320"),
        (with("product", json!({"image_urls": [1]})), "product.image_urls[0]", "integer `1`"),
        (with("style", json!("x".repeat(300))), "style", "300 characters"),
        (json!(["p", "u"]), "body", "an object"),
    ] {
        let answer = kit.post(GENERATE, wrong).await;
        let message = answer.is_error(422, "invalid_value");
        assert!(message.contains(field) && message.contains(said), "{message}");
        assert_eq!(answer.body["details"]["field"], field);
    }
    assert_eq!(kit.get("/api/jobs").await.body["jobs"], json!([]));
}

#[tokio::test]
async fn a_body_is_read_as_the_documents_examples_send_it_and_no_other_way() {
    let kit = Kit::idle().await;
    let text = body("").to_string();
    let post = |body: &str| call("POST", GENERATE).raw(body.to_owned());
    assert_eq!(kit.send(post(&text)).await.status, 200);
    assert_eq!(kit.send(post(&text).header("content-type", "text/plain;charset=UTF-8")).await.status, 200);
    let form = post(&text).header("content-type", "application/x-www-form-urlencoded");
    kit.send(form).await.is_error(415, "unsupported_media_type");
    let message = kit.send(post("{\"product_id\": }")).await;
    assert!(message.is_error(400, "invalid_json").contains("line 1 column 16"), "{}", message.text);
    kit.send(post("")).await.is_error(400, "invalid_json");
    let unknown = kit.post(GENERATE, json!({"product_id": "p", "user_id": "u", "colour": "red"})).await;
    assert_eq!(unknown.status, 200);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
    let kit = Kit::with(|options| options.json_limit = 1000, 0).await;
    let large = body(&"x".repeat(2000)).to_string();
    let said = call("POST", GENERATE).header("content-length", "2100").raw(large.clone());
    kit.send(said).await.is_error(413, "body_too_large");
    let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(large)]);
    let unsaid = call("POST", GENERATE).raw(axum::body::Body::from_stream(chunks));
    kit.send(unsaid).await.is_error(413, "body_too_large");
    assert_eq!(kit.post(GENERATE, body("")).await.status, 200);
}

#[tokio::test]
async fn anothers_task_and_no_task_are_the_same() {
    let kit = Kit::idle().await;
    let (token, _) = kit.user("ada").await;
    let made = kit.send(call("POST", GENERATE).token(&token).json(body(""))).await;
    let id = made.body["task_id"].as_str().unwrap().to_owned();
    let bare = job_of(&id).to_owned();
    assert_eq!(kit.send(call("GET", &tasks(&id)).token(&token)).await.status, 200);
    let nobody = "task_scenario_generation_0198c0de-0000-7000-8000-000000000001";
    for id in [id.as_str(), nobody, "task_scenario_generation_1", "x", bare.as_str()] {
        let answer = kit.get(&tasks(id)).await;
        assert_eq!(answer.is_error(404, "not_found"), "There is no such task.");
        kit.delete(&tasks(id)).await.is_error(404, "not_found");
    }
}

#[tokio::test]
async fn a_thumbnail_is_shown_by_the_url_in_its_task() {
    let kit = Kit::new().await;
    let id = kit.begin("draw").await;
    kit.ended(&id).await;
    let task = kit.get(&tasks(&id)).await.body;
    let url = task["scenario"]["thumbnail_url"].as_str().unwrap();
    assert_eq!(task["scenario"].get("thumbnail_blob"), None);
    let path = url.strip_prefix("http://localhost:8080").unwrap();
    let picture = kit.get(path).await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/png"));
    assert_eq!(picture.header("content-length"), "72");
    let again = kit.send(call("GET", path).header("if-none-match", picture.header("etag"))).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let plain = kit.begin("").await;
    kit.ended(&plain).await;
    kit.get(&format!("{}/thumbnail", tasks(&plain))).await.is_error(404, "not_found");
}

#[tokio::test]
async fn a_thumbnail_that_was_made_with_a_token_needs_it_or_the_signed_url() {
    let kit = Kit::new().await;
    let (token, _) = kit.user("ada").await;
    let made = kit.send(call("POST", GENERATE).token(&token).json(body("draw"))).await;
    let id = made.body["task_id"].as_str().unwrap().to_owned();
    kit.ended(&id).await;
    let task = kit.send(call("GET", &tasks(&id)).token(&token)).await.body;
    let url = task["scenario"]["thumbnail_url"].as_str().unwrap();
    let signed = url.strip_prefix("http://localhost:8080").unwrap();
    let (bare, _) = signed.split_once("?token=").unwrap();
    assert_eq!(kit.get(signed).await.status, 200);
    assert_eq!(kit.send(call("GET", bare).token(&token)).await.status, 200);
    kit.get(bare).await.is_error(404, "not_found");
    kit.get(&format!("{signed}x")).await.is_error(401, "unauthorized");
}
