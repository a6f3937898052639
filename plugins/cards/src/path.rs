//! Outlines: a pen with the few strokes drawings are made of.

use crate::number::{cowave, wave, write_coordinate};

/// A point: x to the right, y down.
pub type Point = (f32, f32);

#[derive(Clone, Debug)]
enum Segment {
    Move(Point),
    Line(Point),
    Quad(Point, Point),
    Cubic(Point, Point, Point),
    Close,
}

/// An outline, open or closed, of one or more parts.
#[derive(Clone, Debug, Default)]
pub struct Path(Vec<Segment>);

/// What makes a quarter circle out of a cubic curve.
const KAPPA: f32 = 0.5523;

impl Path {
    /// Begins at a point.
    pub fn at(x: f32, y: f32) -> Path {
        Path(vec![Segment::Move((x, y))])
    }

    /// Lifts the pen and begins another part.
    pub fn hop(mut self, x: f32, y: f32) -> Path {
        self.0.push(Segment::Move((x, y)));
        self
    }

    /// A straight line.
    pub fn line(mut self, x: f32, y: f32) -> Path {
        self.0.push(Segment::Line((x, y)));
        self
    }

    /// A curve pulled towards one point.
    pub fn quad(mut self, cx: f32, cy: f32, x: f32, y: f32) -> Path {
        self.0.push(Segment::Quad((cx, cy), (x, y)));
        self
    }

    /// A curve pulled towards two points.
    pub fn cubic(mut self, a: Point, b: Point, x: f32, y: f32) -> Path {
        self.0.push(Segment::Cubic(a, b, (x, y)));
        self
    }

    /// Back to where the part began.
    pub fn close(mut self) -> Path {
        self.0.push(Segment::Close);
        self
    }

    /// A polygon.
    pub fn polygon(points: &[Point]) -> Path {
        Path::polyline(points).close()
    }

    /// Straight lines from point to point.
    pub fn polyline(points: &[Point]) -> Path {
        let mut path = Path::default();
        for (index, point) in points.iter().enumerate() {
            path.0.push(if index == 0 { Segment::Move(*point) } else { Segment::Line(*point) });
        }
        path
    }

