use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most words that a segment says, its narration or all of its dialogue, where nobody asks for another number: what
/// can be spoken in a scene of [`SCENE_SECONDS`](super::SCENE_SECONDS) without hurry.
pub const STORY_WORDS: u32 = 30;

/// What kind of story is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StoryKind {
    /// A film with a plot.
    Movie,
    /// A story that is told.
    Story,
    /// A row of jokes about one thing.
    Meme,
    /// Whatever the idea asks for: tips, thoughts, facts.
    FreeContent,
}

impl StoryKind {
    /// All kinds.
    pub const ALL: [StoryKind; 4] = [StoryKind::Movie, StoryKind::Story, StoryKind::Meme, StoryKind::FreeContent];

    /// The kind within a sentence: "free content".
    pub fn noun(self) -> &'static str {
        match self {
            StoryKind::Movie => "movie",
            StoryKind::Story => "story",
            StoryKind::Meme => "meme",
            StoryKind::FreeContent => "free content",
        }
    }

    /// Whether it can be asked for without an idea.
    pub fn invents(self) -> bool {
        matches!(self, StoryKind::Meme | StoryKind::FreeContent)
    }
}

/// What is asked of one step of a story: first its metadata, then its segments, a batch at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum StoryRequest {
    /// Title, characters and outline, without a single segment.
    Metadata(StoryMetadataRequest),
    /// One batch of segments.
    Segments(StorySegmentsRequest),
}

/// What the metadata of a story is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoryMetadataRequest {
    /// What is written.
    pub story_kind: StoryKind,
    /// What it is about, in the user's words. Absent, a meme or free content is about whatever the writer thinks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idea: Option<String>,
    /// How many segments the whole will have.
    pub segments: u32,
    /// The characters, where the user brings their own: the story has these and no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_character_roster: Option<Vec<StoryCharacter>>,
    /// How it is told.
    #[serde(flatten)]
    pub flags: StoryFlags,
    /// The most tokens of the answer; absent: as many as the step usually needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// For repeatable stories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl StoryMetadataRequest {
    /// A request with nothing but an idea and a length.
    pub fn new(story_kind: StoryKind, idea: impl Into<String>, segments: u32) -> Self {
        StoryMetadataRequest {
            story_kind,
            idea: Some(idea.into()),
            segments,
            custom_character_roster: None,
            flags: StoryFlags::default(),
            max_tokens: None,
            seed: None,
        }
    }
}

/// What one batch of segments is made from: everything a writer needs who remembers nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorySegmentsRequest {
    /// What is written.
    pub story_kind: StoryKind,
    /// What it is about, in the user's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idea: Option<String>,
    /// The metadata of the first step.
    pub metadata: StoryMetadata,
    /// How many segments the whole has.
    pub total_segments: u32,
    /// The number of this batch's first segment, from 1.
    pub first_segment: u32,
    /// How many segments this batch has.
    pub count: u32,
    /// The last segments before this batch, in order; empty where it is the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<StorySegment>,
    /// How it is told.
    #[serde(flatten)]
    pub flags: StoryFlags,
    /// The most words that one segment says.
    #[serde(default = "story_words")]
    pub max_words: u32,
    /// The most tokens of the answer; absent: as many as a batch of that size usually needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// For repeatable segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

fn story_words() -> u32 {
    STORY_WORDS
}

impl StorySegmentsRequest {
    /// The number of this batch's last segment.
    pub fn last_segment(&self) -> u32 {
        self.first_segment.saturating_add(self.count.saturating_sub(1))
    }

    /// Who speaks in a segment.
    pub fn telling(&self, number: u32) -> Telling {
        self.flags.telling(number)
    }
}

/// How a story is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoryFlags {
    /// Nobody narrates: every segment is dialogue.
    #[serde(default)]
    pub no_narration: bool,
    /// The first segment is narrated, every other one is dialogue.
    #[serde(default)]
    pub narration_only_first: bool,
    /// For adults. A policy decides whether that is allowed.
    #[serde(default)]
    pub adult_story: bool,
}

/// Who speaks in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// The narrator or the characters, as the writer likes, but not both.
    Either,
    /// The narrator alone.
    Narration,
    /// The characters alone.
    Dialogue,
}

impl StoryFlags {
    /// Who speaks in the segment of that number. Where both flags are set nobody narrates.
    pub fn telling(self, number: u32) -> Telling {
        match self {
            StoryFlags { no_narration: true, .. } => Telling::Dialogue,
            StoryFlags { narration_only_first: true, .. } if number == 1 => Telling::Narration,
            StoryFlags { narration_only_first: true, .. } => Telling::Dialogue,
            _ => Telling::Either,
        }
    }

