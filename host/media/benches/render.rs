//! Measures the render engine on a job of its own making: 12 segments of 75 frames, photos under a moving camera and
//! clips by turns, with 11 crossfades of 15 frames, 1920×1080 at 30 frames a second, x264 veryfast at crf 20.
//!
//! `make bench-render` prints the table. Beside Kinora's rows stand the floor, which is ffmpeg's encoder alone on the
//! same frames, ready in a file; one filtergraph for all; and melt and MoviePy where they are installed.
//! `KINORA_BENCH_SEGMENTS=4` makes a shorter job. Takes up to 3 GB in the temporary folder.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kinora_domain::documents::Rate;
use kinora_domain::film::{Film, Fit, Motion, Segment, Source, View};
use kinora_media::{CacheFolder, Job, Quality, Report, render};

const FRAMES: u32 = 75;
const FADE: u32 = 15;
const SIZE: (u32, u32) = (1920, 1080);
/// How often memory is looked at; that stops what is looked at for a moment.
const LOOK: Duration = Duration::from_millis(200);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return; // `cargo test --benches` must not wait for this.
    }
    // Each render runs in a process of its own, so that its memory can be told from the benchmark's.
    if let [_, word, job, ffmpeg] = arguments.as_slice()
        && word == "render"
    {
        let job: Job = serde_json::from_str(&std::fs::read_to_string(job).expect("a job")).expect("a job");
        let report = render(&job, Path::new(ffmpeg), &mut |_| ControlFlow::Continue(()));
        println!("{}", serde_json::to_string(&report.ok()).expect("a report"));
        return;
    }
    let count = std::env::var("KINORA_BENCH_SEGMENTS").ok().and_then(|count| count.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().expect("a temporary folder");
    Bench::new(folder.path(), count).run();
}

struct Bench<'a> {
    folder: &'a Path,
    film: Film,
    /// Wall seconds of the floor.
    floor: f64,
}

/// What a process and all it started took.
struct Cost {
    wall: f64,
    cpu: f64,
    peak_mb: u64,
}

