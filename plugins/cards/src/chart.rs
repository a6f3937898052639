//! The kind `chart`: bars, or a line where the values are a course over time.

use kinora_sdk::documents::{Align, Composition, Drawing, Easing, Family, Property, VerticalAlign};

use crate::{
    backdrop,
    grade::{Palette, palette_of},
    paint::{Color, across, down},
    path::{Path, Point},
    stage::{Pose, Sprite, Stage, eased},
    text::{MARGIN, Words, mark},
};

/// The most values of one chart: more could not be read.
pub const MOST: usize = 20;

/// What is wrong with the data, as a sentence.
pub fn problem(drawing: &Drawing) -> Option<String> {
    if drawing.data.is_empty() {
        return Some("a chart needs at least one value in `data`".into());
    }
    if drawing.data.len() > MOST {
        return Some(format!("a chart shows at most {MOST} values; `data` has {}", drawing.data.len()));
    }
    let odd = drawing.data.iter().position(|point| !point.value.is_finite() || point.value.abs() > 1e15);
    odd.map(|index| {
        let point = &drawing.data[index];
        format!(
            "value {} of the chart (`{}`) is {}; a finite number up to 1e15 is needed",
            index + 1,
            point.label,
            point.value
        )
    })
}

/// Where things are.
struct Plot {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    /// The y of the value 0.
    zero: f32,
    /// Pixels of a value of 1, times the greatest value.
    scale: f32,
    greatest: f32,
    slot: f32,
}

impl Plot {
    fn x(&self, index: usize) -> f32 {
        self.left + self.slot * (index as f32 + 0.5)
    }

    fn y(&self, value: f64) -> f32 {
        self.zero - (value / f64::from(self.greatest)) as f32 * self.scale
    }
}

/// A chart of data that [`problem`] has nothing against.
pub fn compose(drawing: &Drawing) -> Composition {
    let mut stage = Stage::new(drawing);
    let palette = palette_of(drawing);
    backdrop::draw(&mut stage, &palette, 4, 0.35);
    let grade = stage.grade;
    let ink = grade.apply(palette.ink);
    let (w, h) = (stage.w, stage.h);
    heading(&mut stage, ink);

    let above = !drawing.title.trim().is_empty() || !drawing.subtitle.trim().is_empty();
    let (left, right) = (w * (MARGIN + 0.03), w * (0.97 - MARGIN));
    let (top, bottom) = (h * if above { 0.32 } else { 0.18 }, h * 0.8);
    let high = drawing.data.iter().map(|point| point.value).fold(0.0, f64::max);
    let low = drawing.data.iter().map(|point| point.value).fold(0.0, f64::min);
    // The greatest bar fills the plot; where all values are 0 there is only the axis.
    let greatest = (high.max(-low)).max(f64::from(f32::MIN_POSITIVE) * 1e6) as f32;
    let span = ((high - low) / f64::from(greatest)).max(1.0) as f32;
    let scale = (bottom - top) / span;
    let zero = bottom + (low / f64::from(greatest)) as f32 * scale;
    let plot =
        Plot { left, right, top, bottom, zero, scale, greatest, slot: (right - left) / drawing.data.len() as f32 };

    grid(&mut stage, &plot, palette.ink);
    let style = format!("{} {} {}", drawing.style, drawing.subject, drawing.title).to_lowercase();
    if drawing.data.len() > 1
        && ["line", "trend", "curve", "over time", "timeline", "verlauf"].iter().any(|word| style.contains(word))
    {
        course(&mut stage, &plot, &palette);
    } else {
        bars(&mut stage, &plot, &palette);
    }
    labels(&mut stage, &plot, ink);
    mark(&mut stage, ink, MARGIN);
    let background = down(0.0, h, &palette.ground).map(|color| grade.apply(color)).paint(1.0, 1.0);
    stage.finish(Some(background))
}

/// The frame at a number of seconds; a short chart grows faster, within its first 60 %.
fn frame(stage: &Stage, seconds: f32) -> f32 {
    (seconds / stage.seconds.max(0.001)).min(seconds * 0.3) * stage.frames as f32
}

