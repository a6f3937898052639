//! What is active changes in one stroke, for good reasons, and for everybody after a restart too.

use std::path::Path;
use std::sync::Arc;

use kinora_domain::documents::{Role, TextOutcome};
use kinora_plugins::{Given, GrantNew, ManageError, Manager, ManagerOptions};
use kinora_runtime::egress::Policy;
use kinora_runtime::protocol::{Action, Operation};
use kinora_runtime::{Generation, Rule, Runtime, RuntimeOptions};
use kinora_store::{Backend, NewJob, NewOperation, Segment, Store, WorkerId, Yielded};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

fn fixture(name: &str) -> Vec<u8> {
    built("fixtures", name)
}

/// One that ships.
fn component(name: &str) -> Vec<u8> {
    built("components", name)
}

fn built(folder: &str, name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/target").join(folder).join(name);
    std::fs::read(path).expect("the components are built first: make components")
}

/// The fixture `generation` with another number in its version: another component of the same plugin.
fn numbered(number: u32) -> Vec<u8> {
    let mut bytes = fixture("generation.wasm");
    let at = bytes.windows(8).position(|window| window == b"10000001").expect("its number stands in its bytes");
    bytes[at..at + 8].copy_from_slice(format!("{number:08}").as_bytes());
    bytes
}

/// A data folder with its store.
struct House {
    folder: TempDir,
    store: Store,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("plugins")).expect("a folder");
        let store = Store::open(&Backend::Sqlite(folder.path().join("kinora.db"))).await.expect("a store");
        House { folder, store }
    }

    /// As at every start of the host.
    async fn open(&self) -> Arc<Manager> {
        let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("components");
        let options = RuntimeOptions { cache: Some(cache), ..RuntimeOptions::default() };
        let options_of_manager = ManagerOptions {
            data: self.folder.path().to_owned(),
            shipped: &[],
            keep: 2,
            policy: Policy::default(),
            configure: Arc::new(|_| Ok(Given { settings: json!({}), ..Given::default() })),
        };
        let runtime = Runtime::new(options).expect("an engine");
        Manager::open(runtime, self.store.clone(), options_of_manager).await.expect("it opens")
    }

    fn drop_in(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join("plugins").join(name), bytes).expect("written");
    }
}

async fn serve(manager: &Manager, number: u32) {
    let installed = manager.install(numbered(number), Path::new("generation.wasm")).await.expect("it is good");
    manager.activate("generation", Some(&installed.digest), &GrantNew::Nothing).await.expect("it asks for nothing");
}

async fn ask(generation: &Generation) -> String {
    let document = json!({"messages": [{"role": "user", "content": "who?"}]}).to_string();
    let operation = Operation { id: "o".into(), kind: "text".into(), document };
    match generation.plugin.start(&operation, &generation.settings).await.expect("a step").action {
        Action::Done(outcome) => serde_json::from_str::<TextOutcome>(&outcome.document).expect("words").text,
        other => panic!("{other:?}"),
    }
}

fn active(manager: &Manager) -> Arc<Generation> {
    manager.generations().get(Role::Provider, "generation").expect("one serves")
}

#[tokio::test]
async fn who_asks_after_a_swap_gets_the_new_one_and_who_asked_before_keeps_the_old_one() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    let held = active(&manager);
    serve(&manager, 10000002).await;
    assert_eq!(ask(&active(&manager)).await, "10000002");
    assert_eq!(ask(&held).await, "10000001");
}

#[tokio::test]
async fn a_provider_that_sends_is_tested_with_the_rights_that_it_will_have() {
    let house = House::new().await;
    let manager = house.open().await;
    let sends = fixture("compatible-next.wasm");
    let id = manager.install(sends, Path::new("compatible.wasm")).await.expect("it is good").id;
    let error = manager.activate(&id, None, &GrantNew::Nothing).await.expect_err("nobody granted anything");
    assert!(matches!(error, ManageError::NewRights { .. }), "{error}");
    manager.activate(&id, None, &GrantNew::All).await.expect("all is granted");
}

