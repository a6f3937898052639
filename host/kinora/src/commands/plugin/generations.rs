//! `kinora plugin list|show|install|activate|rollback`: asked of the host that runs on the data folder, or done here
//! where none does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use kinora_plugins::{Activated, GenerationView, GrantNew, HealthView, Installed, Manager, PluginView, short};
use kinora_runtime::Limits;
use kinora_store::{DataFolder, Store};
use reqwest::{Body, Method, Url};
use serde::Deserialize;
use serde_json::json;
use url::Position;

use crate::remote::{self, Remote};
use crate::settings::{self, Settings};
use crate::{cli, host, say};

/// How times are written.
const MINUTE: &str = "%Y-%m-%d %H:%M UTC";

/// Runs one of the commands.
///
/// # Errors
/// Why a component is refused, or nothing can be asked.
pub async fn run(settings: &Settings, command: cli::Plugin) -> Result<ExitCode> {
    let plugins = Plugins::open(settings).await?;
    let result = plugins.run(command).await;
    if let Plugins::Here { store, .. } = &plugins {
        store.close().await;
    }
    result
}

/// Who knows the plugins.
enum Plugins {
    /// The host that runs.
    There(Remote),
    /// Nobody but this process.
    Here { manager: Arc<Manager>, store: Store, _folder: DataFolder },
}

#[derive(Deserialize)]
struct List {
    plugins: Vec<PluginView>,
    refused: Vec<String>,
}

impl Plugins {
    async fn open(settings: &Settings) -> Result<Self> {
        settings::prepare_data_folder(settings)?;
        let data = &settings.storage.data;
        let Some(folder) = remote::take(data)? else {
            return Ok(Plugins::There(Remote::of(data)?));
        };
        let (store, _) = host::open(settings).await?;
        let manager = host::plugins(settings, &store).await?;
        Ok(Plugins::Here { manager, store, _folder: folder })
    }

