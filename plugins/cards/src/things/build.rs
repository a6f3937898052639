//! Buildings.

use super::{LAMPLIGHT, Look};
use crate::{
    paint::{Color, across, down, glow, rgb},
    path::Path,
    stage::Sprite,
};

/// A lighthouse, 100 high.
pub fn lighthouse(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let half = |y: f32| 11.5 + (y / 72.0) * 4.7; // y from 0 to -72
    let wall = across(-11.0, 11.0, &[rgb(0xff_fbf2), rgb(0xee_e7de), rgb(0xa9_a3ac)]);
    let band = across(-11.0, 11.0, &[look.tone.lighter(0.16), look.tone, look.tone.darker(0.42)]);
    s.fill(Path::polygon(&[(-half(0.0), 0.0), (-half(-72.0), -72.0), (half(-72.0), -72.0), (half(0.0), 0.0)]), wall);
    for (low, high) in [(-14.0, -28.0), (-42.0, -56.0)] {
        s.fill(
            Path::polygon(&[(-half(low), low), (-half(high), high), (half(high), high), (half(low), low)]),
            band.clone(),
        );
    }
    s.fill(Path::round(-3.4, -10.0, 6.8, 10.5, 3.4), rgb(0x4a_3b3e));
    for y in [-36.0, -63.0] {
        let pane = Path::round(-1.8, y, 3.6, 6.0, 1.8);
        if look.lamps {
            s.lit(pane, LAMPLIGHT)
        } else {
            s.fill(pane, rgb(0x4b_5766))
        };
    }
    let iron = rgb(0x33_3a48);
    s.fill(Path::polygon(&[(-6.8, -72.0), (-9.6, -75.0), (9.6, -75.0), (6.8, -72.0)]), iron.lighter(0.15));
    s.fill(Path::round(-10.5, -76.4, 21.0, 1.8, 0.9), iron);
    let mut rail = Path::at(-9.8, -80.4).line(9.8, -80.4);
    for step in 0..=6 {
        let x = -9.8 + 19.6 * step as f32 / 6.0;
        rail = rail.hop(x, -80.4).line(x, -76.0);
    }
    s.line(rail, iron, 0.6);
    let lamp = Path::round(-5.4, -88.5, 10.8, 12.4, 1.0);
    if look.lamps {
        s.lit(lamp, down(-88.5, -76.0, &[rgb(0xff_f6d8), rgb(0xff_d27a)]));
    } else {
        s.fill(lamp, across(-5.0, 5.0, &[rgb(0xe9_f3f6), rgb(0x9f_b7c2)]));
        s.lit(Path::circle(0.0, -82.0, 2.6), rgb(0xff_e6a8));
    }
    s.line(Path::at(-1.8, -88.0).line(-1.8, -76.4).hop(1.8, -88.0).line(1.8, -76.4), iron.alpha(0.7), 0.6);
    s.fill(
        Path::at(-7.2, -88.0).quad(-6.0, -95.5, 0.0, -96.5).quad(6.0, -95.5, 7.2, -88.0).close(),
        across(-7.0, 7.0, &[look.tone.lighter(0.1), look.tone.darker(0.35)]),
    );
    s.fill(Path::circle(0.0, -97.2, 1.3), iron);
    s.line(Path::at(0.0, -97.0).line(0.0, -101.0), iron, 0.6);
    if look.lamps {
        s.lit(Path::circle(0.0, -82.0, 46.0), glow(0.0, -82.0, 46.0, rgb(0xff_dc96).alpha(0.6)));
        s.lit(Path::circle(0.0, -82.0, 14.0), glow(0.0, -82.0, 14.0, rgb(0xff_fbe8).alpha(0.95)));
    }
    s
}

/// A beam of light from the origin to the left, 100 long.
pub fn beam() -> Sprite {
    let mut s = Sprite::new();
    let light = rgb(0xff_ebb8);
    let fill = across(0.0, -100.0, &[light.alpha(0.5), light.alpha(0.2), light.alpha(0.07), light.alpha(0.0)]);
    s.lit(Path::polygon(&[(0.0, -0.9), (-100.0, -11.0), (-100.0, 8.0), (0.0, 0.9)]), fill.clone());
    s.lit(Path::polygon(&[(0.0, -0.4), (-100.0, -5.0), (-100.0, 3.0), (0.0, 0.4)]), fill);
    s
}

