//! The provider `replicate`, with the models that are mapped without any setting.

use serde_json::json;

use crate::claims::{self, KINDS};
use crate::fake_replicate::{Answer, Cog, FILES, FakeReplicate, predictions};
use crate::upstream::media;
use crate::world::{Subject, World, operation};

impl Subject for Cog {
    const PROVIDER: &'static str = "replicate";

    fn works_on() -> Answer {
        Answer::processing(38)
    }
}

const PAINTER: &str = "black-forest-labs/flux-schnell";
const FILMER: &str = "google/veo-3.1";

#[test]
fn a_text_comes_with_what_was_counted() {
    let upstream = FakeReplicate::start();
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert_eq!(made.text().text, "The light stays on.");
    assert_eq!(made.booked(), (1, 0));
    assert_eq!((made.ledger[0].input_tokens, made.ledger[0].output_tokens), (21, 7));
    assert_eq!(upstream.requests().len(), 1, "it was held open until it was done");
}

#[test]
fn a_picture_is_fetched_from_another_host_without_the_key_and_lands_in_the_blob_store() {
    let upstream = FakeReplicate::start();
    let world = World::of(&upstream);
    let made = world.ask("image", &operation("image"));
    assert_eq!(world.blob(&made.handle()), media::decoded(media::JPEG));
    assert_eq!((made.booked(), made.ledger[0].pictures, made.ledger[0].cost), ((1, 0), 1, 3_000));
    assert_eq!(upstream.asked(), [format!("POST {}", predictions(PAINTER)), "GET /picture.jpg".into()]);
}

#[test]
fn a_clip_is_fetched_from_another_host_without_the_key_and_lands_in_the_blob_store() {
    let upstream = FakeReplicate::start();
    let world = World::of(&upstream);
    let made = world.ask("video", &operation("video"));
    assert_eq!(world.blob(&made.handle()), media::CLIP);
    assert_eq!((made.booked(), made.ledger[0].video_ms, made.ledger[0].cost), ((1, 0), 8_000, 3_200_000));
    assert_eq!((upstream.count(&predictions(FILMER)), upstream.count("/clip.mp4")), (1, 1));
}

#[test]
fn a_clip_goes_on_from_a_first_frame_that_is_uploaded_and_not_paid_for() {
    let upstream = FakeReplicate::start();
    let world = World::of(&upstream);
    let frame = media::decoded(media::PICTURE);
    let mut clip = operation("video");
    clip["first_frame"] = json!(world.put(&frame));
    let made = world.ask("video", &clip);
    assert_eq!(world.blob(&made.handle()), media::CLIP);
    assert_eq!((made.operation().sends, made.booked()), (1, (1, 0)), "the upload costs nothing");
    let requests = upstream.requests();
    assert_eq!(requests[0].path, FILES);
    assert!(requests[0].body.windows(frame.len()).any(|part| part == frame), "the picture is in the form");
    let address = requests[1].json()["input"]["image"].clone();
    assert_eq!(address, "https://api.replicate.com/v1/files/file-1");
}

#[test]
fn a_slow_text_or_picture_is_polled_until_it_is_there() {
    for kind in ["text", "image"] {
        let upstream = FakeReplicate::start();
        upstream.script([Answer::starting()]);
        upstream.script_polls([Answer::starting(), Answer::processing(4), Answer::processing(96)]);
        let made = World::of(&upstream).ask(kind, &operation(kind));
        assert_eq!((made.operation().sends, made.booked()), (1, (1, 0)), "{kind}");
        let polls = upstream.requests().iter().filter(|one| one.path.starts_with("/v1/predictions/")).count();
        assert_eq!(polls, 4, "{kind}: three, and one that found it done");
    }
}

#[test]
fn a_slow_clip_is_polled_until_it_is_there() {
    claims::a_slow_clip_is_polled_until_it_is_there::<Cog>(Cog::settings(), Answer::starting());
}

#[test]
fn polls_and_downloads_that_fail_are_repeated_and_doubt_nothing() {
    let throttled = Answer::rate_limited(1);
    claims::polls_and_downloads_that_fail_are_repeated_and_doubt_nothing::<Cog>(Cog::settings(), throttled);
}

