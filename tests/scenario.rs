//! The scenario contract over HTTP: the six cases of its document, what ends after one attempt, what is sent twice and
//! never more, thumbnails, cancellation, and that the key is nowhere.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::fakes::openai::{Answer, CHAT, FakeOpenAi, IMAGES};
use crate::support::house::{self, GENERATE, House, begin, end, job_id, job_path, request, task_path};
use crate::support::http;
use crate::support::server::Server;

/// Makes one scenario with the upstream's answers. Gives the task as it ended, the job's log lines, and the house.
fn play(house: House, answers: impl IntoIterator<Item = Answer>) -> (Value, Vec<String>, House) {
    house.upstream.script(answers);
    let server = house.open();
    let task = begin(&server, "wireless headphones");
    let ended = end(&server, &task);
    let run = server.terminate();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let log = log_of(&run.stderr, &task);
    (ended, log, house)
}

/// The lines about a task's job, as the document writes them: `[INFO] Sending request to OpenAI...`.
fn log_of(stderr: &str, task: &str) -> Vec<String> {
    let of_job = format!(" job=\"{}\"", job_id(task));
    let lines = stderr.lines().filter_map(|line| line.strip_suffix(of_job.as_str()));
    lines
        .map(|line| {
            let (_time, rest) = line.split_once(' ').expect("a time");
            let (level, message) = rest.trim_start().split_once(' ').expect("a level");
            format!("[{level}] {}", message.trim_start())
        })
        .collect()
}

/// Every documented line is there, in its order; beside them only the two that the document shows in case 1 alone.
fn assert_log(log: &[String], documented: &[&str]) {
    const OFTEN_LEFT_OUT: [&str; 2] = ["[INFO] Sending request to OpenAI...", "[INFO] OpenAI response received"];
    let mut left = documented.iter().peekable();
    for line in log {
        if left.peek().is_some_and(|expected| *expected == line) {
            left.next();
        } else {
            assert!(OFTEN_LEFT_OUT.contains(&line.as_str()), "{line:?} is not documented here: {log:#?}");
        }
    }
    assert_eq!(left.next(), None, "this line and those after it are missing: {log:#?}");
}

fn assert_failed(task: &Value, error_message: &str) {
    assert_eq!(task["error_message"], error_message);
    assert_eq!(task["status"], "failed");
    assert_eq!(task["message"], "Task failed");
    assert_eq!(task["progress"], 60.0);
    assert_eq!(task["current_step"], "Generating AI scenario");
    assert_eq!(task["scenario"], Value::Null);
    assert!(task["completed_at"].is_string());
}

#[test]
fn case_1_a_right_answer_becomes_a_scenario_with_every_documented_field() {
    let house = House::new();
    let server = house.open();
    let asked = json!({
        "product_id": "prod_123", "user_id": "user_xyz789", "short_id": "short_abc123", "mood": "luxury",
        "environment": "studio", "product": {"title": "Premium Wireless Headphones"},
    });
    let reply = server.post(GENERATE, &asked);
    assert_eq!(reply.status, 200);
    let fresh = reply.json();
    assert_eq!((&fresh["status"], &fresh["message"]), (&json!("pending"), &json!("Task created successfully")));
    for absent in ["error_message", "completed_at", "scenario"] {
        assert_eq!(fresh[absent], Value::Null, "{absent}");
    }
    let task = house::task_id(&reply);
    let ended = end(&server, &task);
    let same_elsewhere = server.get(&format!("/api/v1/scenario/generate/tasks/{task}")).json();
    assert_eq!(ended, same_elsewhere);
    let run = server.terminate();

    assert_eq!(ended["status"], "completed");
    assert_eq!(ended["message"], "Task completed successfully");
    assert_eq!(ended["progress"], 100.0);
    assert_eq!(ended["current_step"], "Finalizing scenario");
    assert_eq!(ended["error_message"], Value::Null);
    assert_eq!((&ended["short_id"], &ended["user_id"]), (&json!("short_abc123"), &json!("user_xyz789")));
    for time in ["created_at", "completed_at"] {
        let time = ended[time].as_str().expect("a time");
        assert!(time.len() == "2026-01-24T10:00:00Z".len() && time.ends_with('Z'), "{time}");
    }
    let scenario = &ended["scenario"];
    assert_eq!(scenario["title"], "The Last Keeper");
    assert_eq!(scenario["total_duration"], 24);
    assert_eq!(scenario["style"], "cinematic-storytelling");
    assert_eq!((&scenario["mood"], &scenario["environment"]), (&json!("luxury"), &json!("studio")));
    assert_eq!(scenario["resolution"], "1920x1080");
    assert_eq!(scenario["detected_demographics"]["target_gender"], "unisex");
    assert!(scenario["thumbnail_prompt"].is_string() && scenario["thumbnail_text_overlay_prompt"].is_string());
    let scenes = scenario["scenes"].as_array().expect("scenes");
    assert_eq!(scenes.len(), 3);
    for (index, scene) in scenes.iter().enumerate() {
        assert_eq!(scene["scene_id"], format!("scene_{}", index + 1));
        assert_eq!((&scene["scene_number"], &scene["duration"]), (&json!(index + 1), &json!(8)));
        assert_eq!(scene["generated_image_url"], Value::Null);
        for text in ["description", "image_prompt", "visual_prompt", "image_reasoning", "text_overlay_prompt"] {
            assert!(scene[text].as_str().is_some_and(|text| !text.is_empty()), "{text}");
        }
    }
    assert_eq!(
        log_of(&run.stderr, &task),
        [
            "[INFO] Scenario generation attempt 1/3",
            "[INFO] Sending request to OpenAI...",
            "[INFO] OpenAI response received",
            "[INFO] 🔍 OpenAI returned 3 scenes",
            "[INFO] ✅ Attempt 1 validation passed!",
            "[INFO] Successfully created GeneratedScenario with 3 scenes",
        ]
    );
}

