//! What the administrator gives one plugin: the lines of its manifest that were granted, where its endpoints really
//! are, and its keys. Plain values; who keeps them (the settings, the store) is not known here.

use std::collections::BTreeMap;
use std::fmt;

use kinora_domain::documents::{Credential, Endpoint, Exemption, Manifest};
use serde::{Deserialize, Serialize};

/// A key. It can be used and cannot be shown: `Debug` and `Display` write a placeholder, and there is no `Serialize`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A key, without the white space around it that files and shells like to add.
    pub fn new(key: &str) -> Self {
        Secret(key.trim().to_owned())
    }

    /// Whether there is nothing in it, which counts as no key at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key itself. For the header that carries it and for finding it where it must not be.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// The lines of a manifest that the administrator granted, as they read on that day. A line that says something else
/// today (the same name with another base URL, say) is a new line and not granted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rights {
    /// Where it may send requests.
    pub endpoints: Vec<Endpoint>,
    /// Which keys it may have added.
    pub credentials: Vec<Credential>,
    /// Which requests that are not GET need no money.
    pub exemptions: Vec<Exemption>,
}

impl Rights {
    /// All that a manifest asks for. Right for components that ship with the host, and after an administrator's yes.
    pub fn whole(manifest: &Manifest) -> Self {
        Rights {
            endpoints: manifest.endpoints.clone(),
            credentials: manifest.credentials.clone(),
            exemptions: manifest.exemptions.clone(),
        }
    }

    /// What a manifest asks for and these rights do not cover, one phrase per line of the manifest: what an
    /// administrator is asked before an activation.
    pub fn missing(&self, manifest: &Manifest) -> Vec<String> {
        let mut missing = Vec::new();
        for asked in &manifest.endpoints {
            if !self.endpoints.iter().any(|granted| same_endpoint(granted, asked)) {
                missing.push(format!("to reach {} (endpoint `{}`)", asked.base_url, asked.name));
            }
            let granted = self.result_hosts(asked);
            for host in asked.result_hosts.iter().filter(|host| !granted.contains(host)) {
                missing.push(format!("to fetch results of endpoint `{}` from {host}", asked.name));
            }
        }
        for asked in &manifest.credentials {
            if !self.credential(asked) {
                missing.push(format!("to have the key {} sent to endpoint `{}`", asked.environment, asked.endpoint));
            }
        }
        for asked in &manifest.exemptions {
            if !self.exemption(asked) {
                let Exemption { name, method, path, reason, .. } = asked;
                missing.push(format!("to send {method} {path} without counting it as paid (`{name}`: {reason})"));
            }
        }
        missing
    }

    pub(super) fn endpoint(&self, asked: &Endpoint) -> bool {
        self.endpoints.iter().any(|granted| same_endpoint(granted, asked))
    }

    /// The result hosts of an endpoint that are both asked for and granted.
    pub(super) fn result_hosts<'a>(&self, asked: &'a Endpoint) -> Vec<&'a String> {
        let granted = self.endpoints.iter().filter(|granted| same_endpoint(granted, asked));
        let granted: Vec<&String> = granted.flat_map(|endpoint| &endpoint.result_hosts).collect();
        asked.result_hosts.iter().filter(|host| granted.contains(host)).collect()
    }

    pub(super) fn credential(&self, asked: &Credential) -> bool {
        // The environment variable only tells people where a key comes from.
        let line = |line: &Credential| Credential { environment: String::new(), ..line.clone() };
        self.credentials.iter().any(|granted| line(granted) == line(asked))
    }

    pub(super) fn exemption(&self, asked: &Exemption) -> bool {
        let line = |line: &Exemption| Exemption { reason: String::new(), ..line.clone() };
        self.exemptions.iter().any(|granted| line(granted) == line(asked))
    }
}

fn same_endpoint(granted: &Endpoint, asked: &Endpoint) -> bool {
    granted.name == asked.name && granted.base_url == asked.base_url
}

/// Where an endpoint really is, said by the administrator (`OPENAI_BASE_URL`, or the settings).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The base URL that takes the place of the manifest's.
    pub url: String,
    /// Whether it may be in a private network, and be plain http there: a model server in the next container.
    #[serde(default)]
    pub allow_private: bool,
}

/// All that the administrator gives one plugin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grant {
    /// The granted lines of the manifest.
    pub rights: Rights,
    /// Base URLs by the endpoint's name.
    pub overrides: BTreeMap<String, Override>,
    /// Keys by the credential's name; an empty one counts as absent.
    pub secrets: BTreeMap<String, Secret>,
}

impl Grant {
    /// A grant of everything the manifest asks for, without overrides and keys.
    pub fn whole(manifest: &Manifest) -> Self {
        Grant { rights: Rights::whole(manifest), ..Grant::default() }
    }

    /// The same grant with the key of a credential.
    pub fn with_secret(mut self, credential: &str, key: &str) -> Self {
        self.secrets.insert(credential.to_owned(), Secret::new(key));
        self
    }

    /// The same grant with an endpoint elsewhere.
    pub fn with_override(mut self, endpoint: &str, url: &str, allow_private: bool) -> Self {
        self.overrides.insert(endpoint.to_owned(), Override { url: url.to_owned(), allow_private });
        self
    }
}
