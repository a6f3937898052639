//! Egress: the only way out of the process for what plugins want to send.
//!
//! A request goes through three rooms. [`Policy::plan`] decides, purely, from the manifest and the administrator's
//! [`Grant`]; what it allows is a [`Planned`], which says whether it may cost money, so that the intent can be
//! committed first. [`Egress::send`] performs it: to vetted addresses only, with the key put in last, bounded in size
//! and time. What comes back is freed of keys, and a failure says whether the upstream may have accepted the request
//! all the same.
//!
//! ```text
//! manifest ∩ grant ─┐
//! HttpRequest ──────┴─ Policy::plan ──► Planned ──► (intent committed) ──► Egress::send ──► HttpResponse
//!                          └─► Denial ─────────────────────────────────────────┴─► TransportFailure
//! ```
//!
//! What this room must not know: jobs, rows, what an operation is, where keys are kept.

mod address;
mod answer;
mod body;
mod clients;
mod denial;
mod failure;
mod grant;
mod headers;
mod hints;
mod paths;
mod policy;
mod reach;
mod redact;
mod resolve;
mod send;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use denial::{Denial, Wall};
pub use grant::{Grant, Override, Rights, Secret};
pub use hints::{LONGEST_HINT, retry_after};
pub use policy::{Planned, Policy};
pub use reach::Reach;
pub use redact::Redactor;
pub use resolve::{Resolver, SystemResolver};
pub use send::Egress;

/// How the egress is set up.
#[derive(Clone)]
pub struct EgressOptions {
    /// For resolving the name, connecting and TLS together.
    pub connect: Duration,
    /// For an answer (its head, and its body where that goes to the component), where the plugin says nothing.
    pub answer: Duration,
    /// For an answer, whatever the plugin says, and for reading a body into the blob store.
    pub longest: Duration,
    /// Between two pieces of a body that goes into the blob store.
    pub idle: Duration,
    /// Bytes of a 2xx body that goes to the component.
    pub inline: usize,
    /// Bytes of any other body; it is cut there.
    pub error_body: usize,
    /// Bytes of a 2xx body that goes to the blob store, and of a request's body.
    pub blob: u64,
    /// Requests under way at once; further ones wait.
    pub in_flight: usize,
    /// How the host introduces itself.
    pub user_agent: String,
    /// What turns names into addresses.
    pub resolver: Arc<dyn Resolver>,
}

impl Default for EgressOptions {
    fn default() -> Self {
        EgressOptions {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(5 * 60),
            longest: Duration::from_secs(30 * 60),
            idle: Duration::from_secs(60),
            // A component may be handed 32 MiB in one call; this leaves room for the rest of the event.
            inline: 31 << 20,
            error_body: 256 << 10,
            blob: 2 << 30,
            in_flight: 4096,
            user_agent: concat!("kinora/", env!("CARGO_PKG_VERSION")).to_owned(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl fmt::Debug for EgressOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressOptions")
            .field("connect", &self.connect)
            .field("answer", &self.answer)
            .field("longest", &self.longest)
            .field("idle", &self.idle)
            .field("inline", &self.inline)
            .field("error_body", &self.error_body)
            .field("blob", &self.blob)
            .field("in_flight", &self.in_flight)
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}
