//! Clips by `POST /models/{model}:predictLongRunning`, the shape of Veo, which gateways keep: it answers the name of an
//! operation, and a GET of that name says whether it is done and where the clip is.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::VideoOperation;
use serde_json::{Value, json};

use crate::clip::{Found, Progress};
use crate::film::{self, Asked};
use crate::settings::Settings;
use crate::{body, error};

/// What Veo films. Pictures to keep to, a last frame and 1080 lines go with the longest alone.
const SECONDS: [u32; 3] = [4, 6, 8];
const LONGEST: u32 = 8;
const HEIGHTS: [(u32, &str); 2] = [(720, "720p"), (1080, "1080p")];
const MAX_REFERENCES: usize = 3;
/// The longest name of an operation that is believed, in bytes.
const MAX_NAME: usize = 512;

/// The request for a clip.
pub fn request(operation: &VideoOperation, model: &str, settings: &Settings) -> Asked {
    let mut warnings = Vec::new();
    let ratio = film::ratio(operation, &mut warnings);
    let pictures = film::pictures(operation, MAX_REFERENCES, &mut warnings);
    let only_longest = pictures.last.is_some() || !pictures.references.is_empty();
    let lengths = if only_longest { &SECONDS[2..] } else { &SECONDS[..] };
    let seconds = film::seconds(operation.duration, lengths.iter().copied(), &mut warnings);
    let heights = if seconds == LONGEST { &HEIGHTS[..] } else { &HEIGHTS[..1] };
    let mut parameters = json!({"aspectRatio": ratio, "durationSeconds": seconds});
    if let Some(resolution) = film::resolution(operation, heights, &mut warnings) {
        parameters["resolution"] = json!(resolution);
    }
    if !operation.negative_prompt.trim().is_empty() {
        parameters["negativePrompt"] = json!(operation.negative_prompt);
    }
    if let Some(seed) = operation.seed {
        parameters["seed"] = json!(seed & i32::MAX as u64);
    }
    film::sound(operation, &mut warnings);
    let mut instance = json!({"prompt": operation.prompt});
    for (field, handle) in [("image", pictures.first), ("lastFrame", pictures.last)] {
        if let Some(handle) = handle {
            instance[field] = image(handle);
        }
    }
    if !pictures.references.is_empty() {
        let references = pictures.references.iter();
        instance["referenceImages"] =
            references.map(|handle| json!({"image": image(handle), "referenceType": "asset"})).collect();
    }
    let body = json!({"instances": [instance], "parameters": parameters});
    let request = body::post(&format!("/models/{model}:predictLongRunning"), &body);
    Asked { request: settings.address(request), seconds, warnings }
}

fn image(handle: &str) -> Value {
    json!({"bytesBase64Encoded": body::blob(handle), "mimeType": body::media_type(handle)})
}

/// The path of the operation, which is its name: `models/veo-3.1/operations/abc`.
pub fn path(body: &Value) -> Result<String, ProviderError> {
    let fits = |segment: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte);
        !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
    };
    let name = body["name"].as_str().filter(|name| name.len() <= MAX_NAME && name.split('/').all(fits));
    name.map(|name| format!("/{name}")).ok_or_else(|| {
        let message = "The request was accepted, and the answer has no name by which the clip could be asked for.";
        ProviderError::new("malformed-output", message)
    })
}

/// Reads how far an operation is.
pub fn progress(body: &Value) -> Progress<'_> {
    if body["done"] != true {
        return Progress::Pending("Google is filming".to_owned());
    }
    if body["error"].is_object() {
        return Progress::Failed(error::of_job(&body["error"]));
    }
    let response = &body["response"]["generateVideoResponse"];
    let video = &response["generatedSamples"][0]["video"];
    let said = |field: &str| video[field].as_str().filter(|said| !said.is_empty());
    match (said("uri"), said("encodedVideo")) {
        (Some(link), _) => Progress::Made(Found::Link(link)),
        (None, Some(data)) => Progress::Made(Found::Data(data)),
        (None, None) => Progress::Failed(refused(response)),
    }
}

/// Done without a clip: Google's filter took it out, and says so or does not.
fn refused(response: &Value) -> ProviderError {
    let reasons = response["raiMediaFilteredReasons"].as_array().into_iter().flatten();
    let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
    let words =
        if reasons.is_empty() { "Google made no clip and does not say why.".to_owned() } else { reasons.join(" ") };
    ProviderError::told("content-policy", 200, &words)
}
