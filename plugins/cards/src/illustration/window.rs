//! A window with the hour's sky in it, its curtains and the light it lets in.

use super::scene::Scene;
use crate::{
    paint::{Fill, WHITE, across, down, glow, rgb},
    path::{Path, Point},
    stage::{Motion, Pose, Sprite, Stage},
    words::{Place, Weather},
};

/// The outline of the window's glass.
#[derive(Clone, Copy)]
pub(super) struct Pane {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// What is seen through the glass; everything is drawn inside its outline, for there is no clipping.
pub(super) fn view(stage: &mut Stage, scene: &Scene, pane: Pane) {
    let Pane { left, top, width, height } = pane;
    let (right, bottom) = (left + width, top + height);
    let light = scene.light;
    let u = stage.u;
    stage.raw(
        Path::rect(left, top, width, height),
        Fill::Linear(
            [0.0, top],
            [0.0, bottom],
            vec![(0.0, light.sky[0]), (0.4, light.sky[1]), (0.8, light.sky[2]), (1.0, light.sky[3])],
        ),
    );
    if light.altitude >= 0.0 {
        let (x, y) = (left + width * 0.3, top + height * (0.72 - 0.5 * light.altitude));
        let r = (width * 0.28).min(y - top).min(bottom - y);
        stage.raw(Path::circle(x, y, r), glow(x, y, r, light.halo.alpha(0.8)));
        stage.raw(Path::circle(x, y, width * 0.055), light.disc);
    }
    if light.stars > 0.3 {
        let mut stars = Path::default();
        for _ in 0..24 {
            stars = stars.and(Path::circle(
                stage.random.range(left + 2.0, right - 2.0),
                stage.random.range(top + 2.0, top + height * 0.5),
                u * stage.random.range(0.0008, 0.002),
            ));
        }
        stage.raw(stars, WHITE.alpha(0.85));
    }
    let rows: [(f32, f32); 3] = [(0.62, 0.62), (0.72, 0.36), (0.83, 0.14)];
    let town = scene.at(Place::City);
    let sea = scene.at(Place::Sea) || scene.at(Place::Harbour) || scene.at(Place::Lake);
    for (row, (level, depth)) in rows.into_iter().enumerate() {
        let base = if sea && row == 2 {
            rgb(0x3a_86a0)
        } else if town {
            rgb(0x6c_748c)
        } else {
            rgb(0x6a_9a5a)
        };
        let color = base.times(light.tint).mix(light.haze, depth);
        let points: Vec<Point> = if town {
            let mut points = Vec::new();
            let mut x = left;
            while x < right {
                let wide = width * stage.random.range(0.06, 0.13);
                let y = top + height * (level - stage.random.range(0.0, 0.26));
                points.extend([(x, y), ((x + wide).min(right), y)]);
                x += wide;
            }
            points
        } else {
            (0..=8)
                .map(|step| {
                    (
                        left + width * step as f32 / 8.0,
                        top + height * (level + if sea && row == 2 { 0.0 } else { stage.random.range(-0.055, 0.055) }),
                    )
                })
                .collect()
        };
        let path = if town { Path::crags(&points, bottom) } else { Path::land(&points, bottom) };
        stage.raw(path, down(top + height * level, bottom, &[color.lighter(0.08), color.darker(0.12)]));
        if town && light.lamps {
            let mut panes = Path::default();
            for _ in 0..16 {
                let x = stage.random.range(left + 2.0, right - u * 0.012);
                let y = top + height * stage.random.range(level + 0.01, 0.97);
                panes = panes.and(Path::rect(x, y, u * 0.006, u * 0.008));
            }
            stage.raw(panes, rgb(0xff_cf80).alpha(0.85));
        }
    }
    if matches!(scene.weather, Some(Weather::Rain | Weather::Storm)) {
        let (mut drops, mut runs) = (Path::default(), Path::default());
        for index in 0..60 {
            let (x, y) =
                (stage.random.range(left + 4.0, right - 4.0), stage.random.range(top + 4.0, bottom - u * 0.06));
            drops = drops.and(Path::ellipse(x, y, u * 0.0022, u * stage.random.range(0.0026, 0.005)));
            if index % 5 == 0 {
                runs = runs.hop(x, y).line(x + u * 0.001, y + u * stage.random.range(0.02, 0.055));
            }
        }
        let mut s = Sprite::new();
        s.lit(drops, WHITE.alpha(0.5)).lit_line(runs, WHITE.alpha(0.28), u * 0.0024);
        stage.put(&s, Pose::at(0.0, 0.0, 1.0).motion(Motion { pulse: (0.6, 3.0), ..Motion::default() }));
    }
    // A gleam on the glass.
    stage.raw(
        Path::polygon(&[
            (left + width * 0.06, bottom - height * 0.1),
            (left + width * 0.4, top),
            (left + width * 0.52, top),
            (left + width * 0.06, bottom - height * 0.02),
        ]),
        WHITE.alpha(0.06),
    );
}

pub(super) fn frame(stage: &mut Stage, pane: Pane) {
    let Pane { left, top, width, height } = pane;
    let u = stage.u;
    let (thick, thin) = (u * 0.022, u * 0.012);
    let paint = rgb(0xf4_ede4);
    let mut s = Sprite::new();
    s.fill(
        Path::rect(left - thick, top - thick, width + thick * 2.0, thick).and(Path::rect(
            left - thick,
            top,
            thick,
            height,
        )),
        paint,
    );
    s.fill(
        Path::rect(left + width, top, thick, height).and(Path::rect(
            left - thick,
            top + height,
            width + thick * 2.0,
            thick * 0.6,
        )),
        paint.darker(0.14),
    );
    s.fill(
        Path::rect(left + width / 2.0 - thin / 2.0, top, thin, height).and(Path::rect(
            left,
            top + height * 0.38,
            width,
            thin,
        )),
        paint.darker(0.05),
    );
    s.fill(
        Path::rect(left, top, width, u * 0.006).and(Path::rect(left, top, u * 0.005, height)),
        rgb(0x1c_1620).alpha(0.25),
    );
    s.fill(
        Path::round(left - thick * 2.2, top + height + thick * 0.4, width + thick * 4.4, thick * 0.9, thick * 0.2),
        paint.lighter(0.3),
    );
    s.fill(
        Path::rect(left - thick * 1.8, top + height + thick * 1.3, width + thick * 3.6, thick * 0.4),
        rgb(0x20_1418).alpha(0.22),
    );
    stage.put(&s, Pose::at(0.0, 0.0, 1.0));
}

pub(super) fn curtains(stage: &mut Stage, scene: &Scene, pane: Pane) {
    let u = stage.u;
    let cloth = scene.tone(None, 1).mix(rgb(0xf0_e2d2), 0.62);
    let top = pane.top - u * 0.06;
    let bottom = pane.top + pane.height + u * 0.09;
    for side in [-1.0, 1.0] {
        let x = pane.left + pane.width / 2.0 + side * (pane.width / 2.0 + u * 0.045);
        let mut s = Sprite::new();
        for fold in 0..4 {
            let near = side * u * (-0.058 + 0.029 * fold as f32);
            let wide = u * 0.034;
            let color = if fold % 2 == 0 { cloth } else { cloth.darker(0.09) };
            let path = Path::at(near - wide / 2.0, 0.0)
                .quad(near - wide * 0.35 + side * u * 0.01, (bottom - top) * 0.5, near - wide / 2.0, bottom - top)
                .quad(near, bottom - top + u * 0.008, near + wide / 2.0, bottom - top)
                .quad(near + wide * 0.55 + side * u * 0.012, (bottom - top) * 0.5, near + wide / 2.0, 0.0)
                .close();
            s.fill(
                path,
                across(near - wide / 2.0, near + wide / 2.0, &[color.lighter(0.14), color, color.darker(0.16)]),
            );
        }
        stage.put(
            &s,
            Pose::at(x, top, 1.0).opacity(0.97).motion(Motion {
                sway: (0.5, 6.0),
                phase: 0.25 * (side + 1.0),
                ..Motion::default()
            }),
        );
    }
    let mut rod = Sprite::new();
    let (left, right) = (pane.left - u * 0.13, pane.left + pane.width + u * 0.13);
    rod.line(Path::at(left, top).line(right, top), rgb(0x5a_4438), u * 0.009);
    rod.fill(Path::circle(left, top, u * 0.011).and(Path::circle(right, top, u * 0.011)), rgb(0x6e_5444));
    stage.put(&rod, Pose::at(0.0, 0.0, 1.0));
}

/// The window's light falls on the wall beside it.
pub(super) fn light_on_wall(stage: &mut Stage, scene: &Scene, pane: Pane, table: f32) {
    if scene.light.is_dark() || scene.light.altitude < 0.0 {
        return;
    }
    let u = stage.u;
    let s = scene.side;
    let start = if s > 0.0 { pane.left + pane.width + u * 0.13 } else { pane.left - u * 0.13 };
    let color = scene.light.halo;
    for column in 0..2 {
        for row in 0..2 {
            let x = start + s * u * (0.04 + 0.17 * column as f32);
            let y = pane.top + u * (0.07 + 0.2 * row as f32);
            let path = Path::polygon(&[
                (x, y),
                (x + s * u * 0.15, y + u * 0.05),
                (x + s * u * 0.15, y + u * 0.23),
                (x, y + u * 0.18),
            ]);
            let bottom = (y + u * 0.23).min(table);
            stage.raw_moving(
                path,
                down(y, bottom, &[color.alpha(0.3), color.alpha(0.16)]),
                0.0,
                0.0,
                0.9,
                Motion { pulse: (0.7, 6.0), ..Motion::default() },
            );
        }
    }
}
