//! The rules, in the order in which they are judged. The first group that finds something ends the judging: a model
//! that forgot the scenes is not also told what its scenes lack. The messages of the first groups are part of the
//! published contract, since clients match on them; a change here is a change of the API.

use kinora_sdk::documents::Problem;
use serde_json::{Map, Value};

/// What a scenario must have, in the order in which its absence is reported.
const TOP_LEVEL: [&str; 5] = ["scenes", "detectedDemographics", "thumbnailPrompt", "title", "description"];

/// What a scene must have, and how it must be.
const SCENE: [(&str, Shape); 8] = [
    ("sceneId", Shape::Text),
    ("sceneNumber", Shape::Count),
    ("description", Shape::Words),
    ("duration", Shape::Count),
    ("imagePrompt", Shape::Words),
    ("visualPrompt", Shape::Words),
    ("imageReasoning", Shape::Text),
    ("textOverlayPrompt", Shape::Text),
];

/// What demographics must have.
const DEMOGRAPHICS: [&str; 4] = ["targetGender", "ageGroup", "productType", "demographicContext"];

/// What a field of a scene holds.
#[derive(Clone, Copy)]
enum Shape {
    /// A string, which may be empty.
    Text,
    /// A string that says something: an empty picture prompt would be paid for and show nothing.
    Words,
    /// A whole number from 0.
    Count,
}

/// Judges a scenario that should have `scene_count` scenes. Empty means that it is good, and that it can be read as a
/// [`ScenarioDraft`](kinora_sdk::documents::ScenarioDraft).
pub fn judge(document: &Value, scene_count: u64) -> Vec<Problem> {
    let empty = Map::new();
    let fields = document.as_object().unwrap_or(&empty);

    let missing = missing(fields, &TOP_LEVEL);
    if !missing.is_empty() {
        return one("missing-fields", format!("Missing required fields: {}", missing.join(", ")), "");
    }

    let scenes = match &fields["scenes"] {
        Value::Array(scenes) => scenes,
        other => {
            return one("scenes-type", format!("Scenes must be a list but is {}", kind(other)), "/scenes");
        }
    };
    if scenes.is_empty() {
        return one("scenes-empty", "Scenes list is empty".to_owned(), "/scenes");
    }
    if scenes.len() as u64 != scene_count {
        let message = format!("Expected {scene_count} scenes but got {} scenes", scenes.len());
        return one("scene-count", message, "/scenes");
    }

    let problems: Vec<Problem> =
        scenes.iter().enumerate().filter_map(|(index, scene)| judge_scene(index, scene)).collect();
    if !problems.is_empty() {
        return problems;
    }

    let problems = judge_demographics(&fields["detectedDemographics"]);
    if !problems.is_empty() {
        return problems;
    }
    judge_texts(fields)
}

/// At most one problem for one scene: what it lacks, or else what of it has the wrong type.
fn judge_scene(index: usize, scene: &Value) -> Option<Problem> {
    let (number, path) = (index + 1, format!("/scenes/{index}"));
    let Some(fields) = scene.as_object() else {
        let message = format!("Scene {number} must be an object but is {}", kind(scene));
        return Some(problem("scene-type", message, path));
    };
    let missing: Vec<&str> = SCENE
        .iter()
        .filter(|(name, shape)| match (fields.get(*name), shape) {
            (None | Some(Value::Null), _) => true,
            (Some(Value::String(text)), Shape::Words) => text.trim().is_empty(),
            _ => false,
        })
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        let message = format!("Scene {number} is missing required fields: {}", missing.join(", "));
        return Some(problem("scene-fields", message, path));
    }
    SCENE.iter().find_map(|(name, shape)| {
        let value = &fields[*name];
        let (fits, wanted) = match shape {
            Shape::Text | Shape::Words => (value.is_string(), "a string"),
            Shape::Count => (value.as_u64().is_some_and(|count| u32::try_from(count).is_ok()), "a whole number"),
        };
        (!fits).then(|| {
            let message = format!("Scene {number}: {name} must be {wanted} but is {}", kind(value));
            problem("scene-field-type", message, format!("{path}/{name}"))
        })
    })
}

fn judge_demographics(demographics: &Value) -> Vec<Problem> {
    const PATH: &str = "/detectedDemographics";
    let Some(fields) = demographics.as_object() else {
        let message = format!("Detected demographics must be an object but is {}", kind(demographics));
        return one("demographics-type", message, PATH);
    };
    let missing = missing(fields, &DEMOGRAPHICS);
    if !missing.is_empty() {
        return one(
            "demographics-fields",
            format!("Missing required demographics fields: {}", missing.join(", ")),
            PATH,
        );
    }
    DEMOGRAPHICS
        .iter()
        .filter(|name| !fields[**name].is_string())
        .map(|name| {
            let message = format!("Demographics: {name} must be a string but is {}", kind(&fields[*name]));
            problem("demographics-field-type", message, format!("{PATH}/{name}"))
        })
        .collect()
}

/// The last group: texts of the top level that are no strings, so that what passes can always be read.
fn judge_texts(fields: &Map<String, Value>) -> Vec<Problem> {
    ["title", "description", "thumbnailPrompt", "thumbnailTextOverlayPrompt"]
        .into_iter()
        .filter_map(|name| fields.get(name).map(|value| (name, value)))
        .filter(|(_, value)| !value.is_string())
        .map(|(name, value)| {
            problem("field-type", format!("{name} must be a string but is {}", kind(value)), format!("/{name}"))
        })
        .collect()
}

