//! The JSON Schemas of both steps as they are asked of the model: every property required and no others allowed, which
//! is what strict function calling wants. The keys are those of [`StoryMetadata`](kinora_sdk::documents::StoryMetadata)
//! and [`StorySegments`](kinora_sdk::documents::StorySegments).

use kinora_sdk::documents::{StoryMetadataRequest, StorySegmentsRequest, Telling, outline_points};
use serde_json::{Map, Value, json};

/// The schema of the metadata. Characters are not asked for where the user brings their own.
pub fn metadata_schema(story: &StoryMetadataRequest) -> Value {
    let points = outline_points(story.segments);
    let mut fields = vec![
        ("title", text("At most 50 characters")),
        ("short_summary", text("What happens, in one or two sentences")),
        ("description", text("A paragraph to publish with it")),
        ("hashtags", list(text("Such as #adventure"), 1, 12)),
        ("narrator_voice", text("How the narrator sounds, in a sentence")),
    ];
    if story.custom_character_roster.is_none() {
        fields.push(("characters_roster", list(character(), 1, 8)));
    }
    fields.push(("story_outline", list(text("Who does what, in one sentence"), points, points)));
    object(fields)
}

fn character() -> Value {
    object(vec![
        ("id", text("char_001, char_002 and so on")),
        ("name", text("The name that is said")),
        (
            "physical_appearance",
            object(vec![
                ("age", text("Such as 34")),
                ("gender", text("Such as woman")),
                ("build", text("Such as tall and slim")),
                ("face", text("A few words, with the skin")),
                ("hair", text("A few words")),
                ("eyes", text("A few words")),
                ("clothing", text("What is worn in every segment, with colours")),
                ("distinctive_features", text("One mark to know the character by")),
            ]),
        ),
        (
            "personality",
            object(vec![
                ("traits", list(text("One word"), 2, 4)),
                ("motivation", text("What the character wants")),
                ("flaw", text("What stands in the way")),
            ]),
        ),
        (
            "voice_characteristics",
            object(vec![
                ("pitch", text("Such as low")),
                ("pace", text("Such as slow")),
                ("tone", text("Such as dry")),
                ("accent", text("Such as Scottish; none where there is none")),
            ]),
        ),
    ])
}

/// The schema of one batch of segments.
pub fn segments_schema(batch: &StorySegmentsRequest) -> Value {
    let ids: Vec<&str> = batch.metadata.characters_roster.iter().map(|character| character.id.as_str()).collect();
    let id = |description: &str| json!({"type": "string", "enum": ids, "description": description});
    let line = object(vec![("character_id", id("Who speaks")), ("line", text("What is said"))]);
    let words = batch.max_words;
    let segment = object(vec![
        (
            "segment_number",
            json!({"type": "integer", "description":
                format!("From {} to {}, in order", batch.first_segment, batch.last_segment())}),
        ),
        ("title", text("Two to five words")),
        (
            "narration",
            text(&match batch.telling(2) {
                Telling::Dialogue if batch.telling(1) == Telling::Dialogue || batch.first_segment > 1 => {
                    "Always the empty string".to_owned()
                }
                _ => format!("At most {words} words; the empty string where the characters speak"),
            }),
        ),
        ("dialogue", list(line, 0, 6)),
        ("visual_description", text("What is seen, complete in itself, 25 to 50 words")),
        ("characters", list(id("Who is seen"), 0, ids.len().max(1) as u32)),
    ]);
    object(vec![("segments", list(segment, batch.count, batch.count))])
}

fn text(description: &str) -> Value {
    json!({"type": "string", "description": description})
}

fn list(items: Value, least: u32, most: u32) -> Value {
    let mut list = json!({"type": "array", "minItems": least, "maxItems": most});
    list["items"] = items;
    list
}

/// An object of these properties, all required, and no others.
fn object(properties: Vec<(&str, Value)>) -> Value {
    let properties: Map<String, Value> = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut object = json!({"type": "object", "additionalProperties": false});
    object["required"] = properties.keys().cloned().collect();
    object["properties"] = Value::Object(properties);
    object
}
