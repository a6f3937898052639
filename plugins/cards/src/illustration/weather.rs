//! What falls and drifts through the air in front of everything.

use super::scene::Scene;
use crate::{
    paint::{Color, WHITE, down, glow, rgb},
    path::Path,
    stage::{Motion, Stage},
    words::Weather,
};

/// Heavy clouds under the top of a stormy sky.
pub fn gloom(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let (w, u) = (stage.w, stage.u);
    for row in (0..3).rev() {
        let y = horizon * (0.05 + 0.17 * row as f32);
        let color = scene.light.sky[0].mix(scene.light.sky[2], 0.1 + 0.2 * row as f32);
        let mut path = Path::rect(-w * 0.2, -horizon, w * 1.4, horizon);
        let count = (w / u * 8.0) as usize + 3;
        for index in 0..count {
            let x = w * (-0.15 + 1.3 * (index as f32 + stage.random.unit()) / count as f32);
            let r = u * stage.random.range(0.05, 0.13);
            path = path.and(Path::ellipse(x, stage.random.range(-0.05, 0.01) * u, r * 1.7, r * 0.8));
        }
        let way = stage.travel(u * 0.014 * (3 - row) as f32, u * 0.12);
        let fill = down(
            -u * 0.16,
            u * 0.1,
            &[
                color.alpha(0.95),
                color.mix(scene.light.sky[2], 0.18).alpha(0.55),
                color.mix(scene.light.cloud, 0.3).alpha(0.1),
            ],
        );
        stage.raw_moving(path, fill, 0.0, y, 1.0, Motion { drift: (way, 0.0), ..Motion::default() });
    }
}

/// Rain, snow or fog over the whole picture.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    match scene.weather {
        Some(Weather::Rain) => rain(stage, 0.22, 0.07),
        Some(Weather::Storm) => rain(stage, 0.18, 0.24),
        Some(Weather::Snowfall) => snow(stage),
        Some(Weather::Fog) => fog(stage, scene.light.haze, 0.55),
        None => {}
    }
}

/// Streaks in three depths; each repeats downward without a seam.
fn rain(stage: &mut Stage, opacity: f32, slant: f32) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for (depth, (length, width, seconds)) in
        [(0.035, 0.0008, 1.3), (0.055, 0.0012, 0.95), (0.085, 0.0017, 0.7)].into_iter().enumerate()
    {
        let count = 46 - 10 * depth;
        let mut path = Path::default();
        for _ in 0..count {
            let (x, y) = (w * stage.random.range(-0.1, 1.25), h * stage.random.unit());
            for turn in 0..2 {
                let y = y - h * turn as f32;
                path = path.hop(x - slant * y, y).line(x - slant * (y + u * length), y + u * length);
            }
        }
        let mut sprite = crate::stage::Sprite::new();
        sprite.lit_line(path, rgb(0xdc_e8f2), u * width);
        // A fall by the height brings the upper half exactly to where the lower one was.
        let motion = Motion { fall: (h, seconds), lean: -slant, phase: stage.random.unit(), ..Motion::default() };
        stage.put(&sprite, crate::stage::Pose::at(0.0, 0.0, 1.0).opacity(opacity + 0.05 * depth as f32).motion(motion));
    }
}

fn snow(stage: &mut Stage) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for (depth, (size, seconds, opacity)) in
        [(0.0022, 17.0, 0.6), (0.0036, 12.0, 0.75), (0.0058, 8.5, 0.85)].into_iter().enumerate()
    {
        let mut path = Path::default();
        for _ in 0..(52 - 13 * depth) {
            let (x, y) = (w * stage.random.range(-0.02, 1.02), h * stage.random.unit());
            let r = u * size * stage.random.range(0.6, 1.2);
            path = path.and(Path::circle(x, y, r)).and(Path::circle(x, y - h, r));
        }
        let motion = Motion { fall: (h, seconds), phase: stage.random.unit(), ..Motion::default() };
        stage.raw_moving(path, WHITE, 0.0, 0.0, opacity, motion);
    }
}

/// Soft banks that drift over a veil.
pub fn fog(stage: &mut Stage, color: Color, strength: f32) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let veil = |alpha: f32| color.alpha(alpha * strength);
    stage.raw(
        Path::rect(-2.0, h * 0.3, w + 4.0, h * 0.7 + 2.0),
        down(h * 0.3, h, &[veil(0.0), veil(0.5), veil(0.85), veil(0.55), veil(0.3)]),
    );
    for index in 0..7 {
        let (x, y) = (w * (index as f32 + stage.random.unit()) / 7.0, h * stage.random.range(0.5, 0.78));
        let r = u * stage.random.range(0.2, 0.38);
        let way = stage.travel(u * 0.02, u * 0.15) * stage.random.sign();
        stage.raw_moving(
            Path::circle(0.0, 0.0, r),
            glow(0.0, 0.0, r, veil(0.5)),
            x,
            y,
            1.0,
            Motion { drift: (way, 0.0), ..Motion::default() },
        );
    }
}

/// Small lights that float: fireflies, dust in the sun.
pub fn motes(stage: &mut Stage, color: Color, count: usize, top: f32, bottom: f32) {
    for _ in 0..count {
        let r = stage.u * stage.random.range(0.004, 0.011);
        let (x, y) = (stage.w * stage.random.unit(), stage.random.range(top, bottom));
        let way = stage.travel(stage.u * 0.02, stage.u * 0.12) * stage.random.range(-1.0, 1.0);
        let motion = Motion {
            drift: (way, -stage.travel(stage.u * 0.012, stage.u * 0.1)),
            pulse: (0.2, stage.random.range(2.0, 4.0)),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        let opacity = stage.random.range(0.4, 0.9);
        stage.raw_moving(Path::circle(0.0, 0.0, r), glow(0.0, 0.0, r, color), x, y, opacity, motion);
    }
}
