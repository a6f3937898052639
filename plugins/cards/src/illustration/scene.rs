//! Reads a subject: where it is, when, under which weather, and what stands there.

use kinora_sdk::documents::Drawing;

use super::light::Light;
use crate::{
    paint::{Color, rgb},
    random::{Random, hash},
    words::{Meaning, Place, Thing, Time, Weather, read as read_words},
};

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The setting.
    pub place: Place,
    /// Other places that were named: mountains behind a lake.
    pub also: Vec<Place>,
    /// The hour.
    pub time: Time,
    /// None: clear.
    pub weather: Option<Weather>,
    /// What stands in it, the first named first, each with its colour if one was named.
    pub things: Vec<(Thing, Option<Color>)>,
    /// The colours of the hour.
    pub light: Light,
    /// On which side the hero stands: -1.0 left, 1.0 right. The sun is on the other.
    pub side: f32,
    /// A number made of the words, for choices nobody named.
    pub hash: u64,
}

/// A scene has so many things at most.
const MOST: usize = 5;

/// The places of subjects nobody has words for.
const ANYWHERE: [Place; 8] = [
    Place::Hills,
    Place::Mountains,
    Place::Sea,
    Place::Lake,
    Place::Forest,
    Place::Desert,
    Place::Village,
    Place::River,
];

impl Scene {
    /// A place was named, first or not.
    pub fn at(&self, place: Place) -> bool {
        self.place == place || self.also.contains(&place)
    }

    /// A thing was named.
    pub fn has(&self, thing: Thing) -> bool {
        self.things.iter().any(|(other, _)| *other == thing)
    }

    /// From 0 up to, not including, `count`: a choice that nobody named, made by the words. The remainder is taken
    /// before the number is shortened: a `usize` has 32 bits in a component and 64 in a native build.
    pub fn choice(&self, shift: u32, count: usize) -> usize {
        ((self.hash >> shift) % count.max(1) as u64) as usize
    }

    /// A colour for a thing: the one named, or one that goes with most.
    pub fn tone(&self, color: Option<Color>, index: usize) -> Color {
        const TONES: [u32; 8] =
            [0xd2_4d3f, 0xe8_a13c, 0x2f_7f86, 0x3f_64a8, 0xc8_5d7c, 0x4f_8a5a, 0x7a_5aa6, 0xe0_6f4a];
        color.unwrap_or_else(|| rgb(TONES[(self.choice(7, TONES.len()) + index * 3) % TONES.len()]))
    }
}

/// Reads a drawing's words.
pub fn read(drawing: &Drawing, random: &mut Random) -> Scene {
    let subject = if drawing.subject.trim().is_empty() { &drawing.title } else { &drawing.subject };
    let hash = hash(&subject.to_lowercase());
    let (mut places, mut times, mut weathers) = (Vec::new(), Vec::new(), Vec::new());
    let mut things: Vec<(Thing, Option<Color>)> = Vec::new();
    let (mut product, mut color, mut not) = (false, None, false);
    for meaning in read_words(subject) {
        if std::mem::take(&mut not) && !matches!(meaning, Meaning::Not) {
            continue;
        }
        match meaning {
            Meaning::Place(place) if !places.contains(&place) => places.push(place),
            Meaning::Time(time) => times.push(time),
            Meaning::Weather(weather) => weathers.push(weather),
            Meaning::Thing(thing) if !things.iter().any(|(other, _)| *other == thing) => {
                things.push((thing, color.take()))
            }
            Meaning::Color(named) => color = Some(named),
            Meaning::Product => product = true,
            Meaning::Not => not = true,
            Meaning::Place(_) | Meaning::Thing(_) => {}
        }
    }
    let mood = format!("{} {}", drawing.mood, drawing.style);
    for meaning in read_words(&mood) {
        match meaning {
            Meaning::Time(time) => times.push(time),
            Meaning::Weather(weather) => weathers.push(weather),
            _ => {}
        }
    }
    if times.is_empty() && things.iter().any(|(thing, _)| matches!(thing, Thing::Stars | Thing::Moon | Thing::Campfire))
    {
        // What is seen by night alone says when it is.
        times.push(Time::Night);
    }
    let mut place = setting(&places, &things, product, hash);
    let runs = things.iter().any(|(thing, _)| matches!(thing, Thing::Train | Thing::Car));
    if runs && matches!(place, Place::Hills | Place::Mountains | Place::Forest | Place::Village | Place::Snow) {
        // A train or a car is seen on its way; where it passes stays in `also`.
        place = Place::Road;
    }
    if place != Place::Studio && place != Place::Room {
        // Where a boat is named twice over ("fishing boats"), the fishing boat is meant; a sailing boat is one boat.
        if things.iter().any(|(thing, _)| matches!(thing, Thing::Sailboat | Thing::Ship)) {
            things.retain(|(thing, _)| *thing != Thing::FishingBoat);
        }
    }
    if things.iter().any(|(thing, _)| *thing == Thing::OldMan) {
        things.retain(|(thing, _)| *thing != Thing::Person);
    }
    things.truncate(MOST);
    let weather =
        weathers.first().copied().or((place == Place::Snow && random.chance(0.5)).then_some(Weather::Snowfall));
    let time = hour(&times, &mood.to_lowercase(), place, hash, random);
    let also = places.into_iter().filter(|other| *other != place).collect();
    Scene { place, also, time, weather, things, light: Light::of(time, weather, place), side: random.sign(), hash }
}

