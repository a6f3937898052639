//! The validator `edit-plan`: judges an edit plan against the media it cuts and the constraints of the request it
//! answers, before it is saved or rendered. The rules of plans are those of the host, which judges plans that no model
//! wrote by the same ones; what a request asks for beyond them is judged here.

mod constraints;

use kinora_domain::edit_plan::{compile, read};
use kinora_sdk::documents::{EditPlanRequest, Manifest, Role, Verdict};
use kinora_sdk::{Failure, Validator};
use serde_json::Value;

/// The validator.
pub struct EditPlanCheck;

impl Validator for EditPlanCheck {
    fn manifest() -> Manifest {
        Manifest {
            id: "edit-plan-check".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Edit plan rules".to_owned(),
            role: Role::Validator,
            kinds: vec!["edit-plan".to_owned()],
            ..Manifest::default()
        }
    }

    fn validate(document: Value, context: Value, _settings: Value) -> Result<Verdict, Failure> {
        let request: EditPlanRequest = serde_json::from_value(context).map_err(|error| {
            Failure::invalid_input(format!(
                "The context of an edit plan is its request, which cannot be read: {error}."
            ))
        })?;
        let judged = read(&document).and_then(|plan| Ok((compile(&plan, &request.materials)?, plan)));
        let problems = match judged {
            Ok((film, plan)) => constraints::judge(&plan, &film, &request.constraints),
            Err(problems) => problems,
        };
        Ok(Verdict { problems })
    }
}

kinora_sdk::export_validator!(EditPlanCheck);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(constraints: Value) -> Value {
        json!({"prompt": "a walk", "constraints": constraints, "media": [
            {"id": "hill", "type": "image", "filename": "hill.jpg", "width": 1600, "height": 1200, "status": "ready"},
            {"id": "walk", "type": "video", "filename": "walk.mp4", "width": 1920, "height": 1080, "duration_ms": 4000,
                "status": "ready"}
        ], "audio": {"duration_ms": 30_000, "bpm": 120, "beats_ms": [0, 500], "analyzed": true}})
    }

    /// A film of two segments of three seconds each.
    fn plan(change: Value) -> Value {
        let mut plan = json!({"timeline": [{"media_id": "hill", "duration": {"seconds": 3}},
            {"media_id": "walk", "duration": {"seconds": 3}}]});
        for (name, value) in change.as_object().unwrap() {
            plan[name] = value.clone();
        }
        plan
    }

    fn told(plan: Value, constraints: Value) -> Vec<String> {
        let verdict = EditPlanCheck::validate(plan, request(constraints), Value::Null).unwrap();
        verdict.problems.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn a_plan_that_keeps_to_rules_and_constraints_has_no_problems() {
        assert_eq!(told(plan(json!({})), json!({})), [""; 0]);
        let constraints =
            json!({"mode": "no_audio", "target_duration_seconds": 6, "transition_type": "cut", "max_clips": 2});
        assert_eq!(told(plan(json!({})), constraints), [""; 0]);
    }

    #[test]
    fn an_unknown_medium_is_told_as_documented() {
        let timeline =
            json!([{"media_id": "hill", "duration": {"seconds": 3}}, {"media_id": "abc123", "duration": {"ms": 5}}]);
        assert_eq!(
            told(plan(json!({"timeline": timeline})), json!({})),
            ["Segment 2 references unknown media_id abc123"]
        );
    }

    #[test]
    fn what_no_plan_is_is_a_verdict_and_no_failure() {
        assert_eq!(told(json!("cut it"), json!({})), ["The edit plan must be an object, but is the string “cut it”"]);
    }

    #[test]
    fn no_more_clips_than_asked_for() {
        let message = "The timeline has 2 segments, but at most 1 is asked for; leave some out";
        assert_eq!(told(plan(json!({})), json!({"max_clips": 1})), [message]);
    }

    #[test]
    fn the_sound_is_the_one_asked_for() {
        let message = "audio.mode must be with_audio, as asked for, but is no_audio";
        assert_eq!(told(plan(json!({})), json!({"mode": "with_audio"})), [message]);
        let music = json!({"audio": {"mode": "with_audio"}});
        assert_eq!(told(plan(music.clone()), json!({"mode": "with_audio"})), [""; 0]);
        assert_eq!(told(plan(music), json!({})), ["audio.mode must be no_audio, as asked for, but is with_audio"]);
    }

    #[test]
    fn the_length_is_about_the_one_asked_for() {
        for about in [4, 5, 6, 8, 11] {
            assert_eq!(told(plan(json!({})), json!({"target_duration_seconds": about})), [""; 0], "{about}");
        }
        for (asked, what) in [(3, "shorten"), (20, "lengthen")] {
            let message = format!(
                "The film lasts 6.0 s, but about {asked} s are asked for; {what} segments or change how many there are"
            );
            assert_eq!(told(plan(json!({})), json!({"target_duration_seconds": asked})), [message]);
        }
    }

    #[test]
    fn transitions_are_of_the_kind_asked_for() {
        let fade = json!({"defaults": {"transition": {"type": "crossfade", "duration_ms": 500}}});
        let crossfade = json!({"transition_type": "crossfade"});
        assert_eq!(told(plan(fade.clone()), crossfade.clone()), [""; 0]);
        let message = "No segment begins with a crossfade, but crossfades are asked for; set defaults.transition";
        assert_eq!(told(plan(json!({})), crossfade), [message]);
        let message =
            "Segment 2 (media_id walk) begins with a crossfade, but cuts are asked for; make its transition a cut";
        assert_eq!(told(plan(fade), json!({"transition_type": "cut"})), [message]);
        let one = json!({"timeline": [{"media_id": "hill", "duration": {"seconds": 3}}]});
        assert_eq!(told(plan(one), json!({"transition_type": "crossfade"})), [""; 0]);
    }

    #[test]
    fn a_context_that_is_no_request_is_a_failure_and_no_verdict() {
        assert!(EditPlanCheck::validate(plan(json!({})), json!({"prompt": 7}), Value::Null).is_err());
    }
}
