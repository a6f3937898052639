//! Prompt to video over HTTP: projects, media, beats, plans in all dialects, renders.

use std::path::PathBuf;
use std::process::Command;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::fakes::openai::FakeOpenAi;
use crate::support::http::Reply;
use crate::support::server::Server;
use crate::support::{Bench, frame_digests, probe, values};

/// A project with media, on a server of its own.
struct Desk {
    server: Server,
    token: String,
    bench: Bench,
    project: String,
}

impl Desk {
    fn new(env: &[(&str, String)]) -> Self {
        let bench = Bench::new();
        let server = Server::start(&bench, &[], env);
        let run = bench.run(&["token", "create", "--user", "ann", "--data", "data"]).ok();
        let token = run.stdout.split_whitespace().last().expect("a token").to_owned();
        let mut desk = Desk { server, token, bench, project: String::new() };
        let made = desk.post("/api/projects", &json!({"name": "The hike"}));
        assert_eq!(made.status, 201, "{}", made.text());
        desk.project = made.json()["id"].as_str().expect("an id").to_owned();
        desk
    }

    fn ask(&self, method: Method, path: &str) -> Reply {
        self.server.request(method, path, |request| request.bearer_auth(&self.token))
    }

    fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path)
    }

    fn post(&self, path: &str, body: &Value) -> Reply {
        self.server.request(Method::POST, path, |post| post.bearer_auth(&self.token).json(body))
    }

    /// A path below the project.
    fn at(&self, path: &str) -> String {
        format!("/api/projects/{}/{path}", self.project)
    }

    fn upload(&self, path: &str, files: &[PathBuf]) -> Reply {
        let field = if path.ends_with("media") { "files" } else { "file" };
        let mut form = Form::new();
        for file in files {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            form = form.part(field, Part::bytes(std::fs::read(file).expect("it is there")).file_name(name));
        }
        self.server.request(Method::POST, &self.at(path), |post| post.bearer_auth(&self.token).multipart(form))
    }

    /// Lets ffmpeg make a file.
    fn make(&self, name: &str, args: &[&str]) -> PathBuf {
        let path = self.bench.path(name);
        let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).arg(&path).status();
        assert!(made.expect("ffmpeg is there").success(), "{name}");
        path
    }

    /// Two pictures and a clip of two seconds, ready. Gives their ids.
    fn furnish(&self) -> Vec<String> {
        let files = [
            self.make("one.png", &["-f", "lavfi", "-i", "testsrc=s=640x480", "-frames:v", "1"]),
            self.make("two.jpg", &["-f", "lavfi", "-i", "mandelbrot=s=480x640", "-frames:v", "1"]),
            self.make("clip.mp4", &["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-pix_fmt", "yuv420p"]),
        ];
        let reply = self.upload("media", &files);
        assert_eq!(reply.status, 201, "{}", reply.text());
        assert_eq!(reply.json()["total_uploaded"], 3, "{}", reply.text());
        let media = self.ready();
        media.iter().map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// The media, once all are looked into.
    fn ready(&self) -> Vec<Value> {
        let listed = || self.get(&self.at("media")).json()["media"].as_array().expect("a list").clone();
        self.server.wait_until("media that are looked into", |_| {
            listed().iter().all(|one| one["processing_status"] == "ready" || one["processing_status"] == "failed")
        });
        listed()
    }

    /// Renders the saved plan and gives the file.
    fn film(&self, name: &str) -> PathBuf {
        let begun = self.post(&self.at("render"), &json!({"type": "final"}));
        assert_eq!(begun.status, 202, "{}", begun.text());
        let status = self.rendered();
        assert_eq!((&status["status"], &status["progress_percent"]), (&json!("complete"), &json!(100.0)), "{status}");
        let file = self.get(&self.at("render/final/download"));
        assert_eq!((file.status, file.header("content-type")), (200, "video/mp4"));
        let path = self.bench.path(name);
        std::fs::write(&path, &file.body).expect("written");
        path
    }

    /// The final render's status, once it has ended.
    fn rendered(&self) -> Value {
        let status = || self.get(&self.at("render/final/status")).json();
        self.server.wait_until("the end of the render", |_| {
            ["complete", "failed", "cancelled"].iter().any(|end| status()["status"] == *end)
        });
        status()
    }
}

