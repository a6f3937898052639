//! What floats and swims. The origin is on the water line.

use super::{LAMPLIGHT, Look};
use crate::{
    paint::{Color, across, down, glow, rgb},
    path::Path,
    stage::Sprite,
};

/// A sailing boat, 100 high, with its bow to the right.
pub fn sailboat(look: Look) -> Sprite {
    let mut s = Sprite::new();
    s.line(Path::at(-2.0, -10.0).line(-2.0, -98.0), rgb(0x6a_4e40), 1.6);
    let cloth = rgb(0xfd_f8ec);
    s.fill(
        Path::at(-4.0, -94.0)
            .cubic((-18.0, -66.0), (-34.0, -36.0), -36.0, -17.0)
            .quad(-20.0, -13.0, -4.0, -16.0)
            .close(),
        across(-36.0, -2.0, &[cloth.darker(0.16), cloth]),
    );
    s.fill(
        Path::at(1.0, -90.0).cubic((14.0, -62.0), (28.0, -34.0), 33.0, -18.0).quad(16.0, -14.0, 1.0, -15.0).close(),
        across(0.0, 34.0, &[look.tone.lighter(0.22), look.tone, look.tone.darker(0.15)]),
    );
    s.fill(Path::polygon(&[(-2.0, -98.0), (9.0, -95.5), (-2.0, -93.0)]), look.tone);
    s.fill(
        Path::at(-38.0, -11.0)
            .quad(0.0, -8.0, 44.0, -13.0)
            .quad(34.0, 1.0, 24.0, 2.0)
            .line(-28.0, 2.0)
            .quad(-36.0, -2.0, -38.0, -11.0)
            .close(),
        down(-13.0, 2.0, &[rgb(0x8c_5a42), rgb(0x54_342c)]),
    );
    s.line(Path::at(-38.0, -10.6).quad(0.0, -7.6, 43.5, -12.6), rgb(0xf7_ead2), 1.4);
    s
}

/// A small fishing boat, 60 high, with its bow to the right.
pub fn fishing_boat(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let rope = rgb(0x5b_4c4a);
    s.line(Path::at(-8.0, -16.0).line(-8.0, -60.0), rgb(0x60_483e), 1.8);
    s.line(
        Path::at(-8.0, -58.0)
            .line(44.0, -19.0)
            .hop(-8.0, -58.0)
            .line(-40.0, -14.0)
            .hop(-8.0, -50.0)
            .line(-28.0, -38.0)
            .line(-26.0, -16.0),
        rope,
        0.6,
    );
    s.fill(Path::round(2.0, -37.0, 22.0, 26.0, 2.0), across(2.0, 24.0, &[rgb(0xff_f9ee), rgb(0xc9_c2bf)]));
    s.fill(Path::round(-0.5, -40.0, 27.0, 4.2, 1.6), look.tone.darker(0.25));
    for x in [5.0, 14.5] {
        let pane = Path::round(x, -33.0, 6.6, 8.0, 1.0);
        if look.lamps {
            s.lit(pane, LAMPLIGHT)
        } else {
            s.fill(pane, rgb(0x6f_93a8))
        };
    }
    let hull = Path::at(-44.0, -14.0)
        .quad(-6.0, -9.0, 24.0, -13.0)
        .quad(38.0, -15.0, 50.0, -22.0)
        .quad(46.0, -4.0, 36.0, 3.0)
        .line(-36.0, 3.0)
        .quad(-43.0, -4.0, -44.0, -14.0)
        .close();
    s.fill(hull, down(-22.0, 3.0, &[look.tone.lighter(0.12), look.tone, look.tone.darker(0.4)]));
    s.line(Path::at(-44.0, -13.4).quad(-6.0, -8.4, 24.0, -12.4).quad(38.0, -14.4, 49.5, -21.4), rgb(0xfb_f0dc), 1.8);
    s.line(Path::at(-40.0, -1.0).line(39.0, -1.0), rgb(0xfb_f0dc).alpha(0.5), 1.2);
    for x in [-30.0, -18.0] {
        s.fill(Path::circle(x, -6.0, 3.0), rgb(0x3c_3b44)).fill(Path::circle(x, -6.0, 1.3), rgb(0x8a_8a90));
    }
    if look.lamps {
        s.lit(Path::circle(-8.0, -60.0, 22.0), glow(-8.0, -60.0, 22.0, LAMPLIGHT.alpha(0.75)));
        s.lit(Path::circle(-8.0, -60.0, 1.8), rgb(0xff_f4d8));
    }
    s
}

