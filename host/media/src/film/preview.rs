//! A film made small, to be looked at before it is rendered as it is meant.

use kinora_domain::documents::{Composition, Paint, Property};
use kinora_domain::film::{Film, MIN_SIDE, Source};

/// The longer side of a preview in pixels.
const SIDE: u32 = 640;

/// The same film on a small canvas; one that is small already stays as it is.
pub(crate) fn small(film: &Film) -> Film {
    let mut film = film.clone();
    let scale = f64::from(SIDE) / f64::from(film.width.max(film.height));
    if scale >= 1.0 {
        return film;
    }
    let side = |side: u32| (((f64::from(side) * scale / 2.0).round() as u32) * 2).max(MIN_SIDE);
    let (width, height) = (side(film.width), side(film.height));
    let across = f64::from(width) / f64::from(film.width);
    let down = f64::from(height) / f64::from(film.height);
    (film.width, film.height) = (width, height);
    for segment in &mut film.segments {
        if let Source::Drawing { composition } = &mut segment.source {
            shrink(composition, (width, height), (across as f32, down as f32));
        }
        for overlay in &mut segment.overlays {
            shrink(&mut overlay.composition, (width, height), (across as f32, down as f32));
        }
    }
    film
}

/// Everything moves with the canvas; what is drawn keeps its proportions.
fn shrink(composition: &mut Composition, (width, height): (u32, u32), (across, down): (f32, f32)) {
    (composition.width, composition.height) = (width, height);
    let size = across.min(down);
    let moved = |at: &mut [f32; 2]| *at = [at[0] * across, at[1] * down];
    match &mut composition.background {
        Some(Paint::Linear { from, to, .. }) => {
            moved(from);
            moved(to);
        }
        Some(Paint::Radial { center, radius, .. }) => {
            moved(center);
            *radius = (*radius * size).max(0.001);
        }
        Some(Paint::Solid { .. }) | None => {}
    }
    for layer in &mut composition.layers {
        layer.x *= across;
        layer.y *= down;
        layer.scale *= size;
        for track in &mut layer.tracks {
            let factor = match track.property {
                Property::X => across,
                Property::Y => down,
                Property::Scale => size,
                Property::Opacity | Property::Rotation | Property::RevealRight | Property::RevealUp => continue,
            };
            track.keys.iter_mut().for_each(|key| key.value *= factor);
        }
    }
}
