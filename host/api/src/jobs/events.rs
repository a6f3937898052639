//! `/api/jobs/{id}/events`: what happens to a job, as Server-Sent Events.
//!
//! A stream holds nothing while its job is silent but a place among those who are told of a change. What other hosts
//! write is found by looking once a second; where no other host can write, the look is only a safeguard and rarer.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kinora_jobs::Changes;
use kinora_store::Event;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::Params;
use crate::state::ApiState;

const LOOK_SHARED: Duration = Duration::from_secs(1);
const LOOK_ALONE: Duration = Duration::from_secs(15);
/// After so long a silence a comment is sent, so that proxies do not take the stream to be dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events that are read at once.
const AT_ONCE: i64 = 64;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// Only events after the one with this number, like the header `Last-Event-ID`.
    last_event_id: Option<i64>,
}

/// Streams what happens to a job
///
/// Events are `progress`, `step`, `log` and `done`, each with a number as its `id` and JSON as its `data`; after `done`
/// the stream ends. Who comes back with `Last-Event-ID` goes on where it was; where nothing more can come the answer
/// is 204, on which an `EventSource` stops asking.
#[utoipa::path(get, path = "/jobs/{job_id}/events", tag = "jobs", operation_id = "follow_job",
    params(("job_id" = String, Path, description = "Its id"), From,
           ("Last-Event-ID" = Option<String>, Header, description = "The number of the last event that was received")),
    responses((status = 200, description = "Events", body = String, content_type = "text/event-stream"),
              (status = 204, description = "The job has ended, and all its events were received")),
    security((), ("bearer" = [])))]
pub(crate) async fn events(
    caller: Caller,
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Params(From { last_event_id }): Params<From>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // What a browser sends when it comes back is newer than what the page's URL says.
    let header = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let after = header.or(last_event_id).unwrap_or(0).max(0);
    // Watched before it is read, so that no change falls in between.
    let changes = state.engine().watch(&id);
    let job = super::owned(&state, &caller, &id).await?;
    if job.state.is_ended() && after >= job.last_event {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let follow = Follow { state, job: id, after, read: VecDeque::new(), changes, over: false };
    let events = stream::unfold(follow, |mut follow| async {
        let event = follow.next().await?;
        let event = sse::Event::default().id(event.seq.to_string()).event(event.kind).data(event.data);
        Some((Ok::<_, Infallible>(event), follow))
    });
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(([unbuffered], Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))).into_response())
}

struct Follow {
    state: ApiState,
    job: String,
    /// The last event that was sent.
    after: i64,
    /// Events that were read and not yet sent.
    read: VecDeque<Event>,
    changes: Changes,
    over: bool,
}

impl Follow {
    /// The next event; none where the stream is over.
    async fn next(&mut self) -> Option<Event> {
        let look = if self.state.store().is_shared() { LOOK_SHARED } else { LOOK_ALONE };
        while !self.over {
            if let Some(event) = self.read.pop_front() {
                self.after = event.seq;
                // A job that was sent again goes on after a `done`.
                if event.kind == "done" && self.read.is_empty() {
                    self.over = self.has_ended().await;
                }
                return Some(event);
            }
            let pause = match self.state.store().events(&self.job, self.after, AT_ONCE).await {
                Ok(events) if !events.is_empty() => {
                    self.read = events.into();
                    continue;
                }
                Ok(_) => look,
                Err(error) => {
                    tracing::debug!("events cannot be read just now: {error}");
                    LOOK_SHARED
                }
            };
            tokio::select! {
                () = self.state.shutdown().cancelled() => return None,
                () = self.changes.next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        None
    }

    /// Whether nothing comes after what was sent. Where the database does not say, the client comes back and asks.
    async fn has_ended(&self) -> bool {
        match self.state.store().job(&self.job).await {
            Ok(job) => job.state.is_ended() && job.last_event <= self.after,
            Err(_) => true,
        }
    }
}
