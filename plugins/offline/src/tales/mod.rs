//! Writes stories in two steps: the metadata, and batches of segments that go on from each other. Which segment says
//! what follows from its number, the idea and the characters alone; so a batch is the same whether the others were
//! written before it, after it or never.

mod cast;
mod ideas;
mod jokes;
mod plot;
mod stage;
mod thoughts;
mod world;

use kinora_sdk::documents::{
    StoryKind, StoryLine, StoryMetadata, StoryMetadataRequest, StoryRequest, StorySegment, StorySegments,
    StorySegmentsRequest, outline_points, spoken_words,
};

use self::stage::{Book, Exchange, Stage, TITLES, Who, book};
use self::world::World;
use crate::english::{bare, capitalized, is_grammar, lower_first, shorten, verb};
use crate::film::nth;
use crate::reading::read;
use crate::scenario::CONFESSION;
use crate::seed::{Dice, hash};

const SHOTS: [&str; 7] =
    ["Wide shot", "Medium shot", "Close-up", "Shot over the shoulder", "Full shot", "Low shot", "Long shot"];

/// What kept a story from being written: a sentence.
pub type Wrong = String;

/// Writes the answer to a story's request as JSON. `seed` takes the place of the request's own, where there is one.
///
/// # Errors
/// A sentence, where the request is one that no strategy would have let through.
pub fn write(mut request: StoryRequest, seed: Option<u64>) -> Result<String, Wrong> {
    let (flags, idea) = match &mut request {
        StoryRequest::Metadata(story) => (&mut story.flags, &story.idea),
        StoryRequest::Segments(batch) => (&mut batch.flags, &batch.idea),
    };
    *flags = flags.with_words_of(idea.as_deref().unwrap_or_default());
    let written = match &request {
        StoryRequest::Metadata(story) => serde_json::to_string(&write_metadata(story, seed)?),
        StoryRequest::Segments(batch) => serde_json::to_string(&write_segments(batch)?),
    };
    written.map_err(|error| format!("The story cannot be written: {error}."))
}

/// Writes the metadata of a story.
///
/// # Errors
/// A sentence, where nothing says what it is about or how long it is.
pub fn write_metadata(story: &StoryMetadataRequest, seed: Option<u64>) -> Result<StoryMetadata, Wrong> {
    if !(1..=1000).contains(&story.segments) {
        return Err(format!("A story has 1 to 1000 segments, not {}.", story.segments));
    }
    let kind = story.story_kind;
    let given = story.idea.as_deref().map(one_line).filter(|idea| !idea.is_empty());
    let seed = seed.or(story.seed).unwrap_or_else(|| hash(given.as_deref().unwrap_or("no idea")));
    let mut dice = Dice::new(seed, "a tale");
    let idea = match (given, kind) {
        (Some(idea), _) => idea,
        (None, StoryKind::Meme) => ideas::MEMES[dice.below(ideas::MEMES.len())].to_owned(),
        (None, StoryKind::FreeContent) => ideas::FREE[dice.below(ideas::FREE.len())].to_owned(),
        (None, _) => return Err(format!("The idea is empty: say what the {} is about.", kind.noun())),
    };
    let reading = read(&world::core(&idea), "", None);
    let roster = match &story.custom_character_roster {
        Some(roster) if !roster.is_empty() => roster.clone(),
        _ => cast::invent(kind, &reading, &mut dice),
    };
    let points = outline_points(story.segments) as usize;
    let world = World::new(kind, &idea, &roster, points);
    let book = book(kind);
    let stages = book.stages_of(points, world.offset);
    let story_outline =
        stages.into_iter().enumerate().map(|(point, stage)| outline(&world, &book.stages[stage], point)).collect();
    let made_up = story.custom_character_roster.is_none();
    let summary = summary(&world, story, made_up);
    Ok(StoryMetadata {
        title: title(&world, kind, &mut dice),
        description: description(&world, kind, &roster[0].name),
        short_summary: summary,
        hashtags: hashtags(&world, kind),
        narrator_voice: narrator(kind, story.flags.no_narration, &mut dice),
        characters_roster: roster,
        story_outline,
    })
}

