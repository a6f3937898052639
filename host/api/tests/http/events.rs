//! Streams of events.

use std::time::Duration;

use axum::body::Body;
use futures_util::StreamExt;

use crate::kit::{Call, Kit, call, job_of};

/// An event as a client reads it: id, name, data.
type Event = (String, String, String);

struct Stream {
    body: axum::body::BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(kit: &Kit, request: Call) -> Self {
        let response = kit.answer(request.build()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body: Body = response.into_body();
        Stream { body: body.into_data_stream(), text: String::new() }
    }

    /// The next event; none at the end. Comments, which keep a stream alive, do not make it wait longer.
    async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(Duration::from_secs(20), self.read()).await.unwrap()
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
                    line.unwrap_or_default().to_owned()
                };
                let (event, comment) = ((field("id"), field("event"), field("data")), event.starts_with(':'));
                self.text = rest.into();
                if comment {
                    continue;
                }
                return Some(event);
            }
            let more = self.body.next().await?;
            self.text.push_str(std::str::from_utf8(&more.unwrap()).unwrap());
        }
    }

    async fn rest(&mut self) -> Vec<Event> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}

fn events(task: &str) -> Call {
    call("GET", &format!("/api/jobs/{}/events", job_of(task)))
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.1.as_str()).collect()
}

#[tokio::test]
async fn a_stream_tells_everything_in_order_as_it_happens_and_ends_when_the_job_has() {
    let kit = Kit::new().await;
    let task = kit.begin("wait").await;
    let mut stream = Stream::open(&kit, events(&task)).await;
    let mut seen = vec![stream.next().await.unwrap(), stream.next().await.unwrap(), stream.next().await.unwrap()];
    kit.gate.add_permits(1);
    seen.extend(stream.rest().await);
    assert_eq!(names(&seen), ["step", "log", "step", "done"]);
    assert_eq!(seen.iter().map(|event| event.0.as_str()).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(seen[3].2, r#"{"status":"completed"}"#);
    assert!(seen.iter().all(|event| serde_json::from_str::<serde_json::Value>(&event.2).is_ok()));
}

#[tokio::test]
async fn who_comes_back_goes_on_where_they_were() {
    let kit = Kit::new().await;
    let task = kit.begin("").await;
    kit.ended(&task).await;
    let all = Stream::open(&kit, events(&task)).await.rest().await;
    let last = all.last().unwrap().0.clone();
    let header = Stream::open(&kit, events(&task).header("last-event-id", "1")).await.rest().await;
    let path = format!("/api/jobs/{}/events?last_event_id=1", job_of(&task));
    let query = Stream::open(&kit, call("GET", &path)).await.rest().await;
    assert_eq!((&header[..], &query[..]), (&all[1..], &all[1..]));
    // The header is newer than the page's URL.
    let both = Stream::open(&kit, call("GET", &path).header("last-event-id", "2")).await.rest().await;
    assert_eq!(both, all[2..]);
    let nothing = kit.answer(events(&task).header("last-event-id", &last).build()).await;
    assert_eq!(nothing.status(), 204);
}

#[tokio::test]
async fn a_job_that_was_sent_again_is_told_beyond_its_first_end() {
    let kit = Kit::new().await;
    let task = kit.begin("doubt").await;
    kit.ended(&task).await;
    let first = Stream::open(&kit, events(&task)).await.rest().await;
    assert_eq!(first.last().unwrap().2, r#"{"status":"uncertain"}"#);
    kit.engine().resubmit(job_of(&task)).await.unwrap();
    let all = Stream::open(&kit, events(&task)).await.rest().await;
    assert_eq!(all.last().unwrap().2, r#"{"status":"completed"}"#);
    assert_eq!(all[..first.len()], first);
}

#[tokio::test]
async fn a_cancellation_is_told() {
    let kit = Kit::new().await;
    let task = kit.begin("wait").await;
    kit.reached(&task, "Generating AI scenario").await;
    let mut stream = Stream::open(&kit, events(&task)).await;
    kit.delete(&format!("/api/jobs/{}", job_of(&task))).await;
    assert_eq!(stream.rest().await.last().unwrap().2, r#"{"status":"cancelled"}"#);
}

#[tokio::test]
async fn a_stream_ends_when_the_host_does() {
    let kit = Kit::idle().await;
    let task = kit.begin("").await;
    let mut stream = Stream::open(&kit, events(&task)).await;
    kit.shutdown.cancel();
    assert_eq!(stream.rest().await, []);
}
