//! Puts the things of a scene on the spots that its place offers: the first named is the hero, in the middle 80 % of
//! the picture; the others stand around it.

use super::{
    land::{birds, height_at},
    outdoors::Spots,
    scene::Scene,
    travellers,
};
use crate::{
    paint::{Color, glow, rgb},
    path::Path,
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, build, goods, life, life::Who, plant, vessel},
    words::{Place, Thing, Weather},
};

use Thing as T;

/// Something stands there that cannot swim.
pub fn needs_land(scene: &Scene) -> bool {
    let afloat = [
        T::Sailboat,
        T::FishingBoat,
        T::Ship,
        T::Whale,
        T::Fish,
        T::Bird,
        T::Balloon,
        T::Plane,
        T::Kite,
        T::Moon,
        T::Stars,
        T::Rocket,
        T::Planet,
    ];
    let stands = scene.things.iter().any(|(thing, _)| !afloat.contains(thing));
    stands || scene.has(T::Kite) || (scene.things.is_empty() && scene.hash.is_multiple_of(2))
}

/// One thing's place.
struct Spot {
    x: f32,
    y: f32,
    /// Pixels of a unit for a thing of 100 units.
    k: f32,
}

/// Everything that stands, swims and flies.
pub fn play(stage: &mut Stage, scene: &Scene, spots: &Spots) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let mut things = scene.things.clone();
    if things.iter().all(|(thing, _)| matches!(thing, T::Moon | T::Stars | T::Bird)) {
        things.extend(default_thing(scene, spots));
    }
    // A child with a kite holds it; the kite alone is held by a child.
    if scene.has(T::Kite) && !things.iter().any(|(thing, _)| is_person(*thing)) {
        things.push((T::Child, None));
    }
    if !scene.light.is_dark() && scene.place != Place::Mars && scene.weather != Some(Weather::Storm) {
        birds(stage, scene, spots.horizon);
    }
    // Buildings and trees first, then what is nearer to the viewer.
    things.sort_by_key(|(thing, _)| order(*thing));
    // A lamp for a table is no sight out of doors, unless it is the only one.
    if things.len() > 1 {
        things.retain(|(thing, _)| !matches!(thing, T::Lamp));
    }
    let mut standing = 0;
    let mut flying = 0;
    for (index, (thing, color)) in things.into_iter().enumerate() {
        let look =
            Look { tone: scene.tone(color, index), lamps: scene.light.lamps, variant: scene.choice(13, 24) + index };
        match thing {
            T::Sailboat | T::FishingBoat | T::Ship | T::Whale | T::Fish => {
                if let Some((top, bottom)) = spots.water {
                    travellers::afloat(stage, scene, thing, look, top, bottom);
                } else {
                    let spot = land_spot(stage, scene, spots, standing, 0.0);
                    standing += 1;
                    stage.put(&vessel::fishing_boat(look), Pose::at(spot.x, spot.y, spot.k * 0.8));
                }
            }
            T::Kite => travellers::kite(stage, scene, spots, look),
            T::Bird => birds(stage, scene, spots.horizon),
            T::Balloon | T::Rocket | T::Plane | T::Planet => {
                travellers::aloft(stage, scene, spots, thing, look, flying);
                flying += 1;
            }
            T::Moon | T::Stars | T::Bridge => {}
            T::Flowers => {}
            T::Car | T::Train | T::Bicycle => travellers::vehicle(stage, scene, spots, thing, look),
            _ => {
                let spot = land_spot(stage, scene, spots, standing, nearness(thing));
                standing += 1;
                stand(stage, scene, thing, look, &spot);
            }
        }
    }
    if matches!(scene.weather, Some(Weather::Storm)) && scene.has(T::Lighthouse) && scene.light.lamps {
        // The far light of the sea.
        let (x, y) = (w * (0.5 - scene.side * 0.3), spots.horizon - h * 0.004);
        stage.raw(Path::circle(x, y, u * 0.02), glow(x, y, u * 0.02, rgb(0xff_e0a0).alpha(0.7)));
    }
}

