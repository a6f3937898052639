//! Renders a film: draws its frames one after the other and pipes them into ffmpeg.
//!
//! Without a cache the whole film goes into one encoder. With one it is made of pieces that are encoded by themselves,
//! kept, and joined without being encoded again; only what is not there yet is drawn. Either way the next segment is
//! prepared on a thread of its own while this one is drawn, frames are piped by another, and the encoder has its own.

mod cache;
mod camera;
mod clips;
pub(crate) mod encoder;
mod join;
mod keys;
mod lanes;
mod pieces;
mod preview;
mod reel;
mod segment;
mod sound;

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use kinora_domain::film::{Film, Source};

use crate::composition::Blobs;
use crate::error::MediaError;
use crate::fonts::Fonts;
use crate::job::{CacheFolder, Pieces, Progress, Quality, Report, beside};
use crate::picture;
use crate::usage;

pub(crate) use cache::work_folder;
pub(crate) use keys::file_identity;

use clips::Clips;
use encoder::{FINAL, PREVIEW, Settings, Target};

/// How often progress is told at most.
pub(crate) const TELL: Duration = Duration::from_millis(100);

/// Told how far a render is; may break it off.
pub(crate) type Sink<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Renders a film into `output`. Whatever happens, nothing half-written is left; finished pieces stay in the cache.
///
/// # Errors
/// Any [`MediaError`]; [`MediaError::Cancelled`] when the sink breaks off.
pub(crate) fn render(
    film: &Film,
    blobs: &Blobs,
    quality: Quality,
    cache: Option<&CacheFolder>,
    output: &Path,
    ffmpeg: &Path,
    sink: &mut Sink<'_>,
) -> Result<Report, MediaError> {
    film.check().map_err(|reason| MediaError::InvalidFilm { reason })?;
    look_over(film)?;
    let (film, settings) = meant(film, quality);
    let scraps = Scraps::new(output)?;
    let frames = film.frames();
    let mut told = Told::new(sink, frames);
    told.tell(0)?;

    let work = Work::new(&film, blobs, settings, ffmpeg);
    let (pieces, peak) = match cache {
        Some(folder) => {
            let (pieces, peak) = join::render(&work, folder, &scraps, output, &mut told)?;
            (Some(pieces), peak)
        }
        None => (None, whole(&work, &scraps, output, &mut told)?),
    };
    told.tell(frames)?;
    let bytes = place(&scraps.part, output)?;
    let warnings = work.warnings();
    let peak_rss_kb = usage::peak_kb(std::process::id()) + peak;
    Ok(Report { frames, bytes, pieces, warnings, cpu_ms: usage::cpu_ms(), peak_rss_kb, ..Report::default() })
}

/// What of a film is in a cache already: the same as [`render`] would report, before it begins.
///
/// # Errors
/// [`MediaError::InvalidFilm`], [`MediaError::FfmpegMissing`].
pub(crate) fn look_ahead(
    film: &Film,
    blobs: &Blobs,
    quality: Quality,
    cache: &CacheFolder,
    ffmpeg: &Path,
) -> Result<Pieces, MediaError> {
    film.check().map_err(|reason| MediaError::InvalidFilm { reason })?;
    let (film, settings) = meant(film, quality);
    join::look(&Work::new(&film, blobs, settings, ffmpeg), cache)
}

/// The film and the encoder's settings that a quality means.
fn meant(film: &Film, quality: Quality) -> (Cow<'_, Film>, &'static Settings) {
    match quality {
        Quality::Final => (Cow::Borrowed(film), &FINAL),
        Quality::Preview => (Cow::Owned(preview::small(film)), &PREVIEW),
    }
}

/// Draws all of a film into one encoder. Returns other processes' most memory in KiB.
fn whole(work: &Work<'_>, scraps: &Scraps, output: &Path, told: &mut Told<'_, '_>) -> Result<u64, MediaError> {
    let film = work.film;
    for (index, segment) in film.segments.iter().enumerate() {
        work.clips.cut(index + 1, segment, film.rate, &mut || told.tell(0))?;
    }
    let made = sound::make(film, work.ffmpeg, &scraps.music, output, &mut || told.tell(0))?;
    let sound = made.as_ref().map(|made| made.sound(&scraps.music, work.settings.audio_bitrate));
    let target = Target { sound, title: &film.title, comment: &film.comment, ..work.target() };
    lanes::draw_whole(work, &target, &scraps.part, output, told)
}

/// What all who work on one film share.
pub(crate) struct Work<'a> {
    pub film: &'a Film,
    pub blobs: &'a Blobs,
    pub settings: &'static Settings,
    pub ffmpeg: &'a Path,
    pub clips: Clips<'a>,
    /// Set when nobody wants the film any more, or somebody failed.
    pub stop: AtomicBool,
    /// Frames done so far.
    pub done: AtomicU64,
    fonts: OnceLock<Mutex<Fonts>>,
    font_identity: OnceLock<String>,
    warnings: Mutex<Vec<String>>,
}