/// The setting: the place that leaves the least doubt, or the one that things belong to.
fn setting(places: &[Place], things: &[(Thing, Option<Color>)], product: bool, hash: u64) -> Place {
    use Thing as T;
    let has = |any: &[Thing]| things.iter().any(|(thing, _)| any.contains(thing));
    let goods = [T::Phone, T::Laptop, T::Headphones, T::Watch, T::Bottle, T::Bag, T::Box];
    if places.contains(&Place::Mars) {
        return Place::Mars;
    }
    if has(&goods) && (product || places.is_empty()) {
        return Place::Studio;
    }
    // A window or a table is inside even where a garden is seen through it.
    for place in [Place::Underwater, Place::Space, Place::Room, Place::Harbour] {
        if places.contains(&place) {
            return place;
        }
    }
    // Snow on mountains is mountains; a bridge needs its river.
    if let Some(place) = places.iter().find(|place| !matches!(place, Place::Snow | Place::Road)) {
        let other = places.iter().find(|other| matches!(other, Place::Lake | Place::Sea));
        return match (place, other) {
            (Place::Hills | Place::Village | Place::Mountains | Place::Forest, Some(water)) => *water,
            _ => *place,
        };
    }
    if let Some(place) = places.first() {
        return *place;
    }
    if product {
        return Place::Studio;
    }
    let implied: [(&[Thing], Place); 9] = [
        (&[T::Whale, T::Fish], Place::Underwater),
        (&[T::Lighthouse, T::Sailboat, T::FishingBoat, T::Ship], Place::Sea),
        (&[T::Rocket, T::Planet, T::Astronaut], Place::Space),
        (&[T::Cup, T::Book, T::Letter, T::Lamp, T::Clock], Place::Room),
        (&[T::Bridge], Place::River),
        (&[T::Train, T::Car, T::Bicycle], Place::Road),
        (&[T::Flowers], Place::Garden),
        (&[T::Umbrella], Place::City),
        (
            &[
                T::Kite,
                T::Balloon,
                T::Windmill,
                T::Tree,
                T::House,
                T::Dog,
                T::Horse,
                T::Child,
                T::Family,
                T::Castle,
                T::Tent,
                T::Campfire,
            ],
            Place::Hills,
        ),
    ];
    for (any, place) in implied {
        if has(any) {
            return place;
        }
    }
    if has(&[T::Cat]) {
        return Place::Room;
    }
    ANYWHERE[(hash % ANYWHERE.len() as u64) as usize]
}

fn hour(times: &[Time], mood: &str, place: Place, hash: u64, random: &mut Random) -> Time {
    let chance = random.below(3);
    // "The night before the sunrise": night is the stronger word.
    if times.contains(&Time::Night) {
        return Time::Night;
    }
    if let Some(time) = times.first() {
        return *time;
    }
    let choices: &[Time] =
        if ["dark", "tense", "ominous", "myster", "suspens", "noir"].iter().any(|word| mood.contains(word)) {
            &[Time::Night, Time::Dusk, Time::Night]
        } else if ["hope", "uplift", "optimis", "inspir"].iter().any(|word| mood.contains(word)) {
            &[Time::Dawn, Time::Morning, Time::Dawn]
        } else if ["melanch", "sad", "lonel", "wistful", "nostalg", "romantic"].iter().any(|word| mood.contains(word)) {
            &[Time::Dusk, Time::Sunset, Time::Dusk]
        } else if ["energ", "playful", "fun", "happy", "joy", "cheer"].iter().any(|word| mood.contains(word)) {
            &[Time::Day, Time::Morning, Time::Afternoon]
        } else {
            match place {
                Place::City => &[Time::Dusk, Time::Sunset, Time::Night],
                Place::Room => &[Time::Morning, Time::Afternoon, Time::Morning],
                Place::Garden | Place::Forest | Place::Village => &[Time::Morning, Time::Day, Time::Afternoon],
                _ => &[Time::Dawn, Time::Morning, Time::Day, Time::Afternoon, Time::Sunset],
            }
        };
    choices[((hash / 11 + chance as u64) % choices.len() as u64) as usize]
}
