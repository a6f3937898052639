//! What a music video begins with: its scenes in words, and a picture of its character.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{ImageOperation, MusicVideoRequest, MusicVideoScenes, Problem};
use kinora_jobs::{Run, Stop, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::stop;
use crate::generate::{self, Contract};
use crate::picture;
use crate::studio::Studio;

/// The kind of jobs that write scenes.
pub const SCENES_KIND: &str = "scenes";
/// The version of their workflow.
pub const SCENES_VERSION: i64 = 1;
/// The kind of jobs that draw a character.
pub const CHARACTER_KIND: &str = "character";
/// The version of their workflow.
pub const CHARACTER_VERSION: i64 = 1;

const CONTRACT: Contract = Contract { kind: "music-video", noun: "scenes", seen, repair: None, divisible: false };

/// Scenes that were written, as their job keeps them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenesMade {
    /// The scenes.
    pub scenes: MusicVideoScenes,
    /// Who wrote them.
    pub made_by: String,
    /// The blob of the scenes as JSON.
    pub json: String,
    /// The blob of the scenes as Markdown.
    pub markdown: String,
}

/// What a character is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CharacterInput {
    /// How it looks.
    pub description: String,
    /// What the picture must not show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// For repeatable pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// A character that was drawn, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CharacterMade {
    /// The blob of the picture.
    pub blob: String,
    /// Who drew it.
    pub made_by: String,
    /// What the person who waits should know.
    pub warnings: Vec<String>,
}

/// Runs jobs that write scenes.
pub struct ScenesWorkflow {
    studio: Arc<Studio>,
}

impl ScenesWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        ScenesWorkflow { studio }
    }
}

impl Workflow for ScenesWorkflow {
    fn kind(&self) -> &'static str {
        SCENES_KIND
    }

    fn version(&self) -> i64 {
        SCENES_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(write(&self.studio, run))
    }
}

async fn write(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let request: MusicVideoRequest = run.input()?;
    run.enter_step("Writing the scenes", 10.0);
    let input = serde_json::to_value(&request).map_err(stop)?;
    let mut made = generate::generate(run, studio, &CONTRACT, "scenes", &input).await?;
    let scenes: MusicVideoScenes = serde_json::from_value(made.document.take()).map_err(stop)?;
    run.enter_step("Keeping the scenes", 90.0);
    let keep = async {
        let json = serde_json::to_vec_pretty(&scenes).map_err(stop)?;
        let json = studio.blobs.put(json.into()).await.map_err(stop)?;
        let markdown = studio.blobs.put(markdown(&request, &scenes).into()).await.map_err(stop)?;
        Ok((json.id.to_string(), markdown.id.to_string()))
    };
    let (json, markdown): (String, String) = run.step("kept", &scenes, keep).await?;
    run.enter_step("Done", 100.0);
    serde_json::to_value(ScenesMade { scenes, made_by: made.made_by, json, markdown }).map_err(stop)
}

/// The scenes as people read them.
fn markdown(request: &MusicVideoRequest, scenes: &MusicVideoScenes) -> String {
    let mut text = format!("# {}\n\nCharacter: {}\n", request.idea.trim(), request.character_description.trim());
    for (index, scene) in scenes.scenes.iter().enumerate() {
        let (number, shown, kept_out) = (index + 1, scene.description.trim(), scene.negative_description.trim());
        text.push_str(&format!("\n## Scene {number}\n\n{shown}\n\nNot shown: {kept_out}\n"));
    }
    text
}

fn seen(title: &str, _text: &str, document: &Value, _problems: &[Problem]) -> String {
    match document.get("scenes").and_then(Value::as_array) {
        Some(scenes) => format!("{title} returned {} scenes", scenes.len()),
        None => format!("{title} returned no scenes"),
    }
}

/// Runs jobs that draw a character.
pub struct CharacterWorkflow {
    studio: Arc<Studio>,
}

impl CharacterWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        CharacterWorkflow { studio }
    }
}

impl Workflow for CharacterWorkflow {
    fn kind(&self) -> &'static str {
        CHARACTER_KIND
    }

    fn version(&self) -> i64 {
        CHARACTER_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(draw(&self.studio, run))
    }
}

async fn draw(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: CharacterInput = run.input()?;
    run.enter_step("Drawing the character", 10.0);
    let operation = ImageOperation {
        prompt: format!(
            "A reference picture of one character, whole and alone, seen from the front, on a plain ground: {}",
            input.description.trim()
        ),
        negative_prompt: input.negative_prompt,
        width: input.width,
        height: input.height,
        seed: input.seed,
        ..ImageOperation::default()
    };
    let drawn = match picture::make_picture(run, studio, "character", &operation).await? {
        Ok(drawn) => drawn,
        Err(error) => return Err(picture::failure(studio, &error).into()),
    };
    run.enter_step("Done", 100.0);
    let made = CharacterMade { blob: drawn.blob, made_by: drawn.made_by, warnings: drawn.warnings };
    serde_json::to_value(made).map_err(stop)
}
