//! Reads plans. Two spellings of one form are read here: that of the EditPlan, and that of the EditRequest, which calls
//! some fields otherwise (`asset_id`, `source`, `transition_in`, `duration {mode}`) and has defaults of its own. The
//! third dialect is in [`plan_version`](super::plan_version).

use serde_json::Value;

use super::fields::{Object, Problems};
use super::{label, plan_version};
use crate::documents::*;

/// The beats of a segment of an EditRequest with music that says nothing of its length.
const USUAL_BEATS: f64 = 8.0;
/// The milliseconds of a picture of an EditRequest without music that says nothing of its length.
const USUAL_PICTURE: u64 = 4000;

/// Reads a plan in any of the dialects. Fields that no dialect knows are ignored; whether what the plan says is
/// possible is asked later, by [`check`](super::check).
///
/// # Errors
/// Everything that cannot be read, each by its name and place.
pub fn read(value: &Value) -> Result<EditPlan, Vec<Problem>> {
    let problems = Problems::default();
    let plan = Object::whole(value, "The edit plan", &problems).and_then(|document| {
        if document.get("plan_version").is_some() { plan_version::read(&document) } else { plan(&document) }
    });
    problems.or(plan).map(|plan| plan.expect("a plan that is not there has a problem"))
}

fn plan(document: &Object) -> Option<EditPlan> {
    match document.get("version") {
        None => {}
        Some(version) if version == "1.0" || version.as_f64() == Some(1.0) => {}
        Some(_) => document.wrong("version", "version", "must be \"1.0\", the one that is known"),
    }
    let mut usual = Usual::default();
    let audio = document.object("audio").map(|audio| {
        usual.music = audio.get("asset_id").is_some();
        plan_audio(&audio)
    });
    let defaults = document.object("defaults").map(|defaults| {
        usual.beats = defaults.number("beats_per_cut");
        if let Some(beats) = usual.beats.filter(|beats| *beats <= 0.0) {
            defaults.wrong("duration-not-positive", "beats_per_cut", &format!("is {beats}; it must be above 0"));
        }
        PlanDefaults {
            transition: transition(&defaults, "transition").unwrap_or_default(),
            effects: effects(&defaults).unwrap_or_default(),
            effect: defaults.word("effect"),
        }
    });
    let repeat = document.object("repeat").map(|repeat| PlanRepeat {
        mode: repeat.word("mode").unwrap_or_default(),
        fill_behavior: repeat.word("fill_behavior").unwrap_or_default(),
    });
    if document.get("timeline").is_none() {
        document.missing("timeline");
    }
    let segments = document.objects("timeline", "Segment")?;
    Some(EditPlan {
        version: EditPlanVersion::V1,
        output: document.object("output").map(|output| plan_output(&output)).unwrap_or_default(),
        audio: audio.unwrap_or_default(),
        defaults: defaults.unwrap_or_default(),
        timeline: segments.into_iter().filter_map(|(number, fields)| segment(fields, number, &usual)).collect(),
        repeat,
    })
}

/// What a segment's length is taken from that says none.
#[derive(Default)]
struct Usual {
    /// `defaults.beats_per_cut`.
    beats: Option<f64>,
    /// Whether an EditRequest names its music.
    music: bool,
}

fn plan_output(output: &Object) -> PlanOutput {
    let usual = PlanOutput::default();
    PlanOutput {
        width: side(output, "width").unwrap_or(usual.width),
        height: side(output, "height").unwrap_or(usual.height),
        fps: rate(output, "fps").unwrap_or(usual.fps),
        format: output.word("format").unwrap_or_default(),
    }
}

/// Pixels. What is too much for any number is too much for the canvas, which is checked later.
pub(super) fn side(object: &Object, name: &str) -> Option<u32> {
    object.count(name).map(|side| u32::try_from(side).unwrap_or(u32::MAX))
}

/// Frames per second: a number or a fraction as a string. The three broadcast rates that are usually cut short are
/// understood.
pub(super) fn rate(object: &Object, name: &str) -> Option<Rate> {
    if let Some(Value::String(text)) = object.get(name) {
        let rate: Result<Rate, String> = text.parse();
        return rate.map_err(|_| object.wrong("rate", name, "must be like 30 or \"24000/1001\"")).ok();
    }
    let number = object.number(name)?;
    let hundredths = (number * 100.0).round();
    if number.fract() == 0.0 && (1.0..=1e6).contains(&number) {
        return Some(Rate { num: number as u32, den: 1 });
    }
    match [24_u32, 30, 60].into_iter().find(|whole| (f64::from(*whole) * 100_000.0 / 1001.0).round() == hundredths) {
        Some(whole) => Some(Rate { num: whole * 1000, den: 1001 }),
        None => {
            object.wrong("rate", name, &format!("is {number}; write a whole number or a fraction: \"24000/1001\""));
            None
        }
    }
}

