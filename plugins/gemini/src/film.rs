//! What a model of clips is asked for, and what has to be left out: each API offers a few shapes, lengths and heights,
//! and takes some of the pictures.

use kinora_sdk::documents::VideoOperation;
use kinora_sdk::provider::{HttpRequest, shape};

/// The shapes that both APIs film.
const RATIOS: [&str; 2] = ["16:9", "9:16"];
/// How far a length may be from the wanted one without a word, in seconds.
const SLACK: f64 = 0.05;
/// A shape is another one from this difference on.
const ANOTHER_SHAPE: f64 = 0.02;

/// A request for a clip.
pub struct Asked {
    pub request: HttpRequest,
    pub seconds: u32,
    pub warnings: Vec<String>,
}

/// The pictures of a clip, as far as they go together: frames to go through, or else pictures to keep to.
pub struct Pictures<'a> {
    pub first: Option<&'a String>,
    pub last: Option<&'a String>,
    pub references: &'a [String],
}

/// Whether a shape is not that of this width and height.
pub fn differs(ratio: &str, (width, height): (u32, u32)) -> bool {
    let of = |(width, height): (u32, u32)| f64::from(width) / f64::from(height);
    width > 0
        && height > 0
        && shape::edges(ratio).is_some_and(|edges| (of(edges) / of((width, height)) - 1.0).abs() > ANOTHER_SHAPE)
}

/// The nearest shape.
pub fn ratio(operation: &VideoOperation, warnings: &mut Vec<String>) -> &'static str {
    let asked = &operation.aspect_ratio;
    let wanted = shape::edges(asked).unwrap_or((16, 9));
    let ratio = shape::nearest(wanted, RATIOS, |ratio| shape::edges(ratio)).unwrap_or(RATIOS[0]);
    if !asked.is_empty() && (shape::edges(asked).is_none() || differs(ratio, wanted)) {
        warnings.push(format!("The clip is {ratio} and not {asked}: the model films 16:9 and 9:16."));
    }
    ratio
}

/// The nearest length; of two, the longer: what is too much can be cut off.
pub fn seconds(wanted: f64, lengths: impl IntoIterator<Item = u32>, warnings: &mut Vec<String>) -> u32 {
    let far = |seconds: u32| (f64::from(seconds) - wanted).abs();
    let nearer = |a: &u32, b: &u32| far(*a).total_cmp(&far(*b)).then(b.cmp(a));
    let seconds = lengths.into_iter().min_by(nearer).unwrap_or(8);
    if far(seconds) > SLACK {
        warnings.push(format!("The clip is {seconds} seconds long and not {wanted}: the model has no such length."));
    }
    seconds
}

/// The smallest height that is enough, or else the largest; none where nobody asks for one.
pub fn resolution(
    operation: &VideoOperation,
    heights: &[(u32, &'static str)],
    warnings: &mut Vec<String>,
) -> Option<&'static str> {
    let wanted = operation.resolution?;
    let &(height, name) = heights.iter().find(|(height, _)| *height >= wanted).or(heights.last())?;
    if height != wanted {
        warnings.push(format!("The clip is {height} pixels high and not {wanted}: the model has no such height."));
    }
    Some(name)
}

/// The pictures that go together.
pub fn pictures<'a>(operation: &'a VideoOperation, most: usize, warnings: &mut Vec<String>) -> Pictures<'a> {
    let first_frame = operation.first_frame.as_ref();
    let mut last = operation.last_frame.as_ref();
    if first_frame.is_none() && last.take().is_some() {
        warnings.push("The last frame was left out: the model takes one only together with a first.".to_owned());
    }
    let mut references = first(&operation.reference_images, most, warnings);
    if first_frame.is_some() && !references.is_empty() {
        references = &[];
        warnings.push("The reference pictures were left out: the model takes them or frames, not both.".to_owned());
    }
    Pictures { first: first_frame, last, references }
}

/// As many pictures to keep to as are taken.
pub fn first<'a>(pictures: &'a [String], most: usize, warnings: &mut Vec<String>) -> &'a [String] {
    if pictures.len() > most {
        let left = pictures.len() - most;
        warnings.push(format!("{left} reference pictures were left out: the model takes {most} at most."));
    }
    &pictures[..pictures.len().min(most)]
}

/// Says that the clip will have sound where none was asked for.
pub fn sound(operation: &VideoOperation, warnings: &mut Vec<String>) {
    if !operation.generate_audio {
        warnings.push("The clip has sound all the same: the model makes none without.".to_owned());
    }
}
