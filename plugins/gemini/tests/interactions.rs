//! Clips by the Interactions API: what is asked, how the job is followed, and what becomes of it.

mod common;

use common::{assert_described, at, body, clip, made, sent, start, stored, told, video};
use kinora_plugin_gemini::Gemini;
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{MediaItem, MediaOutcome, Usage, VideoOperation};
use kinora_sdk::provider::{Action, Body, Sink, Target};
use kinora_sdk::replay::Replay;
use serde_json::{Value, json};

const LINK: &str = "https://generativelanguage.googleapis.com/v1beta/files/abc-123:download?alt=media";

/// A job in this state.
fn job(status: &str) -> Value {
    json!({"id": "v1_Chd", "object": "interaction", "model": "gemini-omni-1.1-flash", "status": status})
}

/// A job that is done with this content.
fn done(content: Value) -> Value {
    let mut job = job("completed");
    job["steps"] = json!([{"type": "thought", "signature": "x"}, {"type": "model_output", "content": content}]);
    job["usage"] = json!({"total_input_tokens": 40, "total_output_tokens": 46_336, "total_thought_tokens": 4});
    job
}

fn linked(link: &str) -> Value {
    done(json!([{"type": "text", "text": "Here."}, {"type": "video", "mime_type": "video/mp4", "uri": link}]))
}

fn submitted() -> Replay<Gemini> {
    told(start(video(clip()), Value::Null), &job("queued"))
}

/// The adapter when its poll is answered so.
fn polled(body: &Value) -> Replay<Gemini> {
    told(submitted().elapse(), body)
}

fn failed(body: &Value) -> ProviderError {
    polled(body).end().unwrap_err()
}

fn warnings(operation: VideoOperation) -> Vec<String> {
    let replay = told(start(video(operation), Value::Null), &linked(LINK));
    let outcome: MediaOutcome = made(stored(replay, "video/mp4").end().unwrap());
    outcome.warnings
}

#[test]
fn a_clip_is_asked_as_google_describes_it() {
    let operation =
        VideoOperation { negative_prompt: "people".to_owned(), resolution: Some(1080), seed: Some(7), ..clip() };
    let body = body(video(operation), Value::Null);
    assert_described("CreateModelInteraction", &body);
    let expected = json!({
        "model": "gemini-omni-1.1-flash",
        "input": [{"type": "text", "text": "Waves at a lighthouse\nDo not show: people."}],
        "background": true,
        "response_format": {"type": "video", "aspect_ratio": "16:9", "duration": "8s", "resolution": "1080p",
            "delivery": "uri"},
        "generation_config": {"seed": 7, "video_config": {"task": "text_to_video"}},
    });
    assert_eq!(body, expected);
    let request = sent(video(clip()), Value::Null);
    assert_eq!((request.method.as_str(), &request.target), ("POST", &at("/interactions")));
    assert_eq!((request.credential.as_deref(), request.exemption), (Some("key"), None), "it is billable");
    assert!(warnings(clip()).is_empty());
}

#[test]
fn frames_and_pictures_to_keep_to_say_the_task() {
    let name = |name: &str| Some(format!("{name}.jpg"));
    let kept = || vec!["kept.png".to_owned()];
    let both = VideoOperation { first_frame: name("first"), reference_images: kept(), ..clip() };
    for (operation, task, pictures) in [
        (both, "image_to_video", vec!["first.jpg"]),
        (VideoOperation { first_frame: name("first"), ..clip() }, "image_to_video", vec!["first.jpg"]),
        (
            VideoOperation { first_frame: name("first"), last_frame: name("last"), ..clip() },
            "image_to_video",
            vec!["first.jpg", "last.jpg"],
        ),
        (VideoOperation { reference_images: kept(), ..clip() }, "reference_to_video", vec!["kept.png"]),
    ] {
        let body = body(video(operation), Value::Null);
        assert_described("CreateModelInteraction", &body);
        assert_eq!(body["generation_config"]["video_config"]["task"], task);
        let input = body["input"].as_array().unwrap().iter().skip(1);
        assert_eq!(input.map(|input| input["data"].as_str().unwrap()).collect::<Vec<_>>(), pictures);
        assert_eq!(
            body["input"][1]["mime_type"],
            if task == "reference_to_video" { "image/png" } else { "image/jpeg" }
        );
    }
}

