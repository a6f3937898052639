//! What surfaces are filled with: one colour, or a gradient that is looked up pixel by pixel in floating point, so
//! that it is rounded (and dithered) only once, when it becomes code values.

use kinora_domain::documents::{Paint, Stop};
use tiny_skia::Transform;

use crate::colour::{self, Rgba};

/// A paint, made ready.
#[derive(Clone, Debug)]
pub(crate) enum Ink {
    Solid(Rgba),
    Gradient(Gradient),
}

/// A gradient as a table of premultiplied colours.
#[derive(Clone, Debug)]
pub(crate) struct Gradient {
    shape: Shape,
    table: Vec<[f32; 4]>,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    /// `t = a·x + b·y + c`
    Linear {
        a: f32,
        b: f32,
        c: f32,
    },
    Radial {
        x: f32,
        y: f32,
        per_pixel: f32,
    },
}

/// Entries of a gradient's table: over a whole 4K canvas that is less than half a code value from one to the next.
const ENTRIES: usize = 2048;

impl Ink {
    /// # Errors
    /// A sentence about a malformed colour.
    pub fn new(paint: &Paint) -> Result<Self, String> {
        let (shape, stops) = match paint {
            Paint::Solid { color } => return Ok(Ink::Solid(colour::parse(color)?)),
            Paint::Linear { from, to, stops } => {
                let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
                let square = dx * dx + dy * dy;
                // A line without length: all of it lies behind its end.
                let shape = if square < 1e-6 {
                    Shape::Linear { a: 0.0, b: 0.0, c: 1.0 }
                } else {
                    let (a, b) = (dx / square, dy / square);
                    Shape::Linear { a, b, c: -(from[0] * a + from[1] * b) }
                };
                (shape, stops)
            }
            Paint::Radial { center, radius, stops } => {
                (Shape::Radial { x: center[0], y: center[1], per_pixel: 1.0 / radius }, stops)
            }
        };
        Ok(Ink::Gradient(Gradient { shape, table: table(stops)? }))
    }

    /// Whether drawing with it leaves nothing.
    pub fn is_clear(&self) -> bool {
        match self {
            Ink::Solid(colour) => colour.a == 0.0,
            Ink::Gradient(gradient) => gradient.table.iter().all(|c| c[3] == 0.0),
        }
    }
}

impl Gradient {
    /// The premultiplied colours of a row of pixels that begins at `x`, `y`, where `inverse` leads from pixels to the
    /// content's own coordinates.
    pub fn row(&self, inverse: &Transform, x: f32, y: f32, out: &mut [[f32; 4]]) {
        // Whatever the length of the gradient, positions are affine along the row.
        let u = inverse.sx * (x + 0.5) + inverse.kx * (y + 0.5) + inverse.tx;
        let v = inverse.ky * (x + 0.5) + inverse.sy * (y + 0.5) + inverse.ty;
        let (du, dv) = (inverse.sx, inverse.ky);
        match self.shape {
            Shape::Linear { a, b, c } => {
                let (start, step) = (a * u + b * v + c, a * du + b * dv);
                for (index, slot) in out.iter_mut().enumerate() {
                    *slot = self.at(start + step * index as f32);
                }
            }
            Shape::Radial { x, y, per_pixel } => {
                for (index, slot) in out.iter_mut().enumerate() {
                    let (px, py) = (u + du * index as f32 - x, v + dv * index as f32 - y);
                    *slot = self.at((px * px + py * py).sqrt() * per_pixel);
                }
            }
        }
    }

    fn at(&self, t: f32) -> [f32; 4] {
        let top = (ENTRIES - 1) as f32;
        // `as` saturates and NaN becomes 0, so the index is always within the table.
        self.table[(t * top + 0.5).clamp(0.0, top) as usize]
    }
}

/// Colours between stops are mixed premultiplied, as in CSS, so that a fade to transparent does not turn grey.
fn table(stops: &[Stop]) -> Result<Vec<[f32; 4]>, String> {
    let mut colours = Vec::with_capacity(stops.len());
    for stop in stops {
        colours.push((stop.offset, colour::parse(&stop.color)?.premultiplied()));
    }
    let mut table = Vec::with_capacity(ENTRIES);
    for entry in 0..ENTRIES {
        let t = entry as f32 / (ENTRIES - 1) as f32;
        let next = colours.partition_point(|(offset, _)| *offset <= t);
        let before = next.checked_sub(1).and_then(|i| colours.get(i));
        table.push(match (before, colours.get(next)) {
            (None, None) => [0.0; 4],
            (None, Some((_, colour))) | (Some((_, colour)), None) => *colour,
            (Some((from, a)), Some((to, b))) => {
                let part = (t - from) / (to - from);
                std::array::from_fn(|i| a[i] + (b[i] - a[i]) * part)
            }
        });
    }
    Ok(table)
}