fn plan(media: &[String]) -> Value {
    json!({
        "version": "1.0",
        "output": {"width": 320, "height": 180, "fps": 25, "format": "mp4"},
        "audio": {"source": "none", "mode": "no_audio"},
        "defaults": {"transition": {"type": "cut"}, "effects": {"ken_burns": true}},
        "timeline": [
            {"media_id": media[0], "duration": {"seconds": 1.0}},
            {"media_id": media[1], "duration": {"ms": 1000}, "transition": {"type": "crossfade", "duration_ms": 400}},
            {"media_id": media[2], "duration": {"natural": true}, "trim": {"start_ms": 500, "end_ms": 1500}},
        ],
    })
}

#[test]
fn a_project_becomes_a_film_of_exactly_the_planned_frames() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let looked = desk.ready();
    assert_eq!((&looked[0]["width"], &looked[0]["type"]), (&json!(640), &json!("image")));
    assert_eq!((&looked[2]["duration_ms"], &looked[2]["fps"]), (&json!(2000), &json!(25.0)));
    let thumbnail = desk.server.get(looked[2]["thumbnail_url"].as_str().expect("a signed link"));
    assert_eq!((thumbnail.status, thumbnail.header("content-type")), (200, "image/jpeg"));

    let applied = desk.post("/api/ai/apply", &json!({"project_id": desk.project, "edit_plan": plan(&media)}));
    assert_eq!(applied.status, 200, "{}", applied.text());
    let applied = applied.json();
    assert_eq!((&applied["saved"], &applied["segment_count"]), (&json!(true), &json!(3)), "{applied}");
    assert_eq!(applied["edl_path"], format!("derived/{}/edit_request.json", desk.project));
    assert_eq!(applied["total_duration_ms"], 2600);
    let timeline = desk.get(&desk.at("timeline")).json();
    assert_eq!((&timeline["total_frames"], &timeline["segments"][1]["start_frame"]), (&json!(65), &json!(15)));

    let film = desk.film("film.mp4");
    let probed = probe(&film);
    assert_eq!(values(&probed, "codec_type"), ["video"], "no_audio means no track");
    assert_eq!(values(&probed, "nb_read_frames"), ["65"]);
    // Once more after one edit: what did not change is not rendered again.
    let mut edited = plan(&media);
    edited["timeline"][2]["trim"] = json!({"start_ms": 0, "end_ms": 1000});
    assert_eq!(desk.post(&desk.at("edl/save"), &edited).status, 200);
    desk.film("edited.mp4");
    let status = desk.rendered();
    let reused = status["pieces_reused"].as_u64().expect("a number");
    assert!(reused >= 3 && status["pieces_rendered"].as_u64().is_some_and(|pieces| pieces <= 2), "{status}");
    let (before, after) = (frame_digests(&film), frame_digests(&desk.bench.path("edited.mp4")));
    assert_eq!(before[..40], after[..40], "the first segments are the same frames");
    assert_ne!(before[60..], after[60..]);
}

