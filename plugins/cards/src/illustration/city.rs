//! A city: skylines in the haze, a street with lamps, its wet mirror.

use super::scene::Scene;
use crate::{
    paint::{Color, across, down, glow, rgb},
    path::Path,
    stage::{Motion, Pose, Sprite, Stage},
    things::LAMPLIGHT,
    words::Weather,
};

/// Skylines down to the street at `street`.
pub fn skyline(stage: &mut Stage, scene: &Scene, street: f32) {
    let u = stage.u;
    let rows = [(0.62, 0.0, 0.66, 0.11), (0.46, 0.012, 0.4, 0.13), (0.3, 0.03, 0.14, 0.17)];
    for (row, (tall, drop, depth, width)) in rows.into_iter().enumerate() {
        let mut x = -u * stage.random.range(0.02, 0.1);
        while x < stage.w {
            let wide = u * width * stage.random.range(0.55, 1.1);
            // A gap of sky around the middle keeps the view open.
            let middle = ((x + wide / 2.0) / stage.w - 0.5).abs() * 2.0;
            let high = u * tall * stage.random.range(0.5, 1.0) * (0.62 + 0.5 * middle.min(1.0));
            building(stage, scene, (x, street + u * drop), (wide, high), depth, row);
            x += wide * stage.random.range(0.98, 1.16);
        }
        let haze = scene.light.haze;
        super::land::veil(stage, haze, street - u * 0.3, u * 0.3 + u * drop, 0.34 - 0.1 * row as f32);
    }
}

fn building(stage: &mut Stage, scene: &Scene, (x, base): (f32, f32), (wide, high): (f32, f32), depth: f32, row: usize) {
    let u = stage.u;
    const WALLS: [u32; 6] = [0x6c7a92, 0x857a88, 0x5c6f86, 0x93837c, 0x6a6882, 0x788a94];
    let wall = rgb(stage.random.pick(&WALLS));
    let mut s = Sprite::new();
    let form = stage.random.below(6);
    let roof = match form {
        0 => Path::polygon(&[(0.0, -high), (wide * 0.5, -high - wide * 0.35), (wide, -high)]),
        1 => Path::rect(wide * 0.2, -high - wide * 0.22, wide * 0.6, wide * 0.23).and(Path::rect(
            wide * 0.36,
            -high - wide * 0.42,
            wide * 0.28,
            wide * 0.22,
        )),
        2 => Path::rect(wide * 0.47, -high - wide * 0.6, wide * 0.045, wide * 0.62),
        3 => Path::polygon(&[(0.0, -high), (0.0, -high - wide * 0.3), (wide, -high)]),
        4 => Path::rect(wide * 0.12, -high - wide * 0.14, wide * 0.26, wide * 0.15),
        _ => Path::rect(0.0, -high, wide, 1.0),
    };
    let fill = across(0.0, wide, &[wall.lighter(0.12), wall, wall.darker(0.24)]);
    let body = Path::rect(0.0, -high, wide, high + u * 0.05).and(roof);
    if scene.side > 0.0 {
        s.fill(body, fill)
    } else {
        s.fill(body, across(0.0, wide, &[wall.darker(0.24), wall, wall.lighter(0.12)]))
    };
    stage.put(&s, Pose::at(x, base, 1.0).depth(depth));
    // Windows: dark ones, and lit ones when lamps are on.
    let cell = (u * [0.019, 0.023, 0.029][row]).max(2.0);
    let columns = ((wide - cell * 0.6) / cell) as usize;
    let rows = ((high - cell * 1.2) / (cell * 1.3)) as usize;
    if columns == 0 || rows == 0 {
        return;
    }
    let left = (wide - columns as f32 * cell) / 2.0;
    let (mut lit, mut bright, mut dark) = (Path::default(), Path::default(), Path::default());
    let odds = if scene.light.lamps { if scene.light.is_dark() { 0.4 } else { 0.22 } } else { 0.0 };
    // Whole bands of glass on some, so that not every house is the same.
    let bands = form == 2 || form == 3;
    for line in 0..rows.min(26) {
        let y = -high + cell * (0.9 + 1.3 * line as f32);
        if bands && !scene.light.lamps {
            dark = dark.and(Path::rect(left, y, columns as f32 * cell, cell * 0.45));
            continue;
        }
        for column in 0..columns.min(14) {
            let pane = Path::rect(left + cell * (column as f32 + 0.22), y, cell * 0.56, cell * 0.74);
            if stage.random.chance(odds) {
                if stage.random.chance(0.3) {
                    bright = bright.and(pane)
                } else {
                    lit = lit.and(pane)
                };
            } else if row == 2 && stage.random.chance(0.75) {
                dark = dark.and(pane);
            }
        }
    }
    let mut s = Sprite::new();
    if !dark.is_empty() {
        s.fill(dark, wall.darker(0.42).alpha(0.55));
    }
    if !lit.is_empty() {
        s.lit(lit, rgb(0xff_c873).alpha(0.9 - 0.45 * depth));
    }
    if !bright.is_empty() {
        s.lit(bright, stage.random.pick(&[rgb(0xff_eec4), rgb(0xcf_e6ff), rgb(0xff_b58a)]).alpha(0.95 - 0.4 * depth));
        if stage.moves() && stage.random.chance(0.3) {
            s.flicker(0.25, stage.random.range(4.0, 9.0));
        }
    }
    stage.put(&s, Pose::at(x, base, 1.0).depth(depth));
}

