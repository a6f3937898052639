//! What holds for every provider. Each function is one claim; the files of the providers say for whom it holds.

use kinora_jobs::OperationError;
use kinora_store::{JobState, OperationState};
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::upstream::{Answer, Fake, media};
use crate::world::{Made, Subject, World, operation};

/// The kinds of operations of all providers.
pub const KINDS: [&str; 3] = ["text", "image", "video"];

fn posts<S: Subject>(upstream: &Fake<S>) -> Vec<String> {
    upstream.asked().into_iter().filter(|asked| asked.starts_with("POST")).collect()
}

/// The paths of all that only reads.
fn gets<S: Subject>(upstream: &Fake<S>) -> Vec<String> {
    upstream.asked().iter().filter_map(|asked| asked.strip_prefix("GET ").map(str::to_owned)).collect()
}

/// One operation that is answered so. It fails without a doubt, and the ledger has no line of it.
pub fn failure<S: Subject>(upstream: &Fake<S>, kind: &str, answer: Answer<S::Kind>) -> OperationError {
    upstream.script([answer]);
    let made = World::of(upstream).ask(kind, &operation(kind));
    let error = made.error();
    assert_eq!(made.booked(), (0, 0), "{kind}: {error:?}");
    assert_eq!((made.operation().sends, made.operation().unknown), (1, 0), "{kind}: {error:?}");
    error
}

/// All kinds of operations that are answered so fail as an error of this kind; gives whether each may be tried again.
pub fn failures<S: Subject>(kinds: &[&str], expected: &str, answer: impl Fn() -> Answer<S::Kind>) -> Vec<bool> {
    let upstream = Fake::<S>::start();
    let each = kinds.iter().map(|kind| {
        let error = failure(&upstream, kind, answer());
        assert_eq!(error.kind, expected, "{kind}: {error:?}");
        error.retryable
    });
    each.collect()
}

pub fn a_wrong_key_is_told_and_never_shown<S: Subject>() {
    const WRONG: &str = "a-key-that-nobody-knows-5f2e";
    let upstream = Fake::<S>::start();
    let world = World::with::<S>(upstream.base_url(), WRONG, S::settings(), true);
    for kind in KINDS {
        let made = world.ask(kind, &operation(kind));
        let error = made.error();
        assert_eq!((error.kind.as_str(), error.retryable), ("authentication", false), "{kind}: {error:?}");
        assert_eq!(made.booked(), (0, 0), "{kind}");
        assert!(!format!("{error:?}").contains(WRONG), "{kind}: {error:?}");
    }
    assert_eq!(upstream.requests().len(), KINDS.len(), "each was asked once");
}

pub fn a_refused_connection_costs_nothing<S: Subject>() {
    // Bound and not listening: nobody can be reached there, and nobody else can take the port.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
    let nobody = format!("http://{}{}", socket.local_addr().expect("bound"), S::BASE);
    let world = World::with::<S>(nobody, S::KEY, S::settings(), true);
    for kind in KINDS {
        let made = world.ask(kind, &operation(kind));
        let error = made.error();
        assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", true), "{kind}: {error:?}");
        assert_eq!((made.booked(), made.operation().unknown), ((0, 0), 0), "{kind}");
    }
}

pub fn words_that_may_have_been_accepted_are_asked_for_once_more<S: Subject>() {
    let upstream = Fake::<S>::start();
    upstream.script([Answer::drop_connection()]);
    let made = World::of(&upstream).scenario();
    assert_eq!(made.job.state, JobState::Completed, "{:?}", made.job.error);
    assert_eq!(posts(&upstream).len(), 2);
    assert_eq!(made.booked(), (1, 1), "the first one is doubtful: {:?}", made.ledger);
    assert_eq!(made.operations.iter().map(|one| one.unknown).sum::<i64>(), 1);
}

pub fn words_that_may_have_been_accepted_twice_are_not_asked_for_again<S: Subject>() {
    let upstream = Fake::<S>::start();
    upstream.script([Answer::drop_connection(), Answer::drop_connection()]);
    let made = World::of(&upstream).scenario();
    assert_eq!(made.job.state, JobState::Failed, "{:?}", made.job.error);
    assert_eq!(posts(&upstream).len(), 2);
    assert_eq!(made.booked(), (0, 2), "{:?}", made.ledger);
}

pub fn pictures_and_clips_that_may_have_been_accepted_wait_for_a_person<S: Subject>() {
    let upstream = Fake::<S>::start();
    let world = World::of(&upstream);
    let gateway = || Answer::words(502, "<html>Bad Gateway</html>");
    let cases = [
        ("image", Answer::drop_connection()),
        ("image", gateway()),
        ("video", Answer::drop_connection()),
        ("video", gateway()),
    ];
    for (number, (kind, answer)) in cases.into_iter().enumerate() {
        upstream.script([answer]);
        let made = world.ask(kind, &operation(kind));
        made.doubt();
        assert_eq!((made.operation().sends, made.operation().unknown), (1, 1), "{kind}");
        assert_eq!(made.booked(), (0, 1), "{kind}");
        assert_eq!(upstream.requests().len(), number + 1, "{kind}: it was sent once");
    }
}

