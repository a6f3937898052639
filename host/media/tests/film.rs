//! Films as they come out: made in this process with the real ffmpeg, measured with ffprobe.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use kinora_domain::documents::{Composition, Content, Layer, Paint, Rate};
use kinora_domain::film::{Film, Fit, Motion, Music, Segment, Source, View};
use kinora_media::{Job, MediaError, Report, render};

fn solid(color: &str) -> Paint {
    Paint::Solid { color: color.into() }
}

fn drawing(rate: Rate, frames: u32, color: &str) -> Composition {
    let bar = Content::Rect { width: 60.0, height: 30.0, radius: 8.0, fill: Some(solid("#ffffff")), stroke: None };
    Composition {
        schema: 1,
        width: 320,
        height: 180,
        rate,
        frames,
        background: Some(solid(color)),
        layers: vec![Layer::new(bar, 160.0, 150.0)],
    }
}

fn segment(source: Source, frames: u32, crossfade: u32) -> Segment {
    Segment { source, frames, crossfade, overlays: Vec::new() }
}

fn film(rate: Rate, lengths: &[(u32, u32)]) -> Film {
    let colors = ["#203040", "#804020", "#208060"];
    let segments = lengths
        .iter()
        .enumerate()
        .map(|(index, (frames, crossfade))| {
            let composition = drawing(rate, *frames, colors[index % 3]);
            segment(Source::Drawing { composition }, *frames, *crossfade)
        })
        .collect();
    Film {
        width: 320,
        height: 180,
        rate,
        segments,
        music: Some(Music { seed: 1, mood: "calm".into() }),
        track: None,
        title: "A title; with 'marks' = \"and\" more".into(),
        comment: "Kinora".into(),
    }
}

fn make(film: &Film, output: &Path, ffmpeg: &Path) -> Result<Report, MediaError> {
    let job = Job::film(film.clone(), output.into());
    render(&job, ffmpeg, &mut |_| ControlFlow::Continue(()))
}

fn fake(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake-ffmpeg").join(name)
}

fn real() -> &'static Path {
    Path::new("ffmpeg")
}

/// `key=value` of all streams and the format.
fn probe(path: &Path) -> Vec<(String, String)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "default=nw=1"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

fn all<'a>(probed: &'a [(String, String)], key: &str) -> Vec<&'a str> {
    probed.iter().filter(|(k, _)| k == key).map(|(_, v)| v.as_str()).collect()
}

#[test]
fn a_film_has_exactly_its_frames_its_length_its_colours_and_its_sound_at_every_rate() {
    let folder = tempfile::tempdir().unwrap();
    for (num, den) in [(24, 1), (30_000, 1001), (30, 1), (60, 1)] {
        let film = film(Rate { num, den }, &[(40, 0), (37, 12), (25, 7)]);
        let path = folder.path().join(format!("{num}.mp4"));
        let report = make(&film, &path, real()).unwrap();
        assert_eq!((report.frames, film.frames()), (83, 83));
        assert_eq!(report.bytes, std::fs::metadata(&path).unwrap().len());
        let probed = probe(&path);
        assert_eq!(all(&probed, "codec_name"), ["h264", "aac"]);
        assert_eq!(all(&probed, "nb_read_frames")[0], "83");
        assert_eq!(all(&probed, "r_frame_rate")[0], format!("{num}/{den}"));
        assert_eq!(all(&probed, "avg_frame_rate")[0], format!("{num}/{den}"));
        assert_eq!(all(&probed, "pix_fmt")[0], "yuv420p");
        for key in ["color_space", "color_transfer", "color_primaries"] {
            assert_eq!(all(&probed, key), ["bt709"], "{key}");
        }
        assert_eq!(all(&probed, "color_range"), ["tv"]);
        assert_eq!(all(&probed, "chroma_location"), ["left"]);
        assert_eq!(all(&probed, "sample_rate"), ["48000"]);
        assert_eq!(all(&probed, "channels"), ["2"]);
        assert_eq!(all(&probed, "TAG:title"), [film.title.as_str()]);
        assert_eq!(all(&probed, "TAG:comment"), ["Kinora"]);
        for duration in all(&probed, "duration") {
            let seconds: f64 = duration.parse().unwrap();
            assert!((seconds - film.seconds()).abs() < 0.002, "{num}/{den}: {seconds} {}", film.seconds());
        }
    }
}

