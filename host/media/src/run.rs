//! ffmpeg run to its end, or read from.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::JoinHandle;

use crate::error::MediaError;
use crate::film::TELL;
use crate::film::encoder::{failure, tail};
use crate::process::Process;
use crate::usage;

/// What an ffmpeg did that ran to its end.
pub(crate) struct Ran {
    /// Frames it wrote.
    pub frames: u64,
    /// The end of what it said.
    pub stderr: String,
    /// The most memory it held, in KiB.
    pub peak_kb: u64,
}

/// Runs ffmpeg and calls `on` with the frames it wrote so far, several times a second.
///
/// # Errors
/// What `on` says; [`MediaError::DiskFull`] and [`MediaError::Ffmpeg`] where it fails.
pub(crate) fn run(
    ffmpeg: &Path,
    arguments: &[OsString],
    input: Vec<u8>,
    output: &Path,
    on: &mut dyn FnMut(u64) -> Result<(), MediaError>,
) -> Result<Ran, MediaError> {
    let missing = |error: std::io::Error| MediaError::FfmpegMissing { path: ffmpeg.into(), reason: error.to_string() };
    let mut command = Command::new(ffmpeg);
    command.args(["-hide_banner", "-y", "-nostdin", "-nostats", "-progress", "pipe:1", "-stats_period", "0.25"]);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process::start(command).map_err(missing)?;
    let child = &mut process.child;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(missing(std::io::Error::other("its pipes could not be opened")));
    };
    let pid = child.id();
    std::thread::spawn(move || {
        let _ = stdin.write_all(&input); // An ffmpeg that does not read says why.
    });
    let errors = std::thread::spawn(move || tail(stderr));
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let count = line.strip_prefix("frame=").and_then(|count| count.trim().parse::<u64>().ok());
            if count.is_some_and(|count| tell.send(count).is_err()) {
                return;
            }
        }
    });
    let (mut frames, mut peak_kb) = (0, 0);
    loop {
        match told.recv_timeout(TELL) {
            Ok(count) => frames = count,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        peak_kb = usage::peak_kb(pid).max(peak_kb);
        on(frames)?;
    }
    let status = process.wait().map_err(missing)?;
    let stderr = errors.join().unwrap_or_default();
    if !status.success() {
        return Err(failure(ffmpeg, output, &status.to_string(), &stderr));
    }
    Ok(Ran { frames, stderr, peak_kb })
}

/// The list of files that are to be joined, with where each ends in seconds from the beginning of the first: ffmpeg's
/// own sums are off by up to a millisecond a file.
///
/// # Errors
/// [`MediaError::Output`] for a file whose name cannot be listed.
pub(crate) fn concat_list<'a>(files: impl Iterator<Item = (&'a Path, f64)>) -> Result<Vec<u8>, MediaError> {
    let mut list = b"ffconcat version 1.0\n".to_vec();
    let mut micros = 0;
    for (path, until) in files {
        let whole = std::path::absolute(path).map_err(|error| MediaError::writing(path, &error))?;
        list.extend(b"file 'file:");
        for byte in whole.as_os_str().as_bytes() {
            match byte {
                b'\n' => {
                    let reason = "there is a line break in its name".into();
                    return Err(MediaError::Output { path: path.into(), reason });
                }
                b'\'' => list.extend(b"'\\''"),
                other => list.push(*other),
            }
        }
        // Boundaries are rounded, not lengths: so nothing adds up.
        let boundary = (until * 1e6).round() as u64;
        let length = boundary - micros;
        micros = boundary;
        list.extend(format!("'\nduration {}.{:06}\n", length / 1_000_000, length % 1_000_000).bytes());
    }
    Ok(list)
}

/// An ffmpeg that decodes a file into what is read here.
pub(crate) struct Reader {
    process: Process,
    stdout: ChildStdout,
    errors: Option<JoinHandle<String>>,
    /// The most memory it held, in KiB.
    pub peak_kb: u64,
}

impl Reader {
    /// Starts ffmpeg; its last argument is to be `pipe:1`.
    ///
    /// # Errors
    /// [`MediaError::FfmpegMissing`].
    pub fn start(ffmpeg: &Path, arguments: &[OsString]) -> Result<Self, MediaError> {
        let missing =
            |error: std::io::Error| MediaError::FfmpegMissing { path: ffmpeg.into(), reason: error.to_string() };
        let mut command = Command::new(ffmpeg);
        command.args(["-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process::start(command).map_err(missing)?;
        let (Some(stdout), Some(stderr)) = (process.child.stdout.take(), process.child.stderr.take()) else {
            return Err(missing(std::io::Error::other("its pipes could not be opened")));
        };
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, 1 << 20); // A smaller pipe only costs switches.
        let errors = std::thread::spawn(move || tail(stderr));
        Ok(Reader { process, stdout, errors: Some(errors), peak_kb: 0 })
    }

    /// Fills the buffer as far as there is something. Returns how far.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.stdout.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Notes how much memory it holds.
    pub fn measure(&mut self) {
        self.peak_kb = self.peak_kb.max(usage::peak_kb(self.process.child.id()));
    }

    /// The last line of what it complained about, once it has no more to give.
    pub fn complaint(&mut self) -> Option<String> {
        let _ = self.process.wait();
        let said = self.errors.take()?.join().ok()?;
        said.lines().map(str::trim).rfind(|line| !line.is_empty()).map(str::to_owned)
    }
}
