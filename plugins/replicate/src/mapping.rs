//! How the fields of an operation become the input of one model, read out of the settings and checked.

use std::collections::BTreeMap;

use kinora_sdk::ProviderError;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::field;
use crate::rule::Rule;

/// The mapping of one model.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// `text`, `image` or `video`.
    pub operation: String,
    /// A rule for each field that the model has.
    pub fields: BTreeMap<String, Rule>,
    /// What is sent always.
    pub input: Map<String, Value>,
    /// Where in the model's output the text or the URI is: a JSON pointer, empty for the output itself.
    pub output: String,
}

/// A mapping as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    operation: Option<String>,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    input: Map<String, Value>,
    #[serde(default)]
    output: String,
}

impl Mapping {
    /// Reads the mapping of a model.
    ///
    /// # Errors
    /// A sentence that says where it is wrong and what would be right.
    pub fn read(model: &str, written: &Value) -> Result<Self, ProviderError> {
        let wrong = |what: String| {
            ProviderError::invalid_request(format!(
                "The setting models.\"{model}\" {what}. Correct it in the settings."
            ))
        };
        let Written { operation, fields, input, output } =
            Written::deserialize(written).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let operation = operation.unwrap_or_default();
        let names = field::names(&operation);
        if names.is_empty() {
            return Err(wrong("has no \"operation\": it is text, image or video".to_owned()));
        }
        if !output.is_empty() && !output.starts_with('/') {
            return Err(wrong(format!("has the output \"{output}\", and a JSON pointer begins with \"/\"")));
        }
        let mut rules = BTreeMap::<String, Rule>::new();
        for (name, written) in fields {
            let Some(kind) = field::kind(&operation, &name) else {
                let known = names.join(", ");
                return Err(wrong(format!("maps \"{name}\", and the fields of {operation} operations are {known}")));
            };
            // Settings in TOML have no null to take a shipped field away with.
            if written == false {
                continue;
            }
            let rule = Rule::read(&written, kind).map_err(|what| wrong(format!("in fields.{name} {what}")))?;
            if let Some((other, _)) = rules.iter().find(|(_, other)| other.to == rule.to) {
                return Err(wrong(format!("sends both {other} and {name} to \"{}\"", rule.to)));
            }
            rules.insert(name, rule);
        }
        if !rules.contains_key("prompt") && !(rules.contains_key("messages")) {
            let what = "does not say where the prompt goes: map the field \"prompt\"";
            return Err(wrong(what.to_owned()));
        }
        Ok(Mapping { operation, fields: rules, input, output })
    }
}

/// Lays a patch over a document as RFC 7396 (JSON Merge Patch) says: objects field by field, null takes away, anything
/// else replaces.
pub fn overlay(document: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Value::Object(Map::new());
    }
    let Value::Object(kept) = document else { return };
    for (name, value) in fields {
        if value.is_null() {
            kept.remove(name);
        } else {
            overlay(kept.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_replaces_field_by_field_and_null_takes_away() {
        let mut document = json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        overlay(&mut document, &json!({"a": {"b": null, "e": {"f": 3, "g": null}}, "d": [3]}));
        assert_eq!(document, json!({"a": {"c": 2, "e": {"f": 3}}, "d": [3]}));
    }

    #[test]
    fn a_wrong_mapping_is_told_in_a_sentence_with_its_place() {
        for (written, words) in [
            (json!({"fields": {"prompt": "prompt"}}), "has no \"operation\""),
            (json!({"operation": "song", "fields": {}}), "text, image or video"),
            (json!({"operation": "image", "filds": {}}), "unknown field `filds`"),
            (json!({"operation": "image"}), "where the prompt goes"),
            (json!({"operation": "image", "fields": {"prompt": "p", "duration": "d"}}), "maps \"duration\""),
            (
                json!({"operation": "video", "fields": {"prompt": "p", "duration": {"one_of": [4]}}}),
                "in fields.duration",
            ),
            (json!({"operation": "image", "fields": {"prompt": "p", "seed": "p"}}), "both prompt and seed to \"p\""),
            (json!({"operation": "image", "fields": {"prompt": "p"}, "output": "0"}), "begins with \"/\""),
            (json!(7), "cannot be read"),
        ] {
            let error = Mapping::read("a/b", &written).expect_err("it is wrong");
            assert_eq!(error.kind, "invalid-request");
            assert!(error.message.starts_with("The setting models.\"a/b\" "), "{}", error.message);
            assert!(error.message.contains(words), "{}", error.message);
        }
    }
}
