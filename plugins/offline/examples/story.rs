//! Prints the story that the offline provider writes: `cargo run --example story -- movie "an idea" 12`.

use kinora_plugin_offline::{write_story_metadata, write_story_segments};
use kinora_sdk::documents::{STORY_WORDS, StoryFlags, StoryKind, StoryMetadataRequest, StorySegmentsRequest};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = match arguments.next().as_deref() {
        Some("story") => StoryKind::Story,
        Some("meme") => StoryKind::Meme,
        Some("free-content") => StoryKind::FreeContent,
        _ => StoryKind::Movie,
    };
    let idea = arguments.next().filter(|idea| !idea.is_empty());
    let segments = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(12);
    let seed = arguments.next().and_then(|seed| seed.parse().ok());
    let request = StoryMetadataRequest { idea: idea.clone(), seed, ..StoryMetadataRequest::new(kind, "", segments) };
    let metadata = match write_story_metadata(&request, None) {
        Ok(metadata) => metadata,
        Err(wrong) => return eprintln!("{wrong}"),
    };
    println!(
        "{}\n{}\n{}\n{}",
        metadata.title,
        metadata.short_summary,
        metadata.description,
        metadata.hashtags.join(" ")
    );
    for character in &metadata.characters_roster {
        println!("  {} {:?}", character.name, character.physical_appearance);
    }
    for point in &metadata.story_outline {
        println!("* {point}");
    }
    let batch = StorySegmentsRequest {
        story_kind: kind,
        idea,
        metadata: metadata.clone(),
        total_segments: segments,
        first_segment: 1,
        count: segments,
        previous: vec![],
        flags: StoryFlags::default(),
        max_words: STORY_WORDS,
        max_tokens: None,
        seed,
    };
    match write_story_segments(&batch) {
        Ok(written) => {
            for segment in written.segments {
                println!("\n{}. {}\n   {}", segment.segment_number, segment.title, segment.narration);
                for line in segment.dialogue {
                    let name = metadata.characters_roster.iter().find(|character| character.id == line.character_id);
                    println!("   {}: {}", name.map_or("?", |character| &character.name), line.line);
                }
                println!("   [{}]", segment.visual_description);
            }
        }
        Err(wrong) => eprintln!("{wrong}"),
    }
}
