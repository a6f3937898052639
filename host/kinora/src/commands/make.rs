//! `kinora make`: a prompt in, a film out.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use kinora_workflows::{FilmMade, FilmRequest, make_film};

use crate::cli::Make;
use crate::host;
use crate::say;
use crate::screen::Screen;
use crate::settings::{self, Settings};

/// What is read of standard input, so that a wrong pipe does not fill the memory. Far above the longest prompt.
const MAX_INPUT: u64 = 1 << 20;

/// Makes a film.
///
/// # Errors
/// Where the request is wrong, something is missing, or a step fails.
pub async fn run(settings: &Settings, make: Make) -> Result<ExitCode> {
    let began = Instant::now();
    let prompt = read_prompt(make.prompt)?;
    check_output(&make.output)?;
    kinora_media::check_ffmpeg(&settings.media.ffmpeg)?;
    kinora_media::check_fonts()?;
    settings::prepare_data_folder(settings)?;
    let work = tempfile::Builder::new()
        .prefix("kinora-")
        .tempdir()
        .context("no folder for the pictures can be made; is the temporary folder full?")?;
    if let Some(keep) = &make.keep {
        std::fs::create_dir_all(keep).with_context(|| format!("--keep {} cannot be made", keep.display()))?;
    }
    let request = FilmRequest {
        seed: make.seed.unwrap_or_else(|| seed_of(&prompt)),
        prompt,
        seconds: make.seconds,
        style: make.style,
        mood: make.mood,
        width: make.resolution.0,
        height: make.resolution.1,
        rate: make.fps,
        audio: !make.no_audio,
        language: make.language,
        folder: make.keep.clone().unwrap_or_else(|| work.path().to_owned()),
        output: make.output,
    };
    request.check()?;
    let mut studio = host::studio(settings).await?;
    if let Some(provider) = make.provider {
        studio.providers.text = provider.clone();
        studio.providers.image = provider;
    }
    for refused in &studio.catalog.refused {
        tracing::warn!("{refused}");
    }
    let screen = Screen::new();
    let made = make_film(&studio, &request, &screen).await;
    screen.clear();
    report(&request, &made?, began);
    Ok(ExitCode::SUCCESS)
}

fn report(request: &FilmRequest, made: &FilmMade, began: Instant) {
    say!(
        "{}  {:.1} s, {}x{}, {} frames at {:.5} fps, {:.1} MB",
        request.output.display(),
        made.seconds,
        request.width,
        request.height,
        made.report.frames,
        request.rate.as_f64(),
        made.report.bytes as f64 / 1e6,
    );
    say!("title    {}", made.scenario.title);
    say!("made by  {}", made.made_by.join("; "));
    say!("cost     ${:.2}", made.cost as f64 / 1e6);
    say!("seed     {}", request.seed);
    say!("took     {:.1} s", began.elapsed().as_secs_f64());
}

fn read_prompt(prompt: String) -> Result<String> {
    if prompt != "-" {
        return Ok(prompt);
    }
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_INPUT)
        .read_to_string(&mut text)
        .context("the prompt cannot be read from standard input")?;
    Ok(text)
}

/// Says before any work is done that the film could not be put there.
fn check_output(output: &Path) -> Result<()> {
    if output.is_dir() {
        bail!("-o {}: this is a folder; name the film's file", output.display());
    }
    let folder = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        bail!("-o {}: there is no folder {}", output.display(), folder.display());
    }
    tempfile::tempfile_in(folder)
        .with_context(|| format!("-o {}: the folder {} cannot be written", output.display(), folder.display()))?;
    Ok(())
}

/// A seed that belongs to the prompt.
fn seed_of(prompt: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    prompt.hash(&mut hasher);
    // Short enough to be typed again.
    hasher.finish() % 1_000_000
}
