//! Mends what a model wrote where there is only one way to mend it, so that nobody pays for asking again: segments too
//! many, numbers that began anew, characters named instead of given by id, narration where nobody narrates. What could
//! be meant in two ways is left as it is, for the validator to name.

use std::collections::HashSet;

use kinora_sdk::documents::{StoryMetadataRequest, StorySegmentsRequest, Telling};
use serde_json::{Value, json};

/// A document and what was mended in it, one sentence each, for the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repaired {
    /// The document, mended as far as it can be.
    pub document: Value,
    /// What was done.
    pub notes: Vec<String>,
}

/// Mends a batch of segments that answers this request.
pub fn repair_segments(mut document: Value, batch: &StorySegmentsRequest) -> Repaired {
    let mut notes = Vec::new();
    if let Some(list) = document.get_mut("segments").and_then(Value::as_array_mut) {
        let segments = std::mem::take(list);
        *list = in_order(segments, batch, &mut notes);
        for segment in list.iter_mut() {
            mend_segment(segment, batch, &mut notes);
        }
    }
    notes.dedup();
    Repaired { document, notes }
}

/// The segments of the wanted numbers, where it is clear which they are.
fn in_order(mut segments: Vec<Value>, batch: &StorySegmentsRequest, notes: &mut Vec<String>) -> Vec<Value> {
    let came = segments.len();
    let mut seen: Vec<Value> = Vec::new();
    segments.retain(|segment| {
        let fresh = !seen.contains(segment);
        if fresh {
            seen.push(segment.clone());
        }
        fresh
    });
    if segments.len() < came {
        notes.push(format!("Segments that came twice were left out: {}.", came - segments.len()));
    }
    let wanted: Vec<u32> = (batch.first_segment..=batch.last_segment()).collect();
    let count = wanted.len();
    let numbers: Vec<Option<u32>> = segments.iter().map(number).collect();
    let at = |wanted: &u32| numbers.iter().position(|number| number.as_ref() == Some(wanted));
    if let Some(places) = wanted.iter().map(at).collect::<Option<Vec<usize>>>() {
        let twice = wanted.iter().any(|wanted| numbers.iter().filter(|n| n.as_ref() == Some(wanted)).count() > 1);
        if twice {
            // Two different segments of one number: either could be meant.
            return segments;
        }
        if segments.len() > count {
            notes.push(format!("Of {} segments the {count} that were asked for were kept.", segments.len()));
        } else if !places.is_sorted() {
            notes.push("The segments were put in order.".to_owned());
        }
        return places.into_iter().map(|place| std::mem::take(&mut segments[place])).collect();
    }
    if segments.len() < count || !order_is_clear(&numbers) || segments.iter().any(|segment| !segment.is_object()) {
        return segments;
    }
    if segments.len() > count {
        notes.push(format!("Of {} segments the first {count} were kept.", segments.len()));
        segments.truncate(count);
    }
    notes.push(format!("The segments were numbered anew from {}.", batch.first_segment));
    for (segment, number) in segments.iter_mut().zip(wanted) {
        segment["segment_number"] = json!(number);
    }
    segments
}

/// Whether the list says by itself in which order the segments come: their numbers grow, or say nothing at all.
fn order_is_clear(numbers: &[Option<u32>]) -> bool {
    let known: Vec<u32> = numbers.iter().copied().flatten().collect();
    let unlike: HashSet<u32> = known.iter().copied().collect();
    match unlike.len() {
        0 | 1 => known.is_empty() || known.len() == numbers.len(),
        _ => known.len() == numbers.len() && known.is_sorted_by(|a, b| a < b),
    }
}