#[test]
fn the_model_is_asked_through_one_forced_function_call_with_what_the_client_said() {
    let house = House::new();
    let server = house.open();
    let mut asked = request("a kite above the dunes");
    asked["video_length"] = json!(40);
    asked["target_language"] = json!("fr-FR");
    let reply = server.post(GENERATE, &asked);
    let ended = end(&server, &house::task_id(&reply));
    assert_eq!(ended["scenario"]["scenes"].as_array().map(Vec::len), Some(5));
    let sent = house.upstream.requests();
    assert_eq!(sent.len(), 1);
    let body = sent[0].json();
    let name = &body["tools"][0]["function"]["name"];
    assert!(name.is_string(), "{body}");
    assert_eq!(&body["tool_choice"]["function"]["name"], name);
    for said in ["a kite above the dunes", "fr-FR", "detectedDemographics", "thumbnailTextOverlayPrompt"] {
        assert!(sent[0].contains(said), "{said} is not in: {body}");
    }
}

#[test]
fn case_2_wrong_scene_counts_are_asked_again_after_2_and_4_seconds() {
    let house = House::new().set("KINORA_GENERATION__RETRY_DELAY_MS", "2000");
    let (ended, log, house) = play(house, [Answer::scenario(1), Answer::scenario(2)]);
    assert_eq!(ended["status"], "completed");
    assert_eq!(ended["scenario"]["scenes"].as_array().map(Vec::len), Some(3));
    assert_eq!(house.upstream.count(CHAT), 3);
    assert_log(
        &log,
        &[
            "[INFO] Scenario generation attempt 1/3",
            "[INFO] Sending request to OpenAI...",
            "[INFO] 🔍 OpenAI returned 1 scenes",
            "[WARN] ❌ Attempt 1 validation failed: Expected 3 scenes but got 1 scenes",
            "[INFO] ⏳ Retrying in 2 seconds...",
            "[INFO] Scenario generation attempt 2/3",
            "[INFO] Sending request to OpenAI...",
            "[INFO] 🔍 OpenAI returned 2 scenes",
            "[WARN] ❌ Attempt 2 validation failed: Expected 3 scenes but got 2 scenes",
            "[INFO] ⏳ Retrying in 4 seconds...",
            "[INFO] Scenario generation attempt 3/3",
            "[INFO] Sending request to OpenAI...",
            "[INFO] 🔍 OpenAI returned 3 scenes",
            "[INFO] ✅ Attempt 3 validation passed!",
            "[INFO] Successfully created GeneratedScenario with 3 scenes",
        ],
    );
}

