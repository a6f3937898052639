//! What every compiled plan keeps, whatever the plan is. The fuzz target holds plans to it too.

use kinora_domain::documents::{EditPlan, Materials};
use kinora_domain::edit_plan::{check, compile, edl_hash, read, write_plan_version};
use kinora_domain::film::MAX_FRAMES;
use kinora_domain::timeline::{Shown, Timeline};
use serde_json::{Value, json};

/// Reads a document, and where it is a plan, holds it to everything that is promised of plans. Answers the film.
pub fn hold(document: &Value, materials: &Materials) -> Option<Timeline> {
    match read(document) {
        Ok(plan) => hold_plan(&plan, materials),
        Err(problems) => {
            assert!(!problems.is_empty(), "what cannot be read has a reason");
            None
        }
    }
}

/// Holds a plan to everything that is promised of plans. Answers the film.
pub fn hold_plan(plan: &EditPlan, materials: &Materials) -> Option<Timeline> {
    assert_eq!(&read(&json!(plan)).expect("a plan that was written can be read"), plan);
    let told = check(plan, materials);
    let film = match compile(plan, materials) {
        Ok(film) => film,
        Err(problems) => {
            assert_eq!(problems, told);
            assert!(!told.is_empty(), "what cannot be compiled has a reason");
            return None;
        }
    };
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(edl_hash(plan), edl_hash(&plan.clone()));
    keeps_its_word(&film);
    let again = read(&write_plan_version("p", plan, &film));
    assert!(again.is_ok() || !film.segments.iter().any(|segment| segment.shown != Shown::Black), "{again:?}");
    Some(film)
}

fn keeps_its_word(film: &Timeline) {
    assert!(!film.segments.is_empty());
    assert_eq!(film.segments[0].crossfade, 0);
    let (mut sum, mut shared) = (0, 0);
    for (index, segment) in film.segments.iter().enumerate() {
        let out = film.segments.get(index + 1).map_or(0, |next| next.crossfade);
        assert!(segment.frames > 0, "segment {index} has no frames");
        assert!(segment.crossfade + out <= segment.frames, "segment {index} has no room for its crossfades");
        if let Shown::Video { start_ms, end_ms: Some(end), .. } = &segment.shown {
            assert!(start_ms < end, "segment {index} shows nothing of its clip");
        }
        sum += u64::from(segment.frames);
        shared += u64::from(segment.crossfade);
    }
    assert_eq!(film.frames(), sum - shared);
    assert!(sum <= MAX_FRAMES);
    let starts: Vec<u64> = film.starts().collect();
    for (index, pair) in starts.windows(2).enumerate() {
        let end = pair[0] + u64::from(film.segments[index].frames);
        let shared = u64::from(film.segments[index + 1].crossfade);
        assert_eq!(pair[1], end - shared, "segment {} does not begin where the one before ends", index + 1);
    }
}
