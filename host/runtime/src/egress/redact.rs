//! Keeps keys out of whatever comes back: headers, bodies, error texts, streams.
//!
//! Every byte of a key becomes `*`, so lengths stay as the upstream said them. Found are a key as it is (and so behind
//! any prefix), percent-encoded, escaped as in JSON, and inside base64 of both alphabets wherever it begins there (up
//! to one character at either end, which it shares with its neighbours, stays). Not found are a part of a key, a key
//! that an upstream compressed, hashed or spelt otherwise, and keys shorter than [`SHORTEST`] bytes, which are
//! ordinary words.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::{Bytes, BytesMut};
use memchr::memmem;

use super::grant::Secret;

/// Keys shorter than this are not looked for.
const SHORTEST: usize = 8;

/// Finds keys and blots them out. Its `Debug` does not show them.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Longest first: where one key begins with another, the longer one is found.
    needles: Vec<Box<[u8]>>,
    longest: usize,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} forms)", self.needles.len())
    }
}

impl Redactor {
    /// For these keys, in all the forms they are found in.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut needles: Vec<Vec<u8>> = Vec::new();
        for secret in secrets {
            let key = secret.expose();
            if key.len() >= SHORTEST {
                needles.extend(forms(key));
            }
        }
        needles.retain(|needle| needle.len() >= SHORTEST);
        needles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        needles.dedup();
        let longest = needles.first().map_or(0, Vec::len);
        Redactor { needles: needles.into_iter().map(Into::into).collect(), longest }
    }

    /// A text without keys.
    pub fn text(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        self.bytes(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Blots keys out in place.
    pub fn bytes(&self, bytes: &mut [u8]) {
        self.blot(bytes, bytes.len());
    }

    /// The length of the longest form of any key.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// For a content that comes in pieces.
    pub(super) fn stream(&self) -> Stream<'_> {
        Stream { redactor: self, held: BytesMut::new() }
    }

    /// Blots out what begins before `end`.
    fn blot(&self, bytes: &mut [u8], end: usize) {
        for needle in &self.needles {
            let length = needle.len();
            let mut from = 0;
            while let Some(at) = memmem::find(&bytes[from..], needle).map(|at| from + at).filter(|at| *at < end) {
                bytes[at..at + length].fill(b'*');
                from = at + length;
            }
        }
    }
}

/// A content that comes in pieces. The end of each piece is held back until it is clear that no key begins there.
pub(super) struct Stream<'a> {
    redactor: &'a Redactor,
    held: BytesMut,
}

impl Stream<'_> {
    /// Takes a piece, and answers what is safe to go on; possibly nothing.
    pub(super) fn push(&mut self, piece: Bytes) -> Bytes {
        if self.redactor.needles.is_empty() {
            return piece;
        }
        self.held.extend_from_slice(&piece);
        // A key that begins before here ends within what is held.
        let safe = (self.held.len() + 1).saturating_sub(self.redactor.longest);
        self.redactor.blot(&mut self.held, safe);
        self.held.split_to(safe).freeze()
    }

    /// The rest, after the last piece.
    pub(super) fn finish(mut self) -> Bytes {
        self.redactor.bytes(&mut self.held);
        self.held.freeze()
    }
}

