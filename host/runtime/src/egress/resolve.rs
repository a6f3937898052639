//! Names become addresses once, here, and a connection goes to an address that was vetted and to no other: what a
//! name says the second time it is asked does not matter.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::address::{self, Scope};

/// Turns a host name into its addresses.
pub trait Resolver: Send + Sync + 'static {
    /// The addresses of a name; an error or an empty list where there are none.
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The operating system's resolver, with its hosts file and search rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// A name whose addresses are all out of bounds.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` is {words}")]
pub(super) struct OutOfBounds {
    pub(super) host: String,
    /// "a private network".
    pub(super) words: &'static str,
}

/// What reqwest asks. It is not asked about addresses in URLs, which the policy judges.
pub(super) struct Vetted {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) scope: Scope,
}

impl reqwest::dns::Resolve for Vetted {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let (host, scope) = (name.as_str().to_owned(), self.scope);
        let resolving = self.resolver.resolve(&host);
        Box::pin(async move {
            let found = resolving.await?;
            let mut out_of_bounds = None;
            let mut vetted = Vec::with_capacity(found.len());
            for address in found {
                match address::check(address, scope) {
                    // The port is that of the URL.
                    Ok(()) => vetted.push(SocketAddr::new(address, 0)),
                    Err(words) => {
                        tracing::warn!(host, %address, "an address was dropped: it is {words}");
                        out_of_bounds = Some(words);
                    }
                }
            }
            match (vetted.is_empty(), out_of_bounds) {
                (false, _) => Ok(Box::new(vetted.into_iter()) as reqwest::dns::Addrs),
                (true, Some(words)) => Err(OutOfBounds { host, words }.into()),
                (true, None) => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into()),
            }
        })
    }
}
