//! Writes scenarios: dresses the plan of a film with title, overlays and audience.

use kinora_sdk::documents::{Demographics, SCENE_SECONDS, ScenarioDraft, ScenarioRequest, SceneDraft};

use crate::english::shorten;
use crate::film::{Beat, Moment, Wishes, plan, words};
use crate::hours::Hour;
use crate::languages;
use crate::reading::{Genre, Reading, read};
use crate::seed::{Dice, hash};

/// The last sentence of every description.
pub const CONFESSION: &str = "Written by Kinora's offline provider; no model was asked.";

/// The most words over a scene.
const OVERLAY_WORDS: usize = 6;

/// Writes a scenario. `seed` takes the place of the request's own, where there is one.
pub fn write(request: &ScenarioRequest, seed: Option<u64>) -> ScenarioDraft {
    let environment = request.environment.as_deref().unwrap_or_default();
    let product = request
        .product
        .as_ref()
        .map(|product| (product.title.as_str(), product.description.as_str()))
        .filter(|(title, _)| !title.trim().is_empty());
    let reading = read(&request.prompt, environment, product);
    let seed = seed.or(request.seed).unwrap_or_else(|| hash(&request.prompt));
    let wishes = Wishes {
        scenes: request.scene_count.max(1) as usize,
        style: &request.style,
        mood: &request.mood,
        environment,
        seed,
    };
    let moments = plan(&reading, &wishes);
    let overlays = overlays(&reading, &moments, &request.target_language, seed);
    let thumbnail_words = thumbnail_words(&reading, &overlays);
    let peak = moments.iter().find(|moment| moment.beat == Beat::Turn).or(moments.first());
    let thumbnail_prompt = peak.map_or_else(String::new, |moment| {
        format!(
            "{}; one strong shape against a plain background, readable when small, nothing in the upper third",
            moment.picture
        )
    });
    let description = description(&reading, &moments);
    let scenes = moments
        .into_iter()
        .zip(overlays)
        .zip(1..)
        .map(|((moment, overlay), number)| SceneDraft {
            scene_id: format!("scene_{number}"),
            scene_number: number,
            description: moment.description,
            duration: SCENE_SECONDS,
            image_prompt: moment.picture,
            visual_prompt: moment.motion,
            image_reasoning: moment.reason,
            text_overlay_prompt: overlay,
        })
        .collect();
    ScenarioDraft {
        description,
        detected_demographics: demographics(&request.prompt, &reading, &words(&request.mood)),
        scenes,
        thumbnail_prompt,
        thumbnail_text_overlay_prompt: thumbnail_words,
        title: reading.title,
    }
}

/// The words over each scene.
pub fn overlays(reading: &Reading, moments: &[Moment], target: &str, seed: u64) -> Vec<String> {
    let english = target.is_empty() || target.to_lowercase().starts_with("en");
    let shown = match reading.language {
        Some(language) => Some(&language.shown),
        None if !english => languages::by_tag(target).map(|language| &language.shown),
        None => None,
    };
    let scaffold = !reading.foreign && english;
    let mut pieces = reading.pieces.iter();
    let mut used: Vec<String> = Vec::new();
    let mut dice = Dice::new(seed, "overlays");
    let turn = dice.below(3);
    let title = six(&reading.title);
    let last = moments.len() - 1;
    moments
        .iter()
        .enumerate()
        .map(|(index, moment)| {
            let fresh = |text: &String| !used.contains(text);
            let own = moment
                .words
                .clone()
                .filter(|_| scaffold || !reading.passages.is_empty())
                .map(|text| six(&text))
                .filter(fresh);
            let sold = reading.genre == Genre::Product && scaffold && last > 0;
            let choice = if index == 0 && sold {
                reading.goods.words_shown[0].to_owned()
            } else if index == 0 {
                pieces.next().cloned().unwrap_or_else(|| title.clone())
            } else if index == last && fresh(&title) && !reading.foreign && reading.genre == Genre::Product {
                title.clone()
            } else if let Some(own) = own.filter(|_| reading.genre != Genre::Product || reading.pieces.len() < 3) {
                own
            } else if scaffold && moment.beat == Beat::Turn {
                turn_words(reading, turn)
            } else if let Some(piece) = pieces.by_ref().find(|piece| !used.contains(*piece)) {
                piece.clone()
            } else if let Some(shown) = shown {
                shown[phrase(moment.beat)].to_owned()
            } else if scaffold {
                pool(moment, index, index == last)
            } else {
                reading.pieces.get(index % reading.pieces.len().max(1)).cloned().unwrap_or_else(|| title.clone())
            };
            let choice = six(&choice);
            let choice =
                if scaffold && used.contains(&choice) { six(&pool(moment, index + 1, index == last)) } else { choice };
            used.push(choice.clone());
            choice
        })
        .collect()
}

fn turn_words(reading: &Reading, turn: usize) -> String {
    match reading.weather.map(|weather| weather.phases[1]) {
        Some(phase) if phase.starts_with("storm") => "Then, the storm".to_owned(),
        Some(phase) if phase.starts_with("rain") => "Then, the rain".to_owned(),
        Some(phase) if phase.contains("snow") => "Then, the snow".to_owned(),
        Some(phase) if phase.contains("fog") => "Then, the fog".to_owned(),
        _ if reading.gentle => ["And now", "Ready", "This moment"][turn % 3].to_owned(),
        _ => ["Then everything changes", "Until now", "And then"][turn % 3].to_owned(),
    }
}

