//! A segment made ready to be drawn: its source and what lies over it.

use std::sync::Mutex;

use kinora_domain::documents::Composition;
use kinora_domain::film::{Film, Source};

use super::camera::Camera;
use crate::composition::{Blobs, Scene, Stage, check};
use crate::error::MediaError;
use crate::fonts::Fonts;
use crate::planes::Frame;

/// A segment made ready.
pub(crate) struct Prepared {
    source: Ready,
    overlays: Vec<(u32, Stage)>,
    pub warnings: Vec<String>,
}

enum Ready {
    Picture(Box<Camera>),
    Drawing(Box<Stage>),
}

impl Prepared {
    /// Prepares a segment of a film by its index.
    ///
    /// # Errors
    /// What its picture or its compositions do wrong.
    pub fn new(film: &Film, index: usize, blobs: &Blobs, fonts: &Mutex<Fonts>) -> Result<Self, MediaError> {
        let Some(segment) = film.segments.get(index) else {
            return Err(MediaError::InvalidFilm { reason: format!("there is no segment {}", index + 1) });
        };
        let number = index + 1;
        let mut warnings = Vec::new();
        let mut stage = |composition: &Composition, at: String| -> Result<Stage, MediaError> {
            let scene = Scene::new(composition, blobs, fonts).map_err(|error| error.at(&at))?;
            warnings.extend(scene.warnings.iter().cloned());
            Ok(Stage::new(scene))
        };
        let source = match &segment.source {
            Source::Picture { path, motion } => {
                let camera = Camera::new(path, *motion, segment.frames, film.width, film.height)?;
                Ready::Picture(Box::new(camera))
            }
            Source::Drawing { composition } => {
                Ready::Drawing(Box::new(stage(composition, format!("segment {number}"))?))
            }
        };
        let mut overlays = Vec::with_capacity(segment.overlays.len());
        for (index, overlay) in segment.overlays.iter().enumerate() {
            let at = format!("overlay {} of segment {number}", index + 1);
            overlays.push((overlay.start, stage(&overlay.composition, at)?));
        }
        Ok(Prepared { source, overlays, warnings })
    }

    /// Draws a frame of the segment; all of `out` is painted.
    pub fn draw(&mut self, frame: u32, out: &mut Frame) {
        match &mut self.source {
            Ready::Picture(camera) => camera.draw(frame, out),
            Ready::Drawing(stage) => {
                if stage.scene.background.is_none() {
                    out.clear();
                }
                // A drawing shorter than its segment stands still at its end.
                stage.draw(frame.min(stage.scene.frames.saturating_sub(1)), out);
            }
        }
        for (start, stage) in &mut self.overlays {
            if let Some(local) = frame.checked_sub(*start)
                && local < stage.scene.frames
            {
                stage.draw(local, out);
            }
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
