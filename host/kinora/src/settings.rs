//! The settings: defaults, `kinora.toml`, `.env`, environment `KINORA_SECTION__KEY`, flags; the later wins. An unknown
//! key is an error that names the nearest known one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::util::nest;
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use kinora_domain::documents::Price;
use kinora_runtime::egress::Override;
use serde::{Deserialize, Serialize};

use crate::cli::Common;

/// The prefix of environment variables that are settings.
const PREFIX: &str = "KINORA_";

/// The effective settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where things are kept.
    pub storage: Storage,
    /// The HTTP server.
    pub server: Server,
    /// Who makes what.
    pub providers: Providers,
    /// Which models they use; absent: the provider's default.
    pub models: Models,
    /// How often a model is asked.
    pub generation: Generation,
    /// How long finished things are kept.
    pub retention: Retention,
    /// What single plugins are given, by id.
    pub plugins: BTreeMap<String, Plugin>,
    /// What models cost, by `provider/model`: takes the place of what the provider's manifest says.
    pub prices: BTreeMap<String, Price>,
    /// What a call of a plugin may use.
    pub limits: Limits,
    /// Native media.
    pub media: Media,
}

/// Where things are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// The data folder.
    pub data: PathBuf,
    /// `postgres://…`, or absent for a file in the data folder.
    pub database: Option<String>,
    /// A folder for large content, or absent for one in the data folder.
    pub blobs: Option<String>,
    /// A folder for compiled components, or absent for one in the data folder.
    pub cache: Option<PathBuf>,
}

/// The HTTP server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Addresses with port; port 0 takes any that is free.
    pub listen: Vec<String>,
    /// Origins whose pages may call the API; absent: any port of this machine.
    pub cors_origins: Option<Vec<String>>,
    /// Calls a minute that ask a provider for something, for each user or address; 0: no limit.
    pub generating_per_minute: u32,
    /// Other calls a minute that make or change something, for each user or address; 0: no limit.
    pub creating_per_minute: u32,
    /// Calls a minute that only read, for each user or address.
    pub reading_per_minute: u32,
    /// How long requests that are under way are waited for at the end.
    pub drain_seconds: u64,
    /// The secret that signs logins: `env:NAME` or `file:PATH`; absent: a file in the data folder. Hosts that share a
    /// database share it.
    pub secret: Option<String>,
}

/// Who makes what: plugin ids. Absent: the first of openai, gemini, replicate that has its key and can do it, else
/// offline.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Who writes.
    pub text: Option<String>,
    /// Who draws.
    pub image: Option<String>,
    /// Who films.
    pub video: Option<String>,
    /// The longest wait between two polls, whatever a plugin asks for.
    pub poll_interval_ms: Option<u64>,
}

/// Which models are used, by the upstream's name or as `provider/model`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// For words.
    pub text: Option<String>,
    /// For pictures.
    pub image: Option<String>,
    /// For clips.
    pub video: Option<String>,
}

/// How often a model is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// 1 to 10.
    pub attempts: u32,
    /// The pause after the first attempt; after the n-th it is n times as long.
    pub retry_delay_ms: u64,
    /// Whether scenarios get a thumbnail.
    pub thumbnails: bool,
}

/// How long finished things are kept; absent: for ever. The oldest go first, and never what is in use.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days for which a video is kept after it was asked for.
    pub videos_days: Option<u32>,
    /// Days for which an upload is kept after it was last sent.
    pub uploads_days: Option<u32>,
    /// Days for which the sets of stories and the files of them are kept after they were written.
    pub exports_days: Option<u32>,
    /// What videos and uploads may take together, MiB.
    pub total_mib: Option<u64>,
}

/// What one plugin is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// Where its endpoints are, by their name in the manifest.
    #[serde(default)]
    pub endpoints: BTreeMap<String, Override>,
    /// Its keys, by the credential's name in the manifest: `env:NAME` or `file:PATH`. Absent: the environment variable
    /// that the manifest names.
    #[serde(default)]
    pub credentials: BTreeMap<String, String>,
    /// Its own settings, as its manifest describes them.
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
}

/// What a call of a plugin may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Computing time.
    pub compute_ms: u64,
    /// Time on the clock.
    pub wall_ms: u64,
    /// Memory.
    pub memory_mib: usize,
}

