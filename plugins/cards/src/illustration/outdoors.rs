//! Scenes under a sky: builds the ground of a place and says where things can stand on it.

use super::{cast, city, country, land, scene::Scene, shores, sky, weather, wilds};
use crate::{
    paint::{Color, WHITE, down, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Stage},
    things::plant,
    words::{Place, Thing, Weather},
};

/// Where things can stand.
pub struct Spots {
    /// Pixels from the top.
    pub horizon: f32,
    /// The line people and houses stand on, across the picture.
    pub ground: Option<Vec<Point>>,
    /// One place on land, where there is no other (a headland).
    pub rock: Option<(f32, f32)>,
    /// From the horizon to the nearest shore.
    pub water: Option<(f32, f32)>,
    /// A road or a line of rails: y.
    pub road: Option<f32>,
    /// How large things are; 1.0 is usual.
    pub scale: f32,
}

/// Grass in plain light.
pub(super) const GRASS: Color = rgb(0x77_9f56);

/// A scene under a sky.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    stage.tint = scene.light.tint;
    stage.haze = scene.light.haze;
    let horizon = stage.h
        * match scene.place {
            Place::Sea | Place::Harbour => 0.58,
            Place::Lake => 0.55,
            Place::City => 0.66,
            Place::Mountains => 0.6,
            _ => 0.57,
        };
    sky::draw(stage, scene, horizon);
    let mut spots = Spots { horizon, ground: None, rock: None, water: None, road: None, scale: 1.0 };
    match scene.place {
        Place::Sea | Place::Harbour => shores::sea(stage, scene, &mut spots),
        Place::Lake => shores::lake(stage, scene, &mut spots),
        Place::River => shores::river(stage, scene, &mut spots),
        Place::Mountains => wilds::mountains(stage, scene, &mut spots),
        Place::Forest => wilds::forest(stage, scene, &mut spots),
        Place::City => town(stage, scene, &mut spots),
        Place::Desert => wilds::desert(stage, scene, &mut spots),
        Place::Snow => wilds::snow(stage, scene, &mut spots),
        Place::Mars => wilds::mars(stage, scene, &mut spots),
        Place::Road => country::road(stage, scene, &mut spots),
        _ => country::hills(stage, scene, &mut spots),
    }
    verdure(stage, scene, &spots);
    cast::play(stage, scene, &spots);
    foreground(stage, scene, &spots);
    weather::draw(stage, scene);
    if scene.weather == Some(Weather::Storm) {
        let (w, h) = (stage.w, stage.h);
        lightning(stage, w, h);
    }
}

/// A far flash that is seen for a moment, in clips alone.
fn lightning(stage: &mut Stage, w: f32, h: f32) {
    if !stage.moves() {
        return;
    }
    let first = stage.layers();
    stage.raw(Path::rect(-2.0, -2.0, w + 4.0, h * 0.6), down(0.0, h * 0.6, &[WHITE.alpha(0.5), WHITE.alpha(0.0)]));
    let frames = stage.frames as f32;
    let at = frames * stage.random.range(0.35, 0.7);
    let f = frames / stage.seconds.max(0.001) / 30.0;
    let keys = [(at, 0.0), (at + 2.0 * f, 0.8), (at + 5.0 * f, 0.1), (at + 7.0 * f, 0.55), (at + 16.0 * f, 0.0)];
    stage.animate(first, vec![crate::stage::track(kinora_sdk::documents::Property::Opacity, &keys)]);
}

fn town(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let street = spots.horizon + stage.h * 0.02;
    city::skyline(stage, scene, street);
    city::street(stage, scene, street);
    let y = street + (stage.h * 0.1).min(stage.u * 0.13);
    spots.ground = Some(vec![(-stage.w, y), (stage.w * 2.0, y)]);
    spots.road = Some(y);
    spots.scale = 1.05;
}

/// Snow lies on everything.
pub(super) fn is_winter(scene: &Scene) -> bool {
    scene.weather == Some(Weather::Snowfall) || scene.at(Place::Snow)
}

/// Green by summer, white by winter.
pub(super) fn turf(scene: &Scene, green: Color) -> Color {
    if is_winter(scene) { rgb(0xee_f2f8).mix(green, 0.06) } else { green }
}

/// Grass along the line that people stand on.
fn verdure(stage: &mut Stage, scene: &Scene, spots: &Spots) {
    let green = matches!(scene.place, Place::Hills | Place::Garden | Place::Village | Place::Mountains | Place::Forest);
    if let (true, false, Some(line)) = (green, is_winter(scene), &spots.ground) {
        land::grass(stage, line, GRASS.darker(0.05), 0.026, 1.0);
    }
}

/// What is nearest: grass, flowers, stones; calm, for words may lie on it.
fn foreground(stage: &mut Stage, scene: &Scene, spots: &Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let Some(line) = &spots.ground else { return };
    let winter = is_winter(scene);
    let flowers = scene.at(Place::Garden) || scene.has(Thing::Flowers);
    let sprinkled = matches!(scene.place, Place::Hills | Place::Village) && !winter && !scene.light.is_dark();
    if flowers || sprinkled {
        let count = if flowers { (15.0 * (w / u).min(1.8)) as usize } else { 12 };
        let leaf = rgb(0x4f_8a4a);
        const TONES: [u32; 6] = [0xe8_5d6c, 0xf6_b13f, 0xf4_f0ea, 0xb07_cd0, 0xf2_8fae, 0xff_d964];
        let mut places: Vec<(f32, f32)> =
            (0..count).map(|_| (stage.random.range(-0.01, 1.01), stage.random.unit())).collect();
        places.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (part, near) in places {
            let x = w * part;
            let base = land::height_at(line, x);
            let y = base + u * 0.03 + (h * 0.99 - base) * near * 0.75;
            let k = u * if flowers { 0.0013 + 0.0012 * near } else { 0.0006 + 0.0005 * near };
            let tone = rgb(stage.random.pick(&TONES));
            let variant = stage.random.below(3);
            let motion = Motion {
                sway: (stage.random.range(1.5, 3.5), stage.random.range(2.4, 4.0)),
                phase: stage.random.unit(),
                ..Motion::default()
            };
            stage.put(&plant::flower(tone, leaf, variant), Pose::at(x, y, k).motion(motion));
        }
    }
    // The bottom grows darker, so that words stay readable.
    let shade = scene.light.sky[0].darker(0.6);
    stage.raw(
        Path::rect(-2.0, h * 0.74, w + 4.0, h * 0.26 + 2.0),
        down(h * 0.74, h, &[shade.alpha(0.0), shade.alpha(0.4)]),
    );
}