fn number(segment: &Value) -> Option<u32> {
    segment.get("segment_number")?.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn mend_segment(segment: &mut Value, batch: &StorySegmentsRequest, notes: &mut Vec<String>) {
    let Some(telling) = number(segment).map(|number| batch.telling(number)) else {
        return;
    };
    let Some(fields) = segment.as_object_mut() else {
        return;
    };
    for (name, nothing) in [("narration", json!("")), ("dialogue", json!([])), ("characters", json!([]))] {
        let value = fields.entry(name).or_insert(Value::Null);
        if value.is_null() {
            *value = nothing;
        }
    }
    let id = |value: &mut Value, notes: &mut Vec<String>| {
        if let Some(id) = value.as_str().and_then(|said| id_of_name(said, batch)) {
            notes.push("Characters given by name were given by id.".to_owned());
            *value = json!(id);
        }
    };
    for line in fields["dialogue"].as_array_mut().into_iter().flatten() {
        if let Some(value) = line.get_mut("character_id") {
            id(value, notes);
        }
    }
    for value in fields["characters"].as_array_mut().into_iter().flatten() {
        id(value, notes);
    }
    let told = fields["narration"].as_str().is_some_and(|text| !text.trim().is_empty());
    let spoken = fields["dialogue"].as_array().is_some_and(|lines| !lines.is_empty());
    match telling {
        Telling::Dialogue if told && spoken => {
            fields["narration"] = json!("");
            notes.push("Narration beside dialogue was left out where nobody narrates.".to_owned());
        }
        Telling::Narration if told && spoken => {
            fields["dialogue"] = json!([]);
            notes.push("Dialogue was left out where the narrator alone speaks.".to_owned());
        }
        _ => {}
    }
}

/// The id of the one character of that name, where it is no id itself.
fn id_of_name<'b>(said: &str, batch: &'b StorySegmentsRequest) -> Option<&'b str> {
    let roster = &batch.metadata.characters_roster;
    let said = said.trim();
    if roster.iter().any(|character| character.id == said) {
        return None;
    }
    let mut named = roster.iter().filter(|character| character.name.trim().to_lowercase() == said.to_lowercase());
    let first = named.next()?;
    named.next().is_none().then_some(first.id.as_str())
}

