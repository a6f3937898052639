//! Light and weather: how the hours of a film follow each other, so that its scenes look different and its day does
//! not run backwards.

use Hour::{Afternoon, Blue, Dawn, Dusk, Morning, Night, Noon, Sunset};

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hour {
    /// The hour before dawn.
    Blue,
    /// Sunrise.
    Dawn,
    /// Morning.
    Morning,
    /// Noon.
    Noon,
    /// Afternoon.
    Afternoon,
    /// Sunset.
    Sunset,
    /// Dusk.
    Dusk,
    /// Night.
    Night,
}

impl Hour {
    /// The hour a word names.
    pub fn named(word: &str) -> Option<Hour> {
        Some(match word {
            "dawn" | "sunrise" | "daybreak" => Dawn,
            "morning" | "breakfast" => Morning,
            "noon" | "midday" | "lunch" => Noon,
            "afternoon" => Afternoon,
            "sunset" | "evening" | "sundown" => Sunset,
            "dusk" | "twilight" | "nightfall" => Dusk,
            "night" | "midnight" | "nights" | "moonlight" | "dark" | "darkness" | "nocturnal" => Night,
            _ => return None,
        })
    }

    /// As an adverb: "at dawn".
    pub fn adverb(self) -> &'static str {
        match self {
            Blue => "just before dawn",
            Dawn => "at dawn",
            Morning => "in the morning",
            Noon => "at noon",
            Afternoon => "in the late afternoon",
            Sunset => "at sunset",
            Dusk => "at dusk",
            Night => "at night",
        }
    }

    /// As the first word of a director's note: "Dusk".
    pub fn slug(self) -> &'static str {
        match self {
            Blue => "Before dawn",
            Dawn => "Dawn",
            Morning => "Morning",
            Noon => "Noon",
            Afternoon => "Late afternoon",
            Sunset => "Sunset",
            Dusk => "Dusk",
            Night => "Night",
        }
    }

    /// The light, for a picture, without naming the hour; two of them, so that two scenes of one hour still differ.
    pub fn light(self, second: bool) -> &'static str {
        match (self, second) {
            (Blue, false) => "cold blue air, one warm light",
            (Blue, true) => "the last stars, a thin pale line on the horizon",
            (Dawn, false) => "first light low and pink along the horizon",
            (Dawn, true) => "the sun just over the edge, long soft shadows",
            (Morning, false) => "clear light from the side",
            (Morning, true) => "fresh, bright air",
            (Noon, false) => "high white sun, short shadows",
            (Noon, true) => "full light, hard clear edges",
            (Afternoon, false) => "warm light, shadows growing",
            (Afternoon, true) => "warm light slanting through dust",
            (Sunset, false) => "warm backlight, long shadows",
            (Sunset, true) => "a burning sky, silhouettes",
            (Dusk, false) => "deep blue air, the first lights coming on",
            (Dusk, true) => "a violet sky, the last glow going",
            (Night, false) => "moonlight, pools of warm light",
            (Night, true) => "stars, one single source of light",
        }
    }
}

/// The hours of a film of `count` scenes. `named` is the hour that the prompt speaks of.
pub fn course(named: Option<Hour>, count: usize, variant: usize) -> Vec<Hour> {
    let path: &[Hour] = match named {
        Some(Blue | Dawn) => &[Blue, Dawn, Dawn, Morning],
        Some(Morning) => &[Dawn, Morning, Morning, Noon],
        Some(Noon) => &[Morning, Noon, Noon, Afternoon],
        Some(Afternoon) => &[Noon, Afternoon, Afternoon, Sunset],
        Some(Sunset) => &[Afternoon, Sunset, Sunset, Dusk],
        Some(Dusk) => &[Sunset, Dusk, Dusk, Night],
        Some(Night) => &[Dusk, Night, Night, Dawn],
        None if variant.is_multiple_of(2) => &[Dawn, Morning, Noon, Afternoon, Sunset, Dusk],
        None => &[Morning, Afternoon, Sunset, Dusk, Night, Dawn],
    };
    if count == 1 {
        return vec![named.unwrap_or(path[path.len() / 2])];
    }
    if let (2, Some(named)) = (count, named) {
        return vec![named, path[path.len() - 1]];
    }
    (0..count).map(|index| path[(index * (path.len() - 1) + (count - 1) / 2) / (count - 1)]).collect()
}

/// A weather that the prompt speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather {
    /// While it gathers, at its height, and after it: for pictures.
    pub phases: [&'static str; 3],
}

/// The weather a word names.
pub fn weather(word: &str) -> Option<Weather> {
    let phases = match word {
        "storm" | "stormy" | "hurricane" | "tempest" | "thunder" | "lightning" | "typhoon" => [
            "heavy clouds building",
            "storm, rain driven sideways, lightning far off",
            "the air washed clean, the clouds tearing open",
        ],
        "rain" | "rainy" | "raining" | "monsoon" => {
            ["heavy grey clouds", "rain, wet reflections", "everything shining, the clouds gone"]
        }
        "snow" | "snowy" | "snowfall" | "blizzard" | "snowing" => {
            ["a white sky", "falling snow", "fresh snow on everything"]
        }
        "fog" | "foggy" | "mist" | "misty" => {
            ["a first veil of mist", "dense fog, shapes dissolving", "the air clearing"]
        }
        "wind" | "windy" => ["a rising wind", "strong wind, everything leaning", "the wind dropping"],
        "sun" | "sunny" | "summer" | "heat" => ["clear sky", "bright sun", "a warm, clear sky"],
        _ => return None,
    };
    Some(Weather { phases })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_of_any_length_has_its_hours_and_passes_the_one_that_was_named() {
        for count in 1..=15 {
            for variant in 0..2 {
                assert_eq!(course(None, count, variant).len(), count);
            }
            assert!(course(Some(Night), count, 0).contains(&Night), "{count}");
        }
        assert_eq!(course(Some(Night), 4, 0), [Dusk, Night, Night, Dawn]);
    }
}
