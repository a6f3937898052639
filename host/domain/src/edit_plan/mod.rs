//! Edit plans: read in any of their dialects, judged, compiled to frames. Pure functions over documents; where the media
//! lie, how plans come to be and what is rendered is for others to know.
//!
//! [`read`] makes one [`EditPlan`] of JSON, [`check`] says what of it is impossible with a project's [`Materials`],
//! [`compile`] makes the [`Timeline`] that is rendered. Every problem is a sentence that names the segment (from 1) and
//! the medium. The validator component and the host judge by these same functions.

mod beats;
mod camera;
mod fields;
mod hash;
mod layout;
mod plan_version;
mod read;
mod shot;
mod time;

use serde_json::Value;

use crate::documents::{EditPlan, Materials, Problem};
use crate::timeline::Timeline;

pub use hash::edl_hash;
pub use plan_version::write_plan_version;
pub use read::read;

/// The most segments of a plan.
pub const MAX_SEGMENTS: usize = 1000;
/// The most segments of a film whose timeline is repeated.
pub const MAX_PIECES: usize = 10_000;
/// The longest segment in seconds.
pub const MAX_SECONDS: u64 = 6 * 3600;
/// The longest crossfade in milliseconds.
pub const MAX_CROSSFADE_MS: u64 = 10_000;
/// The most problems that are told of one plan, and the most warnings; who mends them learns of the others.
pub const MAX_PROBLEMS: usize = 100;
/// The fastest tempo in beats per minute.
pub const MAX_BPM: f64 = 1000.0;

/// Says everything that is wrong with a plan for a project's media. Empty means that [`compile`] compiles it.
pub fn check(plan: &EditPlan, materials: &Materials) -> Vec<Problem> {
    compile(plan, materials).err().unwrap_or_default()
}

/// Compiles a plan to whole frames.
///
/// # Errors
/// Everything that is wrong: first what the rules forbid, and where they are kept, what shows in frames alone (a shot
/// shorter than a frame or than its crossfades, a film that is too long).
pub fn compile(plan: &EditPlan, materials: &Materials) -> Result<Timeline, Vec<Problem>> {
    layout::lay_out(plan, shot::resolve(plan, materials)?)
}

/// The JSON Schema of the documented dialect.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../sdk/schemas/edit-plan.json")).expect("the published schema is JSON")
}

fn is_tempo(bpm: f64) -> bool {
    bpm > 0.0 && bpm <= MAX_BPM
}

/// How sentences call a segment.
fn label(number: usize, media_id: &str) -> String {
    format!("Segment {number} (media_id {})", short(media_id))
}

/// A text that a sentence can hold.
fn short(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
