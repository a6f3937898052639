//! Finds the beats of a piece of music.
//!
//! ffmpeg decodes, [`BeatTracker`] listens: samples become loudness in bands (`spectrum`), its rises are onsets
//! (`onsets`), how far apart these repeat gives tempos that fit (`tempo`), each is followed through the piece (`path`),
//! and on the beats of the best one bars are counted (`bars`). Samples are not kept: an hour of music takes some
//! 100 MB.

mod bars;
mod onsets;
mod path;
mod spectrum;
mod tempo;
mod tracker;

use std::ffi::OsString;
use std::path::Path;

use crate::error::MediaError;
use crate::film::{Sink, Told};
use crate::job::Report;
use crate::run::Reader;
use crate::{probe, usage};

pub use tracker::BeatTracker;

/// The longest music in seconds: what `probe` lets pass, whatever a header says.
const MAX_SECONDS: u64 = 3600;
/// Samples taken at a time: a quarter of a second.
const BLOCK: usize = 6000;

/// Decodes the first sound of a file and finds its beats. Tells how many seconds are heard, as frames.
///
/// # Errors
/// [`MediaError::InvalidTempo`] for a tempo that is told and is none, [`MediaError::Music`] for a file without sound or
/// with sound that cannot be decoded, [`MediaError::Unusable`] for one that is not what it says;
/// [`MediaError::Cancelled`] when the sink breaks off.
pub(crate) fn find(
    input: &Path,
    media_type: &str,
    told_bpm: Option<f64>,
    ffmpeg: &Path,
    sink: &mut Sink<'_>,
) -> Result<Report, MediaError> {
    if let Some(bpm) = told_bpm.filter(|bpm| !(tempo::SLOWEST..=tempo::FASTEST).contains(bpm)) {
        return Err(MediaError::InvalidTempo { bpm: bpm.to_string() });
    }
    let refuse = |reason: String| MediaError::Music { reason };
    let mut told = Told::new(sink, 1);
    told.tell(0)?;
    let facts = probe::probe(input, media_type, ffmpeg)?;
    let (true, Some(format)) = (facts.has_audio, probe::format(media_type)) else {
        return Err(refuse("it has no sound".into()));
    };
    told.frames = facts.duration_ms.div_ceil(1000).max(1);
    let mut reader = Reader::start(ffmpeg, &arguments(format, input))?;
    let mut tracker = BeatTracker::default();
    let mut bytes = vec![0; BLOCK * 4];
    loop {
        let read = reader.read(&mut bytes).unwrap_or(0);
        let samples = bytes.get(..read).unwrap_or_default().as_chunks().0;
        let samples: Vec<f32> = samples.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        tracker.push(&samples);
        reader.measure();
        told.tell(tracker.seconds().min(told.frames - 1))?;
        if read < bytes.len() {
            break;
        }
    }
    let complaint = reader.complaint();
    let because = complaint.as_ref().map_or_else(String::new, |said| format!(" ({said})"));
    let (heard, whole) = (tracker.seconds(), facts.duration_ms / 1000);
    if tracker.is_empty() {
        return Err(refuse(format!("its sound cannot be decoded{because}")));
    }
    let mut warnings = Vec::new();
    if complaint.is_some() && heard + 1 < whole {
        warnings.push(format!("the music breaks off after {heard} of {whole} s; what follows has no beats{because}"));
    }
    let beats = tracker.finish(told_bpm);
    told.tell(told.frames)?;
    let peak_rss_kb = usage::peak_kb(std::process::id()) + reader.peak_kb;
    Ok(Report { beats: Some(beats), warnings, cpu_ms: usage::cpu_ms(), peak_rss_kb, ..Report::default() })
}

/// What decodes the first sound into samples that are counted from the beginning of the file.
fn arguments(format: &str, input: &Path) -> Vec<OsString> {
    let mut all = probe::opening(format, input);
    // Gaps become silence, so that a beat is found where a player plays it.
    let filter = format!("aresample={}:async=1:min_hard_comp=0.01:first_pts=0", BeatTracker::RATE);
    let (rate, most) = (BeatTracker::RATE.to_string(), MAX_SECONDS.to_string());
    let words =
        ["-map", "0:a:0", "-vn", "-af", &filter, "-ac", "1", "-ar", &rate, "-t", &most, "-f", "f32le", "pipe:1"];
    all.extend(words.map(Into::into));
    all
}
