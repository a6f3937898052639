//! What users bring along and what they may spend: uploads, deletion, budgets, and the worked example of the music video.

use std::process::Command;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::fakes::replicate::{Answer, FakeReplicate, predictions};
use crate::fakes::upstream::media;
use crate::support::http::Reply;
use crate::support::server::Server;
use crate::support::{Bench, probe, values};

const GENERATE: &str = "/api/mv/generate_video";
const UPLOADS: &str = "/api/mv/uploads";
const VEO: &str = "google/veo-3.1";

fn upload(server: &Server, name: &str, content: Vec<u8>, token: Option<&str>) -> Reply {
    let form = Form::new().part("file", Part::bytes(content).file_name(name.to_owned()));
    server.request(Method::POST, UPLOADS, |post| match token {
        Some(token) => post.bearer_auth(token).multipart(form),
        None => post.multipart(form),
    })
}

/// A second of a tone.
fn tone(bench: &Bench) -> Vec<u8> {
    let path = bench.path("tone.mp3");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", "sine=f=440:d=1"])
        .arg(&path)
        .status()
        .expect("ffmpeg is there");
    assert!(made.success());
    std::fs::read(path).expect("it is there")
}

fn token(bench: &Bench, name: &str, role: &str) -> String {
    let run = bench.run(&["token", "create", "--user", name, "--role", role, "--data", "data"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout.split_whitespace().last().expect("a token").to_owned()
}

#[test]
fn an_upload_is_looked_into_and_named_in_a_request() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let mut env = upstream.env().to_vec();
    env.push(("KINORA_PROVIDERS__POLL_INTERVAL_MS", "20".into()));
    let server = Server::start(&bench, &[], &env);
    let picture = media::decoded(media::PICTURE);
    let reply = upload(&server, "../me.png", picture.clone(), None);
    assert_eq!(reply.status, 201, "{}", reply.text());
    let kept = reply.json();
    assert_eq!((&kept["filename"], &kept["media_type"]), (&json!("me.png"), &json!("image/png")));
    assert_eq!(kept["size_bytes"], picture.len());
    assert!(kept["width"].as_u64().is_some_and(|width| width > 0), "{kept}");
    let id = kept["blob_id"].as_str().expect("an id").to_owned();
    let made = server.post(GENERATE, &json!({"prompt": "Waves", "duration": 8, "reference_image_id": id}));
    assert_eq!(made.status, 200, "{}", made.text());
    let carries = |body: &[u8]| body.windows(picture.len()).any(|part| part == picture);
    assert!(upstream.requests().iter().any(|request| carries(&request.body)), "it reached the upstream");

    // The same picture as the clip's first and last frame.
    let framed = json!({"prompt": "Waves", "duration": 8, "strict": true, "first_frame_id": id, "last_frame_id": id});
    let made = server.post(GENERATE, &framed);
    assert_eq!(made.status, 200, "{}", made.text());
    let requests = upstream.requests();
    let sent = requests.iter().rfind(|request| request.path == predictions(VEO)).expect("it was asked").json();
    assert!(sent["input"]["image"].is_string() && sent["input"]["last_frame"].is_string(), "{sent}");
    let unknown = server.post(GENERATE, &json!({"prompt": "Waves", "first_frame_id": "nothing.png"}));
    assert_eq!(unknown.status, 404, "{}", unknown.text());

    assert_eq!(server.get(UPLOADS).json()["uploads"][0]["blob_id"], id.as_str());
    assert_eq!(server.delete(&format!("{UPLOADS}/{id}")).status, 204);
    assert_eq!(server.delete(&format!("{UPLOADS}/{id}")).status, 404);
    let gone = server.post(GENERATE, &json!({"prompt": "Waves", "reference_image_id": id}));
    assert_eq!(gone.status, 404, "{}", gone.text());
}

#[test]
fn an_upload_belongs_to_who_sent_it() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let (ann, bob) = (token(&bench, "ann", "user"), token(&bench, "bob", "user"));
    let kept = upload(&server, "me.png", media::decoded(media::PICTURE), Some(&ann)).json();
    let asked =
        json!({"prompt": "Waves", "duration": 1, "generate_audio": false, "reference_image_id": kept["blob_id"]});
    let ask = |token: &str| server.request(Method::POST, GENERATE, |post| post.bearer_auth(token).json(&asked));
    assert_eq!(ask(&bob).status, 404, "its name alone opens nothing");
    assert_eq!(server.post(GENERATE, &asked).status, 404);
    let made = ask(&ann);
    assert_eq!(made.status, 200, "{}", made.text());
    // And what was made with a token is its owner's, or who has the signed link.
    let link = made.json()["video_url"].as_str().expect("a link").to_owned();
    let (plain, _) = link.split_once("?token=").expect("it is signed");
    assert_eq!((server.get(&link).status, server.get(plain).status), (200, 404));
}