/// Writes one batch of segments.
///
/// # Errors
/// A sentence, where the batch is not within the story or has no characters.
pub fn write_segments(batch: &StorySegmentsRequest) -> Result<StorySegments, Wrong> {
    let total = batch.total_segments;
    if !(1..=1000).contains(&total) || batch.count == 0 || batch.first_segment == 0 || batch.last_segment() > total {
        let (first, last) = (batch.first_segment, batch.last_segment());
        return Err(format!("The story has the segments 1 to {total}; {first} to {last} are not among them."));
    }
    let metadata = &batch.metadata;
    if metadata.characters_roster.is_empty() {
        return Err("The metadata has no characters: its characters_roster needs at least one.".to_owned());
    }
    let given = batch.idea.as_deref().map(one_line).filter(|idea| !idea.is_empty());
    // Metadata without an idea says first what it is about.
    let subject = given.unwrap_or_else(|| {
        let summary = one_line(&metadata.short_summary);
        let first = summary.split(". ").next().map(str::to_owned).filter(|first| !first.is_empty());
        lower_first(&first.unwrap_or_else(|| one_line(&metadata.title)))
    });
    let points = metadata.story_outline.len().max(1);
    let world = World::new(batch.story_kind, &subject, &metadata.characters_roster, points);
    let book = book(batch.story_kind);
    let stages = book.stages_of(points, world.offset);
    let writer = Writer { batch, world: &world, book, stages };
    Ok(StorySegments { segments: writer.segments() })
}

/// Writes the segments of one batch.
struct Writer<'w> {
    batch: &'w StorySegmentsRequest,
    world: &'w World,
    book: Book,
    /// The stage of each point of the outline.
    stages: Vec<usize>,
}

/// Where a segment stands, counted from 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    number: u32,
    point: usize,
    stage: usize,
    /// Among the segments of its stage.
    place: usize,
    /// Among those of its stage that are told or spoken as it is.
    nth: usize,
    /// Among all that are told or spoken as it is and find nothing left in their stage.
    spare: usize,
    spoken: bool,
}

