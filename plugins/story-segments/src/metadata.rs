//! The rules of metadata: what it must have, then the texts, then the characters and the outline.

use std::collections::HashMap;

use kinora_sdk::documents::{Problem, StoryMetadataRequest};
use serde_json::{Value, json};

use crate::shape::{kind, list, missing, problem, text, words};

/// What metadata must have, in the order in which its absence is reported.
const FIELDS: [&str; 7] =
    ["title", "short_summary", "description", "hashtags", "narrator_voice", "characters_roster", "story_outline"];

/// What is an object wherever a character has it.
const TRAITS: [&str; 3] = ["physical_appearance", "personality", "voice_characteristics"];

/// The most characters of a story.
pub const MAX_CHARACTERS: usize = 50;
/// The most points of an outline.
pub const MAX_POINTS: usize = 200;

/// Judges the metadata of a story. Empty means that it is good, and that it can be read as a
/// [`StoryMetadata`](kinora_sdk::documents::StoryMetadata).
pub fn judge(document: &Value, request: &StoryMetadataRequest) -> Vec<Problem> {
    let Some(fields) = document.as_object() else {
        return vec![problem(
            "metadata-type",
            format!("The metadata must be an object but is {}.", kind(document)),
            "",
        )];
    };
    let missing = missing(fields, &FIELDS);
    if !missing.is_empty() {
        return vec![problem("missing-fields", format!("The metadata has no {}.", missing.join(", no ")), "")];
    }
    let mut problems = Vec::new();
    for name in ["title", "short_summary", "description", "narrator_voice"] {
        let silent = name == "narrator_voice" && request.flags.no_narration;
        let wrong = if silent { text(&fields[name]).err() } else { words(&fields[name]).err() };
        problems.extend(wrong.map(|wrong| problem("field", format!("{name} {wrong}."), format!("/{name}"))));
    }
    problems.extend(judge_texts("hashtags", &fields["hashtags"], 100));
    problems.extend(judge_texts("story_outline", &fields["story_outline"], MAX_POINTS));
    if fields["story_outline"] == json!([]) {
        problems.push(problem("outline-empty", "story_outline has no points.".to_owned(), "/story_outline"));
    }
    problems.extend(judge_roster(&fields["characters_roster"]));
    if let Some(roster) = request.custom_character_roster.as_ref().filter(|_| problems.is_empty())
        && fields["characters_roster"] != json!(roster)
    {
        let message = "characters_roster must be the characters of the request, unchanged.".to_owned();
        problems.push(problem("roster-changed", message, "/characters_roster"));
    }
    problems
}

/// A list of texts that say something.
fn judge_texts(name: &str, value: &Value, most: usize) -> Vec<Problem> {
    let texts = match list(value) {
        Ok(texts) => texts,
        Err(wrong) => return vec![problem("field", format!("{name} {wrong}."), format!("/{name}"))],
    };
    if texts.len() > most {
        let message = format!("{name} has {} entries; at most {most} are allowed.", texts.len());
        return vec![problem("too-many", message, format!("/{name}"))];
    }
    let wrong = |(index, text): (usize, &Value)| {
        let wrong = words(text).err()?;
        Some(problem("field", format!("{name}: entry {} {wrong}.", index + 1), format!("/{name}/{index}")))
    };
    texts.iter().enumerate().filter_map(wrong).collect()
}

