//! What an administrator may choose. Everything has a default.

use kinora_sdk::ProviderError;
use kinora_sdk::provider::HttpRequest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{CREDENTIAL, models};

/// Seconds to wait for an answer. A long scenario or a large picture takes two or three minutes.
const TIMEOUT_SECONDS: u64 = 300;
/// Seconds between two looks at a clip, which takes one to several minutes.
const POLL_SECONDS: u64 = 10;

/// The categories that a threshold is set for: those that Google's filter lets anyone set.
const CATEGORIES: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// The settings; see [`schema`] for what each means.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub text_model: Option<String>,
    pub image_model: Option<String>,
    pub video_model: Option<String>,
    pub video_api: VideoApi,
    pub json_schema: SchemaField,
    pub thinking_level: Option<String>,
    pub image_size: Option<String>,
    safety_threshold: Option<String>,
    poll_seconds: Option<u64>,
    timeout_seconds: Option<u64>,
}

/// The API that makes clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VideoApi {
    #[default]
    Interactions,
    PredictLongRunning,
}

/// The field that carries the schema of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SchemaField {
    #[default]
    Auto,
    ResponseSchema,
    ResponseJsonSchema,
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

    /// The safety settings of a request; none where Google's defaults are to hold.
    pub fn safety(&self) -> Option<Value> {
        let threshold = self.safety_threshold.as_ref()?;
        Some(CATEGORIES.iter().map(|category| json!({"category": category, "threshold": threshold})).collect())
    }

    /// Milliseconds between two looks at a clip.
    pub fn poll_ms(&self) -> u64 {
        self.poll_seconds.unwrap_or(POLL_SECONDS).saturating_mul(1000)
    }

    /// The request with what every request has: the credential and the patience.
    pub fn address(&self, mut request: HttpRequest) -> HttpRequest {
        request.timeout_ms = Some(self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS).saturating_mul(1000));
        request.credential(CREDENTIAL)
    }
}

/// The model to ask: that of the request, else of the settings, else the default; with or without `models/` before it.
/// It becomes a part of the path.
///
/// # Errors
/// `invalid-request` where it is no model's id.
pub fn model(asked: Option<&String>, set: Option<&String>, default: &str) -> Result<String, ProviderError> {
    let model = asked.or(set).map_or(default, String::as_str);
    let id = model.strip_prefix("models/").unwrap_or(model);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if id.is_empty() || id.starts_with('.') || !id.bytes().all(fits) {
        return Err(ProviderError::invalid_request(format!(
            "{model:?} is no model's id: it has letters, digits, `-`, `_` and `.` only, such as {default}."
        )));
    }
    Ok(id.to_owned())
}

/// The JSON Schema of the settings.
pub fn schema() -> Value {
    let model = |what: &str, default: &str| {
        json!({"type": "string", "minLength": 1, "default": default, "description": format!(
            "The model that {what} where a request names none. Any id that Google serves, listed or not; Google retires \
             models several times a year.")})
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text_model": model("writes", models::default("text")),
            "image_model": model("paints", models::default("image")),
            "video_model": {"type": "string", "minLength": 1, "description": format!(
                "The model that films where a request names none; absent means {} by interactions and {} by \
                 predict-long-running.",
                models::default_of(VideoApi::Interactions), models::default_of(VideoApi::PredictLongRunning))},
            "video_api": {"enum": ["interactions", "predict-long-running"], "default": "interactions", "description":
                "The API that makes clips: Interactions (Gemini Omni), or predictLongRunning (Veo), which Google has \
                 ended and gateways keep."},
            "json_schema": {"enum": ["auto", "responseSchema", "responseJsonSchema"], "default": "auto", "description":
                "The field that carries the schema of an answer: responseSchema is what every model knows and takes a \
                 part of JSON Schema; responseJsonSchema takes more. auto means the first where it can say it all."},
            "thinking_level": {"enum": ["MINIMAL", "LOW", "MEDIUM", "HIGH"], "description":
                "How long a model may think before it writes; absent means the model's own default. Models before \
                 Gemini 3 refuse it."},
            "image_size": {"enum": ["512", "1K", "2K", "4K"], "description":
                "The size, and with it the price, of pictures; absent means the model's own default (1K). Not every \
                 model has every size."},
            "safety_threshold": {"enum":
                ["BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"],
                "description": "From which probability of harm on text and pictures are blocked, in Google's words and \
                 for its four categories; absent means Google's defaults. Clips know no such choice."},
            "poll_seconds": {"type": "integer", "minimum": 1, "maximum": 300, "default": POLL_SECONDS, "description":
                "Seconds between two looks at a clip that is being made."},
            "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 3600, "default": TIMEOUT_SECONDS,
                "description": "How long to wait for one answer; the host has a limit of its own."},
        },
    })
}
