//! How long an upstream asks to wait. A date is read against the answer's own `date`, not against a clock: the adapter
//! stays a pure function, and a clock that is wrong on this side does no harm.

use std::time::Duration;

use kinora_sdk::provider::HttpResponse;

/// The pause in milliseconds, by the first header that says so.
pub fn asked_for(response: &HttpResponse) -> Option<u64> {
    let milliseconds = || response.header("retry-after-ms")?.trim().parse().ok().and_then(whole_ms);
    let seconds = || response.header("retry-after")?.trim().parse().ok().and_then(|s: f64| whole_ms(s * 1000.0));
    milliseconds().or_else(seconds).or_else(|| until(response)).or_else(|| reset(response))
}

/// A `retry-after` that is a date.
fn until(response: &HttpResponse) -> Option<u64> {
    let then = httpdate::parse_http_date(response.header("retry-after")?).ok()?;
    let now = httpdate::parse_http_date(response.header("date")?).ok()?;
    let pause = then.duration_since(now).unwrap_or(Duration::ZERO);
    u64::try_from(pause.as_millis()).ok()
}

/// When the allowance that is used up comes back; the later one where both are.
fn reset(response: &HttpResponse) -> Option<u64> {
    let header = |name: &str, what: &str| response.header(&format!("x-ratelimit-{name}-{what}"));
    let used_up = |what: &str| header("remaining", what) == Some("0");
    let back_in = |what| used_up(what).then(|| header("reset", what).and_then(span)).flatten();
    back_in("requests").max(back_in("tokens"))
}

/// Reads `30.375s`, `11ms`, `1m12s`, `1h0m` as milliseconds.
fn span(text: &str) -> Option<u64> {
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
    use super::*;

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
