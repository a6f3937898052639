//! How long an upstream asks to wait, read from the headers of its answer. The shapes are those that the providers of
//! text and media really send; whatever cannot be read is no hint.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest wait that is believed. A daily quota is said in the error's body and is another kind of error.
pub const LONGEST_HINT: Duration = Duration::from_secs(60 * 60);

/// How long the upstream asks to wait before the next request, at most [`LONGEST_HINT`]. The headers' names are in
/// lower case, as the egress hands them out. The first of these counts:
///
/// 1. `retry-after-ms`: milliseconds (OpenAI);
/// 2. `retry-after`: seconds or an HTTP date (RFC 9110, 10.2.3);
/// 3. `ratelimit-reset`: seconds, unless `ratelimit-remaining` is above zero (Replicate);
/// 4. the longest `x-ratelimit-reset…` whose `x-ratelimit-remaining…` is zero: seconds, a moment in Unix time, or
///    spans such as `6m0s` and `11ms` (OpenAI and its relatives).
pub fn retry_after(headers: &[(String, String)]) -> Option<Duration> {
    retry_after_at(headers, SystemTime::now())
}

fn retry_after_at(headers: &[(String, String)], now: SystemTime) -> Option<Duration> {
    let get = |name: &str| headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.trim());
    let hint = get("retry-after-ms")
        .and_then(number)
        .map(|ms| ms / 1000.0)
        .or_else(|| get("retry-after").and_then(|value| number(value).or_else(|| until(value, now))))
        .or_else(|| {
            let used_up = get("ratelimit-remaining").and_then(number).is_none_or(|left| left == 0.0);
            get("ratelimit-reset").filter(|_| used_up).and_then(|value| reset(value, now))
        })
        .or_else(|| {
            let resets = headers.iter().filter_map(|(name, value)| {
                let what = name.strip_prefix("x-ratelimit-reset")?;
                let left = get(&format!("x-ratelimit-remaining{what}")).and_then(number)?;
                reset(value.trim(), now).filter(|_| left == 0.0)
            });
            resets.reduce(f64::max)
        })?;
    Some(Duration::from_secs_f64(hint.min(LONGEST_HINT.as_secs_f64())))
}

/// Neither negative nor infinite.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

/// The seconds until an HTTP date; zero where it has passed.
fn until(text: &str, now: SystemTime) -> Option<f64> {
    let moment = httpdate::parse_http_date(text).ok()?;
    Some(moment.duration_since(now).unwrap_or_default().as_secs_f64())
}

/// Seconds, a moment in Unix time, or a span.
fn reset(text: &str, now: SystemTime) -> Option<f64> {
    /// No wait is thirty years long: a number above this is a moment.
    const MOMENT: f64 = 1e9;
    match number(text) {
        Some(moment) if moment > MOMENT => {
            let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
            Some((moment - now).max(0.0))
        }
        Some(seconds) => Some(seconds),
        None => span(text),
    }
}

/// `1h2m3.5s`, `11ms`.
fn span(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let amount = number(&rest[..unit_at])?;
        rest = &rest[unit_at..];
        let unit_ends = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        seconds += amount
            * match &rest[..unit_ends] {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &rest[unit_ends..];
    }
    (!text.is_empty()).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(headers: &[(&str, &str)]) -> Option<f64> {
        // Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples.
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        retry_after_at(&headers, now).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn an_answer_without_hints_has_none() {
        assert_eq!(hint(&[]), None);
        assert_eq!(hint(&[("content-type", "application/json"), ("retry-after", "soon")]), None);
        assert_eq!(hint(&[("retry-after", "-5")]), None);
        assert_eq!(hint(&[("retry-after", "nan")]), None);
        assert_eq!(hint(&[("retry-after", "inf")]), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(hint(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(hint(&[("retry-after", " 1.5 ")]), Some(1.5));
        assert_eq!(hint(&[("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]), Some(30.0));
        assert_eq!(hint(&[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(0.0));
    }

    #[test]
    fn milliseconds_are_more_precise_and_win() {
        assert_eq!(hint(&[("retry-after", "1"), ("retry-after-ms", "250")]), Some(0.25));
    }

    #[test]
    fn a_hint_is_believed_for_an_hour_at_most() {
        assert_eq!(hint(&[("retry-after", "86400")]), Some(3600.0));
        assert_eq!(hint(&[("retry-after", "1e300")]), Some(3600.0));
        assert_eq!(hint(&[("retry-after", "Sat, 06 Nov 2094 08:49:37 GMT")]), Some(3600.0));
    }

    #[test]
    fn a_reset_counts_where_nothing_is_left() {
        assert_eq!(hint(&[("ratelimit-reset", "30")]), Some(30.0));
        assert_eq!(hint(&[("ratelimit-reset", "30"), ("ratelimit-remaining", "0")]), Some(30.0));
        assert_eq!(hint(&[("ratelimit-reset", "30"), ("ratelimit-remaining", "5")]), None);
        assert_eq!(hint(&[("x-ratelimit-reset", "30")]), None);
        assert_eq!(hint(&[("x-ratelimit-reset", "1000000001"), ("x-ratelimit-remaining", "0")]), Some(3600.0));
    }

    #[test]
    fn of_several_limits_the_used_up_ones_count_and_the_longest_wins() {
        let headers = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "11ms"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "30.375s"),
            ("x-ratelimit-remaining-images", "4"),
            ("x-ratelimit-reset-images", "6m0s"),
        ];
        assert_eq!(hint(&headers), Some(30.375));
        assert_eq!(hint(&headers[..2]), Some(0.011));
    }

    #[test]
    fn spans_are_read_in_all_their_units() {
        assert_eq!(span("1h2m3.5s"), Some(3723.5));
        assert_eq!(span("6m0s"), Some(360.0));
        assert_eq!(span("1d"), Some(86_400.0));
        assert_eq!(span("3 weeks"), None);
        assert_eq!(span("s"), None);
        assert_eq!(span(""), None);
    }
}
