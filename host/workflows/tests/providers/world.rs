//! A host that asks one provider, and what came of an operation.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use kinora_domain::documents::{MediaItem, MediaOutcome, Outcome, TextOutcome};
use kinora_jobs::{Engine, EngineOptions, OperationError, Workflow};
use kinora_runtime::Plugin;
use kinora_store::{
    Backend, BlobId, Certainty, Job, JobState, Operation, OperationState, Phase, Store, UsageFilter, UsageRow,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::ask::{Ask, new_ask};
use crate::support::{self, Asks, Place};
use crate::upstream::{Answer, Api, Fake};

/// Longer than any clip of a stand-in waits between two polls.
const LATER_MS: i64 = 60_000;
/// Some changes are only seen when the host looks; this often keeps tests short.
const LOOK: Duration = Duration::from_millis(20);
/// More bytes than any result here has.
const LARGEST: u64 = 1 << 20;

/// An upstream and the provider that speaks to it.
pub trait Subject: Api {
    /// The provider's id.
    const PROVIDER: &'static str;

    /// Its settings, with which it makes texts, pictures and clips.
    fn settings() -> Value {
        json!({})
    }

    /// What a poll is answered where the work goes on.
    fn works_on() -> Answer<Self::Kind>;
}

/// A text, a picture or a clip about a lighthouse, as an operation that any of the providers can do.
pub fn operation(kind: &str) -> Value {
    match kind {
        "text" => json!({"messages": [{"role": "user", "content": "A lighthouse keeper's last night."}],
            "max_tokens": 200}),
        "image" => json!({"prompt": "A lighthouse", "width": 1920, "height": 1080}),
        "video" => json!({"prompt": "Waves at a lighthouse", "aspect_ratio": "16:9", "duration": 8.0,
            "generate_audio": true}),
        other => panic!("there is no operation of the kind {other}"),
    }
}

pub fn threads() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads")
}

/// Compiled once for all tests.
fn components() -> Vec<Arc<Plugin>> {
    static COMPONENTS: LazyLock<Vec<Arc<Plugin>>> = LazyLock::new(|| threads().block_on(support::components()));
    COMPONENTS.clone()
}

/// A host that asks one provider.
pub struct World {
    tokio: Option<Runtime>,
    engine: Option<Engine>,
    place: Place,
    _folder: TempDir,
}

impl World {
    /// A host that polls at once, whatever pause the provider wants.
    pub fn of<S: Subject>(upstream: &Fake<S>) -> Self {
        Self::with::<S>(upstream.base_url(), upstream.key(), S::settings(), true)
    }

    /// A host with settings of its own.
    pub fn set<S: Subject>(upstream: &Fake<S>, settings: Value) -> Self {
        Self::with::<S>(upstream.base_url(), upstream.key(), settings, true)
    }

    /// A host with this base URL and key, which polls at once or when the provider wants it.
    pub fn with<S: Subject>(base_url: String, key: &str, settings: Value, at_once: bool) -> Self {
        let poll_interval = at_once.then_some(Duration::from_millis(1));
        Self::at(
            Asks { provider: S::PROVIDER, settings, poll_interval, ..Asks::default() },
            components(),
            base_url,
            key,
        )
    }

    /// A host with these components, which asks one of them.
    pub fn at(asks: Asks, components: Vec<Arc<Plugin>>, base_url: String, key: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place {
            components,
            backend: Backend::Sqlite(folder.path().join("kinora.db")),
            folder: folder.path().to_owned(),
            base_url,
            key: key.into(),
            thumbnails: false,
            asks,
        };
        let mut world = World { tokio: None, engine: None, place, _folder: folder };
        world.start(0);
        world
    }

    fn start(&mut self, later_ms: i64) {
        let tokio = threads();
        self.engine = Some(tokio.block_on(async {
            let store = Store::open(&self.place.backend).await.expect("the store opens");
            store.clock().advance(later_ms);
            let ask: Arc<dyn Workflow> = Arc::new(Ask::of(&self.place.components));
            let options = EngineOptions { look: LOOK, ..EngineOptions::default() };
            self.place.host_on(store, "host", vec![ask], options).await
        }));
        self.tokio = Some(tokio);
    }

    /// The host dies, and nothing it held is given back; another one begins in its place, a minute later.
    pub fn restart(&mut self) {
        self.engine = None;
        self.tokio.take().expect("it runs").shutdown_timeout(Duration::from_secs(5));
        self.start(LATER_MS);
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.tokio.as_ref().expect("it runs").block_on(future)
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("it runs")
    }

    /// Begins a job that asks for one operation.
    pub fn begin(&self, kind: &str, document: &Value) -> String {
        let job = new_ask(self.place.asks.provider, kind, document);
        self.wait(self.engine().submit(job)).expect("submitted").job.id
    }

    /// Waits until a job has ended, and its operations.
    pub fn end(&self, job: &str) -> Made {
        let job = self.wait(self.engine().ended(job)).expect("it ends");
        self.until(&job.id, |operations| operations.iter().all(|one| one.state != OperationState::Open));
        let store = self.engine().store();
        let operations = self.wait(store.operations(&job.id)).expect("read");
        let filter = UsageFilter { job: Some(job.id.clone()), ..UsageFilter::default() };
        let ledger = self.wait(store.usage(&filter)).expect("summed");
        Made { job, operations, ledger }
    }

