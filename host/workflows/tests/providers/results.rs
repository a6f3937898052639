//! What the host makes of results before they count as made.

use kinora_domain::documents::{MediaFacts, MediaItem, Rate};
use kinora_jobs::OperationError;

use crate::fake_openai::{Answer, FakeOpenAi, VIDEOS};
use crate::upstream::media;
use crate::world::{Made, World, operation};

/// A clip that was begun and asked for in good order, and whose content is this.
fn clip(content: &[u8]) -> (FakeOpenAi, World, Made) {
    let upstream = FakeOpenAi::start();
    upstream.script_files([Answer::words(200, content)]);
    let world = World::set(&upstream, serde_json::json!({"video_model": "sora-2"}));
    let made = world.ask("video", &operation("video"));
    (upstream, world, made)
}

fn refused(content: &[u8]) -> OperationError {
    let (upstream, _world, made) = clip(content);
    let error = made.error();
    assert_eq!(error.kind, "malformed-output", "{error:?}");
    assert_eq!(made.booked(), (1, 0), "it was paid for all the same");
    assert_eq!(upstream.count(VIDEOS), 1, "and is not asked for again");
    error
}

#[test]
fn a_result_has_the_facts_that_the_host_found_in_it() {
    let (_upstream, _world, made) = clip(media::CLIP);
    let outcome = made.media();
    let [MediaItem::Blob { facts: Some(facts), .. }] = outcome.items.as_slice() else { panic!("{outcome:?}") };
    let expected = MediaFacts {
        media_type: "video/mp4".into(),
        width: 32,
        height: 18,
        duration_ms: 500,
        rate: Some(Rate { num: 4, den: 1 }),
        has_audio: false,
    };
    assert_eq!(*facts, expected);
}

#[test]
fn a_clip_that_broke_off_is_no_clip() {
    let error = refused(&media::CLIP[..media::CLIP.len() / 2]);
    assert!(error.message.contains("the video it made cannot be used"), "{}", error.message);
    assert!(!error.message.contains('/'), "it names no file of the host: {}", error.message);
}

#[test]
fn a_damaged_picture_is_no_picture() {
    let upstream = FakeOpenAi::start();
    upstream.script([Answer::elsewhere()]);
    let picture = media::decoded(media::PICTURE);
    upstream.script_files([Answer::words(200, &picture[..picture.len() / 2])]);
    let made = World::of(&upstream).ask("image", &operation("image"));
    let error = made.error();
    assert!(error.message.contains("the image it made cannot be used: it is damaged"), "{}", error.message);
    assert_eq!(made.booked(), (1, 0));
}