/// A ship, 60 high and 180 long, with its bow to the right.
pub fn ship(look: Look) -> Sprite {
    let mut s = Sprite::new();
    for (index, (left, right)) in [(-58.0, 46.0), (-50.0, 36.0), (-42.0, 26.0)].into_iter().enumerate() {
        let top = -32.0 - 8.0 * index as f32;
        s.fill(Path::round(left, top, right - left, 9.0, 2.0), across(left, right, &[rgb(0xff_fcf5), rgb(0xd5_d0d0)]));
        let mut panes = Path::default();
        let mut x = left + 4.0;
        while x < right - 4.0 {
            panes = panes.and(Path::rect(x, top + 2.6, 3.0, 3.0));
            x += 6.0;
        }
        if look.lamps {
            s.lit(panes, LAMPLIGHT)
        } else {
            s.fill(panes, rgb(0x6d_8aa0))
        };
    }
    for x in [-26.0, -4.0] {
        s.fill(
            Path::polygon(&[(x, -48.0), (x - 2.0, -64.0), (x + 9.0, -64.0), (x + 11.0, -48.0)]),
            across(x, x + 11.0, &[look.tone.lighter(0.15), look.tone.darker(0.25)]),
        );
        s.fill(
            Path::polygon(&[(x - 1.6, -61.0), (x - 2.0, -64.0), (x + 9.0, -64.0), (x + 9.3, -61.0)]),
            rgb(0x2b_2c36),
        );
    }
    s.fill(
        Path::at(-86.0, -24.0)
            .line(70.0, -24.0)
            .quad(84.0, -25.0, 92.0, -30.0)
            .quad(84.0, -10.0, 72.0, 3.0)
            .line(-76.0, 3.0)
            .quad(-85.0, -6.0, -86.0, -24.0)
            .close(),
        down(-30.0, 3.0, &[rgb(0x32_4668), rgb(0x1d_2a44)]),
    );
    s.line(Path::at(-79.0, -1.0).line(75.0, -1.0), look.tone, 2.4);
    s
}

/// A whale seen from the side, 160 long, head to the right, around its middle.
pub fn whale() -> Sprite {
    let mut s = Sprite::new();
    let back = rgb(0x4a_6f92);
    s.fill(
        Path::at(-56.0, -6.0)
            .cubic((-70.0, -12.0), (-84.0, -26.0), -98.0, -28.0)
            .cubic((-94.0, -14.0), (-90.0, -6.0), -84.0, 0.0)
            .cubic((-94.0, 2.0), (-100.0, 8.0), -104.0, 16.0)
            .cubic((-88.0, 14.0), (-72.0, 8.0), -56.0, 6.0)
            .close(),
        back.darker(0.15),
    );
    s.fill(
        Path::at(-74.0, -2.0)
            .cubic((-40.0, -28.0), (20.0, -38.0), 56.0, -22.0)
            .cubic((74.0, -14.0), (78.0, 2.0), 68.0, 12.0)
            .cubic((48.0, 28.0), (-10.0, 26.0), -74.0, 4.0)
            .close(),
        down(-34.0, 28.0, &[back.lighter(0.14), back, back.darker(0.25)]),
    );
    s.fill(
        Path::at(70.0, 6.0)
            .cubic((40.0, 8.0), (10.0, 12.0), -22.0, 15.0)
            .cubic((10.0, 27.0), (50.0, 27.0), 68.0, 12.0)
            .close(),
        rgb(0xd9_e6ec).alpha(0.85),
    );
    s.line(Path::at(70.0, 5.0).quad(44.0, 8.0, 30.0, 4.0), back.darker(0.5), 1.0);
    s.fill(
        Path::at(20.0, 14.0)
            .cubic((14.0, 28.0), (0.0, 40.0), -14.0, 42.0)
            .cubic((-8.0, 30.0), (0.0, 18.0), 6.0, 13.0)
            .close(),
        back.darker(0.25),
    );
    s.fill(Path::circle(44.0, -1.0, 2.2), rgb(0x1a_2636)).fill(Path::circle(44.6, -1.8, 0.7), rgb(0xff_ffff));
    s
}

/// A fish around its middle, 40 long, head to the right.
pub fn fish(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::polygon(&[(-12.0, 0.0), (-22.0, -9.0), (-19.0, 0.0), (-22.0, 9.0)]), tone.darker(0.15));
    s.fill(Path::at(-6.0, -7.0).quad(2.0, -15.0, 8.0, -6.0).close(), tone.darker(0.2));
    s.fill(
        Path::at(-14.0, 0.0)
            .cubic((-4.0, -12.0), (12.0, -11.0), 19.0, 0.0)
            .cubic((12.0, 11.0), (-4.0, 12.0), -14.0, 0.0)
            .close(),
        down(-10.0, 10.0, &[tone.lighter(0.25), tone, tone.darker(0.15)]),
    );
    s.fill(
        Path::at(2.0, -8.6).quad(-3.0, 0.0, 2.0, 8.6).line(6.0, 8.6).quad(1.0, 0.0, 6.0, -8.6).close(),
        rgb(0xff_f6e6).alpha(0.8),
    );
    s.fill(Path::circle(12.0, -2.0, 1.9), rgb(0xff_ffff)).fill(Path::circle(12.5, -2.0, 1.0), rgb(0x1c_222c));
    s
}
