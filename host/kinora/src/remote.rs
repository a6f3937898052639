//! The host that runs on a data folder, as other commands of this machine find and ask it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kinora_store::DataFolder;
use reqwest::{Body, Client, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The file in the data folder that holds the local administrator's token.
pub const ADMIN_TOKEN: &str = "admin-token";
/// The file in the data folder that says where its host listens.
const ADDRESS: &str = "address";
/// Longer than the slowest component takes to be compiled.
const PATIENCE: Duration = Duration::from_secs(120);

/// Writes down where the host of a data folder listens.
///
/// # Errors
/// Where the folder cannot be written.
pub fn remember(data: &Path, addresses: &[SocketAddr]) -> Result<()> {
    let Some(first) = addresses.iter().find(|address| address.ip().is_loopback()).or(addresses.first()) else {
        return Ok(());
    };
    let ip = match first.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, first.port());
    std::fs::write(data.join(ADDRESS), address.to_string()).context("the data folder cannot be written")
}

/// Takes a data folder; none where another process has it.
///
/// # Errors
/// Where the folder cannot be written.
pub fn take(data: &Path) -> Result<Option<DataFolder>> {
    let folder = DataFolder::lock(data)?;
    // A host that was killed has left its address. Nobody may be sent there with a token: who listens there now is
    // someone else.
    if folder.is_some() {
        forget(data);
    }
    Ok(folder)
}

/// Nobody listens any more.
pub fn forget(data: &Path) {
    let _ = std::fs::remove_file(data.join(ADDRESS));
}

/// A running host.
pub struct Remote {
    client: Client,
    base: String,
    token: String,
}

impl Remote {
    /// The host that runs on a data folder, which is locked.
    ///
    /// # Errors
    /// Where it is no server, or its token cannot be read.
    pub fn of(data: &Path) -> Result<Self> {
        let address = std::fs::read_to_string(data.join(ADDRESS)).with_context(|| {
            format!(
                "the data folder {} is in use by a kinora that serves nothing (yet); try again when it ends or serves",
                data.display()
            )
        })?;
        let token = std::fs::read_to_string(data.join(ADMIN_TOKEN))
            .with_context(|| format!("the administrator's token in {} cannot be read", data.display()))?;
        let client = Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Remote { client, base: format!("http://{}", address.trim()), token: token.trim().to_owned() })
    }

    /// Asks it something.
    ///
    /// # Errors
    /// Its own sentence where it refuses, or that it does not answer.
    pub async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: impl Into<Body>) -> Result<T> {
        let request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token).body(body);
        let answer = request.send().await.with_context(|| format!("the host at {} does not answer", self.base))?;
        let status = answer.status();
        let body = answer.bytes().await.context("the host's answer broke off")?;
        if status.is_success() {
            return serde_json::from_slice(&body).context("the host's answer cannot be read: is it another version?");
        }
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        match said["message"].as_str() {
            Some(message) => bail!("{message}"),
            None => bail!("the host at {} refused, and did not say why ({status})", self.base),
        }
    }
}
