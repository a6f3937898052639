use serde::{Deserialize, Serialize};

/// What the scenes of a music video are made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MusicVideoRequest {
    /// What the video is about, in the user's words.
    pub idea: String,
    /// How the main character looks.
    pub character_description: String,
    /// What the character is like: "curious, a little clumsy".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character_characteristics: Option<String>,
    /// How many scenes, 1 to 50, each of 8 seconds.
    #[serde(default = "number_of_scenes")]
    pub number_of_scenes: u32,
    /// What is made: "video".
    #[serde(default = "video_type")]
    pub video_type: String,
    /// Look and manner, in words.
    #[serde(default = "video_characteristics")]
    pub video_characteristics: String,
    /// Where the camera looks from: "front".
    #[serde(default = "camera_angle")]
    pub camera_angle: String,
    /// For repeatable scenes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

fn number_of_scenes() -> u32 {
    4
}

fn video_type() -> String {
    "video".to_owned()
}

fn video_characteristics() -> String {
    "vlogging, realistic, 4k, cinematic".to_owned()
}

fn camera_angle() -> String {
    "front".to_owned()
}

impl MusicVideoRequest {
    /// A request for the usual number of scenes in the usual look.
    pub fn new(idea: impl Into<String>, character_description: impl Into<String>) -> Self {
        MusicVideoRequest {
            idea: idea.into(),
            character_description: character_description.into(),
            character_characteristics: None,
            number_of_scenes: number_of_scenes(),
            video_type: video_type(),
            video_characteristics: video_characteristics(),
            camera_angle: camera_angle(),
            seed: None,
        }
    }
}

/// The scenes of a music video, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MusicVideoScenes {
    /// The scenes; each is made alone, from its own words.
    pub scenes: Vec<MusicVideoScene>,
}

/// One scene of a music video: the prompts of one clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MusicVideoScene {
    /// What the clip shows.
    pub description: String,
    /// What it must not show.
    pub negative_description: String,
}
