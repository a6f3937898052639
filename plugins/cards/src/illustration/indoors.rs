//! A room: a wall, a window with the hour's sky in it, a table, and what lies on the table.

use super::{cast, scene::Scene, weather};
use crate::{
    paint::{Color, Fill, WHITE, across, down, glow, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, goods, life, life::Who, plant},
    words::{Place, Thing, Weather},
};

/// The outline of the window's glass.
#[derive(Clone, Copy)]
struct Pane {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// A scene in a room.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let night = scene.light.is_dark();
    const WALLS: [u32; 5] = [0xc9_a98c, 0x9f_b0a4, 0xb7_a2b4, 0xcf_b59a, 0x8f_a6b8];
    let wall = rgb(WALLS[(scene.hash >> 4) as usize % 5]);
    let lamp_on = scene.light.lamps || scene.has(Thing::Lamp);
    stage.tint = if night && lamp_on { rgb(0xb4_958c) } else if night { rgb(0x90_84a4) } else { WHITE.mix(scene.light.tint, 0.6) };
    stage.haze = wall;
    let table = h * 0.72;
    let mut s = Sprite::new();
    s.fill(stage.all(), down(0.0, h, &[wall.lighter(0.1), wall, wall.darker(0.28)]));
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));

    // The window is on the side away from the hero, so that light falls on it.
    let height = (h * 0.52).min(u * 0.62);
    let width = height * if w > h { 0.98 } else { 0.8 };
    let middle = w * (0.5 - scene.side * if w > h { 0.17 } else { 0.06 });
    let pane = Pane { left: middle - width / 2.0, top: table - height - u * 0.075, width, height };
    view(stage, scene, pane);
    frame(stage, pane);
    light_on_wall(stage, scene, pane, table);
    picture(stage, scene, pane, table);
    curtains(stage, scene, pane);

    people(stage, scene, table);
    // Table.
    let wood = rgb([0x9a_6444, 0x7f_543c, 0xb0_7c54][(scene.hash >> 8) as usize % 3]);
    let mut s = Sprite::new();
    s.fill(Path::rect(-2.0, table, w + 4.0, h - table + 4.0), down(table, h, &[wood.lighter(0.22), wood, wood.darker(0.35)]));
    s.fill(Path::rect(-2.0, table, w + 4.0, u * 0.009), wood.lighter(0.42));
    let mut grain = Path::default();
    for _ in 0..14 {
        let (x, y) = (w * stage.random.range(-0.1, 1.0), table + (h - table) * stage.random.range(0.12, 1.0));
        let long = u * stage.random.range(0.12, 0.5);
        grain = grain.hop(x, y).quad(x + long * 0.5, y + u * stage.random.range(-0.006, 0.006), x + long, y);
    }
    s.line(grain, wood.darker(0.35).alpha(0.28), u * 0.0022);
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
    if !night {
        let x = middle + scene.side * u * 0.2;
        let color = scene.light.halo.alpha(0.34);
        stage.raw(Path::polygon(&[(x - u * 0.22, table), (x + u * 0.18, table), (x + scene.side * u * 0.2 + u * 0.34, h), (x + scene.side * u * 0.2 - u * 0.3, h)]), down(table, h, &[color, color.alpha(0.05)]));
    }
    things(stage, scene, table, lamp_on);
    let (top, bottom) = (pane.top, table);
    if !night {
        weather::motes(stage, rgb(0xff_f4d6), 8, top, bottom);
    } else if lamp_on && !scene.has(Thing::Lamp) {
        let (x, y) = (w * (0.5 + scene.side * 0.26), table - u * 0.22);
        stage.raw(Path::circle(x, y, u * 0.75), glow(x, y, u * 0.75, rgb(0xff_c070).alpha(0.3)));
    }
    let shade = rgb(0x14_0c12);
    stage.raw(Path::rect(-2.0, h * 0.76, w + 4.0, h * 0.24 + 2.0), down(h * 0.76, h, &[shade.alpha(0.0), shade.alpha(0.42)]));
}

