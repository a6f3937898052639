//! What is seen when.

use kinora_domain::documents::CameraEffect;
use kinora_domain::timeline::{Shown, TimelineAudio};
use serde_json::{Value, json};

use crate::{film, pieces, with};

fn seconds(id: &str, seconds: f64) -> Value {
    json!({"media_id": id, "duration": {"seconds": seconds}})
}

#[test]
fn the_documents_example_is_three_seconds() {
    let film = film(json!({
        "version": "1.0",
        "output": {"width": 1920, "height": 1080, "fps": 30, "format": "mp4"},
        "audio": {"source": "project_audio", "mode": "no_audio"},
        "defaults": {"transition": {"type": "cut"}, "effects": {"ken_burns": true}},
        "timeline": [{"media_id": "walk", "duration": {"seconds": 3.0},
            "transition": {"type": "crossfade", "duration_ms": 500}, "trim": {"start_ms": 0, "end_ms": 3000}}]
    }));
    assert_eq!((film.frames(), film.duration_ms(), pieces(&film)), (90, 3000, vec![(90, 0)]));
    let walk = Shown::Video { media_id: "walk".into(), start_ms: 0, end_ms: Some(3000) };
    assert_eq!((&film.segments[0].shown, film.audio), (&walk, None));
    assert_eq!(film.warnings, ["Segment 1 (media_id walk): its transition is ignored, since nothing comes before it"]);
}

#[test]
fn crossfades_overlap_and_shorten_the_film() {
    let film = film(with(
        json!([seconds("hill", 2.0), seconds("lake", 2.0), seconds("hill", 2.0)]),
        json!({"defaults": {"transition": {"type": "crossfade"}}}),
    ));
    assert_eq!(pieces(&film), [(60, 0), (60, 15), (60, 15)]);
    assert_eq!((film.frames(), film.starts().collect::<Vec<_>>()), (150, vec![0, 45, 90]));
    assert!(film.warnings.is_empty(), "{:?}", film.warnings);
}

#[test]
fn a_segments_own_transition_leads_into_it() {
    let mut timeline = json!([seconds("hill", 2.0), seconds("lake", 2.0), seconds("hill", 2.0)]);
    timeline[1]["transition"] = json!({"type": "crossfade", "duration_ms": 1000});
    assert_eq!(pieces(&film(with(timeline, json!({})))), [(60, 0), (60, 30), (60, 0)]);
}

#[test]
fn a_crossfade_that_says_no_length_has_that_of_the_defaults() {
    let mut timeline = json!([seconds("hill", 2.0), seconds("lake", 2.0)]);
    timeline[1]["transition"] = json!({"type": "crossfade"});
    let fade = |usual: Value| pieces(&film(with(timeline.clone(), json!({"defaults": {"transition": usual}}))))[1].1;
    assert_eq!(fade(json!({"type": "crossfade", "duration_ms": 200})), 6);
    // What a cut says of its length is nothing.
    assert_eq!(fade(json!({"type": "cut", "duration_ms": 0})), 15);
    assert_eq!(fade(Value::Null), 15);
}

#[test]
fn a_crossfade_shorter_than_a_frame_is_one() {
    let timeline = json!([seconds("hill", 2.0), seconds("lake", 2.0)]);
    let defaults = json!({"defaults": {"transition": {"type": "crossfade", "duration_ms": 5}}});
    assert_eq!(pieces(&film(with(timeline, defaults))), [(60, 0), (60, 1)]);
}

#[test]
fn lengths_are_rounded_at_their_boundaries_and_never_add_up() {
    // A quarter note at 97.5 beats a minute is 18.46 frames; 24 of them are 443.08.
    let note = json!({"media_id": "hill", "duration": {"beats": 1, "bpm": 97.5}});
    let film = film(with(json!(vec![note; 24]), json!({})));
    assert_eq!(film.frames(), 443);
    assert!(pieces(&film).iter().all(|(frames, _)| [18, 19].contains(frames)));
}

#[test]
fn broadcast_rates_keep_to_the_second_over_an_hour() {
    for (fps, frames) in
        [(json!("24000/1001"), 86_314), (json!(29.97), 107_892), (json!(50), 180_000), (json!("60"), 216_000)]
    {
        let timeline = vec![seconds("hill", 3.6); 1000];
        let film = film(with(json!(timeline), json!({"output": {"fps": fps}})));
        assert_eq!(film.frames(), frames, "{fps}");
        assert!(film.duration_ms().abs_diff(3_600_000) <= 21, "{fps}");
    }
}