fn default_thing(scene: &Scene, spots: &Spots) -> Option<(Thing, Option<Color>)> {
    let pick = |things: &[Thing]| Some((things[scene.choice(5, things.len())], None));
    match scene.place {
        Place::Sea if spots.rock.is_some() => pick(&[T::Lighthouse, T::House]),
        Place::Sea => pick(&[T::Sailboat, T::FishingBoat]),
        Place::Harbour => pick(&[T::FishingBoat]),
        Place::Lake => pick(&[T::Sailboat, T::House, T::Tent]),
        Place::Hills => pick(&[T::Tree, T::Windmill, T::House]),
        Place::Mountains => pick(&[T::House, T::Person]),
        Place::Forest => pick(&[T::House, T::Person, T::Tent]),
        Place::City if scene.weather == Some(Weather::Rain) => pick(&[T::Umbrella]),
        Place::City => pick(&[T::Person, T::Woman]),
        Place::Road => pick(&[T::Car]),
        Place::Garden => pick(&[T::Tree, T::House]),
        Place::Desert | Place::Snow => pick(&[T::Person, T::Tent]),
        Place::Mars => pick(&[T::Astronaut]),
        Place::River => pick(&[T::House, T::Tree]),
        _ => None,
    }
}

fn is_person(thing: Thing) -> bool {
    matches!(thing, T::Person | T::OldMan | T::Woman | T::Child | T::Family | T::Robot | T::Astronaut)
}

fn order(thing: Thing) -> u8 {
    match thing {
        T::Moon | T::Stars | T::Planet | T::Plane | T::Balloon => 0,
        T::Castle | T::Windmill | T::Lighthouse | T::House | T::Tree => 1,
        T::Ship | T::Sailboat | T::FishingBoat => 2,
        T::Car | T::Train => 3,
        T::Kite => 4,
        T::Tent | T::Horse => 5,
        T::Campfire | T::Clock | T::Book | T::Box => 6,
        _ => 7,
    }
}

/// How much nearer to the viewer than a house.
fn nearness(thing: Thing) -> f32 {
    match order(thing) {
        0..=5 => 0.0,
        6 => 0.6,
        _ => 1.0,
    }
}

/// The next free place on land: the hero's side first, then to its other side, then outward.
fn land_spot(stage: &mut Stage, scene: &Scene, spots: &Spots, index: usize, near: f32) -> Spot {
    let (w, u) = (stage.w, stage.u);
    const PARTS: [f32; 5] = [0.15, -0.04, 0.29, -0.2, 0.38];
    let wide = if w > stage.h { 1.0 } else { 0.9 };
    if let Some((x, y)) = spots.rock {
        let dx = [0.0, -0.095, 0.16, 0.26, 0.36][index.min(4)] * u;
        return Spot { x: x + scene.side * dx, y: y + u * 0.006 * near, k: u * 0.0042 };
    }
    let x = w * (0.5 + scene.side * PARTS[index.min(4)] * wide) + u * stage.random.range(-0.012, 0.012);
    let line = spots.ground.as_deref().unwrap_or(&[]);
    let y = if line.is_empty() { stage.h * 0.74 } else { height_at(line, x) };
    Spot { x, y: y + u * (0.012 + 0.022 * near), k: u * 0.0042 * spots.scale }
}

