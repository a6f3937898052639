//! The body of `POST /api/scenario/generate`: defaults, and what each field may be.

use kinora_domain::documents::{Product, SCENE_SECONDS};
use kinora_workflows::ScenarioInput;
use serde::Deserialize;
use serde_json::Number;
use url::Url;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::shown;

const STYLE: &str = "cinematic-storytelling";
const MOOD: &str = "professional";
const RESOLUTION: &str = "1920x1080";
const LENGTH: u32 = 24;
const LANGUAGE: &str = "en-US";
/// The sides of a picture, and the length of a film in seconds.
const SIDES: std::ops::RangeInclusive<u32> = 240..=4320;
const LENGTHS: std::ops::RangeInclusive<u32> = 8..=120;
/// The longest texts, characters: names, words for the model, whole descriptions.
const NAME: usize = 256;
const WORDS: usize = 1_000;
const TEXT: usize = 20_000;
const PICTURES: usize = 20;
const LONGEST_URL: usize = 2048;

/// What a scenario is asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GenerateScenario {
    /// The product, as the client names it.
    #[schema(example = "prod_123", required = true, nullable = false)]
    #[serde(default)]
    product_id: Option<String>,
    /// The client's user.
    #[schema(example = "user_xyz789", required = true, nullable = false)]
    #[serde(default)]
    user_id: Option<String>,
    /// An id for people; made where it is absent.
    #[serde(default)]
    short_id: Option<String>,
    /// The look.
    #[schema(default = "cinematic-storytelling")]
    #[serde(default)]
    style: Option<String>,
    /// The mood.
    #[schema(default = "professional")]
    #[serde(default)]
    mood: Option<String>,
    /// `WxH` or `W:H`, both even and 240 to 4320.
    #[schema(default = "1920x1080")]
    #[serde(default)]
    resolution: Option<String>,
    /// Seconds: 8 to 120, a multiple of 8. A scene takes 8.
    #[schema(default = 24, minimum = 8, maximum = 120, multiple_of = 8, value_type = Option<u32>)]
    #[serde(default)]
    video_length: Option<Number>,
    /// BCP 47.
    #[schema(default = "en-US")]
    #[serde(default)]
    target_language: Option<String>,
    /// Where it plays.
    #[schema(example = "studio")]
    #[serde(default)]
    environment: Option<String>,
    /// What is known of the product.
    #[serde(default)]
    product: Option<ProductBody>,
    /// What the film is about, in the user's words.
    #[serde(default)]
    prompt: Option<String>,
}

/// A product.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProductBody {
    /// Its name.
    #[serde(default)]
    title: Option<String>,
    /// What it is.
    #[serde(default)]
    description: Option<String>,
    /// Pictures of it, at most 20.
    #[serde(default)]
    image_urls: Option<Vec<String>>,
}

impl GenerateScenario {
    /// Judges every field and fills in what is absent. `short_id` stays empty where the client gave none. An empty
    /// text counts as absent where a field may be absent: forms send it for what was left alone.
    pub fn check(self) -> Result<ScenarioInput, ApiError> {
        let video_length = self.video_length.map_or(Ok(LENGTH), |length| read_length(&length))?;
        Ok(ScenarioInput {
            product_id: required("product_id", self.product_id, NAME)?,
            user_id: required("user_id", self.user_id, NAME)?,
            short_id: optional("short_id", self.short_id, NAME)?.unwrap_or_default(),
            style: optional("style", self.style, NAME)?.unwrap_or_else(|| STYLE.into()),
            mood: optional("mood", self.mood, NAME)?.unwrap_or_else(|| MOOD.into()),
            resolution: match optional("resolution", self.resolution, NAME)? {
                Some(resolution) => read_resolution(&resolution)?,
                None => RESOLUTION.into(),
            },
            video_length,
            target_language: optional("target_language", self.target_language, NAME)?
                .unwrap_or_else(|| LANGUAGE.into()),
            environment: optional("environment", self.environment, WORDS)?,
            product: self.product.map(ProductBody::check).transpose()?,
            prompt: optional("prompt", self.prompt, TEXT)?,
        })
    }
}

impl ProductBody {
    fn check(self) -> Result<Product, ApiError> {
        let image_urls = self.image_urls.unwrap_or_default();
        if image_urls.len() > PICTURES {
            let message = format!("product.image_urls has {} entries, and may have 0 to {PICTURES}.", image_urls.len());
            return Err(ApiError::invalid("product.image_urls", message));
        }
        if let Some((index, url)) = image_urls.iter().enumerate().find(|(_, url)| !is_web(url)) {
            let field = format!("product.image_urls[{index}]");
            let message =
                format!("{field} is {:?}, and may be an http or https URL of at most {LONGEST_URL} bytes.", shown(url));
            return Err(ApiError::invalid(&field, message));
        }
        Ok(Product {
            title: optional("product.title", self.title, WORDS)?.unwrap_or_default(),
            description: optional("product.description", self.description, TEXT)?.unwrap_or_default(),
            image_urls,
        })
    }
}

fn is_web(url: &str) -> bool {
    url.len() <= LONGEST_URL
        && Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}

fn required(field: &str, value: Option<String>, longest: usize) -> Result<String, ApiError> {
    let range = format!("and is to be a text of 1 to {longest} characters that is not blank");
    match value {
        None => Err(ApiError::invalid(field, format!("{field} is missing, {range}."))),
        Some(blank) if blank.trim().is_empty() => {
            Err(ApiError::invalid(field, format!("{field} is {:?}, {range}.", shown(&blank))))
        }
        Some(value) => bounded(field, value, longest),
    }
}

