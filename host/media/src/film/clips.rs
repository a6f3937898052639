//! The clips of a film: each file is looked into once, however many segments show it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kinora_domain::documents::Rate;
use kinora_domain::film::{Fit, Segment, Source};

use crate::clip::{self, Alive, Clip, Part};
use crate::error::MediaError;

/// What is known of the clips so far.
pub(crate) struct Clips<'a> {
    ffmpeg: &'a Path,
    known: Mutex<HashMap<PathBuf, Arc<Clip>>>,
    hdr: OnceLock<bool>,
}

/// What a segment shows of a clip.
pub(crate) struct Cut {
    pub clip: Arc<Clip>,
    /// Where the part begins, in seconds from the clip's first picture.
    from: f64,
    /// How many frames of the film it lasts; at least one.
    length: u64,
    fit: Fit,
}

impl Cut {
    /// The part, without its first frames; of one that is over by then its last frame is left.
    pub fn part(&self, skip: u32) -> Part {
        Part { from: self.from, frames: self.length, skip: u64::from(skip).min(self.length - 1), fit: self.fit }
    }
}

impl<'a> Clips<'a> {
    pub fn new(ffmpeg: &'a Path) -> Self {
        Clips { ffmpeg, known: Mutex::default(), hdr: OnceLock::new() }
    }

    /// What a segment, by its number from 1, shows of its clip; none for one that shows no clip.
    ///
    /// # Errors
    /// [`MediaError::SegmentClip`] where it cannot be used, or ends before its part begins.
    pub fn cut(
        &self,
        number: usize,
        segment: &Segment,
        rate: Rate,
        alive: Alive<'_>,
    ) -> Result<Option<Cut>, MediaError> {
        let Source::Video { path, media_type, start_ms, end_ms, fit } = &segment.source else { return Ok(None) };
        let refuse = |reason: String| MediaError::SegmentClip { number, path: path.clone(), reason };
        let clip = self.look(path, media_type, alive).map_err(|error| match error {
            MediaError::Unusable { reason } => refuse(reason),
            other => other,
        })?;
        let from = *start_ms as f64 / 1000.0;
        let until = end_ms.map_or(clip.seconds, |end| (end as f64 / 1000.0).min(clip.seconds));
        if from >= until {
            return Err(refuse(format!("its part begins at {from:.3} s and the clip ends at {:.3} s", clip.seconds)));
        }
        let length = ((until - from) * rate.as_f64()).round().max(1.0) as u64;
        Ok(Some(Cut { clip, from, length: length.min(segment.frames.into()).max(1), fit: *fit }))
    }

    fn look(&self, path: &Path, media_type: &str, alive: Alive<'_>) -> Result<Arc<Clip>, MediaError> {
        match self.known(path) {
            Some(clip) => Ok(clip),
            None => Ok(self.learn(clip::look(path, media_type, self.ffmpeg, alive)?)),
        }
    }

    /// What is known of a file.
    pub fn known(&self, path: &Path) -> Option<Arc<Clip>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// Takes note of what was found about a file.
    pub fn learn(&self, mut clip: Clip) -> Arc<Clip> {
        clip.hdr = clip.hdr && *self.hdr.get_or_init(|| clip::knows_hdr(self.ffmpeg).unwrap_or(false));
        let clip = Arc::new(clip);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(clip.path.clone(), Arc::clone(&clip));
        clip
    }

    /// What should be told once all clips were looked into.
    pub fn warning(&self) -> Option<String> {
        (self.hdr.get() == Some(&false))
            .then(|| "the installed ffmpeg has no zscale filter: HDR clips look pale".to_owned())
    }
}
