//! A host that dies anywhere costs nothing that was paid for: its jobs end all the same, and the upstream sees each
//! request as often as the table of what may be sent again allows. On both stores.

#[path = "../../../tests/fakes/openai/mod.rs"]
mod openai;
#[path = "../../../tests/fakes/postgres.rs"]
mod postgres;
mod support;
#[path = "../../../tests/fakes/upstream/mod.rs"]
mod upstream;

use std::sync::Arc;
use std::time::Duration;

use kinora_jobs::EngineOptions;
use kinora_runtime::Plugin;
use kinora_store::{Backend, Certainty, Fuse, Job, JobState, NewJob, Store, UsageFilter};
use openai::{Answer, CHAT, FakeOpenAi, IMAGES};
use support::{Asks, Place};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// More writes than any job here makes.
const MORE_THAN_ENOUGH: u32 = 60;

fn tokio() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads")
}

fn components() -> Vec<Arc<Plugin>> {
    tokio().block_on(support::components())
}

/// One test: a fresh store, an upstream, a job with a key, so that asking again makes no second one.
struct Case {
    place: Place,
    upstream: FakeOpenAi,
    _folder: TempDir,
}

impl Case {
    fn new(components: &[Arc<Plugin>], database: Option<String>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let upstream = FakeOpenAi::start();
        let backend = match database {
            Some(url) => Backend::Postgres(url),
            None => Backend::Sqlite(folder.path().join("kinora.db")),
        };
        let place = Place {
            components: components.to_vec(),
            backend,
            folder: folder.path().to_owned(),
            base_url: upstream.base_url(),
            key: upstream.key().into(),
            thumbnails: true,
            asks: Asks::default(),
        };
        Case { place, upstream, _folder: folder }
    }

    fn job(&self) -> NewJob {
        NewJob { idempotency_key: Some("once".into()), ..support::scenario("a lighthouse") }
    }

    /// Runs a host until its job has ended, or it dies. Dropping its threads is its death: nothing it held is given back.
    fn run(&self, fuse: Fuse) -> Option<Job> {
        let tokio = tokio();
        let ended = tokio.block_on(async {
            let run = async {
                let engine = self.place.host("host-a", fuse.clone(), EngineOptions::default()).await;
                let job = engine.submit(self.job()).await.expect("submitted").job;
                engine.ended(&job.id).await.expect("it ends")
            };
            tokio::select! {
                job = run => Some(job),
                () = burnt(&fuse) => None,
            }
        });
        tokio.shutdown_timeout(Duration::from_secs(5));
        ended
    }

    /// What the ledger says of requests of which nobody knows whether they were accepted.
    fn unknown(&self) -> i64 {
        tokio().block_on(async {
            let store = Store::open(&self.place.backend).await.expect("it opens");
            let rows = store.usage(&UsageFilter::default()).await.expect("summed");
            store.close().await;
            rows.iter().filter(|row| row.certainty == Certainty::Unknown.as_str()).map(|row| row.operations).sum()
        })
    }
}

async fn burnt(fuse: &Fuse) {
    while !fuse.is_burnt() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// The host dies once, at every write of the job in turn. A model that is wrong at first makes two attempts of it.
fn dies_at_every_step(database: impl Fn() -> Option<String>, fuse: fn(u32) -> Fuse) {
    let components = components();
    for writes in 1..MORE_THAN_ENOUGH {
        let case = Case::new(&components, database());
        case.upstream.answer_with(|request, number| match (request.path.as_str(), number) {
            (CHAT, 1) => Answer::scenario(1),
            _ => Answer::right(),
        });
        let whole = case.run(fuse(writes)).is_some();
        let job = match whole {
            true => {
                assert_eq!((case.upstream.count(CHAT), case.upstream.count(IMAGES)), (2, 1));
                assert!(writes > 8, "a job has more steps than {writes}");
                return;
            }
            false => case.run(Fuse::default()).expect("nothing ends the second host"),
        };
        assert_eq!(job.state, JobState::Completed, "dying at write {writes}: {:?}", job.error);
        let (chat, images) = (case.upstream.count(CHAT), case.upstream.count(IMAGES));
        assert!((2..=3).contains(&chat), "dying at write {writes}: {chat} requests for words");
        assert!(images <= 1, "dying at write {writes}: {images} requests for pictures");
        let double = chat as i64 - 2;
        assert!(case.unknown() >= double, "dying at write {writes}: what may be double is in the ledger");
        assert!(case.unknown() <= 1, "dying at write {writes}: one death, one doubt");
    }
    panic!("the job takes more than {MORE_THAN_ENOUGH} writes");
}

fn fresh_postgres() -> Option<String> {
    Some(postgres::Postgres::shared()?.url("crashes"))
}

#[test]
fn a_host_that_dies_before_any_write_loses_nothing_on_sqlite() {
    dies_at_every_step(|| None, Fuse::before);
}

#[test]
fn a_host_that_dies_after_any_write_loses_nothing_on_sqlite() {
    dies_at_every_step(|| None, Fuse::after);
}

#[test]
fn a_host_that_dies_before_any_write_loses_nothing_on_postgres() {
    if fresh_postgres().is_some() {
        dies_at_every_step(fresh_postgres, Fuse::before);
    }
}

#[test]
fn a_host_that_dies_after_any_write_loses_nothing_on_postgres() {
    if fresh_postgres().is_some() {
        dies_at_every_step(fresh_postgres, Fuse::after);
    }
}
