//! What an administrator may choose: which models there are, how their fields are called, how long to wait.

use kinora_sdk::ProviderError;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::mapping::{Mapping, overlay};
use crate::models;

/// Seconds to hold the request open for texts and pictures, so that most need no poll. Not the 60 that Replicate allows:
/// an answer that is lost on the way may have been paid for.
pub const WAIT_SECONDS: u32 = 20;
/// Seconds after which Replicate ends a prediction by itself.
pub const CANCEL_AFTER_SECONDS: u32 = 1800;

/// The settings; the schema in `schema` says what each means.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    text_model: Option<String>,
    image_model: Option<String>,
    video_model: Option<String>,
    models: Map<String, Value>,
    wait_seconds: Option<u32>,
    cancel_after_seconds: Option<u32>,
}

impl Settings {
    /// Reads them; absent ones are the defaults.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(settings: Value) -> Result<Self, ProviderError> {
        if settings.is_null() {
            return Ok(Settings::default());
        }
        serde_json::from_value(settings)
            .map_err(|error| ProviderError::invalid_request(format!("The settings cannot be read: {error}.")))
    }

    /// The model for an operation, and its mapping.
    ///
    /// # Errors
    /// A sentence, where it is not mapped, mapped for something else, or mapped wrongly.
    pub fn model(&self, operation: &str, asked: Option<String>) -> Result<(String, Mapping), ProviderError> {
        let chosen = match operation {
            "text" => &self.text_model,
            "image" => &self.image_model,
            _ => &self.video_model,
        };
        let model = asked.or_else(|| chosen.clone()).or_else(|| models::default(operation)).unwrap_or_default();
        let mut table = models::table();
        // Laid over mapping by mapping, so that a patch for one version does not touch the others.
        for (name, patch) in &self.models {
            overlay(&mut table[name], patch);
        }
        let name = model.split_once(':').map_or(model.as_str(), |(name, _)| name);
        let written = [&model, name].into_iter().map(|name| &table[name]).find(|mapping| !mapping.is_null());
        let Some(written) = written else {
            let known: Vec<&str> = table.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            return Err(ProviderError::invalid_request(format!(
                "The model \"{model}\" is not mapped; mapped are {}. Describe its fields in the setting models.",
                known.join(", ")
            )));
        };
        let mapping = Mapping::read(&model, written)?;
        if mapping.operation != operation {
            return Err(ProviderError::invalid_request(format!(
                "The model \"{model}\" is mapped for {} operations and not for {operation} operations.",
                mapping.operation
            )));
        }
        Ok((model, mapping))
    }

    /// Seconds to hold the request for an operation open; none for clips, which take minutes.
    pub fn wait_seconds(&self, operation: &str) -> Option<u32> {
        let seconds = self.wait_seconds.unwrap_or(WAIT_SECONDS).min(60);
        Some(seconds).filter(|seconds| *seconds > 0 && operation != "video")
    }

    /// Seconds after which Replicate ends a prediction by itself.
    pub fn cancel_after_seconds(&self) -> u32 {
        self.cancel_after_seconds.unwrap_or(CANCEL_AFTER_SECONDS).max(5)
    }
}
