//! The characters of a tale: those that are made up for it, and how any roster, made up here or brought along, is read.

use kinora_sdk::documents::{StoryCharacter, StoryKind};
use serde_json::{Map, Value, json};

use crate::english::{bare, capitalized, shorten};
use crate::heroes::{self, Being, Hero};
use crate::reading::{Noun, Reading};
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
const DENTS: &[&str] =
    &["a dent on the left side, painted over in red", "a number scratched off", "one part of a newer, whiter white"];
const SPOTS: &[&str] = &["a white patch over one eye", "a notch in one ear", "one pale foot"];
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

/// Makes up three characters: whom the tale follows, who stands by, who doubts. In a movie or a story they are those that
/// the idea speaks of, as far as it does.
pub(super) fn invent(kind: StoryKind, reading: &Reading, dice: &mut Dice) -> Vec<StoryCharacter> {
    let plotted = matches!(kind, StoryKind::Movie | StoryKind::Story);
    let parts = match kind {
        StoryKind::Movie | StoryKind::Story => [HERO, FRIEND, RIVAL],
        StoryKind::Meme => [TELLER, ADVISER, VOICE],
        StoryKind::FreeContent => [HOST, GUEST, SCEPTIC],
    };
    let mut casting = Casting { dice, plotted, families: FAMILIES.to_vec(), looks: Vec::new(), names: Vec::new() };
    let (noun, hero) = &reading.hero;
    let told = plotted && reading.named_hero;
    let lead = told.then(|| Role { noun: role(reading), hero });
    let called = (told && noun.bare.starts_with(char::is_uppercase)).then(|| noun.bare.clone());
    let main = casting.play(1, lead, called, parts[0]);
    // "A fox and a hen": the hen comes along. Of several sisters it is another one, who is called as they are.
    let other = noun.first.split_once(" and ").filter(|_| told).and_then(|(_, other)| Role::named(other));
    let kin = gender_of(&noun.bare).filter(|_| told && noun.plural && other.is_none());
    let sister = kin.and_then(|woman| {
        let (first, family) = main.name.split_once(' ')?;
        Some(format!("{} {family}", pick(&names(woman, &[first.to_owned()]), casting.dice)))
    });
    let friend = casting.play(2, other, sister, parts[1]);
    let against = reading.props.iter().find_map(|prop| Role::named(prop)).filter(|_| told);
    let voice = (kind == StoryKind::Meme).then(|| "Inner Voice".to_owned());
    let mut rival = casting.play(3, against, voice, parts[2]);
    if kind == StoryKind::Meme {
        let gender = main.physical_appearance.as_ref().and_then(|looks| looks.get("gender"));
        let looks = json!({"kind": "the same face, seen in a mirror at night", "clothing": "a blue dressing gown",
            "gender": gender});
        rival.physical_appearance = looks.as_object().cloned();
    }
    vec![main, friend, rival]
}

/// Who the hero is, to stand after a name: "a lighthouse keeper", "one of the time travelers".
pub(super) fn role(reading: &Reading) -> String {
    let noun = &reading.hero.0;
    match noun.first.split_once(" and ") {
        Some((one, _)) => one.to_owned(),
        None if noun.plural => format!("one of {}", noun.the),
        None => noun.first.clone(),
    }
}

/// What a character is, where the idea says so.
struct Role<'h> {
    /// "a hen".
    noun: String,
    hero: &'h Hero,
}

impl Role<'_> {
    fn named(noun: &str) -> Option<Role<'static>> {
        let hero = heroes::by_word(&bare(noun.rsplit(' ').next()?))?;
        Some(Role { noun: Noun::new(noun).first, hero })
    }

    fn says(&self, words: &[&str]) -> bool {
        self.noun.to_lowercase().split(' ').any(|word| words.contains(&word))
    }
}

/// Makes up one character after the other, so that no two look alike or are called alike.
struct Casting<'d> {
    dice: &'d mut Dice,
    /// Whether the characters have family names.
    plotted: bool,
    families: Vec<&'static str>,
    looks: Vec<&'static str>,
    names: Vec<String>,
}

