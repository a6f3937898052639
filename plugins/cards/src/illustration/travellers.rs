//! Things that swim, fly and drive.

use super::{land::height_at, outdoors::Spots, scene::Scene, water};
use crate::{
    paint::{WHITE, rgb},
    path::Path,
    stage::{Motion, Pose, Sprite, Stage},
    things::{Look, air, vessel, wheel},
    words::{Place, Thing, Weather},
};
use Thing as T;

pub(super) fn afloat(stage: &mut Stage, scene: &Scene, thing: Thing, look: Look, top: f32, bottom: f32) {
    let (w, u) = (stage.w, stage.u);
    let depth = bottom - top;
    // Boats sail away from the shore towards the light.
    let heading_left = scene.side > 0.0;
    let rough = scene.weather == Some(Weather::Storm);
    // Two or three where the subject has no other hero.
    let many = if scene.place == Place::Harbour || (thing != T::Ship && scene.things.len() == 1 && scene.hash % 2 == 1)
    {
        3
    } else {
        1
    };
    let hero_taken = scene.things.iter().any(|(other, _)| matches!(other, T::Lighthouse | T::Castle | T::House))
        && scene.place != Place::Harbour;
    let fleet: &[(f32, f32, f32)] = if hero_taken {
        &[(-0.2, 0.42, 0.6), (-0.34, 0.16, 0.34), (-0.06, 0.1, 0.24)]
    } else {
        &[(0.1, 0.72, 1.0), (-0.16, 0.3, 0.5), (-0.31, 0.13, 0.3)]
    };
    // A lake's shore lies on the hero's side.
    let fleet =
        if scene.place == Place::Lake { &[(-0.07, 0.6, 0.95), (-0.27, 0.3, 0.5), (-0.38, 0.13, 0.3)] } else { fleet };
    let whale = thing == T::Whale || thing == T::Fish;
    for index in (0..many).rev() {
        let (dx, dy, size) = fleet[index];
        let x = w * (0.5 + scene.side * dx) + u * stage.random.range(-0.02, 0.02);
        let y = top + depth * dy;
        let k = u
            * size
            * match thing {
                T::Ship => 0.0036,
                T::Sailboat => 0.0036,
                T::Whale => 0.0026,
                _ => 0.0046,
            };
        let look = Look { tone: if index == 0 { look.tone } else { scene.tone(None, index + 2) }, ..look };
        let sprite = match thing {
            T::Sailboat => vessel::sailboat(look),
            T::Ship => vessel::ship(look),
            T::Whale | T::Fish => vessel::whale(),
            _ => vessel::fishing_boat(look),
        };
        let way = stage.travel(u * 0.014 * size, w * 0.09) * if heading_left { -1.0 } else { 1.0 };
        let lift = if rough { 0.012 } else { 0.0035 } * size;
        let turn = if rough { 5.0 } else { 1.3 };
        let motion = Motion {
            drift: (way, 0.0),
            bob: (u * lift, 3.4),
            sway: (turn, 4.3),
            phase: 0.31 * index as f32,
            ..Motion::default()
        };
        let pose = Pose::at(x, y, k).flip(heading_left).depth((1.0 - size).max(0.0) * 0.4).motion(motion);
        if !whale {
            water::mirror(stage, &sprite, pose);
        }
        stage.put(&sprite, pose);
        if !whale {
            // The water line hides the keel.
            let mut wake = Sprite::new();
            wake.lit(Path::ellipse(0.0, 1.6, 46.0, 2.0), scene.light.sky[2].lighter(0.25).alpha(0.4));
            wake.lit(Path::ellipse(-20.0, 3.6, 52.0, 1.3), WHITE.mix(scene.light.haze, 0.4).alpha(0.26));
            stage.put(
                &wake,
                Pose::at(x, y, k).flip(heading_left).motion(Motion { drift: (way, 0.0), ..Motion::default() }),
            );
        }
    }
}