fn stand(stage: &mut Stage, scene: &Scene, thing: Thing, look: Look, spot: &Spot) {
    let flip = scene.side < 0.0;
    let (u, k) = (stage.u, spot.k);
    let pose = |size: f32| Pose::at(spot.x, spot.y, k * size).flip(flip);
    let on_rock = scene.place == Place::Sea || scene.place == Place::Harbour;
    // People are small beside houses and larger where they are alone.
    let alone = !scene
        .things
        .iter()
        .any(|(other, _)| matches!(other, T::Lighthouse | T::House | T::Castle | T::Windmill | T::Ship));
    let person = if alone {
        if on_rock { 0.44 } else { 0.58 }
    } else if on_rock {
        0.24
    } else {
        0.42
    };
    match thing {
        T::Lighthouse => {
            if look.lamps {
                let lamp = (spot.x, spot.y - 82.0 * k * 1.06);
                for (turn, side) in [(6.0, false), (-6.0, true)] {
                    let long = u * 0.0082;
                    let motion = Motion { sway: (turn, 9.0), pulse: (0.55, 4.5), phase: 0.25, ..Motion::default() };
                    stage.put(&build::beam(), Pose::at(lamp.0, lamp.1, long).flip(side != flip).motion(motion));
                }
            }
            let cottage = Look { tone: rgb(0x8a_4a40), ..look };
            stage.put(
                &build::house(cottage),
                Pose::at(spot.x + scene.side * u * 0.135, spot.y + u * 0.004, k * 0.4).flip(flip),
            );
            let red = Look { tone: rgb(0xc8_4238), ..look };
            stage.put(&build::lighthouse(red), pose(1.06));
        }
        T::House => stage.put(&build::house(look), pose(if on_rock { 0.7 } else { 0.85 })),
        T::Castle => stage.put(&build::castle(look), pose(0.9)),
        T::Tree => {
            let mut random = stage.random.clone();
            let leaf = if scene.place == Place::Snow { rgb(0xdf_e8ee) } else { rgb(0x5a_9350) };
            stage.put(&plant::tree(&mut random, leaf), pose(1.0));
        }
        T::Windmill => {
            stage.put(&build::windmill(look), pose(1.0));
            let hub = Pose::at(spot.x, spot.y - 66.0 * k, k).flip(flip);
            let first = stage.layers();
            stage.put(&build::sails(), hub);
            if stage.moves() {
                let turn = (stage.seconds * 18.0).min(36_000.0);
                let track = crate::stage::track(
                    kinora_sdk::documents::Property::Rotation,
                    &[(0.0, 0.0), (stage.frames as f32, turn)],
                );
                stage.animate(first, vec![track]);
            }
        }
        T::Tent => stage.put(&build::tent(look), pose(0.62)),
        T::Campfire => stage.put(&build::campfire(), pose(0.5)),
        T::Person | T::OldMan | T::Woman | T::Child => {
            let (who, size) = match thing {
                T::OldMan => (Who::OldMan, 1.0),
                T::Woman => (Who::Woman, 0.96),
                T::Child => (Who::Child, 0.7),
                _ => (Who::Man, 1.0),
            };
            let arm = if scene.has(T::Kite) && thing != T::OldMan { (22.0, -92.0) } else { (16.0, -47.0) };
            let look = Look { tone: clothes(look, who), ..look };
            if scene.weather == Some(Weather::Rain) && thing != T::Child {
                under_umbrella(stage, scene, who, look, spot, k * person * size);
            } else {
                shadow(stage, spot, k * person * size);
                stage.put(&life::person(who, look, arm), pose(person * size));
            }
        }
        T::Umbrella => {
            under_umbrella(stage, scene, Who::Woman, Look { tone: rgb(0x33_4a6a), ..look }, spot, k * person)
        }
        T::Family => {
            for (index, (who, size, dx)) in
                [(Who::Man, 1.0, -0.0), (Who::Child, 0.66, 22.0), (Who::Woman, 0.95, 44.0)].into_iter().enumerate()
            {
                let look = Look {
                    tone: clothes(Look { variant: look.variant + index * 5, ..look }, who),
                    variant: look.variant + index * 5,
                    ..look
                };
                let x = spot.x + (dx - 22.0) * k * person * 1.15;
                stage.put(&life::person(who, look, (16.0, -47.0)), Pose::at(x, spot.y, k * person * size).flip(flip));
            }
        }
        T::Robot => {
            shadow(stage, spot, k * 0.74);
            stage.put(&life::robot(look), pose(0.74).motion(Motion { bob: (u * 0.002, 2.6), ..Motion::default() }));
            if scene.at(Place::Garden) || scene.has(T::Flowers) {
                watering(stage, scene, spot, k * 0.74);
            }
        }
        T::Astronaut => {
            shadow(stage, spot, k * 0.7);
            stage.put(&life::astronaut(look), pose(0.7));
        }
        T::Cat => stage.put(&life::cat(rgb(0xd9_9a58)), pose(0.5)),
        T::Dog => stage
            .put(&life::dog(rgb(0xc0_8a54)), pose(0.42).motion(Motion { bob: (u * 0.001, 1.2), ..Motion::default() })),
        T::Horse => stage.put(&life::horse(rgb(0x9a_6240)), pose(0.6)),
        T::Cup => stage.put(&goods::cup(look.tone), pose(0.5)),
        T::Book => stage.put(&goods::book(look.tone), pose(0.6)),
        T::Letter => stage.put(&goods::letter(look.tone), pose(0.55)),
        T::Lamp => stage.put(&goods::lamp(Look { lamps: true, ..look }), pose(0.5)),
        T::Clock => clock(stage, scene, spot.x, spot.y - 56.0 * k * 0.6, k * 0.6, look.tone),
        T::Phone => stage.put(&goods::phone(look.tone), pose(0.5)),
        T::Laptop => stage.put(&goods::laptop(look.tone), pose(0.5)),
        T::Headphones => stage.put(&goods::headphones(look.tone.darker(0.4)), pose(0.5)),
        T::Watch => stage.put(&goods::watch(look.tone), pose(0.5)),
        T::Bottle => stage.put(&goods::bottle(look.tone), pose(0.5)),
        T::Bag => stage.put(&goods::bag(look.tone), pose(0.4)),
        T::Box => stage.put(&goods::parcel(look.tone), pose(0.45)),
        _ => {}
    }
}

