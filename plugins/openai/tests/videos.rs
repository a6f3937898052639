//! Clips by `/videos`, where a setting names a model for them.

mod common;

use common::{assert_described, body, clip, form, painted, refusal, sent, start, video};
use kinora_plugin_openai::OpenAi;
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{MediaItem, Usage, VideoOperation};
use kinora_sdk::provider::{
    Action, Adapter, Blob, Body, BodyPart, EndpointPath, Event, HttpResponse, ResponseBody, Sink, Target,
};
use kinora_sdk::replay::Replay;
use serde_json::{Value, json};

fn settings() -> Value {
    json!({"video_model": "sora-2", "project": "proj_1"})
}

/// A job as the API description has it.
fn job(status: &str, extra: Value) -> Value {
    let mut job = json!({"id": "video_1", "object": "video", "model": "sora-2", "status": status, "progress": 0,
        "created_at": 1_760_000_000, "completed_at": null, "expires_at": null, "prompt": "A lighthouse",
        "size": "1280x720", "seconds": "8", "remixed_from_video_id": null, "error": null});
    job.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    assert_described("VideoResource", &job);
    job
}

fn answer(replay: Replay<OpenAi>, job: Value) -> Replay<OpenAi> {
    replay.respond(200, &[], job.to_string().as_bytes())
}

/// The adapter after the server took a job.
fn accepted() -> Replay<OpenAi> {
    answer(start(video(clip()), settings()), job("queued", json!({})))
}

/// The adapter when it fetches the clip.
fn fetching() -> Replay<OpenAi> {
    answer(accepted().elapse(), job("completed", json!({"progress": 100})))
}

/// The adapter when something has come into the blob store.
fn stored(replay: Replay<OpenAi>, media_type: &str) -> Replay<OpenAi> {
    let blob = Blob { handle: "blob-1".to_owned(), size: 8, media_type: media_type.to_owned() };
    let response = HttpResponse { status: 200, headers: Vec::new(), body: ResponseBody::Blob(blob) };
    Replay::at(OpenAi::resume(replay.step.state, Event::Response(response)))
}

/// How a job ends that failed with this.
fn failed(error: Value) -> ProviderError {
    answer(accepted().elapse(), job("failed", json!({"error": error}))).end().unwrap_err()
}

fn path(request: &kinora_sdk::provider::HttpRequest) -> String {
    let Target::Endpoint(EndpointPath { endpoint, path }) = &request.target else { panic!("{:?}", request.target) };
    assert_eq!(endpoint, "api");
    path.clone()
}

#[test]
fn without_a_model_in_the_settings_the_end_of_openais_videos_is_told() {
    for operation in [clip(), VideoOperation { model: Some("sora-2".to_owned()), ..clip() }] {
        let error = refusal(video(operation), Value::Null);
        assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false));
        assert!(error.message.starts_with("OpenAI makes no videos: its video API has ended."), "{}", error.message);
        assert!(error.message.contains("video_model"), "it says what to do: {}", error.message);
    }
}

#[test]
fn a_clip_is_asked_as_openai_describes_it() {
    let body = body(video(clip()), settings());
    assert_described("CreateVideoJsonBody", &body);
    let expected = json!({"model": "sora-2", "prompt": "A lighthouse", "seconds": "8", "size": "1280x720"});
    assert_eq!(body, expected);
    let request = sent(video(clip()), settings());
    assert_eq!((request.method.as_str(), path(&request).as_str()), ("POST", "/videos"));
    assert_eq!(request.credential.as_deref(), Some("key"));
    assert!(request.headers.contains(&("openai-project".to_owned(), "proj_1".to_owned())));
}

