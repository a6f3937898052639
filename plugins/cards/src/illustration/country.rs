//! Places of fields and gardens: hills, villages, roads.

use super::{
    land,
    outdoors::{GRASS, Spots, is_winter, turf},
    scene::Scene,
};
use crate::{
    paint::{Color, down, rgb},
    path::{Path, Point},
    stage::{Pose, Sprite, Stage},
    things::{Look, build, plant},
    words::{Place, Thing, Time},
};

pub(super) fn far_hills(stage: &mut Stage, scene: &Scene, spots: &Spots, color: Color) {
    let (h, u) = (stage.h, stage.u);
    if scene.at(Place::Mountains) {
        land::mountains(stage, scene, spots.horizon + u * 0.03, u * 0.36, rgb(0x74_809a), 0.6, true);
    }
    for row in 0..3 {
        let t = row as f32 / 3.0;
        let line = land::rolling(
            stage,
            spots.horizon + h * (-0.035 + 0.05 * row as f32),
            u * (0.028 + 0.012 * t),
            0.9 + 0.3 * t,
        );
        land::hill(
            stage,
            &line,
            turf(scene, color.mix(rgb(0x4f_8a70), 0.35 - 0.12 * row as f32)),
            0.66 - 0.24 * row as f32,
        );
        let haze = scene.light.haze;
        land::veil(stage, haze, spots.horizon + h * (-0.02 + 0.05 * row as f32), h * 0.06, 0.26 - 0.07 * row as f32);
        if scene.at(Place::Forest) || row == 1 {
            land::pines(
                stage,
                &line,
                u * (0.035 + 0.02 * row as f32),
                rgb(0x3f_6a50),
                0.58 - 0.22 * row as f32,
                if scene.at(Place::Forest) { 0.8 } else { 0.26 },
            );
        }
    }
}

pub(super) fn round_trees(
    stage: &mut Stage,
    line: &[Point],
    leaf: Color,
    (count, size, depth): (usize, f32, f32),
    scene: &Scene,
) {
    for index in 0..count {
        let x = stage.w * (index as f32 + stage.random.range(0.05, 0.95)) / count as f32;
        let y = land::height_at(line, x) + stage.u * 0.004;
        let mut random = stage.random.clone();
        stage.random.bits();
        let tone = leaf.mix(rgb(0xb0_a848), stage.random.range(0.0, 0.3));
        let k = stage.u * size * stage.random.range(0.7, 1.15);
        stage.put(&plant::tree(&mut random, tone), Pose::at(x, y, k).depth(depth).flip(scene.side < 0.0));
    }
}

pub(super) fn hills(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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

pub(super) fn hedge(stage: &mut Stage, line: &[Point], leaf: Color) {
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

pub(super) fn fence(stage: &mut Stage, line: &[Point]) {
    let u = stage.u;
    let mut path = Path::default();
    let mut x = -u * 0.02;
    let gap = u * 0.026;
    while x < stage.w + gap {
        let y = land::height_at(line, x) + u * 0.045;
        let (half, tall) = (u * 0.0065, u * 0.066);
        path = path.and(Path::polygon(&[
            (x - half, y),
            (x - half, y - tall),
            (x, y - tall - half),
            (x + half, y - tall),
            (x + half, y),
        ]));
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

pub(super) fn village(stage: &mut Stage, scene: &Scene, line: &[Point]) {
    let u = stage.u;
    let count = ((stage.w / u * 5.0) as usize).clamp(4, 9);
    for index in 0..count {
        let x = stage.w * (index as f32 + stage.random.range(0.2, 0.8)) / count as f32;
        let y = land::height_at(line, x) + u * stage.random.range(0.004, 0.03);
        let look = Look {
            tone: stage.random.pick(&[rgb(0xb8_5444), rgb(0x9a_5a4a), rgb(0xc0_7048), rgb(0x7a_5660)]),
            lamps: scene.light.lamps,
            variant: stage.random.below(4),
        };
        let k = u * stage.random.range(0.0016, 0.0022);
        stage.put(&build::house(look), Pose::at(x, y, k).depth(0.12).flip(stage_flip(scene)));
    }
    // A church tower, so that it is a village.
    let x = stage.w * (0.5 - scene.side * 0.12);
    let y = land::height_at(line, x) + u * 0.01;
    let mut tower = Sprite::new();
    let wall = rgb(0xf0_e6d8);
    tower.fill(
        Path::rect(-9.0, -58.0, 18.0, 58.5),
        crate::paint::across(-9.0, 9.0, &[wall.lighter(0.2), wall.darker(0.22)]),
    );
    tower.fill(
        Path::polygon(&[(-11.0, -57.0), (0.0, -100.0), (11.0, -57.0)]),
        crate::paint::across(-11.0, 11.0, &[rgb(0x9a_5048), rgb(0x5f_3238)]),
    );
    tower.fill(Path::circle(0.0, -47.0, 4.6), rgb(0x4a_4450));
    tower.fill(Path::round(-2.6, -34.0, 5.2, 10.0, 2.6), rgb(0x5a_5460));
    stage.put(&tower, Pose::at(x, y, u * 0.0024).depth(0.14).flip(stage_flip(scene)));
}

pub(super) fn stage_flip(scene: &Scene) -> bool {
    scene.side < 0.0
}

pub(super) fn road(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
    s.fill(
        Path::rect(-2.0, top - u * 0.006, w + 4.0, h - top + u * 0.03),
        down(top, h, &[turf(scene, GRASS).lighter(0.08), turf(scene, GRASS).darker(0.3)]),
    );
    let train = scene.has(Thing::Train);
    if train {
        s.fill(
            Path::polygon(&[
                (-2.0, top + u * 0.04),
                (w + 2.0, top + u * 0.04),
                (w + 2.0, top + u * 0.1),
                (-2.0, top + u * 0.1),
            ]),
            down(top + u * 0.04, top + u * 0.1, &[rgb(0x8c_8580), rgb(0x6a_6462)]),
        );
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
        s.fill(
            Path::rect(-2.0, top + u * 0.015, w + 4.0, bottom - top),
            down(top, bottom, &[asphalt.lighter(0.14), asphalt.darker(0.1)]),
        );
        s.fill(
            Path::rect(-2.0, top + u * 0.019, w + 4.0, u * 0.004).and(Path::rect(
                -2.0,
                bottom + u * 0.004,
                w + 4.0,
                u * 0.005,
            )),
            rgb(0xf0_ebe0).alpha(0.75),
        );
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
