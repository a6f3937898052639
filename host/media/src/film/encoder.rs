//! One ffmpeg that encodes what is piped to it.
//!
//! Frames go through a thread of their own, so that drawing and piping overlap, and their buffers come back to be
//! drawn into again. An encoder that is dropped before it is finished kills its ffmpeg.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use kinora_domain::documents::Rate;

use crate::error::MediaError;
use crate::planes::Frame;
use crate::process::Process;
use crate::usage;

/// How films are encoded. Constants, because two films of one Kinora should look alike and be the same bytes for the
/// same input.
#[derive(Debug)]
pub(crate) struct Settings {
    /// x264's preset: `veryfast` costs a third of `medium` for a few percent more bytes.
    pub preset: &'static str,
    /// x264's quality; 18 is near the original, 23 is x264's own choice.
    pub crf: &'static str,
    /// Of x264. Its output depends on the number of threads (each sees less of the frame before), so it is the same on
    /// every machine; four keep two to eight cores busy.
    pub threads: &'static str,
    /// Of AAC.
    pub audio_bitrate: &'static str,
}

/// Of films that are kept.
pub(crate) const FINAL: Settings = Settings { preset: "veryfast", crf: "20", threads: "4", audio_bitrate: "160k" };
/// Of films that are looked at once.
pub(crate) const PREVIEW: Settings = Settings { preset: "superfast", crf: "26", threads: "4", audio_bitrate: "128k" };

/// Frames drawn ahead of the encoder.
const AHEAD: usize = 3;
/// What is kept of ffmpeg's standard error.
const TAIL: usize = 4000;

/// What is to be encoded.
pub(crate) struct Target<'a> {
    /// In pixels, even.
    pub width: u32,
    /// In pixels, even.
    pub height: u32,
    /// Frames a second.
    pub rate: Rate,
    pub settings: &'a Settings,
    /// Whether it is a piece of a film, to be joined with others.
    pub piece: bool,
    /// Shown by players; may be empty.
    pub title: &'a str,
    /// Shown by players; may be empty.
    pub comment: &'a str,
    /// The sound, if there is any.
    pub sound: Option<Sound<'a>>,
}

/// A file of stereo samples at 48 kHz.
pub(crate) struct Sound<'a> {
    pub path: &'a Path,
    /// `s16le` or `f32le`.
    pub format: &'static str,
    /// What ffmpeg does to it on the way; may be empty.
    pub filter: String,
    /// Of AAC.
    pub bitrate: &'static str,
}

/// A running ffmpeg.
pub(crate) struct Encoder {
    process: Process,
    frames: Option<SyncSender<Frame>>,
    spare: Receiver<Frame>,
    writer: Option<JoinHandle<std::io::Result<()>>>,
    progress: Option<JoinHandle<u64>>,
    errors: Option<JoinHandle<String>>,
    peak_kb: Arc<AtomicU64>,
}

impl Encoder {
    /// Starts ffmpeg. `part` is the file it writes.
    ///
    /// # Errors
    /// [`MediaError::FfmpegMissing`].
    pub fn start(ffmpeg: &Path, target: &Target<'_>, part: &Path) -> Result<Self, MediaError> {
        let missing =
            |error: std::io::Error| MediaError::FfmpegMissing { path: ffmpeg.into(), reason: error.to_string() };
        let mut command = Command::new(ffmpeg);
        command.args(arguments(target, part));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process::start(command).map_err(missing)?;
        let child = &mut process.child;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(missing(std::io::Error::other("its pipes could not be opened")));
        };
        // A megabyte lets most of a frame through at once; a smaller pipe only costs switches.
        let _ = rustix::pipe::fcntl_setpipe_size(&stdin, 1 << 20);

        let (frames, todo) = sync_channel::<Frame>(AHEAD);
        let (done, spare) = sync_channel(AHEAD + 2);
        for _ in 0..AHEAD {
            let _ = done.send(Frame::new(target.width, target.height));
        }
        let writer = std::thread::spawn(move || {
            for frame in todo {
                stdin.write_all(&frame.data)?;
                let _ = done.send(frame); // Nobody waits for it once the film is drawn.
            }
            Ok(())
        });
        let peak_kb = Arc::new(AtomicU64::new(0));
        let (peak, pid) = (Arc::clone(&peak_kb), child.id());
        let progress = std::thread::spawn(move || {
            let mut frame = 0;
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(count) = line.strip_prefix("frame=").and_then(|n| n.trim().parse().ok()) {
                    frame = count;
                }
                if line.starts_with("progress=") {
                    peak.fetch_max(usage::peak_kb(pid), Ordering::Relaxed);
                }
            }
            frame
        });
        let errors = std::thread::spawn(move || tail(stderr));
        Ok(Encoder {
            process,
            frames: Some(frames),
            spare,
            writer: Some(writer),
            progress: Some(progress),
            errors: Some(errors),
            peak_kb,
        })
    }

    /// A frame to draw into; what it shows is left over from earlier.
    pub fn frame(&mut self) -> Option<Frame> {
        self.spare.recv().ok()
    }

    /// Hands a frame over. `false` once ffmpeg reads no more: [`Encoder::finish`] then says why.
    pub fn push(&mut self, frame: Frame) -> bool {
        self.frames.as_ref().is_some_and(|frames| frames.send(frame).is_ok())
    }

    /// The most memory ffmpeg held so far, in KiB.
    pub fn peak_kb(&self) -> u64 {
        self.peak_kb.load(Ordering::Relaxed)
    }

    /// Waits for ffmpeg to end. Returns the number of frames it encoded.
    ///
    /// # Errors
    /// [`MediaError::DiskFull`], [`MediaError::EncoderMissing`], [`MediaError::Ffmpeg`].
    pub fn finish(&mut self, ffmpeg: &Path, output: &Path) -> Result<u64, MediaError> {
        drop(self.frames.take()); // The end of the pipe is the end of the film.
        let written = self.writer.take().map(JoinHandle::join);
        let status = self.process.wait();
        let frames = self.progress.take().and_then(|thread| thread.join().ok()).unwrap_or(0);
        let stderr = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let status = match status {
            Ok(status) if status.success() && matches!(written, Some(Ok(Ok(())))) => return Ok(frames),
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        Err(failure(ffmpeg, output, &status, &stderr))
    }
}

