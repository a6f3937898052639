//! The words in which a batch of segments is asked for.

use kinora_sdk::documents::{Message, Problem, SCENE_SECONDS, StoryKind, StorySegmentsRequest, Telling};
use kinora_sdk::prompt::{block, conversation, one_line};
use serde_json::json;

use crate::prose::{audience, calling, closing, correction};

/// The messages for one attempt. `house_rules` are an administrator's own sentences, empty where there are none.
pub fn messages(batch: &StorySegmentsRequest, attempt: u32, problems: &[Problem], house_rules: &str) -> Vec<Message> {
    let again = format!("Write {} anew, all of them, with this mended.", numbered(batch));
    conversation(system(batch, house_rules), user(batch), attempt, problems, |problems| correction(problems, &again))
}

/// "segment 5", "the 10 segments 11 to 20".
pub fn numbered(batch: &StorySegmentsRequest) -> String {
    match batch.count {
        1 => format!("segment {}", batch.first_segment),
        count => format!("the {count} segments {} to {}", batch.first_segment, batch.last_segment()),
    }
}

fn system(batch: &StorySegmentsRequest, house_rules: &str) -> String {
    let kind = batch.story_kind;
    let plot = match kind {
        StoryKind::Movie | StoryKind::Story => {
            "Every segment changes something: what is known, wanted or possible. Go on where the segment before ended; \
do not tell it again, do not greet, do not sum up."
        }
        StoryKind::Meme => "Every segment is one joke, whole in itself: what one expects, then what one gets.",
        StoryKind::FreeContent => "Every segment is one thought that stands alone and leads to the next.",
    };
    let place = if batch.last_segment() == batch.total_segments {
        format!("Segment {} is the last of all: end it there.", batch.total_segments)
    } else {
        format!("{} more come after these: do not end it yet.", batch.total_segments - batch.last_segment())
    };
    format!(
        "{calling} This is the second of two steps: title, characters and outline are settled and given. Of {total} \
segments in all you now write {numbered}, and no others. Each becomes a clip of {SCENE_SECONDS} seconds.

THE SEGMENTS
- Exactly {count}, numbered {first} to {last}, each number once, in order.
- {plot}
- {place}
- The block \"outline\" says which point each segment belongs to. Segments of one point share it out among them.

WHO SPEAKS
{telling}
- What a segment says, its narration or all lines of its dialogue together, has at most {words} words: it is spoken in \
{SCENE_SECONDS} seconds.
- A line of dialogue names its speaker by the id of the block \"characters\". Nobody else speaks or is seen.

THE FIELDS
- title: two to five words.
- visual_description: 25 to 50 words: the shot, the place, the light, who is seen and what they do. Whoever draws it \
sees this segment alone: describe each character by looks and clothes as the characters' block does. No lettering.
- characters: the ids of those who are seen; empty where nobody is.
{audience}{closing}",
        calling = calling(kind),
        total = batch.total_segments,
        numbered = numbered(batch),
        count = batch.count,
        first = batch.first_segment,
        last = batch.last_segment(),
        telling = telling(batch),
        words = batch.max_words,
        audience = audience(batch.flags),
        closing = closing(house_rules, "create_story_segments"),
    )
}

fn telling(batch: &StorySegmentsRequest) -> String {
    let dialogue = "is dialogue: \"narration\" is the empty string, \"dialogue\" has one to four lines.";
    match (batch.telling(1), batch.telling(2)) {
        (Telling::Dialogue, _) => format!("- Nobody narrates. Every segment {dialogue}"),
        (Telling::Narration, _) if batch.first_segment == 1 => format!(
            "- Segment 1 alone is told by the narrator: \"narration\" has its words and \"dialogue\" is the empty \
list. Every other segment {dialogue}"
        ),
        (Telling::Narration, _) => format!("- Every segment {dialogue}"),
        _ => "- Each segment is told by the narrator or spoken by the characters, never both. Told: \"narration\" has \
the words and \"dialogue\" is the empty list. Spoken: \"narration\" is the empty string and \"dialogue\" has one to \
four lines. Change between them as it suits."
            .to_owned(),
    }
}

fn user(batch: &StorySegmentsRequest) -> String {
    let metadata = &batch.metadata;
    let mut text = format!("Write {} of this {}:", numbered(batch), batch.story_kind.noun());
    let mut add = |sentence: &str, name: &str, material: &str| {
        if !material.trim().is_empty() {
            let sentence = if sentence.is_empty() { String::new() } else { format!("\n\n{sentence}") };
            text.push_str(&format!("{sentence}\n\n{}", block(name, material)));
        }
    };
    add("", "title", &metadata.title);
    add("", "summary", &metadata.short_summary);
    add("What was asked for:", "idea", batch.idea.as_deref().unwrap_or_default());
    add("The characters, the same in every batch:", "characters", &json!(metadata.characters_roster).to_string());
    if !batch.flags.no_narration {
        add("The narrator:", "narrator", &metadata.narrator_voice);
    }
    add("What happens, and where in it your segments stand:", "outline", &outline(batch));
    let previous: Vec<String> = batch.previous.iter().map(|segment| json!(segment).to_string()).collect();
    let last = batch.first_segment.saturating_sub(1);
    let sentence = format!("The segments before yours, which end with number {last}. Go on from there:");
    add(&sentence, "previous", &previous.join("\n"));
    text
}

/// Every point with the segments that belong to it; those of this batch are marked.
fn outline(batch: &StorySegmentsRequest) -> String {
    let metadata = &batch.metadata;
    let points = metadata.story_outline.iter().enumerate().map(|(index, point)| {
        let mut of = (1..=batch.total_segments)
            .filter(|number| metadata.outline_point(*number, batch.total_segments) == Some(index));
        // More points than segments leave some without any.
        let first = of.next();
        let last = of.next_back().or(first);
        let (Some(first), Some(last)) = (first, last) else {
            return format!("-  {}", one_line(point));
        };
        let now = first <= batch.last_segment() && last >= batch.first_segment;
        let span = if first == last { format!("segment {first}") } else { format!("segments {first} to {last}") };
        format!("{} {span}: {}", if now { "->" } else { "- " }, one_line(point))
    });
    points.collect::<Vec<_>>().join("\n")
}