#[test]
fn the_nearest_size_and_length_are_asked_for_and_what_differs_is_told() {
    for (ratio, resolution, duration, size, seconds, warnings) in [
        ("9:16", None, 4.0, "720x1280", "4", 0),
        ("16:9", Some(1080), 12.0, "1280x720", "12", 0),
        ("16:9", Some(1080), 6.0, "1280x720", "8", 1),
        ("1:1", None, 5.0, "1792x1024", "4", 2),
        ("7:4", Some(1024), 100.0, "1792x1024", "12", 1),
    ] {
        let operation = VideoOperation { aspect_ratio: ratio.to_owned(), resolution, duration, seed: None, ..clip() };
        let replay = answer(start(video(operation.clone()), settings()), job("completed", json!({})));
        let outcome = painted(stored(replay, "video/mp4").end().unwrap());
        assert_eq!(outcome.warnings.len(), warnings, "{:?}", outcome.warnings);
        let body = body(video(operation), settings());
        assert_described("CreateVideoJsonBody", &body);
        assert_eq!((&body["size"], &body["seconds"]), (&json!(size), &json!(seconds)), "{ratio}");
    }
}

#[test]
fn an_administrator_may_name_the_sizes_and_lengths_of_another_server() {
    let settings = json!({"video_model": "wan", "video_sizes": ["832x480", "480x832"], "video_seconds": [5, 10]});
    let operation = VideoOperation { model: Some("wan-turbo".to_owned()), aspect_ratio: "9:16".to_owned(), ..clip() };
    let expected = json!({"model": "wan-turbo", "prompt": "A lighthouse", "seconds": "10", "size": "480x832"});
    assert_eq!(body(video(operation), settings), expected);
}

#[test]
fn the_first_frame_travels_as_a_file_of_a_form() {
    let operation = VideoOperation {
        first_frame: Some("blob-a".to_owned()),
        reference_images: vec!["blob-b".to_owned()],
        last_frame: Some("blob-c".to_owned()),
        negative_prompt: "people".to_owned(),
        seed: Some(7),
        ..clip()
    };
    let request = sent(video(operation.clone()), settings());
    let form = form(&request);
    assert_described("CreateVideoMultipartBody", &form);
    assert_eq!(form["input_reference"], "blob-a");
    assert_eq!(form["prompt"], "A lighthouse\nDo not show: people.");
    let Body::Form(fields) = &request.body else { panic!("a form") };
    let files: Vec<_> = fields.iter().filter(|field| matches!(field.value, BodyPart::BlobRaw(_))).collect();
    assert!(files.len() == 1 && files[0].filename.is_some());

    let replay = answer(start(video(operation), settings()), job("completed", json!({})));
    let warnings = painted(stored(replay, "video/mp4").end().unwrap()).warnings.join(" ");
    for word in ["seed", "Only the first picture", "last frame"] {
        assert!(warnings.contains(word), "{warnings}");
    }
}

#[test]
fn a_reference_picture_is_taken_where_there_is_no_first_frame() {
    let operation = VideoOperation { reference_images: vec!["blob-b".to_owned()], ..clip() };
    assert_eq!(form(&sent(video(operation), settings()))["input_reference"], "blob-b");
}

#[test]
fn a_job_is_polled_until_it_is_done_and_the_clip_goes_into_a_blob() {
    let replay = accepted();
    assert_eq!(replay.step.note.as_deref(), Some("queued upstream"));
    let replay = replay.elapse();
    assert_eq!((replay.request().method.as_str(), path(replay.request()).as_str()), ("GET", "/videos/video_1"));
    assert_eq!(replay.request().credential.as_deref(), Some("key"));
    assert!(replay.request().headers.contains(&("openai-project".to_owned(), "proj_1".to_owned())));
    let replay = answer(replay, job("in_progress", json!({"progress": 33})));
    assert!(replay.step.progress.is_some_and(|progress| (progress - 0.33).abs() < 0.001));

    let replay = answer(replay.elapse(), job("completed", json!({"progress": 100})));
    let request = replay.request();
    assert_eq!((request.method.as_str(), path(request).as_str()), ("GET", "/videos/video_1/content"));
    assert_eq!((request.sink, request.credential.as_deref()), (Sink::Blob, Some("key")));
    let outcome = painted(stored(replay, "video/mp4").end().unwrap());
    assert_eq!(outcome.items, [MediaItem::blob("blob-1")]);
    assert_eq!(outcome.usage, Usage { video_ms: 8_000, ..Usage::default() });
    assert_eq!((outcome.made_by.as_str(), outcome.warnings.len()), ("OpenAI, sora-2", 0));
}

