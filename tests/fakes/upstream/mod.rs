//! What the stand-ins for upstreams have in common: a server on a thread of its own, answers by a script, gates that
//! keep answers back, and a memory of every request. What is special about one of them is an [`Api`].
//!
//! Each serves two ports of this machine. The first is the API. The other is where results lie: another host, on which
//! no credential may arrive. A request that the real upstream would refuse is refused here too, and fails the test when
//! the stand-in is dropped, even where the code under test swallowed the error.
//!
//! It runs without the caller's runtime, so it serves tests without one and benchmarks with one. It needs axum, base64,
//! jsonschema, rustix, serde_json and tokio, and knows no other test module: include it by path, next to the stand-ins
//! that are wanted.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

mod answer;
pub mod described;
pub mod instance;
mod jobs;
pub mod media;
mod memory;
mod serve;
pub mod wire;

use std::sync::Arc;
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;

pub use answer::Answer;
pub use jobs::Jobs;
pub use memory::Request;
pub use wire::Rendered;

use serve::State;

/// What is special about one upstream.
pub trait Api: Default + Send + Sync + 'static {
    /// What people call it.
    const NAME: &'static str;
    /// The key it takes unless another was set. Distinct enough to be searched for in logs and answers.
    const KEY: &'static str;
    /// The path with which its base URL ends.
    const BASE: &'static str;
    /// The environment variables of its key and of its base URL.
    const ENVIRONMENT: [&'static str; 2];

    /// What it can answer.
    type Kind: Clone + Send + Sync + 'static;

    /// What a good day answers to anything.
    fn right() -> Self::Kind;

    /// Reads a request in the order in which the real one judges: the key, the path, the body. Without `validate` the
    /// body is not judged.
    fn read(&self, request: &Request, key: &str, validate: bool) -> Read;

    /// The answer to a request that was read. `elsewhere` is the base URL of the host on which results lie.
    fn render(&self, kind: &Self::Kind, request: &Request, asks: &Asks, elsewhere: &str) -> Rendered;
}

/// What a request is.
pub enum Read {
    /// Right, or not judged: the script says what is answered.
    Asks(Asks),
    /// Answered in one way always, such as a wrong key.
    Answered(Rendered),
    /// Against the rules: what is wrong, and how the real one says so.
    Against(Vec<String>, Rendered),
}

/// What a right request asks for.
pub struct Asks {
    pub queue: Queue,
    /// JSON; null where there is none.
    pub body: Value,
}

/// Which answers of the script a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// It makes or begins something, and is paid for.
    Making,
    /// It asks how far a job is.
    Polls,
    /// It fetches what was made.
    Files,
}

/// A running stand-in. Dropping it closes every connection and panics if a request was against the rules.
pub struct Fake<A: Api> {
    port: u16,
    state: Arc<State<A>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What can be set before the start.
pub struct Builder<A: Api> {
    state: State<A>,
}

impl<A: Api> Builder<A> {
    /// The key that requests must carry.
    pub fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.state.key);
        self
    }

    /// Whether bodies are held against the rules (yes). Off only in benchmarks: a body that is no JSON at all is then
    /// answered as if it asked for nothing in particular.
    pub fn validate(mut self, validate: bool) -> Self {
        self.state.validate = validate;
        self
    }

    /// Whether the bodies of requests are kept (yes). Off in long benchmarks, where they would fill the memory:
    /// requests are still counted, but no longer by what they contain.
    pub fn keep_bodies(mut self, keep: bool) -> Self {
        self.state.keep_bodies = keep;
        self
    }

    /// Starts it.
    pub fn start(self) -> Fake<A> {
        let state = Arc::new(self.state);
        let (stop, stopped) = oneshot::channel();
        let (told, port) = std::sync::mpsc::channel();
        let served = Arc::clone(&state);
        let thread = std::thread::Builder::new()
            .name(format!("fake-{}", A::NAME.to_lowercase()))
            .spawn(move || serve::run(served, &told, stopped))
            .expect("a thread");
        let port = port.recv().expect("the stand-in listens");
        Fake { port, state, stop: Some(stop), thread: Some(thread) }
    }
}

impl<A: Api> Fake<A> {
    /// Starts it on free ports of 127.0.0.1, with the key [`Api::KEY`].
    pub fn start() -> Self {
        Self::builder().start()
    }

