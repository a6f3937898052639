//! The child: `kinora media-worker`.

use std::io::{BufRead, Read, Write};
use std::ops::ControlFlow;
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};

use super::{Event, Limits, Request};
use crate::error::MediaError;

/// The longest request in bytes: far beyond any film, and no way to fill the memory.
const MAX_REQUEST: u64 = 512 << 20;

/// What `kinora media-worker` does: reads one JSON request from a line of standard input, does the job, writes its
/// events as lines of JSON to standard output. Ends in failure exactly when the last event says so.
pub fn worker_main() -> ExitCode {
    let mut line = String::new();
    let read = std::io::stdin().lock().take(MAX_REQUEST).read_line(&mut line);
    let request: Request = match read.map_err(serde_json::Error::io).and_then(|_| serde_json::from_str(&line)) {
        Ok(request) => request,
        Err(error) => {
            let reason = format!("its job cannot be read: {error}");
            return answer(&Event::Failed { error: MediaError::InvalidFilm { reason } });
        }
    };
    drop(line);
    confine(&request.limits);
    if request.lifeline {
        let scraps = request.job.scraps();
        std::thread::spawn(move || {
            let mut rest = [0; 64];
            while matches!(std::io::stdin().read(&mut rest), Ok(1..)) {}
            // The host is gone, or does not want the film any more.
            crate::process::kill_running();
            crate::job::clear_up(&scraps);
            std::process::exit(1);
        });
    }
    let done = crate::render(&request.job, &request.ffmpeg, &mut |progress| {
        if say(&Event::Progress(progress)) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    answer(&match done {
        Ok(report) => Event::Done { report },
        Err(error) => Event::Failed { error },
    })
}

/// Gives up what a render does not need. Best effort: a limit that cannot be set (a stricter one is in force) is no
/// reason not to render.
fn confine(limits: &Limits) {
    let _ = nice(limits.nice);
    let wanted = [
        (Resource::Core, 0),
        (Resource::As, limits.memory),
        (Resource::Fsize, limits.file),
        (Resource::Nofile, limits.files),
    ];
    for (resource, most) in wanted {
        let hard = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let most = Some(most.min(hard));
        let _ = setrlimit(resource, Rlimit { current: most, maximum: most });
    }
}

/// `false` once nobody listens.
fn say(event: &Event) -> bool {
    let Ok(mut line) = serde_json::to_vec(event) else { return false };
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).is_ok()
}

fn answer(event: &Event) -> ExitCode {
    let _ = say(event); // Who does not listen learns it from the exit code.
    match event {
        Event::Done { .. } => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
