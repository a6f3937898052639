//! One field of a mapping: where a value goes in the model's input, and what becomes of it on the way.

use kinora_sdk::provider::shape;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::field::Kind;

/// A rule; the schema in `schema` says what each word means.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    pub to: String,
    pub one_of: Vec<Value>,
    pub least: Option<f64>,
    pub most: Option<f64>,
    pub step: Option<f64>,
    pub times: Option<f64>,
    pub as_text: bool,
    pub yes: Option<Value>,
    pub no: Option<Value>,
    pub single: bool,
    pub needs: Map<String, Value>,
    pub sets: Map<String, Value>,
}

impl Rule {
    /// Reads a rule: the name of an input field alone, or an object.
    ///
    /// # Errors
    /// What is wrong, as the second half of a sentence.
    pub fn read(written: &Value, kind: Kind) -> Result<Self, String> {
        let rule = match written {
            Value::String(to) => Rule { to: to.clone(), ..Rule::default() },
            Value::Object(words) => {
                let fits = |word: &str| ["to", "needs", "sets"].contains(&word) || kind.words().contains(&word);
                if let Some(word) = words.keys().find(|word| !fits(word)) {
                    let mut known = vec!["to", "needs", "sets"];
                    known.extend(kind.words());
                    return Err(format!("has \"{word}\", and may have {}", known.join(", ")));
                }
                serde_json::from_value(written.clone()).map_err(|error| format!("cannot be read: {error}"))?
            }
            other => return Err(format!("is {other}, and must be the name of an input field or a rule")),
        };
        rule.check(kind)?;
        Ok(rule)
    }

    fn check(&self, kind: Kind) -> Result<(), String> {
        if self.to.is_empty() {
            return Err("does not say where the value goes: \"to\" is the name of an input field".to_owned());
        }
        if self.step.is_some_and(|step| step <= 0.0) || self.times.is_some_and(|times| times <= 0.0) {
            return Err("has a \"step\" or \"times\" that is not above zero".to_owned());
        }
        if self.least.zip(self.most).is_some_and(|(least, most)| least > most) {
            return Err("has a \"least\" above its \"most\"".to_owned());
        }
        let readable = |value: &&Value| match kind {
            Kind::Number => number(value).is_some(),
            Kind::Shape => value.as_str().and_then(shape::edges).is_some(),
            _ => true,
        };
        match self.one_of.iter().find(|value| !readable(value)) {
            Some(odd) if kind == Kind::Shape => Err(format!("has {odd} in \"one_of\", and not the like of \"16:9\"")),
            Some(odd) => Err(format!("has {odd} in \"one_of\", which is no number")),
            None => Ok(()),
        }
    }

    /// The value for a number.
    pub fn number(&self, wanted: f64) -> Value {
        let wanted = wanted * self.times.unwrap_or(1.0);
        let far = |value: &Value| number(value).map_or(f64::INFINITY, |number| (number - wanted).abs());
        // Of two that are equally near the larger: what is too much can be cut off.
        let larger = |a: &Value, b: &Value| number(b).unwrap_or(0.0).total_cmp(&number(a).unwrap_or(0.0));
        if let Some(nearest) = self.one_of.iter().min_by(|a, b| far(a).total_cmp(&far(b)).then(larger(a, b))) {
            return nearest.clone();
        }
        let (least, most) = (self.least.unwrap_or(f64::NEG_INFINITY), self.most.unwrap_or(f64::INFINITY));
        let stepped = self.step.map_or(wanted, |step| (wanted / step).round() * step);
        self.written(whole(stepped.max(least).min(most)))
    }

    /// What a value says in Kinora's measure: the opposite of [`number`](Self::number).
    pub fn measure(&self, value: &Value) -> Option<f64> {
        Some(number(value)? / self.times.unwrap_or(1.0))
    }

    /// The value for a seed.
    pub fn seed(&self, seed: u64) -> Value {
        let most = self.most.map_or(i32::MAX as u64, |most| most as u64);
        self.written(json!(seed % most.saturating_add(1).max(1)))
    }

    /// The value for a width and height; `plain` is how they are written where the rule names no values.
    pub fn shape(&self, wanted: (u32, u32), plain: String) -> Value {
        let nearest = shape::nearest(wanted, &self.one_of, |value| shape::edges(value.as_str()?));
        nearest.cloned().unwrap_or_else(|| json!(plain))
    }

    /// The value for a yes or no.
    pub fn switch(&self, on: bool) -> Value {
        let value = if on { &self.yes } else { &self.no };
        value.clone().unwrap_or(json!(on))
    }

