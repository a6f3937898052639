//! Reading answers: bounded in every direction, without the keys, and into the blob store where that was asked for.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use kinora_store::{BlobError, Blobs, PutError};
use reqwest::{Method, Response};
use tokio::time::{Instant, timeout_at};

use super::EgressOptions;
use super::headers;
use super::policy::Planned;
use super::redact;
use crate::protocol::{Blob, HttpResponse, ResponseBody, Sink, TransportFailure};

/// Bytes of the names and values of an answer's headers.
const HEADER_BYTES: usize = 64 << 10;

/// Until when what must have come.
#[derive(Clone, Copy)]
pub(super) struct Deadlines {
    /// The head, and a body that goes to the component.
    pub(super) answer: Instant,
    /// Everything.
    pub(super) whole: Instant,
    /// The next piece of a body that goes to the blob store, counted from the last one.
    pub(super) idle: Duration,
}

/// Why a body ended early.
enum Broken {
    Wire(reqwest::Error),
    Late,
}

impl Planned {
    pub(super) async fn read(
        &self,
        response: Response,
        options: &EgressOptions,
        deadlines: Deadlines,
        blobs: &Blobs,
    ) -> Result<HttpResponse, TransportFailure> {
        let status = response.status();
        let headers = self.headers_of(&response)?;
        let body = if self.method == Method::HEAD {
            ResponseBody::Inline(Vec::new())
        } else if !status.is_success() {
            ResponseBody::Inline(self.refusal(response, options.error_body, deadlines.answer).await)
        } else {
            let limit = match self.sink {
                Sink::Inline => options.inline as u64,
                Sink::Blob => options.blob,
            };
            if response.content_length().is_some_and(|length| length > limit) {
                return Err(self.too_large(limit));
            }
            match self.sink {
                Sink::Inline => ResponseBody::Inline(self.inline(response, options.inline, deadlines.answer).await?),
                Sink::Blob => ResponseBody::Blob(self.blob(response, limit, deadlines, blobs).await?),
            }
        };
        Ok(HttpResponse { status: status.as_u16(), headers, body })
    }

    fn headers_of(&self, response: &Response) -> Result<Vec<(String, String)>, TransportFailure> {
        let all = response.headers();
        if all.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > HEADER_BYTES {
            let what = format!("the answer's headers are larger than {HEADER_BYTES} bytes");
            return Err(self.failure("too-large", true, &what));
        }
        let handed_back = all.iter().filter(|(name, _)| headers::handed_back(name));
        Ok(handed_back
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), self.redactor.text(&value))
            })
            .collect())
    }

    /// A body that goes to the component.
    async fn inline(&self, mut response: Response, limit: usize, until: Instant) -> Result<Vec<u8>, TransportFailure> {
        let mut body = Vec::new();
        loop {
            match next(&mut response, until).await {
                Ok(Some(piece)) if body.len() + piece.len() > limit => return Err(self.too_large(limit as u64)),
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Ok(None) => break,
                Err(broken) => return Err(self.broken(broken)),
            }
        }
        self.redactor.bytes(&mut body);
        Ok(body)
    }

    /// The body of an answer that says no. Its status is worth more than its words: it tells that nothing was
    /// accepted, so a body that is too large or breaks off is handed on as far as it came.
    async fn refusal(&self, mut response: Response, limit: usize, until: Instant) -> Vec<u8> {
        let mut body = Vec::new();
        // A little more, so that a key across the cut is still recognised.
        let enough = limit + self.redactor.longest();
        while body.len() < enough
            && let Ok(Some(piece)) = next(&mut response, until).await
        {
            body.extend_from_slice(&piece[..piece.len().min(enough - body.len())]);
        }
        self.redactor.bytes(&mut body);
        body.truncate(limit);
        body
    }

    /// A body that goes to the blob store.
    async fn blob(
        &self,
        response: Response,
        limit: u64,
        deadlines: Deadlines,
        blobs: &Blobs,
    ) -> Result<Blob, TransportFailure> {
        let content = redacted(response, deadlines, self.redactor.stream());
        match blobs.put_stream(content, limit).await {
            Ok(blob) => {
                Ok(Blob { handle: blob.id.to_string(), size: blob.size, media_type: blob.media_type.to_owned() })
            }
            Err(PutError::Stream(broken)) => Err(self.broken(broken)),
            Err(PutError::Blob(BlobError::TooLarge { .. })) => Err(self.too_large(limit)),
            Err(PutError::Blob(error)) => {
                Err(self.failure("storage", true, &format!("the answer could not be stored: {error}")))
            }
        }
    }

    fn too_large(&self, limit: u64) -> TransportFailure {
        let (plugin, version) = (&self.plugin, &self.reach.version);
        let what = format!(
            "the answer is larger than {limit} bytes, the most that plugin {plugin} {version} gets (rule: response-size)"
        );
        self.failure("too-large", true, &what)
    }

    fn broken(&self, broken: Broken) -> TransportFailure {
        match broken {
            Broken::Wire(error) => self.failed(&error),
            Broken::Late => self.failure("timeout", true, "the answer began and did not end in time"),
        }
    }
}

async fn next(response: &mut Response, until: Instant) -> Result<Option<Bytes>, Broken> {
    match timeout_at(until, response.chunk()).await {
        Ok(piece) => piece.map_err(Broken::Wire),
        Err(_) => Err(Broken::Late),
    }
}

/// A body in pieces that were freed of keys.
fn redacted<'a>(
    response: Response,
    deadlines: Deadlines,
    redact: redact::Stream<'a>,
) -> impl Stream<Item = Result<Bytes, Broken>> + 'a {
    stream::try_unfold(Some((response, redact)), move |state| async move {
        let Some((mut response, mut redact)) = state else { return Ok(None) };
        let until = deadlines.whole.min(Instant::now() + deadlines.idle);
        Ok(Some(match next(&mut response, until).await? {
            Some(piece) => (redact.push(piece), Some((response, redact))),
            None => (redact.finish(), None),
        }))
    })
}