#[test]
fn case_3_a_scene_count_that_stays_wrong_fails() {
    let (ended, log, house) = play(House::new(), [1, 1, 1].map(Answer::scenario));
    assert_failed(
        &ended,
        "Failed to generate scenario with OpenAI. Scenario validation failed after 3 attempts. Last error: Expected 3 \
         scenes but got 1 scenes",
    );
    assert_eq!(house.upstream.count(CHAT), 3);
    assert_log(
        &log,
        &[
            "[INFO] Scenario generation attempt 1/3",
            "[INFO] 🔍 OpenAI returned 1 scenes",
            "[WARN] ❌ Attempt 1 validation failed: Expected 3 scenes but got 1 scenes",
            "[INFO] ⏳ Retrying in 0.01 seconds...",
            "[INFO] Scenario generation attempt 2/3",
            "[INFO] 🔍 OpenAI returned 1 scenes",
            "[WARN] ❌ Attempt 2 validation failed: Expected 3 scenes but got 1 scenes",
            "[INFO] ⏳ Retrying in 0.02 seconds...",
            "[INFO] Scenario generation attempt 3/3",
            "[INFO] 🔍 OpenAI returned 1 scenes",
            "[WARN] ❌ Attempt 3 validation failed: Expected 3 scenes but got 1 scenes",
            "[ERROR] ❌ Failed to generate valid scenario after 3 attempts",
        ],
    );
}

#[test]
fn case_4_missing_fields_are_told_as_the_last_attempt_lacked_them() {
    let answers = [
        json!({"title": "T", "description": "D", "thumbnailPrompt": "P"}),
        json!({"title": "T", "description": "D", "thumbnailPrompt": "P", "scenes": []}),
        json!({"title": "T", "description": "D"}),
    ];
    let answers = answers.map(|answer| Answer::arguments(in_order(&answer)));
    let (ended, log, _) = play(House::new(), answers);
    assert_failed(
        &ended,
        "Failed to generate scenario with OpenAI. Scenario validation failed after 3 attempts. Last error: Missing \
         required fields: scenes, detectedDemographics, thumbnailPrompt",
    );
    assert_log(
        &log,
        &[
            "[INFO] Scenario generation attempt 1/3",
            "[INFO] Generated scenario keys: ['title', 'description', 'thumbnailPrompt']",
            "[WARN] ❌ Attempt 1 validation failed: Missing required fields: scenes, detectedDemographics",
            "[INFO] ⏳ Retrying in 0.01 seconds...",
            "[INFO] Scenario generation attempt 2/3",
            "[INFO] Generated scenario keys: ['title', 'description', 'thumbnailPrompt', 'scenes']",
            "[WARN] ❌ Attempt 2 validation failed: Missing required fields: detectedDemographics",
            "[INFO] ⏳ Retrying in 0.02 seconds...",
            "[INFO] Scenario generation attempt 3/3",
            "[INFO] Generated scenario keys: ['title', 'description']",
            "[WARN] ❌ Attempt 3 validation failed: Missing required fields: scenes, detectedDemographics, \
             thumbnailPrompt",
            "[ERROR] ❌ Failed to generate valid scenario after 3 attempts",
        ],
    );
}

