//! Enumerations as words in a column.

/// The word of a value.
pub(crate) fn word<T: PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|(known, _)| *known == value).map_or("", |(_, word)| word)
}

/// The value of a word.
pub(crate) fn read<T: Copy>(words: &[(T, &'static str)], text: &str) -> Result<T, sqlx::Error> {
    let found = words.iter().find(|(_, word)| *word == text);
    found.map(|(value, _)| *value).ok_or_else(|| sqlx::Error::Decode(format!("nothing is called {text:?}").into()))
}
