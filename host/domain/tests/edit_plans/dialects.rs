//! One plan, three ways to write it.

use kinora_domain::documents::*;
use kinora_domain::edit_plan::{compile, edl_hash, read, schema, write_plan_version};
use serde_json::{Value, json};

use crate::{film, materials, plan, with};

fn documented() -> Value {
    json!({
        "version": "1.0",
        "output": {"width": 1280, "height": 720, "fps": 25},
        "defaults": {"transition": {"type": "crossfade", "duration_ms": 400}, "effects": {"ken_burns": false}},
        "timeline": [
            {"media_id": "hill", "type": "image", "duration": {"ms": 3000}, "effect": "pan_left"},
            {"media_id": "walk", "type": "video", "duration": {"ms": 2000}, "trim": {"start_ms": 500, "end_ms": 2500}},
            {"media_id": "lake", "type": "image", "duration": {"ms": 2500}, "transition": {"type": "cut", "duration_ms": 0}}
        ]
    })
}

fn request() -> Value {
    json!({
        "version": "1.0",
        "project_id": "p",
        "output": {"width": 1280, "height": 720, "fps": 25},
        "defaults": {"transition": {"type": "crossfade", "duration_ms": 400}, "effects": {"ken_burns": false}},
        "timeline": [
            {"asset_id": "hill", "type": "image", "duration": {"mode": "ms", "value": 3000}, "effect": "pan_left"},
            {"asset_id": "walk", "type": "video", "duration": {"mode": "ms", "value": 2000},
                "source": {"in_ms": 500, "out_ms": 2500}},
            {"asset_id": "lake", "type": "image", "duration": {"mode": "ms", "value": 2500},
                "transition_in": {"type": "cut", "duration_ms": 0}}
        ]
    })
}

fn plan_version() -> Value {
    let segment = |index: u32, id: &str, kind: &str, lasts: u64, from: u64| {
        json!({"index": index, "media_asset_id": id, "media_type": kind, "render_duration_ms": lasts,
            "source_in_ms": from, "source_out_ms": from + lasts, "effects": {}, "transition_out": null})
    };
    let mut document = json!({
        "plan_version": "v1", "mode": "no_audio", "project_id": "p",
        "project_settings": {"output_width": 1280, "output_height": 720, "output_fps": 25,
            "transition_type": "crossfade", "transition_duration_ms": 400, "ken_burns_enabled": false},
        "timeline": {"total_duration_ms": 7100, "segments": [
            segment(0, "hill", "image", 3000, 0), segment(1, "walk", "video", 2000, 500),
            segment(2, "lake", "image", 2500, 0)
        ]},
        "notes": null, "warnings": []
    });
    document["timeline"]["segments"][0]["effects"] =
        json!({"ken_burns": {"enabled": true, "zoom": 1.1, "pan": "left"}});
    document["timeline"]["segments"][1]["transition_out"] = json!({"type": "cut", "duration_ms": 0});
    document
}

#[test]
fn the_same_film_comes_of_all_three() {
    let expected = film(documented());
    assert_eq!(expected.frames(), 75 + 50 + 63 - 10);
    assert_eq!(film(request()), expected);
    assert_eq!(film(plan_version()), expected);
    assert_eq!(edl_hash(&plan(request())), edl_hash(&plan(documented())));
}

#[test]
fn what_is_written_in_the_third_dialect_is_the_same_film_when_it_is_read() {
    for document in [
        documented(),
        with(
            json!([
                {"media_id": "hill", "duration": {"beats": 3}, "effects": {"ken_burns": true}},
                {"media_id": "walk", "duration": {"natural": true}},
                {"media_id": "endless", "duration": {"beats": 5, "bpm": 93}, "trim": {"start_ms": 70}},
                {"media_id": "lake", "duration": {"seconds": 1.2345}, "effect": "diagonal_push"}
            ]),
            json!({"output": {"fps": "24000/1001"}, "defaults": {"transition": {"type": "crossfade", "duration_ms": 333}}}),
        ),
        with(
            json!([{"media_id": "hill", "duration": {"seconds": 1.7}}, {"media_id": "walk", "duration": {"seconds": 5.1}}]),
            json!({"audio": {"mode": "with_audio", "end_at_audio_end": true}, "output": {"fps": 60}}),
        ),
        // So many that lengths rounded each for itself would be another film.
        with(
            json!(vec![json!({"media_id": "hill", "duration": {"ms": 100}}); 600]),
            json!({"output": {"fps": "24000/1001"}}),
        ),
    ] {
        let plan = plan(document);
        let first = compile(&plan, &materials()).unwrap();
        let written = write_plan_version("p", &plan, &first);
        let again = compile(&read(&written).unwrap(), &materials()).unwrap();
        assert_eq!(again.frames(), first.frames(), "{written}");
        for (again, first) in again.segments.iter().zip(&first.segments) {
            assert_eq!((again.frames, again.crossfade), (first.frames, first.crossfade), "{written}");
            assert_eq!(again.shown.media_id(), first.shown.media_id());
            if first.shown.media_id() != Some("endless") {
                assert_eq!(again.shown, first.shown, "{written}");
            }
        }
    }
}