impl<'a> Bench<'a> {
    fn new(folder: &'a Path, count: usize) -> Self {
        let photos: Vec<PathBuf> = (0..3).map(|seed| photo(&folder.join(format!("{seed}.jpg")), seed)).collect();
        let clips = [
            clip(folder, &photos[0], "1.mp4", "1920x1080", "30"),
            clip(folder, &photos[1], "2.mp4", "1920x1080", "25"),
        ];
        let view = |x, y, zoom| View { x, y, zoom };
        let segments = (0..count)
            .map(|index| {
                let source = if index % 2 == 0 {
                    let (from, to) = (view(0.45, 0.5, 1.0), view(0.5 + index as f64 / 100.0, 0.55, 1.25));
                    let motion = if index % 4 == 0 { Motion { from, to } } else { Motion { from: to, to: from } };
                    Source::Picture { path: photos[index / 2 % 3].clone(), motion: Some(motion), fit: Fit::Cover }
                } else {
                    let (path, start_ms) = (clips[index / 2 % 2].clone(), 200 * index as u64 % 1000);
                    Source::Video { path, media_type: "video/mp4".into(), start_ms, end_ms: None, fit: Fit::Cover }
                };
                let crossfade = if index == 0 { 0 } else { FADE };
                Segment { source, frames: FRAMES, crossfade, overlays: Vec::new() }
            })
            .collect();
        let (title, comment) = (String::new(), String::new());
        let rate = Rate { num: 30, den: 1 };
        let film = Film { width: SIZE.0, height: SIZE.1, rate, segments, music: None, track: None, title, comment };
        Bench { folder, film, floor: 0.0 }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn run(mut self) {
        let frames = self.film.frames();
        println!("{} segments, {frames} frames, {} × {}, 30 fps", self.film.segments.len(), SIZE.0, SIZE.1);
        println!("{:<46} {:>8} {:>8} {:>9} {:>9}", "", "wall s", "cpu s", "× floor", "peak MB");

        // Once without an encoder: it records the frames.
        let raw = self.at("frames.yuv");
        let recorder = recorder(self.folder, &raw);
        let drawing = self.render(&self.film, "drawn.mp4", None, &recorder).0;
        let arguments = std::fs::read_to_string(raw.with_extension("args")).expect("recorded arguments");
        let floor = cost(|| {
            let output = self.at("floor.mp4");
            let arguments = arguments.lines().map(|argument| match argument {
                part if part.ends_with(".part") => output.display().to_string(),
                other => other.to_owned(),
            });
            let frames = std::fs::File::open(&raw).expect("recorded frames");
            Command::new("ffmpeg").args(arguments).stdin(frames).stdout(Stdio::null()).spawn().expect("ffmpeg")
        });
        let _ = std::fs::remove_file(&raw);
        self.floor = floor.wall;
        self.row("floor: x264 on ready frames", &floor);
        self.row("drawing alone, without an encoder", &drawing);

        let (whole, _) = self.render(&self.film, "whole.mp4", None, Path::new("ffmpeg"));
        self.row("Kinora, in one go", &whole);
        let (full, _) = self.render(&self.film, "full.mp4", Some("cache"), Path::new("ffmpeg"));
        self.row("Kinora, into an empty cache", &full);
        let mut edited = self.film.clone();
        let middle = (edited.segments.len() / 2) & !1;
        if let Source::Picture { motion: Some(motion), .. } = &mut edited.segments[middle].source {
            motion.to.zoom = 1.4;
        }
        let (again, report) = self.render(&edited, "full.mp4", Some("cache"), Path::new("ffmpeg"));
        let pieces = report.and_then(|report| report.pieces).unwrap_or_default();
        let of = pieces.rendered + pieces.reused;
        self.row(&format!("Kinora, after one edit ({} of {of} pieces)", pieces.rendered), &again);
        let (joined, _) = self.render(&edited, "full.mp4", Some("cache"), Path::new("ffmpeg"));
        self.row("Kinora, nothing changed", &joined);
        println!("{:<46} {:>8.3} of the full render's wall time", "after one edit", again.wall / full.wall);

        let graph = cost(|| filtergraph(&self.film, &self.at("graph.mp4")));
        self.row("one filtergraph", &graph);
        if runs("melt", &["--version"]) {
            let melted = cost(|| melt(&self.film, &self.at("melt.mp4")));
            self.row("melt", &melted);
        }
        if runs("python3", &["-c", "import moviepy"]) {
            let script = self.at("film.py");
            std::fs::write(&script, moviepy(&self.film, &self.at("moviepy.mp4"))).expect("a script");
            let made = cost(|| quiet(Command::new("python3").arg(&script)));
            self.row("MoviePy", &made);
        }
        println!();
        for name in ["floor.mp4", "whole.mp4", "full.mp4", "graph.mp4", "melt.mp4", "moviepy.mp4"] {
            if let Ok(facts) = std::fs::metadata(self.at(name)) {
                println!("{name:<14} {:>6.1} MB, {} frames", facts.len() as f64 / 1e6, counted(&self.at(name)));
            }
        }
    }

    fn row(&self, name: &str, cost: &Cost) {
        let Cost { wall, cpu, peak_mb } = cost;
        println!("{name:<46} {wall:>8.1} {cpu:>8.1} {:>9.2} {peak_mb:>9}", wall / self.floor);
    }

    fn render(&self, film: &Film, output: &str, cache: Option<&str>, ffmpeg: &Path) -> (Cost, Option<Report>) {
        let workers = std::env::var("KINORA_BENCH_WORKERS").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
        let cache = cache.map(|name| CacheFolder {
            path: self.at(name),
            max_bytes: 4 << 30,
            workers,
            contents: BTreeMap::new(),
        });
        let output = self.at(output);
        let job = Job::Film { film: film.clone(), output, blobs: BTreeMap::new(), quality: Quality::Final, cache };
        let path = self.at("job.json");
        std::fs::write(&path, serde_json::to_string(&job).expect("a job")).expect("a job");
        let said = self.at("said.json");
        let cost = cost(|| {
            let out = std::fs::File::create(&said).expect("a file");
            let me = std::env::current_exe().expect("this program");
            Command::new(me).arg("render").arg(&path).arg(ffmpeg).stdout(out).spawn().expect("this program")
        });
        let report = std::fs::read_to_string(&said).ok().and_then(|said| serde_json::from_str(&said).ok());
        (cost, report.flatten())
    }
}

/// An ffmpeg that keeps what it is to encode, with its arguments beside it.
fn recorder(folder: &Path, raw: &Path) -> PathBuf {
    let bin = folder.join("recorder");
    std::fs::create_dir_all(&bin).expect("a folder");
    let script = |name: &str, text: String| {
        let path = bin.join(name);
        std::fs::write(&path, text).expect("a script");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a script");
        path
    };
    script("ffprobe", "#!/bin/sh\nexec ffprobe \"$@\"\n".into());
    let (raw, arguments) = (raw.display(), raw.with_extension("args").display().to_string());
    script(
        "ffmpeg",
        format!(
            "#!/bin/sh\ncase \" $* \" in *\" libx264 \"*) printf '%s\\n' \"$@\" > {arguments}; exec cat > {raw};; esac\n\
             exec ffmpeg \"$@\"\n"
        ),
    )
}

/// Runs a process and adds up what it and its children take.
fn cost(start: impl FnOnce() -> Child) -> Cost {
    let cpu = || -> f64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
    };
    let (begun, before) = (Instant::now(), cpu());
    let mut child = start();
    let (mut peak_kb, mut looked) = (0, begun);
    while matches!(child.try_wait(), Ok(None)) {
        if looked.elapsed() > LOOK {
            peak_kb = memory_kb(child.id()).max(peak_kb);
            looked = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Cost { wall: begun.elapsed().as_secs_f64(), cpu: cpu() - before, peak_mb: peak_kb / 1000 }
}

/// What a process and its children hold now; what they share is counted once.
fn memory_kb(process: u32) -> u64 {
    let own = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> =
        children.flat_map(|all| all.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect();
    own.unwrap_or(0) + children.into_iter().map(memory_kb).sum::<u64>()
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn quiet(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a program")
}

fn counted(path: &Path) -> String {
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "error",
        "-count_packets",
        "-select_streams",
        "v:0",
        "-show_entries",
        "stream=nb_read_packets",
    ]);
    let said = command.args(["-of", "csv=p=0"]).arg(path).output().expect("ffprobe");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// Something as rich in detail as a photo of nine megapixels: value noise in several octaves.
fn photo(path: &Path, seed: u32) -> PathBuf {
    let hash = |x: u32, y: u32| {
        let mut h = x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263) ^ (seed + 1).wrapping_mul(2_246_822_519);
        h = (h ^ (h >> 13)).wrapping_mul(1_274_126_177);
        ((h ^ (h >> 16)) & 0xFFFF) as f32 / 65536.0
    };
    let smooth = |x: f32, y: f32| {
        let (ix, iy) = (x.floor(), y.floor());
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (tx, ty) = (ease(x - ix), ease(y - iy));
        let at = |dx: u32, dy: u32| hash(ix as u32 + dx, iy as u32 + dy);
        let top = at(0, 0) + (at(1, 0) - at(0, 0)) * tx;
        let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * tx;
        top + (bottom - top) * ty
    };
    image::RgbImage::from_fn(4000, 2250, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let detail = smooth(x / 90.0, y / 90.0) * 0.3 + smooth(x / 17.0, y / 17.0) * 0.15;
        let detail = detail + smooth(x / 4.0, y / 4.0) * 0.08 + smooth(x / 1.7, y / 1.7) * 0.08;
        image::Rgb(std::array::from_fn(|c| {
            ((smooth(x / 700.0 + 50.0 * c as f32, y / 700.0) * 0.47 + detail) * 255.0) as u8
        }))
    })
    .save(path)
    .expect("a picture");
    path.into()
}

/// A clip of four seconds and a half: a camera that travels over a photo, with some grain.
fn clip(folder: &Path, photo: &Path, name: &str, size: &str, rate: &str) -> PathBuf {
    let path = folder.join(name);
    let filter = format!("crop={}:'n*4':'n*3',noise=alls=5:allf=t,format=yuv420p", size.replace('x', ":"));
    let mut command = Command::new("ffmpeg");
    command
        .args(["-v", "error", "-loop", "1", "-framerate", rate, "-i"])
        .arg(photo)
        .args(["-t", "4.5", "-vf", &filter]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-bf", "2", "-g", "30"]);
    command.args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]);
    assert!(command.arg(&path).status().expect("ffmpeg").success());
    path
}