#[test]
fn the_same_film_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let film = film(Rate { num: 30, den: 1 }, &[(30, 0), (30, 10)]);
    let [a, b] = ["a.mp4", "b.mp4"].map(|name| {
        let path = folder.path().join(name);
        make(&film, &path, real()).unwrap();
        std::fs::read(path).unwrap()
    });
    assert!(a == b);
}

/// The mean colour of a square around the middle, decoded by ffmpeg to RGB.
fn middle(path: &Path, frame: u64) -> [f64; 3] {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-vf", &format!("select=eq(n\\,{frame}),crop=40:40,scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int")])
        .args(["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 4800);
    std::array::from_fn(|i| output.stdout.iter().skip(i).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / 1600.0)
}

#[test]
fn colours_come_back_within_two_levels() {
    let folder = tempfile::tempdir().unwrap();
    let rate = Rate { num: 30, den: 1 };
    let colors = ["#ffffff", "#000000", "#808080", "#ff0000", "#00ff00", "#0000ff", "#c86432", "#1e90ff"];
    let mut segments = Vec::new();
    for (index, color) in colors.iter().enumerate() {
        let mut composition = drawing(rate, 10, color);
        composition.layers.clear();
        segments.push(segment(Source::Drawing { composition }, 10, 0));
        // The same colour as a picture.
        let path = folder.path().join(format!("{index}.png"));
        let value = u32::from_str_radix(&color[1..], 16).unwrap().to_be_bytes();
        image::RgbImage::from_pixel(500, 400, image::Rgb([value[1], value[2], value[3]])).save(&path).unwrap();
        let still = View { x: 0.5, y: 0.5, zoom: 1.1 };
        let source = Source::Picture { path, motion: Some(Motion { from: still, to: still }), fit: Fit::Cover };
        segments.push(segment(source, 10, 0));
    }
    let film = Film { segments, music: None, ..film(rate, &[(1, 0)]) };
    let path = folder.path().join("colours.mp4");
    make(&film, &path, real()).unwrap();
    assert_eq!(all(&probe(&path), "codec_name"), ["h264"]);
    for (index, color) in colors.iter().enumerate() {
        let want = u32::from_str_radix(&color[1..], 16).unwrap().to_be_bytes();
        for half in [5, 15] {
            let got = middle(&path, index as u64 * 20 + half);
            for (got, want) in got.iter().zip(&want[1..]) {
                assert!((got - f64::from(*want)).abs() <= 2.0, "{color} at {half}: {got} instead of {want}");
            }
        }
    }
}

#[test]
fn a_crossfade_runs_evenly_from_one_segment_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let rate = Rate { num: 30, den: 1 };
    let mut film = film(rate, &[(20, 0), (20, 9)]);
    for (segment, color) in film.segments.iter_mut().zip(["#000000", "#ffffff"]) {
        if let Source::Drawing { composition } = &mut segment.source {
            composition.background = Some(solid(color));
            composition.layers.clear();
        }
    }
    let path = folder.path().join("fade.mp4");
    make(&film, &path, real()).unwrap();
    // Frames 11 to 19 are the overlap: a tenth more of white each.
    for frame in [0, 10, 11, 15, 19, 20, 30] {
        let want = (frame as f64 - 10.0).clamp(0.0, 10.0) * 25.5;
        let got = middle(&path, frame)[0];
        assert!((got - want).abs() <= 3.0, "frame {frame}: {got} instead of {want}");
    }
}

/// A folder that must hold nothing after a failure.
fn empty(folder: &tempfile::TempDir) -> bool {
    std::fs::read_dir(folder.path()).unwrap().next().is_none()
}

#[test]
fn a_render_that_fails_is_told_and_leaves_nothing_half_written() {
    let film = film(Rate { num: 30, den: 1 }, &[(40, 0)]);
    let broken = |ffmpeg: PathBuf| {
        let folder = tempfile::tempdir().unwrap();
        let error = make(&film, &folder.path().join("film.mp4"), &ffmpeg).unwrap_err();
        assert!(empty(&folder), "{error}");
        error
    };
    let told = broken(fake("failing.sh"));
    assert!(matches!(&told, MediaError::Ffmpeg { stderr } if stderr.contains("wrong phase")), "{told}");
    let told = broken(fake("without-x264.sh"));
    assert!(matches!(&told, MediaError::EncoderMissing { encoder, .. } if encoder == "libx264"), "{told}");
    let told = broken(fake("losing.sh"));
    assert!(matches!(&told, MediaError::Ffmpeg { stderr } if stderr.contains("9 of 40")), "{told}");
    let told = broken("/nowhere/ffmpeg".into());
    assert!(matches!(told, MediaError::FfmpegMissing { .. }), "{told}");
}

#[test]
fn a_full_disk_is_told_as_such_and_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    // Noise cannot be made small.
    let path = folder.path().join("noise.png");
    let mut seed = 1u32;
    image::RgbImage::from_fn(640, 360, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(seed >> 8) as u8, (seed >> 16) as u8, (seed >> 24) as u8])
    })
    .save(&path)
    .unwrap();
    let motion = Motion { from: View { x: 0.5, y: 0.5, zoom: 1.0 }, to: View { x: 0.5, y: 0.5, zoom: 1.5 } };
    let segments = vec![segment(Source::Picture { path, motion: Some(motion), fit: Fit::Cover }, 60, 0)];
    let film = Film { segments, ..film(Rate { num: 30, den: 1 }, &[(1, 0)]) };
    let output = tempfile::tempdir().unwrap();
    let error = make(&film, &output.path().join("film.mp4"), &fake("full.sh")).unwrap_err();
    assert!(matches!(error, MediaError::DiskFull { .. }), "{error}");
    assert!(empty(&output));
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_any_work() {
    let film = film(Rate { num: 30, den: 1 }, &[(40, 0)]);
    let folder = tempfile::tempdir().unwrap();
    for output in [folder.path().join("no/such/folder/film.mp4"), folder.path().to_owned()] {
        // An ffmpeg that does not exist proves that none was started.
        let error = make(&film, &output, Path::new("/nowhere/ffmpeg")).unwrap_err();
        assert!(matches!(&error, MediaError::Output { path, .. } if *path == output), "{error}");
    }
    assert!(empty(&folder));
}

