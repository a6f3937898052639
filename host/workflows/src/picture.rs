//! Pictures as a step of a job: asked of a provider, drawn where the answer is a drawing, kept as blobs.

use std::collections::BTreeMap;

use kinora_domain::documents::{Composition, Drawing, ImageOperation, MediaItem, Role, Usage};
use kinora_jobs::{Failure, OperationError, Run, Stop};
use kinora_media::Job;
use serde::{Deserialize, Serialize};

use crate::ask::{self, Answer};
use crate::error::{WorkflowError, stop};
use crate::studio::Studio;

/// A picture that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Picture {
    /// The blob's id.
    pub blob: String,
    pub made_by: String,
    pub usage: Usage,
    /// What the person who waits should know.
    pub warnings: Vec<String>,
}

/// Begins to ask for a picture, so that several are made at once.
pub(crate) async fn begin_picture(
    run: &mut Run,
    studio: &Studio,
    key: &str,
    operation: &ImageOperation,
) -> Result<(), Stop> {
    run.begin(&format!("{key}-1"), async { compose(studio, operation) }).await
}

/// Makes a picture.
///
/// # Errors
/// As [`ask::ask_media`], and where it cannot be drawn. The inner error is the provider's.
pub(crate) async fn make_picture(
    run: &mut Run,
    studio: &Studio,
    key: &str,
    operation: &ImageOperation,
) -> Result<Result<Picture, OperationError>, Stop> {
    let media = match ask::ask_media(run, studio, key, || compose(studio, operation)).await? {
        Answer::Outcome(media) => media,
        Answer::Failed(error, _) => return Ok(Err(error)),
    };
    let (blob, warnings) = match media.items.into_iter().next() {
        Some(MediaItem::Blob { handle, .. }) => (handle, Vec::new()),
        Some(MediaItem::Draw { drawing }) => {
            run.step(&format!("{key}-drawn"), &drawing, draw(studio, &drawing)).await?
        }
        Some(MediaItem::Attachment { .. }) | None => {
            return Ok(Err(OperationError::new("malformed-output", "the provider's outcome has no picture")));
        }
    };
    Ok(Ok(Picture { blob, made_by: media.made_by, usage: media.usage, warnings }))
}

fn compose(studio: &Studio, operation: &ImageOperation) -> Result<kinora_jobs::OperationRequest, Stop> {
    let (provider, model) = studio.provider("image")?;
    let operation = ImageOperation { model: model.map(str::to_owned), ..operation.clone() };
    ask::request(&provider.plugin, "image", &operation)
}

/// Makes a failure of a provider's error about pictures.
pub(crate) fn failure(studio: &Studio, error: &OperationError) -> Failure {
    let provider = studio.provider("image").ok();
    let title = provider.as_ref().map_or("the provider", |(provider, _)| provider.plugin.manifest.title.as_str());
    let message = format!("{title} could not draw a picture: {}", error.message);
    Failure { recoverable: error.retryable, ..Failure::new(&error.kind, message) }
}

/// Lets a renderer compose a drawing.
pub(crate) async fn compose_drawing(studio: &Studio, drawing: &Drawing) -> Result<Composition, WorkflowError> {
    let renderer = studio.serving(Role::Renderer, &drawing.kind)?;
    Ok(renderer.plugin.compose_drawing(drawing, &renderer.settings).await?)
}

/// Draws a picture into the blob store.
async fn draw(studio: &Studio, drawing: &Drawing) -> Result<(String, Vec<String>), Stop> {
    let composition = compose_drawing(studio, drawing).await?;
    let folder = studio.scratch()?;
    let output = folder.path().join("picture.png");
    let job = Job::Picture { composition, output: output.clone(), blobs: BTreeMap::new() };
    let report = studio.render(&job, |_| {}).await.map_err(stop)?;
    let content = tokio::fs::read(&output).await.map_err(|source| file("the drawn picture", source))?;
    let blob = studio.blobs.put(content.into()).await.map_err(stop)?;
    Ok((blob.id.to_string(), report.warnings))
}

pub(crate) fn file(path: &str, source: std::io::Error) -> Stop {
    WorkflowError::File { path: path.into(), source }.into()
}
