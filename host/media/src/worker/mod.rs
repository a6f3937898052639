//! Runs jobs in a child process: a bomb of a picture kills the child and not the host, and to cancel is to kill.
//!
//! The child is the host's own executable, called as `kinora media-worker`. It gets one JSON request on a line of its
//! standard input and answers in lines of JSON. Its standard input stays open for as long as the host wants the
//! job: when it ends, because the host died, the child clears up and goes.

mod child;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kinora_domain::beats::Beats;
use kinora_domain::documents::MediaFacts;
use rustix::process::{Pid, Signal, kill_process_group};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

pub use child::worker_main;

use crate::error::MediaError;
use crate::job::{Job, Progress, Report};

/// What the child is allowed to use.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Address space of the child and of its ffmpeg, in bytes.
    pub memory: u64,
    /// Of the largest file, in bytes.
    pub file: u64,
    /// Open files.
    pub files: u64,
    /// Added to the niceness: films must not slow the API down.
    pub nice: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { memory: 6 << 30, file: 64 << 30, files: 256, nice: 10 }
    }
}

/// What the child is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    job: Job,
    ffmpeg: PathBuf,
    #[serde(default)]
    limits: Limits,
    /// Whether the end of standard input means that nobody wants the job any more.
    #[serde(default)]
    lifeline: bool,
}

/// What the child answers, one a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event {
    Progress(Progress),
    Done { report: Report },
    Failed { error: MediaError },
}

/// The variables of the host's environment that the child sees: what finds programs, fonts and temporary folders, and
/// no secrets.
const ENVIRONMENT: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "RUST_BACKTRACE",
];
/// Address space of a child that looks into a file, in bytes: enough for the largest picture there may be.
const PROBE_MEMORY: u64 = 2 << 30;
/// How long a child may take to clear up by itself once its standard input ended; it takes a few milliseconds.
const GRACE: Duration = Duration::from_millis(300);
/// How long a child that was killed is waited for before its files are removed all the same.
const REAP: Duration = Duration::from_secs(2);

/// Runs jobs in child processes. Cheap to clone; each run is a child of its own.
#[derive(Clone, Debug)]
pub struct Worker {
    executable: PathBuf,
    ffmpeg: PathBuf,
    stall: Duration,
    limits: Limits,
}

impl Worker {
    /// A worker whose child is `executable media-worker`; `std::env::current_exe()` in the host.
    pub fn new(executable: PathBuf) -> Self {
        Worker { executable, ffmpeg: "ffmpeg".into(), stall: Duration::from_secs(60), limits: Limits::default() }
    }

    /// The ffmpeg to use, instead of the one found in `PATH`.
    #[must_use]
    pub fn ffmpeg(mut self, path: PathBuf) -> Self {
        self.ffmpeg = path;
        self
    }

    /// How long the child may draw no frame before it is stopped, instead of a minute.
    #[must_use]
    pub fn stall(mut self, patience: Duration) -> Self {
        self.stall = patience;
        self
    }

