//! The colours of an hour: sky, haze, and what light does to things.

use crate::{
    paint::{Color, rgb},
    words::{Place, Time, Weather},
};

/// The colours of an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Light {
    /// From the zenith to the horizon.
    pub sky: [Color; 4],
    /// Sun or moon.
    pub disc: Color,
    /// Around it.
    pub halo: Color,
    /// What far things fade into.
    pub haze: Color,
    /// What things are multiplied by.
    pub tint: Color,
    /// The lit side of clouds.
    pub cloud: Color,
    /// Lamps are on.
    pub lamps: bool,
    /// How many stars are seen, from 0.0 to 1.0.
    pub stars: f32,
    /// How high the disc stands over the horizon, in heights of the sky; below 0.0: hidden.
    pub altitude: f32,
    /// The disc is the moon.
    pub moon: bool,
}

#[allow(clippy::too_many_arguments)]
const fn light(
    sky: [u32; 4],
    disc: u32,
    halo: u32,
    haze: u32,
    tint: u32,
    cloud: u32,
    lamps: bool,
    stars: f32,
    altitude: f32,
    moon: bool,
) -> Light {
    Light {
        sky: [rgb(sky[0]), rgb(sky[1]), rgb(sky[2]), rgb(sky[3])],
        disc: rgb(disc),
        halo: rgb(halo),
        haze: rgb(haze),
        tint: rgb(tint),
        cloud: rgb(cloud),
        lamps,
        stars,
        altitude,
        moon,
    }
}

const DAWN: Light = light(
    [0x44538c, 0x9a83b4, 0xf0a594, 0xffdca6],
    0xfff4d2,
    0xffcf8e,
    0xf2b8a0,
    0xdfc4c6,
    0xffd9c4,
    false,
    0.08,
    0.12,
    false,
);
const MORNING: Light = light(
    [0x5aa6d6, 0x8fc8e2, 0xcbe6ea, 0xfdf1d8],
    0xfffbe8,
    0xfff0c0,
    0xdce9e6,
    0xfffaee,
    0xffffff,
    false,
    0.0,
    0.46,
    false,
);
const DAY: Light = light(
    [0x3a8dd2, 0x6cb4e8, 0xa9d7f3, 0xe2f3f8],
    0xfffdf0,
    0xfff4cc,
    0xcbe4f0,
    0xffffff,
    0xffffff,
    false,
    0.0,
    0.72,
    false,
);
const AFTERNOON: Light = light(
    [0x5089b4, 0x9dbdc0, 0xf0d9a6, 0xffe4b0],
    0xfff8dc,
    0xffe09a,
    0xf1d8ae,
    0xffeed0,
    0xfff1d8,
    false,
    0.0,
    0.34,
    false,
);
const SUNSET: Light = light(
    [0x2f2c60, 0x80407c, 0xe86a60, 0xffb962],
    0xfff0c0,
    0xffa860,
    0xe48a70,
    0xc89a9e,
    0xff9f7c,
    true,
    0.06,
    0.13,
    false,
);
const DUSK: Light = light(
    [0x1b2452, 0x42427f, 0x8d5f96, 0xeaa08e],
    0xfff2dc,
    0xf3b09a,
    0x7d6899,
    0x9186b4,
    0xb182a4,
    true,
    0.4,
    0.62,
    true,
);
const NIGHT: Light = light(
    [0x070d26, 0x101e47, 0x1f3868, 0x3c5f90],
    0xfdf6e0,
    0x9fc0f0,
    0x30507f,
    0x5b6c9c,
    0x4a6494,
    true,
    1.0,
    0.68,
    true,
);
const STORM: Light = light(
    [0x2b3644, 0x465463, 0x6e7f88, 0xa5b0b0],
    0xe8eef0,
    0xb8c6cc,
    0x7f8f96,
    0x8d99a4,
    0x8796a0,
    true,
    0.0,
    -1.0,
    false,
);
const STORM_NIGHT: Light = light(
    [0x0a101d, 0x152133, 0x27394e, 0x4a6072],
    0xd8e4ec,
    0x86a0b4,
    0x3a4f63,
    0x55667e,
    0x45586c,
    true,
    0.0,
    -1.0,
    true,
);
const RAIN: Light = light(
    [0x566778, 0x7b8c9a, 0xa3b1b8, 0xcdd4d2],
    0xf4f6f4,
    0xdfe6e6,
    0xa9b7bd,
    0xb4bec6,
    0xc2ccd0,
    true,
    0.0,
    -1.0,
    false,
);
const WINTER: Light = light(
    [0x86a9cc, 0xb3cde0, 0xdbe7ee, 0xfbf1ea],
    0xffffff,
    0xfff6e4,
    0xdde8ef,
    0xf0f4fa,
    0xffffff,
    false,
    0.0,
    0.4,
    false,
);
const MARS: Light = light(
    [0x8a4630, 0xbf7150, 0xe3a878, 0xf6d6a8],
    0xfff8ea,
    0xffe6c0,
    0xe0a478,
    0xfff0e0,
    0xf0c49a,
    false,
    0.05,
    0.5,
    false,
);
const MARS_NIGHT: Light = light(
    [0x120c22, 0x2a1830, 0x5a2f3c, 0x9a5a4c],
    0xfdf0e0,
    0xe0a890,
    0x6a3a40,
    0x907880,
    0x7a4a50,
    true,
    1.0,
    0.6,
    true,
);
const FOREST: Light = light(
    [0x5f9a8c, 0x9cc4a2, 0xd6e2b4, 0xf8f0c4],
    0xfffbe0,
    0xfff2b4,
    0xcfe0b8,
    0xf4fae0,
    0xffffff,
    false,
    0.0,
    0.5,
    false,
);
const DESERT: Light = light(
    [0x3f93c8, 0x8dc1d4, 0xf0dcb4, 0xfbe2b0],
    0xfffdf0,
    0xfff0c0,
    0xf0d6ac,
    0xfff6e4,
    0xffffff,
    false,
    0.0,
    0.6,
    false,
);