impl Writer<'_> {
    fn segments(&self) -> Vec<StorySegment> {
        let mut segments = Vec::new();
        // For each stage: segments, told, spoken.
        let mut counts = vec![[0usize; 3]; self.book.stages.len()];
        let mut spare = [0usize; 2];
        for number in 1..=self.batch.last_segment() {
            let point = self.batch.metadata.outline_point(number, self.batch.total_segments).unwrap_or(0);
            let stage = self.stages[point.min(self.stages.len() - 1)];
            let spoken = self.book.is_spoken(number, self.batch.total_segments, self.batch.telling(number));
            let mode = usize::from(spoken);
            let [place, ..] = counts[stage];
            let nth = counts[stage][1 + mode];
            let slot = Slot { number, point, stage, place, nth, spare: spare[mode], spoken };
            counts[stage][0] += 1;
            counts[stage][1 + mode] += 1;
            let left = if spoken { self.exchanges(stage).len() } else { self.told(stage).len() };
            spare[mode] += usize::from(nth >= left);
            if number >= self.batch.first_segment {
                segments.push(self.segment(slot));
            }
        }
        segments
    }

    fn told(&self, stage: usize) -> Vec<&'static str> {
        self.book.stages[stage].told.iter().copied().filter(|sentence| self.world.can_say(sentence)).collect()
    }

    fn exchanges(&self, stage: usize) -> Vec<Exchange> {
        self.sayable(self.book.stages[stage].spoken)
    }

    /// The exchanges whose speakers are all there.
    fn sayable(&self, exchanges: &[Exchange]) -> Vec<Exchange> {
        let can = |exchange: &&Exchange| {
            exchange.iter().all(|(who, line)| self.world.player(*who).is_some() && self.world.can_say(line))
        };
        exchanges.iter().filter(can).copied().collect()
    }

    fn segment(&self, slot: Slot) -> StorySegment {
        let stage: &Stage = &self.book.stages[slot.stage];
        let title = match stage.titles.get(slot.place) {
            Some(title) => (*title).to_owned(),
            None => nth(TITLES, slot.number as usize).to_owned(),
        };
        let (narration, dialogue) =
            if slot.spoken { (String::new(), self.dialogue(slot)) } else { (self.narration(slot), Vec::new()) };
        let mut seen: Vec<String> = Vec::new();
        for line in &dialogue {
            if !seen.contains(&line.character_id) {
                seen.push(line.character_id.clone());
            }
        }
        if let Some(hero) = self.world.player(Who::Hero).filter(|_| seen.is_empty()) {
            seen.push(hero.id.clone());
            let named = |who: &Who| self.world.player(*who).filter(|player| narration.contains(&player.called));
            seen.extend([Who::Friend, Who::Rival].iter().filter_map(named).map(|player| player.id.clone()));
        }
        StorySegment {
            segment_number: slot.number,
            title,
            visual_description: self.picture(slot, &seen),
            narration,
            dialogue,
            characters: seen,
        }
    }

    fn narration(&self, slot: Slot) -> String {
        let sentences = self.told(slot.stage);
        let sentence = match sentences.get(slot.nth) {
            Some(sentence) => sentence,
            None => nth(self.book.told, slot.spare),
        };
        fit(&self.world.fill(sentence, slot.number as usize, slot.point), self.batch.max_words as usize)
    }

    fn dialogue(&self, slot: Slot) -> Vec<StoryLine> {
        let own = self.exchanges(slot.stage);
        let exchange = own.get(slot.nth).copied().unwrap_or_else(|| {
            let company = self.world.players.len() > 1;
            let spare = self.sayable(if company { self.book.spoken } else { self.book.alone });
            nth(&spare, slot.spare)
        });
        let most = self.batch.max_words as usize;
        let mut left = most;
        let mut lines = Vec::new();
        for (who, line) in exchange {
            let line = self.world.fill(line, slot.number as usize, slot.point);
            let words = spoken_words(&line);
            let Some(player) = self.world.player(*who).filter(|_| words <= left || lines.is_empty()) else {
                break;
            };
            left = left.saturating_sub(words);
            lines.push(StoryLine { character_id: player.id.clone(), line: fit(&line, most) });
        }
        lines
    }

    /// What is seen, complete in itself.
    fn picture(&self, slot: Slot, seen: &[String]) -> String {
        let world = self.world;
        let index = slot.number as usize;
        let hour = world.hour(slot.point);
        let mut people =
            world.players.iter().filter(|player| seen.contains(&player.id)).map(|player| player.seen.as_str());
        let first = people.next().unwrap_or("nobody");
        let others: Vec<String> = people.map(|seen| format!("; with {seen}")).collect();
        let (doing, others) = match (slot.spoken, others.concat()) {
            (true, others) if !others.is_empty() => (String::new(), format!("{others}; the two are talking")),
            (true, _) => (", talking aloud".to_owned(), String::new()),
            (false, others) => (format!(", {}", world.act(index)), others),
        };
        let phase = slot.stage * 3 / self.book.stages.len();
        let weather = world.reading.weather.map_or_else(String::new, |weather| format!(", {}", weather.phases[phase]));
        format!(
            "{} {}, {}{weather}: {first}{doing}{others}. {}. {}, palette of {}, no lettering.",
            nth(&SHOTS, index),
            hour.adverb(),
            world.spot(index),
            capitalized(world.moving(index)),
            capitalized(hour.light(index % 2 == 1)),
            world.reading.place.palette,
        )
    }
}

fn outline(world: &World, stage: &Stage, point: usize) -> String {
    let ways = stage.outline;
    let way = ways.iter().copied().find(|way| world.can_say(way)).or(ways.last().copied()).unwrap_or_default();
    world.fill(way, point, point)
}

fn title(world: &World, kind: StoryKind, dice: &mut Dice) -> String {
    let mut titles = world.titles();
    if matches!(kind, StoryKind::Movie | StoryKind::Story) {
        titles.extend(world.heros_title());
    }
    let title = titles[dice.below(titles.len())].replace(['“', '”', '"'], "");
    shorten(&title, 50).trim_end_matches('…').to_owned()
}

fn summary(world: &World, story: &StoryMetadataRequest, made_up: bool) -> String {
    let name = story.custom_character_roster.as_ref().and_then(|roster| roster.first()).map(|first| first.name.clone());
    let hero = name.unwrap_or_else(|| {
        world
            .players
            .first()
            .map_or_else(String::new, |player| player.seen.split(", ").next().unwrap_or_default().to_owned())
    });
    let role = match cast::role(&world.reading) {
        role if made_up && world.reading.named_hero && !role.contains(" called ") && role != hero => {
            format!(", {role},")
        }
        _ => String::new(),
    };
    let idea = &world.idea;
    let after = match story.story_kind {
        StoryKind::Movie | StoryKind::Story => world.fill(
            &format!("{hero}{role} comes upon {{a_thing}}, and from then on everything turns around {{quest}}."),
            0,
            0,
        ),
        StoryKind::Meme => {
            format!("{hero} tells it in {} and should know better.", counted(story.segments, "short joke"))
        }
        StoryKind::FreeContent => {
            format!("{hero} says in {} where to begin and what to leave out.", counted(story.segments, "short piece"))
        }
    };
    format!("{idea}. {after}")
}

