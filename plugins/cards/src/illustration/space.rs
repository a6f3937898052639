//! Space: stars, nebulae, planets, and who travels there.

use super::{scene::Scene, sky};
use crate::{
    number::{cowave, wave},
    paint::{Color, WHITE, around, down, glow, rgb},
    path::Path,
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, air, life},
    words::Thing,
};

/// A scene among the stars.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let long = w.max(h);
    const NIGHTS: [([u32; 3], [u32; 3]); 4] = [
        ([0x070918, 0x12143a, 0x2a1a52], [0x6a3fb0, 0x2a6ab0, 0xc0508a]),
        ([0x050a18, 0x0c2038, 0x14404e], [0x1f8a9a, 0x2f5fb0, 0x58c0a0]),
        ([0x0b0714, 0x26102e, 0x4a1c3a], [0xb0405a, 0x6a3a9a, 0xe08a58]),
        ([0x04060e, 0x0b1430, 0x1a2a5c], [0x3a5fd0, 0x7a4fc0, 0x3fa0c8]),
    ];
    let (ground, clouds) = NIGHTS[scene.choice(3, 4)];
    let all = stage.all();
    stage.raw(all, down(0.0, h, &ground.map(rgb)));
    stage.haze = rgb(ground[1]);
    // A band of mist from corner to corner.
    let slope = scene.side * stage.random.range(0.25, 0.5);
    for index in 0..11 {
        let t = index as f32 / 10.0;
        let x = w * t;
        let y = h * (0.5 + slope * (t - 0.5)) + h * stage.random.range(-0.16, 0.16);
        let r = long * stage.random.range(0.13, 0.27);
        let color = rgb(clouds[index % 3]).alpha(stage.random.range(0.16, 0.34));
        stage.raw_moving(
            Path::circle(0.0, 0.0, r),
            glow(0.0, 0.0, r, color),
            x,
            y,
            1.0,
            Motion { pulse: (0.75, 9.0), phase: t, ..Motion::default() },
        );
    }
    sky::stars(stage, h * 1.6, 1.0);
    for _ in 0..5 {
        let (x, y, r) = (w * stage.random.unit(), h * stage.random.unit(), u * stage.random.range(0.012, 0.026));
        sparkle(stage, x, y, r);
    }
    shooting_star(stage);
    let s = scene.side;
    let travels = scene.things.iter().any(|(thing, _)| !matches!(thing, Thing::Planet | Thing::Moon | Thing::Stars));
    const TONES: [u32; 6] = [0xd9_8a5a, 0x5a_8fd0, 0xc8_6a8a, 0x6a_b0a0, 0xb8_9ad8, 0xe0_b070];
    let tone = |index: usize| rgb(TONES[(scene.choice(9, 6) + index) % 6]);
    // A great planet: the hero where nobody travels, low at the side where somebody does.
    let named = scene.things.iter().find(|(thing, _)| *thing == Thing::Planet).and_then(|(_, color)| *color);
    let ring = !travels || scene.hash.is_multiple_of(3) || stage.drawing().subject.to_lowercase().contains("ring");
    let (x, y, k) =
        if travels { (0.5 - s * 0.24, 0.66, if ring { 0.004 } else { 0.005 }) } else { (0.5 + s * 0.1, 0.45, 0.0056) };
    let motion = Motion { bob: (u * 0.004, 12.0), ..Motion::default() };
    let moon = air::planet(tone(2).mix(rgb(0xb8_b4bc), 0.5), false, 1);
    stage.put(
        &moon,
        Pose::at(w * (0.5 - s * if travels { -0.34 } else { 0.28 }), h * 0.22, u * 0.00105)
            .motion(Motion { drift: (stage.travel(u * 0.004, u * 0.04), 0.0), ..Motion::default() }),
    );
    stage.put(
        &air::planet(named.unwrap_or(tone(0)), ring, scene.choice(4, 6)),
        Pose::at(w * x, h * y, u * k).motion(motion),
    );
    for (index, (thing, color)) in scene.things.iter().enumerate() {
        let look = Look { tone: scene.tone(*color, index), lamps: true, variant: index };
        traveller(stage, scene, *thing, look, index);
    }
}

fn traveller(stage: &mut Stage, scene: &Scene, thing: Thing, look: Look, index: usize) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let x = w * (0.5 + scene.side * if index == 0 { 0.14 } else { 0.26 });
    let motion = Motion { bob: (u * 0.012, 5.0), sway: (3.0, 7.0), ..Motion::default() };
    match thing {
        Thing::Rocket | Thing::Plane => {
            let mut s = Sprite::new();
            s.add(&air::rocket(look), 0.0, 0.0, 1.0, 1.0);
            let first = stage.layers();
            stage.put(
                &s,
                Pose::at(x, h * 0.42, u * 0.0038).motion(Motion { bob: (u * 0.01, 4.0), ..Motion::default() }),
            );
            stage.turn(first, scene.side * 24.0);
        }
        Thing::Planet | Thing::Moon | Thing::Stars => {}
        Thing::Robot => {
            stage.put(&life::robot(look), Pose::at(x, h * 0.62, u * 0.0042).flip(scene.side < 0.0).motion(motion))
        }
        _ => stage.put(&life::astronaut(look), Pose::at(x, h * 0.66, u * 0.0044).flip(scene.side < 0.0).motion(motion)),
    }
}

fn sparkle(stage: &mut Stage, x: f32, y: f32, r: f32) {
    let mut points = Vec::new();
    for index in 0..8 {
        let turns = index as f32 / 8.0;
        let far = if index % 2 == 0 { r } else { r * 0.12 };
        points.push((far * cowave(turns), far * wave(turns)));
    }
    let motion =
        Motion { pulse: (0.35, stage.random.range(3.0, 5.0)), phase: stage.random.unit(), ..Motion::default() };
    stage.raw_moving(
        Path::circle(0.0, 0.0, r * 1.1),
        glow(0.0, 0.0, r * 1.1, rgb(0xcf_dcff).alpha(0.5)),
        x,
        y,
        1.0,
        motion,
    );
    stage.raw_moving(Path::polygon(&points), around(0.0, 0.0, r, &[WHITE, WHITE.alpha(0.2)]), x, y, 1.0, motion);
}

fn shooting_star(stage: &mut Stage) {
    if stage.seconds < 3.0 {
        return;
    }
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let first = stage.layers();
    let color: Color = rgb(0xf2_f6ff);
    let mut s = Sprite::new();
    s.lit_line(
        Path::at(0.0, 0.0).line(-u * 0.16, -u * 0.07),
        crate::paint::across(-u * 0.16, 0.0, &[color.alpha(0.0), color]),
        u * 0.0022,
    );
    let (x, y) = (w * stage.random.range(0.2, 0.7), h * stage.random.range(0.08, 0.3));
    stage.put(&s, Pose::at(x, y, 1.0));
    let frames = stage.frames as f32;
    let second = frames / stage.seconds;
    let at = frames * stage.random.range(0.3, 0.6);
    use kinora_sdk::documents::Property::{Opacity, X, Y};
    let tracks = vec![
        crate::stage::track(Opacity, &[(at, 0.0), (at + second * 0.2, 0.9), (at + second * 0.9, 0.0)]),
        crate::stage::track(X, &[(at, x), (at + second * 0.9, x + u * 0.34)]),
        crate::stage::track(Y, &[(at, y), (at + second * 0.9, y + u * 0.15)]),
    ];
    if stage.moves() {
        stage.animate(first, tracks);
    }
}
