//! The plan of a film: what the scenes show, in what order, and in which words. A film has an arc (arrival, detail,
//! turn, resolution, as many of them as it has scenes), one world with one palette, one hero who always looks the
//! same, and a day that passes.

mod product;
mod story;
mod told;

use crate::english::{capitalized, shorten, trim_end};
use crate::goods::{EXPLAINED, HISTORY, TEA};
use crate::heroes::{Being, Hero};
use crate::hours::{self, Hour};
use crate::places::Place;
use crate::reading::{Genre, Noun, Reading};
use crate::seed::Dice;

/// What a film is planned from, beside the reading of its prompt.
pub struct Wishes<'w> {
    /// How many scenes, at least 1.
    pub scenes: usize,
    /// Look, in words.
    pub style: &'w str,
    /// Feeling, in words.
    pub mood: &'w str,
    /// Where the user says it plays; empty where they do not.
    pub environment: &'w str,
    /// The seed.
    pub seed: u64,
}

/// One scene of the plan, not yet dressed with overlays.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Where in the arc it stands.
    pub beat: Beat,
    /// When it plays.
    pub hour: Hour,
    /// What happens.
    pub description: String,
    /// A prompt for the still picture.
    pub picture: String,
    /// A prompt for the moving picture.
    pub motion: String,
    /// Why this picture.
    pub reason: String,
    /// Words that belong to this moment and no other, where it has such.
    pub words: Option<String>,
}

/// Where in the arc a scene stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Where we are, and with whom.
    Open,
    /// Close to things, before anything happens.
    Detail,
    /// What is done here, day after day; numbered from 0.
    Work(usize),
    /// What changes everything.
    Turn,
    /// After it; numbered from 0.
    Hold(usize),
    /// How it ends.
    Resolve,
}

/// The arc of a film of `count` scenes.
pub fn arc(count: usize) -> Vec<Beat> {
    use Beat::{Detail, Hold, Open, Resolve, Turn, Work};
    match count {
        0 | 1 => vec![Resolve],
        2 => vec![Open, Resolve],
        3 => vec![Open, Turn, Resolve],
        _ => {
            let between = count - 4;
            let works = between.div_ceil(2);
            let mut beats = vec![Open, Detail];
            beats.extend((0..works).map(Work));
            beats.push(Turn);
            beats.extend((0..between - works).map(Hold));
            beats.push(Resolve);
            beats
        }
    }
}

/// Plans the scenes.
pub fn plan(reading: &Reading, wishes: &Wishes) -> Vec<Moment> {
    let mut dice = Dice::new(wishes.seed, &reading.title);
    let variant = dice.below(2);
    let hours = hours::course(reading.hour, wishes.scenes, variant);
    let beats = arc(wishes.scenes);
    let count = beats.len();
    (0..count)
        .map(|index| {
            let mut stage = Stage {
                reading,
                wishes,
                place: reading.place,
                hero: &reading.hero,
                beat: beats[index],
                hour: hours[index],
                again: index > 0 && hours[..index].contains(&hours[index]),
                index,
                variant: variant + index,
            };
            match reading.genre {
                _ if !reading.passages.is_empty() => stage.passage(count),
                Genre::Product => stage.product(),
                Genre::History if reading.topic.bare.to_lowercase() == "tea" => stage.chapter(TEA, count),
                Genre::History => stage.chapter(HISTORY, count),
                Genre::Explained => stage.chapter(EXPLAINED, count),
                Genre::Story => stage.story(),
            }
        })
        .collect()
}

/// One scene while it is being written.
struct Stage<'s> {
    reading: &'s Reading,
    wishes: &'s Wishes<'s>,
    place: &'static Place,
    hero: &'s (Noun, &'static Hero),
    beat: Beat,
    hour: Hour,
    /// Whether an earlier scene had the same hour.
    again: bool,
    index: usize,
    variant: usize,
}

/// A list's item, going round and round.
pub fn nth<T: Clone>(list: &[T], index: usize) -> T {
    list[index % list.len()].clone()
}

