//! The commands, one file each.

mod config;
mod doctor;
mod make;
mod plugin;
mod render;
mod serve;
mod token;

use std::process::ExitCode;

use anyhow::Result;

use tokio_util::sync::CancellationToken;

use crate::cli::{Cli, Command};
use crate::settings::{self, Row, Settings};
use crate::tell;

/// Runs a command.
///
/// # Errors
/// A sentence for the person who called it.
pub async fn run(cli: Cli, interrupted: CancellationToken) -> Result<ExitCode> {
    let listen = match &cli.command {
        Command::Serve(serve) => serve.listen.as_slice(),
        _ => &[],
    };
    let (settings, rows) = settings::load(&cli.common, listen)?;
    match cli.command {
        // These end in good order by themselves.
        Command::Serve(_) => serve::run(&settings, interrupted).await,
        Command::Make(make) => make::run(&settings, make, interrupted).await,
        Command::Render(render) => render::run(&settings, render, interrupted).await,
        command => tokio::select! {
            ended = look(&settings, &rows, command) => ended,
            () = interrupted.cancelled() => {
                tell!("kinora: interrupted");
                Ok(ExitCode::from(130))
            }
        },
    }
}

async fn look(settings: &Settings, rows: &[Row], command: Command) -> Result<ExitCode> {
    match command {
        Command::Token(token) => token::run(settings, token).await,
        Command::Doctor => doctor::run(settings).await,
        Command::Config => Ok(config::run(rows)),
        Command::Plugin(plugin) => plugin::run(settings, plugin).await,
        Command::Serve(_) | Command::Make(_) | Command::Render(_) => Ok(ExitCode::SUCCESS),
    }
}
