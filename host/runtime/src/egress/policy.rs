//! The one policy object: every request of every plugin, of whatever contract version, passes `plan` before anything
//! is committed or sent, and every redirect passes `hop`. Pure: no names are resolved, nothing is read or sent. What
//! is not allowed by a line of the manifest that the administrator granted is refused.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::{Credential, Manifest};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use url::{Origin, Url};

use super::body::Body;
use super::denial::{Denial, FIX_THE_PLUGIN, Wall};
use super::grant::Grant;
use super::reach::{Reach, Target, origin};
use super::redact::Redactor;
use super::{headers, paths};
use crate::protocol;

/// The methods plugins may use.
const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// Decides about requests. Cheap, and the same for all plugins.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Bytes of text and bytes parts in the body of one request; blobs come on top.
    pub inline_request: usize,
    /// Parts or fields of one body.
    pub parts: usize,
}

impl Default for Policy {
    /// 32 MiB in at most 256 parts.
    fn default() -> Self {
        Policy { inline_request: 32 << 20, parts: 256 }
    }
}

/// A request that the policy allowed: all that is needed to send it, the key included, and to judge its redirects.
/// `Debug` and `Display` show neither key nor query nor body.
#[derive(Clone)]
pub struct Planned {
    pub(super) plugin: String,
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: HeaderMap,
    pub(super) credential: Option<Attached>,
    pub(super) body: Body,
    pub(super) sink: protocol::Sink,
    pub(super) timeout: Option<Duration>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) reach: Arc<Reach>,
    billable: bool,
    not_exempt: Option<String>,
}

/// A key on its way out, and the only origin it may go to.
#[derive(Clone)]
pub(super) struct Attached {
    pub(super) header: HeaderName,
    /// Marked as sensitive.
    pub(super) value: HeaderValue,
    pub(super) origin: Origin,
}

impl Planned {
    /// Whether the request may cost money: it is neither GET nor HEAD, and no granted exemption fits. The intent to
    /// send it is committed first.
    pub fn billable(&self) -> bool {
        self.billable
    }

    /// Why an exemption that the plugin named does not hold, where it named one: a sentence for the administrator.
    pub fn not_exempt(&self) -> Option<&str> {
        self.not_exempt.as_deref()
    }

    /// The plugin's id.
    pub fn plugin(&self) -> &str {
        &self.plugin
    }

    /// The method.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// What keeps the plugin's keys out of anything that is logged or stored along with this request.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.target.url;
        write!(f, "{} {}{}", self.method, origin(url), self.redactor.text(url.path()))
    }
}

impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Planned({self}, billable: {})", self.billable)
    }
}

impl Policy {
    /// Decides about a request.
    ///
    /// # Errors
    /// The refusal, which is told to the plugin as a transport failure (`Denial` converts into one).
    pub fn plan(&self, manifest: &Manifest, grant: &Grant, request: protocol::HttpRequest) -> Result<Planned, Denial> {
        let reach = Reach::of(manifest, grant);
        let plugin = &manifest.id;
        let denial = |wall, what: String, why: String| Denial {
            plugin: plugin.clone(),
            version: manifest.version.as_str().into(),
            wall,
            asked: format!("asked to send {what}"),
            why,
            remedy: FIX_THE_PLUGIN.to_owned(),
        };
        let Some(method) = METHODS.into_iter().find(|method| method.as_str() == request.method) else {
            let why = "plugins may use GET, HEAD, POST, PUT, PATCH and DELETE, in upper case".to_owned();
            return Err(denial(Wall::Method, format!("a {:?} request", request.method), why));
        };
        let target = match &request.target {
            protocol::Target::Endpoint(place) => reach.join(&method, &place.endpoint, &place.path)?,
            protocol::Target::Url(url) => reach.follow(&method, url, None)?,
        };
        let what = || format!("{method} {}", origin(&target.url));

        let own: Vec<&str> = manifest.credentials.iter().map(|credential| credential.header.as_str()).collect();
        let mut headers = headers::read(&request.headers, &own).map_err(|why| denial(Wall::Header, what(), why))?;
        let credential = match &request.credential {
            Some(name) => Some(attach(manifest, grant, &reach, name, &target.url, &what())?),
            None => None,
        };

        let (body, content_type) =
            Body::read(request.body, self.inline_request, self.parts).map_err(|why| denial(Wall::Body, what(), why))?;
        let reads = matches!(method, Method::GET | Method::HEAD);
        if reads && !body.is_empty() {
            let why = "GET and HEAD have no body: an upstream that reads one would make something of it".to_owned();
            return Err(denial(Wall::Body, what(), why));
        }
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }

        let exempt = match &request.exemption {
            _ if reads => Ok(true),
            None => Ok(false),
            Some(name) => exemption(manifest, grant, &reach, name, &method, &target.url).map(|()| true),
        };
        Ok(Planned {
            plugin: plugin.clone(),
            headers,
            credential,
            body,
            sink: request.sink,
            timeout: request.timeout_ms.map(Duration::from_millis),
            redactor: Arc::new(Redactor::new(grant.secrets.values())),
            billable: !exempt.clone().unwrap_or(false),
            not_exempt: exempt.err(),
            reach: Arc::new(reach),
            method,
            target,
        })
    }

    /// Where a plugin may send requests, for `plugin show`.
    pub fn reach(&self, manifest: &Manifest, grant: &Grant) -> Reach {
        Reach::of(manifest, grant)
    }
}