/// A coat that can be told from the ground.
fn clothes(look: Look, who: Who) -> Color {
    const COATS: [u32; 6] = [0x2f_4a6e, 0xb5_4a3c, 0xd6_9a3a, 0x39_6a66, 0x6a_4a70, 0x8a_4a4a];
    match who {
        Who::OldMan => rgb(0x3a_4c66),
        Who::Child => rgb([0xf0_b83c, 0xe0_6a4a, 0x3f_8ab0][look.variant % 3]),
        _ => rgb(COATS[look.variant % 6]),
    }
}

fn shadow(stage: &mut Stage, spot: &Spot, k: f32) {
    let mut s = Sprite::new();
    s.fill(Path::ellipse(0.0, 0.0, 24.0, 3.4), rgb(0x0c_101c).alpha(0.28));
    stage.put(&s, Pose::at(spot.x, spot.y, k));
}

fn under_umbrella(stage: &mut Stage, scene: &Scene, who: Who, look: Look, spot: &Spot, k: f32) {
    let flip = scene.side < 0.0;
    shadow(stage, spot, k);
    // The wet ground shows them again.
    let mut image = Sprite::new();
    image.add(&life::person(who, look, (15.0, -66.0)), 0.0, 0.0, 1.0, -0.7);
    stage.put(&image, Pose::at(spot.x, spot.y, k).flip(flip).opacity(0.16));
    stage.put(&life::person(who, look, (15.0, -66.0)), Pose::at(spot.x, spot.y, k).flip(flip));
    let dx = if flip { -13.0 } else { 13.0 };
    let motion = Motion { sway: (1.2, 4.0), ..Motion::default() };
    stage.put(
        &life::umbrella(rgb(0xd8_4a40)),
        Pose::at(spot.x + dx * k, spot.y - 66.0 * k, k * 1.05).flip(flip).motion(motion),
    );
}

fn watering(stage: &mut Stage, scene: &Scene, spot: &Spot, k: f32) {
    let s = if scene.side < 0.0 { -1.0 } else { 1.0 };
    let mut can = Sprite::new();
    let blue = rgb(0x4a_90a8);
    can.line(Path::at(-4.0, -16.0).cubic((-4.0, -28.0), (16.0, -28.0), 16.0, -16.0), blue.darker(0.2), 2.4);
    can.line(Path::at(13.0, -2.0).line(30.0, -14.0), blue.darker(0.1), 3.6);
    can.fill(
        Path::round(-6.0, -16.0, 22.0, 18.0, 3.0),
        crate::paint::across(-6.0, 16.0, &[blue.lighter(0.3), blue.darker(0.2)]),
    );
    can.fill(Path::polygon(&[(28.0, -18.0), (35.0, -13.0), (31.0, -9.0)]), blue);
    stage.put(&can, Pose::at(spot.x + s * 36.0 * k, spot.y - 40.0 * k, k).flip(s < 0.0));
    for index in 0..5 {
        let mut drops = Sprite::new();
        let bend = 6.0 + 3.2 * index as f32;
        drops.lit_line(
            Path::at(0.0, 0.0).quad(bend * 0.7, 2.0, bend, 34.0 + 3.0 * index as f32),
            crate::paint::down(0.0, 44.0, &[rgb(0xcf_f2ff).alpha(0.9), rgb(0xcf_f2ff).alpha(0.15)]),
            1.0,
        );
        let motion =
            Motion { pulse: (0.35, 0.6 + 0.13 * index as f32), phase: 0.2 * index as f32, ..Motion::default() };
        stage.put(&drops, Pose::at(spot.x + s * 70.0 * k, spot.y - 53.0 * k, k).flip(s < 0.0).motion(motion));
    }
}

/// A clock that goes, its middle at `x`, `y`.
pub fn clock(stage: &mut Stage, scene: &Scene, x: f32, y: f32, k: f32, tone: Color) {
    stage.put(&goods::clock_face(tone), Pose::at(x, y, k));
    let minute = (scene.hash % 360) as f32;
    for (length, width, turn, speed) in [(24.0, 3.4, minute / 12.0 + 250.0, 0.5), (34.0, 2.4, minute, 6.0)] {
        let first = stage.layers();
        stage.put(&goods::clock_hand(length, width, rgb(0x2c_2630)), Pose::at(x, y, k));
        stage.turn(first, turn);
        if stage.moves() {
            let end = turn + (stage.seconds * speed).min(3600.0);
            stage.animate(
                first,
                vec![crate::stage::track(
                    kinora_sdk::documents::Property::Rotation,
                    &[(0.0, turn), (stage.frames as f32, end)],
                )],
            );
        }
    }
}
