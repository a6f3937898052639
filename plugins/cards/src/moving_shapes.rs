//! The kind `moving-shapes`: an abstract ground with slowly moving soft shapes, for words or pictures to lie on.

use kinora_sdk::documents::{Composition, Drawing};

use crate::{
    backdrop,
    grade::palette_of,
    number::{cowave, wave},
    paint::{across, down},
    path::{Path, Point},
    stage::{Motion, Stage},
    text::{MARGIN, mark},
};

/// Which shapes move.
#[derive(Clone, Copy)]
enum Form {
    Rings,
    Waves,
    Pebbles,
}

/// An abstract ground.
pub fn compose(drawing: &Drawing) -> Composition {
    let mut stage = Stage::new(drawing);
    let palette = palette_of(drawing);
    backdrop::draw(&mut stage, &palette, 4, 0.7);
    match stage.random.pick(&[Form::Rings, Form::Waves, Form::Pebbles, Form::Waves]) {
        Form::Rings => rings(&mut stage, &palette),
        Form::Waves => waves(&mut stage, &palette),
        Form::Pebbles => pebbles(&mut stage, &palette),
    }
    backdrop::vignette(&mut stage, crate::paint::BLACK, 0.35);
    let grade = stage.grade;
    mark(&mut stage, grade.apply(palette.ink), MARGIN);
    let background = down(0.0, stage.h, &palette.ground).map(|color| grade.apply(color)).paint(1.0, 1.0);
    stage.finish(Some(background))
}

/// Discs that are brighter at their rim, like bubbles out of focus.
fn rings(stage: &mut Stage, palette: &crate::grade::Palette) {
    let u = stage.u;
    for index in 0..11 {
        let radius = u * stage.random.range(0.05, 0.3);
        let color = palette.glows[index % 3].lighter(0.25);
        let fill = across(-radius, radius, &[color.alpha(0.22), color.alpha(0.03)]);
        let (x, y) = (stage.w * stage.random.unit(), stage.h * stage.random.unit());
        let motion = roaming(stage, 0.16);
        stage.raw_moving(Path::circle(0.0, 0.0, radius), fill, x, y, 1.0, motion);
    }
}

/// Broad ribbons that lie over one another.
fn waves(stage: &mut Stage, palette: &crate::grade::Palette) {
    let (w, h) = (stage.w, stage.h);
    for index in 0..5 {
        let level = h * (0.42 + 0.13 * index as f32);
        let (length, start) = (stage.random.range(0.5, 0.9), stage.random.unit());
        let swing = h * stage.random.range(0.05, 0.1);
        let points: Vec<Point> = (-4..=28)
            .map(|step| {
                let t = step as f32 / 24.0;
                (w * (t - 0.0) - w / 2.0, swing * wave(t / length + start) + swing * 0.4 * wave(t * 2.3 + start * 3.0))
            })
            .collect();
        let color = palette.glows[index % 3];
        let fill = down(-swing * 1.5, h * 0.55, &[color.alpha(0.42), color.alpha(0.05), color.alpha(0.0)]);
        let way = stage.travel(w * 0.01, w * 0.08) * stage.random.sign();
        let motion = Motion {
            drift: (way, 0.0),
            bob: (h * 0.012, stage.random.range(7.0, 12.0)),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        stage.raw_moving(Path::land(&points, h), fill, w / 2.0, level, 1.0, motion);
    }
}

/// Round stones that turn.
fn pebbles(stage: &mut Stage, palette: &crate::grade::Palette) {
    let u = stage.u;
    for index in 0..8 {
        let radius = u * stage.random.range(0.12, 0.34);
        let points: Vec<Point> = (0..7)
            .map(|step| {
                let turns = step as f32 / 7.0;
                let r = radius * stage.random.range(0.78, 1.12);
                (r * cowave(turns), r * wave(turns))
            })
            .collect();
        let color = palette.glows[index % 3].mix(palette.accent, if index == 5 { 0.6 } else { 0.08 });
        let fill = down(-radius, radius, &[color.lighter(0.15).alpha(0.4), color.alpha(0.1)]);
        let (x, y) = (stage.w * stage.random.unit(), stage.h * stage.random.unit());
        let mut motion = roaming(stage, 0.12);
        motion.sway = (stage.random.range(6.0, 14.0), stage.random.range(10.0, 18.0));
        stage.raw_moving(Path::smooth(&points, true), fill, x, y, 1.0, motion);
    }
}

fn roaming(stage: &mut Stage, most: f32) -> Motion {
    let way = stage.travel(stage.u * 0.02, stage.u * most);
    let turns = stage.random.unit();
    Motion {
        drift: (way * cowave(turns), 0.0),
        bob: (stage.u * stage.random.range(0.01, 0.04), stage.random.range(7.0, 13.0)),
        phase: stage.random.unit(),
        ..Motion::default()
    }
}
