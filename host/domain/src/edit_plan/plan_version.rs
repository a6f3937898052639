//! The dialect that begins with `plan_version`: every length in milliseconds, transitions that lead out of a segment,
//! and a total that must be right.

use serde_json::{Value, json};

use super::fields::Object;
use super::read::{rate, side, transition};
use super::{label, shot};
use crate::documents::*;
use crate::timeline::{Shown, Timeline, milliseconds};

/// How far the total may be from the sum of the segments minus the overlaps, in milliseconds.
const TOLERANCE: u64 = 50;

/// Reads a plan of this dialect.
pub(super) fn read(document: &Object) -> Option<EditPlan> {
    if document.get("plan_version").is_some_and(|version| version != "v1") {
        document.wrong("version", "plan_version", "must be \"v1\", the one that is known");
    }
    let mut plan = EditPlan {
        version: EditPlanVersion::V1,
        output: PlanOutput::default(),
        audio: PlanAudio { mode: document.word("mode").unwrap_or_default(), ..PlanAudio::default() },
        defaults: PlanDefaults::default(),
        timeline: vec![],
        repeat: None,
    };
    if let Some(settings) = document.object("project_settings") {
        let usual = plan.output;
        plan.output.width = side(&settings, "output_width").unwrap_or(usual.width);
        plan.output.height = side(&settings, "output_height").unwrap_or(usual.height);
        plan.output.fps = rate(&settings, "output_fps").unwrap_or(usual.fps);
        plan.defaults.transition = PlanTransition {
            kind: settings.word("transition_type").unwrap_or_default(),
            duration_ms: settings.count("transition_duration_ms"),
        };
        plan.defaults.effects.ken_burns = settings.flag("ken_burns_enabled");
    }
    if document.get("timeline").is_none() {
        document.missing("timeline");
    }
    let timeline = document.object("timeline")?;
    for name in ["total_duration_ms", "segments"] {
        if timeline.get(name).is_none() {
            timeline.missing(name);
        }
    }
    let total = timeline.count("total_duration_ms");
    let segments = timeline.objects("segments", "Segment")?;
    let (mut whole, mut lead) = (true, None);
    for (number, mut segment) in segments {
        let index = number - 1;
        if segment.count("index").is_some_and(|said| said != index as u64) {
            segment.wrong("index", "index", &format!("must be {index}; segments are numbered from 0, in order"));
        }
        if segment.get("media_type").is_some_and(|kind| kind == "audio") {
            // The music is no segment of the picture.
            plan.audio.asset_id = segment.text("media_asset_id").map(str::to_owned);
            plan.audio.start_offset_ms = segment.count("source_in_ms").unwrap_or_default();
            continue;
        }
        let read = read_segment(&mut segment, number, lead.take());
        lead = transition(&segment, "transition_out");
        match read {
            Some(read) => plan.timeline.push(read),
            None => whole = false,
        }
    }
    // A sum of which a part could not be read is told as that part.
    if let Some(total) = total.filter(|_| whole) {
        check_total(&timeline, total, &plan);
    }
    Some(plan)
}

fn read_segment(segment: &mut Object, number: usize, lead: Option<PlanTransition>) -> Option<PlanSegment> {
    for name in ["media_asset_id", "media_type", "render_duration_ms"] {
        if segment.get(name).is_none() {
            segment.missing(name);
        }
    }
    let media_id = segment.text("media_asset_id")?.to_owned();
    segment.owner = format!("{}: ", label(number, &media_id));
    let kind: MediaType = segment.word("media_type")?;
    let ms = segment.count("render_duration_ms")?;
    let (start_ms, end_ms) = (segment.count("source_in_ms").unwrap_or_default(), segment.count("source_out_ms"));
    let trim =
        (kind == MediaType::Video && (start_ms > 0 || end_ms.is_some())).then_some(PlanTrim { start_ms, end_ms });
    let burns = segment.object("effects").and_then(|effects| effects.object("ken_burns"));
    Some(PlanSegment {
        media_id,
        kind: Some(kind),
        duration: PlanDuration::Milliseconds { ms },
        transition: lead,
        trim,
        effects: burns.as_ref().map(|burns| PlanEffects { ken_burns: burns.flag("enabled") }),
        effect: segment.word("effect").or_else(|| burns.and_then(|burns| described(&burns))),
    })
}

