//! Renders the film of the demonstration and compares it with the floor, which is ffmpeg alone on the same frames.
//! Prints a table; `make bench` calls it. Frames are dumped to a temporary folder (about 1.1 GB).

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use kinora_domain::film::{Film, Fit, Motion, Music, Overlay, Segment, Source, View};
use kinora_media::{Job, render};
use serde_json::{Value, json};

const FRAMES: u32 = 780;

fn main() {
    // `cargo test --benches` must not wait for this.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let pictures: Vec<PathBuf> = (0..3).map(|index| photo(&at(&format!("{index}.jpg")), index)).collect();
    let film = demo(&pictures);
    assert_eq!(film.frames(), u64::from(FRAMES));
    let recorder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake-ffmpeg/recording.sh");

    println!("{:<34} {:>8} {:>8} {:>9} {:>10}", "26 s at 1280x720, 30 fps", "wall s", "cpu s", "ms/frame", "peak MiB");
    let row = |name: &str, (wall, cpu): (f64, f64), frames: u32, peak: Option<u64>| {
        let peak = peak.map_or(String::new(), |kb| format!("{}", kb / 1024));
        println!("{name:<34} {wall:>8.2} {cpu:>8.2} {:>9.2} {peak:>10}", wall * 1000.0 / f64::from(frames));
    };

    let mut peak = 0;
    let whole = timed(|| {
        let report = make(&film, &at("film.mp4"), Path::new("ffmpeg")).expect("the film");
        peak = report.peak_rss_kb;
    });
    let bytes = std::fs::metadata(at("film.mp4")).map(|m| m.len()).unwrap_or(0);
    row("whole film", whole, FRAMES, Some(peak));

    let raw = at("frames.yuv");
    // SAFETY: no other thread of this program reads the environment at this time.
    unsafe { std::env::set_var("KINORA_RAW", &raw) };
    let _ = make(&film, &at("recorded.mp4"), &recorder); // The recorder encodes nothing: it ends in a complaint.
    unsafe { std::env::remove_var("KINORA_RAW") };
    let floor = timed(|| encode(&raw, &at("floor.mp4")));
    row("floor: ffmpeg on the same frames", floor, FRAMES, None);
    let _ = std::fs::remove_file(&raw);

    let drawing = timed(|| {
        let _ = make(&film, &at("drawn.mp4"), &recorder);
    });
    row("drawing and piping alone", drawing, FRAMES, None);
    for (name, film) in [
        (
            "  a title that holds still",
            Film { segments: vec![segment(title(FRAMES, false), FRAMES)], music: None, ..film.clone() },
        ),
        (
            "  a title that moves",
            Film { segments: vec![segment(title(FRAMES, true), FRAMES)], music: None, ..film.clone() },
        ),
        (
            "  a picture that moves",
            Film { segments: vec![segment(moving(&pictures[0]), FRAMES)], music: None, ..film.clone() },
        ),
        ("  a picture with a caption at rest", captioned(&film, &pictures[0])),
    ] {
        let cost = timed(|| {
            let _ = make(&film, &at("part.mp4"), &recorder);
        });
        row(name, cost, FRAMES, None);
    }
    println!();
    println!(
        "whole film / floor: {:.2} in wall time, {:.2} in CPU time; {} KiB",
        whole.0 / floor.0,
        whole.1 / floor.1,
        bytes / 1024
    );
}

fn make(film: &Film, output: &Path, ffmpeg: &Path) -> Result<kinora_media::Report, kinora_media::MediaError> {
    let job = Job::film(film.clone(), output.into());
    render(&job, ffmpeg, &mut |_| ControlFlow::Continue(()))
}

