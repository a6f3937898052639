use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Problem;

/// What a strategy is asked to compose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StrategyRequest {
    /// One of the manifest's kinds, such as `scenario`.
    pub kind: String,
    /// The request of that kind, such as the schema `scenario-request`.
    pub input: Value,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// What was wrong with the attempt before; empty on the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}
