//! What Google offers, as data: the manifest is written from this table. Nothing else in this crate knows the name of
//! a model, and models come and go several times a year: any id may be set or asked for, listed or not.

use kinora_sdk::documents::{Model, Price};

use crate::settings::VideoApi;

const TALKS: &[&str] = &["json-schema", "seed", "temperature"];
const PAINTS: &[&str] = &["reference-images"];
const FILMS: &[&str] = &["audio", "first-frame", "last-frame", "reference-images", "seed"];
/// Films by `:predictLongRunning`, which knows what a clip must not show.
const FILMS_BY_PREDICTION: &[&str] =
    &["audio", "first-frame", "last-frame", "negative-prompt", "predict-long-running", "reference-images", "seed"];

/// What a model costs, in millionths of a dollar.
enum Costs {
    /// A million tokens, read and written.
    Tokens(u64, u64),
    /// A second of video.
    Second(u64),
}

/// One row: the id, what it makes, what it can, the price, and the day it ends where one is set.
type Row = (&'static str, &'static str, &'static [&'static str], Costs, Option<&'static str>);

/// The first of each operation is the default. Ids are those of Google's SDK (google-genai 3.4.0). Prices are of
/// Google's price page (ai.google.dev, October 2026), of the picture model as LiteLLM lists it and of Omni as Runware
/// does: 17.50 dollars for a million tokens of video, which is 10 cents for a second of 720p and more for more pixels.
/// The price of `gemini-3.8-flash` doubles on 2027-01-01. A picture's few tokens of thought are counted as its pixels
/// are. Not listed: models whose price no page at hand gave (absent would mean free).
const TABLE: &[Row] = &[
    ("gemini-3.8-flash", "text", TALKS, Costs::Tokens(750_000, 3_750_000), None),
    ("gemini-3.5-flash", "text", TALKS, Costs::Tokens(1_500_000, 9_000_000), None),
    ("gemini-3.5-flash-lite", "text", TALKS, Costs::Tokens(300_000, 2_500_000), None),
    ("gemini-nano-banana-2.1", "image", PAINTS, Costs::Tokens(1_500_000, 30_000_000), None),
    ("gemini-omni-1.1-flash", "video", FILMS, Costs::Tokens(1_500_000, 17_500_000), None),
    // Google's own has ended; the shape lives on at gateways, under this name or another.
    ("veo-3.1-generate-preview", "video", FILMS_BY_PREDICTION, Costs::Second(400_000), Some("2026-10-22")),
];

/// What text models take, question and answer together, and write at most, in tokens (Google's model pages). One that
/// is not here has limits that no page at hand gave.
const LIMITS: &[(&str, u32, u32)] = &[("gemini-3.8-flash", 1_000_000, 65_536), ("gemini-3.5-flash", 1_048_576, 65_536)];

/// The models as the manifest lists them.
pub fn manifest() -> Vec<Model> {
    let limits = |id: &str| LIMITS.iter().find(|limits| limits.0 == id);
    TABLE
        .iter()
        .map(|(id, operation, capabilities, costs, retires)| Model {
            capabilities: capabilities.iter().map(|&word| word.to_owned()).collect(),
            price: Some(match *costs {
                Costs::Tokens(read, written) => {
                    Price { input_tokens: Some(read), output_tokens: Some(written), ..Price::default() }
                }
                Costs::Second(second) => Price { second: Some(second), ..Price::default() },
            }),
            retires: retires.map(str::to_owned),
            context_tokens: limits(id).map(|limits| limits.1),
            output_tokens: limits(id).map(|limits| limits.2),
            ..Model::new(operation, id)
        })
        .collect()
}

/// The default model of an operation.
pub fn default(operation: &str) -> &'static str {
    first(|row| row.1 == operation)
}

/// The default model of clips by an API.
pub fn default_of(api: VideoApi) -> &'static str {
    let by_prediction = api == VideoApi::PredictLongRunning;
    first(|row| row.1 == "video" && row.2.contains(&"predict-long-running") == by_prediction)
}

fn first(fits: impl Fn(&&Row) -> bool) -> &'static str {
    TABLE.iter().find(fits).expect("the table has a model for each operation and each API of this crate").0
}
