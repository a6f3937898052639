//! The scenario contract: a product in, a plan of scenes out, with a thumbnail.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{
    ImageOperation, Problem, Product, SCENE_SECONDS, ScenarioDraft, ScenarioRequest, SceneDraft,
};
use kinora_jobs::{Level, Run, Stop, Workflow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::stop;
use crate::generate::{self, Contract, Generated};
use crate::picture;
use crate::studio::Studio;

/// The kind of scenario jobs.
pub const SCENARIO_KIND: &str = "scenario";
/// The version of their workflow.
pub const SCENARIO_VERSION: i64 = 1;

/// The size of a thumbnail's longer side, in pixels.
const THUMBNAIL: f64 = 1280.0;

/// What the contract says around a scenario.
pub(crate) const CONTRACT: Contract =
    Contract { kind: "scenario", noun: "scenario", seen, repair: None, divisible: false };

/// What a scenario is asked for with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioInput {
    /// The product, in its owner's terms.
    pub product_id: String,
    /// The user, in the client's terms.
    pub user_id: String,
    /// A short name for the result.
    pub short_id: String,
    /// Such as `cinematic-storytelling`.
    pub style: String,
    /// Such as `professional`.
    pub mood: String,
    /// `WIDTHxHEIGHT`.
    pub resolution: String,
    /// Seconds, a multiple of [`SCENE_SECONDS`].
    pub video_length: u32,
    /// BCP 47.
    pub target_language: String,
    /// Where it plays.
    #[serde(default)]
    pub environment: Option<String>,
    /// The product itself.
    #[serde(default)]
    pub product: Option<Product>,
    /// What the film is about, in the user's words.
    #[serde(default)]
    pub prompt: Option<String>,
}

/// Runs scenario jobs.
pub struct ScenarioWorkflow {
    studio: Arc<Studio>,
}

impl ScenarioWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        ScenarioWorkflow { studio }
    }
}

impl Workflow for ScenarioWorkflow {
    fn kind(&self) -> &'static str {
        SCENARIO_KIND
    }

    fn version(&self) -> i64 {
        SCENARIO_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(make(&self.studio, run))
    }
}

async fn make(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: ScenarioInput = run.input()?;
    run.enter_step("Starting scenario generation", 20.0);
    run.enter_step("Generating AI scenario", 60.0);
    let (scenario, _) = write(run, studio, "scenario", &request(&input)).await?;
    run.log(Level::Info, format!("Successfully created GeneratedScenario with {} scenes", scenario.scenes.len()));
    let mut thumbnail = None;
    if studio.thumbnails {
        run.enter_step("Generating thumbnail", 90.0);
        thumbnail = draw_thumbnail(studio, run, &input, &scenario).await?;
    }
    run.enter_step("Finalizing scenario", 100.0);
    Ok(answer(&input, &scenario, thumbnail))
}

/// Generates a scenario as part of a job. Also answers what it was made by.
pub(crate) async fn write(
    run: &mut Run,
    studio: &Studio,
    prefix: &str,
    request: &ScenarioRequest,
) -> Result<(ScenarioDraft, Generated), Stop> {
    let input = serde_json::to_value(request).map_err(stop)?;
    let mut made = generate::generate(run, studio, &CONTRACT, prefix, &input).await?;
    Ok((serde_json::from_value(made.document.take()).map_err(stop)?, made))
}

fn request(input: &ScenarioInput) -> ScenarioRequest {
    ScenarioRequest {
        prompt: input.prompt.clone().filter(|prompt| !prompt.trim().is_empty()).unwrap_or_else(|| about(input)),
        scene_count: input.video_length / SCENE_SECONDS,
        style: input.style.clone(),
        mood: input.mood.clone(),
        resolution: input.resolution.clone(),
        target_language: input.target_language.clone(),
        environment: input.environment.clone(),
        product: input.product.clone(),
        seed: None,
    }
}

/// What the film is about, where nobody said so.
fn about(input: &ScenarioInput) -> String {
    match &input.product {
        Some(product) if !product.title.trim().is_empty() => {
            let detail = product.description.trim();
            let between = if detail.is_empty() { "" } else { ": " };
            format!("A film that presents the product {}{between}{detail}", product.title.trim())
        }
        _ => format!("A film that presents the product {}", input.product_id),
    }
}

