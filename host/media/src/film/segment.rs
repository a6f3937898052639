//! A segment made ready to be drawn: its source and what lies over it.

use std::path::{Path, PathBuf};

use kinora_domain::documents::Composition;
use kinora_domain::film::{Film, Source};

use super::Work;
use super::camera::Camera;
use super::clips::Cut;
use crate::clip::{Shape, Show};
use crate::composition::{Scene, Stage, check};
use crate::error::MediaError;
use crate::planes::Frame;

/// A segment made ready.
pub(crate) struct Prepared {
    /// Of the film's segments, from 0.
    pub index: usize,
    source: Ready,
    overlays: Vec<(u32, Stage)>,
    pub warnings: Vec<String>,
}

enum Ready {
    Picture(Box<Camera>),
    Clip(Box<Playing>),
    Drawing(Box<Stage>),
    Black,
}

/// A clip that is being decoded, run by run.
struct Playing {
    cut: Cut,
    shape: Shape,
    show: Show,
    /// The segment's frame that comes next.
    next: u32,
    /// The first one that is of another run.
    end: u32,
    ffmpeg: PathBuf,
}

impl Playing {
    fn start(cut: Cut, first: u32, shape: Shape, ffmpeg: &Path) -> Result<Self, MediaError> {
        let (part, end) = cut.run(first, shape.rate);
        let show = Show::start(&cut.clip, &shape, part, ffmpeg)?;
        Ok(Playing { cut, shape, show, next: first, end, ffmpeg: ffmpeg.into() })
    }

    fn draw(&mut self, frame: u32, out: &mut Frame) -> Result<(), MediaError> {
        while self.next <= frame {
            if self.next == self.end {
                let (part, end) = self.cut.run(self.next, self.shape.rate);
                self.show = Show::start(&self.cut.clip, &self.shape, part, &self.ffmpeg)?;
                self.end = end;
            }
            self.show.next(out)?;
            self.next += 1;
        }
        Ok(())
    }
}

impl Prepared {
    /// Prepares a segment of a film by its index, to be drawn from a frame on. The thread that calls this must live
    /// until the segment is drawn: a clip's ffmpeg dies with it.
    ///
    /// # Errors
    /// What its source or its compositions do wrong.
    pub fn new(work: &Work<'_>, index: usize, first: u32) -> Result<Self, MediaError> {
        let film = work.film;
        let Some(segment) = film.segments.get(index) else {
            return Err(MediaError::InvalidFilm { reason: format!("there is no segment {}", index + 1) });
        };
        let number = index + 1;
        let mut warnings = Vec::new();
        let mut stage = |composition: &Composition, at: String| -> Result<Stage, MediaError> {
            let scene = Scene::new(composition, work.blobs, work.fonts()).map_err(|error| error.at(&at))?;
            warnings.extend(scene.warnings.iter().cloned());
            Ok(Stage::new(scene))
        };
        let source = match &segment.source {
            Source::Picture { path, motion, fit } => {
                let camera = Camera::new(path, *motion, *fit, segment.frames, (film.width, film.height))?;
                Ready::Picture(Box::new(camera))
            }
            Source::Video { .. } => match work.clips.cut(number, segment, film.rate, &mut || Ok(()))? {
                None => Ready::Black,
                Some(cut) => {
                    let shape = Shape { width: film.width, height: film.height, rate: film.rate };
                    Ready::Clip(Box::new(Playing::start(cut, first, shape, work.ffmpeg)?))
                }
            },
            Source::Drawing { composition } => {
                Ready::Drawing(Box::new(stage(composition, format!("segment {number}"))?))
            }
            Source::Black => Ready::Black,
        };
        let mut overlays = Vec::with_capacity(segment.overlays.len());
        for (index, overlay) in segment.overlays.iter().enumerate() {
            let at = format!("overlay {} of segment {number}", index + 1);
            overlays.push((overlay.start, stage(&overlay.composition, at)?));
        }
        Ok(Prepared { index, source, overlays, warnings })
    }

    /// Draws a frame of the segment; all of `out` is painted. Frames are to be asked for in order; some may be left
    /// out.
    ///
    /// # Errors
    /// [`MediaError::Unusable`] for a clip that breaks off.
    pub fn draw(&mut self, frame: u32, out: &mut Frame) -> Result<(), MediaError> {
        match &mut self.source {
            Ready::Picture(camera) => camera.draw(frame, out),
            Ready::Clip(playing) => playing.draw(frame, out)?,
            Ready::Drawing(stage) => {
                if stage.scene.background.is_none() {
                    out.clear();
                }
                // A drawing shorter than its segment stands still at its end.
                stage.draw(frame.min(stage.scene.frames.saturating_sub(1)), out);
            }
            Ready::Black => out.clear(),
        }
        for (start, stage) in &mut self.overlays {
            if let Some(local) = frame.checked_sub(*start)
                && local < stage.scene.frames
            {
                stage.draw(local, out);
            }
        }
        Ok(())
    }

    /// What should be told of a segment that was drawn to its end.
    pub fn warning(&self) -> Option<String> {
        let Ready::Clip(playing) = &self.source else { return None };
        let missing = playing.show.missing()?;
        let number = self.index + 1;
        Some(format!("the clip of segment {number} lacks {missing} pictures at its end; the last one stands still"))
    }

    /// The most memory that another process held for it, in KiB.
    pub fn peak_kb(&self) -> u64 {
        match &self.source {
            Ready::Clip(playing) => playing.show.peak_kb(),
            _ => 0,
        }
    }
}

/// Checks a composition of a film without making it ready.
///
/// # Errors
/// [`MediaError::InvalidComposition`] with its place.
pub(crate) fn look(film: &Film, composition: &Composition, at: &str) -> Result<(), MediaError> {
    if (composition.width, composition.height) != (film.width, film.height) {
        let reason = format!(
            "it is {} × {} pixels in a film of {} × {}",
            composition.width, composition.height, film.width, film.height
        );
        return Err(MediaError::composition(reason).at(at));
    }
    check(composition).map_err(|told| MediaError::composition(told).at(at))
}
