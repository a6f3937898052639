//! What flies. The origin is the middle.

use super::{LAMPLIGHT, Look};
use crate::{
    number::wave,
    paint::{Color, across, around, down, glow, rgb},
    path::{Path, Point},
    stage::Sprite,
};

/// A kite, 70 high, leaning; its line is tied at (0, 4).
pub fn kite(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let points: Vec<Point> = (0..=14)
        .map(|step| {
            let t = step as f32 / 14.0;
            (-10.0 - 34.0 * t + 7.0 * wave(t * 1.6), 36.0 + 60.0 * t)
        })
        .collect();
    s.line(Path::smooth(&points, false), tone.darker(0.2), 1.4);
    for (index, step) in [3, 6, 9, 12].into_iter().enumerate() {
        let (x, y) = points[step];
        let bow = if index % 2 == 0 { rgb(0xff_d66b) } else { tone.lighter(0.35) };
        s.fill(
            Path::polygon(&[(x, y), (x - 6.5, y - 4.5), (x - 5.5, y + 4.0)]).and(Path::polygon(&[
                (x, y),
                (x + 6.5, y - 3.5),
                (x + 5.5, y + 4.5),
            ])),
            bow,
        );
    }
    let (top, right, bottom, left, middle) = ((8.0, -36.0), (28.0, -6.0), (-10.0, 36.0), (-24.0, -14.0), (1.0, -9.0));
    s.fill(Path::polygon(&[top, middle, left]), tone.lighter(0.34));
    s.fill(Path::polygon(&[top, right, middle]), tone.lighter(0.06));
    s.fill(Path::polygon(&[left, middle, bottom]), tone);
    s.fill(Path::polygon(&[right, bottom, middle]), tone.darker(0.22));
    s.line(
        Path::at(top.0, top.1).line(bottom.0, bottom.1).hop(left.0, left.1).line(right.0, right.1),
        rgb(0xff_f6ea).alpha(0.75),
        1.1,
    );
    s
}

/// A hot-air balloon, 100 high.
pub fn balloon(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let cream = rgb(0xff_f3dc);
    s.line(Path::at(-9.0, 22.0).line(-5.5, 39.0).hop(9.0, 22.0).line(5.5, 39.0), rgb(0x5a_463e), 0.8);
    // Gores: ellipses of less and less width, alternating.
    let gore = |half: f32| {
        Path::at(0.0, -54.0)
            .cubic((half * 1.18, -54.0), (half * 1.3, -12.0), half * 0.27, 24.0)
            .line(-half * 0.27, 24.0)
            .cubic((-half * 1.3, -12.0), (-half * 1.18, -54.0), 0.0, -54.0)
            .close()
    };
    for (index, half) in [36.0, 27.0, 17.0, 6.5].into_iter().enumerate() {
        let color = if index % 2 == 0 { tone } else { cream };
        s.fill(gore(half), color);
    }
    s.fill(
        gore(36.0),
        across(-32.0, 32.0, &[rgb(0xff_ffff).alpha(0.2), rgb(0xff_ffff).alpha(0.03), rgb(0x20_1030).alpha(0.3)]),
    );
    s.lit(Path::ellipse(0.0, 24.0, 9.0, 1.8), rgb(0xff_c46a).alpha(0.7));
    s.fill(Path::round(-6.5, 38.0, 13.0, 10.0, 2.0), across(-6.5, 6.5, &[rgb(0xb5_7f4e), rgb(0x6e_4630)]));
    s.fill(Path::round(-7.3, 37.0, 14.6, 2.4, 1.2), rgb(0x7a_5236));
    s
}

/// A rocket, 100 high, upright, with its flame.
pub fn rocket(look: Look) -> Sprite {
    let mut s = Sprite::new();
    s.lit(Path::circle(0.0, 50.0, 46.0), glow(0.0, 50.0, 46.0, rgb(0xff_a24a).alpha(0.6))).flicker(0.7, 0.7);
    s.lit(
        Path::at(-7.5, 34.0)
            .cubic((-15.0, 56.0), (-4.0, 66.0), 0.0, 84.0)
            .cubic((4.0, 66.0), (15.0, 56.0), 7.5, 34.0)
            .close(),
        down(34.0, 84.0, &[rgb(0xff_e08a), rgb(0xf5_7b36), rgb(0xf5_7b36).alpha(0.0)]),
    );
    s.lit(
        Path::at(-4.2, 34.0)
            .cubic((-7.0, 46.0), (-2.0, 52.0), 0.0, 60.0)
            .cubic((2.0, 52.0), (7.0, 46.0), 4.2, 34.0)
            .close(),
        rgb(0xff_fbe0),
    )
    .flicker(0.65, 0.5);
    s.fill(
        Path::at(-13.0, 4.0)
            .cubic((-27.0, 14.0), (-27.0, 26.0), -25.0, 40.0)
            .quad(-18.0, 28.0, -11.0, 28.0)
            .close()
            .and(
                Path::at(13.0, 4.0).cubic((27.0, 14.0), (27.0, 26.0), 25.0, 40.0).quad(18.0, 28.0, 11.0, 28.0).close(),
            ),
        across(-26.0, 26.0, &[look.tone.lighter(0.1), look.tone.darker(0.3)]),
    );
    s.fill(
        Path::at(0.0, -54.0)
            .cubic((19.0, -36.0), (19.0, 2.0), 11.0, 31.0)
            .line(-11.0, 31.0)
            .cubic((-19.0, 2.0), (-19.0, -36.0), 0.0, -54.0)
            .close(),
        across(-16.0, 16.0, &[rgb(0xff_ffff), rgb(0xe6_e6ec), rgb(0x9c_9cb0)]),
    );
    s.fill(
        Path::at(0.0, -54.0)
            .cubic((8.0, -46.0), (12.0, -36.0), 13.8, -26.0)
            .quad(0.0, -22.0, -13.8, -26.0)
            .cubic((-12.0, -36.0), (-8.0, -46.0), 0.0, -54.0)
            .close(),
        across(-14.0, 14.0, &[look.tone.lighter(0.15), look.tone.darker(0.25)]),
    );
    s.fill(Path::circle(0.0, -8.0, 7.6), rgb(0x5b_6178))
        .lit(Path::circle(0.0, -8.0, 5.4), down(-14.0, -2.0, &[rgb(0xb6_e9ff), rgb(0x4a_86c2)]));
    s.fill(Path::round(-9.0, 30.0, 18.0, 5.0, 1.5), rgb(0x4c_4f62));
    s
}

