//! What holds for every plan.

use std::path::Path;

use kinora_domain::documents::*;
use kinora_domain::edit_plan::{compile, read, write_plan_version};
use kinora_domain::timeline::{Shown, Timeline};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::materials;
use crate::promises::{hold, hold_plan};

/// Words that plans are made of, so that arbitrary documents are nearly plans.
const NAMES: [&str; 44] = [
    "version",
    "plan_version",
    "output",
    "width",
    "height",
    "fps",
    "format",
    "audio",
    "source",
    "mode",
    "asset_id",
    "bpm",
    "start_offset_ms",
    "end_at_audio_end",
    "trim_end_ms",
    "defaults",
    "transition",
    "type",
    "duration_ms",
    "effects",
    "ken_burns",
    "effect",
    "beats_per_cut",
    "timeline",
    "media_id",
    "duration",
    "seconds",
    "ms",
    "beats",
    "natural",
    "trim",
    "start_ms",
    "end_ms",
    "transition_in",
    "count",
    "value",
    "repeat",
    "fill_behavior",
    "segments",
    "media_asset_id",
    "media_type",
    "render_duration_ms",
    "total_duration_ms",
    "index",
];
const WORDS: [&str; 20] = [
    "1.0",
    "v1",
    "mp4",
    "none",
    "with_audio",
    "no_audio",
    "project_audio",
    "cut",
    "crossfade",
    "image",
    "video",
    "hill",
    "walk",
    "song",
    "repeat_all",
    "stop",
    "freeze_last",
    "24000/1001",
    "pan_left",
    "beats",
];

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-10..5000_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(&WORDS[..]).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 80, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(&NAMES[..]), inner), 0..8).prop_map(|fields| {
                Value::from(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect::<Map<_, _>>())
            }),
        ]
    })
}

/// Lengths of all kinds, a few of them impossible.
fn duration() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (0.05..6.0_f64).prop_map(|seconds| json!({"seconds": seconds})),
        4 => (20..6000_u64).prop_map(|ms| json!({"ms": ms})),
        2 => (1..9_u32).prop_map(|beats| json!({"beats": beats})),
        2 => ((1..9_u32), (40.0..200.0_f64)).prop_map(|(beats, bpm)| json!({"beats": beats, "bpm": bpm})),
        1 => Just(json!({"natural": true})),
    ]
}

fn segment() -> impl Strategy<Value = Value> {
    let media = proptest::sample::select(vec!["hill", "lake", "walk", "endless"]);
    let fade = proptest::option::of((0..700_u64).prop_map(|ms| match ms {
        0 => json!({"type": "cut"}),
        ms => json!({"type": "crossfade", "duration_ms": ms}),
    }));
    let trim =
        proptest::option::of((0..2000_u64, 2001..4000_u64).prop_map(|(s, e)| json!({"start_ms": s, "end_ms": e})));
    let effect = proptest::option::of(proptest::sample::select(vec!["slow_zoom_in", "pan_left", "none"]));
    (media, duration(), fade, trim, effect).prop_map(|(media, duration, transition, trim, effect)| {
        json!({"media_id": media, "duration": duration, "transition": transition, "trim": trim, "effect": effect})
    })
}

fn plan() -> impl Strategy<Value = EditPlan> {
    let rates =
        vec![json!(24), json!(25), json!(30), json!("24000/1001"), json!(29.97), json!(50), json!(60), json!(120)];
    let audio = proptest::option::of((0..5000_u64, 0..3000_u64, any::<bool>()).prop_map(|(start, trim, ends)| {
        json!({"mode": "with_audio", "start_offset_ms": start, "trim_end_ms": trim, "end_at_audio_end": ends})
    }));
    let repeat = proptest::option::of(proptest::sample::select(vec![
        json!({"mode": "repeat_all"}),
        json!({"mode": "repeat_last"}),
        json!({"mode": "stop"}),
        json!({"mode": "stop", "fill_behavior": "freeze_last"}),
    ]));
    let segments = proptest::collection::vec(segment(), 1..25);
    (segments, proptest::sample::select(rates), audio, repeat).prop_map(|(timeline, fps, audio, repeat)| {
        let plan = json!({"output": {"fps": fps}, "timeline": timeline, "audio": audio, "repeat": repeat});
        read(&plan).expect("what is made here can be read")
    })
}

/// The lengths that a plan without beats of the music promises, in seconds.
fn promised(plan: &EditPlan) -> Option<Vec<f64>> {
    let materials = materials();
    let lengths = plan.timeline.iter().map(|segment| match segment.duration {
        PlanDuration::Seconds { seconds } => Some(seconds),
        PlanDuration::Milliseconds { ms } => Some(ms as f64 / 1000.0),
        PlanDuration::Beats { beats, bpm } => Some(beats * 60.0 / bpm?),
        PlanDuration::Natural { .. } => {
            let medium = materials.media.iter().find(|medium| medium.id == segment.media_id)?;
            let trim = segment.trim.unwrap_or_default();
            Some((trim.end_ms.or(medium.duration_ms)? - trim.start_ms) as f64 / 1000.0)
        }
    });
    lengths.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics_and_what_is_read_keeps_every_promise(document in json()) {
        hold(&document, &materials());
    }

    #[test]
    fn a_plan_that_is_valid_has_exactly_the_frames_it_promises(plan in plan()) {
        let Some(film) = hold_plan(&plan, &materials()) else { return Ok(()) };
        if plan.audio.end_at_audio_end {
            let track = materials().audio.expect("the project has music").duration_ms;
            let music = (track - plan.audio.start_offset_ms - plan.audio.trim_end_ms) as f64 / 1000.0;
            prop_assert_eq!(film.frames(), (music * film.rate.as_f64() + 1e-6).round() as u64);
        } else if let Some(lengths) = promised(&plan) {
            let shared: u64 = film.segments.iter().map(|segment| u64::from(segment.crossfade)).sum();
            let whole = lengths.iter().sum::<f64>() * film.rate.as_f64();
            // Half a frame either way, and what floating point makes of it here.
            prop_assert!((film.frames() + shared) as f64 - whole <= 0.5 + 1e-6);
            prop_assert!(whole - (film.frames() + shared) as f64 <= 0.5 + 1e-6);
        }
    }

    #[test]
    fn the_third_dialect_keeps_every_frame_but_black_ones(plan in plan()) {
        let Ok(film) = compile(&plan, &materials()) else { return Ok(()) };
        let again = read(&write_plan_version("p", &plan, &film)).expect("what is written can be read");
        let again = compile(&again, &materials()).expect("what was possible is possible");
        let shown = |film: &Timeline| -> Vec<(u32, u32)> {
            let seen = film.segments.iter().filter(|segment| segment.shown != Shown::Black);
            seen.map(|segment| (segment.frames, segment.crossfade)).collect()
        };
        prop_assert_eq!(shown(&again), shown(&film));
    }
}

#[test]
fn what_fuzzing_begins_with_keeps_every_promise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/edit_plan");
    let mut films = 0;
    for file in std::fs::read_dir(folder).expect("the seeds") {
        let text = std::fs::read(file.expect("a file").path()).expect("a plan");
        let document: Value = serde_json::from_slice(&text).expect("JSON");
        let materials = serde_json::from_value(document["materials"].clone()).unwrap_or_else(|_| materials());
        films += usize::from(hold(document.get("plan").unwrap_or(&document), &materials).is_some());
    }
    assert!(films > 5);
}
