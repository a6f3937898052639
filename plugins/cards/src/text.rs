//! Words on the canvas: boxes inside the safe margins, and the discreet mark.

use kinora_sdk::documents::{Align, Content, Family, Layer, Shadow, VerticalAlign};

use crate::{
    number::tidy,
    paint::{BLACK, Color},
    stage::Stage,
};

/// How much of each side stays free of words.
pub const MARGIN: f32 = 0.06;

/// A box for words.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The words.
    pub text: &'a str,
    /// Centre, in pixels.
    pub x: f32,
    /// Centre, in pixels.
    pub y: f32,
    /// Pixels.
    pub width: f32,
    /// Pixels.
    pub height: f32,
    /// The wanted size in pixels.
    pub size: f32,
    /// From 100 to 900.
    pub weight: u16,
    /// The kind of typeface.
    pub family: Family,
    /// Where lines stand.
    pub align: Align,
    /// Where the block stands.
    pub vertical: VerticalAlign,
    /// Of the letters.
    pub color: Color,
    /// How strong the shadow is; 0.0 for none.
    pub shadow: f32,
}

impl Words<'_> {
    /// The layer; its box is cut to the safe margins, and nothing is set too small to read.
    pub fn layer(self, stage: &Stage) -> Layer {
        self.layer_down_to(stage, smallest(stage))
    }

    fn layer_down_to(self, stage: &Stage, least: f32) -> Layer {
        let (mx, my) = (stage.w * MARGIN, stage.h * MARGIN);
        let left = (self.x - self.width / 2.0).max(mx);
        let right = (self.x + self.width / 2.0).min(stage.w - mx).max(left + 1.0);
        let top = (self.y - self.height / 2.0).max(my);
        let bottom = (self.y + self.height / 2.0).min(stage.h - my).max(top + 1.0);
        let content = Content::Text {
            text: clip(self.text),
            width: tidy(right - left),
            height: tidy(bottom - top),
            size: tidy(self.size.max(least)),
            min_size: tidy(least),
            weight: self.weight,
            family: self.family,
            align: self.align,
            vertical_align: self.vertical,
            color: self.color.hex(),
            shadow: (self.shadow > 0.0).then(|| Shadow {
                color: BLACK.alpha(self.shadow).hex(),
                blur: tidy((stage.u * 0.014).min(64.0)),
                dx: 0.0,
                dy: tidy(stage.u * 0.002),
            }),
        };
        Layer::new(content, tidy((left + right) / 2.0), tidy((top + bottom) / 2.0))
    }
}

/// The smallest size that words other than the mark are set in.
pub fn smallest(stage: &Stage) -> f32 {
    stage.h * 0.025
}

/// A hostile length of text would only cost time: nobody can read a thousand letters on a card.
fn clip(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(1000) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// How far from the edges the mark of a picture stands, in parts of the canvas: a camera that goes near or along must
/// not cut through it.
pub const CAMERA_MARGIN: f32 = 0.14;

/// The mark: a tiny line at the bottom right, `margin` of the canvas away from the edges.
pub fn mark(stage: &mut Stage, color: Color, margin: f32) {
    let text = stage.drawing().mark.clone();
    if text.trim().is_empty() {
        return;
    }
    let size = stage.h * 0.018;
    let mut layer = Words {
        text: &text,
        x: stage.w * (0.75 - margin),
        y: stage.h * (1.0 - margin) - size * 0.8,
        width: stage.w * 0.5,
        height: size * 1.6,
        size,
        weight: 400,
        family: Family::Sans,
        align: Align::End,
        vertical: VerticalAlign::Bottom,
        color,
        shadow: 0.35,
    }
    .layer_down_to(stage, size);
    layer.opacity = 0.6;
    stage.layer(layer);
}
