//! `kinora make`: a prompt in, a film out. The film is a durable job: whatever ends this process, the same command goes
//! on where it stopped, and what was paid for is not paid for again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use kinora_jobs::Failure;
use kinora_store::{Blobs, Created, Job, JobState, NewJob, Store, UsageFilter};
use kinora_workflows::{FILM_KIND, FILM_VERSION, FilmMade, FilmRequest};
use tokio_util::sync::CancellationToken;

use crate::adapters;
use crate::cli::Make;
use crate::host::{self, Host};
use crate::screen::Screen;
use crate::settings::{self, Settings};
use crate::{remote, say, tell};

/// What is read of standard input, so that a wrong pipe does not fill the memory. Far above the longest prompt.
const MAX_INPUT: u64 = 1 << 20;
/// Who owns the films of the command line.
const OWNER: &str = "command-line";
/// Events that are read at once.
const EVENTS: i64 = 1_000;
/// How often the job is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Makes a film.
///
/// # Errors
/// Where the request is wrong, something is missing, or a step fails.
pub async fn run(settings: &Settings, make: Make, interrupted: CancellationToken) -> Result<ExitCode> {
    let began = Instant::now();
    let prompt = read_prompt(make.prompt)?;
    check_output(&make.output)?;
    kinora_media::check_ffmpeg(&settings.media.ffmpeg)?;
    kinora_media::check_fonts()?;
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
    };
    request.check()?;
    settings::prepare_data_folder(settings)?;
    if let Some(keep) = &make.keep {
        std::fs::create_dir_all(keep).with_context(|| format!("--keep {} cannot be made", keep.display()))?;
    }
    let (store, blobs) = host::open(settings).await?;
    let plugins = host::plugins(settings, &store).await?;
    let studio = host::studio(settings, &plugins, blobs.clone(), make.provider.as_deref())?;
    // Before anything is begun.
    if let Some(missing) = adapters::missing(&studio).into_iter().next() {
        bail!(missing);
    }
    let job = submit(&store, &blobs, &request, make.provider.as_deref()).await?;

    let screen = Screen::new();
    // What a job that goes on has done before is not told again, only where it stands.
    if job.last_event > 0 {
        screen.show(&job.current_step, job.progress);
    }
    let mut runner =
        Runner { settings, store: &store, studio, job: job.id.clone(), host: None, seen: job.last_event, told: false };
    let ended = tokio::select! {
        ended = runner.run(&screen) => Some(ended),
        () = interrupted.cancelled() => None,
    };
    screen.clear();
    if let Some(host) = runner.host {
        host.engine.stop(Duration::ZERO).await;
    }
    let Some(ended) = ended else {
        tell!("kinora: interrupted; nothing half-written was left behind, and the same command goes on from here");
        return Ok(ExitCode::from(130));
    };
    let made = read_result(&ended?)?;
    deliver(&blobs, &made, &make.output).await?;
    if let Some(keep) = &make.keep {
        keep_parts(&blobs, &made, keep).await?;
    }
    report(&store, &request, &made, &job, &make.output, began).await?;
    // Delivered; the store keeps no second copy.
    blobs.delete(&made.film.parse()?).await?;
    store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Finds the job of the same request whose film was not yet delivered, or makes one.
async fn submit(store: &Store, blobs: &Blobs, request: &FilmRequest, provider: Option<&str>) -> Result<Job> {
    let input = serde_json::to_string(request)?;
    let mut hasher = DefaultHasher::new();
    (&input, provider).hash(&mut hasher);
    let mut key = format!("film-{:016x}", hasher.finish());
    loop {
        let new = NewJob {
            kind: FILM_KIND.into(),
            workflow_version: FILM_VERSION,
            owner: OWNER.into(),
            input: input.clone(),
            idempotency_key: Some(key.clone()),
            ..NewJob::default()
        };
        let Created { job, fresh } = store.create_job(new).await?;
        if fresh {
            return Ok(job);
        }
        if !job.state.is_ended() || is_kept(blobs, &job).await {
            tell!("going on with the film that was begun before");
            return Ok(job);
        }
        // That one is over; this is the next.
        key = format!("film-{}", job.id);
    }
}

/// Whether a job's film is still in the store: it could not be delivered.
async fn is_kept(blobs: &Blobs, job: &Job) -> bool {
    let Ok(Ok(film)) = read_result(job).map(|made| made.film.parse()) else {
        return false;
    };
    blobs.head(&film).await.is_ok()
}

/// Sees to it that the job is run: by this process, or by the host that holds the data folder.
struct Runner<'a> {
    settings: &'a Settings,
    store: &'a Store,
    studio: std::sync::Arc<kinora_workflows::Studio>,
    job: String,
    host: Option<Host>,
    /// The last event that was shown.
    seen: i64,
    /// Whether it was said that another process runs the job.
    told: bool,
}