/// All in one command, as one would write it by hand.
fn filtergraph(film: &Film, output: &Path) -> Child {
    let mut command = Command::new("ffmpeg");
    command.args(["-y", "-v", "error"]);
    let mut graph = String::new();
    for (index, segment) in film.segments.iter().enumerate() {
        match &segment.source {
            Source::Picture { path, motion: Some(motion), .. } => {
                command.arg("-i").arg(path);
                let (from, to) = (motion.from.zoom, motion.to.zoom);
                graph += &format!(
                    "[{index}:v]zoompan=z='{from}+({to}-{from})*on/{FRAMES}':x='iw/2-iw/zoom/2':y='ih/2-ih/zoom/2':\
                     d={FRAMES}:s=1920x1080:fps=30,setsar=1,settb=1/30,format=yuv420p[v{index}];"
                );
            }
            Source::Video { path, start_ms, .. } => {
                command.args(["-ss", &format!("{:.3}", *start_ms as f64 / 1000.0)]).arg("-i").arg(path);
                graph += &format!(
                    "[{index}:v]fps=30,tpad=stop_mode=clone:stop_duration=5,trim=end_frame={FRAMES},setpts=PTS-STARTPTS,\
                     scale=1920:1080:flags=lanczos,setsar=1,settb=1/30,format=yuv420p[v{index}];"
                );
            }
            _ => {}
        }
    }
    let mut last = "v0".to_owned();
    for index in 1..film.segments.len() {
        let offset = f64::from(index as u32 * (FRAMES - FADE)) / 30.0;
        graph += &format!("[{last}][v{index}]xfade=duration=0.5:offset={offset:.6}[x{index}];");
        last = format!("x{index}");
    }
    command.args(["-filter_complex", graph.trim_end_matches(';'), "-map", &format!("[{last}]")]);
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]).arg(output);
    command.stdin(Stdio::null()).spawn().expect("ffmpeg")
}

