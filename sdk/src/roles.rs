//! The traits of strategies, validators and renderers: plain functions over documents.

use serde_json::Value;

use crate::Failure;
use crate::documents::{Composition, Drawing, Manifest, StrategyRequest, TextOperation, Verdict};

/// Knows how to ask a language model for one kind of document, and how to read its answer.
pub trait Strategy {
    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// Writes the question for the model.
    ///
    /// # Errors
    /// `invalid-input` where the request cannot be served as asked.
    fn compose(request: StrategyRequest, settings: Value) -> Result<TextOperation, Failure>;

    /// Reads the model's answer. It need not be right, only readable.
    ///
    /// # Errors
    /// `malformed-output` where another attempt may help.
    fn interpret(request: StrategyRequest, text: &str, settings: Value) -> Result<Value, Failure>;
}

/// Judges a document before it is used or paid for.
pub trait Validator {
    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// Judges a document; `context` is the request that it answers. A wrong document is a verdict with problems.
    ///
    /// # Errors
    /// Where no verdict can be given, for example because the context is not of this kind.
    fn validate(document: Value, context: Value, settings: Value) -> Result<Verdict, Failure>;
}

/// Says what to draw.
pub trait Renderer {
    /// What the component says of itself; always the same.
    fn manifest() -> Manifest;

    /// Turns a drawing request into a composition. The same request must always give the same composition.
    ///
    /// # Errors
    /// `invalid-input` where the request cannot be drawn.
    fn compose(drawing: Drawing, settings: Value) -> Result<Composition, Failure>;
}