#[tokio::test]
async fn what_was_decided_is_so_after_a_restart() {
    let house = House::new().await;
    let manager = house.open().await;
    for number in [10000001, 10000002, 10000003] {
        serve(&manager, number).await;
    }
    manager.roll_back("generation", "too new").await.expect("there is one before");
    let before = manager.show("generation").await.expect("it is there");
    drop(manager);
    let manager = house.open().await;
    assert_eq!(ask(&active(&manager)).await, "10000002");
    let after = manager.show("generation").await.expect("it is there");
    assert_eq!((after.active, after.others), (before.active, before.others));
}

#[tokio::test]
async fn a_rollback_goes_one_back_at_a_time_and_keeps_the_reason() {
    let house = House::new().await;
    let manager = house.open().await;
    for number in [10000001, 10000002, 10000003] {
        serve(&manager, number).await;
    }
    assert_eq!(manager.roll_back("generation", "slow").await.expect("back").version, "1.0.0-generation.10000002");
    assert_eq!(manager.roll_back("generation", "wrong").await.expect("back").version, "1.0.0-generation.10000001");
    let error = manager.roll_back("generation", "more").await.expect_err("there is nothing before");
    assert!(matches!(error, ManageError::Conflict(_)), "{error}");
    let shown = manager.show("generation").await.expect("it is there");
    let reasons: Vec<_> = shown.others.iter().map(|other| (other.state.as_str(), other.reason.as_deref())).collect();
    assert!(reasons.contains(&("failed", Some("slow"))) && reasons.contains(&("failed", Some("wrong"))), "{reasons:?}");
    // An explicit choice is taken also of what was taken back.
    manager.activate("generation", Some("1.0.0-generation.10000003"), &GrantNew::Nothing).await.expect("it is kept");
    assert_eq!(ask(&active(&manager)).await, "10000003");
}

#[tokio::test]
async fn a_refused_component_leaves_nothing_and_the_old_one_stays() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    let noise = manager.install(vec![7; 5_000], Path::new("noise.wasm")).await.expect_err("it is noise");
    assert!(matches!(&noise, ManageError::Refused(refused) if refused.rule == Rule::NotAComponent), "{noise}");
    let mut broken = numbered(10000002);
    let at = broken.windows(9).position(|window| window == b"read_stat").unwrap_or(broken.len() / 2);
    broken.truncate(at.max(broken.len() / 2));
    manager.install(broken, Path::new("half.wasm")).await.expect_err("it is half a component");
    assert_eq!(ask(&active(&manager)).await, "10000001");
    let files = std::fs::read_dir(house.folder.path().join("artefacts")).expect("the folder").count();
    assert_eq!(files, 1, "only what serves is kept");
}

#[tokio::test]
async fn new_rights_need_a_yes_and_only_for_what_was_shown() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    let installed = manager.install(numbered(80000001), Path::new("more.wasm")).await.expect("it is good");
    assert_eq!(installed.new_rights, ["to reach https://api.generation.test (endpoint `api`)"]);
    let error = manager.activate("generation", None, &GrantNew::Nothing).await.expect_err("nobody said yes");
    assert!(error.to_string().contains("https://api.generation.test"), "{error}");
    let other = GrantNew::These(vec!["to reach https://elsewhere.test (endpoint `api`)".into()]);
    manager.activate("generation", None, &other).await.expect_err("that is another right");
    assert_eq!(ask(&active(&manager)).await, "10000001");
    manager.activate("generation", None, &GrantNew::These(installed.new_rights)).await.expect("now it may");
    // The next one asks for nothing new.
    serve(&manager, 80000002).await;
    assert_eq!(ask(&active(&manager)).await, "80000002");
}

