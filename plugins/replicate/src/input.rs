//! Writes the input of a model: each field by its rule, what the model has no field for left out and told.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::mapping::Mapping;
use crate::rule::Rule;

/// By how much a number or shape may differ from what was asked without a word about it.
const TOLERANCE: f64 = 0.02;

/// A picture that has to be uploaded before its address stands in the input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Upload {
    /// The blob.
    pub handle: String,
    /// The input field.
    to: String,
    /// The place in the field's list, where it is one.
    index: Option<usize>,
}

impl Upload {
    /// Writes the address into the input.
    pub fn arrived(&self, input: &mut Value, address: &str) {
        match self.index {
            None => input[self.to.as_str()] = json!(address),
            Some(_) => {
                // Uploads arrive in the order of the list.
                if let Some(list) = input[self.to.as_str()].as_array_mut() {
                    list.push(json!(address));
                }
            }
        }
    }
}

/// An input that is being written.
pub struct Input<'a> {
    model: &'a str,
    mapping: &'a Mapping,
    fields: Map<String, Value>,
    uploads: Vec<Upload>,
    warnings: Vec<String>,
    later: Vec<(&'static str, &'a Rule, Part)>,
}

/// What a field becomes.
enum Part {
    Value(Value),
    Pictures(Vec<String>),
}

/// A finished input.
pub struct Finished {
    /// The input, in which uploads are missing still.
    pub input: Value,
    /// What to upload, in this order.
    pub uploads: Vec<Upload>,
    /// What was left out or changed, a sentence each.
    pub warnings: Vec<String>,
}

impl<'a> Input<'a> {
    /// An input with what is sent always.
    pub fn new(model: &'a str, mapping: &'a Mapping) -> Self {
        let fields = mapping.input.clone();
        Input { model, mapping, fields, uploads: Vec::new(), warnings: Vec::new(), later: Vec::new() }
    }

    /// Whether the model has the field.
    pub fn has(&self, field: &str) -> bool {
        self.mapping.fields.contains_key(field)
    }

    /// Says that something was left out or changed.
    pub fn warn(&mut self, sentence: String) {
        self.warnings.push(sentence);
    }

    /// Words or a document. Whether the model has the field is known before.
    pub fn value(&mut self, field: &'static str, value: Value) {
        if let Some(rule) = self.mapping.fields.get(field) {
            self.put(field, rule, Part::Value(rule.written(value)));
        }
    }

    /// A number; left out with a word where the model has no field for it.
    pub fn number(&mut self, field: &'static str, wanted: f64) {
        let Some(rule) = self.mapping.fields.get(field) else {
            return self.left_out(field);
        };
        let value = rule.number(wanted);
        let sent = rule.measure(&value).unwrap_or(wanted);
        if (sent - wanted).abs() > TOLERANCE * wanted.abs() {
            self.differs(field, &value, &format!("{wanted}"));
        }
        self.put(field, rule, Part::Value(value));
    }

    /// A seed; left out with a word where the model takes none.
    pub fn seed(&mut self, seed: u64) {
        match self.mapping.fields.get("seed") {
            Some(rule) => self.put("seed", rule, Part::Value(rule.seed(seed))),
            None => self.left_out("seed"),
        }
    }

    /// A shape. Whether the model has the field is known before; `plain` is how it is written where any will do.
    pub fn shape(&mut self, field: &'static str, wanted: (u32, u32), plain: String) {
        let Some(rule) = self.mapping.fields.get(field) else { return };
        let value = rule.shape(wanted, plain.clone());
        let ratio = |(width, height): (u32, u32)| f64::from(width) / f64::from(height.max(1));
        let sent = value.as_str().and_then(kinora_sdk::provider::shape::edges).map_or(ratio(wanted), ratio);
        if (sent / ratio(wanted) - 1.0).abs() > TOLERANCE {
            self.differs(field, &value, &plain);
        }
        self.put(field, rule, Part::Value(value));
    }

    /// A yes or no; a yes is left out with a word where the model has no field for it.
    pub fn switch(&mut self, field: &'static str, on: bool) {
        match self.mapping.fields.get(field) {
            Some(rule) => self.put(field, rule, Part::Value(rule.switch(on))),
            None if on => self.left_out(field),
            None => {}
        }
    }

    /// Pictures, one or a list; left out with a word where the model takes none.
    pub fn pictures(&mut self, field: &'static str, handles: &[String]) {
        if handles.is_empty() {
            return;
        }
        let Some(rule) = self.mapping.fields.get(field) else {
            return self.left_out(field);
        };
        let most = if rule.single { 1 } else { rule.most.map_or(usize::MAX, |most| most as usize) };
        if handles.len() > most {
            let model = self.model;
            self.warn(format!(
                "Of {field} the first {most} were used and not all {}: {model} takes no more.",
                handles.len()
            ));
        }
        self.put(field, rule, Part::Pictures(handles.iter().take(most).cloned().collect()));
    }

    /// The input as it is to be sent.
    pub fn finish(mut self) -> Finished {
        for (field, rule, part) in std::mem::take(&mut self.later) {
            let missing = rule.needs.iter().find(|(name, value)| self.fields.get(*name) != Some(value));
            if let Some((name, value)) = missing {
                let model = self.model;
                self.warn(format!("{field} was left out: {model} takes it only where {name} is {value}."));
                continue;
            }
            self.place(field, rule, part);
            for (name, value) in &rule.sets {
                self.set(field, name, value);
            }
        }
        let Input { fields, mut uploads, warnings, .. } = self;
        // What another field took away or set needs no picture any more.
        let waits = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        uploads.retain(|upload| fields.get(&upload.to).is_some_and(waits));
        Finished { input: Value::Object(fields), uploads, warnings }
    }

    /// What needs or sets other inputs has to wait for them.
    fn put(&mut self, field: &'static str, rule: &'a Rule, part: Part) {
        if rule.needs.is_empty() && rule.sets.is_empty() {
            self.place(field, rule, part);
        } else {
            self.later.push((field, rule, part));
        }
    }

    fn place(&mut self, field: &'static str, rule: &Rule, part: Part) {
        let handles = match part {
            Part::Value(value) => {
                self.fields.insert(rule.to.clone(), value);
                return;
            }
            Part::Pictures(handles) => handles,
        };
        let list = field == "reference_images" && !rule.single;
        self.fields.insert(rule.to.clone(), if list { json!([]) } else { Value::Null });
        self.uploads.extend(handles.into_iter().enumerate().map(|(index, handle)| Upload {
            handle,
            to: rule.to.clone(),
            index: list.then_some(index),
        }));
    }

    fn set(&mut self, field: &str, name: &str, value: &Value) {
        let before = match value {
            Value::Null => self.fields.remove(name),
            value => self.fields.insert(name.to_owned(), value.clone()).filter(|before| before != value),
        };
        if before.is_some() {
            let what = if value.is_null() { "left out".to_owned() } else { format!("set to {value}") };
            let model = self.model;
            self.warn(format!("{name} was {what}: {model} wants that together with {field}."));
        }
    }

    fn left_out(&mut self, field: &str) {
        let model = self.model;
        self.warn(format!("{field} was left out: no input of {model} is mapped for it."));
    }

    fn differs(&mut self, field: &str, sent: &Value, wanted: &str) {
        let model = self.model;
        self.warn(format!("{field} is {} and not {wanted}: {model} takes nothing nearer.", shown(sent)));
    }
}

/// A value without quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
