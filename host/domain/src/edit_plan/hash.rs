//! The name of a plan's content.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::documents::EditPlan;

/// The SHA-256 of a plan's canonical JSON (names in order, no spaces) in hexadecimal. Plans that were read from
/// different dialects and say the same have the same.
pub fn edl_hash(plan: &EditPlan) -> String {
    let mut text = String::new();
    // A plan is made of strings, finite numbers and lists; none of them has a reason not to be JSON.
    write(&serde_json::to_value(plan).unwrap_or_default(), &mut text);
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            text.push('{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(&fields[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn canonical_json_has_its_names_in_order_and_no_spaces() {
        let mut text = String::new();
        write(&json!({"b": [1, 2.5, null], "a": {"d": "x\"", "c": true}}), &mut text);
        assert_eq!(text, r#"{"a":{"c":true,"d":"x\""},"b":[1,2.5,null]}"#);
    }

    #[test]
    fn the_hash_is_that_of_what_the_plan_says() {
        let plan = |json: Value| super::super::read(&json).unwrap();
        let documented = plan(json!({"timeline": [{"media_id": "a", "duration": {"ms": 3000}}]}));
        let request = plan(
            json!({"timeline": [{"asset_id": "a", "duration": {"value": 3000.0, "mode": "ms"}}], "version": "1.0"}),
        );
        let other = plan(json!({"timeline": [{"media_id": "a", "duration": {"ms": 3001}}]}));
        assert_eq!(edl_hash(&documented), edl_hash(&request));
        assert_ne!(edl_hash(&documented), edl_hash(&other));
        assert_eq!(edl_hash(&documented).len(), 64);
    }
}
