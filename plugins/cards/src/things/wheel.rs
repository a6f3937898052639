//! What runs on wheels.

use super::{LAMPLIGHT, Look};
use crate::{
    number::{cowave, wave},
    paint::{across, down, glow, rgb},
    path::Path,
    stage::Sprite,
};

/// A car driving right, 100 long.
pub fn car(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let tone = look.tone;
    s.fill(Path::ellipse(0.0, 0.5, 52.0, 3.0), rgb(0x10_1018).alpha(0.35));
    s.fill(
        Path::at(-50.0, -10.0)
            .quad(-51.0, -20.0, -44.0, -22.5)
            .line(-32.0, -24.0)
            .cubic((-24.0, -35.0), (-16.0, -38.0), -4.0, -38.0)
            .cubic((10.0, -38.0), (18.0, -33.0), 27.0, -24.5)
            .quad(44.0, -22.0, 49.0, -16.0)
            .quad(51.0, -8.0, 48.0, -6.0)
            .line(-48.0, -6.0)
            .close(),
        down(-38.0, -6.0, &[tone.lighter(0.3), tone, tone.darker(0.28)]),
    );
    s.fill(
        Path::at(-27.0, -24.0)
            .cubic((-21.0, -32.0), (-16.0, -34.5), -7.0, -34.8)
            .line(-6.0, -24.0)
            .close()
            .and(Path::at(-3.0, -24.0).line(-3.6, -34.8).cubic((7.0, -35.0), (13.0, -31.0), 20.0, -24.0).close()),
        down(-35.0, -24.0, &[rgb(0xbf_dbe6), rgb(0x55_7488)]),
    );
    s.line(
        Path::at(-4.5, -24.0).line(-5.0, -9.0).hop(-46.0, -15.0).line(46.0, -15.5),
        tone.darker(0.35).alpha(0.6),
        0.8,
    );
    for x in [-29.0, 29.0] {
        s.fill(Path::circle(x, -8.0, 10.2), tone.darker(0.55))
            .fill(Path::circle(x, -8.0, 8.4), rgb(0x22_232a))
            .fill(Path::circle(x, -8.0, 4.4), rgb(0xb8_bdc6))
            .fill(Path::circle(x, -8.0, 1.6), rgb(0x5a_606a));
    }
    s.fill(Path::round(-50.0, -19.0, 4.0, 5.0, 1.5), rgb(0xd8_3a34));
    if look.lamps {
        s.lit(
            Path::polygon(&[(47.0, -16.0), (130.0, -27.0), (130.0, 6.0), (47.0, -12.0)]),
            across(47.0, 130.0, &[LAMPLIGHT.alpha(0.45), LAMPLIGHT.alpha(0.0)]),
        );
        s.lit(Path::circle(-49.0, -16.5, 12.0), glow(-49.0, -16.5, 12.0, rgb(0xff_4a3a).alpha(0.7)));
    }
    s.lit(Path::ellipse(46.0, -15.0, 3.2, 2.6), rgb(0xff_f1c4));
    s
}

/// A train driving right, 210 long, 34 high.
pub fn train(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let tone = look.tone;
    for left in [-105.0, -36.0] {
        s.fill(
            Path::round(left, -31.0, 66.0, 27.0, 3.0),
            down(-31.0, -4.0, &[tone.lighter(0.2), tone, tone.darker(0.25)]),
        );
        panes(&mut s, left + 5.0, 7, look.lamps);
    }
    s.fill(
        Path::at(33.0, -31.0)
            .line(78.0, -31.0)
            .cubic((92.0, -30.0), (103.0, -18.0), 105.0, -7.0)
            .quad(104.0, -4.0, 100.0, -4.0)
            .line(33.0, -4.0)
            .close(),
        down(-31.0, -4.0, &[tone.lighter(0.2), tone, tone.darker(0.25)]),
    );
    panes(&mut s, 38.0, 4, look.lamps);
    s.fill(
        Path::at(80.0, -26.0).cubic((88.0, -25.0), (94.0, -20.0), 97.0, -15.0).line(80.0, -15.0).close(),
        rgb(0x2e_4256),
    );
    s.line(Path::at(-105.0, -10.0).line(103.0, -10.0), rgb(0xff_f4e2), 2.0);
    let mut wheels = Path::default();
    for x in [-95.0, -83.0, -57.0, -46.0, -26.0, -14.0, 12.0, 22.0, 44.0, 56.0, 82.0] {
        wheels = wheels.and(Path::circle(x, -2.6, 3.4));
    }
    s.fill(wheels, rgb(0x2a_2b33));
    s.lit(Path::circle(102.0, -9.0, 2.0), rgb(0xff_f3c8));
    if look.lamps {
        s.lit(
            Path::polygon(&[(102.0, -10.0), (190.0, -22.0), (190.0, 6.0), (102.0, -8.0)]),
            across(102.0, 190.0, &[LAMPLIGHT.alpha(0.45), LAMPLIGHT.alpha(0.0)]),
        );
    }
    s
}

fn panes(s: &mut Sprite, left: f32, count: usize, lamps: bool) {
    let mut path = Path::default();
    for index in 0..count {
        path = path.and(Path::round(left + 8.2 * index as f32, -26.0, 6.2, 9.0, 1.4));
    }
    if lamps {
        s.lit(path, LAMPLIGHT)
    } else {
        s.fill(path, down(-26.0, -17.0, &[rgb(0xc8_e2ec), rgb(0x5f_8096)]))
    };
}

/// A bicycle leaning on nothing, 64 long.
pub fn bicycle(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let dark = rgb(0x2c_2d36);
    for x in [-22.0, 22.0] {
        s.line(Path::circle(x, -15.0, 14.0), dark, 2.0);
        let mut spokes = Path::default();
        for step in 0..5 {
            let turns = step as f32 / 10.0;
            spokes = spokes
                .hop(x - 13.0 * cowave(turns), -15.0 - 13.0 * wave(turns))
                .line(x + 13.0 * cowave(turns), -15.0 + 13.0 * wave(turns));
        }
        s.line(spokes, dark.lighter(0.4), 0.5);
    }
    s.line(
        Path::at(-22.0, -15.0)
            .line(-2.0, -14.0)
            .line(15.0, -36.0)
            .line(-9.0, -35.0)
            .line(-22.0, -15.0)
            .hop(-2.0, -14.0)
            .line(-10.0, -40.0)
            .hop(22.0, -15.0)
            .line(13.0, -43.0),
        look.tone,
        2.6,
    );
    s.line(Path::at(-15.0, -41.0).line(-5.0, -41.0).hop(13.0, -43.0).quad(20.0, -46.0, 21.0, -41.0), dark, 2.8);
    s
}
