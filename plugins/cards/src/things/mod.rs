//! Things that can stand in a scene. Each is a sprite drawn by hand around the point it stands on (x to the right, y
//! down, so that a thing 100 units high reaches to y = -100), lit from the left.

pub mod air;
pub mod build;
pub mod goods;
pub mod life;
pub mod plant;
pub mod vessel;
pub mod wheel;

use crate::paint::Color;

/// What the same thing can differ in.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Its own colour, such as a kite's.
    pub tone: Color,
    /// Lamps are on.
    pub lamps: bool,
    /// Which of its forms.
    pub variant: usize,
}

/// The light of a lamp or a window.
pub const LAMPLIGHT: Color = crate::paint::rgb(0xff_d98a);
