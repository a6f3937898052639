//! A studio: a product on a plinth, in soft light.

use super::scene::Scene;
use crate::{
    paint::{Color, Fill, WHITE, across, down, glow, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, goods, life, plant, vessel, wheel},
    words::Thing,
};

/// A backdrop: wall top, wall bottom, floor, the lights' colour.
const SETS: [[u32; 4]; 6] = [
    [0xe9_dfd4, 0xd3_c2b2, 0xc4_b0a0, 0xff_f6e8],
    [0xd5_dde4, 0xb4_c2ce, 0xa6_b5c2, 0xff_ffff],
    [0x2e_2a32, 0x1b_191f, 0x24_2026, 0xf2_c890],
    [0xe8_c9bc, 0xd4_a898, 0xc4_9484, 0xff_ece0],
    [0xc8_d4c4, 0xa6_b8a4, 0x96_aa96, 0xfc_fbe8],
    [0x23_2c44, 0x14_1a2c, 0x1c_2438, 0x9c_c4ff],
];

/// A product, or any thing, as products are shown.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let drawing = stage.drawing().clone();
    let words = format!("{} {} {}", drawing.subject, drawing.mood, drawing.style).to_lowercase();
    let dark = scene.light.is_dark()
        || ["dark", "luxur", "night", "noir", "neon", "dramatic", "black background"]
            .iter()
            .any(|word| words.contains(word));
    let index = if dark { [2, 5][scene.choice(3, 2)] } else { [0, 1, 3, 4][scene.choice(3, 4)] };
    let [top, low, floor, light] = SETS[index].map(rgb);
    let ground = h * 0.7;
    let (x, s) = (w * 0.5, scene.side);
    let all = stage.all();
    stage.raw(all, down(0.0, ground, &[low, top, top.lighter(0.06)]));
    // A round light behind the product, and an arch that frames it.
    let key = (x - s * u * 0.16, h * 0.36);
    stage.raw(
        Path::circle(key.0, key.1, u * 0.85),
        glow(key.0, key.1, u * 0.85, light.alpha(if dark { 0.34 } else { 0.75 })),
    );
    arch(stage, x, ground, dark, top, low, scene);
    stage.raw(
        Path::rect(-2.0, ground, w + 4.0, h - ground + 2.0),
        down(ground, h, &[floor.lighter(0.1), floor, floor.darker(0.3)]),
    );
    stage.raw(
        Path::rect(-2.0, ground - u * 0.05, w + 4.0, u * 0.1),
        down(
            ground - u * 0.05,
            ground + u * 0.05,
            &[floor.alpha(0.0), floor.lighter(0.06).alpha(0.8), floor.alpha(0.0)],
        ),
    );
    light_blades(stage, s, light, dark);

    let top_y = h * 0.665;
    let wide = u * if scene.things.first().is_some_and(|(thing, _)| {
        matches!(thing, Thing::Laptop | Thing::Book | Thing::Car | Thing::Cup | Thing::Letter)
    }) {
        0.5
    } else {
        0.38
    };
    side_pieces(stage, scene, x, ground, dark);
    plinth(stage, scene, (x, top_y), wide, h * 0.82 - top_y, &words, dark);
    let hero = scene.things.first().copied();
    product(stage, scene, hero, (x, top_y), dark, &words);
    for (index, (thing, color)) in scene.things.iter().skip(1).take(2).enumerate() {
        let side = if index == 0 { s } else { -s };
        beside(stage, *thing, scene.tone(*color, index + 1), (x + side * u * 0.44, h * 0.79), s);
    }
    bokeh(stage, light, dark);
}

fn arch(stage: &mut Stage, x: f32, ground: f32, dark: bool, top: Color, low: Color, scene: &Scene) {
    let u = stage.u;
    let (half, high) = (u * 0.33, u * 0.58);
    let inner = if dark { low.darker(0.25) } else { top.mix(scene.tone(None, 2), 0.16).darker(0.05) };
    let path = Path::at(x - half, ground)
        .line(x - half, ground - high + half)
        .cubic(
            (x - half, ground - high - half * 0.32),
            (x + half, ground - high - half * 0.32),
            x + half,
            ground - high + half,
        )
        .line(x + half, ground)
        .close();
    stage.raw(path.clone(), across(x - half, x + half, &[inner.darker(0.14), inner, inner.lighter(0.1)]));
    let mut s = Sprite::new();
    s.lit_line(path, top.lighter(0.35).alpha(0.35), u * 0.003);
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
}

