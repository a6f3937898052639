//! The music video contract over HTTP: clips, one by one, by the offline provider and by Replicate.

use reqwest::Method;
use serde_json::{Value, json};

use crate::fakes::replicate::{Answer, FakeReplicate, predictions};
use crate::fakes::upstream::media;
use crate::support::server::Server;
use crate::support::{Bench, http, probe, values};

const GENERATE: &str = "/api/mv/generate_video";
const VEO: &str = "google/veo-3.1";

fn offline(bench: &Bench) -> Server {
    Server::start(bench, &[], &[])
}

/// A server whose clips come from a stand-in for Replicate, which is polled often.
fn with_replicate(bench: &Bench, upstream: &FakeReplicate) -> Server {
    let mut env: Vec<(&str, String)> = upstream.env().into_iter().collect();
    env.push(("KINORA_PROVIDERS__POLL_INTERVAL_MS", "20".into()));
    env.push(("KINORA_GENERATION__RETRY_DELAY_MS", "10".into()));
    Server::start(bench, &[], &env)
}

/// A clip of a second that nobody has to listen to.
fn short() -> Value {
    json!({"prompt": "Waves at a lighthouse", "duration": 1, "generate_audio": false, "aspect_ratio": "1:1", "seed": 7})
}

#[test]
fn a_clip_of_the_offline_provider_is_a_film_that_moves_and_can_be_heard() {
    let bench = Bench::new();
    let server = offline(&bench);
    let reply =
        server.post(GENERATE, &json!({"prompt": "Waves at a lighthouse", "duration": 2, "aspect_ratio": "9:16"}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let video = reply.json();
    let id = video["video_id"].as_str().expect("an id");
    assert_eq!(video["video_url"], format!("/api/mv/get_video/{id}"));
    assert_eq!(video["metadata"]["backend_used"], "offline");
    assert_eq!(
        video["metadata"]["parameters_used"],
        json!({"aspect_ratio": "9:16", "duration": 2.0, "generate_audio": true, "seed": null})
    );

    let file = server.get(&format!("/api/mv/get_video/{id}"));
    assert_eq!((file.status, file.header("content-type")), (200, "video/mp4"));
    let path = bench.path("clip.mp4");
    std::fs::write(&path, &file.body).expect("written");
    let probed = probe(&path);
    assert_eq!(values(&probed, "codec_name"), ["h264", "aac"]);
    let side = |name: &str| values(&probed, name)[0].parse::<u32>().expect("pixels");
    assert!(side("height") > side("width"), "{probed}");
    let frames = crate::support::frame_digests(&path);
    assert_eq!(frames.len(), 48);
    assert_ne!(frames[0], frames[47], "it moves");

    let info = server.get(&format!("/api/mv/get_video/{id}/info")).json();
    assert_eq!((&info["exists"], &info["file_size_bytes"]), (&json!(true), &json!(file.body.len())));
    let listed = server.get("/api/mv/videos").json();
    assert_eq!(listed["videos"][0]["video_id"], id);
}

#[test]
fn a_clip_is_given_in_parts_and_not_again_to_who_has_it() {
    let bench = Bench::new();
    let server = offline(&bench);
    let video = server.post(GENERATE, &short()).json();
    let url = video["video_url"].as_str().expect("a path").to_owned();
    let whole = server.get(&url);
    let ask = |name: &'static str, value: &str| server.request(Method::GET, &url, |get| get.header(name, value));

    let part = ask("range", "bytes=10-19");
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", whole.body.len()));
    let end = ask("range", "bytes=-5");
    assert_eq!((end.status, end.body.as_slice()), (206, &whole.body[whole.body.len() - 5..]));
    let beyond = ask("range", "bytes=99999999-");
    assert_eq!((beyond.status, beyond.header("content-range")), (416, &*format!("bytes */{}", whole.body.len())));
    assert_eq!(ask("if-none-match", whole.header("etag")).status, 304);

    let head = server.request(Method::HEAD, &url, |head| head);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
}

#[test]
fn who_prefers_not_to_wait_gets_the_job_and_the_same_key_gives_the_same_clip() {
    let bench = Bench::new();
    let server = offline(&bench);
    let send = |prefer: &str| {
        server.request(Method::POST, GENERATE, |post| {
            post.header("prefer", prefer).header("idempotency-key", "clip-1").json(&short())
        })
    };
    let begun = send("respond-async");
    assert_eq!(begun.status, 202, "{}", begun.text());
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    assert_eq!(begun.header("location"), format!("/api/jobs/{id}"));
    let video = send("wait").json();
    assert_eq!(video["video_id"], id);
    let other = server.request(Method::POST, GENERATE, |post| {
        post.header("idempotency-key", "clip-1").json(&json!({"prompt": "something else"}))
    });
    assert_eq!(other.status, 422);
}

#[test]
fn a_clip_of_replicate_is_paid_for_once_and_fetched() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let server = with_replicate(&bench, &upstream);
    let reply = server.post(GENERATE, &json!({"prompt": "Waves at a lighthouse", "video_rules_template": "No text."}));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let video = reply.json();
    assert_eq!(video["metadata"]["backend_used"], "replicate");
    assert_eq!(video["metadata"]["model_used"], VEO);
    assert_eq!(server.get(video["video_url"].as_str().expect("a path")).body, media::CLIP);
    assert_eq!(upstream.count(&predictions(VEO)), 1);
    let sent = upstream.requests()[0].json();
    assert_eq!(sent["input"]["prompt"], "Waves at a lighthouse\n\nNo text.");
}

#[test]
fn a_reference_picture_reaches_the_upstream() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let server = with_replicate(&bench, &upstream);
    let asked = json!({"prompt": "Waves", "duration": 8, "reference_image_base64": media::PICTURE});
    let reply = server.post(GENERATE, &asked);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let picture = media::decoded(media::PICTURE);
    let carries = |body: &[u8]| body.windows(picture.len()).any(|part| part == picture);
    assert!(upstream.requests().iter().any(|request| carries(&request.body)), "it was uploaded");
}

