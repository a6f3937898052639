//! The scenes of a music video, and the picture of its character.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinora_domain::documents::{MusicVideoRequest, MusicVideoScene};
use kinora_store::{Job, JobState, NewUpload};
use kinora_workflows::{
    CHARACTER_KIND, CHARACTER_VERSION, CharacterInput, CharacterMade, SCENES_KIND, SCENES_VERSION, ScenesMade,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::answer::{GenerationError, refused};
use super::request::{ratio, text};
use super::{check_id, owned};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::JsonBody;
use crate::jobs::{self, Submission};
use crate::media;
use crate::state::ApiState;

/// How many scenes there may be.
const SCENES: std::ops::RangeInclusive<u32> = 1..=50;
/// The longer side of a character's picture, in pixels.
const SIDE: f64 = 1024.0;
/// The largest picture that is put into an answer, in bytes.
const PICTURE: u64 = 32 << 20;

/// What scenes are asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CreateScenes {
    /// What the video is about.
    #[schema(example = "Tourist exploring Austin, Texas", required = true, nullable = false)]
    #[serde(default)]
    idea: Option<String>,
    /// How its character looks.
    #[schema(example = "Silver metallic humanoid robot with a red shield", required = true, nullable = false)]
    #[serde(default)]
    character_description: Option<String>,
    /// What the character is like.
    #[serde(default)]
    character_characteristics: Option<String>,
    /// 1 to 50.
    #[schema(default = 4, minimum = 1, maximum = 50)]
    #[serde(default)]
    number_of_scenes: Option<u32>,
    /// What is made.
    #[schema(default = "video")]
    #[serde(default)]
    video_type: Option<String>,
    /// Look and manner.
    #[schema(default = "vlogging, realistic, 4k, cinematic")]
    #[serde(default)]
    video_characteristics: Option<String>,
    /// Where the camera looks from.
    #[schema(default = "front")]
    #[serde(default)]
    camera_angle: Option<String>,
    /// For repeatable scenes.
    #[schema(minimum = 0)]
    #[serde(default)]
    seed: Option<u64>,
}

impl CreateScenes {
    fn check(self) -> Result<MusicVideoRequest, ApiError> {
        let request = MusicVideoRequest::new(
            said("idea", self.idea, None)?,
            said("character_description", self.character_description, None)?,
        );
        let number_of_scenes = self.number_of_scenes.unwrap_or(request.number_of_scenes);
        if !SCENES.contains(&number_of_scenes) {
            let message = format!("number_of_scenes is {number_of_scenes}; it may be 1 to 50.");
            return Err(ApiError::invalid("number_of_scenes", message));
        }
        let character_characteristics = match self.character_characteristics {
            Some(given) => Some(said("character_characteristics", Some(given), None)?),
            None => None,
        };
        Ok(MusicVideoRequest {
            character_characteristics,
            number_of_scenes,
            video_type: said("video_type", self.video_type, Some(&request.video_type))?,
            video_characteristics: said(
                "video_characteristics",
                self.video_characteristics,
                Some(&request.video_characteristics),
            )?,
            camera_angle: said("camera_angle", self.camera_angle, Some(&request.camera_angle))?,
            seed: self.seed,
            ..request
        })
    }
}

/// Words that may be left out where there is a default, and that are never blank.
fn said(field: &'static str, given: Option<String>, default: Option<&str>) -> Result<String, ApiError> {
    match (text(field, given.clone())?, default) {
        (given, _) if !given.trim().is_empty() => Ok(given),
        (_, Some(default)) if given.is_none() => Ok(default.to_owned()),
        _ => Err(ApiError::bad_request("invalid_value", format!("{field} is missing or blank; say it in words."))),
    }
}

/// Scenes that were written.
#[derive(Serialize, ToSchema)]
pub(crate) struct Scenes {
    /// In order.
    #[schema(value_type = Vec<SceneBody>)]
    scenes: Vec<MusicVideoScene>,
    /// Where the scenes can be fetched as files: `json` and `markdown`.
    output_files: BTreeMap<&'static str, String>,
    metadata: ScenesMetadata,
}

