//! Colours and what surfaces are filled with, before they become the SDK's [`Paint`].

use kinora_sdk::documents::{Paint, Stop};

use crate::number::{fine, tidy};

/// A colour; every part from 0.0 to 1.0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
    /// 0.0 is clear.
    pub a: f32,
}

/// White.
pub const WHITE: Color = rgb(0xff_ffff);
/// Black.
pub const BLACK: Color = rgb(0);

/// A colour out of `0xrrggbb`.
pub const fn rgb(hex: u32) -> Color {
    Color {
        r: ((hex >> 16) & 255) as f32 / 255.0,
        g: ((hex >> 8) & 255) as f32 / 255.0,
        b: (hex & 255) as f32 / 255.0,
        a: 1.0,
    }
}

impl Color {
    /// The same with another opacity.
    pub const fn alpha(self, a: f32) -> Color {
        Color { a, ..self }
    }

    /// Goes a part of the way to another colour, and keeps its opacity.
    pub fn mix(self, to: Color, part: f32) -> Color {
        Color {
            r: self.r + (to.r - self.r) * part,
            g: self.g + (to.g - self.g) * part,
            b: self.b + (to.b - self.b) * part,
            a: self.a,
        }
    }

    /// As lit by a coloured light.
    pub fn times(self, light: Color) -> Color {
        Color { r: self.r * light.r, g: self.g * light.g, b: self.b * light.b, a: self.a }
    }

    /// Towards white.
    pub fn lighter(self, part: f32) -> Color {
        self.mix(WHITE, part)
    }

    /// Towards black.
    pub fn darker(self, part: f32) -> Color {
        self.mix(BLACK, part)
    }

    /// How bright it looks, from 0.0 to 1.0.
    pub fn brightness(self) -> f32 {
        self.r * 0.3 + self.g * 0.59 + self.b * 0.11
    }

    /// More (above 1.0) or less colourful.
    pub fn saturate(self, by: f32) -> Color {
        let grey = self.brightness();
        let part = |value: f32| (grey + (value - grey) * by).clamp(0.0, 1.0);
        Color { r: part(self.r), g: part(self.g), b: part(self.b), a: self.a }
    }

    /// `#rrggbb` or `#rrggbbaa`.
    pub fn hex(self) -> String {
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
        let (r, g, b, a) = (byte(self.r), byte(self.g), byte(self.b), byte(self.a));
        if a == 255 { format!("#{r:02x}{g:02x}{b:02x}") } else { format!("#{r:02x}{g:02x}{b:02x}{a:02x}") }
    }
}

/// What a surface is filled with.
#[derive(Clone, Debug)]
pub enum Fill {
    /// One colour.
    Solid(Color),
    /// Along a line.
    Linear([f32; 2], [f32; 2], Vec<(f32, Color)>),
    /// Outward from a point.
    Radial([f32; 2], f32, Vec<(f32, Color)>),
}

impl From<Color> for Fill {
    fn from(color: Color) -> Fill {
        Fill::Solid(color)
    }
}

/// From top to bottom, in even steps.
pub fn down(top: f32, bottom: f32, colors: &[Color]) -> Fill {
    Fill::Linear([0.0, top], [0.0, bottom], even(colors))
}

/// From left to right, in even steps.
pub fn across(left: f32, right: f32, colors: &[Color]) -> Fill {
    Fill::Linear([left, 0.0], [right, 0.0], even(colors))
}

/// From one colour to another around a point.
pub fn around(x: f32, y: f32, radius: f32, colors: &[Color]) -> Fill {
    Fill::Radial([x, y], radius, even(colors))
}

/// Light that fades softly to nothing, without a visible rim.
pub fn glow(x: f32, y: f32, radius: f32, color: Color) -> Fill {
    let stops =
        [(0.0, 1.0), (0.15, 0.79), (0.3, 0.55), (0.45, 0.34), (0.6, 0.18), (0.75, 0.07), (0.88, 0.018), (1.0, 0.0)];
    Fill::Radial([x, y], radius, stops.map(|(offset, part)| (offset, color.alpha(color.a * part))).to_vec())
}

fn even(colors: &[Color]) -> Vec<(f32, Color)> {
    let last = colors.len().saturating_sub(1).max(1) as f32;
    colors.iter().enumerate().map(|(index, color)| (index as f32 / last, *color)).collect()
}

impl Fill {
    /// Every colour changed.
    pub fn map(&self, change: impl Fn(Color) -> Color) -> Fill {
        let all = |stops: &[(f32, Color)]| stops.iter().map(|(offset, color)| (*offset, change(*color))).collect();
        match self {
            Fill::Solid(color) => Fill::Solid(change(*color)),
            Fill::Linear(from, to, stops) => Fill::Linear(*from, *to, all(stops)),
            Fill::Radial(center, radius, stops) => Fill::Radial(*center, *radius, all(stops)),
        }
    }

    /// As a document, with points scaled (`kx` is negative for a mirrored drawing).
    pub fn paint(&self, kx: f32, ky: f32) -> Paint {
        let at = |p: [f32; 2]| [tidy(p[0] * kx), tidy(p[1] * ky)];
        let all = |stops: &[(f32, Color)]| {
            stops.iter().map(|(offset, color)| Stop { offset: fine(*offset), color: color.hex() }).collect()
        };
        match self {
            Fill::Solid(color) => Paint::Solid { color: color.hex() },
            Fill::Linear(from, to, stops) => Paint::Linear { from: at(*from), to: at(*to), stops: all(stops) },
            Fill::Radial(center, radius, stops) => {
                Paint::Radial { center: at(*center), radius: tidy((radius * ky.abs()).max(0.01)), stops: all(stops) }
            }
        }
    }
}