fn description(world: &World, kind: StoryKind, hero: &str) -> String {
    let told = match kind {
        StoryKind::Movie => {
            "A movie about what one keeps, what one gives back, and who walks along. It plays {world}, from \
an ordinary day to the same hour seen with other eyes."
        }
        StoryKind::Story => {
            "A story for listening: {world}, slowly, with things that speak before people do, and an end that \
answers its first picture."
        }
        StoryKind::Meme => {
            "For everybody who has ever met {topic} and lost. No group of people was laughed at in the making; \
one person was."
        }
        StoryKind::FreeContent => {
            "No lists to learn, nothing to buy: {topic} in small pieces that each fit into a minute and \
lead to the next."
        }
    };
    let with = if matches!(kind, StoryKind::Movie | StoryKind::Story) { "Following" } else { "With" };
    format!("{} {with} {}. {CONFESSION}", world.fill(told, 0, 0), shorten(hero, 60))
}

fn hashtags(world: &World, kind: StoryKind) -> Vec<String> {
    let own = match kind {
        StoryKind::Movie => ["#movie", "#shortfilm"],
        StoryKind::Story => ["#story", "#storytelling"],
        StoryKind::Meme => ["#meme", "#relatable"],
        StoryKind::FreeContent => ["#learnsomething", "#oneminute"],
    };
    let says = |word: &String| word.chars().count() > 3 && !is_grammar(word) && verb(word).is_none();
    let words = world.idea.split_whitespace().map(bare).filter(says);
    let place = Some(world.reading.place.id).filter(|place| *place != "plain").map(|place| format!("#{place}"));
    let mut tags: Vec<String> = Vec::new();
    for tag in words
        .map(|word| format!("#{}", word.chars().filter(|c| c.is_alphanumeric()).collect::<String>()))
        .take(4)
        .chain(own.map(str::to_owned))
        .chain(place)
    {
        if !tags.contains(&tag) && tag.len() > 1 {
            tags.push(tag);
        }
    }
    tags
}

fn narrator(kind: StoryKind, silent: bool, dice: &mut Dice) -> String {
    if silent {
        return "none".to_owned();
    }
    let voices: &[&str] = match kind {
        StoryKind::Movie => &[
            "A low, unhurried voice of about fifty, close to the microphone, that leaves room after every sentence.",
            "A clear voice of about forty, dry and precise, that never raises itself.",
        ],
        StoryKind::Story => &[
            "A warm voice of about sixty, slow, as if told at a kitchen table late in the evening.",
            "A soft, young voice, slightly amazed at everything it tells.",
        ],
        StoryKind::Meme => &[
            "A dead-serious documentary voice that describes small disasters like rare animals.",
            "A quick, bright voice, half a second ahead of its own joke.",
        ],
        StoryKind::FreeContent => &[
            "A friendly, plain voice of about thirty-five that speaks to one person only.",
            "A calm voice with a smile in it, unhurried, without any jingle.",
        ],
    };
    voices[dice.below(voices.len())].to_owned()
}

/// At most so many words: whole sentences as long as one fits, otherwise the first words.
fn fit(text: &str, most: usize) -> String {
    if spoken_words(text) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for sentence in text.split_inclusive(['.', '!', '?']) {
        if spoken_words(&kept) + spoken_words(sentence) > most {
            break;
        }
        kept.push_str(sentence);
    }
    if !kept.trim().is_empty() {
        return kept.trim().to_owned();
    }
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1 && spoken_words(&words.join(" ")) > most {
        words.pop();
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_grammar(&bare(word))) {
        words.pop();
    }
    let cut = words.join(" ");
    let cut: String = if spoken_words(&cut) > most { cut.chars().take(most).collect() } else { cut };
    format!("{}.", cut.trim_end_matches([',', ';', ':', '.', ' ']))
}

fn counted(number: u32, noun: &str) -> String {
    if number == 1 { format!("one {noun}") } else { format!("{number} {noun}s") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
