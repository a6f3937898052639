//! The characters of a tale: those that are made up for it, and how any roster, made up here or brought along, is read.

use kinora_sdk::documents::{StoryCharacter, StoryKind};
use serde_json::{Map, Value, json};

use crate::english::{capitalized, shorten};
use crate::heroes::Being;
use crate::reading::Reading;
use crate::seed::Dice;

const WOMEN: &[&str] =
    &["Ines", "Mara", "Noor", "Tove", "Lucia", "Amara", "Yuki", "Freya", "Salma", "Rosa", "Edda", "Priya"];
const MEN: &[&str] =
    &["Tomas", "Idris", "Bram", "Kenji", "Mateo", "Anselm", "Viktor", "Samir", "Joon", "Emil", "Otis", "Rafael"];
const CREATURES: &[&str] = &["Pim", "Juniper", "Ash", "Biscuit", "Nutmeg", "Bolt", "Willow", "Sorrel"];
const MACHINES: &[&str] = &["Tock", "Ember", "Orbit", "Rivet", "Pixel", "Juno", "Cobalt", "Sprocket"];
const FAMILIES: &[&str] = &[
    "Okoro",
    "Lindqvist",
    "Marsh",
    "Quill",
    "Vance",
    "Sato",
    "Brandt",
    "Farrow",
    "Ilves",
    "Moreau",
    "Castell",
    "Rao",
    "Whitlock",
];
const BUILDS: &[&str] = &["tall and lean", "small and quick", "broad-shouldered", "slight", "sturdy", "long-limbed"];
const HAIR: &[&str] = &[
    "short black hair",
    "grey curls",
    "a long brown braid",
    "copper hair cut short",
    "dark hair tied back",
    "white-blond hair",
];
const EYES: &[&str] = &["dark brown eyes", "grey eyes", "green eyes", "amber eyes", "pale blue eyes"];
const MARKS: &[&str] = &[
    "a thin scar through the left eyebrow",
    "a silver ring on the right thumb",
    "a gap between the front teeth",
    "freckles across the nose",
    "a small compass tattooed on the wrist",
    "round glasses mended with wire",
];
const CLOTHES: &[&str] = &[
    "a mustard-yellow raincoat and worn boots",
    "a dark green jumper with patched elbows",
    "a rust-red jacket and grey trousers",
    "a long charcoal coat with brass buttons",
    "a faded denim jacket over a white shirt",
    "a plum-coloured scarf and a black coat",
];
const PITCHES: &[&str] = &["low", "middle", "high"];
const PACES: &[&str] = &["slow", "unhurried", "quick"];
const TONES: &[&str] = &["dry", "warm", "clear", "husky", "gentle"];

/// What somebody is for in a tale: traits, what is wanted, what stands in the way.
type Part = (&'static [&'static str], &'static str, &'static str);

const HERO: Part =
    (&["stubborn", "observant", "kind"], "to find out what everybody else has stopped asking", "never asks for help");
const FRIEND: Part = (&["loyal", "funny", "blunt"], "not to be left behind", "keeps quiet about what matters");
const RIVAL: Part =
    (&["precise", "proud", "tired"], "to be right, and secretly to be wrong", "gave up once and never forgave it");
const TELLER: Part = (&["overconfident", "tireless", "warm"], "one quiet day", "has to try everything at once");
const ADVISER: Part = (&["calm", "dry", "patient"], "to say “I told you so” only once", "says it anyway");
const VOICE: Part = (&["wide awake", "relentless"], "to talk about it right now", "has no sense of time");
const HOST: Part =
    (&["curious", "plain-spoken", "patient"], "to make one thing clear", "could talk about it all night");
const GUEST: Part =
    (&["honest", "quick", "playful"], "to understand it without pretending", "asks the next question too early");
const SCEPTIC: Part = (&["sharp", "fair"], "to hear one good reason", "has heard too many bad ones");

