//! One ffmpeg that encodes what is piped to it.
//!
//! Frames go through a thread of their own, so that drawing and piping overlap, and their buffers come back to be
//! drawn into again. An encoder that is dropped before it is finished kills its ffmpeg.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use kinora_domain::film::Film;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::error::MediaError;
use crate::planes::Frame;
use crate::usage;

/// How films are encoded. Constants, because two films of one Kinora should look alike and be the same bytes for the
/// same input.
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

/// See [`Settings`].
pub(crate) const SETTINGS: Settings = Settings { preset: "veryfast", crf: "20", threads: "4", audio_bitrate: "160k" };

/// Frames drawn ahead of the encoder.
const AHEAD: usize = 3;
/// What is kept of ffmpeg's standard error.
const TAIL: usize = 4000;

/// The process of the ffmpeg that runs, 0 if none does. A worker process has one at most.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// Kills the ffmpeg that runs and waits for it: an orphan would stay a zombie where the first process of a container
/// does not wait for strangers. For a worker process that ends at once.
pub(crate) fn kill_running() {
    if let Some(pid) = Pid::from_raw(RUNNING.load(Ordering::SeqCst)) {
        let _ = kill_process(pid, Signal::KILL);
        let _ = waitpid(Some(pid), WaitOptions::empty()); // The other thread may have been quicker.
    }
}

/// A running ffmpeg.
pub(crate) struct Encoder {
    child: Child,
    frames: Option<SyncSender<Frame>>,
    spare: Receiver<Frame>,
    writer: Option<JoinHandle<std::io::Result<()>>>,
    progress: Option<JoinHandle<u64>>,
    errors: Option<JoinHandle<String>>,
    peak_kb: Arc<AtomicU64>,
}

impl Encoder {
    /// Starts ffmpeg. `part` is the file it writes, `music` a file of 16-bit stereo samples at 48 kHz.
    ///
    /// # Errors
    /// [`MediaError::FfmpegMissing`].
    pub fn start(ffmpeg: &Path, film: &Film, music: Option<&Path>, part: &Path) -> Result<Self, MediaError> {
        let missing =
            |error: std::io::Error| MediaError::FfmpegMissing { path: ffmpeg.into(), reason: error.to_string() };
        let mut command = Command::new(ffmpeg);
        command.args(arguments(film, music, part));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: between fork and exec the closure makes one system call and allocates nothing.
        unsafe {
            command.pre_exec(|| {
                // ffmpeg must not outlive a worker that was killed; it would go on to write its file.
                Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
            });
        }
        let mut child = command.spawn().map_err(missing)?;
        RUNNING.store(child.id() as i32, Ordering::SeqCst);
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
            let _ = done.send(Frame::new(film.width, film.height));
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
            child,
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
        let status = self.child.wait();
        RUNNING.store(0, Ordering::SeqCst);
        let frames = self.progress.take().and_then(|thread| thread.join().ok()).unwrap_or(0);
        let stderr = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let status = match status {
            Ok(status) if status.success() && matches!(written, Some(Ok(Ok(())))) => return Ok(frames),
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        for encoder in ["libx264", "aac"] {
            if stderr.contains(&format!("Unknown encoder '{encoder}'")) {
                return Err(MediaError::EncoderMissing { path: ffmpeg.into(), encoder: encoder.into() });
            }
        }
        // The words of ENOSPC, EFBIG and EDQUOT; and SIGXFSZ, which a file size limit sends.
        let full = ["No space left on device", "File too large", "Disk quota exceeded"];
        if full.iter().any(|words| stderr.contains(words)) || status.contains("SIGXFSZ") {
            return Err(MediaError::DiskFull { path: output.into() });
        }
        let stderr = stderr.trim();
        let told = if stderr.is_empty() { status } else { format!("{stderr} ({status})") };
        Err(MediaError::Ffmpeg { stderr: told })
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // After `finish` there is no thread left and the child has been waited for.
        if self.writer.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            RUNNING.store(0, Ordering::SeqCst);
        }
    }
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

/// ffmpeg's arguments.
fn arguments(film: &Film, music: Option<&Path>, part: &Path) -> Vec<std::ffi::OsString> {
    let mut out: Vec<std::ffi::OsString> = Vec::new();
    let mut add = |words: &[&str]| out.extend(words.iter().map(Into::into));
    add(&["-hide_banner", "-nostdin", "-y", "-loglevel", "error", "-nostats"]);
    add(&["-progress", "pipe:1", "-stats_period", "0.25"]);
    let size = format!("{}x{}", film.width, film.height);
    let rate = format!("{}/{}", film.rate.num, film.rate.den);
    add(&["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-framerate", &rate, "-i", "pipe:0"]);
    if let Some(music) = music {
        out.extend(["-f", "s16le", "-ar", "48000", "-ac", "2", "-i"].map(Into::into));
        out.push(file(music));
    }
    let mut add = |words: &[&str]| out.extend(words.iter().map(Into::into));
    add(&["-map", "0:v:0", "-c:v", "libx264", "-preset", SETTINGS.preset, "-crf", SETTINGS.crf]);
    add(&["-threads", SETTINGS.threads, "-pix_fmt", "yuv420p", "-fps_mode", "passthrough"]);
    add(&["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"]);
    add(&["-color_range", "tv", "-chroma_sample_location", "left"]);
    if music.is_some() {
        add(&["-map", "1:a:0", "-c:a", "aac", "-b:a", SETTINGS.audio_bitrate, "-ar", "48000"]);
        add(&["-flags:a", "+bitexact"]);
    }
    // Nothing of the inputs, nothing of the clock, nothing of the build: the same film is the same file.
    add(&["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]);
    for (name, value) in [("title", &film.title), ("comment", &film.comment)] {
        let value: String = value.chars().filter(|c| !c.is_control()).take(1000).collect();
        if !value.is_empty() {
            add(&["-metadata", &format!("{name}={value}")]);
        }
    }
    add(&["-movflags", "+faststart", "-f", "mp4"]);
    out.push(file(part));
    out
}

/// A name that ffmpeg takes for a file, whatever it looks like.
fn file(path: &Path) -> std::ffi::OsString {
    let mut name = std::ffi::OsString::from("file:");
    name.push(path);
    name
}
