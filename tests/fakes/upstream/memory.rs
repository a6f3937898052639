//! What the stand-in remembers: requests, violations, and who is kept waiting. Whoever waits for any of it is woken by
//! a change, not by a clock.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Value;

/// Longer than anything in a test takes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it arrived.
pub struct Request {
    /// From 1, in the order of arrival.
    pub order: usize,
    pub method: String,
    /// Without the query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether this text stands in the body.
    pub fn contains(&self, marker: &str) -> bool {
        std::str::from_utf8(&self.body).is_ok_and(|body| body.contains(marker))
    }

    /// A header's value, empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

#[derive(Default)]
pub struct Memory {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
pub struct Seen {
    pub requests: Vec<Arc<Request>>,
    pub violations: Vec<String>,
    pub held: usize,
}

/// While this lives, one request more is kept waiting.
pub struct Held<'m>(&'m Memory);

impl Memory {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nothing panics while it is locked")
    }

    fn change<T>(&self, change: impl FnOnce(&mut Seen) -> T) -> T {
        let result = change(&mut self.seen());
        self.changed.notify_all();
        result
    }

    /// Remembers a request, which it makes of the request's number. `keep` says what of it is kept.
    pub fn arrived(&self, make: impl FnOnce(usize) -> Request, keep_body: bool) -> Arc<Request> {
        self.change(|seen| {
            let request = Arc::new(make(seen.requests.len() + 1));
            seen.requests.push(if keep_body { Arc::clone(&request) } else { without_body(&request) });
            request
        })
    }

    pub fn violated(&self, sentence: String) {
        self.change(|seen| seen.violations.push(sentence));
    }

    pub fn hold(&self) -> Held<'_> {
        self.change(|seen| seen.held += 1);
        Held(self)
    }

    pub fn held(&self) -> usize {
        self.seen().held
    }

    pub fn requests(&self) -> Vec<Arc<Request>> {
        self.seen().requests.clone()
    }

    pub fn violations(&self) -> Vec<String> {
        self.seen().violations.clone()
    }

    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.seen().violations)
    }

    /// Waits until it is as `enough` says; `what` names it for who waited in vain.
    pub fn wait(&self, what: &str, enough: impl Fn(&Seen) -> bool) {
        let waited = self.changed.wait_timeout_while(self.seen(), PATIENCE, |seen| !enough(seen));
        let (seen, _) = waited.expect("nothing panics while it is locked");
        if enough(&seen) {
            return;
        }
        let came: Vec<String> = seen.requests.iter().map(|r| format!("{} {} {}", r.order, r.method, r.path)).collect();
        let held = seen.held;
        // The panic must not poison what others still ask for.
        drop(seen);
        panic!("waited {PATIENCE:?} in vain for {what}; {held} are held, and these came: {came:?}");
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.change(|seen| seen.held -= 1);
    }
}

fn without_body(request: &Request) -> Arc<Request> {
    Arc::new(Request {
        order: request.order,
        method: request.method.clone(),
        path: request.path.clone(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    })
}
