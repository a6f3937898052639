use kinora_sdk::documents::{StoryCharacter, StoryFlags, StoryKind, StoryMetadata, StorySegments};
use serde_json::json;

use super::*;

fn batch() -> StorySegmentsRequest {
    let character =
        |id: &str| StoryCharacter { id: id.to_owned(), name: id.to_uppercase(), ..StoryCharacter::default() };
    StorySegmentsRequest {
        story_kind: StoryKind::Movie,
        idea: None,
        metadata: StoryMetadata { characters_roster: vec![character("a"), character("b")], ..StoryMetadata::default() },
        total_segments: 23,
        first_segment: 11,
        count: 3,
        previous: vec![],
        flags: StoryFlags::default(),
        max_words: 6,
        max_tokens: None,
        seed: None,
    }
}

fn told(number: u32) -> Value {
    json!({"segment_number": number, "title": "T", "narration": "A door opens.", "dialogue": [],
        "visual_description": "A door.", "characters": ["a"]})
}

fn spoken(number: u32) -> Value {
    json!({"segment_number": number, "title": "T", "narration": "", "visual_description": "A door.", "characters": [],
        "dialogue": [{"character_id": "a", "line": "Who is there?"}, {"character_id": "b", "line": "Me."}]})
}

fn good() -> Value {
    json!({"segments": [told(11), spoken(12), told(13)]})
}

fn changed(path: &str, value: Value) -> Value {
    let mut document = good();
    *document.pointer_mut(path).unwrap() = value;
    document
}

/// Code, message and path of each problem.
fn problems(document: &Value, batch: &StorySegmentsRequest) -> Vec<(String, String, String)> {
    judge(document, batch).into_iter().map(|problem| (problem.code, problem.message, problem.path)).collect()
}

fn only(document: &Value, batch: &StorySegmentsRequest, code: &str, message: &str, path: &str) {
    assert_eq!(problems(document, batch), [(code.to_owned(), message.to_owned(), path.to_owned())]);
}

#[test]
fn good_segments_have_no_problems_and_can_be_read() {
    assert_eq!(problems(&good(), &batch()), []);
    serde_json::from_value::<StorySegments>(good()).unwrap();
}

#[test]
fn a_wrong_number_of_segments_is_told_alone_and_with_both_counts() {
    let two = json!({"segments": [told(11), json!("x")]});
    only(&two, &batch(), "segment-count", "Expected 3 segments (11 to 13) but got 2 segments.", "/segments");
    let one = StorySegmentsRequest { count: 1, ..batch() };
    only(&good(), &one, "segment-count", "Expected 1 segment (11 to 11) but got 3 segments.", "/segments");
}

#[test]
fn segments_are_a_list_before_they_are_counted() {
    only(
        &json!({"segments": {}}),
        &batch(),
        "segments-type",
        "The segments must be a list but is an object.",
        "/segments",
    );
    for document in [json!({}), json!([]), json!({"segments": null})] {
        only(&document, &batch(), "missing-fields", "The answer has no segments.", "");
    }
}

#[test]
fn numbers_run_on_from_the_batch_before_each_once() {
    let message = "Segment 12: its segment_number is 2.";
    only(
        &changed("/segments/1/segment_number", json!(2)),
        &batch(),
        "segment-number",
        message,
        "/segments/1/segment_number",
    );
    let message = "Segment 12: its segment_number is 11, which another segment has already.";
    only(
        &changed("/segments/1/segment_number", json!(11)),
        &batch(),
        "segment-number",
        message,
        "/segments/1/segment_number",
    );
}

#[test]
fn a_segment_names_what_it_lacks_and_what_has_the_wrong_type() {
    let lacking = changed("/segments/2", json!({"segment_number": 13, "narration": "x", "title": null}));
    let message = "Segment 13: it has no title, no dialogue, no visual_description, no characters.";
    only(&lacking, &batch(), "segment-fields", message, "/segments/2");
    for (name, value, said) in [
        ("title", json!(" "), "title is empty"),
        ("narration", json!(["x"]), "narration must be a string but is a list"),
        ("dialogue", json!("x"), "dialogue must be a list but is a string"),
        ("characters", json!("a"), "characters must be a list but is a string"),
        ("segment_number", json!(11.5), "segment_number must be a whole number but is a fraction"),
        ("segment_number", json!(-1), "segment_number must be a whole number but is a number"),
    ] {
        let path = format!("/segments/0/{name}");
        only(&changed(&path, value), &batch(), "segment-field", &format!("Segment 11: {said}."), &path);
    }
    let message = "Segment 11: it must be an object but is a string.";
    only(&changed("/segments/0", json!("x")), &batch(), "segment-type", message, "/segments/0");
}

