//! What a file from elsewhere really is: pictures are decoded once, clips and sound are looked into by ffprobe, which
//! is told the format by the file's first bytes and may open nothing else. What is found lies within hard limits.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kinora_domain::documents::{MediaFacts, Rate};
use rustix::process::Signal;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::MediaError;
use crate::picture;

/// The longest clip or sound: one hour.
const MAX_MS: f64 = 3_600_000.0;
/// The most streams in a file.
const MAX_STREAMS: usize = 32;
/// The fastest clip in frames per second.
const MAX_RATE: f64 = 240.0;
/// The most that ffprobe may say, in bytes.
const MAX_ANSWER: u64 = 1 << 20;

/// Looks into a file whose first bytes say that it is of a media type.
///
/// # Errors
/// [`MediaError::Unusable`] for what is no such file, is damaged where it was looked at, or lies beyond a limit;
/// [`MediaError::FfmpegMissing`] where there is no ffprobe beside ffmpeg.
pub(crate) fn probe(path: &Path, media_type: &str, ffmpeg: &Path) -> Result<MediaFacts, MediaError> {
    if media_type.starts_with("image/") {
        return probe_picture(path, media_type);
    }
    let Some(format) = format(media_type) else {
        return Err(unusable(format!("it is of the type {media_type}, which Kinora does not work with")));
    };
    let ffprobe = beside(ffmpeg);
    let found: Found = ask(&ffprobe, format, path, &["-show_entries", ENTRIES])?;
    let facts = facts(&found, media_type)?;
    // A header promises much; one picture must come out, or one piece of sound.
    let first = if facts.width > 0 { "v:0" } else { "a:0" };
    let begun: Found = ask(
        &ffprobe,
        format,
        path,
        &["-select_streams", first, "-read_intervals", "%+#8", "-show_entries", "frame=media_type"],
    )?;
    if begun.frames.is_empty() {
        return Err(unusable("it has a header and no content that can be decoded".into()));
    }
    Ok(facts)
}

/// What ffprobe is asked for a file's facts.
const ENTRIES: &str = "format=duration:stream=codec_type,codec_name,width,height,avg_frame_rate,duration:\
    stream_disposition=attached_pic:stream_side_data=rotation";

/// The facts in what ffprobe said of a file's format and of its streams, of which nothing was left out. None of its
/// content was decoded.
///
/// # Errors
/// As [`probe()`].
pub(crate) fn facts_in(said: &serde_json::Value, media_type: &str) -> Result<MediaFacts, MediaError> {
    let found = Found::deserialize(said).map_err(|_| unusable("ffprobe has no clear answer about it".into()))?;
    facts(&found, media_type)
}

fn probe_picture(path: &Path, media_type: &str) -> Result<MediaFacts, MediaError> {
    let picture = picture::decode(path).map_err(|error| match error {
        MediaError::Picture { reason, .. } => unusable(reason),
        other => other,
    })?;
    let (width, height) = (picture.width(), picture.height());
    Ok(MediaFacts { media_type: media_type.to_owned(), width, height, ..MediaFacts::default() })
}

/// What ffmpeg calls the format; it is forced, so that a playlist in disguise is not opened as one.
pub(crate) fn format(media_type: &str) -> Option<&'static str> {
    Some(match media_type {
        "video/mp4" | "video/x-m4v" | "video/quicktime" | "audio/mp4" => "mov",
        "video/webm" | "video/x-matroska" => "matroska",
        "audio/mpeg" => "mp3",
        "audio/wav" => "wav",
        "audio/flac" => "flac",
        "audio/ogg" | "audio/opus" => "ogg",
        "audio/aac" => "aac",
        "audio/aiff" => "aiff",
        _ => return None,
    })
}

/// ffprobe comes with ffmpeg and lies beside it.
pub(crate) fn beside(ffmpeg: &Path) -> PathBuf {
    let name = ffmpeg.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
    ffmpeg.with_file_name(name.replacen("ffmpeg", "ffprobe", 1))
}

#[derive(Debug, Default, Deserialize)]
struct Found {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
    #[serde(default)]
    frames: Vec<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: String,
    codec_name: Option<String>,
    width: u32,
    height: u32,
    avg_frame_rate: String,
    duration: Option<String>,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: Option<f64>,
}

/// Asks ffprobe about a file of a known format.
///
/// # Errors
/// [`MediaError::Unusable`], [`MediaError::FfmpegMissing`].
pub(crate) fn ask<T: DeserializeOwned>(
    ffprobe: &Path,
    format: &str,
    path: &Path,
    what: &[&str],
) -> Result<T, MediaError> {
    let missing = |error: std::io::Error| MediaError::FfmpegMissing { path: ffprobe.into(), reason: error.to_string() };
    let mut command = asking(ffprobe, format, path);
    command.args(["-of", "json"]).args(what);
    let mut child = command.spawn().map_err(missing)?;
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let _ = stdout.take(MAX_ANSWER).read_to_end(&mut answer); // What is missing does not parse.
    }
    let ended = child.wait().map_err(missing)?;
    if !ended.success() {
        return Err(unusable("it is damaged, or not what its first bytes say".into()));
    }
    serde_json::from_slice(&answer).map_err(|_| unusable("ffprobe has no clear answer about it".into()))
}

