//! The strategy `music-video`: asks a language model for the scenes of a music video, each a prompt that a video model
//! can film without knowing the others, and reads its answer. What makes an answer right is the validator's to know;
//! what model is asked is the host's.

mod answer;
mod messages;
mod schema;

use kinora_sdk::documents::{
    Manifest, MusicVideoRequest, OutputSchema, OutputVia, Role, StrategyRequest, TextOperation,
};
use kinora_sdk::{Failure, Strategy};
use serde_json::{Value, json};

pub use schema::scenes_schema;

/// A music video has this many scenes at most: 400 seconds.
pub const MAX_SCENES: u32 = 50;

/// Fifty scenes take about 12,000 tokens; the widely used models write no more than 16,384.
const MAX_TOKENS: u32 = 16_000;

/// The strategy.
pub struct MusicVideo;

impl Strategy for MusicVideo {
    fn manifest() -> Manifest {
        Manifest {
            id: "music-video".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Music video".to_owned(),
            role: Role::Strategy,
            kinds: vec!["music-video".to_owned()],
            settings: Some(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "temperature": {"type": "number", "minimum": 0, "maximum": 2, "description": "How freely the model \
            writes; absent means the model's own default, which some models insist on."},
                    "house_rules": {"type": "string", "maxLength": 4000, "description": "Sentences that are added to the \
            system message: what every music video must keep to."},
                },
            })),
            ..Manifest::default()
        }
    }

    fn compose(request: StrategyRequest, settings: Value) -> Result<TextOperation, Failure> {
        let video: MusicVideoRequest = serde_json::from_value(request.input)
            .map_err(|error| Failure::invalid_input(format!("The music video's request cannot be read: {error}.")))?;
        check(&video)?;
        let house_rules = settings.get("house_rules").and_then(Value::as_str).unwrap_or_default();
        let mut brief = serde_json::to_value(&video).map_err(|error| {
            Failure::invalid_input(format!("The music video's request cannot be written: {error}."))
        })?;
        brief["kind"] = json!("music-video");
        Ok(TextOperation {
            messages: messages::messages(&video, request.attempt, &request.problems, house_rules),
            output: Some(OutputSchema {
                name: "create_scenes".to_owned(),
                description: format!("Hands in the music video, finished, as {}.", messages::scenes(&video)),
                schema: scenes_schema(video.number_of_scenes),
                via: OutputVia::FunctionCall,
            }),
            brief: Some(brief),
            model: None,
            temperature: settings.get("temperature").and_then(Value::as_f64).map(|value| value as f32),
            max_tokens: Some(MAX_TOKENS),
            seed: video.seed,
        })
    }

    fn interpret(_request: StrategyRequest, text: &str, _settings: Value) -> Result<Value, Failure> {
        answer::read(text)
    }
}

fn check(video: &MusicVideoRequest) -> Result<(), Failure> {
    if !(1..=MAX_SCENES).contains(&video.number_of_scenes) {
        return Err(Failure::invalid_input(format!(
            "A music video has 1 to {MAX_SCENES} scenes, not {}.",
            video.number_of_scenes
        )));
    }
    let texts = [
        ("idea", &video.idea),
        ("character_description", &video.character_description),
        ("video_type", &video.video_type),
        ("video_characteristics", &video.video_characteristics),
        ("camera_angle", &video.camera_angle),
    ];
    match texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
        Some((name, _)) => Err(Failure::invalid_input(format!("The field {name} is empty: give it some words."))),
        None => Ok(()),
    }
}

kinora_sdk::export_strategy!(MusicVideo);

#[cfg(test)]
mod tests {
    use super::*;

    fn request(input: Value) -> StrategyRequest {
        StrategyRequest { kind: "music-video".to_owned(), input, attempt: 1, problems: vec![] }
    }

    fn input() -> Value {
        json!({"idea": "a tourist in Austin", "character_description": "a silver robot"})
    }

    fn compose(change: Value) -> Result<TextOperation, Failure> {
        let mut input = input();
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        MusicVideo::compose(request(input), json!({"temperature": 0.5}))
    }

    #[test]
    fn a_request_becomes_one_forced_function_call() {
        let operation = compose(json!({"seed": 7})).unwrap();
        let output = operation.output.unwrap();
        assert_eq!((output.name.as_str(), output.via), ("create_scenes", OutputVia::FunctionCall));
        assert_eq!(output.description, "Hands in the music video, finished, as 4 scenes.");
        assert_eq!((operation.seed, operation.temperature), (Some(7), Some(0.5)));
    }

    #[test]
    fn the_request_travels_along_as_data_with_its_defaults_filled_in() {
        let brief = compose(json!({})).unwrap().brief.unwrap();
        let expected = json!({"kind": "music-video", "idea": "a tourist in Austin",
            "character_description": "a silver robot", "number_of_scenes": 4, "video_type": "video",
            "video_characteristics": "vlogging, realistic, 4k, cinematic", "camera_angle": "front"});
        assert_eq!(brief, expected);
    }

    #[test]
    fn a_scene_count_out_of_range_is_refused_and_the_range_is_named() {
        for count in [0, 51] {
            let failure = compose(json!({"number_of_scenes": count})).unwrap_err();
            assert_eq!(failure.kind, "invalid-input");
            assert_eq!(failure.message, format!("A music video has 1 to 50 scenes, not {count}."));
        }
        assert!(compose(json!({"number_of_scenes": 1})).is_ok() && compose(json!({"number_of_scenes": 50})).is_ok());
    }

    #[test]
    fn blank_texts_are_refused_by_name() {
        for name in ["idea", "character_description", "video_type", "video_characteristics", "camera_angle"] {
            let failure = compose(json!({name: " \n"})).unwrap_err();
            assert_eq!(failure.kind, "invalid-input");
            assert!(failure.message.contains(name), "{}", failure.message);
        }
        assert!(compose(json!({"character_characteristics": " "})).is_ok());
    }

    #[test]
    fn what_is_no_request_of_a_music_video_is_refused() {
        let failure = MusicVideo::compose(request(json!({"prompt": "a tourist"})), json!({})).unwrap_err();
        assert_eq!(failure.kind, "invalid-input");
        assert!(failure.message.contains("idea"), "{}", failure.message);
    }

    #[test]
    fn the_same_request_always_gives_the_same_question() {
        assert_eq!(compose(json!({})), compose(json!({})));
    }
}