#[tokio::test]
async fn a_file_in_the_inbox_serves_and_a_bad_one_is_told() {
    let house = House::new().await;
    let manager = house.open().await;
    let stop = CancellationToken::new();
    let watching = tokio::spawn(manager.clone().watch(stop.clone()));
    house.drop_in("generation.wasm", &numbered(10000001));
    house.drop_in("noise.wasm", b"noise");
    house.drop_in("notes.txt", b"no component");
    until(|| manager.generations().active("generation").is_some() && !manager.refused().is_empty()).await;
    assert!(manager.refused()[0].contains("noise.wasm"), "{:?}", manager.refused());
    house.drop_in("generation.wasm", &numbered(10000002));
    until(|| active(&manager).plugin.manifest.version.ends_with('2')).await;
    stop.cancel();
    watching.await.expect("it ends");
    // At the next start the file is nothing new.
    manager.roll_back("generation", "not this one").await.expect("there is one before");
    let manager = house.open().await;
    assert_eq!(ask(&active(&manager)).await, "10000001");
}

#[tokio::test]
async fn of_two_files_with_one_id_the_later_version_serves_and_the_other_is_told() {
    let house = House::new().await;
    house.drop_in("a.wasm", &numbered(10000002));
    house.drop_in("b.wasm", &numbered(10000001));
    let manager = house.open().await;
    assert_eq!(ask(&active(&manager)).await, "10000002");
    let [refused] = &manager.refused()[..] else { panic!("{:?}", manager.refused()) };
    assert!(refused.contains("b.wasm") && refused.contains("1.0.0-generation.10000001"), "{refused}");
}

/// The strategy among the fixtures under the id of the provider that ships: both have seven letters.
fn strategy_called_offline() -> Vec<u8> {
    let mut bytes = fixture("hostile.wasm");
    let at = bytes.windows(12).position(|window| window == b"hostile6.6.6").expect("its id stands before its version");
    bytes[at..at + 7].copy_from_slice(b"offline");
    bytes
}

#[tokio::test]
async fn an_id_of_another_role_is_refused() {
    let house = House::new().await;
    let manager = house.open().await;
    let provider = manager.install(component("offline.wasm"), Path::new("offline.wasm")).await.expect("it is good");
    manager.activate("offline", None, &GrantNew::Nothing).await.expect("it asks for nothing");
    let error = manager.install(strategy_called_offline(), Path::new("x.wasm")).await.expect_err("the id is taken");
    assert!(matches!(&error, ManageError::Refused(refused) if refused.rule == Rule::DuplicateId), "{error}");
    assert!(error.to_string().contains("it is a strategy, and its id belongs to a provider"), "{error}");
    let shown = manager.show("offline").await.expect("it is there");
    assert_eq!((shown.active.expect("it serves").digest, shown.others), (provider.digest, Vec::new()));
}

#[tokio::test]
async fn an_id_that_another_role_took_meanwhile_is_refused_when_it_is_to_serve() {
    let house = House::new().await;
    let manager = house.open().await;
    let strategy = manager.install(strategy_called_offline(), Path::new("x.wasm")).await.expect("the id is free");
    assert_eq!(strategy.role, "strategy");
    manager.install(component("offline.wasm"), Path::new("offline.wasm")).await.expect("nobody serves under the id");
    manager.activate("offline", Some("0.1.0"), &GrantNew::Nothing).await.expect("it is the first");
    let error = manager.activate("offline", Some("6.6.6"), &GrantNew::Nothing).await.expect_err("the id is taken");
    assert!(matches!(&error, ManageError::Refused(refused) if refused.rule == Rule::DuplicateId), "{error}");
    assert!(manager.generations().get(Role::Provider, "offline").is_some(), "the provider still serves");
}

#[tokio::test]
async fn what_cannot_be_loaded_at_the_start_is_told_and_shown_as_lost() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    let digest = active(&manager).digest().to_string();
    drop(manager);
    std::fs::remove_file(house.folder.path().join("artefacts").join(format!("{digest}.wasm"))).expect("removed");
    let manager = house.open().await;
    assert!(manager.refused()[0].contains("is not in the data folder; install it again"), "{:?}", manager.refused());
    let shown = manager.show("generation").await.expect("it is known");
    let lost = (shown.others[0].state.as_str(), shown.others[0].reason.as_deref());
    assert_eq!((shown.active, lost), (None, ("failed", Some("it cannot be loaded"))));
    serve(&manager, 10000001).await;
    assert_eq!(manager.refused(), [""; 0], "it is mended");
    assert_eq!(ask(&active(&manager)).await, "10000001");
}

