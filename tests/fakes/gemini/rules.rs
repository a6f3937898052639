//! What a request must be: the official description's schema, and what Google's pages have in words only.

use std::sync::LazyLock;

use serde_json::Value;

use super::super::upstream::described::Described;

static CONTENT: LazyLock<Described> = LazyLock::new(|| described("GenerateContentRequest"));
static PREDICTION: LazyLock<Described> = LazyLock::new(|| described("PredictLongRunningRequest"));
static INTERACTION: LazyLock<Described> = LazyLock::new(|| {
    let document = include_str!("../../../plugins/gemini/tests/data/interactions-request.json");
    Described::at(&parsed(document), "/components/schemas/CreateModelInteraction")
});

fn described(schema: &str) -> Described {
    let document = include_str!("../../../plugins/gemini/tests/data/gemini-requests.json");
    Described::at(&parsed(document), &format!("/components/schemas/{schema}"))
}

fn parsed(document: &str) -> Value {
    serde_json::from_str(document).expect("the extract is JSON")
}

/// A list of rules, each with the sentence for who broke it.
fn broken(rules: &[(bool, &str)]) -> Vec<String> {
    rules.iter().filter(|(kept, _)| !kept).map(|(_, told)| (*told).to_owned()).collect()
}

/// What is wrong with a request for text or a picture.
pub fn content_faults(body: &Value) -> Vec<String> {
    let mut faults = CONTENT.told(body);
    let contents = body["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let config = &body["generationConfig"];
    let has = |name: &str| !config[name].is_null();
    let paints = config["responseModalities"].to_string().contains("IMAGE");
    let roles = || contents.iter().map(|content| content["role"].as_str().unwrap_or("user"));
    faults.extend(broken(&[
        (!contents.is_empty(), "contents is empty"),
        (roles().all(|role| ["user", "model"].contains(&role)), "a role is neither user nor model"),
        (roles().next_back() != Some("model"), "the last turn is the model's own"),
        (
            contents.iter().all(|content| content["parts"].as_array().is_some_and(|parts| !parts.is_empty())),
            "a content has no parts",
        ),
        (!(has("responseSchema") && has("responseJsonSchema")), "both kinds of schema are set"),
        (
            !(has("responseSchema") || has("responseJsonSchema")) || config["responseMimeType"] == "application/json",
            "a schema is set, and the answer is not to be JSON",
        ),
        (!has("imageConfig") || paints, "imageConfig is set, and no picture is asked for"),
        (!paints || !has("responseMimeType"), "a picture cannot be of a text's type"),
    ]));
    faults
}

/// What is wrong with a request for a clip by `:predictLongRunning`.
pub fn prediction_faults(body: &Value) -> Vec<String> {
    let mut faults = PREDICTION.told(body);
    let (instance, parameters) = (&body["instances"][0], &body["parameters"]);
    let has = |name: &str| !instance[name].is_null();
    let seconds = parameters["durationSeconds"].as_u64().unwrap_or(8);
    let only_longest = has("lastFrame") || has("referenceImages") || parameters["resolution"] == "1080p";
    let one_of = |value: &Value, known: &[&str]| value.as_str().is_none_or(|value| known.contains(&value));
    faults.extend(broken(&[
        (body["instances"].as_array().is_some_and(|all| all.len() == 1), "one instance is made at a time"),
        (instance["prompt"].as_str().is_some_and(|prompt| !prompt.is_empty()), "there is no prompt"),
        ([4, 6, 8].contains(&seconds), "durationSeconds must be 4, 6 or 8"),
        (!only_longest || seconds == 8, "frames, references and 1080p go with 8 seconds alone"),
        (!has("lastFrame") || has("image"), "a last frame goes with a first only"),
        (!(has("image") && has("referenceImages")), "frames and references exclude each other"),
        (one_of(&parameters["aspectRatio"], &["16:9", "9:16"]), "aspectRatio must be 16:9 or 9:16"),
        (one_of(&parameters["resolution"], &["720p", "1080p"]), "resolution must be 720p or 1080p"),
    ]));
    faults
}

/// What is wrong with a request for a clip by interactions.
pub fn interaction_faults(body: &Value) -> Vec<String> {
    let mut faults = INTERACTION.told(body);
    let format = &body["response_format"];
    let pictures = body["input"].as_array().into_iter().flatten().filter(|part| part["type"] == "image").count();
    let seconds = format["duration"].as_str().and_then(|span| span.strip_suffix('s')?.parse::<f64>().ok());
    let task = body["generation_config"]["video_config"]["task"].as_str().unwrap_or("text_to_video");
    faults.extend(broken(&[
        (body["background"] == true, "a clip is made in the background only"),
        (format["type"] == "video", "no clip is asked for"),
        (seconds.is_none_or(|seconds| (3.0..=10.0).contains(&seconds)), "duration must be 3s to 10s"),
        ((task == "text_to_video") == (pictures == 0), "the task does not fit the pictures"),
    ]));
    faults
}