#[test]
fn only_characters_of_the_roster_speak_and_are_seen() {
    let said = "names the character \"c\", which does not exist; there is: a, b.";
    let path = "/segments/1/dialogue/1/character_id";
    let message = format!("Segment 12: line 2 of the dialogue {said}");
    only(&changed(path, json!("c")), &batch(), "character-id", &message, path);
    let path = "/segments/0/characters/0";
    only(&changed(path, json!("c")), &batch(), "character-id", &format!("Segment 11: characters {said}"), path);
    let message = "Segment 11: characters must name a character's id but has a number.";
    only(&changed(path, json!(1)), &batch(), "character-id", message, path);
}

#[test]
fn a_line_has_a_speaker_and_words() {
    let path = "/segments/1/dialogue/0";
    let message = "Segment 12: line 1 of the dialogue must be an object but is a string.";
    only(&changed(path, json!("Hello")), &batch(), "line-type", message, path);
    let message = "Segment 12: line 1 of the dialogue is missing.";
    only(&changed(path, json!({"character_id": "a"})), &batch(), "line-field", message, path);
    let message = "Segment 12: line 1 of the dialogue has no character_id.";
    only(&changed(path, json!({"line": "Hello"})), &batch(), "line-field", message, path);
    let message = "Segment 12: line 1 of the dialogue is empty.";
    let blank = json!({"character_id": "a", "line": "\n"});
    only(&changed(path, blank), &batch(), "line-field", message, "/segments/1/dialogue/0/line");
}

#[test]
fn a_segment_is_narrated_or_spoken_never_both_and_never_neither() {
    let message = "Segment 12: it has narration and dialogue; exactly one of them is wanted.";
    let both = changed("/segments/1/narration", json!("A door."));
    only(&both, &batch(), "narration-and-dialogue", message, "/segments/1");
    let message = "Segment 11: it has neither narration nor dialogue; exactly one of them is wanted.";
    only(&changed("/segments/0/narration", json!(" ")), &batch(), "silent", message, "/segments/0");
}

#[test]
fn the_flags_decide_which_of_the_two() {
    let silent = StorySegmentsRequest { flags: StoryFlags { no_narration: true, ..StoryFlags::default() }, ..batch() };
    let document = changed("/segments/2", spoken(13));
    let message = "Segment 11: it must be dialogue alone, but its narration is not empty.";
    only(&document, &silent, "narration", message, "/segments/0/narration");
    let flags = StoryFlags { narration_only_first: true, ..StoryFlags::default() };
    let first = StorySegmentsRequest { flags, first_segment: 1, ..batch() };
    let document = json!({"segments": [told(1), spoken(2), spoken(3)]});
    assert_eq!(problems(&document, &first), []);
    let document = json!({"segments": [spoken(1), spoken(2), spoken(3)]});
    let message = "Segment 1: it must be narration alone, but it has dialogue.";
    only(&document, &first, "dialogue", message, "/segments/0/dialogue");
    let mut document = json!({"segments": [told(1), spoken(2), spoken(3)]});
    document["segments"][2]["dialogue"] = json!([]);
    only(&document, &first, "dialogue", "Segment 3: it must be dialogue, but has no lines.", "/segments/2/dialogue");
}

#[test]
fn what_is_said_fits_into_its_words() {
    let six = changed("/segments/0/narration", json!("one two three four five six"));
    assert_eq!(problems(&six, &batch()), []);
    let message = "Segment 11: its narration has 7 words; at most 6 are allowed.";
    let seven = changed("/segments/0/narration", json!("one two three four five six seven"));
    only(&seven, &batch(), "too-many-words", message, "/segments/0/narration");
    let message = "Segment 12: its dialogue has 8 words; at most 6 are allowed.";
    let long = changed("/segments/1/dialogue/1/line", json!("It is only me, Alex."));
    only(&long, &batch(), "too-many-words", message, "/segments/1/dialogue");
}

#[test]
fn every_segment_tells_its_own_problems() {
    let mut document = changed("/segments/0/title", json!(""));
    document["segments"][2]["narration"] = json!("");
    let found = problems(&document, &batch());
    assert_eq!(
        found.iter().map(|(_, _, path)| path.as_str()).collect::<Vec<_>>(),
        ["/segments/0/title", "/segments/2"]
    );
}
