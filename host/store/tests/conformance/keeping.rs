//! Claims about what is kept how long, and what may be spent.

use kinora_store::{
    Advance, BlobId, Budget, BudgetPeriod, Certainty, Ending, JobFilter, JobState, LedgerEntry, NewJob, NewUpload,
    Operation, OperationState, Segment, Step, Store, StoreError, WorkerId, Yielded,
};

use crate::{claim, claim_operations, create, done, lease, new_job, operation, wait_for, worker};

/// Longer than a discarded blob is left alone.
const LATER: i64 = 60 * 60 * 1000;

fn blob(digit: &str) -> BlobId {
    format!("{}.mp4", digit.repeat(64)).parse().expect("the name of a blob")
}

/// A job of ann's that has made a blob.
async fn made(store: &Store, worker: &WorkerId, blob: BlobId) -> String {
    let job = create(store, new_job()).await;
    let held = claim(store, worker).await.remove(0);
    let result = Yielded::Completed(format!(r#"{{"blob":"{blob}"}}"#));
    store.record(&lease(&held, worker), Segment::default(), result).await.expect("recorded");
    job.id
}

async fn discarded(store: &Store) -> Vec<BlobId> {
    store.clock().advance(LATER);
    store.discarded_blobs(10).await.expect("read")
}

pub async fn a_blob_is_discarded_when_the_last_that_names_it_is_gone(store: &Store) {
    let worker = worker(store).await;
    let (first, second) = (made(store, &worker, blob("a")).await, made(store, &worker, blob("a")).await);
    store.delete_job(&first).await.expect("deleted");
    assert!(matches!(store.job(&first).await, Err(StoreError::NotFound(_))));
    assert!(discarded(store).await.is_empty(), "the second job names it");
    store.delete_job(&second).await.expect("deleted");
    assert!(store.discarded_blobs(10).await.expect("read").is_empty(), "not at once");
    assert_eq!(discarded(store).await, [blob("a")]);
    store.forget_discarded(&[blob("a")]).await.expect("forgotten");
    assert!(discarded(store).await.is_empty());
    assert!(matches!(store.delete_job(&second).await, Err(StoreError::NotFound(_))));
}

pub async fn what_is_being_made_again_keeps_a_discarded_blob(store: &Store) {
    let worker = worker(store).await;
    let first = made(store, &worker, blob("b")).await;
    store.delete_job(&first).await.expect("deleted");
    // Another has the same content before the grace is over: in a step, as input of a third.
    let job = create(store, new_job()).await;
    let held = claim(store, &worker).await.remove(0);
    let step = Step { key: "drawn".into(), input_hash: "h".into(), output: format!("[\"{}\"]", blob("b")) };
    let segment = Segment { steps: vec![step], ..Segment::default() };
    store.record(&lease(&held, &worker), segment, Yielded::Running).await.expect("recorded");
    assert!(discarded(store).await.is_empty());
    let user = create(store, NewJob { input: format!(r#"{{"clips":["{}"]}}"#, blob("b")), ..new_job() }).await;
    store.record(&lease(&held, &worker), Segment::default(), Yielded::Failed("{}".into())).await.expect("recorded");
    store.delete_job(&job.id).await.expect("deleted");
    assert!(discarded(store).await.is_empty(), "a job that waits for its turn needs it");
    store.cancel_job(&user.id, "{}").await.expect("cancelled");
    store.delete_job(&user.id).await.expect("deleted");
    assert_eq!(discarded(store).await, [blob("b")]);
}

pub async fn a_job_that_has_not_ended_is_not_deleted(store: &Store) {
    let worker = worker(store).await;
    let job = create(store, new_job()).await;
    assert!(matches!(store.delete_job(&job.id).await, Err(StoreError::Conflict(_))));
    let held = claim(store, &worker).await.remove(0);
    wait_for(store, &lease(&held, &worker), vec![operation("o")]).await;
    // It is cancelled, and its operation is still to be ended upstream.
    assert_eq!(store.cancel_job(&job.id, "{}").await.expect("cancelled").state, JobState::Cancelled);
    assert!(matches!(store.delete_job(&job.id).await, Err(StoreError::Conflict(_))));
    let operation = claim_operations(store, &worker).await.remove(0);
    let cancelled = Ending { state: OperationState::Cancelled, outcome: None, ..done() };
    store.end_operation(&operation.lease(&worker), cancelled, false).await.expect("ended");
    store.delete_job(&job.id).await.expect("deleted");
    assert!(store.operations(&job.id).await.expect("read").is_empty());
    let all = store.jobs(&JobFilter { limit: 10, ..JobFilter::default() }).await.expect("read");
    assert!(all.jobs.is_empty());
}

pub async fn an_upload_is_its_owners_alone(store: &Store) {
    let new = |owner: &str, name: &str| NewUpload { owner: owner.into(), blob: blob("c"), name: name.into(), size: 7 };
    store.add_upload(new("ann", "one.mp4")).await.expect("noted");
    store.clock().advance(5_000);
    let again = store.add_upload(new("ann", "two.mp4")).await.expect("noted");
    assert_eq!((again.name.as_str(), again.size, again.blob), ("two.mp4", 7, blob("c")));
    assert_eq!(store.uploads(Some("ann"), 10).await.expect("read"), std::slice::from_ref(&again));
    assert_eq!(store.upload("ann", &blob("c")).await.expect("read"), Some(again));
    assert_eq!(store.upload("bob", &blob("c")).await.expect("read"), None);
    assert!(!store.remove_upload("bob", &blob("c")).await.expect("asked"));
    store.add_upload(new("bob", "his.mp4")).await.expect("noted");
    assert!(store.remove_upload("ann", &blob("c")).await.expect("removed"));
    assert!(discarded(store).await.is_empty(), "bob has it too");
    assert!(store.remove_upload("bob", &blob("c")).await.expect("removed"));
    assert_eq!(discarded(store).await, [blob("c")]);
}

async fn budget(store: &Store, period: BudgetPeriod, limit: u64) {
    store.set_budget(Budget { owner: "ann".into(), period, limit }).await.expect("set");
}

/// Operations of ann's that a worker holds.
async fn held(store: &Store, worker: &WorkerId, count: usize) -> Vec<Operation> {
    create(store, new_job()).await;
    let job = claim(store, worker).await.remove(0);
    let operations = (0..count).map(|number| operation(&format!("o{number}"))).collect();
    wait_for(store, &lease(&job, worker), operations).await;
    let mut held = claim_operations(store, worker).await;
    held.sort_by(|a, b| a.step.cmp(&b.step));
    held
}

async fn intend(store: &Store, worker: &WorkerId, operation: &Operation, reserve: i64) -> Result<(), StoreError> {
    let intent = Advance::Intent { guest_state: vec![1], reserve };
    store.advance_operation(&operation.lease(worker), intent).await
}

/// What is spent and what is reserved.
async fn gone(store: &Store) -> (u64, u64) {
    let state = store.budget("ann").await.expect("read").expect("there is one");
    (state.spent, state.reserved)
}

fn cost(operation: &Operation, cost: u64, certainty: Certainty) -> Vec<LedgerEntry> {
    vec![LedgerEntry {
        owner: operation.owner.clone(),
        job: operation.job.clone(),
        operation: operation.id.clone(),
        plugin: "replicate".into(),
        model: "veo".into(),
        kind: "video".into(),
        input_tokens: 0,
        output_tokens: 0,
        pictures: 0,
        video_ms: 8_000,
        cost,
        certainty,
    }]
}

pub async fn a_budget_refuses_what_would_exceed_it_with_all_that_is_under_way(store: &Store) {
    let worker = worker(store).await;
    let operations = held(store, &worker, 3).await;
    intend(store, &worker, &operations[0], 5_000_000).await.expect("there is no budget yet");
    budget(store, BudgetPeriod::Month, 8_000_000).await;
    assert_eq!(gone(store).await, (0, 5_000_000), "what was under way counts");
    let refused = intend(store, &worker, &operations[1], 3_000_001).await.unwrap_err();
    let said = "The budget of $8.00 a month does not allow this: $0.00 are spent, $5.00 are reserved for what is under \
                way, and this may cost $3.00. Nothing was sent.";
    assert_eq!(refused.to_string(), said);
    let all = store.operations(&operations[1].job).await.expect("read");
    let found = all.iter().find(|found| found.id == operations[1].id).expect("it is there");
    assert_eq!((found.sends, found.guest_state.len(), found.reserved), (0, 0, 0), "nothing was written");
    intend(store, &worker, &operations[1], 3_000_000).await.expect("that fits exactly");
    assert!(intend(store, &worker, &operations[2], 0).await.is_err(), "whatever it costs, nothing is left");
    assert!(store.remove_budget("ann").await.expect("lifted"));
    intend(store, &worker, &operations[2], 1_000_000_000).await.expect("there is none any more");
}

pub async fn what_failed_gives_its_reservation_back_and_what_ended_counts_as_it_cost(store: &Store) {
    let worker = worker(store).await;
    budget(store, BudgetPeriod::Total, 10).await;
    let operations = held(store, &worker, 4).await;
    intend(store, &worker, &operations[0], 6).await.expect("reserved");
    assert!(intend(store, &worker, &operations[1], 6).await.is_err());
    let refused = Ending { state: OperationState::Failed, outcome: None, ..done() };
    store.end_operation(&operations[0].lease(&worker), refused, false).await.expect("ended");
    assert_eq!(gone(store).await, (0, 0));
    intend(store, &worker, &operations[1], 6).await.expect("reserved");
    let ledger = cost(&operations[1], 4, Certainty::Answered);
    store.end_operation(&operations[1].lease(&worker), Ending { ledger, ..done() }, false).await.expect("ended");
    assert_eq!(gone(store).await, (4, 0));
    // What may have been spent is not spent again.
    intend(store, &worker, &operations[2], 6).await.expect("reserved");
    let ledger = cost(&operations[2], 6, Certainty::Unknown);
    let doubtful = Ending { state: OperationState::Uncertain, outcome: None, ledger, ..done() };
    store.end_operation(&operations[2].lease(&worker), doubtful, false).await.expect("ended");
    assert_eq!(gone(store).await, (10, 0));
    assert!(intend(store, &worker, &operations[3], 1).await.is_err());
}

pub async fn a_budget_counts_its_own_period(store: &Store) {
    let worker = worker(store).await;
    budget(store, BudgetPeriod::Day, 10).await;
    let operations = held(store, &worker, 1).await;
    let ledger = cost(&operations[0], 10, Certainty::Answered);
    store.end_operation(&operations[0].lease(&worker), Ending { ledger, ..done() }, false).await.expect("ended");
    assert_eq!(gone(store).await, (10, 0));
    store.clock().advance(24 * 60 * 60 * 1000);
    assert_eq!(gone(store).await, (0, 0));
    budget(store, BudgetPeriod::Total, 10).await;
    assert_eq!(gone(store).await, (10, 0));
}

pub async fn of_many_that_reserve_at_once_no_more_go_out_than_the_budget_allows(store: &Store) {
    let worker = worker(store).await;
    budget(store, BudgetPeriod::Month, 35).await;
    let operations = held(store, &worker, 10).await;
    let asked = operations.into_iter().map(|operation| {
        let (store, worker) = (store.clone(), worker.clone());
        tokio::spawn(async move { intend(&store, &worker, &operation, 10).await.is_ok() })
    });
    let mut went = 0;
    for asked in asked.collect::<Vec<_>>() {
        went += i32::from(asked.await.expect("it ran"));
    }
    assert_eq!((went, gone(store).await), (3, (0, 30)));
}
