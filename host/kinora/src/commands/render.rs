//! `kinora render`: an edit plan and a folder in, a film out, without a server.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use kinora_domain::documents::{AudioTrack, EditPlan, Materials, MediaStatus, MediaType, Medium, Problem};
use kinora_domain::edit_plan;
use kinora_domain::film::{Film, Fit, Segment, Source, Track};
use kinora_domain::timeline::{Shown, Timeline};
use kinora_media::{CacheFolder, Job, Quality, Worker};
use tokio_util::sync::CancellationToken;

use crate::cli::Render;
use crate::screen::Screen;
use crate::settings::{self, Settings};
use crate::{host, say, tell};

/// The largest plan that is read, bytes.
const MAX_PLAN: u64 = 16 << 20;

/// Renders a plan.
///
/// # Errors
/// Where the plan is wrong, a file cannot be used, or the render fails.
pub async fn run(settings: &Settings, render: Render, interrupted: CancellationToken) -> Result<ExitCode> {
    let began = Instant::now();
    kinora_media::check_ffmpeg(&settings.media.ffmpeg)?;
    let worker = host::worker(&settings.media.ffmpeg)?;
    let plan = read_plan(&render.plan)?;
    let plan = edit_plan::read(&plan).map_err(|problems| refused(&render.plan, problems))?;
    let files = Files::look(&render, &plan, &worker).await?;
    let timeline = edit_plan::compile(&plan, &files.materials).map_err(|problems| refused(&render.plan, problems))?;
    for warning in &timeline.warnings {
        tell!("note: {warning}.");
    }
    settings::prepare_data_folder(settings)?;
    if render.output.is_dir() {
        bail!("--output {}: a folder has this name", render.output.display());
    }
    let cache = (!render.no_cache).then(|| CacheFolder {
        path: settings.storage.data.join("pieces"),
        max_bytes: settings.media.cache_mib.saturating_mul(1 << 20),
        workers: 0,
        contents: BTreeMap::new(),
    });
    let job = Job::Film {
        film: film(&render, &timeline, &files)?,
        output: std::path::absolute(&render.output).context("the working folder is gone")?,
        blobs: BTreeMap::new(),
        quality: if render.preview { Quality::Preview } else { Quality::Final },
        cache,
    };
    if render.dry_run {
        let there = kinora_media::look_ahead(&job, &settings.media.ffmpeg)?;
        explain(&render, &timeline, &files, there.as_ref().map(|pieces| pieces.segments.as_slice()));
        return Ok(ExitCode::SUCCESS);
    }
    let screen = Screen::new();
    let rendered = tokio::select! {
        rendered = worker.run(&job, |progress| {
            screen.show("Rendering", progress.frame as f64 * 100.0 / progress.frames.max(1) as f64);
        }) => Some(rendered),
        () = interrupted.cancelled() => None,
    };
    screen.clear();
    let Some(report) = rendered.transpose()? else {
        tell!("kinora: interrupted; nothing half-written was left behind, and finished pieces are kept");
        return Ok(ExitCode::from(130));
    };
    for warning in &report.warnings {
        tell!("note: {warning}.");
    }
    let cached = report.pieces.as_ref().map(|pieces| pieces.segments.as_slice());
    explain(&render, &timeline, &files, cached);
    let pieces = report.pieces.map_or(String::new(), |pieces| {
        format!(", {} pieces rendered, {} from before", pieces.rendered, pieces.reused)
    });
    say!(
        "{}  {:.1} s, {} frames, {:.1} MB{pieces}, took {:.1} s",
        render.output.display(),
        timeline.duration_ms() as f64 / 1000.0,
        report.frames,
        report.bytes as f64 / 1e6,
        began.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}

fn read_plan(path: &Path) -> Result<serde_json::Value> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MAX_PLAN + 1).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        file.take(MAX_PLAN + 1).read_to_string(&mut text)
    };
    read.with_context(|| format!("{} cannot be read as text", path.display()))?;
    if text.len() as u64 > MAX_PLAN {
        bail!("{} is larger than {} MiB, which is the most that is read", path.display(), MAX_PLAN >> 20);
    }
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}

/// All that is wrong with a plan, a line each.
fn refused(plan: &Path, problems: Vec<Problem>) -> anyhow::Error {
    let lines: Vec<String> = problems.into_iter().map(|problem| format!("  {}", problem.message)).collect();
    anyhow!("{} cannot be rendered:\n{}", plan.display(), lines.join("\n"))
}