/// Native media.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// The ffmpeg to call: a name to look up in PATH, or a path.
    pub ffmpeg: PathBuf,
    /// Pictures and films that are rendered at once; absent: as many as there are cores.
    pub renders: Option<usize>,
    /// What finished pieces of rendered projects may take, MiB.
    pub cache_mib: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            storage: Storage { data: default_data_folder(), database: None, blobs: None, cache: None },
            server: Server {
                listen: vec!["127.0.0.1:8080".into()],
                cors_origins: None,
                generating_per_minute: 1_200,
                creating_per_minute: 1_200,
                reading_per_minute: 12_000,
                drain_seconds: 20,
                secret: None,
            },
            providers: Providers { text: None, image: None, video: None, poll_interval_ms: None },
            models: Models { text: None, image: None, video: None },
            generation: Generation { attempts: 3, retry_delay_ms: 2_000, thumbnails: true },
            retention: Retention::default(),
            plugins: BTreeMap::new(),
            prices: BTreeMap::new(),
            limits: Limits { compute_ms: 2_000, wall_ms: 10_000, memory_mib: 256 },
            media: Media { ffmpeg: "ffmpeg".into(), renders: None, cache_mib: 10_240 },
        }
    }
}

/// The user's data folder, as the XDG base directory specification has it.
fn default_data_folder() -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from("kinora-data"), |base| base.join("kinora"))
}

/// One effective setting, for people.
pub struct Row {
    /// `section.key`.
    pub key: String,
    /// Its value as TOML.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// Reads the settings.
///
/// # Errors
/// Where a source cannot be read, a key is unknown, or a value is of the wrong type or out of range.
pub fn load(common: &Common, listen: &[String]) -> Result<(Settings, Vec<Row>)> {
    let figment = sources(common, listen)?;
    let settings: Settings = figment.extract().map_err(explain)?;
    check(&settings)?;
    let rows = rows(&figment, &settings);
    Ok((settings, rows))
}

fn sources(common: &Common, listen: &[String]) -> Result<Figment> {
    let mut figment = Figment::from(Serialized::defaults(Settings::default()));
    match &common.config {
        Some(file) if !file.is_file() => {
            return Err(anyhow!("--config {}: there is no such file", file.display()));
        }
        Some(file) => figment = figment.merge(Toml::file_exact(file)),
        None if Path::new("kinora.toml").is_file() => {
            figment = figment.merge(Toml::file_exact("kinora.toml"));
        }
        None => {}
    }
    if Path::new(".env").is_file() {
        figment = figment.merge(DotEnv::read(".env")?);
    }
    figment = figment.merge(Env::prefixed(PREFIX).ignore(&["log"]).split("__"));
    if let Some(data) = &common.data {
        figment = figment.merge(Flag("storage.data", data.display().to_string().into(), "--data"));
    }
    if let Some(database) = &common.database {
        figment = figment.merge(Flag("storage.database", database.clone().into(), "--database"));
    }
    if let Some(blobs) = &common.blobs {
        figment = figment.merge(Flag("storage.blobs", blobs.clone().into(), "--blobs"));
    }
    if !listen.is_empty() {
        figment = figment.merge(Flag("server.listen", listen.to_vec().into(), "--listen"));
    }
    Ok(figment)
}

/// The settings of a `.env` file; its other variables are not ours.
struct DotEnv(Vec<(String, String)>);

impl DotEnv {
    fn read(path: &str) -> Result<Self> {
        let pairs = dotenvy::from_path_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            // The error quotes the line, which may hold a key.
            .map_err(|_| anyhow!("{path} cannot be read: a line is not NAME=value"))?;
        let ours = pairs.into_iter().filter_map(|(name, value)| {
            let key = name.strip_prefix(PREFIX)?;
            Some((key.to_lowercase().replace("__", "."), value))
        });
        Ok(DotEnv(ours.collect()))
    }
}

impl Provider for DotEnv {
    fn metadata(&self) -> Metadata {
        Metadata::named(".env")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut sections: Map<String, Dict> = Map::new();
        let mut dict = Dict::new();
        for (key, value) in &self.0 {
            let value: Value = value.parse().unwrap_or_else(|never| match never {});
            match key.split_once('.') {
                Some((section, name)) => {
                    let section = sections.entry(section.into()).or_default();
                    section.insert(name.into(), value);
                }
                None => {
                    dict.insert(key.clone(), value);
                }
            }
        }
        dict.extend(sections.into_iter().map(|(name, section)| (name, section.into())));
        Ok(Profile::Default.collect(dict))
    }
}

/// A value from the command line.
struct Flag(&'static str, Value, &'static str);

impl Provider for Flag {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("flag {}", self.2))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let dict = nest(self.0, self.1.clone()).into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(dict))
    }
}

