//! `kinora serve`: the REST API and the jobs behind it.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kinora_api::{ApiOptions, ApiState, Inspector, Origins, RateLimits, Sources};
use kinora_store::{Role, Store};
use kinora_workflows::{Studio, Sweeper};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::adapters;
use crate::host::{self, Host};
use crate::housekeeping;
use crate::models;
use crate::remote;
use crate::say;
use crate::settings::{self, Settings};

/// The file in the data folder that holds what logins are signed with.
const SECRET: &str = "secret";

/// Serves until `interrupted`, then ends in good order.
///
/// # Errors
/// Where a part cannot be started.
pub async fn run(settings: &Settings, interrupted: CancellationToken) -> Result<ExitCode> {
    allow_many_files();
    settings::prepare_data_folder(settings)?;
    let data = &settings.storage.data;
    let Some(folder) = remote::take(data)? else {
        bail!("the data folder {} is in use by another kinora; give this one its own with --data DIR", data.display());
    };
    let listeners = listen(&settings.server.listen).await?;
    let addresses: Vec<SocketAddr> = listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?;
    let (store, blobs) = host::open(settings).await?;
    let secret = signing_secret(settings)?;
    let fresh_token = admin_token(data, &store).await?;
    let plugins = host::plugins(settings, &store).await?;
    let studio = host::studio(settings, &plugins, blobs, None)?;
    for missing in adapters::missing(&studio) {
        tracing::warn!("{missing}; until it is installed, what is asked of it fails");
    }
    let host = Host::start(settings, folder, store.clone(), studio, None).await?;

    let loopback_only = addresses.iter().all(|address| address.ip().is_loopback());
    let mut options = ApiOptions::new(secret);
    options.loopback_only = loopback_only;
    options.text = host.studio.providers.text.provider.clone();
    options.plans = options.text != "offline" || settings.providers.text.is_some();
    options.image = host.studio.providers.image.provider.clone();
    options.video = host.studio.providers.video.clone();
    options.stories = host.studio.stories.clone();
    options.rate_limits = RateLimits {
        generations: settings.server.generating_per_minute,
        changes: settings.server.creating_per_minute,
        reads: settings.server.reading_per_minute,
        ..RateLimits::default()
    };
    if let Some(origins) = &settings.server.cors_origins {
        options.cors_origins = Origins::new(origins).context("the setting \"server.cors_origins\"")?;
    }
    let shutdown = CancellationToken::new();
    let sources = Sources { models: models::source(host.studio.clone()), inspect: inspector(&host.studio) };
    let state = ApiState::new(
        host.engine.clone(),
        host.studio.blobs.clone(),
        options,
        sources,
        plugins.clone(),
        shutdown.clone(),
    );
    let watching = tokio::spawn(plugins.clone().watch(shutdown.clone()));
    let sweeper = Sweeper::new(store.clone(), host.studio.blobs.clone(), housekeeping::retention(settings))
        .with_stories(host.studio.stories.clone());
    let sweeping = tokio::spawn(housekeeping::keep_house(sweeper, shutdown.clone()));
    let serving = tokio::spawn(kinora_api::serve(listeners, kinora_api::router(state), shutdown.clone()));
    remote::remember(data, &addresses)?;
    for address in &addresses {
        say!("listening on http://{address}");
    }
    if let Some(path) = fresh_token {
        say!("an administrator's token is in {}; use it so:", path);
        say!("  curl -H \"Authorization: Bearer $(cat {path})\" http://{}/api/auth/status", addresses[0]);
    }
    if !loopback_only {
        say!("this host is reachable from outside: every call needs a token (kinora token create --user NAME)");
    }
    let studio = &host.studio;
    let by = &studio.providers;
    say!("text by {}, pictures by {}, clips by {}", by.text.provider, by.image.provider, by.video.provider);

    interrupted.cancelled().await;
    say!("ending: requests that are under way are waited for, at most {} s", settings.server.drain_seconds);
    shutdown.cancel();
    host.engine.stop(Duration::from_secs(settings.server.drain_seconds)).await;
    let _ = tokio::time::timeout(Duration::from_secs(5), async { tokio::join!(serving, watching, sweeping) }).await;
    remote::forget(data);
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Looks into what clients send.
fn inspector(studio: &Arc<Studio>) -> Inspector {
    let studio = studio.clone();
    Arc::new(move |blob| {
        let studio = studio.clone();
        Box::pin(async move { studio.inspect(&blob).await })
    })
}

/// Thousands of requests in flight are thousands of sockets; the usual soft limit is 1024.
fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!("no more than {:?} files and sockets can be open at once: {error}", limit.current);
    }
}

async fn listen(addresses: &[String]) -> Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("--listen {address}: this address cannot be listened on"))?;
        listeners.push(listener);
    }
    if listeners.is_empty() {
        bail!("the setting \"server.listen\" is empty; name at least one address, such as 127.0.0.1:8080");
    }
    Ok(listeners)
}

/// What logins are signed with: made at the first start, or what the settings refer to.
fn signing_secret(settings: &Settings) -> Result<[u8; 32]> {
    if let Some(reference) = &settings.server.secret {
        let secret = settings::secret("server.secret", reference)?;
        if secret.len() < 32 {
            bail!("the setting \"server.secret\" leads to a secret of {} bytes; at least 32 are needed", secret.len());
        }
        return Ok(kinora_api::derive_key(&secret));
    }
    let path = settings.storage.data.join(SECRET);
    match std::fs::read_to_string(&path) {
        Ok(secret) if secret.trim().len() >= 32 => Ok(kinora_api::derive_key(secret.trim())),
        _ => {
            let secret = kinora_api::new_token();
            write_private(&path, &secret)?;
            Ok(kinora_api::derive_key(&secret))
        }
    }
}

/// Makes the local administrator's token at the first start; answers its path then.
async fn admin_token(data: &Path, store: &Store) -> Result<Option<String>> {
    let path = data.join(remote::ADMIN_TOKEN);
    let there = std::fs::read_to_string(&path).ok().filter(|token| !token.trim().is_empty());
    let token = there.clone().unwrap_or_else(kinora_api::new_token);
    // Also where the file is older than the database: the file is what people have.
    store.create_token("admin", &kinora_api::hash_token(token.trim()), Role::Admin).await?;
    if there.is_some() {
        return Ok(None);
    }
    write_private(&path, &token)?;
    Ok(Some(path.display().to_string()))
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}
