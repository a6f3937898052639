//! The main job: a prompt in, a film out. Scenario → a picture for each scene → title card, captions, crossfades,
//! music → one file.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{
    Drawing, ImageOperation, Rate, SCENE_SECONDS, ScenarioDraft, ScenarioRequest, SceneDraft,
};
use kinora_domain::film::{Film, Fit, Motion, Music, Overlay, Segment, Source, View, check_canvas};
use kinora_jobs::{Level, Run, Stop, Workflow};
use kinora_media::Job;
use kinora_store::BlobId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{WorkflowError, stop};
use crate::picture::{self, Picture, compose_drawing};
use crate::scenario;
use crate::studio::Studio;

/// The kind of film jobs.
pub const FILM_KIND: &str = "film";
/// The version of their workflow.
pub const FILM_VERSION: i64 = 1;

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
/// Where the parts begin, in percent of the whole.
const DRAWING: f64 = 5.0;
const RENDERING: f64 = 20.0;
/// How often the progress of a render is written down.
const REPORT_EVERY: Duration = Duration::from_millis(500);

/// What to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// A film that was made: the result of a film job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FilmMade {
    /// The blob's id.
    pub film: String,
    /// The plan.
    pub scenario: ScenarioDraft,
    /// The blobs of the scenes' pictures, in order.
    pub pictures: Vec<String>,
    /// How the film was put together.
    pub plan: Film,
    /// How many frames it has.
    pub frames: u64,
    /// Its size.
    pub bytes: u64,
    /// Length in seconds.
    pub seconds: f64,
    /// Who made what, without repeats.
    pub made_by: Vec<String>,
    /// What the person who waits should know.
    pub warnings: Vec<String>,
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

/// Runs film jobs.
pub struct FilmWorkflow {
    studio: Arc<Studio>,
}

impl FilmWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        FilmWorkflow { studio }
    }
}

impl Workflow for FilmWorkflow {
    fn kind(&self) -> &'static str {
        FILM_KIND
    }

    fn version(&self) -> i64 {
        FILM_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(make(&self.studio, run))
    }
}

async fn make(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let request: FilmRequest = run.input()?;
    request.check()?;
    run.enter_step("Writing the scenario", 0.0);
    let (scenario, written) = scenario::write(run, studio, "scenario", &scenario_request(&request)).await?;

    run.enter_step("Drawing the pictures", DRAWING);
    let drawn = draw_scenes(studio, run, &request, &scenario).await?;
    let mut made_by = BTreeSet::from([format!("text: {}", written.made_by)]);
    made_by.extend(drawn.iter().map(|picture| format!("pictures: {}", picture.made_by)));
    let made_by: Vec<String> = made_by.into_iter().collect();
    let mut warnings: Vec<String> = drawn.iter().flat_map(|picture| picture.warnings.clone()).collect();
    let pictures: Vec<String> = drawn.into_iter().map(|picture| picture.blob).collect();

    run.enter_step("Rendering the film", RENDERING);
    run.flush().await?;
    let plan = compose_film(studio, &request, &scenario, &pictures, &made_by).await?;
    let folder = studio.scratch()?;
    let output = folder.path().join("film.mp4");
    let job = Job::film(plan.clone(), output.clone());
    let report = render(studio, run, &job, RENDERING).await?;
    warnings.extend(report.warnings);
    let blob = studio.keep(&output).await?;
    for warning in &warnings {
        run.log(Level::Warn, warning);
    }
    run.enter_step("The film is ready", 100.0);
    let made = FilmMade {
        film: blob,
        scenario,
        pictures,
        seconds: plan.seconds(),
        plan,
        frames: report.frames,
        bytes: report.bytes,
        made_by,
        warnings,
    };
    serde_json::to_value(made).map_err(stop)
}

/// Renders, and writes down how far it is, from `begun` percent on.
pub(crate) async fn render(
    studio: &Studio,
    run: &mut Run,
    job: &Job,
    begun: f64,
) -> Result<kinora_media::Report, Stop> {
    let (done, mut watched) = tokio::sync::watch::channel(0.0);
    let rendering = studio.render(job, move |progress| {
        let _ = done.send(progress.frame as f64 / progress.frames.max(1) as f64);
    });
    tokio::pin!(rendering);
    let mut report = tokio::time::interval(REPORT_EVERY);
    report.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            ended = &mut rendering => return ended.map_err(stop),
            _ = report.tick() => {
                if watched.has_changed().unwrap_or(false) {
                    let done = *watched.borrow_and_update();
                    run.progress(begun + (100.0 - begun) * done).await?;
                }
            }
        }
    }
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

/// Asks for all pictures at once, then takes them in order.
async fn draw_scenes(
    studio: &Studio,
    run: &mut Run,
    request: &FilmRequest,
    scenario: &ScenarioDraft,
) -> Result<Vec<Picture>, Stop> {
    let key = |index: usize| format!("picture-{}", index + 1);
    let operations: Vec<ImageOperation> =
        scenario.scenes.iter().enumerate().map(|(index, scene)| scene_picture(request, index, scene)).collect();
    for (index, operation) in operations.iter().enumerate() {
        picture::begin_picture(run, studio, &key(index), operation).await?;
    }
    let mut pictures = Vec::new();
    for (index, operation) in operations.iter().enumerate() {
        match picture::make_picture(run, studio, &key(index), operation).await? {
            Ok(picture) => pictures.push(picture),
            Err(error) => return Err(picture::failure(studio, &error).into()),
        }
        let share = (index + 1) as f64 / operations.len() as f64;
        run.progress(DRAWING + (RENDERING - DRAWING) * share).await?;
    }
    Ok(pictures)
}

fn scene_picture(request: &FilmRequest, index: usize, scene: &SceneDraft) -> ImageOperation {
    let even = |side: u32| ((f64::from(side) * HEADROOM / 2.0).round() as u32 * 2).min(4320);
    ImageOperation {
        prompt: scene.image_prompt.clone(),
        width: even(request.width),
        height: even(request.height),
        seed: Some(request.seed.wrapping_add(index as u64)),
        style: request.style.clone(),
        mood: request.mood.clone(),
        ..ImageOperation::default()
    }
}

/// Where a picture is on this machine.
fn picture_path(studio: &Studio, blob: &str) -> Result<PathBuf, WorkflowError> {
    let id: BlobId = blob.parse()?;
    studio
        .blobs
        .path(&id)
        .ok_or_else(|| WorkflowError::InvalidRequest("films are rendered where blobs are in a local folder".into()))
}

/// Puts the film together, in whole frames: boundaries are rounded, never lengths, so that the film has exactly the
/// frames that its seconds promise.
async fn compose_film(
    studio: &Studio,
    request: &FilmRequest,
    scenario: &ScenarioDraft,
    pictures: &[String],
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

    let title = compose_drawing(
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
    for (index, (blob, scene)) in pictures.iter().zip(&scenario.scenes).enumerate() {
        let boundary = |k: u64| (u64::from(shared) * k / u64::from(count)) as u32;
        let frames = boundary(index as u64 + 1) - boundary(index as u64);
        let mut overlays = Vec::new();
        let shown = frames.saturating_sub(2 * margin);
        if !scene.text_overlay_prompt.trim().is_empty() && shown > margin {
            let composition = compose_drawing(
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
            source: Source::Picture {
                path: picture_path(studio, blob)?,
                motion: Some(motion(request.seed, index)),
                fit: Fit::Cover,
            },
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
        track: None,
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
