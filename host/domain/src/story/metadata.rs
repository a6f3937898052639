//! The metadata of a story as clients see it: what the first step answers and what the second is given back. What a
//! client posts is read once, here; whatever is wrong is told with its path.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use kinora_sdk::documents::{
    STORY_WORDS, StoryCharacter, StoryFlags, StoryKind, StoryMetadata, StoryMetadataRequest, StorySegment,
    StorySegmentsRequest,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::batch::MAX_SEGMENTS;

/// How many segments of the set before are told to the writer of the next.
pub const END_OF_SET: usize = 3;

/// The most characters of a story, and the most points of its outline.
const MAX_CHARACTERS: usize = 50;
const MAX_POINTS: usize = 200;
/// The most bytes of metadata as JSON: all of it goes into every request of a set.
const MAX_BYTES: usize = 200_000;

/// What is wrong with what a client posted, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path} {said}.")]
pub struct Malformed {
    /// `metadata.characters_roster[0].name`.
    pub path: String,
    /// "must be a string but is a number".
    pub said: String,
}

/// A story that the first step planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// What is the same for all segments.
    pub metadata: StoryMetadata,
    /// How many segments the whole has.
    pub total_segments: u32,
    /// What it is about, where it was said.
    pub idea: Option<String>,
    /// How it is told.
    pub flags: StoryFlags,
}

impl Planned {
    /// What the story is known by: `story_` and 32 hexadecimal digits of a digest of all that shapes its segments. When
    /// it was made is none of it.
    pub fn id(&self, kind: StoryKind) -> String {
        let whole = json!([kind, self.metadata, self.total_segments, self.idea, self.flags]);
        let digest = Sha256::digest(whole.to_string());
        digest.iter().take(16).fold("story_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
    }

    /// The request for the segments of these numbers. Of `before`, the segments made so far in order, it takes the end.
    pub fn segments(
        &self,
        kind: StoryKind,
        numbers: &RangeInclusive<u32>,
        before: &[StorySegment],
    ) -> StorySegmentsRequest {
        let end = before.len().saturating_sub(END_OF_SET);
        StorySegmentsRequest {
            story_kind: kind,
            idea: self.idea.clone(),
            metadata: self.metadata.clone(),
            total_segments: self.total_segments,
            first_segment: *numbers.start(),
            count: numbers.clone().count() as u32,
            previous: before[end..].to_vec(),
            flags: self.flags,
            max_words: STORY_WORDS,
            max_tokens: None,
            seed: None,
        }
    }
}

/// What the first step answers beside what the model wrote. `generated_at` is ISO 8601.
pub fn generation_info(story: &StoryMetadataRequest, generated_at: &str) -> Value {
    let flags = story.flags.with_words_of(story.idea.as_deref().unwrap_or_default());
    let mut info = json!({
        "generated_at": generated_at,
        "idea": story.idea,
        "no_narration": flags.no_narration,
        "narration_only_first": flags.narration_only_first,
        "adult_story": flags.adult_story,
    });
    let name = if story.story_kind == StoryKind::Movie { "total_segments" } else { "segments_planned" };
    info[name] = json!(story.segments);
    info
}

/// The metadata itself of what a client gives back, be it the metadata alone or the whole answer of the first step.
pub fn unwrap_metadata(mut posted: &Value) -> &Value {
    while let Some(inner) = wrapped(posted) {
        posted = inner;
    }
    posted
}

fn wrapped(posted: &Value) -> Option<&Value> {
    posted.get("metadata").filter(|inner| inner.is_object() && posted.get("title").is_none())
}

/// Reads the metadata that a client gives back, be it the metadata alone or the whole answer of the first step. Paths
/// begin with `metadata`.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read_metadata(posted: &Value) -> Result<Planned, Malformed> {
    let mut path = "metadata".to_owned();
    let mut posted = posted;
    while let Some(inner) = wrapped(posted) {
        path.push_str(".metadata");
        posted = inner;
    }
    let fields = object(posted, &path)?;
    let size = posted.to_string().len();
    if size > MAX_BYTES {
        return Err(malformed(&path, format!("has {size} bytes; at most {MAX_BYTES} are allowed")));
    }
    let metadata = StoryMetadata {
        title: words(fields.get("title"), &format!("{path}.title"))?,
        short_summary: text(fields.get("short_summary"), &format!("{path}.short_summary"))?.unwrap_or_default(),
        description: text(fields.get("description"), &format!("{path}.description"))?.unwrap_or_default(),
        hashtags: texts(fields.get("hashtags"), &format!("{path}.hashtags"))?.unwrap_or_default(),
        narrator_voice: text(fields.get("narrator_voice"), &format!("{path}.narrator_voice"))?.unwrap_or_default(),
        characters_roster: roster(fields.get("characters_roster"), &format!("{path}.characters_roster"))?
            .ok_or_else(|| malformed(&format!("{path}.characters_roster"), "needs at least one character"))?,
        story_outline: texts(fields.get("story_outline"), &format!("{path}.story_outline"))?
            .ok_or_else(|| malformed(&format!("{path}.story_outline"), "is missing"))?,
    };
    path.push_str(".generation_info");
    let info = match fields.get("generation_info").filter(|info| !info.is_null()) {
        Some(info) => object(info, &path)?,
        None => return Err(malformed(&path, "is missing: give the metadata as the first step answered it")),
    };
    let idea = text(info.get("idea"), &format!("{path}.idea"))?.filter(|idea| !idea.trim().is_empty());
    let flag = |name: &str| match info.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(malformed(&format!("{path}.{name}"), format!("must be a boolean but is {}", kind(other)))),
    };
    let flags = StoryFlags {
        no_narration: flag("no_narration")?,
        narration_only_first: flag("narration_only_first")?,
        adult_story: flag("adult_story")?,
    };
    Ok(Planned {
        metadata,
        total_segments: total(info, &path)?,
        flags: flags.with_words_of(idea.as_deref().unwrap_or_default()),
        idea,
    })
}

