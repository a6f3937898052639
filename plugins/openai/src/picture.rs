//! Pictures by `POST /images/generations`, or `/images/edits` where there are pictures to keep to; and the reading of
//! the answer, which brings the picture inside it or, from some other servers, as a link.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinora_sdk::ProviderError;
use kinora_sdk::documents::{ImageOperation, MediaItem, MediaOutcome, Outcome, Usage};
use kinora_sdk::provider::prompt::with_remarks;
use kinora_sdk::provider::{
    Attachment, Body, BodyPart, FormField, HttpRequest, HttpResponse, ResponseBody, media_type,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{ENDPOINT, models, size};

/// So many pictures to keep to the API takes.
const MAX_REFERENCES: usize = 16;
/// A link longer than this would fill the state between two steps.
const MAX_LINK: usize = 8 << 10;
/// How often a download is tried, and the pause between, in milliseconds.
const TRIES: u32 = 3;
const PAUSE_MS: u64 = 2_000;

/// What of the request is needed to read the answer.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    model: String,
}

/// A picture that is made and has still to be fetched.
#[derive(Serialize, Deserialize)]
pub struct Download {
    model: String,
    link: String,
    input_tokens: u64,
    output_tokens: u64,
    failures: u32,
}

/// Where the picture is.
pub enum Answer {
    /// In the answer.
    Here(Outcome, Attachment),
    /// Behind a link.
    Elsewhere(Download),
}

/// The request for a picture.
pub fn request(operation: &ImageOperation, settings: &Settings) -> Result<(HttpRequest, Asked), ProviderError> {
    let references = &operation.reference_images;
    if references.len() > MAX_REFERENCES {
        let message = format!("OpenAI keeps to {MAX_REFERENCES} reference pictures at most, not {}.", references.len());
        return Err(ProviderError::invalid_request(message));
    }
    let model = operation.model.as_ref().or(settings.image_model.as_ref());
    let model = model.map_or_else(|| models::default("image").to_owned(), String::clone);
    let fields = fields(operation, settings, &model);
    let request = if references.is_empty() {
        let mut body: Value = fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        body["n"] = json!(1);
        if let Some(moderation) = &settings.image_moderation {
            body["moderation"] = json!(moderation);
        }
        HttpRequest::post_json(ENDPOINT, "/images/generations", &body)
    } else {
        edit(fields, references)
    };
    Ok((settings.address(request), Asked { model }))
}

/// The fields that both ways have in common. What nobody asked for is left out, but for the file format.
fn fields(operation: &ImageOperation, settings: &Settings, model: &str) -> Vec<(&'static str, String)> {
    let wanted = (operation.width, operation.height);
    let size = if !settings.image_sizes.is_empty() {
        size::one_of(&settings.image_sizes, wanted)
    } else if models::free_size(model) {
        size::free(wanted)
    } else {
        size::standard(wanted)
    };
    let format = settings.image_format.clone().or_else(|| models::known(model).then(|| "jpeg".to_owned()));
    let mut fields = vec![("model", model.to_owned()), ("prompt", prompt(operation)), ("size", size)];
    fields.extend(settings.image_quality.clone().map(|quality| ("quality", quality)));
    fields.extend(format.map(|format| ("output_format", format)));
    fields
}

/// The API has one prompt and nothing beside it.
fn prompt(operation: &ImageOperation) -> String {
    let remarks =
        [("Style", operation.style.as_str()), ("Mood", &operation.mood), ("Do not show", &operation.negative_prompt)];
    with_remarks(&operation.prompt, &remarks)
}

