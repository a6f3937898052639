use serde::{Deserialize, Serialize};

/// The length of a scene in seconds; a film's length is a multiple of it.
pub const SCENE_SECONDS: u32 = 8;

/// What a scenario is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScenarioRequest {
    /// What the film is about, in the user's words.
    pub prompt: String,
    /// How many scenes, each of [`SCENE_SECONDS`].
    pub scene_count: u32,
    /// Such as `cinematic-storytelling`.
    pub style: String,
    /// Such as `professional`.
    pub mood: String,
    /// `WIDTHxHEIGHT` of the film.
    pub resolution: String,
    /// The language of overlays and titles, BCP 47.
    pub target_language: String,
    /// Where it plays: "studio".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The product, where the film shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// For repeatable scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// A product that a scenario shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Product {
    /// Its name.
    #[serde(default)]
    pub title: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Pictures of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_urls: Vec<String>,
}

/// A scenario as the model writes it (camelCase) and the validator judges it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScenarioDraft {
    /// The film's title.
    pub title: String,
    /// What the film is, in a sentence or two.
    pub description: String,
    /// Whom the film is for.
    pub detected_demographics: Demographics,
    /// The scenes, in order.
    pub scenes: Vec<SceneDraft>,
    /// A prompt for the thumbnail picture.
    pub thumbnail_prompt: String,
    /// Words on the thumbnail.
    #[serde(default)]
    pub thumbnail_text_overlay_prompt: String,
}

/// Whom a film is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Demographics {
    /// `male`, `female` or `unisex`.
    pub target_gender: String,
    /// Such as `adults`.
    pub age_group: String,
    /// Such as `electronics`.
    pub product_type: String,
    /// A sentence.
    pub demographic_context: String,
}

/// One scene as the model writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SceneDraft {
    /// `scene_1` and so on.
    pub scene_id: String,
    /// From 1.
    pub scene_number: u32,
    /// What happens.
    pub description: String,
    /// Seconds.
    pub duration: u32,
    /// A prompt for the still picture.
    pub image_prompt: String,
    /// A prompt for the moving picture.
    pub visual_prompt: String,
    /// Why this picture.
    pub image_reasoning: String,
    /// The words shown over the scene.
    pub text_overlay_prompt: String,
}