    /// These flags and those that an idea asks for in words, such as "no narration" or "adults only". A "not" before
    /// the words takes them back.
    #[must_use]
    pub fn with_words_of(self, idea: &str) -> StoryFlags {
        const ONLY_FIRST: [&[&str]; 4] = [
            &["narration", "only", "first"],
            &["narration", "only", "in", "the", "first"],
            &["narrate", "only", "the", "first"],
            &["only", "the", "first", "segment", "narrated"],
        ];
        const NONE: [&[&str]; 7] = [
            &["no", "narration"],
            &["no", "narrator"],
            &["without", "narration"],
            &["without", "a", "narrator"],
            &["without", "narrator"],
            &["dialogue", "only"],
            &["dialog", "only"],
        ];
        const ADULT: [&[&str]; 8] = [
            &["adult", "story"],
            &["adult", "movie"],
            &["adult", "content"],
            &["adults", "only"],
            &["only", "for", "adults"],
            &["nsfw"],
            &["mature", "audience"],
            &["mature", "audiences"],
        ];
        let lower = idea.to_lowercase();
        // "no_narration" is two words here.
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let said = |phrases: &[&[&str]]| {
            phrases.iter().any(|phrase| {
                words.windows(phrase.len()).enumerate().any(|(at, window)| window == *phrase && !denied(&words[..at]))
            })
        };
        let only_first = said(&ONLY_FIRST);
        StoryFlags {
            no_narration: self.no_narration || (!only_first && said(&NONE)),
            narration_only_first: self.narration_only_first || only_first,
            adult_story: self.adult_story || said(&ADULT) || lower.contains("18+"),
        }
    }
}

/// Whether what follows these words is denied by them: "this is not an …".
fn denied(before: &[&str]) -> bool {
    before.iter().rev().take(2).any(|word| ["not", "no", "non", "never", "without", "isn", "nothing"].contains(word))
}

/// The metadata of a story as the model writes it: all that is the same for every segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoryMetadata {
    /// The title.
    pub title: String,
    /// What happens, in a sentence or two.
    pub short_summary: String,
    /// A text to publish beside it.
    pub description: String,
    /// Each begins with `#`.
    pub hashtags: Vec<String>,
    /// How the narrator sounds.
    pub narrator_voice: String,
    /// The characters.
    pub characters_roster: Vec<StoryCharacter>,
    /// What happens, point by point, from the first segment to the last.
    pub story_outline: Vec<String>,
}

impl StoryMetadata {
    /// The point of the outline that a segment belongs to, as an index; none without an outline. The points share the
    /// segments evenly and in order.
    pub fn outline_point(&self, number: u32, total_segments: u32) -> Option<usize> {
        let points = self.story_outline.len() as u64;
        let before = u64::from(number.clamp(1, total_segments.max(1)) - 1);
        points.checked_sub(1).map(|_| (before * points / u64::from(total_segments.max(1))) as usize)
    }
}

/// How many points the outline of a story should have: one for each segment of a short story, one for about four of a
/// longer one, and never more than 16.
pub fn outline_points(segments: u32) -> u32 {
    if segments <= 6 { segments.max(1) } else { segments.div_ceil(4).clamp(6, 16) }
}

/// Someone who is seen or heard in a story. What a user's own character has beyond these fields is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoryCharacter {
    /// How segments name the character: `char_001`.
    pub id: String,
    /// The name that is said.
    pub name: String,
    /// Age, build, face, hair, clothes: whatever a picture needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical_appearance: Option<Map<String, Value>>,
    /// Traits, what is wanted, what is feared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personality: Option<Map<String, Value>>,
    /// Pitch, pace, tone, accent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_characteristics: Option<Map<String, Value>>,
    /// What else is said of the character.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A batch of segments as the model writes it, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorySegments {
    /// The segments; their numbers run on across batches.
    pub segments: Vec<StorySegment>,
}

/// One segment of a story: what is seen and said in one scene. It has a narration or a dialogue, not both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StorySegment {
    /// From 1, over the whole story.
    pub segment_number: u32,
    /// A few words.
    pub title: String,
    /// What the narrator says; empty where the characters speak.
    pub narration: String,
    /// What the characters say, in order; empty where the narrator speaks.
    pub dialogue: Vec<StoryLine>,
    /// What is seen, complete in itself.
    pub visual_description: String,
    /// The ids of the characters that are seen.
    pub characters: Vec<String>,
}

/// One line of a dialogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StoryLine {
    /// Who speaks: the id of a character.
    pub character_id: String,
    /// What is said.
    pub line: String,
}