/// Makes a sentence of the first error.
fn explain(error: figment::Error) -> anyhow::Error {
    let Some(first) = error.into_iter().next() else {
        return anyhow!("the settings cannot be read");
    };
    let source = first.metadata.as_ref().map_or_else(|| "the settings".into(), source_name);
    let key = first.path.join(".");
    match &first.kind {
        Kind::UnknownField(field, known) => {
            let nearest = known
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, field).total_cmp(&strsim::jaro_winkler(b, field)))
                .copied()
                .unwrap_or("none");
            let section = match key.strip_suffix(field.as_str()) {
                Some(section) => section.trim_end_matches('.').to_owned(),
                None => key.clone(),
            };
            let full = |name: &str| {
                if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
            };
            anyhow!(
                "{source}: there is no setting \"{}\"; did you mean \"{}\"? `kinora config` lists all",
                full(field),
                full(nearest)
            )
        }
        kind => anyhow!("{source}: the setting \"{key}\" is wrong: {kind}"),
    }
}

fn source_name(metadata: &Metadata) -> String {
    match &metadata.source {
        Some(figment::Source::File(path)) => {
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
        }
        _ if metadata.name.contains("environment variable") => "environment".into(),
        Some(figment::Source::Code(_)) if metadata.name.starts_with("kinora::") => "default".into(),
        _ => metadata.name.to_string(),
    }
}

fn check(settings: &Settings) -> Result<()> {
    let range = |key: &str, value: u64, low: u64, high: u64| {
        if (low..=high).contains(&value) {
            Ok(())
        } else {
            Err(anyhow!("the setting \"{key}\" is {value}; it can be {low} to {high}"))
        }
    };
    range("generation.attempts", settings.generation.attempts.into(), 1, 10)?;
    range("generation.retry_delay_ms", settings.generation.retry_delay_ms, 0, 600_000)?;
    range("limits.compute_ms", settings.limits.compute_ms, 10, 60_000)?;
    range("limits.wall_ms", settings.limits.wall_ms, 10, 600_000)?;
    range("limits.memory_mib", settings.limits.memory_mib as u64, 1, 4_096)?;
    Ok(())
}

fn rows(figment: &Figment, settings: &Settings) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Ok(Value::Dict(_, sections)) = Value::serialize(settings) {
        flatten(figment, String::new(), &sections, &mut rows);
    }
    rows
}

fn flatten(figment: &Figment, prefix: String, dict: &Dict, rows: &mut Vec<Row>) {
    for (name, value) in dict {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if let Some(inner) = value.as_dict() {
            flatten(figment, key, inner, rows);
            continue;
        }
        let source = match figment.find_metadata(&key) {
            Some(metadata) => match source_name(metadata) {
                name if name.contains("kinora::settings") => "default".into(),
                name => name,
            },
            None => "default".into(),
        };
        let value = match value.as_str() {
            Some(text) => format!("{:?}", without_password(text)),
            None => serde_json::to_string(value).unwrap_or_default(),
        };
        rows.push(Row { key, value, source });
    }
}

/// A URL without the password in it; any other text as it is.
fn without_password(text: &str) -> String {
    let masked = || {
        let (scheme, rest) = text.split_once("://")?;
        let (login, host) = rest.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:***@{host}"))
    };
    masked().unwrap_or_else(|| text.to_owned())
}

/// What the environment says, or else the `.env` file: for variables that other programs know too.
pub fn variable(name: &str) -> Option<String> {
    let of_file = || {
        let mut pairs = dotenvy::from_path_iter(".env").ok()?.filter_map(Result::ok);
        pairs.find_map(|(key, value)| (key == name).then_some(value))
    };
    std::env::var(name).ok().or_else(of_file).filter(|value| !value.trim().is_empty())
}

/// Reads a secret that a setting refers to.
///
/// # Errors
/// Where the reference is none, or leads nowhere. The secret itself is never told.
pub fn secret(key: &str, reference: &str) -> Result<String> {
    if let Some(name) = reference.strip_prefix("env:") {
        return variable(name).with_context(|| format!("the setting \"{key}\": the variable {name} is not set"));
    }
    if let Some(path) = reference.strip_prefix("file:") {
        let text = std::fs::read_to_string(path).with_context(|| format!("the setting \"{key}\": {path}"))?;
        return Ok(text.trim().to_owned());
    }
    Err(anyhow!(
        "the setting \"{key}\" holds a secret itself; write env:NAME or file:PATH there, and the secret in that place"
    ))
}

/// Makes the data folder where it is missing.
///
/// # Errors
/// Where it cannot be made or written.
pub fn prepare_data_folder(settings: &Settings) -> Result<()> {
    let folder = &settings.storage.data;
    let remedy = || format!("the data folder {} cannot be used; choose another with --data DIR", folder.display());
    std::fs::create_dir_all(folder.join("plugins")).with_context(remedy)?;
    tempfile::tempfile_in(folder).with_context(remedy)?;
    Ok(())
}
