//! What is wrong with a plan, in sentences.

use kinora_domain::documents::*;
use kinora_domain::edit_plan::{check, compile, read};
use serde_json::{Value, json};

use crate::{materials, plan, with};

fn judged_with(document: Value, materials: &Materials) -> Vec<(String, String, String)> {
    let problems = match read(&document) {
        Ok(plan) => check(&plan, materials),
        Err(problems) => problems,
    };
    problems.into_iter().map(|problem| (problem.code, problem.message, problem.path)).collect()
}

/// A project whose media are all there, and one that fails, one that waits, one that is worked on.
fn all() -> Materials {
    let mut all = materials();
    for (id, status) in
        [("broken", MediaStatus::Failed), ("early", MediaStatus::Pending), ("busy", MediaStatus::Processing)]
    {
        let mut medium = all.media[0].clone();
        (medium.id, medium.status) = (id.to_owned(), status);
        all.media.push(medium);
    }
    all
}

#[track_caller]
fn expect(document: Value, code: &str, message: &str, path: &str) {
    let told = judged_with(document.clone(), &all());
    assert_eq!(told, [(code.to_owned(), message.to_owned(), path.to_owned())], "{document}");
}

/// A plan whose second segment is this one.
fn second(segment: Value) -> Value {
    with(json!([{"media_id": "hill", "duration": {"seconds": 3}}, segment]), json!({}))
}

fn picture(duration: Value) -> Value {
    second(json!({"media_id": "lake", "duration": duration}))
}

#[test]
fn media_must_be_there_and_ready() {
    let uses = |id: &str| second(json!({"media_id": id, "duration": {"seconds": 1}}));
    expect(uses("abc123"), "unknown-media", "Segment 2 references unknown media_id abc123", "/timeline/1/media_id");
    let (code, path) = ("media-not-ready", "/timeline/1/media_id");
    let not_ready =
        |id: &str, said: &str| format!("Segment 2 references media_id {id}, whose processing_status is {said}");
    expect(uses("early"), code, &not_ready("early", "\"pending\"; wait until it is \"ready\""), path);
    expect(uses("busy"), code, &not_ready("busy", "\"processing\"; wait until it is \"ready\""), path);
    expect(uses("broken"), code, &not_ready("broken", "\"failed\"; upload it again or take another"), path);
    let long = "x".repeat(5000);
    let told = judged_with(uses(&long), &all());
    assert!(told[0].1.len() < 200, "{}", told[0].1);
}

#[test]
fn a_medium_is_what_the_plan_calls_it() {
    let segment = json!({"media_id": "walk", "type": "image", "duration": {"seconds": 1}});
    let message = "Segment 2 calls media_id walk an image, but its type is video";
    expect(second(segment), "media-type", message, "/timeline/1/media_id");
    let segment = json!({"media_id": "lake", "type": "video", "duration": {"seconds": 1}});
    expect(
        second(segment),
        "media-type",
        "Segment 2 calls media_id lake a video, but its type is image",
        "/timeline/1/media_id",
    );
}

#[test]
fn durations_are_above_nothing() {
    let owner = "Segment 2 (media_id lake)";
    for (duration, field, said) in [
        (json!({"seconds": 0}), "seconds", "0"),
        (json!({"seconds": -1.5}), "seconds", "-1.5"),
        (json!({"ms": 0}), "ms", "0"),
        (json!({"ms": -20}), "ms", "-20"),
        (json!({"beats": 0, "bpm": 120}), "beats", "0"),
        (json!({"mode": "ms", "value": 0}), "value", "0"),
        (json!({"mode": "beats", "count": -1}), "count", "-1"),
    ] {
        let message = format!("{owner}: duration.{field} is {said}; a duration must be above 0");
        expect(picture(duration), "duration-not-positive", &message, &format!("/timeline/1/duration/{field}"));
    }
    let defaults = json!({"timeline": [{"media_id": "hill"}], "defaults": {"beats_per_cut": 0}});
    let message = "defaults.beats_per_cut is 0; it must be above 0";
    expect(defaults, "duration-not-positive", message, "/defaults/beats_per_cut");
    // Those of plans that were not read from JSON.
    let mut made = plan(picture(json!({"ms": 20})));
    made.timeline[1].duration = PlanDuration::Seconds { seconds: f64::NAN };
    let message = "Segment 2 (media_id lake): a duration of NaN s is none; it must be above 0";
    assert_eq!(check(&made, &materials())[0].message, message);
    made.timeline[1].duration = PlanDuration::Milliseconds { ms: 0 };
    assert_eq!(check(&made, &materials())[0].code, "duration-not-positive");
}