#[test]
fn what_the_third_dialect_cannot_say_is_said_in_words() {
    let plan = plan(with(
        json!([{"media_id": "hill", "duration": {"seconds": 2}}]),
        json!({"audio": {"mode": "with_audio", "end_at_audio_end": true, "start_offset_ms": 250}, "repeat": {"mode": "stop"}}),
    ));
    let written = write_plan_version("p", &plan, &compile(&plan, &materials()).unwrap());
    assert_eq!(written["timeline"]["segments"].as_array().unwrap().len(), 1);
    assert_eq!(written["timeline"]["total_duration_ms"], 2000);
    let warnings = written["warnings"].as_array().unwrap();
    assert!(warnings[0].as_str().unwrap().contains("a part of it"), "{warnings:?}");
    assert!(warnings[1].as_str().unwrap().starts_with("8000 ms of black"), "{warnings:?}");
}

#[test]
fn the_music_of_the_third_dialect_may_stand_among_its_segments() {
    let mut document = plan_version();
    document["mode"] = json!("with_audio");
    let segments = document["timeline"]["segments"].as_array_mut().unwrap();
    segments.push(json!({"index": 3, "media_asset_id": "song", "media_type": "audio", "render_duration_ms": 7100,
        "source_in_ms": 1500, "source_out_ms": 8600}));
    let read = plan(document);
    assert_eq!((read.audio.asset_id.as_deref(), read.audio.start_offset_ms), (Some("song"), 1500));
    let film = compile(&read, &materials()).unwrap();
    assert_eq!((film.segments.len(), film.audio.unwrap().start_ms), (3, 1500));
}

#[test]
fn moves_that_the_third_dialect_describes_are_known_by_name() {
    for (burns, effect) in [
        (json!({"enabled": true, "pan": "right"}), Some(CameraEffect::PanRight)),
        (json!({"enabled": true, "zoom": 1.2}), Some(CameraEffect::SlowZoomIn)),
        (json!({"enabled": true, "zoom": 0.9}), Some(CameraEffect::SlowZoomOut)),
        (json!({"enabled": true, "zoom": null, "pan": null}), None),
        (json!({"enabled": false, "zoom": 1.2}), Some(CameraEffect::None)),
    ] {
        let mut document = plan_version();
        document["timeline"]["segments"][0]["effects"]["ken_burns"] = burns;
        assert_eq!(plan(document).timeline[0].effect, effect);
    }
}

#[test]
fn an_edit_request_has_its_music_and_ends_with_it() {
    let read =
        plan(json!({"audio": {"asset_id": "song", "bpm": 120}, "timeline": [{"asset_id": "hill", "type": "image"}]}));
    assert_eq!((read.audio.mode, read.audio.end_at_audio_end), (AudioMode::WithAudio, true));
    // Nothing says how long the picture is seen: eight beats, here of a tempo.
    assert_eq!(read.timeline[0].duration, PlanDuration::Beats { beats: 8.0, bpm: None });
    let film = compile(&read, &materials()).unwrap();
    assert_eq!((film.segments[0].frames, film.frames()), (120, 308));
}

#[test]
fn segments_that_say_no_length_have_the_usual_one() {
    let lengths = |document: Value| -> Vec<PlanDuration> {
        plan(document).timeline.into_iter().map(|segment| segment.duration).collect()
    };
    let segments = json!([{"asset_id": "hill", "type": "image"}, {"asset_id": "walk", "type": "video"}]);
    let (four, natural) = (PlanDuration::Milliseconds { ms: 4000 }, PlanDuration::Natural { natural: true });
    assert_eq!(lengths(with(segments.clone(), json!({}))), [four, natural]);
    let beats = PlanDuration::Beats { beats: 4.0, bpm: None };
    assert_eq!(lengths(with(segments, json!({"defaults": {"beats_per_cut": 4}}))), [beats, beats]);
}

#[test]
fn a_plan_that_is_written_as_it_is_kept_is_read_as_it_was() {
    for document in [documented(), plan_version()] {
        let read = plan(document);
        assert_eq!(plan(serde_json::to_value(&read).unwrap()), read);
        assert_eq!(serde_json::from_value::<EditPlan>(json!(read)).unwrap(), read);
    }
    let full = EditPlan {
        audio: PlanAudio {
            source: AudioSource::None,
            mode: AudioMode::NoAudio,
            asset_id: Some("song".to_owned()),
            bpm: Some(97.5),
            start_offset_ms: 1,
            end_at_audio_end: false,
            trim_end_ms: 2,
        },
        repeat: Some(PlanRepeat { mode: RepeatMode::Stop, fill_behavior: FillBehavior::FreezeLast }),
        output: PlanOutput { fps: Rate { num: 24_000, den: 1001 }, ..PlanOutput::default() },
        ..plan(documented())
    };
    assert_eq!(plan(json!(full)), full);
}

#[test]
fn nulls_and_whole_fractions_are_what_models_write() {
    let read = plan(json!({
        "version": 1.0, "output": {"width": 1280.0, "height": 720.0, "fps": 29.97, "format": null}, "audio": null,
        "timeline": [{"media_id": "hill", "duration": {"seconds": 3, "ms": null, "beats": null}, "trim": null, "extra": 1}],
        "repeat": null, "notes": "a film"
    }));
    assert_eq!((read.output.width, read.output.fps), (1280, Rate { num: 30_000, den: 1001 }));
    assert_eq!(read.timeline[0].duration, PlanDuration::Seconds { seconds: 3.0 });
}

#[test]
fn the_published_schema_describes_the_documented_dialect() {
    let schema = schema();
    assert_eq!(schema["title"], "EditPlan");
    assert_eq!(schema["required"], json!(["timeline"]));
    assert_eq!(schema["$defs"]["PlanSegment"]["required"], json!(["media_id", "duration"]));
}