fn total(info: &Map<String, Value>, path: &str) -> Result<u32, Malformed> {
    let known = ["total_segments", "segments_planned"]
        .into_iter()
        .find_map(|name| Some((name, info.get(name).filter(|value| !value.is_null())?)));
    let Some((name, value)) = known else {
        return Err(malformed(&format!("{path}.total_segments"), "is missing"));
    };
    let whole = value.as_u64().filter(|total| (1..=u64::from(MAX_SEGMENTS)).contains(total));
    whole.map(|total| total as u32).ok_or_else(|| {
        malformed(
            &format!("{path}.{name}"),
            format!("must be a whole number from 1 to {MAX_SEGMENTS} but is {value:.40}"),
        )
    })
}

/// Reads the characters that a user brings along. `null` and the empty list are none. A character without an id gets
/// one; everything else stays as it is.
///
/// # Errors
/// What is wrong with it, and where.
pub fn read_roster(posted: &Value) -> Result<Option<Vec<StoryCharacter>>, Malformed> {
    let size = posted.to_string().len();
    if size > MAX_BYTES {
        let said = format!("has {size} bytes; at most {MAX_BYTES} are allowed");
        return Err(malformed("custom_character_roster", said));
    }
    roster(Some(posted), "custom_character_roster")
}

fn roster(value: Option<&Value>, path: &str) -> Result<Option<Vec<StoryCharacter>>, Malformed> {
    let Some(list) = list(value, path, MAX_CHARACTERS)?.filter(|list| !list.is_empty()) else {
        return Ok(None);
    };
    let mut characters = Vec::new();
    for (index, value) in list.iter().enumerate() {
        characters.push(character(value, &format!("{path}[{index}]"))?);
    }
    let mut taken = HashSet::new();
    for (index, character) in characters.iter().enumerate().filter(|(_, character)| !character.id.is_empty()) {
        if !taken.insert(character.id.clone()) {
            let said = format!("is \"{:.60}\", which another character has already", character.id);
            return Err(malformed(&format!("{path}[{index}].id"), said));
        }
    }
    let mut free = (1..).map(|number| format!("char_{number:03}")).filter(|id| !taken.contains(id));
    for character in characters.iter_mut().filter(|character| character.id.is_empty()) {
        character.id = free.next().unwrap_or_default();
    }
    Ok(Some(characters))
}

fn character(value: &Value, path: &str) -> Result<StoryCharacter, Malformed> {
    let mut fields = object(value, path)?.clone();
    let name = words(fields.remove("name").as_ref(), &format!("{path}.name"))?;
    let id = match fields.remove("id").filter(|id| !id.is_null()) {
        Some(id) => words(Some(&id), &format!("{path}.id"))?,
        None => String::new(),
    };
    let mut traits = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(traits)) => Ok(Some(traits)),
        Some(other) => Err(malformed(&format!("{path}.{name}"), format!("must be an object but is {}", kind(&other)))),
    };
    Ok(StoryCharacter {
        id,
        name,
        physical_appearance: traits("physical_appearance")?,
        personality: traits("personality")?,
        voice_characteristics: traits("voice_characteristics")?,
        more: fields,
    })
}

fn malformed(path: &str, said: impl Into<String>) -> Malformed {
    Malformed { path: path.to_owned(), said: said.into() }
}