#[test]
fn throttled_requests_say_in_the_error_how_long_to_wait() {
    let upstream = FakeReplicate::start();
    for kind in KINDS {
        let error = claims::failure(&upstream, kind, Answer::rate_limited(30));
        assert_eq!((error.kind.as_str(), error.retryable), ("rate-limited", true), "{kind}: {error:?}");
        assert_eq!(error.retry_after_ms, Some(30_000), "{kind}");
    }
}

#[test]
fn an_account_without_money_is_not_asked_again() {
    assert_eq!(claims::failures::<Cog>(&KINDS, "quota-exhausted", Answer::billing), [false; 3]);
}

#[test]
fn what_the_content_policy_refuses_is_not_asked_again() {
    assert_eq!(claims::failures::<Cog>(&KINDS, "content-policy", Answer::refusal), [false; 3]);
}

#[test]
fn a_clip_that_the_content_policy_ends_is_not_asked_again() {
    let upstream = FakeReplicate::start();
    upstream.script_polls([Answer::processing(10), Answer::refusal()]);
    let error = World::of(&upstream).ask("video", &operation("video")).error();
    assert_eq!((error.kind.as_str(), error.retryable), ("content-policy", false), "{error:?}");
    assert_eq!(upstream.count(&predictions(FILMER)), 1);
}

#[test]
fn a_wrong_key_is_told_and_never_shown() {
    claims::a_wrong_key_is_told_and_never_shown::<Cog>();
}

#[test]
fn a_retired_model_is_told_and_not_asked_again() {
    assert_eq!(claims::failures::<Cog>(&KINDS, "model-unavailable", Answer::model_not_found), [false; 3]);
}

#[test]
fn a_text_that_was_cut_off_says_so() {
    let upstream = FakeReplicate::start();
    upstream.script([Answer::truncated()]);
    let made = World::of(&upstream).ask("text", &operation("text"));
    assert!(made.text().truncated);
    assert_eq!(made.booked(), (1, 0));
}

#[test]
fn an_answer_that_is_no_json_is_malformed() {
    claims::failures::<Cog>(&KINDS, "malformed-output", || Answer::words(200, "<html>Welcome</html>"));
}

#[test]
fn an_output_that_is_not_what_the_mapping_says_is_malformed_and_not_paid_for_again() {
    let retryable = claims::failures::<Cog>(&KINDS, "malformed-output", || Answer::output(json!({"mood": "calm"})));
    assert_eq!(retryable, [false; 3]);
}

#[test]
fn a_refused_connection_costs_nothing() {
    claims::a_refused_connection_costs_nothing::<Cog>();
}

#[test]
fn words_that_may_have_been_accepted_are_asked_for_once_more() {
    claims::words_that_may_have_been_accepted_are_asked_for_once_more::<Cog>();
}

#[test]
fn words_that_may_have_been_accepted_twice_are_not_asked_for_again() {
    claims::words_that_may_have_been_accepted_twice_are_not_asked_for_again::<Cog>();
}

#[test]
fn pictures_and_clips_that_may_have_been_accepted_wait_for_a_person() {
    claims::pictures_and_clips_that_may_have_been_accepted_wait_for_a_person::<Cog>();
}

#[test]
fn what_a_person_sends_again_is_sent_once_more() {
    claims::what_a_person_sends_again_is_sent_once_more::<Cog>();
}

#[test]
fn a_restart_between_two_polls_goes_on_at_the_same_job() {
    claims::a_restart_between_two_polls_goes_on_at_the_same_job::<Cog>(Cog::settings());
}

#[test]
fn a_clip_that_is_larger_than_allowed_is_not_taken() {
    claims::a_clip_that_is_larger_than_allowed_is_not_taken::<Cog>(Cog::settings());
}

#[test]
fn a_restart_during_a_poll_goes_on_at_the_same_job() {
    claims::a_restart_during_a_poll_goes_on_at_the_same_job::<Cog>(Cog::settings());
}

#[test]
fn a_host_that_dies_while_it_begins_a_clip_does_not_begin_another() {
    claims::a_host_that_dies_while_it_begins_a_clip_does_not_begin_another::<Cog>();
}

#[test]
fn a_cancelled_clip_is_cancelled_upstream() {
    claims::cancelling_a_clip_reaches_the_upstream::<Cog>(Cog::settings(), |polled| Some(format!("{polled}/cancel")));
}
