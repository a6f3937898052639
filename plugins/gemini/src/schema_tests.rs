use serde_json::json;

use super::*;

#[test]
fn what_gemini_says_otherwise_is_translated() {
    for (schema, expected) in [
        (json!({"type": "string"}), json!({"type": "STRING"})),
        (json!({"type": ["string", "null"]}), json!({"type": "STRING", "nullable": true})),
        (json!({"type": ["string", "number"]}), json!({"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]})),
        (json!({"const": "tea"}), json!({"type": "STRING", "enum": ["tea"]})),
        (json!({"enum": ["a", "b", null]}), json!({"type": "STRING", "enum": ["a", "b"], "nullable": true})),
        (
            json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "description": "A count."}),
            json!({"type": "INTEGER", "minimum": 1, "nullable": true, "description": "A count."}),
        ),
        (
            json!({"oneOf": [{"type": "integer"}, {"type": "boolean"}]}),
            json!({"anyOf": [{"type": "INTEGER"}, {"type": "BOOLEAN"}]}),
        ),
        (
            json!({"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}),
            json!({"type": "ARRAY", "items": {"type": "NUMBER"}, "minItems": "3", "maxItems": "3"}),
        ),
    ] {
        let converted = converted(&schema);
        assert_eq!(converted.schema, expected, "{schema}");
        assert!(converted.whole, "{schema}");
    }
}

#[test]
fn properties_are_written_in_the_order_in_which_they_are_required() {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false,
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}},
        "required": ["c", "a", "missing"],
    });
    let converted = converted(&schema);
    assert_eq!(
        converted.schema,
        json!({
            "type": "OBJECT",
            "properties": {"a": {"type": "STRING"}, "b": {"type": "STRING"}, "c": {"type": "STRING"}},
            "required": ["c", "a"], "propertyOrdering": ["c", "a", "b"],
        })
    );
    assert!(converted.whole);
}

#[test]
fn what_gemini_cannot_say_is_left_out_and_told() {
    for schema in [
        json!({"$ref": "#/$defs/scene"}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "additionalProperties": true}),
        json!({"type": "array", "items": {"type": "string"}, "prefixItems": []}),
        json!({"type": "integer", "enum": [1, 2]}),
        json!({"type": "number", "exclusiveMinimum": 0}),
        json!({"type": "object", "properties": {"any": true}}),
        json!({"type": "array", "items": {"not": {}}}),
        json!({"type": 7}),
        json!({"minItems": -1, "type": "array"}),
        json!({}),
        json!(true),
    ] {
        let converted = converted(&schema);
        assert!(!converted.whole, "{schema}");
        let text = converted.schema.to_string();
        for word in ["$ref", "$defs", "additional", "prefix", "exclusive", "not", "enum"] {
            assert!(!text.contains(word), "{schema} became {text}");
        }
    }
}

#[test]
fn a_schema_without_end_does_not_exhaust_the_stack() {
    let deep = (0..100).fold(json!({"type": "string"}), |inner, _| json!({"type": "array", "items": inner}));
    assert!(!converted(&deep).whole);
}
