//! Writes the scenes of music videos. Each is a prompt for a clip that knows nothing of the others, so each says
//! everything: shot, place, hour, the character in the same words, what happens, camera, light and look. Together they
//! keep to the arc of a film.

use kinora_sdk::documents::{MusicVideoRequest, MusicVideoScene, MusicVideoScenes, SCENE_SECONDS};

use crate::english::{bare, capitalized, shorten, trim_end};
use crate::film::{Beat, arc, nth};
use crate::heroes::{self, Being};
use crate::hours::{self, Hour};
use crate::places::{self, Place};
use crate::reading::{Reading, read};
use crate::seed::{Dice, hash};

/// The most characters of each of the request's texts, so that a scene stays a prompt.
const IDEA: usize = 200;
const CHARACTER: usize = 800;
const TRAITS: usize = 300;
const LOOK: usize = 300;
const FEW: usize = 80;

/// Shots and camera movements between the first scene and the last. No number above 1 divides both lengths, so 56
/// scenes go by before a pair returns.
const SHOTS: [&str; 7] = [
    "Medium shot",
    "Full shot",
    "Medium close-up",
    "Shot from knee height",
    "Shot through a foreground out of focus",
    "Long shot",
    "Three-quarter shot",
];
const MOVES: [&str; 8] = [
    "follows at walking pace",
    "circles a quarter of the way round",
    "pushes in slowly",
    "tracks sideways at the character's speed",
    "holds still on its tripod",
    "rises from the ground to eye height",
    "draws back step by step",
    "tilts down from the light to the character",
];

/// What anybody can do in a music video, with hands or without.
const ACTS: [&str; 6] = [
    "moving in time with the music",
    "turning round once and looking straight into the camera",
    "walking towards the camera in long, even steps",
    "looking around, taking it all in",
    "stopping short, then setting off the other way",
    "standing still while everything else moves",
];

/// Writes the scenes. `seed` takes the place of the request's own, where there is one.
pub fn write(request: &MusicVideoRequest, seed: Option<u64>) -> MusicVideoScenes {
    let idea = one_line(&request.idea);
    let reading = read(&idea, "", None);
    let seed =
        seed.or(request.seed).unwrap_or_else(|| hash(&format!("{}\n{}", request.idea, request.character_description)));
    let mut dice = Dice::new(seed, &idea);
    let count = request.number_of_scenes as usize;
    let hours = hours::course(reading.hour, count, dice.below(2));
    let world = World::new(&reading, &idea, &request.character_description, &mut dice);
    let scenes = arc(count).into_iter().enumerate().map(|(index, beat)| {
        let before = hours[..index].iter().filter(|hour| **hour == hours[index]).count();
        let scene = world.scene(index, beat, hours[index], before % 2 == 1);
        MusicVideoScene {
            description: description(request, &idea, &scene),
            negative_description: negative(request, &scene),
        }
    });
    MusicVideoScenes { scenes: scenes.collect() }
}

/// What all scenes have in common.
struct World<'r> {
    reading: &'r Reading,
    /// Where it plays, with the second place that the idea names.
    places: Vec<&'static Place>,
    acts: Vec<&'static str>,
    /// Whether what is done at a place can be done by the character.
    hands: bool,
    /// Where the lists are entered.
    spots: usize,
    shots: usize,
    moves: usize,
    words: usize,
}

/// What one scene shows.
struct Scene {
    beat: Beat,
    hour: Hour,
    shot: &'static str,
    camera: &'static str,
    spot: &'static str,
    weather: String,
    action: String,
    light: &'static str,
    palette: &'static str,
}

impl<'r> World<'r> {
    fn new(reading: &'r Reading, idea: &str, character: &str, dice: &mut Dice) -> Self {
        // A name that the lexicon does not know is most often a town's.
        let named = idea.split_whitespace().skip(1).any(|word| word.starts_with(char::is_uppercase));
        let place = if reading.place.id == "plain" && reading.landmarks.is_empty() && named {
            places::by_id("city")
        } else {
            reading.place
        };
        let told = character.split_whitespace().find_map(|word| heroes::by_word(&bare(word)));
        let hero = told.or(reading.named_hero.then_some(reading.hero.1));
        World {
            reading,
            places: std::iter::once(place).chain(reading.second).collect(),
            acts: alone(hero.map_or(&[][..], |hero| hero.acts)).into_iter().chain(ACTS).collect(),
            hands: hero.is_none_or(|hero| hero.being != Being::Creature),
            spots: dice.below(8),
            shots: dice.below(SHOTS.len()),
            moves: dice.below(MOVES.len()),
            words: dice.below(12),
        }
    }

