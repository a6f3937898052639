//! The provider `gemini`, with both of its APIs for clips.

use serde_json::{Value, json};

use crate::claims::{self, KINDS};
use crate::fake_gemini::{Answer, FILES, FakeGemini, Google, INTERACTIONS};
use crate::upstream::media;
use crate::world::{Subject, World, operation};

impl Subject for Google {
    const PROVIDER: &'static str = "gemini";

    fn works_on() -> Answer {
        Answer::running()
    }
}

/// The settings for the API of clips that Google has ended and gateways keep.
fn by_prediction() -> Value {
    json!({"video_api": "predict-long-running"})
}

/// The settings for each of the APIs of clips.
fn both() -> [Value; 2] {
    [Google::settings(), by_prediction()]
}

#[test]
fn a_text_comes_with_what_it_cost() {
    let upstream = FakeGemini::start();
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert_eq!(made.text().text, "The light stays on.");
    assert_eq!(made.booked(), (1, 0));
    assert_eq!((made.ledger[0].input_tokens, made.ledger[0].output_tokens), (5, 279), "thoughts are paid for too");
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn a_picture_lands_in_the_blob_store() {
    let upstream = FakeGemini::start();
    let world = World::of(&upstream);
    let made = world.ask("image", &operation("image"));
    assert_eq!(world.blob(&made.handle()), media::decoded(media::PICTURE));
    assert_eq!((made.booked(), made.ledger[0].pictures), ((1, 0), 1));
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn a_clip_in_a_file_of_googles_is_fetched_with_the_key_from_where_the_endpoint_was_moved() {
    for settings in both() {
        let upstream = FakeGemini::start();
        let world = World::set(&upstream, settings);
        let made = world.ask("video", &operation("video"));
        assert_eq!(world.blob(&made.handle()), media::CLIP);
        assert_eq!(made.booked(), (1, 0));
        assert_eq!(upstream.requests().iter().filter(|request| request.path.starts_with(FILES)).count(), 1);
    }
}

#[test]
fn a_clip_on_another_host_is_fetched_there_without_the_key() {
    for settings in both() {
        let upstream = FakeGemini::start();
        upstream.script_polls([Answer::elsewhere()]);
        let world = World::set(&upstream, settings);
        let made = world.ask("video", &operation("video"));
        assert_eq!(world.blob(&made.handle()), media::CLIP);
        assert_eq!(upstream.count("/clip.mp4"), 1);
    }
}

#[test]
fn a_clip_goes_on_from_its_first_frame() {
    for (settings, place) in both().into_iter().zip(["/input/1/data", "/instances/0/image/bytesBase64Encoded"]) {
        let upstream = FakeGemini::start();
        let world = World::set(&upstream, settings);
        let mut clip = operation("video");
        clip["first_frame"] = json!(world.put(&media::decoded(media::PICTURE)));
        world.ask("video", &clip).media();
        assert_eq!(upstream.requests()[0].json().pointer(place), Some(&json!(media::PICTURE)));
    }
}

#[test]
fn a_slow_clip_is_polled_until_it_is_there() {
    for settings in both() {
        claims::a_slow_clip_is_polled_until_it_is_there::<Google>(settings, Answer::queued());
    }
}

#[test]
fn polls_and_downloads_that_fail_are_repeated_and_doubt_nothing() {
    for settings in both() {
        let throttled = Answer::rate_limited(50);
        claims::polls_and_downloads_that_fail_are_repeated_and_doubt_nothing::<Google>(settings, throttled);
    }
}

#[test]
fn throttled_requests_say_in_the_error_how_long_the_body_asks_to_wait() {
    let upstream = FakeGemini::start();
    for kind in KINDS {
        let error = claims::failure(&upstream, kind, Answer::rate_limited(34_400));
        assert_eq!((error.kind.as_str(), error.retryable), ("rate-limited", true), "{kind}: {error:?}");
        assert_eq!(error.retry_after_ms, Some(34_400), "{kind}");
    }
}

#[test]
fn the_allowance_of_a_day_is_not_waited_for() {
    let retryable = claims::failures::<Google>(&KINDS, "quota-exhausted", Answer::quota_of_the_day);
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn what_the_content_policy_refuses_is_not_asked_again() {
    let retryable = claims::failures::<Google>(&["text", "image"], "content-policy", Answer::refusal);
    assert_eq!(retryable, [false; 2]);
}

#[test]
fn a_clip_that_the_content_policy_ends_is_not_asked_again() {
    for settings in both() {
        let upstream = FakeGemini::start();
        upstream.script_polls([Answer::refusal()]);
        let error = World::set(&upstream, settings).ask("video", &operation("video")).error();
        assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false), "{error:?}");
        assert_eq!(upstream.requests().len(), 2, "begun once, asked for once");
    }
}

#[test]
fn a_clip_that_fails_upstream_may_be_tried_again() {
    for settings in both() {
        let upstream = FakeGemini::start();
        upstream.script_polls([Answer::failed("internal_error", "An internal error has occurred.")]);
        let error = World::set(&upstream, settings).ask("video", &operation("video")).error();
        assert_eq!((error.kind.as_str(), error.retryable), ("unavailable", true), "{error:?}");
    }
}

#[test]
fn a_wrong_key_is_told_and_never_shown() {
    claims::a_wrong_key_is_told_and_never_shown::<Google>();
}

#[test]
fn a_retired_model_is_told_and_not_asked_again() {
    let retryable = claims::failures::<Google>(&KINDS, "model-unavailable", Answer::model_not_found);
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn a_text_that_was_cut_off_says_so() {
    let upstream = FakeGemini::start();
    upstream.script([Answer::truncated()]);
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert!(made.text().truncated);
    assert_eq!(made.booked(), (1, 0));
}

#[test]
fn a_text_that_was_cut_off_before_its_first_word_says_what_to_do() {
    let retryable = claims::failures::<Google>(&["text"], "invalid-request", Answer::unbegun);
    assert_eq!(retryable, [false]);
}

#[test]
fn an_answer_that_is_no_json_is_malformed() {
    claims::failures::<Google>(&KINDS, "malformed-output", || Answer::words(200, "<html>Welcome</html>"));
}

#[test]
fn a_refused_connection_costs_nothing() {
    claims::a_refused_connection_costs_nothing::<Google>();
}

#[test]
fn words_that_may_have_been_accepted_are_asked_for_once_more() {
    claims::words_that_may_have_been_accepted_are_asked_for_once_more::<Google>();
}

#[test]
fn words_that_may_have_been_accepted_twice_are_not_asked_for_again() {
    claims::words_that_may_have_been_accepted_twice_are_not_asked_for_again::<Google>();
}

#[test]
fn pictures_and_clips_that_may_have_been_accepted_wait_for_a_person() {
    claims::pictures_and_clips_that_may_have_been_accepted_wait_for_a_person::<Google>();
}

#[test]
fn what_a_person_sends_again_is_sent_once_more() {
    claims::what_a_person_sends_again_is_sent_once_more::<Google>();
}

#[test]
fn a_restart_between_two_polls_goes_on_at_the_same_job() {
    for settings in both() {
        claims::a_restart_between_two_polls_goes_on_at_the_same_job::<Google>(settings);
    }
}

#[test]
fn a_clip_that_is_larger_than_allowed_is_not_taken() {
    for settings in both() {
        claims::a_clip_that_is_larger_than_allowed_is_not_taken::<Google>(settings);
    }
}

#[test]
fn a_restart_during_a_poll_goes_on_at_the_same_job() {
    for settings in both() {
        claims::a_restart_during_a_poll_goes_on_at_the_same_job::<Google>(settings);
    }
}

#[test]
fn a_host_that_dies_while_it_begins_a_clip_does_not_begin_another() {
    claims::a_host_that_dies_while_it_begins_a_clip_does_not_begin_another::<Google>();
}

#[test]
fn a_cancelled_clip_is_cancelled_upstream() {
    claims::cancelling_a_clip_reaches_the_upstream::<Google>(Google::settings(), |polled| {
        assert!(polled.starts_with(INTERACTIONS));
        Some(format!("{polled}/cancel"))
    });
}

#[test]
fn a_cancelled_prediction_is_asked_for_no_more_and_runs_on_upstream_which_knows_no_cancellation() {
    claims::cancelling_a_clip_reaches_the_upstream::<Google>(by_prediction(), |_| None);
}
