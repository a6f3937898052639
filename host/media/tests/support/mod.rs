//! What tests of films share: making media with ffmpeg, and measuring what comes out.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use kinora_domain::documents::Rate;
use kinora_domain::film::{Film, Fit, Segment, Source};
use kinora_media::{CacheFolder, Job, MediaError, Quality, Report, render};

/// H.264 as a telephone makes it, quickly.
pub const X264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
pub const R30: Rate = Rate { num: 30, den: 1 };

/// Makes a file with ffmpeg.
pub fn made(folder: &Path, name: &str, arguments: &[&[&str]]) -> PathBuf {
    let path = folder.join(name);
    let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments.concat()).arg(&path).status().unwrap();
    assert!(made.success(), "{name}");
    path
}

/// A clip whose frames tell their number: the luma of the whole picture is 16 for the first and one more for each.
pub fn counting(folder: &Path, name: &str, size: &str, rate: &str, frames: u32) -> PathBuf {
    let picture = format!("color=black:s={size}:r={rate},format=yuv420p,geq=lum='16+N':cb=128:cr=128");
    let frames = frames.to_string();
    let all: [&[&str]; 4] = [&["-f", "lavfi", "-i", &picture, "-frames:v", &frames], X264, &["-crf", "4"], BT709];
    made(folder, name, &all)
}

pub const BT709: &[&str] =
    &["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];

pub fn media_type(path: &Path) -> String {
    match path.extension().and_then(|end| end.to_str()) {
        Some("webm") => "video/webm",
        Some("mkv") => "video/x-matroska",
        Some("mov") => "video/quicktime",
        Some("wav") => "audio/wav",
        Some("mp3") => "audio/mpeg",
        Some("m4a") => "audio/mp4",
        _ => "video/mp4",
    }
    .into()
}

pub fn video(path: &Path, start_ms: u64, end_ms: Option<u64>) -> Source {
    Source::Video { path: path.into(), media_type: media_type(path), start_ms, end_ms, fit: Fit::Cover }
}

pub fn segment(source: Source, frames: u32, crossfade: u32) -> Segment {
    Segment { source, frames, crossfade, overlays: Vec::new() }
}

pub fn film((width, height): (u32, u32), rate: Rate, segments: Vec<Segment>) -> Film {
    Film { width, height, rate, segments, music: None, track: None, title: String::new(), comment: String::new() }
}

pub fn make(film: &Film, output: &Path) -> Result<Report, MediaError> {
    render(&Job::film(film.clone(), output.into()), Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(()))
}

/// A job with a cache in a folder.
pub fn cached(film: &Film, output: &Path, cache: &Path) -> Job {
    let cache = CacheFolder { path: cache.into(), max_bytes: 1 << 30, workers: 2, contents: Default::default() };
    let quality = Quality::Final;
    Job::Film { film: film.clone(), output: output.into(), blobs: Default::default(), quality, cache: Some(cache) }
}

pub fn make_cached(film: &Film, output: &Path, cache: &Path) -> Result<Report, MediaError> {
    render(&cached(film, output, cache), Path::new("ffmpeg"), &mut |_| ControlFlow::Continue(()))
}

/// `key=value` of a stream, `v:0` or `a:0`, or of the whole file for an empty name.
pub fn probe(path: &Path, stream: &str) -> Vec<(String, String)> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-of", "default=nw=1"]);
    if stream.is_empty() {
        command.arg("-show_format");
    } else {
        command.args(["-count_frames", "-select_streams", stream, "-show_streams"]);
    }
    let output = command.arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
}

pub fn get<'a>(probed: &'a [(String, String)], key: &str) -> &'a str {
    probed.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
}

/// All frames as they are shown, in planes.
pub fn frames(path: &Path, (width, height): (u32, u32)) -> Vec<Vec<u8>> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .output()
        .unwrap();
    let size = (width * height * 3 / 2) as usize;
    assert_eq!(output.stdout.len() % size, 0);
    output.stdout.chunks_exact(size).map(<[u8]>::to_vec).collect()
}

/// The luma of the middle of each frame.
pub fn lumas(path: &Path, size: (u32, u32)) -> Vec<u8> {
    let (width, height) = (size.0 as usize, size.1 as usize);
    frames(path, size).iter().map(|frame| frame[height / 2 * width + width / 2]).collect()
}

/// When each frame is shown, in seconds, in order.
pub fn shown(path: &Path) -> Vec<f64> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut all: Vec<f64> = text.lines().map(|line| line.trim_end_matches(',').parse().unwrap()).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// One channel of the sound at 48 kHz, as a player hears it.
pub fn pcm(path: &Path) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"])
        .output()
        .unwrap();
    output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// When sound begins after a silence of a tenth of a second at least, in seconds.
pub fn onsets(samples: &[f32]) -> Vec<f64> {
    let (mut found, mut quiet) = (Vec::new(), usize::MAX / 2);
    for (at, sample) in samples.iter().enumerate() {
        if sample.abs() > 0.05 {
            if quiet > 4800 {
                found.push(at as f64 / 48_000.0);
            }
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    found
}
