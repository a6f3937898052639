//! What is asked for texts, pictures and clips of the shipped models.

mod common;

use common::{
    assert_described, assert_taken, clip, handles, image, input, json_body, message, path, picture, question, refusal,
    sent, text, video,
};
use kinora_sdk::Operation;
use kinora_sdk::documents::{ImageOperation, OutputSchema, OutputVia, TextOperation, VideoOperation};
use serde_json::{Value, json};

fn header<'a>(request: &'a kinora_sdk::provider::HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
}

fn all() -> [(Operation, &'static str); 3] {
    [
        (text(question()), "openai/gpt-4.1-mini"),
        (image(picture()), "black-forest-labs/flux-schnell"),
        (video(clip()), "google/veo-3.1"),
    ]
}

#[test]
fn every_prediction_is_asked_as_replicate_describes_it() {
    for (operation, model) in all() {
        let request = sent(operation, Value::Null);
        assert_described(&request);
        assert_taken(model, &json_body(&request)["input"]);
        assert_eq!((request.method.as_str(), path(&request)), ("POST", &*format!("/models/{model}/predictions")));
        assert_eq!((request.credential.as_deref(), request.exemption.as_deref()), (Some("token"), None));
        assert!(header(&request, "authorization").is_none());
    }
}

#[test]
fn texts_and_pictures_are_waited_for_and_clips_are_not() {
    for ((operation, _), wait) in all().into_iter().zip([Some("wait=20"), Some("wait=20"), None]) {
        let request = sent(operation, Value::Null);
        assert_eq!((header(&request, "prefer"), header(&request, "cancel-after")), (wait, Some("1800s")));
        assert!(request.timeout_ms.unwrap() >= 60_000 + if wait.is_some() { 20_000 } else { 0 });
    }
    for (seconds, wait) in [(0, None), (5, Some("wait=5")), (60, Some("wait=60")), (600, Some("wait=60"))] {
        let settings = json!({"wait_seconds": seconds, "cancel_after_seconds": 90});
        let request = sent(image(picture()), settings);
        assert_described(&request);
        assert_eq!((header(&request, "prefer"), header(&request, "cancel-after")), (wait, Some("90s")));
    }
}

#[test]
fn a_version_is_asked_for_by_its_id() {
    let settings = json!({"image_model": "black-forest-labs/flux-schnell:c846"});
    let request = sent(image(picture()), settings);
    assert_described(&request);
    assert_eq!((path(&request), &json_body(&request)["version"]), ("/predictions", &json!("c846")));
}

#[test]
fn what_is_no_model_is_refused_before_anything_is_sent() {
    let mapping = json!({"operation": "image", "fields": {"prompt": "prompt"}});
    for model in ["../files", "a", "a/b/c", "a/", "a/b:", "a/b:../x", "a b/c", "a/..%2f"] {
        let operation = image(ImageOperation { model: Some(model.to_owned()), ..picture() });
        let error = refusal(operation, json!({"models": {model: mapping}}));
        assert_eq!(error.kind, "invalid-request", "{model}");
        assert!(error.message.contains("owner/name:version"), "{}", error.message);
    }
}

#[test]
fn a_clip_is_asked_in_the_models_own_words() {
    let operation = VideoOperation {
        negative_prompt: "people".to_owned(),
        aspect_ratio: "9:16".to_owned(),
        resolution: Some(720),
        duration: 4.0,
        generate_audio: true,
        seed: Some(7),
        ..clip()
    };
    let input = input(video(operation), Value::Null);
    assert_taken("google/veo-3.1", &input);
    let expected = json!({"prompt": "A lighthouse", "negative_prompt": "people", "aspect_ratio": "9:16",
        "resolution": "720p", "duration": 4, "generate_audio": true, "seed": 7});
    assert_eq!(input, expected);
}

#[test]
fn any_clip_is_one_that_the_model_takes() {
    for ratio in ["16:9", "9:16", "1:1", "21:9", "wide", ""] {
        for duration in [0.0, 5.0, 7.0, 60.0, 1e12, -1.0] {
            for resolution in [None, Some(0), Some(480), Some(2160), Some(u32::MAX)] {
                let operation = VideoOperation {
                    aspect_ratio: ratio.to_owned(),
                    duration,
                    resolution,
                    seed: Some(u64::MAX),
                    ..clip()
                };
                assert_taken("google/veo-3.1", &input(video(operation), Value::Null));
            }
        }
    }
}

#[test]
fn a_picture_has_the_nearest_shape_and_its_style_in_the_prompt() {
    for (width, height, ratio) in [(1920, 1080, "16:9"), (1080, 1920, "9:16"), (1000, 1000, "1:1"), (0, 0, "1:1")] {
        let operation = ImageOperation {
            width,
            height,
            style: "watercolour".to_owned(),
            mood: "hopeful".to_owned(),
            negative_prompt: "people".to_owned(),
            ..picture()
        };
        let input = input(image(operation), Value::Null);
        assert_taken("black-forest-labs/flux-schnell", &input);
        assert_eq!(input["aspect_ratio"], ratio);
        assert_eq!(input["prompt"], "A lighthouse\nStyle: watercolour.\nMood: hopeful.\nDo not show: people.");
    }
}

#[test]
fn a_seed_turns_off_what_would_make_it_useless() {
    let seeded = input(image(ImageOperation { seed: Some(7), ..picture() }), Value::Null);
    assert_taken("black-forest-labs/flux-schnell", &seeded);
    assert_eq!((&seeded["seed"], &seeded["go_fast"]), (&json!(7), &json!(false)));
    assert!(input(image(picture()), Value::Null).get("go_fast").is_none());
}

#[test]
fn a_text_is_asked_with_what_is_said_beforehand_and_the_conversation() {
    let operation = TextOperation { temperature: Some(0.7), max_tokens: Some(500), ..question() };
    let asked = input(text(operation), Value::Null);
    assert_taken("openai/gpt-4.1-mini", &asked);
    let expected = json!({"system_prompt": "You write films.", "prompt": "A lighthouse keeper's last night.",
        "temperature": 0.7, "max_completion_tokens": 500});
    assert_eq!(asked, expected);

    let mut talk = question();
    talk.messages.extend([message("assistant", "Rain."), message("user", "More.")]);
    let talk = input(text(talk), Value::Null);
    assert_eq!(talk["prompt"], "User: A lighthouse keeper's last night.\n\nAssistant: Rain.\n\nUser: More.");
}

#[test]
fn json_is_asked_for_in_words_where_the_model_has_no_field_for_a_schema() {
    let output = OutputSchema {
        name: "title".to_owned(),
        description: "Hands in a title.".to_owned(),
        schema: json!({"type": "object", "required": ["title"]}),
        via: OutputVia::FunctionCall,
    };
    let operation = TextOperation { output: Some(output), ..question() };
    let asked = input(text(operation.clone()), Value::Null);
    let system = asked["system_prompt"].as_str().unwrap();
    assert!(system.starts_with("Hands in a title. Answer with one JSON document"), "{system}");
    assert!(system.contains(r#"{"required":["title"],"type":"object"}"#) && system.ends_with("You write films."));

    let models = json!({"a/b": {"operation": "text", "fields": {"messages": {"to": "messages", "as_text": true},
        "json_schema": "schema"}}});
    let asked = input(text(operation), json!({"text_model": "a/b", "models": models}));
    assert_eq!(asked["schema"], json!({"type": "object", "required": ["title"]}));
    let messages: Value = serde_json::from_str(asked["messages"].as_str().unwrap()).unwrap();
    assert_eq!(messages[0], json!({"role": "system", "content": "You write films."}));
}

#[test]
fn a_text_without_messages_is_refused() {
    let error = refusal(text(TextOperation::default()), Value::Null);
    assert_eq!(error.message, "There are no messages to answer.");
}

#[test]
fn reference_pictures_are_left_out_of_a_prediction_that_cannot_have_them() {
    // Upright clips take none: nothing is uploaded.
    let operation = VideoOperation { aspect_ratio: "9:16".to_owned(), reference_images: handles(&["a"]), ..clip() };
    assert_eq!(path(&sent(video(operation), Value::Null)), "/models/google/veo-3.1/predictions");
}
