//! Land: hills, mountains, woods, dunes, and the coast.

use super::scene::Scene;
use crate::{
    number::wave,
    paint::{Color, across, down, rgb},
    path::{Path, Point},
    random::Random,
    stage::{Motion, Pose, Sprite, Stage},
    things::plant,
};

/// A gently rolling line across the picture around `y`.
pub fn rolling(stage: &mut Stage, y: f32, swing: f32, length: f32) -> Vec<Point> {
    let (w, u) = (stage.w, stage.u);
    let (a, b) = (stage.random.unit(), stage.random.unit());
    let long = u * length;
    (0..=18)
        .map(|step| {
            let x = w * (-0.05 + 1.1 * step as f32 / 18.0);
            (x, y + swing * (wave(x / long + a) * 0.72 + wave(x / long * 2.3 + b) * 0.28))
        })
        .collect()
}

/// The height of a line at `x`.
pub fn height_at(points: &[Point], x: f32) -> f32 {
    for pair in points.windows(2) {
        if x >= pair[0].0 && x <= pair[1].0 {
            let t = (x - pair[0].0) / (pair[1].0 - pair[0].0).max(0.001);
            return pair[0].1 + (pair[1].1 - pair[0].1) * t;
        }
    }
    points.last().map_or(0.0, |point| point.1)
}

/// One hill: lit along its top, darker below.
pub fn hill(stage: &mut Stage, points: &[Point], color: Color, depth: f32) {
    let top = points.iter().map(|point| point.1).fold(f32::MAX, f32::min);
    let mut sprite = Sprite::new();
    let bottom = stage.h + 4.0;
    sprite.fill(
        Path::land(points, bottom),
        down(top, top + (bottom - top).min(stage.u * 0.42), &[color.lighter(0.16), color, color.darker(0.2)]),
    );
    stage.put(&sprite, Pose::at(0.0, 0.0, 1.0).depth(depth));
}

/// A veil of haze whose top is at `y`.
pub fn veil(stage: &mut Stage, color: Color, y: f32, height: f32, strength: f32) {
    stage.raw(
        Path::rect(-2.0, y, stage.w + 4.0, height),
        down(y, y + height, &[color.alpha(0.0), color.alpha(strength), color.alpha(strength * 0.25)]),
    );
}

