//! What OpenAI offers, as data: the manifest is written from this table, and the requests ask it what a model can.
//! Nothing else in this crate knows the name of a model. One that is not here (a newer one, one of a local server) is
//! taken to talk as asked and to paint in the standard sizes.

use kinora_sdk::documents::{Model, Price};

/// Calls a function when told to and takes a temperature.
const TALKS: &[&str] = &["function-call", "json-schema", "seed", "temperature"];
/// Thinks unless told not to, and then Chat Completions takes neither functions nor a temperature.
const THINKS: &[&str] = &["json-schema", "seed"];
/// Any size in steps of 16 pixels, and pictures to keep to.
const PAINTS_ANY_SIZE: &[&str] = &["free-size", "reference-images"];

/// One row: the id, what it makes, what it can, and the price of a million tokens in millionths of a dollar, read and
/// written.
type Row = (&'static str, &'static str, &'static [&'static str], (u64, u64));

/// The first of each operation is the default. Ids are those of OpenAI's API description 2.3.0. Prices are of its model
/// pages (developers.openai.com, autumn 2026), that of `gpt-image-2` of Vercel's gateway, which passes OpenAI's on.
/// They are for short prompts, nothing cached; an image model reads pictures at 8 dollars and not at 5. Not listed:
/// what has a date of retirement, and models whose price or sizes no page at hand gave (absent would mean free).
const TABLE: &[Row] = &[
    ("gpt-5.4-mini", "text", TALKS, (750_000, 4_500_000)),
    ("gpt-5.4", "text", TALKS, (2_500_000, 15_000_000)),
    ("gpt-5.6-luna", "text", THINKS, (200_000, 1_200_000)),
    ("gpt-image-2", "image", PAINTS_ANY_SIZE, (5_000_000, 30_000_000)),
    ("gpt-image-2-2026-04-21", "image", PAINTS_ANY_SIZE, (5_000_000, 30_000_000)),
];

/// The video model as OpenAI offered it last, for other servers that keep it and its name: the day it ended (OpenAI's
/// deprecations page), and the price of a second at 720 pixels in millionths of a dollar. A server's own price belongs
/// into the settings.
const VIDEO: (&str, &str, u64) = ("sora-2", "2026-09-24", 100_000);

/// What text models take, question and answer together, and write at most, in tokens (OpenAI's model pages). One that
/// is not here has limits that no page at hand gave.
const LIMITS: &[(&str, u32, u32)] = &[("gpt-5.4-mini", 400_000, 128_000), ("gpt-5.4", 1_050_000, 128_000)];

/// The models as the manifest lists them.
pub fn manifest() -> Vec<Model> {
    let (id, ended, second) = VIDEO;
    let video = Model {
        capabilities: vec!["first-frame".to_owned()],
        price: Some(Price { second: Some(second), ..Price::default() }),
        retires: Some(ended.to_owned()),
        ..Model::new("video", id)
    };
    let limits = |id: &str| LIMITS.iter().find(|limits| limits.0 == id);
    TABLE
        .iter()
        .map(|&(id, operation, capabilities, (read, written))| Model {
            capabilities: capabilities.iter().map(|&word| word.to_owned()).collect(),
            price: Some(Price { input_tokens: Some(read), output_tokens: Some(written), ..Price::default() }),
            context_tokens: limits(id).map(|limits| limits.1),
            output_tokens: limits(id).map(|limits| limits.2),
            ..Model::new(operation, id)
        })
        .chain([video])
        .collect()
}

/// The default model of an operation.
pub fn default(operation: &str) -> &'static str {
    let row = TABLE.iter().find(|row| row.1 == operation);
    row.expect("the table has a model for each operation of this crate").0
}

/// Whether the table has it: one of OpenAI's, to which OpenAI's own parameters may be sent unasked.
pub fn known(id: &str) -> bool {
    TABLE.iter().any(|row| row.0 == id)
}

/// Whether it thinks before it answers when nothing is said about that.
pub fn thinks(id: &str) -> bool {
    TABLE.iter().any(|row| row.0 == id && row.2 == THINKS)
}

/// Whether it paints any size, and not the standard ones alone.
pub fn free_size(id: &str) -> bool {
    TABLE.iter().any(|row| row.0 == id && row.2.contains(&"free-size"))
}
