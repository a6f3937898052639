//! A clip before it is shown: what it shows, for how long, and whether its picture can be copied as it is.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use kinora_domain::documents::Rate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::MediaError;
use crate::probe;
use crate::process::Process;

use super::Alive;

/// Codecs whose pictures players expect in MP4.
const COPIED: &[&str] = &["h264", "hevc", "av1"];
/// What two clips must have in common for their pictures to be copied one behind the other.
const ALIKE: &[&str] = &[
    "codec_name",
    "profile",
    "level",
    "extradata_hash",
    "width",
    "height",
    "sample_aspect_ratio",
    "pix_fmt",
    "field_order",
    "color_range",
    "color_space",
    "color_transfer",
    "color_primaries",
    "chroma_location",
    "avg_frame_rate",
    "time_base",
];

/// What was found about a clip.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Clip {
    pub path: PathBuf,
    /// What ffmpeg calls the file's format.
    pub format: String,
    /// As it is shown, in square pixels.
    pub width: u32,
    /// As it is shown, in square pixels.
    pub height: u32,
    /// Frames a second; the nearest usual rate where they come unevenly.
    pub rate: Rate,
    /// When its first picture is shown, in seconds of the file's own clock.
    pub start: f64,
    /// When its first stream begins, by the same clock: what seeking counts from.
    pub file_start: f64,
    /// How long its pictures last, in seconds.
    pub seconds: f64,
    /// The matrix its colours are in, where the file does not say.
    pub matrix: Option<String>,
    /// Whether it needs to be brought down to the usual range of brightness.
    pub hdr: bool,
    pub sound: bool,
    /// Whether its sound can go into an MP4 file as it is.
    pub aac: bool,
    pub copy: Copy,
}

/// What copying needs to know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Copy {
    /// Of a kind that may be copied at all.
    pub alone: bool,
    /// Frames come evenly from the very beginning, and it is not turned: others may precede and follow.
    pub among: bool,
    pub hevc: bool,
    /// See [`ALIKE`]; and the sound's layout.
    pub kind: BTreeMap<String, Value>,
    pub frames: u64,
    /// Exactly, where frames come evenly.
    pub rate: Rate,
    /// Time units per second.
    pub timescale: u32,
}

#[derive(Debug, Deserialize)]
struct Looked {
    #[serde(default)]
    streams: Vec<BTreeMap<String, Value>>,
    #[serde(default)]
    format: BTreeMap<String, Value>,
}

