//! Does a job in this process: what the worker's child runs, and what tests run without a child.

use std::ops::ControlFlow;
use std::path::Path;

use crate::error::MediaError;
use crate::film;
use crate::job::{Job, Pieces, Progress, Report};
use crate::{beats, merge, probe, still, thumbnail, usage};

/// Does a job. The sink is told how far it is and may break it off; whatever happens, nothing half-written is left.
///
/// Jobs of others belong into [`crate::Worker`]: a hostile picture or composition takes memory and time of whoever
/// calls this.
///
/// # Errors
/// Any [`MediaError`]; [`MediaError::Cancelled`] if the sink broke off.
pub fn render(
    job: &Job,
    ffmpeg: &Path,
    sink: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Report, MediaError> {
    match job {
        Job::Film { film, output, blobs, quality, cache } => {
            film::render(film, blobs, *quality, cache.as_ref(), output, ffmpeg, sink)
        }
        Job::Picture { composition, output, blobs } => {
            if sink(Progress { frame: 0, frames: 1 }).is_break() {
                return Err(MediaError::Cancelled);
            }
            let (png, warnings) = still::draw_png(composition, blobs, 0)?;
            still::write(output, &png)?;
            let _ = sink(Progress { frame: 1, frames: 1 }); // Done: there is nothing left to break off.
            Ok(Report {
                frames: 1,
                bytes: png.len() as u64,
                warnings,
                cpu_ms: usage::cpu_ms(),
                peak_rss_kb: usage::peak_kb(std::process::id()),
                ..Report::default()
            })
        }
        Job::Merge { clips, output, crossfade_ms, music } => {
            merge::render(clips, output, *crossfade_ms, music.as_ref(), ffmpeg, sink)
        }
        Job::Thumbnail { input, media_type, output, side } => {
            let mut alive = || match sink(Progress { frame: 0, frames: 1 }) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(MediaError::Cancelled),
            };
            let bytes = thumbnail::draw(input, media_type, *side, output, ffmpeg, &mut alive)?;
            let (cpu_ms, peak_rss_kb) = (usage::cpu_ms(), usage::peak_kb(std::process::id()));
            Ok(Report { frames: 1, bytes, cpu_ms, peak_rss_kb, ..Report::default() })
        }
        Job::Beats { input, media_type, bpm } => beats::find(input, media_type, *bpm, ffmpeg, sink),
        Job::Probe { input, media_type } => Ok(Report {
            facts: Some(probe::probe(input, media_type, ffmpeg)?),
            cpu_ms: usage::cpu_ms(),
            peak_rss_kb: usage::peak_kb(std::process::id()),
            ..Report::default()
        }),
    }
}

/// What of a film is in its cache already, for those who want to know before it is rendered; none for any other job
/// and for a film without a cache. Nothing is drawn; ffmpeg is asked for its version.
///
/// # Errors
/// [`MediaError::InvalidFilm`], [`MediaError::FfmpegMissing`].
pub fn look_ahead(job: &Job, ffmpeg: &Path) -> Result<Option<Pieces>, MediaError> {
    match job {
        Job::Film { film, blobs, quality, cache: Some(cache), .. } => {
            film::look_ahead(film, blobs, *quality, cache, ffmpeg).map(Some)
        }
        _ => Ok(None),
    }
}
