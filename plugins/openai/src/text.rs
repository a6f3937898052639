//! Text by `POST /chat/completions`: the request, and the reading of its answer.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Outcome, OutputSchema, OutputVia, TextOperation, TextOutcome, Usage};
use kinora_sdk::provider::{HttpRequest, HttpResponse, Level, decimal, log};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{ENDPOINT, error, models, strict};

/// What of the request is needed to read the answer.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    model: String,
    function: bool,
}

/// The request for a text.
pub(crate) fn request(operation: TextOperation, settings: &Settings) -> Result<(HttpRequest, Asked), ProviderError> {
    if operation.messages.is_empty() {
        return Err(ProviderError::invalid_request("There are no messages to answer."));
    }
    let model = operation.model.or_else(|| settings.text_model.clone());
    let model = model.unwrap_or_else(|| models::default("text").to_owned());
    let thinks = settings.thinks(&model);
    let mut body = json!({"model": model, "messages": operation.messages});
    if let Some(effort) = &settings.reasoning_effort {
        body["reasoning_effort"] = json!(effort);
    }
    match operation.temperature {
        Some(_) if thinks => log(Level::Warn, &format!("{model} thinks and takes no temperature: it was dropped")),
        Some(temperature) => body["temperature"] = decimal(temperature),
        None => {}
    }
    if let Some(tokens) = operation.max_tokens {
        body[settings.token_limit_field.field()] = json!(tokens);
    }
    if let Some(seed) = operation.seed {
        body["seed"] = json!(seed & i64::MAX as u64);
    }
    let mut function = false;
    if let Some(output) = operation.output {
        match settings.via(output.via, thinks) {
            OutputVia::FunctionCall => {
                function = true;
                force_call(&mut body, output);
            }
            OutputVia::JsonSchema => body["response_format"] = response_format(output),
        }
    }
    let request = settings.address(HttpRequest::post_json(ENDPOINT, "/chat/completions", &body));
    Ok((request, Asked { model, function }))
}

/// One function, and the order to call it.
fn force_call(body: &mut Value, output: OutputSchema) {
    let name = name(&output.name);
    let strict = strict::qualifies(&output.schema);
    let mut function = json!({"name": name, "strict": strict});
    if !output.description.is_empty() {
        function["description"] = json!(output.description);
    }
    function["parameters"] = output.schema;
    body["tools"] = json!([{"type": "function", "function": function}]);
    body["tool_choice"] = json!({"type": "function", "function": {"name": name}});
    if strict {
        // Strict mode holds for one call at a time.
        body["parallel_tool_calls"] = json!(false);
    }
}

fn response_format(output: OutputSchema) -> Value {
    let mut format = json!({"name": name(&output.name), "strict": strict::qualifies(&output.schema)});
    if !output.description.is_empty() {
        format["description"] = json!(output.description);
    }
    format["schema"] = output.schema;
    json!({"type": "json_schema", "json_schema": format})
}

/// At most 64 letters, digits, `_` and `-`.
fn name(name: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let name: String = name.chars().take(64).map(|letter| if fits(letter) { letter } else { '_' }).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

/// Reads the answer. The text, and the arguments of a call, are passed on letter by letter: who asked for JSON reads
/// it, and says where it is wrong.
pub(crate) fn read(asked: Asked, response: &HttpResponse) -> Result<Outcome, ProviderError> {
    let body = response.json()?;
    let choice = &body["choices"][0];
    let message = &choice["message"];
    if !message.is_object() {
        return Err(ProviderError::malformed_output("The answer has no choices."));
    }
    if let Some(refusal) = message["refusal"].as_str().filter(|refusal| !refusal.is_empty()) {
        return Err(error::refused(refusal));
    }
    if choice["finish_reason"] == "content_filter" {
        return Err(error::refused("the content filter stopped the answer"));
    }
    let truncated = choice["finish_reason"] == "length";
    let call = asked.function.then(|| arguments(message)).flatten();
    let content = message["content"].as_str().filter(|content| !content.is_empty());
    if asked.function && call.is_none() && content.is_some() {
        log(Level::Info, "the server answered in words where a function call was forced");
    }
    let text = match call.or_else(|| content.map(str::to_owned)) {
        Some(text) => text,
        // All tokens went into thinking.
        None if truncated => String::new(),
        None => return Err(ProviderError::malformed_output("The answer has neither a text nor a function call.")),
    };
    let model = body["model"].as_str().filter(|model| !model.is_empty()).unwrap_or(&asked.model);
    Ok(Outcome::Text(TextOutcome {
        text,
        truncated,
        usage: Usage {
            input_tokens: body["usage"]["prompt_tokens"].as_u64().unwrap_or(0),
            output_tokens: body["usage"]["completion_tokens"].as_u64().unwrap_or(0),
            ..Usage::default()
        },
        made_by: format!("OpenAI, {model}"),
    }))
}

/// The arguments of the first call: a string that holds JSON, or, from some local servers, the JSON itself.
fn arguments(message: &Value) -> Option<String> {
    match &message["tool_calls"][0]["function"]["arguments"] {
        Value::String(arguments) => Some(arguments.clone()),
        Value::Object(arguments) => Some(Value::Object(arguments.clone()).to_string()),
        _ => None,
    }
}
