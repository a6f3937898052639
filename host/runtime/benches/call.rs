//! What a call of a strategy component costs, from request to prompt, in a fresh store: of the real one, and of one
//! that does next to nothing.

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use kinora_domain::documents::{ScenarioRequest, StrategyRequest};
use kinora_runtime::{Runtime, RuntimeOptions};
use serde_json::json;

fn calls(criterion: &mut Criterion) {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let runtime = Runtime::new(RuntimeOptions::default()).expect("the engine starts");
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/target/components/scenario.wasm"));
    let strategy = tokio.block_on(runtime.load_file(file)).expect("the components are built (make components)");
    let request = StrategyRequest {
        kind: "scenario".into(),
        input: serde_json::to_value(ScenarioRequest {
            prompt: "A lighthouse keeper's last night before the light goes automatic".into(),
            scene_count: 3,
            style: "cinematic-storytelling".into(),
            mood: "hopeful".into(),
            resolution: "1280x720".into(),
            target_language: "en-US".into(),
            environment: None,
            product: None,
            seed: Some(1),
        })
        .expect("a request"),
        attempt: 1,
        problems: Vec::new(),
    };
    let none = json!({});
    // The test fixture answers one sentence: what is left is the price of a call as such.
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/target/fixtures/hostile.wasm"));
    let idle = tokio.block_on(runtime.load_file(file)).expect("the fixtures are built (make components)");
    criterion.bench_function("strategy that does next to nothing, fresh store", |bencher| {
        bencher.to_async(&tokio).iter(async || idle.compose_prompt(&request, &none).await.expect("a prompt"));
    });
    criterion.bench_function("strategy compose, fresh store", |bencher| {
        bencher.to_async(&tokio).iter(async || strategy.compose_prompt(&request, &none).await.expect("a prompt"));
    });
}

criterion_group!(benches, calls);
criterion_main!(benches);
