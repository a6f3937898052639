//! The commands, one file each.

mod config;
mod doctor;
mod make;
mod plugin;

use std::process::ExitCode;

use anyhow::Result;

use crate::cli::{Cli, Command};
use crate::settings;

/// Runs a command.
///
/// # Errors
/// A sentence for the person who called it.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    let (settings, rows) = settings::load(&cli.common)?;
    match cli.command {
        Command::Make(make) => make::run(&settings, make).await,
        Command::Doctor => doctor::run(&settings).await,
        Command::Config => Ok(config::run(&rows)),
        Command::Plugin(plugin) => plugin::run(&settings, plugin).await,
    }
}
