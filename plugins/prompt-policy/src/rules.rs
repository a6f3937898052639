//! What prompts and scenes must have, in the order in which it is judged. A document of the wrong shape or with a wrong
//! number of scenes is told that alone; otherwise every text tells all its own problems.

use kinora_sdk::documents::Problem;
use serde_json::Value;

use crate::policy::Policy;

/// Judges `{prompt, negative_prompt?}`. Empty means that it is good.
pub fn judge_prompt(document: &Value, policy: &Policy) -> Vec<Problem> {
    let Some(fields) = document.as_object() else {
        return vec![problem(
            "prompt-type",
            format!("The prompt's document must be an object but is {}.", kind(document)),
            "",
        )];
    };
    let mut problems = judge_text("The prompt", fields.get("prompt"), "/prompt", policy);
    if let Some(negative) = fields.get("negative_prompt").filter(|negative| !negative.is_null()) {
        problems.extend(judge_text("The negative prompt", Some(negative), "/negative_prompt", policy));
    }
    problems
}

/// Judges the scenes of a music video that should have `wanted` of them. Empty means that it is good, and that it can
/// be read as [`MusicVideoScenes`](kinora_sdk::documents::MusicVideoScenes).
pub fn judge_scenes(document: &Value, wanted: u64, policy: &Policy) -> Vec<Problem> {
    let scenes = match document.get("scenes") {
        Some(Value::Array(scenes)) => scenes,
        None | Some(Value::Null) => {
            return vec![problem("missing-fields", "The music video has no scenes.".to_owned(), "")];
        }
        Some(other) => {
            return vec![problem(
                "scenes-type",
                format!("The scenes must be a list but are {}.", kind(other)),
                "/scenes",
            )];
        }
    };
    if scenes.len() as u64 != wanted {
        let noun = if wanted == 1 { "scene" } else { "scenes" };
        return vec![problem("scene-count", format!("Expected {wanted} {noun} but got {}.", scenes.len()), "/scenes")];
    }
    scenes.iter().enumerate().flat_map(|(index, scene)| judge_scene(index, scene, policy)).collect()
}

fn judge_scene(index: usize, scene: &Value, policy: &Policy) -> Vec<Problem> {
    let (number, path) = (index + 1, format!("/scenes/{index}"));
    let Some(fields) = scene.as_object() else {
        return vec![problem("scene-type", format!("Scene {number} must be an object but is {}.", kind(scene)), &path)];
    };
    [("description", "The description"), ("negative_description", "The negative description")]
        .into_iter()
        .flat_map(|(name, words)| {
            judge_text(&format!("{words} of scene {number}"), fields.get(name), &format!("{path}/{name}"), policy)
        })
        .collect()
}

/// Judges one text; `null` counts as not there.
fn judge_text(name: &str, value: Option<&Value>, path: &str, policy: &Policy) -> Vec<Problem> {
    match value {
        None | Some(Value::Null) => vec![problem("missing-fields", format!("{name} is missing."), path)],
        Some(Value::String(text)) => policy.judge(name, text, path),
        Some(other) => vec![problem("field-type", format!("{name} must be a string but is {}.", kind(other)), path)],
    }
}