#[test]
fn a_host_that_is_killed_while_the_model_works_goes_on_at_the_same_prediction() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    upstream.script_polls([Answer::processing(10).held()]);
    let server = with_replicate(&bench, &upstream);
    let begun = server.request(Method::POST, GENERATE, |post| {
        post.header("prefer", "respond-async").json(&json!({"prompt": "Waves"}))
    });
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    upstream.wait_for_held(1);
    server.kill9();
    let server = with_replicate(&bench, &upstream);
    let job = server.poll(&format!("/api/jobs/{id}"), |job| job["status"] == "completed");
    assert_eq!(job["error"], Value::Null);
    assert_eq!(server.get(&format!("/api/mv/get_video/{id}")).body, media::CLIP);
    assert_eq!(upstream.count(&predictions(VEO)), 1, "it was begun once");
}

#[test]
fn a_host_that_is_killed_between_request_and_answer_does_not_send_again_by_itself() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    upstream.script([Answer::right().held()]);
    let server = with_replicate(&bench, &upstream);
    let begun = server.request(Method::POST, GENERATE, |post| {
        post.header("prefer", "respond-async").json(&json!({"prompt": "Waves"}))
    });
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    upstream.wait_for_held(1);
    server.kill9();
    let server = with_replicate(&bench, &upstream);
    server.poll(&format!("/api/jobs/{id}"), |job| job["status"] == "uncertain");
    assert_eq!(upstream.count(&predictions(VEO)), 1);
    let resubmitted = server.request(Method::POST, &format!("/api/jobs/{id}/resubmit"), |post| post);
    assert!(resubmitted.status < 300, "{}", resubmitted.text());
    server.poll(&format!("/api/jobs/{id}"), |job| job["status"] == "completed");
    assert_eq!(upstream.count(&predictions(VEO)), 2, "a person said so");
}

#[test]
fn a_cancelled_clip_is_cancelled_upstream_too() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    upstream.script_polls([Answer::processing(10).held()]);
    let server = with_replicate(&bench, &upstream);
    let begun = server.request(Method::POST, GENERATE, |post| {
        post.header("prefer", "respond-async").json(&json!({"prompt": "Waves"}))
    });
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    upstream.wait_for_held(1);
    assert!(server.delete(&format!("/api/jobs/{id}")).status < 300);
    server.poll(&format!("/api/jobs/{id}"), |job| job["status"] == "cancelled");
    server.wait_until("the upstream's own cancellation", |_| {
        upstream.requests().iter().any(|request| request.path.ends_with("/cancel"))
    });
    assert_eq!(server.get(&format!("/api/mv/get_video/{id}")).status, 404);
}

