//! Scenes under a sky: builds the ground of a place and says where things can stand on it.

use super::{
    cast, city, land,
    scene::Scene,
    sky, water, weather,
};
use crate::{
    paint::{Color, Fill, WHITE, down, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, build, plant},
    words::{Place, Thing, Time, Weather},
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

const GRASS: Color = rgb(0x77_9f56);

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
        Place::Sea | Place::Harbour => sea(stage, scene, &mut spots),
        Place::Lake => lake(stage, scene, &mut spots),
        Place::River => river(stage, scene, &mut spots),
        Place::Mountains => mountains(stage, scene, &mut spots),
        Place::Forest => forest(stage, scene, &mut spots),
        Place::City => town(stage, scene, &mut spots),
        Place::Desert => desert(stage, scene, &mut spots),
        Place::Snow => snow(stage, scene, &mut spots),
        Place::Mars => mars(stage, scene, &mut spots),
        Place::Road => road(stage, scene, &mut spots),
        _ => hills(stage, scene, &mut spots),
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

fn sea(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let horizon = spots.horizon;
    if scene.at(Place::Mountains) || scene.place == Place::Harbour || scene.hash % 3 == 0 {
        // A far coast on the hero's side.
        let points: Vec<Point> = (0..=14)
            .map(|step| {
                let t = step as f32 / 14.0;
                let x = if scene.side > 0.0 { w * (0.48 + 0.56 * t) } else { w * (0.52 - 0.56 * t) };
                let rise = (t * 2.0).min(1.0);
                (x, horizon - u * (0.004 + rise * 0.06 * stage.random.range(0.6, 1.3)))
            })
            .collect();
        let mut coast = Sprite::new();
        coast.fill(Path::land(&points, horizon + 1.0), down(horizon - u * 0.1, horizon, &[rgb(0x5a_7070), rgb(0x6c_8478)]));
        stage.put(&coast, Pose::at(0.0, 0.0, 1.0).depth(0.52));
        if scene.place == Place::Harbour {
            harbour_houses(stage, scene, horizon);
        }
    }
    water::surface(stage, scene, horizon, h, horizon);
    spots.water = Some((horizon, h * 0.74));
    let x = w * (0.5 + scene.side * if w > h { 0.17 } else { 0.15 });
    if cast::needs_land(scene) {
        let (top, foot) = (horizon + (h * 0.05).max(u * 0.035), horizon + (h * 0.13).max(u * 0.11));
        land::headland(stage, scene, x, top, foot);
        spots.rock = Some((x, top + u * 0.004));
        spots.water = Some((horizon, foot));
    }
}

fn harbour_houses(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let u = stage.u;
    for row in 0..2 {
        let mut x = 0.1;
        while x < 0.56 {
            let look = Look { tone: stage.random.pick(&[rgb(0xb5_5a48), rgb(0x8a_5a5a), rgb(0xa8_6a48), rgb(0x6a_5a6a)]), lamps: scene.light.lamps || scene.time == Time::Dawn, variant: stage.random.below(4) };
            let k = u * stage.random.range(0.0008, 0.0011);
            let at = stage.w * (0.5 + scene.side * x);
            let y = horizon - if row == 0 { u * stage.random.range(0.012, 0.03) } else { -u * 0.001 };
            stage.put(&build::far_house(look), Pose::at(at, y, k).depth(if row == 0 { 0.42 } else { 0.3 }).flip(scene.side < 0.0));
            x += stage.random.range(0.05, 0.1) * u / stage.w;
        }
    }
}

fn lake(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let shore = spots.horizon;
    let snow = matches!(scene.time, Time::Dawn | Time::Morning | Time::Day) || scene.at(Place::Mountains);
    stage.record();
    land::mountains(stage, scene, shore, u * 0.4, rgb(0x6e_7c94), 0.55, snow);
    let line = land::rolling(stage, shore - u * 0.025, u * 0.016, 0.9);
    let banks = vec![(0.62, 0.09), (0.36, 0.065)];
    for (depth, tall) in banks {
        land::pines(stage, &line, u * tall, rgb(0x2f_5a50), depth, 0.8);
    }
    let mut strip = Sprite::new();
    strip.fill(Path::land(&line, shore + 1.0), rgb(0x3a_6250));
    stage.put(&strip, Pose::at(0.0, 0.0, 1.0).depth(0.34));
    // The mirror first, then the water over it.
    let shores = stage.recorded();
    let colors = water::colors(scene, rgb(0x2a_7590));
    stage.raw(Path::rect(-2.0, shore, w + 4.0, h - shore + 2.0), Fill::Linear([0.0, shore], [0.0, h], vec![(0.0, scene.light.sky[3]), (0.35, scene.light.sky[2]), (1.0, scene.light.sky[1])]));
    stage.mirror(shores, shore, 0.72);
    stage.raw(Path::rect(-2.0, shore, w + 4.0, h - shore + 2.0), Fill::Linear([0.0, shore], [0.0, h], vec![(0.0, colors[0].alpha(0.3)), (0.3, colors[1].alpha(0.5)), (1.0, colors[2].alpha(0.96))]));
    water::veil(stage, scene, shore, h);
    spots.water = Some((shore, h * 0.76));
    // A shore to stand on.
    let x = w * (0.5 + scene.side * 0.2);
    let top = h * 0.73;
    let points: Vec<Point> = (0..=12)
        .map(|step| {
            let t = step as f32 / 12.0;
            let px = x + scene.side * (t - 0.36) * w;
            let rise = (t / 0.36).min(1.0);
            (px, top + (1.0 - rise * rise * (3.0 - 2.0 * rise)) * (h - top) * 1.2 - u * 0.02 * (t - 0.4).max(0.0))
        })
        .collect();
    let points = if scene.side < 0.0 { points.into_iter().rev().collect::<Vec<_>>() } else { points };
    land::hill(stage, &points, turf(scene, GRASS.darker(0.12)), 0.0);
    land::grass_on(stage, &points, GRASS.darker(0.2), 0.026);
    spots.ground = Some(points);
}

fn far_hills(stage: &mut Stage, scene: &Scene, spots: &Spots, color: Color) {
    let (h, u) = (stage.h, stage.u);
    if scene.at(Place::Mountains) {
        land::mountains(stage, scene, spots.horizon + u * 0.03, u * 0.36, rgb(0x74_809a), 0.6, true);
    }
    for row in 0..3 {
        let t = row as f32 / 3.0;
        let line = land::rolling(stage, spots.horizon + h * (-0.035 + 0.05 * row as f32), u * (0.028 + 0.012 * t), 0.9 + 0.3 * t);
        land::hill(stage, &line, turf(scene, color.mix(rgb(0x4f_8a70), 0.35 - 0.12 * row as f32)), 0.66 - 0.24 * row as f32);
        let haze = scene.light.haze;
        land::veil(stage, haze, spots.horizon + h * (-0.02 + 0.05 * row as f32), h * 0.06, 0.26 - 0.07 * row as f32);
        if scene.at(Place::Forest) || row == 1 {
            land::pines(stage, &line, u * (0.035 + 0.02 * row as f32), rgb(0x3f_6a50), 0.58 - 0.22 * row as f32, if scene.at(Place::Forest) { 0.8 } else { 0.26 });
        }
    }
}

fn round_trees(stage: &mut Stage, line: &[Point], leaf: Color, (count, size, depth): (usize, f32, f32), scene: &Scene) {
    for index in 0..count {
        let x = stage.w * (index as f32 + stage.random.range(0.05, 0.95)) / count as f32;
        let y = land::height_at(line, x) + stage.u * 0.004;
        let mut random = stage.random.clone();
        stage.random.next();
        let tone = leaf.mix(rgb(0xb0_a848), stage.random.range(0.0, 0.3));
        let k = stage.u * size * stage.random.range(0.7, 1.15);
        stage.put(&plant::tree(&mut random, tone), Pose::at(x, y, k).depth(depth).flip(scene.side < 0.0));
    }
}

fn hills(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (h, u) = (stage.h, stage.u);
    let autumn = scene.time == Time::Afternoon || scene.time == Time::Sunset;
    let leaf = if autumn { rgb(0xc0_8a44) } else { rgb(0x5b_944e) };
    far_hills(stage, scene, spots, GRASS);
    let line = land::rolling(stage, h * 0.675, u * 0.022, 1.5);
    if !is_winter(scene) {
        let trees = if scene.place == Place::Garden { 5 } else { 4 };
        round_trees(stage, &line, leaf, (trees, 0.0011, 0.24), scene);
    }
    land::hill(stage, &line, turf(scene, GRASS.mix(rgb(0x8f_b35a), 0.3)), 0.12);
    if scene.at(Place::Village) {
        village(stage, scene, &line);
    }
    if scene.place == Place::Garden {
        hedge(stage, &line, leaf);
    }
    let near = land::rolling(stage, h * 0.735, u * 0.02, 1.9);
    land::hill(stage, &near, turf(scene, GRASS), 0.0);
    spots.ground = Some(near);
}

fn hedge(stage: &mut Stage, line: &[Point], leaf: Color) {
    let u = stage.u;
    let mut path = Path::default();
    let mut x = -u * 0.05;
    while x < stage.w + u * 0.05 {
        path = path.and(Path::circle(x, land::height_at(line, x) - u * 0.01, u * stage.random.range(0.025, 0.045)));
        x += u * 0.04;
    }
    let mut s = Sprite::new();
    s.fill(path, leaf.darker(0.25));
    stage.put(&s, Pose::at(0.0, 0.0, 1.0).depth(0.1));
    fence(stage, line);
}

fn fence(stage: &mut Stage, line: &[Point]) {
    let u = stage.u;
    let mut path = Path::default();
    let mut x = -u * 0.02;
    let gap = u * 0.026;
    while x < stage.w + gap {
        let y = land::height_at(line, x) + u * 0.045;
        let (half, tall) = (u * 0.0065, u * 0.066);
        path = path.and(Path::polygon(&[(x - half, y), (x - half, y - tall), (x, y - tall - half), (x + half, y - tall), (x + half, y)]));
        x += gap;
    }
    for drop in [0.0, 0.028] {
        let rail: Vec<Point> = line.iter().map(|point| (point.0, point.1 + u * drop)).collect();
        let mut back: Vec<Point> = rail.iter().map(|point| (point.0, point.1 + u * 0.007)).collect();
        back.reverse();
        let mut outline = rail;
        outline.extend(back);
        path = path.and(Path::polygon(&outline));
    }
    let mut s = Sprite::new();
    s.fill(path, rgb(0xf6_f0e6));
    stage.put(&s, Pose::at(0.0, 0.0, 1.0).depth(0.06));
}

fn village(stage: &mut Stage, scene: &Scene, line: &[Point]) {
    let u = stage.u;
    let count = ((stage.w / u * 5.0) as usize).clamp(4, 9);
    for index in 0..count {
        let x = stage.w * (index as f32 + stage.random.range(0.2, 0.8)) / count as f32;
        let y = land::height_at(line, x) + u * stage.random.range(0.004, 0.03);
        let look = Look { tone: stage.random.pick(&[rgb(0xb8_5444), rgb(0x9a_5a4a), rgb(0xc0_7048), rgb(0x7a_5660)]), lamps: scene.light.lamps, variant: stage.random.below(4) };
        let k = u * stage.random.range(0.0016, 0.0022);
        stage.put(&build::house(look), Pose::at(x, y, k).depth(0.12).flip(stage_flip(scene)));
    }
    // A church tower, so that it is a village.
    let x = stage.w * (0.5 - scene.side * 0.12);
    let y = land::height_at(line, x) + u * 0.01;
    let mut tower = Sprite::new();
    let wall = rgb(0xf0_e6d8);
    tower.fill(Path::rect(-9.0, -58.0, 18.0, 58.5), crate::paint::across(-9.0, 9.0, &[wall.lighter(0.2), wall.darker(0.22)]));
    tower.fill(Path::polygon(&[(-11.0, -57.0), (0.0, -100.0), (11.0, -57.0)]), crate::paint::across(-11.0, 11.0, &[rgb(0x9a_5048), rgb(0x5f_3238)]));
    tower.fill(Path::circle(0.0, -47.0, 4.6), rgb(0x4a_4450));
    tower.fill(Path::round(-2.6, -34.0, 5.2, 10.0, 2.6), rgb(0x5a_5460));
    stage.put(&tower, Pose::at(x, y, u * 0.0024).depth(0.14).flip(stage_flip(scene)));
}

fn stage_flip(scene: &Scene) -> bool {
    scene.side < 0.0
}

fn mountains(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (h, u) = (stage.h, stage.u);
    let rock = rgb(0x76_7c96);
    land::mountains(stage, scene, spots.horizon + h * 0.02, u * 0.52, rock, 0.58, true);
    land::mountains(stage, scene, spots.horizon + h * 0.06, u * 0.3, rock.mix(rgb(0x5a_7a70), 0.4), 0.36, false);
    for (row, (y, tall, depth)) in [(0.635, 0.06, 0.34), (0.68, 0.09, 0.18)].into_iter().enumerate() {
        let line = land::rolling(stage, h * y, u * 0.026, 0.8 + 0.4 * row as f32);
        land::pines(stage, &line, u * tall, rgb(0x2e_5648), depth, 0.72);
        land::hill(stage, &line, turf(scene, rgb(0x4a_7452)), depth);
        if row == 1 && scene.at(Place::Village) {
            village(stage, scene, &line);
        }
        let haze = scene.light.haze;
        land::veil(stage, haze, h * y, h * 0.05, 0.22 - 0.08 * row as f32);
    }
    let near = land::rolling(stage, h * 0.745, u * 0.024, 1.7);
    land::hill(stage, &near, turf(scene, rgb(0x5f_8a52)), 0.0);
    edge_pines(stage, &near, scene, rgb(0x2a_5044));
    spots.ground = Some(near);
}

/// Large pines at both edges frame the view.
fn edge_pines(stage: &mut Stage, line: &[Point], scene: &Scene, color: Color) {
    let u = stage.u;
    for index in 0..7 {
        let part = if index < 4 { 0.5 + scene.side * (0.36 + 0.05 * index as f32) } else { 0.5 - scene.side * (0.41 + 0.05 * (index - 4) as f32) };
        let x = stage.w * (part + stage.random.range(-0.012, 0.012));
        let y = land::height_at(line, x) + u * stage.random.range(0.01, 0.03);
        let k = u * stage.random.range(0.0019, 0.0032);
        let leaf = color.mix(rgb(0x4a_7a58), stage.random.range(0.0, 0.4));
        stage.put(&plant::pine(leaf), Pose::at(x, y, k).flip(scene.side < 0.0));
    }
}

fn forest(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let winter = is_winter(scene);
    for row in 0..4 {
        let t = row as f32 / 3.0;
        let line = land::rolling(stage, h * (0.56 + 0.055 * row as f32), u * 0.018, 1.0);
        let color = rgb(0x2c_5a46).mix(rgb(0x1d_4038), t);
        land::pines(stage, &line, u * (0.26 + 0.1 * t), color, 0.7 - 0.2 * row as f32, 0.72 - 0.12 * t);
        land::hill(stage, &line, if winter { rgb(0xee_f2f6) } else { rgb(0x4c_7a4c) }, 0.66 - 0.2 * row as f32);
        let haze = scene.light.haze;
        land::veil(stage, haze, h * (0.42 + 0.05 * row as f32), h * 0.2, 0.34 - 0.09 * row as f32);
    }
    shafts(stage, scene);
    let near = land::rolling(stage, h * 0.75, u * 0.016, 1.4);
    let floor = if winter { rgb(0xf3_f6fa) } else { rgb(0x4a_7446) };
    land::hill(stage, &near, floor, 0.0);
    for index in 0..6 {
        let part = if index % 2 == 0 { 0.5 + scene.side * (0.33 + 0.06 * index as f32 / 2.0) } else { 0.5 - scene.side * (0.38 + 0.06 * index as f32 / 2.0) };
        let x = w * part;
        let y = land::height_at(&near, x) + u * 0.02;
        let k = u * stage.random.range(0.0046, 0.0062);
        let leaf = rgb(0x23_4c40).mix(rgb(0x3d_6e4e), stage.random.unit() * 0.6);
        stage.put(&plant::pine(leaf), Pose::at(x, y, k).flip(scene.side < 0.0));
    }
    if scene.light.is_dark() || scene.time == Time::Dusk {
        weather::motes(stage, rgb(0xe8_f58a), 16, h * 0.5, h * 0.8);
    } else {
        weather::motes(stage, rgb(0xff_fbe0), 10, h * 0.3, h * 0.75);
    }
    spots.ground = Some(near);
}

/// Slanting light between trees.
fn shafts(stage: &mut Stage, scene: &Scene) {
    if scene.light.altitude < 0.0 || scene.light.moon {
        return;
    }
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for index in 0..4 {
        let x = w * (0.5 - scene.side * 0.3) + scene.side * u * 0.16 * index as f32;
        let (lean, wide) = (scene.side * u * 0.34, u * stage.random.range(0.03, 0.08));
        let path = Path::polygon(&[(x, -2.0), (x + wide, -2.0), (x + wide * 2.0 + lean, h * 0.76), (x + lean - wide * 0.6, h * 0.76)]);
        let color = scene.light.halo;
        let motion = Motion { pulse: (0.5, 5.0 + index as f32), phase: 0.25 * index as f32, ..Motion::default() };
        stage.raw_moving(path, down(0.0, h * 0.76, &[color.alpha(0.26), color.alpha(0.12), color.alpha(0.0)]), 0.0, 0.0, 0.8, motion);
    }
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

fn desert(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (h, u) = (stage.h, stage.u);
    let sand = rgb(0xe2_b072);
    land::mountains(stage, scene, spots.horizon + h * 0.01, u * 0.12, rgb(0xb5_8a78), 0.66, false);
    for (row, (y, tall, depth)) in [(0.585, 0.06, 0.5), (0.63, 0.09, 0.28), (0.68, 0.12, 0.12)].into_iter().enumerate() {
        land::dunes(stage, scene, h * y, u * tall, sand.mix(rgb(0xc8_845a), 0.12 * row as f32), depth);
    }
    let near = land::dunes(stage, scene, h * 0.745, u * 0.07, sand, 0.0);
    for part in [0.38, -0.36] {
        let x = stage.w * (0.5 + scene.side * part);
        let y = land::height_at(&near, x) + u * 0.01;
        let k = u * stage.random.range(0.0016, 0.0026);
        stage.put(&plant::cactus(), Pose::at(x, y, k).flip(scene.side < 0.0));
    }
    spots.ground = Some(near);
}

fn snow(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (h, u) = (stage.h, stage.u);
    land::mountains(stage, scene, spots.horizon + h * 0.02, u * 0.36, rgb(0x7f_92b0), 0.58, true);
    let white = rgb(0xf1_f5fa);
    for (row, (y, tall, depth)) in [(0.6, 0.05, 0.44), (0.65, 0.085, 0.24)].into_iter().enumerate() {
        let line = land::rolling(stage, h * y, u * 0.024, 0.9 + 0.3 * row as f32);
        land::pines(stage, &line, u * tall, rgb(0x44_6a70), depth, 0.5);
        land::hill(stage, &line, white.mix(rgb(0xb8_cce0), 0.3), depth);
    }
    let near = land::rolling(stage, h * 0.72, u * 0.026, 1.5);
    land::hill(stage, &near, white, 0.0);
    edge_pines(stage, &near, scene, rgb(0x3a_6064));
    spots.ground = Some(near);
}

fn mars(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let soil = rgb(0xb9_5f3c);
    land::mountains(stage, scene, spots.horizon + h * 0.01, u * 0.2, rgb(0xa0_5a48), 0.56, false);
    land::mountains(stage, scene, spots.horizon + h * 0.035, u * 0.11, rgb(0x9a_4f3a), 0.34, false);
    for (y, depth) in [(0.61, 0.3), (0.665, 0.14)] {
        let line = land::rolling(stage, h * y, u * 0.014, 1.3);
        land::hill(stage, &line, soil, depth);
    }
    // A dome with its light: somebody lives here.
    let x = w * (0.5 - scene.side * 0.27);
    let y = h * 0.68;
    let mut dome = Sprite::new();
    dome.fill(Path::ellipse(0.0, 0.0, 66.0, 5.0), rgb(0x50_2018).alpha(0.4));
    dome.fill(Path::at(-52.0, 0.0).cubic((-52.0, -68.0), (52.0, -68.0), 52.0, 0.0).close(), Fill::Linear([-50.0, -50.0], [50.0, 0.0], vec![(0.0, rgb(0xf8_fbfc).alpha(0.85)), (0.4, rgb(0xb9_d9d6).alpha(0.55)), (1.0, rgb(0x6d_8a90).alpha(0.75))]));
    let bush = |x: f32, half: f32, high: f32| Path::at(x - half, 0.0).cubic((x - half, -high), (x + half, -high), x + half, 0.0).close();
    dome.fill(bush(-20.0, 17.0, 26.0).and(bush(4.0, 14.0, 18.0)).and(bush(25.0, 15.0, 30.0)), rgb(0x4f_8a58).alpha(0.85));
    dome.line(Path::at(-52.0, 0.0).cubic((-52.0, -68.0), (52.0, -68.0), 52.0, 0.0).hop(0.0, -51.0).line(0.0, 0.0).hop(0.0, -51.0).cubic((-22.0, -48.0), (-27.0, -20.0), -27.0, 0.0).hop(0.0, -51.0).cubic((22.0, -48.0), (27.0, -20.0), 27.0, 0.0), rgb(0xf6_f2ee).alpha(0.75), 1.3);
    dome.fill(Path::round(-57.0, -5.0, 114.0, 7.0, 2.0), rgb(0xd8_d2d0));
    stage.put(&dome, Pose::at(x, y, u * 0.0026).depth(0.1).flip(scene.side < 0.0));
    let near = land::rolling(stage, h * 0.735, u * 0.012, 1.5);
    land::hill(stage, &near, soil.darker(0.04), 0.0);
    for _ in 0..12 {
        let size = u * stage.random.range(0.006, 0.024);
        let (x, y) = (w * stage.random.unit(), h * stage.random.range(0.77, 0.97));
        let mut stone = Sprite::new();
        stone.fill(Path::ellipse(0.3, 0.05, 1.3, 0.22), rgb(0x50_2018).alpha(0.4));
        stone.fill(Path::polygon(&[(-1.0, 0.0), (-0.75, -0.5), (-0.1, -0.8), (0.6, -0.55), (1.0, 0.0)]), crate::paint::across(-1.0, 1.0, &[rgb(0xc8_7450), rgb(0x70_3526)]));
        stage.put(&stone, Pose::at(x, y, size).flip(scene.side < 0.0));
    }
    spots.ground = Some(near);
}

fn river(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let leaf = if scene.time == Time::Afternoon { rgb(0xc0_8a44) } else { rgb(0x58_9150) };
    far_hills(stage, scene, spots, GRASS);
    let line = land::rolling(stage, h * 0.655, u * 0.012, 1.4);
    round_trees(stage, &line, leaf, (5, 0.0012, 0.22), scene);
    land::hill(stage, &line, turf(scene, GRASS), 0.1);
    // The river comes out of the hills and widens towards the viewer.
    let s = scene.side;
    let middle = w * (0.5 - s * 0.06);
    let p = |dx: f32, y: f32| (middle + s * dx * u, h * y);
    let left = [p(-0.03, 0.645), p(0.03, 0.67), p(-0.16, 0.715), p(-0.3, 0.79), p(-0.36, 0.9), p(-0.3, 1.02)];
    let right = [p(-0.015, 0.645), p(0.09, 0.67), p(0.06, 0.715), p(0.1, 0.79), p(0.24, 0.9), p(0.56, 1.02)];
    let mut back = right;
    back.reverse();
    let mut outline: Vec<Point> = left.to_vec();
    outline.extend(back);
    let shape = Path::smooth(&outline, true);
    let sky = scene.light.sky;
    let colors = water::colors(scene, rgb(0x2a_7a8c));
    stage.raw(shape, Fill::Linear([0.0, h * 0.645], [0.0, h], vec![(0.0, sky[3].lighter(0.15)), (0.3, sky[2].mix(colors[1], 0.35)), (1.0, colors[2].mix(sky[1], 0.2))]));
    water::veil(stage, scene, h * 0.7, h);
    if scene.has(Thing::Bridge) || scene.hash % 2 == 0 {
        let stone = rgb(0xb4_a89c);
        let y = h * 0.735;
        stage.put(&build::bridge(stone), Pose::at(middle - s * u * 0.02, y, u * 0.0035).flip(s < 0.0));
    }
    let ground = vec![(-w, h * 0.735), (w * 2.0, h * 0.735)];
    spots.ground = Some(ground);
    spots.water = Some((h * 0.74, h * 0.86));
}

fn road(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    far_hills(stage, scene, spots, GRASS);
    let line = land::rolling(stage, h * 0.665, u * 0.014, 1.4);
    round_trees(stage, &line, rgb(0x58_9150), (5, 0.0012, 0.2), scene);
    land::hill(stage, &line, turf(scene, GRASS), 0.08);
    if scene.at(Place::Village) {
        village(stage, scene, &line);
    }
    let (top, bottom) = (h * 0.7, h * 0.7 + u * 0.13);
    let mut s = Sprite::new();
    s.fill(Path::rect(-2.0, top - u * 0.006, w + 4.0, h - top + u * 0.03), down(top, h, &[turf(scene, GRASS).lighter(0.08), turf(scene, GRASS).darker(0.3)]));
    let train = scene.has(Thing::Train);
    if train {
        s.fill(Path::polygon(&[(-2.0, top + u * 0.04), (w + 2.0, top + u * 0.04), (w + 2.0, top + u * 0.1), (-2.0, top + u * 0.1)]), down(top + u * 0.04, top + u * 0.1, &[rgb(0x8c_8580), rgb(0x6a_6462)]));
        let mut ties = Path::default();
        let mut x = 0.0;
        while x < w + u * 0.03 {
            ties = ties.and(Path::rect(x, top + u * 0.055, u * 0.014, u * 0.022));
            x += u * 0.032;
        }
        s.fill(ties, rgb(0x54_443c));
        s.fill(Path::rect(-2.0, top + u * 0.056, w + 4.0, u * 0.005), rgb(0xb9_bcc4));
        spots.road = Some(top + u * 0.059);
    } else {
        let asphalt = rgb(0x5a_5d68);
        s.fill(Path::rect(-2.0, top + u * 0.015, w + 4.0, bottom - top), down(top, bottom, &[asphalt.lighter(0.14), asphalt.darker(0.1)]));
        s.fill(Path::rect(-2.0, top + u * 0.019, w + 4.0, u * 0.004).and(Path::rect(-2.0, bottom + u * 0.004, w + 4.0, u * 0.005)), rgb(0xf0_ebe0).alpha(0.75));
        let mut dashes = Path::default();
        let mut x = -u * 0.05;
        while x < w + u * 0.1 {
            dashes = dashes.and(Path::rect(x, top + u * 0.072, u * 0.09, u * 0.006));
            x += u * 0.17;
        }
        s.fill(dashes, rgb(0xfa_f2dc).alpha(0.85));
        spots.road = Some(top + u * 0.062);
    }
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
    let y = h * 0.7 + u * 0.012;
    spots.ground = Some(vec![(-w, y), (w * 2.0, y)]);
}

/// Snow lies on everything.
fn is_winter(scene: &Scene) -> bool {
    scene.weather == Some(Weather::Snowfall) || scene.at(Place::Snow)
}

/// Green by summer, white by winter.
fn turf(scene: &Scene, green: Color) -> Color {
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
        let mut places: Vec<(f32, f32)> = (0..count).map(|_| (stage.random.range(-0.01, 1.01), stage.random.unit())).collect();
        places.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (part, near) in places {
            let x = w * part;
            let base = land::height_at(line, x);
            let y = base + u * 0.03 + (h * 0.99 - base) * near * 0.75;
            let k = u * if flowers { 0.0013 + 0.0012 * near } else { 0.0006 + 0.0005 * near };
            let tone = rgb(stage.random.pick(&TONES));
            let variant = stage.random.below(3);
            let motion = Motion { sway: (stage.random.range(1.5, 3.5), stage.random.range(2.4, 4.0)), phase: stage.random.unit(), ..Motion::default() };
            stage.put(&plant::flower(tone, leaf, variant), Pose::at(x, y, k).motion(motion));
        }
    }
    // The bottom grows darker, so that words stay readable.
    let shade = scene.light.sky[0].darker(0.6);
    stage.raw(Path::rect(-2.0, h * 0.74, w + 4.0, h * 0.26 + 2.0), down(h * 0.74, h, &[shade.alpha(0.0), shade.alpha(0.4)]));
}
