//! The kind `title-card`: large words on a quiet ground with drifting lights.

use kinora_sdk::documents::{Align, Composition, Drawing, Easing, Family, Property, VerticalAlign};

use crate::{
    backdrop,
    grade::palette_of,
    number::tidy,
    paint::{across, down},
    path::Path,
    stage::{Pose, Sprite, Stage, eased},
    text::{MARGIN, Words, mark},
};

/// A title with its subtitle.
pub fn compose(drawing: &Drawing) -> Composition {
    let mut stage = Stage::new(drawing);
    let palette = palette_of(drawing);
    backdrop::draw(&mut stage, &palette, 5, 0.75);
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let grade = stage.grade;
    let ink = grade.apply(palette.ink);

    // Everything is in place after the first second, or after two fifths of a shorter card.
    let (seconds, frames) = (stage.seconds.max(0.001), stage.frames as f32);
    let frame = |second: f32| (second / seconds * frames).min(frames * second * 0.4);
    let (title_in, line_in, subtitle_in) = (frame(0.15), frame(0.45), frame(0.6));
    let rise = u * 0.03;

    let portrait = h > w * 1.1;
    let width = (w * (1.0 - 2.0 * MARGIN)).min(if portrait { w * 0.86 } else { w * 0.8 });
    let has_subtitle = !drawing.subtitle.trim().is_empty();
    let middle = if has_subtitle { h * 0.5 } else { h * 0.53 };
    let title_height = h * if portrait { 0.26 } else { 0.34 };
    // Few words can be larger than many.
    let letters = drawing.title.chars().count();
    let size = match letters {
        0..=14 => u * 0.15,
        15..=30 => u * 0.12,
        31..=60 => u * 0.095,
        _ => u * 0.075,
    };
    let serif = [
        "luxury",
        "elegant",
        "romantic",
        "nostalgic",
        "melancholic",
        "calm",
        "peaceful",
        "literary",
        "documentary",
        "hopeful",
        "cinematic",
    ]
    .iter()
    .any(|word| drawing.mood.to_lowercase().contains(word) || drawing.style.to_lowercase().contains(word));
    let family = if serif { Family::Serif } else { Family::Sans };

    let mut title = Words {
        text: &drawing.title,
        x: w / 2.0,
        y: middle - title_height / 2.0 - h * 0.005,
        width,
        height: title_height,
        size,
        weight: if serif { 600 } else { 700 },
        family,
        align: Align::Center,
        vertical: VerticalAlign::Bottom,
        color: ink,
        shadow: 0.25,
    }
    .layer(&stage);
    if stage.moves() {
        let y = title.y;
        title.tracks = vec![
            eased(Property::Opacity, &[(title_in, 0.0), (frame(0.9), 1.0)], Easing::EaseOut),
            eased(Property::Y, &[(title_in, y + rise), (frame(1.05), y)], Easing::EaseOut),
        ];
    }
    if !drawing.title.trim().is_empty() {
        stage.layer(title);
    }

    let line_y = middle + h * 0.035;
    let half = u * 0.11;
    let thick = (u * 0.005).max(1.0);
    let accent = palette.accent;
    let mut line = Sprite::new();
    line.lit(
        Path::round(-half, -thick / 2.0, half * 2.0, thick, thick),
        across(-half, half, &[accent.alpha(0.55), accent, accent.alpha(0.55)]),
    );
    let before = stage.layers();
    stage.put(&line, Pose::at(w / 2.0, line_y, 1.0));
    if stage.moves() {
        let reveal = eased(Property::RevealRight, &[(line_in, 0.0), (frame(1.1), 1.0)], Easing::EaseInOut);
        stage.animate(before, vec![reveal]);
    }

    if has_subtitle {
        let height = h * if portrait { 0.14 } else { 0.18 };
        let mut subtitle = Words {
            text: &drawing.subtitle,
            x: w / 2.0,
            y: line_y + h * 0.035 + height / 2.0,
            width: width * 0.92,
            height,
            size: (size * 0.42).max(u * 0.04),
            weight: 400,
            family: Family::Sans,
            align: Align::Center,
            vertical: VerticalAlign::Top,
            color: ink.mix(accent, 0.12).alpha(0.88),
            shadow: 0.2,
        }
        .layer(&stage);
        if stage.moves() {
            let y = subtitle.y;
            subtitle.tracks = vec![
                eased(Property::Opacity, &[(subtitle_in, 0.0), (frame(1.2), 1.0)], Easing::EaseOut),
                eased(Property::Y, &[(subtitle_in, tidy(y + rise * 0.7)), (frame(1.3), y)], Easing::EaseOut),
            ];
        }
        stage.layer(subtitle);
    }
    mark(&mut stage, ink, MARGIN);
    let background = down(0.0, h, &palette.ground).map(|color| grade.apply(color)).paint(1.0, 1.0);
    stage.finish(Some(background))
}