/// An ffprobe that may open nothing but this file, and it as nothing but this format. What it is to tell is to be added.
pub(crate) fn asking(ffprobe: &Path, format: &str, path: &Path) -> Command {
    let mut command = Command::new(ffprobe);
    command.args(["-v", "error", "-hide_banner"]).args(opening(format, path));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    // SAFETY: between fork and exec the closure makes one system call and allocates nothing.
    unsafe {
        command.pre_exec(|| Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?));
    }
    command
}

/// The arguments with which ffmpeg and ffprobe open a file from elsewhere.
pub(crate) fn opening(format: &str, path: &Path) -> Vec<OsString> {
    let most = picture::MAX_PIXELS.to_string();
    let words = ["-protocol_whitelist", "file", "-f", format, "-format_whitelist", format, "-max_pixels", &most, "-i"];
    let mut all: Vec<OsString> = words.map(Into::into).into();
    // Without it a path with a colon would be an address.
    let mut input = OsString::from("file:");
    input.push(path);
    all.push(input);
    all
}

fn facts(found: &Found, media_type: &str) -> Result<MediaFacts, MediaError> {
    if found.streams.len() > MAX_STREAMS {
        return Err(unusable(format!("it has {} streams; at most {MAX_STREAMS} are allowed", found.streams.len())));
    }
    let clip = found.streams.iter().find(|stream| stream.codec_type == "video" && stream.disposition.attached_pic == 0);
    let sound = found.streams.iter().find(|stream| stream.codec_type == "audio");
    let Some(main) = clip.or(sound) else {
        return Err(unusable("it has neither a picture nor sound".into()));
    };
    if main.codec_name.as_deref().unwrap_or("unknown") == "unknown" {
        return Err(unusable("it is coded in a way that the installed ffmpeg does not know".into()));
    }
    let seconds = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let duration = seconds(&main.duration).or_else(|| seconds(&found.format.duration));
    let ms = (duration.filter(|seconds| seconds.is_finite()).unwrap_or(0.0) * 1000.0).round();
    if ms < 1.0 {
        return Err(unusable("it does not last at all".into()));
    }
    if ms > MAX_MS {
        return Err(unusable(format!("it lasts {:.0} s; at most {:.0} are allowed", ms / 1000.0, MAX_MS / 1000.0)));
    }
    let mut facts = MediaFacts {
        media_type: media_type.to_owned(),
        duration_ms: ms as u64,
        has_audio: sound.is_some(),
        ..MediaFacts::default()
    };
    let Some(clip) = clip else { return Ok(facts) };
    if clip.width == 0 || clip.height == 0 {
        return Err(unusable("it has no pixels".into()));
    }
    let pixels = u64::from(clip.width) * u64::from(clip.height);
    if pixels > picture::MAX_PIXELS {
        let (width, height, most) = (clip.width, clip.height, picture::MAX_PIXELS);
        return Err(unusable(format!("it has {width} × {height} pixels; at most {most} are allowed")));
    }
    facts.rate = rate(&clip.avg_frame_rate);
    if facts.rate.is_some_and(|rate| rate.as_f64() > MAX_RATE) {
        return Err(unusable(format!("it has more than {MAX_RATE} frames a second")));
    }
    let turned = clip.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
    let on_its_side = (turned / 90.0).round() as i64 % 2 != 0;
    (facts.width, facts.height) = if on_its_side { (clip.height, clip.width) } else { (clip.width, clip.height) };
    Ok(facts)
}

/// `30000/1001`; none for `0/0`, which stands for unknown.
pub(crate) fn rate(text: &str) -> Option<Rate> {
    let (num, den) = text.split_once('/')?;
    let rate = Rate { num: num.parse().ok()?, den: den.parse().ok()? };
    (rate.num > 0 && rate.den > 0).then_some(rate)
}

