//! The rules of segments, in the order in which they are judged: the list, its length, then each segment by itself. A
//! list of the wrong length is told that alone. Segments are named by the number that they should have.

use std::collections::HashMap;

use kinora_sdk::documents::{Problem, StorySegmentsRequest, Telling, spoken_words};
use serde_json::{Map, Value};

use crate::shape::{counted, kind, list, missing, problem, text, words};

/// What a segment must have, in the order in which its absence is reported.
const FIELDS: [&str; 6] = ["segment_number", "title", "narration", "dialogue", "visual_description", "characters"];

/// Judges one batch of segments. Empty means that it is good, and that it can be read as
/// [`StorySegments`](kinora_sdk::documents::StorySegments).
pub fn judge(document: &Value, batch: &StorySegmentsRequest) -> Vec<Problem> {
    let segments = match document.get("segments") {
        None | Some(Value::Null) => {
            return vec![problem("missing-fields", "The answer has no segments.".to_owned(), "")];
        }
        Some(value) => match list(value) {
            Ok(segments) => segments,
            Err(wrong) => return vec![problem("segments-type", format!("The segments {wrong}."), "/segments")],
        },
    };
    if segments.len() != batch.count as usize {
        let message = format!(
            "Expected {} ({} to {}) but got {}.",
            counted(batch.count as usize, "segment"),
            batch.first_segment,
            batch.last_segment(),
            counted(segments.len(), "segment"),
        );
        return vec![problem("segment-count", message, "/segments")];
    }
    let mut seen = HashMap::new();
    let mut problems = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let one = One { number: batch.first_segment + index as u32, path: format!("/segments/{index}"), batch };
        let found = one.judge(segment);
        if let Some(said) = segment.get("segment_number").and_then(Value::as_u64).filter(|_| found.is_empty()) {
            problems.extend(one.judge_number(said, seen.insert(said, one.number)));
        }
        problems.extend(found);
    }
    problems
}

/// A segment that is judged.
struct One<'b> {
    /// The number that it should have.
    number: u32,
    path: String,
    batch: &'b StorySegmentsRequest,
}

