//! Performing planned requests: bounded in number and time, redirects followed by hand and judged one by one.

use std::sync::Arc;
use std::time::Duration;

use kinora_store::{BlobError, Blobs};
use reqwest::header::{CONTENT_LENGTH, LOCATION};
use reqwest::{Method, Request, Response, StatusCode};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::EgressOptions;
use super::answer::Deadlines;
use super::clients::Clients;
use super::policy::Planned;
use crate::protocol::{HttpResponse, TransportFailure};

/// Redirects that one request may follow.
const MOST_HOPS: usize = 5;

/// No answer is waited for less than this. It keeps the end of the wait behind the end of connecting, which has to
/// come first.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);

/// The only way out of the process for anything a plugin wants to send. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    shared: Arc<Shared>,
}

struct Shared {
    options: EgressOptions,
    clients: Clients,
    places: Semaphore,
}

impl Egress {
    /// Sets nothing in motion: clients are made when they are first needed.
    pub fn new(options: EgressOptions) -> Self {
        let places = Semaphore::new(options.in_flight);
        Egress { shared: Arc::new(Shared { options, clients: Clients::default(), places }) }
    }

    /// Performs a request that the policy allowed, once, and follows its redirects where it only reads. Waits for its
    /// turn where too many are under way.
    ///
    /// # Errors
    /// No answer came, or none that fits the limits; `maybe_accepted` tells whether it may have cost money.
    pub async fn send(&self, mut planned: Planned, blobs: &Blobs) -> Result<HttpResponse, TransportFailure> {
        let Shared { options, clients, places } = &*self.shared;
        let _place = places.acquire().await.expect("the semaphore is never closed");
        let length = Box::pin(planned.length(options, blobs)).await?;
        let reads = matches!(planned.method, Method::GET | Method::HEAD);
        let client = |planned: &Planned| {
            let tls = planned.target.url.scheme() == "https";
            clients.get(options, planned.target.scope, tls, reads).map_err(|error| planned.no_client(&error))
        };
        // Making a client takes a moment, and is no time of the upstream's.
        client(&planned)?;
        let started = Instant::now();
        // Making a connection has its own limit, which comes first: a request that never got one must not look like
        // one that may have been accepted.
        let answer = planned.timeout.unwrap_or(options.answer).min(options.longest).max(SHORTEST_WAIT);
        let deadlines = Deadlines {
            answer: started + options.connect + answer,
            whole: started + options.connect + options.longest.max(SHORTEST_WAIT),
            idle: options.idle,
        };
        let mut hops = 0;
        loop {
            let tls = planned.target.url.scheme() == "https";
            let client =
                clients.get(options, planned.target.scope, tls, reads).map_err(|error| planned.no_client(&error))?;
            let request = planned.request(length, blobs);
            let response = match timeout_at(deadlines.answer, client.execute(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(error)) => return Err(planned.failed(&error)),
                Err(_) => return Err(planned.failure("timeout", true, "no answer came in time")),
            };
            tracing::debug!(
                plugin = planned.plugin,
                status = response.status().as_u16(),
                ms = started.elapsed().as_millis() as u64,
                "{planned}"
            );
            match redirect(&response).filter(|_| reads) {
                Some(_) if hops == MOST_HOPS => return Err(planned.too_many_hops(MOST_HOPS).into()),
                Some(location) => {
                    planned.hop(&location)?;
                    hops += 1;
                }
                // Boxed, so that the thousands that wait for an answer do not carry the room for reading one.
                None => return Box::pin(planned.read(response, options, deadlines, blobs)).await,
            }
        }
    }
}

impl Planned {
    async fn length(&self, options: &EgressOptions, blobs: &Blobs) -> Result<u64, TransportFailure> {
        let length = self.body.length(blobs).await.map_err(|error| {
            let missing = matches!(error, BlobError::Missing(_));
            let kind = if missing { "refused-by-policy" } else { "storage" };
            self.failure(kind, false, &format!("its body cannot be sent: {error}"))
        })?;
        if length > options.blob {
            let what = format!("its body would have {length} bytes, more than {}", options.blob);
            return Err(self.failure("refused-by-policy", false, &what));
        }
        Ok(length)
    }

    /// The request for the wire, and the only place where a key is put into one.
    fn request(&mut self, length: u64, blobs: &Blobs) -> Request {
        let mut request = Request::new(self.method.clone(), self.target.url.clone());
        *request.headers_mut() = self.headers.clone();
        if let Some(credential) = &self.credential
            && credential.origin == self.target.url.origin()
        {
            request.headers_mut().insert(&credential.header, credential.value.clone());
        }
        // Only reads come here twice, and they have no body.
        let body = std::mem::take(&mut self.body);
        if length > 0 || matches!(self.method, Method::POST | Method::PUT | Method::PATCH) {
            request.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        *request.body_mut() = Some(body.into_wire(blobs));
        request
    }
}

/// Where a redirect leads.
fn redirect(response: &Response) -> Option<String> {
    let followed = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(LOCATION).filter(|_| followed)?;
    location.to_str().ok().map(str::to_owned)
}
