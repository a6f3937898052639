//! The main job: a prompt in, a film out. Scenario → a picture for each scene → title card, captions, crossfades,
//! music → one file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kinora_domain::documents::{
    Drawing, ImageOperation, MediaItem, Rate, Role, SCENE_SECONDS, ScenarioDraft, ScenarioRequest, SceneDraft, Usage,
};
use kinora_domain::film::{Film, Motion, Music, Overlay, Segment, Source, View, check_canvas};
use kinora_media::{Job, Report};
use serde_json::json;

use crate::error::WorkflowError;
use crate::operation::{self, Ended};
use crate::scenario::generate_scenario;
use crate::studio::{Observer, Studio};

/// The longest prompt in characters.
const MAX_PROMPT: usize = 10_000;
/// The shortest and the longest film in seconds.
const SECONDS: std::ops::RangeInclusive<u32> = 8..=120;
/// Length of the title card.
const TITLE_SECONDS: f64 = 3.5;
/// Length of a crossfade.
const CROSSFADE_SECONDS: f64 = 0.6;
/// How long a caption waits after its scene began, and how long before the end it is gone.
const CAPTION_MARGIN_SECONDS: f64 = 0.8;
/// Pictures are larger than the film by this, so that the camera can go near.
const HEADROOM: f64 = 1.25;

/// What to make.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmRequest {
    /// What the film is about.
    pub prompt: String,
    /// Length in seconds, 8 to 120; the film has exactly that many.
    pub seconds: u32,
    /// Look, in words.
    pub style: String,
    /// Feeling, in words.
    pub mood: String,
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// The same seed makes the same film.
    pub seed: u64,
    /// Whether there is music.
    pub audio: bool,
    /// The language of titles and captions, BCP 47.
    pub language: String,
    /// Where the scenario, the pictures and the film's plan go; they stay there.
    pub folder: PathBuf,
    /// Where the film goes.
    pub output: PathBuf,
}

/// A film that was made.
pub struct FilmMade {
    /// The plan.
    pub scenario: ScenarioDraft,
    /// Frames, bytes and what the render cost.
    pub report: Report,
    /// Length in seconds.
    pub seconds: f64,
    /// Who made what, without repeats.
    pub made_by: Vec<String>,
    /// What was counted upstream.
    pub usage: Usage,
    /// What it cost upstream, in millionths of a US dollar.
    pub cost: u64,
}

impl FilmRequest {
    /// Says what is wrong with the request, if anything.
    ///
    /// # Errors
    /// A sentence that names the field and its range.
    pub fn check(&self) -> Result<(), WorkflowError> {
        let wrong = |sentence: String| Err(WorkflowError::InvalidRequest(sentence));
        if self.prompt.trim().is_empty() {
            return wrong("the prompt is empty; say in a sentence what the film is about".into());
        }
        let length = self.prompt.chars().count();
        if length > MAX_PROMPT {
            return wrong(format!("the prompt has {length} characters; at most {MAX_PROMPT} are read"));
        }
        if !SECONDS.contains(&self.seconds) {
            return wrong(format!(
                "the film would be {} seconds long; it can be {} to {}",
                self.seconds,
                SECONDS.start(),
                SECONDS.end()
            ));
        }
        check_canvas(self.width, self.height, self.rate).map_err(WorkflowError::InvalidRequest)
    }

    /// One scene for every eight seconds, rounded.
    fn scene_count(&self) -> u32 {
        ((self.seconds + SCENE_SECONDS / 2) / SCENE_SECONDS).max(1)
    }

    fn frames(&self, seconds: f64) -> u32 {
        (seconds * self.rate.as_f64()).round() as u32
    }
}

/// Makes a film.
///
/// # Errors
/// Where the request is wrong, a plugin or a provider fails, or the film cannot be rendered. Nothing half-written
/// stays at `output`.
pub async fn make_film(
    studio: &Studio,
    request: &FilmRequest,
    observer: &dyn Observer,
) -> Result<FilmMade, WorkflowError> {
    request.check()?;
    let mut made_by = BTreeSet::new();
    observer.step("Writing the scenario", 0.05);
    let written = generate_scenario(studio, "film-scenario", &scenario_request(request)).await?;
    let scenario = written.scenario;
    made_by.insert(format!("text: {}", written.made_by));
    keep_json(&request.folder, "scenario.json", &scenario).await?;

    observer.step("Drawing the pictures", 0.15);
    let mut usage = written.usage;
    let mut pictures = Vec::new();
    for (index, scene) in scenario.scenes.iter().enumerate() {
        let picture = draw_scene(studio, request, index, scene).await?;
        made_by.insert(format!("pictures: {}", picture.made_by));
        usage.pictures += picture.usage.pictures.max(1);
        picture.warnings.iter().for_each(|warning| observer.warn(warning));
        pictures.push(picture.path);
        observer.progress((index + 1) as f64 / scenario.scenes.len() as f64);
    }

    let made_by: Vec<String> = made_by.into_iter().collect();
    let film = compose_film(studio, request, &scenario, pictures, &made_by).await?;
    keep_json(&request.folder, "film.json", &film).await?;
    observer.step("Rendering the film", 0.8);
    let job = Job::Film { film: film.clone(), output: request.output.clone(), blobs: BTreeMap::new() };
    let report = studio
        .worker
        .run(&job, |progress| {
            observer.progress(progress.frame as f64 / progress.frames.max(1) as f64);
        })
        .await?;
    report.warnings.iter().for_each(|warning| observer.warn(warning));
    Ok(FilmMade { scenario, seconds: film.seconds(), made_by, cost: cost(studio, usage)?, usage, report })
}

