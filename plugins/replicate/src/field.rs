//! The fields of Kinora's operations that a mapping may speak of, as data: the check of a mapping, its JSON Schema and
//! the sentences about it are written from this table.

/// What a field is, and so which words of a rule make sense for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// JSON of a shape of its own.
    Document,
    /// A number.
    Number,
    /// A whole number that repeats a result.
    Seed,
    /// A width and a height, or their ratio.
    Shape,
    /// Yes or no.
    Switch,
    /// One picture.
    Picture,
    /// A list of pictures.
    Pictures,
}

impl Kind {
    /// The words a rule may have beside `to`, `needs` and `sets`.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Kind::Words | Kind::Picture => &[],
            Kind::Document => &["as_text"],
            Kind::Number => &["one_of", "least", "most", "step", "times", "as_text"],
            Kind::Seed => &["most", "as_text"],
            Kind::Shape => &["one_of"],
            Kind::Switch => &["yes", "no"],
            Kind::Pictures => &["most", "single"],
        }
    }
}

/// One row: the operations that have the field, its name, what it is, and what it means.
type Row = (&'static [&'static str], &'static str, Kind, &'static str);

const TEXT: &[&str] = &["text"];
const PICTURES: &[&str] = &["image", "video"];
const VIDEO: &[&str] = &["video"];

/// All fields.
pub const TABLE: &[Row] = &[
    (&["text", "image", "video"], "prompt", Kind::Words, "What is asked for. Every model needs it, or messages."),
    (
        TEXT,
        "system_prompt",
        Kind::Words,
        "What the model is told beforehand; without it that is put before the prompt.",
    ),
    (TEXT, "messages", Kind::Document, "The conversation as a list of {role, content}, in the place of prompt."),
    (
        TEXT,
        "json_schema",
        Kind::Document,
        "The JSON Schema of the answer; without it the schema is asked for in words.",
    ),
    (TEXT, "temperature", Kind::Number, "From 0 to 2."),
    (TEXT, "max_tokens", Kind::Number, "The most tokens an answer may have."),
    (PICTURES, "negative_prompt", Kind::Words, "What must not be shown; without it that is said in the prompt."),
    (PICTURES, "aspect_ratio", Kind::Shape, "The shape, such as 16:9."),
    (PICTURES, "size", Kind::Shape, "Width and height in one, such as 1280x720."),
    (PICTURES, "width", Kind::Number, "The width in pixels."),
    (PICTURES, "height", Kind::Number, "The height in pixels."),
    (
        VIDEO,
        "resolution",
        Kind::Number,
        "The pixels of the short edge; values such as 720p and 4k are read as numbers.",
    ),
    (VIDEO, "duration", Kind::Number, "The length in seconds; with times, in frames."),
    (VIDEO, "generate_audio", Kind::Switch, "Whether the clip has sound."),
    (VIDEO, "first_frame", Kind::Picture, "The picture a clip begins with."),
    (VIDEO, "last_frame", Kind::Picture, "The picture a clip ends with."),
    (PICTURES, "reference_images", Kind::Pictures, "Pictures to keep to."),
    (&["text", "image", "video"], "seed", Kind::Seed, "For repeatable results; cut to what the model takes (most)."),
];

/// What a field of an operation is, where it has one of that name.
pub fn kind(operation: &str, name: &str) -> Option<Kind> {
    of(operation).find(|row| row.1 == name).map(|row| row.2)
}

/// The names of an operation's fields.
pub fn names(operation: &str) -> Vec<&'static str> {
    of(operation).map(|row| row.1).collect()
}

fn of(operation: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.0.contains(&operation))
}