    /// Asks for one operation and waits until it has ended.
    pub fn ask(&self, kind: &str, document: &Value) -> Made {
        self.end(&self.begin(kind, document))
    }

    /// Makes a scenario of three scenes, which asks for text.
    pub fn scenario(&self) -> Made {
        let job = self.wait(self.engine().submit(support::scenario("a lighthouse"))).expect("submitted").job;
        self.end(&job.id)
    }

    /// Waits until a job's only operation waits between two steps.
    pub fn until_it_waits(&self, job: &str) {
        self.until(job, |operations| matches!(operations, [one] if one.phase == Phase::Wait));
    }

    fn until(&self, job: &str, enough: impl Fn(&[Operation]) -> bool) {
        let store = self.engine().store();
        let looks = async {
            while !enough(&store.operations(job).await.expect("read")) {
                // The store wakes nobody; this only keeps from asking it without a pause.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        self.wait(async { tokio::time::timeout(Duration::from_secs(30), looks).await }).expect("it comes to that");
    }

    /// When a job's only operation goes on, from now, in milliseconds.
    pub fn waits_ms(&self, job: &str) -> i64 {
        let store = self.engine().store();
        let operations = self.wait(store.operations(job)).expect("read");
        let [one] = operations.as_slice() else { panic!("one operation, not {operations:?}") };
        one.due_at - store.clock().now()
    }

    /// The clock goes forward.
    pub fn later(&self, ms: i64) {
        self.engine().store().clock().advance(ms);
    }

    /// Ends a job as its owner does.
    pub fn cancel(&self, job: &str) {
        self.wait(self.engine().cancel(job)).expect("cancelled");
    }

    /// Sends again what nobody knows about, as its owner decides.
    pub fn resubmit(&self, job: &str) {
        self.wait(self.engine().resubmit(job)).expect("resubmitted");
    }

    /// Puts content into the blob store. Gives its handle.
    pub fn put(&self, content: &[u8]) -> String {
        self.wait(self.place.blobs().put(content.to_vec().into())).expect("stored").id.to_string()
    }

    /// What lies in the blob store.
    pub fn blob(&self, handle: &str) -> Vec<u8> {
        let id: BlobId = handle.parse().expect("a handle");
        self.wait(self.place.blobs().read(&id, LARGEST)).expect("it is there").to_vec()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine = None;
        if let Some(tokio) = self.tokio.take() {
            tokio.shutdown_background();
        }
    }
}

/// What came of an operation, or of the several of a scenario.
pub struct Made {
    pub job: Job,
    pub operations: Vec<Operation>,
    pub ledger: Vec<UsageRow>,
}

impl Made {
    /// The only operation.
    pub fn operation(&self) -> &Operation {
        let [operation] = self.operations.as_slice() else { panic!("one operation, not {:?}", self.operations) };
        operation
    }

    fn outcome(&self) -> Outcome {
        let operation = self.operation();
        assert_eq!(operation.state, OperationState::Done, "{:?}", operation.error);
        assert_eq!(self.job.state, JobState::Completed, "{:?}", self.job.error);
        serde_json::from_str(operation.outcome.as_deref().expect("what was made")).expect("an outcome")
    }

    /// The text that was made.
    pub fn text(&self) -> TextOutcome {
        match self.outcome() {
            Outcome::Text(text) => text,
            Outcome::Media(media) => panic!("a text was asked for, and {media:?} made"),
        }
    }

    /// The picture or clip that was made.
    pub fn media(&self) -> MediaOutcome {
        match self.outcome() {
            Outcome::Media(media) => media,
            Outcome::Text(text) => panic!("media were asked for, and {text:?} made"),
        }
    }

    /// The handle of the one picture or clip that was made.
    pub fn handle(&self) -> String {
        match self.media().items.as_slice() {
            [MediaItem::Blob { handle, .. }] => handle.clone(),
            other => panic!("one blob was expected and {other:?} came"),
        }
    }

    /// Why the operation failed; nobody doubts that it did.
    pub fn error(&self) -> OperationError {
        assert_eq!(self.operation().state, OperationState::Failed, "{:?}", self.operation());
        self.said()
    }

    /// Why nobody knows what came of the operation.
    pub fn doubt(&self) -> OperationError {
        assert_eq!(self.operation().state, OperationState::Uncertain, "{:?}", self.operation());
        assert_eq!(self.job.state, JobState::Uncertain, "a person is asked");
        self.said()
    }

    fn said(&self) -> OperationError {
        serde_json::from_str(self.operation().error.as_deref().expect("an error")).expect("an error")
    }

    /// How many requests the ledger has that were answered, and how many that nobody knows of.
    pub fn booked(&self) -> (i64, i64) {
        let of = |certainty: Certainty| {
            self.ledger.iter().filter(|row| row.certainty == certainty.as_str()).map(|row| row.operations).sum()
        };
        (of(Certainty::Answered), of(Certainty::Unknown))
    }
}
