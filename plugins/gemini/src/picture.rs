//! Pictures by `generateContent`: the request, and the reading of its answer, which brings the picture inside it.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{ImageOperation, MediaItem, MediaOutcome, Outcome, Usage};
use kinora_sdk::provider::prompt::with_remarks;
use kinora_sdk::provider::{Attachment, HttpRequest, HttpResponse, plain, shape};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::settings::{Settings, model};
use crate::{answer, body, film, inline, models};

/// The shapes that all of Google's image models paint.
const RATIOS: [&str; 10] = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"];
/// So many pictures to keep to every image model takes.
const MAX_REFERENCES: usize = 10;

/// What of the request is needed to read the answer.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    model: String,
    warnings: Vec<String>,
}

/// The request for a picture.
pub(crate) fn request(operation: &ImageOperation, settings: &Settings) -> Result<(HttpRequest, Asked), ProviderError> {
    let model = model(operation.model.as_ref(), settings.image_model.as_ref(), models::default("image"))?;
    let mut warnings = Vec::new();
    let wanted = (operation.width, operation.height);
    let ratio = shape::nearest(wanted, RATIOS, |ratio| shape::edges(ratio)).unwrap_or(RATIOS[0]);
    if film::differs(ratio, wanted) {
        let (width, height) = wanted;
        warnings.push(format!("The picture is {ratio} and not {width}x{height}: the model has no such shape."));
    }
    if operation.seed.is_some() {
        warnings.push("The seed was left out: Gemini's image models take none.".to_owned());
    }
    let references = film::first(&operation.reference_images, MAX_REFERENCES, &mut warnings);
    let prompt = with_remarks(
        &operation.prompt,
        &[("Style", &operation.style), ("Mood", &operation.mood), ("Do not show", &operation.negative_prompt)],
    );
    let mut parts = vec![json!({"text": prompt})];
    parts.extend(
        references
            .iter()
            .map(|handle| json!({"inlineData": {"mimeType": body::media_type(handle), "data": body::blob(handle)}})),
    );
    let mut image = json!({"aspectRatio": ratio});
    if let Some(size) = &settings.image_size {
        image["imageSize"] = json!(size);
    }
    let mut body = json!({
        "contents": [{"role": "user", "parts": parts}],
        // With words allowed, a model that paints nothing says why.
        "generationConfig": {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": image},
    });
    if let Some(safety) = settings.safety() {
        body["safetySettings"] = safety;
    }
    let request = body::post(&format!("/models/{model}:generateContent"), &body);
    Ok((settings.address(request), Asked { model, warnings }))
}

/// Reads the answer.
pub(crate) fn read(asked: Asked, response: &HttpResponse) -> Result<(Outcome, Attachment), ProviderError> {
    let body = response.json()?;
    let answer = answer::read(&body, &asked.model)?;
    let Some(encoded) = answer.parts.iter().find_map(|part| part["inlineData"]["data"].as_str()) else {
        return Err(ProviderError {
            retryable: true,
            ..answer::stopped("malformed-output", answer.finish, &unpainted(&answer.words(), answer.remark))
        });
    };
    let attachment = inline::attachment("image", encoded)?;
    let outcome = MediaOutcome {
        items: vec![MediaItem::Attachment { name: attachment.name.clone() }],
        usage: Usage { pictures: 1, ..answer.usage },
        made_by: answer.made_by,
        warnings: asked.warnings,
    };
    Ok((Outcome::Media(outcome), attachment))
}

/// What is said of an answer without a picture: the model's own words, where it has some.
fn unpainted(words: &str, remark: &str) -> String {
    let words = plain(if words.trim().is_empty() { remark } else { words });
    if words.is_empty() {
        "The model painted no picture and does not say why.".to_owned()
    } else {
        format!("The model painted no picture and said: {words}")
    }
}
