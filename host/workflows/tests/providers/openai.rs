//! The provider `openai`.

use kinora_domain::documents::MediaOutcome;
use serde_json::json;

use crate::claims::{self, KINDS};
use crate::fake_openai::{Answer, CHAT, FakeOpenAi, IMAGES, OpenAi, VIDEOS};
use crate::upstream::media;
use crate::world::{Subject, World, operation};

impl Subject for OpenAi {
    const PROVIDER: &'static str = "openai";

    fn settings() -> serde_json::Value {
        json!({"video_model": "sora-2"})
    }

    fn works_on() -> Answer {
        Answer::running(40)
    }
}

#[test]
fn a_text_comes_with_what_it_cost() {
    let upstream = FakeOpenAi::start();
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert_eq!(made.text().text, "The light stays on.");
    assert_eq!(made.booked(), (1, 0));
    assert!(made.ledger[0].input_tokens > 0 && made.ledger[0].cost > 0, "{:?}", made.ledger);
    assert_eq!(upstream.asked(), [format!("POST {CHAT}")]);
}

#[test]
fn a_picture_lands_in_the_blob_store() {
    let upstream = FakeOpenAi::start();
    let world = World::of(&upstream);
    let made = world.ask("image", &operation("image"));
    assert_eq!(world.blob(&made.handle()), media::decoded(media::JPEG));
    assert_eq!((made.booked(), made.ledger[0].pictures), ((1, 0), 1));
    assert!(made.ledger[0].cost > 0);
    assert_eq!(upstream.asked(), [format!("POST {IMAGES}")]);
}

#[test]
fn a_picture_behind_a_link_is_fetched_from_the_other_host_without_the_key() {
    let upstream = FakeOpenAi::start();
    upstream.script([Answer::elsewhere()]);
    upstream.script_files([Answer::words(503, "busy")]);
    let world = World::of(&upstream);
    let made = world.ask("image", &operation("image"));
    assert_eq!(world.blob(&made.handle()), media::decoded(media::PICTURE));
    assert_eq!(upstream.count("/picture.png"), 2, "a download that fails is repeated");
    assert_eq!((upstream.count(IMAGES), made.booked()), (1, (1, 0)));
}

#[test]
fn a_clip_whose_content_is_elsewhere_is_fetched_there_without_the_key() {
    let upstream = FakeOpenAi::start();
    upstream.script_files([Answer::elsewhere()]);
    let world = World::of(&upstream);
    let made = world.ask("video", &operation("video"));
    assert_eq!(world.blob(&made.handle()), media::CLIP);
    assert_eq!(upstream.count("/clip.mp4"), 1);
}

#[test]
fn a_clip_goes_on_from_its_first_frame() {
    let upstream = FakeOpenAi::start();
    let world = World::of(&upstream);
    let frame = media::decoded(media::PICTURE);
    let mut clip = operation("video");
    clip["first_frame"] = json!(world.put(&frame));
    let MediaOutcome { warnings, .. } = world.ask("video", &clip).media();
    assert!(warnings.is_empty(), "{warnings:?}");
    let sent = upstream.requests()[0].body.to_vec();
    assert!(sent.windows(frame.len()).any(|part| part == frame), "the picture is in the form");
}

#[test]
fn a_slow_clip_is_polled_until_it_is_there() {
    claims::a_slow_clip_is_polled_until_it_is_there::<OpenAi>(OpenAi::settings(), Answer::queued());
}

#[test]
fn polls_and_downloads_that_fail_are_repeated_and_doubt_nothing() {
    let throttled = Answer::rate_limited(50);
    claims::polls_and_downloads_that_fail_are_repeated_and_doubt_nothing::<OpenAi>(OpenAi::settings(), throttled);
}

#[test]
fn throttled_requests_say_in_the_error_how_long_to_wait() {
    let upstream = FakeOpenAi::start();
    for kind in KINDS {
        let error = claims::failure(&upstream, kind, Answer::rate_limited(1_500));
        assert_eq!((error.kind.as_str(), error.retryable), ("rate-limited", true), "{kind}: {error:?}");
        assert_eq!(error.retry_after_ms, Some(1_500), "{kind}");
    }
}

