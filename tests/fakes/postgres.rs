//! A throw-away PostgreSQL out of this machine's own package: a fresh cluster in a temporary folder, on a free port of
//! 127.0.0.1, without a password and without regard for power cuts. It is gone, folder and all, when it is dropped, and
//! also when the test process ends in any other way, `kill -9` included.
//!
//! It needs only the standard library and tempfile and knows no other test module: include it by path where it is
//! wanted.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than a start takes on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many ports are tried. Another process can take one between our look and the server's start.
const PORTS_TRIED: u32 = 5;

/// Lets the tests that want PostgreSQL pass unrun where it is not installed.
const WITHOUT: &str = "KINORA_TESTS_WITHOUT_POSTGRES";

/// Makes the cluster, then starts and stops the server as it is told, a word a line. The words come through a pipe from
/// the test process: when that ends, however it does, the pipe closes, the loop ends, and nothing is left. It has a
/// process group of its own, so that a Ctrl-C in the terminal reaches the tests only.
const KEEPER: &str = r#"
trap '' INT TERM HUP
server=
end() {
    [ -z "$server" ] || { kill -s "$1" "$server" 2>/dev/null; wait "$server"; }
    server=
}
"$BIN/initdb" --pgdata="$FOLDER/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync \
    >"$FOLDER/initdb" 2>&1 && echo made || { cat "$FOLDER/initdb" >&2; echo failed; }
while read -r word port; do
    case $word in
        start)
            end QUIT
            "$BIN/postgres" -D "$FOLDER/data" -p "$port" -c listen_addresses=127.0.0.1 \
                -c unix_socket_directories= -c max_connections=200 -c fsync=off -c synchronous_commit=off \
                -c full_page_writes=off &
            server=$! ;;
        stop) end INT; echo stopped ;;
    esac
done
end QUIT
rm -rf "$FOLDER"
"#;

/// The lines of a pipe as they come. The lock is never waited for: only who holds the server alone reads them, but the
/// shared server must be shareable.
type Lines = Mutex<Receiver<String>>;

/// A server of one's own. Dropping it ends it at once.
pub struct Postgres {
    bin: PathBuf,
    port: u16,
    databases: AtomicU32,
    keeper: Child,
    /// The keeper's standard input; none once it is told to end.
    words: Option<ChildStdin>,
    /// The keeper's standard output, a line each.
    answers: Lines,
    /// The server's log.
    log: Lines,
    folder: TempDir,
}