#[test]
fn the_other_two_dialects_give_the_same_film() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let request = json!({
        "output": {"width": 320, "height": 180, "fps": 25},
        "timeline": [
            {"asset_id": media[0], "type": "image", "duration": {"mode": "ms", "value": 1000}, "effect": "none"},
            {"asset_id": media[2], "type": "video", "duration": {"mode": "ms", "value": 1000},
             "source": {"in_ms": 500, "out_ms": 1500}, "transition_in": {"type": "crossfade", "duration_ms": 400}},
        ],
    });
    let documented = json!({
        "version": "1.0",
        "output": {"width": 320, "height": 180, "fps": 25},
        "timeline": [
            {"media_id": media[0], "duration": {"seconds": 1.0}, "effects": {"ken_burns": false}},
            {"media_id": media[2], "duration": {"seconds": 1.0}, "trim": {"start_ms": 500, "end_ms": 1500},
             "transition": {"type": "crossfade", "duration_ms": 400}},
        ],
    });
    let versioned = json!({
        "plan_version": "v1",
        "project_settings": {"output_width": 320, "output_height": 180, "output_fps": 25,
            "transition_type": "crossfade", "transition_duration_ms": 400, "ken_burns_enabled": false},
        "timeline": {"total_duration_ms": 1600, "segments": [
            {"index": 0, "media_asset_id": media[0], "media_type": "image", "render_duration_ms": 1000,
             "transition_out": {"type": "crossfade", "duration_ms": 400}},
            {"index": 1, "media_asset_id": media[2], "media_type": "video", "render_duration_ms": 1000,
             "source_in_ms": 500, "source_out_ms": 1500},
        ]},
    });
    let mut films = Vec::new();
    for (name, plan) in [("a.mp4", documented), ("b.mp4", request), ("c.mp4", versioned)] {
        let saved = desk.post(&desk.at("edl/save"), &plan);
        assert_eq!(saved.status, 200, "{name}: {}", saved.text());
        films.push(frame_digests(&desk.film(name)));
    }
    assert_eq!(films[0].len(), 40);
    assert_eq!(films[0], films[1]);
    assert_eq!(films[0], films[2]);
}

#[test]
fn what_is_wrong_with_a_plan_names_the_segment_and_the_medium() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let mut wrong = plan(&media);
    wrong["timeline"][1]["media_id"] = json!("abc123");
    wrong["timeline"][2]["trim"]["end_ms"] = json!(9000);
    let told = desk.post("/api/ai/apply", &json!({"project_id": desk.project, "edit_plan": wrong}));
    let body = told.json();
    assert_eq!(
        (told.status, &body["error"], &body["validation"]["valid"]),
        (400, &json!("edit_plan_invalid"), &json!(false))
    );
    let errors: Vec<&str> =
        body["validation"]["errors"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(errors.contains(&"Segment 2 references unknown media_id abc123"), "{errors:?}");
    assert!(errors.iter().any(|error| error.contains("Segment 3") && error.contains(&media[2])), "{errors:?}");
    assert_eq!(desk.get(&desk.at("edl")).status, 404, "nothing was saved");
    let verdict = desk.post(&desk.at("edl/validate"), &json!({"edit_plan": plan(&media)})).json();
    assert_eq!((&verdict["valid"], &verdict["total_duration_ms"]), (&json!(true), &json!(2600)));

    let unknown = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
    let missing = desk.post("/api/ai/apply", &json!({"project_id": unknown, "edit_plan": plan(&media)}));
    assert_eq!((missing.status, missing.json()["error"].as_str()), (404, Some("project_not_found")));
    for body in
        [json!({}), json!({"project_id": desk.project, "prompt": 5}), json!({"project_id": desk.project, "prompt": ""})]
    {
        let told = desk.post("/api/ai/plan", &body);
        assert_eq!((told.status, told.json()["error"].as_str()), (422, Some("validation_error")), "{body}");
    }
    let nobody = desk.server.post("/api/ai/plan", &json!({"project_id": desk.project, "prompt": "x"}));
    assert_eq!(nobody.status, 401);
    assert_eq!(desk.post(&desk.at("render"), &json!({"type": "final"})).status, 400, "there is no saved plan");
    assert_eq!(desk.post(&desk.at("render"), &json!({"type": "huge"})).status, 422);
    assert_eq!(desk.get(&desk.at("render/final/status")).json()["status"], "idle");
}

#[test]
fn without_a_key_planning_gives_a_stub_that_can_be_rendered() {
    let desk = Desk::new(&[]);
    let asked = json!({"project_id": desk.project, "prompt": "Montage of the hike", "constraints": {"max_clips": 4}});
    let empty = desk.post("/api/ai/plan", &asked);
    assert_eq!((empty.status, empty.json()["error"].as_str()), (503, Some("openai_not_configured")));
    desk.furnish();
    let told = desk.post("/api/ai/plan", &asked);
    let body = told.json();
    assert_eq!((told.status, body["error"].as_str()), (503, Some("openai_not_configured")), "{body}");
    assert_eq!(body["message"], "OPENAI_API_KEY is not set. Set it in .env to enable AI planning.");
    let applied = desk.post("/api/ai/apply", &json!({"project_id": desk.project, "edit_plan": body["stub_plan"]}));
    assert_eq!(applied.status, 200, "{}", applied.text());
}

