//! The body of `POST /api/mv/generate_video`: defaults, and what each field may be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinora_workflows::{Choice, ClipInput};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::shown;

const RATIO: &str = "16:9";
const SECONDS: f64 = 8.0;
/// The longest texts in characters, and the lengths of a clip in seconds.
const TEXT: usize = 20_000;
const LENGTHS: std::ops::RangeInclusive<f64> = 1.0..=60.0;

/// What a clip is asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GenerateVideo {
    /// What the clip shows.
    #[schema(example = "A silver robot walks through a futuristic city at sunset", required = true, nullable = false)]
    #[serde(default)]
    prompt: Option<String>,
    /// What it must not show.
    #[serde(default)]
    negative_prompt: Option<String>,
    /// `W:H`, from 1:4 to 4:1.
    #[schema(default = "16:9")]
    #[serde(default)]
    aspect_ratio: Option<String>,
    /// Seconds, 1 to 60; a provider makes the nearest length it has.
    #[schema(default = 8, minimum = 1, maximum = 60)]
    #[serde(default)]
    duration: Option<f64>,
    /// Whether it can be heard.
    #[schema(default = true)]
    #[serde(default)]
    generate_audio: Option<bool>,
    /// For repeatable clips, where the model can.
    #[schema(minimum = 0)]
    #[serde(default)]
    seed: Option<u64>,
    /// A PNG, JPEG or WebP file in base64, which the clip keeps to. A `data:` URL is understood.
    #[serde(default)]
    reference_image_base64: Option<String>,
    /// The `blob_id` of a picture that was sent to `/api/mv/uploads` or drawn by `/api/mv/generate_character_reference`.
    #[serde(default)]
    reference_image_id: Option<String>,
    /// The `blob_id` of the picture that the clip begins with.
    #[serde(default)]
    first_frame_id: Option<String>,
    /// The `blob_id` of the picture that the clip ends with.
    #[serde(default)]
    last_frame_id: Option<String>,
    /// Rules that are added to the prompt.
    #[serde(default)]
    video_rules_template: Option<String>,
    /// The provider, by its id; the host's own choice where it is absent.
    #[schema(example = "replicate")]
    #[serde(default)]
    backend: Option<String>,
    /// Whether to refuse what the model cannot do, instead of dropping it with a warning.
    #[schema(default = false)]
    #[serde(default)]
    strict: Option<bool>,
}

/// A request that was read: the input of its job, whose frames are yet to be looked up, and the picture that is yet to
/// be stored or looked up.
pub(crate) struct Wanted {
    pub input: ClipInput,
    pub picture: Option<Picture>,
}

/// A picture to keep to.
#[derive(Debug, PartialEq)]
pub(crate) enum Picture {
    /// A file.
    Content(Vec<u8>),
    /// The blob of an upload.
    Upload(String),
}

impl GenerateVideo {
    /// Judges each field. `chosen` is asked where no backend is named.
    pub fn check(self, chosen: &Choice) -> Result<Wanted, ApiError> {
        let prompt = text("prompt", self.prompt)?;
        if prompt.trim().is_empty() {
            return Err(ApiError::bad_request("invalid_value", "prompt is missing or blank; say what the clip shows."));
        }
        let backend = self.backend.filter(|backend| !backend.trim().is_empty());
        let model = chosen.model.clone().filter(|_| backend.as_ref().is_none_or(|backend| *backend == chosen.provider));
        let duration = self.duration.unwrap_or(SECONDS);
        if !LENGTHS.contains(&duration) {
            let (least, most) = (LENGTHS.start(), LENGTHS.end());
            return Err(ApiError::invalid(
                "duration",
                format!("duration is {duration}; it may be {least} to {most} seconds."),
            ));
        }
        let input = ClipInput {
            prompt,
            negative_prompt: text("negative_prompt", self.negative_prompt)?,
            aspect_ratio: ratio(self.aspect_ratio.as_deref().unwrap_or(RATIO))?,
            duration,
            generate_audio: self.generate_audio.unwrap_or(true),
            seed: self.seed,
            reference_image: None,
            first_frame: self.first_frame_id.filter(|id| !id.trim().is_empty()),
            last_frame: self.last_frame_id.filter(|id| !id.trim().is_empty()),
            rules: text("video_rules_template", self.video_rules_template)?,
            provider: backend.unwrap_or_else(|| chosen.provider.clone()),
            model,
            strict: self.strict.unwrap_or(false),
        };
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let picture = match (given(self.reference_image_base64), given(self.reference_image_id)) {
            (Some(_), Some(_)) => {
                let message = "Both reference_image_base64 and reference_image_id are given; one picture is kept to.";
                return Err(ApiError::invalid("reference_image_id", message));
            }
            (Some(base64), None) => Some(Picture::Content(decoded(&base64)?)),
            (None, Some(id)) => Some(Picture::Upload(id)),
            (None, None) => None,
        };
        Ok(Wanted { input, picture })
    }
}

