//! What the worker is asked for and what it answers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use kinora_domain::beats::Beats;
use kinora_domain::documents::{Composition, MediaFacts};
use kinora_domain::film::Film;
use serde::{Deserialize, Serialize};

use crate::film::work_folder;

/// One piece of work for the media worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Job {
    /// Render a film into an MP4 file.
    Film {
        /// The film.
        film: Film,
        /// The file to make; its folder must exist.
        output: PathBuf,
        /// Files of the images that compositions name, by handle.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        blobs: BTreeMap<String, PathBuf>,
        /// How well.
        #[serde(default)]
        quality: Quality,
        /// Where its pieces are kept for the next time; without one it is drawn and encoded in one go, which takes no
        /// room and is a little smaller.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cache: Option<CacheFolder>,
    },
    /// Draw the first frame of a composition into a PNG file.
    Picture {
        /// The drawing.
        composition: Composition,
        /// The file to make; its folder must exist.
        output: PathBuf,
        /// Files of the images that the composition names, by handle.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        blobs: BTreeMap<String, PathBuf>,
    },
    /// Join clips into one MP4 file. Where all are of one kind their pictures are copied as they are; otherwise they
    /// take on the size and the rate of the first.
    Merge {
        /// 1 to 100 clips, in order.
        clips: Vec<MergeClip>,
        /// The file to make; its folder must exist.
        output: PathBuf,
        /// How long neighbours overlap, in milliseconds: 0 for hard cuts, at most 10,000 and half of each clip.
        #[serde(default)]
        crossfade_ms: u32,
        /// Music under the clips' own sound; with it the whole is brought to −14 LUFS.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        music: Option<MergeMusic>,
    },
    /// Look into a file of which nobody knows whether it is what it says.
    Probe {
        /// The file.
        input: PathBuf,
        /// Its media type, going by its first bytes.
        media_type: String,
    },
    /// Draw a small picture of a picture or a clip into a JPEG file.
    Thumbnail {
        /// The file.
        input: PathBuf,
        /// Its media type, going by its first bytes.
        media_type: String,
        /// The file to make; its folder must exist.
        output: PathBuf,
        /// The longer side in pixels, 16 to 2048; less where the original has less.
        side: u32,
    },
    /// Find the beats of the first sound in a file.
    Beats {
        /// The file.
        input: PathBuf,
        /// Its media type, going by its first bytes.
        media_type: String,
        /// The tempo as somebody tapped it, 30 to 300 beats per minute: decides between the tempos that fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bpm: Option<f64>,
    },
}

/// How well a film is rendered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quality {
    /// Small (its longer side has at most 640 pixels) and quickly encoded, with all of its frames.
    Preview,
    /// As it is meant.
    #[default]
    Final,
}

/// A folder of finished pieces of films. Any number of renders share one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheFolder {
    /// The folder; it is made if it is not there, and holds nothing else.
    pub path: PathBuf,
    /// How many bytes it may hold; pieces that were used longest ago are removed. What a running render uses stays.
    pub max_bytes: u64,
    /// How many pieces are rendered at once; 0 for one for each two cores.
    #[serde(default)]
    pub workers: usize,
    /// What tells the content of the film's files, by path: the id of the blob. A file that is not named here is
    /// known by its path, its size and when it was changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contents: BTreeMap<PathBuf, String>,
}

/// A clip to be joined with others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeClip {
    /// The file.
    pub input: PathBuf,
    /// Its media type, going by its first bytes.
    pub media_type: String,
}

/// Music for joined clips; what is shorter than they are is played again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeMusic {
    /// The file.
    pub input: PathBuf,
    /// Its media type, going by its first bytes.
    pub media_type: String,
}

impl Job {
    /// A film that is rendered as it is meant, without a cache.
    pub fn film(film: Film, output: PathBuf) -> Self {
        Job::Film { film, output, blobs: BTreeMap::new(), quality: Quality::Final, cache: None }
    }

    /// Files, and folders with all that is in them, that exist only while the job runs.
    pub(crate) fn scraps(&self) -> Vec<PathBuf> {
        match self {
            Job::Film { output, cache, .. } => {
                let work = cache.as_ref().map(|cache| work_folder(&cache.path, output));
                [beside(output, ".part"), beside(output, ".music.part")].into_iter().chain(work).collect()
            }
            Job::Merge { output, .. } => [".part", ".sound.part", ".music.part"].map(|end| beside(output, end)).into(),
            Job::Picture { output, .. } | Job::Thumbnail { output, .. } => vec![beside(output, ".part")],
            Job::Probe { .. } | Job::Beats { .. } => Vec::new(),
        }
    }
}

/// Removes what [`Job::scraps`] names.
pub(crate) fn clear_up(scraps: &[PathBuf]) {
    for scrap in scraps {
        // Most often it was never made.
        if std::fs::remove_file(scrap).is_err_and(|error| error.kind() != std::io::ErrorKind::NotFound) {
            let _ = std::fs::remove_dir_all(scrap);
        }
    }
}

/// `film.mp4` and `.part` make `film.mp4.part`.
pub(crate) fn beside(output: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(output);
    name.push(suffix);
    name.into()
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Frames done; seconds heard where beats are looked for.
    pub frame: u64,
    /// Frames in all.
    pub frames: u64,
}

/// What a finished job made, or found, and used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Frames made; 1 for a picture.
    pub frames: u64,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// What was found, where the job was to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<MediaFacts>,
    /// What was heard, where the job was to find beats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beats: Option<Beats>,
    /// Of a film that was rendered with a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces: Option<Pieces>,
    /// What did not stop the work but should be told: `no font has a glyph for "…"`.
    pub warnings: Vec<String>,
    /// Processor time of the worker and of ffmpeg, in milliseconds.
    pub cpu_ms: u64,
    /// The most memory that the worker and ffmpeg held, in KiB.
    pub peak_rss_kb: u64,
}

/// What of a film was rendered and what was there already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pieces {
    /// How many pieces were rendered.
    pub rendered: usize,
    /// How many were taken from the cache.
    pub reused: usize,
    /// For each segment whether all of it, with its crossfades, was taken from the cache.
    pub segments: Vec<bool>,
}
