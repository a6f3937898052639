//! The JSON Schema of the scenes as it is asked of the model: every property required and no others allowed, which is
//! what strict function calling wants. The keys are those of
//! [`MusicVideoScenes`](kinora_sdk::documents::MusicVideoScenes).

use serde_json::{Value, json};

/// The schema of exactly `number` scenes.
pub fn scenes_schema(number: u32) -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["scenes"],
        "properties": {
            "scenes": {
                "type": "array",
                "minItems": number,
                "maxItems": number,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["description", "negative_description"],
                    "properties": {
                        "description": {
                            "type": "string",
                            "description": "A complete prompt for the clip of this scene alone"
                        },
                        "negative_description": {
                            "type": "string",
                            "description": "What this clip must not show: a few nouns, parted by commas"
                        },
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::MusicVideoScenes;

    use super::*;

    #[test]
    fn the_schema_says_how_many_scenes() {
        let scenes = &scenes_schema(5)["properties"]["scenes"];
        assert_eq!((&scenes["minItems"], &scenes["maxItems"]), (&json!(5), &json!(5)));
    }

    #[test]
    fn what_keeps_to_the_schema_is_the_published_document() {
        let schema = scenes_schema(1);
        let scene = &schema["properties"]["scenes"]["items"];
        assert_eq!((&schema["additionalProperties"], &scene["additionalProperties"]), (&json!(false), &json!(false)));
        let names: Vec<&String> = scene["properties"].as_object().unwrap().keys().collect();
        assert_eq!(scene["required"], json!(names));
        let document = json!({"scenes": [{names[0]: "a", names[1]: "b"}]});
        let read: MusicVideoScenes = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(json!(read), document);
    }
}