#[test]
fn who_chose_the_offline_provider_for_texts_gets_its_plans() {
    let desk = Desk::new(&[("KINORA_PROVIDERS__TEXT", "offline".into())]);
    let asked = json!({"project_id": desk.project, "prompt": "Montage", "constraints": {"target_duration_seconds": 6}});
    let none = desk.post("/api/ai/plan", &asked);
    assert_eq!((none.status, none.json()["error"].as_str()), (400, Some("no_ready_media")));
    desk.furnish();
    let planned = desk.post("/api/ai/plan", &asked);
    assert_eq!(planned.status, 200, "{}", planned.text());
    let planned = planned.json();
    assert!(planned["edit_plan"]["timeline"].as_array().is_some_and(|timeline| !timeline.is_empty()), "{planned}");
    assert!(planned["model"].is_string() && planned["prompt_tokens"].is_u64() && planned["warnings"].is_array());
    let both = desk.post("/api/ai/plan_and_apply?dialect=plan_version", &asked);
    let both = both.json();
    assert_eq!((&both["ok"], &both["edit_plan"]["plan_version"]), (&json!(true), &json!("v1")), "{both}");
    assert_eq!(desk.get(&desk.at("edl")).json()["edl_hash"], both["edl_hash"]);
    // What it answered in the other dialect is understood again, and is the same film.
    let saved = desk.post(&desk.at("edl/save"), &both["edit_plan"]).json();
    assert_eq!(saved["total_duration_ms"], both["total_duration_ms"], "{saved}");
    let schema = desk.server.get("/api/schemas/edit-plan.json");
    assert_eq!((schema.status, schema.header("content-type")), (200, "application/schema+json"));
    assert!(schema.json()["properties"]["timeline"].is_object());
}

#[test]
fn a_plan_that_stays_wrong_is_refused_with_what_is_wrong_with_it() {
    let upstream = FakeOpenAi::start();
    let mut env = upstream.env().to_vec();
    env.push(("KINORA_GENERATION__RETRY_DELAY_MS", "5".into()));
    let desk = Desk::new(&env);
    desk.furnish();
    upstream.answer_with(|_, _| {
        let plan = json!({"version": "1.0", "timeline": [{"media_id": "abc123", "duration": {"seconds": 1}}]});
        crate::fakes::openai::Answer::arguments(plan.to_string())
    });
    let told = desk.post("/api/ai/plan", &json!({"project_id": desk.project, "prompt": "Montage"}));
    let body = told.json();
    assert_eq!((told.status, body["error"].as_str()), (422, Some("edit_plan_invalid")), "{body}");
    assert_eq!(body["message"], "AI-generated plan failed validation");
    assert_eq!(body["validation"]["errors"][0], "Segment 1 references unknown media_id abc123", "{body}");
    assert_eq!(upstream.requests().len(), 3, "its problems were fed back twice");
    assert!(upstream.requests()[1].contains("abc123"), "the second request says what was wrong");
}