/// What went wrong, from how ffmpeg ended and what it said.
pub(crate) fn failure(ffmpeg: &Path, output: &Path, status: &str, stderr: &str) -> MediaError {
    for encoder in ["libx264", "aac"] {
        if stderr.contains(&format!("Unknown encoder '{encoder}'")) {
            return MediaError::EncoderMissing { path: ffmpeg.into(), encoder: encoder.into() };
        }
    }
    // The words of ENOSPC, EFBIG and EDQUOT; and SIGXFSZ, which a file size limit sends.
    let full = ["No space left on device", "File too large", "Disk quota exceeded"];
    if full.iter().any(|words| stderr.contains(words)) || status.contains("SIGXFSZ") {
        return MediaError::DiskFull { path: output.into() };
    }
    let stderr = stderr.trim();
    let told = if stderr.is_empty() { status.to_owned() } else { format!("{stderr} ({status})") };
    MediaError::Ffmpeg { stderr: told }
}

/// Drains a stream and keeps its end.
pub(crate) fn tail(mut stream: impl Read) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer) {
        if count == 0 {
            break;
        }
        kept.extend(buffer.get(..count).unwrap_or_default());
        if kept.len() > 2 * TAIL {
            kept.drain(..kept.len() - TAIL);
        }
    }
    let start = kept.len().saturating_sub(TAIL);
    String::from_utf8_lossy(kept.get(start..).unwrap_or_default()).into_owned()
}

/// Time units per second on which every frame of a rate falls exactly; at least 10,000, as players expect.
pub(crate) fn timescale(rate: Rate) -> u32 {
    let (mut a, mut b) = (rate.num, rate.den);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let units = rate.num / a.max(1);
    (0..15).map(|doubled| units << doubled).find(|units| *units >= 10_000).unwrap_or(units)
}

/// ffmpeg's arguments.
pub(crate) fn arguments(target: &Target<'_>, part: &Path) -> Vec<std::ffi::OsString> {
    let mut out: Vec<std::ffi::OsString> = Vec::new();
    let mut add = |words: &[&str]| out.extend(words.iter().map(Into::into));
    add(&["-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-nostats"]);
    add(&["-progress", "pipe:1", "-stats_period", "0.25"]);
    let size = format!("{}x{}", target.width, target.height);
    let rate = format!("{}/{}", target.rate.num, target.rate.den);
    add(&["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-framerate", &rate, "-i", "pipe:0"]);
    if let Some(sound) = &target.sound {
        out.extend(["-f", sound.format, "-ar", "48000", "-channel_layout", "stereo", "-ac", "2", "-i"].map(Into::into));
        out.push(file(sound.path));
    }
    let mut add = |words: &[&str]| out.extend(words.iter().map(Into::into));
    add(&["-map", "0:v:0", "-c:v", "libx264", "-preset", target.settings.preset]);
    add(&[
        "-crf",
        target.settings.crf,
        "-threads",
        target.settings.threads,
        "-pix_fmt",
        "yuv420p",
        "-fps_mode",
        "passthrough",
    ]);
    add(&["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]);
    add(&["-color_range", "tv", "-chroma_sample_location", "left"]);
    if let Some(sound) = &target.sound {
        add(&["-map", "1:a:0", "-c:a", "aac", "-b:a", sound.bitrate, "-ar", "48000"]);
        if !sound.filter.is_empty() {
            add(&["-af", &sound.filter]);
        }
        add(&["-flags:a", "+bitexact"]);
    }
    // Nothing of the inputs, nothing of the clock, nothing of the build: the same film is the same file.
    add(&["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]);
    out.extend(metadata(target.title, target.comment));
    let mut add = |words: &[&str]| out.extend(words.iter().map(Into::into));
    if target.piece {
        // With a coarser clock than the frames' own each join would be off by a little.
        let units = timescale(target.rate).to_string();
        add(&["-video_track_timescale", &units, "-movie_timescale", &units, "-f", "mp4"]);
    } else {
        add(&["-movflags", "+faststart", "-f", "mp4"]);
    }
    out.push(file(part));
    out
}

/// What players show of a film.
pub(crate) fn metadata(title: &str, comment: &str) -> Vec<std::ffi::OsString> {
    let mut out = Vec::new();
    for (name, value) in [("title", title), ("comment", comment)] {
        let value: String = value.chars().filter(|c| !c.is_control()).take(1000).collect();
        if !value.is_empty() {
            out.extend(["-metadata".into(), format!("{name}={value}").into()]);
        }
    }
    out
}

/// A name that ffmpeg takes for a file, whatever it looks like.
pub(crate) fn file(path: &Path) -> std::ffi::OsString {
    let mut name = std::ffi::OsString::from("file:");
    name.push(path);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_falls_on_a_whole_unit_of_a_film_s_clock() {
        for (num, den, units) in [
            (30, 1, 15_360),
            (60, 2, 15_360),
            (24, 1, 12_288),
            (30_000, 1001, 30_000),
            (24_000, 1001, 24_000),
            (1, 1, 16_384),
        ] {
            let scale = timescale(Rate { num, den });
            assert_eq!(scale, units);
            assert_eq!(u64::from(scale) * u64::from(den) % u64::from(num), 0);
        }
    }
}
