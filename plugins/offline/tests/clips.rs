//! Which model films what.

use kinora_plugin_offline::Offline;
use kinora_sdk::documents::{MediaItem, Outcome, VideoOperation};
use kinora_sdk::{Immediate, Operation, Request};
use serde_json::json;

fn kind(model: Option<&str>) -> String {
    let operation = VideoOperation {
        prompt: "a boat at dawn".to_owned(),
        aspect_ratio: "16:9".to_owned(),
        duration: 8.0,
        model: model.map(str::to_owned),
        ..VideoOperation::default()
    };
    let operation = Operation { id: "op".to_owned(), request: Request::Video(operation) };
    let Outcome::Media(media) = Offline::answer(operation, json!({})).unwrap() else { panic!("no media") };
    let [MediaItem::Draw { drawing }] = &media.items[..] else { panic!("not one drawing") };
    drawing.kind.clone()
}

#[test]
fn the_default_model_films_moving_shapes_and_the_camera_films_illustrations() {
    let manifest = Offline::manifest();
    let models: Vec<&str> =
        manifest.models.iter().filter(|model| model.operation == "video").map(|model| model.id.as_str()).collect();
    assert_eq!(models, ["offline", "offline-camera"]);
    assert_eq!((kind(None), kind(Some("offline"))), ("moving-shapes".to_owned(), "moving-shapes".to_owned()));
    assert_eq!(kind(Some("offline-camera")), "illustration");
}