impl Casting<'_> {
    fn play(&mut self, number: u32, role: Option<Role>, called: Option<String>, part: Part) -> StoryCharacter {
        let being = role.as_ref().map_or(Being::Person, |role| role.hero.being);
        let woman = role.as_ref().and_then(|role| gender_of(&role.noun)).unwrap_or_else(|| self.dice.below(2) == 0);
        let woman = called.as_ref().and_then(|name| gender_of_name(name)).unwrap_or(woman);
        let name = match being {
            _ if called.is_some() => called.unwrap_or_default(),
            Being::Person => {
                let first = pick(&names(woman, &self.names), self.dice);
                match self.plotted {
                    true => format!("{first} {}", self.families.swap_remove(self.dice.below(self.families.len()))),
                    false => first.to_owned(),
                }
            }
            Being::Machine => self.other(MACHINES),
            Being::Creature => self.other(CREATURES),
        };
        self.names.push(name.split(' ').next().unwrap_or_default().to_owned());
        let mut looks = self.person(woman);
        if let Some(role) = role {
            let mark = match being {
                Being::Person => None,
                Being::Machine => Some(self.other(DENTS)),
                Being::Creature => Some(self.other(SPOTS)),
            };
            dress(&mut looks, &role, &name, mark);
        }
        self.character(number, name, looks, part)
    }

    /// Looks that share nothing with those before.
    fn person(&mut self, woman: bool) -> Map<String, Value> {
        let age = 24 + 7 * self.names.len() + 3 * self.dice.below(9);
        let looks = [
            ("age", age.to_string()),
            ("gender", if woman { "woman" } else { "man" }.to_owned()),
            ("build", self.other(BUILDS)),
            ("hair", self.other(HAIR)),
            ("eyes", self.other(EYES)),
            ("clothing", self.other(CLOTHES)),
            ("distinctive_features", self.other(MARKS)),
        ];
        looks.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
    }

    fn other(&mut self, list: &[&'static str]) -> String {
        let free: Vec<&'static str> = list.iter().copied().filter(|look| !self.looks.contains(look)).collect();
        let look = free[self.dice.below(free.len())];
        self.looks.push(look);
        look.to_owned()
    }

    fn character(&mut self, number: u32, name: String, looks: Map<String, Value>, part: Part) -> StoryCharacter {
        let (traits, motivation, flaw) = part;
        let object = |value: Value| value.as_object().cloned();
        let voice = json!({"pitch": pick(PITCHES, self.dice), "pace": pick(PACES, self.dice),
            "tone": pick(TONES, self.dice), "accent": "none"});
        StoryCharacter {
            id: format!("char_{number:03}"),
            name,
            physical_appearance: Some(looks),
            personality: object(json!({"traits": traits, "motivation": motivation, "flaw": flaw})),
            voice_characteristics: object(voice),
            more: Map::new(),
        }
    }
}

/// Changes looks to those of a role. Who is no person has a mark and nothing of a person's looks.
fn dress(looks: &mut Map<String, Value>, role: &Role, name: &str, mark: Option<String>) {
    let mut set = |field: &str, look: &str| looks.insert(field.to_owned(), json!(look));
    set("clothing", role.hero.look);
    if role.says(&["old", "elderly", "grandmother", "grandfather", "grandma", "grandpa", "granny"]) {
        set("age", "72");
        set("hair", "white hair");
    } else if role.says(&["girl", "boy", "child", "kid", "schoolgirl", "schoolboy", "children", "kids"]) {
        set("age", "9");
        set("build", "small and quick");
    }
    match mark {
        None if role.noun.contains(name) => {}
        None => {
            set("role", &role.noun);
        }
        Some(mark) => {
            set("distinctive_features", &mark);
            set("kind", &role.noun);
            looks.retain(|field, _| ["clothing", "distinctive_features", "kind"].contains(&field.as_str()));
        }
    }
}

/// First names that nobody has yet.
fn names(woman: bool, taken: &[String]) -> Vec<&'static str> {
    let names = if woman { WOMEN } else { MEN };
    names.iter().copied().filter(|name| !taken.iter().any(|other| other == name)).collect()
}

/// Whether a made-up name is a woman's or a man's.
fn gender_of_name(name: &str) -> Option<bool> {
    let first = name.split(' ').next().unwrap_or_default();
    if WOMEN.contains(&first) { Some(true) } else { MEN.contains(&first).then_some(false) }
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