    /// A rectangle from its top left corner.
    pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Path {
        Path::polygon(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    /// A rectangle with round corners.
    pub fn round(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Path {
        let r = radius.min(width / 2.0).min(height / 2.0);
        let c = r * (1.0 - KAPPA);
        let (right, bottom) = (x + width, y + height);
        Path::at(x + r, y)
            .line(right - r, y)
            .cubic((right - c, y), (right, y + c), right, y + r)
            .line(right, bottom - r)
            .cubic((right, bottom - c), (right - c, bottom), right - r, bottom)
            .line(x + r, bottom)
            .cubic((x + c, bottom), (x, bottom - c), x, bottom - r)
            .line(x, y + r)
            .cubic((x, y + c), (x + c, y), x + r, y)
            .close()
    }

    /// An ellipse around a point.
    pub fn ellipse(cx: f32, cy: f32, rx: f32, ry: f32) -> Path {
        let (kx, ky) = (rx * KAPPA, ry * KAPPA);
        Path::at(cx + rx, cy)
            .cubic((cx + rx, cy + ky), (cx + kx, cy + ry), cx, cy + ry)
            .cubic((cx - kx, cy + ry), (cx - rx, cy + ky), cx - rx, cy)
            .cubic((cx - rx, cy - ky), (cx - kx, cy - ry), cx, cy - ry)
            .cubic((cx + kx, cy - ry), (cx + rx, cy - ky), cx + rx, cy)
            .close()
    }

    /// A circle around a point.
    pub fn circle(cx: f32, cy: f32, r: f32) -> Path {
        Path::ellipse(cx, cy, r, r)
    }

    /// Part of a circle as an open line; angles in turns clockwise from three o'clock.
    pub fn arc(cx: f32, cy: f32, rx: f32, ry: f32, from: f32, to: f32) -> Path {
        let steps = (((to - from).abs() * 24.0) as usize).clamp(3, 48);
        let points: Vec<Point> = (0..=steps)
            .map(|step| {
                let turns = from + (to - from) * step as f32 / steps as f32;
                (cx + rx * cowave(turns), cy + ry * wave(turns))
            })
            .collect();
        Path::smooth(&points, false)
    }

    /// A smooth line through points (Catmull-Rom).
    pub fn smooth(points: &[Point], closed: bool) -> Path {
        let count = points.len();
        if count < 3 {
            return Path::polyline(points);
        }
        let get = |index: isize| -> Point {
            if closed {
                points[index.rem_euclid(count as isize) as usize]
            } else {
                points[index.clamp(0, count as isize - 1) as usize]
            }
        };
        let mut path = Path::at(points[0].0, points[0].1);
        for index in 0..if closed { count } else { count - 1 } as isize {
            let (p0, p1, p2, p3) = (get(index - 1), get(index), get(index + 1), get(index + 2));
            let a = (p1.0 + (p2.0 - p0.0) / 6.0, p1.1 + (p2.1 - p0.1) / 6.0);
            let b = (p2.0 - (p3.0 - p1.0) / 6.0, p2.1 - (p3.1 - p1.1) / 6.0);
            path = path.cubic(a, b, p2.0, p2.1);
        }
        if closed { path.close() } else { path }
    }

    /// Everything beneath a smooth line down to `bottom`.
    pub fn land(points: &[Point], bottom: f32) -> Path {
        let (first, last) = (points[0], points[points.len() - 1]);
        Path::smooth(points, false).line(last.0, bottom).line(first.0, bottom).close()
    }

    /// Everything beneath a jagged line down to `bottom`.
    pub fn crags(points: &[Point], bottom: f32) -> Path {
        let (first, last) = (points[0], points[points.len() - 1]);
        Path::polyline(points).line(last.0, bottom).line(first.0, bottom).close()
    }

    /// Both outlines in one.
    pub fn and(mut self, other: Path) -> Path {
        self.0.extend(other.0);
        self
    }

    /// Scaled, then moved.
    pub fn place(&self, x: f32, y: f32, kx: f32, ky: f32) -> Path {
        self.moved(|p| (p.0 * kx + x, p.1 * ky + y))
    }

    /// Turned around the origin, clockwise.
    pub fn turn(&self, turns: f32) -> Path {
        let (sin, cos) = (wave(turns), cowave(turns));
        self.moved(|p| (p.0 * cos - p.1 * sin, p.0 * sin + p.1 * cos))
    }

    /// The same path with every point moved.
    fn moved(&self, at: impl Fn(Point) -> Point) -> Path {
        Path(
            self.0
                .iter()
                .map(|segment| match segment {
                    Segment::Move(p) => Segment::Move(at(*p)),
                    Segment::Line(p) => Segment::Line(at(*p)),
                    Segment::Quad(a, p) => Segment::Quad(at(*a), at(*p)),
                    Segment::Cubic(a, b, p) => Segment::Cubic(at(*a), at(*b), at(*p)),
                    Segment::Close => Segment::Close,
                })
                .collect(),
        )
    }

    /// Nothing was drawn.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As SVG path data, scaled.
    pub fn data(&self, kx: f32, ky: f32) -> String {
        let mut out = String::new();
        let mut put = |letter: char, points: &[Point]| {
            out.push(letter);
            for (index, point) in points.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                write_coordinate(&mut out, point.0 * kx);
                out.push(' ');
                write_coordinate(&mut out, point.1 * ky);
            }
        };
        for segment in &self.0 {
            match segment {
                Segment::Move(p) => put('M', &[*p]),
                Segment::Line(p) => put('L', &[*p]),
                Segment::Quad(a, p) => put('Q', &[*a, *p]),
                Segment::Cubic(a, b, p) => put('C', &[*a, *b, *p]),
                Segment::Close => put('Z', &[]),
            }
        }
        out
    }
}
