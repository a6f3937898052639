//! The binary: command line, settings, wiring. Nothing else knows all the parts.

mod adapters;
mod cli;
mod commands;
mod host;
mod housekeeping;
mod models;
mod remote;
mod screen;
mod settings;

use std::process::ExitCode;

use clap::Parser;
use tokio_util::sync::CancellationToken;

/// Much is allocated on one thread and freed on another; BENCH.md says what this allocator is worth.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What the allocator reads at the start: what was freed goes back to the system within a second.
#[unsafe(export_name = "_rjem_malloc_conf")]
static ALLOCATOR_SETTINGS: &[u8; 70] = b"background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:4\0";

fn main() -> ExitCode {
    // The media worker is this binary too; it has no settings, no runtime and no log of its own.
    if std::env::args_os().nth(1).is_some_and(|arg| arg == "media-worker") {
        return kinora_media::worker_main();
    }
    let cli = cli::Cli::parse();
    screen::start_log(cli.verbose, matches!(cli.command, cli::Command::Serve(_)));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell!("kinora: the machine gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(async {
        let interruption = CancellationToken::new();
        let told = interruption.clone();
        tokio::spawn(async move {
            interrupted().await;
            told.cancel();
            // Who asks twice does not want to wait.
            interrupted().await;
            std::process::exit(130);
        });
        commands::run(cli, interruption).await
    });
    // Whatever still waits for a file or a child must not hold the prompt back.
    runtime.shutdown_background();
    ended.unwrap_or_else(|error| {
        tell!("kinora: {error:#}");
        ExitCode::FAILURE
    })
}

/// Ends with the first interrupt or request to terminate.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