/// Makes up three characters: whom the tale follows, who stands by, who doubts.
pub(super) fn invent(kind: StoryKind, reading: &Reading, dice: &mut Dice) -> Vec<StoryCharacter> {
    let (noun, hero) = &reading.hero;
    let acts = matches!(kind, StoryKind::Movie | StoryKind::Story);
    let being = if acts { hero.being } else { Being::Person };
    let gender = if being == Being::Person { gender_of(&noun.bare).unwrap_or(dice.below(2) == 0) } else { true };
    let mut families: Vec<&str> = FAMILIES.to_vec();
    let mut family = |dice: &mut Dice| acts.then(|| families.swap_remove(dice.below(families.len())));
    let called = noun.bare.starts_with(char::is_uppercase) && reading.named_hero && acts;
    let name = match being {
        _ if called => noun.bare.clone(),
        Being::Person => {
            let family = family(dice);
            named(gender, family, dice, "")
        }
        Being::Machine => pick(MACHINES, dice).to_owned(),
        Being::Creature => pick(CREATURES, dice).to_owned(),
    };
    let first = name.split(' ').next().unwrap_or_default().to_owned();
    let parts = match kind {
        StoryKind::Movie | StoryKind::Story => [HERO, FRIEND, RIVAL],
        StoryKind::Meme => [TELLER, ADVISER, VOICE],
        StoryKind::FreeContent => [HOST, GUEST, SCEPTIC],
    };
    let mut taken = Vec::new();
    let mut main = character(1, name, person(gender, dice, &mut taken), parts[0], dice);
    let looks = main.physical_appearance.get_or_insert_default();
    if acts && reading.named_hero {
        looks.insert("clothing".to_owned(), json!(hero.look));
        let says = |words: &[&str]| noun.bare.to_lowercase().split(' ').any(|word| words.contains(&word));
        if says(&["old", "elderly", "grandmother", "grandfather", "grandma", "grandpa", "granny"]) {
            looks.insert("age".to_owned(), json!("72"));
            looks.insert("hair".to_owned(), json!("white hair"));
        } else if says(&["girl", "boy", "child", "kid", "schoolgirl", "schoolboy", "children", "kids"]) {
            looks.insert("age".to_owned(), json!("9"));
            looks.insert("build".to_owned(), json!("small and quick"));
        }
    }
    if being != Being::Person {
        let mark = if being == Being::Machine {
            "a dent on the left side, painted over in red"
        } else {
            "a white patch over one eye"
        };
        looks.retain(|name, _| name == "clothing");
        looks.insert("distinctive_features".to_owned(), json!(mark));
        looks.insert("kind".to_owned(), json!(noun.first));
    } else if acts && reading.named_hero && !called {
        looks.insert("role".to_owned(), json!(role(reading)));
    }
    // Of several sisters the other one comes along, and is called as they are.
    let kin = noun.plural && being == Being::Person && acts && gender_of(&noun.bare).is_some();
    let second_gender = if kin { gender } else { dice.below(2) == 0 };
    let second_family = if kin { main.name.split_once(' ').map(|(_, family)| family) } else { family(dice) };
    let second = named(second_gender, second_family, dice, &first);
    let second_first = second.split(' ').next().unwrap_or_default().to_owned();
    let third_gender = !second_gender;
    let third = if kind == StoryKind::Meme {
        "Inner Voice".to_owned()
    } else {
        {
            let family = family(dice);
            named(third_gender, family, dice, &format!("{first} {second_first}"))
        }
    };
    let friend = character(2, second, person(second_gender, dice, &mut taken), parts[1], dice);
    let mut rival = character(3, third, person(third_gender, dice, &mut taken), parts[2], dice);
    if kind == StoryKind::Meme {
        let looks = json!({"kind": "the same face, seen in a mirror at night", "clothing": "a blue dressing gown",
            "gender": main.physical_appearance.as_ref().and_then(|looks| looks.get("gender"))});
        rival.physical_appearance = looks.as_object().cloned();
    }
    vec![main, friend, rival]
}

/// Who the hero is, to stand after a name: "a lighthouse keeper", "one of the time travelers"; none for somebody whom
/// the idea calls by name.
pub(super) fn role(reading: &Reading) -> String {
    let noun = &reading.hero.0;
    if noun.plural { format!("one of {}", noun.the) } else { noun.first.clone() }
}

fn named(woman: bool, family: Option<&str>, dice: &mut Dice, taken: &str) -> String {
    let names: Vec<&str> =
        if woman { WOMEN } else { MEN }.iter().copied().filter(|name| !taken.contains(name)).collect();
    let first = pick(&names, dice);
    family.map_or_else(|| first.to_owned(), |family| format!("{first} {family}"))
}

/// Whether a noun says that somebody is a woman or a man.
fn gender_of(noun: &str) -> Option<bool> {
    const WOMAN: &[&str] = &[
        "woman",
        "girl",
        "lady",
        "mother",
        "mom",
        "mum",
        "queen",
        "princess",
        "witch",
        "waitress",
        "nun",
        "grandmother",
        "grandma",
        "granny",
        "daughter",
        "sister",
        "bride",
        "widow",
        "heroine",
        "ballerina",
        "schoolgirl",
    ];
    const MAN: &[&str] = &[
        "man",
        "boy",
        "father",
        "dad",
        "king",
        "prince",
        "wizard",
        "waiter",
        "monk",
        "grandfather",
        "grandpa",
        "son",
        "brother",
        "groom",
        "widower",
        "fisherman",
        "postman",
        "gentleman",
        "schoolboy",
        "guy",
    ];
    let last = noun.rsplit(' ').next().unwrap_or_default().to_lowercase();
    let one = last.strip_suffix('s').unwrap_or(&last);
    let is = |nouns: &[&str]| nouns.contains(&last.as_str()) || nouns.contains(&one);
    if is(WOMAN) { Some(true) } else { is(MAN).then_some(false) }
}

