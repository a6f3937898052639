//! One clip: judged before it costs money, asked of a provider or drawn here, kept as a blob.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use kinora_domain::documents::{Drawing, MediaFacts, MediaItem, MediaOutcome, Role, VideoOperation};
use kinora_domain::film::{Film, Music, Segment, Source};
use kinora_jobs::{Failure, Level, Run, Stop, Workflow};
use kinora_media::Job;
use kinora_runtime::Generation;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ask::{self, Answer};
use crate::error::{WorkflowError, stop};
use crate::generate::fixed_sentence;
use crate::picture::compose_drawing;
use crate::results;
use crate::studio::Studio;

/// The kind of jobs that make one clip.
pub const CLIP_KIND: &str = "clip";
/// The version of their workflow.
pub const CLIP_VERSION: i64 = 1;

/// The kind of document that a validator judges before a prompt is sent.
const POLICY: &str = "prompt";

/// What a clip is asked for with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipInput {
    /// What it shows.
    pub prompt: String,
    /// What it must not show.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub negative_prompt: String,
    /// `16:9`.
    pub aspect_ratio: String,
    /// Seconds.
    pub duration: f64,
    /// Whether it can be heard.
    pub generate_audio: bool,
    /// For repeatable clips.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The blob of a picture to keep to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_image: Option<String>,
    /// The blob of the picture that it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_frame: Option<String>,
    /// The blob of the picture that it ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_frame: Option<String>,
    /// Rules that are added to the prompt.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules: String,
    /// The provider's id.
    pub provider: String,
    /// The upstream's name of the model; absent: the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether to refuse what the model cannot do, instead of dropping it with a warning.
    #[serde(default)]
    pub strict: bool,
}

/// A clip that was made, as its job keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipMade {
    /// The blob's id.
    pub blob: String,
    /// Who made it: "Google, veo-3.1".
    pub made_by: String,
    /// What is in it.
    pub facts: MediaFacts,
    /// What was asked for and left out or changed, one sentence each.
    pub warnings: Vec<String>,
}

/// Runs jobs that make one clip.
pub struct ClipWorkflow {
    studio: Arc<Studio>,
}

impl ClipWorkflow {
    /// A workflow over a studio.
    pub fn new(studio: Arc<Studio>) -> Self {
        ClipWorkflow { studio }
    }
}

impl Workflow for ClipWorkflow {
    fn kind(&self) -> &'static str {
        CLIP_KIND
    }

    fn version(&self) -> i64 {
        CLIP_VERSION
    }

    fn run<'a>(&'a self, run: &'a mut Run) -> BoxFuture<'a, Result<Value, Stop>> {
        Box::pin(make(&self.studio, run))
    }
}

async fn make(studio: &Studio, run: &mut Run) -> Result<Value, Stop> {
    let input: ClipInput = run.input()?;
    run.enter_step("Checking the request", 2.0);
    let provider = able(studio, &input.provider)?;
    let () = run.step("checked", &input, check(studio, &provider, &input)).await?;
    run.enter_step("Generating the clip", 10.0);
    let operation = operation(&input);
    let title = provider.plugin.manifest.title.clone();
    let compose = || ask::request(&provider.plugin, "video", &operation);
    let made = match ask::ask_media(run, studio, "clip", compose).await? {
        Answer::Outcome(made) => made,
        Answer::Failed(error, _) => {
            run.log(Level::Error, format!("{title}: {}", error.message));
            let said = fixed_sentence(&error.kind).map_or(error.message, str::to_owned);
            let message = format!("{title} could not make the clip. {said}");
            return Err(Failure { recoverable: error.retryable, ..Failure::new(error.kind, message) }.into());
        }
    };
    let MediaOutcome { items, made_by, mut warnings, .. } = made;
    let (blob, facts) = match items.into_iter().next() {
        Some(MediaItem::Blob { handle, facts: Some(facts) }) => (handle, facts),
        Some(MediaItem::Draw { drawing }) => {
            run.enter_step("Rendering the clip", 20.0);
            let music = input.generate_audio;
            let (blob, facts, told): (String, MediaFacts, Vec<String>) =
                run.step("drawn", &(&drawing, music), render(studio, &drawing, music)).await?;
            warnings.extend(told);
            (blob, facts)
        }
        _ => return Err(Failure::new("malformed-output", format!("{title} made no clip.")).into()),
    };
    run.enter_step("Done", 100.0);
    serde_json::to_value(ClipMade { blob, made_by, facts, warnings }).map_err(stop)
}