fn unusable(reason: String) -> MediaError {
    MediaError::Unusable { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a file with ffmpeg.
    fn made(name: &str, arguments: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments).arg(&path).status().unwrap();
        assert!(made.success());
        (folder, path)
    }

    fn look(path: &Path, media_type: &str) -> Result<MediaFacts, String> {
        probe(path, media_type, Path::new("ffmpeg")).map_err(|error| error.to_string())
    }

    const BARS: &[&str] = &["-f", "lavfi", "-i", "testsrc=s=64x36:r=30000/1001:d=1"];

    #[test]
    fn a_clip_with_sound_is_measured() {
        let tone = ["-f", "lavfi", "-i", "sine=d=1", "-c:v", "libx264", "-c:a", "aac"];
        let (_folder, path) = made("clip.mp4", &[BARS, &tone].concat());
        let facts = look(&path, "video/mp4").unwrap();
        assert_eq!((facts.width, facts.height, facts.has_audio), (64, 36, true));
        assert_eq!(facts.rate, Some(Rate { num: 30000, den: 1001 }));
        assert!((950..=1050).contains(&facts.duration_ms), "{facts:?}");
    }

    #[test]
    fn a_clip_on_its_side_is_measured_as_it_is_shown() {
        let (_folder, path) = made("clip.mp4", &[BARS, &["-c:v", "libx264"]].concat());
        let mut bytes = std::fs::read(&path).unwrap();
        // The matrix of the track's header, turned by a quarter as a telephone does.
        let matrix = bytes.windows(4).position(|four| four == b"tkhd").unwrap() + 44;
        let turned = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30].map(i32::to_be_bytes);
        bytes[matrix..matrix + 36].copy_from_slice(turned.as_flattened());
        std::fs::write(&path, bytes).unwrap();
        let facts = look(&path, "video/mp4").unwrap();
        assert_eq!((facts.width, facts.height), (36, 64));
    }

    #[test]
    fn sound_alone_has_no_picture() {
        let (_folder, path) = made("tone.wav", &["-f", "lavfi", "-i", "sine=d=2"]);
        let facts = look(&path, "audio/wav").unwrap();
        assert_eq!((facts.width, facts.duration_ms, facts.has_audio, facts.rate), (0, 2000, true, None));
    }

    #[test]
    fn a_picture_is_decoded_and_measured() {
        let (_folder, path) = made("still.png", &[BARS, &["-frames:v", "1"]].concat());
        let facts = look(&path, "image/png").unwrap();
        assert_eq!((facts.width, facts.height, facts.duration_ms), (64, 36, 0));
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(look(&path, "image/png").unwrap_err().contains("damaged"));
    }

    #[test]
    fn a_playlist_that_calls_itself_a_clip_opens_nothing() {
        let (folder, clip) = made("clip.mp4", &[BARS, &["-c:v", "libx264"]].concat());
        let list = folder.path().join("list.mp4");
        std::fs::write(&list, format!("ffconcat version 1.0\nfile '{}'\n", clip.display())).unwrap();
        assert!(look(&list, "video/mp4").unwrap_err().contains("not what its first bytes say"));
    }

    #[test]
    fn a_header_without_content_is_refused() {
        let (_folder, path) = made("clip.mp4", &[BARS, &["-c:v", "libx264", "-movflags", "+faststart"]].concat());
        let whole = std::fs::read(&path).unwrap();
        let content = whole.windows(4).position(|four| four == b"mdat").unwrap();
        std::fs::write(&path, &whole[..content + 4]).unwrap();
        let told = look(&path, "video/mp4").unwrap_err();
        assert!(told.contains("no content that can be decoded") || told.contains("damaged"), "{told}");
    }

    #[test]
    fn what_lies_beyond_a_limit_is_refused_with_the_limit() {
        let found = |streams: &str| serde_json::from_str::<Found>(&format!(r#"{{"streams":[{streams}]}}"#)).unwrap();
        let told = |streams: &str| facts(&found(streams), "video/mp4").unwrap_err().to_string();
        let clip = |width: u32, rate: &str, seconds: &str| {
            format!(
                r#"{{"codec_type":"video","codec_name":"h264","width":{width},"height":{width},
                "avg_frame_rate":"{rate}","duration":"{seconds}"}}"#
            )
        };
        assert!(facts(&found(&clip(64, "30/1", "3600")), "video/mp4").is_ok());
        assert!(told(&clip(64, "30/1", "3601")).contains("at most 3600"));
        assert!(told(&clip(64, "30/1", "nan")).contains("does not last"));
        assert!(told(&clip(8_001, "30/1", "8")).contains("at most 64000000"));
        assert!(told(&clip(64, "241/1", "8")).contains("more than 240"));
        assert!(told(&[&*clip(64, "30/1", "8"); 33].join(",")).contains("33 streams"));
        assert!(told(r#"{"codec_type":"data"}"#).contains("neither"));
    }

    #[test]
    fn a_type_that_nothing_here_works_with_is_refused_by_name() {
        assert!(look(Path::new("/nowhere"), "application/zip").unwrap_err().contains("application/zip"));
    }

    #[test]
    fn ffprobe_is_looked_for_beside_ffmpeg() {
        assert_eq!(beside(Path::new("ffmpeg")), Path::new("ffprobe"));
        assert_eq!(beside(Path::new("/opt/7/ffmpeg")), Path::new("/opt/7/ffprobe"));
        assert_eq!(beside(Path::new("/opt/ffmpeg-7")), Path::new("/opt/ffprobe-7"));
        let told = probe(Path::new("x"), "video/mp4", Path::new("/nowhere/ffmpeg")).unwrap_err().to_string();
        assert!(told.contains("/nowhere/ffprobe"), "{told}");
    }
}
