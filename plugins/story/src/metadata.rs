//! The words in which the first step is asked for.

use kinora_sdk::documents::{Message, Problem, StoryKind, StoryMetadataRequest, outline_points};
use kinora_sdk::prompt::{block, conversation};
use serde_json::json;

use crate::prose::{audience, calling, closing, correction, counted};

/// The messages for one attempt. `house_rules` are an administrator's own sentences, empty where there are none.
pub fn messages(story: &StoryMetadataRequest, attempt: u32, problems: &[Problem], house_rules: &str) -> Vec<Message> {
    let again = "Write the metadata anew, whole, with this mended.";
    conversation(system(story, house_rules), user(story), attempt, problems, |problems| correction(problems, again))
}

fn system(story: &StoryMetadataRequest, house_rules: &str) -> String {
    let (kind, segments) = (story.story_kind, counted(story.segments, "segment"));
    let outline = match kind {
        StoryKind::Movie | StoryKind::Story => {
            "one arc: a beginning that raises a question, complications that grow out of what the characters want, a \
turn, a climax, an end that answers the first picture"
        }
        StoryKind::Meme => "one joke or running gag each, the best one last; no joke needs another to be understood",
        StoryKind::FreeContent => "one thought each, in the order in which they help most; the last one sums up",
    };
    let voice = if story.flags.no_narration {
        "narrator_voice: there is no narrator; say \"none\"."
    } else {
        "narrator_voice: age, pitch, pace and tone of the narrator, in a sentence."
    };
    let characters = if story.custom_character_roster.is_some() {
        "The characters are given in the block \"characters\". They are all there are: add none, change none, and \
write the outline for them."
            .to_owned()
    } else {
        format!(
            "characters_roster: {} with the ids char_001, char_002 and so on. They are drawn and voiced from these \
words alone, by others, in every segment: be concrete (age, build, face, hair, eyes, skin, clothes with their colours, \
one mark to know them by) and brief, a few words a field.",
            match kind {
                StoryKind::Movie | StoryKind::Story => "2 to 6 characters, no more than the plot needs,",
                StoryKind::Meme | StoryKind::FreeContent => "1 to 3 characters",
            }
        )
    };
    format!(
        "{calling} This is the first of two steps: you settle what holds for the whole {noun}, which will have \
{segments}. You write no segments yet. The second step is written a few segments at a time by somebody who knows \
nothing but your answer.

THE WHOLE
- story_outline: exactly {points}, in order, one sentence each: {outline}. They share the {segments} evenly. Each says \
who does what, so that it can be written without you.
- {characters}
- {voice}
{audience}

THE FIELDS
- title: at most 50 characters, letters and digits, no quotation marks.
- short_summary: what happens, in one or two sentences. description: a paragraph to publish with it, without giving \
away the end.
- hashtags: 3 to 8, each beginning with # and without blanks.{closing}",
        calling = calling(kind),
        noun = kind.noun(),
        points = counted(outline_points(story.segments), "point"),
        audience = audience(story.flags),
        closing = closing(house_rules, "create_story_metadata"),
    )
}

fn user(story: &StoryMetadataRequest) -> String {
    let segments = counted(story.segments, "segment");
    let noun = story.story_kind.noun();
    let mut text = match story.idea.as_deref().map(str::trim).filter(|idea| !idea.is_empty()) {
        Some(idea) => format!("Plan {noun} of {segments} about this idea:\n\n{}", block("idea", idea)),
        None => {
            let sort = match story.story_kind {
                StoryKind::Meme => "something everybody knows from daily life and nobody has said yet",
                _ => "something that a curious person would stop for",
            };
            format!("Plan {noun} of {segments}. Nobody gave an idea: think of one yourself, {sort}, and keep to it.")
        }
    };
    if let Some(roster) = &story.custom_character_roster {
        text.push_str("\n\nThese are its characters:\n\n");
        text.push_str(&block("characters", &json!(roster).to_string()));
    }
    text
}
