//! Things people make, hold and sell.

use super::{LAMPLIGHT, Look};
use crate::{
    number::{cowave, wave},
    paint::{Color, Fill, across, around, down, glow, rgb},
    path::Path,
    stage::Sprite,
};

/// From bright over the colour to dark: a rounded thing lit from the left.
fn shade(left: f32, right: f32, color: Color) -> Fill {
    Fill::Linear(
        [left, 0.0],
        [right, 0.0],
        vec![(0.0, color.darker(0.12)), (0.22, color.lighter(0.32)), (0.5, color), (1.0, color.darker(0.42))],
    )
}

/// Headphones seen a little from the side, 92 high.
pub fn headphones(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let metal = rgb(0xc9_c6c4);
    // The band: the far edge, then the padded near side.
    s.line(
        Path::at(-35.0, -40.0).cubic((-42.0, -108.0), (42.0, -108.0), 35.0, -40.0),
        across(-38.0, 38.0, &[tone.lighter(0.18), tone.lighter(0.05), tone.darker(0.35)]),
        8.0,
    );
    s.line(Path::at(-24.0, -74.0).cubic((-14.0, -94.0), (14.0, -94.0), 24.0, -74.0), tone.darker(0.45), 6.5);
    s.line(Path::at(-33.6, -60.0).cubic((-30.0, -98.0), (10.0, -98.0), 20.0, -84.0), rgb(0xff_ffff).alpha(0.22), 1.3);
    for side in [-1.0, 1.0] {
        let x = 33.0 * side;
        s.line(
            Path::at(x + 2.0 * side, -52.0).line(x + 3.0 * side, -30.0),
            across(x - 4.0, x + 6.0, &[metal.lighter(0.4), metal.darker(0.3)]),
            4.0,
        );
        // Cushion towards the head, shell outward.
        s.fill(
            Path::round(x - 8.0 * side - 7.0, -44.0, 14.0, 42.0, 7.0),
            shade(x - 8.0 * side - 7.0, x - 8.0 * side + 7.0, rgb(0x2a_262a).mix(tone, 0.25)),
        );
        s.fill(
            Path::round(x - 8.0 + 4.0 * side, -47.0, 16.0, 47.5, 8.0),
            shade(x - 8.0 + 4.0 * side, x + 8.0 + 4.0 * side, tone),
        );
        s.line(Path::round(x - 8.0 + 4.0 * side, -47.0, 16.0, 47.5, 8.0), metal.lighter(0.2).alpha(0.6), 0.7);
        s.fill(
            Path::round(x + 4.0 * side - 1.6, -38.0, 3.2, 28.0, 1.6),
            across(x - 2.0, x + 6.0, &[metal.lighter(0.5), metal.darker(0.25)]),
        );
    }
    s
}

/// A phone standing upright, 100 high.
pub fn phone(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::round(-24.5, -100.0, 50.0, 100.0, 8.5), shade(-24.5, 25.5, rgb(0x4a_4c56)));
    s.fill(Path::round(-23.5, -99.0, 47.0, 98.0, 7.8), rgb(0x12_131a));
    s.lit(
        Path::round(-21.5, -97.0, 43.0, 94.0, 6.2),
        Fill::Linear(
            [-20.0, -97.0],
            [20.0, -3.0],
            vec![(0.0, tone.lighter(0.45)), (0.5, tone), (1.0, tone.mix(rgb(0x3a_2a7a), 0.65))],
        ),
    );
    s.lit(
        Path::circle(6.0, -38.0, 15.0),
        around(1.0, -43.0, 22.0, &[rgb(0xff_f2d8).alpha(0.95), tone.lighter(0.3).alpha(0.6)]),
    );
    s.lit(
        Path::at(-21.5, -34.0)
            .cubic((-8.0, -46.0), (4.0, -22.0), 21.5, -34.0)
            .line(21.5, -9.0)
            .quad(21.5, -3.0, 15.5, -3.0)
            .line(-15.5, -3.0)
            .quad(-21.5, -3.0, -21.5, -9.0)
            .close(),
        rgb(0xff_ffff).alpha(0.2),
    );
    s.lit(
        Path::round(-12.0, -82.0, 24.0, 3.4, 1.7).and(Path::round(-8.0, -75.0, 16.0, 2.2, 1.1)),
        rgb(0xff_ffff).alpha(0.85),
    );
    s.fill(Path::round(-6.5, -95.0, 13.0, 3.6, 1.8), rgb(0x12_131a));
    s.lit(Path::polygon(&[(-21.5, -90.0), (-14.0, -97.0), (8.0, -97.0), (-21.5, -52.0)]), rgb(0xff_ffff).alpha(0.09));
    s
}

