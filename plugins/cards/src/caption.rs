//! The kind `caption`: a transparent overlay with a short text in the lower third. Cheap by construction: words and
//! scrim stand still most of the time, and what moves always is small.

use kinora_sdk::documents::{Align, Composition, Drawing, Easing, Family, Property, Track, VerticalAlign};

use crate::{
    grade::palette_of,
    number::tidy,
    paint::{Fill, WHITE, glow, rgb},
    path::Path,
    stage::{Motion, Stage, eased},
    text::{MARGIN, Words, mark},
};

/// A caption over whatever lies beneath.
pub fn compose(drawing: &Drawing) -> Composition {
    let mut stage = Stage::new(drawing);
    stage.grade = crate::grade::Grade::NONE;
    let palette = palette_of(drawing);
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let has_title = !drawing.title.trim().is_empty();
    let has_subtitle = !drawing.subtitle.trim().is_empty();

    motes(&mut stage, palette.accent.mix(WHITE, 0.6));

    if has_title || has_subtitle {
        let top = h * 0.6;
        let shade = |alpha: f32| rgb(0x05_0810).alpha(alpha);
        let fill = Fill::Linear(
            [0.0, top],
            [0.0, h],
            vec![(0.0, shade(0.0)), (0.25, shade(0.1)), (0.5, shade(0.3)), (0.75, shade(0.48)), (1.0, shade(0.58))],
        );
        let first = stage.layers();
        stage.raw(Path::rect(-2.0, top, w + 4.0, h - top + 2.0), fill);
        let fade = passing(&stage, 0.0, 1.0);
        stage.animate(first, fade);
    }

    let bottom = h * (1.0 - MARGIN) - h * 0.035;
    let subtitle_height = if has_subtitle { h * 0.055 } else { 0.0 };
    let rise = u * 0.018;
    if has_title {
        let height = h * 0.16;
        let mut words = Words {
            text: &drawing.title,
            x: w / 2.0,
            y: bottom - subtitle_height - height / 2.0,
            width: w * if h > w { 0.86 } else { 0.76 },
            height,
            size: (u * 0.056).max(h * 0.03),
            weight: 600,
            family: Family::Sans,
            align: Align::Center,
            vertical: VerticalAlign::Bottom,
            color: WHITE,
            shadow: 0.55,
        }
        .layer(&stage);
        words.tracks = passing(&stage, 0.08, 1.0);
        words.tracks.extend(rising(&stage, words.y, rise));
        stage.layer(words);
    }
    if has_subtitle {
        let mut words = Words {
            text: &drawing.subtitle,
            x: w / 2.0,
            y: bottom - subtitle_height / 2.0 + h * 0.008,
            width: w * if h > w { 0.86 } else { 0.7 },
            height: subtitle_height,
            size: (u * 0.034).max(h * 0.025),
            weight: 400,
            family: Family::Sans,
            align: Align::Center,
            vertical: VerticalAlign::Middle,
            color: WHITE.alpha(0.86),
            shadow: 0.5,
        }
        .layer(&stage);
        words.tracks = passing(&stage, 0.2, 1.0);
        stage.layer(words);
    }
    mark(&mut stage, WHITE, MARGIN);
    stage.finish(None)
}

/// Fades in after `delay` seconds and out before the end; in a short caption it all goes faster.
fn passing(stage: &Stage, delay: f32, opacity: f32) -> Vec<Track> {
    if !stage.moves() {
        return Vec::new();
    }
    let end = stage.frames as f32;
    let frame = |seconds: f32| (seconds / stage.seconds.max(0.001)).min(seconds * 0.5) * end;
    let keys = [(frame(delay), 0.0), (frame(delay + 0.45), opacity), (end - frame(0.4), opacity), (end, 0.0)];
    vec![eased(Property::Opacity, &keys, Easing::EaseInOut)]
}

fn rising(stage: &Stage, y: f32, rise: f32) -> Vec<Track> {
    if !stage.moves() {
        return Vec::new();
    }
    let end = stage.frames as f32;
    let frame = |seconds: f32| (seconds / stage.seconds.max(0.001)).min(seconds * 0.5) * end;
    vec![eased(Property::Y, &[(frame(0.08), tidy(y + rise)), (frame(0.65), y)], Easing::EaseOut)]
}

/// Small lights that float over the whole frame.
fn motes(stage: &mut Stage, color: crate::paint::Color) {
    let count = 12;
    for index in 0..count {
        // At most 40 pixels wide, glow and all.
        let radius = (stage.u * stage.random.range(0.004, 0.013)).clamp(0.7, 20.0);
        let column = (index as f32 + stage.random.range(0.15, 0.85)) / count as f32;
        let x = stage.w * column;
        let y = stage.h * stage.random.range(0.12, 0.85);
        let speed = stage.u * stage.random.range(0.012, 0.03);
        let up = -stage.travel(speed, stage.u * 0.25);
        let across = stage.travel(stage.u * 0.01, stage.u * 0.08) * stage.random.sign();
        let motion = Motion {
            drift: (across, up),
            pulse: (0.25, stage.random.range(2.5, 5.0)),
            phase: stage.random.unit(),
            ..Motion::default()
        };
        let opacity = stage.random.range(0.25, 0.5);
        stage.raw_moving(Path::circle(0.0, 0.0, radius), glow(0.0, 0.0, radius, color), x, y, opacity, motion);
    }
}
