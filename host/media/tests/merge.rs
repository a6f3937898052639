//! Joined clips as they come out: made in this process with the real ffmpeg, measured with ffprobe and by decoding.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use kinora_media::{Job, MediaError, MergeClip, MergeMusic, Progress, Report, render};
use tempfile::TempDir;

const X264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

/// Makes a file with ffmpeg.
fn made(folder: &TempDir, name: &str, arguments: &[&[&str]]) -> PathBuf {
    let path = folder.path().join(name);
    let made = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(arguments.concat()).arg(&path).status().unwrap();
    assert!(made.success(), "{name}");
    path
}

/// A clip of one colour; with a tone that sounds for its first tenth of a second if there is a pitch.
fn clip(folder: &TempDir, name: &str, picture: &str, pitch: Option<u32>, seconds: &str) -> PathBuf {
    let duration = ["-t", seconds];
    let Some(pitch) = pitch else {
        return made(folder, name, &[&["-f", "lavfi", "-i", picture], &duration, codec(name)]);
    };
    let tone = format!("sine=f={pitch}:r=44100,volume=enable='gt(t,0.1)':volume=0");
    let inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", &tone];
    made(folder, name, &[&inputs, &duration, codec(name)])
}

fn codec(name: &str) -> &'static [&'static str] {
    match Path::new(name).extension().and_then(|end| end.to_str()) {
        Some("webm") => &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"],
        Some("mov") => &["-c:v", "mpeg4", "-c:a", "pcm_s16le"],
        _ => &["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-pix_fmt", "yuv420p", "-c:a", "aac"],
    }
}

fn media_type(path: &Path) -> String {
    match path.extension().and_then(|end| end.to_str()) {
        Some("webm") => "video/webm",
        Some("mov") => "video/quicktime",
        Some("wav") => "audio/wav",
        Some("png") => "image/png",
        _ => "video/mp4",
    }
    .into()
}

fn job(clips: &[&Path], crossfade_ms: u32, music: Option<&Path>, output: &Path) -> Job {
    let clips = clips.iter().map(|path| MergeClip { input: path.into(), media_type: media_type(path) }).collect();
    let music = music.map(|path| MergeMusic { input: path.into(), media_type: media_type(path) });
    Job::Merge { clips, output: output.into(), crossfade_ms, music }
}

fn join(clips: &[&Path], crossfade_ms: u32, music: Option<&Path>, output: &Path) -> Result<Report, MediaError> {
    let job = job(clips, crossfade_ms, music, output);
    let mut last = Progress { frame: 0, frames: 0 };
    let report = render(&job, Path::new("ffmpeg"), &mut |progress| {
        last = progress;
        ControlFlow::Continue(())
    })?;
    assert_eq!((last.frame, last.frames), (report.frames, report.frames), "progress ends with all frames");
    assert_eq!(report.bytes, std::fs::metadata(output).unwrap().len());
    Ok(report)
}

/// `key=value` of a stream, `v:0` or `a:0`.
fn probe(path: &Path, stream: &str) -> Vec<(String, String)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-select_streams", stream, "-show_streams", "-of", "default=nw=1"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
}

fn get<'a>(probed: &'a [(String, String)], key: &str) -> &'a str {
    probed.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
}

fn seconds(path: &Path, stream: &str) -> f64 {
    get(&probe(path, stream), "duration").parse().unwrap()
}