pub fn what_a_person_sends_again_is_sent_once_more<S: Subject>() {
    let upstream = Fake::<S>::start();
    upstream.script([Answer::drop_connection()]);
    let world = World::of(&upstream);
    let made = world.ask("video", &operation("video"));
    made.doubt();
    world.resubmit(&made.job.id);
    let made = world.end(&made.job.id);
    assert_eq!(made.job.state, JobState::Completed, "{:?}", made.job.error);
    assert_eq!((posts(&upstream).len(), made.booked()), (2, (1, 1)), "the doubt stays in the ledger");
}

/// That a clip came, was begun once, and was paid for once.
fn is_the_only_clip<S: Subject>(upstream: &Fake<S>, world: &World, made: &Made) {
    assert_eq!(world.blob(&made.handle()), media::CLIP);
    assert_eq!(posts(upstream).len(), 1, "{:?}", upstream.asked());
    assert_eq!((made.operation().sends, made.operation().unknown), (1, 0));
    assert_eq!(made.booked(), (1, 0));
    assert_eq!(made.ledger[0].video_ms, 8_000);
    assert!(made.ledger[0].cost > 0);
}

pub fn a_slow_clip_is_polled_until_it_is_there<S: Subject>(settings: Value, queued: Answer<S::Kind>) {
    let upstream = Fake::<S>::start();
    upstream.script_polls([queued, S::works_on(), S::works_on()]);
    let world = World::set(&upstream, settings);
    let made = world.ask("video", &operation("video"));
    is_the_only_clip(&upstream, &world, &made);
    let asked = gets(&upstream);
    assert_eq!(asked.iter().filter(|path| **path == asked[0]).count(), 4, "three polls, and one that found it done");
}

pub fn polls_and_downloads_that_fail_are_repeated_and_doubt_nothing<S: Subject>(
    settings: Value,
    throttled: Answer<S::Kind>,
) {
    let upstream = Fake::<S>::start();
    let gateway = || Answer::words(502, "<html>Bad Gateway</html>");
    upstream.script_polls([gateway(), Answer::drop_connection(), throttled, S::works_on()]);
    upstream.script_files([Answer::drop_connection(), gateway()]);
    let world = World::set(&upstream, settings);
    let made = world.ask("video", &operation("video"));
    is_the_only_clip(&upstream, &world, &made);
}

pub fn a_clip_that_is_larger_than_allowed_is_not_taken<S: Subject>(settings: Value) {
    let upstream = Fake::<S>::start();
    upstream.script_files((0..10).map(|_| Answer::announced(10 << 30)));
    let world = World::set(&upstream, settings);
    let error = world.ask("video", &operation("video")).error();
    assert!(error.message.contains("larger than"), "{error:?}");
    assert_eq!(posts(&upstream).len(), 1, "it is not bought again: {:?}", upstream.asked());
}

pub fn a_restart_between_two_polls_goes_on_at_the_same_job<S: Subject>(settings: Value) {
    let upstream = Fake::<S>::start();
    let mut world = World::with::<S>(upstream.base_url(), upstream.key(), settings, false);
    let job = world.begin("video", &operation("video"));
    world.until_it_waits(&job);
    assert_eq!(upstream.requests().len(), 1, "it was begun, and not asked for");
    world.restart();
    let made = world.end(&job);
    is_the_only_clip(&upstream, &world, &made);
}

pub fn a_restart_during_a_poll_goes_on_at_the_same_job<S: Subject>(settings: Value) {
    let upstream = Fake::<S>::start();
    upstream.script_polls([S::works_on().held()]);
    let mut world = World::set(&upstream, settings);
    let job = world.begin("video", &operation("video"));
    upstream.wait_for_held(1);
    world.restart();
    let made = world.end(&job);
    is_the_only_clip(&upstream, &world, &made);
    let asked = gets(&upstream);
    assert_eq!(asked[0], asked[1], "the same job is asked for again");
}

pub fn a_host_that_dies_while_it_begins_a_clip_does_not_begin_another<S: Subject>() {
    let upstream = Fake::<S>::start();
    upstream.script([Answer::from(S::right()).held()]);
    let mut world = World::of(&upstream);
    let job = world.begin("video", &operation("video"));
    upstream.wait_for_held(1);
    world.restart();
    let made = world.end(&job);
    assert_eq!(made.doubt().kind, "interrupted");
    assert_eq!(made.booked(), (0, 1));
    assert_eq!(upstream.requests().len(), 1);
}

/// `cancels` is the path of the upstream's cancellation of the job at this path, where it has one.
pub fn cancelling_a_clip_reaches_the_upstream<S: Subject>(settings: Value, cancels: fn(&str) -> Option<String>) {
    let upstream = Fake::<S>::start();
    upstream.answer_with(|request, _| if request.method == "GET" { S::works_on() } else { S::right().into() });
    let world = World::set(&upstream, settings);
    let job = world.begin("video", &operation("video"));
    upstream.wait_for(2);
    world.cancel(&job);
    let made = world.end(&job);
    assert_eq!((made.job.state, made.operation().state), (JobState::Cancelled, OperationState::Cancelled));
    let polled = gets(&upstream).remove(0);
    let expected: Vec<String> = cancels(&polled).map(|path| format!("POST {path}")).into_iter().collect();
    assert_eq!(posts(&upstream)[1..], expected, "beside the one that began it");
    if let Some(cancel) = expected.first() {
        assert_eq!(upstream.asked().last(), Some(cancel), "and nothing after it");
    }
}
