//! Places at the water: the sea, harbours, lakes, rivers.

use super::{
    cast,
    country::{far_hills, round_trees},
    land,
    outdoors::{GRASS, Spots, turf},
    scene::Scene,
    water,
};
use crate::{
    paint::{Fill, down, rgb},
    path::{Path, Point},
    stage::{Pose, Sprite, Stage},
    things::{Look, build},
    words::{Place, Thing, Time},
};

pub(super) fn sea(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let horizon = spots.horizon;
    if scene.at(Place::Mountains) || scene.place == Place::Harbour || scene.hash.is_multiple_of(3) {
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
        coast.fill(
            Path::land(&points, horizon + 1.0),
            down(horizon - u * 0.1, horizon, &[rgb(0x5a_7070), rgb(0x6c_8478)]),
        );
        stage.put(&coast, Pose::at(0.0, 0.0, 1.0).depth(0.52));
        if scene.place == Place::Harbour {
            harbour_houses(stage, scene, horizon);
        }
    }
    water::surface(stage, scene, horizon, h, horizon);
    spots.water = Some((horizon, h * 0.74));
    let part = if w > h { 0.17 } else { 0.15 } + stage.random.range(-0.05, 0.04);
    let x = w * (0.5 + scene.side * part);
    if cast::needs_land(scene) {
        let (top, foot) = (horizon + (h * 0.05).max(u * 0.035), horizon + (h * 0.13).max(u * 0.11));
        land::headland(stage, scene, x, top, foot);
        spots.rock = Some((x, top + u * 0.004));
        spots.water = Some((horizon, foot));
    }
}

pub(super) fn harbour_houses(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let u = stage.u;
    for row in 0..2 {
        let mut x = 0.1;
        while x < 0.56 {
            let look = Look {
                tone: stage.random.pick(&[rgb(0xb5_5a48), rgb(0x8a_5a5a), rgb(0xa8_6a48), rgb(0x6a_5a6a)]),
                lamps: scene.light.lamps || scene.time == Time::Dawn,
                variant: stage.random.below(4),
            };
            let k = u * stage.random.range(0.0008, 0.0011);
            let at = stage.w * (0.5 + scene.side * x);
            let y = horizon - if row == 0 { u * stage.random.range(0.012, 0.03) } else { -u * 0.001 };
            stage.put(
                &build::far_house(look),
                Pose::at(at, y, k).depth(if row == 0 { 0.42 } else { 0.3 }).flip(scene.side < 0.0),
            );
            x += stage.random.range(0.05, 0.1) * u / stage.w;
        }
    }
}

pub(super) fn lake(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
    stage.raw(
        Path::rect(-2.0, shore, w + 4.0, h - shore + 2.0),
        Fill::Linear(
            [0.0, shore],
            [0.0, h],
            vec![(0.0, scene.light.sky[3]), (0.35, scene.light.sky[2]), (1.0, scene.light.sky[1])],
        ),
    );
    stage.mirror(shores, shore, 0.72);
    stage.raw(
        Path::rect(-2.0, shore, w + 4.0, h - shore + 2.0),
        Fill::Linear(
            [0.0, shore],
            [0.0, h],
            vec![(0.0, colors[0].alpha(0.3)), (0.3, colors[1].alpha(0.5)), (1.0, colors[2].alpha(0.96))],
        ),
    );
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

pub(super) fn river(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
    stage.raw(
        shape,
        Fill::Linear(
            [0.0, h * 0.645],
            [0.0, h],
            vec![(0.0, sky[3].lighter(0.15)), (0.3, sky[2].mix(colors[1], 0.35)), (1.0, colors[2].mix(sky[1], 0.2))],
        ),
    );
    water::veil(stage, scene, h * 0.7, h);
    if scene.has(Thing::Bridge) || scene.hash.is_multiple_of(2) {
        let stone = rgb(0xb4_a89c);
        let y = h * 0.735;
        stage.put(&build::bridge(stone), Pose::at(middle - s * u * 0.02, y, u * 0.0035).flip(s < 0.0));
    }
    let ground = vec![(-w, h * 0.735), (w * 2.0, h * 0.735)];
    spots.ground = Some(ground);
    spots.water = Some((h * 0.74, h * 0.86));
}
