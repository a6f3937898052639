//! One answer of a script.

/// One answer: what an API says in its own words, or what happens on any wire; at once, or held.
#[derive(Clone)]
pub struct Answer<K> {
    pub(super) what: What<K>,
    pub(super) held: bool,
}

#[derive(Clone)]
pub(super) enum What<K> {
    Kind(K),
    /// These words, or bytes, with this status, of no particular form.
    Words(u16, Vec<u8>),
    /// The request is read, and the connection closed without an answer.
    Closed,
    /// A file that says it has so many bytes, and begins.
    Announced(u64),
}

impl<K> Answer<K> {
    /// The request is read, and the connection closed without an answer: nobody can tell whether it was billed.
    pub fn drop_connection() -> Self {
        What::Closed.into()
    }

    /// What a gateway in between says in a form of its own.
    pub fn words(status: u16, words: impl Into<Vec<u8>>) -> Self {
        What::Words(status, words.into()).into()
    }

    /// A file of so many bytes, of which the first few come.
    pub fn announced(bytes: u64) -> Self {
        What::Announced(bytes).into()
    }

    /// This answer, but not before the release.
    pub fn held(self) -> Self {
        Answer { held: true, ..self }
    }
}

impl<K> From<What<K>> for Answer<K> {
    fn from(what: What<K>) -> Self {
        Answer { what, held: false }
    }
}

impl<K> From<K> for Answer<K> {
    fn from(kind: K) -> Self {
        Answer { what: What::Kind(kind), held: false }
    }
}
