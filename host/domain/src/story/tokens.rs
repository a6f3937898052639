//! How many tokens a request of a story may ask for: a fixed number a set from models that cost nothing, and from
//! others as much as the set needs, within what the model can write and what fits into its context.

/// What one set may take from a model that costs nothing.
pub const FREE_TOKENS: u32 = 2_000;
/// No request asks for more.
pub const MAX_TOKENS: u32 = 32_000;

/// What metadata takes: a few characters in detail, with room for models that think.
const METADATA: u32 = 8_000;
/// What a set takes at least, and what each of its segments adds. A segment is about 200 tokens in English and up to
/// three times that in other scripts.
const SET: u32 = 2_000;
const SEGMENT: u32 = 600;
/// What of a context is kept free for the question: characters, outline and the end of the set before.
const QUESTION: u32 = 8_000;

/// What is known of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelLimits {
    /// Whether it costs nothing and is therefore kept short.
    pub free: bool,
    /// The tokens of question and answer together; none where unknown.
    pub context: Option<u32>,
    /// The tokens of an answer; none where unknown.
    pub output: Option<u32>,
}

/// The tokens of a request for metadata. It cannot be split, so a free model gets the same as any other.
pub fn tokens_for_metadata(limits: ModelLimits) -> u32 {
    within(METADATA, limits)
}

/// The tokens of a request for a set of that many segments.
pub fn tokens_for_set(segments: u32, limits: ModelLimits) -> u32 {
    let wanted =
        if limits.free { FREE_TOKENS } else { SET.saturating_add(SEGMENT.saturating_mul(segments)).min(MAX_TOKENS) };
    within(wanted, limits)
}

/// What the model can give of it, at least 1.
fn within(wanted: u32, limits: ModelLimits) -> u32 {
    let output = limits.output.unwrap_or(u32::MAX);
    // A context smaller than two questions is halved between question and answer.
    let context = limits.context.map_or(u32::MAX, |context| context.saturating_sub(QUESTION).max(context / 2));
    wanted.min(output).min(context).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(free: bool, context: u32, output: u32) -> ModelLimits {
        let known = |tokens| (tokens > 0).then_some(tokens);
        ModelLimits { free, context: known(context), output: known(output) }
    }

    #[test]
    fn a_free_model_gets_the_same_for_every_set() {
        for segments in [1, 5, 10, 100] {
            assert_eq!(tokens_for_set(segments, limits(true, 0, 0)), 2_000);
        }
    }

    #[test]
    fn a_paid_model_gets_more_for_a_larger_set_and_never_more_than_the_most() {
        let paid = |segments| tokens_for_set(segments, ModelLimits::default());
        assert_eq!([1, 5, 10, 50, 100, u32::MAX].map(paid), [2_600, 5_000, 8_000, 32_000, 32_000, 32_000]);
    }

    #[test]
    fn nothing_is_asked_for_that_the_model_cannot_write_or_hold() {
        assert_eq!(tokens_for_set(10, limits(false, 0, 4_096)), 4_096);
        assert_eq!(tokens_for_set(50, limits(false, 32_768, 0)), 24_768);
        assert_eq!(tokens_for_set(10, limits(false, 8_192, 0)), 4_096);
        assert_eq!(tokens_for_set(10, limits(true, 2_048, 0)), 1_024);
        assert_eq!(tokens_for_metadata(limits(true, 0, 0)), 8_000);
        assert_eq!(tokens_for_metadata(limits(false, 1, 1)), 1);
    }
}