/// A provider by its id, which can make clips.
fn able(studio: &Studio, id: &str) -> Result<Arc<Generation>, Stop> {
    let can = |known: &Arc<Generation>| known.plugin.manifest.models.iter().any(|model| model.operation == "video");
    studio.generations.get(Role::Provider, id).filter(can).ok_or_else(|| {
        Failure::new("model-unavailable", format!("There is no provider \"{id}\" that makes clips any more.")).into()
    })
}

/// Whether the request may be sent: what it says, what the model can do, and the picture that came with it.
async fn check(studio: &Studio, provider: &Generation, input: &ClipInput) -> Result<(), Stop> {
    let refuse = |message: String| -> Stop { Failure::new("invalid-request", message).into() };
    if let Some(validator) = studio.generations.serving(Role::Validator, POLICY) {
        let mut document = json!({"prompt": input.prompt});
        if !input.negative_prompt.is_empty() {
            document["negative_prompt"] = json!(input.negative_prompt);
        }
        let verdict = validator.plugin.validate(&document, &json!({}), &validator.settings).await.map_err(stop)?;
        if let Some(problem) = verdict.problems.first() {
            return Err(refuse(problem.message.clone()));
        }
    }
    if input.strict
        && let Some(missing) = missing(provider, input).first()
    {
        let title = &provider.plugin.manifest.title;
        return Err(refuse(format!(
            "{title} cannot do what was asked: {missing}. Leave it out, or set strict to false."
        )));
    }
    let pictures = [
        ("reference image", &input.reference_image),
        ("first frame", &input.first_frame),
        ("last frame", &input.last_frame),
    ];
    for (what, picture) in pictures {
        let Some(picture) = picture else { continue };
        let looked = results::look(studio, "image", picture).await;
        looked.map_err(|error| refuse(format!("The {what} cannot be used: {}", error.message)))?;
    }
    Ok(())
}

/// What was asked for and the provider's model has no capability for.
fn missing(provider: &Generation, input: &ClipInput) -> Vec<&'static str> {
    let mut models = provider.plugin.manifest.models.iter().filter(|model| model.operation == "video");
    let model = match &input.model {
        Some(wanted) => models.find(|model| model.id == *wanted),
        None => models.next(),
    };
    let can = |word: &str| model.is_some_and(|model| model.capabilities.iter().any(|known| known == word));
    let asked = [
        (input.reference_image.is_some(), "reference-images", "a reference image"),
        (input.first_frame.is_some(), "first-frame", "a first frame"),
        (input.last_frame.is_some(), "last-frame", "a last frame"),
        (!input.negative_prompt.is_empty(), "negative-prompt", "a negative prompt"),
        (input.seed.is_some(), "seed", "a seed"),
        (input.generate_audio, "audio", "sound"),
    ];
    asked.into_iter().filter(|(asked, word, _)| *asked && !can(word)).map(|(_, _, what)| what).collect()
}

fn operation(input: &ClipInput) -> VideoOperation {
    let rules = input.rules.trim();
    VideoOperation {
        prompt: if rules.is_empty() { input.prompt.clone() } else { format!("{}\n\n{rules}", input.prompt) },
        negative_prompt: input.negative_prompt.clone(),
        aspect_ratio: input.aspect_ratio.clone(),
        duration: input.duration,
        generate_audio: input.generate_audio,
        seed: input.seed,
        reference_images: input.reference_image.iter().cloned().collect(),
        first_frame: input.first_frame.clone(),
        last_frame: input.last_frame.clone(),
        model: input.model.clone(),
        ..VideoOperation::default()
    }
}

/// Draws a clip into the blob store, with a soft track where it can be heard.
async fn render(studio: &Studio, drawing: &Drawing, music: bool) -> Result<(String, MediaFacts, Vec<String>), Stop> {
    let composition = compose_drawing(studio, drawing).await?;
    let folder = studio.scratch()?;
    let output = folder.path().join("clip.mp4");
    let film = Film {
        width: drawing.width,
        height: drawing.height,
        rate: drawing.rate,
        segments: vec![Segment {
            source: Source::Drawing { composition },
            frames: drawing.frames,
            crossfade: 0,
            overlays: Vec::new(),
        }],
        music: music.then(|| Music { seed: drawing.seed, mood: drawing.mood.clone() }),
        track: None,
        title: drawing.title.clone(),
        comment: "Made with Kinora.".into(),
    };
    film.check().map_err(WorkflowError::InvalidRequest)?;
    let job = Job::film(film, output.clone());
    let report = studio.render(&job, |_| {}).await.map_err(stop)?;
    let blob = studio.keep(&output).await?;
    let facts = results::look(studio, "video", &blob).await;
    let facts = facts.map_err(|error| Failure::new(&error.kind, error.message))?;
    Ok((blob, facts, report.warnings))
}
