//! The strategy `scenario`: asks a language model for the plan of a film, scene by scene, and reads its answer.
//! What makes an answer right is the validator's to know; what model is asked is the host's.

mod messages;
pub mod python_json;
mod schema;

use kinora_sdk::documents::{Manifest, OutputSchema, OutputVia, Role, ScenarioRequest, StrategyRequest, TextOperation};
use kinora_sdk::{Failure, Strategy};
use serde_json::{Value, json};

pub use schema::scenario_schema;

/// A film has this many scenes at most: 120 seconds.
pub const MAX_SCENES: u32 = 15;

/// A scenario of fifteen scenes takes about 5000 tokens; models that think need room for that too.
const MAX_TOKENS: u32 = 16_000;

/// The strategy.
pub struct Scenario;

impl Strategy for Scenario {
    fn manifest() -> Manifest {
        Manifest {
            id: "scenario".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Scenario".to_owned(),
            role: Role::Strategy,
            kinds: vec!["scenario".to_owned()],
            settings: Some(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "temperature": {"type": "number", "minimum": 0, "maximum": 2, "description": "How freely the model \
            writes; absent means the model's own default, which some models insist on."},
                    "house_rules": {"type": "string", "maxLength": 4000, "description": "Sentences that are added to the \
            system message: what every film must keep to."},
                },
            })),
            ..Manifest::default()
        }
    }

    fn compose(request: StrategyRequest, settings: Value) -> Result<TextOperation, Failure> {
        let scenario: ScenarioRequest = serde_json::from_value(request.input)
            .map_err(|error| Failure::invalid_input(format!("The scenario request cannot be read: {error}.")))?;
        if scenario.prompt.trim().is_empty() {
            return Err(Failure::invalid_input("The prompt is empty: say what the film is about."));
        }
        if !(1..=MAX_SCENES).contains(&scenario.scene_count) {
            return Err(Failure::invalid_input(format!(
                "A film has 1 to {MAX_SCENES} scenes, not {}.",
                scenario.scene_count
            )));
        }
        let house_rules = settings.get("house_rules").and_then(Value::as_str).unwrap_or_default();
        let mut brief = serde_json::to_value(&scenario)
            .map_err(|error| Failure::invalid_input(format!("The scenario request cannot be written: {error}.")))?;
        brief["kind"] = json!("scenario");
        Ok(TextOperation {
            messages: messages::messages(&scenario, request.attempt, &request.problems, house_rules),
            output: Some(OutputSchema {
                name: "create_scenario".to_owned(),
                description: format!("Hands in the finished scenario of {} scenes.", scenario.scene_count),
                schema: scenario_schema(scenario.scene_count),
                via: OutputVia::FunctionCall,
            }),
            brief: Some(brief),
            model: None,
            temperature: settings.get("temperature").and_then(Value::as_f64).map(|value| value as f32),
            max_tokens: Some(MAX_TOKENS),
            seed: scenario.seed,
        })
    }

    fn interpret(_request: StrategyRequest, text: &str, _settings: Value) -> Result<Value, Failure> {
        let mut scenario = python_json::loads(text).or_else(|error| {
            // Some gateways put a call's arguments into a Markdown fence. The complaint is of the text as it came.
            unfenced(text)
                .and_then(|inner| python_json::loads(inner).ok())
                .ok_or_else(|| Failure::malformed_output(format!("Invalid JSON in function call arguments: {error}")))
        })?;
        mend_numbers(&mut scenario);
        Ok(scenario)
    }
}

/// What stands inside a Markdown fence that holds the whole text.
fn unfenced(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("```")?.strip_suffix("```")?;
    inner.split_once('\n').map(|(_language, inner)| inner)
}

/// Writes `8.0` and `"8"` as 8 where a scene has a whole number: models that know no integers answer so, and asking
/// again would cost as much as the first time.
fn mend_numbers(scenario: &mut Value) {
    let Some(scenes) = scenario.get_mut("scenes").and_then(Value::as_array_mut) else {
        return;
    };
    for scene in scenes {
        for name in ["sceneNumber", "duration"] {
            let Some(value) = scene.get_mut(name) else {
                continue;
            };
            let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
            if let Some(number) = number.filter(|number| number.fract() == 0.0 && (0.0..1e9).contains(number)) {
                *value = json!(number as u64);
            }
        }
    }
}

kinora_sdk::export_strategy!(Scenario);

#[cfg(test)]
mod tests {
    use super::*;

    fn request(prompt: &str, scene_count: u32) -> StrategyRequest {
        StrategyRequest {
            kind: "scenario".to_owned(),
            input: json!({"prompt": prompt, "scene_count": scene_count, "style": "cinematic-storytelling",
                "mood": "professional", "resolution": "1920x1080", "target_language": "en-US", "seed": 7}),
            attempt: 1,
            problems: vec![],
        }
    }

    fn interpret(text: &str) -> Result<Value, Failure> {
        Scenario::interpret(request("x", 3), text, json!({}))
    }

    #[test]
    fn a_request_becomes_one_forced_function_call() {
        let operation = Scenario::compose(request("tea", 3), json!({})).unwrap();
        let output = operation.output.unwrap();
        assert_eq!((output.name.as_str(), output.via), ("create_scenario", OutputVia::FunctionCall));
        assert_eq!(operation.seed, Some(7));
    }

    #[test]
    fn the_request_travels_along_as_data_for_those_who_read_no_prose() {
        let brief = Scenario::compose(request("tea", 3), json!({})).unwrap().brief.unwrap();
        assert_eq!(
            (&brief["kind"], &brief["prompt"], &brief["scene_count"]),
            (&json!("scenario"), &json!("tea"), &json!(3))
        );
    }

    #[test]
    fn an_empty_prompt_and_a_scene_count_out_of_range_are_refused() {
        for (prompt, count) in [(" \n", 3), ("tea", 0), ("tea", 16)] {
            let failure = Scenario::compose(request(prompt, count), json!({})).unwrap_err();
            assert_eq!(failure.kind, "invalid-input");
        }
        assert!(Scenario::compose(request("tea", 15), Value::Null).is_ok());
    }

    #[test]
    fn the_same_request_always_gives_the_same_question() {
        let compose = || Scenario::compose(request("tea", 3), json!({"temperature": 0.5})).unwrap();
        assert_eq!(compose(), compose());
        assert_eq!(compose().temperature, Some(0.5));
    }

    #[test]
    fn broken_json_is_told_exactly_as_documented() {
        let failure = interpret("{\"title\": \"T\" \"scenes\": []}").unwrap_err();
        assert_eq!(failure.kind, "malformed-output");
        let expected = "Invalid JSON in function call arguments: Expecting ',' delimiter: line 1 column 15 (char 14)";
        assert_eq!(failure.message, expected);
    }

    #[test]
    fn an_answer_in_a_markdown_fence_is_read() {
        assert_eq!(interpret("```json\n{\"title\": \"T\"}\n```\n").unwrap(), json!({"title": "T"}));
        assert_eq!(
            interpret("```json\n{\n```").unwrap_err().message,
            "Invalid JSON in function call arguments: Expecting value: line 1 column 1 (char 0)"
        );
    }

    #[test]
    fn whole_numbers_written_otherwise_are_mended_and_others_left_to_the_validator() {
        let read = interpret(r#"{"scenes": [{"duration": 8.0, "sceneNumber": "2"}, {"duration": 7.5}, 3]}"#).unwrap();
        assert_eq!(read, json!({"scenes": [{"duration": 8, "sceneNumber": 2}, {"duration": 7.5}, 3]}));
    }
}