impl<'a> Work<'a> {
    fn new(film: &'a Film, blobs: &'a Blobs, settings: &'static Settings, ffmpeg: &'a Path) -> Self {
        Work {
            film,
            blobs,
            settings,
            ffmpeg,
            clips: Clips::new(ffmpeg),
            stop: AtomicBool::new(false),
            done: AtomicU64::new(0),
            fonts: OnceLock::new(),
            font_identity: OnceLock::new(),
            warnings: Mutex::default(),
        }
    }

    /// The installed fonts; loaded when the first drawing needs them.
    pub fn fonts(&self) -> &Mutex<Fonts> {
        self.fonts.get_or_init(|| Mutex::new(Fonts::load()))
    }

    /// What tells these fonts from others.
    pub fn font_identity(&self) -> &str {
        self.font_identity.get_or_init(|| self.fonts().lock().unwrap_or_else(PoisonError::into_inner).identity())
    }

    /// What an encoder of the film's pictures is told.
    pub fn target(&self) -> Target<'static> {
        let Film { width, height, rate, .. } = *self.film;
        Target { width, height, rate, settings: self.settings, piece: false, title: "", comment: "", sound: None }
    }

    /// Notes what does not stop the work but should be told, once.
    pub fn warn(&self, warnings: impl IntoIterator<Item = String>) {
        let mut known = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in warnings {
            if !known.contains(&warning) {
                known.push(warning);
            }
        }
    }

    fn warnings(self) -> Vec<String> {
        self.warn(self.clips.warning());
        self.warnings.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// A failure, said of a segment's clip by its index.
    pub fn of_clip(&self, index: usize, error: MediaError) -> MediaError {
        match (error, self.film.segments.get(index).map(|segment| &segment.source)) {
            (MediaError::Unusable { reason }, Some(Source::Video { path, .. })) => {
                MediaError::SegmentClip { number: index + 1, path: path.clone(), reason }
            }
            (other, _) => other,
        }
    }

    /// Whether it is to be broken off.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Finds the mistakes that can be found without drawing, so that they do not cost the frames before them.
fn look_over(film: &Film) -> Result<(), MediaError> {
    for (index, segment) in film.segments.iter().enumerate() {
        let number = index + 1;
        match &segment.source {
            Source::Picture { path, .. } => picture::look(path)?,
            Source::Drawing { composition } => {
                segment::look(film, composition, &format!("segment {number}"))?;
            }
            // Clips are looked into where they are drawn from: that takes longer.
            Source::Video { .. } | Source::Black => {}
        }
        for (index, overlay) in segment.overlays.iter().enumerate() {
            let at = format!("overlay {} of segment {number}", index + 1);
            segment::look(film, &overlay.composition, &at)?;
            if overlay.composition.background.is_some() {
                let reason = "it has a background, which would hide what lies under it";
                return Err(MediaError::composition(reason).at(&at));
            }
        }
    }
    Ok(())
}

/// Files that must not outlive the render.
struct Scraps {
    part: PathBuf,
    music: PathBuf,
}

impl Scraps {
    /// Makes the file to be written, so that an unwritable folder is told before any work.
    fn new(output: &Path) -> Result<Self, MediaError> {
        let scraps = Scraps { part: beside(output, ".part"), music: beside(output, ".music.part") };
        if output.is_dir() {
            let reason = "a folder has this name".into();
            return Err(MediaError::Output { path: output.into(), reason });
        }
        std::fs::File::create(&scraps.part).map_err(|error| MediaError::writing(output, &error))?;
        Ok(scraps)
    }
}

impl Drop for Scraps {
    fn drop(&mut self) {
        // Gone already after a success, or never made; there is nobody to tell anything else to.
        let _ = std::fs::remove_file(&self.part);
        let _ = std::fs::remove_file(&self.music);
    }
}

/// Tells how far a render is, not too often.
pub(crate) struct Told<'a, 'b> {
    sink: &'a mut Sink<'b>,
    /// Frames in all.
    pub frames: u64,
    last: Option<Instant>,
}

impl<'a, 'b> Told<'a, 'b> {
    pub fn new(sink: &'a mut Sink<'b>, frames: u64) -> Self {
        Told { sink, frames, last: None }
    }

    /// # Errors
    /// [`MediaError::Cancelled`] when the sink breaks off.
    pub fn tell(&mut self, frame: u64) -> Result<(), MediaError> {
        if frame < self.frames && self.last.is_some_and(|last| last.elapsed() < TELL) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        match (self.sink)(Progress { frame, frames: self.frames }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(MediaError::Cancelled),
        }
    }
}

/// Makes the finished file durable and gives it its name.
pub(crate) fn place(part: &Path, output: &Path) -> Result<u64, MediaError> {
    let placed = std::fs::File::open(part).and_then(|file| {
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(part, output)?;
        Ok(bytes)
    });
    placed.map_err(|error| MediaError::writing(output, &error))
}