#[test]
fn durations_are_one_of_their_forms() {
    let told = |duration: Value| judged_with(picture(duration), &all()).remove(0).1;
    let owner = "Segment 2 (media_id lake): duration";
    for (duration, said) in [
        (json!(3), " must be an object, but is 3"),
        (json!({}), ".seconds is missing, and so are ms, beats and natural; give one of them"),
        (json!({"seconds": 1, "ms": 1000}), ".ms stands beside seconds; give one of them"),
        (json!({"seconds": "3"}), ".seconds must be a number, but is the string “3”"),
        (json!({"ms": 2500.5}), ".ms must be a whole number from 0, but is 2500.5"),
        (json!({"natural": false}), ".natural is false; say true, or give seconds, ms or beats"),
        (json!({"mode": "bars", "count": 1}), ".mode must be \"beats\", \"ms\" or \"natural\""),
        (json!({"mode": "beats"}), ".count is missing"),
    ] {
        assert_eq!(told(duration), format!("{owner}{said}"));
    }
    let segment = json!({"media_id": "lake"});
    expect(second(segment), "missing", "Segment 2 (media_id lake): duration is missing", "/timeline/1/duration");
}

#[test]
fn durations_are_within_what_a_film_can_be() {
    let path = "/timeline/1/duration";
    let message = "Segment 2 (media_id lake): a duration of 30000 s is too long; at most 21600 s are allowed";
    expect(picture(json!({"seconds": 30_000})), "duration-too-long", message, path);
    expect(picture(json!({"beats": 30_000, "bpm": 60})), "duration-too-long", message, path);
    let message = "Segment 2 (media_id lake): a duration of 1000000 beats is too long; at most 21600 s are allowed";
    expect(picture(json!({"beats": 1e6})), "duration-too-long", message, path);
    let message = "Segment 2 (media_id lake) lasts 5 ms, less than a frame at 30 frames per second; lengthen it";
    expect(picture(json!({"ms": 5})), "too-short", message, path);
    let hours = json!({"media_id": "lake", "duration": {"seconds": 21_600}});
    let message = "Segment 2 (media_id lake): with it the timeline has more than 648000 frames, which is the most that is \
                   allowed; shorten it";
    expect(second(hours), "film-too-long", message, path);
}

#[test]
fn what_music_makes_of_a_film_is_within_what_one_can_be() {
    let hours = |count: u64| AudioTrack { duration_ms: count * 3_600_000, ..all().audio.unwrap() };
    let told = |ms: u64, repeat: &str, hours: AudioTrack| {
        let timeline = json!([{"media_id": "hill", "duration": {"ms": ms}}]);
        let audio = json!({"mode": "with_audio", "end_at_audio_end": true});
        let document = with(timeline, json!({"audio": audio, "repeat": {"mode": repeat}}));
        judged_with(document, &Materials { audio: Some(hours), ..all() })
    };
    let message = "The film has 756000 frames; at most 648000 are allowed; shorten it";
    let expected = ("film-too-long".to_owned(), message.to_owned(), "/timeline".to_owned());
    assert_eq!(told(1000, "stop", hours(7)), [expected]);
    let message = "Segment 1 (media_id hill): with it the timeline is repeated to more than 10000 segments, which is the \
                   most that is allowed; lengthen the segments";
    let expected = ("too-many".to_owned(), message.to_owned(), "/timeline/0/duration".to_owned());
    assert_eq!(told(100, "repeat_all", hours(1)), [expected]);
    assert_eq!(told(1000, "repeat_last", hours(1)), []);
}

#[test]
fn beats_need_analysed_music() {
    let mut all = all();
    let document = |bpm: Value| picture(json!({"beats": 4, "bpm": bpm}));
    let said = "Segment 2 (media_id lake): a duration in beats needs an analyzed audio track with a known BPM; have the \
                project's audio analyzed, or give seconds";
    let expected = vec![("beats-without-audio".to_owned(), said.to_owned(), "/timeline/1/duration".to_owned())];
    assert_eq!(judged_with(document(Value::Null), &all), []);
    for bpm in [Value::Null, json!(120)] {
        all.audio = Some(AudioTrack { analyzed: false, bpm: Some(120.0), ..AudioTrack::default() });
        assert_eq!(judged_with(document(bpm.clone()), &all), expected);
        all.audio = Some(AudioTrack { analyzed: true, ..AudioTrack::default() });
        assert_eq!(judged_with(document(bpm.clone()), &all), expected);
        all.audio = None;
        assert_eq!(judged_with(document(bpm), &all), expected);
    }
    let message = "Segment 2 (media_id lake): duration.bpm is 0; it must be above 0 and at most 1000";
    expect(document(json!(0)), "bpm", message, "/timeline/1/duration/bpm");
}

