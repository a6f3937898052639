//! Where one plugin may send requests: its manifest, cut to what was granted, moved to where the administrator says
//! the endpoints are. Pure: names are not resolved here.

use std::fmt;

use kinora_domain::documents::Manifest;
use reqwest::Method;
use url::{Host, Origin, Url};

use super::address::{self, Scope};
use super::denial::{Denial, FIX_THE_PLUGIN, Wall};
use super::grant::{Grant, Override};
use super::paths;

/// An endpoint of the manifest that was granted.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) base: Url,
    pub(super) scope: Scope,
    pub(super) overridden: bool,
    pub(super) result_hosts: Vec<String>,
}

/// Where one plugin may send requests. `Display` writes one line per place, for people.
#[derive(Clone, Debug)]
pub struct Reach {
    pub(super) plugin: String,
    pub(super) version: String,
    places: Vec<Place>,
    /// Granted endpoints whose base URL cannot be used, and why.
    unusable: Vec<(String, Denial)>,
    asked: Vec<String>,
}

/// A URL that may be requested.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) scope: Scope,
}

impl Reach {
    pub(super) fn of(manifest: &Manifest, grant: &Grant) -> Self {
        let mut reach = Reach {
            plugin: manifest.id.clone(),
            version: manifest.version.as_str().into(),
            places: Vec::new(),
            unusable: Vec::new(),
            asked: manifest.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect(),
        };
        for endpoint in manifest.endpoints.iter().filter(|endpoint| grant.rights.endpoint(endpoint)) {
            let moved = grant.overrides.get(&endpoint.name);
            match base(manifest, &endpoint.name, &endpoint.base_url, moved) {
                Ok((base, scope)) => reach.places.push(Place {
                    name: endpoint.name.clone(),
                    base,
                    scope,
                    overridden: moved.is_some(),
                    result_hosts: grant.rights.result_hosts(endpoint).into_iter().cloned().collect(),
                }),
                Err(denial) => reach.unusable.push((endpoint.name.clone(), denial)),
            }
        }
        reach
    }

    fn denial(&self, wall: Wall, asked: String, why: String, remedy: String) -> Denial {
        Denial { plugin: self.plugin.clone(), version: self.version.as_str().into(), wall, asked, why, remedy }
    }

    /// The endpoint of a name.
    pub(super) fn place(&self, name: &str, asked: &str) -> Result<&Place, Denial> {
        if let Some(place) = self.places.iter().find(|place| place.name == name) {
            return Ok(place);
        }
        if let Some((_, denial)) = self.unusable.iter().find(|(unusable, _)| unusable == name) {
            return Err(denial.clone());
        }
        let (why, remedy) = if self.asked.iter().any(|asked| asked == name) {
            (
                format!("`endpoints[]` `{name}` of its manifest is not granted as it reads"),
                Denial::grant(&self.plugin, "endpoint", name),
            )
        } else {
            (format!("its manifest has no endpoint `{name}`"), Denial::ask(&self.plugin, "endpoints[].base_url"))
        };
        Err(self.denial(Wall::Endpoint, asked.to_owned(), why, remedy))
    }

    /// A path under an endpoint.
    pub(super) fn join(&self, method: &Method, name: &str, path: &str) -> Result<Target, Denial> {
        let asked = format!("asked to send {method} {} to its endpoint `{name}`", paths::shown(path));
        let place = self.place(name, &asked)?;
        match paths::join(&place.base, path) {
            Ok(url) => Ok(Target { url, scope: place.scope }),
            Err(why) => Err(self.denial(Wall::Path, asked, why, FIX_THE_PLUGIN.to_owned())),
        }
    }

    /// A URL that an upstream gave, in an answer (`from` is none) or as a redirect.
    pub(super) fn follow(&self, method: &Method, text: &str, from: Option<&Url>) -> Result<Target, Denial> {
        let denial = |wall, shown: &str, why: String, remedy: String| {
            let asked = match from {
                None => format!("asked to send {method} {shown}"),
                Some(from) => format!("was redirected by {} to {shown}", origin(from)),
            };
            self.denial(wall, asked, why, remedy)
        };
        let url = paths::absolute(text)
            .map_err(|why| denial(Wall::Url, &paths::shown(text), why, FIX_THE_PLUGIN.to_owned()))?;
        let shown = origin(&url);
        if let Some(place) = self.at(&url.origin()) {
            return Ok(Target { url, scope: place.scope });
        }
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let results = url.scheme() == "https"
            && url.port().is_none()
            && self.places.iter().flat_map(|place| &place.result_hosts).any(|pattern| matches(pattern, &url));
        let local = is_loopback(&url);
        // A gateway on this machine serves its media from other ports. What comes from the internet may not use that
        // to look around here.
        let local_media = local
            && from.is_none_or(is_loopback)
            && self.places.iter().any(|place| place.overridden && is_loopback(&place.base));
        let scope = match (results, local_media) {
            (true, _) => Scope::Public,
            (false, true) => Scope::Loopback,
            (false, false) => {
                let wall = if from.is_some() { Wall::Redirect } else { Wall::Url };
                let line = "endpoints[].result_hosts";
                return Err(if url.scheme() != "https" && !local {
                    let why = "plugins reach https only, except where the administrator moved an endpoint".to_owned();
                    denial(wall, &shown, why, FIX_THE_PLUGIN.to_owned())
                } else if local {
                    let why = "that is this machine, and no endpoint of the plugin was moved here".to_owned();
                    let remedy = Denial::setting(&self.plugin, "<endpoint>", "base_url = \"http://127.0.0.1:…\"");
                    denial(wall, &shown, why, remedy)
                } else {
                    let why = format!("no granted `endpoints[].base_url` or `{line}` of its manifest covers {shown}");
                    denial(wall, &shown, why, Denial::ask(&self.plugin, line))
                });
            }
        };
        if !reads {
            let why = "only GET and HEAD go to hosts that are no endpoint".to_owned();
            return Err(denial(Wall::Method, &shown, why, Denial::ask(&self.plugin, "endpoints[].base_url")));
        }
        if let Some(Err(words)) = literal(&url).map(|address| address::check(address, scope)) {
            let why = format!("that address is {words}");
            return Err(denial(Wall::Address, &shown, why, FIX_THE_PLUGIN.to_owned()));
        }
        Ok(Target { url, scope })
    }

