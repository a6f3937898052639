//! Clips by `:predictLongRunning`: what is asked, how the operation is followed, and what becomes of it.

mod common;

use common::{assert_described, at, body, by_prediction, clip, made, sent, start, stored, told, video};
use kinora_plugin_gemini::Gemini;
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Usage, VideoOperation};
use kinora_sdk::provider::{Action, Sink};
use kinora_sdk::replay::Replay;
use serde_json::{Value, json};

const DESCRIBED: &str = "PredictLongRunningRequest";
const NAME: &str = "models/veo-3.1-generate-preview/operations/abc123";
const LINK: &str = "https://generativelanguage.googleapis.com/v1beta/files/xyz:download?alt=media";

/// An operation that is done with this.
fn done(response: Value) -> Value {
    json!({"name": NAME, "done": true, "response": {
        "@type": "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse",
        "generateVideoResponse": response,
    }})
}

fn linked() -> Value {
    done(json!({"generatedSamples": [{"video": {"uri": LINK}}]}))
}

/// The adapter when its first poll is answered so.
fn polled(body: &Value) -> Replay<Gemini> {
    told(told(start(video(clip()), by_prediction()), &json!({"name": NAME})).elapse(), body)
}

fn failed(body: &Value) -> ProviderError {
    polled(body).end().unwrap_err()
}

fn warnings(operation: VideoOperation) -> Vec<String> {
    let replay = told(start(video(operation), by_prediction()), &linked());
    made(stored(replay, "video/mp4").end().unwrap()).warnings
}

#[test]
fn a_clip_is_asked_as_google_describes_it() {
    let operation =
        VideoOperation { negative_prompt: "people".to_owned(), resolution: Some(1080), seed: Some(7), ..clip() };
    let body = body(video(operation), by_prediction());
    assert_described(DESCRIBED, &body);
    let expected = json!({
        "instances": [{"prompt": "Waves at a lighthouse"}],
        "parameters": {"aspectRatio": "16:9", "durationSeconds": 8, "resolution": "1080p", "negativePrompt": "people",
            "seed": 7},
    });
    assert_eq!(body, expected);
    let request = sent(video(clip()), by_prediction());
    assert_eq!(request.target, at("/models/veo-3.1-generate-preview:predictLongRunning"));
    assert_eq!((request.credential.as_deref(), request.exemption), (Some("key"), None));
    assert!(warnings(clip()).is_empty());
}

#[test]
fn frames_and_pictures_to_keep_to_have_their_places() {
    let image = |name: &str, media_type: &str| json!({"bytesBase64Encoded": name, "mimeType": media_type});
    let frames =
        VideoOperation { first_frame: Some("first.jpg".to_owned()), last_frame: Some("last.png".to_owned()), ..clip() };
    let asked = body(video(frames), by_prediction());
    assert_eq!(asked["instances"][0]["image"], image("first.jpg", "image/jpeg"));
    assert_eq!(asked["instances"][0]["lastFrame"], image("last.png", "image/png"));
    let kept = VideoOperation { reference_images: vec!["kept.png".to_owned()], ..clip() };
    let asked = body(video(kept), by_prediction());
    let reference = json!([{"image": image("kept.png", "image/png"), "referenceType": "asset"}]);
    assert_eq!(asked["instances"][0]["referenceImages"], reference);
}

#[test]
fn what_the_model_cannot_do_is_left_out_with_a_sentence() {
    let kept = || vec!["b.png".to_owned(); 4];
    for (operation, length, sentences) in [
        (VideoOperation { duration: 5.0, ..clip() }, 6, vec!["The clip is 6 seconds long and not 5"]),
        (VideoOperation { duration: 4.0, ..clip() }, 4, vec![]),
        (
            VideoOperation { duration: 4.0, resolution: Some(1080), ..clip() },
            4,
            vec!["The clip is 720 pixels high and not 1080"],
        ),
        (
            VideoOperation { duration: 4.0, reference_images: kept(), generate_audio: false, ..clip() },
            8,
            vec![
                "1 reference pictures were left out",
                "The clip is 8 seconds long and not 4",
                "The clip has sound all the same",
            ],
        ),
    ] {
        let body = body(video(operation.clone()), by_prediction());
        assert_eq!(body["parameters"]["durationSeconds"], length);
        let warnings = warnings(operation);
        assert_eq!(warnings.len(), sentences.len(), "{warnings:?}");
        assert!(warnings.iter().zip(&sentences).all(|(told, begin)| told.starts_with(begin)), "{warnings:?}");
    }
}