#[test]
fn natural_is_for_clips_whose_length_is_known() {
    let message = "Segment 2 (media_id lake): a picture has no natural duration; give seconds, ms or beats";
    expect(picture(json!({"natural": true})), "natural-picture", message, "/timeline/1/duration");
    expect(picture(json!({"mode": "natural"})), "natural-picture", message, "/timeline/1/duration");
    let endless = json!({"media_id": "endless", "duration": {"natural": true}});
    let message = "Segment 2 (media_id endless): the clip's natural duration is not known; give seconds or ms";
    expect(second(endless), "natural-unknown", message, "/timeline/1/duration");
}

#[test]
fn a_trim_is_within_its_clip() {
    let trim = |trim: Value| second(json!({"media_id": "walk", "duration": {"seconds": 1}, "trim": trim}));
    let owner = "Segment 2 (media_id walk): ";
    let message = format!("{owner}trim.end_ms is 4001, but the clip lasts 4000 ms");
    expect(trim(json!({"start_ms": 0, "end_ms": 4001})), "trim-beyond-clip", &message, "/timeline/1/trim/end_ms");
    let message = format!("{owner}trim.start_ms is 2000; it must be before trim.end_ms, which is 2000");
    expect(trim(json!({"start_ms": 2000, "end_ms": 2000})), "trim-empty", &message, "/timeline/1/trim");
    let message = format!("{owner}trim.start_ms is 4000; it must be before the end of the clip, which lasts 4000 ms");
    expect(trim(json!({"start_ms": 4000})), "trim-empty", &message, "/timeline/1/trim");
    assert_eq!(judged_with(trim(json!({"start_ms": 3999, "end_ms": 4000})), &all()), []);
}

#[test]
fn crossfades_take_time_and_not_too_much() {
    let fade = |fade: Value| second(json!({"media_id": "lake", "duration": {"seconds": 1}, "transition": fade}));
    let path = "/timeline/1/transition/duration_ms";
    let message = "Segment 2 (media_id lake): a crossfade's duration_ms must be above 0; make it a cut to have none";
    expect(fade(json!({"type": "crossfade", "duration_ms": 0})), "crossfade-not-positive", message, path);
    let message = "Segment 2 (media_id lake): a crossfade of 10001 ms is too long; at most 10000 are allowed";
    expect(fade(json!({"type": "crossfade", "duration_ms": 10_001})), "crossfade-too-long", message, path);
    let message = "defaults.transition: a crossfade's duration_ms must be above 0; make it a cut to have none";
    let timeline =
        json!([{"media_id": "hill", "duration": {"seconds": 3}}, {"media_id": "lake", "duration": {"seconds": 3}}]);
    let defaults = json!({"defaults": {"transition": {"type": "crossfade", "duration_ms": 0}}});
    expect(with(timeline, defaults), "crossfade-not-positive", message, "/defaults/transition/duration_ms");
}

