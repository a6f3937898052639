//! What both databases must do alike. Each claim is one test, run on SQLite and on a throw-away Postgres.

#[path = "conformance/keeping.rs"]
mod keeping;
#[path = "../../../tests/fakes/postgres.rs"]
mod postgres;
#[path = "conformance/projects.rs"]
mod projects;

use keeping::*;

use kinora_store::{
    Advance, Backend, Certainty, Ending, EventKind, GenerationRow, GenerationState, Job, JobFilter, JobState, Lease,
    LedgerEntry, NewEvent, NewJob, NewOperation, NewUser, Operation, OperationState, Phase, Progress, Role, Segment,
    Step, Store, StoreError, Switch, UsageFilter, WorkerId, Yielded,
};
use projects::*;
use tempfile::TempDir;

/// Long enough that no lease lapses by itself in a test.
const LEASE: i64 = 60_000;

/// A store of one kind, empty.
struct Bench {
    store: Store,
    _folder: TempDir,
}

async fn sqlite() -> Option<Bench> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&Backend::Sqlite(folder.path().join("kinora.db"))).await.expect("it opens");
    Some(Bench { store, _folder: folder })
}

async fn postgres() -> Option<Bench> {
    let url = postgres::Postgres::shared()?.url("conformance");
    let store = Store::open(&Backend::Postgres(url)).await.expect("it opens");
    Some(Bench { store, _folder: tempfile::tempdir().expect("a folder") })
}

/// One test for each claim and store.
macro_rules! claims {
    ($($claim:ident)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $claim() {
                let bench = super::sqlite().await.expect("SQLite is always there");
                super::$claim(&bench.store).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $claim() {
                if let Some(bench) = super::postgres().await {
                    super::$claim(&bench.store).await;
                    bench.store.close().await;
                }
            })*
        }
    };
}

claims! {
    a_job_is_claimed_once_however_many_ask
    a_worker_for_one_job_takes_nothing_else
    the_higher_priority_goes_first_and_then_the_longer_waiting
    a_delayed_job_waits_for_its_time
    of_one_key_no_more_jobs_are_active_than_its_limit
    an_idempotency_key_makes_one_job
    what_a_worker_writes_that_lost_its_job_changes_nothing
    a_segment_is_written_whole
    a_job_that_waits_is_queued_when_the_last_of_its_operations_ends
    a_job_whose_operation_ended_first_does_not_wait_for_ever
    the_worker_that_ends_an_operation_can_take_the_job_at_once
    an_operation_keeps_what_it_needs_after_a_crash
    a_poll_that_found_nothing_new_only_moves_the_time
    what_a_dead_worker_held_goes_back
    a_restarted_host_takes_back_what_it_held_at_once
    a_silent_worker_that_others_buried_learns_it
    a_cancelled_job_ends_at_once_where_nobody_runs_it
    a_cancelled_job_that_runs_is_told_to_its_worker
    an_ended_job_cannot_be_cancelled_or_sent_again
    an_uncertain_job_is_sent_again_by_a_person
    events_are_numbered_without_gaps_and_read_from_any_point
    jobs_are_listed_by_owner_state_and_page
    the_ledger_sums_by_day_model_and_certainty
    a_name_is_taken_once_and_a_token_opens_its_users_door
    a_component_is_noted_once_and_waits_until_it_is_switched_to
    of_a_plugin_one_generation_is_active_and_the_others_are_kept_in_their_order
    what_is_taken_back_keeps_the_reason_until_it_is_active_again
    without_a_digest_nothing_installed_is_active
    a_switch_to_what_is_not_installed_changes_nothing
    an_active_generation_cannot_be_removed
    two_switches_at_once_leave_one_active
    a_component_is_pinned_while_an_operation_is_open_or_uncertain
    many_writers_at_once_lose_nothing
    a_blob_is_discarded_when_the_last_that_names_it_is_gone
    what_is_being_made_again_keeps_a_discarded_blob
    a_job_that_has_not_ended_is_not_deleted
    an_upload_is_its_owners_alone
    a_budget_refuses_what_would_exceed_it_with_all_that_is_under_way
    what_failed_gives_its_reservation_back_and_what_ended_counts_as_it_cost
    a_budget_counts_its_own_period
    of_many_that_reserve_at_once_no_more_go_out_than_the_budget_allows
    a_project_is_its_owners_alone
    projects_are_listed_by_page_the_youngest_first
    a_project_is_renamed_and_its_settings_stay
    media_keep_the_order_in_which_they_came_or_were_put
    an_order_that_does_not_name_each_once_changes_nothing
    what_was_found_out_about_media_stays_until_it_is_found_out_anew
    a_blob_is_left_over_when_nothing_refers_to_it_any_more
    a_deleted_project_leaves_its_blobs_and_jobs_and_nothing_else
    a_sound_track_is_replaced_and_what_is_found_out_late_is_not_noted
    a_plan_is_kept_in_place_of_the_one_before
    each_kind_of_render_has_its_last_job
    while_a_project_is_rendered_no_other_film_of_it_is_begun
    files_that_are_added_at_once_have_places_of_their_own
    nothing_is_added_to_a_project_that_is_deleted_at_once
}