#[test]
fn a_client_that_goes_away_loses_nothing_and_can_watch_the_job() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    upstream.script_polls([Answer::processing(10).held()]);
    let server = with_replicate(&bench, &upstream);
    let url = server.url(GENERATE);
    let waiting =
        http::begin(|client| client.post(url).header("idempotency-key", "mine").json(&json!({"prompt": "Waves"})));
    upstream.wait_for_held(1);
    waiting.abort();
    upstream.release();
    let again = server.request(Method::POST, GENERATE, |post| {
        post.header("idempotency-key", "mine").json(&json!({"prompt": "Waves"}))
    });
    assert_eq!(again.status, 200, "{}", again.text());
    assert_eq!(upstream.count(&predictions(VEO)), 1);
    let id = again.json()["video_id"].as_str().expect("an id").to_owned();
    let events = server.get(&format!("/api/jobs/{id}/events")).text();
    assert!(events.contains("Generating the clip") && events.contains("event: done"), "{events}");
}

#[test]
fn a_failure_has_the_documents_code() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let server = with_replicate(&bench, &upstream);
    let cases = [(Answer::model_not_found(), "MODEL_UNAVAILABLE"), (Answer::billing(), "AUTHENTICATION_ERROR")];
    for (answer, code) in cases {
        upstream.script([answer]);
        let reply = server.post(GENERATE, &json!({"prompt": "Waves"}));
        let told = reply.json();
        assert_eq!((reply.status, told["error_code"].as_str()), (500, Some(code)), "{told}");
        assert_eq!((&told["error"], &told["backend_used"]), (&json!("VideoGenerationError"), &json!("replicate")));
        assert!(!told["message"].as_str().unwrap_or_default().is_empty() && told["timestamp"].is_string(), "{told}");
    }
    upstream.script_polls([Answer::refusal()]);
    let told = server.post(GENERATE, &json!({"prompt": "Waves"})).json();
    assert_eq!(told["error_code"], "CONTENT_POLICY_VIOLATION", "{told}");
    assert_eq!(told["detail"], told["message"]);
    let throttled = || Answer::rate_limited(0);
    upstream.script([throttled(), throttled(), throttled()]);
    let reply = server.post(GENERATE, &json!({"prompt": "Waves"}));
    assert_eq!((reply.status, reply.json()["error_code"].as_str()), (500, Some("RATE_LIMIT_EXCEEDED")));
    assert_eq!(reply.header("retry-after"), "30");
}

#[test]
fn a_backend_without_its_key_and_one_that_is_not_there_are_told_apart() {
    let bench = Bench::new();
    let server = offline(&bench);
    let ask = |backend: &str| server.post(GENERATE, &json!({"prompt": "Waves", "backend": backend}));
    let keyless = ask("replicate");
    assert_eq!((keyless.status, keyless.json()["error_code"].as_str()), (500, Some("AUTHENTICATION_ERROR")));
    assert!(keyless.json()["details"].as_str().is_some_and(|said| said.contains("REPLICATE_API_TOKEN")));
    let unknown = ask("sora");
    assert_eq!(unknown.status, 400);
    assert!(unknown.json()["message"].as_str().is_some_and(|said| said.contains("offline")), "{}", unknown.text());
}

#[test]
fn what_cannot_be_made_is_refused_before_it_costs_anything() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let server = with_replicate(&bench, &upstream);
    let with = |field: &str, value: Value| {
        let mut asked = short();
        asked[field] = value;
        server.post(GENERATE, &asked)
    };
    assert_eq!(with("prompt", json!("  ")).status, 400);
    assert_eq!(with("prompt", json!("x".repeat(1 << 20))).status, 422);
    assert_eq!(with("duration", json!(-3)).status, 422);
    assert_eq!(with("aspect_ratio", json!("wide")).status, 422);
    assert_eq!(with("reference_image_base64", json!("no base64!")).status, 422);
    let no_picture = with("reference_image_base64", json!(media::encoded(b"not a picture at all")));
    assert_eq!((no_picture.status, no_picture.json()["error_code"].as_str()), (400, Some("INVALID_REQUEST")));
    // A header of 100,000 by 100,000 pixels and nothing behind it.
    let mut bomb = media::decoded(media::PICTURE);
    bomb[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let bomb = with("reference_image_base64", json!(media::encoded(&bomb)));
    assert_eq!((bomb.status, bomb.json()["error_code"].as_str()), (400, Some("INVALID_REQUEST")), "{}", bomb.text());
    assert_eq!(upstream.requests().len(), 0);
}

