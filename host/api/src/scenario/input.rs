//! What a scenario job is made from, as its row keeps it.
//!
//! This mirrors `kinora_workflows::ScenarioInput`, field for field, until that type is there to be used instead.

use serde::{Deserialize, Serialize};

/// The kind of scenario jobs.
pub(crate) const SCENARIO_KIND: &str = "scenario";
/// The version of their workflow.
pub(crate) const SCENARIO_VERSION: i64 = 1;

/// What a scenario job is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ScenarioInput {
    pub product_id: String,
    pub user_id: String,
    pub short_id: String,
    pub style: String,
    pub mood: String,
    /// `WIDTHxHEIGHT`.
    pub resolution: String,
    /// Seconds.
    pub video_length: u32,
    pub target_language: String,
    #[serde(default)]
    pub environment: Option<String>,
    #[serde(default)]
    pub product: Option<Product>,
    #[serde(default)]
    pub prompt: Option<String>,
}

/// A product that a scenario shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Product {
    pub title: String,
    pub description: String,
    pub image_urls: Vec<String>,
}