/// The hash of each packet of the picture.
fn packets(path: &Path) -> Vec<String> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_data_hash", "md5"])
        .args(["-show_entries", "packet=data_hash", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// When the pictures are shown, in seconds, in order.
fn shown(path: &Path) -> Vec<f64> {
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
fn pcm(path: &Path) -> Vec<f32> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"])
        .output()
        .unwrap();
    output.stdout.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}

/// When sound begins after a silence of a tenth of a second at least, in seconds.
fn onsets(samples: &[f32]) -> Vec<f64> {
    let (mut found, mut quiet) = (Vec::new(), usize::MAX / 2);
    for (at, sample) in samples.iter().enumerate() {
        if sample.abs() > 0.02 {
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

/// The mean colour of a square around a place, as RGB.
fn colour(path: &Path, frame: u64, (x, y): (u32, u32)) -> [f64; 3] {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-vf", &format!("select=eq(n\\,{frame}),crop=8:8:{x}:{y},scale=in_color_matrix=bt709:in_range=tv")])
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 192, "frame {frame}");
    std::array::from_fn(|i| output.stdout.iter().skip(i).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / 64.0)
}

fn assert_colour(path: &Path, frame: u64, place: (u32, u32), want: [f64; 3]) {
    let got = colour(path, frame, place);
    let near = got.iter().zip(want).all(|(got, want)| (got - want).abs() < 12.0);
    assert!(near, "frame {frame} at {place:?}: {got:?} instead of {want:?}");
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

const RED: [f64; 3] = [255.0, 0.0, 0.0];
const BLUE: [f64; 3] = [0.0, 0.0, 255.0];
const LIME: [f64; 3] = [0.0, 255.0, 0.0];
const BLACK: [f64; 3] = [0.0; 3];

#[test]
fn clips_of_one_kind_are_copied_packet_by_packet_and_shown_evenly() {
    let folder = tempfile::tempdir().unwrap();
    let rate = "r=30000/1001:s=128x72";
    let one = clip(&folder, "it's one.mp4", &format!("testsrc2={rate}"), Some(500), "1.5");
    let two = clip(&folder, "two.mp4", &format!("mandelbrot={rate}"), Some(900), "1");
    let output = folder.path().join("all.mp4");
    let clips = [&*one, &*two, &*one, &*two];
    let report = join(&clips, 0, None, &output).unwrap();
    let wanted: Vec<_> = clips.iter().flat_map(|clip| packets(clip)).collect();
    assert!(packets(&output) == wanted, "the pictures are not the same bytes");
    assert_eq!(report.frames, wanted.len() as u64);
    for (index, at) in shown(&output).iter().enumerate() {
        assert!((at - index as f64 * 1001.0 / 30_000.0).abs() < 0.0001, "picture {index} at {at}");
    }
    let sound = probe(&output, "a:0");
    assert_eq!((get(&sound, "codec_name"), get(&sound, "sample_rate"), get(&sound, "channels")), ("aac", "48000", "2"));
    assert!((seconds(&output, "a:0") - seconds(&output, "v:0")).abs() < 0.01);
    let starts: Vec<f64> = [0, 45, 75, 120].map(|frame| f64::from(frame) * 1001.0 / 30_000.0).into();
    assert_near(&onsets(&pcm(&output)), &starts, 0.01);
}

fn assert_near(got: &[f64], want: &[f64], by: f64) {
    let near = got.len() == want.len() && got.iter().zip(want).all(|(got, want)| (got - want).abs() < by);
    assert!(near, "{got:?} instead of {want:?}");
}

#[test]
fn clips_of_every_kind_take_on_the_size_and_rate_of_the_first_and_stay_in_sync() {
    let folder = tempfile::tempdir().unwrap();
    let first = clip(&folder, "first.mp4", "color=red:s=160x90:r=25", Some(500), "1.02");
    let wide = clip(&folder, "wide.webm", "color=blue:s=200x50:r=30", Some(700), "1.3");
    let silent = clip(&folder, "silent.mp4", "color=lime:s=320x180:r=24", None, "0.7");
    let tall = clip(&folder, "tall.mov", "color=blue:s=90x160:r=50", Some(900), "0.9");
    let output = folder.path().join("all.mp4");
    let clips = [&*first, &*wide, &*silent, &*tall, &*first, &*wide, &*silent, &*tall, &*first];
    let report = join(&clips, 0, None, &output).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
    // 1.04 is what whole frames make of 1.02 s; of the others their pictures' own lengths.
    let lengths: Vec<f64> = clips.iter().map(|clip| if **clip == *wide { 1.3 } else { seconds(clip, "v:0") }).collect();
    let all: f64 = lengths.iter().sum();
    assert!((report.frames as f64 - all * 25.0).abs() <= 1.0, "{} frames for {all} s", report.frames);
    let picture = probe(&output, "v:0");
    assert_eq!(get(&picture, "nb_read_frames"), report.frames.to_string());
    for (key, want) in [
        ("width", "160"),
        ("height", "90"),
        ("r_frame_rate", "25/1"),
        ("avg_frame_rate", "25/1"),
        ("pix_fmt", "yuv420p"),
        ("color_space", "bt709"),
        ("color_transfer", "bt709"),
        ("color_primaries", "bt709"),
        ("color_range", "tv"),
    ] {
        assert_eq!(get(&picture, key), want, "{key}");
    }
    assert!((seconds(&output, "a:0") - seconds(&output, "v:0")).abs() < 0.002);
    // Fitted in with bars: the wide one is 160 × 40, the tall one 50 × 90.
    assert_colour(&output, 5, (4, 4), RED);
    assert_colour(&output, 40, (76, 41), BLUE);
    assert_colour(&output, 40, (76, 8), BLACK);
    assert_colour(&output, 40, (2, 41), BLUE);
    assert_colour(&output, 65, (4, 4), LIME);
    assert_colour(&output, 85, (76, 4), BLUE);
    assert_colour(&output, 85, (40, 41), BLACK);
    let mut starts = Vec::new();
    let mut at: f64 = 0.0;
    for (clip, length) in clips.iter().zip(&lengths) {
        if **clip != *silent {
            starts.push((at * 25.0).round() / 25.0);
        }
        at += length;
    }
    assert_near(&onsets(&pcm(&output)), &starts, 0.02);
}

#[test]
fn sound_that_begins_later_than_its_picture_still_does() {
    let folder = tempfile::tempdir().unwrap();
    let picture = ["-f", "lavfi", "-i", "color=red:s=64x36:r=25:d=2"];
    let late = ["-itsoffset", "0.5", "-f", "lavfi", "-i", "sine=f=600:d=0.3"];
    let late = made(&folder, "late.mp4", &[&picture, &late, X264, &["-c:a", "aac"]]);
    let other = clip(&folder, "other.mp4", "color=blue:s=32x36:r=25", Some(500), "1");
    let output = folder.path().join("all.mp4");
    join(&[&other, &late, &other], 0, None, &output).unwrap();
    assert_near(&onsets(&pcm(&output)), &[0.0, 1.5, 3.0], 0.02);
}

#[test]
fn a_crossfade_shortens_the_film_by_its_overlaps_and_mixes_evenly() {
    let folder = tempfile::tempdir().unwrap();
    let red = clip(&folder, "red.mp4", "color=red:s=64x36:r=20", Some(500), "2");
    let blue = clip(&folder, "blue.mp4", "color=blue:s=64x36:r=20", Some(500), "2");
    let output = folder.path().join("all.mp4");
    let report = join(&[&red, &blue, &red], 450, None, &output).unwrap();
    assert_eq!(report.frames, 3 * 40 - 2 * 9);
    assert_eq!(get(&probe(&output, "v:0"), "nb_read_frames"), "102");
    assert!((seconds(&output, "a:0") - 5.1).abs() < 0.002);
    // Frames 31 to 39 are the overlap: a tenth more of blue each.
    for frame in [30, 31, 35, 39, 40] {
        let blue = (frame as f64 - 30.0) / 10.0;
        assert_colour(&output, frame, (20, 10), [255.0 * (1.0 - blue), 0.0, 255.0 * blue]);
    }
    // A sound that comes up is heard a little after it began: an eighth of full takes 46 ms here.
    assert_near(&onsets(&pcm(&output)), &[0.0, 31.0 / 20.0 + 0.046, 62.0 / 20.0 + 0.046], 0.01);
}

#[test]
fn a_crossfade_longer_than_half_of_a_clip_is_refused_with_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let long = clip(&folder, "long.mp4", "color=red:s=64x36:r=20", None, "2");
    let short = clip(&folder, "short.mp4", "color=red:s=64x36:r=20", None, "1");
    let output = tempfile::tempdir().unwrap();
    let told = join(&[&long, &short], 600, None, &output.path().join("all.mp4")).unwrap_err().to_string();
    assert_eq!(
        told,
        "the clips cannot be joined: the crossfade of 600 ms is longer than half of clip 2, which lasts 1000 ms; make \
         it 500 ms or less, or leave the clip out"
    );
    assert!(join(&[&long, &short], 500, None, &output.path().join("all.mp4")).is_ok());
    let none = join(&[], 0, None, &output.path().join("none.mp4")).unwrap_err().to_string();
    assert!(none.contains("give 1 to 100"), "{none}");
    assert_eq!(names(&output), ["all.mp4"]);
}

/// Loudness in LUFS and true peak in dBTP.
fn loudness(path: &Path) -> (f64, f64) {
    let output = Command::new("ffmpeg")
        .args(["-nostats", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-af", "ebur128=peak=true", "-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let summary = &said[said.rfind("Summary:").unwrap()..];
    let value = |key: &str| {
        let line = summary.lines().find(|line| line.trim().starts_with(key)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (value("I:"), value("Peak:"))
}

/// The level of one pitch in a stretch of sound.
fn level(samples: &[f32], pitch: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        let turn = std::f64::consts::TAU * pitch * at as f64 / 48_000.0;
        re += f64::from(*sample) * turn.cos();
        im += f64::from(*sample) * turn.sin();
    }
    2.0 * (re * re + im * im).sqrt() / samples.len() as f64
}

#[test]
fn music_is_loud_alone_low_under_sound_looped_and_faded_and_the_whole_has_its_loudness() {
    let folder = tempfile::tempdir().unwrap();
    let picture = ["-f", "lavfi", "-i", "color=red:s=64x36:r=25"];
    let noise = ["-f", "lavfi", "-i", "anoisesrc=a=0.05:seed=3", "-t", "6"];
    let talking = made(&folder, "talking.mp4", &[&picture, &noise, X264, &["-c:a", "aac"]]);
    let silent = clip(&folder, "silent.mp4", "color=blue:s=64x36:r=25", None, "6");
    let music = made(&folder, "music.wav", &[&["-f", "lavfi", "-i", "sine=f=440:d=2"]]);
    let output = folder.path().join("all.mp4");
    let report = join(&[&talking, &silent], 0, Some(&music), &output).unwrap();
    assert_eq!(report.frames, 300);
    let (loud, peak) = loudness(&output);
    assert!((loud + 14.0).abs() <= 1.0, "{loud} LUFS");
    assert!(peak <= -1.0, "{peak} dBTP");
    let heard = pcm(&output);
    assert!((heard.len() as i64 - 12 * 48_000).abs() < 2100, "{} samples", heard.len());
    let at = |from: f64, to: f64| level(&heard[(from * 48_000.0) as usize..(to * 48_000.0) as usize], 440.0);
    let (under, alone, end) = (at(2.0, 5.0), at(7.0, 9.5), at(11.9, 11.99));
    let lower = 20.0 * (under / alone).log10();
    assert!((lower + 12.0).abs() < 2.0, "the music is {lower} dB lower under sound");
    assert!(end < alone / 8.0, "the music ends with {end} after {alone}");
}

#[test]
fn a_broken_clip_is_refused_by_its_number_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let good = clip(&folder, "good.mp4", "testsrc2=s=128x72:r=25", Some(500), "3");
    let bytes = std::fs::read(made(
        &folder,
        "whole.mp4",
        &[&["-f", "lavfi", "-i", "testsrc2=s=128x72:r=25:d=3"], X264, &["-movflags", "+faststart"]],
    ))
    .unwrap();
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let bytes_of_webm = std::fs::read(clip(&folder, "whole.webm", "testsrc2=s=128x72:r=25", None, "3")).unwrap();
    let cut_webm = folder.path().join("cut.webm");
    std::fs::write(&cut_webm, &bytes_of_webm[..bytes_of_webm.len() / 2]).unwrap();
    let list = folder.path().join("list.mp4");
    std::fs::write(&list, format!("ffconcat version 1.0\nfile '{}'\n", good.display())).unwrap();
    let still = made(&folder, "still.png", &[&["-f", "lavfi", "-i", "color=red:s=64x36", "-frames:v", "1"]]);
    let tone = made(&folder, "tone.wav", &[&["-f", "lavfi", "-i", "sine=d=1"]]);
    let output = tempfile::tempdir().unwrap();
    let refused = |clips: &[&Path], music: Option<&Path>| {
        let told = join(clips, 0, music, &output.path().join("all.mp4")).unwrap_err();
        assert_eq!(names(&output), Vec::<String>::new(), "{told}");
        told
    };
    for (broken, why) in [
        (&cut, "breaks off after 1."),
        (&cut_webm, "breaks off after 1."),
        (&list, "not what its first bytes say"),
        (&still, "does not move"),
        (&tone, "no picture"),
    ] {
        let told = refused(&[&good, &good, broken], None);
        assert!(matches!(&told, MediaError::Clip { number: 3, .. }), "{told}");
        let told = told.to_string();
        assert!(told.starts_with("clip 3 cannot be used: ") && told.contains(why), "{told}");
        assert!(told.ends_with("leave it out or put another in its place"), "{told}");
    }
    let told = refused(&[&good], Some(&still));
    assert!(matches!(&told, MediaError::Music { .. }), "{told}");
    // The header is fine and so are the first pictures; the rest is noise.
    let mut noise = bytes;
    let from = noise.len() / 3;
    noise[from..].iter_mut().enumerate().for_each(|(at, byte)| *byte = ((at * 7919) >> 3) as u8);
    let spoilt = folder.path().join("spoilt.mp4");
    std::fs::write(&spoilt, noise).unwrap();
    let told = refused(&[&good, &spoilt], Some(&tone)).to_string();
    assert!(told.contains("clip 2 cannot be used: only"), "{told}");
}

#[test]
fn a_clip_on_its_side_is_shown_upright() {
    let folder = tempfile::tempdir().unwrap();
    // Red at the left and blue at the right; turned by a quarter clockwise red is on top.
    let halves = "color=red:s=96x64:r=25[a];color=blue:s=96x64:r=25[b];[a][b]hstack";
    let picture = ["-f", "lavfi", "-i", halves, "-t", "1"];
    let lying = made(&folder, "lying.mp4", &[&picture, X264]);
    let mut bytes = std::fs::read(&lying).unwrap();
    let matrix = bytes.windows(4).position(|four| four == b"tkhd").unwrap() + 44;
    let turned = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30].map(i32::to_be_bytes);
    bytes[matrix..matrix + 36].copy_from_slice(turned.as_flattened());
    std::fs::write(&lying, bytes).unwrap();
    let other = clip(&folder, "other.mp4", "color=lime:s=64x64:r=25", None, "1");
    let output = folder.path().join("all.mp4");
    join(&[&lying, &other], 0, None, &output).unwrap();
    let picture = probe(&output, "v:0");
    assert_eq!((get(&picture, "width"), get(&picture, "height"), get(&picture, "rotation")), ("64", "192", ""));
    assert_colour(&output, 10, (28, 20), RED);
    assert_colour(&output, 10, (28, 160), BLUE);
    assert_colour(&output, 40, (28, 92), LIME);
    assert_colour(&output, 40, (28, 20), BLACK);
    // As the second of two it is fitted in upright too; two that lie alike are turned and not copied as they are.
    join(&[&other, &lying], 0, None, &output).unwrap();
    assert_colour(&output, 40, (28, 2), RED);
    assert_colour(&output, 40, (28, 54), BLUE);
    assert_colour(&output, 40, (4, 30), BLACK);
    join(&[&lying, &lying], 0, None, &output).unwrap();
    assert_eq!(get(&probe(&output, "v:0"), "height"), "192");
    assert_colour(&output, 40, (28, 20), RED);
}

#[test]
fn a_clip_of_a_high_range_of_brightness_is_brought_down_and_not_pale() {
    let folder = tempfile::tempdir().unwrap();
    // Code 574 of 10 bits is 203 cd/m² in PQ, the white of paper; 0 stays black.
    let white = "color=black:s=64x36:r=25:d=1,format=yuv420p10le,lutyuv=y=574:u=512:v=512";
    let tags =
        ["-color_trc", "smpte2084", "-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_range", "tv"];
    let high = made(
        &folder,
        "high.mp4",
        &[&["-f", "lavfi", "-i", white, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"], &tags],
    );
    let other = clip(&folder, "other.mp4", "color=white:s=64x36:r=25", None, "1");
    let output = folder.path().join("all.mp4");
    let report = join(&[&other, &high], 0, None, &output).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
    let [red, green, blue] = colour(&output, 40, (20, 10));
    assert!(red > 180.0 && (red - green).abs() < 4.0 && (red - blue).abs() < 4.0, "{red} {green} {blue}");
}

#[test]
fn odd_sides_wide_pixels_and_uneven_rates_are_evened_out() {
    let folder = tempfile::tempdir().unwrap();
    let odd = [
        "-f",
        "lavfi",
        "-i",
        "color=red:s=101x57:r=25,format=yuv444p",
        "-f",
        "lavfi",
        "-i",
        "sine=f=500:d=0.1",
        "-t",
        "1",
    ];
    let odd = made(&folder, "odd.mp4", &[&odd, &["-c:v", "libx264", "-pix_fmt", "yuv444p", "-c:a", "aac"]]);
    // 58 × 58 pixels, each three times as wide as high, are shown as 174 × 58; here as 102 × 34.
    let wide = ["-f", "lavfi", "-i", "color=blue:s=58x58:r=25,setsar=3", "-t", "1"];
    let wide = made(&folder, "wide.mp4", &[&wide, X264]);
    // All pictures of the first second, and then one in seven.
    let uneven = ["-f", "lavfi", "-i", "color=lime:s=100x56:r=30,select='lt(n,30)+not(mod(n,7))'"];
    let tone = ["-f", "lavfi", "-i", "sine=f=700:d=0.1", "-fps_mode", "vfr", "-t", "3"];
    let uneven = made(&folder, "uneven.mp4", &[&uneven, &tone, X264, &["-c:a", "aac"]]);
    let output = folder.path().join("all.mp4");
    let report = join(&[&odd, &wide, &uneven, &odd], 0, None, &output).unwrap();
    let picture = probe(&output, "v:0");
    assert_eq!((get(&picture, "width"), get(&picture, "height")), ("102", "58"));
    assert_colour(&output, 40, (2, 26), BLUE);
    assert_colour(&output, 40, (92, 26), BLUE);
    assert_colour(&output, 40, (48, 2), BLACK);
    assert_colour(&output, 40, (48, 48), BLACK);
    let last = 2.0 + seconds(&uneven, "v:0");
    assert!((report.frames as f64 - (last + 1.0) * 25.0).abs() <= 1.0, "{} frames", report.frames);
    let start = (last * 25.0).round();
    assert_near(&onsets(&pcm(&output)), &[0.0, 2.0, start / 25.0], 0.02);
    assert_colour(&output, start as u64 - 1, (48, 26), LIME);
    assert_colour(&output, start as u64, (48, 26), RED);
}

#[test]
fn nothing_adds_up_over_forty_clips() {
    let folder = tempfile::tempdir().unwrap();
    // 0.33 s at 30000/1001 are 10 pictures and a bit; at 25 a second 8.34.
    let even = clip(&folder, "even.mp4", "color=red:s=32x32:r=25", Some(500), "0.4");
    let odd = clip(&folder, "odd.mp4", "color=blue:s=64x32:r=30000/1001", Some(700), "0.33");
    let length = seconds(&odd, "v:0");
    let output = folder.path().join("all.mp4");
    let clips: Vec<&Path> = [&*even, &*odd].repeat(20);
    let report = join(&clips, 0, None, &output).unwrap();
    let all = 20.0 * (0.4 + length);
    assert!((report.frames as f64 - all * 25.0).abs() <= 1.0, "{} frames for {all} s", report.frames);
    let starts: Vec<f64> = (0..20).flat_map(|n| [n as f64 * (0.4 + length), n as f64 * (0.4 + length) + 0.4]).collect();
    let starts: Vec<f64> = starts.iter().map(|at| (at * 25.0).round() / 25.0).collect();
    assert_near(&onsets(&pcm(&output)), &starts, 0.02);
}

#[test]
fn one_clip_alone_is_copied_with_its_sound() {
    let folder = tempfile::tempdir().unwrap();
    let one = clip(&folder, "one.mp4", "testsrc2=s=128x72:r=30", Some(500), "2");
    let output = folder.path().join("all.mp4");
    let report = join(&[&one], 0, None, &output).unwrap();
    assert_eq!(report.frames, 60);
    assert_eq!(packets(&output), packets(&one));
    assert_eq!(get(&probe(&output, "a:0"), "sample_rate"), "44100");
    // What players do not know in MP4 is coded anew.
    let other = clip(&folder, "other.webm", "testsrc2=s=128x72:r=30", Some(500), "2");
    let report = join(&[&other], 500, None, &output).unwrap();
    assert_eq!(report.frames, 60);
    assert_eq!(get(&probe(&output, "v:0"), "codec_name"), "h264");
    assert_eq!(onsets(&pcm(&output)).len(), 1);
}

#[test]
fn cancelled_work_leaves_nothing_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let one = clip(&folder, "one.mp4", "testsrc2=s=128x72:r=30", Some(500), "4");
    let tone = made(&folder, "tone.wav", &[&["-f", "lavfi", "-i", "sine=d=1"]]);
    let mut moments = 0;
    for at in [0, 2, 4, 6, 8] {
        let output = tempfile::tempdir().unwrap();
        let job = job(&[&one, &one], 300, Some(&tone), &output.path().join("all.mp4"));
        let mut told = 0;
        let ended = render(&job, Path::new("ffmpeg"), &mut |_| {
            told += 1;
            if told > at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if ended.is_err() {
            assert_eq!(ended, Err(MediaError::Cancelled));
            assert_eq!(names(&output), Vec::<String>::new());
            moments += 1;
        }
    }
    assert!(moments >= 3, "{moments}");
}
