//! The sky: its gradient, stars, sun or moon, clouds.

use super::scene::Scene;
use crate::{
    paint::{Color, Fill, WHITE, across, around, down, glow},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    words::Weather,
};

/// Where the sun or moon is.
pub fn disc_at(stage: &Stage, scene: &Scene, horizon: f32) -> (f32, f32) {
    let spread = if stage.w > stage.h { 0.2 } else { 0.22 };
    (stage.w * (0.5 - scene.side * spread), horizon - horizon * scene.light.altitude.max(0.0))
}

/// The whole sky down to the horizon.
pub fn draw(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let light = scene.light;
    let (w, u) = (stage.w, stage.u);
    let fill = Fill::Linear(
        [0.0, 0.0],
        [0.0, horizon],
        vec![(0.0, light.sky[0]), (0.4, light.sky[1]), (0.76, light.sky[2]), (1.0, light.sky[3])],
    );
    let all = stage.all();
    stage.raw(all, fill);
    if light.stars > 0.0 {
        stars(stage, horizon * 0.9, light.stars);
    }
    let (x, y) = disc_at(stage, scene, horizon);
    if light.altitude >= 0.0 {
        let strong = if light.moon { 0.4 } else { 0.62 };
        let wide = u * if light.altitude < 0.2 { 0.95 } else { 0.7 };
        stage.raw(Path::circle(x, y, wide), glow(x, y, wide, light.halo.alpha(strong * 0.8)));
        stage.raw(Path::circle(x, y, u * 0.24), glow(x, y, u * 0.24, light.disc.alpha(strong * 0.75)));
        if light.moon {
            moon(stage, x, y, u * 0.05, light.disc, light.sky[1]);
        } else {
            let r = u * if light.altitude < 0.2 { 0.072 } else { 0.05 };
            stage.raw(Path::circle(x, y, r), around(x, y, r, &[WHITE, light.disc.lighter(0.3), light.disc]));
        }
    } else {
        // Even behind clouds light comes from somewhere.
        let y = horizon * 0.75;
        stage.raw(Path::circle(x, y, u * 0.9), glow(x, y, u * 0.9, light.halo.alpha(0.35)));
    }
    clouds(stage, scene, horizon);
    if scene.weather == Some(Weather::Storm) {
        super::weather::gloom(stage, scene, horizon);
    }
    // Haze on the horizon binds sky and ground.
    let band = horizon * 0.22;
    stage.raw(
        Path::rect(-2.0, horizon - band, w + 4.0, band + 4.0),
        down(horizon - band, horizon, &[light.haze.alpha(0.0), light.haze.alpha(0.42)]),
    );
}

/// Stars in three strengths; the strongest twinkle.
pub fn stars(stage: &mut Stage, bottom: f32, strength: f32) {
    let (w, u) = (stage.w, stage.u);
    let many = (150.0 * strength * (w * bottom / (u * u)).min(2.0)) as usize;
    for (group, (part, size, opacity)) in
        [(0.6, 0.0009, 0.5), (0.2, 0.0013, 0.75), (0.12, 0.0017, 0.9), (0.08, 0.0023, 1.0)].into_iter().enumerate()
    {
        let mut path = Path::default();
        for _ in 0..((many as f32 * part) as usize).max(1) {
            let (x, y) = (w * stage.random.unit(), bottom * stage.random.unit());
            // Fewer near the horizon.
            if y / bottom > 0.55 + 0.45 * stage.random.unit() {
                continue;
            }
            let r = (u * size * stage.random.range(0.75, 1.3)).max(0.35);
            path = path.and(Path::polygon(&[
                (x - r * 1.2, y),
                (x - r * 0.85, y - r * 0.85),
                (x, y - r * 1.2),
                (x + r * 0.85, y - r * 0.85),
                (x + r * 1.2, y),
                (x + r * 0.85, y + r * 0.85),
                (x, y + r * 1.2),
                (x - r * 0.85, y + r * 0.85),
            ]));
        }
        let motion = if group >= 2 {
            Motion { pulse: (0.45, 2.4 + group as f32), phase: 0.3 * group as f32, ..Motion::default() }
        } else {
            Motion::default()
        };
        if !path.is_empty() {
            stage.raw_moving(path, crate::paint::rgb(0xfd_fbf2), 0.0, 0.0, opacity * strength.max(0.5), motion);
        }
    }
}

