//! What can go wrong while making media, as sentences: what was wrong, where, and what to do about it.
//!
//! The type is serialisable, because a failure is found in the worker process and told in the host's. It must not
//! know who reads it: no HTTP, no job ids.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A failure to make a film or a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MediaError {
    /// There is no ffmpeg at the path.
    #[error(
        "ffmpeg could not be started from \"{}\" ({reason}); install it (apt-get install ffmpeg) or set the path of \
         ffmpeg in the configuration", path.display()
    )]
    FfmpegMissing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The ffmpeg there is was built without an encoder that films need.
    #[error(
        "the ffmpeg at \"{}\" has no {encoder} encoder; install a build that has it (Debian's ffmpeg package does) or \
         set the path of another ffmpeg in the configuration", path.display()
    )]
    EncoderMissing {
        /// Which ffmpeg.
        path: PathBuf,
        /// `libx264` or `aac`.
        encoder: String,
    },
    /// No font is installed.
    #[error("no font was found in {places}, so no text can be drawn; install one (apt-get install fonts-dejavu-core)")]
    NoFonts {
        /// The folders that were searched, parted by commas.
        places: String,
    },
    /// The output cannot be written.
    #[error("\"{}\" cannot be written: {reason}; choose another place or make the folder writable", path.display())]
    Output {
        /// The file that was to be made.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The disk has no room, or a size limit was reached.
    #[error("there is no room left to write \"{}\"; free some space on that disk and try again", path.display())]
    DiskFull {
        /// The file that was to be made.
        path: PathBuf,
    },
    /// The film contradicts itself.
    #[error("the film cannot be rendered: {reason}")]
    InvalidFilm {
        /// A sentence that names the segment.
        reason: String,
    },
    /// A composition is malformed or beyond a limit.
    #[error("the composition{} cannot be drawn: {reason}", of_place(place))]
    InvalidComposition {
        /// Where it is: `segment 3`, `overlay 1 of segment 2`; empty for a picture of its own.
        place: String,
        /// A sentence that names the layer.
        reason: String,
    },
    /// A picture cannot be used.
    #[error("the picture \"{}\" cannot be used: {reason}", path.display())]
    Picture {
        /// Its file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The clip of a film's segment cannot be used.
    #[error("the clip of segment {number} (\"{}\") cannot be used: {reason}; choose another or leave it out", path.display())]
    SegmentClip {
        /// Which segment, from 1.
        number: usize,
        /// The clip's file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Clips cannot be joined.
    #[error("the clips cannot be joined: {reason}")]
    InvalidMerge {
        /// A sentence with the numbers.
        reason: String,
    },
    /// One of several clips cannot be used.
    #[error("clip {number} cannot be used: {reason}; leave it out or put another in its place")]
    Clip {
        /// Which, from 1.
        number: u32,
        /// Why.
        reason: String,
    },
    /// A piece of music cannot be used.
    #[error("the music cannot be used: {reason}; leave it out or choose another")]
    Music {
        /// Why.
        reason: String,
    },
    /// A tempo that nobody taps.
    #[error("{bpm} beats per minute is no tempo; give 30 to 300, or leave it out and it is found")]
    InvalidTempo {
        /// What was told.
        bpm: String,
    },
    /// A file is not the media it says it is, or beyond a limit.
    #[error("the file cannot be used: {reason}")]
    Unusable {
        /// A sentence.
        reason: String,
    },
    /// ffmpeg ended in failure.
    #[error("ffmpeg failed: {stderr}")]
    Ffmpeg {
        /// The last lines it wrote to standard error.
        stderr: String,
    },
    /// Nothing moved for too long.
    #[error("the media worker did not get on for {seconds} s and was stopped; the machine may be overloaded")]
    Stalled {
        /// How long it was waited for.
        seconds: u64,
    },
    /// The worker process ended without an answer.
    #[error("the media worker ended without an answer ({status}){}", said(stderr))]
    WorkerDied {
        /// How it ended.
        status: String,
        /// The last lines it wrote to standard error.
        stderr: String,
    },
    /// The render was cancelled.
    #[error("the render was cancelled")]
    Cancelled,
}

fn of_place(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" of {place}") }
}

fn said(stderr: &str) -> String {
    if stderr.is_empty() { "; it may have met the memory limit".into() } else { format!(": {stderr}") }
}

impl MediaError {
    /// The failure of writing `path`.
    pub(crate) fn writing(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                MediaError::DiskFull { path: path.into() }
            }
            _ => MediaError::Output { path: path.into(), reason: error.to_string() },
        }
    }

    /// The same failure, said of a composition at a place in the film.
    pub(crate) fn at(self, at: &str) -> Self {
        match self {
            MediaError::InvalidComposition { place, reason } if place.is_empty() => {
                MediaError::InvalidComposition { place: at.into(), reason }
            }
            other => other,
        }
    }

    pub(crate) fn composition(reason: impl Into<String>) -> Self {
        MediaError::InvalidComposition { place: String::new(), reason: reason.into() }
    }
}