async fn worker(store: &Store) -> WorkerId {
    store.register_worker("host-a", LEASE).await.expect("registered")
}

fn new_job() -> NewJob {
    NewJob {
        kind: "scenario".into(),
        workflow_version: 1,
        owner: "ann".into(),
        input: "{}".into(),
        ..NewJob::default()
    }
}

async fn create(store: &Store, job: NewJob) -> Job {
    store.create_job(job).await.expect("created").job
}

async fn claim(store: &Store, worker: &WorkerId) -> Vec<Job> {
    store.claim_jobs(worker, 10, None).await.expect("claimed")
}

async fn running(store: &Store, worker: &WorkerId) -> (Job, Lease) {
    create(store, new_job()).await;
    let job = claim(store, worker).await.remove(0);
    let lease = lease(&job, worker);
    (job, lease)
}

fn lease(job: &Job, worker: &WorkerId) -> Lease {
    Lease { job: job.id.clone(), worker: worker.clone(), attempt: job.attempt }
}

fn operation(step: &str) -> NewOperation {
    NewOperation {
        id: format!("{step}-{}", unique()),
        step: step.into(),
        kind: "text".into(),
        plugin: "openai".into(),
        digest: "d".into(),
        document: r#"{"messages":[]}"#.into(),
        taken_by: None,
        sent: None,
        reserved: 0,
    }
}

fn unique() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn asking(operations: Vec<NewOperation>) -> Segment {
    Segment { operations, ..Segment::default() }
}

async fn wait_for(store: &Store, lease: &Lease, operations: Vec<NewOperation>) {
    store.record(lease, asking(operations), Yielded::Waiting).await.expect("recorded");
}

async fn claim_operations(store: &Store, worker: &WorkerId) -> Vec<Operation> {
    store.claim_operations(worker, 10, None).await.expect("claimed")
}

fn done() -> Ending {
    Ending {
        state: OperationState::Done,
        outcome: Some(r#"{"type":"text"}"#.into()),
        error: None,
        unknown: 0,
        ledger: Vec::new(),
    }
}

async fn state(store: &Store, job: &Job) -> JobState {
    store.job(&job.id).await.expect("it is there").state
}

fn is_lost<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::Lost)), "{result:?}");
}

async fn a_job_is_claimed_once_however_many_ask(store: &Store) {
    let workers = [worker(store).await, worker_of(store, "host-b").await, worker_of(store, "host-c").await];
    for _ in 0..30 {
        create(store, new_job()).await;
    }
    let claims = workers.iter().cycle().take(12).map(|worker| store.claim_jobs(worker, 3, None));
    let mut ids: Vec<String> = futures_util::future::try_join_all(claims)
        .await
        .expect("claimed")
        .into_iter()
        .flatten()
        .map(|job| job.id)
        .collect();
    for worker in &workers {
        ids.extend(store.claim_jobs(worker, 30, None).await.expect("claimed").into_iter().map(|job| job.id));
    }
    assert_eq!(ids.len(), 30, "all of them, each once");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 30);
}

async fn a_worker_for_one_job_takes_nothing_else(store: &Store) {
    let worker = worker(store).await;
    let (other, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("o")]).await;
    let mine = create(store, NewJob { concurrency: Some(("k".into(), 1)), ..new_job() }).await;
    create(store, new_job()).await;
    let only = Some(mine.id.as_str());
    let claimed = store.claim_jobs(&worker, 10, only).await.expect("claimed");
    assert_eq!(claimed.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), [mine.id.as_str()]);
    assert!(store.claim_operations(&worker, 10, only).await.expect("claimed").is_empty());
    assert_eq!(store.next_due(only).await.expect("read"), None);
    let others = Some(other.id.as_str());
    assert!(store.next_due(others).await.expect("read").is_some());
    assert_eq!(store.claim_operations(&worker, 10, others).await.expect("claimed").len(), 1);
}

async fn worker_of(store: &Store, host: &str) -> WorkerId {
    store.register_worker(host, LEASE).await.expect("registered")
}

