//! A clip's pictures, in the size and at the rate of the film.
//!
//! ffmpeg decodes, turns, scales and repeats or drops pictures; what comes out is counted here. Every frame is a
//! function of the clip, its part and the frame's number: one that is decoded from the middle on looks as it does when
//! all of the part is.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use kinora_domain::documents::Rate;
use kinora_domain::film::Fit;

use crate::error::MediaError;
use crate::planes::Frame;
use crate::probe;
use crate::run::Reader;

use super::look::Clip;

/// The longest side of a film in pixels; larger clips are made smaller.
const MAX_SIDE: u32 = 3840;
/// How far before a part decoding begins at the latest, in seconds: clocks of containers are not exact.
const LEAD: f64 = 0.5;

/// The size and the rate of the film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    /// In pixels, even.
    pub width: u32,
    /// In pixels, even.
    pub height: u32,
    /// Frames a second.
    pub rate: Rate,
}

impl Shape {
    /// The clip's own, as far as films go.
    pub fn of(clip: &Clip) -> Self {
        let shrunk = f64::from(MAX_SIDE) / f64::from(clip.width.max(clip.height));
        let side = |side: u32| even(f64::from(side) * shrunk.min(1.0));
        Shape { width: side(clip.width), height: side(clip.height), rate: clip.rate }
    }

    /// The size in which all of a clip fits in.
    fn contain(&self, clip: &Clip) -> (u32, u32) {
        let (width, height) = (f64::from(clip.width), f64::from(clip.height));
        let scale = (f64::from(self.width) / width).min(f64::from(self.height) / height);
        let side = |side: f64, most: u32| {
            let side = even(side * scale).min(most);
            // A bar of one pixel is no bar but a mistake of rounding.
            if most - side <= 2 { most } else { side }
        };
        (side(width, self.width), side(height, self.height))
    }
}

/// Whether ffmpeg can bring HDR down to the usual range of brightness.
///
/// # Errors
/// [`MediaError::FfmpegMissing`].
pub(crate) fn knows_hdr(ffmpeg: &Path) -> Result<bool, MediaError> {
    let missing = |error: std::io::Error| MediaError::FfmpegMissing { path: ffmpeg.into(), reason: error.to_string() };
    let asked = Command::new(ffmpeg).args(["-nostdin", "-hide_banner", "-filters"]).stdin(Stdio::null()).output();
    let filters = asked.map_err(missing)?.stdout;
    let known =
        |name: &str| String::from_utf8_lossy(&filters).lines().any(|line| line.split_whitespace().nth(1) == Some(name));
    Ok(known("zscale") && known("tonemap"))
}

fn even(side: f64) -> u32 {
    (((side / 2.0).round() as u32) * 2).max(2)
}

/// What is shown of a clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    /// Where it begins, in seconds from the clip's first picture.
    pub from: f64,
    /// How many frames of the film it lasts, at least one.
    pub frames: u64,
    /// How many of them are left out at its beginning; fewer than `frames`.
    pub skip: u64,
    pub fit: Fit,
}

impl Part {
    /// All of a clip, for so many frames.
    pub fn whole(frames: u64) -> Self {
        Part { from: 0.0, frames, skip: 0, fit: Fit::Contain }
    }
}

/// The pictures of a part of a clip, one after the other; the last one again and again once they end.
pub(crate) struct Show {
    reader: Reader,
    /// The last one that came, for a clip that ends a little early.
    last: Frame,
    came: u64,
    length: u64,
    ended: bool,
}

impl Show {
    /// Starts to decode. The thread that calls this must live for as long as pictures are wanted: ffmpeg dies with it.
    ///
    /// # Errors
    /// [`MediaError::FfmpegMissing`].
    pub fn start(clip: &Clip, shape: &Shape, part: Part, ffmpeg: &Path) -> Result<Self, MediaError> {
        let reader = Reader::start(ffmpeg, &arguments(clip, shape, part))?;
        let last = Frame::new(shape.width, shape.height);
        Ok(Show { reader, last, came: 0, length: part.frames - part.skip, ended: false })
    }

    /// Fills a frame with the next picture; with the last one where a clip ends a little early, and after its end.
    ///
    /// # Errors
    /// [`MediaError::Unusable`] for one that ends much too early.
    pub fn next(&mut self, frame: &mut Frame) -> Result<(), MediaError> {
        if !self.ended {
            let read = self.reader.read(&mut frame.data).unwrap_or(0);
            if read == frame.data.len() {
                self.came += 1;
                if self.came % 32 == 1 {
                    self.reader.measure();
                }
                // Only a picture that may be the last one is worth the copying.
                if self.came == 1 || self.came + self.spare() >= self.length {
                    self.last.copy_from(frame);
                }
                return Ok(());
            }
            self.ended = true;
            if self.came == 0 || self.came + self.spare() < self.length {
                let said = self.reader.complaint().map_or_else(String::new, |said| format!(" ({said})"));
                let (came, length) = (self.came, self.length);
                let reason = format!("only {came} of its {length} pictures can be decoded{said}");
                return Err(MediaError::Unusable { reason });
            }
        }
        frame.copy_from(&self.last);
        Ok(())
    }