#[test]
fn music_is_analysed_and_mixed_and_cuts_fall_on_its_beats() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    // Clicks at 120 beats a minute.
    let clicks = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,0.5),0.03)':s=24000:d=12";
    let song = desk.make("song.wav", &["-f", "lavfi", "-i", clicks]);
    let beaten = json!({
        "version": "1.0", "output": {"width": 320, "height": 180, "fps": 30},
        "audio": {"source": "project_audio", "mode": "with_audio"},
        "timeline": [
            {"media_id": media[0], "duration": {"beats": 4}},
            {"media_id": media[1], "duration": {"beats": 2, "bpm": 120}},
        ],
    });
    assert_eq!(desk.get(&desk.at("audio")).status, 404);
    let sent = desk.upload("audio", &[song]);
    assert_eq!(sent.status, 201, "{}", sent.text());
    assert_eq!((&sent.json()["duration_ms"], &sent.json()["analysis_status"]), (&json!(12000), &json!("none")));
    assert_eq!(desk.get(&desk.at("audio/beats")).status, 409);
    assert_eq!(desk.post(&desk.at("edl/save"), &beaten).status, 400, "beats need an analysed track");
    let begun = desk.post(&desk.at("audio/analyze"), &json!({}));
    assert_eq!(begun.status, 202, "{}", begun.text());
    let job = begun.json()["job_id"].as_str().expect("an id").to_owned();
    desk.server.wait_until("the beats", |_| desk.get(&format!("/api/jobs/{job}")).json()["completed_at"].is_string());
    let beats = desk.get(&desk.at("audio/beats")).json();
    assert!(beats["bpm"].as_f64().is_some_and(|bpm| (bpm - 120.0).abs() < 0.5), "{}", beats["bpm"]);
    assert!(beats["beats"][0]["time_ms"].is_number() && beats["beats"][0]["downbeat"].is_boolean());
    let saved = desk.post(&desk.at("edl/save"), &beaten);
    assert_eq!(saved.status, 200, "{}", saved.text());
    let film = desk.film("film.mp4");
    let probed = probe(&film);
    assert_eq!(values(&probed, "codec_type"), ["video", "audio"]);
    let lengths: Vec<f64> = values(&probed, "duration").iter().filter_map(|text| text.parse().ok()).collect();
    assert!(lengths.iter().all(|seconds| (seconds - lengths[0]).abs() < 0.03), "{lengths:?}");
    let stream = desk.server.get(desk.get(&desk.at("audio")).json()["stream_url"].as_str().expect("a link"));
    assert_eq!(stream.status, 200);
}

#[test]
fn one_film_of_a_project_is_rendered_at_a_time_and_can_be_cancelled() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let mut long = plan(&media);
    long["output"] = json!({"width": 1920, "height": 1080, "fps": 60});
    long["timeline"] = json!([{"media_id": media[0], "duration": {"seconds": 60}}]);
    assert_eq!(desk.post(&desk.at("edl/save"), &long).status, 200);
    let begun = desk.post(&desk.at("render"), &json!({}));
    assert_eq!((begun.status, begun.json()["status"].as_str()), (202, Some("queued")), "{}", begun.text());
    let second = desk.post(&desk.at("render"), &json!({"type": "preview"}));
    assert_eq!((second.status, second.json()["error"].as_str()), (409, Some("render_in_progress")));
    assert_eq!(desk.get(&desk.at("render/final/download")).status, 404);
    assert_eq!(desk.post(&desk.at("render/final/cancel"), &json!({})).status, 202);
    assert_eq!(desk.rendered()["status"], "cancelled");
    assert_eq!(desk.post(&desk.at("edl/save"), &plan(&media)).status, 200);
    let preview = desk.post(&desk.at("render"), &json!({"type": "preview"}));
    assert_eq!(preview.status, 202, "{}", preview.text());
}

#[test]
fn a_killed_host_goes_on_with_the_render() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let mut long = plan(&media);
    let picture = |index: usize| json!({"media_id": media[index], "duration": {"seconds": 2}});
    long["output"] = json!({"width": 1280, "height": 720, "fps": 30});
    long["timeline"] = (0..6).map(|index| picture(index % 2)).collect();
    assert_eq!(desk.post(&desk.at("edl/save"), &long).status, 200);
    assert_eq!(desk.post(&desk.at("render"), &json!({})).status, 202);
    desk.server.wait_until("a part of the film", |_| {
        let status = desk.get(&desk.at("render/final/status")).json();
        status["progress_percent"].as_f64().is_some_and(|percent| percent > 30.0)
    });
    let Desk { server, token, bench, project } = desk;
    server.kill9();
    let desk = Desk { server: Server::start(&bench, &[], &[]), token, bench, project };
    let status = desk.rendered();
    assert_eq!(status["status"], "complete", "{status}");
    assert!(status["pieces_reused"].as_u64().is_some_and(|pieces| pieces > 0), "finished pieces were kept: {status}");
    assert_eq!(status["frames"], 360);
}