#[test]
fn a_crossfade_longer_than_its_neighbours_is_refused() {
    let fades = |lengths: [u64; 3], fades: [u64; 2]| {
        let segment = |index: usize, id: &str| {
            let fade = index.checked_sub(1).map(|before| json!({"type": "crossfade", "duration_ms": fades[before]}));
            json!({"media_id": id, "duration": {"ms": lengths[index]}, "transition": fade})
        };
        with(json!([segment(0, "hill"), segment(1, "lake"), segment(2, "walk")]), json!({}))
    };
    assert_eq!(judged_with(fades([1000, 2000, 1000], [1000, 1000]), &all()), []);
    let code = "crossfade-too-long";
    let message = "Segment 2 (media_id lake): the crossfade of 1000 ms into it is longer than Segment 1 (media_id hill) \
                   allows, which lasts 900 ms; shorten the crossfade or lengthen the segment";
    expect(fades([900, 2000, 1000], [1000, 500]), code, message, "/timeline/1/transition");
    let message = "Segment 3 (media_id walk): the crossfade of 1000 ms into it is longer than the segment itself, which \
                   lasts 900 ms; shorten the crossfade or lengthen the segment";
    expect(fades([1000, 2000, 900], [1000, 1000]), code, message, "/timeline/2/transition");
    let message = "Segment 3 (media_id walk): the crossfade of 1000 ms into it is longer than Segment 2 (media_id lake) \
                   allows, which lasts 1900 ms, of which the crossfade before it takes 1000 ms; shorten the crossfade or \
                   lengthen the segment";
    expect(fades([1000, 1900, 1000], [1000, 1000]), code, message, "/timeline/2/transition");
    // What follows one that does not fit is judged as if that one were a cut.
    let told = judged_with(fades([900, 900, 900], [1000, 1000]), &all());
    assert_eq!(
        told.iter().map(|told| told.2.as_str()).collect::<Vec<_>>(),
        ["/timeline/1/transition", "/timeline/2/transition"]
    );
    assert_eq!(judged_with(fades([900, 1000, 1000], [1000, 1000]), &all()).len(), 1);
}

#[test]
fn music_is_there_analysed_and_the_one_that_is_meant() {
    let timeline = json!([{"media_id": "hill", "duration": {"seconds": 3}}]);
    let music = |audio: Value| with(timeline.clone(), json!({"audio": audio}));
    let told = |audio: Value, track: Option<AudioTrack>| {
        judged_with(music(audio), &Materials { audio: track, ..all() }).remove(0)
    };
    let with_audio = json!({"mode": "with_audio"});
    assert_eq!(told(with_audio.clone(), None).0, "audio-missing");
    let silent = AudioTrack { analyzed: false, duration_ms: 9, ..AudioTrack::default() };
    assert_eq!(told(with_audio, Some(silent)).0, "audio-not-analyzed");
    let message = "audio.mode is with_audio, but audio.source is none; make it project_audio, or the mode no_audio";
    expect(music(json!({"mode": "with_audio", "source": "none"})), "audio-source", message, "/audio/source");
    let message = "audio.asset_id tune is not the project's audio track, which is song";
    expect(music(json!({"asset_id": "tune"})), "audio-unknown", message, "/audio/asset_id");
    let message = "Nothing is left of the audio track, which lasts 10250 ms: audio.start_offset_ms is 10000, \
                   audio.trim_end_ms 250";
    let audio = json!({"mode": "with_audio", "start_offset_ms": 10_000, "trim_end_ms": 250});
    expect(music(audio), "audio-empty", message, "/audio");
    let message = "audio.bpm is -1; it must be above 0 and at most 1000";
    expect(music(json!({"mode": "with_audio", "bpm": -1})), "bpm", message, "/audio/bpm");
}

#[test]
fn the_output_can_be_made() {
    let timeline = json!([{"media_id": "hill", "duration": {"seconds": 3}}]);
    let output = |output: Value| with(timeline.clone(), json!({"output": output}));
    let message = "The output cannot be made: the width is 1921; it must be even and from 64 to 4320 pixels";
    expect(output(json!({"width": 1921})), "output", message, "/output");
    let message = "The output cannot be made: the rate is 240/1 frames per second; it must be from 1 to 120";
    expect(output(json!({"fps": 240})), "output", message, "/output");
    expect(output(json!({"format": "gif"})), "word", "output.format is “gif”; write \"mp4\"", "/output/format");
    let message = "output.fps is 23.5; write a whole number or a fraction: \"24000/1001\"";
    expect(output(json!({"fps": 23.5})), "rate", message, "/output/fps");
    let message = "output.fps must be like 30 or \"24000/1001\"";
    expect(output(json!({"fps": "24000/0"})), "rate", message, "/output/fps");
}

#[test]
fn a_plan_has_segments_and_not_too_many() {
    expect(with(json!([]), json!({})), "empty", "The timeline is empty; give it at least one segment", "/timeline");
    let many = vec![json!({"media_id": "hill", "duration": {"seconds": 1}}); 1001];
    let message = "timeline has 1001 segments; at most 1000 are allowed";
    expect(with(json!(many), json!({})), "too-many", message, "/timeline");
    let mut made = plan(picture(json!({"seconds": 1})));
    made.timeline = vec![made.timeline[0].clone(); 1001];
    assert_eq!(check(&made, &all())[0].message, "The timeline has 1001 segments; at most 1000 are allowed");
}

