use serde::{Deserialize, Serialize};

/// What a validator says of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// What is wrong, the most important first; empty means that the document is good.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// A stable word for programs: `missing-fields`.
    pub code: String,
    /// A sentence for people and for the model that is asked again.
    pub message: String,
    /// Where, as a JSON pointer; empty for the whole document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}
