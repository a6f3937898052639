//! What a request must be: the official description of the API, and of each model's input what its page says.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::upstream::Request;
use super::super::upstream::described::Described;

static REQUESTS: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../../plugins/replicate/tests/data/replicate-requests.json")));
static INPUTS: LazyLock<Value> =
    LazyLock::new(|| parsed(include_str!("../../../plugins/replicate/tests/data/model-inputs.json")));
static OF_MODEL: LazyLock<Described> = LazyLock::new(|| Described::at(&REQUESTS, "/bodies/prediction"));
static OF_VERSION: LazyLock<Described> = LazyLock::new(|| Described::at(&REQUESTS, "/bodies/version-prediction"));
static HEADERS: LazyLock<BTreeMap<&str, Described>> = LazyLock::new(|| {
    ["prefer", "cancel-after"].map(|name| (name, Described::at(&REQUESTS, &format!("/headers/{name}")))).into()
});
static MODELS: LazyLock<BTreeMap<String, Described>> = LazyLock::new(|| {
    let names = INPUTS.as_object().into_iter().flatten().map(|(name, _)| name);
    names.map(|name| (name.clone(), Described::at(&INPUTS, &format!("/{}", name.replace('/', "~1"))))).collect()
});

fn parsed(document: &str) -> Value {
    serde_json::from_str(document).expect("the extract is JSON")
}

/// What is wrong with a request for a prediction of a model, or of the version that it names itself.
pub fn request_faults(request: &Request, body: &Value, model: &str) -> Vec<String> {
    let described = if model.is_empty() { &OF_VERSION } else { &OF_MODEL };
    let mut faults = described.told(body);
    for (name, described) in HEADERS.iter() {
        let value = request.header(name);
        if !value.is_empty() {
            faults.extend(described.told(&json!(value)).into_iter().map(|fault| format!("{name}{fault}")));
        }
    }
    // Models whose page was not at hand take anything.
    if let Some(input) = MODELS.get(model) {
        faults.extend(input.told(&body["input"]).into_iter().map(|fault| format!("/input{fault}")));
    }
    faults
}

/// The addresses of files in an input.
pub fn addresses(input: &Value) -> impl Iterator<Item = &str> {
    let values = input.as_object().into_iter().flat_map(|fields| fields.values());
    let flat = values.flat_map(|value| match value {
        Value::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    });
    flat.filter_map(Value::as_str).filter(|text| text.starts_with("http"))
}
