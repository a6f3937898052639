//! Places without people: mountains, forests, deserts, snow, and the plains of Mars.

use super::{
    country::village,
    land,
    outdoors::{Spots, is_winter, turf},
    scene::Scene,
    weather,
};
use crate::{
    paint::{Color, Fill, down, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    things::plant,
    words::{Place, Time},
};

pub(super) fn mountains(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
pub(super) fn edge_pines(stage: &mut Stage, line: &[Point], scene: &Scene, color: Color) {
    let u = stage.u;
    for index in 0..7 {
        let part = if index < 4 {
            0.5 + scene.side * (0.36 + 0.05 * index as f32)
        } else {
            0.5 - scene.side * (0.41 + 0.05 * (index - 4) as f32)
        };
        let x = stage.w * (part + stage.random.range(-0.012, 0.012));
        let y = land::height_at(line, x) + u * stage.random.range(0.01, 0.03);
        let k = u * stage.random.range(0.0019, 0.0032);
        let leaf = color.mix(rgb(0x4a_7a58), stage.random.range(0.0, 0.4));
        stage.put(&plant::pine(leaf), Pose::at(x, y, k).flip(scene.side < 0.0));
    }
}

pub(super) fn forest(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
        let part = if index % 2 == 0 {
            0.5 + scene.side * (0.33 + 0.06 * index as f32 / 2.0)
        } else {
            0.5 - scene.side * (0.38 + 0.06 * index as f32 / 2.0)
        };
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
pub(super) fn shafts(stage: &mut Stage, scene: &Scene) {
    if scene.light.altitude < 0.0 || scene.light.moon {
        return;
    }
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for index in 0..4 {
        let x = w * (0.5 - scene.side * 0.3) + scene.side * u * 0.16 * index as f32;
        let (lean, wide) = (scene.side * u * 0.34, u * stage.random.range(0.03, 0.08));
        let path = Path::polygon(&[
            (x, -2.0),
            (x + wide, -2.0),
            (x + wide * 2.0 + lean, h * 0.76),
            (x + lean - wide * 0.6, h * 0.76),
        ]);
        let color = scene.light.halo;
        let motion = Motion { pulse: (0.5, 5.0 + index as f32), phase: 0.25 * index as f32, ..Motion::default() };
        stage.raw_moving(
            path,
            down(0.0, h * 0.76, &[color.alpha(0.26), color.alpha(0.12), color.alpha(0.0)]),
            0.0,
            0.0,
            0.8,
            motion,
        );
    }
}

pub(super) fn desert(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
    let (h, u) = (stage.h, stage.u);
    let sand = rgb(0xe2_b072);
    land::mountains(stage, scene, spots.horizon + h * 0.01, u * 0.12, rgb(0xb5_8a78), 0.66, false);
    for (row, (y, tall, depth)) in [(0.585, 0.06, 0.5), (0.63, 0.09, 0.28), (0.68, 0.12, 0.12)].into_iter().enumerate()
    {
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

pub(super) fn snow(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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

pub(super) fn mars(stage: &mut Stage, scene: &Scene, spots: &mut Spots) {
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
    dome.fill(
        Path::at(-52.0, 0.0).cubic((-52.0, -68.0), (52.0, -68.0), 52.0, 0.0).close(),
        Fill::Linear(
            [-50.0, -50.0],
            [50.0, 0.0],
            vec![
                (0.0, rgb(0xf8_fbfc).alpha(0.85)),
                (0.4, rgb(0xb9_d9d6).alpha(0.55)),
                (1.0, rgb(0x6d_8a90).alpha(0.75)),
            ],
        ),
    );
    let bush = |x: f32, half: f32, high: f32| {
        Path::at(x - half, 0.0).cubic((x - half, -high), (x + half, -high), x + half, 0.0).close()
    };
    dome.fill(
        bush(-20.0, 17.0, 26.0).and(bush(4.0, 14.0, 18.0)).and(bush(25.0, 15.0, 30.0)),
        rgb(0x4f_8a58).alpha(0.85),
    );
    dome.line(
        Path::at(-52.0, 0.0)
            .cubic((-52.0, -68.0), (52.0, -68.0), 52.0, 0.0)
            .hop(0.0, -51.0)
            .line(0.0, 0.0)
            .hop(0.0, -51.0)
            .cubic((-22.0, -48.0), (-27.0, -20.0), -27.0, 0.0)
            .hop(0.0, -51.0)
            .cubic((22.0, -48.0), (27.0, -20.0), 27.0, 0.0),
        rgb(0xf6_f2ee).alpha(0.75),
        1.3,
    );
    dome.fill(Path::round(-57.0, -5.0, 114.0, 7.0, 2.0), rgb(0xd8_d2d0));
    stage.put(&dome, Pose::at(x, y, u * 0.0026).depth(0.1).flip(scene.side < 0.0));
    let near = land::rolling(stage, h * 0.735, u * 0.012, 1.5);
    land::hill(stage, &near, soil.darker(0.04), 0.0);
    for _ in 0..12 {
        let size = u * stage.random.range(0.006, 0.024);
        let (x, y) = (w * stage.random.unit(), h * stage.random.range(0.77, 0.97));
        let mut stone = Sprite::new();
        stone.fill(Path::ellipse(0.3, 0.05, 1.3, 0.22), rgb(0x50_2018).alpha(0.4));
        stone.fill(
            Path::polygon(&[(-1.0, 0.0), (-0.75, -0.5), (-0.1, -0.8), (0.6, -0.55), (1.0, 0.0)]),
            crate::paint::across(-1.0, 1.0, &[rgb(0xc8_7450), rgb(0x70_3526)]),
        );
        stage.put(&stone, Pose::at(x, y, size).flip(scene.side < 0.0));
    }
    spots.ground = Some(near);
}