/// A scene.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what the SDK's document is written as")]
pub(crate) struct SceneBody {
    /// What the clip shows.
    description: String,
    /// What it must not show.
    negative_description: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ScenesMetadata {
    idea: String,
    number_of_scenes: usize,
    /// All that was asked for, defaults included.
    parameters_used: Value,
    /// Who wrote them.
    made_by: String,
}

/// Writes the scenes of a music video
///
/// Each is a prompt for one clip and stands alone. The same `Idempotency-Key` with the same body gives the same scenes.
#[utoipa::path(post, path = "/mv/create_scenes", tag = "music video", operation_id = "create_scenes", request_body = CreateScenes,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body are written once")),
    responses((status = 200, description = "The scenes", body = Scenes),
              (status = 500, description = "Why there are none", body = GenerationError)),
    security((), ("bearer" = [])))]
pub(crate) async fn create_scenes(
    caller: Caller,
    State(state): State<ApiState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<CreateScenes>,
) -> Result<Response, ApiError> {
    let request = request.check()?;
    let job = run(&state, &caller, &headers, SCENES_KIND, SCENES_VERSION, &request).await?;
    let Some(ScenesMade { scenes, made_by, .. }) = made(&job) else {
        let provider = &state.options().text;
        return Ok(refused("SceneGenerationError", &job, provider).into_response());
    };
    let file = |name: &str| format!("/api/mv/scenes/{}/{name}", job.id);
    Ok(Json(Scenes {
        output_files: BTreeMap::from([("json", file("scenes.json")), ("markdown", file("scenes.md"))]),
        metadata: ScenesMetadata {
            idea: request.idea.clone(),
            number_of_scenes: scenes.scenes.len(),
            parameters_used: serde_json::to_value(&request).unwrap_or_default(),
            made_by,
        },
        scenes: scenes.scenes,
    })
    .into_response())
}

/// Gives the scenes as a file
#[utoipa::path(get, path = "/mv/scenes/{scenes_id}/{file}", tag = "music video", operation_id = "get_scenes_file",
    params(("scenes_id" = String, Path, description = "Their id"), ("file" = String, Path, description = "`scenes.json` or `scenes.md`")),
    responses((status = 200, description = "The file")), security((), ("bearer" = [])))]
pub(crate) async fn scenes_file(
    caller: Caller,
    State(state): State<ApiState>,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    check_id(&id)?;
    let missing = || ApiError::not_found("file");
    let job = owned(&state, &caller, &id, &[SCENES_KIND]).await?.ok_or_else(missing)?;
    let made: ScenesMade = made(&job).ok_or_else(missing)?;
    let blob = match file.as_str() {
        "scenes.json" => made.json,
        "scenes.md" => made.markdown,
        _ => return Err(missing()),
    };
    media::blob(state.blobs(), &blob.parse()?, &headers).await
}

/// What a character's picture is asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct GenerateCharacter {
    /// How it looks.
    #[schema(example = "Silver metallic humanoid robot with a red shield", required = true, nullable = false)]
    #[serde(default)]
    character_description: Option<String>,
    /// `W:H`, from 1:4 to 4:1.
    #[schema(default = "1:1")]
    #[serde(default)]
    aspect_ratio: Option<String>,
    /// What it must not show.
    #[serde(default)]
    negative_prompt: Option<String>,
    /// For repeatable pictures.
    #[schema(minimum = 0)]
    #[serde(default)]
    seed: Option<u64>,
    /// Taken, and left to the provider's own rules.
    #[serde(default)]
    safety_filter_level: Option<String>,
    /// Taken, and left to the provider's own rules.
    #[serde(default)]
    person_generation: Option<String>,
    /// Taken; the picture comes as the provider makes it, and `metadata.media_type` says as what.
    #[serde(default)]
    output_format: Option<String>,
}

/// A character's picture.
#[derive(Serialize, ToSchema)]
pub(crate) struct Character {
    /// The file in base64.
    image_base64: String,
    /// Its name.
    output_file: String,
    /// How it was made: `character_description`, `made_by`, `media_type`, `warnings`, `parameters_used`; and `blob_id`,
    /// which `reference_image_id` of `/api/mv/generate_video` takes.
    metadata: Value,
}

/// Draws the character of a music video
#[utoipa::path(post, path = "/mv/generate_character_reference", tag = "music video",
    operation_id = "generate_character_reference", request_body = GenerateCharacter,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body are drawn once")),
    responses((status = 200, description = "The picture", body = Character),
              (status = 500, description = "Why there is none", body = GenerationError)),
    security((), ("bearer" = [])))]