/// The pictures travel as files of a form; the host reads them out of the blob store.
fn edit(fields: Vec<(&'static str, String)>, references: &[String]) -> HttpRequest {
    let text = |(name, value): (&str, String)| FormField {
        name: name.to_owned(),
        filename: None,
        media_type: None,
        value: BodyPart::Text(value),
    };
    // One file goes by the plain name, which every server knows; several make a list.
    let name = if references.len() == 1 { "image" } else { "image[]" };
    let file = |(index, handle): (usize, &String)| FormField {
        name: name.to_owned(),
        filename: Some(format!("reference-{}", index + 1)),
        media_type: None,
        value: BodyPart::BlobRaw(handle.clone()),
    };
    let form = fields.into_iter().map(text).chain(references.iter().enumerate().map(file)).collect();
    HttpRequest { method: "POST".to_owned(), body: Body::Form(form), ..HttpRequest::get(ENDPOINT, "/images/edits") }
}

/// Reads the answer.
pub fn read(asked: Asked, response: &HttpResponse) -> Result<Answer, ProviderError> {
    let body = response.json()?;
    let picture = &body["data"][0];
    let download = Download {
        model: asked.model,
        link: picture["url"].as_str().unwrap_or_default().to_owned(),
        input_tokens: body["usage"]["input_tokens"].as_u64().unwrap_or(0),
        output_tokens: body["usage"]["output_tokens"].as_u64().unwrap_or(0),
        failures: 0,
    };
    let inside = picture["b64_json"].as_str().or_else(|| download.link.starts_with("data:").then_some(&download.link));
    match inside {
        Some(encoded) => {
            // Some servers write a data URL where base64 belongs.
            let encoded = encoded.rsplit_once(',').map_or(encoded, |(_, encoded)| encoded);
            let content = STANDARD.decode(encoded.trim()).map_err(|error| {
                ProviderError::malformed_output(format!("The picture is not base64 as it should be: {error}."))
            })?;
            let (outcome, attachment) = download.attached(content)?;
            Ok(Answer::Here(outcome, attachment))
        }
        None if download.link.is_empty() => Err(ProviderError::malformed_output("The answer has no picture.")),
        None if download.link.len() > MAX_LINK => {
            Err(ProviderError::malformed_output("The link to the picture is too long."))
        }
        None => Ok(Answer::Elsewhere(download)),
    }
}

impl Download {
    /// The request that fetches the picture.
    pub fn request(&self) -> HttpRequest {
        HttpRequest::download(&self.link)
    }

    /// The same after a failure, and how long to pause before the next try.
    ///
    /// # Errors
    /// The failure, when it is time to give up. It is final: another attempt would be billed for another picture.
    pub fn after(mut self, error: ProviderError) -> Result<(Self, u64), ProviderError> {
        self.failures += 1;
        if !error.retryable || self.failures >= TRIES {
            let message = format!("The picture was made and cannot be fetched: {}", error.message);
            return Err(ProviderError { message, retryable: false, ..error });
        }
        Ok((self, PAUSE_MS))
    }

    /// Reads what was fetched.
    pub fn read(&self, response: HttpResponse) -> Result<(Outcome, Vec<Attachment>), ProviderError> {
        match response.body {
            ResponseBody::Blob(blob) if blob.media_type.starts_with("image/") => {
                Ok((self.outcome(MediaItem::blob(blob.handle)), Vec::new()))
            }
            ResponseBody::Blob(blob) => Err(no_picture(&blob.media_type)),
            ResponseBody::Inline(content) => self.attached(content).map(|(outcome, content)| (outcome, vec![content])),
        }
    }

    fn attached(&self, content: Vec<u8>) -> Result<(Outcome, Attachment), ProviderError> {
        let media_type = media_type(&content).filter(|media_type| media_type.starts_with("image/"));
        let media_type = media_type.ok_or_else(|| no_picture("something else"))?;
        let name = "picture".to_owned();
        let outcome = self.outcome(MediaItem::Attachment { name: name.clone() });
        Ok((outcome, Attachment { name, media_type: media_type.to_owned(), content }))
    }

    fn outcome(&self, item: MediaItem) -> Outcome {
        Outcome::Media(MediaOutcome {
            items: vec![item],
            usage: Usage {
                input_tokens: self.input_tokens,
                output_tokens: self.output_tokens,
                pictures: 1,
                ..Usage::default()
            },
            made_by: format!("OpenAI, {}", self.model),
            warnings: Vec::new(),
        })
    }
}

fn no_picture(what: &str) -> ProviderError {
    ProviderError::malformed_output(format!("A PNG, JPEG or WebP picture was expected and {what} came."))
}