    /// A value, as text where the model wants that.
    pub fn written(&self, value: Value) -> Value {
        if self.as_text { json!(value.to_string()) } else { value }
    }
}

/// Reads 8, "8", "8s", "720p" and, for its short edge, "4k".
fn number(value: &Value) -> Option<f64> {
    let text = match value {
        Value::Number(number) => return number.as_f64(),
        Value::String(text) => text.trim().to_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "4k" => return Some(2160.0),
        "2k" => return Some(1440.0),
        _ => {}
    }
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    text[..end].parse().ok()
}

/// 8 and not 8.0.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(written: Value, kind: Kind) -> Rule {
        Rule::read(&written, kind).unwrap()
    }

    #[test]
    fn the_nearest_of_the_named_values_is_sent_as_it_is_written() {
        let lengths = rule(json!({"to": "x", "one_of": [4, 6, "8s"]}), Kind::Number);
        for (wanted, sent) in
            [(4.0, json!(4)), (5.0, json!(6)), (6.9, json!(6)), (7.1, json!("8s")), (60.0, json!("8s"))]
        {
            assert_eq!(lengths.number(wanted), sent, "{wanted}");
        }
        let pixels = rule(json!({"to": "x", "one_of": ["720p", "1080p", "4k"]}), Kind::Number);
        let two = rule(json!({"to": "x", "one_of": ["720p", "2k"]}), Kind::Number);
        assert_eq!(two.number(1440.0), json!("2k"));
        assert_eq!((pixels.number(700.0), pixels.number(2160.0)), (json!("720p"), json!("4k")));
        let shapes = rule(json!({"to": "x", "one_of": ["1:1", "16:9"]}), Kind::Shape);
        assert_eq!(shapes.shape((1920, 1080), String::new()), json!("16:9"));
    }

    #[test]
    fn numbers_keep_to_their_limits_steps_and_measure() {
        let width = rule(json!({"to": "x", "least": 256, "most": 1440, "step": 32}), Kind::Number);
        for (wanted, sent) in [(1000.0, 992), (10.0, 256), (9999.0, 1440)] {
            assert_eq!(width.number(wanted), json!(sent));
        }
        let frames = rule(json!({"to": "x", "times": 16, "least": 81}), Kind::Number);
        assert_eq!((frames.number(5.0), frames.number(10.0)), (json!(81), json!(160)));
        assert_eq!(frames.measure(&json!(160)), Some(10.0));
        let text = rule(json!({"to": "x", "as_text": true}), Kind::Number);
        assert_eq!((text.number(8.0), text.number(0.5)), (json!("8"), json!("0.5")));
    }

    #[test]
    fn a_seed_fits_what_the_model_takes() {
        let seed = rule(json!({"to": "x", "most": 99}), Kind::Seed);
        assert_eq!((seed.seed(7), seed.seed(107), seed.seed(u64::MAX)), (json!(7), json!(7), json!(u64::MAX % 100)));
        assert_eq!(
            rule(json!("x"), Kind::Seed).seed(u64::MAX).as_i64().map(|seed| seed <= i64::from(i32::MAX)),
            Some(true)
        );
    }

    #[test]
    fn a_switch_has_the_models_words() {
        assert_eq!(rule(json!("x"), Kind::Switch).switch(true), json!(true));
        let words = rule(json!({"to": "x", "yes": "on", "no": "off"}), Kind::Switch);
        assert_eq!((words.switch(true), words.switch(false)), (json!("on"), json!("off")));
    }

    #[test]
    fn a_wrong_rule_is_told_in_words() {
        for (written, kind, words) in [
            (json!(7), Kind::Words, "must be the name of an input field or a rule"),
            (json!(""), Kind::Words, "where the value goes"),
            (json!({"one_of": [4]}), Kind::Number, "where the value goes"),
            (json!({"to": "x", "one_of": [4]}), Kind::Words, "has \"one_of\", and may have to, needs, sets"),
            (json!({"to": "x", "one_off": [4]}), Kind::Number, "has \"one_off\""),
            (json!({"to": "x", "one_of": ["long"]}), Kind::Number, "\"long\" in \"one_of\", which is no number"),
            (json!({"to": "x", "one_of": ["wide"]}), Kind::Shape, "\"wide\" in \"one_of\""),
            (json!({"to": "x", "one_of": 4}), Kind::Number, "cannot be read"),
            (json!({"to": "x", "step": 0}), Kind::Number, "not above zero"),
            (json!({"to": "x", "least": 9, "most": 3}), Kind::Number, "above its \"most\""),
        ] {
            let told = Rule::read(&written, kind).expect_err("it is wrong");
            assert!(told.contains(words), "{told}");
        }
    }
}