    async fn run(&self, command: cli::Plugin) -> Result<ExitCode> {
        match command {
            cli::Plugin::List => {
                let List { plugins, refused } = self.list().await?;
                table(&plugins);
                refused.iter().for_each(|refused| say!("refused: {refused}"));
            }
            cli::Plugin::Show { id } => show(&self.show(&id).await?),
            cli::Plugin::Install { file, grant, stage } => {
                let installed = self.install(&file).await?;
                let Installed { id, version, digest, new_rights, .. } = &installed;
                say!("installed {id} {version} ({})", short(digest));
                if stage {
                    new_rights.iter().for_each(|right| say!("it newly asks {right}"));
                    let grant = if new_rights.is_empty() { "" } else { " --grant" };
                    say!("it serves after: kinora plugin activate {id} {}{grant}", short(digest));
                } else {
                    activated(&self.activate(&installed.id, Some(&installed.digest), grant).await?);
                }
            }
            cli::Plugin::Activate { id, generation, grant } => {
                activated(&self.activate(&id, generation.as_deref(), grant).await?);
            }
            cli::Plugin::Rollback { id, reason } => activated(&self.roll_back(&id, reason.as_deref()).await?),
            cli::Plugin::Check { .. } | cli::Plugin::Run { .. } => {}
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn list(&self) -> Result<List> {
        match self {
            Plugins::There(remote) => remote.ask(Method::GET, &path(&[], &[])?, Body::default()).await,
            Plugins::Here { manager, .. } => Ok(List { plugins: manager.list().await?, refused: manager.refused() }),
        }
    }

    async fn show(&self, id: &str) -> Result<PluginView> {
        match self {
            Plugins::There(remote) => remote.ask(Method::GET, &path(&[id], &[])?, Body::default()).await,
            Plugins::Here { manager, .. } => Ok(manager.show(id).await?),
        }
    }

    async fn install(&self, file: &Path) -> Result<Installed> {
        let name = file.file_name().map_or_else(|| file.to_owned(), PathBuf::from);
        let bytes = read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
        match self {
            Plugins::There(remote) => {
                remote.ask(Method::POST, &path(&[], &[("name", &name.to_string_lossy())])?, bytes).await
            }
            Plugins::Here { manager, .. } => Ok(manager.install(bytes, &name).await?),
        }
    }

    async fn activate(&self, id: &str, generation: Option<&str>, grant: bool) -> Result<Activated> {
        match self {
            Plugins::There(remote) => {
                // The host reads either as it reads the command line: a digest, its beginning, or a version.
                let body = json!({"digest": generation, "grant": grant});
                remote.ask(Method::POST, &path(&[id, "activate"], &[])?, body.to_string()).await
            }
            Plugins::Here { manager, .. } => {
                let grant = if grant { GrantNew::All } else { GrantNew::Nothing };
                Ok(manager.activate(id, generation, &grant).await?)
            }
        }
    }

    async fn roll_back(&self, id: &str, reason: Option<&str>) -> Result<Activated> {
        match self {
            Plugins::There(remote) => {
                let body = json!({"reason": reason});
                remote.ask(Method::POST, &path(&[id, "rollback"], &[])?, body.to_string()).await
            }
            Plugins::Here { manager, .. } => {
                Ok(manager.roll_back(id, reason.unwrap_or("rolled back by an administrator")).await?)
            }
        }
    }
}

/// A path under `/api/admin/plugins`, whatever is in its parts, with a query.
fn path(parts: &[&str], query: &[(&str, &str)]) -> Result<String> {
    let mut url = Url::parse("http://localhost/api/admin/plugins")?;
    url.path_segments_mut().ok().context("a path")?.extend(parts);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url[Position::BeforePath..].to_owned())
}

/// Reads the file of a component, unless it is larger than one may be or never ends.
async fn read(file: &Path) -> Result<Vec<u8>> {
    let (meta, limit) = (tokio::fs::metadata(file).await?, Limits::default().component);
    if !meta.is_file() {
        bail!("it is no file");
    }
    if meta.len() > limit as u64 {
        bail!("it has {} bytes, and a component may have {limit}", meta.len());
    }
    Ok(tokio::fs::read(file).await?)
}

/// Prints a line for each plugin, as wide as its widest cells.
fn table(plugins: &[PluginView]) {
    let head = ["role", "id", "version", "from", "does"].map(str::to_owned);
    let rows: Vec<[String; 5]> = [head].into_iter().chain(plugins.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let [role, id, version, from] = [0, 1, 2, 3].map(width);
    for [a, b, c, d, e] in &rows {
        say!("{a:role$}  {b:id$}  {c:version$}  {d:from$}  {e}");
    }
}

fn cells(plugin: &PluginView) -> [String; 5] {
    let (version, from) =
        plugin.active.as_ref().map_or(("-", "nothing serves"), |active| (&active.version, &active.origin));
    // The models behind an operation are for `show`.
    let does: Vec<&str> = plugin.does.iter().map(|does| does.split(" (").next().unwrap_or(does)).collect();
    [plugin.role.clone(), plugin.id.clone(), version.into(), from.into(), does.join(", ")]
}

fn activated(change: &Activated) {
    let Activated { id, version, digest, before, changed } = change;
    match before {
        _ if !changed => say!("{id} {version} ({}) serves already", short(digest)),
        Some(before) => say!("{id} {version} ({}) serves; {before} did before", short(digest)),
        None => say!("{id} {version} ({}) serves", short(digest)),
    }
}

fn show(plugin: &PluginView) {
    say!("{} ({}), a {}", plugin.id, plugin.title, plugin.role);
    plugin.does.iter().for_each(|does| say!("does       {does}"));
    if plugin.active.is_none() {
        say!("active     none: nothing of it serves");
    }
    plugin.active.iter().chain(&plugin.others).for_each(generation);
    plugin.rights.iter().for_each(|right| say!("may        {right}"));
    if plugin.settings.as_object().is_some_and(|settings| !settings.is_empty()) {
        say!("settings   {}", plugin.settings);
    }
    if let Some(health) = &plugin.health {
        let HealthView { calls, broken, timeouts, last_error } = health;
        say!("calls      {calls} since it was loaded; {broken} broke a rule, {timeouts} of them took too long");
        last_error.iter().for_each(|error| say!("last error {error}"));
    }
}

fn generation(generation: &GenerationView) {
    let GenerationView { version, digest, state, origin, reason, since } = generation;
    let since = match (since.and_then(|since| Timestamp::from_millisecond(since).ok()), state.as_str()) {
        (Some(since), "active") => format!(", since {}", since.strftime(MINUTE)),
        (Some(since), _) => format!(", last activated {}", since.strftime(MINUTE)),
        (None, _) => String::new(),
    };
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    say!("{state:10} {version} ({}) from {origin}{since}{reason}", short(digest));
}