#[test]
fn beats_of_a_tempo_last_exactly_as_long_as_they_do() {
    let timeline = json!([{"media_id": "hill", "duration": {"beats": 4, "bpm": 120}}]);
    assert_eq!(film(with(timeline, json!({}))).frames(), 60);
}

#[test]
fn beats_without_a_tempo_end_on_the_beats_of_the_music() {
    let beats = |count: f64| json!({"media_id": "hill", "duration": {"beats": count}});
    // The first beat is at 250 ms: four beats from the beginning on end at the fourth one, at 1750 ms.
    let cuts = film(with(json!([beats(4.0), beats(2.0), beats(0.5)]), json!({"output": {"fps": 100}})));
    assert_eq!(pieces(&cuts), [(175, 0), (100, 0), (25, 0)]);
    // A crossfade is over on the beat on which a cut would be.
    let fades = json!({"output": {"fps": 100}, "defaults": {"transition": {"type": "crossfade", "duration_ms": 200}}});
    let fades = film(with(json!([beats(4.0), beats(2.0), beats(1.0)]), fades));
    assert_eq!(pieces(&fades), [(175, 0), (120, 20), (70, 20)]);
    assert_eq!(fades.frames(), 325);
}

#[test]
fn what_is_beside_the_beat_comes_back_to_it() {
    let timeline = json!([seconds("lake", 1.8), {"media_id": "hill", "duration": {"beats": 2}}]);
    assert_eq!(pieces(&film(with(timeline, json!({"output": {"fps": 100}})))), [(180, 0), (95, 0)]);
}

#[test]
fn beats_are_counted_from_where_the_film_begins_in_its_music() {
    let timeline = json!([{"media_id": "hill", "duration": {"beats": 2}}]);
    let audio = json!({"mode": "with_audio", "start_offset_ms": 1150});
    let film = film(with(timeline, json!({"audio": audio, "output": {"fps": 100}})));
    assert_eq!(pieces(&film), [(110, 0)]);
    assert_eq!(film.audio, Some(TimelineAudio { start_ms: 1150, end_ms: None }));
}

#[test]
fn a_clips_natural_length_is_that_of_what_is_left_of_it() {
    let natural = |trim: Value| json!({"media_id": "walk", "duration": {"natural": true}, "trim": trim});
    let timeline = json!([
        natural(Value::Null),
        natural(json!({"start_ms": 1000})),
        natural(json!({"start_ms": 500, "end_ms": 1500}))
    ]);
    assert_eq!(pieces(&film(with(timeline, json!({})))), [(120, 0), (90, 0), (30, 0)]);
}

#[test]
fn the_last_frame_of_a_short_clip_is_held_and_that_is_told() {
    let timeline = json!([
        {"media_id": "walk", "duration": {"seconds": 5}, "trim": {"start_ms": 1000, "end_ms": 3000}},
        {"media_id": "walk", "duration": {"seconds": 4}}
    ]);
    let film = film(with(timeline, json!({})));
    let said =
        "Segment 1 (media_id walk) lasts 5000 ms, but only 2000 ms of the clip are there: the last frame is held";
    assert_eq!(film.warnings, [said]);
    assert_eq!(pieces(&film), [(150, 0), (120, 0)]);
}

fn effects(timeline: Value, other: Value) -> Vec<CameraEffect> {
    let effect = |shown| match shown {
        Shown::Picture { effect, motion, .. } => {
            assert_eq!(motion.is_none(), effect == CameraEffect::None);
            effect
        }
        other => panic!("{other:?} is no picture"),
    };
    film(with(timeline, other)).segments.into_iter().map(|segment| effect(segment.shown)).collect()
}

#[test]
fn pictures_rest_unless_they_are_told_to_move() {
    use CameraEffect::{None, PanLeft, SlowZoomIn, SubtleDrift};
    let picture = |said: Value| {
        let mut segment = seconds("hill", 4.0);
        for (name, value) in said.as_object().unwrap() {
            segment[name] = value.clone();
        }
        segment
    };
    let timeline = json!([
        picture(json!({})),
        picture(json!({"effects": {"ken_burns": false}})),
        picture(json!({"effects": {"ken_burns": true}})),
        picture(json!({"effect": "pan_left", "effects": {"ken_burns": false}})),
        picture(json!({"effect": "none"}))
    ]);
    let third = CameraEffect::SlowZoomOut;
    assert_eq!(effects(timeline.clone(), json!({})), [None, None, third, PanLeft, None]);
    let burns = json!({"defaults": {"effects": {"ken_burns": true}}});
    assert_eq!(effects(timeline.clone(), burns), [SlowZoomIn, None, third, PanLeft, None]);
    let drift = json!({"defaults": {"effect": "subtle_drift"}});
    assert_eq!(effects(timeline, drift), [SubtleDrift, None, SubtleDrift, PanLeft, None]);
}

