//! Times as clients read them: ISO 8601, UTC, with `Z`.

use jiff::Timestamp;

/// A time of the store, to the millisecond.
pub(crate) fn iso_millis(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX).to_string()
}

/// A time of the store, to the second: some documents show it so, and some clients parse nothing else.
pub(crate) fn iso_seconds(ms: i64) -> String {
    Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(Timestamp::MAX).to_string()
}

/// A day, counted from 1970.
pub(crate) fn iso_day(day: i64) -> String {
    let mut text = iso_millis(day.saturating_mul(86_400_000));
    text.truncate(10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso_and_utc() {
        assert_eq!(iso_millis(1_769_248_800_000), "2026-01-24T10:00:00Z");
        assert_eq!(iso_millis(1_769_248_800_250), "2026-01-24T10:00:00.25Z");
        assert_eq!(iso_seconds(1_769_248_800_999), "2026-01-24T10:00:00Z");
        assert_eq!(iso_day(20_477), "2026-01-24");
    }

    #[test]
    fn a_time_beyond_all_calendars_is_no_panic() {
        assert!(iso_millis(i64::MAX).ends_with('Z'));
        assert!(iso_day(i64::MAX).len() == 10);
    }
}
