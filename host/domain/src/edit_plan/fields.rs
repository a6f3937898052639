//! Reads the fields of a JSON document and tells everything that is wrong with them at once, each with its name and
//! place. `null` counts as not there: models that must name every field write it.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{MAX_PROBLEMS, MAX_SEGMENTS, short};
use crate::documents::Problem;

/// What is wrong, gathered while reading.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub fn tell(&self, code: &str, message: String, path: &str) {
        let problem = Problem { code: code.to_owned(), message, path: path.to_owned() };
        let mut told = self.0.borrow_mut();
        if told.len() < MAX_PROBLEMS {
            told.push(problem);
        }
    }

    /// What was read, if nothing was wrong.
    pub fn or<T>(self, read: T) -> Result<T, Vec<Problem>> {
        let problems = self.0.into_inner();
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }
}

/// An object of the document.
#[derive(Clone)]
pub(super) struct Object<'v, 'p> {
    fields: &'v Map<String, Value>,
    /// Where it is, as a JSON pointer.
    pub path: String,
    /// Whose fields they are, for sentences: `Segment 2 (media_id a): `, or nothing.
    pub owner: String,
    /// Its own name and a dot, for sentences: `output.`
    name: String,
    problems: &'p Problems,
}

impl<'v, 'p> Object<'v, 'p> {
    /// The whole document, called so in sentences.
    pub fn whole(value: &'v Value, called: &str, problems: &'p Problems) -> Option<Self> {
        let Some(fields) = value.as_object() else {
            problems.tell("type", format!("{called} must be an object, but is {}", kind(value)), "");
            return None;
        };
        Some(Object { fields, path: String::new(), owner: String::new(), name: String::new(), problems })
    }

    /// A field's value, if it is there.
    pub fn get(&self, name: &str) -> Option<&'v Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// The first of the names that is there, for a field that several dialects name differently.
    pub fn either<'n>(&self, names: [&'n str; 2]) -> &'n str {
        if self.get(names[0]).is_none() && self.get(names[1]).is_some() { names[1] } else { names[0] }
    }

    /// Tells a problem of a field: a sentence without its subject.
    pub fn wrong(&self, code: &str, name: &str, said: &str) {
        let message = format!("{}{}{name} {said}", self.owner, self.name);
        self.problems.tell(code, message, &format!("{}/{name}", self.path));
    }

    pub fn missing(&self, name: &str) {
        self.wrong("missing", name, "is missing");
    }

    fn typed<T>(&self, name: &str, wanted: &str, read: impl Fn(&'v Value) -> Option<T>) -> Option<T> {
        let value = self.get(name)?;
        let found = read(value);
        if found.is_none() {
            self.wrong("type", name, &format!("must be {wanted}, but is {}", kind(value)));
        }
        found
    }

    pub fn text(&self, name: &str) -> Option<&'v str> {
        self.typed(name, "a string", Value::as_str)
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.typed(name, "true or false", Value::as_bool)
    }

    pub fn number(&self, name: &str) -> Option<f64> {
        self.typed(name, "a number", Value::as_f64)
    }

    /// A whole number from 0; `30.0` is one too, since models write it.
    pub fn count(&self, name: &str) -> Option<u64> {
        self.typed(name, "a whole number from 0", |value| {
            let whole = |number: &f64| number.fract() == 0.0 && (0.0..=9e15).contains(number);
            value.as_u64().or_else(|| value.as_f64().filter(whole).map(|number| number as u64))
        })
    }

    /// One of the words of a type.
    pub fn word<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let word = self.text(name)?;
        match serde_json::from_value(Value::from(word)) {
            Ok(known) => Some(known),
            Err(error) => {
                let error = error.to_string();
                let wanted = error.split_once("expected ").map_or("", |(_, wanted)| wanted).replace('`', "\"");
                self.wrong("word", name, &format!("is “{}”; write {wanted}", short(word)));
                None
            }
        }
    }

    /// An object within.
    pub fn object(&self, name: &str) -> Option<Object<'v, 'p>> {
        let fields = self.typed(name, "an object", Value::as_object)?;
        let path = format!("{}/{name}", self.path);
        let name = format!("{}{name}.", self.name);
        Some(Object { fields, path, owner: self.owner.clone(), name, problems: self.problems })
    }

    /// The objects of a list within, with their numbers from 1; `called` is what sentences call one of them.
    pub fn objects(&self, name: &str, called: &str) -> Option<Vec<(usize, Object<'v, 'p>)>> {
        let values = self.typed(name, "a list", Value::as_array)?;
        if values.len() > MAX_SEGMENTS {
            self.wrong("too-many", name, &format!("has {} segments; at most {MAX_SEGMENTS} are allowed", values.len()));
            return None;
        }
        let objects = values.iter().enumerate().filter_map(|(index, value)| {
            let number = index + 1;
            let (path, called) = (format!("{}/{name}/{index}", self.path), format!("{called} {number}"));
            let Some(fields) = value.as_object() else {
                self.problems.tell("type", format!("{called} must be an object, but is {}", kind(value)), &path);
                return None;
            };
            let owner = format!("{called}: ");
            Some((number, Object { fields, path, owner, name: String::new(), problems: self.problems }))
        });
        Some(objects.collect())
    }
}

/// A value in words.
fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("the string “{}”", short(text)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