impl Postgres {
    /// Starts a server that nobody else uses: for a test that stops it. None where PostgreSQL is not installed and the
    /// environment says that this is well; where it does not, this panics and says what to install.
    pub fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            let missing = "PostgreSQL's server is not on this machine: apt-get install postgresql";
            assert!(std::env::var_os(WITHOUT).is_some_and(|value| value == "1"), "{missing} (or set {WITHOUT}=1)");
            eprintln!("skipped: {missing}");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("kinora-postgres-").tempdir().expect("a folder");
        let mut postgres = Self::keep(bin, folder);
        for tried in 1.. {
            postgres.port = free_port();
            match postgres.launch() {
                Ok(()) => break,
                Err(log) => assert!(tried < PORTS_TRIED, "PostgreSQL does not start:\n{log}"),
            }
        }
        Some(postgres)
    }

    /// The server that all tests of this process share. It ends with the process.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Creates an empty database and says where it is. The name is a beginning only, so that no two tests meet.
    pub fn url(&self, database: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{database}_{number}");
        let created = Command::new(self.bin.join("createdb"))
            .env_clear()
            .args(["--host=127.0.0.1", "--username=postgres", "--maintenance-db=postgres"])
            .arg(format!("--port={}", self.port))
            .arg(&name)
            .output()
            .expect("createdb runs");
        assert!(created.status.success(), "no database: {}", String::from_utf8_lossy(&created.stderr));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Where it keeps its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the server as an administrator does: connections are told and closed, the data stays.
    pub fn stop(&mut self) {
        self.say("stop");
        self.hear("stopped");
    }

    /// Starts it again after [`stop`](Self::stop), on the same port with the same databases.
    pub fn start_again(&mut self) {
        if let Err(log) = self.launch() {
            panic!("PostgreSQL does not start again:\n{log}");
        }
    }

    /// Starts the keeper and waits until it has made the cluster.
    fn keep(bin: PathBuf, folder: TempDir) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", KEEPER])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("BIN", &bin)
            .env("FOLDER", folder.path())
            .current_dir(folder.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // PostgreSQL refuses to run as root.
        if let Some((user, group)) = another_user() {
            chown(folder.path(), Some(user), Some(group)).expect("root gives folders away");
            command.uid(user).gid(group);
        }
        let mut keeper = command.spawn().expect("a shell");
        let words = keeper.stdin.take();
        let answers = lines(keeper.stdout.take().expect("piped"));
        let log = lines(keeper.stderr.take().expect("piped"));
        let mut postgres = Postgres { bin, port: 0, databases: AtomicU32::new(0), keeper, words, answers, log, folder };
        postgres.hear("made");
        postgres
    }

    fn say(&mut self, words: &str) {
        let keeper = self.words.as_mut().expect("it is told to end only when dropped");
        writeln!(keeper, "{words}").expect("the keeper reads");
    }

    fn hear(&mut self, awaited: &str) {
        let heard = unlocked(&mut self.answers).recv_timeout(PATIENCE);
        if heard.as_deref() != Ok(awaited) {
            // The log is whole when everything that writes it has ended.
            drop(self.words.take());
            let log: Vec<String> = unlocked(&mut self.log).iter().collect();
            panic!("PostgreSQL is not {awaited} but {heard:?}:\n{}", log.join("\n"));
        }
    }

    /// Starts the server and reads its log until it takes connections, or until it says why it does not.
    fn launch(&mut self) -> Result<(), String> {
        unlocked(&mut self.log).try_iter().for_each(drop);
        self.say(&format!("start {}", self.port));
        let deadline = Instant::now() + PATIENCE;
        let mut log = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = unlocked(&mut self.log).recv_timeout(left).map_err(|error| format!("{log}{error}"))?;
            log = log + &line + "\n";
            if line.contains("ready to accept connections") {
                return Ok(());
            }
            // Clients who come too early get lines of their own: "FATAL: the database system is starting up".
            if line.contains("FATAL") && !line.contains("the database system is") {
                return Err(log);
            }
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.words.take());
        // Also where a test panicked; a second panic here would abort and tell nobody of the first.
        let _ = self.keeper.wait();
    }
}

/// The lines of a pipe, read on a thread so that the writer never waits. They must be read as they come.
fn lines(pipe: impl Read + Send + 'static) -> Lines {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(pipe).lines().map_while(Result::ok);
        // The other end may be gone; then the rest is read all the same.
        lines.for_each(|line| drop(sender.send(line)));
    });
    Mutex::new(receiver)
}

fn unlocked(lines: &mut Lines) -> &mut Receiver<String> {
    lines.get_mut().expect("nothing panics while it is locked")
}

/// The folder with the server's programs: where Debian has them, the newest version first, else in PATH.
fn binaries() -> Option<PathBuf> {
    let complete = |bin: &PathBuf| ["initdb", "postgres", "createdb"].iter().all(|name| bin.join(name).is_file());
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = debian.into_iter().rev().map(|(_, bin)| bin);
    debian.chain(std::env::split_paths(&path)).find(complete)
}

/// User and group to run as when we are root: the package's own user, else nobody. None when we are not root.
fn another_user() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(args).stderr(Stdio::null()).output().expect("id is everywhere");
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)));
    Some(user.expect("root finds a user postgres or nobody"))
}

/// A port that is free now, from below those that the system gives to outgoing connections: one of those could take it
/// while the server is stopped.
fn free_port() -> u16 {
    loop {
        let random = RandomState::new().build_hasher().finish();
        let port = 15_000 + u16::try_from(random % 15_000).expect("below 15,000");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