/// Looks that share nothing with those that are taken.
fn person(woman: bool, dice: &mut Dice, taken: &mut Vec<&'static str>) -> Map<String, Value> {
    let age = 24 + 7 * (taken.len() / 5) + 3 * dice.below(9);
    let mut other = |list: &[&'static str]| {
        let free: Vec<&'static str> = list.iter().copied().filter(|look| !taken.contains(look)).collect();
        let look = free[dice.below(free.len())];
        taken.push(look);
        look.to_owned()
    };
    let looks = [
        ("age", age.to_string()),
        ("gender", if woman { "woman" } else { "man" }.to_owned()),
        ("build", other(BUILDS)),
        ("hair", other(HAIR)),
        ("eyes", other(EYES)),
        ("clothing", other(CLOTHES)),
        ("distinctive_features", other(MARKS)),
    ];
    looks.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

fn character(number: u32, name: String, looks: Map<String, Value>, part: Part, dice: &mut Dice) -> StoryCharacter {
    let (traits, motivation, flaw) = part;
    let object = |value: Value| value.as_object().cloned();
    StoryCharacter {
        id: format!("char_{number:03}"),
        name,
        physical_appearance: Some(looks),
        personality: object(json!({"traits": traits, "motivation": motivation, "flaw": flaw})),
        voice_characteristics: object(json!({
            "pitch": pick(PITCHES, dice), "pace": pick(PACES, dice), "tone": pick(TONES, dice), "accent": "none",
        })),
        more: Map::new(),
    }
}

fn pick<'t>(list: &[&'t str], dice: &mut Dice) -> &'t str {
    list[dice.below(list.len())]
}

/// A character as sentences need it.
#[derive(Clone, Debug)]
pub(super) struct Player {
    pub id: String,
    /// How the character is called within a sentence.
    pub called: String,
    /// Name and looks, for pictures.
    pub seen: String,
    /// `her`, `his` or `their`.
    pub his: &'static str,
}

impl Player {
    pub fn new(character: &StoryCharacter) -> Player {
        let looks = character.physical_appearance.clone().unwrap_or_default();
        let said = |name: &str| looks.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let gender = said("gender").unwrap_or_default().to_lowercase();
        let his = match gender.as_str() {
            text if ["woman", "female", "girl"].iter().any(|word| text.contains(word)) => "her",
            text if ["man", "male", "boy"].iter().any(|word| text.contains(word)) => "his",
            _ => "their",
        };
        const FIRST: [&str; 6] = ["kind", "role", "build", "hair", "clothing", "distinctive_features"];
        let others = looks.keys().map(String::as_str).filter(|name| !FIRST.contains(name));
        let others = others.filter(|name| !["gender", "age"].contains(name));
        let age = said("age").filter(|age| age.chars().all(|c| c.is_ascii_digit()));
        let grown = said("gender").map(|gender| match age {
            Some(age) => format!("{} of {age}", shorten(gender, 30)),
            None => shorten(gender, 30),
        });
        let seen: Vec<String> = std::iter::once(shorten(character.name.trim(), 60))
            .chain(grown)
            .chain(FIRST.into_iter().chain(others).filter_map(said).take(5).map(|text| shorten(text, 70)))
            .collect();
        Player { id: character.id.clone(), called: called(&character.name), seen: seen.join(", "), his }
    }
}

/// The first name, where the first word is one.
fn called(name: &str) -> String {
    const TITLES: [&str; 16] = [
        "the",
        "a",
        "an",
        "dr",
        "mr",
        "mrs",
        "ms",
        "captain",
        "unit",
        "old",
        "sir",
        "lady",
        "king",
        "queen",
        "professor",
        "inner",
    ];
    let name = shorten(&name.split_whitespace().collect::<Vec<_>>().join(" "), 40);
    let first = name.split(' ').next().unwrap_or_default();
    let title = TITLES.contains(&first.trim_end_matches('.').to_lowercase().as_str());
    if title || first.chars().count() < 2 { capitalized(&name) } else { first.to_owned() }
}
