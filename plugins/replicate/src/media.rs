//! The inputs for pictures and clips.

use kinora_sdk::documents::{ImageOperation, VideoOperation};
use kinora_sdk::provider::prompt::with_remarks;
use kinora_sdk::provider::shape;
use serde_json::{Value, json};

use crate::input::{Finished, Input};
use crate::mapping::Mapping;

/// The pixels of a clip's short edge where nobody says and the model wants to know.
const SHORT_EDGE: u32 = 720;

/// The input for a picture.
pub fn picture(operation: &ImageOperation, model: &str, mapping: &Mapping) -> Finished {
    let mut input = Input::new(model, mapping);
    let remarks = [("Style", operation.style.as_str()), ("Mood", &operation.mood)];
    prompt(&mut input, &operation.prompt, &remarks, &operation.negative_prompt);
    let wanted = (operation.width.max(1), operation.height.max(1));
    frame(&mut input, wanted, ratio(wanted));
    if let Some(seed) = operation.seed {
        input.seed(seed);
    }
    input.pictures("reference_images", &operation.reference_images);
    input.finish()
}

/// The input for a clip, and how long the clip will be, in milliseconds.
pub fn clip(operation: &VideoOperation, model: &str, mapping: &Mapping) -> (Finished, u64) {
    let mut input = Input::new(model, mapping);
    prompt(&mut input, &operation.prompt, &[], &operation.negative_prompt);
    let wanted = shape::frame(&operation.aspect_ratio, operation.resolution.unwrap_or(SHORT_EDGE));
    frame(&mut input, wanted, operation.aspect_ratio.clone());
    if let Some(resolution) = operation.resolution
        && !["size", "width", "height"].iter().any(|field| input.has(field))
    {
        input.number("resolution", f64::from(resolution));
    }
    input.number("duration", operation.duration);
    input.switch("generate_audio", operation.generate_audio);
    if let Some(seed) = operation.seed {
        input.seed(seed);
    }
    input.pictures("first_frame", operation.first_frame.as_slice());
    input.pictures("last_frame", operation.last_frame.as_slice());
    input.pictures("reference_images", &operation.reference_images);
    let finished = input.finish();
    // As it is sent in the end: another field may have set it.
    let duration = mapping.fields.get("duration");
    let seconds = duration.and_then(|rule| rule.measure(&finished.input[rule.to.as_str()]));
    let ms = (seconds.unwrap_or(operation.duration) * 1000.0).round() as u64;
    (finished, ms)
}

/// The prompt, and in it what the model has no field for.
fn prompt(input: &mut Input, prompt: &str, remarks: &[(&str, &str)], negative: &str) {
    let mut remarks = remarks.to_vec();
    if !input.has("negative_prompt") {
        remarks.push(("Do not show", negative));
    } else if !negative.is_empty() {
        input.value("negative_prompt", json!(negative));
    }
    input.value("prompt", json!(with_remarks(prompt, &remarks)));
}

/// The width and height, in all the ways that the model has for them.
fn frame(input: &mut Input, wanted: (u32, u32), ratio: String) {
    if !["aspect_ratio", "size", "width", "height"].iter().any(|field| input.has(field)) {
        input.warn("The size was left to the model: none of its inputs is mapped for it.".to_owned());
    }
    input.shape("aspect_ratio", shape::edges(&ratio).unwrap_or(wanted), ratio);
    input.shape("size", wanted, format!("{}x{}", wanted.0, wanted.1));
    for (field, edge) in [("width", wanted.0), ("height", wanted.1)] {
        if input.has(field) {
            input.number(field, f64::from(edge));
        }
    }
}

/// 1920 by 1080 as `16:9`.
fn ratio((width, height): (u32, u32)) -> String {
    let (mut a, mut b) = (width, height);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    format!("{}:{}", width / a, height / a)
}

/// The address that a file of Replicate has for its models.
pub fn address(file: &Value) -> Option<&str> {
    file["urls"]["get"].as_str().filter(|address| address.starts_with("http"))
}