/// ffmpeg alone, with the arguments it was given, on the frames it was given.
fn encode(raw: &Path, output: &Path) {
    let beside = |suffix: &str| format!("{}{suffix}", raw.display());
    let arguments = std::fs::read_to_string(beside(".args")).expect("recorded arguments");
    let arguments = arguments.lines().map(|argument| match argument {
        music if music.ends_with(".music.part") => beside(".music"),
        part if part.ends_with(".part") => output.display().to_string(),
        other => other.to_owned(),
    });
    let frames = std::fs::File::open(raw).expect("recorded frames");
    let done = Command::new("ffmpeg").args(arguments).stdin(frames).stdout(Stdio::null()).status();
    assert!(done.is_ok_and(|status| status.success()));
}

/// Wall and processor seconds, those of ended children included.
fn timed(work: impl FnOnce()) -> (f64, f64) {
    let cpu = || -> f64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        fields.split_whitespace().skip(11).take(4).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
    };
    let (start, before) = (Instant::now(), cpu());
    work();
    (start.elapsed().as_secs_f64(), cpu() - before)
}

/// Something as rich in detail as a photo: value noise in several octaves.
fn photo(path: &Path, seed: u32) -> PathBuf {
    let hash = |x: u32, y: u32, c: u32| {
        let mut h =
            x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263) ^ (seed * 9 + c).wrapping_mul(2_246_822_519);
        h = (h ^ (h >> 13)).wrapping_mul(1_274_126_177);
        f64::from((h ^ (h >> 16)) & 0xFFFF) / 65536.0
    };
    let smooth = |x: f64, y: f64, c: u32| {
        let (ix, iy) = (x.floor(), y.floor());
        let ease = |t: f64| t * t * (3.0 - 2.0 * t);
        let (tx, ty) = (ease(x - ix), ease(y - iy));
        let at = |dx: u32, dy: u32| hash(ix as u32 + dx, iy as u32 + dy, c);
        let top = at(0, 0) + (at(1, 0) - at(0, 0)) * tx;
        let bottom = at(0, 1) + (at(1, 1) - at(0, 1)) * tx;
        top + (bottom - top) * ty
    };
    image::RgbImage::from_fn(2400, 1600, |x, y| {
        image::Rgb(std::array::from_fn(|c| {
            let octaves = [(400.0, 0.5), (120.0, 0.25), (40.0, 0.13), (12.0, 0.08), (4.0, 0.04)];
            let sum: f64 = octaves
                .iter()
                .map(|(size, weight)| {
                    weight * smooth(f64::from(x) / size, f64::from(y) / size, if *size > 50.0 { c as u32 } else { 7 })
                })
                .sum();
            (sum * 255.0) as u8
        }))
    })
    .save(path)
    .expect("a picture");
    path.into()
}

fn segment(source: Source, frames: u32) -> Segment {
    Segment { source, frames, crossfade: 0, overlays: Vec::new() }
}

fn moving(path: &Path) -> Source {
    let view = |x, zoom| View { x, y: 0.5, zoom };
    let motion = Motion { from: view(0.45, 1.0), to: view(0.55, 1.25) };
    Source::Picture { path: path.into(), motion: Some(motion), fit: Fit::Cover }
}

fn canvas(frames: u32, background: Option<Value>, layers: &[Value]) -> Value {
    let mut canvas = json!({"schema": 1, "width": 1280, "height": 720, "rate": {"num": 30, "den": 1}, "frames": frames, "layers": layers});
    if let Some(background) = background {
        canvas["background"] = background;
    }
    canvas
}

