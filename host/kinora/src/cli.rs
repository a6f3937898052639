//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use kinora_domain::documents::Rate;

/// Turns prompts into finished MP4 films.
#[derive(Debug, Parser)]
#[command(name = "kinora", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Settings that apply to every command.
    #[command(flatten)]
    pub common: Common,
    /// Say more on standard error; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Settings that apply to every command.
#[derive(Debug, Args)]
pub struct Common {
    /// The settings file [default: kinora.toml in the working folder, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder: plugins, caches [default: ~/.local/share/kinora]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A Postgres that several hosts may share [default: a file in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// The folder for pictures and films [default: blobs in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub blobs: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the REST API and run its jobs
    Serve(Serve),
    /// Make a film out of a prompt
    Make(Make),
    /// Render an edit plan from files, without a server
    Render(Render),
    /// Make tokens for the API
    #[command(subcommand)]
    Token(Token),
    /// Say what is missing on this machine, each with its remedy
    Doctor,
    /// Print the effective settings and where each comes from
    Config,
    /// Look at plugins, install and exchange them, also while a host runs
    #[command(subcommand)]
    Plugin(Plugin),
}

/// Serve the REST API and run its jobs.
#[derive(Debug, Args)]
pub struct Serve {
    /// An address with port; may be given several times; port 0 takes any that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,
}

/// Make tokens for the API.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token for a user, who is made where the name is new, and print it; it is shown this once
    Create {
        /// Whose token it is
        #[arg(long, value_name = "NAME")]
        user: String,
        /// What it allows: user or admin
        #[arg(long, value_name = "ROLE", default_value = "user", value_parser = ["user", "admin"])]
        role: String,
    },
}

/// Make a film out of a prompt.
#[derive(Debug, Args)]
pub struct Make {
    /// What the film is about, in a sentence or more; `-` reads it from standard input
    pub prompt: String,
    /// Where the film goes; a file that is there is replaced when the film is ready
    #[arg(short, long, value_name = "FILE", default_value = "film.mp4")]
    pub output: PathBuf,
    /// Length in seconds, 8 to 120; the film has exactly that many
    #[arg(long, default_value_t = 24)]
    pub seconds: u32,
    /// The look, in words
    #[arg(long, default_value = "cinematic-storytelling")]
    pub style: String,
    /// The feeling, in words
    #[arg(long, default_value = "hopeful")]
    pub mood: String,
    /// Width and height in pixels, even, 64 to 4320
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = resolution)]
    pub resolution: (u32, u32),
    /// Frames per second, 1 to 120; also a fraction such as 30000/1001, or 29.97
    #[arg(long, default_value = "30", value_parser = rate)]
    pub fps: Rate,
    /// The same prompt and seed make the same film [default: made from the prompt]
    #[arg(long)]
    pub seed: Option<u64>,
    /// The language of titles and captions
    #[arg(long, value_name = "TAG", default_value = "en-US")]
    pub language: String,
    /// Without music
    #[arg(long)]
    pub no_audio: bool,
    /// The provider that writes and draws [default: the settings' providers.text and providers.image]
    #[arg(long, value_name = "ID")]
    pub provider: Option<String>,
    /// Keep the scenario, the pictures and the film's plan in this folder
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// Render an edit plan from files, without a server.
///
/// The plan may be of any dialect (`/api/schemas/edit-plan.json` of a host describes the documented one). Its media ids are
/// the names of files in the folder, with or without their extension. What did not change since the last time is not
/// rendered again.
#[derive(Debug, Args)]
pub struct Render {
    /// The plan, a JSON file; `-` reads it from standard input
    pub plan: PathBuf,
    /// The folder with the pictures and clips
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub media: PathBuf,
    /// The music, for plans with `with_audio` or beats
    #[arg(long, value_name = "FILE")]
    pub audio: Option<PathBuf>,
    /// The tempo of the music in beats per minute, where the tracker hears the double or the half
    #[arg(long, value_name = "BPM", requires = "audio")]
    pub bpm: Option<f64>,
    /// Where the film goes; a file that is there is replaced when the film is ready
    #[arg(short, long, value_name = "FILE", default_value = "film.mp4")]
    pub output: PathBuf,
    /// Small and quick
    #[arg(long)]
    pub preview: bool,
    /// Print the timeline as a table: segment, source, frames, transition, and what was rendered before
    #[arg(long)]
    pub explain: bool,
    /// Judge the plan (with --explain also print its table, and what was rendered before), and render nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Render everything anew, and keep no pieces
    #[arg(long)]
    pub no_cache: bool,
}