/// An open laptop, 72 high.
pub fn laptop(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let metal = rgb(0xc6_cad2);
    s.fill(Path::round(-52.0, -72.0, 104.0, 68.0, 4.0), rgb(0x24_2730));
    s.lit(
        Path::round(-49.0, -69.0, 98.0, 61.0, 1.8),
        Fill::Linear(
            [-49.0, -69.0],
            [49.0, -8.0],
            vec![(0.0, tone.mix(rgb(0x16_1c34), 0.75)), (1.0, tone.mix(rgb(0x20_2850), 0.45))],
        ),
    );
    for (index, (indent, length)) in
        [(0.0, 26.0), (5.0, 38.0), (5.0, 22.0), (10.0, 33.0), (5.0, 15.0), (0.0, 29.0)].into_iter().enumerate()
    {
        let color = [tone.lighter(0.5), rgb(0x8f_e0d0), rgb(0xff_d08a)][index % 3];
        s.lit(Path::round(-43.0 + indent, -62.0 + 8.0 * index as f32, length, 2.8, 1.4), color.alpha(0.9));
    }
    for (index, height) in [16.0, 27.0, 21.0, 36.0].into_iter().enumerate() {
        s.lit(
            Path::round(13.0 + 8.4 * index as f32, -15.0 - height, 5.6, height, 1.4),
            tone.lighter(0.2 + 0.15 * index as f32).alpha(0.9),
        );
    }
    s.fill(
        Path::at(-60.0, -4.5)
            .line(60.0, -4.5)
            .quad(61.0, 0.0, 55.0, 0.0)
            .line(-55.0, 0.0)
            .quad(-61.0, 0.0, -60.0, -4.5)
            .close(),
        down(-4.5, 0.0, &[metal.lighter(0.5), metal, metal.darker(0.35)]),
    );
    s.fill(Path::round(-9.0, -4.5, 18.0, 1.6, 0.8), metal.darker(0.3));
    s
}

/// A wrist watch standing on its strap, 100 high.
pub fn watch(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let strap = rgb(0x3a_2c28).mix(tone, 0.25);
    s.fill(
        Path::at(-15.0, -70.0)
            .quad(-13.0, -92.0, -10.5, -100.0)
            .line(10.5, -100.0)
            .quad(13.0, -92.0, 15.0, -70.0)
            .close(),
        shade(-15.0, 15.0, strap),
    );
    s.fill(
        Path::at(-15.0, -30.0).quad(-13.0, -10.0, -10.5, 0.0).line(10.5, 0.0).quad(13.0, -10.0, 15.0, -30.0).close(),
        shade(-15.0, 15.0, strap),
    );
    s.line(
        Path::at(-11.4, -74.0)
            .line(-8.4, -97.0)
            .hop(11.4, -74.0)
            .line(8.4, -97.0)
            .hop(-11.4, -26.0)
            .line(-8.4, -3.0)
            .hop(11.4, -26.0)
            .line(8.4, -3.0),
        strap.lighter(0.25).alpha(0.7),
        0.6,
    );
    let gold = rgb(0xd8_b47a);
    s.fill(Path::round(26.0, -54.0, 6.0, 8.0, 2.0), gold.darker(0.2));
    s.fill(
        Path::circle(0.0, -50.0, 29.0),
        Fill::Linear(
            [-22.0, -72.0],
            [22.0, -28.0],
            vec![(0.0, gold.lighter(0.65)), (0.45, gold), (1.0, gold.darker(0.5))],
        ),
    );
    s.fill(
        Path::circle(0.0, -50.0, 24.5),
        around(-6.0, -58.0, 34.0, &[tone.mix(rgb(0x2a_3040), 0.55).lighter(0.12), rgb(0x12_1620)]),
    );
    let mut marks = Path::default();
    for hour in 0..12 {
        let turns = hour as f32 / 12.0;
        let inner = if hour % 3 == 0 { 17.5 } else { 19.8 };
        marks = marks
            .hop(inner * cowave(turns), -50.0 + inner * wave(turns))
            .line(22.0 * cowave(turns), -50.0 + 22.0 * wave(turns));
    }
    s.line(marks, gold.lighter(0.45), 1.2);
    s.line(Path::at(0.0, -50.0).line(-8.6, -55.6), rgb(0xf8_f2e6), 2.0).line(
        Path::at(0.0, -50.0).line(11.0, -63.0),
        rgb(0xf8_f2e6),
        1.4,
    );
    s.fill(Path::circle(0.0, -50.0, 1.8), gold.lighter(0.3));
    s.lit(
        Path::at(-21.0, -62.0)
            .cubic((-14.0, -74.0), (4.0, -78.0), 12.0, -71.0)
            .cubic((-4.0, -68.0), (-14.0, -58.0), -19.0, -44.0)
            .quad(-23.0, -52.0, -21.0, -62.0)
            .close(),
        rgb(0xff_ffff).alpha(0.13),
    );
    s
}