/// A house, 62 high and 76 wide.
pub fn house(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let walls = [rgb(0xf4_e9d8), rgb(0xe9_d3bd), rgb(0xf2_efe9), rgb(0xdf_c9a6)];
    let wall = walls[look.variant % 4];
    s.fill(Path::rect(15.0, -60.0, 7.0, 18.0), rgb(0x8f_6a5c));
    s.fill(Path::rect(14.2, -61.5, 8.6, 3.0), rgb(0x6e_4f46));
    s.fill(Path::rect(-30.0, -34.0, 60.0, 34.5), across(-30.0, 30.0, &[wall.lighter(0.12), wall, wall.darker(0.22)]));
    s.fill(
        Path::polygon(&[(-36.0, -31.0), (-22.0, -55.0), (22.0, -55.0), (36.0, -31.0)]),
        across(-36.0, 36.0, &[look.tone.lighter(0.12), look.tone, look.tone.darker(0.3)]),
    );
    s.fill(Path::rect(-30.0, -31.0, 60.0, 3.0), rgb(0x40_3038).alpha(0.25));
    s.fill(Path::round(-5.5, -20.0, 11.0, 20.5, 1.2), rgb(0x6b_4638));
    s.fill(Path::circle(3.0, -9.5, 0.8), rgb(0xe8_c27a));
    for x in [-23.0, 11.0] {
        s.fill(Path::round(x - 1.0, -24.0, 14.0, 13.0, 1.0), rgb(0xff_faf0));
        pane(&mut s, Path::rect(x, -23.0, 12.0, 11.0), look.lamps);
        s.fill(Path::rect(x + 5.5, -23.0, 1.0, 11.0).and(Path::rect(x, -18.0, 12.0, 1.0)), rgb(0xff_faf0));
        if look.lamps {
            s.lit(Path::circle(x + 6.0, -17.0, 20.0), glow(x + 6.0, -17.0, 20.0, LAMPLIGHT.alpha(0.3)));
        }
    }
    s
}

/// A house so far away that only its colours are seen.
pub fn far_house(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let wall = [rgb(0xf6_ecdc), rgb(0xea_d2b8), rgb(0xf0_ede8), rgb(0xe6_c8a8)][look.variant % 4];
    s.fill(Path::rect(-30.0, -40.0, 60.0, 41.0), across(-30.0, 30.0, &[wall.lighter(0.12), wall.darker(0.2)]));
    s.fill(
        Path::polygon(&[(-36.0, -37.0), (-20.0, -60.0), (22.0, -60.0), (36.0, -37.0)])
            .and(Path::rect(12.0, -68.0, 7.0, 12.0)),
        look.tone,
    );
    pane(
        &mut s,
        Path::rect(-22.0, -28.0, 10.0, 12.0)
            .and(Path::rect(-4.0, -28.0, 10.0, 12.0))
            .and(Path::rect(14.0, -28.0, 9.0, 12.0)),
        look.lamps,
    );
    s
}

fn pane(s: &mut Sprite, path: Path, lamps: bool) {
    if lamps {
        s.lit(path, LAMPLIGHT);
    } else {
        s.fill(path, rgb(0x8f_b0c2));
    }
}

/// A windmill without its sails, 80 high; the hub is at (0, -66).
pub fn windmill(look: Look) -> Sprite {
    let mut s = Sprite::new();
    s.fill(
        Path::polygon(&[(-17.0, 0.0), (-10.0, -62.0), (10.0, -62.0), (17.0, 0.0)]),
        across(-17.0, 17.0, &[rgb(0xfd_f6e8), rgb(0xe4_d8c8), rgb(0xa8_9c98)]),
    );
    s.fill(
        Path::at(-12.5, -61.0).quad(-10.0, -79.0, 0.0, -80.0).quad(10.0, -79.0, 12.5, -61.0).close(),
        across(-12.0, 12.0, &[look.tone.lighter(0.1), look.tone.darker(0.35)]),
    );
    s.fill(Path::round(-4.0, -14.0, 8.0, 14.5, 4.0), rgb(0x60_4238));
    pane(&mut s, Path::round(-2.5, -42.0, 5.0, 7.0, 2.5), look.lamps);
    s
}

/// The four sails of a windmill around their hub, 42 long.
pub fn sails() -> Sprite {
    let mut s = Sprite::new();
    for turn in 0..4 {
        let turns = turn as f32 / 4.0 + 0.06;
        s.fill(Path::polygon(&[(1.5, -8.0), (9.0, -9.0), (8.0, -42.0), (1.5, -42.0)]).turn(turns), rgb(0xf6_efe0));
        let mut lattice = Path::at(0.0, 0.0).line(0.0, -43.0);
        for step in 0..6 {
            let y = -10.0 - 6.0 * step as f32;
            lattice = lattice.hop(0.0, y).line(8.5, y);
        }
        s.line(lattice.turn(turns), rgb(0x6a_4c3e), 0.9);
    }
    s.fill(Path::circle(0.0, 0.0, 2.6), rgb(0x55_3c32));
    s
}