async fn the_higher_priority_goes_first_and_then_the_longer_waiting(store: &Store) {
    let worker = worker(store).await;
    let low = create(store, NewJob { priority: -1, ..new_job() }).await;
    let first = create(store, new_job()).await;
    let second = create(store, new_job()).await;
    let high = create(store, NewJob { priority: 5, ..new_job() }).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(store.claim_jobs(&worker, 1, None).await.expect("claimed").remove(0).id);
    }
    assert_eq!(order, [high.id, first.id, second.id, low.id]);
}

async fn a_delayed_job_waits_for_its_time(store: &Store) {
    let worker = worker(store).await;
    let job = create(store, NewJob { delay_ms: 30_000, ..new_job() }).await;
    assert!(claim(store, &worker).await.is_empty());
    store.clock().advance(30_001);
    assert_eq!(claim(store, &worker).await[0].id, job.id);
}

async fn of_one_key_no_more_jobs_are_active_than_its_limit(store: &Store) {
    let worker = worker(store).await;
    let keyed = || NewJob { concurrency: Some(("render".into(), 2)), ..new_job() };
    for _ in 0..3 {
        create(store, keyed()).await;
    }
    create(store, NewJob { concurrency: Some(("other".into(), 1)), ..new_job() }).await;
    let claimed = claim(store, &worker).await;
    assert_eq!(claimed.len(), 3, "two of the key and the other one");
    assert!(claim(store, &worker).await.is_empty());
    let first = &claimed[0];
    store.record(&lease(first, &worker), Segment::default(), Yielded::Completed("1".into())).await.expect("recorded");
    assert_eq!(claim(store, &worker).await.len(), 1, "its place is free");
}

async fn an_idempotency_key_makes_one_job(store: &Store) {
    let keyed = NewJob { idempotency_key: Some("once".into()), ..new_job() };
    let first = store.create_job(keyed.clone()).await.expect("created");
    let again = store.create_job(NewJob { input: "[]".into(), ..keyed.clone() }).await.expect("answered");
    assert!(first.fresh && !again.fresh);
    assert_eq!((first.job.id.as_str(), again.job.input.as_str()), (again.job.id.as_str(), "{}"));
    let other = store.create_job(NewJob { owner: "bob".into(), ..keyed }).await.expect("created");
    assert!(other.fresh, "another owner's keys are others");
    assert_eq!(store.job_by_key("ann", "once").await.expect("read").expect("there").id, first.job.id);
}

async fn what_a_worker_writes_that_lost_its_job_changes_nothing(store: &Store) {
    let (one, two) = (worker(store).await, worker_of(store, "host-b").await);
    let (job, stale) = running(store, &one).await;
    store.release_worker(&one).await.expect("released");
    let taken = claim(store, &two).await.remove(0);
    assert_eq!((taken.id.as_str(), taken.attempt), (job.id.as_str(), 2));
    let step = Step { key: "k".into(), input_hash: "h".into(), output: "1".into() };
    let segment = Segment { steps: vec![step], operations: vec![operation("o")], ..Segment::default() };
    is_lost(store.record(&stale, segment, Yielded::Completed("1".into())).await);
    assert_eq!(state(store, &job).await, JobState::Running);
    assert!(store.steps(&job.id).await.expect("read").is_empty());
    assert!(store.operations(&job.id).await.expect("read").is_empty());
    // The same worker with an older attempt is as stale.
    let older = Lease { attempt: 1, ..lease(&taken, &two) };
    is_lost(store.record(&older, Segment::default(), Yielded::Running).await);
}

