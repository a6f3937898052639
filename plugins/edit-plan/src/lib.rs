//! The strategy `edit-plan`: asks a language model how to cut a film from a project's media, and reads its answer. What
//! makes an answer right is the validator's to know; what model is asked is the host's.

mod answer;
mod messages;
mod schema;

use kinora_sdk::documents::{
    AudioMode, EditPlanRequest, Manifest, MediaStatus, Medium, OutputSchema, OutputVia, Role, StrategyRequest,
    TextOperation,
};
use kinora_sdk::{Failure, Strategy};
use serde_json::{Value, json};

pub use schema::plan_schema;

/// The most segments that are asked of a model.
pub const MAX_CLIPS: u32 = 100;

/// The most media that a model is told of: the first ones of the project.
pub const MAX_MEDIA: usize = 200;

/// A hundred segments take about 9000 tokens; models that think need room for that too.
const MAX_TOKENS: u32 = 16_000;

/// The strategy.
pub struct EditPlanning;

impl Strategy for EditPlanning {
    fn manifest() -> Manifest {
        Manifest {
            id: "edit-plan".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Edit plan".to_owned(),
            role: Role::Strategy,
            kinds: vec!["edit-plan".to_owned()],
            settings: Some(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "temperature": {"type": "number", "minimum": 0, "maximum": 2, "description": "How freely the model \
            plans; absent means the model's own default, which some models insist on."},
                    "house_rules": {"type": "string", "maxLength": 4000, "description": "Sentences that are added to the \
            system message: what every film must keep to."},
                },
            })),
            ..Manifest::default()
        }
    }

    fn compose(request: StrategyRequest, settings: Value) -> Result<TextOperation, Failure> {
        let wish: EditPlanRequest = serde_json::from_value(request.input)
            .map_err(|error| Failure::invalid_input(format!("The edit plan's request cannot be read: {error}.")))?;
        check(&wish)?;
        let ready = wish.materials.media.iter().filter(|medium| medium.status == MediaStatus::Ready);
        let media: Vec<&Medium> = ready.take(MAX_MEDIA).collect();
        if media.is_empty() {
            let message =
                "The project has no ready media: upload pictures or clips, and wait until they are processed.";
            return Err(Failure::invalid_input(message));
        }
        let most = wish.constraints.max_clips.unwrap_or(MAX_CLIPS).min(MAX_CLIPS) as usize;
        let ids: Vec<&str> = media.iter().map(|medium| medium.id.as_str()).collect();
        let house_rules = settings.get("house_rules").and_then(Value::as_str).unwrap_or_default();
        let mut brief = serde_json::to_value(&wish)
            .map_err(|error| Failure::invalid_input(format!("The edit plan's request cannot be written: {error}.")))?;
        brief["kind"] = json!("edit-plan");
        Ok(TextOperation {
            messages: messages::messages(&wish, &media, most, (request.attempt, &request.problems), house_rules),
            output: Some(OutputSchema {
                name: "create_edit_plan".to_owned(),
                description: "Hands in the finished plan of the film.".to_owned(),
                schema: plan_schema(&ids, most, messages::music(&wish).is_some()),
                via: OutputVia::FunctionCall,
            }),
            brief: Some(brief),
            model: None,
            temperature: settings.get("temperature").and_then(Value::as_f64).map(|value| value as f32),
            max_tokens: Some(MAX_TOKENS),
            seed: wish.seed,
        })
    }

    fn interpret(_request: StrategyRequest, text: &str, _settings: Value) -> Result<Value, Failure> {
        answer::read(text)
    }
}

fn check(wish: &EditPlanRequest) -> Result<(), Failure> {
    if wish.prompt.trim().is_empty() {
        return Err(Failure::invalid_input("The prompt is empty: say what the film should be."));
    }
    if wish.constraints.max_clips == Some(0) {
        return Err(Failure::invalid_input("constraints.max_clips is 0: a film has at least one clip."));
    }
    if wish.constraints.target_duration_seconds == Some(0) {
        return Err(Failure::invalid_input(
            "constraints.target_duration_seconds is 0: a film lasts at least a second.",
        ));
    }
    let analyzed = wish.materials.audio.as_ref().is_some_and(|track| track.analyzed);
    if wish.constraints.mode == AudioMode::WithAudio && !analyzed {
        return Err(Failure::invalid_input(
            "constraints.mode is with_audio, but the project has no analyzed audio track: upload one and have it analyzed, or \
             ask for no_audio.",
        ));
    }
    Ok(())
}

kinora_sdk::export_strategy!(EditPlanning);

#[cfg(test)]
mod tests {
    use super::*;

    fn compose(change: Value) -> Result<TextOperation, Failure> {
        let mut input = json!({"prompt": "a walk", "media": [
            {"id": "hill", "type": "image", "width": 1600, "height": 1200},
            {"id": "late", "type": "image", "width": 1600, "height": 1200, "status": "processing"}
        ]});
        for (name, value) in change.as_object().unwrap() {
            input[name] = value.clone();
        }
        let request = StrategyRequest { kind: "edit-plan".to_owned(), input, attempt: 1, problems: vec![] };
        EditPlanning::compose(request, json!({"temperature": 0.5}))
    }

    #[test]
    fn a_request_becomes_one_forced_function_call_about_ready_media() {
        let operation = compose(json!({"seed": 7, "constraints": {"max_clips": 3}})).unwrap();
        let output = operation.output.unwrap();
        assert_eq!((output.name.as_str(), output.via), ("create_edit_plan", OutputVia::FunctionCall));
        let timeline = &output.schema["properties"]["timeline"];
        assert_eq!(timeline["maxItems"], 3);
        assert_eq!(timeline["items"]["properties"]["media_id"]["enum"], json!(["hill"]));
        assert!(!operation.messages[1].content.contains("late"));
        assert_eq!((operation.seed, operation.temperature), (Some(7), Some(0.5)));
    }

    #[test]
    fn the_request_travels_along_as_data() {
        let brief = compose(json!({})).unwrap().brief.unwrap();
        assert_eq!(
            (&brief["kind"], &brief["prompt"], &brief["media"][0]["id"]),
            (&json!("edit-plan"), &json!("a walk"), &json!("hill"))
        );
        assert_eq!(brief["constraints"], json!({"mode": "no_audio"}));
    }

    #[test]
    fn what_no_plan_can_come_of_is_refused_before_it_is_paid_for() {
        let late = json!([{"id": "late", "type": "image", "width": 16, "height": 12, "status": "pending"}]);
        for (change, said) in [
            (json!({"prompt": " \n"}), "The prompt is empty"),
            (json!({"media": []}), "no ready media"),
            (json!({"media": late}), "no ready media"),
            (json!({"constraints": {"max_clips": 0}}), "max_clips is 0"),
            (json!({"constraints": {"target_duration_seconds": 0}}), "target_duration_seconds is 0"),
            (json!({"constraints": {"mode": "with_audio"}}), "no analyzed audio track"),
            (json!({"constraints": {"mode": "loud"}}), "cannot be read"),
        ] {
            let failure = compose(change.clone()).unwrap_err();
            assert_eq!(failure.kind, "invalid-input");
            assert!(failure.message.contains(said), "{change}: {}", failure.message);
        }
    }

    #[test]
    fn the_same_request_always_gives_the_same_question() {
        assert_eq!(compose(json!({})), compose(json!({})));
    }
}
