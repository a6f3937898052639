use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The version of the composition schema that this SDK writes.
pub const COMPOSITION_SCHEMA: u32 = 1;

/// A drawing in layers, which the host rasterises. Coordinates are pixels from the top left corner of the canvas, x
/// to the right, y down; angles are degrees clockwise; times are frames from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Composition {
    /// Version of this schema; 1.
    pub schema: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Frames per second.
    pub rate: Rate,
    /// How many frames; 1 for a picture.
    pub frames: u32,
    /// What lies under all layers, in canvas coordinates; absent for a transparent canvas (an overlay).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<Paint>,
    /// The lowest first.
    pub layers: Vec<Layer>,
}

/// Frames per second as a fraction: 30000/1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// Frames.
    pub num: u32,
    /// Seconds.
    pub den: u32,
}

impl Rate {
    /// Frames per second as a number.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }
}

impl fmt::Display for Rate {
    /// `30`, `24000/1001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}

impl FromStr for Rate {
    type Err = String;

    /// Reads `30` and `24000/1001`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (num, den) = text.split_once('/').unwrap_or((text, "1"));
        match (num.trim().parse(), den.trim().parse()) {
            (Ok(num), Ok(den)) if num > 0 && den > 0 => Ok(Rate { num, den }),
            _ => Err(format!("“{text}” is no rate; write it like 30 or \"24000/1001\"")),
        }
    }
}

/// Something drawn at a place. Its content has a coordinate system of its own, whose origin `x`, `y` put on the
/// canvas; scaling and turning happen around that origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Layer {
    /// What is drawn.
    pub content: Content,
    /// Where the content's origin is on the canvas.
    #[serde(default)]
    pub x: f32,
    /// Where the content's origin is on the canvas.
    #[serde(default)]
    pub y: f32,
    /// From 0.0 to 1.0.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub opacity: f32,
    /// 1.0 is life size.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub scale: f32,
    /// Degrees clockwise.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rotation: f32,
    /// The first frame it is seen in.
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    pub start: u32,
    /// The first frame it is no longer seen in; absent: to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u32>,
    /// What changes over time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<Track>,
}

impl Layer {
    /// A layer that stands still at a place.
    pub fn new(content: Content, x: f32, y: f32) -> Self {
        Layer { content, x, y, opacity: 1.0, scale: 1.0, rotation: 0.0, start: 0, end: None, tracks: Vec::new() }
    }
}

fn one() -> f32 {
    1.0
}
fn is_one(value: &f32) -> bool {
    *value == 1.0
}
fn is_zero(value: &f32) -> bool {
    *value == 0.0
}
fn is_zero_u32(value: &u32) -> bool {
    *value == 0
}

/// What a layer shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Content {
    /// A rectangle whose centre is the origin.
    Rect {
        /// Pixels.
        width: f32,
        /// Pixels.
        height: f32,
        /// Of the corners, in pixels.
        #[serde(default)]
        radius: f32,
        /// The inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<Paint>,
        /// The outline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stroke: Option<Stroke>,
    },
    /// An ellipse whose centre is the origin.
    Ellipse {
        /// Pixels.
        rx: f32,
        /// Pixels.
        ry: f32,
        /// The inside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<Paint>,
        /// The outline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stroke: Option<Stroke>,
    },
    /// A path.
    Path {
        /// Absolute SVG path commands `M`, `L`, `Q`, `C` and `Z`, numbers parted by blanks or commas.
        d: String,
        /// The inside (non-zero winding).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fill: Option<Paint>,
        /// The outline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stroke: Option<Stroke>,
    },
    /// Text in a box whose centre is the origin. The host wraps it and chooses the largest size from `size` down to
    /// `min_size` that fits; what fits at no size ends with an ellipsis.
    Text {
        /// The words, in any script; line breaks are kept.
        text: String,
        /// Of the box, in pixels.
        width: f32,
        /// Of the box, in pixels.
        height: f32,
        /// The wanted size in pixels.
        size: f32,
        /// The smallest size in pixels.
        min_size: f32,
        /// From 100 to 900.
        #[serde(default = "regular")]
        weight: u16,
        /// The kind of typeface.
        #[serde(default)]
        family: Family,
        /// Where lines stand in the box.
        #[serde(default)]
        align: Align,
        /// Where the block of lines stands in the box.
        #[serde(default)]
        vertical_align: VerticalAlign,
        /// `#rrggbb` or `#rrggbbaa`.
        color: String,
        /// A soft shadow behind the letters; keeps words readable over pictures.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shadow: Option<Shadow>,
    },
    /// A picture that covers a box whose centre is the origin; what stands out is cropped.
    Image {
        /// The blob's handle.
        blob: String,
        /// Pixels.
        width: f32,
        /// Pixels.
        height: f32,
    },
}

