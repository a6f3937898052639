use serde::{Deserialize, Serialize};

use super::Rate;

/// What a renderer is asked to draw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Drawing {
    /// One of the renderer's kinds; those of `cards`: `title-card`, `illustration`, `moving-shapes`, `caption`,
    /// `chart`.
    pub kind: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// How many frames; 1 for a picture.
    pub frames: u32,
    /// The same seed draws the same.
    pub seed: u64,
    /// The main words: a title, a caption.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Smaller words under them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// What an illustration shows, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Look, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// Feeling, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mood: String,
    /// A discreet line at the edge, such as who made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
    /// The values of a chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<DataPoint>,
}

/// One value of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DataPoint {
    /// What it is.
    pub label: String,
    /// How much.
    pub value: f64,
}