/// A value's type in words, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn problem(code: &str, message: String, path: &str) -> Problem {
    Problem { code: code.to_owned(), message, path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::MusicVideoScenes;
    use serde_json::json;

    use super::*;

    fn policy() -> Policy {
        Policy { max_length: 20, banned_terms: vec!["gun".to_owned().into()], ..Policy::default() }
    }

    /// Code, message and path of each problem.
    type Told = Vec<(String, String, String)>;

    fn told(problems: Vec<Problem>) -> Told {
        problems.into_iter().map(|problem| (problem.code, problem.message, problem.path)).collect()
    }

    fn expected(problems: &[(&str, &str, &str)]) -> Told {
        problems.iter().map(|(code, message, path)| ((*code).into(), (*message).into(), (*path).into())).collect()
    }

    fn good() -> Value {
        json!({"scenes": [
            {"description": "a boat at dawn", "negative_description": "text"},
            {"description": "a boat at noon", "negative_description": "text"},
        ]})
    }

    fn scenes(document: &Value) -> Told {
        told(judge_scenes(document, 2, &policy()))
    }

    #[test]
    fn a_prompt_is_there_and_says_something() {
        let judge = |document: Value| told(judge_prompt(&document, &policy()));
        assert_eq!(judge(json!({"prompt": "a boat"})), []);
        assert_eq!(judge(json!({})), expected(&[("missing-fields", "The prompt is missing.", "/prompt")]));
        assert_eq!(judge(json!({"prompt": "\n"})), expected(&[("blank", "The prompt is empty.", "/prompt")]));
        let message = "The prompt must be a string but is a list.";
        assert_eq!(judge(json!({"prompt": ["a"]})), expected(&[("field-type", message, "/prompt")]));
        let message = "The prompt's document must be an object but is a string.";
        assert_eq!(judge(json!("a boat")), expected(&[("prompt-type", message, "")]));
    }

    #[test]
    fn a_negative_prompt_keeps_to_the_same_policy_where_there_is_one() {
        let judge =
            |negative: Value| told(judge_prompt(&json!({"prompt": "a boat", "negative_prompt": negative}), &policy()));
        assert_eq!(judge(Value::Null), []);
        assert_eq!(judge(json!("text")), []);
        let path = "/negative_prompt";
        assert_eq!(judge(json!("")), expected(&[("blank", "The negative prompt is empty.", path)]));
        let long = "The negative prompt has 21 characters; at most 20 are allowed.";
        assert_eq!(judge(json!("x".repeat(21))), expected(&[("too-long", long, path)]));
        let banned = "The negative prompt says “gun”, which is not allowed.";
        assert_eq!(judge(json!("a Gun")), expected(&[("banned-term", banned, path)]));
    }

    #[test]
    fn good_scenes_have_no_problems_and_can_be_read() {
        assert_eq!(scenes(&good()), []);
        serde_json::from_value::<MusicVideoScenes>(good()).unwrap();
    }

    #[test]
    fn a_wrong_number_of_scenes_is_told_alone_and_with_both_counts() {
        let mut document = good();
        document["scenes"].as_array_mut().unwrap().push(json!("x"));
        assert_eq!(scenes(&document), expected(&[("scene-count", "Expected 2 scenes but got 3.", "/scenes")]));
        let one = judge_scenes(&json!({"scenes": []}), 1, &policy());
        assert_eq!(told(one), expected(&[("scene-count", "Expected 1 scene but got 0.", "/scenes")]));
    }

    #[test]
    fn scenes_are_a_list_before_they_are_counted() {
        let message = "The scenes must be a list but are an object.";
        assert_eq!(scenes(&json!({"scenes": {}})), expected(&[("scenes-type", message, "/scenes")]));
        for document in [json!({}), json!([]), json!("x"), json!({"scenes": null})] {
            assert_eq!(scenes(&document), expected(&[("missing-fields", "The music video has no scenes.", "")]));
        }
    }

    #[test]
    fn every_text_of_every_scene_tells_its_own_problems_and_where() {
        let mut document = good();
        document["scenes"][0]["description"] = json!("  ");
        document["scenes"][0]["negative_description"] = json!("a gun, a gun, a longer text");
        document["scenes"][1] = json!({"negative_description": 7});
        let problems = [
            ("blank", "The description of scene 1 is empty.", "/scenes/0/description"),
            (
                "too-long",
                "The negative description of scene 1 has 27 characters; at most 20 are allowed.",
                "/scenes/0/negative_description",
            ),
            (
                "banned-term",
                "The negative description of scene 1 says “gun”, which is not allowed.",
                "/scenes/0/negative_description",
            ),
            ("missing-fields", "The description of scene 2 is missing.", "/scenes/1/description"),
            (
                "field-type",
                "The negative description of scene 2 must be a string but is a number.",
                "/scenes/1/negative_description",
            ),
        ];
        assert_eq!(scenes(&document), expected(&problems));
        document["scenes"] = json!(["a boat", {"description": "a", "negative_description": "b"}]);
        let message = "Scene 1 must be an object but is a string.";
        assert_eq!(scenes(&document), expected(&[("scene-type", message, "/scenes/0")]));
    }
}
