use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The parameters of a `text` operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextOperation {
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// The JSON the answer must be; absent for prose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<OutputSchema>,
    /// The request that the messages were written from, as data. Providers with a model ignore it; the offline
    /// provider, which reads no prose, writes from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Value>,
    /// The upstream model; absent means the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// From 0.0 to 2.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// The most tokens the answer may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// For repeatable answers, where the model can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The text.
    pub content: String,
}

/// What JSON an answer must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutputSchema {
    /// At most 64 letters, digits, `_` and `-`: the name of the function or schema upstream.
    pub name: String,
    /// What the document is, for the model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The JSON Schema.
    pub schema: Value,
    /// How to ask for it where the upstream has several ways.
    #[serde(default)]
    pub via: OutputVia,
}

/// Ways to ask a model for JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OutputVia {
    /// One forced function call.
    #[default]
    FunctionCall,
    /// A response format.
    JsonSchema,
}

/// The parameters of an `image` operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageOperation {
    /// What the picture shows.
    pub prompt: String,
    /// What it must not show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// The wanted width in pixels; a provider answers the nearest size it has.
    pub width: u32,
    /// The wanted height in pixels.
    pub height: u32,
    /// For repeatable pictures, where the model can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Look and feeling, in words: "watercolour".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// Look and feeling, in words: "hopeful".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mood: String,
    /// Blob handles of pictures to keep to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_images: Vec<String>,
    /// The upstream model; absent means the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// The parameters of a `video` operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VideoOperation {
    /// What the clip shows.
    pub prompt: String,
    /// What it must not show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// `16:9`, `9:16`, `1:1` and the like.
    pub aspect_ratio: String,
    /// The wanted height in pixels: 480, 720, 1080.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<u32>,
    /// The wanted length in seconds; a provider answers the nearest it has.
    pub duration: f64,
    /// Whether the clip has sound.
    #[serde(default)]
    pub generate_audio: bool,
    /// For repeatable clips, where the model can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Blob handles of pictures to keep to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_images: Vec<String>,
    /// The blob handle of the first frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_frame: Option<String>,
    /// The blob handle of the last frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_frame: Option<String>,
    /// The upstream model; absent means the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}