    fn scene(&self, index: usize, beat: Beat, hour: Hour, again: bool) -> Scene {
        let (place, spot, act) = self.stand(index, beat);
        let act = match (&self.reading.action, beat) {
            (Some(action), Beat::Open | Beat::Work(0)) => shorten(action, IDEA),
            _ => act.to_owned(),
        };
        let moving = nth(place.moving, self.words + index);
        let detail = nth(place.details, self.words + index);
        let rest = nth(&alone(place.rests), self.words);
        let action = match beat {
            Beat::Open => {
                format!("At first only the place: {moving}. Then the character comes into the picture, {act}")
            }
            Beat::Detail => {
                format!("At first {detail}, very close. Then the character behind it comes into focus, {act}")
            }
            Beat::Work(_) => format!("From the first second to the last the character is {act}; around it {moving}"),
            Beat::Turn if self.reading.gentle => {
                format!("The character is {act}, stops, and looks up into the light; {rest}")
            }
            Beat::Turn => {
                let turn = nth(place.turns, self.words);
                format!("Two calm seconds, the character {act}. Then {turn}, and the character looks up")
            }
            Beat::Hold(_) => format!("Slow and sure, the character is {act}; in the foreground {detail}; {moving}"),
            Beat::Resolve => format!("The character, {act}, grows small in the picture; {moving}, and at last {rest}"),
        };
        let (shot, camera) = match beat {
            Beat::Open => ("Wide establishing shot", "glides in from far away, level and slow"),
            Beat::Detail => ("Close-up", "holds still while the focus moves"),
            Beat::Turn => ("Low shot", "starts still, then pushes in fast"),
            Beat::Resolve => ("Wide closing shot", "draws back and rises"),
            Beat::Work(_) | Beat::Hold(_) => (nth(&SHOTS, self.shots + index), nth(&MOVES, self.moves + index)),
        };
        let phase = match beat {
            Beat::Open | Beat::Detail => 0,
            Beat::Work(_) | Beat::Turn => 1,
            Beat::Hold(_) | Beat::Resolve => 2,
        };
        Scene {
            beat,
            hour,
            shot,
            camera,
            spot,
            weather: self.reading.weather.map_or_else(String::new, |weather| format!(", {}", weather.phases[phase])),
            action,
            light: hour.light(again),
            palette: place.palette,
        }
    }

    /// Where a scene stands and what is done there: at first what belongs to the spot, then what the character does
    /// anywhere.
    fn stand(&self, index: usize, beat: Beat) -> (&'static Place, &'static str, &'static str) {
        let first = self.places[0];
        let act = nth(&self.acts, self.words + index);
        match beat {
            Beat::Open => return (first, first.spots[0], act),
            Beat::Resolve => return (first, first.spots[first.spots.len() - 1], act),
            _ => {}
        }
        let between: Vec<(&'static Place, usize)> =
            self.places.iter().flat_map(|place| (1..place.spots.len() - 1).map(move |spot| (*place, spot))).collect();
        let (place, spot) = between[(self.spots + index) % between.len()];
        // A place's acts belong to its spots, from the second on.
        let own = place.acts.get(spot - 1).filter(|act| self.hands && index <= between.len() && stands_alone(act));
        (place, place.spots[spot], own.copied().unwrap_or(act))
    }
}

fn description(request: &MusicVideoRequest, idea: &str, scene: &Scene) -> String {
    let character = ending(&request.character_description, CHARACTER);
    let traits = match ending(request.character_characteristics.as_deref().unwrap_or_default(), TRAITS) {
        text if text.is_empty() => String::new(),
        text => format!(" The character is like this: {text}."),
    };
    format!(
        "{shot}, camera angle: {angle}, {when}, {spot}{weather}. The main character: {character}.{traits} {action}. \
{SCENE_SECONDS} seconds in one take: the camera {camera}. {light}, a palette of {palette}. The look of this {kind}: {look}. \
The idea it shows: “{idea}”.",
        shot = scene.shot,
        angle = ending(&request.camera_angle, FEW),
        when = scene.hour.adverb(),
        spot = scene.spot,
        weather = scene.weather,
        action = scene.action,
        camera = scene.camera,
        light = capitalized(scene.light),
        palette = scene.palette,
        kind = ending(&request.video_type, FEW),
        look = ending(&request.video_characteristics, LOOK),
        idea = shorten(idea, IDEA),
    )
}

fn negative(request: &MusicVideoRequest, scene: &Scene) -> String {
    let framing = match scene.beat {
        Beat::Open | Beat::Resolve => "crowds in front of the character, a tilted horizon",
        Beat::Detail => "a distant view, everything in focus at once",
        Beat::Turn => "slow motion, a frozen picture",
        Beat::Work(_) | Beat::Hold(_) => "a cut-off head, an empty picture",
    };
    let light = match scene.hour {
        Hour::Night | Hour::Dusk | Hour::Blue => "midday sun",
        Hour::Morning | Hour::Noon | Hour::Afternoon => "a night sky",
        Hour::Dawn | Hour::Sunset => "flat grey light",
    };
    let look = request.video_characteristics.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| look.contains(word));
    let look = if says(&["cartoon", "anim", "drawn", "comic"]) {
        ", a photographic look"
    } else if says(&["realis", "photo"]) {
        ", a cartoon, a plastic look"
    } else {
        ""
    };
    format!(
        "a second copy of the character, changed clothes or colours, extra limbs, {framing}, {light}{look}, jump cuts, \
lettering, subtitles, watermarks"
    )
}

/// Those of a list that do not point to another scene. No list consists of such alone.
fn alone(list: &[&'static str]) -> Vec<&'static str> {
    list.iter().copied().filter(|text| stands_alone(text)).collect()
}

fn stands_alone(text: &str) -> bool {
    !text.split(|c: char| !c.is_alphanumeric()).any(|word| ["again", "same", "began"].contains(&word))
}

/// A text on one line, ready for what ends its sentence.
fn ending(text: &str, limit: usize) -> String {
    let text = one_line(text);
    let plain = match trim_end(&text) {
        "" => &text,
        plain => plain,
    };
    shorten(plain, limit)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_an_end_that_points_to_no_other_scene() {
        for place in places::all() {
            assert!(!alone(place.rests).is_empty(), "{}", place.id);
        }
        assert_eq!(alone(&["trying again", "leaning against it", "it is the same"]), ["leaning against it"]);
    }

    #[test]
    fn no_pair_of_shot_and_movement_returns_within_the_longest_video() {
        let pairs: std::collections::HashSet<_> =
            (0..50).map(|index| (nth(&SHOTS, index), nth(&MOVES, index))).collect();
        assert_eq!(pairs.len(), 50);
    }
}
