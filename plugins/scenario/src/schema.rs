//! The JSON Schema of a scenario as it is asked of the model: every property required and no others allowed, which is
//! what strict function calling wants. The keys are those of [`ScenarioDraft`](kinora_sdk::documents::ScenarioDraft).

use kinora_sdk::documents::SCENE_SECONDS;
use serde_json::{Map, Value, json};

/// The schema of a scenario with exactly `scene_count` scenes. Subtrees are moved into place: `json!` would copy each of
/// them once for every level above it, which took a quarter of the time of a call.
pub fn scenario_schema(scene_count: u32) -> Value {
    let scene = object([
        ("sceneId", text("scene_1, scene_2 and so on")),
        ("sceneNumber", typed("integer", "From 1, in order")),
        ("description", text("What happens, in one or two sentences in the present tense")),
        ("duration", typed("integer", &format!("Seconds; always {SCENE_SECONDS}"))),
        ("imagePrompt", text("A self-contained prompt for the still picture of this scene, in English")),
        ("visualPrompt", text("What moves during the scene: camera, subject, light")),
        ("imageReasoning", text("Why this picture stands at this point of the film, in one sentence")),
        ("textOverlayPrompt", text("The words shown over the scene, at most 6, in the target language")),
    ]);
    let demographics = object([
        ("targetGender", json!({"type": "string", "enum": ["male", "female", "unisex"]})),
        ("ageGroup", text("children, teens, young adults, adults, seniors or families")),
        ("productType", text("The category of what is shown, such as electronics")),
        ("demographicContext", text("Whom the film is for, in one sentence")),
    ]);
    let mut scenes = json!({"type": "array", "minItems": scene_count, "maxItems": scene_count});
    scenes["items"] = scene;
    object([
        ("title", text("The film's title, at most 60 characters, in the target language")),
        ("description", text("What the film is, in one or two sentences")),
        ("detectedDemographics", demographics),
        ("scenes", scenes),
        ("thumbnailPrompt", text("A self-contained prompt for the thumbnail picture, in English")),
        ("thumbnailTextOverlayPrompt", text("Words on the thumbnail, at most 4, in the target language")),
    ])
}

fn text(description: &str) -> Value {
    typed("string", description)
}

fn typed(kind: &str, description: &str) -> Value {
    json!({"type": kind, "description": description})
}

/// An object of these properties, all required, and no others.
fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut object = json!({"type": "object", "additionalProperties": false});
    object["required"] = properties.keys().cloned().collect();
    object["properties"] = Value::Object(properties);
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
        match value {
            Value::Object(fields) => {
                if fields.get("type") == Some(&json!("object")) {
                    found.push(value);
                }
                fields.values().for_each(|field| objects(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| objects(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_object_is_closed_and_requires_all_it_has_as_strict_calling_wants() {
        let schema = scenario_schema(3);
        let mut found = Vec::new();
        objects(&schema, &mut found);
        assert_eq!(found.len(), 3);
        for object in found {
            assert_eq!(object["additionalProperties"], json!(false));
            let properties: Vec<&String> = object["properties"].as_object().unwrap().keys().collect();
            assert_eq!(object["required"], json!(properties));
        }
    }

    #[test]
    fn the_schema_says_how_many_scenes() {
        let scenes = &scenario_schema(5)["properties"]["scenes"];
        assert_eq!((&scenes["minItems"], &scenes["maxItems"]), (&json!(5), &json!(5)));
    }
}
