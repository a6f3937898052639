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

/// Clips are decoded in runs of so many frames of the film: to draw a piece of a long one from its middle costs no
/// more than a run, and runs begin at the same places whichever pieces are drawn, so that a frame is always the same.
const RUN: u64 = 1000;

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
    /// The run that a frame of the segment is in, from that frame on, and the first frame that is in another. Of a
    /// part that is over by then its last frame is left.
    pub fn run(&self, frame: u32, rate: Rate) -> (Part, u32) {
        let frame = u64::from(frame).min(self.length - 1);
        let begun = frame / RUN * RUN;
        let part = Part {
            from: self.from + begun as f64 / rate.as_f64(),
            frames: RUN.min(self.length - begun),
            skip: frame - begun,
            fit: self.fit,
        };
        let end = begun + RUN;
        (part, if end < self.length { end as u32 } else { u32::MAX })
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
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(clip) = known().get(path) {
            return Ok(Arc::clone(clip));
        }
        let mut clip = clip::look(path, media_type, self.ffmpeg, alive)?;
        if clip.hdr {
            let able = match self.hdr.get() {
                Some(able) => *able,
                None => *self.hdr.get_or_init(|| clip::knows_hdr(self.ffmpeg).unwrap_or(false)),
            };
            clip.hdr = able;
        }
        let clip = Arc::new(clip);
        known().insert(path.into(), Arc::clone(&clip));
        Ok(clip)
    }

    /// What should be told once all clips were looked into.
    pub fn warning(&self) -> Option<String> {
        (self.hdr.get() == Some(&false))
            .then(|| "the installed ffmpeg has no zscale filter: HDR clips look pale".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_begin_at_the_same_frames_wherever_drawing_begins() {
        let rate = Rate { num: 25, den: 1 };
        let cut = Cut { clip: Arc::new(Clip::lasting(100.0)), from: 2.0, length: 2300, fit: Fit::Cover };
        let run = |frame| {
            let (part, end) = cut.run(frame, rate);
            (part.from, part.frames, part.skip, end)
        };
        assert_eq!(run(0), (2.0, 1000, 0, 1000));
        assert_eq!(run(999), (2.0, 1000, 999, 1000));
        assert_eq!(run(1000), (42.0, 1000, 0, 2000));
        assert_eq!(run(2010), (82.0, 300, 10, u32::MAX));
        assert_eq!(run(5000), (82.0, 300, 299, u32::MAX));
    }
}