/// Soft bars of light, as through blinds.
fn light_blades(stage: &mut Stage, s: f32, light: Color, dark: bool) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for index in 0..4 {
        let x = w * 0.5 - s * u * (0.75 - 0.2 * index as f32);
        let wide = u * 0.075;
        let lean = s * u * 0.42;
        let alpha = if dark { 0.05 } else { 0.17 };
        let path = Path::polygon(&[(x, -2.0), (x + wide, -2.0), (x + wide + lean, h * 0.7), (x + lean, h * 0.7)]);
        let motion = Motion { pulse: (0.6, 7.0), phase: 0.2 * index as f32, ..Motion::default() };
        stage.raw_moving(
            path,
            down(0.0, h * 0.7, &[light.alpha(alpha), light.alpha(alpha * 0.2)]),
            0.0,
            0.0,
            1.0,
            motion,
        );
    }
}

/// A low and a high stand beside the plinth, with a sphere or a branch.
fn side_pieces(stage: &mut Stage, scene: &Scene, x: f32, ground: f32, dark: bool) {
    let u = stage.u;
    let s = scene.side;
    let tone = if dark { rgb(0x3a_343c) } else { scene.tone(None, 2).mix(rgb(0xee_e0d2), 0.66) };
    let block = |stage: &mut Stage, cx: f32, base: f32, wide: f32, high: f32, tone: Color| {
        let mut b = Sprite::new();
        b.shadow(u * 0.015, wide * 0.02, wide * 0.68, wide * 0.12, 0.26);
        b.fill(
            Path::at(-wide / 2.0, -high)
                .line(wide / 2.0, -high)
                .line(wide / 2.0, 0.0)
                .quad(0.0, wide * 0.16, -wide / 2.0, 0.0)
                .close(),
            across(-wide / 2.0, wide / 2.0, &[tone.lighter(0.18), tone, tone.darker(0.28)]),
        );
        b.fill(Path::ellipse(0.0, -high, wide / 2.0, wide * 0.08), tone.lighter(0.26));
        stage.put(&b, Pose::at(cx, base, 1.0).flip(s < 0.0));
    };
    block(stage, x + s * u * 0.29, ground + u * 0.04, u * 0.16, u * 0.2, tone);
    block(stage, x - s * u * 0.32, ground + u * 0.07, u * 0.2, u * 0.07, tone.darker(0.08));
    let ball = if dark { rgb(0xc8_9a58) } else { scene.tone(None, 1).mix(WHITE, 0.2) };
    let r = u * 0.05;
    stage.raw(
        Path::circle(x - s * u * 0.32, ground + u * 0.002 - r, r),
        Fill::Radial(
            [x - s * u * 0.34, ground - r * 1.4],
            r * 1.7,
            vec![(0.0, ball.lighter(0.6)), (0.4, ball), (1.0, ball.darker(0.5))],
        ),
    );
    // A branch in the tall stand.
    let leaf = if dark { rgb(0x8a_6e48) } else { rgb(0x7a_9276) };
    let mut branch = Sprite::new();
    branch.line(Path::at(0.0, 0.0).quad(2.0, -40.0, 16.0, -78.0), leaf.darker(0.25), 1.4);
    for step in 0..7 {
        let t = (step as f32 + 1.0) / 7.0;
        let (bx, by) = (2.0 + 13.0 * t * t, -78.0 * t);
        for side in [-1.0, 1.0] {
            branch.fill(
                Path::at(bx, by)
                    .quad(bx + side * 12.0, by - 13.0, bx + side * 20.0 * (1.15 - t * 0.5), by - 12.0)
                    .quad(bx + side * 12.0, by - 2.0, bx, by)
                    .close(),
                if side < 0.0 { leaf.lighter(0.12) } else { leaf },
            );
        }
    }
    stage.put(
        &branch,
        Pose::at(x + s * u * 0.3, ground - u * 0.16, u * 0.0032)
            .flip(s < 0.0)
            .motion(Motion { sway: (1.2, 5.0), ..Motion::default() }),
    );
}