fn heading(stage: &mut Stage, ink: Color) {
    let drawing = stage.drawing().clone();
    let (w, h, u) = (stage.w, stage.h, stage.u);
    let fade = |stage: &Stage| {
        if stage.moves() {
            vec![eased(Property::Opacity, &[(0.0, 0.0), (frame(stage, 0.5), 1.0)], Easing::EaseOut)]
        } else {
            Vec::new()
        }
    };
    let has_subtitle = !drawing.subtitle.trim().is_empty();
    let parts = [
        (drawing.title.as_str(), if has_subtitle { 0.125 } else { 0.145 }, 0.11, u * 0.07, 700, 1.0),
        (drawing.subtitle.as_str(), 0.215, 0.06, u * 0.036, 400, 0.8),
    ];
    for (text, y, height, size, weight, alpha) in parts {
        if text.trim().is_empty() {
            continue;
        }
        let mut layer = Words {
            text,
            x: w / 2.0,
            y: h * y,
            width: w * (0.94 - 2.0 * MARGIN),
            height: h * height,
            size: size.max(h * 0.025),
            weight,
            family: Family::Sans,
            align: Align::Start,
            vertical: VerticalAlign::Middle,
            color: ink.alpha(alpha),
            shadow: 0.0,
        }
        .layer(stage);
        layer.tracks = fade(stage);
        stage.layer(layer);
    }
}

fn grid(stage: &mut Stage, plot: &Plot, ink: Color) {
    let thin = (stage.u * 0.0012).max(0.5);
    let mut lines = Path::default();
    for step in 0..=4 {
        let y = plot.top + (plot.bottom - plot.top) * step as f32 / 4.0;
        lines = lines.hop(plot.left, y).line(plot.right, y);
    }
    let mut sprite = Sprite::new();
    sprite.lit_line(lines, ink.alpha(0.1), thin);
    sprite.lit_line(Path::at(plot.left, plot.zero).line(plot.right, plot.zero), ink.alpha(0.45), thin * 1.6);
    stage.put(&sprite, Pose::at(0.0, 0.0, 1.0));
}

fn bars(stage: &mut Stage, plot: &Plot, palette: &Palette) {
    let data = stage.drawing().data.clone();
    let width = (plot.slot * 0.58).min(stage.u * 0.16);
    let best = data.iter().map(|point| point.value).fold(f64::NEG_INFINITY, f64::max);
    for (index, point) in data.iter().enumerate() {
        let y = plot.y(point.value);
        let (top, height) = (y.min(plot.zero), (y - plot.zero).abs().max(stage.u * 0.003));
        let base = if point.value < 0.0 { palette.glows[1].mix(rgb_warning(), 0.55) } else { palette.accent };
        // The best stands out; the others are quieter.
        let base = if point.value == best && best > 0.0 { base } else { base.mix(palette.glows[0], 0.45) };
        let mut sprite = Sprite::new();
        let path = Path::round(-width / 2.0, -height / 2.0, width, height, width * 0.14);
        sprite.lit(path, down(-height / 2.0, height / 2.0, &[base.lighter(0.12), base.darker(0.12)]));
        let first = stage.layers();
        stage.put(&sprite, Pose::at(plot.x(index), top + height / 2.0, 1.0));
        if stage.moves() {
            let start = 0.3 + 0.9 * index as f32 / data.len() as f32;
            let keys = [(frame(stage, start), 0.0), (frame(stage, start + 0.9), 1.0)];
            let track = if point.value < 0.0 {
                // There is no reveal from above: what is below the axis fades in.
                eased(Property::Opacity, &keys, Easing::EaseOut)
            } else {
                eased(Property::RevealUp, &keys, Easing::EaseOut)
            };
            stage.animate(first, vec![track]);
        }
    }
}

fn rgb_warning() -> Color {
    crate::paint::rgb(0xe8_6a5a)
}

