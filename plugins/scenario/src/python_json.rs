//! Reads JSON the way CPython's `json.loads` does, and complains in its words.
//!
//! The published contract quotes Python's decoder (`Expecting ',' delimiter: line 1 column 15 (char 14)`) and clients
//! show those sentences, so this walks the text exactly as the C scanner of CPython 3.11 does (`Modules/_json.c`):
//! positions count characters, and what Python accepts beyond JSON is accepted here. `NaN` and the infinities, which
//! JSON cannot carry, become `null`; lone surrogates become U+FFFD. Only nesting is held shorter, at [`MAX_DEPTH`].

use std::fmt;

use serde_json::{Map, Number, Value};

/// How deep lists and objects may nest: serde_json on the host's side reads no deeper.
pub const MAX_DEPTH: usize = 120;

/// Why a text is no JSON, in Python's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonJsonError {
    message: &'static str,
    line: usize,
    column: usize,
    position: usize,
}

impl fmt::Display for PythonJsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PythonJsonError { message, line, column, position } = self;
        write!(f, "{message}: line {line} column {column} (char {position})")
    }
}

impl std::error::Error for PythonJsonError {}

/// Reads a whole text.
pub fn loads(text: &str) -> Result<Value, PythonJsonError> {
    let chars: Vec<char> = text.chars().collect();
    let scanner = Scanner { chars: &chars };
    scanner.document().map_err(|Stop { message, at }| {
        let before = &chars[..at.min(chars.len())];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
        PythonJsonError { message, line, column, position: at }
    })
}

/// Where and why the scanner stopped.
struct Stop {
    message: &'static str,
    at: usize,
}

fn stop<T>(message: &'static str, at: usize) -> Result<T, Stop> {
    Err(Stop { message, at })
}

/// What was read, and the index after it.
type Read<T> = Result<(T, usize), Stop>;

struct Scanner<'t> {
    chars: &'t [char],
}