/// The street from `top` to the bottom, with lamps, and what a wet one mirrors.
pub fn street(stage: &mut Stage, scene: &Scene, top: f32) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let wet = matches!(scene.weather, Some(Weather::Rain | Weather::Storm));
    let ground = rgb(0x4a_5060);
    let mut s = Sprite::new();
    s.fill(
        Path::rect(-2.0, top, w + 4.0, h - top + 4.0),
        down(top, h, &[ground.lighter(0.2), ground, ground.darker(0.4)]),
    );
    s.fill(Path::rect(-2.0, top, w + 4.0, u * 0.012), ground.lighter(0.35));
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
    let (haze, sky) = (scene.light.haze, scene.light.sky[3]);
    stage.raw(
        Path::rect(-2.0, top, w + 4.0, u * 0.1),
        down(top, top + u * 0.1, &[haze.mix(sky, 0.3).alpha(0.45), haze.alpha(0.0)]),
    );
    if scene.light.lamps {
        let count = if wet { 26 } else { 9 };
        mirror(stage, top, count, if wet { 0.62 } else { 0.24 });
    }
    let spots: Vec<f32> = (0..3).map(|index| 0.5 + scene.side * [-0.42, -0.17, 0.44][index]).collect();
    for (index, part) in spots.into_iter().enumerate() {
        let y = top + u * [0.045, 0.02, 0.045][index];
        let k = u * [0.0043, 0.003, 0.0043][index];
        let flip = part > 0.5;
        stage.put(&street_lamp(scene.light.lamps), Pose::at(w * part, y, k).flip(flip));
    }
}

/// Long soft bars of light on the ground.
fn mirror(stage: &mut Stage, top: f32, count: usize, strength: f32) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    const COLORS: [Color; 5] = [LAMPLIGHT, rgb(0xff_a95a), rgb(0x8f_c4ff), rgb(0xff_7f8a), rgb(0xff_e9c0)];
    for index in 0..count {
        let color = stage.random.pick(&COLORS);
        let x = w * (index as f32 + stage.random.unit()) / count as f32;
        let half = u * stage.random.range(0.003, 0.012);
        let long = (h - top) * stage.random.range(0.4, 0.95);
        let edge = |stage: &mut Stage, side: f32| -> Vec<(f32, f32)> {
            (0..=7).map(|step| (side * half * stage.random.range(0.35, 1.15), long * step as f32 / 7.0)).collect()
        };
        let mut points = edge(stage, -1.0);
        points.extend(edge(stage, 1.0).into_iter().rev());
        let path = Path::smooth(&points, true);
        let fill = down(0.0, long, &[color.alpha(strength * 0.85), color.alpha(strength * 0.3), color.alpha(0.0)]);
        let motion =
            Motion { pulse: (0.65, stage.random.range(2.0, 4.5)), phase: stage.random.unit(), ..Motion::default() };
        stage.raw_moving(path, fill, x, top + u * 0.012, 0.75, motion);
    }
}

/// A street lamp, 100 high, its arm to the right.
fn street_lamp(on: bool) -> Sprite {
    let mut s = Sprite::new();
    let iron = rgb(0x2a_2f3c);
    if on {
        s.lit(
            Path::polygon(&[(20.0, -90.0), (28.0, -90.0), (58.0, 0.0), (-10.0, 0.0)]),
            down(-90.0, 0.0, &[LAMPLIGHT.alpha(0.26), LAMPLIGHT.alpha(0.0)]),
        );
        s.lit(Path::circle(24.0, -91.0, 42.0), glow(24.0, -91.0, 42.0, LAMPLIGHT.alpha(0.5)));
    }
    s.line(Path::at(0.0, 0.0).line(0.0, -84.0).cubic((0.0, -98.0), (12.0, -100.0), 24.0, -95.0), iron, 2.2);
    s.fill(Path::polygon(&[(-3.0, 0.0), (-1.6, -12.0), (1.6, -12.0), (3.0, 0.0)]), iron);
    s.fill(Path::at(17.0, -92.0).quad(24.0, -99.0, 31.0, -92.0).close(), iron);
    if on {
        s.lit(Path::ellipse(24.0, -91.4, 5.6, 2.2), rgb(0xff_f6dc))
    } else {
        s.fill(Path::ellipse(24.0, -91.4, 5.6, 2.2), rgb(0xd8_dde0))
    };
    s
}
