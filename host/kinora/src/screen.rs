//! What a person sees while something takes long: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

/// Prints a line on standard output. A reader that has gone is no reason to panic, as it is for `println!`.
#[macro_export]
macro_rules! say {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($line)*);
    }};
}

/// Prints a line on standard error, whoever may still read it.
#[macro_export]
macro_rules! tell {
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($line)*);
    }};
}

/// Steps of the whole in the bar.
const STEPS: u64 = 1_000;

/// Sends log lines to standard error: warnings, or more on request. A server tells what it does unasked.
pub fn start_log(verbose: u8, server: bool) {
    let level = match verbose + u8::from(server) {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("KINORA_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("{level},wasmtime=warn,cranelift=warn")));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Shows how far a job is, on standard error.
pub struct Screen {
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    step: String,
    /// The last tenth of the whole that was printed.
    printed: u64,
}

impl Screen {
    /// A bar where standard error is a terminal.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(STEPS);
            let style = ProgressStyle::with_template(
                "{spinner} {msg:22} {wide_bar:.cyan/dim} {percent:>3} %  {elapsed} (about {eta} left)",
            );
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Screen { bar, state: Mutex::default() }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Shows the step and how far the whole is, in percent.
    pub fn show(&self, step: &str, percent: f64) {
        let Ok(mut state) = self.state.lock() else {
            return;
        };
        if let Some(bar) = &self.bar {
            bar.set_message(step.to_owned());
            bar.set_position((percent / 100.0 * STEPS as f64) as u64);
            return;
        }
        let tenth = (percent / 10.0) as u64;
        if state.step != step {
            tell!("{step}");
            *state = State { step: step.into(), printed: tenth };
        } else if tenth > state.printed {
            state.printed = tenth;
            tell!("{step}: {} % of the whole", tenth * 10);
        }
    }
}