#[test]
fn projects_and_their_media_are_their_owners_alone() {
    let desk = Desk::new(&[]);
    let media = desk.furnish();
    let other = desk.bench.run(&["token", "create", "--user", "bob", "--data", "data"]).ok();
    let other = other.stdout.split_whitespace().last().expect("a token").to_owned();
    let ask = |path: &str| desk.server.request(Method::GET, path, |get| get.bearer_auth(&other)).status;
    for path in [
        format!("/api/projects/{}", desk.project),
        desk.at("media"),
        desk.at("edl"),
        desk.at("timeline"),
        desk.at("render/final/status"),
        desk.at("render/final/download"),
        format!("/api/media/{}", media[0]),
        format!("/api/media/{}/thumbnail", media[0]),
    ] {
        assert_eq!(ask(&path), 404, "{path}");
        assert_eq!(desk.server.get(&path).status, 401, "{path}");
    }
    assert_eq!(desk.get("/api/projects/..%2F..%2Fetc").status, 404);
    let order = json!({"media_ids": [media[2], media[0], media[1]]});
    let put =
        desk.server.request(Method::PUT, &desk.at("media/order"), |put| put.bearer_auth(&desk.token).json(&order));
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.json()["media"][0]["id"], media[2].as_str());
    assert_eq!(desk.ask(Method::DELETE, &format!("/api/media/{}", media[0])).status, 204);
    assert_eq!(desk.get(&desk.at("media")).json()["media"].as_array().map(Vec::len), Some(2));
    assert_eq!(desk.ask(Method::DELETE, &format!("/api/projects/{}", desk.project)).status, 204);
    assert_eq!(desk.get(&format!("/api/media/{}", media[1])).status, 404);
}

#[test]
fn media_that_mean_harm_are_refused_with_a_sentence_and_hurt_nobody() {
    let desk = Desk::new(&[]);
    let clip = desk.make("clip.mp4", &["-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-pix_fmt", "yuv420p"]);
    let mut cut = std::fs::read(&clip).expect("the clip");
    cut.truncate(cut.len() / 2);
    let picture = desk.make("one.png", &["-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1"]);
    let mut bomb = std::fs::read(&picture).expect("the picture");
    bomb[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let write = |name: &str, content: &[u8]| {
        let path = desk.bench.path(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let files = [
        write("cut.mp4", &cut),
        write("bomb.png", &bomb),
        write("empty.mp4", b""),
        write("playlist.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n"),
        write("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
        picture,
    ];
    let reply = desk.upload("media", &files);
    assert_eq!(reply.status, 201, "{}", reply.text());
    let failed = reply.json()["failed"].as_array().expect("a list").clone();
    assert!(
        failed.len() >= 3 && failed.iter().all(|one| one["error"].as_str().is_some_and(|said| said.ends_with('.'))),
        "{failed:?}"
    );
    for one in desk.ready() {
        let good = one["filename"] == "one.png";
        assert_eq!(one["processing_status"] == "ready", good, "{one}");
        assert_eq!(one["error"].is_null(), good, "{one}");
    }
    assert_eq!(desk.server.get("/readyz").status, 200);
}

#[test]
fn the_script_that_validates_the_contract_goes_the_whole_way_with_the_stub() {
    let bench = Bench::new();
    let server = Server::start(&bench, &[], &[]);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let run = Command::new(format!("{root}/scripts/validate_ai_contract.sh"))
        .env("RUN_OPENAI_ROUNDTRIP", "1")
        .env("API_BASE_URL", server.url(""))
        .env("ARTIFACTS", bench.path("artifacts"))
        .env_remove("OPENAI_API_KEY")
        .output()
        .expect("bash is there");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    assert!(said.contains("the stub") && said.contains("Segment 1 references unknown media_id abc123"), "{said}");
    assert!(bench.path("artifacts/plan.json").exists());
    let probed = probe(&bench.path("artifacts/output.mp4"));
    assert_eq!(values(&probed, "codec_type"), ["video"]);
}