pub(crate) async fn generate_character(
    caller: Caller,
    State(state): State<ApiState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<GenerateCharacter>,
) -> Result<Response, ApiError> {
    let description = said("character_description", request.character_description, None)?;
    let aspect_ratio = ratio(request.aspect_ratio.as_deref().unwrap_or("1:1"))?;
    let (width, height) = sides(&aspect_ratio);
    let negative_prompt = text("negative_prompt", request.negative_prompt)?;
    let input = CharacterInput { description, negative_prompt, width, height, seed: request.seed };
    let job = run(&state, &caller, &headers, CHARACTER_KIND, CHARACTER_VERSION, &input).await?;
    let Some(CharacterMade { blob, made_by, mut warnings }) = made(&job) else {
        let provider = &state.options().image;
        return Ok(refused("CharacterGenerationError", &job, provider).into_response());
    };
    let left = [
        ("safety_filter_level", request.safety_filter_level),
        ("person_generation", request.person_generation),
        ("output_format", request.output_format),
    ];
    for (field, _) in left.iter().filter(|(_, given)| given.is_some()) {
        warnings.push(format!("{field} was left out: no provider here takes it."));
    }
    let id: kinora_store::BlobId = blob.parse()?;
    // The picture is the caller's to use again, as one that was sent.
    let size = state.blobs().head(&id).await?.size;
    let name = format!("{}.{}", job.id, id.extension());
    state.store().add_upload(NewUpload { owner: caller.owner().into(), blob: id, name, size }).await?;
    let content = state.blobs().read(&id, PICTURE).await?;
    Ok(Json(Character {
        image_base64: STANDARD.encode(content),
        output_file: format!("characters/{}.{}", job.id, id.extension()),
        metadata: json!({
            "character_description": input.description,
            "made_by": made_by,
            "media_type": id.media_type(),
            "blob_id": id,
            "warnings": warnings,
            "parameters_used": {
                "aspect_ratio": aspect_ratio,
                "negative_prompt": input.negative_prompt,
                "seed": input.seed,
            },
        }),
    })
    .into_response())
}

/// Makes a job and waits for its end.
async fn run(
    state: &ApiState,
    caller: &Caller,
    headers: &HeaderMap,
    kind: &str,
    version: i64,
    input: &(impl Serialize + Sync),
) -> Result<Job, ApiError> {
    let key = jobs::idempotency_key(headers)?;
    let text = |_: &str| jobs::input(input);
    let submission = Submission { kind, version, priority: 0, key, input: &text };
    let job = jobs::submit(state, caller, submission).await?.job;
    Ok(state.engine().ended(&job.id).await?)
}

fn made<T: DeserializeOwned>(job: &Job) -> Option<T> {
    let result = job.result.as_deref().filter(|_| job.state == JobState::Completed)?;
    serde_json::from_str(result).ok()
}

/// Even sides of a ratio that was read.
fn sides(ratio: &str) -> (u32, u32) {
    let (width, height) = ratio.split_once(':').unwrap_or(("1", "1"));
    let side = |text: &str| text.parse::<f64>().unwrap_or(1.0);
    let (width, height) = (side(width), side(height));
    let scale = SIDE / width.max(height);
    let even = |side: f64| (side * scale / 2.0).round() as u32 * 2;
    (even(width), even(height))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn a_picture_has_the_ratio_and_even_sides() {
        assert_eq!(sides("1:1"), (1024, 1024));
        assert_eq!(sides("16:9"), (1024, 576));
        assert_eq!(sides("9:16"), (576, 1024));
    }

    #[test]
    fn scenes_need_an_idea_and_a_character_and_nothing_blank() {
        let read = |body: Value| serde_json::from_value::<CreateScenes>(body).unwrap().check();
        let request = read(json!({"idea": "a walk", "character_description": "a robot"})).unwrap();
        assert_eq!(request, MusicVideoRequest::new("a walk", "a robot"));
        for body in [
            json!({"idea": "a walk"}),
            json!({"idea": " ", "character_description": "a robot"}),
            json!({"idea": "a walk", "character_description": "a robot", "camera_angle": ""}),
        ] {
            assert_eq!(read(body.clone()).unwrap_err().status(), StatusCode::BAD_REQUEST, "{body}");
        }
        let many = read(json!({"idea": "a walk", "character_description": "a robot", "number_of_scenes": 51}));
        assert_eq!(many.unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