#[test]
fn an_operation_is_polled_until_the_clip_can_be_fetched_with_the_key() {
    let replay = told(start(video(clip()), by_prediction()), &json!({"name": NAME}));
    assert!(matches!(replay.step.action, Action::Wait(10_000)));
    let replay = told(replay.elapse(), &json!({"name": NAME, "done": false, "metadata": {}}));
    let replay = replay.elapse();
    assert_eq!((replay.request().method.as_str(), &replay.request().target), ("GET", &at(&format!("/{NAME}"))));
    let replay = told(replay, &linked());
    let fetch = replay.request();
    assert_eq!((&fetch.target, fetch.sink), (&at("/files/xyz:download?alt=media"), Sink::Blob));
    let outcome = made(stored(replay, "video/mp4").end().unwrap());
    assert_eq!(outcome.usage, Usage { video_ms: 8_000, ..Usage::default() });
    assert_eq!(outcome.made_by, "Google, veo-3.1-generate-preview");
}

#[test]
fn a_clip_inside_the_answer_is_an_attachment() {
    let body = done(json!({"generatedSamples": [{"video": {"encodedVideo": "AAAAGGZ0eXBtcDQy"}}]}));
    let Action::Done(done) = polled(&body).step.action else { panic!("it is done") };
    assert_eq!(done.attachments[0].media_type, "video/mp4");
    let broken = polled(&self::done(json!({"generatedSamples": [{"video": {"encodedVideo": "%%"}}]})));
    let error = broken.end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "it was billed");
}

#[test]
fn a_clip_that_the_filter_took_out_is_a_refusal() {
    let reason = "Sorry, we can't create videos with real people's names or likenesses.";
    let error = failed(&done(json!({"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [reason]})));
    assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false));
    assert!(error.message.ends_with(reason), "{}", error.message);
    for body in [done(json!({})), done(json!({"generatedSamples": []})), json!({"name": NAME, "done": true})] {
        assert_eq!(failed(&body).kind, "content-policy", "{body}");
    }
}

#[test]
fn an_operation_that_failed_says_why() {
    for (code, message, kind, retryable) in [
        (13, "Video generation failed due to an internal server issue.", "unavailable", true),
        (3, "The image is too small.", "invalid-request", false),
        (3, "The prompt could not be submitted. It was blocked by our usage policies.", "content-policy", false),
        (5, "models/veo-2 is no longer available.", "model-unavailable", false),
        (8, "Resource has been exhausted.", "rate-limited", true),
        (16, "No.", "authentication", false),
        (1, "Cancelled by somebody.", "unknown", false),
        (0, "Nothing.", "unknown", false),
        (99, "What?", "unknown", false),
    ] {
        let error = failed(&json!({"name": NAME, "done": true, "error": {"code": code, "message": message}}));
        assert_eq!((error.kind.as_str(), error.retryable), (kind, retryable), "{code}");
    }
}

#[test]
fn a_name_that_would_lead_elsewhere_is_not_believed() {
    for name in
        [json!("../files/x"), json!("a//b"), json!("/a"), json!("a?b"), json!(""), json!(7), json!("a".repeat(600))]
    {
        let error = told(start(video(clip()), by_prediction()), &json!({"name": name})).end().unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", false), "{name}");
    }
}

#[test]
fn cancelling_has_nothing_to_do_upstream() {
    let replay = told(start(video(clip()), by_prediction()), &json!({"name": NAME}));
    assert_eq!(replay.cancel().end().unwrap_err().kind, "cancelled");
}