fn regular() -> u16 {
    400
}

/// Kinds of typefaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Without serifs.
    #[default]
    Sans,
    /// With serifs.
    Serif,
    /// Of one width.
    Mono,
}

/// Where lines stand in their box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// At the side where the script begins.
    Start,
    /// In the middle.
    #[default]
    Center,
    /// At the side where the script ends.
    End,
}

/// Where a block of lines stands in its box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum VerticalAlign {
    /// At the top.
    Top,
    /// In the middle.
    #[default]
    Middle,
    /// At the bottom.
    Bottom,
}

/// A soft shadow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shadow {
    /// `#rrggbb` or `#rrggbbaa`.
    pub color: String,
    /// How soft, in pixels, from 0 to 64.
    pub blur: f32,
    /// How far to the right, in pixels.
    #[serde(default)]
    pub dx: f32,
    /// How far down, in pixels.
    #[serde(default)]
    pub dy: f32,
}

/// What a surface is filled with. Points are in the content's own coordinates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Paint {
    /// One colour.
    Solid {
        /// `#rrggbb` or `#rrggbbaa`.
        color: String,
    },
    /// A gradient along a line.
    Linear {
        /// Where it begins: x, y.
        from: [f32; 2],
        /// Where it ends: x, y.
        to: [f32; 2],
        /// At least two, ordered by offset.
        stops: Vec<Stop>,
    },
    /// A gradient outward from a point.
    Radial {
        /// x, y.
        center: [f32; 2],
        /// Pixels.
        radius: f32,
        /// At least two, ordered by offset.
        stops: Vec<Stop>,
    },
}

/// A colour at a point of a gradient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stop {
    /// From 0.0 to 1.0.
    pub offset: f32,
    /// `#rrggbb` or `#rrggbbaa`.
    pub color: String,
}

/// An outline, with round joins and caps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stroke {
    /// Its colours.
    pub paint: Paint,
    /// Pixels.
    pub width: f32,
}

/// How one property of a layer changes over time. Before the first key and after the last the value stands still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Track {
    /// What changes.
    pub property: Property,
    /// At least one, ordered by frame.
    pub keys: Vec<Key>,
}

/// What of a layer can change. A track's value takes the place of the layer's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// Pixels.
    X,
    /// Pixels.
    Y,
    /// From 0.0 to 1.0.
    Opacity,
    /// 1.0 is life size.
    Scale,
    /// Degrees clockwise.
    Rotation,
    /// How much of the content's box is seen, from its left edge, from 0.0 to 1.0.
    RevealRight,
    /// How much of the content's box is seen, from its bottom edge, from 0.0 to 1.0.
    RevealUp,
}

/// A value at a frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key {
    /// When; may lie outside the composition.
    pub frame: f32,
    /// What.
    pub value: f32,
    /// How the value moves from this key to the next.
    #[serde(default)]
    pub easing: Easing,
}

/// How a value moves between two keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Easing {
    /// At one speed.
    #[default]
    Linear,
    /// From rest.
    EaseIn,
    /// To rest.
    EaseOut,
    /// From rest to rest.
    EaseInOut,
    /// It stays, then jumps.
    Hold,
}