    pub fn builder() -> Builder<A> {
        Builder { state: State::new(A::KEY.to_owned()) }
    }

    /// What belongs into the variable of the base URL.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, A::BASE)
    }

    /// Where results lie: another host.
    pub fn elsewhere(&self) -> String {
        self.state.elsewhere().to_owned()
    }

    /// What belongs into the variable of the key.
    pub fn key(&self) -> &str {
        &self.state.key
    }

    /// The environment of a process that shall take this for the upstream.
    pub fn env(&self) -> [(&'static str, String); 2] {
        let [key, base_url] = A::ENVIRONMENT;
        [(key, self.key().to_owned()), (base_url, self.base_url())]
    }

    /// The next answers to what makes or begins something, in the order of arrival over all such paths. Where they are
    /// used up, [`answer_with`](Self::answer_with) decides, and without that the answer is [`Api::right`]. Requests
    /// that are against the rules or without the key use none up.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer<A::Kind>>) {
        self.state.script(Queue::Making, answers);
    }

    /// The same for what asks how far a job is. When they are used up, it is done.
    pub fn script_polls(&self, answers: impl IntoIterator<Item = Answer<A::Kind>>) {
        self.state.script(Queue::Polls, answers);
    }

    /// The same for what fetches a result, here or elsewhere.
    pub fn script_files(&self, answers: impl IntoIterator<Item = Answer<A::Kind>>) {
        self.state.script(Queue::Files, answers);
    }

    /// Decides by the request, and by its number on its path, from 1, counting only those that got this far.
    pub fn answer_with(&self, decide: impl Fn(&Request, usize) -> Answer<A::Kind> + Send + Sync + 'static) {
        self.state.decide(Arc::new(decide));
    }

    /// Lets every answer go that is held, and holds none from now on.
    pub fn release(&self) {
        self.state.gate.send_replace(true);
    }

    /// How many requests wait for [`release`](Self::release) now. One whose client has gone waits no longer.
    pub fn held(&self) -> usize {
        self.state.memory.held()
    }

    /// Every request so far, in the order of arrival, the refused ones too.
    pub fn requests(&self) -> Vec<Arc<Request>> {
        self.state.memory.requests()
    }

    /// Method and path of every request so far.
    pub fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// How many requests came to a path.
    pub fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|request| request.path == path).count()
    }

    /// How many requests have this text in their body; with a marker in the prompt, how many belong to one job. The
    /// marker must stand in JSON as it is: no quotes, backslashes or line breaks.
    pub fn count_containing(&self, marker: &str) -> usize {
        self.requests().iter().filter(|request| request.contains(marker)).count()
    }

    /// Waits until so many requests have arrived; panics after 30 s.
    pub fn wait_for(&self, count: usize) {
        self.state.memory.wait(&format!("{count} requests"), |seen| seen.requests.len() >= count);
    }

    /// Waits until so many requests have arrived that contain the marker; panics after 30 s.
    pub fn wait_for_containing(&self, marker: &str, count: usize) {
        self.state.memory.wait(&format!("{count} requests containing {marker:?}"), |seen| {
            seen.requests.iter().filter(|request| request.contains(marker)).count() >= count
        });
    }

    /// Waits until so many requests wait for their release; panics after 30 s.
    pub fn wait_for_held(&self, count: usize) {
        self.state.memory.wait(&format!("{count} held requests"), |seen| seen.held >= count);
    }

    /// Waits until none waits any longer, because it was released or its client is gone; panics after 30 s.
    pub fn wait_for_none_held(&self) {
        self.state.memory.wait("no held request", |seen| seen.held == 0);
    }

    /// What requests did against the rules, in the order of arrival.
    pub fn violations(&self) -> Vec<String> {
        self.state.memory.violations()
    }

    /// The same, forgotten here: for a test that breaks the rules on purpose.
    pub fn take_violations(&self) -> Vec<String> {
        self.state.memory.take_violations()
    }
}

impl<A: Api> Drop for Fake<A> {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if std::thread::panicking() {
            return;
        }
        assert!(!matches!(ended, Some(Err(_))), "the stand-in for {} panicked", A::NAME);
        let violations = self.violations();
        assert!(violations.is_empty(), "requests that {} would refuse:\n{}", A::NAME, violations.join("\n"));
    }
}