/// Look at plugins, install and exchange them, also while a host runs.
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins with what serves of each, and what was refused and why
    List,
    /// Show one plugin: its generations, rights, settings and health
    Show {
        /// Its id
        id: String,
    },
    /// Check, test and keep a component, and make it serve
    ///
    /// Where a host runs on the data folder, it does so while requests run: the next one gets the new component, and
    /// what runs ends on the old one. A component that is refused changes nothing.
    Install {
        /// The component, a .wasm file
        file: PathBuf,
        /// Grant the rights that it newly asks for; without this they are listed, and it does not serve
        #[arg(long, conflicts_with = "stage")]
        grant: bool,
        /// Only keep it; `kinora plugin activate` makes it serve
        #[arg(long)]
        stage: bool,
    },
    /// Make an installed generation serve
    Activate {
        /// The plugin's id
        id: String,
        /// A version, or a digest or its first 8 digits or more [default: the latest that was installed]
        generation: Option<String>,
        /// Grant the rights that it newly asks for
        #[arg(long)]
        grant: bool,
    },
    /// Go back to the generation that served before
    ///
    /// The one that serves now is marked as failed, with the reason; `kinora plugin activate` still takes it.
    Rollback {
        /// The plugin's id
        id: String,
        /// Why, for those who look at it later
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Say whether a component could be used, and what it is and wants
    Check {
        /// The component
        file: PathBuf,
    },
    /// Call a component once, with JSON from standard input or a file
    ///
    /// A renderer takes a drawing; a strategy a request {"kind", "input", "attempt"}; a validator {"document",
    /// "context"}; a provider {"kind", "parameters"}, of which the first step is printed: nothing is sent. It gets the
    /// plugin's settings.
    Run {
        /// The component
        file: PathBuf,
        /// The input [default: standard input]
        #[arg(long, value_name = "FILE")]
        input: Option<PathBuf>,
    },
}

/// Reads `1280x720` or `1280:720`.
fn resolution(text: &str) -> Result<(u32, u32), String> {
    let (width, height) = text.split_once(['x', 'X', ':', '×']).ok_or("write it as WIDTHxHEIGHT, such as 1280x720")?;
    let side = |side: &str| side.trim().parse::<u32>().map_err(|_| format!("{side:?} is no whole number of pixels"));
    Ok((side(width)?, side(height)?))
}

/// Reads `30`, `30000/1001`, `29.97`.
fn rate(text: &str) -> Result<Rate, String> {
    let number = |part: &str| {
        part.trim().parse::<u32>().map_err(|_| format!("{text:?} is no rate; write 30, 30000/1001 or 29.97"))
    };
    if let Some((num, den)) = text.split_once('/') {
        return Ok(Rate { num: number(num)?, den: number(den)? });
    }
    match text {
        "23.976" | "23.98" => Ok(Rate { num: 24_000, den: 1_001 }),
        "29.97" => Ok(Rate { num: 30_000, den: 1_001 }),
        "59.94" => Ok(Rate { num: 60_000, den: 1_001 }),
        _ => Ok(Rate { num: number(text)?, den: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn resolutions_and_rates_are_read_or_refused_with_an_example() {
        assert_eq!(resolution("1280x720"), Ok((1280, 720)));
        assert_eq!(resolution("720:1280"), Ok((720, 1280)));
        assert!(resolution("big").is_err_and(|e| e.contains("1280x720")));
        assert!(resolution("1280x-2").is_err());
        assert_eq!(rate("29.97"), Ok(Rate { num: 30_000, den: 1_001 }));
        assert_eq!(rate("24000/1001"), Ok(Rate { num: 24_000, den: 1_001 }));
        assert!(rate("fast").is_err_and(|e| e.contains("30000/1001")));
    }
}