/// A bottle with a label, 100 high.
pub fn bottle(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let body = Path::at(-22.0, -4.0)
        .line(-22.0, -50.0)
        .cubic((-22.0, -64.0), (-8.0, -66.0), -8.0, -76.0)
        .line(-8.0, -82.0)
        .line(8.0, -82.0)
        .line(8.0, -76.0)
        .cubic((8.0, -66.0), (22.0, -64.0), 22.0, -50.0)
        .line(22.0, -4.0)
        .quad(22.0, 0.0, 17.0, 0.0)
        .line(-17.0, 0.0)
        .quad(-22.0, 0.0, -22.0, -4.0)
        .close();
    s.fill(body, shade(-22.0, 22.0, tone));
    s.fill(Path::round(-9.5, -100.0, 19.0, 19.0, 2.4), shade(-9.5, 9.5, rgb(0xd8_b67c)));
    s.fill(
        Path::round(-22.0, -46.0, 44.0, 30.0, 0.5),
        across(-22.0, 22.0, &[rgb(0xe9_e1d4), rgb(0xff_fbf2), rgb(0xb9_aea4)]),
    );
    s.fill(Path::circle(0.0, -37.0, 3.6), rgb(0xc0_985a))
        .fill(Path::round(-11.0, -29.0, 22.0, 2.0, 1.0).and(Path::round(-7.0, -24.6, 14.0, 1.4, 0.7)), rgb(0x5a_4e4a));
    s.lit(Path::round(-17.5, -56.0, 3.4, 52.0, 1.7), rgb(0xff_ffff).alpha(0.4));
    s
}

/// A bag with a handle, 80 high.
pub fn bag(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.line(Path::at(-18.0, -50.0).cubic((-16.0, -88.0), (16.0, -88.0), 18.0, -50.0), tone.darker(0.3), 4.0);
    s.fill(
        Path::at(-34.0, -54.0)
            .line(34.0, -54.0)
            .quad(37.0, -54.0, 38.0, -48.0)
            .line(43.0, -6.0)
            .quad(43.0, 0.0, 37.0, 0.0)
            .line(-37.0, 0.0)
            .quad(-43.0, 0.0, -43.0, -6.0)
            .line(-38.0, -48.0)
            .quad(-37.0, -54.0, -34.0, -54.0)
            .close(),
        shade(-43.0, 43.0, tone),
    );
    s.fill(
        Path::at(-37.0, -54.0).line(37.0, -54.0).line(39.0, -36.0).quad(0.0, -16.0, -39.0, -36.0).close(),
        across(-40.0, 40.0, &[tone.lighter(0.2), tone.darker(0.2)]),
    );
    s.fill(Path::round(-5.0, -31.0, 10.0, 8.0, 2.0), rgb(0xdc_bb80));
    s
}

/// A parcel, 62 high.
pub fn parcel(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::polygon(&[(-38.0, -46.0), (0.0, -34.0), (0.0, 0.0), (-38.0, -12.0)]), tone.lighter(0.06));
    s.fill(Path::polygon(&[(38.0, -46.0), (0.0, -34.0), (0.0, 0.0), (38.0, -12.0)]), tone.darker(0.3));
    s.fill(Path::polygon(&[(-38.0, -46.0), (0.0, -58.0), (38.0, -46.0), (0.0, -34.0)]), tone.lighter(0.3));
    let ribbon = rgb(0xff_f4e2);
    s.fill(Path::polygon(&[(-22.0, -41.0), (-14.0, -38.5), (-14.0, -4.4), (-22.0, -7.0)]), ribbon.darker(0.08))
        .fill(Path::polygon(&[(-22.0, -41.0), (16.0, -53.0), (24.0, -50.4), (-14.0, -38.5)]), ribbon);
    s
}