fn scenario_request(request: &FilmRequest) -> ScenarioRequest {
    ScenarioRequest {
        prompt: request.prompt.trim().into(),
        scene_count: request.scene_count(),
        style: request.style.clone(),
        mood: request.mood.clone(),
        resolution: format!("{}x{}", request.width, request.height),
        target_language: request.language.clone(),
        environment: None,
        product: None,
        seed: Some(request.seed),
    }
}

struct Picture {
    path: PathBuf,
    made_by: String,
    usage: Usage,
    warnings: Vec<String>,
}

async fn draw_scene(
    studio: &Studio,
    request: &FilmRequest,
    index: usize,
    scene: &SceneDraft,
) -> Result<Picture, WorkflowError> {
    let provider = studio.provider("image")?;
    let even = |side: u32| ((f64::from(side) * HEADROOM / 2.0).round() as u32 * 2).min(4320);
    let operation = ImageOperation {
        prompt: scene.image_prompt.clone(),
        width: even(request.width),
        height: even(request.height),
        seed: Some(request.seed.wrapping_add(index as u64)),
        style: request.style.clone(),
        mood: request.mood.clone(),
        ..ImageOperation::default()
    };
    let id = format!("film-picture-{}", index + 1);
    let (outcome, attachments) = match operation::run(provider, id, "image", &operation).await? {
        Ended::Done(outcome, attachments) => (operation::media(provider, outcome)?, attachments),
        Ended::Failed(error) => return Err(operation::failed(provider, error, 1)),
    };
    let name = format!("scene-{}", index + 1);
    let mut warnings = Vec::new();
    let path = match &outcome.items[0] {
        MediaItem::Draw { drawing } => {
            let path = request.folder.join(format!("{name}.png"));
            let composition = compose(studio, drawing).await?;
            let job = Job::Picture { composition, output: path.clone(), blobs: BTreeMap::new() };
            warnings = studio.worker.run(&job, |_| {}).await?.warnings;
            path
        }
        MediaItem::Attachment { name: wanted } => {
            let attachment = attachments
                .into_iter()
                .find(|attachment| attachment.name == *wanted)
                .ok_or_else(|| missing(&provider.manifest.title, wanted))?;
            let path = request.folder.join(name);
            write(&path, &attachment.content).await?;
            path
        }
        MediaItem::Blob { handle } => return Err(missing(&provider.manifest.title, handle)),
    };
    Ok(Picture { path, made_by: outcome.made_by, usage: outcome.usage, warnings })
}

fn missing(title: &str, name: &str) -> WorkflowError {
    WorkflowError::Malformed {
        title: title.into(),
        message: format!("its outcome names {name:?}, which did not come with it"),
        attempts: 1,
    }
}

async fn compose(studio: &Studio, drawing: &Drawing) -> Result<kinora_domain::documents::Composition, WorkflowError> {
    let renderer = studio.serving(Role::Renderer, &drawing.kind)?;
    Ok(renderer.compose_drawing(drawing, &json!({})).await?)
}

