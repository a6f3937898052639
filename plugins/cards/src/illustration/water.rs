//! Water: the sea, lakes, harbours; what it mirrors and how it moves.

use super::{scene::Scene, sky::disc_at};
use crate::{
    number::wave,
    paint::{Color, Fill, WHITE, across, down, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    words::Weather,
};

/// Colours of a water surface, from the horizon to the viewer.
pub fn colors(scene: &Scene, base: Color) -> [Color; 3] {
    let light = scene.light;
    let body = base.times(light.tint);
    [
        light.sky[3].mix(body, 0.42).mix(light.haze, 0.2),
        light.sky[1].mix(body, 0.62),
        body.mix(light.sky[0], 0.35).darker(0.12),
    ]
}

/// A surface from `top` to `bottom` with the disc's path of light on it.
pub fn surface(stage: &mut Stage, scene: &Scene, top: f32, bottom: f32, horizon: f32) {
    let (w, u) = (stage.w, stage.u);
    let colors = colors(scene, rgb(0x1f_6f8f));
    let fill = Fill::Linear([0.0, top], [0.0, bottom], vec![(0.0, colors[0]), (0.38, colors[1]), (1.0, colors[2])]);
    stage.raw(Path::rect(-2.0, top, w + 4.0, bottom - top + 2.0), fill);
    if scene.light.altitude >= 0.0 {
        let (x, _) = disc_at(stage, scene, horizon);
        glitter(stage, scene, x, top, bottom);
    }
    ripples(stage, scene, top, bottom);
    if scene.weather == Some(Weather::Storm) {
        swell(stage, scene, top, bottom, colors);
    }
    // The line where water meets sky shines a little.
    stage.raw(
        Path::rect(-2.0, top - u * 0.001, w + 4.0, (u * 0.0025).max(0.6)),
        scene.light.sky[3].lighter(0.3).alpha(0.55),
    );
}

fn lens(x: f32, y: f32, half: f32, thick: f32) -> Path {
    Path::at(x - half, y).quad(x, y - thick, x + half, y).quad(x, y + thick, x - half, y).close()
}

/// The path of light under sun or moon: bars that grow wider and sparser towards the viewer.
fn glitter(stage: &mut Stage, scene: &Scene, x: f32, top: f32, bottom: f32) {
    let u = stage.u;
    let depth = bottom - top;
    let color = scene.light.disc.mix(scene.light.halo, 0.35);
    for part in 0..3 {
        let mut path = Path::default();
        for step in 0..16 {
            let t = ((step * 3 + part) as f32 + 0.5) / 48.0;
            let y = top + depth * (t * t * 0.55 + t * 0.45) * 0.95;
            let half = u * (0.022 + 0.085 * t) * stage.random.range(0.35, 1.15);
            let off = u * (0.012 + 0.07 * t) * stage.random.range(-1.0, 1.0);
            path = path.and(lens(x + off, y, half, u * (0.0016 + 0.0062 * t)));
        }
        let fill = down(top, bottom, &[color.lighter(0.25).alpha(0.9), color.alpha(0.5), color.alpha(0.06)]);
        let motion = Motion { pulse: (0.5, 2.2 + 0.7 * part as f32), phase: part as f32 / 3.0, ..Motion::default() };
        stage.raw_moving(path, fill, 0.0, 0.0, 0.85, motion);
    }
}

/// Fine light and dark lines over the whole surface.
fn ripples(stage: &mut Stage, scene: &Scene, top: f32, bottom: f32) {
    let (w, u) = (stage.w, stage.u);
    let depth = bottom - top;
    for (group, color) in [
        scene.light.sky[2].lighter(0.25).alpha(0.34),
        scene.light.sky[0].darker(0.25).alpha(0.26),
        scene.light.sky[3].alpha(0.28),
    ]
    .into_iter()
    .enumerate()
    {
        let mut path = Path::default();
        let count = (16.0 * (w / u).min(2.5)) as usize + 6;
        for _ in 0..count {
            let t = stage.random.unit();
            let y = top + depth * (0.02 + 0.98 * t * t);
            let half = u * (0.012 + 0.085 * t) * stage.random.range(0.5, 1.2);
            path = path.and(lens(w * stage.random.range(-0.05, 1.05), y, half, u * (0.0008 + 0.0034 * t)));
        }
        let way = stage.travel(u * 0.008, u * 0.04) * if group == 1 { -1.0 } else { 1.0 };
        stage.raw_moving(
            path,
            color,
            0.0,
            0.0,
            1.0,
            Motion { drift: (way, 0.0), bob: (u * 0.002, 3.5), phase: 0.3 * group as f32, ..Motion::default() },
        );
    }
}

/// Rows of waves with white crests.
fn swell(stage: &mut Stage, scene: &Scene, top: f32, bottom: f32, colors: [Color; 3]) {
    let (w, u) = (stage.w, stage.u);
    for row in 0..6 {
        let t = (row as f32 + 0.6) / 6.0;
        let y = top + (bottom - top) * (0.06 + 0.86 * t * t);
        let height = u * (0.008 + 0.038 * t);
        let length = u * (0.14 + 0.34 * t);
        let start = stage.random.unit();
        let mut crests = Vec::new();
        let mut points: Vec<Point> = Vec::new();
        let mut x = -w * 0.1 - length;
        while x < w * 1.1 + length {
            let tall = height * stage.random.range(0.55, 1.25);
            // Steep before, flat behind.
            points.extend([
                (x, height * 0.4),
                (x + length * 0.42, -tall * 0.2),
                (x + length * 0.6, -tall),
                (x + length * 0.78, -tall * 0.05),
            ]);
            crests.push((x + length * 0.6, -tall, tall));
            x += length * stage.random.range(0.92, 1.15);
        }
        let color = if row < 3 { colors[1].mix(colors[2], t) } else { colors[2].mix(rgb(0x05_0c14), 0.18 * t) };
        let way = stage.travel(u * (0.012 + 0.02 * t), w * 0.08) * if row % 2 == 0 { 1.0 } else { 0.6 };
        let motion = Motion {
            drift: (way, 0.0),
            bob: (height * 0.28, 3.0 + 0.4 * row as f32),
            phase: start,
            ..Motion::default()
        };
        let mut sprite = Sprite::new();
        sprite.lit(
            Path::land(&points, bottom - y + u * 0.1),
            down(-height, u * 0.16, &[color.lighter(0.14), color, color.darker(0.1)]),
        );
        let mut foam = Path::default();
        for (cx, cy, tall) in crests {
            foam = foam.and(
                Path::at(cx - length * 0.13, cy + tall * 0.42)
                    .quad(cx - length * 0.03, cy - tall * 0.12, cx + length * 0.05, cy + tall * 0.02)
                    .quad(cx + length * 0.1, cy + tall * 0.25, cx + length * 0.12, cy + tall * 0.6)
                    .quad(cx, cy + tall * 0.1, cx - length * 0.13, cy + tall * 0.42)
                    .close(),
            );
        }
        sprite.lit(foam, WHITE.mix(scene.light.haze, 0.4).alpha(0.35 + 0.3 * t));
        stage.put(&sprite, Pose::at(0.0, y, 1.0).motion(motion));
    }
}

/// What stands on the water seen in it, upside down and faint.
pub fn mirror(stage: &mut Stage, sprite: &Sprite, pose: Pose) {
    let mut image = Sprite::new();
    image.add(sprite, 0.0, 0.0, 1.0, -0.5);
    let mut motion = pose.motion;
    motion.bob.0 = -motion.bob.0;
    motion.sway.0 = -motion.sway.0;
    stage.put(&image, Pose { opacity: pose.opacity * 0.2, motion, ..pose });
    // Lines of light break the image.
    let mut lines = Sprite::new();
    for step in 0..4 {
        let y = 5.0 + 9.0 * step as f32;
        lines.lit(
            lens(4.0 * wave(0.37 * step as f32), y, 42.0 - 7.0 * step as f32, 0.8),
            across(-46.0, 46.0, &[WHITE.alpha(0.0), WHITE.alpha(0.16), WHITE.alpha(0.0)]),
        );
    }
    stage.put(
        &lines,
        Pose { opacity: 0.8, depth: 0.0, motion: Motion { drift: pose.motion.drift, ..Motion::default() }, ..pose },
    );
}

/// Soft white where waves meet rock.
pub fn foam(stage: &mut Stage, left: f32, right: f32, y: f32) {
    let u = stage.u;
    let mut path = Path::default();
    let count = ((right - left) / (u * 0.013)).clamp(3.0, 110.0) as usize;
    for index in 0..count {
        let x = left + (right - left) * (index as f32 + stage.random.unit()) / count as f32;
        path = path.and(Path::ellipse(
            x,
            y + u * stage.random.range(-0.003, 0.005),
            u * stage.random.range(0.012, 0.03),
            u * stage.random.range(0.0018, 0.0045),
        ));
    }
    let motion = Motion { bob: (u * 0.003, 3.0), pulse: (0.6, 3.0), ..Motion::default() };
    let mut sprite = Sprite::new();
    sprite.fill(path, rgb(0xf4_fafa).alpha(0.62));
    stage.put(&sprite, Pose::at(0.0, 0.0, 1.0).motion(motion));
}

/// Fine lines over water that is already there.
pub fn veil(stage: &mut Stage, scene: &Scene, top: f32, bottom: f32) {
    if scene.light.altitude >= 0.0 && scene.place == crate::words::Place::Lake {
        let (x, _) = disc_at(stage, scene, top);
        glitter(stage, scene, x, top, bottom);
    }
    if scene.place == crate::words::Place::Lake {
        ripples(stage, scene, top, bottom);
    }
}
