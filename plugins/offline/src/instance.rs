//! Writes an instance of a JSON Schema whose strings speak of a prompt: what the offline provider answers where it
//! has no writer of its own for a kind of document. It knows the keywords that function calling allows: types, enum,
//! const, required, lengths, limits, `$ref` into the document, anyOf, oneOf and allOf.

use serde_json::{Map, Value, json};

use crate::english::{capitalized, shorten};
use crate::film::{Moment, Wishes, plan};
use crate::reading::{Reading, read};
use crate::scenario::overlays;

/// Below this depth only what is required is written.
const SPARE_DEPTH: usize = 6;

/// Below this depth nothing is: a schema that demands itself has no instance.
const MAX_DEPTH: usize = 40;

/// Nor more values than this: a schema that demands itself twice would double with every level.
const MAX_VALUES: usize = 50_000;

/// As many items a list has that does not say how many.
const ITEMS: usize = 3;

/// Nobody needs longer lists from here, and a schema may demand any number.
const MAX_ITEMS: usize = 200;

/// Writes an instance. `counts` are the whole numbers of the request by their names: `number_of_scenes` says how long
/// a list `scenes` should be where the schema does not.
pub fn write(schema: &Value, prompt: &str, counts: &[(String, u64)], seed: u64) -> Value {
    let reading = read(prompt, "", None);
    let mut writer =
        Writer { root: schema, reading: &reading, counts, seed, moments: Vec::new(), overlays: Vec::new(), total: 0 };
    writer.stretch(ITEMS);
    writer.value(schema, "", Place { index: 0, depth: 0 })
}

/// Where in the instance a value stands.
#[derive(Clone, Copy)]
struct Place {
    /// In the innermost list.
    index: usize,
    depth: usize,
}

struct Writer<'w> {
    root: &'w Value,
    reading: &'w Reading,
    counts: &'w [(String, u64)],
    seed: u64,
    moments: Vec<Moment>,
    overlays: Vec<String>,
    /// How many values were written, so that nested lists stay bounded.
    total: usize,
}