/// A range of mountains whose feet are at `base`.
pub fn mountains(stage: &mut Stage, scene: &Scene, base: f32, tall: f32, rock: Color, depth: f32, snow: bool) {
    let (w, u) = (stage.w, stage.u);
    let step = tall * 0.62;
    let count = (w / step) as usize + 3;
    let mut peaks: Vec<(f32, f32)> = (0..count)
        .map(|index| {
            let x = -step + (index as f32 + stage.random.range(-0.3, 0.3)) * step;
            let mut high = tall * stage.random.range(0.5, 1.0);
            // Lower behind the hero, higher on the open side: the eye needs room.
            let from_hero = ((x / w - 0.5) * scene.side).clamp(-0.5, 0.5);
            high *= 1.0 - 0.22 * (0.5 - (from_hero - 0.1).abs()).max(0.0);
            (x, high)
        })
        .collect();
    peaks.sort_by(|a, b| a.1.total_cmp(&b.1).reverse());
    let white = rgb(0xf8_fafc);
    for (x, high) in peaks {
        let half = high * stage.random.range(0.72, 0.95);
        let mut sprite = Sprite::new();
        let edge = |random: &mut Random, side: f32| -> Vec<Point> {
            (1..=6)
                .map(|step| {
                    let t = step as f32 / 6.0;
                    let jag = if step == 6 { 0.0 } else { random.range(-0.045, 0.045) };
                    (side * half * (t + jag), -high * (1.0 - t * (0.86 + 0.14 * t)))
                })
                .collect()
        };
        let left = edge(&mut stage.random, -1.0);
        let right = edge(&mut stage.random, 1.0);
        let ridge: Vec<Point> = (1..=6)
            .map(|step| {
                let t = step as f32 / 6.0;
                (half * (0.16 * t + stage.random.range(-0.09, 0.09) * t.min(0.7)), -high * (1.0 - t))
            })
            .collect();
        let summit = (0.0, -high);
        let mut whole = vec![summit];
        whole.extend(&right);
        whole.extend(left.iter().rev());
        let mut shadow = vec![summit];
        shadow.extend(&right);
        shadow.extend(ridge.iter().rev());
        sprite.fill(Path::polygon(&whole), down(-high, 0.0, &[rock.lighter(0.2), rock.lighter(0.04)]));
        sprite.fill(Path::polygon(&shadow), down(-high, 0.0, &[rock.darker(0.28), rock.darker(0.08)]));
        if snow && high > tall * 0.55 {
            let lower = stage.random.range(1.6, 2.2);
            let cut = lower as usize;
            let mut cap = vec![summit];
            cap.extend(&right[..cut]);
            let (rx, ry) = right[cut - 1];
            let (lx, ly) = left[cut - 1];
            for step in 1..6 {
                let t = step as f32 / 6.0;
                let dip = if step % 2 == 1 { 0.1 } else { -0.03 } * high;
                cap.push((rx + (lx - rx) * t, ry + (ly - ry) * t + dip * stage.random.range(0.6, 1.2)));
            }
            cap.extend(left[..cut].iter().rev());
            sprite.fill(Path::polygon(&cap), white);
            let mut dark = vec![summit];
            dark.extend(&right[..cut]);
            dark.push((rx * 0.7, ry + high * 0.07));
            dark.push((ridge[cut].0 * 0.7 + rx * 0.2, ry - high * 0.01));
            dark.extend(ridge[..cut].iter().rev());
            sprite.fill(Path::polygon(&dark), white.mix(rgb(0x6b_86b4), 0.42));
        }
        stage.put(&sprite, Pose::at(x, base, 1.0).depth(depth).flip(scene.side < 0.0));
    }
    // No sky between their feet and what lies before them.
    if scene.place != crate::words::Place::Lake {
        let mut foot = Sprite::new();
        foot.fill(Path::rect(-2.0, base - 1.0, w + 4.0, u * 0.12), rock.lighter(0.04));
        stage.put(&foot, Pose::at(0.0, 0.0, 1.0).depth(depth));
    }
    let haze = scene.light.haze;
    veil(stage, haze, base - tall * 0.5, tall * 0.5 + u * 0.02, 0.5 * depth + 0.12);
}

/// A line of pines along a ground line.
pub fn pines(stage: &mut Stage, ground: &[Point], tall: f32, color: Color, depth: f32, density: f32) {
    let mut path = Path::default();
    let mut x = -stage.w * 0.03;
    while x < stage.w * 1.03 {
        let height = tall * stage.random.range(0.55, 1.1);
        if stage.random.chance(density) {
            path = path.and(plant::pine_outline(x, height_at(ground, x) + tall * 0.06, height));
        }
        x += tall * stage.random.range(0.16, 0.34);
    }
    if path.is_empty() {
        return;
    }
    let mut sprite = Sprite::new();
    sprite.fill(path, color);
    stage.put(&sprite, Pose::at(0.0, 0.0, 1.0).depth(depth));
}

/// Grass blades along a line at the bottom of the picture.
pub fn grass(stage: &mut Stage, ground: &[Point], color: Color, tall: f32, opacity: f32) {
    let (w, u) = (stage.w, stage.u);
    for group in 0..2 {
        let mut path = Path::default();
        let count = (60.0 * (w / u).min(2.0)) as usize;
        for _ in 0..count {
            let x = w * stage.random.range(-0.02, 1.02);
            let y = height_at(ground, x) + u * 0.006;
            let (lean, high) = (u * stage.random.range(-0.012, 0.012), u * tall * stage.random.range(0.5, 1.1));
            path = path.and(
                Path::at(x - u * 0.0022, y)
                    .quad(x, y - high * 0.5, x + lean, y - high)
                    .quad(x + u * 0.002, y - high * 0.45, x + u * 0.0026, y)
                    .close(),
            );
        }
        let mut sprite = Sprite::new();
        sprite.fill(path, if group == 0 { color } else { color.lighter(0.1) });
        stage.put(&sprite, Pose::at(0.0, 0.0, 1.0).opacity(opacity));
    }
}