/// What is seen through the glass; everything is drawn inside its outline, for there is no clipping.
fn view(stage: &mut Stage, scene: &Scene, pane: Pane) {
    let Pane { left, top, width, height } = pane;
    let (right, bottom) = (left + width, top + height);
    let light = scene.light;
    let u = stage.u;
    stage.raw(
        Path::rect(left, top, width, height),
        Fill::Linear([0.0, top], [0.0, bottom], vec![(0.0, light.sky[0]), (0.4, light.sky[1]), (0.8, light.sky[2]), (1.0, light.sky[3])]),
    );
    if light.altitude >= 0.0 {
        let (x, y) = (left + width * 0.3, top + height * (0.72 - 0.5 * light.altitude));
        let r = (width * 0.28).min(y - top).min(bottom - y);
        stage.raw(Path::circle(x, y, r), glow(x, y, r, light.halo.alpha(0.8)));
        stage.raw(Path::circle(x, y, width * 0.055), light.disc);
    }
    if light.stars > 0.3 {
        let mut stars = Path::default();
        for _ in 0..24 {
            stars = stars.and(Path::circle(stage.random.range(left + 2.0, right - 2.0), stage.random.range(top + 2.0, top + height * 0.5), u * stage.random.range(0.0008, 0.002)));
        }
        stage.raw(stars, WHITE.alpha(0.85));
    }
    let rows: [(f32, f32); 3] = [(0.62, 0.62), (0.72, 0.36), (0.83, 0.14)];
    let town = scene.at(Place::City);
    let sea = scene.at(Place::Sea) || scene.at(Place::Harbour) || scene.at(Place::Lake);
    for (row, (level, depth)) in rows.into_iter().enumerate() {
        let base = if sea && row == 2 {
            rgb(0x3a_86a0)
        } else if town {
            rgb(0x6c_748c)
        } else {
            rgb(0x6a_9a5a)
        };
        let color = base.times(light.tint).mix(light.haze, depth);
        let points: Vec<Point> = if town {
            let mut points = Vec::new();
            let mut x = left;
            while x < right {
                let wide = width * stage.random.range(0.06, 0.13);
                let y = top + height * (level - stage.random.range(0.0, 0.26));
                points.extend([(x, y), ((x + wide).min(right), y)]);
                x += wide;
            }
            points
        } else {
            (0..=8).map(|step| (left + width * step as f32 / 8.0, top + height * (level + if sea && row == 2 { 0.0 } else { stage.random.range(-0.055, 0.055) }))).collect()
        };
        let path = if town { Path::crags(&points, bottom) } else { Path::land(&points, bottom) };
        stage.raw(path, down(top + height * level, bottom, &[color.lighter(0.08), color.darker(0.12)]));
        if town && light.lamps {
            let mut panes = Path::default();
            for _ in 0..16 {
                let x = stage.random.range(left + 2.0, right - u * 0.012);
                let y = top + height * stage.random.range(level + 0.01, 0.97);
                panes = panes.and(Path::rect(x, y, u * 0.006, u * 0.008));
            }
            stage.raw(panes, rgb(0xff_cf80).alpha(0.85));
        }
    }
    if matches!(scene.weather, Some(Weather::Rain | Weather::Storm)) {
        let (mut drops, mut runs) = (Path::default(), Path::default());
        for index in 0..60 {
            let (x, y) = (stage.random.range(left + 4.0, right - 4.0), stage.random.range(top + 4.0, bottom - u * 0.06));
            drops = drops.and(Path::ellipse(x, y, u * 0.0022, u * stage.random.range(0.0026, 0.005)));
            if index % 5 == 0 {
                runs = runs.hop(x, y).line(x + u * 0.001, y + u * stage.random.range(0.02, 0.055));
            }
        }
        let mut s = Sprite::new();
        s.lit(drops, WHITE.alpha(0.5)).lit_line(runs, WHITE.alpha(0.28), u * 0.0024);
        stage.put(&s, Pose::at(0.0, 0.0, 1.0).motion(Motion { pulse: (0.6, 3.0), ..Motion::default() }));
    }
    // A gleam on the glass.
    stage.raw(Path::polygon(&[(left + width * 0.06, bottom - height * 0.1), (left + width * 0.4, top), (left + width * 0.52, top), (left + width * 0.06, bottom - height * 0.02)]), WHITE.alpha(0.06));
}

fn frame(stage: &mut Stage, pane: Pane) {
    let Pane { left, top, width, height } = pane;
    let u = stage.u;
    let (thick, thin) = (u * 0.022, u * 0.012);
    let paint = rgb(0xf4_ede4);
    let mut s = Sprite::new();
    s.fill(Path::rect(left - thick, top - thick, width + thick * 2.0, thick).and(Path::rect(left - thick, top, thick, height)), paint);
    s.fill(Path::rect(left + width, top, thick, height).and(Path::rect(left - thick, top + height, width + thick * 2.0, thick * 0.6)), paint.darker(0.14));
    s.fill(Path::rect(left + width / 2.0 - thin / 2.0, top, thin, height).and(Path::rect(left, top + height * 0.38, width, thin)), paint.darker(0.05));
    s.fill(Path::rect(left, top, width, u * 0.006).and(Path::rect(left, top, u * 0.005, height)), rgb(0x1c_1620).alpha(0.25));
    s.fill(Path::round(left - thick * 2.2, top + height + thick * 0.4, width + thick * 4.4, thick * 0.9, thick * 0.2), paint.lighter(0.3));
    s.fill(Path::rect(left - thick * 1.8, top + height + thick * 1.3, width + thick * 3.6, thick * 0.4), rgb(0x20_1418).alpha(0.22));
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
}

