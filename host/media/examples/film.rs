//! Renders a job file in this process: `cargo run --release -p kinora-media --example film -- job.json`.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let job = std::env::args().nth(1).ok_or("usage: film JOB.json".to_owned()).and_then(|path| {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    });
    let rendered = job.and_then(|job| {
        kinora_media::render(&job, Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(()))
            .map_err(|error| error.to_string())
    });
    match rendered {
        Ok(report) => {
            println!("{report:#?}");
            ExitCode::SUCCESS
        }
        Err(told) => {
            eprintln!("{told}");
            ExitCode::FAILURE
        }
    }
}
