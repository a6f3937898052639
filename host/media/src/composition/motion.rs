//! How a layer changes over time: its state at a frame, and until when that state holds.

use kinora_domain::documents::{Easing, Layer, Property, Track};

/// What of a layer matters for one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State {
    pub place: Place,
    /// From 0.0 to 1.0; 0.0 for a layer that is not seen.
    pub opacity: f32,
}

/// The part of a state that shapes the drawn pixels; opacity is applied when blending.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub x: f32,
    pub y: f32,
    pub scale: f32,
    pub rotation: f32,
    pub reveal_right: f32,
    pub reveal_up: f32,
}

/// The state of a layer at a frame.
pub(crate) fn state(layer: &Layer, frame: u32) -> State {
    let mut state = State {
        place: Place {
            x: layer.x,
            y: layer.y,
            scale: layer.scale,
            rotation: layer.rotation,
            reveal_right: 1.0,
            reveal_up: 1.0,
        },
        opacity: layer.opacity,
    };
    for track in &layer.tracks {
        let value = value(track, frame);
        match track.property {
            Property::X => state.place.x = value,
            Property::Y => state.place.y = value,
            Property::Opacity => state.opacity = value,
            Property::Scale => state.place.scale = value,
            Property::Rotation => state.place.rotation = value,
            Property::RevealRight => state.place.reveal_right = value.clamp(0.0, 1.0),
            Property::RevealUp => state.place.reveal_up = value.clamp(0.0, 1.0),
        }
    }
    let seen = frame >= layer.start && layer.end.is_none_or(|end| frame < end);
    state.opacity = if seen { state.opacity.clamp(0.0, 1.0) } else { 0.0 };
    state
}

/// The first frame after `frame` in which the layer's state may differ; `u32::MAX` if it never does.
pub(crate) fn steady_until(layer: &Layer, frame: u32) -> u32 {
    let mut until = u32::MAX;
    for edge in std::iter::once(layer.start).chain(layer.end) {
        if frame < edge {
            until = until.min(edge);
        }
    }
    if frame < layer.start || layer.end.is_some_and(|end| frame >= end) {
        return until; // Not seen: what the tracks do does not matter.
    }
    for track in &layer.tracks {
        until = until.min(track_steady_until(track, frame));
    }
    until
}

fn track_steady_until(track: &Track, frame: u32) -> u32 {
    let now = frame as f32;
    let next = track.keys.partition_point(|key| key.frame <= now);
    let Some(after) = track.keys.get(next) else { return u32::MAX };
    let held = match next.checked_sub(1).and_then(|i| track.keys.get(i)) {
        None => true,
        Some(before) => before.value == after.value || before.easing == Easing::Hold,
    };
    // A held value may go on being held behind the next key; asking again there is cheap.
    if held { (after.frame.ceil() as u32).max(frame + 1) } else { frame + 1 }
}

fn value(track: &Track, frame: u32) -> f32 {
    let now = frame as f32;
    let next = track.keys.partition_point(|key| key.frame <= now);
    let before = next.checked_sub(1).and_then(|i| track.keys.get(i));
    match (before, track.keys.get(next)) {
        (None, None) => 0.0,
        (None, Some(key)) | (Some(key), None) => key.value,
        (Some(a), Some(b)) => {
            let span = b.frame - a.frame;
            let t = if span > 0.0 { (now - a.frame) / span } else { 1.0 };
            a.value + (b.value - a.value) * ease(a.easing, t)
        }
    }
}

/// Cubic easings, as CSS authors know them in feeling; 0.0 to 0.0 and 1.0 to 1.0.
fn ease(easing: Easing, t: f32) -> f32 {
    match easing {
        Easing::Linear => t,
        Easing::EaseIn => t * t * t,
        Easing::EaseOut => 1.0 - (1.0 - t).powi(3),
        Easing::EaseInOut if t < 0.5 => 4.0 * t * t * t,
        Easing::EaseInOut => 1.0 - (2.0 - 2.0 * t).powi(3) / 2.0,
        Easing::Hold => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kinora_domain::documents::{Content, Key};

    fn layer(keys: &[(f32, f32, Easing)]) -> Layer {
        let content = Content::Rect { width: 1.0, height: 1.0, radius: 0.0, fill: None, stroke: None };
        let mut layer = Layer::new(content, 0.0, 0.0);
        let keys = keys.iter().map(|&(frame, value, easing)| Key { frame, value, easing }).collect();
        layer.tracks.push(Track { property: Property::X, keys });
        layer
    }

    #[test]
    fn a_value_stands_still_before_its_first_key_and_after_its_last() {
        let layer = layer(&[(10.0, 5.0, Easing::EaseInOut), (20.0, 15.0, Easing::Linear)]);
        let x = |frame| state(&layer, frame).place.x;
        assert_eq!((x(0), x(10), x(15), x(20), x(99)), (5.0, 5.0, 10.0, 15.0, 15.0));
    }

    #[test]
    fn a_state_is_the_same_in_every_frame_before_the_one_it_is_said_to_hold_until() {
        let mut layer = layer(&[
            (3.5, 1.0, Easing::Hold),
            (9.0, 4.0, Easing::EaseIn),
            (14.0, 8.0, Easing::EaseOut),
            (20.0, 8.0, Easing::Linear),
        ]);
        layer.start = 2;
        layer.end = Some(40);
        for frame in 0..60 {
            let until = steady_until(&layer, frame);
            assert!(until > frame);
            for later in frame..until.min(60) {
                assert_eq!(state(&layer, later), state(&layer, frame), "{frame} {later}");
            }
        }
        assert_eq!(steady_until(&layer, 15), 20);
        assert_eq!(steady_until(&layer, 45), u32::MAX);
    }
}
