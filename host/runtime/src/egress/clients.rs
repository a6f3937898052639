//! The few HTTP clients that all requests share, so that connections are used again.
//!
//! They differ in three ways. By scope, because a pool is keyed by scheme, host and port alone: a plugin must not find
//! a connection into a private network that another one was allowed to open. By scheme, so that plain http to this
//! machine works on one that has no CA certificates. And by whether a request only reads: a server may close an idle
//! connection in the very moment a request is written to it, which nobody can tell from a request that was accepted;
//! so whatever is not a read uses a connection that has been idle for a few seconds at most.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, redirect, retry};

use super::EgressOptions;
use super::address::Scope;
use super::resolve::Vetted;

/// How long a connection waits for the next read.
const IDLE_READS: Duration = Duration::from_secs(60);

/// Below the five seconds after which the most impatient of the common servers (Node, uvicorn) close.
const IDLE_WRITES: Duration = Duration::from_secs(4);

/// Idle connections per host.
const IDLE_MOST: usize = 64;

/// Bytes of headers in an answer by HTTP/2; HTTP/1.1 has its own bounds of 100 headers and some 400 kB.
const HTTP2_HEADERS: u32 = 64 << 10;

/// Bytes an upstream may send ahead of what was read, per answer and per connection.
const HTTP2_STREAM_WINDOW: u32 = 512 << 10;
const HTTP2_CONNECTION_WINDOW: u32 = 4 << 20;

/// The clients, made when they are first needed.
#[derive(Debug, Default)]
pub(super) struct Clients {
    slots: [OnceLock<Client>; 12],
}

impl Clients {
    /// The client for requests of a kind.
    ///
    /// # Errors
    /// Where TLS cannot be set up: a machine without CA certificates. It is tried again the next time.
    pub(super) fn get(
        &self,
        options: &EgressOptions,
        scope: Scope,
        tls: bool,
        reads: bool,
    ) -> Result<&Client, reqwest::Error> {
        let slot = &self.slots[scope as usize * 4 + usize::from(tls) * 2 + usize::from(reads)];
        match slot.get() {
            Some(client) => Ok(client),
            None => {
                let client = build(options, scope, tls, reads)?;
                Ok(slot.get_or_init(|| client))
            }
        }
    }
}

fn build(options: &EgressOptions, scope: Scope, tls: bool, reads: bool) -> Result<Client, reqwest::Error> {
    // Without decompression a cap means bytes on the wire, and what is echoed can be redacted.
    let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    let builder = Client::builder()
        .user_agent(&options.user_agent)
        .default_headers(headers)
        .referer(false)
        .redirect(redirect::Policy::none())
        .no_proxy()
        // Even what HTTP/2 calls safe to repeat is left to those who know about money. What hyper still does is take
        // another connection where the first byte was not written yet, and that sends nothing twice.
        .retry(retry::never())
        .connect_timeout(options.connect)
        .pool_idle_timeout(if reads { IDLE_READS } else { IDLE_WRITES })
        .pool_max_idle_per_host(IDLE_MOST)
        .http2_max_header_list_size(HTTP2_HEADERS)
        .http2_initial_stream_window_size(HTTP2_STREAM_WINDOW)
        .http2_initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .http2_keep_alive_timeout(Duration::from_secs(20))
        .dns_resolver(Vetted { resolver: options.resolver.clone(), scope });
    if tls { builder.https_only(true).build() } else { builder.tls_certs_only([]).build() }
}