fn moon(stage: &mut Stage, x: f32, y: f32, r: f32, color: Color, sky: Color) {
    stage.raw(Path::circle(x, y, r), around(x - r * 0.3, y - r * 0.3, r * 1.6, &[WHITE, color, color.mix(sky, 0.25)]));
    for (dx, dy, part) in [(-0.3, -0.2, 0.26), (0.28, 0.25, 0.2), (0.2, -0.42, 0.13), (-0.2, 0.4, 0.15)] {
        stage.raw(Path::circle(x + dx * r, y + dy * r, r * part), sky.alpha(0.1));
    }
}

/// A heap of rounds on a flat base, around its middle.
fn heap(stage: &mut Stage, width: f32) -> Path {
    let count = 5 + stage.random.below(3);
    let height = width * stage.random.range(0.16, 0.24);
    let mut path = Path::round(-width / 2.0, -height * 0.5, width, height * 0.5, height * 0.25);
    for index in 0..count {
        let t = (index as f32 + 0.5) / count as f32;
        let middle = 1.0 - (t - 0.5).abs() * 1.5;
        let r = height * (0.34 + 0.5 * middle * stage.random.range(0.75, 1.1));
        path = path.and(Path::circle(-width * 0.4 + width * 0.8 * t, -height * 0.22 - r * 0.42, r));
    }
    path
}

/// Thin long clouds high up and heaped ones lower.
fn clouds(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let (w, u) = (stage.w, stage.u);
    let light = scene.light;
    let low_sun = light.altitude >= 0.0 && light.altitude < 0.2;
    let bank = light.cloud;
    let veils = if low_sun { 7 } else { 4 };
    for index in 0..veils {
        let width = u * stage.random.range(0.5, 1.1);
        let thick = u * stage.random.range(0.006, 0.014);
        let points: [Point; 3] = [(0.0, 0.0), (0.18, -1.7), (-0.22, 1.6)];
        let mut path = Path::default();
        for (dx, dy) in points {
            path = path.and(Path::ellipse(
                dx * width,
                dy * thick,
                width * stage.random.range(0.28, 0.5),
                thick * stage.random.range(0.6, 1.0),
            ));
        }
        let (x, y) =
            (w * stage.random.unit(), horizon * (0.14 + 0.66 * (index as f32 + stage.random.unit()) / veils as f32));
        let way = stage.travel(u * 0.008, u * 0.08);
        let color = bank.mix(light.sky[2], 0.25);
        let fill = across(-width * 0.6, width * 0.6, &[color.alpha(0.0), color.alpha(0.5), color.alpha(0.0)]);
        stage.raw_moving(path, fill, x, y, 0.8, Motion { drift: (way, 0.0), ..Motion::default() });
    }
    let heaps = if scene.weather == Some(Weather::Fog) { 1 } else { 3 + stage.random.below(3) };
    for index in 0..heaps {
        let width = u * stage.random.range(0.24, 0.5);
        let path = heap(stage, width);
        let column = (index as f32 + stage.random.range(0.1, 0.9)) / heaps as f32;
        let y = horizon * stage.random.range(0.2, 0.62);
        let part = if light.is_dark() { 0.34 } else { 0.78 };
        let base = bank.mix(light.sky[2], 0.6);
        let fill = down(
            -width * 0.28,
            0.0,
            &[bank.lighter(if light.is_dark() { 0.0 } else { 0.25 }).alpha(part), base.alpha(part * 0.25)],
        );
        let speed = u * stage.random.range(0.01, 0.018);
        let way = stage.travel(speed, u * 0.16);
        let mut cloud = Sprite::new();
        cloud.lit(path, fill);
        stage.put(&cloud, Pose::at(w * column, y, 1.0).motion(Motion { drift: (way, 0.0), ..Motion::default() }));
    }
}
