//! Beneath the surface: light from above, rocks, weeds, fish.

use super::scene::Scene;
use crate::{
    number::wave,
    paint::{WHITE, around, down, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    things::vessel,
    words::Thing,
};

/// A scene under water.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let night = scene.light.is_dark();
    let sea =
        if night { [0x1f_5a80, 0x10_3a66, 0x08_1e42, 0x04_1028] } else { [0x9a_e2e0, 0x3f_b0c4, 0x1a_729c, 0x0c_3c66] }
            .map(rgb);
    let all = stage.all();
    stage.raw(all, down(0.0, h, &sea));
    stage.haze = sea[1].mix(sea[2], 0.5);
    stage.tint = if night { rgb(0x6a_86b0) } else { rgb(0xcf_eaf0) };
    let s = scene.side;
    for index in 0..7 {
        let x = w * (0.5 - s * 0.2) + s * u * 0.2 * (index as f32 - 2.5);
        let (wide, lean) = (u * stage.random.range(0.03, 0.1), s * u * 0.3);
        let path = Path::polygon(&[
            (x, -2.0),
            (x + wide, -2.0),
            (x + wide * 2.6 + lean, h * 0.86),
            (x + lean - wide, h * 0.86),
        ]);
        let motion =
            Motion { pulse: (0.35, stage.random.range(3.5, 6.0)), phase: stage.random.unit(), ..Motion::default() };
        stage.raw_moving(path, down(0.0, h * 0.86, &[WHITE.alpha(0.24), WHITE.alpha(0.0)]), 0.0, 0.0, 0.9, motion);
    }
    for (level, depth, tall) in [(0.74, 0.62, 0.05), (0.82, 0.34, 0.04)] {
        let line = super::land::rolling(stage, h * level, u * tall, 0.7);
        super::land::hill(stage, &line, rgb(0x2a_6a80), depth);
    }
    let floor = super::land::rolling(stage, h * 0.89, u * 0.02, 1.3);
    super::land::hill(stage, &floor, rgb(0xd9_c69a), 0.18);
    for index in 0..9 {
        let part = if index % 2 == 0 { stage.random.range(0.0, 0.28) } else { stage.random.range(0.72, 1.0) };
        let y = h * stage.random.range(0.89, 0.97);
        if index % 3 == 0 {
            coral(stage, w * part, y)
        } else {
            weed(stage, w * part, y)
        };
    }
    let whale = scene.has(Thing::Whale);
    if whale {
        let way = stage.travel(u * 0.03, w * 0.1) * s;
        let motion = Motion { drift: (way, 0.0), bob: (u * 0.012, 7.0), sway: (1.5, 9.0), ..Motion::default() };
        stage.put(&vessel::whale(), Pose::at(w * (0.5 + s * 0.05), h * 0.42, u * 0.0046).flip(s < 0.0).motion(motion));
    }
    const TONES: [u32; 4] = [0xf2_8a3c, 0xf6_c84a, 0xe8_6a7a, 0x6a_c8d8];
    let count = if whale { 9 } else { 15 };
    for index in 0..count {
        let near = index as f32 / count as f32;
        let k = u * (0.0009 + 0.0022 * near * near) * if !whale && index == count - 1 { 1.9 } else { 1.0 };
        let (x, y) = if !whale && index == count - 1 {
            (0.5 + s * 0.1, 0.45)
        } else {
            (stage.random.range(0.06, 0.94), stage.random.range(0.2, 0.78))
        };
        let back = index % 4 == 3;
        let way = stage.travel(u * 0.04 * (0.4 + near), w * 0.16) * if back { -s } else { s };
        let motion = Motion {
            drift: (way, 0.0),
            bob: (u * 0.008, 3.0),
            sway: (2.5, 2.0),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        stage.put(
            &vessel::fish(rgb(TONES[index % 4])),
            Pose::at(w * x, h * y, k).flip((s < 0.0) != back).depth(0.55 * (1.0 - near)).motion(motion),
        );
    }
    for _ in 0..14 {
        let r = u * stage.random.range(0.004, 0.012);
        let (x, y) = (w * stage.random.unit(), h * stage.random.range(0.15, 0.9));
        let motion = Motion {
            drift: (0.0, -stage.travel(u * 0.05, u * 0.4)),
            pulse: (0.5, 2.0),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        stage.raw_moving(
            Path::circle(0.0, 0.0, r),
            around(-r * 0.3, -r * 0.3, r * 1.3, &[WHITE.alpha(0.5), WHITE.alpha(0.12), WHITE.alpha(0.4)]),
            x,
            y,
            0.8,
            motion,
        );
    }
}

fn weed(stage: &mut Stage, x: f32, y: f32) {
    let u = stage.u;
    let green = rgb(0x3f_8a6a).mix(rgb(0x8a_a04a), stage.random.unit() * 0.6);
    let mut s = Sprite::new();
    for blade in 0..4 {
        let tall = 46.0 + 16.0 * stage.random.unit();
        let start = stage.random.unit();
        let side = |shift: f32| -> Vec<Point> {
            (0..=6)
                .map(|step| {
                    let t = step as f32 / 6.0;
                    (blade as f32 * 7.0 - 10.0 + shift * (1.0 - t) + 6.0 * t * wave(t * 0.8 + start), -tall * t)
                })
                .collect()
        };
        let mut points = side(-3.0);
        let mut back = side(3.0);
        back.reverse();
        points.extend(back);
        s.fill(Path::smooth(&points, true), if blade % 2 == 0 { green } else { green.darker(0.2) });
    }
    let k = u * stage.random.range(0.002, 0.0042);
    let motion = Motion { sway: (3.0, 4.5), phase: stage.random.unit(), ..Motion::default() };
    stage.put(&s, Pose::at(x, y, k).motion(motion));
}

fn coral(stage: &mut Stage, x: f32, y: f32) {
    let u = stage.u;
    let tone = rgb(stage.random.pick(&[0xe8_7a6a, 0xd8_6a9a, 0xf0_a060]));
    let mut s = Sprite::new();
    s.line(
        Path::at(0.0, 2.0)
            .quad(-2.0, -20.0, 0.0, -48.0)
            .hop(-1.0, -14.0)
            .quad(-18.0, -18.0, -20.0, -40.0)
            .hop(-1.0, -22.0)
            .quad(16.0, -24.0, 18.0, -44.0)
            .hop(-17.0, -26.0)
            .quad(-28.0, -28.0, -30.0, -38.0)
            .hop(15.0, -30.0)
            .quad(26.0, -30.0, 29.0, -38.0),
        tone,
        6.0,
    );
    let k = u * stage.random.range(0.0016, 0.003);
    stage.put(&s, Pose::at(x, y, k));
}
