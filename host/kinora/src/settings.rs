//! The settings: defaults, `kinora.toml`, `.env`, environment `KINORA_SECTION__KEY`, flags; the later wins. An unknown
//! key is an error that names the nearest known one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::util::nest;
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
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
    /// Who makes what.
    pub providers: Providers,
    /// How often a model is asked.
    pub generation: Generation,
    /// What a call of a plugin may use.
    pub plugins: Plugins,
    /// Native media.
    pub media: Media,
}

/// Where things are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// The data folder.
    pub data: PathBuf,
}

/// Who makes what: plugin ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {
    /// Who writes.
    pub text: String,
    /// Who draws.
    pub image: String,
}

/// How often a model is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// 1 to 10.
    pub attempts: u32,
    /// The pause after the first attempt; after the n-th it is n times as long.
    pub retry_delay_ms: u64,
}

/// What a call of a plugin may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
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
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            storage: Storage { data: default_data_folder() },
            providers: Providers { text: "offline".into(), image: "offline".into() },
            generation: Generation { attempts: 3, retry_delay_ms: 2_000 },
            plugins: Plugins { compute_ms: 2_000, wall_ms: 10_000, memory_mib: 256 },
            media: Media { ffmpeg: "ffmpeg".into() },
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
pub fn load(common: &Common) -> Result<(Settings, Vec<Row>)> {
    let figment = sources(common)?;
    let settings: Settings = figment.extract().map_err(explain)?;
    check(&settings)?;
    let rows = rows(&figment, &settings);
    Ok((settings, rows))
}

fn sources(common: &Common) -> Result<Figment> {
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
        figment = figment.merge(Flag("storage.data", data.display().to_string(), "--data"));
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
struct Flag(&'static str, String, &'static str);

impl Provider for Flag {
    fn metadata(&self) -> Metadata {
        Metadata::named(format!("flag {}", self.2))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let dict = nest(self.0, self.1.clone().into()).into_dict().unwrap_or_default();
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
    range("plugins.compute_ms", settings.plugins.compute_ms, 10, 60_000)?;
    range("plugins.wall_ms", settings.plugins.wall_ms, 10, 600_000)?;
    range("plugins.memory_mib", settings.plugins.memory_mib as u64, 1, 4_096)?;
    Ok(())
}

fn rows(figment: &Figment, settings: &Settings) -> Vec<Row> {
    let Ok(Value::Dict(_, sections)) = Value::serialize(settings) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (section, value) in &sections {
        for (name, value) in value.as_dict().into_iter().flatten() {
            let key = format!("{section}.{name}");
            let source = match figment.find_metadata(&key) {
                Some(metadata) => match source_name(metadata) {
                    name if name.contains("kinora::settings") => "default".into(),
                    name => name,
                },
                None => "default".into(),
            };
            rows.push(Row {
                value: match value.as_str() {
                    Some(text) => format!("{text:?}"),
                    None => serde_json::to_string(value).unwrap_or_default(),
                },
                key,
                source,
            });
        }
    }
    rows
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
