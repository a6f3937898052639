//! Trees and flowers.

use crate::{
    number::{cowave, wave},
    paint::{Color, across, rgb},
    path::Path,
    random::Random,
    stage::Sprite,
};

/// A round tree, 100 high.
pub fn tree(random: &mut Random, leaf: Color) -> Sprite {
    let mut s = Sprite::new();
    let trunk = rgb(0x6b_4a3a);
    s.fill(
        Path::at(-5.0, 0.5).quad(-2.5, -20.0, -3.0, -46.0).line(3.0, -46.0).quad(2.5, -20.0, 6.0, 0.5).close(),
        across(-5.0, 5.0, &[trunk.lighter(0.15), trunk.darker(0.3)]),
    );
    s.line(Path::at(0.0, -30.0).line(13.0, -48.0).hop(0.0, -34.0).line(-11.0, -50.0), trunk.darker(0.15), 2.4);
    let mut crown = |spread: f32, lift: f32, size: f32| {
        let mut path = Path::default();
        for index in 0..7 {
            let turns = index as f32 / 7.0 + 0.02;
            let r = size * random.range(0.85, 1.1);
            path = path.and(Path::circle(spread * cowave(turns), -64.0 - lift + spread * 0.82 * wave(turns), r));
        }
        path.and(Path::circle(0.0, -64.0 - lift, spread))
    };
    s.fill(crown(18.0, 0.0, 15.0), leaf.darker(0.24));
    s.fill(crown(14.0, 3.5, 13.0).place(-2.5, 0.0, 1.0, 1.0), leaf);
    s.fill(crown(7.0, 11.0, 8.5).place(-7.5, 0.0, 1.0, 1.0), leaf.lighter(0.16));
    s
}

/// A conifer, 100 high.
pub fn pine(leaf: Color) -> Sprite {
    let mut s = Sprite::new();
    s.fill(Path::rect(-2.6, -12.0, 5.2, 12.5), rgb(0x55_3d34));
    let tiers = [(-8.0, 23.0, -44.0), (-30.0, 18.5, -64.0), (-52.0, 13.5, -82.0), (-72.0, 9.0, -100.0)];
    let mut whole = Path::default();
    let mut shade = Path::default();
    for (base, half, top) in tiers {
        whole = whole.and(
            Path::at(0.0, top)
                .quad(half * 0.35, (base + top) / 2.0, half, base)
                .quad(0.0, base + 6.0, -half, base)
                .quad(-half * 0.35, (base + top) / 2.0, 0.0, top)
                .close(),
        );
        shade = shade.and(
            Path::at(0.0, top)
                .quad(half * 0.35, (base + top) / 2.0, half, base)
                .quad(half * 0.4, base + 3.4, half * 0.1, base + 3.0)
                .quad(half * 0.1, (base + top) / 2.0, 0.0, top)
                .close(),
        );
    }
    s.fill(whole, leaf);
    s.fill(shade, leaf.darker(0.28));
    s
}

/// A pine as one outline, for a far forest.
pub fn pine_outline(x: f32, y: f32, height: f32) -> Path {
    let half = height * 0.21;
    let mut points = vec![(x, y - height)];
    for step in 1..=4 {
        let part = step as f32 / 4.0;
        points.push((x + half * part, y - height * (1.0 - part)));
        if step < 4 {
            points.push((x + half * part * 0.55, y - height * (1.0 - part)));
        }
    }
    for step in (1..=4).rev() {
        let part = step as f32 / 4.0;
        if step < 4 {
            points.push((x - half * part * 0.55, y - height * (1.0 - part)));
        }
        points.push((x - half * part, y - height * (1.0 - part)));
    }
    Path::polygon(&points)
}

/// A flower on its stem, 40 high.
pub fn flower(tone: Color, leaf: Color, variant: usize) -> Sprite {
    let mut s = Sprite::new();
    s.line(Path::at(0.0, 0.0).quad(2.0, -16.0, 0.0, -31.0), leaf.darker(0.1), 1.8);
    let leaves = Path::at(0.5, -8.0)
        .quad(11.0, -13.0, 13.0, -21.0)
        .quad(3.0, -19.0, 0.5, -8.0)
        .close()
        .and(Path::at(0.5, -5.0).quad(-9.0, -9.0, -12.0, -17.0).quad(-3.0, -15.0, 0.5, -5.0).close());
    s.fill(leaves, leaf);
    match variant % 3 {
        0 => {
            let mut petals = Path::default();
            for index in 0..6 {
                let turns = index as f32 / 6.0;
                petals = petals.and(Path::ellipse(0.0, -6.2, 3.6, 5.6).turn(turns).place(0.0, -33.0, 1.0, 1.0));
            }
            s.fill(petals, tone).fill(Path::circle(0.0, -33.0, 3.4), rgb(0xf6_cf5a));
        }
        1 => {
            s.fill(
                Path::at(-7.5, -40.0)
                    .quad(-3.8, -37.0, 0.0, -42.0)
                    .quad(3.8, -37.0, 7.5, -40.0)
                    .quad(9.0, -27.0, 0.0, -26.0)
                    .quad(-9.0, -27.0, -7.5, -40.0)
                    .close(),
                tone,
            );
            s.fill(
                Path::at(0.0, -42.0).quad(6.0, -33.0, 0.0, -26.0).quad(-6.0, -33.0, 0.0, -42.0).close(),
                tone.lighter(0.18),
            );
        }
        _ => {
            s.fill(Path::circle(0.0, -33.0, 7.6), tone.darker(0.1))
                .fill(Path::circle(-1.0, -34.0, 5.4), tone.lighter(0.08));
            s.fill(Path::circle(-1.0, -34.0, 2.6), tone.lighter(0.35));
        }
    }
    s
}

/// A cactus, 70 high.
pub fn cactus() -> Sprite {
    let mut s = Sprite::new();
    let green = rgb(0x4f_8a62);
    s.line(Path::at(-2.0, -26.0).quad(-20.0, -26.0, -20.0, -46.0), green.darker(0.08), 8.0);
    s.line(Path::at(2.0, -20.0).quad(18.0, -20.0, 18.0, -38.0), green.darker(0.22), 7.0);
    s.fill(
        Path::round(-6.5, -70.0, 13.0, 70.5, 6.5),
        across(-6.5, 6.5, &[green.lighter(0.2), green, green.darker(0.3)]),
    );
    s
}
