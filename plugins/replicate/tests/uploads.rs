//! Pictures that go in: each is uploaded, and its address stands in the input.

mod common;

use common::{
    answer, assert_described, assert_taken, clip, handles, json_body, made, path, prediction, recording, start, stored,
    video,
};
use kinora_plugin_replicate::Replicate;
use kinora_sdk::documents::VideoOperation;
use kinora_sdk::provider::{Body, BodyPart};
use kinora_sdk::replay::Replay;
use serde_json::{Value, json};

fn address(of: &str) -> String {
    format!("https://api.replicate.com/v1/files/{of}")
}

/// Answers uploads until the prediction is sent; with the handles in their order.
fn upload(mut replay: Replay<Replicate>) -> (Replay<Replicate>, Vec<String>) {
    let mut handles = Vec::new();
    while path(replay.request()) == "/files" {
        let Body::Form(fields) = &replay.request().body else { panic!("an upload is a form") };
        let BodyPart::BlobRaw(handle) = &fields[0].value else { panic!("an upload is a blob") };
        handles.push(handle.clone());
        let file = json!({"id": "f", "urls": {"get": address(handle)}});
        // A host that restarts here has nothing but the step.
        replay = Replay::at(answer(replay, 201, &file).step);
    }
    (replay, handles)
}

#[test]
fn a_picture_is_uploaded_as_a_file_that_costs_nothing() {
    let operation = VideoOperation { first_frame: Some("abc.png".to_owned()), ..clip() };
    let replay = start(video(operation), Value::Null);
    let request = replay.request();
    assert_eq!((request.method.as_str(), path(request)), ("POST", "/files"));
    assert_eq!((request.exemption.as_deref(), request.credential.as_deref()), (Some("upload"), Some("token")));
    let Body::Form(fields) = &request.body else { panic!("a form") };
    assert_eq!((fields.len(), fields[0].name.as_str()), (1, "content"));
    assert_eq!(fields[0].filename.as_deref(), Some("picture.png"));
    assert_eq!(fields[0].value, BodyPart::BlobRaw("abc.png".to_owned()));
    let description: Value = serde_json::from_str(include_str!("data/replicate-requests.json")).unwrap();
    assert_eq!(description["form"]["required"], json!(["content"]));

    // As it was recorded for another file.
    let file = &recording(include_str!("data/file.json"))[0].response;
    let replay = answer(replay, file.status, &file.body);
    assert_eq!(json_body(replay.request())["input"]["image"], file.body["urls"]["get"]);
}

#[test]
fn every_picture_is_uploaded_before_the_prediction_is_sent_once() {
    let operation =
        VideoOperation { first_frame: Some("f".to_owned()), last_frame: Some("l".to_owned()), duration: 6.0, ..clip() };
    let (replay, uploaded) = upload(start(video(operation), Value::Null));
    assert_eq!(uploaded, ["f", "l"]);
    assert_described(replay.request());
    let input = json_body(replay.request())["input"].clone();
    assert_taken("google/veo-3.1", &input);
    assert_eq!((&input["image"], &input["last_frame"]), (&json!(address("f")), &json!(address("l"))));
    assert!(replay.step.state.len() < 400, "what was sent is not kept: {} bytes", replay.step.state.len());
}

#[test]
fn reference_pictures_are_a_list_and_bring_what_the_model_wants_with_them() {
    let operation = VideoOperation {
        duration: 6.0,
        last_frame: Some("l".to_owned()),
        reference_images: handles(&["a", "b", "c", "d"]),
        ..clip()
    };
    let (replay, uploaded) = upload(start(video(operation), Value::Null));
    assert_eq!(uploaded, ["a", "b", "c"], "the last frame is not used with them, and not uploaded");
    let input = json_body(replay.request())["input"].clone();
    assert_taken("google/veo-3.1", &input);
    assert_eq!(input["reference_images"], json!([address("a"), address("b"), address("c")]));
    assert_eq!((&input["duration"], input.get("last_frame")), (&json!(8), None));

    let done = answer(replay, 201, &prediction("succeeded", json!({"output": "https://replicate.delivery/a.mp4"})));
    let outcome = made(stored(done, "video/mp4").end().unwrap());
    assert_eq!(outcome.usage.video_ms, 8_000);
    for words in ["first 3", "duration was set to 8", "last_frame was left out"] {
        assert!(outcome.warnings.iter().any(|sentence| sentence.contains(words)), "{:#?}", outcome.warnings);
    }
}

#[test]
fn a_model_may_take_one_reference_picture_and_no_list() {
    let models = json!({"a/b": {"operation": "video", "fields": {"prompt": "prompt",
        "reference_images": {"to": "image", "single": true}}}});
    let operation = VideoOperation { reference_images: handles(&["a", "b"]), ..clip() };
    let (replay, uploaded) = upload(start(video(operation), json!({"video_model": "a/b", "models": models})));
    assert_eq!(uploaded, ["a"]);
    assert_eq!(json_body(replay.request())["input"]["image"], json!(address("a")));
}

#[test]
fn nothing_is_uploaded_for_a_model_that_is_none() {
    let models = json!({"a/..": {"operation": "video", "fields": {"prompt": "prompt", "first_frame": "image"}}});
    let operation = VideoOperation { first_frame: Some("f".to_owned()), ..clip() };
    let error = start(video(operation), json!({"video_model": "a/..", "models": models})).end().unwrap_err();
    assert!(error.message.contains("is no model"), "{}", error.message);
}

#[test]
fn a_picture_whose_place_another_field_takes_is_not_uploaded() {
    let models = json!({"a/b": {"operation": "video", "fields": {"prompt": "prompt", "first_frame": "image",
        "seed": {"to": "seed", "sets": {"image": "none"}}}}});
    let operation = VideoOperation { first_frame: Some("f".to_owned()), seed: Some(7), ..clip() };
    let (replay, uploaded) = upload(start(video(operation), json!({"video_model": "a/b", "models": models})));
    assert!(uploaded.is_empty());
    assert_eq!(json_body(replay.request())["input"]["image"], "none");
}

#[test]
fn what_another_field_sets_to_what_it_is_anyway_is_not_told() {
    let operation = VideoOperation { reference_images: handles(&["a"]), ..clip() };
    let (replay, _) = upload(start(video(operation), Value::Null));
    let done = answer(replay, 201, &prediction("succeeded", json!({"output": "https://replicate.delivery/a.mp4"})));
    assert!(made(stored(done, "video/mp4").end().unwrap()).warnings.is_empty());
}

#[test]
fn an_upload_that_fails_ends_the_operation_before_anything_is_billed() {
    let begin = || start(video(VideoOperation { first_frame: Some("f".to_owned()), ..clip() }), Value::Null);
    let error = begin().break_off("reset", true).end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", true));
    let large = json!({"detail": "Files must be less than 100MB in size"});
    let error = answer(begin(), 413, &large).end().unwrap_err();
    assert_eq!(error.kind, "invalid-request");
    assert!(error.message.contains("less than 100MB"), "{}", error.message);
    for file in [json!({}), json!({"urls": {"get": "file:///etc/passwd"}}), json!({"urls": {"get": 7}})] {
        assert_eq!(answer(begin(), 201, &file).end().unwrap_err().kind, "malformed-output");
    }
}

#[test]
fn cancelling_between_uploads_has_nothing_to_do_upstream() {
    let replay = start(video(VideoOperation { first_frame: Some("f".to_owned()), ..clip() }), Value::Null);
    assert_eq!(replay.cancel().end().unwrap_err().kind, "cancelled");
}
