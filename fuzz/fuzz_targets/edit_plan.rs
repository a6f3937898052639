//! Reads plans from anything and compiles them against any media: nothing may panic, hang or break a promise. The input
//! is JSON, `{"plan", "materials"}`.

#![no_main]

#[path = "../../host/domain/tests/edit_plans/promises.rs"]
mod promises;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = serde_json::from_slice::<Value>(data) else { return };
    let materials = serde_json::from_value(document["materials"].clone()).unwrap_or_default();
    promises::hold(document.get("plan").unwrap_or(&document), &materials);
});