#[test]
fn a_cancelled_render_leaves_nothing() {
    let film = film(Rate { num: 30, den: 1 }, &[(3000, 0)]);
    for at in [0, 40] {
        let folder = tempfile::tempdir().unwrap();
        let job = Job::film(film.clone(), folder.path().join("film.mp4"));
        let error = render(&job, real(), &mut |progress| {
            if progress.frame >= at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(error, Err(MediaError::Cancelled));
        assert!(empty(&folder));
    }
}

#[test]
fn a_mistake_in_the_last_segment_is_told_by_name_before_the_first_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let rate = Rate { num: 30, den: 1 };
    let tell = |film: &Film| {
        let error = make(film, &folder.path().join("film.mp4"), Path::new("/nowhere/ffmpeg")).unwrap_err();
        assert!(empty(&folder));
        error.to_string()
    };
    let mut bad = film(rate, &[(10, 0), (10, 0)]);
    if let Source::Drawing { composition } = &mut bad.segments[1].source {
        composition.layers[0].opacity = f32::NAN;
    }
    assert_eq!(
        tell(&bad),
        "the composition of segment 2 cannot be drawn: layer 1: its opacity is NaN; it must be from 0 to 1"
    );
    let view = View { x: 0.5, y: 0.5, zoom: 1.0 };
    let path = folder.path().join("missing.jpg");
    bad.segments[1].source = Source::Picture { path, motion: Some(Motion { from: view, to: view }), fit: Fit::Cover };
    assert!(tell(&bad).contains("missing.jpg"));
    bad.segments[1].crossfade = 11;
    assert!(tell(&bad).contains("segment"));
}