fn object<'v>(value: &'v Value, path: &str) -> Result<&'v Map<String, Value>, Malformed> {
    value.as_object().ok_or_else(|| malformed(path, format!("must be an object but is {}", kind(value))))
}

/// A text that says something.
fn words(value: Option<&Value>, path: &str) -> Result<String, Malformed> {
    match text(value, path)? {
        None => Err(malformed(path, "is missing")),
        Some(said) if said.trim().is_empty() => Err(malformed(path, "is empty")),
        Some(said) => Ok(said),
    }
}

/// A text; none where it is not there or `null`.
fn text(value: Option<&Value>, path: &str) -> Result<Option<String>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(said)) => Ok(Some(said.clone())),
        Some(other) => Err(malformed(path, format!("must be a string but is {}", kind(other)))),
    }
}

fn texts(value: Option<&Value>, path: &str) -> Result<Option<Vec<String>>, Malformed> {
    let Some(list) = list(value, path, MAX_POINTS)? else {
        return Ok(None);
    };
    let read = |(index, value): (usize, &Value)| words(Some(value), &format!("{path}[{index}]"));
    list.iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
}

/// A list; none where it is not there or `null`.
fn list<'v>(value: Option<&'v Value>, path: &str, most: usize) -> Result<Option<&'v [Value]>, Malformed> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) if list.len() <= most => Ok(Some(list)),
        Some(Value::Array(list)) => {
            Err(malformed(path, format!("has {} entries; at most {most} are allowed", list.len())))
        }
        Some(other) => Err(malformed(path, format!("must be a list but is {}", kind(other)))),
    }
}

