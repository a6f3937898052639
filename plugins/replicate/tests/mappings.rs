//! Mappings out of the settings: new models, changed ones, wrong ones, and what a model cannot do.

mod common;

use common::{clip, handles, image, input, made, picture, refusal, stored, succeeded, text, video};
use kinora_sdk::Operation;
use kinora_sdk::documents::{ImageOperation, TextOperation, Usage, VideoOperation};
use serde_json::{Value, json};

const URI: &str = "https://replicate.delivery/x/out.mp4";

/// Settings with this mapping as the model of all operations.
fn only(mapping: Value) -> Value {
    json!({"text_model": "a/b", "image_model": "a/b", "video_model": "a/b", "models": {"a/b": mapping}})
}

/// What a clip or picture was made without.
fn warnings(operation: Operation, settings: Value) -> Vec<String> {
    let media_type = if matches!(operation.request, kinora_sdk::Request::Video(_)) { "video/mp4" } else { "image/png" };
    made(stored(succeeded(operation, settings, json!(URI)), media_type).end().unwrap()).warnings
}

#[test]
fn a_model_of_widths_frames_and_words_for_yes_is_asked_in_its_own_way() {
    let settings = only(json!({"operation": "video", "fields": {
        "prompt": "text",
        "width": {"to": "w", "step": 16, "most": 1280}, "height": {"to": "h", "step": 16, "most": 720},
        "duration": {"to": "num_frames", "times": 16, "least": 81, "most": 121},
        "generate_audio": {"to": "sound", "yes": "on", "no": "off"},
        "seed": {"to": "seed", "most": 99, "as_text": true},
    }, "input": {"fps": 16}}));
    let operation =
        VideoOperation { resolution: Some(720), duration: 6.0, generate_audio: true, seed: Some(107), ..clip() };
    let expected = json!({"text": "A lighthouse", "w": 1280, "h": 720, "num_frames": 96, "sound": "on", "seed": "7",
        "fps": 16});
    assert_eq!(input(video(operation.clone()), settings.clone()), expected);
    let outcome = made(stored(succeeded(video(operation), settings, json!(URI)), "video/mp4").end().unwrap());
    assert_eq!((outcome.usage.video_ms, outcome.warnings.len()), (6_000, 0));
    assert_eq!(outcome.made_by, "Replicate, a/b");
}

#[test]
fn a_picture_model_may_have_sizes_or_plain_ratios() {
    let settings = only(json!({"operation": "image", "fields": {"prompt": "prompt",
        "size": {"to": "size", "one_of": ["1024x1024", "1365x768"]}, "aspect_ratio": "ratio"}}));
    let expected = json!({"prompt": "A lighthouse", "size": "1365x768", "ratio": "16:9"});
    assert_eq!(input(image(picture()), settings), expected);
}

#[test]
fn a_shipped_mapping_is_changed_field_by_field() {
    let settings = json!({"models": {"google/veo-3.1": {
        "fields": {"resolution": null, "duration": {"one_of": [4]}}, "input": {"resolution": "720p"}}}});
    let operation = VideoOperation { resolution: Some(1080), ..clip() };
    let input = input(video(operation), settings);
    assert_eq!((&input["resolution"], &input["duration"]), (&json!("720p"), &json!(4)));
    assert_eq!(input["aspect_ratio"], "16:9", "what the patch does not name stays");
    // As TOML has it, where there is no null.
    let settings = json!({"models": {"google/veo-3.1": {"fields": {"aspect_ratio": false}}}});
    assert!(common::input(video(clip()), settings).get("aspect_ratio").is_none());
}

#[test]
fn a_version_has_the_mapping_of_its_model_unless_it_has_its_own() {
    let own = json!({"operation": "image", "fields": {"prompt": "words"}});
    let settings = json!({"models": {"black-forest-labs/flux-schnell:2": own}});
    let asked = |version: &str| {
        let model = Some(format!("black-forest-labs/flux-schnell:{version}"));
        input(image(ImageOperation { model, ..picture() }), settings.clone())
    };
    assert_eq!(asked("1")["prompt"], "A lighthouse");
    assert_eq!(asked("2"), json!({"words": "A lighthouse"}));
}

