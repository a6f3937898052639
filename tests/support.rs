//! Runs the binary as its users do, each time in an empty working folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub mod house;
pub mod http;
pub mod server;

/// A working folder with the binary at hand.
pub struct Bench {
    pub folder: TempDir,
    /// Where the binary keeps its data unless it is told otherwise.
    data: TempDir,
}

/// What a run left.
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Bench {
    pub fn new() -> Self {
        Bench { folder: tempfile::tempdir().expect("a folder"), data: tempfile::tempdir().expect("a folder") }
    }

    /// The binary, with nothing of this user's settings. All tests share the cache, so that components are compiled once.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kinora"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("XDG_DATA_HOME", self.data.path())
            .env("KINORA_STORAGE__CACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"))
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// A shell script in a mount namespace of its own, in the bench's folder, with the binary as `$KINORA`. None where
    /// the machine allows no namespaces.
    pub fn in_namespace(&self, script: &str) -> Option<Command> {
        let allowed = Command::new("unshare").args(["-r", "-m", "true"]).output();
        if !allowed.is_ok_and(|output| output.status.success()) {
            assert!(std::env::var_os("CI").is_none(), "CI must allow mount namespaces");
            eprintln!("skipped: this machine allows no mount namespaces");
            return None;
        }
        let mut command = Command::new("unshare");
        let inner = self.command(&[]);
        command
            .args(["-r", "-m", "sh", "-c", &format!("set -e; {script}")])
            .current_dir(self.folder.path())
            .env_clear()
            .envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .env("KINORA", env!("CARGO_BIN_EXE_kinora"));
        Some(command)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all files in the folder.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the binary runs");
        Run {
            code: status.code(),
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }

    /// It went well.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "it failed: {}\n{}", self.stdout, self.stderr);
        self
    }

    /// It failed with a sentence that has all of these words, and without a panic.
    pub fn fails_with(&self, words: &[&str]) {
        assert!(
            self.code.is_some_and(|code| code != 0 && code != 101),
            "it ended with {:?}: {}",
            self.code,
            self.stderr
        );
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        // A terminal's width decides where a long sentence is broken.
        let said = self.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
    }
}

/// A component that was built before: of the folder `components` those that ship, of `fixtures` those for tests.
pub fn built(folder: &str, name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target").join(folder).join(name);
    assert!(path.exists(), "the components are not built: run `make components` first");
    path
}

/// What ffprobe says of a file, as `key=value` lines.
pub fn probe(file: &Path) -> String {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_streams", "-show_format"])
        .arg(file)
        .output()
        .expect("ffprobe is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The values of a key in ffprobe's answer, in order.
pub fn values<'a>(probed: &'a str, key: &str) -> Vec<&'a str> {
    probed.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

/// A digest of every decoded frame of the picture.
pub fn frame_digests(file: &Path) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-map", "0:v", "-f", "framemd5", "-"])
        .output()
        .expect("ffmpeg is installed");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.rsplit_once(',')?.1.trim().to_owned()))
        .collect()
}