/// A thumbnail that fails is a warning: the scenario is what was asked for.
async fn draw_thumbnail(
    studio: &Studio,
    run: &mut Run,
    input: &ScenarioInput,
    scenario: &ScenarioDraft,
) -> Result<Option<String>, Stop> {
    let (width, height) = thumbnail_size(&input.resolution);
    let operation = ImageOperation {
        prompt: scenario.thumbnail_prompt.clone(),
        width,
        height,
        style: input.style.clone(),
        mood: input.mood.clone(),
        ..ImageOperation::default()
    };
    let said = match picture::make_picture(run, studio, "thumbnail", &operation).await {
        Ok(Ok(picture)) => return Ok(Some(picture.blob)),
        Ok(Err(error)) => error.message,
        Err(Stop::Failed(failure)) => failure.message,
        Err(Stop::Uncertain(failure)) => failure.message,
        Err(stop) => return Err(stop),
    };
    run.log(Level::Warn, format!("The thumbnail could not be made: {said}"));
    Ok(None)
}

/// The film's shape at a thumbnail's size, in even pixels.
fn thumbnail_size(resolution: &str) -> (u32, u32) {
    let side = |text: &str| text.parse::<f64>().ok().filter(|side| *side > 0.0);
    let sides = resolution.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
    let (width, height) = sides.unwrap_or((1920.0, 1080.0));
    let scale = (THUMBNAIL / width.max(height)).min(1.0);
    let even = |side: f64| ((side * scale / 2.0).round() as u32 * 2).max(64);
    (even(width), even(height))
}

/// The scenario as the API answers it.
fn answer(input: &ScenarioInput, scenario: &ScenarioDraft, thumbnail: Option<String>) -> Value {
    let scene = |scene: &SceneDraft| {
        json!({
            "scene_id": scene.scene_id,
            "scene_number": scene.scene_number,
            "description": scene.description,
            "duration": scene.duration,
            "image_prompt": scene.image_prompt,
            "visual_prompt": scene.visual_prompt,
            "image_reasoning": scene.image_reasoning,
            "generated_image_url": null,
            "text_overlay_prompt": scene.text_overlay_prompt,
        })
    };
    json!({
        "title": scenario.title,
        "description": scenario.description,
        "detected_demographics": {
            "target_gender": scenario.detected_demographics.target_gender,
            "age_group": scenario.detected_demographics.age_group,
            "product_type": scenario.detected_demographics.product_type,
            "demographic_context": scenario.detected_demographics.demographic_context,
        },
        "scenes": scenario.scenes.iter().map(scene).collect::<Vec<_>>(),
        "total_duration": scenario.scenes.iter().map(|scene| scene.duration).sum::<u32>(),
        "style": input.style,
        "mood": input.mood,
        "resolution": input.resolution,
        "environment": input.environment,
        "thumbnail_prompt": scenario.thumbnail_prompt,
        // A blob here; the API makes the URL of it.
        "thumbnail_blob": thumbnail,
        "thumbnail_text_overlay_prompt": scenario.thumbnail_text_overlay_prompt,
    })
}

/// What a model answered, as the contract's log has it: its fields where some are missing, else its scenes.
fn seen(title: &str, text: &str, document: &Value, problems: &[Problem]) -> String {
    let missing = problems.iter().any(|problem| problem.code == "missing-fields");
    match (document.as_object(), document.get("scenes").and_then(Value::as_array)) {
        (_, Some(scenes)) if !missing => format!("🔍 {title} returned {} scenes", scenes.len()),
        (Some(fields), _) => {
            let mut names: Vec<String> = fields.keys().map(|name| format!("'{name}'")).collect();
            // In the order of the answer, which the parsed document no longer has.
            names.sort_by_key(|name| text.find(&name.replace('\'', "\"")));
            format!("Generated scenario keys: [{}]", names.join(", "))
        }
        (None, _) => format!("🔍 {title} returned no scenario"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_has_the_films_shape_and_even_sides() {
        assert_eq!(thumbnail_size("1920x1080"), (1280, 720));
        assert_eq!(thumbnail_size("1080x1920"), (720, 1280));
        assert_eq!(thumbnail_size("240x240"), (240, 240));
        assert_eq!(thumbnail_size("nonsense"), (1280, 720));
    }

    #[test]
    fn what_a_model_answered_is_told_by_its_scenes_or_by_its_keys() {
        let missing = [Problem { code: "missing-fields".into(), message: String::new(), path: String::new() }];
        let text = r#"{"title": "T", "scenes": [1, 2]}"#;
        let document = json!({"title": "T", "scenes": [1, 2]});
        assert_eq!(seen("OpenAI", text, &document, &[]), "🔍 OpenAI returned 2 scenes");
        assert_eq!(seen("OpenAI", text, &document, &missing), "Generated scenario keys: ['title', 'scenes']");
        assert_eq!(seen("OpenAI", "[]", &json!([]), &[]), "🔍 OpenAI returned no scenario");
    }
}