/// How many words a text says aloud. Scripts that put no blanks between words count two characters as a word.
pub fn spoken_words(text: &str) -> usize {
    let solid = |c: char| {
        matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    };
    text.split_whitespace()
        .map(|word| {
            let characters = word.chars().filter(|c| solid(*c)).count();
            let others = word.chars().any(|c| c.is_alphanumeric() && !solid(c));
            characters.div_ceil(2) + usize::from(others)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_says_which_step_it_is_and_its_flags_stand_beside_its_fields() {
        let request = StoryRequest::Metadata(StoryMetadataRequest::new(StoryKind::FreeContent, "tea", 5));
        let document = json!({"step": "metadata", "story_kind": "free-content", "idea": "tea", "segments": 5,
            "no_narration": false, "narration_only_first": false, "adult_story": false});
        assert_eq!(json!(request), document);
        assert_eq!(serde_json::from_value::<StoryRequest>(document).unwrap(), request);
        let least = json!({"step": "segments", "story_kind": "meme", "metadata": {"title": "", "short_summary": "",
            "description": "", "hashtags": [], "narrator_voice": "", "characters_roster": [], "story_outline": []},
            "total_segments": 23, "first_segment": 21, "count": 3, "no_narration": true});
        let StoryRequest::Segments(batch) = serde_json::from_value(least).unwrap() else { panic!("no batch") };
        assert_eq!((batch.last_segment(), batch.max_words, batch.flags.no_narration), (23, STORY_WORDS, true));
    }

    #[test]
    fn a_characters_own_fields_are_kept() {
        let given = json!({"id": "m", "name": "Mia", "physical_appearance": {"hair": "red"}, "role": "hero"});
        let read: StoryCharacter = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(json!(read), given);
    }

    #[test]
    fn flags_are_asked_for_in_words_too() {
        let flags = |idea| {
            let StoryFlags { no_narration, narration_only_first, adult_story } =
                StoryFlags::default().with_words_of(idea);
            [no_narration, narration_only_first, adult_story]
        };
        for (idea, expected) in [
            ("a fox and a hen", [false, false, false]),
            ("A heist. No narration!", [true, false, false]),
            ("a heist (no_narration)", [true, false, false]),
            ("dialogue only: two old friends", [true, false, false]),
            ("two friends, narration only first", [false, true, false]),
            ("No narrator, please, narration only in the first segment", [false, true, false]),
            ("an adult story set in Rome", [false, false, true]),
            ("18+ thriller", [false, false, true]),
            ("NSFW", [false, false, true]),
            ("not an adult story", [false, false, false]),
            ("an adult elephant's story", [false, false, false]),
            ("how adults learn to swim", [false, false, false]),
        ] {
            assert_eq!(flags(idea), expected, "{idea}");
        }
        let given = StoryFlags { no_narration: true, ..StoryFlags::default() };
        assert_eq!(given.with_words_of("a fox"), given);
    }

    #[test]
    fn where_nobody_narrates_the_first_segment_is_dialogue_too() {
        let only_first = StoryFlags { narration_only_first: true, ..StoryFlags::default() };
        assert_eq!([only_first.telling(1), only_first.telling(2)], [Telling::Narration, Telling::Dialogue]);
        assert_eq!(StoryFlags { no_narration: true, ..only_first }.telling(1), Telling::Dialogue);
        assert_eq!(StoryFlags::default().telling(1), Telling::Either);
    }

    #[test]
    fn the_points_of_an_outline_share_the_segments_evenly_and_in_order() {
        for total in 1..=120 {
            for points in 1..=20 {
                let metadata = StoryMetadata { story_outline: vec![String::new(); points], ..StoryMetadata::default() };
                let of = |number| metadata.outline_point(number, total).unwrap();
                assert_eq!(of(1), 0);
                assert!((2..=total).all(|number| of(number) >= of(number - 1)));
                if total as usize >= points {
                    assert_eq!(of(total), points - 1);
                    assert!((2..=total).all(|number| of(number) - of(number - 1) <= 1), "{total} {points}");
                }
            }
        }
        assert_eq!(StoryMetadata::default().outline_point(3, 5), None);
        assert_eq!([0, 1, 3, 6, 7, 23, 50, 1000].map(outline_points), [1, 1, 3, 6, 6, 6, 13, 16]);
    }

    #[test]
    fn words_are_counted_in_every_script() {
        for (text, words) in [
            ("", 0),
            ("Wait — don't go!", 3),
            ("a twenty-one gun salute", 4),
            ("山の朝に鳥が鳴く", 4),
            ("Der alte Mann", 3),
            ("나는 학생입니다", 2),
            ("สวัสดี", 3),
        ] {
            assert_eq!(spoken_words(text), words, "{text}");
        }
    }
}