/// The move that a segment describes by its pan or zoom.
fn described(burns: &Object) -> Option<CameraEffect> {
    if burns.flag("enabled") == Some(false) {
        return Some(CameraEffect::None);
    }
    match (burns.text("pan"), burns.number("zoom")) {
        (Some("left"), _) => Some(CameraEffect::PanLeft),
        (Some("right"), _) => Some(CameraEffect::PanRight),
        (_, Some(zoom)) if zoom > 1.0 => Some(CameraEffect::SlowZoomIn),
        (_, Some(zoom)) if zoom < 1.0 => Some(CameraEffect::SlowZoomOut),
        _ => None,
    }
}

fn check_total(timeline: &Object, total: u64, plan: &EditPlan) {
    let lasts = |segment: &PlanSegment| match segment.duration {
        PlanDuration::Milliseconds { ms } => ms,
        // This dialect has no other lengths.
        _ => 0,
    };
    let sum = plan.timeline.iter().map(lasts).fold(0, u64::saturating_add);
    let overlaps = plan
        .timeline
        .iter()
        .skip(1)
        .filter_map(|segment| shot::crossfade(segment.transition, &plan.defaults))
        .fold(0u64, u64::saturating_add);
    let computed = sum.saturating_sub(overlaps);
    if total.abs_diff(computed) > TOLERANCE {
        let said = format!(
            "is {total}, but the segments last {sum} ms and overlap by {overlaps} ms, which makes {computed}; at most \
             {TOLERANCE} ms of difference are allowed"
        );
        timeline.wrong("total-mismatch", "total_duration_ms", &said);
    }
}

/// Writes what a plan was compiled to in this dialect; read again, it is the same film. What fills up a film with
/// black has no words here and is told in `warnings`.
pub fn write_plan_version(project_id: &str, plan: &EditPlan, timeline: &Timeline) -> Value {
    let (mut frames, mut at) = (0, 0);
    let (mut black, mut held) = (0, false);
    let mut segments: Vec<Value> = Vec::new();
    let (mut sum, mut overlaps) = (0, 0);
    for (index, piece) in timeline.segments.iter().enumerate() {
        // Boundaries are rounded, so that reading them gives the same frames.
        frames += u64::from(piece.frames);
        let lasts = milliseconds(frames, timeline.rate) - at;
        at += lasts;
        let out = timeline.segments.get(index + 1).map(|next| milliseconds(next.crossfade.into(), timeline.rate));
        let transition_out = match out {
            None => Value::Null,
            Some(0) => json!({"type": "cut", "duration_ms": 0}),
            Some(ms) => json!({"type": "crossfade", "duration_ms": ms}),
        };
        let (id, kind, from, until, effect) = match &piece.shown {
            Shown::Black => {
                black += lasts;
                continue;
            }
            Shown::Picture { media_id, effect, .. } => {
                held |= piece.number.is_none();
                (media_id, MediaType::Image, 0, lasts, Some(*effect))
            }
            Shown::Video { media_id, start_ms, end_ms } => {
                (media_id, MediaType::Video, *start_ms, end_ms.unwrap_or(start_ms.saturating_add(lasts)), None)
            }
        };
        sum += lasts;
        overlaps += out.unwrap_or(0);
        let moves = effect.is_some_and(|effect| effect != CameraEffect::None);
        segments.push(json!({
            "index": segments.len(), "media_asset_id": id, "media_type": kind, "render_duration_ms": lasts,
            "source_in_ms": from, "source_out_ms": until, "effects": {"ken_burns": {"enabled": moves}},
            "effect": effect, "transition_out": transition_out,
        }));
    }
    let mut warnings = timeline.warnings.clone();
    if held {
        warnings
            .push("The last picture holds its whole, not its last view: this dialect has no words for that".to_owned());
    }
    if timeline.audio.is_some_and(|audio| audio.start_ms > 0 || audio.end_ms.is_some()) {
        warnings
            .push("The music begins and ends with its track: this dialect has no words for a part of it".to_owned());
    }
    if black > 0 {
        warnings.push(format!("{black} ms of black at the end are left out: this dialect has no words for them"));
    }
    let usual = plan.defaults.transition;
    json!({
        "plan_version": "v1",
        "mode": plan.audio.mode,
        "project_id": project_id,
        "project_settings": {
            "output_width": timeline.width, "output_height": timeline.height,
            "output_fps": if timeline.rate.den == 1 { json!(timeline.rate.num) } else { json!(timeline.rate.to_string()) },
            "transition_type": usual.kind,
            "transition_duration_ms": usual.duration_ms.unwrap_or(shot::USUAL_CROSSFADE),
            "ken_burns_enabled": plan.defaults.effects.ken_burns.unwrap_or(false) || plan.defaults.effect.is_some(),
        },
        "timeline": {"total_duration_ms": sum - overlaps, "segments": segments},
        "warnings": warnings,
    })
}
