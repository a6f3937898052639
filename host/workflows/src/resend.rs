//! What may be sent again. The one place that decides it:
//!
//! | what happened | was it accepted? | text | image, video |
//! |---|---|---|---|
//! | no name, connection or TLS; 429; a definite 4xx | no | by rule | by rule |
//! | no answer in time, a reset, 408, 409, 5xx, or the host ended meanwhile | unknown | once more | a person decides |

use kinora_runtime::protocol::Event;

/// Whether the upstream may have accepted a billable request, going by what came back.
pub(crate) fn is_unknown(event: &Event) -> bool {
    match event {
        Event::Response(response) => matches!(response.status, 408 | 409 | 500..=599),
        Event::TransportFailed(failure) => failure.maybe_accepted,
        Event::Timer | Event::ResponseChunk(_) => false,
    }
}

/// What a failed request allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// It was not accepted: as often as the rule of the workflow says.
    ByRule,
    /// It may have been accepted, and is cheap enough to be sent once more.
    OnceMore,
    /// It may have been accepted, and was sent once more already.
    NoMore,
    /// It may have been accepted, and costs too much to guess.
    PersonDecides,
}

/// Judges a failed request of a kind of operation: whether it may have been accepted, and how many such requests there
/// were before it for the same result.
pub(crate) fn again(kind: &str, unknown: bool, before: i64) -> Again {
    match (unknown, kind) {
        (false, _) => Again::ByRule,
        (true, "text") if before == 0 => Again::OnceMore,
        (true, "text") => Again::NoMore,
        (true, _) => Again::PersonDecides,
    }
}

#[cfg(test)]
mod tests {
    use kinora_runtime::protocol::{HttpResponse, ResponseBody, TransportFailure};

    use super::*;

    fn answered(status: u16) -> bool {
        is_unknown(&Event::Response(HttpResponse { status, headers: vec![], body: ResponseBody::Inline(vec![]) }))
    }

    fn failed(kind: &str, maybe_accepted: bool) -> bool {
        let message = String::new();
        is_unknown(&Event::TransportFailed(TransportFailure { kind: kind.into(), message, maybe_accepted }))
    }

    #[test]
    fn what_was_refused_was_not_accepted_and_what_broke_off_may_have_been() {
        for status in [200, 400, 401, 402, 403, 404, 422, 429] {
            assert!(!answered(status), "{status}");
        }
        for status in [408, 409, 500, 502, 503, 504, 599] {
            assert!(answered(status), "{status}");
        }
        assert!(!failed("connect", false));
        assert!(failed("timeout", true));
    }

    #[test]
    fn words_are_sent_once_more_and_pictures_and_clips_only_by_a_person() {
        assert_eq!(again("text", false, 5), Again::ByRule);
        assert_eq!(again("text", true, 0), Again::OnceMore);
        assert_eq!(again("text", true, 1), Again::NoMore);
        for kind in ["image", "video", "speech"] {
            assert_eq!(again(kind, false, 0), Again::ByRule);
            assert_eq!(again(kind, true, 0), Again::PersonDecides);
        }
    }
}