fn curtains(stage: &mut Stage, scene: &Scene, pane: Pane) {
    let u = stage.u;
    let cloth = scene.tone(None, 1).mix(rgb(0xf0_e2d2), 0.62);
    let top = pane.top - u * 0.06;
    let bottom = pane.top + pane.height + u * 0.09;
    for side in [-1.0, 1.0] {
        let x = pane.left + pane.width / 2.0 + side * (pane.width / 2.0 + u * 0.045);
        let mut s = Sprite::new();
        for fold in 0..4 {
            let near = side * u * (-0.058 + 0.029 * fold as f32);
            let wide = u * 0.034;
            let color = if fold % 2 == 0 { cloth } else { cloth.darker(0.09) };
            let path = Path::at(near - wide / 2.0, 0.0).quad(near - wide * 0.35 + side * u * 0.01, (bottom - top) * 0.5, near - wide / 2.0, bottom - top).quad(near, bottom - top + u * 0.008, near + wide / 2.0, bottom - top).quad(near + wide * 0.55 + side * u * 0.012, (bottom - top) * 0.5, near + wide / 2.0, 0.0).close();
            s.fill(path, across(near - wide / 2.0, near + wide / 2.0, &[color.lighter(0.14), color, color.darker(0.16)]));
        }
        stage.put(&s, Pose::at(x, top, 1.0).opacity(0.97).motion(Motion { sway: (0.5, 6.0), phase: 0.25 * (side + 1.0), ..Motion::default() }));
    }
    let mut rod = Sprite::new();
    let (left, right) = (pane.left - u * 0.13, pane.left + pane.width + u * 0.13);
    rod.line(Path::at(left, top).line(right, top), rgb(0x5a_4438), u * 0.009);
    rod.fill(Path::circle(left, top, u * 0.011).and(Path::circle(right, top, u * 0.011)), rgb(0x6e_5444));
    stage.put(&rod, Pose::at(0.0, 0.0, 1.0));
}

/// The window's light falls on the wall beside it.
fn light_on_wall(stage: &mut Stage, scene: &Scene, pane: Pane, table: f32) {
    if scene.light.is_dark() || scene.light.altitude < 0.0 {
        return;
    }
    let u = stage.u;
    let s = scene.side;
    let start = if s > 0.0 { pane.left + pane.width + u * 0.13 } else { pane.left - u * 0.13 };
    let color = scene.light.halo;
    for column in 0..2 {
        for row in 0..2 {
            let x = start + s * u * (0.04 + 0.17 * column as f32);
            let y = pane.top + u * (0.07 + 0.2 * row as f32);
            let path = Path::polygon(&[(x, y), (x + s * u * 0.15, y + u * 0.05), (x + s * u * 0.15, y + u * 0.23), (x, y + u * 0.18)]);
            let bottom = (y + u * 0.23).min(table);
            stage.raw_moving(path, down(y, bottom, &[color.alpha(0.3), color.alpha(0.16)]), 0.0, 0.0, 0.9, Motion { pulse: (0.7, 6.0), ..Motion::default() });
        }
    }
}

/// A picture on the wall on the hero's side, or the clock that was named.
fn picture(stage: &mut Stage, scene: &Scene, pane: Pane, table: f32) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let x = w * (0.5 + scene.side * 0.3);
    if scene.has(Thing::Clock) {
        let x = if w > h { x } else { w * 0.5 };
        let y = if w > h { pane.top + u * 0.12 } else { (pane.top - u * 0.06) / 2.0 };
        cast::clock(stage, scene, x, y, u * 0.0026, scene.tone(None, 2));
        return;
    }
    if w <= h * 1.2 {
        return;
    }
    let mut s = Sprite::new();
    let (pw, ph) = (u * 0.15, u * 0.19);
    s.fill(Path::rect(-pw / 2.0 + u * 0.006, -ph / 2.0 + u * 0.01, pw, ph), rgb(0x18_1014).alpha(0.22));
    s.fill(Path::rect(-pw / 2.0, -ph / 2.0, pw, ph), rgb(0x5e_4638));
    s.fill(Path::rect(-pw * 0.43, -ph * 0.44, pw * 0.86, ph * 0.88), rgb(0xfa_f4ea));
    let tone = scene.tone(None, 3);
    s.fill(Path::circle(pw * 0.08, -ph * 0.1, pw * 0.17), tone.lighter(0.2));
    s.fill(Path::land(&[(-pw * 0.34, ph * 0.12), (-pw * 0.1, ph * 0.02), (pw * 0.12, ph * 0.14), (pw * 0.34, ph * 0.05)], ph * 0.32), tone.darker(0.15).mix(rgb(0x4a_7a80), 0.5));
    stage.put(&s, Pose::at(x, (pane.top + u * 0.16).min(table - ph), 1.0).opacity(0.95));
}

