//! What a story may be asked for: an idea within the policy, characters and metadata that say nothing banned, and
//! nothing for adults unless the settings allow it.

use kinora_sdk::documents::{Problem, StoryRequest};
use serde_json::{Value, json};

use crate::policy::Policy;

/// Judges the request of a story before anything is written. Empty means that it may be.
pub fn judge_story(request: &StoryRequest, policy: &Policy) -> Vec<Problem> {
    let (idea, flags, name, material) = match request {
        StoryRequest::Metadata(story) => {
            (&story.idea, story.flags, "custom_character_roster", json!(story.custom_character_roster))
        }
        StoryRequest::Segments(batch) => (&batch.idea, batch.flags, "metadata", json!(batch.metadata)),
    };
    let mut problems = Vec::new();
    if flags.with_words_of(idea.as_deref().unwrap_or_default()).adult_story && !policy.allow_adult_story {
        problems.push(Problem {
            code: "adult-story".to_owned(),
            message:
                "Stories for adults are not allowed here. Ask without adult_story and without words such as “18+” in \
the idea; an administrator can allow them (allow_adult_story)."
                    .to_owned(),
            path: "/adult_story".to_owned(),
        });
    }
    if let Some(idea) = idea {
        problems.extend(policy.judge("The idea", idea, "/idea"));
    }
    judge_texts(name, &material, &mut format!("/{name}"), policy, &mut problems);
    problems
}

/// What every text within a value says, wherever it stands.
fn judge_texts(name: &str, value: &Value, path: &mut String, policy: &Policy, problems: &mut Vec<Problem>) {
    let length = path.len();
    match value {
        Value::String(text) => problems.extend(policy.judge_terms(name, text, path)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("/{index}"));
                judge_texts(name, item, path, policy, problems);
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                path.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")));
                judge_texts(name, field, path, policy, problems);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::{StoryFlags, StoryKind, StoryMetadataRequest};

    use super::*;

    fn story(idea: &str) -> StoryMetadataRequest {
        StoryMetadataRequest::new(StoryKind::Movie, idea, 5)
    }

    fn codes(story: StoryMetadataRequest, policy: &Policy) -> Vec<String> {
        judge_story(&StoryRequest::Metadata(story), policy).into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn adult_stories_are_refused_unless_they_are_allowed() {
        let flagged = || StoryMetadataRequest {
            flags: StoryFlags { adult_story: true, ..Default::default() },
            ..story("a heist")
        };
        let allowing = Policy { allow_adult_story: true, ..Policy::default() };
        assert_eq!(codes(flagged(), &Policy::default()), ["adult-story"]);
        assert_eq!(codes(story("an adult story in Rome"), &Policy::default()), ["adult-story"]);
        assert_eq!(codes(story("a heist"), &Policy::default()), [""; 0]);
        assert_eq!(codes(flagged(), &allowing), [""; 0]);
    }

    #[test]
    fn an_idea_keeps_to_the_policy_and_may_be_absent() {
        let policy = Policy { max_length: 10, banned_terms: vec!["gun".to_owned().into()], ..Policy::default() };
        assert_eq!(codes(story("a gun on the table"), &policy), ["too-long", "banned-term"]);
        let without = StoryMetadataRequest { idea: None, ..StoryMetadataRequest::new(StoryKind::Meme, "", 5) };
        assert_eq!(codes(without, &policy), [""; 0]);
    }

    #[test]
    fn what_is_banned_is_found_in_characters_and_metadata_too() {
        let policy = Policy { banned_terms: vec!["gun".to_owned().into()], ..Policy::default() };
        let request = json!({"step": "metadata", "story_kind": "story", "idea": "tea", "segments": 3,
            "custom_character_roster": [{"id": "a", "name": "Mia", "personality": {"traits": ["dry", "has a gun"]}}]});
        let problems = judge_story(&serde_json::from_value(request).unwrap(), &policy);
        assert_eq!(problems[0].path, "/custom_character_roster/0/personality/traits/1");
        assert_eq!(problems[0].message, "custom_character_roster says “gun”, which is not allowed.");
        let request = json!({"step": "segments", "story_kind": "story", "total_segments": 3,
            "first_segment": 1, "count": 3,
            "metadata": {"title": "The Gun", "short_summary": "", "description": "", "hashtags": [],
            "narrator_voice": "", "characters_roster": [], "story_outline": []}});
        let problems = judge_story(&serde_json::from_value(request).unwrap(), &policy);
        assert_eq!(problems[0].path, "/metadata/title");
    }
}