impl Scanner<'_> {
    fn at(&self, index: usize) -> Option<char> {
        self.chars.get(index).copied()
    }

    fn skip(&self, mut index: usize) -> usize {
        while matches!(self.at(index), Some(' ' | '\t' | '\n' | '\r')) {
            index += 1;
        }
        index
    }

    fn document(&self) -> Result<Value, Stop> {
        if self.at(0) == Some('\u{feff}') {
            return stop("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
        }
        let (value, end) = self.value(self.skip(0), 0)?;
        let end = self.skip(end);
        if end != self.chars.len() {
            return stop("Extra data", end);
        }
        Ok(value)
    }

    fn value(&self, index: usize, depth: usize) -> Read<Value> {
        match self.at(index) {
            Some('"') => self.string(index + 1).map(|(text, end)| (Value::String(text), end)),
            Some('{') => self.object(index + 1, self.deeper(depth, index)?),
            Some('[') => self.array(index + 1, self.deeper(depth, index)?),
            _ => self.word(index).map_or_else(|| self.number(index), Ok),
        }
    }

    fn deeper(&self, depth: usize, index: usize) -> Result<usize, Stop> {
        if depth >= MAX_DEPTH { stop("Nested too deeply", index) } else { Ok(depth + 1) }
    }

    fn word(&self, index: usize) -> Option<(Value, usize)> {
        [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Null),
            ("Infinity", Value::Null),
            ("-Infinity", Value::Null),
        ]
        .into_iter()
        .find(|(word, _)| self.chars[index.min(self.chars.len())..].iter().copied().take(word.len()).eq(word.chars()))
        .map(|(word, value)| (value, index + word.len()))
    }

    fn number(&self, start: usize) -> Read<Value> {
        let digit = |index: usize| self.at(index).is_some_and(|c| c.is_ascii_digit());
        let digits = |mut index: usize| {
            while digit(index) {
                index += 1;
            }
            index
        };
        let mut index = start + usize::from(self.at(start) == Some('-'));
        index = match self.at(index) {
            Some('1'..='9') => digits(index),
            Some('0') => index + 1,
            _ => return stop("Expecting value", start),
        };
        let mut fraction = false;
        if self.at(index) == Some('.') && digit(index + 1) {
            fraction = true;
            index = digits(index + 1);
        }
        if matches!(self.at(index), Some('e' | 'E')) {
            let first = index + 1 + usize::from(matches!(self.at(index + 1), Some('+' | '-')));
            if digit(first) {
                fraction = true;
                index = digits(first);
            }
        }
        let text: String = self.chars[start..index].iter().collect();
        let float = || text.parse::<f64>().ok().and_then(Number::from_f64);
        let number = if fraction {
            float()
        } else {
            text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from)).ok().or_else(float)
        };
        Ok((number.map_or(Value::Null, Value::Number), index))
    }

    fn object(&self, index: usize, depth: usize) -> Read<Value> {
        let mut fields = Map::new();
        let mut index = self.skip(index);
        if self.at(index) == Some('}') {
            return Ok((Value::Object(fields), index + 1));
        }
        loop {
            if self.at(index) != Some('"') {
                return stop("Expecting property name enclosed in double quotes", index);
            }
            let (key, end) = self.string(index + 1)?;
            index = self.skip(end);
            if self.at(index) != Some(':') {
                return stop("Expecting ':' delimiter", index);
            }
            let (value, end) = self.value(self.skip(index + 1), depth)?;
            fields.insert(key, value);
            index = self.skip(end);
            match self.at(index) {
                Some('}') => return Ok((Value::Object(fields), index + 1)),
                Some(',') => index = self.skip(index + 1),
                _ => return stop("Expecting ',' delimiter", index),
            }
        }
    }

    fn array(&self, index: usize, depth: usize) -> Read<Value> {
        let mut items = Vec::new();
        let mut index = self.skip(index);
        if self.at(index) == Some(']') {
            return Ok((Value::Array(items), index + 1));
        }
        loop {
            let (value, end) = self.value(index, depth)?;
            items.push(value);
            index = self.skip(end);
            match self.at(index) {
                Some(']') => return Ok((Value::Array(items), index + 1)),
                Some(',') => index = self.skip(index + 1),
                _ => return stop("Expecting ',' delimiter", index),
            }
        }
    }

    /// Reads a string whose opening quote stands before `index`.
    fn string(&self, index: usize) -> Read<String> {
        let begin = index - 1;
        let mut text = String::new();
        let mut index = index;
        loop {
            match self.at(index) {
                None => return stop("Unterminated string starting at", begin),
                Some('"') => return Ok((text, index + 1)),
                Some('\\') => {}
                Some('\0'..='\u{1f}') => return stop("Invalid control character at", index),
                Some(plain) => {
                    text.push(plain);
                    index += 1;
                    continue;
                }
            }
            let escaped = match self.at(index + 1) {
                None => return stop("Unterminated string starting at", begin),
                Some('u') => {
                    let (character, end) = self.unicode(index)?;
                    text.push(character);
                    index = end;
                    continue;
                }
                Some(plain @ ('"' | '\\' | '/')) => plain,
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(_) => return stop("Invalid \\escape", index),
            };
            text.push(escaped);
            index += 2;
        }
    }

    /// Reads a `\uXXXX` escape, or a surrogate pair of two, whose backslash stands at `index`.
    fn unicode(&self, index: usize) -> Read<char> {
        let first = self.hex(index)?;
        let end = index + 6;
        // Python looks for the second half only where a character follows it: a string cannot end there anyway.
        if (0xd800..0xdc00).contains(&first)
            && end + 6 < self.chars.len()
            && self.at(end) == Some('\\')
            && self.at(end + 1) == Some('u')
        {
            let second = self.hex(end)?;
            if (0xdc00..0xe000).contains(&second) {
                let joined = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok((char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER), end + 6));
            }
        }
        Ok((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), end))
    }

    /// The four digits of the escape whose backslash stands at `index`.
    fn hex(&self, index: usize) -> Result<u32, Stop> {
        const MESSAGE: &str = "Invalid \\uXXXX escape";
        let end = index + 6;
        if end >= self.chars.len() {
            return stop(MESSAGE, index + 1);
        }
        let mut code = 0;
        for place in index + 2..end {
            match self.chars[place].to_digit(16) {
                Some(digit) => code = code * 16 + digit,
                None => return stop(MESSAGE, index + 1),
            }
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Texts and what `json.loads` of CPython 3.11.7 said of them.
    const PYTHON_SAID: &[(&str, &str)] = &[
        ("", "Expecting value: line 1 column 1 (char 0)"),
        (" ", "Expecting value: line 1 column 2 (char 1)"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{\"a\"", "Expecting ':' delimiter: line 1 column 5 (char 4)"),
        ("{\"a\":", "Expecting value: line 1 column 6 (char 5)"),
        ("{\"a\": 1", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"a\": 1,", "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"),
        ("{\"a\": 1,}", "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"),
        ("{a: 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("{'a': 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[1, 2", "Expecting ',' delimiter: line 1 column 6 (char 5)"),
        ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
        ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
        ("[,1]", "Expecting value: line 1 column 2 (char 1)"),
        ("{\"title\": \"T\" \"b\": 1}", "Expecting ',' delimiter: line 1 column 15 (char 14)"),
        ("{\"title\": \"unfinished", "Unterminated string starting at: line 1 column 11 (char 10)"),
        ("{\"t\": \"a\nb\"}", "Invalid control character at: line 1 column 9 (char 8)"),
        ("{\"t\": \"a\\x\"}", "Invalid \\escape: line 1 column 9 (char 8)"),
        ("{\"t\": \"\\u12g4\"}", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("{\"t\": \"\\u12", "Invalid \\uXXXX escape: line 1 column 9 (char 8)"),
        ("{\"t\": \"\\ud83d\\u12g4\"}", "Invalid \\uXXXX escape: line 1 column 15 (char 14)"),
        ("{} x", "Extra data: line 1 column 4 (char 3)"),
        ("[] []", "Extra data: line 1 column 4 (char 3)"),
        ("Here is your JSON", "Expecting value: line 1 column 1 (char 0)"),
        ("\u{feff}{}", "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"),
        ("{\"a\": tru}", "Expecting value: line 1 column 7 (char 6)"),
        ("{\"a\": -}", "Expecting value: line 1 column 7 (char 6)"),
        ("{\"a\": 01}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"a\": 1.}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("{\"ä\": \"日本\" 1}", "Expecting ',' delimiter: line 1 column 12 (char 11)"),
        ("{\n  \"a\": 1\n  \"b\": 2\n}", "Expecting ',' delimiter: line 3 column 3 (char 13)"),
        ("{\"a\": \"\\", "Unterminated string starting at: line 1 column 7 (char 6)"),
        ("[1, 2]]", "Extra data: line 1 column 7 (char 6)"),
        ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
        ("{\"a\": 1e}", "Expecting ',' delimiter: line 1 column 8 (char 7)"),
        ("\n\n  nul", "Expecting value: line 3 column 3 (char 4)"),
    ];

    #[test]
    fn it_complains_in_pythons_words_and_places() {
        for (text, said) in PYTHON_SAID {
            assert_eq!(loads(text).unwrap_err().to_string(), *said, "of {text:?}");
        }
    }

    #[test]
    fn it_reads_what_python_reads() {
        let text = " {\"a\": [1, -2.5, 1e3, null, true], \"b\": \"\\ud83d\\ude00 \\n\\/\", \"a\": {}, \"n\": NaN} \n";
        assert_eq!(loads(text).unwrap(), json!({"a": {}, "b": "😀 \n/", "n": null}));
        assert_eq!(loads("[18446744073709551615, \"\\ud800\"]").unwrap(), json!([u64::MAX, "\u{fffd}"]));
    }

    #[test]
    fn what_other_readers_read_it_reads_alike() {
        let value = json!({"scenes": [{"sceneId": "scene_1", "duration": 8, "text": "a\"b\\c\u{1}ä日😀"}], "x": [[], {}, 0.25]});
        assert_eq!(loads(&value.to_string()).unwrap(), value);
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
        assert!(loads(&"[".repeat(100_000)).unwrap_err().to_string().starts_with("Nested too deeply"));
        assert!(loads(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
    }
}