#[test]
fn an_account_without_money_is_not_asked_again() {
    let retryable = claims::failures::<OpenAi>(&KINDS, "quota-exhausted", Answer::insufficient_quota);
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn what_the_content_policy_refuses_is_not_asked_again() {
    let retryable = claims::failures::<OpenAi>(&KINDS, "content-policy", Answer::refusal);
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn a_clip_that_the_content_policy_ends_is_not_asked_again() {
    let upstream = FakeOpenAi::start();
    upstream.script_polls([Answer::failed("moderation_blocked", "Your request was blocked by our moderation system.")]);
    let error = World::of(&upstream).ask("video", &operation("video")).error();
    assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false), "{error:?}");
    assert_eq!(upstream.count(VIDEOS), 1);
}

#[test]
fn a_wrong_key_is_told_and_never_shown() {
    claims::a_wrong_key_is_told_and_never_shown::<OpenAi>();
}

#[test]
fn a_key_that_the_upstream_echoes_does_not_come_through() {
    // One that no adapter knows by its first letters.
    let upstream = FakeOpenAi::builder().key("lighthouse-7f3a9c52d1e84b60").start();
    for kind in KINDS {
        let error = claims::failure(&upstream, kind, Answer::echo_key());
        assert!(!format!("{error:?}").contains(upstream.key()), "{kind}: {error:?}");
    }
}

#[test]
fn a_retired_model_is_told_and_not_asked_again() {
    let retryable = claims::failures::<OpenAi>(&KINDS, "model-unavailable", Answer::model_not_found);
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn a_text_that_was_cut_off_says_so() {
    let upstream = FakeOpenAi::start();
    upstream.script([Answer::truncated()]);
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert!(made.text().truncated);
    assert_eq!(made.booked(), (1, 0));
}

#[test]
fn an_answer_that_is_no_json_is_malformed() {
    claims::failures::<OpenAi>(&KINDS, "malformed-output", || Answer::words(200, "<html>Welcome</html>"));
}

#[test]
fn a_refused_connection_costs_nothing() {
    claims::a_refused_connection_costs_nothing::<OpenAi>();
}

#[test]
fn words_that_may_have_been_accepted_are_asked_for_once_more() {
    claims::words_that_may_have_been_accepted_are_asked_for_once_more::<OpenAi>();
}

#[test]
fn words_that_may_have_been_accepted_twice_are_not_asked_for_again() {
    claims::words_that_may_have_been_accepted_twice_are_not_asked_for_again::<OpenAi>();
}

#[test]
fn pictures_and_clips_that_may_have_been_accepted_wait_for_a_person() {
    claims::pictures_and_clips_that_may_have_been_accepted_wait_for_a_person::<OpenAi>();
}

#[test]
fn what_a_person_sends_again_is_sent_once_more() {
    claims::what_a_person_sends_again_is_sent_once_more::<OpenAi>();
}

#[test]
fn a_restart_between_two_polls_goes_on_at_the_same_job() {
    claims::a_restart_between_two_polls_goes_on_at_the_same_job::<OpenAi>(OpenAi::settings());
}

#[test]
fn a_clip_that_is_larger_than_allowed_is_not_taken() {
    claims::a_clip_that_is_larger_than_allowed_is_not_taken::<OpenAi>(OpenAi::settings());
}

#[test]
fn a_restart_during_a_poll_goes_on_at_the_same_job() {
    claims::a_restart_during_a_poll_goes_on_at_the_same_job::<OpenAi>(OpenAi::settings());
}

#[test]
fn a_host_that_dies_while_it_begins_a_clip_does_not_begin_another() {
    claims::a_host_that_dies_while_it_begins_a_clip_does_not_begin_another::<OpenAi>();
}

#[test]
fn a_cancelled_clip_is_asked_for_no_more_and_runs_on_upstream_which_knows_no_cancellation() {
    claims::cancelling_a_clip_reaches_the_upstream::<OpenAi>(OpenAi::settings(), |_| None);
}
