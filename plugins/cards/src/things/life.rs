//! People, animals and those built after them. People look into the picture, away from the viewer.

use super::{LAMPLIGHT, Look};
use crate::{
    paint::{Color, across, down, glow, rgb},
    path::Path,
    stage::Sprite,
};

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Who {
    Man,
    OldMan,
    Woman,
    Child,
}

const SKIN: [Color; 4] = [rgb(0xf0_c3a0), rgb(0xc9_8f68), rgb(0x8d_5a42), rgb(0xe3_ad86)];
const HAIR: [Color; 4] = [rgb(0x3a_2a28), rgb(0x6a_432e), rgb(0x22_2026), rgb(0xa8_7440)];

/// Somebody from behind, 100 high; `arm` is where the right hand is.
pub fn person(who: Who, look: Look, arm: (f32, f32)) -> Sprite {
    let mut s = Sprite::new();
    let skin = SKIN[look.variant % 4];
    let hair = if who == Who::OldMan { rgb(0xd9_d8d8) } else { HAIR[(look.variant / 4) % 4] };
    let coat = look.tone;
    let trousers = [rgb(0x35_3f5a), rgb(0x4a_4048), rgb(0x2c_3444), rgb(0x5a_4a3e)][(look.variant / 3) % 4];
    let shade = |color: Color| across(-15.0, 15.0, &[color.lighter(0.14), color, color.darker(0.28)]);
    // Legs and shoes.
    if who == Who::Woman {
        s.fill(
            Path::polygon(&[(-6.5, -24.0), (-5.8, -2.0), (-1.6, -2.0), (-1.2, -24.0)]).and(Path::polygon(&[
                (1.2, -24.0),
                (1.6, -2.0),
                (5.8, -2.0),
                (6.5, -24.0),
            ])),
            skin.darker(0.05),
        );
    } else {
        s.fill(
            Path::polygon(&[(-10.0, -46.0), (-8.6, -2.0), (-2.2, -2.0), (-0.4, -42.0)]).and(Path::polygon(&[
                (0.4, -42.0),
                (2.2, -2.0),
                (8.6, -2.0),
                (10.0, -46.0),
            ])),
            shade(trousers),
        );
    }
    s.fill(Path::round(-9.6, -4.0, 8.4, 4.4, 2.0).and(Path::round(1.2, -4.0, 8.4, 4.4, 2.0)), rgb(0x2e_2a30));
    // The left arm hangs behind the coat.
    s.line(Path::at(-11.5, -74.0).quad(-16.5, -62.0, -15.0, -47.0), coat.lighter(0.05), 6.4);
    s.fill(Path::circle(-15.0, -44.0, 3.0), skin);
    // Coat or dress.
    let hem = match who {
        Who::Woman => (-19.0, -22.0),
        Who::OldMan | Who::Man => (-14.5, -34.0),
        Who::Child => (-13.5, -42.0),
    };
    s.fill(
        Path::at(-6.0, -82.0)
            .quad(-14.0, -81.0, -14.4, -73.0)
            .quad(-11.0, -58.0, hem.0, hem.1)
            .quad(0.0, hem.1 + 3.5, -hem.0, hem.1)
            .quad(11.0, -58.0, 14.4, -73.0)
            .quad(14.0, -81.0, 6.0, -82.0)
            .close(),
        shade(coat),
    );
    s.line(Path::at(0.0, -70.0).line(0.0, hem.1 + 1.0), coat.darker(0.25).alpha(0.5), 0.8);
    // The right arm does what it does.
    let elbow = ((11.5 + arm.0) / 2.0 + 3.0, (-75.0 + arm.1) / 2.0 + 5.0);
    s.line(Path::at(11.5, -75.0).quad(elbow.0, elbow.1, arm.0, arm.1), coat.darker(0.12), 6.4);
    s.fill(Path::circle(arm.0, arm.1, 3.0), skin);
    // Neck, head, hair.
    s.fill(Path::rect(-3.0, -86.0, 6.0, 6.0), skin.darker(0.12));
    if who != Who::Woman {
        s.fill(
            Path::round(-7.5, -84.5, 15.0, 5.0, 2.5),
            [rgb(0xc9_5a44), rgb(0xe0_a94a), rgb(0x3f_7a80)][look.variant % 3],
        );
    }
    s.fill(Path::ellipse(0.0, -92.0, 8.2, 9.0), across(-8.0, 8.0, &[skin, skin.darker(0.15)]));
    s.fill(
        Path::at(-8.6, -91.0)
            .cubic((-9.6, -106.0), (9.6, -106.0), 8.6, -91.0)
            .quad(8.0, -84.0, 4.0, -84.2)
            .quad(0.0, -83.4, -4.0, -84.2)
            .quad(-8.0, -84.0, -8.6, -91.0)
            .close(),
        across(-9.0, 9.0, &[hair.lighter(0.12), hair.darker(0.1)]),
    );
    if who == Who::Woman {
        s.fill(
            Path::at(-8.8, -94.0)
                .cubic((-12.5, -82.0), (-11.0, -73.0), -8.0, -68.0)
                .quad(0.0, -64.0, 8.0, -68.0)
                .cubic((11.0, -73.0), (12.5, -82.0), 8.8, -94.0)
                .close(),
            across(-10.0, 10.0, &[hair.lighter(0.16), hair, hair.darker(0.1)]),
        );
    }
    if who == Who::OldMan {
        let cap = rgb(0x2f_3b55);
        s.fill(
            Path::at(-9.6, -95.0)
                .cubic((-10.0, -107.0), (10.0, -107.0), 9.6, -95.0)
                .quad(0.0, -92.0, -9.6, -95.0)
                .close(),
            across(-9.0, 9.0, &[cap.lighter(0.18), cap]),
        );
    }
    s
}

