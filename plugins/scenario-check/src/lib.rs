//! The validator `scenario`: judges a scenario against the request it answers, before it is used or paid for.
//! What it lets through can be read as a [`ScenarioDraft`](kinora_sdk::documents::ScenarioDraft). It knows nothing
//! of models or prompts.

mod rules;

use kinora_sdk::documents::{Manifest, Role, Verdict};
use kinora_sdk::{Failure, Validator};
use serde_json::Value;

pub use rules::judge;

/// The validator.
pub struct ScenarioCheck;

impl Validator for ScenarioCheck {
    fn manifest() -> Manifest {
        Manifest {
            id: "scenario-check".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Scenario rules".to_owned(),
            role: Role::Validator,
            kinds: vec!["scenario".to_owned()],
            ..Manifest::default()
        }
    }

    fn validate(document: Value, context: Value, _settings: Value) -> Result<Verdict, Failure> {
        let scene_count = context.get("scene_count").and_then(Value::as_u64).ok_or_else(|| {
            Failure::invalid_input(
                "The context of a scenario is its request, which says scene_count as a whole number.",
            )
        })?;
        Ok(Verdict { problems: judge(&document, scene_count) })
    }
}

kinora_sdk::export_validator!(ScenarioCheck);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_request_says_how_many_scenes_there_should_be() {
        let document =
            json!({"scenes": [{}], "detectedDemographics": {}, "thumbnailPrompt": "", "title": "", "description": ""});
        let verdict = ScenarioCheck::validate(document, json!({"scene_count": 3}), json!({})).unwrap();
        assert_eq!(verdict.problems[0].message, "Expected 3 scenes but got 1 scenes");
    }

    #[test]
    fn a_context_that_is_no_scenario_request_is_a_failure_and_no_verdict() {
        assert!(ScenarioCheck::validate(json!({}), json!({}), json!({})).is_err());
    }
}
