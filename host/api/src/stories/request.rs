//! The bodies of the two-step contract: names that mean the same, defaults, and what each field may be.

use kinora_domain::documents::{StoryFlags, StoryKind, StoryMetadataRequest};
use kinora_domain::story::{self, DEFAULT_FOLDER, MAX_SEGMENTS, Planned, SetError, Sets};
use kinora_workflows::{StoryInput, StoryOrigin, StorySetInput};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::part;

/// The longest idea, characters.
const IDEA: usize = 20_000;

/// What the metadata of a story is asked for with.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MetadataBody {
    /// What it is about. A meme or free content without an idea is about whatever the writer thinks of.
    #[schema(example = "A thrilling sci-fi adventure about time travelers")]
    #[serde(default)]
    idea: Option<String>,
    /// How many segments the whole has: the name in movies. 1 to 1000; as many as a set has where absent.
    #[schema(example = 50, minimum = 1, maximum = 1000)]
    #[serde(default)]
    total_segments: Option<u32>,
    /// How many segments the whole has: the name in everything else. Both names are understood everywhere.
    #[schema(minimum = 1, maximum = 1000)]
    #[serde(default)]
    segments: Option<u32>,
    /// The characters, where the caller brings their own: objects with a `name`, and whatever else is to be kept. Null
    /// and the empty list mean that the writer invents them.
    #[schema(value_type = Option<Vec<Object>>)]
    #[serde(default)]
    custom_character_roster: Option<Value>,
    /// Nobody narrates: every segment is dialogue.
    #[serde(default)]
    no_narration: Option<bool>,
    /// The first segment is narrated, every other one is dialogue.
    #[serde(default)]
    narration_only_first: Option<bool>,
    /// For adults; refused unless an administrator allows it.
    #[serde(default)]
    adult_story: Option<bool>,
    /// For repeatable stories, where the model can.
    #[schema(minimum = 0)]
    #[serde(default)]
    seed: Option<u64>,
}

impl MetadataBody {
    pub fn read(body: &Value) -> Result<Self, ApiError> {
        part(body)
    }

    pub fn check(self, kind: StoryKind) -> Result<StoryMetadataRequest, ApiError> {
        let (name, segments) = either(kind, ("total_segments", self.total_segments), ("segments", self.segments))
            .unwrap_or(("total_segments", story::usual_set(kind)));
        if !(1..=MAX_SEGMENTS).contains(&segments) {
            let message = format!("{name} is {segments}; a story has 1 to {MAX_SEGMENTS} segments.");
            return Err(ApiError::invalid(name, message));
        }
        let idea = self.idea.filter(|idea| !idea.trim().is_empty());
        if idea.is_none() && !kind.invents() {
            let message = format!("idea is missing or blank; say what the {} is about.", kind.noun());
            return Err(ApiError::invalid("idea", message));
        }
        let length = idea.as_deref().map_or(0, |idea| idea.chars().count());
        if length > IDEA {
            let message = format!("idea has {length} characters; at most {IDEA} are allowed.");
            return Err(ApiError::invalid("idea", message));
        }
        let roster = self.custom_character_roster.unwrap_or_default();
        let custom_character_roster = story::read_roster(&roster).map_err(malformed)?;
        Ok(StoryMetadataRequest {
            story_kind: kind,
            idea,
            segments,
            custom_character_roster,
            flags: StoryFlags {
                no_narration: self.no_narration.unwrap_or_default(),
                narration_only_first: self.narration_only_first.unwrap_or_default(),
                adult_story: self.adult_story.unwrap_or_default(),
            },
            max_tokens: None,
            seed: self.seed,
        })
    }
}

/// How the sets of a story are asked for: how large, and whether and where files of them are written.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SetOptions {
    /// How many segments a set has: the name in movies. 1 to 100; 10 in movies and 5 elsewhere where absent.
    #[schema(example = 10, minimum = 1, maximum = 100)]
    #[serde(default)]
    segments_per_set: Option<u32>,
    /// How many segments a batch has: the name in everything else. Both names are understood everywhere.
    #[schema(minimum = 1, maximum = 100)]
    #[serde(default)]
    segments_per_batch: Option<u32>,
    /// Whether files are written into the exports folder. Where absent, they are for the sets of a movie.
    #[serde(default)]
    save_to_files: Option<bool>,
    /// The folder within the exports folder.
    #[schema(default = "generated_movie_script")]
    #[serde(default)]
    output_directory: Option<String>,
    /// Whether a set is written anew that was made before from the same metadata and in the same size.
    #[schema(default = false)]
    #[serde(default)]
    regenerate: Option<bool>,
}

impl SetOptions {
    /// The folder that files go to, which is judged before anything else; none where no files are wanted.
    fn folder(&self, usually: bool) -> Result<Option<String>, ApiError> {
        let given = self.output_directory.as_deref().unwrap_or(DEFAULT_FOLDER);
        let folder = story::folder(given)
            .map_err(|error| ApiError::bad_request("invalid_output_directory", error.to_string()))?;
        Ok(self.save_to_files.unwrap_or(usually).then(|| folder.to_string_lossy().into_owned()))
    }

