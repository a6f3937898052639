//! What is asked for a picture, and what is read out of the answer.

mod common;

use common::{answered, assert_described, at, body, image, made, picture, recorded, sent, start, told};
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{ImageOperation, MediaItem, MediaOutcome, Usage};
use kinora_sdk::provider::{Action, BodyPart};
use serde_json::{Value, json};

const DESCRIBED: &str = "GenerateContentRequest";

/// An answer with these parts.
fn answer(parts: Value, finish: &str) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish}],
        "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 34}, "modelVersion": "gemini-nano-banana-2.1"})
}

fn inline(data: &str) -> Value {
    json!({"inlineData": {"mimeType": "image/png", "data": data}})
}

fn painted(operation: ImageOperation) -> MediaOutcome {
    made(answered(image(operation), 200, &answer(json!([inline("iVBORw0KGgo=")]), "STOP")).unwrap())
}

fn unpainted(body: &Value) -> ProviderError {
    answered(image(picture()), 200, body).unwrap_err()
}

#[test]
fn a_picture_is_asked_as_google_describes_it() {
    let body = body(image(picture()), Value::Null);
    assert_described(DESCRIBED, &body);
    let expected = json!({
        "contents": [{"role": "user", "parts": [{"text": "A lighthouse"}]}],
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "16:9"}},
    });
    assert_eq!(body, expected);
    let request = sent(image(picture()), Value::Null);
    assert_eq!(request.target, at("/models/gemini-nano-banana-2.1:generateContent"));
    assert_eq!((request.credential.as_deref(), request.timeout_ms), (Some("key"), Some(300_000)));
}

#[test]
fn size_and_safety_are_set_as_google_describes_them() {
    let body = body(image(picture()), json!({"image_size": "2K", "safety_threshold": "BLOCK_NONE"}));
    assert_described(DESCRIBED, &body);
    assert_eq!(body["generationConfig"]["imageConfig"]["imageSize"], "2K");
    assert_eq!(body["safetySettings"][0]["threshold"], "BLOCK_NONE");
}

#[test]
fn the_nearest_shape_is_asked_for_and_another_one_is_told() {
    for (width, height, ratio, warned) in [
        (1920, 1080, "16:9", false),
        (1080, 1920, "9:16", false),
        (512, 512, "1:1", false),
        (1024, 1536, "2:3", false),
        (1100, 1000, "1:1", true),
        (4000, 500, "21:9", true),
        (0, 0, "1:1", false),
    ] {
        let operation = || ImageOperation { width, height, ..picture() };
        let body = body(image(operation()), Value::Null);
        assert_eq!(body["generationConfig"]["imageConfig"]["aspectRatio"], ratio, "{width}x{height}");
        let expected = format!("The picture is {ratio} and not {width}x{height}: the model has no such shape.");
        assert_eq!(painted(operation()).warnings, if warned { vec![expected] } else { Vec::new() });
    }
}

#[test]
fn style_mood_and_what_not_to_show_become_words_of_the_prompt_and_a_seed_is_left_out() {
    let operation = ImageOperation {
        style: "watercolour".to_owned(),
        mood: "hopeful".to_owned(),
        negative_prompt: "people, text".to_owned(),
        seed: Some(7),
        ..picture()
    };
    let body = body(image(operation.clone()), Value::Null);
    assert_described(DESCRIBED, &body);
    let prompt = "A lighthouse\nStyle: watercolour.\nMood: hopeful.\nDo not show: people, text.";
    assert_eq!(body["contents"][0]["parts"], json!([{"text": prompt}]));
    assert!(!body.to_string().contains("seed"));
    assert_eq!(painted(operation).warnings, ["The seed was left out: Gemini's image models take none."]);
}

