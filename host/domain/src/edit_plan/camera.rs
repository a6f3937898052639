//! The moves of the camera that plans call by name.

use crate::documents::CameraEffect;
use crate::film::{Motion, View};

/// A segment of so many seconds takes the whole way; a shorter one a part of it, so that what is called slow is slow.
const WHOLE_WAY: f64 = 4.0;

/// The least part of the way, so that a move is one.
const LEAST: f64 = 0.25;

/// Moves that follow each other well, for pictures that are to move and do not say how.
const IN_TURN: [CameraEffect; 5] = [
    CameraEffect::SlowZoomIn,
    CameraEffect::PanRight,
    CameraEffect::SlowZoomOut,
    CameraEffect::DiagonalPush,
    CameraEffect::PanLeft,
];

/// The move of the picture with a number (from 1) that says only that it moves.
pub(super) fn in_turn(number: usize) -> CameraEffect {
    IN_TURN[(number + IN_TURN.len() - 1) % IN_TURN.len()]
}

/// The camera's way over a picture that is seen for so many seconds.
pub(super) fn motion(effect: CameraEffect, seconds: f64) -> Option<Motion> {
    let view = |x: f64, y: f64, zoom: f64| View { x, y, zoom };
    let (from, to) = match effect {
        CameraEffect::SlowZoomIn => (view(0.5, 0.5, 1.0), view(0.5, 0.5, 1.16)),
        CameraEffect::SlowZoomOut => (view(0.5, 0.5, 1.16), view(0.5, 0.5, 1.0)),
        CameraEffect::PanLeft => (view(0.57, 0.5, 1.17), view(0.43, 0.5, 1.17)),
        CameraEffect::PanRight => (view(0.43, 0.5, 1.17), view(0.57, 0.5, 1.17)),
        CameraEffect::DiagonalPush => (view(0.47, 0.47, 1.08), view(0.55, 0.55, 1.22)),
        CameraEffect::SubtleDrift => (view(0.485, 0.49, 1.06), view(0.515, 0.51, 1.06)),
        CameraEffect::None => return None,
    };
    let part = (seconds / WHOLE_WAY).clamp(LEAST, 1.0);
    let way = |from: f64, to: f64| from + (to - from) * part;
    Some(Motion { from, to: view(way(from.x, to.x), way(from.y, to.y), way(from.zoom, to.zoom)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVES: [CameraEffect; 6] = [
        CameraEffect::SlowZoomIn,
        CameraEffect::SlowZoomOut,
        CameraEffect::PanLeft,
        CameraEffect::PanRight,
        CameraEffect::DiagonalPush,
        CameraEffect::SubtleDrift,
    ];

    #[test]
    fn every_move_moves_and_stays_within_a_picture_of_the_films_shape() {
        for effect in MOVES {
            for seconds in [0.04, 1.0, 4.0, 600.0] {
                let Motion { from, to } = motion(effect, seconds).unwrap();
                assert_ne!(from, to, "{effect:?}");
                for view in [from, to] {
                    let half = 0.5 / view.zoom;
                    assert!(view.zoom >= 1.0, "{effect:?}");
                    assert!(view.x - half >= -1e-9 && view.x + half <= 1.0 + 1e-9, "{effect:?}");
                    assert!(view.y - half >= -1e-9 && view.y + half <= 1.0 + 1e-9, "{effect:?}");
                }
            }
        }
        assert_eq!(motion(CameraEffect::None, 4.0), None);
    }

    #[test]
    fn a_short_look_moves_less_than_a_long_one() {
        let zoom = |seconds| motion(CameraEffect::SlowZoomIn, seconds).unwrap().to.zoom;
        assert!(zoom(0.5) < zoom(2.0) && zoom(2.0) < zoom(4.0) && zoom(4.0) == zoom(40.0));
    }

    #[test]
    fn neighbours_never_move_alike() {
        for number in 1..20 {
            assert_ne!(in_turn(number), in_turn(number + 1));
        }
    }
}
