//! Renders a film: draws its frames one after the other and pipes them into one ffmpeg.
//!
//! The next segment is prepared on a thread of its own while this one is drawn, frames are piped by another, and the
//! encoder has its own: on two cores all that is left to win is the drawing itself.

mod camera;
pub(crate) mod encoder;
mod segment;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use kinora_domain::film::{Film, Source};

use crate::composition::Blobs;
use crate::error::MediaError;
use crate::fonts::Fonts;
use crate::job::{Progress, Report, beside};
use crate::music;
use crate::picture;
use crate::planes::Frame;
use crate::usage;

use encoder::{Encoder, SETTINGS, Sound, Target};
use segment::Prepared;

/// How often progress is told at most.
pub(crate) const TELL: Duration = Duration::from_millis(100);

/// Told how far a render is; may break it off.
pub(crate) type Sink<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Renders a film into `output`. Whatever happens, nothing half-written is left.
///
/// # Errors
/// Any [`MediaError`]; [`MediaError::Cancelled`] when the sink breaks off.
pub(crate) fn render(
    film: &Film,
    blobs: &Blobs,
    output: &Path,
    ffmpeg: &Path,
    sink: &mut Sink<'_>,
) -> Result<Report, MediaError> {
    film.check().map_err(|reason| MediaError::InvalidFilm { reason })?;
    look_over(film)?;
    let scraps = Scraps::new(output)?;
    let frames = film.frames();
    let mut told = Told::new(sink, frames);
    told.tell(0)?;

    let music = match &film.music {
        None => None,
        Some(bed) => {
            write_music(film, bed, &scraps.music, output, &mut told)?;
            Some(scraps.music.as_path())
        }
    };
    let fonts = Mutex::new(Fonts::load());
    let stop = AtomicBool::new(false);
    let (warnings, peak) = std::thread::scope(|scope| {
        // Handing over by rendezvous keeps the next segment ready and no more than that in memory.
        let (ready, prepared) = sync_channel(0);
        scope.spawn(|| {
            let ready = ready; // Dropped with this thread: the other side sees the end.
            for index in 0..film.segments.len() {
                let segment = Prepared::new(film, index, blobs, &fonts);
                let failed = segment.is_err();
                if stop.load(Ordering::Relaxed) || ready.send(segment).is_err() || failed {
                    return;
                }
            }
        });
        let outcome = draw(film, ffmpeg, music, &scraps, output, prepared, &mut told);
        stop.store(true, Ordering::Relaxed);
        outcome
    })?;

    let bytes = place(&scraps.part, output)?;
    let peak_rss_kb = usage::peak_kb(std::process::id()) + peak;
    Ok(Report { frames, bytes, warnings, cpu_ms: usage::cpu_ms(), peak_rss_kb, ..Report::default() })
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

/// Writes the music on a thread of its own and tells meanwhile that the render lives.
fn write_music(
    film: &Film,
    bed: &kinora_domain::film::Music,
    path: &Path,
    output: &Path,
    told: &mut Told<'_, '_>,
) -> Result<(), MediaError> {
    let samples = music::samples(film.frames(), film.rate);
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (done, waiting) = sync_channel(1);
        scope.spawn(move || {
            let _ = done.send(music::write(bed, samples, path, stop));
        });
        loop {
            match waiting.recv_timeout(TELL) {
                Ok(written) => return written.map_err(|error| MediaError::writing(output, &error)),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(cancelled) = told.tell(0) {
                        stop.store(true, Ordering::Relaxed);
                        return Err(cancelled);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let reason = "the music could not be made".into();
                    return Err(MediaError::InvalidFilm { reason });
                }
            }
        }
    })
}

type Ready = Receiver<Result<Prepared, MediaError>>;

/// Draws all frames into ffmpeg. Returns warnings and ffmpeg's most memory in KiB.
fn draw(
    film: &Film,
    ffmpeg: &Path,
    music: Option<&Path>,
    scraps: &Scraps,
    output: &Path,
    prepared: Ready,
    told: &mut Told<'_, '_>,
) -> Result<(Vec<String>, u64), MediaError> {
    let mut warnings = Vec::new();
    let mut next = || -> Result<Prepared, MediaError> {
        let mut segment = prepared
            .recv()
            .unwrap_or_else(|_| Err(MediaError::InvalidFilm { reason: "a segment could not be prepared".into() }))?;
        for warning in segment.warnings.drain(..) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        Ok(segment)
    };
    // The first segment is ready before ffmpeg starts: most mistakes in a film cost no process.
    let mut current = next()?;
    let sound =
        music.map(|path| Sound { path, format: "s16le", filter: String::new(), bitrate: SETTINGS.audio_bitrate });
    let (title, comment) = (film.title.as_str(), film.comment.as_str());
    let target = Target { width: film.width, height: film.height, rate: film.rate, title, comment, sound };
    let mut encoder = Encoder::start(ffmpeg, &target, &scraps.part)?;
    let mut other = Frame::new(film.width, film.height);
    let mut drawn = 0;
    'film: for (index, segment) in film.segments.iter().enumerate() {
        let after = film.segments.get(index + 1);
        let into = if index == 0 { 0 } else { segment.crossfade };
        let overlap = after.map_or(0, |after| after.crossfade);
        let mut following = None;
        for local in into..segment.frames {
            let Some(mut frame) = encoder.frame() else { break 'film };
            current.draw(local, &mut frame);
            if let Some(step) = (local + overlap).checked_sub(segment.frames) {
                if following.is_none() {
                    following = Some(next()?);
                }
                if let Some(following) = &mut following {
                    following.draw(step, &mut other);
                    // Neither end of the fade shows one segment alone: those frames are outside it.
                    frame.mix(&other, ((step + 1) * 256 / (overlap + 1)) as u16);
                }
            }
            if !encoder.push(frame) {
                break 'film;
            }
            drawn += 1;
            told.tell(drawn)?;
        }
        current = match following {
            Some(following) => following,
            None if after.is_some() => next()?,
            None => current,
        };
    }
    let peak = encoder.peak_kb();
    let encoded = encoder.finish(ffmpeg, output)?;
    let frames = film.frames();
    if encoded != frames || drawn != frames {
        let stderr = format!("it encoded {encoded} of {frames} frames without saying why");
        return Err(MediaError::Ffmpeg { stderr });
    }
    Ok((warnings, peak.max(encoder.peak_kb())))
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