fn plinth(stage: &mut Stage, scene: &Scene, (x, y): (f32, f32), wide: f32, high: f32, words: &str, dark: bool) {
    let u = stage.u;
    let marble = words.contains("marb") || scene.hash.is_multiple_of(3);
    let wood = words.contains("wood");
    let stone = if wood {
        rgb(0xb0_7c54)
    } else if dark && !marble {
        rgb(0x3c_363e)
    } else if marble {
        rgb(0xf0_ece8)
    } else {
        rgb(0xe6_dacd)
    };
    let ry = wide * 0.085;
    let half = wide / 2.0;
    let mut s = Sprite::new();
    s.shadow(u * 0.015, high + ry * 0.25, half * 1.34, ry * 1.75, 0.4);
    let body = Path::at(-half, 0.0)
        .line(half, 0.0)
        .line(half, high)
        .cubic((half, high + ry * 1.2), (-half, high + ry * 1.2), -half, high)
        .close();
    s.fill(
        body,
        Fill::Linear(
            [-half, 0.0],
            [half, 0.0],
            vec![
                (0.0, stone.darker(0.2)),
                (0.2, stone.lighter(0.2)),
                (0.55, stone.darker(0.08)),
                (1.0, stone.darker(0.46)),
            ],
        ),
    );
    if marble {
        let mut veins = Path::default();
        let mut fine = Path::default();
        for _ in 0..7 {
            let (mut vx, mut vy) = (half * stage.random.range(-0.95, 0.5), high * stage.random.range(0.12, 0.8));
            let mut points: Vec<Point> = vec![(vx, vy)];
            for _ in 0..5 {
                vx = (vx + half * stage.random.range(0.08, 0.26)).min(half * 0.96);
                vy = (vy + high * stage.random.range(-0.1, 0.16)).max(ry * 1.2).min(high * 0.97);
                points.push((vx, vy));
            }
            let line = Path::smooth(&points, false);
            if stage.random.chance(0.5) {
                veins = veins.and(line)
            } else {
                fine = fine.and(line)
            };
        }
        s.line(veins, rgb(0x8c_888e).alpha(0.34), u * 0.0026);
        s.line(fine, rgb(0x9c_948e).alpha(0.3), u * 0.0013);
    }
    s.fill(
        Path::ellipse(0.0, 0.0, half, ry),
        across(-half, half, &[stone.lighter(0.5), stone.lighter(0.22), stone.darker(0.1)]),
    );
    s.line(Path::arc(0.0, 0.0, half, ry, 0.0, 0.5), stone.lighter(0.6).alpha(0.5), u * 0.0016);
    stage.put(&s, Pose::at(x, y, 1.0).flip(scene.side < 0.0));
}

