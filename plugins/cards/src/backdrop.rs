//! The abstract ground that title cards, charts and moving shapes share: large soft lights that drift over a gradient.

use crate::{
    grade::Palette,
    number::{cowave, wave},
    paint::{Color, Fill, glow},
    path::Path,
    stage::{Motion, Stage},
};

/// Puts the lights over the stage's background; `strength` is how bright they are.
pub fn draw(stage: &mut Stage, palette: &Palette, lights: usize, strength: f32) {
    let (w, h) = (stage.w, stage.h);
    let long = w.max(h);
    let turn = stage.random.unit();
    for index in 0..lights {
        let part = index as f32 / lights as f32;
        let around = turn + part + stage.random.range(-0.06, 0.06);
        let x = w * (0.5 + 0.46 * cowave(around));
        let y = h * (0.5 + 0.44 * wave(around));
        let radius = long * stage.random.range(0.3, 0.52);
        let color = palette.glows[index % palette.glows.len()].alpha(strength * stage.random.range(0.55, 0.85));
        let way = stage.travel(long * 0.012, long * 0.09);
        let motion = Motion {
            drift: (way * cowave(around + 0.3), 0.0),
            bob: (long * 0.015, stage.random.range(9.0, 15.0)),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        stage.raw_moving(Path::circle(0.0, 0.0, radius), glow(0.0, 0.0, radius, color), x, y, 1.0, motion);
    }
}

/// Darkens the corners a little.
pub fn vignette(stage: &mut Stage, color: Color, strength: f32) {
    let (w, h) = (stage.w, stage.h);
    let radius = (w * w + h * h).sqrt() / 2.0;
    let shade = |alpha: f32| color.alpha(alpha * strength);
    let fill = Fill::Radial(
        [w / 2.0, h * 0.48],
        radius * 1.05,
        vec![(0.0, shade(0.0)), (0.55, shade(0.0)), (0.75, shade(0.25)), (0.9, shade(0.65)), (1.0, shade(1.0))],
    );
    let all = stage.all();
    stage.raw(all, fill);
}
