//! The input for a text. Most models have a prompt and what is said before it; some take the conversation as it is.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Message, OutputSchema, TextOperation};
use kinora_sdk::provider::{Level, log};
use serde_json::{Value, json};

use crate::input::{Finished, Input};
use crate::mapping::Mapping;

/// The input.
///
/// # Errors
/// Where there is nothing to answer.
pub fn input(operation: TextOperation, model: &str, mapping: &Mapping) -> Result<Finished, ProviderError> {
    let mut messages = operation.messages;
    if messages.is_empty() {
        return Err(ProviderError::invalid_request("There are no messages to answer."));
    }
    let mut input = Input::new(model, mapping);
    if let Some(output) = operation.output {
        if input.has("json_schema") {
            input.value("json_schema", output.schema);
        } else {
            messages.insert(0, Message { role: "system".to_owned(), content: in_words(&output) });
        }
    }
    if input.has("messages") {
        input.value("messages", json!(messages));
    } else {
        let (system, mut prompt) = spoken(&messages);
        if input.has("system_prompt") {
            if !system.is_empty() {
                input.value("system_prompt", json!(system));
            }
        } else if !system.is_empty() {
            prompt = format!("{system}\n\n{prompt}");
        }
        input.value("prompt", json!(prompt));
    }
    if let Some(temperature) = operation.temperature {
        // 0.7 as 0.7: widened to 64 bits it would be 0.699999988079071.
        input.number("temperature", temperature.to_string().parse().unwrap_or(f64::from(temperature)));
    }
    if let Some(tokens) = operation.max_tokens {
        input.number("max_tokens", f64::from(tokens));
    }
    if let Some(seed) = operation.seed {
        input.seed(seed);
    }
    let finished = input.finish();
    for warning in &finished.warnings {
        log(Level::Warn, warning);
    }
    Ok(finished)
}

/// The order to answer in JSON.
fn in_words(output: &OutputSchema) -> String {
    let description = output.description.trim();
    let space = if description.is_empty() { "" } else { " " };
    format!(
        "{description}{space}Answer with one JSON document and nothing else: no words before or after it, no code \
         fence. It must be valid by this JSON Schema:\n{}",
        output.schema
    )
}

/// What is said beforehand, and the conversation as one prompt.
fn spoken(messages: &[Message]) -> (String, String) {
    let (system, turns): (Vec<_>, Vec<_>) = messages.iter().partition(|message| message.role == "system");
    let join = |words: Vec<String>| words.join("\n\n");
    let system = join(system.iter().map(|message| message.content.clone()).collect());
    let turns = match turns[..] {
        [only] => only.content.clone(),
        _ => join(turns.iter().map(|turn| format!("{}: {}", speaker(&turn.role), turn.content)).collect()),
    };
    (system, turns)
}

fn speaker(role: &str) -> &'static str {
    if role == "assistant" { "Assistant" } else { "User" }
}

/// The text of an output: words, or pieces of words.
pub fn read(output: &Value) -> Option<String> {
    match output {
        Value::String(text) => Some(text.clone()),
        Value::Array(pieces) => pieces.iter().map(Value::as_str).collect(),
        _ => None,
    }
}