/// A key in every form it is found in.
fn forms(key: &str) -> Vec<Vec<u8>> {
    let percent = |hex: fn(u8) -> String| -> Vec<u8> {
        let mut encoded = String::new();
        for byte in key.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
                _ => encoded.push_str(&hex(byte)),
            }
        }
        encoded.into_bytes()
    };
    let json = serde_json::Value::from(key).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let mut forms = vec![
        key.as_bytes().to_vec(),
        percent(|byte| format!("%{byte:02X}")),
        percent(|byte| format!("%{byte:02x}")),
        json.replace('/', "\\/").into_bytes(),
        json.into_bytes(),
    ];
    for before in 0..3 {
        // Three bytes make four characters, so a key has three spellings, by where it begins. The characters that
        // also hold bits of what is around it are left out.
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(key.as_bytes());
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.push(encoded.as_bytes()[own.clone()].to_vec());
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    const KEY: &str = "sk-Ab/9+\"long=key~";

    fn redactor() -> Redactor {
        Redactor::new([&Secret::new(KEY)])
    }

    fn clean(text: &str) -> String {
        redactor().text(text)
    }

    #[test]
    fn a_key_becomes_stars_of_the_same_length() {
        assert_eq!(
            clean(&format!("key: Bearer {KEY}, again {KEY}")),
            "key: Bearer ******************, again ******************"
        );
        assert_eq!(clean("nothing here"), "nothing here");
    }

    #[test]
    fn a_key_is_found_in_a_url() {
        assert_eq!(clean("?key=sk-Ab%2F9%2B%22long%3Dkey~&x=1"), "?key=**************************&x=1");
        assert!(!clean("?key=sk-Ab%2f9%2b%22long%3dkey~").contains("long"));
    }

    #[test]
    fn a_key_is_found_in_json() {
        assert!(!clean(r#"{"key":"sk-Ab/9+\"long=key~"}"#).contains("long"));
        assert!(!clean(r#"{"key":"sk-Ab\/9+\"long=key~"}"#).contains("long"));
    }

    #[test]
    fn a_key_is_found_in_base64_wherever_it_begins() {
        for before in ["", "u", "us", "user:", "Bearer "] {
            for after in ["", ":", "\n--", "xyz"] {
                let plain = format!("{before}{KEY}{after}");
                for encoded in [STANDARD.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)] {
                    let stars = clean(&encoded).chars().filter(|c| *c == '*').count();
                    assert!(stars >= KEY.len() * 8 / 6 - 2, "{plain:?}: {}", clean(&encoded));
                }
            }
        }
    }

    #[test]
    fn a_key_is_found_wherever_a_stream_is_cut() {
        let content = format!("before {KEY} between {KEY}{KEY} after");
        let whole = clean(&content);
        for size in 1..content.len() {
            let redactor = redactor();
            let mut stream = redactor.stream();
            let mut out = Vec::new();
            for piece in content.as_bytes().chunks(size) {
                out.extend_from_slice(&stream.push(Bytes::copy_from_slice(piece)));
            }
            out.extend_from_slice(&stream.finish());
            assert_eq!(String::from_utf8(out).expect("text"), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn a_key_that_begins_with_another_is_blotted_out_whole_even_in_a_stream() {
        let redactor = Redactor::new([&Secret::new("sk-short-key"), &Secret::new("sk-short-key-and-more")]);
        let mut stream = redactor.stream();
        let mut out = stream.push(Bytes::from_static(b"x sk-short-key")).to_vec();
        out.extend_from_slice(&stream.push(Bytes::from_static(b"-and-more y")));
        out.extend_from_slice(&stream.finish());
        assert_eq!(String::from_utf8(out).expect("text"), "x ********************* y");
    }

    #[test]
    fn a_stream_holds_back_no_more_than_a_key() {
        let redactor = redactor();
        let mut stream = redactor.stream();
        let passed = stream.push(Bytes::from(vec![b'x'; 10_000])).len();
        assert!(passed > 10_000 - 3 * KEY.len(), "{passed}");
    }

    #[test]
    fn a_key_as_short_as_a_word_is_not_looked_for() {
        let redactor = Redactor::new([&Secret::new("none"), &Secret::new("")]);
        assert_eq!(redactor.text("there is none"), "there is none");
        let mut stream = redactor.stream();
        assert_eq!(stream.push(Bytes::from_static(b"none")), "none");
    }

    #[test]
    fn a_redactor_and_a_secret_do_not_show_the_key() {
        let shown = format!("{:?} {} {:?}", Secret::new(KEY), Secret::new(KEY), redactor());
        // A list of the key's bytes in decimal would be a key too.
        assert!(!shown.contains("sk-") && !shown.contains("115, 107"), "{shown}");
    }
}