/// A large umbrella, its handle at the origin, 60 high.
pub fn umbrella(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.line(Path::at(0.0, 0.0).line(0.0, -50.0), rgb(0x3c_3438), 1.4);
    let dome = Path::at(-38.0, -36.0)
        .cubic((-36.0, -68.0), (36.0, -68.0), 38.0, -36.0)
        .quad(31.6, -42.0, 25.3, -36.0)
        .quad(12.6, -43.0, 0.0, -36.0)
        .quad(-12.6, -43.0, -25.3, -36.0)
        .quad(-31.6, -42.0, -38.0, -36.0)
        .close();
    s.fill(dome, across(-38.0, 38.0, &[tone.lighter(0.2), tone, tone.darker(0.3)]));
    s.line(
        Path::at(0.0, -60.0)
            .quad(-14.0, -54.0, -25.3, -36.6)
            .hop(0.0, -60.0)
            .quad(14.0, -54.0, 25.3, -36.6)
            .hop(0.0, -60.0)
            .line(0.0, -36.6),
        tone.darker(0.3).alpha(0.6),
        0.8,
    );
    s.line(Path::at(0.0, -60.0).line(0.0, -64.0), rgb(0x3c_3438), 1.4);
    s
}

/// A bird in flight around its middle, 40 wide.
pub fn bird(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(
        Path::at(-20.0, -6.0)
            .cubic((-13.0, -10.0), (-5.0, -8.0), 0.0, -0.5)
            .cubic((5.0, -8.0), (13.0, -10.0), 20.0, -6.0)
            .cubic((12.0, -6.0), (5.0, -3.0), 1.6, 3.0)
            .quad(0.0, 4.6, -1.6, 3.0)
            .cubic((-5.0, -3.0), (-12.0, -6.0), -20.0, -6.0)
            .close(),
        tone,
    );
    s
}

/// A sitting cat from behind, 60 high.
pub fn cat(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let shade = across(-16.0, 16.0, &[tone.lighter(0.18), tone, tone.darker(0.25)]);
    s.line(Path::at(11.0, -4.0).cubic((26.0, 0.0), (32.0, -10.0), 25.0, -19.0), tone.darker(0.12), 5.0);
    s.fill(
        Path::at(-5.0, -42.0)
            .cubic((-13.0, -34.0), (-18.0, -16.0), -16.0, -4.0)
            .quad(-15.0, 0.5, -8.0, 0.5)
            .line(9.0, 0.5)
            .quad(15.0, 0.5, 16.0, -4.0)
            .cubic((18.0, -16.0), (13.0, -34.0), 5.0, -42.0)
            .close(),
        shade.clone(),
    );
    s.fill(
        Path::at(-11.0, -47.0)
            .line(-11.5, -62.0)
            .quad(-6.0, -60.0, -3.5, -56.0)
            .quad(0.0, -57.0, 3.5, -56.0)
            .quad(6.0, -60.0, 11.5, -62.0)
            .line(11.0, -47.0)
            .cubic((10.0, -38.0), (-10.0, -38.0), -11.0, -47.0)
            .close(),
        shade,
    );
    s.line(
        Path::at(0.0, -56.0).line(0.0, -51.5).hop(-4.0, -55.5).line(-4.4, -52.5).hop(4.0, -55.5).line(4.4, -52.5),
        tone.darker(0.3).alpha(0.6),
        1.4,
    );
    s
}