/// A castle, 100 high.
pub fn castle(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let stone = rgb(0xb9_aeb2);
    let shade = |l: f32, r: f32| across(l, r, &[stone.lighter(0.25), stone, stone.darker(0.35)]);
    for (x, w, top, roof) in
        [(-30.0, 16.0, -52.0, 22.0), (30.0, 16.0, -52.0, 22.0), (-9.0, 14.0, -74.0, 24.0), (13.0, 12.0, -62.0, 20.0)]
    {
        s.fill(Path::rect(x - w / 2.0, top, w, -top), shade(x - w / 2.0, x + w / 2.0));
        s.fill(
            Path::polygon(&[(x - w * 0.62, top), (x, top - roof), (x + w * 0.62, top)]),
            across(x - w / 2.0, x + w / 2.0, &[look.tone.lighter(0.12), look.tone.darker(0.35)]),
        );
        pane(&mut s, Path::round(x - 1.8, top + 8.0, 3.6, 7.0, 1.8), look.lamps);
    }
    let mut wall = vec![(-36.0, 0.0)];
    for step in 0..9 {
        let x = -36.0 + 8.0 * step as f32;
        wall.extend([(x, -34.0), (x + 4.0, -34.0), (x + 4.0, -30.0), (x + 8.0, -30.0)]);
    }
    wall.push((36.0, 0.0));
    s.fill(Path::polygon(&wall), shade(-36.0, 36.0));
    s.fill(Path::at(-6.5, 0.5).line(-6.5, -13.0).quad(0.0, -23.0, 6.5, -13.0).line(6.5, 0.5).close(), rgb(0x3f_3036));
    s
}

/// A tent, 42 high.
pub fn tent(look: Look) -> Sprite {
    let mut s = Sprite::new();
    s.fill(
        Path::polygon(&[(-40.0, 0.0), (-6.0, -42.0), (34.0, 0.0)]),
        across(-40.0, 34.0, &[look.tone.lighter(0.15), look.tone.darker(0.1)]),
    );
    s.fill(Path::polygon(&[(-6.0, -42.0), (34.0, 0.0), (48.0, -3.0)]), look.tone.darker(0.38));
    let door =
        Path::at(-6.0, -34.0).quad(-14.0, -14.0, -18.0, 0.0).line(8.0, 0.0).quad(2.0, -16.0, -6.0, -34.0).close();
    if look.lamps {
        s.lit(door, down(-34.0, 0.0, &[rgb(0xff_c878), rgb(0xff_e9b8)]));
        s.lit(Path::circle(-5.0, -14.0, 60.0), glow(-5.0, -14.0, 60.0, LAMPLIGHT.alpha(0.32)));
    } else {
        s.fill(door, rgb(0x3f_3440));
    }
    s
}

/// A fire on logs, 30 high, with its light.
pub fn campfire() -> Sprite {
    let mut s = Sprite::new();
    s.lit(Path::circle(0.0, -12.0, 80.0), glow(0.0, -12.0, 80.0, rgb(0xff_9a4a).alpha(0.5))).flicker(0.75, 1.4);
    s.line(Path::at(-14.0, -1.0).line(12.0, -5.0).hop(14.0, -1.0).line(-12.0, -5.0), rgb(0x5a_3a2c), 4.0);
    let flame = |k: f32| {
        Path::at(0.0, -30.0 * k)
            .cubic((4.0 * k, -20.0 * k), (11.0 * k, -15.0 * k), 9.0 * k, -7.0)
            .cubic((7.0 * k, 0.0), (-7.0 * k, 0.0), -9.0 * k, -7.0)
            .cubic((-10.0 * k, -14.0 * k), (-2.0 * k, -17.0 * k), 0.0, -30.0 * k)
            .close()
    };
    s.lit(flame(1.0), rgb(0xf2_6a34));
    s.lit(flame(0.72), rgb(0xfb_a640)).flicker(0.7, 0.9);
    s.lit(flame(0.45), rgb(0xff_e896));
    s
}

/// An arched bridge from -100 to 100, its deck at y = -34.
pub fn bridge(stone: Color) -> Sprite {
    let mut s = Sprite::new();
    let mut path = Path::at(-150.0, 8.0)
        .quad(-122.0, -33.0, -104.0, -36.0)
        .quad(0.0, -48.0, 104.0, -36.0)
        .quad(122.0, -33.0, 150.0, 8.0);
    for arch in (0..3).rev() {
        let x = -62.0 + 62.0 * arch as f32;
        let rise = if arch == 1 { -34.0 } else { -28.0 };
        path = path.line(x + 25.0, 8.0).cubic((x + 25.0, rise - 2.0), (x - 25.0, rise - 2.0), x - 25.0, 8.0);
    }
    s.fill(path.close(), down(-44.0, 8.0, &[stone.lighter(0.15), stone.darker(0.18), stone.darker(0.38)]));
    s.line(
        Path::at(-146.0, -1.0)
            .quad(-122.0, -35.0, -104.0, -38.0)
            .quad(0.0, -50.0, 104.0, -38.0)
            .quad(122.0, -35.0, 146.0, -1.0),
        stone.lighter(0.3),
        3.0,
    );
    s.line(Path::at(-104.0, -33.5).quad(0.0, -45.5, 104.0, -33.5), stone.darker(0.4).alpha(0.5), 1.2);
    s
}
