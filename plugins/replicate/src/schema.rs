//! The JSON Schema of the settings.

use serde_json::{Map, Value, json};

use crate::field::TABLE;
use crate::models;
use crate::settings::{CANCEL_AFTER_SECONDS, WAIT_SECONDS};

/// `owner/name`, with or without a version.
const MODEL: &str = "^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*(:[A-Za-z0-9]+)?$";

/// The schema.
pub fn schema() -> Value {
    let chosen = |operation: &str, what: &str| {
        json!({"type": "string", "pattern": MODEL, "default": models::default(operation), "description":
            format!("The model that {what} where a request names none: owner/name, or owner/name:version. It must be \
                     mapped.")})
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text_model": chosen("text", "writes"),
            "image_model": chosen("image", "paints"),
            "video_model": chosen("video", "films"),
            "models": {"type": "object", "propertyNames": {"pattern": MODEL}, "additionalProperties": {"anyOf":
                [mapping(), {"type": "null"}]}, "examples": [example()], "description":
                "How the fields of an operation are called in the input of each model. An entry is laid over the \
                 shipped one of the same name field by field (JSON Merge Patch: null, or false where there is no null, \
                 takes a field away); entries of other names are new models. The API tab of a model on Replicate lists \
                 its inputs."},
            "wait_seconds": {"type": "integer", "minimum": 0, "maximum": 60, "default": WAIT_SECONDS, "description":
                "How long a request for a text or picture is held open; what is not ready by then is polled. Clips are \
                 always polled."},
            "cancel_after_seconds": {"type": "integer", "minimum": 5, "maximum": 86400, "default": CANCEL_AFTER_SECONDS,
                "description": "The upper limit: Replicate ends a prediction by itself that takes longer."},
        },
    })
}

fn mapping() -> Value {
    let fields: Map<String, Value> = TABLE
        .iter()
        .map(|(operations, name, _, meaning)| {
            let description = format!("{meaning} (In {} operations.)", operations.join(", "));
            (
                String::from(*name),
                json!({"anyOf": [{"type": ["string", "null"], "minLength": 1}, rule(), {"const": false}], "description": description}),
            )
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": {
        "operation": {"enum": ["text", "image", "video"], "description": "What the model makes."},
        "fields": {"type": "object", "additionalProperties": false, "properties": fields, "description":
            "For each field that the model has: the name of its input field, or a rule. A field without an entry is \
             left out, with a warning in the result where it was asked for."},
        "input": {"type": "object", "description": "Inputs that are sent always, such as {\"output_format\": \"jpg\"}."},
        "output": {"type": "string", "pattern": "^(/.*)?$", "default": "", "description":
            "Where in the model's output the text or the URI is, as a JSON pointer such as /video. Absent: the output \
             itself; of a list of URIs the first, and pieces of text are joined."},
    }})
}

fn rule() -> Value {
    let inputs = |what: &str| json!({"type": "object", "description": what});
    json!({"type": "object", "additionalProperties": false, "properties": {
        "to": {"type": "string", "minLength": 1, "description": "The name of the input field."},
        "one_of": {"type": "array", "minItems": 1, "items": {"type": ["string", "number"]}, "description":
            "The values that the model takes; the nearest is sent, as it is written here: [4, 6, 8], [\"720p\", \
             \"1080p\"], [\"16:9\", \"9:16\"]."},
        "least": {"type": "number", "description": "The smallest number that the model takes."},
        "most": {"type": "number", "description": "The largest number, or how many pictures, the model takes."},
        "step": {"type": "number", "exclusiveMinimum": 0, "description": "Numbers are rounded to multiples of this."},
        "times": {"type": "number", "exclusiveMinimum": 0, "description":
            "The number is multiplied by this: 16 makes frames of seconds."},
        "as_text": {"type": "boolean", "description": "The value is sent as a string."},
        "yes": {"description": "What is sent for yes, in the place of true."},
        "no": {"description": "What is sent for no, in the place of false."},
        "single": {"type": "boolean", "description": "The model takes one picture here, and not a list."},
        "needs": inputs("Inputs that must have these values; with others the field is left out."),
        "sets": inputs("Inputs that get these values where the field is used; null takes one away."),
    }})
}

fn example() -> Value {
    json!({
        "google/veo-3.1": {"input": {"resolution": "720p"}, "fields": {"resolution": null}},
        "wan-video/wan-2.2-i2v-fast": {"operation": "video", "fields": {
            "prompt": "prompt",
            "first_frame": "image",
            "last_frame": "last_image",
            "resolution": {"to": "resolution", "one_of": ["480p", "720p"]},
            "duration": {"to": "num_frames", "times": 16, "least": 81, "most": 121},
            "seed": "seed",
        }, "input": {"frames_per_second": 16}},
    })
}
