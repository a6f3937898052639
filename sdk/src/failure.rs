//! Why a strategy, validator or renderer has no answer.

use std::fmt;

/// A kind for programs and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `invalid-input`, `malformed-output`, or a word of the author's.
    pub kind: String,
    /// What was wrong, where, what to do.
    pub message: String,
}

impl Failure {
    /// A failure of some kind.
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        Failure { kind: kind.into(), message: message.into() }
    }

    /// The request cannot be served as asked.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Failure::new("invalid-input", message)
    }

    /// The model's answer cannot be read; another attempt may help.
    pub fn malformed_output(message: impl Into<String>) -> Self {
        Failure::new("malformed-output", message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