impl Planned {
    /// Decides about a redirect of a GET or HEAD. To another origin it goes without the key, and without whatever
    /// else was meant for the first one; and the key does not come back if a later redirect does.
    pub(super) fn hop(&mut self, location: &str) -> Result<(), Denial> {
        let from = self.target.url.clone();
        // Relative to where it came from, as RFC 9110, 10.2.2 has it.
        let text = match Url::parse(location) {
            Ok(_) => location.to_owned(),
            Err(_) => from.join(location).map_or_else(|_| location.to_owned(), String::from),
        };
        let target = self.reach.follow(&self.method, &text, Some(&from))?;
        if target.url.origin() != from.origin() {
            headers::keep_harmless(&mut self.headers);
            self.credential = None;
        }
        self.target = target;
        Ok(())
    }

    /// The endpoint this request goes to, where it goes to one.
    pub(super) fn endpoint_here(&self) -> Option<&str> {
        self.reach.endpoint_at(&self.target.url.origin())
    }

    /// The refusal of a redirect chain that does not end.
    pub(super) fn too_many_hops(&self, most: usize) -> Denial {
        Denial {
            plugin: self.plugin.clone(),
            version: self.reach.version.as_str().into(),
            wall: Wall::Redirect,
            asked: format!("was redirected by {} once more", origin(&self.target.url)),
            why: format!("{most} redirects are enough"),
            remedy: "the upstream has to be corrected".to_owned(),
        }
    }
}

/// Finds the key and where it goes.
fn attach(
    manifest: &Manifest,
    grant: &Grant,
    reach: &Reach,
    name: &str,
    url: &Url,
    what: &str,
) -> Result<Attached, Denial> {
    let asked = format!("asked to send {what} with its credential `{name}`");
    let denial = |wall, why: String, remedy: String| Denial {
        plugin: manifest.id.clone(),
        version: manifest.version.as_str().into(),
        wall,
        asked: asked.clone(),
        why,
        remedy,
    };
    let fix = || FIX_THE_PLUGIN.to_owned();
    let Some(credential) = manifest.credentials.iter().find(|credential| credential.name == name) else {
        let why = format!("its manifest has no credential `{name}`");
        return Err(denial(Wall::Credential, why, Denial::ask(&manifest.id, "credentials[]")));
    };
    if !grant.rights.credential(credential) {
        let why = format!("`credentials[]` `{name}` of its manifest is not granted as it reads");
        return Err(denial(Wall::Credential, why, Denial::grant(&manifest.id, "credential", name)));
    }
    let place = reach.place(&credential.endpoint, &asked)?;
    if place.base.origin() != url.origin() {
        let why = format!(
            "that credential belongs to its endpoint `{}` at {} and goes nowhere else",
            place.name,
            origin(&place.base)
        );
        return Err(denial(Wall::Credential, why, fix()));
    }
    let Credential { scheme, environment, prefix, .. } = credential;
    if scheme != "header" {
        return Err(denial(Wall::Credential, format!("this host cannot present credentials by `{scheme}`"), fix()));
    }
    let Some(header) = headers::for_credential(&credential.header) else {
        let why = format!("`credentials[].header` of its manifest, {:?}, cannot carry a key", credential.header);
        return Err(denial(Wall::Credential, why, fix()));
    };
    let Some(secret) = grant.secrets.get(name).filter(|secret| !secret.is_empty()) else {
        let mut remedy = format!("an administrator can set it with the environment variable {environment}");
        if place.overridden {
            remedy.push_str(", to any word of their own where the server behind the moved base URL wants no key");
        }
        return Err(denial(Wall::Key, format!("there is no key: {environment} is not set"), remedy));
    };
    let Ok(mut value) = HeaderValue::from_str(&format!("{prefix}{}", secret.expose())) else {
        let why = format!("the key in {environment} holds characters that no header can carry");
        let remedy = format!("an administrator can correct the environment variable {environment}");
        return Err(denial(Wall::Key, why, remedy));
    };
    value.set_sensitive(true);
    Ok(Attached { header, value, origin: url.origin() })
}

/// Whether a request costs nothing, as the plugin says.
fn exemption(
    manifest: &Manifest,
    grant: &Grant,
    reach: &Reach,
    name: &str,
    method: &Method,
    url: &Url,
) -> Result<(), String> {
    let plugin = &manifest.id;
    let Some(exemption) = manifest.exemptions.iter().find(|exemption| exemption.name == name) else {
        return Err(format!(
            "plugin {plugin} named the exemption `{name}`, which is not in its manifest (`exemptions[]`)"
        ));
    };
    if !grant.rights.exemption(exemption) {
        let remedy = Denial::grant(plugin, "exemption", name);
        return Err(format!(
            "plugin {plugin} named its exemption `{name}`, which is not granted as it reads; {remedy}"
        ));
    }
    let place = reach.place(&exemption.endpoint, "named an exemption").map_err(|denial| denial.to_string())?;
    let there = place.base.origin() == url.origin();
    let path = paths::below(&place.base, url).filter(|_| there);
    if exemption.method == method.as_str() && path.is_some_and(|path| paths::fits(&exemption.path, path)) {
        return Ok(());
    }
    let (wanted, pattern) = (&exemption.method, &exemption.path);
    Err(format!(
        "plugin {plugin} named its exemption `{name}`, which is for {wanted} {pattern} and not for this request"
    ))
}

#[cfg(test)]
#[path = "policy_tests.rs"]
pub(super) mod tests;