    /// The name of the endpoint at an origin.
    pub(super) fn endpoint_at(&self, origin: &Origin) -> Option<&str> {
        self.at(origin).map(|place| place.name.as_str())
    }

    /// The endpoint at an origin.
    fn at(&self, origin: &Origin) -> Option<&Place> {
        self.places.iter().find(|place| place.base.origin() == *origin)
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Place { name, base, scope, overridden, result_hosts } in &self.places {
            write!(f, "{name}: {base}")?;
            if *overridden {
                f.write_str(", moved there by the administrator")?;
            }
            match scope {
                Scope::Public => {}
                Scope::Loopback => f.write_str(", and GET from other ports of this machine")?,
                Scope::Private => f.write_str(", may be in a private network")?,
            }
            if !result_hosts.is_empty() {
                write!(f, ", results from {}", result_hosts.join(", "))?;
            }
            writeln!(f)?;
        }
        for (name, denial) in &self.unusable {
            writeln!(f, "{name}: unusable, {}; {}", denial.why, denial.remedy)?;
        }
        Ok(())
    }
}

/// The base URL of an endpoint, and who may be spoken to under it.
fn base(manifest: &Manifest, name: &str, own: &str, moved: Option<&Override>) -> Result<(Url, Scope), Denial> {
    let (text, line) = match moved {
        Some(moved) => (moved.url.as_str(), format!("the base URL in the settings of its endpoint `{name}`")),
        None => (own, format!("`endpoints[].base_url` of `{name}` in its manifest")),
    };
    let denial = |wall, why: String, line: &str| Denial {
        plugin: manifest.id.clone(),
        version: manifest.version.as_str().into(),
        wall,
        asked: format!("asked for its endpoint `{name}`"),
        why,
        remedy: Denial::setting(&manifest.id, name, line),
    };
    let url = paths::absolute(text)
        .and_then(|url| match (url.query(), text.contains('#')) {
            (None, false) => Ok(url),
            _ => Err("it has a query or a fragment".to_owned()),
        })
        .map_err(|why| denial(Wall::BaseUrl, format!("{line} cannot be used: {why}"), "base_url = \"https://…\""))?;
    let scope = match moved {
        Some(moved) if moved.allow_private => Scope::Private,
        Some(_) if is_loopback(&url) => Scope::Loopback,
        _ => Scope::Public,
    };
    if url.scheme() != "https" && scope == Scope::Public {
        let why = format!("{line} is plain http, which is for loopback and for private networks that are marked so");
        return Err(denial(Wall::BaseUrl, why, "base_url = \"http://…\", allow_private = true"));
    }
    if let Some(Err(words)) = literal(&url).map(|address| address::check(address, scope)) {
        return Err(denial(Wall::Address, format!("{line} is {words}"), "base_url = \"…\", allow_private = true"));
    }
    Ok((url, scope))
}

/// The address in a URL that names no host but an address.
pub(super) fn literal(url: &Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
    }
}

/// Whether a URL names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match literal(url) {
        Some(address) => address::is_loopback(address),
        None => url.host_str().is_some_and(|host| host == "localhost" || host.ends_with(".localhost")),
    }
}

/// A URL for people: scheme, host and port. Paths and queries may carry tokens.
pub(super) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Whether a host is the one of a pattern, or is under `*.`. A star stands for one or more labels, and at least two
/// must follow it: `*.com` is nobody's.
fn matches(pattern: &str, url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let pattern = pattern.to_ascii_lowercase();
    match pattern.strip_prefix("*.") {
        None => host == pattern,
        Some(parent) => {
            parent.contains('.')
                && !parent.contains('*')
                && host.strip_suffix(parent).is_some_and(|front| front.len() > 1 && front.ends_with('.'))
        }
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