fn judge_roster(value: &Value) -> Vec<Problem> {
    const PATH: &str = "/characters_roster";
    let roster = match list(value) {
        Ok(roster) => roster,
        Err(wrong) => return vec![problem("roster-type", format!("characters_roster {wrong}."), PATH)],
    };
    if roster.is_empty() {
        return vec![problem("roster-empty", "characters_roster has no characters.".to_owned(), PATH)];
    }
    if roster.len() > MAX_CHARACTERS {
        let message =
            format!("characters_roster has {} characters; at most {MAX_CHARACTERS} are allowed.", roster.len());
        return vec![problem("too-many", message, PATH)];
    }
    let mut problems = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, character) in roster.iter().enumerate() {
        let (number, path) = (index + 1, format!("{PATH}/{index}"));
        let Some(fields) = character.as_object() else {
            let message = format!("Character {number} must be an object but is {}.", kind(character));
            problems.push(problem("character-type", message, path));
            continue;
        };
        for name in ["id", "name"] {
            let said = fields.get(name).filter(|value| !value.is_null()).map(words);
            let wrong = match said {
                None => Some("is missing".to_owned()),
                Some(said) => said.err(),
            };
            if let Some(wrong) = wrong {
                let message = format!("Character {number}: {name} {wrong}.");
                problems.push(problem("character-field", message, format!("{path}/{name}")));
            }
        }
        for name in TRAITS {
            if let Some(value) = fields.get(name).filter(|value| !value.is_null() && !value.is_object()) {
                let message = format!("Character {number}: {name} must be an object but is {}.", kind(value));
                problems.push(problem("character-field", message, format!("{path}/{name}")));
            }
        }
        if let Some(id) = fields.get("id").and_then(Value::as_str)
            && let Some(first) = seen.insert(id, number)
        {
            let message = format!("Characters {first} and {number} have the same id \"{id}\".");
            problems.push(problem("character-id", message, format!("{path}/id")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::{StoryFlags, StoryKind, StoryMetadata};

    use super::*;

    fn request() -> StoryMetadataRequest {
        StoryMetadataRequest::new(StoryKind::Movie, "time travelers", 50)
    }

    fn good() -> Value {
        json!({
            "title": "Temporal Guardians", "short_summary": "S", "description": "D", "hashtags": ["#scifi"],
            "narrator_voice": "low", "story_outline": ["a", "b"], "characters_roster": [
                {"id": "char_001", "name": "Alex", "physical_appearance": {"age": "34"}, "role": "hero"},
                {"id": "char_002", "name": "Mia"},
            ]
        })
    }

    fn changed(path: &str, value: Value) -> Value {
        let mut document = good();
        *document.pointer_mut(path).unwrap() = value;
        document
    }

    fn told(document: &Value) -> Vec<(String, String)> {
        judge(document, &request()).into_iter().map(|problem| (problem.message, problem.path)).collect()
    }

    #[test]
    fn good_metadata_has_no_problems_and_can_be_read() {
        assert_eq!(told(&good()), []);
        serde_json::from_value::<StoryMetadata>(good()).unwrap();
    }

    #[test]
    fn what_is_missing_is_told_alone_and_null_counts_as_missing() {
        let mut document = changed("/title", Value::Null);
        document.as_object_mut().unwrap().remove("story_outline");
        assert_eq!(told(&document), [("The metadata has no title, no story_outline.".to_owned(), String::new())]);
        assert_eq!(told(&json!([1])), [("The metadata must be an object but is a list.".to_owned(), String::new())]);
    }

    #[test]
    fn each_wrong_field_is_named_with_its_path() {
        for (path, value, message) in [
            ("/title", json!(" "), "title is empty."),
            ("/description", json!(7), "description must be a string but is a number."),
            ("/narrator_voice", json!(""), "narrator_voice is empty."),
            ("/hashtags", json!("#a #b"), "hashtags must be a list but is a string."),
            ("/hashtags/0", json!(true), "hashtags: entry 1 must be a string but is a boolean."),
            ("/story_outline", json!([]), "story_outline has no points."),
            ("/story_outline/1", json!({}), "story_outline: entry 2 must be a string but is an object."),
            ("/characters_roster", json!({}), "characters_roster must be a list but is an object."),
            ("/characters_roster", json!([]), "characters_roster has no characters."),
            ("/characters_roster/1", json!("Mia"), "Character 2 must be an object but is a string."),
            ("/characters_roster/1/name", json!(""), "Character 2: name is empty."),
            ("/characters_roster/0/id", json!(1), "Character 1: id must be a string but is a number."),
            (
                "/characters_roster/0/physical_appearance",
                json!("tall"),
                "Character 1: physical_appearance must be an object but is a string.",
            ),
            ("/characters_roster/1/id", json!("char_001"), "Characters 1 and 2 have the same id \"char_001\"."),
        ] {
            assert_eq!(told(&changed(path, value)), [(message.to_owned(), path.to_owned())]);
        }
    }

    #[test]
    fn lists_have_an_end() {
        let points = told(&changed("/story_outline", json!(vec!["a"; 201])));
        assert_eq!(points[0].0, "story_outline has 201 entries; at most 200 are allowed.");
        let characters: Vec<Value> = (0..51).map(|n| json!({"id": n.to_string(), "name": "x"})).collect();
        let roster = told(&changed("/characters_roster", json!(characters)));
        assert_eq!(roster[0].0, "characters_roster has 51 characters; at most 50 are allowed.");
    }

    #[test]
    fn where_nobody_narrates_there_need_be_no_voice() {
        let silent =
            StoryMetadataRequest { flags: StoryFlags { no_narration: true, ..Default::default() }, ..request() };
        assert_eq!(judge(&changed("/narrator_voice", json!("")), &silent), []);
    }

    #[test]
    fn the_characters_of_the_request_stay_as_they_are() {
        let roster = serde_json::from_value(good()["characters_roster"].clone()).unwrap();
        let custom = StoryMetadataRequest { custom_character_roster: Some(roster), ..request() };
        assert_eq!(judge(&good(), &custom), []);
        let problems = judge(&changed("/characters_roster/1/name", json!("Maya")), &custom);
        assert_eq!(problems[0].message, "characters_roster must be the characters of the request, unchanged.");
    }
}