async fn a_segment_is_written_whole(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    let step = Step { key: "k".into(), input_hash: "h".into(), output: r#"{"a":1}"#.into() };
    let events = vec![NewEvent { kind: EventKind::Log, data: r#"{"message":"ü"}"#.into() }];
    let progress = Some(Progress { percent: 60.0, step: "Generating".into() });
    let segment = Segment { steps: vec![step.clone()], operations: vec![operation("o")], events, progress };
    store.record(&lease, Segment::default(), Yielded::Running).await.expect("nothing to say is said too");
    assert!(!store.record(&lease, segment, Yielded::Later(5_000)).await.expect("recorded"));
    let read = store.job(&job.id).await.expect("read");
    assert_eq!((read.state, read.progress, read.current_step.as_str()), (JobState::Queued, 60.0, "Generating"));
    assert_eq!(store.steps(&job.id).await.expect("read"), std::slice::from_ref(&step));
    assert_eq!(store.operations(&job.id).await.expect("read")[0].owner, "ann");
    assert_eq!(store.events(&job.id, 0, 10).await.expect("read")[0].data, r#"{"message":"ü"}"#);
    assert!(claim(store, &worker).await.is_empty(), "it is later");
    store.clock().advance(5_001);
    let again = claim(store, &worker).await.remove(0);
    // A step that is there already takes everything else of its segment back.
    let twice = Segment { steps: vec![step], operations: vec![operation("p")], ..Segment::default() };
    let lease = self::lease(&again, &worker);
    assert!(store.record(&lease, twice, Yielded::Completed("1".into())).await.is_err());
    assert_eq!(state(store, &job).await, JobState::Running);
    assert_eq!(store.operations(&job.id).await.expect("read").len(), 1);
}

async fn a_job_that_waits_is_queued_when_the_last_of_its_operations_ends(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("one"), operation("two")]).await;
    assert_eq!(state(store, &job).await, JobState::Waiting);
    let held = claim_operations(store, &worker).await;
    assert_eq!(held.len(), 2);
    let first = store.end_operation(&held[0].lease(&worker), done(), false).await.expect("ended");
    assert!(!first.queued);
    assert_eq!(state(store, &job).await, JobState::Waiting);
    let last = store.end_operation(&held[1].lease(&worker), done(), false).await.expect("ended");
    assert!(last.queued && last.taken.is_none());
    assert_eq!(claim(store, &worker).await[0].attempt, 2);
    is_lost(store.end_operation(&held[1].lease(&worker), done(), false).await);
}

async fn a_job_whose_operation_ended_first_does_not_wait_for_ever(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    store.record(&lease, asking(vec![operation("o")]), Yielded::Running).await.expect("recorded");
    let held = claim_operations(store, &worker).await.remove(0);
    let settled = store.end_operation(&held.lease(&worker), done(), false).await.expect("ended");
    assert!(!settled.queued, "the job does not wait yet");
    store.record(&lease, Segment::default(), Yielded::Waiting).await.expect("recorded");
    assert_eq!(state(store, &job).await, JobState::Queued);
}

async fn the_worker_that_ends_an_operation_can_take_the_job_at_once(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    let taken = NewOperation { taken_by: Some(worker.clone()), ..operation("o") };
    let mine = taken.taken(&job.id, "ann", store.now());
    wait_for(store, &lease, vec![taken]).await;
    assert!(claim_operations(store, &worker).await.is_empty(), "it is taken");
    let settled = store.end_operation(&mine.lease(&worker), done(), true).await.expect("ended");
    let again = settled.taken.expect("the job");
    assert_eq!((again.id.as_str(), again.attempt, again.state), (job.id.as_str(), 2, JobState::Running));
    assert!(claim(store, &worker).await.is_empty(), "nobody else gets it");
    // And a job can be taken as it is made.
    let made = create(store, NewJob { taken_by: Some(worker.clone()), ..new_job() }).await;
    assert_eq!((made.state, made.attempt), (JobState::Running, 1));
}

async fn an_operation_keeps_what_it_needs_after_a_crash(store: &Store) {
    let worker = worker(store).await;
    let (_, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("o")]).await;
    let held = claim_operations(store, &worker).await.remove(0);
    assert_eq!((held.phase, held.sends, held.attempt), (Phase::Start, 0, 1));
    let intent = Advance::Intent { guest_state: vec![0, 255, 7], reserve: 0 };
    store.advance_operation(&held.lease(&worker), intent).await.expect("written");
    let next = worker_of(store, "host-a").await;
    let found = claim_operations(store, &next).await.remove(0);
    assert_eq!((found.phase, found.sends, found.attempt), (Phase::Sent, 1, 2));
    assert_eq!(found.guest_state, [0, 255, 7]);
    is_lost(store.advance_operation(&held.lease(&worker), Advance::Release).await);
    let stored = Advance::Send { guest_state: vec![9], request: r#"{"method":"GET"}"#.into() };
    store.advance_operation(&found.lease(&next), stored).await.expect("written");
    let last = worker_of(store, "host-a").await;
    let found = claim_operations(store, &last).await.remove(0);
    assert_eq!((found.phase, found.request.as_deref()), (Phase::Send, Some(r#"{"method":"GET"}"#)));
    assert_eq!((found.guest_state.as_slice(), found.document.as_str()), ([9].as_slice(), r#"{"messages":[]}"#));
}

async fn a_poll_that_found_nothing_new_only_moves_the_time(store: &Store) {
    let worker = worker(store).await;
    let (_, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("o")]).await;
    let held = claim_operations(store, &worker).await.remove(0);
    let wait = Advance::Wait { guest_state: Some(vec![1]), wait_ms: 10_000 };
    store.advance_operation(&held.lease(&worker), wait).await.expect("written");
    assert!(claim_operations(store, &worker).await.is_empty());
    assert_eq!(store.next_due(None).await.expect("read").expect("one waits") / 1_000, (store.now() + 10_000) / 1_000);
    store.clock().advance(10_001);
    let held = claim_operations(store, &worker).await.remove(0);
    assert_eq!((held.phase, held.guest_state.as_slice()), (Phase::Wait, [1].as_slice()));
    let wait = Advance::Wait { guest_state: None, wait_ms: 10_000 };
    store.advance_operation(&held.lease(&worker), wait).await.expect("written");
    store.clock().advance(10_001);
    assert_eq!(claim_operations(store, &worker).await[0].guest_state, [1]);
}

async fn what_a_dead_worker_held_goes_back(store: &Store) {
    let dead = store.register_worker("host-a", -1).await.expect("registered with a lease that has lapsed");
    let alive = worker_of(store, "host-b").await;
    let (job, lease) = running(store, &dead).await;
    store.record(&lease, asking(vec![operation("o")]), Yielded::Running).await.expect("recorded");
    assert_eq!(claim_operations(store, &dead).await.len(), 1);
    assert_eq!(store.reap_workers().await.expect("reaped"), 2, "a job and an operation");
    assert_eq!(store.reap_workers().await.expect("reaped"), 0, "the living keep what they hold");
    let taken = claim(store, &alive).await.remove(0);
    assert_eq!((taken.id.as_str(), taken.attempt, taken.crashes), (job.id.as_str(), 2, 1));
    assert_eq!(claim_operations(store, &alive).await[0].attempt, 2);
}

async fn a_restarted_host_takes_back_what_it_held_at_once(store: &Store) {
    let before = worker(store).await;
    let other = worker_of(store, "host-b").await;
    let (job, _) = running(store, &before).await;
    let (others, _) = running(store, &other).await;
    let after = worker(store).await;
    let claimed = claim(store, &after).await;
    assert_eq!(claimed.len(), 1, "the other host's job stays its own");
    assert_eq!((claimed[0].id.as_str(), claimed[0].crashes), (job.id.as_str(), 1));
    assert_eq!(state(store, &others).await, JobState::Running);
}

async fn a_silent_worker_that_others_buried_learns_it(store: &Store) {
    let silent = worker(store).await;
    store.clock().advance(LEASE + 1);
    store.reap_workers().await.expect("reaped");
    is_lost(store.renew_lease(&silent, LEASE).await);
}

async fn a_cancelled_job_ends_at_once_where_nobody_runs_it(store: &Store) {
    let worker = worker(store).await;
    let queued = create(store, NewJob { delay_ms: 9_000, ..new_job() }).await;
    let ended = store.cancel_job(&queued.id, r#"{"code":"cancelled"}"#).await.expect("cancelled");
    assert_eq!((ended.state, ended.error.as_deref()), (JobState::Cancelled, Some(r#"{"code":"cancelled"}"#)));
    assert_eq!(store.events(&queued.id, 0, 10).await.expect("read")[0].kind, "done");
    let (waiting, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("o")]).await;
    store.cancel_job(&waiting.id, "{}").await.expect("cancelled");
    assert_eq!(state(store, &waiting).await, JobState::Cancelled);
    let open = claim_operations(store, &worker).await.remove(0);
    assert!(open.cancel_requested, "its operation is to end too");
    let settled = store.end_operation(&open.lease(&worker), done(), true).await.expect("ended");
    assert!(settled.taken.is_none(), "and wakes nobody");
}

async fn a_cancelled_job_that_runs_is_told_to_its_worker(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    let asked = store.cancel_job(&job.id, "{}").await.expect("asked");
    assert_eq!(asked.state, JobState::Running);
    assert_eq!(store.cancelled_of(&worker).await.expect("read").jobs, std::slice::from_ref(&job.id));
    let told = store.record(&lease, asking(vec![operation("o")]), Yielded::Waiting).await.expect("recorded");
    assert!(told);
    assert!(store.operations(&job.id).await.expect("read").is_empty(), "it begins nothing more");
    assert!(claim(store, &worker).await[0].cancel_requested, "it is queued, so that a worker ends it");
}

async fn an_ended_job_cannot_be_cancelled_or_sent_again(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    store.record(&lease, Segment::default(), Yielded::Completed("{}".into())).await.expect("recorded");
    assert!(matches!(store.cancel_job(&job.id, "{}").await, Err(StoreError::Conflict(_))));
    assert!(matches!(store.resubmit_job(&job.id).await, Err(StoreError::Conflict(_))));
    assert!(matches!(store.cancel_job("nobody", "{}").await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.resubmit_job("nobody").await, Err(StoreError::NotFound(_))));
    assert!(store.job(&job.id).await.expect("read").completed_at.is_some());
}

async fn an_uncertain_job_is_sent_again_by_a_person(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("o")]).await;
    let held = claim_operations(store, &worker).await.remove(0);
    let intent = Advance::Intent { guest_state: vec![1], reserve: 0 };
    store.advance_operation(&held.lease(&worker), intent).await.expect("written");
    let ending = Ending { state: OperationState::Uncertain, outcome: None, unknown: 1, ..done() };
    let again = store.end_operation(&held.lease(&worker), ending, true).await.expect("ended").taken.expect("the job");
    let lease = self::lease(&again, &worker);
    store.record(&lease, Segment::default(), Yielded::Uncertain("{}".into())).await.expect("recorded");
    assert_eq!(state(store, &job).await, JobState::Uncertain);
    assert_eq!(store.resubmit_job(&job.id).await.expect("resubmitted").state, JobState::Waiting);
    let fresh = claim_operations(store, &worker).await.remove(0);
    assert_eq!((fresh.phase, fresh.sends, fresh.unknown, fresh.state), (Phase::Start, 0, 0, OperationState::Open));
    assert!(fresh.guest_state.is_empty());
}

async fn events_are_numbered_without_gaps_and_read_from_any_point(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    let event = |n: i32| NewEvent { kind: EventKind::Progress, data: n.to_string() };
    let segment = |events| Segment { events, ..Segment::default() };
    store.record(&lease, segment(vec![event(1), event(2)]), Yielded::Running).await.expect("recorded");
    store.record(&lease, segment(vec![event(3)]), Yielded::Failed("{}".into())).await.expect("recorded");
    let all = store.events(&job.id, 0, 10).await.expect("read");
    assert_eq!(all.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!((all[3].kind.as_str(), all[3].data.as_str()), ("done", r#"{"status":"failed"}"#));
    let rest = store.events(&job.id, 2, 1).await.expect("read");
    assert_eq!(rest.iter().map(|event| event.data.as_str()).collect::<Vec<_>>(), ["3"]);
    assert_eq!(store.job(&job.id).await.expect("read").last_event, 4);
}

async fn jobs_are_listed_by_owner_state_and_page(store: &Store) {
    let worker = worker(store).await;
    let first = create(store, new_job()).await;
    claim(store, &worker).await;
    let second = create(store, new_job()).await;
    let third = create(store, NewJob { kind: "film".into(), ..new_job() }).await;
    create(store, NewJob { owner: "bob".into(), ..new_job() }).await;
    let list = async |filter: JobFilter| {
        let page = store.jobs(&filter).await.expect("listed");
        (page.jobs.into_iter().map(|job| job.id).collect::<Vec<_>>(), page.next)
    };
    let mine = JobFilter { owner: Some("ann".into()), limit: 2, ..JobFilter::default() };
    let (page, next) = list(mine.clone()).await;
    assert_eq!(page, [third.id.clone(), second.id.clone()]);
    let (page, next) = list(JobFilter { before: next, ..mine.clone() }).await;
    assert_eq!((page, next), (vec![first.id.clone()], None));
    let (page, _) = list(JobFilter { states: vec![JobState::Running], ..mine.clone() }).await;
    assert_eq!(page, [first.id]);
    let (page, _) = list(JobFilter { kind: Some("film".into()), ..mine }).await;
    assert_eq!(page, [third.id]);
    assert_eq!(store.job_counts().await.expect("counted").iter().map(|(_, count)| count).sum::<i64>(), 4);
}

async fn the_ledger_sums_by_day_model_and_certainty(store: &Store) {
    let worker = worker(store).await;
    let (job, lease) = running(store, &worker).await;
    wait_for(store, &lease, vec![operation("one"), operation("two")]).await;
    let entry = |cost: u64, certainty| LedgerEntry {
        owner: "ann".into(),
        job: job.id.clone(),
        operation: "o".into(),
        plugin: "openai".into(),
        model: "gpt".into(),
        kind: "text".into(),
        input_tokens: 10,
        output_tokens: 5,
        pictures: 0,
        video_ms: 0,
        cost,
        certainty,
    };
    for (held, certainty) in
        claim_operations(store, &worker).await.iter().zip([Certainty::Answered, Certainty::Unknown])
    {
        let ledger = vec![entry(3, certainty), entry(4, Certainty::Answered)];
        store.end_operation(&held.lease(&worker), Ending { ledger, ..done() }, false).await.expect("ended");
    }
    let rows = store.usage(&UsageFilter { owner: Some("ann".into()), ..UsageFilter::default() }).await.expect("summed");
    let sums: Vec<(&str, i64, i64, i64)> =
        rows.iter().map(|row| (row.certainty.as_str(), row.operations, row.input_tokens, row.cost)).collect();
    assert_eq!(sums, [("answered", 3, 30, 11), ("unknown", 1, 10, 3)]);
    assert_eq!(rows[0].day, store.now() / 86_400_000);
    let none = store.usage(&UsageFilter { owner: Some("bob".into()), ..UsageFilter::default() }).await.expect("summed");
    assert!(none.is_empty());
}

async fn a_name_is_taken_once_and_a_token_opens_its_users_door(store: &Store) {
    let new = |hash: &str| NewUser { name: "ann".into(), password_hash: Some(hash.into()), role: Role::User };
    let ann = store.create_user(new("one")).await.expect("made");
    assert!(matches!(store.create_user(new("two")).await, Err(StoreError::Conflict(_))));
    let found = store.user_by_name("ann").await.expect("read").expect("there");
    assert_eq!((found.id.as_str(), found.password_hash.as_deref()), (ann.id.as_str(), Some("one")));
    assert_eq!(store.create_token("ann", "hash", Role::Admin).await.expect("made").id, ann.id);
    let opened = store.user_by_token("hash").await.expect("read").expect("there");
    assert_eq!((opened.id.as_str(), opened.role), (ann.id.as_str(), Role::Admin));
    assert_eq!(store.user(&ann.id).await.expect("read").expect("there").role, Role::User);
    let new = store.create_token("eve", "other", Role::User).await.expect("made");
    assert_eq!((new.name.as_str(), new.password_hash), ("eve", None));
    assert!(store.user_by_token("nothing").await.expect("read").is_none());
}

fn generation(id: &str, digest: &str) -> GenerationRow {
    GenerationRow {
        id: id.into(),
        digest: digest.into(),
        role: "provider".into(),
        version: format!("1.0.0-{digest}"),
        manifest: r#"{"schema":1}"#.into(),
        rights: "{}".into(),
        origin: format!("{digest}.wasm"),
        state: GenerationState::Staged,
        reason: None,
        installed_at: 0,
        activated_at: None,
    }
}

async fn install(store: &Store, id: &str, digests: &[&str]) {
    for digest in digests {
        store.add_plugin_generation(generation(id, digest)).await.expect("noted");
    }
}

fn to(id: &str, digest: &str) -> Switch {
    Switch { id: id.into(), to: Some(digest.into()), rights: None, failed: None }
}

async fn switch(store: &Store, switch: Switch) {
    store.switch_plugin(switch).await.expect("switched");
}

/// The digests of a plugin with their states, as they are listed.
async fn generations(store: &Store, id: &str) -> Vec<(String, GenerationState)> {
    let rows = store.plugin_generations().await.expect("read");
    rows.into_iter().filter(|row| row.id == id).map(|row| (row.digest, row.state)).collect()
}

fn states(expected: &[(&str, GenerationState)]) -> Vec<(String, GenerationState)> {
    expected.iter().map(|(digest, state)| ((*digest).to_owned(), *state)).collect()
}

async fn a_component_is_noted_once_and_waits_until_it_is_switched_to(store: &Store) {
    install(store, "words", &["a"]).await;
    let noted = store.plugin_generations().await.expect("read").remove(0);
    assert!(noted.installed_at > 0, "{noted:?}");
    let as_given = GenerationRow { installed_at: 0, ..noted.clone() };
    assert_eq!(as_given, generation("words", "a"));
    // The same again changes nothing, whatever it says.
    let again = GenerationRow { origin: "elsewhere".into(), rights: "[]".into(), ..generation("words", "a") };
    store.add_plugin_generation(again).await.expect("it is there already");
    assert_eq!(store.plugin_generations().await.expect("read"), [noted]);
    // Another plugin may have the same component.
    install(store, "other", &["a"]).await;
    assert_eq!(generations(store, "other").await, states(&[("a", GenerationState::Staged)]));
}

async fn of_a_plugin_one_generation_is_active_and_the_others_are_kept_in_their_order(store: &Store) {
    install(store, "words", &["a", "b", "c"]).await;
    install(store, "other", &["x"]).await;
    switch(store, to("other", "x")).await;
    for digest in ["a", "b", "c", "a"] {
        switch(store, to("words", digest)).await;
    }
    store.clock().advance(-3_600_000);
    switch(store, to("words", "b")).await;
    switch(store, to("words", "a")).await;
    let listed = [("a", GenerationState::Active), ("b", GenerationState::Kept), ("c", GenerationState::Kept)];
    assert_eq!(generations(store, "words").await, states(&listed));
    assert_eq!(generations(store, "other").await, states(&[("x", GenerationState::Active)]), "each for itself");
    // Once more what is active already: it stays so, with other rights.
    switch(store, Switch { rights: Some(r#"{"endpoints":[]}"#.into()), ..to("words", "a") }).await;
    assert_eq!(generations(store, "words").await, states(&listed));
    switch(store, to("words", "a")).await;
    let rows = store.plugin_generations().await.expect("read");
    let active = rows.iter().find(|row| row.state == GenerationState::Active && row.id == "words").expect("one is");
    assert_eq!(active.rights, r#"{"endpoints":[]}"#, "rights that are not given anew stay");
    assert!(active.activated_at.is_some());
}

async fn what_is_taken_back_keeps_the_reason_until_it_is_active_again(store: &Store) {
    install(store, "words", &["a", "b"]).await;
    switch(store, to("words", "a")).await;
    switch(store, to("words", "b")).await;
    switch(store, Switch { failed: Some("it was slow".into()), ..to("words", "a") }).await;
    let reason = async || {
        let rows = store.plugin_generations().await.expect("read");
        let row = rows.into_iter().find(|row| row.digest == "b").expect("it is there");
        (row.state, row.reason)
    };
    assert_eq!(reason().await, (GenerationState::Failed, Some("it was slow".into())));
    switch(store, to("words", "b")).await;
    assert_eq!(reason().await, (GenerationState::Active, None));
}

async fn without_a_digest_nothing_installed_is_active(store: &Store) {
    install(store, "words", &["a"]).await;
    switch(store, to("words", "a")).await;
    switch(store, Switch { to: None, ..to("words", "") }).await;
    assert_eq!(generations(store, "words").await, states(&[("a", GenerationState::Kept)]));
}

async fn a_switch_to_what_is_not_installed_changes_nothing(store: &Store) {
    install(store, "words", &["a"]).await;
    install(store, "other", &["b"]).await;
    switch(store, to("words", "a")).await;
    for absent in ["b", ""] {
        let refused = store.switch_plugin(Switch { failed: Some("x".into()), ..to("words", absent) }).await;
        assert!(matches!(refused, Err(StoreError::NotFound(_))), "{refused:?}");
    }
    assert_eq!(generations(store, "words").await, states(&[("a", GenerationState::Active)]));
}

async fn an_active_generation_cannot_be_removed(store: &Store) {
    install(store, "words", &["a", "b"]).await;
    install(store, "other", &["b"]).await;
    switch(store, to("words", "a")).await;
    for digest in ["a", "b", "nothing"] {
        store.remove_plugin_generation("words", digest).await.expect("asked");
    }
    assert_eq!(generations(store, "words").await, states(&[("a", GenerationState::Active)]));
    assert_eq!(generations(store, "other").await, states(&[("b", GenerationState::Staged)]), "another's stays");
}

async fn two_switches_at_once_leave_one_active(store: &Store) {
    let digests: Vec<String> = (0..8).map(|number| number.to_string()).collect();
    install(store, "words", &digests.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let switching = digests.iter().map(|digest| store.switch_plugin(to("words", digest)));
    for switched in futures_util::future::join_all(switching).await {
        switched.expect("one after the other");
    }
    let active = generations(store, "words").await;
    assert_eq!(active.iter().filter(|(_, state)| *state == GenerationState::Active).count(), 1, "{active:?}");
}

async fn a_component_is_pinned_while_an_operation_is_open_or_uncertain(store: &Store) {
    let worker = worker(store).await;
    let of = |step: &str, digest: &str| NewOperation { digest: digest.into(), ..operation(step) };
    for (step, digest) in [("one", "a"), ("two", "b"), ("three", "a")] {
        let (_, lease) = running(store, &worker).await;
        wait_for(store, &lease, vec![of(step, digest)]).await;
    }
    let pinned = async || {
        let mut pinned = store.pinned_digests().await.expect("read");
        pinned.sort();
        pinned
    };
    assert_eq!(pinned().await, ["a", "b"], "each once");
    let held = claim_operations(store, &worker).await;
    for operation in &held {
        let state = if operation.digest == "b" { OperationState::Uncertain } else { OperationState::Done };
        let ending = Ending { state, ..done() };
        store.end_operation(&operation.lease(&worker), ending, false).await.expect("ended");
    }
    assert_eq!(pinned().await, ["b"], "a person may send it again");
}

async fn many_writers_at_once_lose_nothing(store: &Store) {
    let conflicting = || NewUser { name: "ann".into(), password_hash: None, role: Role::User };
    // Failures among them must take back nothing but themselves.
    let creating = (0..100).map(|_| store.create_job(new_job()));
    let failing = (0..20).map(|_| store.create_user(conflicting()));
    let (created, users) =
        tokio::join!(futures_util::future::join_all(creating), futures_util::future::join_all(failing));
    assert!(created.iter().all(Result::is_ok));
    assert_eq!(users.iter().filter(|user| user.is_ok()).count(), 1);
    assert_eq!(store.job_counts().await.expect("counted"), [(JobState::Queued, 100)]);
}
