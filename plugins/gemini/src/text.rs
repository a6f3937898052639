//! Text by `generateContent`: the request, and the reading of its answer. JSON is asked for by a schema of the answer
//! and never by a function call: Google holds the model to the schema in both cases, and only the schema is known to
//! every model.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Outcome, OutputSchema, TextOperation, TextOutcome};
use kinora_sdk::provider::{HttpRequest, HttpResponse, decimal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::settings::{SchemaField, Settings, model};
use crate::{answer, models, schema};

/// What of the request is needed to read the answer.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    model: String,
}

/// The request for a text.
pub(crate) fn request(operation: TextOperation, settings: &Settings) -> Result<(HttpRequest, Asked), ProviderError> {
    let model = model(operation.model.as_ref(), settings.text_model.as_ref(), models::default("text"))?;
    let (mut rules, mut contents) = (Vec::new(), Vec::new());
    for message in operation.messages {
        let part = json!({"text": message.content});
        match message.role.as_str() {
            "system" => rules.push(part),
            "assistant" => contents.push(json!({"role": "model", "parts": [part]})),
            _ => contents.push(json!({"role": "user", "parts": [part]})),
        }
    }
    if contents.is_empty() {
        return Err(ProviderError::invalid_request("There are no messages to answer."));
    }
    let mut body = json!({"contents": contents});
    if !rules.is_empty() {
        body["systemInstruction"] = json!({"parts": rules});
    }
    let mut config = json!({});
    if let Some(temperature) = operation.temperature {
        config["temperature"] = decimal(temperature);
    }
    if let Some(tokens) = operation.max_tokens {
        config["maxOutputTokens"] = json!(tokens.min(i32::MAX as u32));
    }
    if let Some(seed) = operation.seed {
        config["seed"] = json!(seed & i32::MAX as u64);
    }
    if let Some(level) = &settings.thinking_level {
        config["thinkingConfig"] = json!({"thinkingLevel": level});
    }
    if let Some(output) = operation.output {
        let (field, schema) = answer_schema(output, settings.json_schema);
        config["responseMimeType"] = json!("application/json");
        config[field] = schema;
    }
    if config != json!({}) {
        body["generationConfig"] = config;
    }
    if let Some(safety) = settings.safety() {
        body["safetySettings"] = safety;
    }
    let request = HttpRequest::post_json(crate::ENDPOINT, format!("/models/{model}:generateContent"), &body);
    Ok((settings.address(request), Asked { model }))
}

/// The field for the schema of the answer, and the schema. What the document is, is told in its description.
fn answer_schema(output: OutputSchema, field: SchemaField) -> (&'static str, Value) {
    let mut schema = output.schema;
    if let Some(fields) = schema.as_object_mut().filter(|_| !output.description.is_empty()) {
        fields.entry("description").or_insert_with(|| json!(output.description));
    }
    let converted = schema::converted(&schema);
    match field {
        SchemaField::ResponseJsonSchema => ("responseJsonSchema", schema),
        SchemaField::Auto if !converted.whole => ("responseJsonSchema", schema),
        SchemaField::Auto | SchemaField::ResponseSchema => ("responseSchema", converted.schema),
    }
}

/// Reads the answer. The text is passed on letter by letter: who asked for JSON reads it, and says where it is wrong.
pub(crate) fn read(asked: Asked, response: &HttpResponse) -> Result<Outcome, ProviderError> {
    let body = response.json()?;
    let answer = answer::read(&body, &asked.model)?;
    let text = answer.words();
    let truncated = answer.finish == "MAX_TOKENS";
    if text.is_empty() {
        return Err(if truncated {
            let message = "The model used up all the tokens it may write before it began to answer: they went into \
                           thinking. Allow more tokens, or set a lower thinking_level.";
            answer::stopped("invalid-request", answer.finish, message)
        } else {
            let why = [answer.finish, answer.remark].join(" ");
            ProviderError::malformed_output(format!("The answer has no text. {}", why.trim()).trim().to_owned())
        });
    }
    Ok(Outcome::Text(TextOutcome { text, truncated, usage: answer.usage, made_by: answer.made_by }))
}