/// A value's type in words, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({
            "title": "Temporal Guardians", "short_summary": "S", "description": "D", "hashtags": ["#scifi"],
            "narrator_voice": "low", "story_outline": ["a", "b"],
            "characters_roster": [{"id": "a", "name": "Alex", "physical_appearance": {"age": "34"}, "role": "x"}],
            "generation_info": {"total_segments": 23, "generated_at": "2024-01-01T12:00:00", "idea": "time travel",
                "no_narration": false, "narration_only_first": true, "adult_story": false},
        })
    }

    fn changed(path: &str, value: Value) -> Value {
        let mut document = good();
        *document.pointer_mut(path).unwrap() = value;
        document
    }

    fn refused(posted: &Value) -> String {
        read_metadata(posted).unwrap_err().to_string()
    }

    #[test]
    fn metadata_is_read_as_the_first_step_answered_it() {
        let planned = read_metadata(&good()).unwrap();
        assert_eq!((planned.total_segments, planned.idea.as_deref()), (23, Some("time travel")));
        assert!(planned.flags.narration_only_first);
        assert_eq!(json!(planned.metadata.characters_roster), good()["characters_roster"]);
    }

    #[test]
    fn the_whole_answer_of_the_first_step_is_understood() {
        assert_eq!(read_metadata(&json!({"metadata": good()})), read_metadata(&good()));
        assert_eq!(read_metadata(&json!({"metadata": {"metadata": good()}})), read_metadata(&good()));
        let said = refused(&json!({"metadata": {"title": 7}}));
        assert_eq!(said, "metadata.metadata.title must be a string but is a number.");
    }

    #[test]
    fn the_same_metadata_has_the_same_id_whenever_it_was_made() {
        let id = |document: &Value| read_metadata(document).unwrap().id(StoryKind::Movie);
        let first = id(&good());
        assert!(first.len() == 38 && first.starts_with("story_"), "{first}");
        let later = changed("/generation_info/generated_at", json!("2026-01-01T00:00:00Z"));
        assert_eq!(id(&json!({"metadata": later})), first);
        for (path, value) in [
            ("/title", json!("Another")),
            ("/generation_info/total_segments", json!(24)),
            ("/generation_info/idea", Value::Null),
            ("/generation_info/narration_only_first", json!(false)),
            ("/characters_roster/0/role", json!("y")),
        ] {
            assert_ne!(id(&changed(path, value)), first, "{path}");
        }
        assert_ne!(read_metadata(&good()).unwrap().id(StoryKind::Story), first);
    }

    #[test]
    fn other_kinds_say_how_many_segments_are_planned() {
        let info = json!({"segments_planned": 5, "idea": null});
        let planned = read_metadata(&changed("/generation_info", info)).unwrap();
        assert_eq!((planned.total_segments, planned.idea), (5, None));
    }

    #[test]
    fn what_the_first_step_adds_can_be_read_back() {
        for kind in StoryKind::ALL {
            let mut story = StoryMetadataRequest::new(kind, "tea, no narration", 7);
            story.flags.adult_story = true;
            let info = generation_info(&story, "2026-01-01T12:00:00");
            let planned = read_metadata(&changed("/generation_info", info.clone())).unwrap();
            let flags = StoryFlags { no_narration: true, narration_only_first: false, adult_story: true };
            assert_eq!((planned.total_segments, planned.flags), (7, flags), "{info}");
            assert_eq!(info.get("total_segments").is_some(), kind == StoryKind::Movie);
        }
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_path() {
        for (path, value, said) in [
            ("/title", json!(null), "metadata.title is missing."),
            ("/title", json!(" "), "metadata.title is empty."),
            ("/hashtags", json!("#a"), "metadata.hashtags must be a list but is a string."),
            ("/story_outline", json!(null), "metadata.story_outline is missing."),
            ("/story_outline/1", json!(2), "metadata.story_outline[1] must be a string but is a number."),
            ("/characters_roster", json!([]), "metadata.characters_roster needs at least one character."),
            ("/characters_roster", json!({}), "metadata.characters_roster must be a list but is an object."),
            ("/characters_roster/0", json!("Alex"), "metadata.characters_roster[0] must be an object but is a string."),
            (
                "/characters_roster/0/name",
                json!(true),
                "metadata.characters_roster[0].name must be a string but is a boolean.",
            ),
            (
                "/characters_roster/0/physical_appearance",
                json!("tall"),
                "metadata.characters_roster[0].physical_appearance must be an object but is a string.",
            ),
            (
                "/generation_info",
                json!(null),
                "metadata.generation_info is missing: give the metadata as the first step answered it.",
            ),
            ("/generation_info", json!({}), "metadata.generation_info.total_segments is missing."),
            (
                "/generation_info/total_segments",
                json!(0),
                "metadata.generation_info.total_segments must be a whole number from 1 to 1000 but is 0.",
            ),
            (
                "/generation_info/total_segments",
                json!("50"),
                "metadata.generation_info.total_segments must be a whole number from 1 to 1000 but is \"50\".",
            ),
            (
                "/generation_info/no_narration",
                json!("yes"),
                "metadata.generation_info.no_narration must be a boolean but is a string.",
            ),
        ] {
            assert_eq!(refused(&changed(path, value)), said);
        }
        assert_eq!(refused(&json!([])), "metadata must be an object but is a list.");
    }

    #[test]
    fn metadata_has_an_end() {
        let said = refused(&changed("/description", json!("x".repeat(MAX_BYTES))));
        assert!(said.ends_with("at most 200000 are allowed."), "{said}");
        let said = refused(&changed("/story_outline", json!(vec!["x"; 201])));
        assert_eq!(said, "metadata.story_outline has 201 entries; at most 200 are allowed.");
    }

    #[test]
    fn a_roster_is_used_as_given_and_gets_ids_where_it_has_none() {
        let given = json!([{"name": "Mia", "role": "hero", "personality": {"traits": ["dry"]}},
            {"id": "char_001", "name": "Bo", "voice": "low"}, {"name": "Li", "id": null}]);
        let roster = read_roster(&given).unwrap().unwrap();
        let mut expected = given;
        expected[0]["id"] = json!("char_002");
        expected[2]["id"] = json!("char_003");
        assert_eq!(json!(roster), expected);
        assert_eq!(read_roster(&Value::Null), Ok(None));
        assert_eq!(read_roster(&json!([])), Ok(None));
    }

    #[test]
    fn a_roster_of_wrong_types_is_told_with_its_path() {
        for (given, said) in [
            (json!("Mia"), "custom_character_roster must be a list but is a string."),
            (json!([{"name": "Mia"}, 7]), "custom_character_roster[1] must be an object but is a number."),
            (json!([{"id": "a"}]), "custom_character_roster[0].name is missing."),
            (json!([{"name": "Mia", "id": 1}]), "custom_character_roster[0].id must be a string but is a number."),
            (
                json!([{"name": "Mia", "personality": []}]),
                "custom_character_roster[0].personality must be an object but is a list.",
            ),
            (
                json!([{"name": "Mia", "id": "a"}, {"name": "Bo", "id": "a"}]),
                "custom_character_roster[1].id is \"a\", which another character has already.",
            ),
        ] {
            assert_eq!(read_roster(&given).unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn a_set_is_told_the_end_of_what_was_made_before() {
        let planned = read_metadata(&good()).unwrap();
        let before: Vec<StorySegment> =
            (1..=10).map(|segment_number| StorySegment { segment_number, ..StorySegment::default() }).collect();
        let request = planned.segments(StoryKind::Movie, &(11..=20), &before);
        assert_eq!((request.first_segment, request.count, request.last_segment()), (11, 10, 20));
        assert_eq!(request.previous, before[7..]);
        assert_eq!(planned.segments(StoryKind::Movie, &(1..=10), &[]).previous, []);
    }
}
