//! Compositions: checked, made ready once, and drawn frame by frame.
//!
//! [`Scene`] is what a composition means (outlines, inks, set text); [`Stage`] draws it into frames and remembers what
//! did not change. What is drawn for a frame depends on nothing but the composition and the frame's number.

mod blur;
mod check;
mod ink;
mod motion;
mod path;
pub(crate) mod raster;
mod scene;
mod stage;
mod text;

pub(crate) use check::check;
pub(crate) use scene::{Blobs, Scene};
pub(crate) use stage::Stage;
