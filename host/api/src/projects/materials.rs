//! What plans are made from: a project's media and track, as its rows say.

use std::time::Duration;

use kinora_domain::beats::Beats;
use kinora_domain::documents::{AudioTrack, Materials, MediaFacts, MediaStatus, MediaType, Medium};
use kinora_store::{MediaKind, MediaRow, MediaStatus as Stored, Track};
use kinora_workflows::TrackFacts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;
use crate::state::ApiState;

/// How long it is waited for media that are still looked into.
const PATIENCE: Duration = Duration::from_secs(10);

/// A project's media and track.
pub(crate) async fn materials(state: &ApiState, owner: &str, project: &str) -> Result<Materials, ApiError> {
    let media = state.store().media_of(owner, project).await?;
    let track = state.store().track(owner, project).await?;
    Ok(Materials { media: media.iter().filter_map(medium).collect(), audio: track.as_ref().map(audio) })
}

/// Waits a little for media that are still looked into.
pub(crate) async fn settle(state: &ApiState, owner: &str, project: &str) -> Result<(), ApiError> {
    let media = state.store().media_of(owner, project).await?;
    let open = media.into_iter().filter(|row| !matches!(row.status, Stored::Ready | Stored::Failed));
    let waiting = async {
        for job in open.filter_map(|row| row.job) {
            // One that is gone is waited for by nobody.
            let _ = state.engine().ended(&job).await;
        }
    };
    // What is not ready by then is not part of the plan.
    let _ = tokio::time::timeout(PATIENCE, waiting).await;
    Ok(())
}

fn read<T: DeserializeOwned>(document: Option<&str>) -> Option<T> {
    serde_json::from_str(document?).ok()
}

fn medium(row: &MediaRow) -> Option<Medium> {
    let kind = match row.kind {
        MediaKind::Image => MediaType::Image,
        MediaKind::Video => MediaType::Video,
        MediaKind::Audio => return None,
    };
    let facts: Option<MediaFacts> = read(row.facts.as_deref());
    let clip = facts.as_ref().filter(|_| kind == MediaType::Video);
    Some(Medium {
        id: row.id.clone(),
        kind,
        filename: row.filename.clone(),
        width: facts.as_ref().map_or(0, |facts| facts.width),
        height: facts.as_ref().map_or(0, |facts| facts.height),
        duration_ms: clip.map(|facts| facts.duration_ms),
        fps: clip.and_then(|facts| facts.rate).map(|rate| rate.as_f64()),
        has_audio: clip.map(|facts| facts.has_audio),
        status: match row.status {
            Stored::Pending => MediaStatus::Pending,
            Stored::Processing => MediaStatus::Processing,
            Stored::Ready => MediaStatus::Ready,
            Stored::Failed => MediaStatus::Failed,
        },
    })
}

fn audio(track: &Track) -> AudioTrack {
    let beats: Option<Beats> = read(track.beats.as_deref());
    let facts: Option<TrackFacts> = read(track.facts.as_deref());
    let duration_ms = facts.map_or(0, |facts| facts.duration_ms);
    let analyzed = beats.is_some();
    let (bpm, beats_ms) = beats.map_or((None, Vec::new()), |beats| {
        let bpm = Some(beats.bpm).filter(|bpm| *bpm > 0.0);
        (bpm, beats.beats.iter().map(|beat| beat.time_ms).collect())
    });
    AudioTrack { id: None, duration_ms, bpm, beats_ms, analyzed }
}