impl Stage<'_> {
    fn spot(&self) -> &'static str {
        let spots = self.place.spots;
        match self.beat {
            Beat::Open => spots[0],
            Beat::Resolve if self.index == 0 => spots[0],
            Beat::Resolve => spots[spots.len() - 1],
            Beat::Turn => spots[spots.len() - 2],
            Beat::Detail => spots[1],
            Beat::Work(k) => nth(&spots[1..spots.len() - 1], k + 1),
            Beat::Hold(k) => nth(&spots[1..spots.len() - 1], k + 4),
        }
    }

    fn act(&self) -> &'static str {
        let (_, hero) = self.hero;
        let place = self.activity();
        match self.beat {
            _ if hero.being == Being::Creature => nth(hero.acts, self.index),
            // A place's acts belong to its spots, from the second on.
            Beat::Detail => place.acts[0],
            Beat::Work(k) if k + 1 < place.acts.len() => place.acts[k + 1],
            _ => nth(hero.acts, self.index),
        }
    }

    /// Whose acts and details: on Mars one can garden, and the garden says how.
    fn activity(&self) -> &'static Place {
        match self.reading.second {
            Some(second) if ["mars", "space", "underwater"].contains(&self.place.id) => second,
            _ => self.place,
        }
    }

    fn detail(&self) -> &'static str {
        match self.reading.second {
            Some(second) if self.variant % 2 == 1 || self.activity().id == second.id => nth(second.details, self.index),
            _ => nth(self.place.details, self.variant),
        }
    }

    /// The hero as a picture model needs them: whole, every time.
    fn who(&self) -> String {
        let (noun, hero) = self.hero;
        let prop = match self.reading.props.as_slice() {
            [] => String::new(),
            props => format!(", with {}", nth(props, self.index)),
        };
        format!("{} {}{prop}", noun.first, hero.look)
    }

    fn weather(&self) -> String {
        let phase = match self.beat {
            Beat::Open | Beat::Detail => 0,
            Beat::Work(_) | Beat::Turn => 1,
            Beat::Hold(_) => 2,
            Beat::Resolve => {
                if self.index == 0 {
                    1
                } else {
                    2
                }
            }
        };
        self.reading.weather.map_or_else(String::new, |weather| format!(", {}", weather.phases[phase]))
    }

    /// The picture prompt around what is seen: shot and hour first, then light, lens,
    /// palette and look.
    fn picture(&self, shot: &str, lens: &str, seen: &str) -> String {
        let shown =
            self.reading.genre == Genre::Product && !matches!(self.beat, Beat::Turn | Beat::Work(_) | Beat::Hold(_));
        let (when, light) = match self.place.id {
            "studio" if shown && self.beat == Beat::Resolve => ("in the studio", "warm, soft light"),
            "studio" if shown => ("in the studio", "one narrow beam of light, the rest dark"),
            _ => (self.hour.adverb(), self.hour.light(self.again)),
        };
        let environment = match self.wishes.environment.trim() {
            "" => String::new(),
            text => format!(", {}", shorten(text, 80)),
        };
        format!(
            "{shot} {when}: {seen}{}{environment}; {light}{}; {lens}; palette of {}; {}, {} mood, no lettering",
            self.landmark(seen),
            self.weather(),
            self.place.palette,
            look(self.wishes.style),
            words(self.wishes.mood),
        )
    }

    /// What else the prompt names and the picture would otherwise not show.
    fn landmark(&self, seen: &str) -> String {
        let reading = self.reading;
        if reading.genre != Genre::Story || !reading.passages.is_empty() {
            return String::new();
        }
        let seen = seen.to_lowercase();
        let missing: Vec<&String> =
            reading.landmarks.iter().filter(|word| !seen.contains(&word.to_lowercase())).collect();
        if !missing.is_empty() {
            let word = nth(&missing, self.index);
            let name = word.chars().next().is_some_and(char::is_uppercase);
            return if name { format!(", in {word}") } else { format!(", the {word} in the background") };
        }
        let nothing_drawn = !reading.named_hero
            && reading.landmarks.is_empty()
            && reading.props.is_empty()
            && reading.place.id == "plain";
        if nothing_drawn && reading.topic.bare.chars().count() > 3 {
            format!(", telling of {}", reading.topic.first)
        } else {
            String::new()
        }
    }

    fn camera(&self) -> (&'static str, &'static str, &'static str) {
        let chaptered =
            matches!(self.reading.genre, Genre::History | Genre::Explained) && self.reading.passages.is_empty();
        let in_use = self.reading.genre == Genre::Product && self.beat == Beat::Turn;
        match self.beat {
            _ if chaptered && self.beat != Beat::Resolve => nth(
                &[
                    (
                        "Wide shot",
                        "28 mm lens, deep focus",
                        "The camera drifts in slowly, as if leafing through an old book",
                    ),
                    (
                        "Medium wide shot",
                        "35 mm lens",
                        "The camera tracks sideways, left to right, the direction of the journey",
                    ),
                    ("Full shot", "50 mm lens, soft background", "The camera circles by a few degrees and stops"),
                ],
                self.index,
            ),
            _ if in_use => ("Medium shot", "35 mm lens, natural light", "Hand-held, close, moving with what it sees"),
            Beat::Open => nth(
                &[
                    (
                        "Wide establishing shot",
                        "24 mm lens, deep focus",
                        "The camera rises very slowly and lets the place arrive",
                    ),
                    ("Wide high shot", "28 mm lens, deep focus", "The camera glides in from far away, level and slow"),
                ],
                self.variant,
            ),
            Beat::Detail => nth(
                &[
                    (
                        "Close-up",
                        "85 mm lens, shallow depth of field",
                        "The camera holds still; only the focus moves, from the thing to the one behind it",
                    ),
                    ("Macro shot", "100 mm macro lens, thin focus", "The camera slides a hand's breadth to the side"),
                ],
                self.variant,
            ),
            Beat::Work(_) => nth(
                &[
                    ("Medium shot", "35 mm lens", "The camera follows at walking pace, from behind"),
                    ("Over-the-shoulder shot", "50 mm lens", "The camera looks over a shoulder and leans in"),
                    ("Profile shot", "50 mm lens, clean background", "The camera tracks sideways at the same speed"),
                    ("Low-angle shot", "28 mm lens", "The camera rises from the ground to the face"),
                ],
                self.variant,
            ),
            Beat::Turn => nth(
                &[
                    (
                        "Low-angle shot",
                        "24 mm lens, strong contrast",
                        "The camera starts still, then pushes in as it happens",
                    ),
                    (
                        "Full shot in silhouette",
                        "40 mm lens, backlight",
                        "One unbroken push in, faster than anything before",
                    ),
                ],
                self.variant,
            ),
            Beat::Hold(_) => nth(
                &[
                    ("Medium close-up", "65 mm lens", "The camera barely breathes"),
                    (
                        "Full shot from a distance",
                        "135 mm lens, compressed",
                        "The camera holds and lets the figure move through the frame",
                    ),
                ],
                self.variant,
            ),
            Beat::Resolve => nth(
                &[
                    (
                        "Wide shot",
                        "28 mm lens, deep focus",
                        "The camera draws back slowly until the place is larger than anyone in it",
                    ),
                    (
                        "Wide shot from above",
                        "24 mm lens, deep focus",
                        "The camera rises, and goes on rising after the last word",
                    ),
                ],
                self.variant,
            ),
        }
    }

    fn moment(&self, description: String, seen: &str, motion: &str, reason: String, words: Option<String>) -> Moment {
        let (shot, lens, camera) = self.camera();
        Moment {
            beat: self.beat,
            hour: self.hour,
            description,
            picture: self.picture(shot, lens, seen),
            motion: format!("{camera}. {}.", capitalized(trim_end(motion))),
            reason,
            words,
        }
    }
}

/// A style's name as a look.
fn look(style: &str) -> String {
    match words(style).as_str() {
        "" => "cinematic look".to_owned(),
        style => format!("{style} look"),
    }
}

/// `cinematic-storytelling` as words.
pub fn words(name: &str) -> String {
    let text = name.replace(['-', '_'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "calm".to_owned() } else { shorten(&text, 60) }
}