#[tokio::test]
async fn what_behaves_only_while_it_is_tested_is_taken_back_with_the_reason() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    serve(&manager, 90000001).await;
    let stop = CancellationToken::new();
    let watching = tokio::spawn(manager.clone().watch(stop.clone()));
    let document = json!({"messages": [{"role": "user", "content": "who?"}]}).to_string();
    let operation = Operation { id: "o".into(), kind: "text".into(), document };
    let sick = active(&manager);
    for _ in 0..10 {
        let error = sick.plugin.start(&operation, &json!({})).await.expect_err("it traps");
        assert_eq!(error.rule, Rule::Trap);
    }
    until(|| active(&manager).plugin.manifest.version.ends_with("10000001")).await;
    stop.cancel();
    watching.await.expect("it ends");
    let shown = manager.show("generation").await.expect("it is there");
    let reason = shown.others[0].reason.clone().expect("a reason");
    assert!(reason.contains("half of its last 20 calls") && reason.contains("90000001"), "{reason}");
}

#[tokio::test]
async fn what_an_operation_belongs_to_comes_back_as_long_as_it_is_open() {
    let house = House::new().await;
    let manager = house.open().await;
    serve(&manager, 10000001).await;
    let pinned = active(&manager).digest().to_string();
    let worker = open_operation(&house.store, &pinned).await;
    for number in 10000002..10000012 {
        serve(&manager, number).await;
    }
    assert!(manager.generations().with_digest("generation", &pinned).is_none(), "it is no longer ready");
    let back = manager.recall("generation", &pinned).await.expect("it is on disk");
    assert_eq!(ask(&back).await, "10000001");
    // After a restart too.
    drop(manager);
    let manager = house.open().await;
    assert!(manager.recall("generation", &pinned).await.is_some());
    // Once the operation has ended nobody needs it.
    end_operation(&house.store, &worker).await;
    serve(&manager, 10000020).await;
    serve(&manager, 10000021).await;
    drop(manager);
    let manager = house.open().await;
    assert!(manager.recall("generation", &pinned).await.is_none());
    let files = std::fs::read_dir(house.folder.path().join("artefacts")).expect("the folder").count();
    assert!(files <= 4, "{files} components are kept");
}

/// Makes a job with an operation of a component.
async fn open_operation(store: &Store, digest: &str) -> WorkerId {
    let worker = store.register_worker("house", 60_000).await.expect("a worker");
    let job = NewJob { kind: "test".into(), owner: "ann".into(), input: "{}".into(), ..NewJob::default() };
    store.create_job(job).await.expect("a job");
    let job = store.claim_jobs(&worker, 1, None).await.expect("claimed").remove(0);
    let operation = NewOperation {
        id: uuid::Uuid::now_v7().to_string(),
        step: "ask".into(),
        kind: "text".into(),
        plugin: "generation".into(),
        digest: digest.into(),
        document: "{}".into(),
        taken_by: None,
        sent: None,
        reserved: 0,
    };
    let segment = Segment { operations: vec![operation], ..Segment::default() };
    let lease = kinora_store::Lease { job: job.id, worker: worker.clone(), attempt: job.attempt };
    store.record(&lease, segment, Yielded::Waiting).await.expect("written");
    worker
}

async fn end_operation(store: &Store, worker: &WorkerId) {
    let operation = store.claim_operations(worker, 1, None).await.expect("claimed").remove(0);
    let ending = kinora_store::Ending {
        state: kinora_store::OperationState::Done,
        outcome: Some("{}".into()),
        error: None,
        unknown: 0,
        ledger: Vec::new(),
    };
    store.end_operation(&operation.lease(worker), ending, false).await.expect("ended");
}

/// Waits for something that another task does; the test's own patience is the only limit.
async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