fn optional(field: &str, value: Option<String>, longest: usize) -> Result<Option<String>, ApiError> {
    value.filter(|value| !value.trim().is_empty()).map(|value| bounded(field, value, longest)).transpose()
}

fn bounded(field: &str, value: String, longest: usize) -> Result<String, ApiError> {
    let length = value.chars().count();
    if length <= longest {
        return Ok(value);
    }
    Err(ApiError::invalid(field, format!("{field} has {length} characters, and may have at most {longest}.")))
}

fn read_length(length: &Number) -> Result<u32, ApiError> {
    // Some clients have no integers: 24.0 is 24.
    let whole = length.as_u64().or_else(|| {
        length.as_f64().filter(|value| value.fract() == 0.0 && (0.0..1e6).contains(value)).map(|value| value as u64)
    });
    whole
        .and_then(|seconds| u32::try_from(seconds).ok())
        .filter(|seconds| LENGTHS.contains(seconds) && seconds % SCENE_SECONDS == 0)
        .ok_or_else(|| {
            ApiError::invalid(
                "video_length",
                format!(
                    "video_length is {length}, and may be {} to {} seconds, a multiple of {SCENE_SECONDS}.",
                    LENGTHS.start(),
                    LENGTHS.end()
                ),
            )
        })
}

/// Reads `WxH` or `W:H` and writes it as `WxH`.
fn read_resolution(text: &str) -> Result<String, ApiError> {
    let side = |side: &str| {
        let side = side.trim();
        let plain = !side.is_empty() && side.len() <= 4 && side.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| side.parse().ok())?.filter(|side| SIDES.contains(side) && side % 2 == 0)
    };
    text.split_once(['x', 'X', ':', '×'])
        .and_then(|(width, height)| Some(format!("{}x{}", side(width)?, side(height)?)))
        .ok_or_else(|| {
            ApiError::invalid(
                "resolution",
                format!(
                    "resolution is {:?}, and may be a width and a height such as 1920x1080 or 1080:1920, both even and {} to {}.",
                    shown(text),
                    SIDES.start(),
                    SIDES.end()
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(mut fields: Value) -> Result<ScenarioInput, ApiError> {
        let all = fields.as_object_mut().unwrap();
        all.entry("product_id").or_insert("p".into());
        all.entry("user_id").or_insert("u".into());
        serde_json::from_value::<GenerateScenario>(fields).unwrap().check()
    }

    fn refused(fields: Value) -> String {
        check(fields).unwrap_err().message().into()
    }

    #[test]
    fn what_is_absent_null_or_empty_has_its_documented_default() {
        let nulls = json!({"style": null, "mood": null, "resolution": null, "video_length": null,
                           "target_language": null, "environment": null, "product": null, "prompt": null});
        let empty = json!({"style": "", "mood": " ", "resolution": "", "target_language": "", "environment": ""});
        for fields in [json!({}), nulls, empty] {
            let input = check(fields).unwrap();
            assert_eq!((input.style.as_str(), input.mood.as_str()), ("cinematic-storytelling", "professional"));
            assert_eq!((input.resolution.as_str(), input.video_length), ("1920x1080", 24));
            assert_eq!((input.target_language.as_str(), input.environment), ("en-US", None));
        }
    }

    #[test]
    fn a_resolution_is_two_even_sides_in_either_notation() {
        for good in ["1080x1920", "1080:1920", "1080X1920", " 1080 x 1920 "] {
            assert_eq!(check(json!({"resolution": good})).unwrap().resolution, "1080x1920", "{good}");
        }
        for bad in
            ["1921x1080", "1920x238", "4322x1080", "9:16", "1920", "1920x", "-1920x1080", "+920x1080", "x", "1e3x1080"]
        {
            let message = refused(json!({"resolution": bad}));
            assert!(message.contains(bad) && message.contains("240 to 4320"), "{message}");
        }
    }

    #[test]
    fn a_length_is_a_multiple_of_a_scene_within_its_range() {
        for good in [json!(8), json!(24), json!(120), json!(24.0)] {
            assert!(check(json!({"video_length": good})).is_ok(), "{good}");
        }
        for bad in [json!(0), json!(-8), json!(20), json!(128), json!(24.5), json!(1e300), json!(u64::MAX)] {
            let message = refused(json!({"video_length": bad}));
            assert!(message.contains(&bad.to_string()) && message.contains("8 to 120"), "{message}");
        }
    }

    #[test]
    fn the_ids_must_be_there_and_say_something() {
        for (fields, said) in [
            (json!({"product_id": null}), "product_id is missing"),
            (json!({"user_id": "  "}), "user_id is \"  \""),
            (json!({"product_id": "x".repeat(257)}), "product_id has 257 characters"),
        ] {
            let message = refused(fields);
            assert!(message.contains(said) && message.contains("256"), "{message}");
        }
    }

    #[test]
    fn a_product_has_pictures_on_the_web() {
        let product = json!({"title": "Mug", "image_urls": ["https://example.com/a.png"]});
        let product = check(json!({"product": product})).unwrap().product.unwrap();
        assert_eq!((product.title.as_str(), product.description.as_str()), ("Mug", ""));
        for bad in ["file:///etc/passwd", "javascript:alert(1)", "a.png", "https://"] {
            let message = refused(json!({"product": {"image_urls": ["https://example.com/a.png", bad]}}));
            assert!(message.starts_with("product.image_urls[1] is"), "{message}");
        }
        assert!(refused(json!({"product": {"image_urls": vec!["https://e.com/a"; 21]}})).contains("21 entries"));
    }
}