    fn size(&self, kind: StoryKind) -> u32 {
        let names = (("segments_per_set", self.segments_per_set), ("segments_per_batch", self.segments_per_batch));
        either(kind, names.0, names.1).map_or_else(|| story::usual_set(kind), |(_, size)| size)
    }
}

/// What a set of segments is asked for with.
#[derive(ToSchema)]
pub(crate) struct SegmentsBody {
    #[serde(flatten)]
    wanted: Wanted,
    #[serde(flatten)]
    options: SetOptions,
}

/// Which set is asked for.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Wanted {
    /// The metadata as the first step answered it, or its whole answer.
    #[schema(value_type = Object, required = true)]
    #[serde(default)]
    metadata: Value,
    /// Which set, from 1: the name in movies.
    #[schema(default = 1, minimum = 1)]
    #[serde(default)]
    set_number: Option<u32>,
    /// Which batch, from 1: the name in everything else. Both names are understood everywhere.
    #[schema(default = 1, minimum = 1)]
    #[serde(default)]
    batch_number: Option<u32>,
}

impl SegmentsBody {
    pub fn read(body: &Value) -> Result<Self, ApiError> {
        // Each part by itself: a flattened struct could not say which field is wrong.
        Ok(SegmentsBody { wanted: part(body)?, options: part(body)? })
    }

    pub fn check(self, kind: StoryKind) -> Result<StorySetInput, ApiError> {
        let folder = self.options.folder(kind == StoryKind::Movie)?;
        let (metadata, planned) = read(&self.wanted.metadata)?;
        let size = self.options.size(kind);
        let sets = Sets::new(planned.total_segments, size).map_err(beyond)?;
        let names = (("set_number", self.wanted.set_number), ("batch_number", self.wanted.batch_number));
        let set = either(kind, names.0, names.1).map_or(1, |(_, number)| number);
        sets.numbers(set).map_err(beyond)?;
        let regenerate = self.options.regenerate.unwrap_or_default();
        Ok(StorySetInput { kind, metadata, set, size, folder, regenerate })
    }
}

/// What a whole story is asked for with: an idea, or metadata that is there already.
#[derive(ToSchema)]
pub(crate) struct StoryBody {
    #[serde(flatten)]
    story: MetadataBody,
    /// The metadata as the first step answered it; then the fields of the first step are not looked at.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    #[serde(flatten)]
    options: SetOptions,
}

impl StoryBody {
    pub fn read(body: &Value) -> Result<Self, ApiError> {
        let metadata = body.get("metadata").filter(|metadata| !metadata.is_null()).cloned();
        Ok(StoryBody { story: part(body)?, metadata, options: part(body)? })
    }

    /// `saves`: whether files are written where the body does not say.
    pub fn check(self, kind: StoryKind, saves: bool) -> Result<StoryInput, ApiError> {
        let folder = self.options.folder(saves)?;
        let size = self.options.size(kind);
        let (origin, total) = match self.metadata {
            Some(posted) => {
                let (metadata, planned) = read(&posted)?;
                (StoryOrigin::Metadata(metadata), planned.total_segments)
            }
            None => {
                let request = self.story.check(kind)?;
                let total = request.segments;
                (StoryOrigin::Idea(request), total)
            }
        };
        Sets::new(total, size).map_err(beyond)?;
        Ok(StoryInput { kind, origin, size, folder, regenerate: self.options.regenerate.unwrap_or_default() })
    }
}