impl Writer<'_> {
    /// Plans a film of that many scenes, whose scenes are what the items of a list speak of.
    fn stretch(&mut self, scenes: usize) {
        let wishes = Wishes { scenes: scenes.clamp(1, 60), style: "", mood: "", environment: "", seed: self.seed };
        self.moments = plan(self.reading, &wishes);
        self.overlays = overlays(self.reading, &self.moments, "en", self.seed);
    }

    fn value(&mut self, schema: &Value, name: &str, place: Place) -> Value {
        self.total += 1;
        if place.depth > MAX_DEPTH || self.total > MAX_VALUES {
            return Value::Null;
        }
        let deeper = Place { depth: place.depth + 1, ..place };
        let Some(fields) = schema.as_object() else {
            return json!(self.text(name, place));
        };
        if let Some(target) =
            fields.get("$ref").and_then(Value::as_str).and_then(|path| self.root.pointer(path.strip_prefix('#')?))
        {
            let merged = merge(target, fields, "$ref");
            return self.value(&merged, name, deeper);
        }
        if let Some(value) = fields.get("const") {
            return value.clone();
        }
        if let Some(values) = fields.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
            return self.pick(values, place);
        }
        for key in ["anyOf", "oneOf"] {
            let first = fields
                .get(key)
                .and_then(Value::as_array)
                .and_then(|choices| choices.iter().find(|choice| choice["type"] != json!("null")).or(choices.first()));
            if let Some(first) = first {
                let merged = merge(first, fields, key);
                return self.value(&merged, name, deeper);
            }
        }
        if let Some(parts) = fields.get("allOf").and_then(Value::as_array).filter(|parts| !parts.is_empty()) {
            let merged = parts.iter().fold(json!({}), |whole, part| {
                let part = part
                    .get("$ref")
                    .and_then(Value::as_str)
                    .and_then(|path| self.root.pointer(path.strip_prefix('#')?))
                    .unwrap_or(part);
                merge(part, whole.as_object().unwrap_or(&Map::new()), "")
            });
            let merged = merge(&merged, fields, "allOf");
            return self.value(&merged, name, deeper);
        }
        match kind(fields) {
            "object" => self.object(fields, deeper),
            "array" => self.array(fields, name, deeper),
            "integer" => number(fields, name, place, true),
            "number" => number(fields, name, place, false),
            "boolean" => json!(false),
            "null" => Value::Null,
            _ => json!(self.sized(fields, name, place)),
        }
    }

    /// One of an enum's values: the first, except where every item of a list would be the same.
    fn pick(&self, values: &[Value], place: Place) -> Value {
        values[place.index % values.len()].clone()
    }

    fn object(&mut self, fields: &Map<String, Value>, place: Place) -> Value {
        let empty = Map::new();
        let properties = fields.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let required: Vec<&str> =
            fields.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let spare = place.depth > SPARE_DEPTH || self.total > 5000;
        let mut object = Map::new();
        for (name, schema) in properties {
            if required.contains(&name.as_str()) || !spare {
                let value = self.value(schema, name, place);
                object.insert(name.clone(), value);
            }
        }
        for name in required {
            if !object.contains_key(name) {
                let schema = fields
                    .get("additionalProperties")
                    .filter(|schema| schema.is_object())
                    .cloned()
                    .unwrap_or_else(|| json!({}));
                let value = self.value(&schema, name, place);
                object.insert(name.to_owned(), value);
            }
        }
        let least = fields.get("minProperties").and_then(Value::as_u64).unwrap_or(0) as usize;
        if let Some(schema) = fields.get("additionalProperties").filter(|schema| schema.is_object()) {
            for index in object.len()..least.min(MAX_ITEMS) {
                let value = self.value(schema, "value", Place { index, ..place });
                object.insert(format!("item_{}", index + 1), value);
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, fields: &Map<String, Value>, name: &str, place: Place) -> Value {
        let limit = |key: &str| fields.get(key).and_then(Value::as_u64).map(|limit| limit as usize);
        let (least, most) = (limit("minItems").unwrap_or(0), limit("maxItems").unwrap_or(usize::MAX));
        let first: Vec<Value> = fields.get("prefixItems").and_then(Value::as_array).cloned().unwrap_or_default();
        let wanted =
            if place.depth > SPARE_DEPTH || self.total > 5000 { 0 } else { self.wanted(name).unwrap_or(ITEMS) };
        let count = wanted.max(least).max(first.len()).min(most).min(MAX_ITEMS.max(least.min(1000)));
        let any = json!({"type": "string"});
        let items = fields.get("items").filter(|items| items.is_object()).unwrap_or(&any);
        if count > self.moments.len() {
            self.stretch(count);
        }
        let singular = name.strip_suffix('s').unwrap_or(name);
        let mut list: Vec<Value> = Vec::new();
        for index in 0..count {
            let value = self.value(first.get(index).unwrap_or(items), singular, Place { index, ..place });
            list.push(value);
        }
        if fields.get("uniqueItems") == Some(&json!(true)) {
            let mut seen: Vec<Value> = Vec::new();
            list.retain(|item| {
                !seen.contains(item) && {
                    seen.push(item.clone());
                    true
                }
            });
        }
        Value::Array(list)
    }

    /// How many items the request itself speaks of.
    fn wanted(&self, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        let stem = name.strip_suffix('s').unwrap_or(&name);
        if stem.is_empty() {
            return None;
        }
        self.counts
            .iter()
            .find(|(key, count)| key.to_lowercase().contains(stem) && (1..=MAX_ITEMS as u64).contains(count))
            .map(|(_, count)| *count as usize)
    }

    /// A string of the wanted length and format.
    fn sized(&self, fields: &Map<String, Value>, name: &str, place: Place) -> String {
        let limit = |key: &str| fields.get(key).and_then(Value::as_u64).map(|limit| limit as usize);
        let text = match fields.get("format").and_then(Value::as_str) {
            Some("date-time") => "2026-01-01T00:00:00Z".to_owned(),
            Some("date") => "2026-01-01".to_owned(),
            Some("time") => "00:00:00Z".to_owned(),
            Some("uri" | "url") => format!("https://example.com/{}", place.index + 1),
            Some("email") => "nobody@example.com".to_owned(),
            Some("uuid") => format!("00000000-0000-4000-8000-{:012}", place.index + 1),
            _ => self.text(name, place),
        };
        let text = match limit("maxLength") {
            Some(most) if text.chars().count() > most => text.chars().take(most).collect(),
            _ => text,
        };
        let mut text = text;
        let least = limit("minLength").unwrap_or(0).min(20_000);
        while text.chars().count() < least {
            text.push_str(if least > 40 { " …" } else { "." });
        }
        match limit("maxLength") {
            Some(most) if text.chars().count() > most => text.chars().take(most).collect(),
            _ => text,
        }
    }

    /// What a field of that name says at that place.
    fn text(&self, name: &str, place: Place) -> String {
        let lower = name.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let moment = &self.moments[place.index % self.moments.len()];
        let overlay = &self.overlays[place.index % self.overlays.len()];
        if has(&["negative"]) {
            "blurred, distorted faces, extra limbs, lettering, watermark".to_owned()
        } else if lower == "id" || lower.ends_with("_id") || name.ends_with("Id") {
            format!(
                "{}_{}",
                lower.trim_end_matches("id").trim_end_matches('_').to_owned() + if lower == "id" { "item" } else { "" },
                place.index + 1
            )
        } else if has(&["language", "locale"]) {
            "en".to_owned()
        } else if has(&["motion", "camera", "movement", "visual"]) {
            moment.motion.clone()
        } else if has(&["prompt", "image", "picture", "thumbnail", "setting", "background"]) {
            moment.picture.clone()
        } else if has(&["overlay", "caption", "tagline", "hook", "headline", "heading", "slogan", "punchline"]) {
            overlay.clone()
        } else if has(&["title"]) {
            if place.depth > 2 { overlay.clone() } else { self.reading.title.clone() }
        } else if has(&["character", "appearance", "hero", "person", "speaker", "protagonist"]) || (lower == "name") {
            let (noun, hero) = &self.reading.hero;
            if has(&["name", "speaker"]) {
                capitalized(&noun.bare)
            } else {
                capitalized(&format!("{} {}", noun.first, hero.look))
            }
        } else if has(&["reason", "purpose", "goal", "why", "intent"]) {
            moment.reason.clone()
        } else if has(&["style", "look", "palette", "color", "colour"]) {
            format!("palette of {}", self.reading.place.palette)
        } else if has(&["mood", "tone", "emotion", "feeling"]) {
            "calm".to_owned()
        } else if has(&["genre", "category", "type", "kind"]) {
            "short film".to_owned()
        } else if has(&["tag", "keyword"]) {
            overlay.to_lowercase()
        } else if has(&["place", "location", "where"]) {
            capitalized(self.reading.place.spots[place.index % self.reading.place.spots.len()])
        } else if has(&["time", "when"]) {
            moment.hour.slug().to_owned()
        } else if has(&["summary", "logline", "premise", "synopsis", "idea", "topic", "theme"]) {
            let about = self
                .reading
                .clause
                .clone()
                .unwrap_or_else(|| format!("A film about {}", shorten(&self.reading.topic.first, 200)));
            format!("{about}, {}.", self.reading.place.world)
        } else {
            moment.description.clone()
        }
    }
}

/// A number within its limits: a scene's number, eight seconds, or the least that is allowed.
fn number(fields: &Map<String, Value>, name: &str, place: Place, whole: bool) -> Value {
    let limit = |key: &str| fields.get(key).and_then(Value::as_f64);
    let lower = name.to_lowercase();
    let wish = if ["number", "index", "order", "position", "num"].iter().any(|word| lower.contains(word)) {
        place.index as f64 + 1.0
    } else if ["duration", "seconds", "length"].iter().any(|word| lower.contains(word)) {
        8.0
    } else {
        1.0
    };
    let step = limit("multipleOf").filter(|step| *step > 0.0).unwrap_or(if whole { 1.0 } else { 0.0 });
    let margin = if step > 0.0 { step } else { 0.5 };
    let least = match (limit("minimum"), limit("exclusiveMinimum")) {
        (Some(a), Some(b)) => a.max(b + margin.min(1e-6_f64.max(step))),
        (Some(a), None) => a,
        (None, Some(b)) => b + margin,
        (None, None) => f64::NEG_INFINITY,
    };
    let most = match (limit("maximum"), limit("exclusiveMaximum")) {
        (Some(a), _) => a,
        (None, Some(b)) => b - margin,
        (None, None) => f64::INFINITY,
    };
    let mut value = wish.max(least).min(most);
    if let (None, Some(low), Some(high)) = (limit("multipleOf"), limit("exclusiveMinimum"), limit("exclusiveMaximum"))
        && !whole
        && (value <= low || value >= high)
    {
        value = (low + high) / 2.0;
    }
    if step > 0.0 {
        value = (value / step).ceil() * step;
        if value > most {
            value = (most / step).floor() * step;
        }
    }
    if whole || value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

/// The type of a schema: the first that is not null, or what its keywords suggest.
fn kind(fields: &Map<String, Value>) -> &str {
    match fields.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if fields.contains_key("properties") || fields.contains_key("required") => "object",
        _ if fields.contains_key("items") || fields.contains_key("prefixItems") => "array",
        _ if fields.contains_key("minimum") || fields.contains_key("maximum") => "number",
        _ => "string",
    }
}

/// A schema together with what stands beside the keyword that named it.
fn merge(schema: &Value, beside: &Map<String, Value>, without: &str) -> Value {
    let mut merged = schema.as_object().cloned().unwrap_or_default();
    for (key, value) in beside.iter().filter(|(key, _)| *key != without) {
        match (merged.get_mut(key), value) {
            (Some(Value::Object(known)), Value::Object(more)) => {
                for (name, schema) in more {
                    known.entry(name.clone()).or_insert_with(|| schema.clone());
                }
            }
            (Some(Value::Array(known)), Value::Array(more)) if key == "required" => known.extend(more.iter().cloned()),
            (Some(_), _) => {}
            (None, _) => {
                merged.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(merged)
}
