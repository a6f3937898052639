//! `kinora token`: tokens for the API.

use std::process::ExitCode;

use anyhow::{Context, Result};
use kinora_store::Role;

use crate::cli;
use crate::host;
use crate::say;
use crate::settings::{self, Settings};

/// Makes a token and prints it. Works beside a running host.
///
/// # Errors
/// Where the database cannot be used.
pub async fn run(settings: &Settings, command: cli::Token) -> Result<ExitCode> {
    let cli::Token::Create { user, role } = command;
    let user = user.trim();
    if user.is_empty() || user.chars().count() > 64 {
        anyhow::bail!("--user: a name has 1 to 64 characters");
    }
    settings::prepare_data_folder(settings)?;
    let (store, _) = host::open(settings).await?;
    let token = kinora_api::new_token();
    let role = Role::parse(&role).context("--role: user or admin")?;
    store.create_token(user, &kinora_api::hash_token(&token), role).await?;
    store.close().await;
    say!("{token}");
    Ok(ExitCode::SUCCESS)
}