/// Of two names of one thing the one that was used; where both were, that of the kind: the first in movies.
fn either(
    kind: StoryKind,
    movies: (&'static str, Option<u32>),
    others: (&'static str, Option<u32>),
) -> Option<(&'static str, u32)> {
    let [first, second] = if kind == StoryKind::Movie { [movies, others] } else { [others, movies] };
    [first, second].into_iter().find_map(|(name, given)| Some((name, given?)))
}

fn read(posted: &Value) -> Result<(Value, Planned), ApiError> {
    if posted.is_null() {
        let message = "metadata is missing; give what the first step answered.";
        return Err(ApiError::invalid("metadata", message));
    }
    let planned = story::read_metadata(posted).map_err(malformed)?;
    Ok((story::unwrap_metadata(posted).clone(), planned))
}

fn malformed(error: story::Malformed) -> ApiError {
    ApiError::invalid(&error.path, error.to_string())
}

fn beyond(error: SetError) -> ApiError {
    match error {
        SetError::Beyond { .. } => ApiError::bad_request("no_such_set", error.to_string()),
        SetError::Total(_) | SetError::Size(_) => ApiError::invalid("segments_per_set", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    const MOVIE: StoryKind = StoryKind::Movie;
    const MEME: StoryKind = StoryKind::Meme;

    fn planned(total: u32) -> Value {
        json!({"title": "A", "characters_roster": [{"name": "Mia"}], "story_outline": ["a"],
            "generation_info": {"total_segments": total}})
    }

    fn set(kind: StoryKind, body: Value) -> Result<StorySetInput, ApiError> {
        SegmentsBody::read(&body)?.check(kind)
    }

    fn metadata(kind: StoryKind, body: Value) -> Result<StoryMetadataRequest, ApiError> {
        MetadataBody::read(&body)?.check(kind)
    }

    #[test]
    fn each_kind_has_its_usual_sets_and_only_movies_are_written_to_files() {
        let movie = set(MOVIE, json!({"metadata": planned(23)})).unwrap();
        assert_eq!((movie.set, movie.size, movie.folder.as_deref()), (1, 10, Some("generated_movie_script")));
        let meme = set(MEME, json!({"metadata": planned(23)})).unwrap();
        assert_eq!((meme.set, meme.size, meme.folder), (1, 5, None));
        let saved = json!({"metadata": planned(23), "save_to_files": true, "output_directory": "memes/"});
        assert_eq!(set(MEME, saved).unwrap().folder.as_deref(), Some("memes"));
    }

    #[test]
    fn both_names_are_understood_everywhere() {
        for (kind, set_name, size_name) in
            [(MOVIE, "batch_number", "segments_per_batch"), (MEME, "set_number", "segments_per_set")]
        {
            let input = set(kind, json!({"metadata": planned(23), set_name: 3, size_name: 7})).unwrap();
            assert_eq!((input.set, input.size), (3, 7));
        }
        assert_eq!(metadata(MOVIE, json!({"idea": "tea", "segments": 7})).unwrap().segments, 7);
        assert_eq!(metadata(MEME, json!({"total_segments": 7})).unwrap().segments, 7);
        assert_eq!(metadata(MEME, json!({"total_segments": 7, "segments": 3})).unwrap().segments, 3);
    }

    #[test]
    fn the_folder_is_judged_before_anything_else() {
        let error = set(MOVIE, json!({"metadata": 7, "set_number": 0, "output_directory": "../x"})).unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert!(error.message().contains("leads out of the exports folder"), "{error:?}");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_path_and_a_set_beyond_the_end_with_the_sets() {
        let error = set(MOVIE, json!({})).unwrap_err();
        assert_eq!(
            (error.status(), error.message()),
            (StatusCode::UNPROCESSABLE_ENTITY, "metadata is missing; give what the first step answered.")
        );
        let mut wrong = planned(23);
        wrong["characters_roster"][0]["name"] = json!(7);
        let error = set(MOVIE, json!({"metadata": wrong})).unwrap_err();
        assert_eq!(error.message(), "metadata.characters_roster[0].name must be a string but is a number.");
        for number in [0, 4] {
            let error = set(MOVIE, json!({"metadata": planned(23), "set_number": number})).unwrap_err();
            assert_eq!(error.status(), StatusCode::BAD_REQUEST);
            assert!(error.message().contains("the sets 1 to 3"), "{error:?}");
        }
        let error = set(MOVIE, json!({"metadata": planned(23), "segments_per_set": 101})).unwrap_err();
        assert_eq!(error.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn the_whole_answer_of_the_first_step_is_the_same_metadata() {
        let whole = json!({"metadata": {"metadata": planned(23), "story_id": "story_1"}});
        assert_eq!(set(MOVIE, whole).unwrap(), set(MOVIE, json!({"metadata": planned(23)})).unwrap());
    }

    #[test]
    fn only_memes_and_free_content_can_do_without_an_idea() {
        assert_eq!(metadata(MOVIE, json!({"idea": " "})).unwrap_err().status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(metadata(MEME, json!({"idea": null})).unwrap().idea, None);
        assert!(metadata(MOVIE, json!({"idea": "x".repeat(IDEA + 1)})).is_err());
        for segments in [0, 1001] {
            let error = metadata(MEME, json!({"segments": segments})).unwrap_err();
            assert!(error.message().starts_with("segments is "), "{error:?}");
        }
        let error = metadata(MEME, json!({"custom_character_roster": [{"name": "A"}, {"name": []}]})).unwrap_err();
        assert_eq!(error.message(), "custom_character_roster[1].name must be a string but is a list.");
    }

    #[test]
    fn a_whole_story_is_made_from_an_idea_or_from_metadata() {
        let all = |body: Value| StoryBody::read(&body).and_then(|body| body.check(MOVIE, false));
        let input = all(json!({"idea": "tea", "total_segments": 12, "segments_per_set": 4})).unwrap();
        assert!(matches!(input.origin, StoryOrigin::Idea(request) if request.segments == 12));
        assert_eq!((input.size, input.folder), (4, None));
        let input = all(json!({"metadata": {"metadata": planned(23)}, "save_to_files": true})).unwrap();
        assert_eq!(input.origin, StoryOrigin::Metadata(planned(23)));
        assert!(all(json!({})).is_err());
        let error = all(json!({"idea": 7})).unwrap_err();
        assert!(error.message().starts_with("idea: invalid type"), "{error:?}");
        let error = all(json!({"idea": "tea", "segments_per_set": "ten"})).unwrap_err();
        assert!(error.message().starts_with("segments_per_set: invalid type"), "{error:?}");
    }
}