#[test]
fn pictures_to_keep_to_travel_inside_the_body_and_never_enter_the_component() {
    let operation = ImageOperation { reference_images: vec!["ab.jpg".to_owned(), "cd.png".to_owned()], ..picture() };
    let body = body(image(operation.clone()), Value::Null);
    assert_described(DESCRIBED, &body);
    let expected = json!([
        {"text": "A lighthouse"},
        {"inlineData": {"mimeType": "image/jpeg", "data": "ab.jpg"}},
        {"inlineData": {"mimeType": "image/png", "data": "cd.png"}},
    ]);
    assert_eq!(body["contents"][0]["parts"], expected);
    let kinora_sdk::provider::Body::Parts(parts) = sent(image(operation), Value::Null).body else { panic!("parts") };
    let blobs: Vec<_> = parts.iter().filter(|part| matches!(part, BodyPart::BlobBase64(_))).collect();
    assert_eq!(blobs, [&BodyPart::BlobBase64("ab.jpg".to_owned()), &BodyPart::BlobBase64("cd.png".to_owned())]);
}

#[test]
fn pictures_beyond_what_the_model_takes_are_left_out_and_told() {
    let with = |count: usize| ImageOperation { reference_images: vec!["a.png".to_owned(); count], ..picture() };
    assert!(painted(with(10)).warnings.is_empty());
    assert_eq!(body(image(with(12)), Value::Null)["contents"][0]["parts"].as_array().unwrap().len(), 11);
    assert_eq!(painted(with(12)).warnings, ["2 reference pictures were left out: the model takes 10 at most."]);
}

#[test]
fn a_recorded_picture_is_read_as_an_attachment() {
    let step = told(start(image(picture()), Value::Null), &recorded(include_str!("data/image-inline.json"))).step;
    let Action::Done(done) = step.action else { panic!("it is done, not {:?}", step.action) };
    assert_eq!((done.attachments[0].name.as_str(), done.attachments[0].media_type.as_str()), ("image", "image/png"));
    assert!(done.attachments[0].content.starts_with(b"\x89PNG\r\n\x1a\n"));
    let outcome: MediaOutcome = serde_json::from_str(&done.document).unwrap();
    assert_eq!(outcome.items, [MediaItem::Attachment { name: "image".to_owned() }]);
    assert_eq!(outcome.usage, Usage { input_tokens: 15, output_tokens: 1318, pictures: 1, ..Usage::default() });
    assert_eq!(outcome.made_by, "Google, gemini-2.0-flash-preview-image-generation");
}

#[test]
fn the_picture_is_found_among_words_and_thoughts() {
    let thought = json!({"inlineData": {"mimeType": "image/png", "data": "UklGRgAAAABXRUJQ"}, "thought": true});
    let body = answer(json!([{"text": "Here it is."}, thought, inline("/9j/4AAQ")]), "STOP");
    let step = told(start(image(picture()), Value::Null), &body).step;
    let Action::Done(done) = step.action else { panic!("it is done") };
    assert_eq!(done.attachments[0].media_type, "image/jpeg", "by its bytes, whatever the answer says");
}

#[test]
fn an_answer_in_words_alone_is_told_in_these_words() {
    let error = unpainted(&answer(json!([{"text": "I cannot\npaint that."}]), "STOP"));
    assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true));
    assert_eq!(error.message, "The model painted no picture and said: I cannot paint that.");
    let error = unpainted(&answer(json!([]), "NO_IMAGE"));
    assert_eq!(error.upstream_code.as_deref(), Some("NO_IMAGE"));
    assert_eq!(error.message, "The model painted no picture and does not say why.");
}

#[test]
fn a_blocked_picture_is_a_matter_of_policy() {
    for reason in ["IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "PROHIBITED_CONTENT"] {
        let mut body = answer(json!([]), reason);
        body["candidates"][0]["finishMessage"] = json!("Unable to show the generated image.");
        let error = unpainted(&body);
        assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false), "{reason}");
        assert!(error.message.ends_with("Unable to show the generated image."), "{}", error.message);
    }
}

#[test]
fn what_is_no_picture_is_malformed() {
    for data in ["%%", "dGV4dA==", "AAAAGGZ0eXBtcDQy", ""] {
        let error = unpainted(&answer(json!([inline(data)]), "STOP"));
        assert_eq!((error.kind.as_str(), error.retryable), ("malformed-output", true), "{data}");
    }
}