fn things(stage: &mut Stage, scene: &Scene, table: f32, lamp_on: bool) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let s = scene.side;
    let flip = s < 0.0;
    let depth = (h - table).min(u * 0.3);
    let lies = |thing: &Thing| !matches!(thing, Thing::Clock | Thing::Moon | Thing::Stars | Thing::House | Thing::Bird | Thing::Bridge);
    let mut wanted: Vec<(Thing, Option<Color>)> = scene.things.iter().filter(|(thing, _)| lies(thing) && !is_person(*thing)).copied().collect();
    let stands = scene.things.iter().any(|(thing, _)| is_person(*thing));
    if wanted.is_empty() {
        wanted.push(([Thing::Cup, Thing::Book, Thing::Lamp][(scene.hash >> 6) as usize % 3], None));
    }
    let tall = wanted.iter().any(|(thing, _)| matches!(thing, Thing::Lamp));
    // A plant on the far side keeps the table from looking bare.
    pot(stage, scene, w * (0.5 - s * if w > h { 0.36 } else { 0.37 }), table + depth * 0.12);
    if lamp_on && !tall {
        let look = Look { tone: scene.tone(None, 4), lamps: true, variant: 0 };
        stage.put(&goods::lamp(look), Pose::at(w * (0.5 + s * if w > h { 0.33 } else { 0.32 }), table + depth * 0.1, u * 0.0036));
    }
    const PARTS: [(f32, f32); 5] = [(0.1, 0.34), (-0.12, 0.4), (0.27, 0.24), (-0.27, 0.2), (0.36, 0.4)];
    for (index, (thing, color)) in wanted.into_iter().take(4).enumerate() {
        // Beside somebody who stands in the middle, not before them.
        let (part, down) = PARTS[if stands { index + 1 } else { index }];
        let (x, y) = (w * (0.5 + s * part), table + depth * down);
        let look = Look { tone: scene.tone(color, index), lamps: lamp_on, variant: (scene.hash >> 13) as usize % 24 };
        thing_at(stage, thing, look, (x, y), table, flip);
    }
}

fn is_person(thing: Thing) -> bool {
    matches!(thing, Thing::Person | Thing::OldMan | Thing::Woman | Thing::Child | Thing::Family)
}

/// Somebody who stands between the wall and the table, looking out; the table is drawn over them.
fn people(stage: &mut Stage, scene: &Scene, table: f32) {
    let Some((thing, color)) = scene.things.iter().find(|(thing, _)| is_person(*thing)).copied() else { return };
    let who = match thing {
        Thing::OldMan => Who::OldMan,
        Thing::Woman => Who::Woman,
        Thing::Child => Who::Child,
        _ => Who::Man,
    };
    let look = Look { tone: color.unwrap_or_else(|| scene.tone(None, 5).darker(0.12)), lamps: false, variant: (scene.hash >> 13) as usize % 24 };
    let k = stage.u * if who == Who::Child { 0.0048 } else { 0.0062 };
    let x = stage.w * (0.5 + scene.side * if stage.w > stage.h { 0.06 } else { 0.12 });
    stage.put(&life::person(who, look, (16.0, -47.0)), Pose::at(x, table + 36.0 * k, k).flip(scene.side < 0.0));
}