#[test]
fn no_more_is_told_than_anybody_reads() {
    for segment in [
        json!(7),
        json!({"media_id": "gone", "duration": {"seconds": 1}}),
        json!({"media_id": "hill", "duration": {"ms": 1}}),
    ] {
        assert_eq!(judged_with(with(json!(vec![segment; 900]), json!({})), &all()).len(), 100);
    }
    let segment = json!({"media_id": "hill", "duration": {"seconds": 1}, "trim": {}});
    let plan = plan(with(json!(vec![segment; 200]), json!({})));
    assert_eq!(compile(&plan, &materials()).unwrap().warnings.len(), 100);
}

#[test]
fn what_cannot_be_read_is_told_all_at_once() {
    let told = judged_with(
        json!({"version": "2.0", "output": [], "audio": {"mode": 5}, "timeline": [7, {"duration": {"seconds": 1}},
            {"media_id": "hill", "duration": {"seconds": 1}, "transition": {"type": "wipe"}, "effect": "spin"}]}),
        &all(),
    );
    let expected = [
        "version must be \"1.0\", the one that is known",
        "audio.mode must be a string, but is 5",
        "Segment 1 must be an object, but is 7",
        "output must be an object, but is a list",
        "Segment 2: media_id is missing",
        "Segment 3 (media_id hill): transition.type is “wipe”; write \"cut\" or \"crossfade\"",
        "Segment 3 (media_id hill): effect is “spin”; write one of \"slow_zoom_in\", \"slow_zoom_out\", \"pan_left\", \
         \"pan_right\", \"diagonal_push\", \"subtle_drift\", \"none\"",
    ];
    assert_eq!(told.iter().map(|(_, message, _)| message.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(told[5].2, "/timeline/2/transition/type");
    expect(json!("cut"), "type", "The edit plan must be an object, but is the string “cut”", "");
    expect(json!({}), "missing", "timeline is missing", "/timeline");
}

#[test]
fn the_total_of_the_third_dialect_is_its_sum_minus_its_overlaps() {
    let document = |total: u64, index: u64| {
        let segment = |index: u64| {
            json!({"index": index, "media_asset_id": "hill", "media_type": "image",
            "render_duration_ms": 2000, "source_in_ms": 0, "source_out_ms": 2000})
        };
        json!({"plan_version": "v1", "project_settings": {"transition_type": "crossfade", "transition_duration_ms": 500},
            "timeline": {"total_duration_ms": total, "segments": [segment(0), segment(index)]}})
    };
    for total in [3450, 3500, 3550] {
        assert_eq!(judged_with(document(total, 1), &all()), []);
    }
    let message = "timeline.total_duration_ms is 4000, but the segments last 4000 ms and overlap by 500 ms, which makes \
                   3500; at most 50 ms of difference are allowed";
    expect(document(4000, 1), "total-mismatch", message, "/timeline/total_duration_ms");
    let mut unread = document(4000, 1);
    unread["timeline"]["segments"][1]["render_duration_ms"] = json!("2 s");
    let message =
        "Segment 2 (media_id hill): render_duration_ms must be a whole number from 0, but is the string “2 s”";
    expect(unread, "type", message, "/timeline/segments/1/render_duration_ms");
    let message = "Segment 2: index must be 1; segments are numbered from 0, in order";
    expect(document(3500, 2), "index", message, "/timeline/segments/1/index");
    expect(
        json!({"plan_version": "v2", "timeline": {"segments": [], "total_duration_ms": 0}}),
        "version",
        "plan_version must be \"v1\", the one that is known",
        "/plan_version",
    );
}

#[test]
fn what_is_ignored_is_told_and_no_error() {
    let timeline = json!([
        {"media_id": "hill", "duration": {"seconds": 3}, "trim": {"start_ms": 5}},
        {"media_id": "walk", "duration": {"seconds": 3}, "effect": "pan_left"}
    ]);
    let document = with(timeline, json!({"audio": {"mode": "no_audio", "end_at_audio_end": true}}));
    let warnings = compile(&plan(document), &materials()).unwrap().warnings;
    let expected = [
        "audio.end_at_audio_end is ignored in a film without audio",
        "Segment 1 (media_id hill): trim is ignored for a picture",
        "Segment 2 (media_id walk): effect is ignored for a video",
    ];
    assert_eq!(warnings, expected);
}