/// A standing dog looking right, 56 high.
pub fn dog(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let dark = tone.darker(0.22);
    s.line(Path::at(-30.0, -34.0).quad(-42.0, -40.0, -40.0, -54.0), tone, 4.6);
    s.line(Path::at(-20.0, -22.0).line(-22.0, -2.0).hop(18.0, -22.0).line(16.0, -2.0), dark, 6.0);
    s.fill(
        Path::at(-32.0, -36.0)
            .cubic((-14.0, -42.0), (8.0, -38.0), 20.0, -44.0)
            .cubic((28.0, -34.0), (26.0, -20.0), 20.0, -16.0)
            .cubic((4.0, -20.0), (-14.0, -14.0), -28.0, -17.0)
            .cubic((-36.0, -20.0), (-36.0, -32.0), -32.0, -36.0)
            .close(),
        down(-44.0, -14.0, &[tone.lighter(0.14), tone, dark]),
    );
    s.line(Path::at(-28.0, -22.0).quad(-32.0, -12.0, -29.0, -2.0).hop(23.0, -24.0).line(24.0, -2.0), tone, 6.4);
    s.fill(
        Path::at(14.0, -40.0)
            .cubic((12.0, -58.0), (30.0, -62.0), 35.0, -52.0)
            .cubic((40.0, -51.0), (46.0, -50.0), 46.0, -46.0)
            .cubic((44.0, -40.0), (36.0, -39.0), 31.0, -38.0)
            .quad(24.0, -34.0, 14.0, -40.0)
            .close(),
        tone.lighter(0.06),
    );
    s.fill(
        Path::at(22.0, -57.0)
            .cubic((12.0, -56.0), (12.0, -44.0), 17.0, -41.0)
            .cubic((22.0, -44.0), (25.0, -52.0), 22.0, -57.0)
            .close(),
        tone.darker(0.4),
    );
    s.fill(Path::circle(45.5, -48.0, 1.9), rgb(0x24_2024)).fill(Path::circle(33.0, -51.0, 1.3), rgb(0x24_2024));
    s.line(Path::at(16.0, -38.0).quad(22.0, -33.0, 29.0, -37.0), rgb(0xd8_4a3c), 2.6);
    s
}

/// A horse looking right, 100 high.
pub fn horse(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let dark = tone.darker(0.45);
    s.line(
        Path::at(-28.0, -40.0).line(-26.0, -20.0).line(-28.0, -2.0).hop(22.0, -40.0).line(20.0, -20.0).line(22.0, -2.0),
        tone.darker(0.3),
        6.0,
    );
    s.fill(
        Path::at(-36.0, -62.0)
            .cubic((-52.0, -58.0), (-54.0, -36.0), -48.0, -20.0)
            .cubic((-46.0, -36.0), (-40.0, -48.0), -34.0, -54.0)
            .close(),
        dark,
    );
    s.fill(
        Path::at(-38.0, -62.0)
            .cubic((-20.0, -70.0), (6.0, -60.0), 18.0, -66.0)
            .cubic((26.0, -74.0), (32.0, -90.0), 42.0, -97.0)
            .line(45.0, -102.0)
            .line(47.0, -96.0)
            .cubic((53.0, -92.0), (60.0, -84.0), 62.0, -78.0)
            .quad(60.0, -73.0, 54.0, -75.0)
            .quad(47.0, -80.0, 43.0, -79.0)
            .cubic((40.0, -66.0), (38.0, -50.0), 28.0, -40.0)
            .cubic((10.0, -34.0), (-14.0, -34.0), -30.0, -38.0)
            .cubic((-40.0, -42.0), (-42.0, -56.0), -38.0, -62.0)
            .close(),
        down(-100.0, -34.0, &[tone.lighter(0.14), tone, tone.darker(0.2)]),
    );
    s.fill(
        Path::at(43.0, -99.0)
            .cubic((28.0, -94.0), (22.0, -80.0), 14.0, -66.0)
            .cubic((26.0, -68.0), (34.0, -80.0), 43.0, -99.0)
            .close(),
        dark,
    );
    s.line(Path::at(-34.0, -44.0).quad(-38.0, -26.0, -35.0, -2.0).hop(27.0, -42.0).line(28.0, -2.0), tone, 6.6);
    s.fill(Path::circle(48.5, -89.0, 1.4), rgb(0x1c_1818));
    s
}