/// The files that a plan names, and what is in them.
struct Files {
    materials: Materials,
    paths: BTreeMap<String, (PathBuf, &'static str)>,
    audio: Option<(PathBuf, &'static str)>,
}

impl Files {
    /// Looks into the files that a plan names.
    async fn look(render: &Render, plan: &EditPlan, worker: &Worker) -> Result<Self> {
        let names = names(&render.media)?;
        let mut files = Files { materials: Materials::default(), paths: BTreeMap::new(), audio: None };
        for segment in &plan.timeline {
            let id = &segment.media_id;
            if files.paths.contains_key(id) {
                continue;
            }
            // What is not there is told with the segment's number, by who judges the plan.
            let Some(path) = names.get(id) else { continue };
            let media_type = kinora_store::media_type(path).with_context(|| format!("{}", path.display()))?;
            let facts = worker
                .probe(std::path::absolute(path)?, media_type)
                .await
                .with_context(|| format!("{} cannot be used", path.display()))?;
            let kind = if media_type.starts_with("image/") { MediaType::Image } else { MediaType::Video };
            let clip = kind == MediaType::Video;
            files.materials.media.push(Medium {
                id: id.clone(),
                kind,
                filename: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                width: facts.width,
                height: facts.height,
                duration_ms: clip.then_some(facts.duration_ms),
                fps: facts.rate.filter(|_| clip).map(|rate| rate.as_f64()),
                has_audio: clip.then_some(facts.has_audio),
                status: MediaStatus::Ready,
            });
            files.paths.insert(id.clone(), (std::path::absolute(path)?, media_type));
        }
        if let Some(audio) = &render.audio {
            let media_type = kinora_store::media_type(audio).with_context(|| format!("{}", audio.display()))?;
            let path = std::path::absolute(audio)?;
            let beats = worker.beats(path.clone(), media_type, render.bpm).await;
            let beats = beats.with_context(|| format!("{} cannot be used", audio.display()))?;
            files.materials.audio = Some(AudioTrack {
                id: None,
                duration_ms: beats.duration_ms,
                bpm: Some(beats.bpm).filter(|bpm| *bpm > 0.0),
                beats_ms: beats.beats.iter().map(|beat| beat.time_ms).collect(),
                analyzed: true,
            });
            files.audio = Some((path, media_type));
        }
        Ok(files)
    }

    fn of(&self, id: &str) -> Result<(PathBuf, &'static str)> {
        self.paths.get(id).cloned().with_context(|| format!("there is no file {id:?}"))
    }
}

/// The files of a folder by their names, and by those without extension where only one has it.
fn names(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("--media {} cannot be read", folder.display()))?;
    let mut names = BTreeMap::new();
    let mut stems: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in entries {
        let path = entry.with_context(|| format!("--media {} cannot be read", folder.display()))?.path();
        let (Some(name), Some(stem)) = (path.file_name(), path.file_stem()) else { continue };
        if path.is_file() {
            stems.entry(stem.to_string_lossy().into_owned()).or_default().push(path.clone());
            names.insert(name.to_string_lossy().into_owned(), path);
        }
    }
    for (stem, mut paths) in stems {
        if let (Some(path), true) = (paths.pop(), paths.is_empty()) {
            names.entry(stem).or_insert(path);
        }
    }
    Ok(names)
}

fn film(render: &Render, timeline: &Timeline, files: &Files) -> Result<Film> {
    let segment = |segment: &kinora_domain::timeline::TimelineSegment| -> Result<Segment> {
        let source = match &segment.shown {
            Shown::Black => Source::Black,
            Shown::Picture { media_id, motion, .. } => {
                Source::Picture { path: files.of(media_id)?.0, motion: *motion, fit: Fit::Cover }
            }
            Shown::Video { media_id, start_ms, end_ms } => {
                let (path, media_type) = files.of(media_id)?;
                let media_type = media_type.to_owned();
                Source::Video { path, media_type, start_ms: *start_ms, end_ms: *end_ms, fit: Fit::Cover }
            }
        };
        Ok(Segment { source, frames: segment.frames, crossfade: segment.crossfade, overlays: Vec::new() })
    };
    let track = timeline.audio.zip(files.audio.clone()).map(|(part, (path, media_type))| Track {
        path,
        media_type: media_type.to_owned(),
        start_ms: part.start_ms,
        end_ms: part.end_ms,
        fade_in_ms: 0,
        fade_out_ms: 0,
        level: false,
    });
    Ok(Film {
        width: timeline.width,
        height: timeline.height,
        rate: timeline.rate,
        segments: timeline.segments.iter().map(segment).collect::<Result<_>>()?,
        music: None,
        track,
        title: render.output.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        comment: "Made with Kinora.".into(),
    })
}

/// Prints the timeline, where that is wanted.
fn explain(render: &Render, timeline: &Timeline, files: &Files, cached: Option<&[bool]>) {
    if !render.explain {
        return;
    }
    say!(
        "{:>4} {:<28} {:>8} {:>8} {:>9}  {:<20} {}",
        "",
        "source",
        "from",
        "frames",
        "start s",
        "transition",
        "cached"
    );
    for (index, (segment, start)) in timeline.segments.iter().zip(timeline.starts()).enumerate() {
        let (name, from) = match &segment.shown {
            Shown::Black => ("(black)".to_owned(), String::new()),
            Shown::Picture { media_id, effect, .. } => {
                (file_name(files, media_id), format!("{effect:?}").to_lowercase())
            }
            Shown::Video { media_id, start_ms, .. } => {
                (file_name(files, media_id), format!("{:.2} s", *start_ms as f64 / 1000.0))
            }
        };
        let transition = match segment.crossfade {
            0 if index == 0 => String::new(),
            0 => "cut".to_owned(),
            frames => format!("crossfade, {frames} frames"),
        };
        let cached = match cached.and_then(|cached| cached.get(index)) {
            None => "",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let seconds = start as f64 / timeline.rate.as_f64();
        let number = index + 1;
        say!("{number:>4} {name:<28} {from:>8} {:>8} {seconds:>9.3}  {transition:<20} {cached}", segment.frames);
    }
    say!(
        "{} frames at {} a second, {}x{}, {:.3} s",
        timeline.frames(),
        timeline.rate,
        timeline.width,
        timeline.height,
        timeline.duration_ms() as f64 / 1000.0
    );
}

fn file_name(files: &Files, id: &str) -> String {
    let name = files.paths.get(id).and_then(|(path, _)| path.file_name());
    name.map_or_else(|| id.to_owned(), |name| name.to_string_lossy().into_owned())
}
