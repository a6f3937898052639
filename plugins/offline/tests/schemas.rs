//! Documents written from a schema alone.

use kinora_plugin_offline::Offline;
use kinora_sdk::documents::{Message, Outcome, OutputSchema, OutputVia, TextOperation};
use kinora_sdk::{Immediate, Operation, Request};
use serde_json::{Value, json};

fn write(schema: Value, prompt: &str, brief: Option<Value>) -> Value {
    let operation = TextOperation {
        messages: vec![Message { role: "user".to_owned(), content: prompt.to_owned() }],
        output: Some(OutputSchema {
            name: "x".to_owned(),
            description: String::new(),
            schema,
            via: OutputVia::JsonSchema,
        }),
        brief,
        ..TextOperation::default()
    };
    let operation = Operation { id: "op".to_owned(), request: Request::Text(operation) };
    let Outcome::Text(outcome) = Offline::answer(operation, json!({})).unwrap() else { panic!("no text") };
    serde_json::from_str(&outcome.text).unwrap()
}

#[test]
fn what_is_written_is_valid_by_its_schema() {
    let scene = json!({"type": "object", "additionalProperties": false, "required": ["number", "description", "negative_description", "kind"],
        "properties": {"number": {"type": "integer", "minimum": 1}, "description": {"type": "string", "minLength": 30, "maxLength": 90},
        "negative_description": {"type": "string"}, "kind": {"enum": ["wide", "close"]}, "seconds": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 4}}});
    for schema in [
        json!({"type": "object", "required": ["scenes"], "properties": {"scenes": {"type": "array", "minItems": 2, "maxItems": 2, "items": scene}}}),
        json!({"$defs": {"node": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}, "$ref": "#/$defs/node"}),
        json!({"anyOf": [{"type": "null"}, {"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "items": {"type": "boolean"}, "minItems": 4}]}),
        json!({"oneOf": [{"type": "object", "required": ["type"], "properties": {"type": {"const": "a"}}}, {"type": "object", "required": ["type"], "properties": {"type": {"const": "b"}}}]}),
        json!({"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}, {"required": ["b"], "properties": {"b": {"type": "integer", "maximum": -5, "multipleOf": 5}}}]}),
        json!({"type": "object", "required": ["x", "map"], "properties": {"x": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.1}, "map": {"type": "object", "minProperties": 2, "additionalProperties": {"type": "string", "maxLength": 3}}}}),
        json!({"type": "array", "uniqueItems": true, "items": {"enum": ["a", "b"]}, "minItems": 2}),
        json!({"type": "object", "required": ["when", "id"], "properties": {"when": {"type": "string", "format": "date-time"}, "id": {"type": "string", "format": "uuid"}}}),
        json!({"type": "string"}),
        json!({"type": "integer", "minimum": 7, "maximum": 7}),
        json!({"type": "boolean"}),
        json!({"type": "null"}),
        json!({}),
        json!(true),
    ] {
        for prompt in ["a lighthouse keeper's last night", "x", "山の朝"] {
            let instance = write(schema.clone(), prompt, None);
            let validator = jsonschema::validator_for(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{schema}\n{instance}\n{errors:?}");
        }
    }
}

#[test]
fn a_schema_that_demands_itself_ends_all_the_same() {
    let again = json!({"$ref": "#/$defs/loop"});
    let schema = json!({"$defs": {"loop": {"type": "object", "required": ["a", "b", "c", "d"],
        "properties": {"a": again, "b": again, "c": again, "d": again}}}, "$ref": "#/$defs/loop"});
    let document = write(schema, "x", None);
    assert!(document.is_object() && document.to_string().len() < 1_000_000);
    assert!(write(json!({"$ref": "#"}), "x", None).is_null());
}

#[test]
fn fields_speak_of_the_prompt() {
    let schema = json!({"type": "object", "required": ["title", "scenes"], "properties": {"title": {"type": "string"},
        "scenes": {"type": "array", "items": {"type": "object", "required": ["description", "image_prompt"], "properties": {"description": {"type": "string"}, "image_prompt": {"type": "string"}}}}}});
    let brief = json!({"kind": "storyboard", "idea": "a lighthouse keeper's last night", "number_of_scenes": 5});
    let document = write(schema, "ignored", Some(brief));
    assert_eq!(document["title"], "A Lighthouse Keeper's Last Night");
    assert_eq!(document["scenes"].as_array().unwrap().len(), 5);
    assert!(document["scenes"][0]["image_prompt"].as_str().unwrap().contains("lighthouse"));
    assert_ne!(document["scenes"][0]["description"], document["scenes"][4]["description"]);
}

#[test]
fn without_a_schema_it_says_what_it_is() {
    let message = Message { role: "user".to_owned(), content: "What is the capital of France?".to_owned() };
    let operation = TextOperation { messages: vec![message], ..TextOperation::default() };
    let operation = Operation { id: "op".to_owned(), request: Request::Text(operation) };
    let Outcome::Text(outcome) = Offline::answer(operation, json!({})).unwrap() else { panic!("no text") };
    assert!(outcome.text.contains("What is the capital of France?") && outcome.text.contains("offline provider"));
}