fn product(
    stage: &mut Stage,
    scene: &Scene,
    hero: Option<(Thing, Option<Color>)>,
    (x, y): (f32, f32),
    dark: bool,
    words: &str,
) {
    let u = stage.u;
    let flip = scene.side < 0.0;
    let premium = ["premium", "luxur", "gold", "exclusive"].iter().any(|word| words.contains(word));
    let (thing, named) = hero.unwrap_or((Thing::Box, None));
    let plain = if dark || premium { rgb(0x35_3238) } else { scene.tone(None, 0) };
    let tone = match (thing, named) {
        (_, Some(color)) => color,
        // A screen shines in colours even in the dark.
        (Thing::Phone | Thing::Laptop, None) => scene.tone(None, 0),
        _ => plain,
    };
    let look = Look { tone, lamps: false, variant: 0 };
    let (sprite, k, half) = match thing {
        Thing::Phone => (goods::phone(tone), 0.0042, 26.0),
        Thing::Laptop => (goods::laptop(tone), 0.0042, 56.0),
        Thing::Headphones => (goods::headphones(tone), 0.0044, 40.0),
        Thing::Watch => (goods::watch(tone), 0.0042, 18.0),
        Thing::Bottle => (goods::bottle(tone), 0.0042, 22.0),
        Thing::Bag => (goods::bag(tone), 0.0042, 44.0),
        Thing::Cup => (goods::cup(if named.is_none() { scene.tone(None, 0) } else { tone }), 0.0052, 40.0),
        Thing::Book => (goods::book(tone), 0.0038, 50.0),
        Thing::Letter => (goods::letter(scene.tone(named, 0)), 0.0046, 44.0),
        Thing::Lamp => (goods::lamp(Look { lamps: true, ..look }), 0.0046, 26.0),
        Thing::Robot => (life::robot(Look { tone: scene.tone(named, 0), ..look }), 0.0042, 24.0),
        Thing::Car => (wheel::car(Look { tone: scene.tone(named, 0), ..look }), 0.0042, 46.0),
        Thing::Bicycle => (wheel::bicycle(look), 0.0046, 34.0),
        Thing::Sailboat => (vessel::sailboat(look), 0.0038, 34.0),
        Thing::Cat => (life::cat(rgb(0xd8_9450)), 0.0058, 20.0),
        Thing::Flowers => (plant::flower(scene.tone(named, 0), rgb(0x4c_8652), 0), 0.009, 10.0),
        Thing::Clock => (Sprite::new(), 0.0034, 34.0),
        _ => (goods::parcel(scene.tone(named, 0)), 0.0046, 38.0),
    };
    let k = u * k;
    // Its light on the wall, its shadow and its mirror on the plinth.
    let glow_color = if dark { rgb(0xff_dcae) } else { WHITE };
    stage.raw(
        Path::circle(x, y - u * 0.2, u * 0.36),
        glow(x, y - u * 0.2, u * 0.36, glow_color.alpha(if dark { 0.2 } else { 0.4 })),
    );
    let mut shadow = Sprite::new();
    shadow.shadow(half * 0.06, 0.4, half * 1.1, 3.0, 0.45);
    stage.put(&shadow, Pose::at(x, y, k).flip(flip));
    if thing == Thing::Clock {
        super::cast::clock(stage, scene, x, y - 52.0 * k, k, scene.tone(named, 0));
        return;
    }
    stage.put(&sprite, Pose::at(x, y, k).flip(flip));
    if thing == Thing::Cup {
        let motion = Motion { pulse: (0.25, 4.0), bob: (u * 0.006, 4.0), ..Motion::default() };
        stage.put(&goods::steam(0), Pose::at(x, y - 44.0 * k, k * 0.8).motion(motion));
    }
}

fn beside(stage: &mut Stage, thing: Thing, tone: Color, (x, y): (f32, f32), side: f32) {
    let u = stage.u;
    let sprite = match thing {
        Thing::Cup => goods::cup(tone),
        Thing::Book => goods::book(tone),
        Thing::Phone => goods::phone(tone),
        Thing::Bottle => goods::bottle(tone),
        Thing::Watch => goods::watch(tone),
        Thing::Headphones => goods::headphones(tone),
        Thing::Box => goods::parcel(tone),
        Thing::Letter => goods::letter(tone),
        Thing::Laptop => goods::laptop(tone),
        Thing::Bag => goods::bag(tone),
        _ => return,
    };
    stage.put(&sprite, Pose::at(x, y, u * 0.0024).flip(side < 0.0));
}

fn bokeh(stage: &mut Stage, light: Color, dark: bool) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    for index in 0..9 {
        let r = u * stage.random.range(0.012, 0.045);
        let part = if index % 2 == 0 { stage.random.range(0.02, 0.26) } else { stage.random.range(0.74, 0.98) };
        let (x, y) = (w * part, h * stage.random.range(0.08, 0.62));
        let alpha = if dark { 0.13 } else { 0.2 };
        let motion = Motion {
            bob: (u * 0.012, stage.random.range(5.0, 9.0)),
            pulse: (0.5, 5.0),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        stage.raw_moving(
            Path::circle(0.0, 0.0, r),
            crate::paint::around(0.0, 0.0, r, &[light.alpha(alpha * 0.45), light.alpha(alpha)]),
            x,
            y,
            1.0,
            motion,
        );
    }
}