fn course(stage: &mut Stage, plot: &Plot, palette: &Palette) {
    let data = stage.drawing().data.clone();
    let points: Vec<Point> =
        data.iter().enumerate().map(|(index, point)| (plot.x(index), plot.y(point.value))).collect();
    let thick = (stage.u * 0.008).max(1.0);
    let accent = palette.accent;
    let mut area = Sprite::new();
    area.lit(Path::crags(&points, plot.zero), down(plot.top, plot.bottom, &[accent.alpha(0.38), accent.alpha(0.02)]));
    area.lit_line(
        Path::polyline(&points),
        across(plot.left, plot.right, &[accent.mix(palette.glows[1], 0.4), accent]),
        thick,
    );
    let first = stage.layers();
    stage.put(&area, Pose::at(0.0, 0.0, 1.0));
    if stage.moves() {
        let keys = [(frame(stage, 0.3), 0.0), (frame(stage, 2.0), 1.0)];
        stage.animate(first, vec![eased(Property::RevealRight, &keys, Easing::EaseInOut)]);
    }
    for (index, point) in points.iter().enumerate() {
        let mut dot = Sprite::new();
        dot.lit(Path::circle(0.0, 0.0, thick * 1.5), accent.lighter(0.85));
        let first = stage.layers();
        stage.put(&dot, Pose::at(point.0, point.1, 1.0));
        if stage.moves() {
            let start = 0.3 + 1.7 * index as f32 / points.len() as f32;
            let keys = [(frame(stage, start), 0.0), (frame(stage, start + 0.4), 1.0)];
            stage.animate(first, vec![eased(Property::Opacity, &keys, Easing::EaseOut)]);
        }
    }
}

fn labels(stage: &mut Stage, plot: &Plot, ink: Color) {
    let data = stage.drawing().data.clone();
    let (h, u) = (stage.h, stage.u);
    let width = plot.slot * 0.96;
    let least = h * 0.025;
    for (index, point) in data.iter().enumerate() {
        let y = plot.y(point.value);
        let value_height = h * 0.05;
        let value_y = if point.value < 0.0 { y + value_height * 0.6 } else { y - value_height * 0.6 };
        let label_y = plot.bottom + h * 0.07;
        // A label under a negative bar would lie on its value: it goes lower, the plot leaves room for it.
        let parts = [
            (number(point.value), value_y, value_height, u * 0.042, 600, 1.0),
            (point.label.clone(), label_y, h * 0.075, u * 0.034, 400, 0.82),
        ];
        for (text, y, height, size, weight, alpha) in parts {
            if text.trim().is_empty() {
                continue;
            }
            let mut layer = Words {
                text: &text,
                x: plot.x(index),
                y,
                width,
                height,
                size: size.min(plot.slot * 0.4).max(least),
                weight,
                family: Family::Sans,
                align: Align::Center,
                vertical: VerticalAlign::Middle,
                color: ink.alpha(alpha),
                shadow: 0.0,
            }
            .layer(stage);
            if stage.moves() {
                let start = 0.6 + 1.1 * index as f32 / data.len() as f32;
                let keys = [(frame(stage, start), 0.0), (frame(stage, start + 0.5), 1.0)];
                layer.tracks = vec![eased(Property::Opacity, &keys, Easing::EaseOut)];
            }
            stage.layer(layer);
        }
    }
}

/// A value as short as it can be read: `1.25M`, `12.5`, `-3`.
fn number(value: f64) -> String {
    let size = value.abs();
    let (part, unit) = match size {
        _ if size >= 999_500_000_000.0 => (value / 1e12, "T"),
        _ if size >= 999_500_000.0 => (value / 1e9, "B"),
        _ if size >= 999_500.0 => (value / 1e6, "M"),
        _ if size >= 10_000.0 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match part.abs() {
        part if part >= 100.0 => 0,
        part if part >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{part:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    format!("{}{unit}", if text == "-0" { "0" } else { &text })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn values_are_written_as_short_as_they_can_be_read() {
        let written = [0.0, -0.001, 3.0, -3.5, 12.34, 999.0, 9999.0, 12_500.0, 1_250_000.0, 2e12].map(number);
        assert_eq!(written, ["0", "0", "3", "-3.5", "12.3", "999", "9999", "12.5k", "1.25M", "2T"]);
    }
}