/// Looks into a clip; reads all of the file, without decoding it: whether its pictures can be decoded shows when they
/// are.
///
/// # Errors
/// [`MediaError::Unusable`] for one that cannot be used; [`MediaError::FfmpegMissing`]; what `alive` says.
pub(crate) fn look(path: &Path, media_type: &str, ffmpeg: &Path, alive: Alive<'_>) -> Result<Clip, MediaError> {
    if media_type.starts_with("image/") {
        return Err(unusable("it is a picture and does not move".into()));
    }
    let Some(format) = probe::format(media_type) else {
        return Err(unusable(format!("it is of the type {media_type}, which Kinora does not work with")));
    };
    let ffprobe = probe::beside(ffmpeg);
    let entries = [
        "-show_data_hash",
        "md5",
        "-show_entries",
        "format=start_time,duration:stream:stream_disposition:stream_side_data:stream_tags=DURATION",
    ];
    let said: Value = probe::ask(&ffprobe, format, path, &entries)?;
    let facts = probe::facts_in(&said, media_type)?;
    if facts.width == 0 {
        return Err(unusable("it has sound and no picture".into()));
    }
    let looked = Looked::deserialize(&said).map_err(|_| unusable("ffprobe has no clear answer about it".into()))?;
    let first = |kind: &str| looked.streams.iter().find(|stream| stream.get("codec_type").is_some_and(|t| t == kind));
    let is_cover = |s: &BTreeMap<String, Value>| s.get("disposition").is_some_and(|d| d["attached_pic"] == 1);
    let pictures = looked.streams.iter().filter(|s| s.get("codec_type").is_some_and(|t| t == "video"));
    // ffmpeg counts covers as pictures: "v:0" must be the moving one.
    let Some(stream) = pictures.clone().next().filter(|stream| !is_cover(stream)) else {
        return Err(unusable("its first picture is a cover that does not move".into()));
    };
    let sound = first("audio");
    let text = |key: &str| stream.get(key).and_then(Value::as_str).unwrap_or_default();

    let unit = probe::rate(text("time_base")).unwrap_or(Rate { num: 1, den: 1000 });
    let packets = packets(&ffprobe, format, path, alive)?;
    let second = f64::from(unit.num) / f64::from(unit.den);
    let seconds = (packets.end - packets.start) as f64 * second;
    if packets.count == 0 || seconds <= 0.0 {
        return Err(unusable("it has no pictures".into()));
    }
    let tag = stream.get("tags").and_then(|tags| tags["DURATION"].as_str()).and_then(clock);
    let promised = text("duration").parse::<f64>().ok().or(tag);
    if let Some(promised) = promised.filter(|promised| promised * 0.95 > seconds + 0.2) {
        return Err(unusable(format!("it breaks off after {seconds:.1} of {promised:.1} s")));
    }

    let average = probe::rate(text("avg_frame_rate"));
    let even = packets.step.is_some() && average.is_some();
    let rate = usual(average.map_or(packets.count as f64 / seconds, |rate| rate.as_f64()), average.filter(|_| even));
    let turned = facts.width != number_of(stream, "width");
    let rotated = stream
        .get("side_data_list")
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|data| data.get("rotation").is_some()));
    // Pixels that are not square make the picture wider or narrower than it is stored.
    let (across, down) = text("sample_aspect_ratio")
        .split_once(':')
        .and_then(|(across, down)| Some((across.parse::<f64>().ok()?, down.parse::<f64>().ok()?)))
        .filter(|(across, down)| *across > 0.0 && *down > 0.0 && (0.1..10.0).contains(&(across / down)))
        .unwrap_or((1.0, 1.0));
    let stretch = |side: u32| (f64::from(side) * across / down).round() as u32;
    let (width, height) =
        if turned { (facts.width, stretch(facts.height)) } else { (stretch(facts.width), facts.height) };

    let tagged = !matches!(text("color_space"), "" | "unknown" | "unspecified");
    let matrix = if tagged {
        None
    } else if facts.width.min(facts.height) >= 720 {
        Some("bt709".to_owned())
    } else {
        Some("bt601".to_owned())
    };
    let start = packets.start as f64 * second;
    let file_start = looked.format.get("start_time").and_then(Value::as_str).and_then(|t| t.parse::<f64>().ok());
    let mut kind: BTreeMap<String, Value> =
        ALIKE.iter().filter_map(|key| Some(((*key).to_owned(), stream.get(*key)?.clone()))).collect();
    for key in ["codec_name", "sample_rate", "channels", "channel_layout"] {
        if let Some(value) = sound.and_then(|sound| sound.get(key)) {
            kind.insert(format!("sound {key}"), value.clone());
        }
    }
    let alone = format == "mov" && COPIED.contains(&text("codec_name")) && unit.num == 1 && begins_as_mp4(path);
    let whole_steps = packets.step.is_some_and(|step| packets.end - packets.start == step * packets.count as i64);
    Ok(Clip {
        path: path.into(),
        format: format.into(),
        width: width.max(1),
        height: height.max(1),
        rate,
        start,
        file_start: file_start.unwrap_or(start),
        seconds,
        matrix,
        hdr: matches!(text("color_transfer"), "smpte2084" | "arib-std-b67"),
        sound: sound.is_some(),
        aac: sound.is_none_or(|sound| sound.get("codec_name").is_some_and(|name| name == "aac")),
        copy: Copy {
            alone,
            among: alone
                && whole_steps
                && packets.clean
                && !rotated
                && file_start.is_some_and(|at| (at - start).abs() < 0.001),
            hevc: text("codec_name") == "hevc",
            kind,
            frames: packets.count,
            rate: packets
                .step
                .and_then(|step| u32::try_from(step).ok())
                .filter(|step| *step > 0)
                .map_or(rate, |den| Rate { num: unit.den, den }),
            timescale: unit.den,
        },
    })
}

/// `00:01:02.500000000` in seconds.
fn clock(text: &str) -> Option<f64> {
    text.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))
}

