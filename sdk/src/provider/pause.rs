//! How long an upstream asks to wait. A date is read against the answer's own `date`, not against a clock: the adapter
//! stays a pure function, and a clock that is wrong on this side does no harm.

use std::time::Duration;

use super::HttpResponse;

impl HttpResponse {
    /// The pause in milliseconds that the upstream asks for, by the first header that says so: `retry-after-ms`,
    /// `retry-after` (seconds or a date), `x-ratelimit-reset-…` (OpenAI and its relatives) and `ratelimit-reset`
    /// (Replicate) of an allowance that is used up.
    pub fn retry_after_ms(&self) -> Option<u64> {
        let milliseconds = || self.header("retry-after-ms")?.trim().parse().ok().and_then(whole_ms);
        milliseconds()
            .or_else(|| seconds(self, "retry-after"))
            .or_else(|| until(self))
            .or_else(|| resets(self))
            .or_else(|| reset(self))
    }
}

/// A header that is a number of seconds.
fn seconds(response: &HttpResponse, name: &str) -> Option<u64> {
    response.header(name)?.trim().parse().ok().and_then(|seconds: f64| whole_ms(seconds * 1000.0))
}

/// A `retry-after` that is a date.
fn until(response: &HttpResponse) -> Option<u64> {
    let then = httpdate::parse_http_date(response.header("retry-after")?).ok()?;
    let now = httpdate::parse_http_date(response.header("date")?).ok()?;
    let pause = then.duration_since(now).unwrap_or(Duration::ZERO);
    u64::try_from(pause.as_millis()).ok()
}

/// When the allowance that is used up comes back; the later one where both are.
fn resets(response: &HttpResponse) -> Option<u64> {
    let header = |name: &str, what: &str| response.header(&format!("x-ratelimit-{name}-{what}"));
    let used_up = |what: &str| header("remaining", what) == Some("0");
    let back_in = |what| used_up(what).then(|| header("reset", what).and_then(span)).flatten();
    back_in("requests").max(back_in("tokens"))
}

/// The same for an upstream with one allowance, which may leave out how much is left of it.
fn reset(response: &HttpResponse) -> Option<u64> {
    let used_up = response.header("ratelimit-remaining").is_none_or(|left| left.trim() == "0");
    used_up.then(|| seconds(response, "ratelimit-reset")).flatten()
}

/// Reads `30.375s`, `11ms`, `1m12s`, `1h0m` as milliseconds.
pub fn span(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut ms = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|letter: char| letter.is_alphabetic())?);
        let (unit, after) = after.split_at(after.find(|letter: char| !letter.is_alphabetic()).unwrap_or(after.len()));
        let unit_ms = match unit {
            "ms" => 1.0,
            "s" => 1e3,
            "m" => 60e3,
            "h" => 3600e3,
            "d" => 86_400e3,
            _ => return None,
        };
        ms += number.parse::<f64>().ok()? * unit_ms;
        rest = after;
    }
    whole_ms(ms)
}

/// Rounded up; negative and endless times are none.
fn whole_ms(ms: f64) -> Option<u64> {
    (ms.is_finite() && ms >= 0.0).then(|| ms.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::ResponseBody;
    use super::*;

    /// The pause that an answer with these headers asks for.
    fn pause(headers: &[(&str, &str)]) -> Option<u64> {
        let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        HttpResponse { status: 429, headers, body: ResponseBody::Inline(Vec::new()) }.retry_after_ms()
    }

    #[test]
    fn the_one_allowance_counts_where_it_is_used_up_and_nothing_else_is_said() {
        assert_eq!(pause(&[("ratelimit-reset", "30")]), Some(30_000));
        assert_eq!(pause(&[("ratelimit-reset", "30"), ("ratelimit-remaining", "0")]), Some(30_000));
        assert_eq!(pause(&[("ratelimit-reset", "1"), ("ratelimit-remaining", "599")]), None);
        assert_eq!(pause(&[("ratelimit-reset", "30"), ("retry-after", "5")]), Some(5_000));
    }

    #[test]
    fn spans_are_read_as_openai_writes_them() {
        for (text, ms) in [
            ("30.375s", Some(30_375)),
            ("11ms", Some(11)),
            ("1m12s", Some(72_000)),
            ("1h0m", Some(3_600_000)),
            ("6m0s", Some(360_000)),
            ("0s", Some(0)),
            ("", None),
            ("soon", None),
            ("12", None),
            ("3 weeks", None),
            ("-1s", None),
        ] {
            assert_eq!(span(text), ms, "{text}");
        }
    }
}
