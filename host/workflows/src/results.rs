//! Media that a provider made: brought into the blob store where they came inside an answer, looked into, and only
//! then counted as made.

use kinora_domain::documents::{MediaFacts, MediaItem, Outcome};
use kinora_jobs::OperationError;
use kinora_media::MediaError;
use kinora_runtime::protocol::Attachment;
use kinora_store::{BlobError, BlobId};

use crate::studio::Studio;

/// The most pictures or clips of one operation.
const MAX_ITEMS: usize = 16;

/// Settles what an operation made: afterwards every item is a blob of the right kind with its facts, or a drawing.
///
/// # Errors
/// `malformed-output` where a result is missing or not what was asked for, with what is wrong with it; `internal`
/// where this host could not look into it. What was paid for stays in the blob store, and the error names it.
pub(crate) async fn settle(
    studio: &Studio,
    kind: &str,
    outcome: &mut Outcome,
    mut attachments: Vec<Attachment>,
) -> Result<(), OperationError> {
    let wrong = |message: String| OperationError::new("malformed-output", message);
    let media = match outcome {
        Outcome::Text(_) if kind == "text" => return Ok(()),
        Outcome::Media(media) if kind != "text" => media,
        Outcome::Text(_) => return Err(wrong(format!("a {kind} was asked for, and a text came"))),
        Outcome::Media(_) => return Err(wrong("a text was asked for, and media came".into())),
    };
    if media.items.is_empty() || media.items.len() > MAX_ITEMS {
        let count = media.items.len();
        return Err(wrong(format!("its outcome has {count} results; 1 to {MAX_ITEMS} are allowed")));
    }
    for item in &mut media.items {
        let handle = match item {
            MediaItem::Draw { .. } => continue,
            MediaItem::Blob { handle, .. } => handle.clone(),
            MediaItem::Attachment { name } => {
                let place = attachments.iter().position(|attachment| attachment.name == *name);
                let place =
                    place.ok_or_else(|| wrong(format!("its outcome names {name:?}, which did not come with it")))?;
                let content = attachments.swap_remove(place).content;
                let stored = studio.blobs.put(content.into()).await;
                stored.map_err(|error| OperationError::new("internal", error.to_string()))?.id.to_string()
            }
        };
        let facts = look(studio, kind, &handle).await?;
        *item = MediaItem::Blob { handle, facts: Some(facts) };
    }
    Ok(())
}

/// Looks into a blob that is said to be the result of an operation of this kind.
pub(crate) async fn look(studio: &Studio, kind: &str, handle: &str) -> Result<MediaFacts, OperationError> {
    let wrong =
        |reason: &str| OperationError::new("malformed-output", format!("the {kind} it made cannot be used: {reason}"));
    let id: BlobId = handle.parse().map_err(|error| wrong(&format!("{error}")))?;
    let media_type = id.media_type();
    if !media_type.starts_with(kind) {
        return Err(wrong(&format!("its bytes say that it is of the type {media_type}")));
    }
    studio.inspect(&id).await.map_err(|error| match error {
        Uninspected::Unusable(reason) => wrong(&reason),
        Uninspected::Failed(error) => {
            let message = format!(
                "the {kind} was made and lies in the blob store as {handle}, but this host could not look into it: {error}"
            );
            OperationError::new("internal", message)
        }
    })
}

/// Why nobody knows what is in a blob.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uninspected {
    /// It is not what it says, or more than this host takes. A sentence without its capital and full stop.
    #[error("{0}")]
    Unusable(String),
    /// This host could not look.
    #[error("{0}")]
    Failed(String),
}

impl Studio {
    /// Looks into a picture, a clip or a sound, in a process of its own that can do no harm.
    ///
    /// # Errors
    /// Where it cannot be used, or cannot be looked into.
    pub async fn inspect(&self, id: &BlobId) -> Result<MediaFacts, Uninspected> {
        let failed = |error: &dyn std::fmt::Display| Uninspected::Failed(error.to_string());
        match self.blobs.head(id).await {
            Ok(_) => {}
            Err(error @ BlobError::Missing(_)) => return Err(Uninspected::Unusable(error.to_string())),
            Err(error) => return Err(failed(&error)),
        }
        let local = self.local(id).await.map_err(|error| failed(&error))?;
        // Loading a picture or starting ffprobe takes a core; as many as there are cores at once.
        let _place = self.probe_slots.acquire().await.ok();
        match self.worker.probe(local.path().to_owned(), id.media_type()).await {
            Ok(facts) => Ok(facts),
            Err(MediaError::Unusable { reason }) => Err(Uninspected::Unusable(reason)),
            Err(error) => Err(failed(&error)),
        }
    }
}