#[test]
fn what_the_model_cannot_do_is_left_out_with_a_sentence() {
    let frame = || Some("a.png".to_owned());
    for (operation, sentence) in [
        (
            VideoOperation { aspect_ratio: "1:1".to_owned(), ..clip() },
            "The clip is 16:9 and not 1:1: the model films 16:9 and 9:16.",
        ),
        (
            VideoOperation { aspect_ratio: "tall".to_owned(), ..clip() },
            "The clip is 16:9 and not tall: the model films 16:9 and 9:16.",
        ),
        (
            VideoOperation { duration: 12.0, ..clip() },
            "The clip is 10 seconds long and not 12: the model has no such length.",
        ),
        (
            VideoOperation { duration: 4.5, ..clip() },
            "The clip is 5 seconds long and not 4.5: the model has no such length.",
        ),
        (
            VideoOperation { resolution: Some(480), ..clip() },
            "The clip is 720 pixels high and not 480: the model has no such height.",
        ),
        (
            VideoOperation { resolution: Some(4320), ..clip() },
            "The clip is 2160 pixels high and not 4320: the model has no such height.",
        ),
        (
            VideoOperation { generate_audio: false, ..clip() },
            "The clip has sound all the same: the model makes none without.",
        ),
        (
            VideoOperation { last_frame: frame(), ..clip() },
            "The last frame was left out: the model takes one only together with a first.",
        ),
        (
            VideoOperation { first_frame: frame(), reference_images: vec!["b.png".to_owned()], ..clip() },
            "The reference pictures were left out: the model takes them or frames, not both.",
        ),
        (
            VideoOperation { reference_images: vec!["b.png".to_owned(); 7], ..clip() },
            "2 reference pictures were left out: the model takes 5 at most.",
        ),
    ] {
        assert_described("CreateModelInteraction", &body(video(operation.clone()), Value::Null));
        assert_eq!(warnings(operation), [sentence]);
    }
}

#[test]
fn a_job_is_polled_until_the_clip_can_be_fetched_with_the_key() {
    let replay = submitted();
    assert!(matches!(replay.step.action, Action::Wait(10_000)), "{:?}", replay.step.action);
    assert_eq!(replay.step.note.as_deref(), Some("queued at Google"));
    let replay = replay.elapse();
    let poll = replay.request();
    assert_eq!((poll.method.as_str(), &poll.target), ("GET", &at("/interactions/v1_Chd")));
    assert_eq!(poll.credential.as_deref(), Some("key"));
    let replay = told(replay, &job("in_progress"));
    assert_eq!(replay.step.note.as_deref(), Some("Google is filming"));
    let replay = told(replay.elapse(), &linked(LINK));
    let fetch = replay.request();
    assert_eq!((fetch.method.as_str(), &fetch.target), ("GET", &at("/files/abc-123:download?alt=media")));
    assert_eq!((fetch.sink, fetch.credential.as_deref()), (Sink::Blob, Some("key")));

    let outcome = made(stored(replay, "video/mp4").end().unwrap());
    assert_eq!(outcome.items, [MediaItem::blob("blob-1")]);
    assert_eq!(outcome.made_by, "Google, gemini-omni-1.1-flash");
    let usage = Usage { input_tokens: 40, output_tokens: 46_340, video_ms: 8_000, ..Usage::default() };
    assert_eq!(outcome.usage, usage, "what the poll counted is not lost on the way to the download");
}