#[test]
fn a_model_that_is_not_mapped_or_makes_something_else_is_told() {
    let asked = |model: &str| image(ImageOperation { model: Some(model.to_owned()), ..picture() });
    let error = refusal(asked("stability-ai/sdxl"), Value::Null);
    assert_eq!(error.kind, "invalid-request");
    assert!(error.message.contains("\"stability-ai/sdxl\" is not mapped; mapped are "), "{}", error.message);
    assert!(error.message.contains("google/veo-3.1") && error.message.contains("setting models"), "{}", error.message);
    let error = refusal(asked("google/veo-3.1"), Value::Null);
    assert!(error.message.contains("mapped for video operations and not for image operations"), "{}", error.message);
}

#[test]
fn a_wrong_mapping_is_told_before_anything_is_sent() {
    let operation = |mapping: Value| refusal(video(clip()), only(mapping)).message;
    let told = operation(json!({"operation": "video", "fields": {"prompt": "p", "duraton": "d"}}));
    assert!(told.contains("models.\"a/b\" maps \"duraton\"") && told.contains("duration"), "{told}");
    let told =
        operation(json!({"operation": "video", "fields": {"prompt": "p", "duration": {"to": "d", "one_of": ["x"]}}}));
    assert!(told.contains("fields.duration has \"x\""), "{told}");
    assert!(refusal(video(clip()), json!({"colour": "red"})).message.starts_with("The settings cannot be read"));
}

#[test]
fn what_a_model_cannot_do_is_left_out_with_a_sentence() {
    let settings = only(json!({"operation": "video", "fields": {"prompt": "prompt"}}));
    let operation = VideoOperation {
        resolution: Some(720),
        generate_audio: true,
        seed: Some(7),
        first_frame: Some("f".to_owned()),
        last_frame: Some("l".to_owned()),
        reference_images: handles(&["r"]),
        ..clip()
    };
    assert_eq!(input(video(operation.clone()), settings.clone()), json!({"prompt": "A lighthouse"}));
    let warnings = warnings(video(operation), settings);
    for field in ["size", "resolution", "duration", "generate_audio", "seed", "first_frame", "last_frame", "reference"]
    {
        let about = warnings.iter().filter(|sentence| sentence.contains(field));
        assert_eq!(about.count(), 1, "{field}: {warnings:#?}");
    }
    assert!(warnings.iter().all(|sentence| sentence.ends_with('.')), "{warnings:#?}");
}

#[test]
fn what_was_not_asked_for_is_not_missed() {
    assert!(warnings(video(VideoOperation { seed: None, ..clip() }), Value::Null).is_empty());
    assert!(warnings(image(picture()), Value::Null).is_empty());
    let settings = only(json!({"operation": "image", "fields": {"prompt": "prompt", "size": "size"}}));
    assert!(warnings(image(picture()), settings).is_empty());
}

#[test]
fn what_comes_out_otherwise_than_asked_is_told() {
    let operation = VideoOperation { duration: 5.0, aspect_ratio: "1:1".to_owned(), resolution: Some(1440), ..clip() };
    let expected = [
        "aspect_ratio is 16:9 and not 1:1: google/veo-3.1 takes nothing nearer.",
        "resolution is 1080p and not 1440: google/veo-3.1 takes nothing nearer.",
        "duration is 6 and not 5: google/veo-3.1 takes nothing nearer.",
    ];
    assert_eq!(warnings(video(operation), Value::Null), expected);
}

#[test]
fn texts_leave_out_what_the_model_has_no_field_for() {
    let settings = only(json!({"operation": "text", "fields": {"prompt": "prompt"}}));
    let operation = TextOperation { temperature: Some(1.0), max_tokens: Some(9), seed: Some(1), ..common::question() };
    let expected = json!({"prompt": "You write films.\n\nA lighthouse keeper's last night."});
    assert_eq!(input(text(operation), settings), expected);
}

#[test]
fn the_usage_is_what_was_asked_for_in_the_end() {
    let outcome = |operation| made(stored(succeeded(operation, Value::Null, json!(URI)), "video/mp4").end().unwrap());
    let long = outcome(video(VideoOperation { duration: 7.9, ..clip() }));
    assert_eq!(long.usage, Usage { video_ms: 8_000, ..Usage::default() });
    let short = outcome(video(VideoOperation { duration: 1.0, ..clip() }));
    assert_eq!(short.usage, Usage { video_ms: 4_000, ..Usage::default() });
}
