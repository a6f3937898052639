//! A room: a wall, a window with the hour's sky in it, a table, and what lies on the table.

use super::{
    cast,
    scene::Scene,
    weather,
    window::{self, Pane},
};
use crate::{
    paint::{Color, WHITE, across, down, glow, rgb},
    path::Path,
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, goods, life, life::Who, plant},
    words::Thing,
};

/// A scene in a room.
pub fn draw(stage: &mut Stage, scene: &Scene) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let night = scene.light.is_dark();
    const WALLS: [u32; 5] = [0xc9_a98c, 0x9f_b0a4, 0xb7_a2b4, 0xcf_b59a, 0x8f_a6b8];
    let wall = rgb(WALLS[scene.choice(4, 5)]);
    let lamp_on = scene.light.lamps || scene.has(Thing::Lamp);
    stage.tint = if night && lamp_on {
        rgb(0xb4_958c)
    } else if night {
        rgb(0x90_84a4)
    } else {
        WHITE.mix(scene.light.tint, 0.6)
    };
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
    window::view(stage, scene, pane);
    window::frame(stage, pane);
    window::light_on_wall(stage, scene, pane, table);
    picture(stage, scene, pane, table);
    window::curtains(stage, scene, pane);

    people(stage, scene, table);
    // Table.
    let wood = rgb([0x9a_6444, 0x7f_543c, 0xb0_7c54][scene.choice(8, 3)]);
    let mut s = Sprite::new();
    s.fill(
        Path::rect(-2.0, table, w + 4.0, h - table + 4.0),
        down(table, h, &[wood.lighter(0.22), wood, wood.darker(0.35)]),
    );
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
        stage.raw(
            Path::polygon(&[
                (x - u * 0.22, table),
                (x + u * 0.18, table),
                (x + scene.side * u * 0.2 + u * 0.34, h),
                (x + scene.side * u * 0.2 - u * 0.3, h),
            ]),
            down(table, h, &[color, color.alpha(0.05)]),
        );
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
    stage.raw(
        Path::rect(-2.0, h * 0.76, w + 4.0, h * 0.24 + 2.0),
        down(h * 0.76, h, &[shade.alpha(0.0), shade.alpha(0.42)]),
    );
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
    s.fill(
        Path::land(
            &[(-pw * 0.34, ph * 0.12), (-pw * 0.1, ph * 0.02), (pw * 0.12, ph * 0.14), (pw * 0.34, ph * 0.05)],
            ph * 0.32,
        ),
        tone.darker(0.15).mix(rgb(0x4a_7a80), 0.5),
    );
    stage.put(&s, Pose::at(x, (pane.top + u * 0.16).min(table - ph), 1.0).opacity(0.95));
}

fn things(stage: &mut Stage, scene: &Scene, table: f32, lamp_on: bool) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let s = scene.side;
    let flip = s < 0.0;
    let depth = (h - table).min(u * 0.3);
    let lies = |thing: &Thing| {
        !matches!(thing, Thing::Clock | Thing::Moon | Thing::Stars | Thing::House | Thing::Bird | Thing::Bridge)
    };
    let mut wanted: Vec<(Thing, Option<Color>)> =
        scene.things.iter().filter(|(thing, _)| lies(thing) && !is_person(*thing)).copied().collect();
    let stands = scene.things.iter().any(|(thing, _)| is_person(*thing));
    if wanted.is_empty() {
        wanted.push(([Thing::Cup, Thing::Book, Thing::Lamp][scene.choice(6, 3)], None));
    }
    let tall = wanted.iter().any(|(thing, _)| matches!(thing, Thing::Lamp));
    // A plant on the far side keeps the table from looking bare.
    pot(stage, scene, w * (0.5 - s * if w > h { 0.36 } else { 0.37 }), table + depth * 0.12);
    if lamp_on && !tall {
        let look = Look { tone: scene.tone(None, 4), lamps: true, variant: 0 };
        stage.put(
            &goods::lamp(look),
            Pose::at(w * (0.5 + s * if w > h { 0.33 } else { 0.32 }), table + depth * 0.1, u * 0.0036),
        );
    }
    const PARTS: [(f32, f32); 5] = [(0.1, 0.34), (-0.12, 0.4), (0.27, 0.24), (-0.27, 0.2), (0.36, 0.4)];
    for (index, (thing, color)) in wanted.into_iter().take(4).enumerate() {
        // Beside somebody who stands in the middle, not before them.
        let (part, down) = PARTS[if stands { index + 1 } else { index }];
        let (x, y) = (w * (0.5 + s * part), table + depth * down);
        let look = Look { tone: scene.tone(color, index), lamps: lamp_on, variant: scene.choice(13, 24) };
        thing_at(stage, thing, look, (x, y), table, flip);
    }
}