fn title(frames: u32, moves: bool) -> Source {
    let background = json!({"type": "linear", "from": [0, 0], "to": [1280, 720],
        "stops": [{"offset": 0, "color": "#10142a"}, {"offset": 1, "color": "#2a1846"}]});
    let enter = |from: f64, to: f64| json!([{"frame": 0, "value": from, "easing": "ease-out"}, {"frame": if moves { frames } else { 0 }, "value": to}]);
    let mut layers = vec![json!({"x": 980, "y": 180, "content": {"type": "ellipse", "rx": 420, "ry": 420,
        "fill": {"type": "radial", "center": [0, 0], "radius": 420, "stops": [{"offset": 0, "color": "#ff8a5c66"}, {"offset": 1, "color": "#ff8a5c00"}]}}})];
    for index in 0..6 {
        layers.push(json!({"x": 100 + 200 * index, "y": 600, "content": {"type": "ellipse", "rx": 30 + 6 * index, "ry": 30 + 6 * index,
            "fill": {"type": "solid", "color": "#ffffff18"}},
            "tracks": [{"property": "y", "keys": enter(640.0, f64::from(560 - 20 * index))}]}));
    }
    layers.push(json!({"x": 640, "y": 480, "content": {"type": "rect", "width": 500, "height": 8, "radius": 4,
        "fill": {"type": "solid", "color": "#ff8a5c"}}, "tracks": [{"property": "reveal-right", "keys": enter(0.0, 1.0)}]}));
    layers.push(json!({"x": 640, "y": 330, "content": {"type": "text", "text": "The Lighthouse Keeper’s Last Winter", "width": 1000,
        "height": 260, "size": 110, "min_size": 30, "weight": 700, "color": "#ffffff", "shadow": {"color": "#000000b0", "blur": 18, "dy": 4}},
        "tracks": [{"property": "opacity", "keys": enter(0.2, 1.0)}, {"property": "y", "keys": enter(350.0, 330.0)}]}));
    let composition = serde_json::from_value(canvas(frames, Some(background), &layers)).expect("a composition");
    Source::Drawing { composition }
}

fn caption(frames: u32, moves: bool) -> Overlay {
    let end = frames - 20;
    let fade = if moves {
        json!([{"property": "opacity", "keys": [{"frame": 0, "value": 0}, {"frame": 15, "value": 1}, {"frame": end, "value": 1}, {"frame": frames, "value": 0}]}])
    } else {
        json!([])
    };
    let mut layers = Vec::new();
    if moves {
        for index in 0..4 {
            layers.push(json!({"x": 200, "y": 150 + 110 * index, "content": {"type": "ellipse", "rx": 40 + 20 * index, "ry": 40 + 20 * index,
                "fill": {"type": "solid", "color": "#ffffff1c"}},
                "tracks": [{"property": "x", "keys": [{"frame": 0, "value": 150 + 250 * index}, {"frame": frames, "value": 350 + 250 * index}]}]}));
        }
    }
    layers.push(json!({"x": 640, "y": 630, "content": {"type": "rect", "width": 1000, "height": 110, "radius": 24,
        "fill": {"type": "solid", "color": "#00000088"}}, "tracks": fade}));
    layers.push(json!({"x": 640, "y": 630, "content": {"type": "text", "text": "He had kept the light for forty years, and the sea had kept him", "width": 940,
        "height": 90, "size": 44, "min_size": 18, "color": "#ffffff", "shadow": {"color": "#000000c0", "blur": 10, "dy": 2}}, "tracks": fade}));
    Overlay { composition: serde_json::from_value(canvas(frames, None, &layers)).expect("a composition"), start: 30 }
}

fn captioned(film: &Film, picture: &Path) -> Film {
    let mut segment = segment(moving(picture), FRAMES);
    segment.overlays.push(caption(FRAMES, false));
    Film { segments: vec![segment], music: None, ..film.clone() }
}

fn demo(pictures: &[PathBuf]) -> Film {
    let mut segments = vec![segment(title(90, true), 90)];
    for picture in pictures {
        let mut segment = segment(moving(picture), 245);
        segment.crossfade = 15;
        segment.overlays.push(caption(200, true));
        segments.push(segment);
    }
    Film {
        width: 1280,
        height: 720,
        rate: serde_json::from_value(json!({"num": 30, "den": 1})).expect("a rate"),
        segments,
        music: Some(Music { seed: 3, mood: "calm and hopeful".into() }),
        track: None,
        title: "The Lighthouse".into(),
        comment: "Made by Kinora".into(),
    }
}