fn plan_audio(audio: &Object) -> PlanAudio {
    let asset_id = audio.text("asset_id").map(str::to_owned);
    // An EditRequest has its music by naming it, and ends with it unless it says otherwise.
    let request = asset_id.is_some() && audio.get("mode").is_none();
    PlanAudio {
        source: audio.word("source").unwrap_or_default(),
        mode: audio.word("mode").unwrap_or(if request { AudioMode::WithAudio } else { AudioMode::NoAudio }),
        asset_id,
        bpm: audio.number("bpm"),
        start_offset_ms: audio.count("start_offset_ms").unwrap_or_default(),
        end_at_audio_end: audio.flag("end_at_audio_end").unwrap_or(request),
        trim_end_ms: audio.count("trim_end_ms").unwrap_or_default(),
    }
}

fn segment(mut segment: Object, number: usize, usual: &Usual) -> Option<PlanSegment> {
    let id = segment.either(["media_id", "asset_id"]);
    let request = id == "asset_id";
    if segment.get(id).is_none() {
        segment.missing(id);
    }
    let media_id = segment.text(id)?.to_owned();
    segment.owner = format!("{}: ", label(number, &media_id));
    let kind = segment.word("type");
    let duration = match segment.get("duration") {
        Some(_) => segment.object("duration").and_then(|duration| plan_duration(&duration)),
        None => usual_duration(usual, request, kind).or_else(|| {
            segment.missing("duration");
            None
        }),
    };
    let trim = match segment.either(["trim", "source"]) {
        "source" => trimmed(&segment, "source", "in_ms", "out_ms"),
        _ => trimmed(&segment, "trim", "start_ms", "end_ms"),
    };
    Some(PlanSegment {
        media_id,
        kind,
        transition: transition(&segment, segment.either(["transition", "transition_in"])),
        trim,
        effects: effects(&segment),
        effect: segment.word("effect"),
        duration: duration?,
    })
}

fn usual_duration(usual: &Usual, request: bool, kind: Option<MediaType>) -> Option<PlanDuration> {
    let beats = usual.beats.or((request && usual.music).then_some(USUAL_BEATS));
    match (beats, kind) {
        (Some(beats), _) => Some(PlanDuration::Beats { beats, bpm: None }),
        (None, Some(MediaType::Video)) if request => Some(PlanDuration::Natural { natural: true }),
        (None, Some(MediaType::Image)) if request => Some(PlanDuration::Milliseconds { ms: USUAL_PICTURE }),
        _ => None,
    }
}

fn plan_duration(duration: &Object) -> Option<PlanDuration> {
    if duration.get("mode").is_some() {
        let (mode, field) = match duration.text("mode")? {
            "beats" => ("beats", "count"),
            "ms" => ("ms", "value"),
            "natural" => return Some(PlanDuration::Natural { natural: true }),
            _ => {
                duration.wrong("word", "mode", "must be \"beats\", \"ms\" or \"natural\"");
                return None;
            }
        };
        if duration.get(field).is_none() {
            duration.missing(field);
        }
        return measured(duration, mode, field);
    }
    let said: Vec<&str> =
        ["seconds", "ms", "beats", "natural"].into_iter().filter(|name| duration.get(name).is_some()).collect();
    match said[..] {
        [name] => measured(duration, name, name),
        [] => {
            duration.wrong("missing", "seconds", "is missing, and so are ms, beats and natural; give one of them");
            None
        }
        _ => {
            duration.wrong("duration-twice", said[1], &format!("stands beside {}; give one of them", said[0]));
            None
        }
    }
}

/// A duration of a kind whose number stands in a field.
fn measured(duration: &Object, kind: &str, field: &str) -> Option<PlanDuration> {
    if kind == "natural" {
        let natural = duration.flag(field)?;
        if !natural {
            duration.wrong("duration-not-natural", field, "is false; say true, or give seconds, ms or beats");
        }
        return natural.then_some(PlanDuration::Natural { natural });
    }
    if let Some(number) = duration.get(field).and_then(Value::as_f64).filter(|number| *number <= 0.0) {
        duration.wrong("duration-not-positive", field, &format!("is {number}; a duration must be above 0"));
        return None;
    }
    Some(match kind {
        "seconds" => PlanDuration::Seconds { seconds: duration.number(field)? },
        "ms" => PlanDuration::Milliseconds { ms: duration.count(field)? },
        _ => PlanDuration::Beats { beats: duration.number(field)?, bpm: duration.number("bpm") },
    })
}

/// A transition, in whichever field the dialect has it.
pub(super) fn transition(object: &Object, name: &str) -> Option<PlanTransition> {
    let transition = object.object(name)?;
    if transition.get("type").is_none() {
        transition.missing("type");
    }
    Some(PlanTransition { kind: transition.word("type")?, duration_ms: transition.count("duration_ms") })
}

fn trimmed(segment: &Object, name: &str, start: &str, end: &str) -> Option<PlanTrim> {
    let trim = segment.object(name)?;
    Some(PlanTrim { start_ms: trim.count(start).unwrap_or_default(), end_ms: trim.count(end) })
}

fn effects(object: &Object) -> Option<PlanEffects> {
    object.object("effects").map(|effects| PlanEffects { ken_burns: effects.flag("ken_burns") })
}