/// A cup of something hot on its saucer, 40 high, without its steam.
pub fn cup(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::ellipse(0.0, -1.0, 42.0, 6.0), rgb(0x1c_1014).alpha(0.28));
    s.fill(Path::ellipse(0.0, -3.4, 37.0, 6.2), shade(-37.0, 37.0, tone.lighter(0.1)));
    s.fill(Path::ellipse(0.0, -5.0, 23.0, 3.4), tone.darker(0.2));
    s.line(
        Path::at(24.0, -34.0).cubic((42.0, -36.0), (42.0, -14.0), 20.0, -15.0),
        across(20.0, 40.0, &[tone, tone.darker(0.25)]),
        4.8,
    );
    s.fill(
        Path::at(-27.0, -41.0)
            .line(27.0, -41.0)
            .cubic((27.0, -20.0), (19.0, -7.0), 12.0, -5.6)
            .quad(0.0, -3.0, -12.0, -5.6)
            .cubic((-19.0, -7.0), (-27.0, -20.0), -27.0, -41.0)
            .close(),
        shade(-27.0, 27.0, tone),
    );
    s.fill(Path::ellipse(0.0, -41.0, 27.0, 6.0), tone.lighter(0.3))
        .fill(Path::ellipse(0.0, -40.4, 23.6, 4.5), rgb(0x4a_2a1e))
        .fill(Path::ellipse(-5.0, -40.8, 10.0, 1.8), rgb(0xa8_7048).alpha(0.8));
    s
}

/// Steam that rises 60 high.
pub fn steam(variant: usize) -> Sprite {
    let mut s = Sprite::new();
    for index in 0..3 {
        let x = -10.0 + 10.0 * index as f32;
        let bend = if (index + variant).is_multiple_of(2) { 9.0 } else { -9.0 };
        let top = -40.0 - 18.0 * ((index + variant) % 3) as f32 / 2.0;
        let white = rgb(0xff_ffff);
        s.lit_line(
            Path::at(x, 0.0).cubic((x + bend, top * 0.35), (x - bend, top * 0.65), x + bend * 0.4, top),
            down(top, 0.0, &[white.alpha(0.0), white.alpha(0.34), white.alpha(0.0)]),
            4.2,
        );
    }
    s
}

/// An open book, 30 high.
pub fn book(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::ellipse(0.0, -0.5, 58.0, 4.0), rgb(0x1c_1014).alpha(0.25));
    s.fill(
        Path::at(-56.0, -4.0)
            .line(-50.0, -26.0)
            .line(50.0, -26.0)
            .line(56.0, -4.0)
            .quad(28.0, -6.0, 0.0, 0.0)
            .quad(-28.0, -6.0, -56.0, -4.0)
            .close(),
        tone.darker(0.15),
    );
    let page = rgb(0xff_f8ea);
    s.fill(
        Path::at(0.0, -3.0).quad(-26.0, -12.0, -52.0, -7.0).line(-47.0, -29.0).quad(-22.0, -35.0, 0.0, -26.0).close(),
        across(-52.0, 0.0, &[page, page, page.darker(0.2)]),
    );
    s.fill(
        Path::at(0.0, -3.0).quad(26.0, -12.0, 52.0, -7.0).line(47.0, -29.0).quad(22.0, -35.0, 0.0, -26.0).close(),
        across(0.0, 52.0, &[page.darker(0.24), page.darker(0.05), page.darker(0.1)]),
    );
    let mut lines = Path::default();
    for step in 0..4 {
        let y = -27.0 + 4.6 * step as f32;
        lines = lines.hop(-42.0 - step as f32, y).quad(-24.0, y - 5.0, -7.0, y + 2.4).hop(42.0 + step as f32, y).quad(
            24.0,
            y - 5.0,
            7.0,
            y + 2.4,
        );
    }
    s.line(lines, rgb(0x8a_7a70).alpha(0.55), 0.9);
    s
}