/// An airliner flying right, 100 long.
pub fn plane(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let body = rgb(0xf6_f7fa);
    s.fill(Path::polygon(&[(-36.0, -3.0), (-50.0, -22.0), (-42.0, -22.0), (-24.0, -4.0)]), look.tone);
    s.fill(Path::polygon(&[(2.0, -4.0), (-12.0, -17.0), (-5.0, -17.0), (18.0, -4.0)]), body.darker(0.28));
    s.fill(
        Path::at(-46.0, -3.0)
            .cubic((-20.0, -9.0), (20.0, -9.0), 40.0, -5.0)
            .quad(50.0, -2.0, 50.0, 1.0)
            .quad(44.0, 6.0, 30.0, 6.0)
            .line(-24.0, 5.0)
            .quad(-40.0, 2.0, -46.0, -3.0)
            .close(),
        down(-8.0, 6.0, &[body.lighter(0.5), body, body.darker(0.3)]),
    );
    s.line(Path::at(-40.0, 0.6).line(46.0, 0.8), look.tone, 1.4);
    let mut panes = Path::default();
    for index in 0..12 {
        panes = panes.and(Path::round(-24.0 + 4.6 * index as f32, -3.8, 2.2, 2.4, 1.0));
    }
    if look.lamps {
        s.lit(panes, LAMPLIGHT)
    } else {
        s.fill(panes, rgb(0x5c_7894))
    };
    s.fill(Path::polygon(&[(16.0, 2.0), (-20.0, 22.0), (-10.0, 22.0), (26.0, 3.0)]), body.darker(0.15));
    s
}

/// A planet of radius 50, lit from the upper left; some wear a ring.
pub fn planet(tone: Color, ring: bool, variant: usize) -> Sprite {
    let mut s = Sprite::new();
    let light = tone.lighter(0.35);
    s.lit(Path::circle(0.0, 0.0, 84.0), glow(0.0, 0.0, 84.0, tone.alpha(0.35)));
    if ring {
        s.lit_line(
            Path::arc(0.0, 0.0, 88.0, 21.0, 0.5, 1.0),
            across(-88.0, 88.0, &[light.alpha(0.8), light.alpha(0.35)]),
            8.0,
        );
        s.lit_line(
            Path::arc(0.0, 0.0, 74.0, 17.0, 0.5, 1.0),
            across(-80.0, 80.0, &[tone.alpha(0.7), tone.alpha(0.3)]),
            5.0,
        );
    }
    s.lit(Path::circle(0.0, 0.0, 50.0), around(-16.0, -18.0, 74.0, &[light, tone, tone.darker(0.35)]));
    if variant.is_multiple_of(2) {
        for (index, y) in [-27.0_f32, -11.0, 6.0, 24.0].into_iter().enumerate() {
            let half = (2400.0 - y * y).sqrt();
            let thick = 3.0 + 2.4 * ((index * 7 + variant) % 3) as f32;
            s.lit(
                Path::at(-half, y).quad(0.0, y + 11.0, half, y).quad(0.0, y + 11.0 + thick * 2.0, -half, y).close(),
                tone.darker(0.3).alpha(0.32),
            );
        }
    } else {
        for (x, y, r) in
            [(-18.0, -12.0, 11.0), (14.0, -24.0, 7.0), (10.0, 14.0, 13.0), (-20.0, 22.0, 6.0), (30.0, -2.0, 5.0)]
        {
            s.lit(Path::ellipse(x, y, r, r * 0.86), tone.darker(0.25).alpha(0.4));
            s.lit(Path::ellipse(x + r * 0.12, y + r * 0.14, r * 0.86, r * 0.74), tone.lighter(0.06).alpha(0.55));
        }
    }
    let night = rgb(0x05_0614);
    s.lit(
        Path::circle(0.0, 0.0, 50.4),
        crate::paint::Fill::Radial(
            [-22.0, -24.0],
            92.0,
            vec![(0.0, night.alpha(0.0)), (0.45, night.alpha(0.0)), (0.7, night.alpha(0.45)), (1.0, night.alpha(0.9))],
        ),
    );
    s.lit_line(Path::arc(0.0, 0.0, 49.4, 49.4, 0.46, 0.8), light.alpha(0.55), 1.2);
    if ring {
        s.lit_line(
            Path::arc(0.0, 0.0, 88.0, 21.0, 0.0, 0.5),
            across(-88.0, 88.0, &[light.alpha(0.95), light.alpha(0.45)]),
            8.0,
        );
        s.lit_line(
            Path::arc(0.0, 0.0, 74.0, 17.0, 0.0, 0.5),
            across(-80.0, 80.0, &[tone.alpha(0.9), tone.alpha(0.4)]),
            5.0,
        );
    }
    s
}