#[test]
fn what_is_no_picture_no_sound_and_no_clip_is_not_taken() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    // 100,000 by 100,000 pixels, and nothing behind them.
    let mut bomb = media::decoded(media::PICTURE);
    bomb[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let cases = [("script.sh", b"#!/bin/sh\nexit 1\n".to_vec()), ("empty.png", Vec::new()), ("bomb.png", bomb)];
    for (name, content) in cases {
        let reply = upload(&server, name, content, None);
        let told = reply.json();
        assert_eq!((reply.status, told["details"]["field"].as_str()), (422, Some("file")), "{told}");
        assert!(told["message"].as_str().is_some_and(|said| said.contains(name)), "{told}");
    }
    let other = server.request(Method::POST, UPLOADS, |post| post.multipart(Form::new().text("name", "x")));
    assert_eq!(other.status, 422, "{}", other.text());
    assert_eq!(server.post(UPLOADS, &json!({})).status, 415);
    let cut = server.request(Method::POST, UPLOADS, |post| {
        post.header("content-type", "multipart/form-data; boundary=x")
            .body("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nabc")
    });
    assert_eq!(cut.status, 400, "{}", cut.text());
    assert_eq!(server.get(UPLOADS).json()["uploads"], json!([]));
}

#[test]
fn music_lies_under_clips_that_are_joined() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let clip = |seed: u32| {
        let asked =
            json!({"prompt": "Waves", "duration": 1, "aspect_ratio": "1:1", "generate_audio": false, "seed": seed});
        server.post(GENERATE, &asked).json()["video_id"].clone()
    };
    let clips = [clip(1), clip(2)];
    let music = upload(&server, "tone.mp3", tone(&bench), None).json();
    assert!((music["duration_seconds"].as_f64().unwrap_or_default() - 1.0).abs() < 0.1, "{music}");
    let picture = upload(&server, "me.png", media::decoded(media::PICTURE), None).json();
    let merge = |audio: &Value| server.post("/api/mv/merge", &json!({"video_ids": clips, "audio_id": audio}));
    assert_eq!(merge(&picture["blob_id"]).status, 422, "a picture is no music");
    assert_eq!(merge(&json!("nothing.mp3")).status, 404);
    let begun = merge(&music["blob_id"]);
    assert_eq!(begun.status, 202, "{}", begun.text());
    let id = begun.json()["job_id"].as_str().expect("an id").to_owned();
    let job = server.poll(&format!("/api/jobs/{id}"), |job| job["completed_at"].is_string());
    assert_eq!(job["status"], "completed", "{job}");
    let path = bench.path("film.mp4");
    std::fs::write(&path, server.get(&format!("/api/mv/get_video/{id}")).body).expect("written");
    let probed = probe(&path);
    assert_eq!(values(&probed, "codec_type"), ["video", "audio"], "silent clips, and yet it can be heard");
}

#[test]
fn a_video_that_is_deleted_is_gone_and_its_film_is_not() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let asked = json!({"prompt": "Waves", "duration": 1, "aspect_ratio": "1:1", "generate_audio": false});
    let clip = server.post(GENERATE, &asked).json();
    let id = clip["video_id"].as_str().expect("an id").to_owned();
    let film = server.post("/api/mv/merge", &json!({"video_ids": [id]})).json();
    let film = film["job_id"].as_str().expect("an id").to_owned();
    server.poll(&format!("/api/jobs/{film}"), |job| job["status"] == "completed");
    let (url, video) = (format!("/api/mv/get_video/{id}"), format!("/api/mv/videos/{id}"));
    assert_eq!(server.delete(&video).status, 204);
    assert_eq!((server.get(&url).status, server.delete(&video).status), (404, 404));
    assert_eq!(server.get(&format!("{url}/info")).json()["exists"], false);
    assert_eq!(server.get(&format!("/api/jobs/{id}")).status, 404);
    assert_eq!(server.get(&format!("/api/mv/get_video/{film}")).status, 200);
}