#[test]
fn the_key_goes_along_to_google_alone() {
    for (link, target, key) in [
        (LINK, at("/files/abc-123:download?alt=media"), true),
        // Through a gateway that an administrator put in Google's place.
        ("http://127.0.0.1:8080/v1beta/files/a1:download?alt=media", at("/files/a1:download?alt=media"), true),
        (
            "https://generativelanguage.googleapis.com/v1beta/files/a1?alt=media",
            at("/files/a1:download?alt=media"),
            true,
        ),
        (
            "https://generativelanguage.googleapis.com/media/1.mp4",
            Target::Url("https://generativelanguage.googleapis.com/media/1.mp4".to_owned()),
            true,
        ),
        (
            "https://generativelanguage.googleapis.com.example/v1beta/x.mp4",
            Target::Url("https://generativelanguage.googleapis.com.example/v1beta/x.mp4".to_owned()),
            false,
        ),
        ("https://cdn.example/files/a1.mp4", Target::Url("https://cdn.example/files/a1.mp4".to_owned()), false),
        ("https://cdn.example/files/a1", Target::Url("https://cdn.example/files/a1".to_owned()), false),
        ("x", Target::Url("x".to_owned()), false),
    ] {
        let replay = polled(&linked(link));
        let request = replay.request();
        assert_eq!((&request.target, request.credential.is_some()), (&target, key), "{link}");
        assert_eq!(request.sink, Sink::Blob);
    }
}

#[test]
fn a_clip_inside_the_answer_is_an_attachment() {
    let body = done(json!([{"type": "video", "mime_type": "video/mp4", "data": "AAAAGGZ0eXBtcDQy"}]));
    let step = polled(&body).step;
    let Action::Done(done) = step.action else { panic!("it is done, not {:?}", step.action) };
    assert_eq!((done.attachments[0].name.as_str(), done.attachments[0].media_type.as_str()), ("video", "video/mp4"));
    let outcome: MediaOutcome = serde_json::from_str(&done.document).unwrap();
    assert_eq!(outcome.items, [MediaItem::Attachment { name: "video".to_owned() }]);
    assert_eq!(outcome.usage.output_tokens, 46_340);
}

#[test]
fn a_job_that_is_done_at_once_is_fetched_at_once_and_counted() {
    let replay = told(start(video(clip()), Value::Null), &linked(LINK));
    let outcome = made(stored(replay, "video/mp4").end().unwrap());
    assert_eq!((outcome.usage.input_tokens, outcome.usage.output_tokens), (40, 46_340));
}

#[test]
fn a_setting_says_how_often_to_look() {
    let replay = told(start(video(clip()), json!({"poll_seconds": 3})), &job("in_progress"));
    assert!(matches!(replay.step.action, Action::Wait(3_000)));
}

#[test]
fn polls_and_downloads_that_fail_are_tried_again_and_the_submission_is_not() {
    let busy = |replay: Replay<Gemini>| replay.respond(503, &[], b"<html>");
    let mut replay = busy(submitted().elapse()).elapse().break_off("reset", false);
    assert_eq!(replay.elapse().request().target, at("/interactions/v1_Chd"));

    replay = polled(&linked(LINK));
    for _ in 0..4 {
        replay = busy(replay).elapse();
        assert_eq!(replay.request().target, at("/interactions/v1_Chd"), "the link is asked for anew");
        replay = told(replay, &linked(LINK));
    }
    let error = busy(replay).end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", false), "another attempt would be billed");
    assert!(error.message.starts_with("It was made and cannot be fetched"), "{}", error.message);

    let error = busy(start(video(clip()), Value::Null)).end().unwrap_err();
    assert_eq!(
        (error.kind.as_str(), error.retryable),
        ("unavailable", true),
        "the host decides what may be sent again"
    );
}

#[test]
fn what_is_fetched_and_is_no_clip_is_fetched_again() {
    let replay = stored(polled(&linked(LINK)), "text/html");
    assert!(matches!(replay.step.action, Action::Wait(_)), "{:?}", replay.step.action);
    assert!(replay.step.note.unwrap().contains("text/html"));
}