fn phrase(beat: Beat) -> usize {
    match beat {
        Beat::Open => 0,
        Beat::Detail => 1,
        Beat::Work(_) => 2,
        Beat::Turn => 3,
        Beat::Hold(_) => 4,
        Beat::Resolve => 5,
    }
}

/// Words for a scene that the prompt has none left for.
fn pool(moment: &Moment, index: usize, last: bool) -> String {
    let choices: &[&str] = match moment.beat {
        Beat::Resolve if last => match moment.hour {
            Hour::Dawn | Hour::Morning | Hour::Blue => &["A new day", "Morning, after all"],
            Hour::Dusk | Hour::Night | Hour::Sunset => &["And then, quiet", "Until tomorrow"],
            _ => &["And so it stays", "Here, now"],
        },
        Beat::Open | Beat::Resolve => &["It begins here", "Once"],
        Beat::Detail => &["Look closer", "So close"],
        Beat::Work(_) => &["Hour after hour", "One more time", "Step by step", "By hand", "Slowly", "Every day"],
        Beat::Turn => &["Then everything changes", "Until now"],
        Beat::Hold(_) => &["Still here", "Not over yet", "A little further", "Breathe", "And on", "Almost"],
    };
    choices[index % choices.len()].to_owned()
}

fn thumbnail_words(reading: &Reading, overlays: &[String]) -> String {
    let short = |text: &&String| text.split_whitespace().count() <= 5 && text.chars().count() <= 30;
    reading
        .pieces
        .iter()
        .chain(std::iter::once(&reading.title))
        .chain(overlays)
        .find(short)
        .cloned()
        .unwrap_or_else(|| shorten(&reading.title, 28))
}

/// At most six words.
fn six(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= OVERLAY_WORDS && text.chars().count() <= 60 {
        return words.join(" ");
    }
    let mut kept: Vec<&str> = words.into_iter().take(OVERLAY_WORDS).collect();
    while kept.len() > 1 && kept.last().is_some_and(|word| crate::english::is_grammar(&crate::english::bare(word))) {
        kept.pop();
    }
    shorten(kept.join(" ").trim_end_matches([',', ';', ':']), 60)
}

fn description(reading: &Reading, moments: &[Moment]) -> String {
    let count = moments.len();
    let seconds = count as u32 * SCENE_SECONDS;
    let scenes = if count == 1 { "one scene".to_owned() } else { format!("{count} scenes") };
    let span = match (moments.first(), moments.last()) {
        (Some(first), Some(last)) if first.hour != last.hour => {
            let next = if last.hour == Hour::Dawn && first.hour != Hour::Blue { "the next " } else { "" };
            format!(", from {} to {next}{}", first.hour.slug().to_lowercase(), last.hour.slug().to_lowercase())
        }
        _ => String::new(),
    };
    let about = match reading.genre {
        _ if !reading.passages.is_empty() => {
            format!("“{}”: the story as it was told, in {scenes}, {seconds} seconds", reading.title)
        }
        Genre::Product => format!(
            "A film of {seconds} seconds for {}: form, detail and life with {}, in {scenes}",
            reading.topic.the,
            reading.topic.agree("it", "them")
        ),
        Genre::History => {
            format!("The history of {} in {scenes}, {seconds} seconds: one picture a chapter", reading.topic.the)
        }
        Genre::Explained => {
            format!("{}, explained in {scenes}, {seconds} seconds, without a single formula", reading.title)
        }
        Genre::Story if reading.foreign => {
            format!("A film of {seconds} seconds in {scenes} on {}, {}{span}", reading.topic.the, reading.place.world)
        }
        Genre::Story => match &reading.clause {
            Some(clause) => format!("{clause}: told in {scenes}, {seconds} seconds, {}{span}", reading.place.world),
            None => format!(
                "“{}”: {scenes}, {seconds} seconds, {}{span}. We follow {}",
                reading.title, reading.place.world, reading.hero.0.first
            ),
        },
    };
    format!("{about}. {CONFESSION}")
}

fn demographics(prompt: &str, reading: &Reading, mood: &str) -> Demographics {
    let lower = prompt.to_lowercase();
    let said = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    let target_gender =
        match (said(&["women", "girls", "ladies", "moms", "mums"]), said(&["men", "boys", "gentlemen", "dads"])) {
            (true, false) => "female",
            (false, true) => "male",
            _ => "unisex",
        };
    let age_group = if said(&["kids", "children", "toddlers", "toy", "toys", "nursery", "fairytale", "kindergarten"]) {
        "children"
    } else if said(&["teens", "teenagers", "skate", "gaming", "school"]) {
        "teens"
    } else if said(&["seniors", "retirement", "pensioners", "elderly"]) {
        "seniors"
    } else if said(&["family", "families", "parents", "christmas"]) {
        "families"
    } else if said(&["students", "festival", "campus", "club"]) {
        "young adults"
    } else {
        "adults"
    };
    let (product_type, what) = match reading.genre {
        Genre::Product => (reading.goods.category, format!("interested in {}", reading.goods.category)),
        Genre::History | Genre::Explained => ("education", format!("curious about {}", reading.topic.the)),
        Genre::Story if said(&["our", "we"]) => {
            ("local business", format!("who might come by: the film plays {}", reading.place.world))
        }
        Genre::Story => ("short film", format!("drawn to stories set {}", reading.place.world)),
    };
    let people = capital(age_group);
    Demographics {
        target_gender: target_gender.to_owned(),
        age_group: age_group.to_owned(),
        product_type: product_type.to_owned(),
        demographic_context: format!("{people} {what}, in a {mood} tone."),
    }
}

fn capital(text: &str) -> String {
    crate::english::capitalized(text)
}
