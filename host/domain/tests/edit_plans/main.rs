//! Edit plans from JSON to frames.

mod dialects;
mod frames;
mod promises;
mod properties;
mod rules;

use kinora_domain::documents::{AudioTrack, EditPlan, Materials, MediaStatus, MediaType, Medium};
use kinora_domain::edit_plan::{compile, read};
use kinora_domain::timeline::Timeline;
use serde_json::{Value, json};

/// A project with two pictures, two clips and music at 120 beats per minute whose first beat is at 250 ms.
fn materials() -> Materials {
    let medium = |id: &str, kind: MediaType, duration_ms: Option<u64>| Medium {
        id: id.to_owned(),
        kind,
        filename: format!("{id}.bin"),
        width: 1600,
        height: 1200,
        duration_ms,
        fps: None,
        has_audio: None,
        status: MediaStatus::Ready,
    };
    Materials {
        media: vec![
            medium("hill", MediaType::Image, None),
            medium("lake", MediaType::Image, None),
            medium("walk", MediaType::Video, Some(4000)),
            medium("endless", MediaType::Video, None),
        ],
        audio: Some(AudioTrack {
            id: Some("song".to_owned()),
            duration_ms: 10_250,
            bpm: Some(120.0),
            beats_ms: (0..20).map(|beat| 250.0 + 500.0 * f64::from(beat)).collect(),
            analyzed: true,
        }),
    }
}

fn plan(document: Value) -> EditPlan {
    read(&document).unwrap_or_else(|problems| panic!("{document}: {problems:?}"))
}

fn film(document: Value) -> Timeline {
    let plan = plan(document);
    compile(&plan, &materials()).unwrap_or_else(|problems| panic!("{plan:?}: {problems:?}"))
}

/// A plan with a timeline, and other fields where they are needed.
fn with(timeline: Value, other: Value) -> Value {
    let mut document = json!({"version": "1.0", "timeline": timeline});
    for (name, value) in other.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

/// Frames and crossfade of each segment.
fn pieces(film: &Timeline) -> Vec<(u32, u32)> {
    film.segments.iter().map(|segment| (segment.frames, segment.crossfade)).collect()
}