#[test]
fn words_of_other_servers_for_work_that_goes_on_are_polled_too() {
    let replay = accepted().elapse().respond(200, &[], br#"{"id":"video_1","status":"processing"}"#);
    assert!(matches!(replay.step.action, Action::Wait(5_000)));
    let ended = replay.elapse().respond(200, &[], br#"{"id":"video_1","status":"cancelled"}"#).end().unwrap_err();
    assert_eq!(ended.kind, "unavailable");
}

#[test]
fn a_failed_job_is_told_by_its_code_and_words_and_is_not_polled_again() {
    for (code, message, kind, retryable) in [
        ("moderation_blocked", "Your request was blocked by our moderation system.", "content-policy", false),
        ("content_policy_violation", "", "content-policy", false),
        ("failed", "The output was rejected by the safety system.", "content-policy", false),
        ("output_moderation", "", "content-policy", false),
        ("failed", "The output video may contain sensitive information.", "content-policy", false),
        ("insufficient_quota", "You exceeded your current quota.", "quota-exhausted", false),
        ("model_not_found", "", "model-unavailable", false),
        ("invalid_input", "The picture has another size than the clip.", "invalid-request", false),
        ("timeout", "", "timeout", true),
        ("internal_error", "The generation failed.", "unavailable", true),
    ] {
        let error = failed(json!({"code": code, "message": message}));
        assert_eq!((error.kind.as_str(), error.retryable), (kind, retryable), "{code}");
        assert_eq!(error.upstream_code.as_deref(), Some(code));
        assert!(error.message.contains(message), "{}", error.message);
    }
    assert_eq!(failed(Value::Null).kind, "unavailable");
}

#[test]
fn a_submission_is_never_repeated_here() {
    let error = start(video(clip()), settings()).break_off("reset", true).end().unwrap_err();
    assert_eq!(error.kind, "unavailable");
    let error = start(video(clip()), settings()).respond(429, &[("retry-after".into(), "9".into())], b"").end();
    let error = error.unwrap_err();
    assert_eq!((error.kind.as_str(), error.retry_after_ms), ("rate-limited", Some(9_000)));
    for body in ["{}", "no json", r#"{"id":"../files"}"#] {
        let error = start(video(clip()), settings()).respond(200, &[], body.as_bytes()).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "another would be billed");
    }
}

#[test]
fn polls_and_downloads_that_fail_are_repeated_and_the_last_error_is_final() {
    let mut replay = fetching();
    for _ in 1..5 {
        replay = replay.respond(503, &[("retry-after".into(), "9".into())], b"");
        assert!(matches!(replay.step.action, Action::Wait(9_000)));
        replay = answer(replay.elapse(), job("completed", json!({})));
        assert_eq!(path(replay.request()), "/videos/video_1/content");
    }
    let error = replay.respond(503, &[], b"").end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", false));
    assert!(error.message.starts_with("It was made and cannot be fetched"), "{}", error.message);

    let error = accepted().elapse().respond(404, &[], b"").end().unwrap_err();
    assert!(!error.retryable && error.message.starts_with("It was accepted"), "{}", error.message);
    assert_eq!(stored(fetching(), "text/html").step.note.unwrap(), "A clip was expected and text/html came.");
}

#[test]
fn cancelling_has_nothing_to_do_upstream() {
    for replay in [start(video(clip()), settings()), accepted(), fetching()] {
        assert_eq!(replay.cancel().end().unwrap_err().kind, "cancelled");
    }
}

#[test]
fn a_foreign_state_is_an_error_and_no_panic() {
    for state in [&b"{}"[..], br#"{"waits_for":"video","with":{}}"#, br#"{"waits_for":"video","with":7}"#, b"\xff"] {
        let step = OpenAi::resume(state.to_vec(), Event::Timer);
        assert!(matches!(step.action, Action::Fail(_)));
    }
}
