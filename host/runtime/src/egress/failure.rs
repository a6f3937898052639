//! Why no answer came, in the contract's words, and above all whether the upstream may have accepted the request all
//! the same: that decides whether money is spent twice. In doubt it may have.

use std::error::Error;

use kinora_store::BlobError;

use super::denial::{Denial, FIX_THE_PLUGIN, Wall};
use super::policy::Planned;
use super::reach::origin;
use super::resolve::OutOfBounds;
use crate::protocol::TransportFailure;

impl Planned {
    pub(super) fn failure(&self, kind: &str, maybe_accepted: bool, what: &str) -> TransportFailure {
        let message = format!("{} {}: {what}", self.method, origin(&self.target.url));
        TransportFailure { kind: kind.into(), message: self.redactor.text(&message), maybe_accepted }
    }

    /// From an error while the request was sent or the answer's head was waited for, or while its body was read.
    pub(super) fn failed(&self, error: &reqwest::Error) -> TransportFailure {
        if let Some(out_of_bounds) = causes(error).find_map(|cause| cause.downcast_ref::<OutOfBounds>()) {
            return self.out_of_bounds(out_of_bounds).into();
        }
        let cause = innermost(error);
        if error.is_dns() {
            return self.failure("resolve", false, &format!("the name could not be resolved: {cause}"));
        }
        // Errors of this kind come from making a connection and from nothing later.
        if error.is_connect() {
            // hyper marks what failed below TLS with these words; both kinds mean "not accepted".
            let tcp = causes(error).any(|cause| cause.to_string().starts_with("tcp "));
            return match (error.is_timeout(), self.target.url.scheme() == "https" && !tcp) {
                (true, _) => self.failure("connect", false, "no connection was made in time"),
                (false, true) => self.failure("tls", false, &format!("no secure connection could be made: {cause}")),
                (false, false) => self.failure("connect", false, &format!("no connection could be made: {cause}")),
            };
        }
        if error.is_builder() {
            return self.failure("refused-by-policy", false, &format!("it could not be made into a request: {cause}"));
        }
        // hyper's words for a request whose first byte was never written. Should they change, it counts as sent.
        if causes(error).any(|cause| cause.to_string() == "client error (Canceled)") {
            return self.failure("connect", false, "the connection was closed before the request began");
        }
        if causes(error).any(|cause| cause.is::<BlobError>()) {
            return self.failure("storage", true, &format!("a blob of its body could not be read: {cause}"));
        }
        if error.is_timeout() {
            return self.failure("timeout", true, &format!("the connection died: {cause}"));
        }
        self.failure("reset", true, &format!("the connection broke off: {cause}"))
    }

    /// From a machine on which no client could be made.
    pub(super) fn no_client(&self, error: &reqwest::Error) -> TransportFailure {
        let cause = innermost(error);
        let what = if cause.to_string().contains("No CA certificates") {
            "this machine has no CA certificates to check a server with; install the package `ca-certificates`, or \
             name a file of them in the environment variable SSL_CERT_FILE"
                .to_owned()
        } else {
            format!("TLS could not be set up: {cause}")
        };
        self.failure("tls", false, &what)
    }

    fn out_of_bounds(&self, OutOfBounds { host, words }: &OutOfBounds) -> Denial {
        let remedy = match self.endpoint_here() {
            Some(endpoint) => Denial::setting(&self.plugin, endpoint, "base_url = \"…\", allow_private = true"),
            None => FIX_THE_PLUGIN.to_owned(),
        };
        Denial {
            plugin: self.plugin.clone(),
            version: self.reach.version.as_str().into(),
            wall: Wall::Address,
            asked: format!("asked to send {} {}", self.method, origin(&self.target.url)),
            why: format!("the addresses of `{host}` are {words}"),
            remedy,
        }
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The last cause: it says what happened, and names no URL, which may carry tokens.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
}
