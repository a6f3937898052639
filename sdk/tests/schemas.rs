//! The published JSON Schemas are those of the Rust types.

use std::path::Path;

use kinora_sdk::documents::*;
use schemars::{Schema, schema_for};

fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("manifest", schema_for!(Manifest)),
        ("operation-text", schema_for!(TextOperation)),
        ("operation-image", schema_for!(ImageOperation)),
        ("operation-video", schema_for!(VideoOperation)),
        ("outcome", schema_for!(Outcome)),
        ("strategy-request", schema_for!(StrategyRequest)),
        ("verdict", schema_for!(Verdict)),
        ("scenario-request", schema_for!(ScenarioRequest)),
        ("scenario", schema_for!(ScenarioDraft)),
        ("music-video-request", schema_for!(MusicVideoRequest)),
        ("music-video-scenes", schema_for!(MusicVideoScenes)),
        ("edit-plan-request", schema_for!(EditPlanRequest)),
        ("edit-plan", schema_for!(EditPlan)),
        ("story-request", schema_for!(StoryRequest)),
        ("story-metadata", schema_for!(StoryMetadata)),
        ("story-segments", schema_for!(StorySegments)),
        ("drawing", schema_for!(Drawing)),
        ("composition", schema_for!(Composition)),
    ]
}

/// With `UPDATE_SCHEMAS=1` it writes them instead.
#[test]
fn the_published_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.json"));
        let now = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder");
            std::fs::write(&path, now).expect("the schema is written");
            continue;
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == now,
            "{} is not what the types say; run the test with UPDATE_SCHEMAS=1 and read the difference",
            path.display()
        );
    }
}