pub(super) fn kite(stage: &mut Stage, scene: &Scene, spots: &Spots, look: Look) {
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let flip = scene.side > 0.0;
    // Where the child will stand: the first free spot.
    let hand_x = w * (0.5 + scene.side * 0.15);
    let ground = spots
        .rock
        .map_or_else(|| spots.ground.as_deref().map_or(h * 0.74, |line| height_at(line, hand_x)), |rock| rock.1);
    let hand = (hand_x + scene.side * u * 0.02, ground - u * 0.135);
    let (x, y) = (w * (0.5 - scene.side * 0.16), h * if h > w { 0.3 } else { 0.25 });
    let mut line = Sprite::new();
    line.lit_line(
        Path::at(hand.0, hand.1).quad((hand.0 + x) / 2.0 + scene.side * u * 0.03, (hand.1 + y) / 2.0 + u * 0.1, x, y),
        WHITE.mix(scene.light.haze, 0.3).alpha(0.75),
        u * 0.0018,
    );
    stage.put(&line, Pose::at(0.0, 0.0, 1.0));
    let tone = if look.tone.brightness() < 0.15 { rgb(0xd8_3a34) } else { look.tone };
    let motion = Motion { sway: (5.0, 3.2), ..Motion::default() };
    stage.put(&air::kite(tone), Pose::at(x, y, u * 0.0036).flip(!flip).motion(motion));
}

pub(super) fn aloft(stage: &mut Stage, scene: &Scene, spots: &Spots, thing: Thing, look: Look, index: usize) {
    let (w, u) = (stage.w, stage.u);
    let x = w * (0.5 + scene.side * [0.14, -0.2, 0.3][index.min(2)]);
    let y = spots.horizon * if index == 0 { 0.46 } else { 0.34 };
    match thing {
        T::Balloon => {
            let many = [(0.0, 0.0, 1.0), (-0.26, -0.1, 0.42), (-0.4, 0.12, 0.26), (0.2, 0.22, 0.2)];
            for (index, (dx, dy, size)) in many.into_iter().enumerate().rev() {
                let tone = if index == 0 { look.tone } else { scene.tone(None, index * 2 + 1) };
                let motion = Motion {
                    bob: (u * 0.008 * size, 6.0),
                    drift: (stage.travel(u * 0.006, u * 0.06), 0.0),
                    phase: 0.27 * index as f32,
                    ..Motion::default()
                };
                stage.put(
                    &air::balloon(tone),
                    Pose::at(x + scene.side * dx * w, y + dy * u, u * 0.0041 * size)
                        .depth(0.45 * (1.0 - size))
                        .motion(motion),
                );
            }
        }
        T::Rocket => stage.put(
            &air::rocket(look),
            Pose::at(x, y, u * 0.0036).motion(Motion { bob: (u * 0.006, 3.0), ..Motion::default() }),
        ),
        T::Plane => {
            let way = stage.travel(u * 0.05, w * 0.2);
            stage.put(
                &air::plane(look),
                Pose::at(x - w * 0.1, y, u * 0.0042).motion(Motion { drift: (way, -way * 0.08), ..Motion::default() }),
            );
        }
        _ => {
            let tone = look.tone.mix(scene.light.sky[1], 0.35);
            stage.put(
                &air::planet(tone, scene.hash.is_multiple_of(2), look.variant),
                Pose::at(x, y, u * 0.0022).opacity(0.9),
            );
        }
    }
}

pub(super) fn vehicle(stage: &mut Stage, scene: &Scene, spots: &Spots, thing: Thing, look: Look) {
    let (w, u) = (stage.w, stage.u);
    let y =
        spots.road.unwrap_or_else(|| spots.ground.as_deref().map_or(stage.h * 0.74, |line| height_at(line, w * 0.5)))
            + u * 0.006;
    let way = stage.travel(u * 0.05, w * 0.16);
    let motion = Motion { drift: (way, 0.0), ..Motion::default() };
    let x = w * 0.5 - way / 2.0;
    match thing {
        T::Train => stage.put(&wheel::train(look), Pose::at(x, y, u * 0.0052).motion(motion)),
        T::Bicycle => stage.put(&wheel::bicycle(look), Pose::at(w * (0.5 + scene.side * 0.1), y, u * 0.0034)),
        _ => {
            let bob = Motion { bob: (u * 0.0008, 0.7), ..motion };
            stage.put(&wheel::car(look), Pose::at(x, y + u * 0.03, u * 0.0044).motion(bob));
        }
    }
}
