//! The kind `illustration`: a scene built from shapes whose content follows the subject. [`scene`] reads the words,
//! [`light`] chooses the hour's colours, the settings ([`outdoors`], [`space`], [`indoors`], [`showroom`],
//! [`underwater`]) build the place, and [`cast`] puts the things on it.

pub mod cast;
pub mod city;
pub mod country;
pub mod indoors;
pub mod land;
pub mod light;
pub mod outdoors;
pub mod scene;
pub mod shores;
pub mod showroom;
pub mod sky;
pub mod space;
pub mod travellers;
pub mod underwater;
pub mod water;
pub mod weather;
pub mod wilds;
pub mod window;

use kinora_sdk::documents::{Composition, Drawing};

use crate::{
    backdrop,
    paint::WHITE,
    random::Random,
    stage::Stage,
    text::{CAMERA_MARGIN, mark},
    words::Place,
};

/// A picture or a clip of the drawing's subject.
pub fn compose(drawing: &Drawing) -> Composition {
    let mut stage = Stage::new(drawing);
    // Another subject must not reuse the other one's chances: the same seed would draw the same clouds.
    stage.random = Random::new(drawing.seed, &drawing.subject.to_lowercase());
    let scene = scene::read(drawing, &mut stage.random);
    match scene.place {
        Place::Space => space::draw(&mut stage, &scene),
        Place::Room => indoors::draw(&mut stage, &scene),
        Place::Studio => showroom::draw(&mut stage, &scene),
        Place::Underwater => underwater::draw(&mut stage, &scene),
        _ => outdoors::draw(&mut stage, &scene),
    }
    // Corners in a deeper tone of the sky: black ones would look dirty by day.
    let corner = scene.light.sky[0].darker(0.62);
    let strength = if scene.light.is_dark() { 0.42 } else { 0.26 };
    backdrop::vignette(&mut stage, corner, strength);
    mark(&mut stage, WHITE, CAMERA_MARGIN);
    let ground = stage.grade.apply(scene.light.sky[1]);
    stage.finish(Some(crate::paint::Fill::Solid(ground).paint(1.0, 1.0)))
}