/// A friendly robot, 100 high; its right hand is at (34, -46).
pub fn robot(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let metal = rgb(0xe6_eaee);
    let shade =
        |left: f32, right: f32, color: Color| across(left, right, &[color.lighter(0.3), color, color.darker(0.32)]);
    let joint = rgb(0x5a_6474);
    s.line(Path::at(-9.0, -26.0).line(-10.0, -6.0).hop(9.0, -26.0).line(10.0, -6.0), joint, 5.0);
    s.fill(
        Path::round(-18.0, -8.0, 15.0, 8.5, 4.0).and(Path::round(3.0, -8.0, 15.0, 8.5, 4.0)),
        shade(-18.0, 18.0, look.tone.darker(0.1)),
    );
    s.line(Path::at(-19.0, -56.0).quad(-31.0, -46.0, -27.0, -32.0), joint, 4.6);
    s.fill(Path::circle(-27.0, -30.0, 4.6), metal.darker(0.1));
    s.line(Path::at(19.0, -56.0).quad(26.0, -50.0, 34.0, -46.0), joint, 4.6);
    s.fill(Path::round(-20.0, -64.0, 40.0, 40.0, 12.0), shade(-20.0, 20.0, metal));
    s.fill(Path::round(-20.0, -40.0, 40.0, 16.0, 10.0), shade(-20.0, 20.0, look.tone));
    s.lit(Path::circle(0.0, -51.0, 4.4), rgb(0x7f_e8e0));
    s.fill(Path::rect(-5.0, -69.0, 10.0, 6.0), joint);
    s.fill(Path::round(-24.0, -98.0, 48.0, 31.0, 13.0), shade(-24.0, 24.0, metal));
    s.fill(Path::round(-18.5, -92.0, 37.0, 19.0, 8.5), rgb(0x20_2b3c));
    for x in [-8.5, 8.5] {
        s.lit(Path::circle(x, -82.5, 7.0), glow(x, -82.5, 7.0, rgb(0x8f_f5ec).alpha(0.55)));
        s.lit(Path::circle(x, -82.5, 3.3), rgb(0xa8_fbf2));
    }
    s.line(Path::at(0.0, -98.0).line(0.0, -105.0), joint, 1.8);
    s.lit(Path::circle(0.0, -106.5, 2.7), look.tone.lighter(0.3));
    s.fill(Path::round(-28.0, -88.0, 4.6, 11.0, 2.3).and(Path::round(23.4, -88.0, 4.6, 11.0, 2.3)), look.tone);
    s.fill(Path::circle(34.0, -46.0, 4.6), metal.darker(0.1));
    s
}

/// An astronaut from the front, 100 high.
pub fn astronaut(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let suit = rgb(0xee_f0f4);
    let shade = |left: f32, right: f32| across(left, right, &[suit.lighter(0.4), suit, suit.darker(0.34)]);
    s.fill(Path::round(-19.0, -76.0, 38.0, 42.0, 6.0), rgb(0x9a_a2b2));
    s.line(Path::at(-8.0, -36.0).line(-10.0, -7.0), suit, 12.0).line(
        Path::at(8.0, -36.0).line(10.0, -7.0),
        suit.darker(0.22),
        12.0,
    );
    s.fill(Path::round(-18.0, -9.0, 15.0, 9.5, 4.0).and(Path::round(3.0, -9.0, 15.0, 9.5, 4.0)), rgb(0x7f_8798));
    s.line(Path::at(-15.0, -66.0).quad(-27.0, -54.0, -24.0, -40.0), suit.lighter(0.2), 10.0);
    s.line(Path::at(15.0, -66.0).quad(28.0, -64.0, 30.0, -78.0), suit.darker(0.18), 10.0);
    s.fill(Path::circle(-24.0, -37.0, 5.4).and(Path::circle(30.0, -81.0, 5.4)), look.tone);
    s.fill(Path::round(-16.0, -74.0, 32.0, 42.0, 11.0), shade(-16.0, 16.0));
    s.fill(Path::round(-9.0, -60.0, 18.0, 11.0, 2.5), rgb(0xc4_cad6))
        .lit(Path::circle(-4.0, -54.5, 1.8), rgb(0xf2_6a5a))
        .lit(Path::circle(2.0, -54.5, 1.8), rgb(0x6f_e0c0));
    s.fill(Path::circle(0.0, -86.0, 17.0), shade(-17.0, 17.0));
    s.fill(
        Path::ellipse(0.0, -85.5, 12.5, 11.0),
        across(-12.0, 12.0, &[rgb(0xf4_b45a), rgb(0x8a_5a7a), rgb(0x23_2a4a)]),
    );
    s.fill(Path::ellipse(-5.0, -90.0, 3.6, 2.2), LAMPLIGHT.lighter(0.5).alpha(0.85));
    s
}
