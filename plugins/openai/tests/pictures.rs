//! What is asked for a picture, and what is read out of the answer.

mod common;

use common::{answered, assert_described, body, form, image, painted, picture, recording, refusal, sent, start};
use kinora_plugin_openai::OpenAi;
use kinora_sdk::documents::{ImageOperation, MediaItem, Usage};
use kinora_sdk::provider::{
    Action, Adapter, Blob, Body, BodyPart, EndpointPath, Event, HttpResponse, ResponseBody, Sink, Target,
};
use kinora_sdk::replay::{Replay, run};
use serde_json::{Value, json};

const LINK: &str = "https://pictures.example.com/1.png?signature=abc";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const USAGE: Usage = Usage { input_tokens: 12, output_tokens: 34, pictures: 1, video_ms: 0 };

/// An answer with this picture.
fn answer(picture: Value) -> Value {
    json!({"created": 1, "data": [picture], "usage": {"input_tokens": 12, "output_tokens": 34, "total_tokens": 46}})
}

/// The adapter when it has been told where the picture is.
fn sent_elsewhere() -> Replay<OpenAi> {
    let answer = answer(json!({"url": LINK})).to_string();
    start(image(picture()), Value::Null).respond(200, &[], answer.as_bytes())
}

/// The adapter when the picture has come into the blob store.
fn stored(replay: Replay<OpenAi>, media_type: &str) -> Replay<OpenAi> {
    let blob = Blob { handle: "blob-1".to_owned(), size: 8, media_type: media_type.to_owned() };
    let response = HttpResponse { status: 200, headers: Vec::new(), body: ResponseBody::Blob(blob) };
    Replay::at(OpenAi::resume(replay.step.state, Event::Response(response)))
}

#[test]
fn a_picture_is_asked_as_openai_describes_it() {
    let body = body(image(picture()), Value::Null);
    assert_described("CreateImageRequest", &body);
    let expected = json!({"model": "gpt-image-2", "prompt": "A lighthouse", "size": "1920x1088", "n": 1,
        "output_format": "jpeg"});
    assert_eq!(body, expected, "and without a response_format, which these models refuse");
}

#[test]
fn the_settings_of_pictures_are_asked_as_openai_describes_them() {
    let settings = json!({"image_quality": "low", "image_format": "webp", "image_moderation": "low"});
    let body = body(image(picture()), settings);
    assert_described("CreateImageRequest", &body);
    let asked = (&body["quality"], &body["output_format"], &body["moderation"]);
    assert_eq!(asked, (&json!("low"), &json!("webp"), &json!("low")));
}

#[test]
fn a_model_that_is_not_listed_is_asked_for_a_standard_size_and_nothing_special() {
    for operation in [picture(), ImageOperation { model: Some("flux".to_owned()), ..picture() }] {
        let settings = json!({"image_model": "flux"});
        let expected = json!({"model": "flux", "prompt": "A lighthouse", "size": "1536x1024", "n": 1});
        assert_eq!(body(image(operation), settings), expected);
    }
}

#[test]
fn an_administrator_may_name_the_sizes() {
    let settings = json!({"image_model": "flux", "image_sizes": ["512x512", "912x512"]});
    assert_eq!(body(image(picture()), settings)["size"], "912x512");
}

#[test]
fn style_mood_and_what_not_to_show_become_words_of_the_prompt() {
    let operation = ImageOperation {
        style: "watercolour".to_owned(),
        mood: "hopeful.".to_owned(),
        negative_prompt: "people, text".to_owned(),
        seed: Some(7),
        ..picture()
    };
    let body = body(image(operation), Value::Null);
    assert_described("CreateImageRequest", &body);
    assert_eq!(body["prompt"], "A lighthouse\nStyle: watercolour.\nMood: hopeful.\nDo not show: people, text.");
}

#[test]
fn pictures_to_keep_to_travel_as_files_of_a_form() {
    for (handles, field, expected) in
        [(vec!["blob-a"], "image", json!("blob-a")), (vec!["blob-a", "blob-b"], "image[]", json!(["blob-a", "blob-b"]))]
    {
        let reference_images = handles.iter().map(|&handle| handle.to_owned()).collect();
        let settings = json!({"image_quality": "high", "image_moderation": "low"});
        let request = sent(image(ImageOperation { reference_images, ..picture() }), settings);
        let path = EndpointPath { endpoint: "api".to_owned(), path: "/images/edits".to_owned() };
        assert_eq!((request.method.as_str(), &request.target), ("POST", &Target::Endpoint(path)));
        let form = form(&request);
        assert_described("CreateImageEditRequest", &form);
        assert_eq!((&form["image"], &form["quality"]), (&expected, &json!("high")));
        let Body::Form(fields) = request.body else { panic!("a form") };
        let files: Vec<_> = fields.iter().filter(|field| matches!(field.value, BodyPart::BlobRaw(_))).collect();
        assert_eq!(files.len(), handles.len());
        assert!(files.iter().all(|file| file.name == field && file.filename.is_some()));
    }
}

#[test]
fn more_than_sixteen_pictures_to_keep_to_are_refused() {
    let with = |count: usize| image(ImageOperation { reference_images: vec!["blob".to_owned(); count], ..picture() });
    assert_described("CreateImageEditRequest", &form(&sent(with(16), Value::Null)));
    assert_eq!(refusal(with(17), Value::Null).kind, "invalid-request");
}

