//! Text operations: which writer serves which request. Scenarios, music videos, edit plans and stories are written from
//! their briefs; any other document from its schema; prose says what was asked and that no model answered.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{
    EditPlanRequest, MusicVideoRequest, Outcome, ScenarioRequest, StoryRequest, TextOperation, TextOutcome, Usage,
};
use serde_json::Value;

use crate::english::shorten;
use crate::seed::hash;
use crate::{MADE_BY, edit_plan, instance, music_video, scenario, tales};

/// More scenes than any film has; a brief that asks for more was not checked by a strategy.
const MAX_SCENES: u32 = 100;

/// The most scenes of a music video.
const MAX_MUSIC_VIDEO_SCENES: u32 = 50;

/// Where a brief may say what it is about.
const SUBJECTS: [&str; 8] = ["prompt", "idea", "topic", "concept", "title", "description", "context", "text"];

/// Writes.
pub fn write(operation: &TextOperation) -> Result<Outcome, ProviderError> {
    let text = match (&operation.brief, &operation.output) {
        (Some(brief), _) if brief["kind"] == "scenario" => write_scenario(brief, operation.seed)?,
        (Some(brief), _) if brief["kind"] == "music-video" => write_music_video(brief, operation.seed)?,
        (Some(brief), _) if brief["kind"] == "edit-plan" => write_edit_plan(brief, operation.seed)?,
        (Some(brief), _) if brief.get("story_kind").is_some() => write_story(brief, operation.seed)?,
        (brief, Some(output)) => {
            let prompt = subject(brief.as_ref(), operation);
            let counts = brief.as_ref().map(counts).unwrap_or_default();
            let seed = operation.seed.unwrap_or_else(|| hash(&prompt));
            instance::write(&output.schema, &prompt, &counts, seed).to_string()
        }
        (brief, None) => prose(&subject(brief.as_ref(), operation)),
    };
    Ok(Outcome::Text(TextOutcome { text, truncated: false, usage: Usage::default(), made_by: MADE_BY.to_owned() }))
}

fn write_scenario(brief: &Value, seed: Option<u64>) -> Result<String, ProviderError> {
    let request: ScenarioRequest = serde_json::from_value(brief.clone()).map_err(|error| {
        ProviderError::new("invalid-request", format!("The scenario's brief cannot be read: {error}."))
    })?;
    if !(1..=MAX_SCENES).contains(&request.scene_count) {
        let message = format!("A film has 1 to {MAX_SCENES} scenes, not {}.", request.scene_count);
        return Err(ProviderError::new("invalid-request", message));
    }
    if request.prompt.trim().is_empty() {
        return Err(ProviderError::new("invalid-request", "The prompt is empty: say what the film is about."));
    }
    serde_json::to_string(&scenario::write(&request, seed))
        .map_err(|error| ProviderError::new("unknown", format!("The scenario cannot be written: {error}.")))
}

fn write_music_video(brief: &Value, seed: Option<u64>) -> Result<String, ProviderError> {
    let invalid = |message: String| ProviderError::new("invalid-request", message);
    let request: MusicVideoRequest = serde_json::from_value(brief.clone())
        .map_err(|error| invalid(format!("The music video's brief cannot be read: {error}.")))?;
    if !(1..=MAX_MUSIC_VIDEO_SCENES).contains(&request.number_of_scenes) {
        let number = request.number_of_scenes;
        return Err(invalid(format!("A music video has 1 to {MAX_MUSIC_VIDEO_SCENES} scenes, not {number}.")));
    }
    if request.idea.trim().is_empty() {
        return Err(invalid("The idea is empty: say what the music video is about.".to_owned()));
    }
    if request.character_description.trim().is_empty() {
        return Err(invalid("The character's description is empty: say how the main character looks.".to_owned()));
    }
    serde_json::to_string(&music_video::write(&request, seed))
        .map_err(|error| ProviderError::new("unknown", format!("The music video cannot be written: {error}.")))
}

fn write_edit_plan(brief: &Value, seed: Option<u64>) -> Result<String, ProviderError> {
    let invalid = |message: String| ProviderError::new("invalid-request", message);
    let request: EditPlanRequest = serde_json::from_value(brief.clone())
        .map_err(|error| invalid(format!("The edit plan's brief cannot be read: {error}.")))?;
    let plan = edit_plan::write(&request, seed)
        .ok_or_else(|| invalid("The project has no ready media: there is nothing to cut.".to_owned()))?;
    serde_json::to_string(&plan)
        .map_err(|error| ProviderError::new("unknown", format!("The edit plan cannot be written: {error}.")))
}

fn write_story(brief: &Value, seed: Option<u64>) -> Result<String, ProviderError> {
    let invalid = |message: String| ProviderError::new("invalid-request", message);
    let request: StoryRequest = serde_json::from_value(brief.clone())
        .map_err(|error| invalid(format!("The story's brief cannot be read: {error}.")))?;
    tales::write(request, seed).map_err(invalid)
}

/// What it is about: the brief's words, or else the last thing the user said; of a message with tagged material the
/// material alone.
fn subject(brief: Option<&Value>, operation: &TextOperation) -> String {
    let told = brief.and_then(|brief| {
        SUBJECTS.iter().find_map(|name| brief.get(name).and_then(Value::as_str)).filter(|text| !text.trim().is_empty())
    });
    if let Some(told) = told {
        return told.to_owned();
    }
    let said = operation.messages.iter().rev().find(|message| message.role == "user").or(operation.messages.last());
    let said = said.map_or("", |message| message.content.trim());
    let text = tagged(said).unwrap_or(said);
    if text.is_empty() { "a film about nothing in particular".to_owned() } else { text.to_owned() }
}

/// The content of the first `<tag>…</tag>` that stands on lines of its own.
fn tagged(text: &str) -> Option<&str> {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with('<') && line.ends_with('>') && !line.contains('/') && !line.contains(' '))?;
    let (_, rest) = text.split_once(line)?;
    let (inner, _) = rest.split_once(&format!("</{}", &line[1..]))?;
    Some(inner.trim()).filter(|inner| !inner.is_empty())
}

/// The whole numbers of a brief by their names.
fn counts(brief: &Value) -> Vec<(String, u64)> {
    let fields = brief.as_object().into_iter().flatten();
    fields
        .filter_map(|(name, value)| Some((name.clone(), value.as_u64()?)))
        .filter(|(name, _)| name != "seed")
        .collect()
}

fn prose(subject: &str) -> String {
    format!(
        "You asked: “{}” This is Kinora's offline provider, which writes by rules and asks no model, so it can plan a film \
from these words but not answer them. Configure a text provider (OpenAI, Gemini or Replicate) for a real answer.",
        shorten(&subject.split_whitespace().collect::<Vec<_>>().join(" "), 400)
    )
}
