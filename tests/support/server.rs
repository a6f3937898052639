//! The server as its users start it: `kinora serve` in a process of its own, asked over HTTP.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::http::{self, Reply};
use super::{Bench, Run};

/// Longer than a start takes that compiles every component, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

/// What stands before the port in the line that says where the server listens.
const LISTENING: &str = "listening on http://127.0.0.1:";

/// A running server. Dropping it kills it; its data stays in the bench's folder.
pub struct Server {
    child: Child,
    /// Where it listens: `http://127.0.0.1:` and the port.
    address: String,
    stdout: Arc<Captured>,
    stderr: Arc<Captured>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `kinora serve` on a free port with the bench's data folder `data`, and waits until it is ready. Started
    /// again on the same bench, it goes on where the one before ended.
    pub fn start(bench: &Bench, args: &[&str], env: &[(&str, String)]) -> Self {
        let server = Self::listening(bench, args, env);
        server.wait_ready();
        server
    }

    /// The same, waiting only until it says where it listens.
    pub fn listening(bench: &Bench, args: &[&str], env: &[(&str, String)]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0", "--data", "data"], args].concat();
        Self::of(bench.command(&all).envs(env.iter().map(|(name, value)| (name, value))))
    }

    /// Runs a command that becomes a server.
    pub fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let (stdout, first) = Captured::read(child.stdout.take().expect("piped"));
        let (stderr, second) = Captured::read(child.stderr.take().expect("piped"));
        let mut server = Server { child, address: String::new(), stdout, stderr, readers: vec![first, second] };
        server.address = server.find_address();
        server
    }

    /// The address out of the line that tells it, which may be on either output.
    fn find_address(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(address) = [self.stderr(), self.stdout()].iter().find_map(|said| address_in(said)) {
                return address;
            }
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                self.read_to_the_end();
                panic!("no server, it ended with {status}: {}\n{}", self.stdout(), self.stderr());
            }
            assert!(Instant::now() < deadline, "it says no address: {}\n{}", self.stdout(), self.stderr());
            self.stderr.wait_a_moment();
        }
    }

    /// Waits until it says that it is ready for work.
    pub fn wait_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.try_request(Method::GET, "/readyz", |request| request).is_ok_and(|reply| reply.status == 200) {
            assert!(Instant::now() < deadline, "the server does not become ready: {}", self.stderr());
            self.stderr.wait_a_moment();
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, |request| request)
    }

    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.request(Method::POST, path, |request| request.json(body))
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.request(Method::DELETE, path, |request| request)
    }

    /// Any request, with what `with` adds to it: a token, a header, another body.
    pub fn request(&self, method: Method, path: &str, with: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Reply {
        let told = format!("{method} {path}");
        let reply = self.try_request(method, path, with);
        reply.unwrap_or_else(|error| panic!("{told}: {error:?}\n{}", self.stderr()))
    }

    /// The same where the connection may fail, because the server is about to go.
    pub fn try_request(
        &self,
        method: Method,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> reqwest::Result<Reply> {
        http::send(|client: &Client| with(client.request(method, self.url(path))))
    }

    /// Asks for a job's (or a task's) answer until it is as `done` says.
    pub fn poll(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).json();
            if done(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "{path} stays {answer}\n{}", self.stderr());
            self.stderr.wait_a_moment();
        }
    }

    /// Waits until it is as `done` says; `what` names it for who waited in vain.
    pub fn wait_until(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < deadline, "waited in vain for {what}: {}", self.stderr());
            self.stderr.wait_a_moment();
        }
    }

    /// What it has said on standard error so far.
    pub fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// What it has said on standard output so far.
    pub fn stdout(&self) -> String {
        self.stdout.text()
    }

    /// Ends it without a warning, as a power cut does.
    pub fn kill9(mut self) {
        self.child.kill().expect("it still runs");
        self.child.wait().expect("it ends");
    }

    /// Its process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Asks it to end, as a service manager does, and waits for that. A code of none means that a signal ended it.
    pub fn terminate(self) -> Run {
        self.ask_to_end();
        self.ended()
    }

    /// Asks it to end.
    pub fn ask_to_end(&self) {
        kill_process(self.pid(), Signal::TERM).expect("it still runs");
    }

    /// Waits until it has ended.
    pub fn ended(mut self) -> Run {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.stderr());
            self.stderr.wait_a_moment();
        };
        self.read_to_the_end();
        Run { code: status.code(), stdout: self.stdout(), stderr: self.stderr() }
    }

    /// Waits until its outputs are closed, which whatever it has left behind keeps open.
    fn read_to_the_end(&self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.readers.iter().all(JoinHandle::is_finished) {
            assert!(Instant::now() < deadline, "it has ended, but something that it started has not");
            self.stderr.wait_a_moment();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address out of the line that contains "listening on http://127.0.0.1:PORT".
fn address_in(said: &str) -> Option<String> {
    // Of a line that is not whole yet, the port might be cut.
    let whole = &said[..said.rfind('\n')?];
    let (_, rest) = whole.split_once(LISTENING)?;
    let digits = rest.find(|end: char| !end.is_ascii_digit()).unwrap_or(rest.len());
    let port: u16 = rest[..digits].parse().ok()?;
    Some(format!("http://127.0.0.1:{port}"))
}

/// What came out of a pipe so far, read on a thread so that the writer never waits.
#[derive(Default)]
struct Captured {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

impl Captured {
    /// How long a question rests before it is asked again; less when something is said meanwhile.
    const MOMENT: Duration = Duration::from_millis(20);

    fn read(pipe: impl Read + Send + 'static) -> (Arc<Self>, JoinHandle<()>) {
        let captured = Arc::new(Captured::default());
        let writer = Arc::clone(&captured);
        let reader = std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                writer.bytes.lock().expect("nothing panics while it is locked").append(&mut line);
                writer.more.notify_all();
            }
        });
        (captured, reader)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().expect("nothing panics while it is locked")).into_owned()
    }

    /// Rests for a moment, or until there is more.
    fn wait_a_moment(&self) {
        let bytes = self.bytes.lock().expect("nothing panics while it is locked");
        drop(self.more.wait_timeout(bytes, Self::MOMENT).expect("nothing panics while it is locked"));
    }
}
