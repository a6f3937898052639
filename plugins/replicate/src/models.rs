//! The models that are mapped without any setting. The table is a document of the same form as the setting `models`,
//! in `models.json`; nothing else in this crate knows the name of a model.

use kinora_sdk::documents::{Model, Price};
use serde_json::Value;

/// Prices, in millionths of a dollar for a picture or a second. `flux-schnell` by lists of others (3 dollars for 1000
/// pictures), which Replicate's own page was not at hand to confirm. A second of `veo-3.1` with sound by Google's price list, at which resellers stay. For the text model
/// none was at hand: the setting `prices` of the host has the last word.
const PRICES: [(&str, Price); 2] = [
    ("black-forest-labs/flux-schnell", Price { picture: Some(3_000), ..NONE }),
    ("google/veo-3.1", Price { second: Some(400_000), ..NONE }),
];
const NONE: Price = Price { input_tokens: None, output_tokens: None, picture: None, second: None };

/// What a mapped field says of a model.
const CAPABILITIES: [(&str, &str); 7] = [
    ("json_schema", "json-schema"),
    ("reference_images", "reference-images"),
    ("negative_prompt", "negative-prompt"),
    ("seed", "seed"),
    ("generate_audio", "audio"),
    ("first_frame", "first-frame"),
    ("last_frame", "last-frame"),
];

/// The table.
pub fn table() -> Value {
    serde_json::from_str(include_str!("models.json")).expect("the table is JSON, as the tests of this crate see")
}

/// The models as the manifest lists them.
pub fn manifest() -> Vec<Model> {
    let table = table();
    let models = table.as_object().into_iter().flatten();
    models
        .map(|(id, mapping)| Model {
            capabilities: CAPABILITIES
                .iter()
                .filter(|(field, _)| !mapping["fields"][field].is_null())
                .map(|&(_, capability)| capability.to_owned())
                .collect(),
            price: PRICES.iter().find(|(model, _)| model == id).map(|(_, price)| price.clone()),
            ..Model::new(mapping["operation"].as_str().unwrap_or_default(), id)
        })
        .collect()
}

/// The default model of an operation.
pub fn default(operation: &str) -> Option<String> {
    manifest().into_iter().find(|model| model.operation == operation).map(|model| model.id)
}