#[test]
fn a_refusal_comes_as_words_in_place_of_a_clip() {
    let error = failed(&done(json!([{"type": "text", "text": "I can't film that."}])));
    assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false));
    assert!(error.message.ends_with("I can't film that."), "{}", error.message);
    let recorded: Value = serde_json::from_str(include_str!("data/interaction-words.json")).unwrap();
    assert!(failed(&recorded).message.contains("I'm doing well, thank you for asking."));
    let error = failed(&done(json!([])));
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false));
}

#[test]
fn every_other_end_has_its_kind() {
    let error = |code: &str, message: &str| json!({"code": code, "message": message});
    for (status, error, kind, retryable) in [
        ("failed", error("internal", "Internal error."), "unavailable", true),
        ("failed", error("invalid_request", "Bad aspect ratio."), "invalid-request", false),
        ("failed", error("resource_exhausted", "Too many."), "rate-limited", true),
        ("failed", error("safety", "No."), "content-policy", false),
        ("failed", error("https://errors.example/PROHIBITED_CONTENT", "No."), "content-policy", false),
        ("failed", error("unknown", "The video was blocked for safety reasons."), "content-policy", false),
        ("failed", error("not_found", "models/x is not found for API version v1beta"), "model-unavailable", false),
        ("failed", error("teapot", "Tea."), "unknown", false),
        ("failed", Value::Null, "unknown", false),
        ("cancelled", Value::Null, "unknown", false),
        ("incomplete", Value::Null, "unknown", false),
        ("requires_action", Value::Null, "unknown", false),
        ("budget_exceeded", Value::Null, "quota-exhausted", false),
    ] {
        let mut body = job(status);
        body["error"] = error.clone();
        let told = failed(&body);
        assert_eq!((told.kind.as_str(), told.retryable), (kind, retryable), "{status} {error}");
        assert!(!told.message.is_empty());
    }
    let mut of_step = job("failed");
    of_step["steps"] = json!([{"type": "model_output", "error": {"code": 13, "message": "It broke."}}]);
    assert_eq!(failed(&of_step).message, "The service is not available at the moment: It broke.");
    let recorded: Value = serde_json::from_str(include_str!("data/interaction-tool-call.json")).unwrap();
    assert!(failed(&recorded).message.contains("requires_action"));
}

#[test]
fn a_state_that_is_not_known_is_waited_for() {
    let step = polled(&job("rendering")).step;
    assert!(matches!(step.action, Action::Wait(_)));
    assert_eq!(step.note.as_deref(), Some("Google says: rendering"));
}

#[test]
fn a_job_that_was_accepted_and_cannot_be_followed_is_not_asked_for_again() {
    for body in [&b"{}"[..], b"{\"id\": \"../x\"}", b"<html>OK</html>"] {
        let error = start(video(clip()), Value::Null).respond(200, &[], body).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false));
    }
}

#[test]
fn cancelling_is_said_to_google_and_costs_nothing() {
    for replay in [submitted(), submitted().elapse(), polled(&linked(LINK))] {
        let replay = replay.cancel();
        let request = replay.request();
        assert_eq!((request.method.as_str(), &request.target), ("POST", &at("/interactions/v1_Chd/cancel")));
        assert_eq!((request.exemption.as_deref(), request.credential.as_deref()), (Some("cancel"), Some("key")));
        assert_eq!(request.body, Body::Empty);
        assert_eq!(told(replay, &job("cancelled")).end().unwrap_err().kind, "cancelled");
    }
    let unanswered = start(video(clip()), Value::Null).cancel().end().unwrap_err();
    assert_eq!(unanswered.kind, "cancelled", "there is no id to cancel yet");
}

#[test]
fn a_host_that_restarts_goes_on_from_the_stored_step() {
    let step = Replay::<Gemini>::at(submitted().step).elapse().step;
    assert!(step.state.len() < 600, "{} bytes", step.state.len());
    let replay = told(Replay::<Gemini>::at(step), &linked(LINK));
    assert!(stored(replay, "video/webm").end().is_ok());
}