#[test]
fn ids_that_are_none_and_clips_that_are_not_there() {
    let bench = Bench::new();
    let server = offline(&bench);
    for id in ["x", "..%2F..%2Fkinora.db", "a1b2c3d4"] {
        assert_eq!(server.get(&format!("/api/mv/get_video/{id}")).status, 400, "{id}");
    }
    let unknown = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
    let missing = server.get(&format!("/api/mv/get_video/{unknown}"));
    assert_eq!((missing.status, missing.json()["error"].as_str()), (404, Some("NotFound")));
    let info = server.get(&format!("/api/mv/get_video/{unknown}/info"));
    let expected = json!({"video_id": unknown, "exists": false, "file_size_bytes": null, "created_at": null});
    assert_eq!((info.status, info.json()), (200, expected));
}

#[test]
fn what_a_model_cannot_do_is_refused_where_the_request_is_strict() {
    let bench = Bench::new();
    let server = offline(&bench);
    let mut asked = short();
    asked["negative_prompt"] = json!("text");
    asked["strict"] = json!(true);
    let refused = server.post(GENERATE, &asked);
    assert_eq!((refused.status, refused.json()["error_code"].as_str()), (400, Some("INVALID_REQUEST")));
    assert!(refused.json()["message"].as_str().is_some_and(|said| said.contains("a negative prompt")));
}

#[test]
fn scenes_a_character_and_clips_become_one_film() {
    let bench = Bench::new();
    let server = offline(&bench);
    let robot = "Silver metallic humanoid robot with a red shield";
    let asked =
        json!({"idea": "Tourist exploring Austin, Texas", "character_description": robot, "number_of_scenes": 2});
    let scenes = server.post("/api/mv/create_scenes", &asked);
    assert_eq!(scenes.status, 200, "{}", scenes.text());
    let scenes = scenes.json();
    assert_eq!(scenes["metadata"]["number_of_scenes"], 2);
    assert_eq!(scenes["metadata"]["parameters_used"]["camera_angle"], "front");
    let file = |kind: &str| server.get(scenes["output_files"][kind].as_str().expect("a path"));
    assert_eq!(file("json").json()["scenes"], scenes["scenes"]);
    assert!(file("markdown").text().contains("## Scene 2"));

    let character = server.post("/api/mv/generate_character_reference", &json!({"character_description": robot}));
    assert_eq!(character.status, 200, "{}", character.text());
    let character = character.json();

    let clips: Vec<Value> = scenes["scenes"]
        .as_array()
        .expect("scenes")
        .iter()
        .map(|scene| {
            let reply = server.post(
                GENERATE,
                &json!({
                    "prompt": scene["description"], "negative_prompt": scene["negative_description"],
                    "reference_image_base64": character["image_base64"], "duration": 2, "generate_audio": true,
                }),
            );
            assert_eq!(reply.status, 200, "{}", reply.text());
            let video = reply.json();
            let warnings = video["metadata"]["warnings"].as_array().expect("a list");
            assert!(warnings.len() >= 2, "it says what it cannot do: {warnings:?}");
            video["video_id"].clone()
        })
        .collect();
    let begun = server.post("/api/mv/merge", &json!({"video_ids": clips}));
    assert_eq!(begun.status, 202, "{}", begun.text());
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    let job = server.poll(&format!("/api/jobs/{id}"), |job| job["completed_at"].is_string());
    assert_eq!(job["status"], "completed", "{job}");
    let path = bench.path("film.mp4");
    std::fs::write(&path, server.get(&format!("/api/mv/get_video/{id}")).body).expect("written");
    let probed = probe(&path);
    assert_eq!(values(&probed, "codec_type"), ["video", "audio"]);
    let lengths: Vec<f64> = values(&probed, "duration").iter().filter_map(|text| text.parse().ok()).collect();
    assert!(lengths.iter().all(|seconds| (seconds - 4.0).abs() < 0.04), "picture, sound and file: {lengths:?}");
}

#[test]
fn what_cannot_be_joined_is_told() {
    let bench = Bench::new();
    let server = offline(&bench);
    let merge = |body: Value| server.post("/api/mv/merge", &body);
    assert_eq!(merge(json!({"video_ids": []})).status, 422);
    assert_eq!(merge(json!({"video_ids": ["../../etc/passwd"]})).status, 400);
    let unknown = merge(json!({"video_ids": ["a1b2c3d4-e5f6-7890-abcd-ef1234567890"]}));
    assert_eq!(unknown.status, 404);
    assert!(unknown.json()["message"].as_str().is_some_and(|said| said.starts_with("Video 1 of video_ids")));
    assert_eq!(merge(json!({"video_ids": ["a"], "transition": "star wipe"})).status, 422);
}