fn is_person(thing: Thing) -> bool {
    matches!(thing, Thing::Person | Thing::OldMan | Thing::Woman | Thing::Child | Thing::Family)
}

/// Somebody who stands between the wall and the table, looking out; the table is drawn over them.
fn people(stage: &mut Stage, scene: &Scene, table: f32) {
    let Some((thing, color)) = scene.things.iter().find(|(thing, _)| is_person(*thing)).copied() else {
        return;
    };
    let who = match thing {
        Thing::OldMan => Who::OldMan,
        Thing::Woman => Who::Woman,
        Thing::Child => Who::Child,
        _ => Who::Man,
    };
    let look = Look {
        tone: color.unwrap_or_else(|| scene.tone(None, 5).darker(0.12)),
        lamps: false,
        variant: scene.choice(13, 24),
    };
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
                let motion =
                    Motion { pulse: (0.25, 4.2), bob: (u * 0.006, 4.2), sway: (2.5, 5.0), phase, ..Motion::default() };
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
    for (index, (lean, tall)) in
        [(-26.0, 52.0), (24.0, 56.0), (-12.0, 72.0), (12.0, 66.0), (-34.0, 34.0), (34.0, 38.0), (0.0, 78.0)]
            .into_iter()
            .enumerate()
    {
        let color = if index % 2 == 0 { leaf } else { leaf.darker(0.16) };
        let top = -26.0 - tall;
        s.fill(
            Path::at(0.0, -26.0)
                .cubic((lean * 0.1 - 7.0, -26.0 - tall * 0.4), (lean - 8.0, top + tall * 0.3), lean, top)
                .cubic((lean + 6.0, top + tall * 0.4), (lean * 0.3 + 7.0, -26.0 - tall * 0.3), 0.0, -26.0)
                .close(),
            color,
        );
    }
    let clay = scene.tone(None, 6).mix(rgb(0xd8_9a78), 0.6);
    s.fill(
        Path::polygon(&[(-17.0, -28.0), (17.0, -28.0), (12.5, 0.0), (-12.5, 0.0)]),
        across(-17.0, 17.0, &[clay.lighter(0.25), clay, clay.darker(0.3)]),
    );
    s.fill(Path::round(-19.0, -32.0, 38.0, 7.0, 2.0), across(-19.0, 19.0, &[clay.lighter(0.32), clay.darker(0.2)]));
    stage.put(&s, Pose::at(x, y, u * 0.0025).flip(scene.side < 0.0));
}

fn bouquet(stage: &mut Stage, x: f32, y: f32, look: Look) {
    let u = stage.u;
    let mut s = Sprite::new();
    let leaf = rgb(0x4c_8652);
    for (index, (dx, tall)) in
        [(-15.0, 1.15), (14.0, 1.2), (-7.0, 1.4), (7.0, 1.45), (0.0, 1.55)].into_iter().enumerate()
    {
        let tone = if index % 2 == 0 { look.tone } else { look.tone.lighter(0.3) };
        s.add(&plant::flower(tone, leaf, index), dx, -22.0, 1.15, tall);
    }
    let glass = rgb(0xb8_d4da);
    s.fill(
        Path::at(-12.0, -36.0)
            .line(12.0, -36.0)
            .cubic((9.0, -26.0), (18.0, -12.0), 13.0, 0.0)
            .line(-13.0, 0.0)
            .cubic((-18.0, -12.0), (-9.0, -26.0), -12.0, -36.0)
            .close(),
        across(-15.0, 15.0, &[glass.lighter(0.4), glass, glass.darker(0.3)]),
    );
    stage.put(&s, Pose::at(x, y, u * 0.0036));
}
