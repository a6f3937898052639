//! Prints the composition of a drawing: `compose DRAWING.json > COMPOSITION.json`. Missing fields are filled in, so
//! that `{"kind": "illustration", "subject": "a lighthouse"}` is enough.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: compose DRAWING.json")?;
    let mut value: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    let defaults =
        serde_json::json!({ "width": 1280, "height": 720, "rate": { "num": 30, "den": 1 }, "frames": 1, "seed": 1 });
    for (name, default) in defaults.as_object().expect("written as an object above") {
        value.as_object_mut().ok_or("a drawing is an object")?.entry(name).or_insert(default.clone());
    }
    let composition = kinora_plugin_cards::compose(&serde_json::from_value(value)?)?;
    println!("{}", serde_json::to_string(&composition)?);
    Ok(())
}
