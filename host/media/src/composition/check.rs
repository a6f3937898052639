//! What a composition may ask for. Compositions are written by plugins, and a plugin may be hostile: every number is
//! bounded here, once, so that nothing behind this door can panic, overflow or take memory without end.

use kinora_domain::documents::{Composition, Content, Layer, Paint, Property, Shadow, Stop, Stroke};
use kinora_domain::film::{MAX_FRAMES, check_canvas};

use super::path::{MAX_COORDINATE, MAX_LENGTH};
use crate::colour;

/// The most layers.
pub(crate) const MAX_LAYERS: usize = 5000;
/// The most characters of a text.
pub(crate) const MAX_TEXT: usize = 20_000;
/// The most characters of all texts together.
pub(crate) const MAX_TEXT_TOTAL: usize = 200_000;
/// The most characters of all paths together.
pub(crate) const MAX_PATH_TOTAL: usize = 8 * MAX_LENGTH;
/// The most keys of all tracks together.
pub(crate) const MAX_KEYS: usize = 100_000;
/// The most stops of a gradient.
pub(crate) const MAX_STOPS: usize = 64;
/// The largest size of letters in pixels.
pub(crate) const MAX_SIZE: f32 = 2000.0;
/// The largest magnification.
pub(crate) const MAX_SCALE: f32 = 200.0;

/// # Errors
/// A sentence that names the layer (from 1).
pub(crate) fn check(composition: &Composition) -> Result<(), String> {
    if composition.schema != 1 {
        return Err(format!(
            "its schema is {}; this Kinora reads schema 1 (a newer one may be needed)",
            composition.schema
        ));
    }
    check_canvas(composition.width, composition.height, composition.rate)?;
    if composition.frames == 0 || u64::from(composition.frames) > MAX_FRAMES {
        return Err(format!("it has {} frames; from 1 to {MAX_FRAMES} are allowed", composition.frames));
    }
    at_most("it has", composition.layers.len(), MAX_LAYERS, "layers")?;
    if let Some(background) = &composition.background {
        paint(background).map_err(|told| format!("the background: {told}"))?;
    }
    let (mut texts, mut paths, mut keys) = (0, 0, 0);
    for (index, layer) in composition.layers.iter().enumerate() {
        check_layer(layer).map_err(|told| format!("layer {}: {told}", index + 1))?;
        keys += layer.tracks.iter().map(|track| track.keys.len()).sum::<usize>();
        match &layer.content {
            Content::Text { text, .. } => texts += text.chars().count(),
            Content::Path { d, .. } => paths += d.len(),
            _ => {}
        }
    }
    at_most("its layers have", keys, MAX_KEYS, "keys in all")?;
    at_most("its texts have", texts, MAX_TEXT_TOTAL, "characters in all")?;
    at_most("its paths have", paths, MAX_PATH_TOTAL, "characters in all")
}

fn at_most(what: &str, count: usize, most: usize, of: &str) -> Result<(), String> {
    if count > most {
        return Err(format!("{what} {count} {of}; at most {most} are allowed"));
    }
    Ok(())
}

/// A range check that NaN fails.
fn within(name: &str, value: f32, from: f32, to: f32) -> Result<(), String> {
    if (from..=to).contains(&value) {
        return Ok(());
    }
    Err(format!("its {name} is {value}; it must be from {from} to {to}"))
}

fn coordinate(name: &str, value: f32) -> Result<(), String> {
    within(name, value, -MAX_COORDINATE, MAX_COORDINATE)
}

fn length(name: &str, value: f32) -> Result<(), String> {
    within(name, value, 0.0, MAX_COORDINATE)
}

