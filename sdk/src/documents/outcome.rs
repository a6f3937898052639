use serde::{Deserialize, Serialize};

use super::{Drawing, Rate};

/// What an operation made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Outcome {
    /// An answer in words; JSON where a schema was given.
    Text(TextOutcome),
    /// Pictures or clips.
    Media(MediaOutcome),
}

/// An answer in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextOutcome {
    /// The text, whole.
    pub text: String,
    /// Whether it was cut off at the token limit.
    #[serde(default)]
    pub truncated: bool,
    /// What was counted.
    #[serde(default)]
    pub usage: Usage,
    /// Who made it: "OpenAI, gpt-5".
    pub made_by: String,
}

/// Pictures or clips.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaOutcome {
    /// What was made, at least one.
    pub items: Vec<MediaItem>,
    /// What was counted.
    #[serde(default)]
    pub usage: Usage,
    /// Who made it.
    pub made_by: String,
    /// What was asked for and left out or changed because the model cannot do it, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One picture or clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum MediaItem {
    /// Bytes that came inside the answer.
    Attachment {
        /// The attachment's name.
        name: String,
    },
    /// A stored blob.
    Blob {
        /// Its handle.
        handle: String,
        /// What the host found in it; a component leaves it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facts: Option<MediaFacts>,
    },
    /// A drawing that a renderer composes and the host rasterises.
    Draw {
        /// What to draw.
        drawing: Drawing,
    },
}

impl MediaItem {
    /// A stored blob.
    pub fn blob(handle: impl Into<String>) -> Self {
        MediaItem::Blob { handle: handle.into(), facts: None }
    }
}

/// What is in a media file, as the host found it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaFacts {
    /// Its media type, going by its bytes: `video/mp4`.
    pub media_type: String,
    /// In pixels, as it is shown: turned upright. Zero for sound alone.
    #[serde(default)]
    pub width: u32,
    /// In pixels, as it is shown.
    #[serde(default)]
    pub height: u32,
    /// In milliseconds. Zero for a picture.
    #[serde(default)]
    pub duration_ms: u64,
    /// Frames per second, on average. Absent for what does not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Whether it can be heard.
    #[serde(default)]
    pub has_audio: bool,
}

/// What an upstream counted; zero where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Usage {
    /// Tokens read.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens written, thinking included.
    #[serde(default)]
    pub output_tokens: u64,
    /// Pictures made.
    #[serde(default)]
    pub pictures: u64,
    /// Milliseconds of video made.
    #[serde(default)]
    pub video_ms: u64,
}