    /// How much address space the child and its ffmpeg may each take, in bytes, instead of 6 GiB.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.limits.memory = bytes;
        self
    }

    /// Looks into a file from elsewhere, whose first bytes say that it is of a media type.
    ///
    /// # Errors
    /// [`MediaError::Unusable`] with what is wrong with the file; any other where it could not be looked into.
    pub async fn probe(&self, input: PathBuf, media_type: &str) -> Result<MediaFacts, MediaError> {
        let job = Job::Probe { input, media_type: media_type.to_owned() };
        self.looking().run(&job, |_| {}).await?.facts.ok_or_else(silent)
    }

    /// Finds the beats of the first sound in a file, whose first bytes say that it is of a media type. A tempo, 30 to
    /// 300 beats per minute, decides between those that fit. Costs a few seconds for an hour of music.
    ///
    /// # Errors
    /// [`MediaError::InvalidTempo`], [`MediaError::Music`] for a file without sound, [`MediaError::Unusable`] with what
    /// is wrong with the file; any other where it could not be listened to. Music without beats is no error.
    pub async fn beats(&self, input: PathBuf, media_type: &str, bpm: Option<f64>) -> Result<Beats, MediaError> {
        let job = Job::Beats { input, media_type: media_type.to_owned(), bpm };
        self.looking().run(&job, |_| {}).await?.beats.ok_or_else(silent)
    }

    /// The same with the memory that it takes to look into a file.
    fn looking(&self) -> Self {
        let memory = self.limits.memory.min(PROBE_MEMORY);
        Worker { limits: Limits { memory, ..self.limits }, ..self.clone() }
    }

    /// Runs a job. To drop the future is to cancel: the child and its ffmpeg are killed and nothing half-written is
    /// left. The output appears under its name only when it is whole.
    ///
    /// # Errors
    /// Any [`MediaError`].
    pub async fn run(&self, job: &Job, mut on_progress: impl FnMut(Progress) + Send) -> Result<Report, MediaError> {
        let died = |status: String| MediaError::WorkerDied { status, stderr: String::new() };
        let request = Request { job: job.clone(), ffmpeg: self.ffmpeg.clone(), limits: self.limits, lifeline: true };
        let mut line = serde_json::to_vec(&request).map_err(|error| died(error.to_string()))?;
        line.push(b'\n');

        let mut group =
            Group::start(&self.executable, job).map_err(|error| died(format!("it could not be started: {error}")))?;
        let (Some(stdin), Some(stdout), Some(mut stderr)) =
            (&mut group.child.stdin, group.child.stdout.take(), group.child.stderr.take())
        else {
            return Err(died("its pipes could not be opened".into()));
        };
        let errors = tokio::spawn(async move {
            // Drained to the end, so that the child never waits for a reader; only the end is kept.
            let mut kept = Vec::new();
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
                kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
                kept.drain(..kept.len().saturating_sub(4000));
            }
            String::from_utf8_lossy(&kept).trim().to_owned()
        });
        // A child that is gone already is told by its missing answer below.
        let _ = tokio::time::timeout(self.stall, stdin.write_all(&line)).await;

        let mut lines = BufReader::new(stdout).lines();
        let answer = loop {
            let Ok(next) = tokio::time::timeout(self.stall, lines.next_line()).await else {
                return Err(MediaError::Stalled { seconds: self.stall.as_secs() });
            };
            let Ok(Some(line)) = next else { break None };
            match serde_json::from_str(&line) {
                Ok(Event::Progress(progress)) => on_progress(progress),
                Ok(Event::Done { report }) => break Some(Ok(report)),
                Ok(Event::Failed { error }) => break Some(Err(error)),
                // Not ours: something printed to standard output by mistake.
                Err(_) => tracing::debug!(line, "the media worker said something unexpected"),
            }
        };
        let Some(answer) = answer else {
            group.kill();
            let status = match group.child.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            };
            drop(group); // Clears up.
            return Err(MediaError::WorkerDied { status, stderr: errors.await.unwrap_or_default() });
        };
        if tokio::time::timeout(self.stall, group.child.wait()).await.is_ok() {
            group.ended = true;
        }
        answer
    }
}

fn silent() -> MediaError {
    MediaError::WorkerDied { status: "it found nothing".into(), stderr: String::new() }
}

/// A child with all it started, and the files it must not leave behind.
struct Group {
    child: Child,
    scraps: Vec<PathBuf>,
    /// It ended by itself, and had cleared up.
    ended: bool,
}

impl Group {
    fn start(executable: &Path, job: &Job) -> std::io::Result<Self> {
        let mut command = Command::new(executable);
        command.arg("media-worker").env_clear().process_group(0).kill_on_drop(true);
        command.envs(ENVIRONMENT.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(Group { child: command.spawn()?, scraps: job.scraps(), ended: false })
    }

    /// Waits, without a runtime to wait in, for a process that is about to end.
    fn gone_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// Kills the child and its ffmpeg. The child is the group's leader and has not been waited for, so that its number
    /// cannot belong to somebody else.
    fn kill(&self) {
        if let Some(pid) = self.child.id().and_then(|id| Pid::from_raw(id as i32)) {
            let _ = kill_process_group(pid, Signal::KILL); // It may have ended this moment.
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Asked first: the child then waits for its ffmpeg, which nobody else can.
        drop(self.child.stdin.take());
        if !self.gone_within(GRACE) {
            self.kill();
            // It must be gone before its files are removed: it could be about to make one.
            self.gone_within(REAP);
        }
        crate::job::clear_up(&self.scraps);
    }
}
