//! How a refusal reads: who asked for what, which line is missing, and what would allow it.

use std::fmt;

use crate::protocol::TransportFailure;

/// What stood in the way of a request. Stable words, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wall {
    /// The endpoint is not in the manifest, or not granted.
    Endpoint,
    /// A base URL cannot be used.
    BaseUrl,
    /// The path would leave the endpoint, or can be read in two ways.
    Path,
    /// No endpoint and no result host covers the URL.
    Url,
    /// The address belongs to a range that plugins do not reach.
    Address,
    /// The credential is not in the manifest, not granted, or does not belong there.
    Credential,
    /// The administrator has not set the key.
    Key,
    /// The header is the host's to set, or is malformed.
    Header,
    /// The method is not one of those that plugins may use, or not there.
    Method,
    /// The body is too large, has too many parts, or names no blob.
    Body,
    /// The upstream redirects to where the request may not go.
    Redirect,
}

impl Wall {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Wall::Endpoint => "endpoint",
            Wall::BaseUrl => "base-url",
            Wall::Path => "path",
            Wall::Url => "url",
            Wall::Address => "address",
            Wall::Credential => "credential",
            Wall::Key => "key",
            Wall::Header => "header",
            Wall::Method => "method",
            Wall::Body => "body",
            Wall::Redirect => "redirect",
        }
    }
}

impl fmt::Display for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that the policy refused. Nothing of it was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugin {plugin} {version} {asked}, but {why}; {remedy} (rule: {wall})")]
pub struct Denial {
    /// The plugin's id.
    pub plugin: String,
    /// The plugin's version.
    pub version: Box<str>,
    /// What stood in the way.
    pub wall: Wall,
    /// What it asked for: "asked to send POST https://example.com/x".
    pub asked: String,
    /// Which line is missing, or what is wrong.
    pub why: String,
    /// What would allow it, and who can do it.
    pub remedy: String,
}

/// The remedy where no grant helps.
pub(super) const FIX_THE_PLUGIN: &str = "no grant allows this, the plugin has to be corrected";

impl Denial {
    /// The remedy where a line of the manifest waits for the administrator's yes.
    pub(super) fn grant(plugin: &str, kind: &str, name: &str) -> String {
        format!("an administrator can allow it with `kinora plugin activate {plugin} --grant` ({kind} {name})")
    }

    /// The remedy where the manifest does not even ask.
    pub(super) fn ask(plugin: &str, line: &str) -> String {
        format!(
            "its manifest has to ask for it in `{line}`, and an administrator to allow that with `kinora plugin activate {plugin} --grant`"
        )
    }

    /// The remedy that is a setting of the administrator's.
    pub(super) fn setting(plugin: &str, endpoint: &str, line: &str) -> String {
        format!(
            "an administrator can allow it with `{line}` under `[plugins.{plugin}.endpoints.{endpoint}]` in the settings"
        )
    }
}

impl From<Denial> for TransportFailure {
    fn from(denial: Denial) -> Self {
        TransportFailure { kind: "refused-by-policy".into(), message: denial.to_string(), maybe_accepted: false }
    }
}