    /// How many frames may be missing at the end.
    fn spare(&self) -> u64 {
        2 + self.length / 50
    }

    /// How many pictures at its end could not be decoded, of a clip that was shown to its end; none if it is two or
    /// fewer, which is how far clocks of containers are off.
    pub fn missing(&self) -> Option<u64> {
        let missing = self.length.saturating_sub(self.came);
        (self.ended && missing > 2).then_some(missing)
    }

    /// The most memory ffmpeg held, in KiB.
    pub fn peak_kb(&self) -> u64 {
        self.reader.peak_kb
    }
}

fn arguments(clip: &Clip, shape: &Shape, part: Part) -> Vec<OsString> {
    // Each thread of a decoder holds pictures of its own; two are as fast as any encoder.
    let mut all: Vec<OsString> = ["-copyts", "-threads", "2"].map(Into::into).into();
    let Rate { num, den } = shape.rate;
    let from = clip.start + part.from;
    let first = part.from + part.skip as f64 / shape.rate.as_f64();
    let seek = clip.start + first - clip.file_start - LEAD;
    if first > 0.0 && seek > 0.0 {
        // To the key frame before: where pictures come unevenly, the one that is seen first may have been there for
        // long. The fps filter drops what comes before the part. What is left out at its beginning it fills up with
        // the first picture that comes, and that is cut away: so frames are counted from the part's beginning, and
        // fall on the same pictures, wherever decoding begins.
        all.extend(["-noaccurate_seek".into(), "-ss".into(), format!("{seek:.6}").into()]);
    }
    all.extend(probe::opening(&clip.format, &clip.path));
    let mut fps = format!("fps={num}/{den}:start_time={from:.6}");
    if part.skip > 0 {
        fps += &format!(",trim=start_frame={}", part.skip);
    }
    let shown = (shape.width, shape.height);
    let fit = if part.fit == Fit::Contain { shape.contain(clip) } else { shown };
    let mut steps = Vec::new();
    if part.fit == Fit::Cover {
        steps.extend(crop(clip, shape));
    }
    if clip.hdr {
        steps.push(
            "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0,\
             zscale=t=bt709:m=bt709:r=tv,format=yuv420p10le"
                .to_owned(),
        );
    }
    let matrix = clip.matrix.as_ref().map_or_else(String::new, |matrix| format!(":in_color_matrix={matrix}"));
    steps.push(format!(
        "scale={}:{}{matrix}:out_color_matrix=bt709:out_range=tv:flags=lanczos+accurate_rnd+full_chroma_int",
        fit.0, fit.1
    ));
    if fit != shown {
        // Chroma is shared by two pixels each way: a bar begins at an even one.
        let bar = |all: u32, fit: u32| (all - fit) / 4 * 2;
        let (x, y) = (bar(shown.0, fit.0), bar(shown.1, fit.1));
        steps.push(format!("pad={}:{}:{x}:{y}:black", shown.0, shown.1));
    }
    // What is dropped need not be scaled, and what is doubled not twice.
    let dropped = part.from > 0.0 || part.skip > 0 || clip.rate.as_f64() > shape.rate.as_f64();
    steps.insert(if dropped { 0 } else { steps.len() }, fps);
    steps.push("setsar=1,format=yuv420p".into());
    let frames = (part.frames - part.skip).to_string();
    let filter = steps.join(",");
    all.extend(["-map", "0:v:0", "-vf", &filter, "-frames:v", &frames, "-fps_mode", "passthrough"].map(Into::into));
    all.extend(["-pix_fmt", "yuv420p", "-f", "rawvideo", "pipe:1"].map(Into::into));
    all
}

/// What leaves the middle of a clip that has the film's proportions, if that is not all of it. Cropped before it is
/// scaled: a clip that is a thousand times as wide as high would not fit into memory the other way round.
fn crop(clip: &Clip, shape: &Shape) -> Option<String> {
    let (width, height) = (f64::from(clip.width), f64::from(clip.height));
    let aspect = f64::from(shape.width) / f64::from(shape.height);
    let (across, down) = ((height * aspect / width).min(1.0), (width / aspect / height).min(1.0));
    // A strip thinner than two thousandths is a rounding of sizes, not a picture's edge.
    if across.min(down) > 0.998 {
        return None;
    }
    let side = |name: &str, share: f64| format!("min({name},max(2,2*round({name}*{share:.6}/2)))");
    Some(format!("crop='{}':'{}'", side("iw", across), side("ih", down)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_even_and_small() {
        assert_eq!([1.0, 35.0, 36.0, 37.1].map(even), [2, 36, 36, 38]);
    }
}