#[test]
fn a_budget_refuses_before_anything_is_sent_and_gives_back_what_failed() {
    let upstream = FakeReplicate::start();
    let bench = Bench::new();
    let mut env = upstream.env().to_vec();
    env.push(("KINORA_PROVIDERS__POLL_INTERVAL_MS", "20".into()));
    let server = Server::start(&bench, &[], &env);
    let admin = std::fs::read_to_string(bench.path("data/admin-token")).expect("the administrator's token");
    let set = |user: &str, limit: f64| {
        let body = json!({"limit_usd": limit, "period": "day"});
        let path = format!("/api/admin/budgets/{user}");
        server.request(Method::PUT, &path, |put| put.bearer_auth(admin.trim()).json(&body))
    };
    // Eight seconds of this model cost $3.20: one clip is within the budget, two at once are not.
    assert_eq!(set("anonymous", 5.0).status, 200);
    assert_eq!(set("nobody", 5.0).status, 404);
    upstream.script_polls([Answer::processing(10).held(), Answer::refusal()]);
    let ask = || {
        server.request(Method::POST, GENERATE, |post| {
            post.header("prefer", "respond-async").json(&json!({"prompt": "Waves", "duration": 8}))
        })
    };
    let first = ask().json()["job_id"].as_str().expect("an id").to_owned();
    upstream.wait_for_held(1);
    let budget = server.get("/api/usage").json()["budget"].clone();
    assert_eq!((&budget["reserved_usd"], &budget["spent_usd"]), (&json!(3.2), &json!(0.0)), "{budget}");
    let refused = server.post(GENERATE, &json!({"prompt": "Waves", "duration": 8}));
    assert_eq!((refused.status, refused.json()["error_code"].as_str()), (402, Some("BUDGET_EXCEEDED")));
    assert!(refused.json()["message"].as_str().is_some_and(|said| said.contains("$5.00 a day")), "{}", refused.text());
    assert_eq!(upstream.count(&predictions(VEO)), 1, "it was not sent");

    upstream.release();
    server.poll(&format!("/api/jobs/{first}"), |job| job["status"] == "failed");
    assert_eq!(server.get("/api/usage").json()["budget"]["left_usd"], 5.0, "a refused clip costs nothing");
    let made = server.post(GENERATE, &json!({"prompt": "Waves", "duration": 8}));
    assert_eq!(made.status, 200, "{}", made.text());
    let budget = server.get("/api/usage").json()["budget"].clone();
    assert!(budget["spent_usd"].as_f64().is_some_and(|spent| spent > 0.0), "{budget}");
    assert_eq!(budget["reserved_usd"], 0.0);
    let others = server.request(Method::PUT, "/api/admin/budgets/anonymous", |put| put.json(&json!({"limit_usd": 9})));
    assert_eq!(others.status, 401, "only administrators say how much");
}

#[test]
fn the_example_makes_a_film_whose_sound_ends_with_its_picture() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/music-video/make.py");
    std::fs::write(bench.path("tone.mp3"), tone(&bench)).expect("written");
    let run = |more: &[&str]| {
        let output = Command::new("python3")
            .arg(script)
            .args(["Tourist exploring Austin, Texas", "Silver metallic humanoid robot with a red shield"])
            .args(["--seconds", "2", "--url", &server.url(""), "-o", "film.mp4"])
            .args(more)
            .current_dir(bench.folder.path())
            .output()
            .expect("python3 is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let probed = probe(&bench.path("film.mp4"));
        assert_eq!(values(&probed, "codec_type"), ["video", "audio"]);
        values(&probed, "duration").iter().filter_map(|text| text.parse().ok()).collect::<Vec<f64>>()
    };
    let lengths = run(&[]);
    assert!(lengths.iter().all(|seconds| (seconds - 8.0).abs() < 0.04), "four scenes of 2 s: {lengths:?}");
    let clips = server.get("/api/mv/videos").json()["videos"].as_array().map(Vec::len);
    assert_eq!(clips, Some(4));
    // Once more with music and fades: the clips are found again, not made again.
    let lengths = run(&["--music", "tone.mp3", "--crossfade", "500"]);
    assert!(lengths.iter().all(|seconds| (seconds - 6.5).abs() < 0.04), "three fades of 0.5 s: {lengths:?}");
    assert_eq!(server.get("/api/mv/videos").json()["videos"].as_array().map(Vec::len), clips);
}
