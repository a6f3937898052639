//! The JSON Schema of a plan as it is asked of the model: the documented fields, every one required, null for what is
//! not said, and no others allowed, which is what strict function calling wants. Media are named by an enumeration, so
//! that a model cannot invent one.

use serde_json::{Value, json};

/// The schema of plans of at most so many segments out of these media; `beats` says whether there are any to count by.
pub fn plan_schema(media: &[&str], most: usize, beats: bool) -> Value {
    let number = |what: &str| json!({"type": "number", "exclusiveMinimum": 0, "description": what});
    let mut durations = vec![
        closed(json!({"seconds": number("How long it is seen, its crossfades included")})),
        closed(
            json!({"natural": {"type": "boolean", "description": "true: a video's whole length, or that of its trim"}}),
        ),
    ];
    if beats {
        durations.push(closed(json!({"beats": number("How many beats of the music it is seen")})));
    }
    let milliseconds = json!({"type": "integer", "minimum": 0});
    let transition = |kinds: Value| {
        let mut object = closed(json!({
            "type": {"type": "string", "enum": ["cut", "crossfade"]},
            "duration_ms": {"type": ["integer", "null"], "minimum": 1, "description": "Of a crossfade; null for a cut"},
        }));
        object["type"] = kinds;
        object
    };
    let mut trim = closed(json!({"start_ms": milliseconds, "end_ms": milliseconds}));
    trim["type"] = json!(["object", "null"]);
    let effects = ["slow_zoom_in", "slow_zoom_out", "pan_left", "pan_right", "diagonal_push", "subtle_drift", "none"];
    let segment = closed(json!({
        "media_id": {"type": "string", "enum": media},
        "duration": {"anyOf": durations},
        "transition": transition(json!(["object", "null"])),
        "trim": trim,
        "effect": {"type": "string", "enum": effects, "description": "How the camera moves over an image; none for videos"},
    }));
    let pixels = json!({"type": "integer", "minimum": 64, "maximum": 4320, "description": "Even"});
    closed(json!({
        "version": {"type": "string", "enum": ["1.0"]},
        "output": closed(json!({
            "width": pixels,
            "height": pixels,
            "fps": {"type": "integer", "minimum": 1, "maximum": 120},
            "format": {"type": "string", "enum": ["mp4"]},
        })),
        "audio": closed(json!({
            "source": {"type": "string", "enum": ["project_audio", "none"]},
            "mode": {"type": "string", "enum": ["no_audio", "with_audio"]},
        })),
        "defaults": closed(json!({"transition": transition(json!("object"))})),
        "timeline": {"type": "array", "minItems": 1, "maxItems": most, "items": segment},
    }))
}

/// An object of these properties and no others.
fn closed(properties: Value) -> Value {
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    json!({"type": "object", "additionalProperties": false, "required": names, "properties": properties})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects<'v>(value: &'v Value, depth: usize, found: &mut Vec<(&'v Value, usize)>) {
        match value {
            Value::Object(fields) => {
                if fields.contains_key("properties") {
                    found.push((value, depth));
                }
                fields.values().for_each(|field| objects(field, depth + 1, found));
            }
            Value::Array(items) => items.iter().for_each(|item| objects(item, depth, found)),
            _ => {}
        }
    }

    #[test]
    fn every_object_is_closed_and_requires_all_it_has_as_strict_calling_wants() {
        let schema = plan_schema(&["a"], 20, true);
        let mut found = Vec::new();
        objects(&schema, 0, &mut found);
        assert_eq!(found.len(), 11);
        for (object, _) in found {
            assert_eq!(object["additionalProperties"], json!(false));
            let names: Vec<&String> = object["properties"].as_object().unwrap().keys().collect();
            assert_eq!(object["required"], json!(names));
        }
    }

    #[test]
    fn only_media_and_lengths_that_are_there_can_be_named() {
        let segment = |beats| plan_schema(&["a", "b"], 7, beats)["properties"]["timeline"]["items"].take();
        assert_eq!(segment(false)["properties"]["media_id"]["enum"], json!(["a", "b"]));
        let durations = |beats| segment(beats)["properties"]["duration"]["anyOf"].as_array().unwrap().len();
        assert_eq!((durations(false), durations(true)), (2, 3));
        assert_eq!(plan_schema(&["a"], 7, false)["properties"]["timeline"]["maxItems"], 7);
    }
}
