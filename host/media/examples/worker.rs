//! Runs a job file as the host does, in a child process, which is this example called again:
//! `cargo run --release -p kinora-media --example worker -- job.json`. Ctrl-C cancels and leaves nothing behind.

use std::process::ExitCode;

use kinora_media::{Worker, worker_main};

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "media-worker" {
        return worker_main();
    }
    match host(&argument) {
        Ok(()) => ExitCode::SUCCESS,
        Err(told) => {
            eprintln!("{told}");
            ExitCode::FAILURE
        }
    }
}

fn host(path: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let job = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let executable = std::env::current_exe().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let worker = Worker::new(executable);
        tokio::select! {
            done = worker.run(&job, |progress| eprintln!("{}/{}", progress.frame, progress.frames)) => {
                println!("{:#?}", done.map_err(|error| error.to_string())?);
                Ok(())
            }
            _ = tokio::signal::ctrl_c() => Err("cancelled".into()),
        }
    })
}
