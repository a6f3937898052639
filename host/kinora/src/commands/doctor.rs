//! `kinora doctor`: what is missing on this machine, each with its remedy.

use std::process::ExitCode;

use anyhow::Result;
use kinora_domain::documents::Role;

use crate::host;
use crate::say;
use crate::settings::{self, Settings};

/// Prints one line for each thing that films need, and fails where one is missing.
///
/// # Errors
/// Never for what it checks: that is what the lines say.
pub async fn run(settings: &Settings) -> Result<ExitCode> {
    let mut missing = 0;
    let mut line = |name: &str, result: Result<String, String>| match result {
        Ok(found) => say!("ok       {name:12} {found}"),
        Err(wrong) => {
            missing += 1;
            say!("missing  {name:12} {wrong}");
        }
    };
    line(
        "ffmpeg",
        kinora_media::check_ffmpeg(&settings.media.ffmpeg)
            .map(|info| format!("{}, with libx264 and aac", info.version))
            .map_err(|error| error.to_string()),
    );
    line(
        "fonts",
        kinora_media::check_fonts()
            .map(|info| format!("{} faces, {}", info.faces, families(&info.families)))
            .map_err(|error| error.to_string()),
    );
    line(
        "data folder",
        settings::prepare_data_folder(settings)
            .map(|()| settings.storage.data.display().to_string())
            .map_err(|error| format!("{error:#}")),
    );
    let (store, _) = host::open(settings).await?;
    let plugins = host::plugins(settings, &store).await?;
    for role in Role::ALL {
        let active = plugins.generations().of_role(role);
        let ids: Vec<&str> = active.iter().map(|active| active.id()).collect();
        line(
            &plural(role),
            if ids.is_empty() {
                Err("none; build the binary with `make build`, which puts the shipped ones inside".into())
            } else {
                Ok(ids.join(", "))
            },
        );
    }
    for refused in plugins.refused() {
        say!("refused  {:12} {refused}", "plugin");
    }
    if missing == 0 {
        say!("ready: kinora make \"a lighthouse in a storm\" -o film.mp4");
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}

fn families(families: &[String]) -> String {
    let shown: Vec<&str> = families.iter().take(4).map(String::as_str).collect();
    let more = families.len().saturating_sub(shown.len());
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more families", shown.join(", ")) }
}

fn plural(role: Role) -> String {
    match role {
        Role::Strategy => "strategies".into(),
        _ => format!("{role}s"),
    }
}
