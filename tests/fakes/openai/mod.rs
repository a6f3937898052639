//! A stand-in for OpenAI's API on a free port of this machine. It reads as strictly as the real one (the official
//! description of the API, plus rules that the description has in words only), answers in the real one's shape from
//! recorded exchanges, and remembers every request. A request that the real API would refuse is refused here too, and
//! fails the test when the stand-in is dropped, even where the code under test swallowed the error.
//!
//! It runs on a thread of its own, so it serves tests without a runtime and benchmarks with one. It needs axum,
//! jsonschema, rustix, serde_json and tokio, and knows no other test module: include it by path where it is wanted.

#![allow(dead_code, reason = "every test binary that includes this uses a part of it")]

mod answer;
mod instance;
mod memory;
mod reading;
mod rules;
mod serve;

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use answer::Answer;
pub use memory::Request;
#[allow(unused_imports, reason = "not every binary that includes this looks at answers")]
pub use rules::response_faults;

use serve::State;

/// The path of text generation.
pub const CHAT: &str = "/v1/chat/completions";

/// The path of picture generation.
pub const IMAGES: &str = "/v1/images/generations";

/// The path of the list of models.
pub const MODELS: &str = "/v1/models";

/// The key that the stand-in takes unless another was set. Distinct enough to be searched for in logs and answers.
pub const KEY: &str = "sk-kinora-tests-5d1c7f0e9ab24c83";

/// The running stand-in. Dropping it closes every connection and panics if a request was against the rules.
pub struct FakeOpenAi {
    port: u16,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What can be set before the start.
pub struct Builder {
    key: String,
    validate: bool,
    keep_bodies: bool,
}

impl Builder {
    /// The key that requests must carry.
    pub fn key(mut self, key: &str) -> Self {
        self.key = key.to_owned();
        self
    }

    /// Whether bodies are held against the rules (yes). Off only in benchmarks: a body that is no JSON at all is then
    /// answered as if it asked for nothing in particular.
    pub fn validate(mut self, validate: bool) -> Self {
        self.validate = validate;
        self
    }

    /// Whether the bodies of requests are kept (yes). Off in long benchmarks, where they would fill the memory:
    /// requests are still counted, but no longer by what they contain.
    pub fn keep_bodies(mut self, keep: bool) -> Self {
        self.keep_bodies = keep;
        self
    }

    /// Starts it.
    pub fn start(self) -> FakeOpenAi {
        let state = Arc::new(State::new(self.key, self.validate, self.keep_bodies));
        let (stop, stopped) = oneshot::channel();
        let (told, port) = std::sync::mpsc::channel();
        let served = Arc::clone(&state);
        let thread = std::thread::Builder::new()
            .name("fake-openai".to_owned())
            .spawn(move || serve::run(served, &told, stopped))
            .expect("a thread");
        let port = port.recv().expect("the stand-in listens");
        FakeOpenAi { port, state, stop: Some(stop), thread: Some(thread) }
    }
}

impl FakeOpenAi {
    /// Starts it on a free port of 127.0.0.1, with the key [`KEY`].
    pub fn start() -> Self {
        Self::builder().start()
    }

    pub fn builder() -> Builder {
        Builder { key: KEY.to_owned(), validate: true, keep_bodies: true }
    }

    /// What belongs into `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// What belongs into `OPENAI_API_KEY`.
    pub fn key(&self) -> &str {
        &self.state.key
    }

    /// The environment of a process that shall take this for OpenAI.
    pub fn env(&self) -> [(&'static str, String); 2] {
        [("OPENAI_API_KEY", self.key().to_owned()), ("OPENAI_BASE_URL", self.base_url())]
    }

    /// The next answers, in the order of arrival over both paths of generation. Where they are used up,
    /// [`answer_with`](Self::answer_with) decides, and without that the answer is [`Answer::right`]. Requests that are
    /// against the rules or without the key use none up, nor does the list of models.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.script.lock().expect("no test panics in here").queue.extend(answers);
    }

    /// Decides by the request, and by its number on its path, from 1, counting only those that got this far.
    pub fn answer_with(&self, decide: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) {
        self.state.script.lock().expect("no test panics in here").decide = Some(Arc::new(decide));
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

impl Drop for FakeOpenAi {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if std::thread::panicking() {
            return;
        }
        assert!(!matches!(ended, Some(Err(_))), "the stand-in for OpenAI panicked");
        let violations = self.violations();
        assert!(violations.is_empty(), "requests that OpenAI would refuse:\n{}", violations.join("\n"));
    }
}