/// Puts the film together, in whole frames: boundaries are rounded, never lengths, so that the film has exactly the
/// frames that its seconds promise.
async fn compose_film(
    studio: &Studio,
    request: &FilmRequest,
    scenario: &ScenarioDraft,
    pictures: Vec<PathBuf>,
    made_by: &[String],
) -> Result<Film, WorkflowError> {
    let total = request.frames(f64::from(request.seconds));
    let title_frames = request.frames(TITLE_SECONDS).max(2);
    let crossfade = request.frames(CROSSFADE_SECONDS);
    let margin = request.frames(CAPTION_MARGIN_SECONDS);
    let drawing = |kind: &str, frames: u32| Drawing {
        kind: kind.into(),
        width: request.width,
        height: request.height,
        rate: request.rate,
        frames,
        seed: request.seed,
        title: String::new(),
        subtitle: String::new(),
        subject: String::new(),
        style: request.style.clone(),
        mood: request.mood.clone(),
        mark: String::new(),
        data: Vec::new(),
    };

    let title = compose(
        studio,
        &Drawing {
            title: scenario.title.clone(),
            subtitle: made_by_line(made_by),
            subject: request.prompt.chars().take(500).collect(),
            ..drawing("title-card", title_frames)
        },
    )
    .await?;
    let mut segments = vec![Segment {
        source: Source::Drawing { composition: title },
        frames: title_frames,
        crossfade: 0,
        overlays: Vec::new(),
    }];

    let count = pictures.len() as u32;
    // What the scenes share: the film without the title card, plus what the crossfades take twice.
    let shared = total + count * crossfade - title_frames;
    for (index, (path, scene)) in pictures.into_iter().zip(&scenario.scenes).enumerate() {
        let boundary = |k: u64| (u64::from(shared) * k / u64::from(count)) as u32;
        let frames = boundary(index as u64 + 1) - boundary(index as u64);
        let mut overlays = Vec::new();
        let shown = frames.saturating_sub(2 * margin);
        if !scene.text_overlay_prompt.trim().is_empty() && shown > margin {
            let composition = compose(
                studio,
                &Drawing {
                    title: scene.text_overlay_prompt.clone(),
                    seed: request.seed.wrapping_add(index as u64),
                    ..drawing("caption", shown)
                },
            )
            .await?;
            overlays.push(Overlay { composition, start: margin });
        }
        segments.push(Segment {
            source: Source::Picture { path, motion: motion(request.seed, index) },
            frames,
            crossfade,
            overlays,
        });
    }
    let film = Film {
        width: request.width,
        height: request.height,
        rate: request.rate,
        segments,
        music: request.audio.then(|| Music { seed: request.seed, mood: request.mood.clone() }),
        title: scenario.title.clone(),
        comment: format!("Made with Kinora. {}", made_by.join("; ")),
    };
    film.check().map_err(WorkflowError::InvalidRequest)?;
    debug_assert_eq!(film.frames(), u64::from(total));
    Ok(film)
}

/// The line under the title: whoever made the film signs it.
fn made_by_line(made_by: &[String]) -> String {
    let names: BTreeSet<&str> = made_by
        .iter()
        .filter_map(|line| line.split_once(": ").map(|(_, name)| name))
        .map(|name| name.split(" (").next().unwrap_or(name))
        .collect();
    format!("made with {}", names.into_iter().collect::<Vec<_>>().join(" and "))
}

/// A slow camera move: nearer, farther, or along, in turn, with a start that the seed chooses.
fn motion(seed: u64, index: usize) -> Motion {
    let view = |x: f64, y: f64, zoom: f64| View { x, y, zoom };
    let moves = [
        (view(0.5, 0.5, 1.0), view(0.5, 0.48, 1.16)),
        (view(0.44, 0.5, 1.14), view(0.56, 0.5, 1.14)),
        (view(0.5, 0.46, 1.18), view(0.5, 0.5, 1.02)),
        (view(0.56, 0.52, 1.06), view(0.47, 0.48, 1.18)),
    ];
    let (from, to) = moves[(seed as usize).wrapping_add(index) % moves.len()];
    Motion { from, to }
}

/// What the providers' price lists say, the first model of each operation being the one that is used.
fn cost(studio: &Studio, usage: Usage) -> Result<u64, WorkflowError> {
    let price = |operation: &str| -> Result<_, WorkflowError> {
        let models = &studio.provider(operation)?.manifest.models;
        let model = models.iter().find(|model| model.operation == operation);
        Ok(model.and_then(|model| model.price.clone()).unwrap_or_default())
    };
    let (text, image) = (price("text")?, price("image")?);
    let million = |tokens: u64, price: Option<u64>| tokens * price.unwrap_or(0) / 1_000_000;
    Ok(million(usage.input_tokens, text.input_tokens)
        + million(usage.output_tokens, text.output_tokens)
        + usage.pictures * image.picture.unwrap_or(0))
}

async fn keep_json(folder: &Path, name: &str, document: &impl serde::Serialize) -> Result<(), WorkflowError> {
    let text = serde_json::to_vec_pretty(document).map_err(|error| WorkflowError::InvalidRequest(error.to_string()))?;
    write(&folder.join(name), &text).await
}

async fn write(path: &Path, content: &[u8]) -> Result<(), WorkflowError> {
    tokio::fs::write(path, content)
        .await
        .map_err(|source| WorkflowError::File { path: path.display().to_string(), source })
}
