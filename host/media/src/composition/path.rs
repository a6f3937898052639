//! Reads path data: the absolute commands `M`, `L`, `Q`, `C` and `Z` of SVG, numbers parted by blanks or commas.
//! Anything else is refused with a sentence; nothing is guessed.

use tiny_skia::{Path, PathBuilder};

/// The largest coordinate, in pixels; the rasteriser's fixed-point arithmetic is exact well beyond any canvas, not
/// beyond this.
pub(crate) const MAX_COORDINATE: f32 = 30_000.0;
/// The most characters of one path.
pub(crate) const MAX_LENGTH: usize = 1 << 20;

/// Parses path data. `None` for a path that has nothing to draw.
///
/// # Errors
/// A sentence.
pub(crate) fn parse(d: &str) -> Result<Option<Path>, String> {
    if d.len() > MAX_LENGTH {
        return Err(format!("its path has {} characters; at most {MAX_LENGTH} are allowed", d.len()));
    }
    let mut tokens = Tokens { rest: d };
    let mut builder = PathBuilder::new();
    let mut open = false;
    let mut command = None;
    loop {
        if let Some(letter) = tokens.letter()? {
            command = Some(letter);
        } else if tokens.at_end() {
            break;
        } else if command.is_none_or(|c| c == 'Z') {
            return Err(format!("its path has a number where a command is expected: {}", tokens.shown()));
        }
        if !open && command != Some('M') {
            return Err("its path must begin with M, and so must each part after Z".into());
        }
        match command {
            Some('M') => {
                let [x, y] = tokens.numbers()?;
                builder.move_to(x, y);
                open = true;
                command = Some('L'); // As in SVG: further pairs after M are lines.
            }
            Some('L') => {
                let [x, y] = tokens.numbers()?;
                builder.line_to(x, y);
            }
            Some('Q') => {
                let [a, b, x, y] = tokens.numbers()?;
                builder.quad_to(a, b, x, y);
            }
            Some('C') => {
                let [a, b, c, d, x, y] = tokens.numbers()?;
                builder.cubic_to(a, b, c, d, x, y);
            }
            _ => {
                builder.close();
                open = false;
            }
        }
    }
    Ok(builder.finish())
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
    }

    fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    fn shown(&self) -> String {
        let shown: String = self.rest.chars().take(16).collect();
        format!("\"{shown}\"")
    }

    fn letter(&mut self) -> Result<Option<char>, String> {
        self.skip();
        match self.rest.chars().next() {
            Some(c @ ('M' | 'L' | 'Q' | 'C' | 'Z')) => {
                self.rest = &self.rest[1..];
                Ok(Some(c))
            }
            Some(c) if c.is_alphabetic() => {
                Err(format!("its path has the command {c:?}; only the absolute commands M, L, Q, C and Z are known"))
            }
            _ => Ok(None),
        }
    }

    fn numbers<const N: usize>(&mut self) -> Result<[f32; N], String> {
        let mut out = [0.0; N];
        for slot in &mut out {
            self.skip();
            let bytes = self.rest.as_bytes();
            let mut end = 0;
            while let Some(&byte) = bytes.get(end) {
                let after_exponent = end > 0 && matches!(bytes[end - 1], b'e' | b'E');
                match byte {
                    b'0'..=b'9' | b'.' | b'e' | b'E' => end += 1,
                    b'+' | b'-' if end == 0 || after_exponent => end += 1,
                    _ => break,
                }
            }
            let value: f32 =
                self.rest[..end].parse().map_err(|_| format!("its path needs a number at {}", self.shown()))?;
            if !value.is_finite() || value.abs() > MAX_COORDINATE {
                return Err(format!(
                    "its path has the coordinate {value}; at most {MAX_COORDINATE} pixels are allowed"
                ));
            }
            self.rest = &self.rest[end..];
            *slot = value;
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_with_blanks_commas_or_signs_between_numbers() {
        let path = parse("M0,0 10 0L10-5 Q 1 2,3 4C1e1 2 3 4 5 6 Z M 1 1 L 2 2").unwrap().unwrap();
        assert_eq!(path.len(), 8);
        assert_eq!(parse("  ").unwrap(), None);
    }

    #[test]
    fn malformed_paths_are_refused_with_a_sentence() {
        for (d, word) in [
            ("L 1 1", "begin with M"),
            ("M 1", "needs a number"),
            ("M 1 1 m 2 2", "only the absolute"),
            ("M 1 1 L nan 2", "needs a number"),
            ("M 1 1 L 1e39 2", "at most"),
            ("M 1 1 Z 3 3", "command is expected"),
            ("M 1 1 ؤ", "only the absolute"),
            ("3 3", "command is expected"),
            ("M 1 1 L #", "needs a number"),
        ] {
            let told = parse(d).unwrap_err();
            assert!(told.contains(word), "{d}: {told}");
        }
    }
}