fn number_of(stream: &BTreeMap<String, Value>, key: &str) -> u32 {
    stream.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// Where the pictures of a file lie in time, in its own units.
struct Packets {
    count: u64,
    start: i64,
    end: i64,
    /// The length of each, where all are of one.
    step: Option<i64>,
    /// It begins with a picture that needs no other, and shows all it has.
    clean: bool,
}

fn packets(ffprobe: &Path, format: &str, path: &Path, alive: Alive<'_>) -> Result<Packets, MediaError> {
    let missing = |error: std::io::Error| MediaError::FfmpegMissing { path: ffprobe.into(), reason: error.to_string() };
    let mut command = probe::asking(ffprobe, format, path);
    command.args(["-select_streams", "v:0", "-show_entries", "packet=pts,duration,flags", "-of", "csv=p=0"]);
    let mut process = Process::start(command).map_err(missing)?;
    let mut found = Packets { count: 0, start: i64::MAX, end: i64::MIN, step: None, clean: true };
    let mut last = i64::MIN;
    let mut even = true;
    if let Some(stdout) = process.child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            alive()?;
            let mut words = line.split(',');
            let mut next = || words.next().unwrap_or_default();
            let (pts, length, flags) = (next().parse::<i64>(), next().parse::<i64>().unwrap_or(0), next());
            found.clean &= !flags.contains('D') && (found.count > 0 || flags.starts_with('K'));
            let Ok(pts) = pts else {
                found.clean = false;
                continue;
            };
            if flags.contains('D') {
                continue;
            }
            even &= length > 0 && found.step.is_none_or(|step| step == length);
            found.step.get_or_insert(length);
            found.count += 1;
            found.start = found.start.min(pts);
            found.end = found.end.max(pts.saturating_add(length));
            last = last.max(pts);
        }
    }
    let _ = process.wait().map_err(missing)?; // What matters is what came.
    if !even {
        found.step = None;
    }
    if found.count > 1 && found.end == last {
        // The last says nothing of its length: it lasts as long as the others do.
        found.end += (last - found.start) / (found.count as i64 - 1);
    }
    if found.count == 0 || found.start < -(1 << 48) || found.end > 1 << 48 {
        return Err(unusable("it has no pictures".into()));
    }
    Ok(found)
}

/// The rate itself if its frames come evenly; otherwise the nearest usual one.
fn usual(about: f64, even: Option<Rate>) -> Rate {
    const USUAL: &[(u32, u32)] = &[
        (24_000, 1001),
        (24, 1),
        (25, 1),
        (30_000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60_000, 1001),
        (60, 1),
        (100, 1),
        (120, 1),
        (240, 1),
    ];
    let off = |rate: &Rate| (rate.as_f64() / about - 1.0).abs();
    let nearest = USUAL
        .iter()
        .map(|(num, den)| Rate { num: *num, den: *den })
        .min_by(|a, b| off(a).total_cmp(&off(b)))
        .unwrap_or(Rate { num: 30, den: 1 });
    // Half a thousandth keeps 29.97 and 30 apart.
    if off(&nearest) < 0.0005 {
        return nearest;
    }
    if let Some(rate) = even.filter(|rate| rate.den <= 1001) {
        return rate;
    }
    if about < 20.0 { Rate { num: about.round().max(1.0) as u32, den: 1 } } else { nearest }
}

/// Whether a file begins as MP4 files do, and so can be no playlist to any ffmpeg.
fn begins_as_mp4(path: &Path) -> bool {
    use std::io::Read;
    let mut first = [0; 8];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first.ends_with(b"ftyp")
}

fn unusable(reason: String) -> MediaError {
    MediaError::Unusable { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_on_the_clock_is_read_in_seconds() {
        assert_eq!(clock("01:01:02.500000000"), Some(3662.5));
        assert_eq!(clock("soon"), None);
    }

    #[test]
    fn an_uneven_rate_becomes_the_nearest_usual_one_and_an_even_one_stays() {
        let rate = |num, den| Rate { num, den };
        assert_eq!(usual(29.97, Some(rate(19_001, 634))), rate(30_000, 1001));
        assert_eq!(usual(30.0, Some(rate(30, 1))), rate(30, 1));
        assert_eq!(usual(12.5, Some(rate(25, 2))), rate(25, 2));
        assert_eq!(usual(28.7, None), rate(30_000, 1001));
        assert_eq!(usual(7.6, None), rate(8, 1));
        assert_eq!(usual(0.2, None), rate(1, 1));
    }
}
