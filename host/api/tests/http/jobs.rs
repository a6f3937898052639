//! Jobs, usage and models.

use kinora_store::NewJob;
use serde_json::{Value, json};

use crate::kit::{Kit, call, job_of, scenario};

async fn make(kit: &Kit, owner: &str, kind: &str) -> String {
    let job = NewJob { kind: kind.into(), owner: owner.into(), input: "{}".into(), ..NewJob::default() };
    kit.engine().submit(job).await.unwrap().job.id
}

fn ids(page: &Value) -> Vec<&str> {
    page["jobs"].as_array().unwrap().iter().map(|job| job["job_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_job_shows_what_the_contract_lists_and_nothing_else() {
    let kit = Kit::new().await;
    let task = kit.begin("").await;
    kit.ended(&task).await;
    let job = kit.get(&format!("/api/jobs/{}", job_of(&task))).await.body;
    let mut fields: Vec<&String> = job.as_object().unwrap().keys().collect();
    fields.sort();
    let documented = [
        "completed_at",
        "created_at",
        "current_step",
        "error",
        "job_id",
        "kind",
        "progress",
        "result",
        "status",
        "updated_at",
    ];
    assert_eq!(fields, documented);
    assert_eq!((&job["status"], &job["result"], &job["error"]), (&json!("completed"), &scenario(), &Value::Null));
    let task = kit.begin("fail").await;
    kit.ended(&task).await;
    let job = kit.get(&format!("/api/jobs/{}", job_of(&task))).await.body;
    let error = json!({"code": "rate-limited", "message": "It said no.", "recoverable": true, "hint": null});
    assert_eq!((&job["status"], &job["error"]), (&json!("failed"), &error));
}

#[tokio::test]
async fn a_list_is_of_ones_own_jobs_youngest_first_and_goes_on_where_it_ended() {
    let kit = Kit::idle().await;
    let (token, ada) = kit.user("ada").await;
    let mut mine = Vec::new();
    for kind in ["scenario", "film", "scenario"] {
        make(&kit, "somebody", kind).await;
        mine.insert(0, make(&kit, &ada, kind).await);
    }
    let list = async |query: &str| kit.send(call("GET", &format!("/api/jobs{query}")).token(&token)).await.body;
    assert_eq!(ids(&list("").await), mine);
    assert_eq!(ids(&list("?kind=film").await), [mine[1].as_str()]);
    assert_eq!(ids(&list("?status=running").await), [""; 0]);
    assert_eq!(ids(&list("?status=queued,failed").await), mine);
    let page = list("?limit=2").await;
    assert_eq!(ids(&page), mine[..2]);
    let next = list(&format!("?limit=2&before={}", page["next"].as_str().unwrap())).await;
    assert_eq!((ids(&next), &next["next"]), (vec![mine[2].as_str()], &Value::Null));
    assert_eq!(ids(&kit.get("/api/jobs").await.body), [""; 0]);
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_named() {
    let kit = Kit::idle().await;
    for (query, said) in [
        ("limit=0", "limit is 0, and may be 1 to 200."),
        ("limit=all", "limit: invalid digit"),
        ("status=asleep", "queued, running, completed, failed, cancelled, uncertain"),
        ("kind=%00", "kind is"),
        ("before=yesterday", "\"yesterday\""),
    ] {
        let answer = kit.get(&format!("/api/jobs?{query}")).await;
        assert!(answer.is_error(422, "invalid_value").contains(said), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_job_is_cancelled_once() {
    let kit = Kit::new().await;
    let task = kit.begin("wait").await;
    kit.reached(&task, "Generating AI scenario").await;
    let path = format!("/api/jobs/{}", job_of(&task));
    let job = kit.delete(&path).await;
    assert_eq!((job.status.as_u16(), &job.body["status"]), (200, &json!("cancelled")));
    assert_eq!(job.body["error"]["code"], "cancelled");
    assert!(kit.delete(&path).await.is_error(409, "job_ended").contains("cancelled"));
}

#[tokio::test]
async fn only_an_uncertain_job_is_submitted_again_and_then_it_goes_on() {
    let kit = Kit::new().await;
    let task = kit.begin("doubt").await;
    kit.ended(&task).await;
    let path = format!("/api/jobs/{}", job_of(&task));
    let job = kit.get(&path).await.body;
    assert_eq!((&job["status"], &job["error"]["code"]), (&json!("uncertain"), &json!("uncertain")));
    let shown = kit.get(&format!("/api/scenario/generate/tasks/{task}")).await.body;
    assert_eq!(shown["status"], "failed");
    let again = call("POST", &format!("{path}/resubmit"));
    assert_eq!(kit.send(again).await.body["status"], "running");
    assert_eq!(kit.ended(&task).await.state, kinora_store::JobState::Completed);
    let refused = kit.send(call("POST", &format!("{path}/resubmit"))).await;
    assert!(refused.is_error(409, "job_not_uncertain").contains("completed"));
}

#[tokio::test]
async fn anothers_job_and_no_job_are_the_same() {
    let kit = Kit::idle().await;
    let other = make(&kit, "somebody", "scenario").await;
    for id in [other.as_str(), "0198c0de-0000-7000-8000-000000000001", "x", "..%2F..%2Fetc"] {
        for (method, path) in [("GET", ""), ("DELETE", ""), ("GET", "/events"), ("POST", "/resubmit")] {
            let answer = kit.send(call(method, &format!("/api/jobs/{id}{path}"))).await;
            assert_eq!(answer.is_error(404, "not_found"), "There is no such job.");
        }
    }
}

#[tokio::test]
async fn usage_and_models_are_shown() {
    let kit = Kit::idle().await;
    let usage = kit.get("/api/usage?days=7").await.body;
    assert_eq!((&usage["total"]["cost_micros"], &usage["usage"]), (&json!(0), &json!([])));
    kit.get("/api/usage?days=0").await.is_error(422, "invalid_value");
    assert_eq!(kit.get("/api/models").await.body["models"][0]["provider"], "offline");
}
