//! What tales are about that nobody gave an idea for.

/// For memes: what everybody knows from daily life.
pub(super) const MEMES: &[&str] = &[
    "trying to leave a party politely",
    "the last two per cent of battery",
    "a printer that smells fear",
    "going to bed early for once",
    "the video call that could have been a message",
    "assembling a shelf without the manual",
    "a cat at five in the morning",
    "replying to a message three weeks later",
    "pretending to understand wine",
    "the gym in January",
    "one sock that never comes back",
    "the self-checkout and its unexpected item",
    "cooking from a recipe with seventeen steps",
    "small talk in a lift",
    "the neighbour's leaf blower on a Sunday",
    "updating the computer at the worst moment",
];

/// For free content: what a curious person would stop for.
pub(super) const FREE: &[&str] = &[
    "the art of doing one thing at a time",
    "how clouds get their shapes",
    "a walk without a destination",
    "the sounds of a city before sunrise",
    "writing a letter by hand",
    "learning ten words of a new language",
    "why old trees make people quiet",
    "baking bread for the first time",
    "the night sky above a small town",
    "saying no without being unkind",
    "a morning without a phone",
    "the life of a single raindrop",
    "looking at a painting for ten minutes",
    "how to keep a plant alive",
    "the history of the bicycle",
    "listening to somebody properly",
];
