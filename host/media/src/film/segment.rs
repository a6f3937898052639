//! A segment made ready to be drawn: its source and what lies over it.

use std::path::PathBuf;

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

/// A clip that is decoded.
struct Playing {
    cut: Cut,
    shape: Shape,
    ffmpeg: PathBuf,
    /// Begins when the first picture is wanted: a decoder that waits holds as much memory as one that works.
    show: Option<Show>,
    /// The segment's frame that comes next.
    next: u32,
}

impl Playing {
    fn draw(&mut self, frame: u32, out: &mut Frame) -> Result<(), MediaError> {
        let show = match &mut self.show {
            Some(show) => show,
            None => {
                let part = self.cut.part(self.next);
                self.show.insert(Show::start(&self.cut.clip, &self.shape, part, &self.ffmpeg)?)
            }
        };
        while self.next <= frame {
            show.next(out)?;
            self.next += 1;
        }
        Ok(())
    }
}

impl Prepared {
    /// Prepares a segment of a film by its index, to be drawn from a frame on.
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
                    let ffmpeg = work.ffmpeg.into();
                    Ready::Clip(Box::new(Playing { cut, shape, ffmpeg, show: None, next: first }))
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

    /// Draws a frame of the segment; all of `out` is painted. Frames are to be asked for in order, some may be left
    /// out, and by a thread that lives until the last one is drawn: a clip's ffmpeg dies with it.
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
        let missing = playing.show.as_ref()?.missing()?;
        let number = self.index + 1;
        Some(format!("the clip of segment {number} lacks {missing} pictures at its end; the last one stands still"))
    }

    /// The most memory that another process held for it, in KiB.
    pub fn peak_kb(&self) -> u64 {
        match &self.source {
            Ready::Clip(playing) => playing.show.as_ref().map_or(0, Show::peak_kb),
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