pub(super) fn text(field: &str, given: Option<String>) -> Result<String, ApiError> {
    let given = given.unwrap_or_default();
    let length = given.chars().count();
    if length > TEXT {
        return Err(ApiError::invalid(field, format!("{field} has {length} characters; at most {TEXT} are read.")));
    }
    Ok(given)
}

pub(super) fn ratio(given: &str) -> Result<String, ApiError> {
    let sides = given.split_once(':').and_then(|(width, height)| {
        let side = |text: &str| text.trim().parse::<u16>().ok().filter(|side| (1..=100).contains(side));
        Some((side(width)?, side(height)?))
    });
    match sides {
        Some((width, height)) if width <= 4 * height && height <= 4 * width => Ok(format!("{width}:{height}")),
        _ => Err(ApiError::invalid(
            "aspect_ratio",
            format!("aspect_ratio is {:?}; it may be W:H from 1:4 to 4:1, such as 16:9, 9:16 or 1:1.", shown(given)),
        )),
    }
}

fn decoded(given: &str) -> Result<Vec<u8>, ApiError> {
    let base64 = match given.trim().strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").map_or("", |(_, base64)| base64),
        None => given.trim(),
    };
    let field = "reference_image_base64";
    STANDARD.decode(base64).ok().filter(|content| !content.is_empty()).ok_or_else(|| {
        ApiError::invalid(
            field,
            format!("{field} is not base64; send the bytes of a PNG, JPEG or WebP file in base64."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: serde_json::Value) -> Result<Wanted, ApiError> {
        let chosen = Choice { provider: "offline".into(), model: Some("m".into()) };
        serde_json::from_value::<GenerateVideo>(body).unwrap().check(&chosen)
    }

    #[test]
    fn a_prompt_is_enough() {
        let wanted = read(serde_json::json!({"prompt": "waves"})).unwrap();
        let ClipInput { aspect_ratio, duration, generate_audio, provider, model, .. } = wanted.input;
        assert_eq!((aspect_ratio.as_str(), duration, generate_audio), ("16:9", 8.0, true));
        assert_eq!((provider.as_str(), model.as_deref()), ("offline", Some("m")));
    }

    #[test]
    fn a_named_backend_is_not_given_the_model_of_another() {
        let wanted = read(serde_json::json!({"prompt": "waves", "backend": "replicate"})).unwrap();
        assert_eq!((wanted.input.provider.as_str(), wanted.input.model), ("replicate", None));
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let cases = [
            ("prompt", serde_json::json!({"prompt": " "})),
            ("prompt", serde_json::json!({})),
            ("prompt has 20001", serde_json::json!({"prompt": "x".repeat(20_001)})),
            ("duration is -1", serde_json::json!({"prompt": "waves", "duration": -1})),
            ("aspect_ratio", serde_json::json!({"prompt": "waves", "aspect_ratio": "wide"})),
            ("aspect_ratio", serde_json::json!({"prompt": "waves", "aspect_ratio": "5:1"})),
            (
                "Both",
                serde_json::json!({"prompt": "w", "reference_image_base64": "aGk=", "reference_image_id": "x.png"}),
            ),
            ("not base64", serde_json::json!({"prompt": "waves", "reference_image_base64": "!!"})),
        ];
        for (words, body) in cases {
            let Err(error) = read(body.clone()) else { panic!("{body} is taken") };
            assert!(error.message().contains(words), "{error:?}");
        }
    }

    #[test]
    fn a_picture_may_come_as_a_data_url() {
        let wanted = read(serde_json::json!({"prompt": "w", "reference_image_base64": "data:image/png;base64,aGk="}));
        assert_eq!(wanted.unwrap().picture, Some(Picture::Content(b"hi".to_vec())));
    }
}