/// An object with its fields in the order of the document, whatever order the JSON library has.
fn in_order(object: &Value) -> String {
    let fields = ["title", "description", "thumbnailPrompt", "scenes"];
    let fields = fields.iter().filter_map(|field| Some(format!("{:?}: {}", field, object.get(field)?)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}

#[test]
fn case_5_a_rate_limit_is_asked_three_times() {
    let (ended, log, house) = play(House::new(), [10, 10, 10].map(Answer::rate_limited));
    assert_failed(&ended, "Failed to generate scenario with OpenAI. Rate limit exceeded. Please try again later.");
    assert_eq!(house.upstream.count(CHAT), 3);
    assert_log(
        &log,
        &[
            "[INFO] Scenario generation attempt 1/3",
            "[ERROR] ❌ Attempt 1 failed: Rate limit exceeded",
            "[INFO] ⏳ Retrying in 0.01 seconds...",
            "[INFO] Scenario generation attempt 2/3",
            "[ERROR] ❌ Attempt 2 failed: Rate limit exceeded",
            "[INFO] ⏳ Retrying in 0.02 seconds...",
            "[INFO] Scenario generation attempt 3/3",
            "[ERROR] ❌ Attempt 3 failed: Rate limit exceeded",
            "[ERROR] ❌ Failed to generate scenario after 3 attempts. Last error: Rate limit exceeded",
        ],
    );
}

#[test]
fn case_6_broken_json_is_told_with_its_place_in_characters() {
    // The document's own place: line 15, column 5, character 234.
    let mut broken = String::from("{\n");
    for number in 1..=12 {
        broken += &format!("    \"k{number:02}\": \"é{}\",\n", number % 10);
    }
    broken += "    \"k13\": \"0123456789\"\n    \"k14\": 1\n}";
    let (ended, log, house) = play(House::new(), [0, 1, 2].map(|_| Answer::arguments(broken.clone())));
    let said =
        "Invalid JSON in function call arguments: Expecting ',' delimiter: line 15 column 5 (char 234)".to_owned();
    assert_failed(&ended, &format!("Failed to generate scenario with OpenAI. {said}"));
    assert_eq!(house.upstream.count(CHAT), 3);
    let failed = |attempt: u32| format!("[ERROR] ❌ Attempt {attempt} failed: {said}");
    assert_log(
        &log,
        &[
            "[INFO] Scenario generation attempt 1/3",
            &failed(1),
            "[INFO] ⏳ Retrying in 0.01 seconds...",
            "[INFO] Scenario generation attempt 2/3",
            &failed(2),
            "[INFO] ⏳ Retrying in 0.02 seconds...",
            "[INFO] Scenario generation attempt 3/3",
            &failed(3),
            &format!("[ERROR] ❌ Failed to generate scenario after 3 attempts. Last error: {said}"),
        ],
    );
}

#[test]
fn what_retrying_cannot_mend_ends_after_one_attempt_with_a_fixed_sentence() {
    for (answer, code, sentence) in [
        (
            Answer::insufficient_quota(),
            "quota-exhausted",
            "The account's quota is used up. The administrator must raise it or add credit.",
        ),
        (
            Answer::refusal(),
            "content-policy",
            "The provider refused the request because of its content policy. Please change the request.",
        ),
        (
            Answer::unauthorized(),
            "authentication",
            "The provider refused the API key. The administrator must set a valid one.",
        ),
        (
            Answer::model_not_found(),
            "model-unavailable",
            "The model is not available any more. The administrator must choose another one.",
        ),
    ] {
        let house = House::new();
        house.upstream.script([answer]);
        let server = house.open();
        let task = begin(&server, "headphones");
        assert_failed(&end(&server, &task), &format!("Failed to generate scenario with OpenAI. {sentence}"));
        let job = server.get(&job_path(&task)).json();
        assert_eq!((&job["error"]["code"], &job["status"]), (&json!(code), &json!("failed")));
        assert_eq!(house.upstream.count(CHAT), 1, "{code}");
        assert_eq!(house::doubtful(&server), 0, "{code}");
        let log = log_of(&server.terminate().stderr, &task);
        assert!(log[2].starts_with("[ERROR] ❌ Attempt 1 failed: ") && log.len() == 3, "{log:#?}");
    }
}

#[test]
fn a_request_of_unknown_fate_is_sent_twice_and_never_more() {
    for answer in [Answer::status(500), Answer::drop_connection()] {
        let house = House::new();
        house.upstream.answer_with(move |_, _| answer.clone());
        let server = house.open();
        let task = begin(&server, "headphones");
        let ended = end(&server, &task);
        assert_eq!((&ended["status"], &ended["progress"]), (&json!("failed"), &json!(60.0)));
        let said = ended["error_message"].as_str().expect("a message");
        assert!(said.starts_with("Failed to generate scenario with OpenAI. ") && said.ends_with('.'), "{said}");
        assert_eq!(house.upstream.count(CHAT), 2);
        assert_eq!(house::doubtful(&server), 2, "both are in the ledger");
    }
}

#[test]
fn a_second_answer_after_one_500_is_good() {
    let house = House::new();
    house.upstream.script([Answer::status(500)]);
    let server = house.open();
    let task = begin(&server, "headphones");
    assert_eq!(end(&server, &task)["status"], "completed");
    assert_eq!((house.upstream.count(CHAT), house::doubtful(&server)), (2, 1));
}

#[test]
fn a_task_that_is_cancelled_has_failed_and_its_request_is_given_up() {
    let house = House::new();
    house.upstream.script([Answer::hang_until_released()]);
    let server = house.open();
    let task = begin(&server, "headphones");
    house.upstream.wait_for_held(1);
    let running = server.get(&task_path(&task)).json();
    assert_eq!((&running["status"], &running["message"]), (&json!("running"), &json!("Task is running")));
    assert_eq!((&running["progress"], &running["current_step"]), (&json!(60.0), &json!("Generating AI scenario")));
    let reply = server.delete(&task_path(&task));
    assert_eq!(reply.status, 200, "{}", reply.text());
    house.upstream.wait_for_none_held();
    assert_failed(&end(&server, &task), "Task cancelled");
    let again = server.delete(&task_path(&task));
    assert_eq!(again.status, 400);
    assert!(again.json()["detail"].as_str().is_some_and(|said| said.contains("ended")), "{}", again.text());
    assert_eq!(server.get(&job_path(&task)).json()["status"], "cancelled");
    assert_eq!(house.upstream.count(CHAT), 1);
}

#[test]
fn a_thumbnail_can_be_fetched_where_the_task_says() {
    let (house, server) = with_thumbnails();
    let task = begin(&server, "headphones");
    let url = end(&server, &task)["scenario"]["thumbnail_url"].as_str().expect("a URL").to_owned();
    assert!(url.starts_with(&server.url("/")), "{url}");
    let picture = http::send(|client| client.get(&url)).expect("an answer");
    assert_eq!(picture.status, 200, "{}", picture.text());
    let media_type = picture.header("content-type").to_owned();
    let begins: &[u8] = if media_type == "image/png" { b"\x89PNG" } else { b"\xff\xd8\xff" };
    assert!(media_type.starts_with("image/") && picture.body.starts_with(begins), "{media_type}");
    let again = http::send(|client| client.get(&url).header("if-none-match", picture.header("etag")));
    assert_eq!(again.expect("an answer").status, 304);
    assert_eq!((house.upstream.count(CHAT), house.upstream.count(IMAGES)), (1, 1));
}

fn with_thumbnails() -> (House, Server) {
    let house = House::new().with_thumbnails();
    let server = house.open();
    (house, server)
}

#[test]
fn a_thumbnail_that_fails_is_a_warning_and_is_not_paid_twice() {
    for (answer, requests) in [
        (Answer::refusal(), 1),
        (Answer::status(500), 1),
        (Answer::drop_connection(), 1),
        (Answer::rate_limited(10), 3),
    ] {
        let house = House::new().with_thumbnails();
        house.upstream.answer_with(move |request, _| match request.path.as_str() {
            IMAGES => answer.clone(),
            _ => Answer::right(),
        });
        let (ended, log, house) = play(house, []);
        assert_eq!((&ended["status"], &ended["progress"]), (&json!("completed"), &json!(100.0)), "{ended}");
        assert_eq!(ended["scenario"]["thumbnail_url"], Value::Null);
        assert!(ended["scenario"]["thumbnail_prompt"].is_string());
        let warnings: Vec<_> = log.iter().filter(|line| !line.starts_with("[INFO]")).collect();
        assert!(warnings.len() == 1 && warnings[0].starts_with("[WARN] The thumbnail could not be made: "), "{log:#?}");
        assert_eq!((house.upstream.count(CHAT), house.upstream.count(IMAGES)), (1, requests));
    }
}

#[test]
fn a_task_that_nobody_made_is_not_found() {
    let house = House::new();
    let server = house.open();
    for id in ["task_scenario_generation_0198c0de-0000-7000-8000-000000000001", "task_1", "%00"] {
        for method in [Method::GET, Method::DELETE] {
            let reply = server.request(method, &task_path(id), |request| request);
            assert_eq!(reply.status, 404, "{id}");
            assert!(reply.json()["detail"].is_string());
        }
    }
}

#[test]
fn a_value_that_is_wrong_is_refused_with_its_field() {
    let house = House::new();
    let server = house.open();
    for (field, value) in [
        ("product_id", Value::Null),
        ("user_id", json!("  ")),
        ("video_length", json!(20)),
        ("video_length", json!(128)),
        ("video_length", json!(0)),
        ("resolution", json!("1921x1080")),
        ("resolution", json!("100x100")),
        ("resolution", json!("wide")),
        ("style", json!(5)),
    ] {
        let mut asked = request("headphones");
        asked[field] = value.clone();
        let reply = server.post(GENERATE, &asked);
        assert_eq!(reply.status, 422, "{field} {value}: {}", reply.text());
        let error = reply.json();
        assert_eq!(error["details"]["field"], field, "{error}");
        assert!(error["detail"].as_str().is_some_and(|said| said.contains(field)), "{error}");
        assert_eq!(error["detail"], error["message"]);
    }
    assert_eq!(server.get("/api/jobs").json()["jobs"], json!([]));
    assert_eq!(house.upstream.requests().len(), 0);
}

#[test]
fn one_idempotency_key_makes_one_task() {
    let house = House::new();
    let server = house.open();
    let post = |key: &'static str, prompt: &str| {
        let body = request(prompt);
        server.request(Method::POST, GENERATE, |request| request.header("Idempotency-Key", key).json(&body))
    };
    let task = house::task_id(&post("one", "headphones"));
    assert_eq!(end(&server, &task)["status"], "completed");
    let repeated = post("one", "headphones");
    assert_eq!((repeated.status, house::task_id(&repeated)), (200, task.clone()));
    assert_eq!(repeated.json()["status"], "completed", "a task that is not new is told as it is");
    assert_eq!(post("one", "something else").status, 422);
    assert_eq!(house.upstream.count(CHAT), 1);
    assert_ne!(house::task_id(&post("two", "headphones")), task);
}

#[test]
fn the_key_is_in_no_file_log_answer_or_metric() {
    let house = House::new().with_thumbnails();
    house.upstream.answer_with(|request, number| match (request.path.as_str(), number) {
        (CHAT, 1 | 4) | (IMAGES, 2) => Answer::echo_key(),
        (CHAT, 2) => Answer::unauthorized(),
        (CHAT, 5) => Answer::status(500),
        (IMAGES, 3) => Answer::drop_connection(),
        _ => Answer::right(),
    });
    let server = house.open();
    let mut told = Vec::new();
    for number in 1..=6 {
        let task = begin(&server, &format!("number {number}"));
        told.push(end(&server, &task).to_string());
        told.push(server.get(&job_path(&task)).text());
        let events = server.get(&format!("{}/events", job_path(&task))).text();
        assert!(events.contains("event: done"), "{events}");
        told.push(events);
    }
    assert!(told.join("").contains("completed") && told.join("").contains("failed"), "both ends were seen");
    for path in ["/metrics", "/api/jobs", "/api/usage", "/api/models", "/openapi.json"] {
        told.push(server.get(path).text());
    }
    let traces = traces(&house.upstream);
    let data = house.bench.path("data");
    assert_nowhere(&data, &traces);
    // Again with what a good end writes.
    let run = server.terminate();
    assert!(run.stderr.contains("is of no use here"), "what was said around the key is told: {}", run.stderr);
    assert!(assert_nowhere(&data, &traces) > 3, "there is a database, a secret and a picture");
    told.extend([run.stdout, run.stderr]);
    for text in &told {
        for trace in &traces {
            assert!(!text.contains(trace.as_str()), "{trace} is in: {text}");
        }
    }
}

/// What gives the key away: itself, its longer half, and what it becomes in Base64 at any place.
fn traces(upstream: &FakeOpenAi) -> Vec<String> {
    let key = upstream.key();
    let mut traces = vec![key.to_owned(), key[..key.len() / 2].to_owned(), key[key.len() / 2..].to_owned()];
    traces.extend((0..3).map(|skipped| base64(&key.as_bytes()[skipped..])));
    traces
}

/// Whole groups of three only: what follows the key changes the rest.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks_exact(3).map(|group| u32::from_be_bytes([0, group[0], group[1], group[2]]));
    groups.flat_map(|bits| [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift) as usize & 63] as char)).collect()
}

/// Searches every file below a folder, and says how many there are.
fn assert_nowhere(folder: &Path, traces: &[String]) -> usize {
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files += assert_nowhere(&path, traces);
            continue;
        }
        files += 1;
        let content = std::fs::read(&path).expect("a file");
        for trace in traces {
            let found = content.windows(trace.len()).any(|window| window == trace.as_bytes());
            assert!(!found, "{trace} is in {}", path.display());
        }
    }
    files
}