/// Which of `names` are not there; `null` counts as not there.
fn missing<'n>(fields: &Map<String, Value>, names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|name| fields.get(*name).is_none_or(Value::is_null)).collect()
}

/// A value's type in words, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn one(code: &str, message: String, path: &str) -> Vec<Problem> {
    vec![problem(code, message, path.to_owned())]
}

fn problem(code: &str, message: String, path: String) -> Problem {
    Problem { code: code.to_owned(), message, path }
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::ScenarioDraft;
    use serde_json::json;

    use super::*;

    fn scene(number: u32) -> Value {
        json!({
            "sceneId": format!("scene_{number}"), "sceneNumber": number, "description": "Hero shot", "duration": 8,
            "imagePrompt": "Headphones", "visualPrompt": "Reveal", "imageReasoning": "Showcase",
            "textOverlayPrompt": "Premium Sound"
        })
    }

    fn good(scenes: u32) -> Value {
        json!({
            "title": "T", "description": "D", "thumbnailPrompt": "P", "thumbnailTextOverlayPrompt": "O",
            "detectedDemographics": {"targetGender": "unisex", "ageGroup": "adults", "productType": "electronics",
                "demographicContext": "Modern"},
            "scenes": (1..=scenes).map(scene).collect::<Vec<_>>()
        })
    }

    fn only(document: &Value, count: u64) -> (String, String, String) {
        let problems = judge(document, count);
        assert_eq!(problems.len(), 1, "{problems:?}");
        (problems[0].code.clone(), problems[0].message.clone(), problems[0].path.clone())
    }

    fn expect(document: &Value, count: u64, code: &str, message: &str, path: &str) {
        assert_eq!(only(document, count), (code.to_owned(), message.to_owned(), path.to_owned()));
    }

    fn without(names: &[&str]) -> Value {
        let mut document = good(3);
        for name in names {
            document.as_object_mut().unwrap().remove(*name);
        }
        document
    }

    #[test]
    fn a_good_scenario_has_no_problems_and_can_be_read() {
        assert_eq!(judge(&good(3), 3), vec![]);
        serde_json::from_value::<ScenarioDraft>(good(3)).unwrap();
    }

    #[test]
    fn missing_fields_are_named_in_the_documented_order() {
        let message = "Missing required fields: scenes, detectedDemographics";
        expect(&without(&["detectedDemographics", "scenes"]), 3, "missing-fields", message, "");
        let message = "Missing required fields: scenes, detectedDemographics, thumbnailPrompt";
        expect(&without(&["thumbnailPrompt", "detectedDemographics", "scenes"]), 3, "missing-fields", message, "");
        let all = "Missing required fields: scenes, detectedDemographics, thumbnailPrompt, title, description";
        expect(&json!({}), 3, "missing-fields", all, "");
        expect(&json!([1]), 3, "missing-fields", all, "");
    }

    #[test]
    fn null_counts_as_missing() {
        let mut document = good(3);
        document["title"] = Value::Null;
        expect(&document, 3, "missing-fields", "Missing required fields: title", "");
    }

    #[test]
    fn a_wrong_number_of_scenes_is_told_as_documented() {
        expect(&good(1), 3, "scene-count", "Expected 3 scenes but got 1 scenes", "/scenes");
        expect(&good(4), 3, "scene-count", "Expected 3 scenes but got 4 scenes", "/scenes");
    }

    #[test]
    fn scenes_are_a_list_before_they_are_counted() {
        let mut document = good(3);
        document["scenes"] = json!({"0": {}});
        expect(&document, 3, "scenes-type", "Scenes must be a list but is an object", "/scenes");
        document["scenes"] = json!([]);
        expect(&document, 3, "scenes-empty", "Scenes list is empty", "/scenes");
    }

    #[test]
    fn every_scene_tells_its_own_problem() {
        let mut document = good(3);
        document["scenes"][0] = json!("Hero shot");
        document["scenes"][2].as_object_mut().unwrap().remove("duration");
        document["scenes"][2]["imagePrompt"] = json!("  ");
        let problems = judge(&document, 3);
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].message, "Scene 1 must be an object but is a string");
        assert_eq!((problems[0].code.as_str(), problems[0].path.as_str()), ("scene-type", "/scenes/0"));
        assert_eq!(problems[1].message, "Scene 3 is missing required fields: duration, imagePrompt");
        assert_eq!((problems[1].code.as_str(), problems[1].path.as_str()), ("scene-fields", "/scenes/2"));
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named() {
        let mut document = good(3);
        document["scenes"][1]["duration"] = json!(7.5);
        let message = "Scene 2: duration must be a whole number but is a fraction";
        expect(&document, 3, "scene-field-type", message, "/scenes/1/duration");
        document = good(3);
        document["title"] = json!(["T"]);
        expect(&document, 3, "field-type", "title must be a string but is a list", "/title");
    }

    #[test]
    fn demographics_come_last_of_the_documented_groups() {
        let mut document = good(3);
        document["detectedDemographics"] = json!({"ageGroup": "adults", "productType": "x"});
        let message = "Missing required demographics fields: targetGender, demographicContext";
        expect(&document, 3, "demographics-fields", message, "/detectedDemographics");
        document["scenes"] = json!([{}]);
        expect(&document, 3, "scene-count", "Expected 3 scenes but got 1 scenes", "/scenes");
        document = good(3);
        document["detectedDemographics"] = json!("adults");
        let message = "Detected demographics must be an object but is a string";
        expect(&document, 3, "demographics-type", message, "/detectedDemographics");
    }
}