#[test]
fn every_request_names_the_credential_and_has_no_authorization_header() {
    let edit = ImageOperation { reference_images: vec!["blob".to_owned()], ..picture() };
    for operation in [picture(), edit] {
        let request = sent(image(operation), json!({"project": "proj_1"}));
        assert_eq!(request.credential.as_deref(), Some("key"));
        assert_eq!(request.timeout_ms, Some(300_000));
        assert!(request.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("authorization")));
        assert!(request.headers.contains(&("openai-project".to_owned(), "proj_1".to_owned())));
    }
}

#[test]
fn a_recorded_picture_is_read_as_an_attachment() {
    let recording = recording(include_str!("data/images-b64.json"));
    let outcome = painted(run::<OpenAi>(image(picture()), Value::Null, &recording).unwrap());
    assert_eq!(outcome.items, [MediaItem::Attachment { name: "picture".to_owned() }]);
    assert_eq!(outcome.made_by, "OpenAI, gpt-image-2");
    assert_eq!(outcome.usage, Usage { pictures: 1, ..Usage::default() }, "the recorded answer counts no tokens");

    let body = recording[0].response.body.to_string();
    let step = start(image(picture()), Value::Null).respond(200, &[], body.as_bytes()).step;
    let Action::Done(done) = step.action else { panic!("it is done") };
    assert_eq!((done.attachments[0].name.as_str(), done.attachments[0].media_type.as_str()), ("picture", "image/png"));
    assert!(done.attachments[0].content.starts_with(PNG));
}

#[test]
fn the_media_type_is_that_of_the_bytes_whatever_was_asked_for() {
    for (encoded, media_type) in [
        ("iVBORw0KGgo=", "image/png"),
        ("/9j/4AAQ", "image/jpeg"),
        ("UklGRgAAAABXRUJQ", "image/webp"),
        ("data:image/png;base64,iVBORw0KGgo=", "image/png"),
    ] {
        for picture in [json!({"b64_json": encoded}), json!({"url": format!("data:x;base64,{encoded}")})] {
            let body = answer(picture).to_string();
            let step = start(image(common::picture()), Value::Null).respond(200, &[], body.as_bytes()).step;
            let Action::Done(done) = step.action else { panic!("{encoded} is read, not {:?}", step.action) };
            assert_eq!(done.attachments[0].media_type, media_type);
            let outcome: Value = serde_json::from_str(&done.document).unwrap();
            assert_eq!(outcome["usage"], json!(USAGE));
        }
    }
}

#[test]
fn an_answer_without_a_picture_is_malformed_and_may_be_asked_for_again() {
    for body in [
        json!({}),
        json!({"data": []}),
        answer(json!({"b64_json": "%%"})),
        answer(json!({"b64_json": "dGV4dA=="})),
        answer(json!({"url": format!("https://x.example/{}", "a".repeat(9_000))})),
    ] {
        let error = answered(image(picture()), 200, &body).unwrap_err();
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true), "{body}");
    }
}

#[test]
fn a_picture_behind_a_link_is_fetched_into_a_blob_without_the_key() {
    let replay = sent_elsewhere();
    let request = replay.request();
    assert_eq!((request.method.as_str(), &request.target), ("GET", &Target::Url(LINK.to_owned())));
    assert_eq!((request.sink, &request.credential, request.headers.len()), (Sink::Blob, &None, 0));
    assert!(replay.step.state.len() < 300, "{} bytes", replay.step.state.len());

    let outcome = painted(stored(replay, "image/png").end().unwrap());
    assert_eq!(outcome.items, [MediaItem::blob("blob-1")]);
    assert_eq!(outcome.usage, USAGE);
}

#[test]
fn a_link_to_something_else_is_malformed() {
    let mut replay = stored(sent_elsewhere(), "text/html");
    for _ in 1..3 {
        replay = stored(replay.elapse(), "text/html");
    }
    let error = replay.end().unwrap_err();
    assert_eq!(error.kind, "malformed-output");
    assert!(error.message.contains("text/html"), "{}", error.message);
}

#[test]
fn a_download_that_fails_is_repeated_and_the_picture_is_not_asked_for_again() {
    let mut replay = sent_elsewhere().break_off("reset", false);
    for _ in 1..3 {
        replay = replay.elapse();
        assert_eq!(replay.request().target, Target::Url(LINK.to_owned()));
        replay = replay.respond(503, &[("retry-after".to_owned(), "9".to_owned())], b"");
    }
    let error = replay.end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", false), "another attempt would be billed");

    let replay = sent_elsewhere().respond(503, &[("retry-after".to_owned(), "9".to_owned())], b"");
    assert!(matches!(replay.step.action, Action::Wait(9_000)));
    assert!(stored(replay.elapse(), "image/webp").end().is_ok());
}

#[test]
fn a_link_that_leads_nowhere_is_given_up_at_once() {
    let error = sent_elsewhere().respond(404, &[], b"gone").end().unwrap_err();
    assert_eq!((error.kind.as_str(), error.retryable), ("invalid-request", false));
    assert!(error.message.starts_with("The picture was made and cannot be fetched"), "{}", error.message);
}

#[test]
fn a_lost_answer_to_the_request_itself_is_not_repeated_here() {
    let error = start(image(picture()), Value::Null).break_off("reset", true).end().unwrap_err();
    assert_eq!(error.kind, "unavailable");
}

#[test]
fn cancelling_has_nothing_to_do_upstream() {
    for replay in [start(image(picture()), Value::Null), sent_elsewhere()] {
        assert_eq!(replay.cancel().end().unwrap_err().kind, "cancelled");
    }
}