/// A film of a picture of two seconds and a clip of one, which ends with its music after ten seconds.
fn filled(repeat: Value, transition: Value) -> kinora_domain::timeline::Timeline {
    let timeline = json!([seconds("hill", 2.0), seconds("walk", 1.0)]);
    let audio = json!({"mode": "with_audio", "start_offset_ms": 250, "end_at_audio_end": true});
    let film = film(with(
        timeline,
        json!({"audio": audio, "repeat": repeat, "defaults": {"transition": transition,
        "effect": "slow_zoom_in"}}),
    ));
    assert_eq!(film.frames(), 300);
    film
}

#[test]
fn a_timeline_is_repeated_until_its_music_ends() {
    for repeat in [Value::Null, json!({"mode": "repeat_all"})] {
        let film = filled(repeat, json!({"type": "cut"}));
        assert_eq!(pieces(&film), [(60, 0), (30, 0), (60, 0), (30, 0), (60, 0), (30, 0), (30, 0)]);
        assert_eq!(film.segments[6].number, Some(1));
    }
    let faded = filled(Value::Null, json!({"type": "crossfade", "duration_ms": 500}));
    // The first segment has a crossfade too when it comes again.
    assert_eq!(pieces(&faded)[..4], [(60, 0), (30, 15), (60, 15), (30, 15)]);
}

#[test]
fn the_last_segment_alone_is_repeated_where_that_is_asked_for() {
    let film = filled(json!({"mode": "repeat_last"}), json!({"type": "cut"}));
    assert_eq!(pieces(&film), [(60, 0), (30, 0), (30, 0), (30, 0), (30, 0), (30, 0), (30, 0), (30, 0), (30, 0)]);
    assert!(film.segments[1..].iter().all(|segment| segment.shown.media_id() == Some("walk")));
}

#[test]
fn what_is_not_repeated_is_filled_with_black_or_the_last_frame() {
    let black = filled(json!({"mode": "stop"}), json!({"type": "cut"}));
    assert_eq!(pieces(&black), [(60, 0), (30, 0), (210, 0)]);
    assert_eq!((&black.segments[2].shown, black.segments[2].number), (&Shown::Black, None));

    let frozen = filled(json!({"mode": "stop", "fill_behavior": "freeze_last"}), json!({"type": "cut"}));
    assert_eq!((pieces(&frozen), &frozen.warnings), (vec![(60, 0), (240, 0)], &vec![]));
    // The clip would play on otherwise.
    assert_eq!(frozen.segments[1].shown, Shown::Video { media_id: "walk".into(), start_ms: 0, end_ms: Some(1000) });
}

#[test]
fn a_picture_that_freezes_keeps_its_last_view() {
    let audio = json!({"mode": "with_audio", "start_offset_ms": 250, "end_at_audio_end": true});
    let repeat = json!({"mode": "stop", "fill_behavior": "freeze_last"});
    let mut segment = seconds("hill", 4.0);
    let rests = film(with(json!([segment]), json!({"audio": audio, "repeat": repeat})));
    assert_eq!(pieces(&rests), [(300, 0)]);
    segment["effect"] = json!("slow_zoom_in");
    let moves = film(with(json!([segment]), json!({"audio": audio, "repeat": repeat})));
    assert_eq!(pieces(&moves), [(120, 0), (180, 0)]);
    let view = |index: usize| match &moves.segments[index].shown {
        Shown::Picture { motion: Some(motion), .. } => *motion,
        other => panic!("{other:?} does not move"),
    };
    assert_eq!((view(1).from, view(1).to), (view(0).to, view(0).to));
}

#[test]
fn a_film_that_ends_with_its_music_is_cut_off_there() {
    let audio = json!({"mode": "with_audio", "start_offset_ms": 250, "trim_end_ms": 4000, "end_at_audio_end": true});
    let cut = film(with(json!([seconds("hill", 5.0), seconds("lake", 5.0)]), json!({"audio": audio})));
    assert_eq!(pieces(&cut), [(150, 0), (30, 0)]);
    assert_eq!(cut.audio, Some(TimelineAudio { start_ms: 250, end_ms: Some(6250) }));
    assert_eq!(cut.warnings, ["The timeline lasts 10.0 s, but the film ends with its music, after 6.0 s"]);

    let audio = json!({"mode": "with_audio", "start_offset_ms": 250});
    let silent = film(with(json!([seconds("hill", 12.0)]), json!({"audio": audio})));
    assert_eq!(silent.warnings, ["The music ends after 10.0 s, the film after 12.0 s: its end is silent"]);
}