fn check_layer(layer: &Layer) -> Result<(), String> {
    coordinate("x", layer.x)?;
    coordinate("y", layer.y)?;
    within("opacity", layer.opacity, 0.0, 1.0)?;
    within("scale", layer.scale, 0.0, MAX_SCALE)?;
    within("rotation", layer.rotation, -1e6, 1e6)?;
    at_most("it has", layer.tracks.len(), 16, "tracks")?;
    for (index, track) in layer.tracks.iter().enumerate() {
        if layer.tracks[..index].iter().any(|other| other.property == track.property) {
            return Err(format!("it has two tracks for {:?}; one is allowed", track.property));
        }
        if track.keys.is_empty() {
            return Err(format!("its track for {:?} has no keys", track.property));
        }
        for key in &track.keys {
            within("key's frame", key.frame, -1e7, 1e7)?;
            match track.property {
                Property::X | Property::Y => coordinate("key's value", key.value)?,
                Property::Scale => within("key's value", key.value, 0.0, MAX_SCALE)?,
                Property::Rotation => within("key's value", key.value, -1e6, 1e6)?,
                Property::Opacity | Property::RevealRight | Property::RevealUp => {
                    within("key's value", key.value, 0.0, 1.0)?;
                }
            }
        }
        if track.keys.windows(2).any(|pair| pair[0].frame > pair[1].frame) {
            return Err(format!("the keys of its track for {:?} are not ordered by frame", track.property));
        }
    }
    content(&layer.content)
}

fn content(content: &Content) -> Result<(), String> {
    match content {
        Content::Rect { width, height, radius, fill, stroke } => {
            length("width", *width)?;
            length("height", *height)?;
            length("radius", *radius)?;
            inks(fill.as_ref(), stroke.as_ref())
        }
        Content::Ellipse { rx, ry, fill, stroke } => {
            length("rx", *rx)?;
            length("ry", *ry)?;
            inks(fill.as_ref(), stroke.as_ref())
        }
        // The path itself is read, and refused, when it is built.
        Content::Path { fill, stroke, .. } => inks(fill.as_ref(), stroke.as_ref()),
        Content::Text { text, width, height, size, min_size, weight, color, shadow, .. } => {
            at_most("its text has", text.chars().count(), MAX_TEXT, "characters")?;
            length("width", *width)?;
            length("height", *height)?;
            within("size", *size, 1.0, MAX_SIZE)?;
            within("min_size", *min_size, 1.0, *size)?;
            if !(100..=900).contains(weight) {
                return Err(format!("its weight is {weight}; it must be from 100 to 900"));
            }
            colour::parse(color)?;
            shadow.as_ref().map_or(Ok(()), check_shadow)
        }
        Content::Image { blob, width, height } => {
            if blob.is_empty() {
                return Err("its blob has no handle".into());
            }
            length("width", *width)?;
            length("height", *height)
        }
    }
}

fn check_shadow(shadow: &Shadow) -> Result<(), String> {
    colour::parse(&shadow.color)?;
    within("shadow's blur", shadow.blur, 0.0, 64.0)?;
    coordinate("shadow's dx", shadow.dx)?;
    coordinate("shadow's dy", shadow.dy)
}

fn inks(fill: Option<&Paint>, stroke: Option<&Stroke>) -> Result<(), String> {
    if let Some(fill) = fill {
        paint(fill)?;
    }
    if let Some(stroke) = stroke {
        paint(&stroke.paint)?;
        length("stroke's width", stroke.width)?;
    }
    Ok(())
}

fn paint(paint: &Paint) -> Result<(), String> {
    match paint {
        Paint::Solid { color } => colour::parse(color).map(|_| ()),
        Paint::Linear { from, to, stops: list } => {
            for value in from.iter().chain(to) {
                coordinate("gradient's point", *value)?;
            }
            stops(list)
        }
        Paint::Radial { center, radius, stops: list } => {
            for value in center {
                coordinate("gradient's centre", *value)?;
            }
            within("gradient's radius", *radius, 0.001, 2.0 * MAX_COORDINATE)?;
            stops(list)
        }
    }
}

fn stops(stops: &[Stop]) -> Result<(), String> {
    if stops.len() < 2 {
        return Err("its gradient needs at least two stops".into());
    }
    at_most("its gradient has", stops.len(), MAX_STOPS, "stops")?;
    for stop in stops {
        within("stop's offset", stop.offset, 0.0, 1.0)?;
        colour::parse(&stop.color)?;
    }
    if stops.windows(2).any(|pair| pair[0].offset > pair[1].offset) {
        return Err("its gradient's stops are not ordered by offset".into());
    }
    Ok(())
}