impl Runner<'_> {
    async fn run(&mut self, screen: &Screen) -> Result<Job> {
        loop {
            let job = self.store.job(&self.job).await?;
            self.show(screen).await?;
            if job.state.is_ended() {
                return Ok(job);
            }
            if self.host.is_none() {
                self.take_folder().await?;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Shows every step, also those that were over before they were looked at.
    async fn show(&mut self, screen: &Screen) -> Result<()> {
        for event in self.store.events(&self.job, self.seen, EVENTS).await? {
            self.seen = event.seq;
            let Ok(data) = serde_json::from_str::<serde_json::Value>(&event.data) else {
                continue;
            };
            if let (Some(step), Some(percent)) = (data["step"].as_str(), data["progress"].as_f64()) {
                screen.show(step, percent);
            }
        }
        Ok(())
    }

    async fn take_folder(&mut self) -> Result<()> {
        match remote::take(&self.settings.storage.data)? {
            Some(folder) => {
                let only = Some(self.job.clone());
                let (store, studio) = (self.store.clone(), self.studio.clone());
                self.host = Some(Host::start(self.settings, folder, store, studio, only).await?);
            }
            None if !self.told => {
                self.told = true;
                tracing::info!("another kinora holds the data folder; the film was handed to it");
            }
            None => {}
        }
        Ok(())
    }
}

fn read_result(job: &Job) -> Result<FilmMade> {
    match (job.state, &job.result) {
        (JobState::Completed, Some(result)) => Ok(serde_json::from_str(result)?),
        _ => {
            let failure: Option<Failure> = job.error.as_deref().and_then(|error| serde_json::from_str(error).ok());
            let failure = failure.unwrap_or_else(|| Failure::new("unknown", "the film could not be made"));
            match failure.hint {
                Some(hint) => Err(anyhow!("{} {hint}", failure.message)),
                None => Err(anyhow!("{}", failure.message)),
            }
        }
    }
}

/// Puts the film in its place, whole or not at all.
async fn deliver(blobs: &Blobs, made: &FilmMade, output: &Path) -> Result<()> {
    let folder = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || format!("-o {}: the film cannot be written there", output.display());
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    if let Err(error) = copy(blobs, &made.film, file.as_file_mut()).await {
        let full = error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::StorageFull);
        if full {
            bail!(
                "-o {}: there is no room left; the film needs {} bytes. It is kept: the same command, once there is room, \
                 only has to copy it",
                output.display(),
                made.bytes
            );
        }
        return Err(error).with_context(cannot);
    }
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).with_context(cannot)?;
    file.persist(output).with_context(cannot)?;
    Ok(())
}

async fn copy(blobs: &Blobs, blob: &str, file: &mut std::fs::File) -> Result<()> {
    let path = blobs.path(&blob.parse()?).context("blobs are not in a local folder")?;
    let mut source = std::fs::File::open(path)?;
    std::io::copy(&mut source, file)?;
    file.sync_all()?;
    Ok(())
}

async fn keep_parts(blobs: &Blobs, made: &FilmMade, folder: &Path) -> Result<()> {
    let cannot = || format!("--keep {} cannot be written", folder.display());
    std::fs::write(folder.join("scenario.json"), serde_json::to_vec_pretty(&made.scenario)?).with_context(cannot)?;
    std::fs::write(folder.join("film.json"), serde_json::to_vec_pretty(&made.plan)?).with_context(cannot)?;
    for (index, picture) in made.pictures.iter().enumerate() {
        let ending = picture.rsplit_once('.').map_or("bin", |(_, ending)| ending);
        let path = folder.join(format!("scene-{}.{ending}", index + 1));
        copy(blobs, picture, &mut std::fs::File::create(path).with_context(cannot)?).await.with_context(cannot)?;
    }
    Ok(())
}

async fn report(
    store: &Store,
    request: &FilmRequest,
    made: &FilmMade,
    job: &Job,
    output: &Path,
    began: Instant,
) -> Result<()> {
    let filter = UsageFilter { job: Some(job.id.clone()), ..UsageFilter::default() };
    let cost: i64 = store.usage(&filter).await?.iter().map(|row| row.cost).sum();
    for warning in &made.warnings {
        tell!("warning: {warning}");
    }
    say!(
        "{}  {:.1} s, {}x{}, {} frames at {:.5} fps, {:.1} MB",
        output.display(),
        made.seconds,
        request.width,
        request.height,
        made.frames,
        request.rate.as_f64(),
        made.bytes as f64 / 1e6,
    );
    say!("title    {}", made.scenario.title);
    say!("made by  {}", made.made_by.join("; "));
    say!("cost     ${:.2}", cost as f64 / 1e6);
    say!("seed     {}", request.seed);
    say!("took     {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
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