impl Light {
    /// The colours of an hour in a place under a weather.
    pub fn of(time: Time, weather: Option<Weather>, place: Place) -> Light {
        let dark = matches!(time, Time::Night | Time::Dusk);
        match (weather, place) {
            (_, Place::Mars) => {
                return if time == Time::Night { MARS_NIGHT } else { MARS };
            }
            (Some(Weather::Storm), _) => return if dark { STORM_NIGHT } else { STORM },
            (Some(Weather::Rain), _) if !dark => return RAIN,
            (Some(Weather::Snowfall), _) if matches!(time, Time::Day | Time::Morning | Time::Afternoon) => {
                return WINTER;
            }
            _ => {}
        }
        let mut light = match (time, place) {
            (Time::Dawn, _) => DAWN,
            (Time::Morning | Time::Day, Place::Snow) => WINTER,
            (Time::Morning | Time::Day, Place::Forest) => FOREST,
            (Time::Day, Place::Desert) => DESERT,
            (Time::Morning, _) => MORNING,
            (Time::Day, _) => DAY,
            (Time::Afternoon, _) => AFTERNOON,
            (Time::Sunset, _) => SUNSET,
            (Time::Dusk, _) => DUSK,
            (Time::Night, _) => NIGHT,
        };
        if matches!(weather, Some(Weather::Rain | Weather::Snowfall)) {
            // A wet night has no stars and a paler horizon.
            light.stars = 0.0;
            light.altitude = -1.0;
        }
        if weather == Some(Weather::Fog) {
            light.sky = light.sky.map(|color| color.mix(light.haze, 0.55));
            light.stars *= 0.2;
        }
        light
    }

    /// It is neither day nor bright weather.
    pub fn is_dark(&self) -> bool {
        self.tint.brightness() < 0.5
    }
}
