//! A provider that writes by `POST /chat/completions`, on any server that speaks OpenAI's API.

use kinora_sdk::documents::{Credential, Endpoint, Manifest, Model, Outcome, TextOutcome, Usage};
use kinora_sdk::provider::{Attachment, HttpRequest, HttpResponse, decimal, without_nulls};
use kinora_sdk::{Exchange, Operation, ProviderError};
use serde_json::{Value, json};

/// The provider.
pub struct Compatible;

impl Exchange for Compatible {
    type Context = String; // the model

    fn manifest() -> Manifest {
        let model = json!({"type": "string", "description": "The model, where a request names none."});
        Manifest {
            id: "compatible".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            title: "An OpenAI-compatible server".into(),
            models: vec![Model::new("text", "gpt-4o-mini")],
            endpoints: vec![Endpoint::new("api", "https://api.openai.com/v1")],
            credentials: vec![Credential::bearer("key", "api", "COMPATIBLE_API_KEY")],
            settings: Some(json!({"properties": {"model": model}, "additionalProperties": false})),
            ..Manifest::default()
        }
    }

    fn request(operation: Operation, settings: Value) -> Result<(HttpRequest, String), ProviderError> {
        let text = operation.text()?;
        let model = text.model.unwrap_or_else(|| settings["model"].as_str().unwrap_or("gpt-4o-mini").into());
        let schema = text.output.map(|output| json!({"name": output.name, "schema": output.schema}));
        let body = without_nulls(json!({
            "model": model,
            "messages": text.messages,
            "temperature": text.temperature.map(decimal),
            "max_tokens": text.max_tokens,
            "response_format": schema.map(|schema| json!({"type": "json_schema", "json_schema": schema})),
        }));
        let request = HttpRequest::post_json("api", "/chat/completions", &body).credential("key");
        Ok((request.header("user-agent", concat!("compatible/", env!("CARGO_PKG_VERSION"))), model))
    }

    fn response(model: String, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        let body = response.accepted()?.json()?;
        let choice = &body["choices"][0];
        let text = choice["message"]["content"].as_str();
        let text = text.ok_or_else(|| ProviderError::malformed_output("The answer has no text."))?.to_owned();
        let tokens = |kind: &str| body["usage"][kind].as_u64().unwrap_or(0);
        let (input_tokens, output_tokens) = (tokens("prompt_tokens"), tokens("completion_tokens"));
        let usage = Usage { input_tokens, output_tokens, ..Usage::default() };
        let truncated = choice["finish_reason"] == "length";
        Ok((Outcome::Text(TextOutcome { text, truncated, usage, made_by: format!("Compatible, {model}") }), vec![]))
    }
}

kinora_sdk::export_exchange!(Compatible);