/// A rocky headland that carries the hero at `x`, `top` and falls to the water at `foot`.
pub fn headland(stage: &mut Stage, scene: &Scene, x: f32, top: f32, foot: f32) {
    let u = stage.u;
    let side = scene.side;
    let far = (stage.w * 0.5 + stage.w) / u;
    let at = |d: f32, y: f32| -> Point { (side * d * u, (y - top) / 1.0) };
    let j = |random: &mut Random, a: f32| random.range(-a, a);
    let drop = foot - top;
    let r = &mut stage.random;
    // From the inland edge over the hero to the tip, then down in steps.
    let back = top + u * 0.012;
    let mut line: Vec<Point> = vec![
        at(far, back - u * 0.075),
        at(0.62, back - u * 0.05),
        at(0.36, back - u * 0.012),
        at(0.14, top),
        at(-0.11, top + u * 0.004),
    ];
    let tip: Vec<Point> = vec![
        at(-0.17 + j(r, 0.01), top + drop * 0.12),
        at(-0.19 + j(r, 0.01), top + drop * 0.34),
        at(-0.235 + j(r, 0.012), top + drop * 0.42),
        at(-0.25 + j(r, 0.012), top + drop * 0.68),
        at(-0.31 + j(r, 0.012), top + drop * 0.78),
        at(-0.335 + j(r, 0.015), foot),
    ];
    line.extend(&tip);
    let rock = rgb(0x7a_7078);
    let mut sprite = Sprite::new();
    let low = foot - top;
    let mut body = line.clone();
    body.push(at(far, foot));
    sprite.fill(Path::polygon(&body), down(0.0, low, &[rock.lighter(0.06), rock.darker(0.22), rock.darker(0.5)]));
    // Facets that turn away from the light, and ledges that catch it.
    for index in 0..13 {
        let d = -0.16 + 0.13 * index as f32 + j(r, 0.02);
        let (a, b) = (r.range(0.1, 0.4), r.range(0.55, 1.0));
        let width = r.range(0.04, 0.11);
        let p = |d: f32, part: f32| at(d, top + drop * part);
        sprite.fill(
            Path::polygon(&[
                p(d, a),
                p(d + width, a + 0.08),
                p(d + width * 1.25, b),
                p(d + width * 0.4, b + 0.02),
                p(d - width * 0.1, (a + b) / 2.0),
            ]),
            rock.darker(0.55).alpha(0.38),
        );
        sprite.fill(
            Path::polygon(&[
                p(d, a),
                p(d - width * 0.1, (a + b) / 2.0),
                p(d + width * 0.4, b + 0.02),
                p(d - width * 0.28, b - 0.06),
                p(d - width * 0.42, a + 0.12),
            ]),
            rock.lighter(0.32).alpha(0.34),
        );
    }
    // Grass on top.
    let green = rgb(0x6d_8f55);
    let mut cover: Vec<Point> = line[..5].to_vec();
    cover.push(at(-0.165, top + drop * 0.1));
    for index in 0..16 {
        let d = -0.1 + 0.11 * index as f32;
        cover.push(at(d + 0.03, top + drop * (0.1 + 0.05 * (index % 2) as f32) - u * 0.03 * (d - 0.1).clamp(0.0, 1.0)));
    }
    cover.push(at(far, back - u * 0.03));
    sprite.fill(Path::polygon(&cover), down(-u * 0.06, drop * 0.2, &[green.lighter(0.14), green.darker(0.18)]));
    stage.put(&sprite, Pose::at(x, top, 1.0));
    let edge = x - side * 0.335 * u;
    let (left, right) = if side > 0.0 { (edge - u * 0.03, stage.w) } else { (0.0, edge + u * 0.03) };
    super::water::foam(stage, left, right, foot);
    // Rocks in the water before the tip.
    for index in 0..4 {
        let size = u * stage.random.range(0.018, 0.045);
        let rx = edge - side * u * (0.03 + 0.055 * index as f32) + stage.random.range(-0.01, 0.01) * u;
        let ry = foot + u * stage.random.range(0.0, 0.03);
        let mut stone = Sprite::new();
        stone.fill(
            Path::polygon(&[(-1.0, 0.0), (-0.7, -0.5), (-0.1, -0.85), (0.5, -0.6), (1.0, 0.0)]),
            down(-0.8, 0.0, &[rock, rock.darker(0.5)]),
        );
        stone.fill(Path::polygon(&[(-0.1, -0.85), (0.5, -0.6), (1.0, 0.0), (0.2, 0.0)]), rock.darker(0.55));
        stage.put(&stone, Pose::at(rx, ry, size).flip(side < 0.0));
        super::water::foam(stage, rx - size * 1.2, rx + size * 1.2, ry);
    }
}

