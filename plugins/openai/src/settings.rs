//! What an administrator may choose. Everything has a default that fits OpenAI; most of the choices are for the other
//! servers that speak its API and differ in details.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::OutputVia;
use kinora_sdk::provider::HttpRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{CREDENTIAL, models, video};

/// Milliseconds to wait for an answer. A long scenario or a large picture takes two or three minutes.
const TIMEOUT_MS: u64 = 300_000;

/// The settings; see [`schema`] for what each means.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub text_model: Option<String>,
    pub image_model: Option<String>,
    pub json: Way,
    pub reasoning_effort: Option<String>,
    pub token_limit_field: TokenLimit,
    pub image_sizes: Vec<String>,
    pub image_quality: Option<String>,
    pub image_format: Option<String>,
    pub image_moderation: Option<String>,
    pub video_model: Option<String>,
    pub video_sizes: Option<Vec<String>>,
    pub video_seconds: Option<Vec<u32>>,
    organization: Option<String>,
    project: Option<String>,
    timeout_seconds: Option<u64>,
}

/// The way JSON is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    #[default]
    AsAsked,
    FunctionCall,
    JsonSchema,
}

/// The field that carries the most tokens an answer may have.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenLimit {
    #[default]
    MaxCompletionTokens,
    MaxTokens,
}

impl TokenLimit {
    pub fn field(self) -> &'static str {
        match self {
            TokenLimit::MaxCompletionTokens => "max_completion_tokens",
            TokenLimit::MaxTokens => "max_tokens",
        }
    }
}

impl Settings {
    /// Reads them; absent ones are the defaults.
    pub fn read(settings: Value) -> Result<Self, ProviderError> {
        if settings.is_null() {
            return Ok(Settings::default());
        }
        serde_json::from_value(settings)
            .map_err(|error| ProviderError::invalid_request(format!("The settings cannot be read: {error}.")))
    }

    /// Whether a model will think before it answers.
    pub fn thinks(&self, model: &str) -> bool {
        self.reasoning_effort.as_deref().map_or_else(|| models::thinks(model), |effort| effort != "none")
    }

    /// The way to ask a model for JSON. One that thinks takes no functions from Chat Completions.
    pub fn via(&self, asked: OutputVia, thinks: bool) -> OutputVia {
        match self.json {
            Way::FunctionCall => OutputVia::FunctionCall,
            Way::JsonSchema => OutputVia::JsonSchema,
            Way::AsAsked if thinks => OutputVia::JsonSchema,
            Way::AsAsked => asked,
        }
    }

    /// The headers that name the account which is billed.
    pub fn account(&self) -> Vec<(String, String)> {
        let headers = [("openai-organization", &self.organization), ("openai-project", &self.project)];
        headers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
    }

    /// The request with what every request has: the credential, the account, the patience.
    pub fn address(&self, mut request: HttpRequest) -> HttpRequest {
        request.headers.extend(self.account());
        request.timeout_ms = Some(self.timeout_seconds.map_or(TIMEOUT_MS, |seconds| seconds.saturating_mul(1000)));
        request.credential(CREDENTIAL)
    }
}

/// The JSON Schema of the settings.
pub fn schema() -> Value {
    let model = |operation: &str, what: &str| {
        json!({"type": "string", "minLength": 1, "default": models::default(operation), "description":
            format!("The model that {what} where a request names none. Any id the server knows, listed or not.")})
    };
    let account = |what: &str| {
        json!({"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "description":
            format!("The id of the {what} that is billed, for keys that belong to several.")})
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text_model": model("text", "writes"),
            "image_model": model("image", "paints"),
            "json": {"enum": ["as-asked", "function-call", "json-schema"], "default": "as-asked", "description":
                "How a model is asked for JSON: by a forced function call, by a response format, or as each request \
                 says. Local servers often know one of the two only. Models that think are asked by response format \
                 unless this says otherwise."},
            "reasoning_effort": {"enum": ["none", "minimal", "low", "medium", "high", "xhigh", "max"], "description":
                "How long a model may think before it answers; absent means the model's own default. With anything but \
                 none the temperature of a request is dropped."},
            "token_limit_field": {"enum": ["max_completion_tokens", "max_tokens"], "default": "max_completion_tokens",
                "description": "The field that limits the length of an answer; local servers often know max_tokens."},
            "image_sizes": {"type": "array",
                "items": {"type": "string", "pattern": "^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$"}, "description":
                "The sizes the image model paints, such as 1024x1024; the nearest is asked for. Absent means what is \
                 known of the model, and OpenAI's standard sizes for one that is not listed."},
            "image_quality": {"enum": ["auto", "low", "medium", "high"], "description":
                "The quality, and with it the price, of pictures; absent means the model's own default."},
            "image_format": {"enum": ["png", "jpeg", "webp"], "description":
                "The file format of pictures; absent means jpeg for listed models (far fewer bytes than png) and the \
                 server's own choice for others."},
            "image_moderation": {"enum": ["auto", "low"], "description":
                "How strictly OpenAI filters pictures; absent means auto. Not sent with reference pictures, for which \
                 OpenAI has no such choice."},
            "video_model": {"type": "string", "minLength": 1, "description":
                "The model that makes clips by /videos, where a request names none. OpenAI's own video API has ended; \
                 other servers keep its shape. Absent means that no clips are made."},
            "video_sizes": {"type": "array", "minItems": 1, "default": video::SIZES,
                "items": {"type": "string", "pattern": "^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$"}, "description":
                "The sizes of clips that the server makes; the nearest is asked for."},
            "video_seconds": {"type": "array", "minItems": 1, "default": video::SECONDS,
                "items": {"type": "integer", "minimum": 1, "maximum": 3600}, "description":
                "The lengths of clips that the server makes, in seconds; the nearest is asked for."},
            "organization": account("organization"),
            "project": account("project"),
            "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 3600, "default": TIMEOUT_MS / 1000,
                "description": "How long to wait for one answer; the host has a limit of its own."},
        },
    })
}