/// A letter out of its envelope, 52 high.
pub fn letter(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    let paper = rgb(0xff_f6e4);
    s.fill(Path::polygon(&[(-44.0, -28.0), (0.0, -62.0), (44.0, -28.0)]), paper.darker(0.3));
    s.fill(Path::polygon(&[(-36.0, -58.0), (34.0, -60.0), (36.0, -16.0), (-34.0, -14.0)]), paper.lighter(0.4));
    let mut lines = Path::default();
    for step in 0..5 {
        let y = -52.0 + 5.4 * step as f32;
        lines = lines.hop(-28.0, y).line(if step == 0 { -4.0 } else { 27.0 }, y - 0.6);
    }
    s.line(lines, rgb(0x5a_5468).alpha(0.7), 1.1);
    s.fill(Path::polygon(&[(-44.0, -28.0), (0.0, -8.0), (44.0, -28.0), (44.0, 0.0), (-44.0, 0.0)]), paper.darker(0.1));
    s.fill(Path::polygon(&[(-44.0, 0.0), (-4.0, -17.0), (4.0, -17.0), (44.0, 0.0)]), paper.darker(0.02));
    s.fill(Path::circle(0.0, -12.0, 6.4), tone).fill(Path::circle(0.0, -12.0, 4.2), tone.darker(0.18));
    s
}

/// A desk lamp, 84 high, shining to the left below.
pub fn lamp(look: Look) -> Sprite {
    let mut s = Sprite::new();
    let brass = rgb(0xc8_a060);
    if look.lamps {
        s.lit(
            Path::polygon(&[(-26.0, -60.0), (-6.0, -60.0), (30.0, 0.0), (-74.0, 0.0)]),
            down(-60.0, 0.0, &[LAMPLIGHT.alpha(0.5), LAMPLIGHT.alpha(0.1)]),
        );
        s.lit(Path::circle(-17.0, -56.0, 78.0), glow(-17.0, -56.0, 78.0, rgb(0xff_c870).alpha(0.5)));
    }
    s.fill(Path::ellipse(12.0, -2.0, 19.0, 3.6), shade(-7.0, 31.0, brass));
    s.line(
        Path::at(12.0, -3.0).cubic((14.0, -44.0), (14.0, -84.0), -12.0, -80.0),
        across(0.0, 16.0, &[brass.lighter(0.3), brass.darker(0.2)]),
        2.6,
    );
    s.fill(
        Path::at(-14.0, -82.0)
            .cubic((-32.0, -82.0), (-38.0, -68.0), -40.0, -59.0)
            .line(4.0, -59.0)
            .cubic((4.0, -68.0), (0.0, -82.0), -14.0, -82.0)
            .close(),
        across(-40.0, 4.0, &[look.tone.lighter(0.2), look.tone, look.tone.darker(0.3)]),
    );
    s.lit(Path::ellipse(-18.0, -59.0, 21.0, 2.6), if look.lamps { rgb(0xff_f3cc) } else { rgb(0xd8_cfc0) });
    s
}

/// A clock of radius 50, around its middle, without hands.
pub fn clock_face(tone: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::circle(1.5, 3.0, 53.0), rgb(0x14_0e14).alpha(0.25));
    s.fill(
        Path::circle(0.0, 0.0, 52.0),
        Fill::Linear([-40.0, -40.0], [40.0, 40.0], vec![(0.0, tone.lighter(0.3)), (1.0, tone.darker(0.4))]),
    );
    s.fill(Path::circle(0.0, 0.0, 45.5), around(-12.0, -14.0, 72.0, &[rgb(0xff_fcf4), rgb(0xf2_e8d8)]));
    let mut marks = Path::default();
    for hour in 0..12 {
        let turns = hour as f32 / 12.0;
        let inner = if hour % 3 == 0 { 34.0 } else { 38.0 };
        marks = marks.hop(inner * cowave(turns), inner * wave(turns)).line(41.5 * cowave(turns), 41.5 * wave(turns));
    }
    s.line(marks, rgb(0x3c_3440), 2.2);
    s
}

/// A hand of a clock, pointing up.
pub fn clock_hand(length: f32, width: f32, color: Color) -> Sprite {
    let mut s = Sprite::new();
    s.line(Path::at(0.0, length * 0.16).line(0.0, -length), color, width);
    s.fill(Path::circle(0.0, 0.0, width * 1.3), color);
    s
}