/// Dunes: a lit and a shaded side, parted by a crest that winds down.
pub fn dunes(stage: &mut Stage, scene: &Scene, y: f32, tall: f32, color: Color, depth: f32) -> Vec<Point> {
    let (w, u) = (stage.w, stage.u);
    let line = rolling(stage, y, tall * 0.5, 1.25);
    hill(stage, &line, color, depth);
    let mut sprite = Sprite::new();
    for pair in 1..line.len() - 1 {
        let (before, here, after) = (line[pair - 1], line[pair], line[pair + 1]);
        if here.1 < before.1 && here.1 <= after.1 {
            let s = scene.side;
            let (x, top) = here;
            sprite.fill(
                Path::at(x, top + u * 0.002)
                    .cubic(
                        (x + s * u * 0.05, top + tall * 0.3),
                        (x - s * u * 0.05, top + tall * 0.6),
                        x + s * u * 0.03,
                        top + tall * 1.6,
                    )
                    .line(x + s * u * 0.55, top + tall * 1.6)
                    .quad(x + s * u * 0.3, top + tall * 0.4, x, top + u * 0.002)
                    .close(),
                across(x, x + s * u * 0.42, &[color.darker(0.3).alpha(0.75), color.darker(0.2).alpha(0.0)]),
            );
        }
    }
    stage.put(&sprite, Pose::at(0.0, 0.0, 1.0).depth(depth));
    let _ = w;
    line
}

/// Birds far away.
pub fn birds(stage: &mut Stage, scene: &Scene, horizon: f32) {
    let u = stage.u;
    let count = 3 + stage.random.below(4);
    let x = stage.w * (0.5 - scene.side * stage.random.range(0.02, 0.2));
    let y = horizon * stage.random.range(0.3, 0.55);
    let bird = crate::things::life::bird(scene.light.sky[0].mix(rgb(0x1a_1c2c), 0.7));
    let way = stage.travel(u * 0.03, u * 0.3) * scene.side;
    for index in 0..count {
        let dx = u * (0.045 * index as f32 + stage.random.range(-0.02, 0.02)) * if index % 2 == 0 { 1.0 } else { -0.8 };
        let dy = u * stage.random.range(-0.045, 0.045);
        let motion = Motion {
            drift: (way, 0.0),
            bob: (u * 0.006, 2.6),
            sway: (3.0, 1.7),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        let k = u * stage.random.range(0.0006, 0.00105);
        stage.put(&bird, Pose::at(x + dx, y + dy, k).opacity(0.72).motion(motion));
    }
}

/// Grass along a line that does not cross the whole picture.
pub fn grass_on(stage: &mut Stage, line: &[Point], color: Color, tall: f32) {
    let u = stage.u;
    let (left, right) = (line[0].0.max(0.0), line[line.len() - 1].0.min(stage.w));
    let mut path = Path::default();
    for _ in 0..((right - left).max(0.0) / u * 60.0) as usize {
        let x = stage.random.range(left, right);
        let y = height_at(line, x) + u * 0.006;
        let (lean, high) = (u * stage.random.range(-0.012, 0.012), u * tall * stage.random.range(0.4, 1.1));
        path = path.and(
            Path::at(x - u * 0.0022, y)
                .quad(x, y - high * 0.5, x + lean, y - high)
                .quad(x + u * 0.002, y - high * 0.45, x + u * 0.0026, y)
                .close(),
        );
    }
    if !path.is_empty() {
        let mut sprite = Sprite::new();
        sprite.fill(path, color);
        stage.put(&sprite, Pose::at(0.0, 0.0, 1.0));
    }
}