/// Mends the metadata of a story that answers this request: hashtags without their sign, characters without ids.
pub fn repair_metadata(mut document: Value, story: &StoryMetadataRequest) -> Repaired {
    let mut notes = Vec::new();
    if let Some(tags) = document.get_mut("hashtags").and_then(Value::as_array_mut) {
        let before = tags.clone();
        for tag in tags.iter_mut() {
            if let Some(text) = tag.as_str() {
                let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '#').collect();
                *tag = json!(format!("#{bare}"));
            }
        }
        tags.retain(|tag| tag != "#");
        if *tags != before {
            notes.push("Hashtags were written with # and without blanks.".to_owned());
        }
    }
    let roster = document.get_mut("characters_roster").and_then(Value::as_array_mut);
    if let Some(roster) = roster.filter(|_| story.custom_character_roster.is_none()) {
        let nameless = |character: &Value| character.get("id").is_none_or(|id| id.is_null() || id == "");
        if roster.iter().all(|character| character.is_object() && nameless(character)) && !roster.is_empty() {
            for (character, number) in roster.iter_mut().zip(1..) {
                character["id"] = json!(format!("char_{number:03}"));
            }
            notes.push("The characters got ids.".to_owned());
        }
    }
    Repaired { document, notes }
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::{StoryCharacter, StoryFlags, StoryKind, StoryMetadata};

    use super::*;

    fn batch() -> StorySegmentsRequest {
        let character =
            |id: &str, name: &str| StoryCharacter { id: id.into(), name: name.into(), ..StoryCharacter::default() };
        StorySegmentsRequest {
            story_kind: StoryKind::Movie,
            idea: None,
            metadata: StoryMetadata {
                characters_roster: vec![character("char_001", "Alex"), character("char_002", "Mia")],
                ..StoryMetadata::default()
            },
            total_segments: 23,
            first_segment: 11,
            count: 3,
            previous: vec![],
            flags: StoryFlags::default(),
            max_words: 30,
            max_tokens: None,
            seed: None,
        }
    }

    /// Segments of these numbers, each titled by its place in the list.
    fn answer<N: Into<Value>>(numbers: impl IntoIterator<Item = N>) -> Value {
        let segment = |(place, number): (usize, N)| {
            json!({"segment_number": number.into(), "title": place.to_string(), "narration": "A door opens.",
                "dialogue": [], "visual_description": "A door.", "characters": []})
        };
        json!({"segments": numbers.into_iter().enumerate().map(segment).collect::<Vec<_>>()})
    }

    /// Number and title of each segment after mending.
    fn mended(document: Value) -> (Vec<(u64, String)>, Vec<String>) {
        let Repaired { document, notes } = repair_segments(document, &batch());
        let read = |segment: &Value| {
            (segment["segment_number"].as_u64().unwrap_or(0), segment["title"].as_str().unwrap_or_default().to_owned())
        };
        (document["segments"].as_array().unwrap().iter().map(read).collect(), notes)
    }

    fn expect(numbers: impl IntoIterator<Item = u32>, expected: &[(u64, &str)], note: &str) {
        let (segments, notes) = mended(answer(numbers));
        let expected: Vec<(u64, String)> = expected.iter().map(|(number, title)| (*number, (*title).into())).collect();
        assert_eq!((segments, notes.join(" ").as_str()), (expected, note));
    }

    #[test]
    fn what_is_right_stays_as_it_is() {
        expect([11, 12, 13], &[(11, "0"), (12, "1"), (13, "2")], "");
        let right = answer([11, 12, 13]);
        assert_eq!(repair_segments(right.clone(), &batch()), Repaired { document: right, notes: vec![] });
    }

    #[test]
    fn of_too_many_segments_those_are_kept_that_were_asked_for() {
        let note = "Of 5 segments the 3 that were asked for were kept.";
        expect(11..=15, &[(11, "0"), (12, "1"), (13, "2")], note);
        expect(9..=13, &[(11, "2"), (12, "3"), (13, "4")], note);
    }

    #[test]
    fn numbers_that_begin_anew_are_counted_on() {
        let note = "The segments were numbered anew from 11.";
        expect(1..=3, &[(11, "0"), (12, "1"), (13, "2")], note);
        expect([11, 12, 14], &[(11, "0"), (12, "1"), (13, "2")], note);
        expect([0, 0, 0], &[(11, "0"), (12, "1"), (13, "2")], note);
        expect(1..=5, &[(11, "0"), (12, "1"), (13, "2")], &format!("Of 5 segments the first 3 were kept. {note}"));
        let (segments, _) = mended(answer([Value::Null, Value::Null, Value::Null]));
        assert_eq!(segments.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [11, 12, 13]);
    }

    #[test]
    fn segments_out_of_order_are_put_in_order() {
        expect([13, 11, 12], &[(11, "1"), (12, "2"), (13, "0")], "The segments were put in order.");
    }

    #[test]
    fn a_segment_that_came_twice_is_left_out() {
        let mut document = answer([11, 12, 13]);
        let copy = document["segments"][1].clone();
        document["segments"].as_array_mut().unwrap().insert(2, copy);
        let (segments, notes) = mended(document);
        assert_eq!(segments.len(), 3);
        assert_eq!(notes, ["Segments that came twice were left out: 1."]);
    }

    #[test]
    fn what_could_be_meant_in_two_ways_is_left_to_the_validator() {
        expect([11, 12], &[(11, "0"), (12, "1")], "");
        expect([11, 12, 12, 13], &[(11, "0"), (12, "1"), (12, "2"), (13, "3")], "");
        expect([3, 1, 2], &[(3, "0"), (1, "1"), (2, "2")], "");
        expect([11, 12, 12], &[(11, "0"), (12, "1"), (12, "2")], "");
    }

    #[test]
    fn every_answer_that_was_mended_has_the_wanted_numbers_or_is_as_it_came() {
        // All lists of up to five numbers from a small range.
        let wanted = [11, 12, 13];
        let mut lists: Vec<Vec<u32>> = vec![vec![]];
        for _ in 0..5 {
            lists = lists
                .iter()
                .flat_map(|list| [1, 11, 12, 13, 14].map(|next| [list.as_slice(), &[next]].concat()))
                .chain([vec![]])
                .collect();
            for list in &lists {
                let (segments, notes) = mended(answer(list.clone()));
                let numbers: Vec<u64> = segments.into_iter().map(|(number, _)| number).collect();
                assert!(numbers == wanted || notes.is_empty(), "{list:?} {numbers:?} {notes:?}");
            }
        }
    }

    #[test]
    fn a_character_given_by_name_is_given_by_id() {
        let mut document = answer([11, 12, 13]);
        document["segments"][0]["narration"] = json!("");
        document["segments"][0]["dialogue"] =
            json!([{"character_id": "mia ", "line": "Wait."}, {"character_id": "Bo", "line": "No."}]);
        document["segments"][0]["characters"] = json!(["Alex", "char_002"]);
        let Repaired { document, notes } = repair_segments(document, &batch());
        let segment = &document["segments"][0];
        assert_eq!(segment["characters"], json!(["char_001", "char_002"]));
        assert_eq!(
            (&segment["dialogue"][0]["character_id"], &segment["dialogue"][1]["character_id"]),
            (&json!("char_002"), &json!("Bo"))
        );
        assert_eq!(notes, ["Characters given by name were given by id."]);
    }

    #[test]
    fn a_name_that_two_characters_have_stays_a_name() {
        let mut batch = batch();
        batch.metadata.characters_roster[0].name = "Mia".into();
        let mut document = answer([11, 12, 13]);
        document["segments"][0]["characters"] = json!(["Mia"]);
        assert_eq!(repair_segments(document.clone(), &batch).document, document);
    }

    #[test]
    fn what_the_flags_forbid_is_left_out_where_the_rest_can_stand() {
        let mut document = answer([11, 12, 13]);
        document["segments"][0]["dialogue"] = json!([{"character_id": "char_001", "line": "Wait."}]);
        let silent = StorySegmentsRequest { flags: StoryFlags { no_narration: true, ..Default::default() }, ..batch() };
        let mended = repair_segments(document.clone(), &silent).document;
        assert_eq!(mended["segments"][0]["narration"], "");
        // Without its narration this one would say nothing.
        assert_eq!(mended["segments"][1]["narration"], "A door opens.");
        // Where both are allowed nobody can say which was meant.
        assert_eq!(repair_segments(document.clone(), &batch()).document, document);
        let flags = StoryFlags { narration_only_first: true, ..Default::default() };
        let first = StorySegmentsRequest { flags, first_segment: 1, ..batch() };
        let mended = repair_segments(document, &first).document;
        assert_eq!(
            (&mended["segments"][0]["dialogue"], &mended["segments"][0]["segment_number"]),
            (&json!([]), &json!(1))
        );
    }

    #[test]
    fn what_is_absent_on_purpose_is_written_as_empty() {
        let mut document = answer([11, 12, 13]);
        document["segments"][0]["dialogue"] = Value::Null;
        document["segments"][1].as_object_mut().unwrap().remove("characters");
        assert_eq!(repair_segments(document, &batch()).document, answer([11, 12, 13]));
    }

    #[test]
    fn what_is_no_list_of_segments_is_left_alone() {
        for document in [json!({}), json!({"segments": "x"}), json!([1]), json!({"segments": ["x", 1, null]})] {
            assert_eq!(repair_segments(document.clone(), &batch()).document, document);
        }
    }

    #[test]
    fn hashtags_get_their_sign_and_characters_their_ids() {
        let story = StoryMetadataRequest::new(StoryKind::Movie, "tea", 3);
        let document =
            json!({"hashtags": ["#a", "b c", "##", 7], "characters_roster": [{"name": "A"}, {"name": "B", "id": ""}]});
        let Repaired { document, notes } = repair_metadata(document, &story);
        let expected = json!({"hashtags": ["#a", "#bc", 7],
            "characters_roster": [{"name": "A", "id": "char_001"}, {"name": "B", "id": "char_002"}]});
        assert_eq!((document, notes.len()), (expected.clone(), 2));
        assert_eq!(repair_metadata(expected.clone(), &story), Repaired { document: expected, notes: vec![] });
    }
}
