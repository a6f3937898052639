//! Bodies against the official descriptions.

use jsonschema::Validator;
use serde_json::{Value, json};

/// More of one body's faults than this help nobody.
const MAX_FAULTS: usize = 10;

/// A schema of a description, ready for use. Compiling one takes a while: keep it in a `LazyLock`.
pub struct Described(Validator);

impl Described {
    /// The schema at a place of a document, such as `/components/schemas/CreateImageRequest`.
    pub fn at(document: &Value, place: &str) -> Self {
        assert!(document.pointer(place).is_some(), "the description has no {place}");
        Self::of(document, place, false)
    }

    /// The same, taking no property that is not described.
    pub fn closed_at(document: &Value, place: &str) -> Self {
        Self::of(document, place, true)
    }

    fn of(document: &Value, place: &str, closed: bool) -> Self {
        let mut schema = document.clone();
        schema["$ref"] = json!(format!("#{place}"));
        if closed {
            schema["unevaluatedProperties"] = json!(false);
        }
        Described(jsonschema::draft202012::new(&schema).expect("the extract is a schema"))
    }

    /// What is wrong with a value: where, as a JSON pointer, and what.
    pub fn faults(&self, value: &Value) -> Vec<(String, String)> {
        // Most requests are right, and this is several times as fast as looking for errors.
        if self.0.is_valid(value) {
            return Vec::new();
        }
        let errors = self.0.iter_errors(value).take(MAX_FAULTS);
        errors.map(|error| (error.instance_path().to_string(), error.to_string())).collect()
    }

    /// The same in sentences.
    pub fn told(&self, value: &Value) -> Vec<String> {
        self.faults(value).into_iter().map(|(place, what)| format!("{place}: {what}")).collect()
    }
}