impl One<'_> {
    fn problem(&self, code: &str, said: &str, path: &str) -> Problem {
        problem(code, format!("Segment {}: {said}.", self.number), format!("{}{path}", self.path))
    }

    fn judge(&self, segment: &Value) -> Vec<Problem> {
        let Some(fields) = segment.as_object() else {
            return vec![self.problem("segment-type", &format!("it must be an object but is {}", kind(segment)), "")];
        };
        let missing = missing(fields, &FIELDS);
        if !missing.is_empty() {
            return vec![self.problem("segment-fields", &format!("it has no {}", missing.join(", no ")), "")];
        }
        let mut problems = Vec::new();
        let mut wrong = |name: &str, wrong: Option<String>| {
            let told =
                wrong.map(|wrong| self.problem("segment-field", &format!("{name} {wrong}"), &format!("/{name}")));
            problems.extend(told);
        };
        wrong("title", words(&fields["title"]).err());
        wrong("visual_description", words(&fields["visual_description"]).err());
        wrong("narration", text(&fields["narration"]).err());
        wrong("dialogue", list(&fields["dialogue"]).err());
        wrong("characters", list(&fields["characters"]).err());
        let number = &fields["segment_number"];
        let whole = number.as_u64().is_some_and(|number| u32::try_from(number).is_ok());
        wrong("segment_number", (!whole).then(|| format!("must be a whole number but is {}", kind(number))));
        if !problems.is_empty() {
            return problems;
        }
        let dialogue = fields["dialogue"].as_array().map_or(&[][..], Vec::as_slice);
        for (index, id) in fields["characters"].as_array().into_iter().flatten().enumerate() {
            problems.extend(self.judge_id("characters", id, &format!("/characters/{index}")));
        }
        for (index, line) in dialogue.iter().enumerate() {
            problems.extend(self.judge_line(index, line));
        }
        if problems.is_empty() {
            problems.extend(self.judge_telling(fields, dialogue));
        }
        problems
    }

    fn judge_line(&self, index: usize, line: &Value) -> Vec<Problem> {
        let (number, path) = (index + 1, format!("/dialogue/{index}"));
        let Some(fields) = line.as_object() else {
            let said = format!("line {number} of the dialogue must be an object but is {}", kind(line));
            return vec![self.problem("line-type", &said, &path)];
        };
        let mut problems = Vec::new();
        match fields.get("line").filter(|said| !said.is_null()).map(words) {
            None => {
                problems.push(self.problem("line-field", &format!("line {number} of the dialogue is missing"), &path))
            }
            Some(Err(wrong)) => {
                let said = format!("line {number} of the dialogue {wrong}");
                problems.push(self.problem("line-field", &said, &format!("{path}/line")));
            }
            Some(Ok(_)) => {}
        }
        match fields.get("character_id").filter(|id| !id.is_null()) {
            None => {
                let said = format!("line {number} of the dialogue has no character_id");
                problems.push(self.problem("line-field", &said, &path));
            }
            Some(id) => {
                let name = format!("line {number} of the dialogue");
                problems.extend(self.judge_id(&name, id, &format!("{path}/character_id")));
            }
        }
        problems
    }

    /// An id that the metadata knows.
    fn judge_id(&self, name: &str, id: &Value, path: &str) -> Option<Problem> {
        let roster = &self.batch.metadata.characters_roster;
        let said = match id.as_str() {
            None => format!("{name} must name a character's id but has {}", kind(id)),
            Some(id) if roster.iter().any(|character| character.id == id) => return None,
            Some(id) => {
                let known: Vec<&str> = roster.iter().map(|character| character.id.as_str()).collect();
                format!("{name} names the character \"{id}\", which does not exist; there is: {}", known.join(", "))
            }
        };
        Some(self.problem("character-id", &said, path))
    }

    /// The narrator or the characters, as the flags allow, and not too many words.
    fn judge_telling(&self, fields: &Map<String, Value>, dialogue: &[Value]) -> Option<Problem> {
        let narration = fields["narration"].as_str().unwrap_or_default();
        let (told, spoken) = (!narration.trim().is_empty(), !dialogue.is_empty());
        let (code, said, path) = match (self.batch.telling(self.number), told, spoken) {
            (Telling::Dialogue, true, _) => {
                ("narration", "it must be dialogue alone, but its narration is not empty", "/narration")
            }
            (Telling::Dialogue, false, false) => ("dialogue", "it must be dialogue, but has no lines", "/dialogue"),
            (Telling::Narration, _, true) => {
                ("dialogue", "it must be narration alone, but it has dialogue", "/dialogue")
            }
            (Telling::Narration, false, false) => {
                ("narration", "it must be narration, but that is empty", "/narration")
            }
            (Telling::Either, true, true) => {
                ("narration-and-dialogue", "it has narration and dialogue; exactly one of them is wanted", "")
            }
            (Telling::Either, false, false) => {
                ("silent", "it has neither narration nor dialogue; exactly one of them is wanted", "")
            }
            _ => return self.judge_length(narration, dialogue),
        };
        Some(self.problem(code, said, path))
    }

    fn judge_length(&self, narration: &str, dialogue: &[Value]) -> Option<Problem> {
        let lines = dialogue.iter().filter_map(|line| line["line"].as_str());
        let (name, count) = match narration.trim() {
            "" => ("dialogue", lines.map(spoken_words).sum::<usize>()),
            narration => ("narration", spoken_words(narration)),
        };
        let most = self.batch.max_words as usize;
        (count > most).then(|| {
            let said = format!("its {name} has {}; at most {most} are allowed", counted(count, "word"));
            self.problem("too-many-words", &said, &format!("/{name}"))
        })
    }

    fn judge_number(&self, said: u64, before: Option<u32>) -> Option<Problem> {
        if said == u64::from(self.number) {
            return None;
        }
        let said = match before {
            Some(_) => format!("its segment_number is {said}, which another segment has already"),
            None => format!("its segment_number is {said}"),
        };
        Some(self.problem("segment-number", &said, "/segment_number"))
    }
}

#[cfg(test)]
mod tests;