fn melt(film: &Film, output: &Path) -> Child {
    let mut command = Command::new("melt");
    command.env("QT_QPA_PLATFORM", "offscreen").args(["-profile", "atsc_1080p_30"]);
    for (index, segment) in film.segments.iter().enumerate() {
        match &segment.source {
            Source::Picture { path, motion: Some(motion), .. } => {
                command.arg(path).arg(format!("out={}", FRAMES - 1)).args(["-attach", "affine"]);
                let rect = |zoom: f64| {
                    let side = |length: f64| (length * zoom).round();
                    let (w, h) = (side(1920.0), side(1080.0));
                    format!("{} {} {w} {h}", (1920.0 - w) / 2.0, (1080.0 - h) / 2.0)
                };
                let last = FRAMES - 1;
                command.arg(format!("transition.rect=0={};{last}={}", rect(motion.from.zoom), rect(motion.to.zoom)));
            }
            Source::Video { path, start_ms, .. } => {
                let first = start_ms * 30 / 1000;
                command.arg(path).arg(format!("in={first}")).arg(format!("out={}", first + u64::from(FRAMES) - 1));
            }
            _ => {}
        }
        if index > 0 {
            command.args(["-mix", &FADE.to_string(), "-mixer", "luma"]);
        }
    }
    command.arg("-consumer").arg(format!("avformat:{}", output.display()));
    command.args(["vcodec=libx264", "preset=veryfast", "crf=20", "an=1", "real_time=-2"]);
    quiet(&mut command)
}

fn moviepy(film: &Film, output: &Path) -> String {
    let mut script = "from moviepy import *\nclips = []\n".to_owned();
    for (index, segment) in film.segments.iter().enumerate() {
        let start = f64::from(index as u32 * (FRAMES - FADE)) / 30.0;
        let fade = if index > 0 { ".with_effects([vfx.CrossFadeIn(0.5)])" } else { "" };
        match &segment.source {
            Source::Picture { path, motion: Some(motion), .. } => {
                let (from, to) = (motion.from.zoom, motion.to.zoom);
                script += &format!(
                    "c = ImageClip({path:?}).resized(height=1080).with_duration(2.5)\n\
                     c = CompositeVideoClip([c.resized(lambda t: {from} + ({to} - {from}) * t / 2.5)\
                     .with_position('center')], size=(1920, 1080))\n"
                );
            }
            Source::Video { path, start_ms, .. } => {
                let begin = *start_ms as f64 / 1000.0;
                script += &format!(
                    "c = VideoFileClip({path:?}, audio=False).subclipped({begin}, {}).resized((1920, 1080))\n",
                    begin + 2.5
                );
            }
            _ => {}
        }
        script += &format!("clips.append(c.with_start({start}){fade})\n");
    }
    script += &format!(
        "CompositeVideoClip(clips, size=(1920, 1080)).write_videofile({:?}, fps=30, codec='libx264', preset='veryfast', \
         ffmpeg_params=['-crf', '20', '-pix_fmt', 'yuv420p'], logger=None)\n",
        output
    );
    script
}
