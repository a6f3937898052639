//! What a request must be: the official description's schema, and the rules that the description has in words only or
//! not at all. The schemas are compiled once per process.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::upstream::described;
use super::reading::{forced_tool, tools};

static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/openai/schemas.json")).expect("the extract is JSON")
});
static CHAT: LazyLock<Described> = LazyLock::new(|| Described::new("CreateChatCompletionRequest"));
static IMAGE: LazyLock<Described> = LazyLock::new(|| Described::new("CreateImageRequest"));

/// Why a request would be refused, as OpenAI's errors say it.
#[derive(Debug)]
pub struct Fault {
    pub param: Option<String>,
    pub code: Option<&'static str>,
    pub message: String,
}

impl Fault {
    pub fn of(message: impl Into<String>) -> Self {
        Fault { param: None, code: None, message: message.into() }
    }

    fn at(param: impl Into<String>, message: impl Into<String>) -> Self {
        Fault { param: Some(param.into()), code: None, message: message.into() }
    }

    fn coded(self, code: &'static str) -> Self {
        Fault { code: Some(code), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.param {
            Some(param) => write!(f, "{param}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// A schema of the description, ready for use.
struct Described {
    schema: described::Described,
    /// The names of its properties. The description leaves objects open, while the real API refuses unknown arguments.
    known: BTreeSet<String>,
}

impl Described {
    fn new(name: &str) -> Self {
        let mut known = BTreeSet::new();
        collect_properties(&SCHEMAS["components"]["schemas"][name], &mut known);
        Described { schema: described(name), known }
    }

    fn faults(&self, body: &Value) -> Vec<Fault> {
        let mut faults = schema_faults(&self.schema, body);
        let unknown = body.as_object().into_iter().flatten().filter(|(name, _)| !self.known.contains(*name));
        faults.extend(unknown.map(|(name, _)| unknown_parameter(name)));
        faults
    }
}

fn described(name: &str) -> described::Described {
    described::Described::at(&SCHEMAS, &format!("/components/schemas/{name}"))
}

fn collect_properties(schema: &Value, known: &mut BTreeSet<String>) {
    if let Some(target) = schema["$ref"].as_str().and_then(|path| SCHEMAS.pointer(path.strip_prefix('#')?)) {
        collect_properties(target, known);
    }
    known.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect_properties(part, known);
    }
}

fn schema_faults(schema: &described::Described, value: &Value) -> Vec<Fault> {
    schema.faults(value).into_iter().map(|(place, what)| Fault::at(dotted(&place), what)).collect()
}

/// `/messages/0/role` as OpenAI writes it: `messages[0].role`.
fn dotted(pointer: &str) -> String {
    pointer.split('/').skip(1).fold(String::new(), |path, part| match part.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) if path.is_empty() => part.to_owned(),
        Err(_) => format!("{path}.{part}"),
    })
}

fn unknown_parameter(name: &str) -> Fault {
    Fault::at(name, format!("Unknown parameter: '{name}'.")).coded("unknown_parameter")
}

/// What in an answer of the stand-in is against the official description's schema of that name.
pub fn response_faults(schema: &str, body: &Value) -> Vec<String> {
    schema_faults(&described(schema), body).iter().map(Fault::to_string).collect()
}

/// What is wrong with a request for text.
pub fn chat_faults(body: &Value) -> Vec<Fault> {
    let mut faults = CHAT.faults(body);
    if !faults.is_empty() {
        return faults;
    }
    let mut rule = |kept: bool, fault: Fault| {
        if !kept {
            faults.push(fault);
        }
    };
    let has = |name: &str| !body[name].is_null();
    let names: Vec<&str> = tools(body).map(|(name, _)| name).collect();

    rule(body["stream"] != true, Fault::at("stream", "the stand-in does not stream"));
    for old in ["functions", "function_call"] {
        rule(!has(old), Fault::at(old, "deprecated: tools have taken its place"));
    }
    rule(body["tools"].as_array().is_none_or(|tools| !tools.is_empty()), Fault::at("tools", "an empty list"));
    for name in ["tool_choice", "parallel_tool_calls"] {
        rule(!has(name) || has("tools"), Fault::at(name, "only allowed where tools are given"));
    }
    if let Some(forced) = forced_tool(body) {
        let told = format!("the tool {forced:?} is not among the tools {names:?}");
        rule(names.contains(&forced), Fault::at("tool_choice", told));
    }
    for (name, schema) in tools(body) {
        rule(is_name(name), Fault::at("tools", format!("{name:?} is no name: 1 to 64 letters, digits, _ and -")));
        let object = schema.is_null() || schema["type"] == "object";
        rule(object, Fault::at("tools", format!("the parameters of {name:?} are no schema of an object")));
    }
    let format = &body["response_format"]["json_schema"];
    if let Some(name) = format["name"].as_str() {
        let told = format!("{name:?} is no name: 1 to 64 letters, digits, _ and -");
        rule(is_name(name), Fault::at("response_format", told));
    }
    for (strict, name, schema) in strictable(body) {
        if let Err(why) = jsonschema::meta::validate(schema) {
            rule(false, Fault::at(name, format!("no JSON schema: {why}")).coded("invalid_json_schema"));
        } else if let (true, Some(why)) = (strict, open_object(schema, "")) {
            rule(false, Fault::at(name, why).coded("invalid_json_schema"));
        }
    }
    let says_json = body["messages"].to_string().to_lowercase().contains("json");
    let told = "json_object is only allowed where a message says JSON";
    rule(body["response_format"]["type"] != "json_object" || says_json, Fault::at("messages", told));
    let both = has("max_tokens") && has("max_completion_tokens");
    rule(!both, Fault::at("max_tokens", "max_tokens and max_completion_tokens exclude each other"));
    let told = "not supported with this model; use max_completion_tokens";
    let reasons = body["model"].as_str().is_some_and(reasons);
    rule(!(reasons && has("max_tokens")), Fault::at("max_tokens", told).coded("unsupported_parameter"));
    faults
}

/// What is wrong with a request for pictures.
pub fn image_faults(body: &Value) -> Vec<Fault> {
    let mut faults = IMAGE.faults(body);
    if !faults.is_empty() {
        return faults;
    }
    let mut rule = |kept: bool, fault: Fault| {
        if !kept {
            faults.push(fault);
        }
    };
    // What the description says of these models in words.
    let model = body["model"].as_str().unwrap_or("dall-e-2");
    let newer = model.starts_with("gpt-image");
    let prompt = body["prompt"].as_str().unwrap_or_default();
    rule(!prompt.trim().is_empty(), Fault::at("prompt", "an empty prompt"));
    let longest = if newer { 32_000 } else { 4_000 };
    rule(prompt.chars().count() <= longest, Fault::at("prompt", format!("longer than {longest} characters")));
    rule(body["stream"] != true, Fault::at("stream", "the stand-in does not stream"));
    rule(model != "dall-e-3" || body["n"].as_u64().unwrap_or(1) == 1, Fault::at("n", "dall-e-3 makes one picture"));
    let of_others: &[&str] = if newer {
        &["response_format", "style"]
    } else {
        &["output_format", "output_compression", "moderation", "background", "partial_images"]
    };
    for name in of_others {
        rule(body[*name].is_null(), unknown_parameter(name));
    }
    if newer {
        let quality = body["quality"].as_str().unwrap_or("auto");
        let known = ["low", "medium", "high", "auto"].contains(&quality);
        rule(known, Fault::at("quality", format!("{quality:?} is not of these models")));
        let size = body["size"].as_str().unwrap_or("auto");
        let fits = ["auto", "1024x1024", "1536x1024", "1024x1536"].contains(&size)
            || (model.starts_with("gpt-image-2") && free_size(size));
        rule(fits, Fault::at("size", format!("{size:?} is no size of {model}")));
        let see_through = body["background"] == "transparent" && body["output_format"] == "jpeg";
        rule(!see_through, Fault::at("background", "a JPEG cannot be transparent"));
    }
    faults
}

/// Every schema that an answer must fit: whether strictly, where it stands, and itself.
fn strictable(body: &Value) -> Vec<(bool, &'static str, &Value)> {
    let functions = body["tools"].as_array().into_iter().flatten().map(|tool| &tool["function"]);
    let mut found: Vec<_> =
        functions.map(|function| (function["strict"] == true, "tools", &function["parameters"])).collect();
    let format = &body["response_format"]["json_schema"];
    found.push((format["strict"] == true, "response_format", &format["schema"]));
    found.retain(|(_, _, schema)| schema.is_object());
    found
}

/// Strict answers want every object closed, with all its properties required. Where this is not so, it says why.
fn open_object(schema: &Value, path: &str) -> Option<String> {
    if let Some(properties) = schema["properties"].as_object() {
        if schema["additionalProperties"] != false {
            return Some(format!("at '{path}' additionalProperties must be false, since it is strict"));
        }
        let required = |name: &String| schema["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        if let Some(name) = properties.keys().find(|name| !required(name)) {
            return Some(format!("at '{path}' {name:?} must be required, since it is strict"));
        }
    }
    match schema {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| open_object(value, &format!("{path}/{name}"))),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| open_object(item, &format!("{path}/{index}")))
        }
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// Models that think before they answer, and count those tokens too.
fn reasons(model: &str) -> bool {
    let numbered = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
    model.strip_prefix('o').is_some_and(numbered) || model.starts_with("gpt-5")
}

/// Widths and heights by 16, between 1:3 and 3:1, at most 3840x2160.
fn free_size(size: &str) -> bool {
    let sides = size.split_once('x').map(|(width, height)| (width.parse::<u32>(), height.parse::<u32>()));
    let Some((Ok(width), Ok(height))) = sides else { return false };
    let (long, short) = (width.max(height), width.min(height));
    short > 0 && long <= 3 * short && long <= 3840 && short <= 2160 && width % 16 == 0 && height % 16 == 0
}