fn thing_at(stage: &mut Stage, thing: Thing, look: Look, (x, y): (f32, f32), table: f32, flip: bool) {
    let u = stage.u;
    let at = |k: f32| Pose::at(x, y, u * k).flip(flip);
    match thing {
        Thing::Cup => {
            let tone = if look.tone.brightness() > 0.62 { look.tone } else { look.tone.mix(WHITE, 0.12) };
            stage.put(&goods::cup(tone), at(0.0042));
            for (index, phase) in [0.0, 0.5].into_iter().enumerate() {
                let motion = Motion { pulse: (0.25, 4.2), bob: (u * 0.006, 4.2), sway: (2.5, 5.0), phase, ..Motion::default() };
                stage.put(&goods::steam(index), Pose::at(x, y - 44.0 * u * 0.0042, u * 0.0036).motion(motion));
            }
        }
        Thing::Book => stage.put(&goods::book(look.tone), at(0.0036)),
        Thing::Letter => stage.put(&goods::letter(look.tone), at(0.0036)),
        Thing::Lamp => stage.put(&goods::lamp(Look { lamps: true, ..look }), at(0.0042)),
        Thing::Phone => stage.put(&goods::phone(look.tone), at(0.0027)),
        Thing::Laptop => stage.put(&goods::laptop(look.tone), at(0.0042)),
        Thing::Headphones => stage.put(&goods::headphones(look.tone), at(0.0032)),
        Thing::Watch => stage.put(&goods::watch(look.tone), at(0.0028)),
        Thing::Bottle => stage.put(&goods::bottle(look.tone), at(0.0036)),
        Thing::Bag => stage.put(&goods::bag(look.tone), at(0.0036)),
        Thing::Box => stage.put(&goods::parcel(look.tone), at(0.0034)),
        Thing::Cat => stage.put(&life::cat(rgb(0xd8_9450)), at(0.0042).flip(!flip)),
        Thing::Dog => stage.put(&life::dog(rgb(0xc0_8a54)), at(0.0036)),
        Thing::Robot => stage.put(&life::robot(look), Pose::at(x, table + u * 0.02, u * 0.0042).flip(flip)),
        Thing::Flowers | Thing::Tree => bouquet(stage, x, y, look),
        _ => stage.put(&goods::cup(look.tone), at(0.0036)),
    }
}

fn pot(stage: &mut Stage, scene: &Scene, x: f32, y: f32) {
    let u = stage.u;
    let mut s = Sprite::new();
    let leaf = rgb(0x4f_8258);
    s.fill(Path::ellipse(2.0, 0.0, 22.0, 3.6), rgb(0x1c_1014).alpha(0.28));
    for (index, (lean, tall)) in [(-26.0, 52.0), (24.0, 56.0), (-12.0, 72.0), (12.0, 66.0), (-34.0, 34.0), (34.0, 38.0), (0.0, 78.0)].into_iter().enumerate() {
        let color = if index % 2 == 0 { leaf } else { leaf.darker(0.16) };
        let top = -26.0 - tall;
        s.fill(Path::at(0.0, -26.0).cubic((lean * 0.1 - 7.0, -26.0 - tall * 0.4), (lean - 8.0, top + tall * 0.3), lean, top).cubic((lean + 6.0, top + tall * 0.4), (lean * 0.3 + 7.0, -26.0 - tall * 0.3), 0.0, -26.0).close(), color);
    }
    let clay = scene.tone(None, 6).mix(rgb(0xd8_9a78), 0.6);
    s.fill(Path::polygon(&[(-17.0, -28.0), (17.0, -28.0), (12.5, 0.0), (-12.5, 0.0)]), across(-17.0, 17.0, &[clay.lighter(0.25), clay, clay.darker(0.3)]));
    s.fill(Path::round(-19.0, -32.0, 38.0, 7.0, 2.0), across(-19.0, 19.0, &[clay.lighter(0.32), clay.darker(0.2)]));
    stage.put(&s, Pose::at(x, y, u * 0.0025).flip(scene.side < 0.0));
}

fn bouquet(stage: &mut Stage, x: f32, y: f32, look: Look) {
    let u = stage.u;
    let mut s = Sprite::new();
    let leaf = rgb(0x4c_8652);
    for (index, (dx, tall)) in [(-15.0, 1.15), (14.0, 1.2), (-7.0, 1.4), (7.0, 1.45), (0.0, 1.55)].into_iter().enumerate() {
        let tone = if index % 2 == 0 { look.tone } else { look.tone.lighter(0.3) };
        s.add(&plant::flower(tone, leaf, index), dx, -22.0, 1.15, tall);
    }
    let glass = rgb(0xb8_d4da);
    s.fill(Path::at(-12.0, -36.0).line(12.0, -36.0).cubic((9.0, -26.0), (18.0, -12.0), 13.0, 0.0).line(-13.0, 0.0).cubic((-18.0, -12.0), (-9.0, -26.0), -12.0, -36.0).close(), across(-15.0, 15.0, &[glass.lighter(0.4), glass, glass.darker(0.3)]));
    stage.put(&s, Pose::at(x, y, u * 0.0036));
}
