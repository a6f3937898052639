//! The provider `offline`: it needs no network and no model. It writes by rules, from the words of the prompt, and asks
//! for drawings where others would make pictures. The same request always gets the same answer. It is what a fresh
//! Kinora makes films with, and what tests run on; it always says what it is.

mod edit_plan;
mod english;
mod film;
mod goods;
mod heroes;
mod hours;
mod instance;
mod languages;
mod media;
mod music_video;
mod places;
mod reading;
mod scenario;
mod seed;
mod shapes;
mod tales;
mod text;

use kinora_sdk::documents::{Manifest, Model, Outcome, Role};
use kinora_sdk::{Immediate, Operation, ProviderError, Request};
use serde_json::Value;

pub use edit_plan::write as write_edit_plan;
pub use music_video::write as write_music_video;
pub use scenario::write as write_scenario;
pub use tales::{write_metadata as write_story_metadata, write_segments as write_story_segments};

/// Who made what this provider makes.
pub const MADE_BY: &str = "Kinora's offline provider (no model was asked)";

/// The model that films illustrations; the other one, which is the default, films moving shapes.
const CAMERA: &str = "offline-camera";

/// The provider.
pub struct Offline;

impl Immediate for Offline {
    fn manifest() -> Manifest {
        Manifest {
            id: "offline".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: "Offline".to_owned(),
            role: Role::Provider,
            models: vec![
                model("offline-writer", "text", &["json-schema", "seed"]),
                model("offline-painter", "image", &["seed"]),
                model("offline", "video", &["seed", "audio"]),
                model(CAMERA, "video", &["seed", "audio"]),
            ],
            ..Manifest::default()
        }
    }

    fn answer(operation: Operation, _settings: Value) -> Result<Outcome, ProviderError> {
        match operation.request {
            Request::Text(operation) => text::write(&operation),
            Request::Image(operation) => media::picture(&operation),
            Request::Video(operation) if operation.model.as_deref() == Some(CAMERA) => media::clip(&operation),
            Request::Video(operation) => shapes::clip(&operation),
        }
    }
}

fn model(id: &str, operation: &str, capabilities: &[&str]) -> Model {
    let capabilities = capabilities.iter().map(|word| (*word).to_owned()).collect();
    Model { capabilities, ..Model::new(operation, id) }
}

kinora_sdk::export_immediate!(Offline);
