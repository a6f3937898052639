//! Clips in films, as they come out: which of their frames are seen when, how large, in what colours.

mod support;

use std::path::Path;
use std::process::Command;

use kinora_domain::documents::Rate;
use kinora_domain::film::{Fit, Source};
use kinora_media::MediaError;
use support::*;

const SIZE: (u32, u32) = (64, 64);

/// Which of a counting clip's frames is seen in each frame of a film.
fn numbers(path: &Path) -> Vec<i32> {
    lumas(path, SIZE).iter().map(|luma| i32::from(*luma) - 16).collect()
}

#[test]
fn a_part_of_a_clip_is_shown_from_its_first_frame_to_its_last_and_then_held() {
    let folder = tempfile::tempdir().unwrap();
    let clip = counting(folder.path(), "clip.mp4", "64x64", "30", 100);
    let output = folder.path().join("film.mp4");
    let segments = vec![segment(video(&clip, 1000, Some(1500)), 20, 0), segment(video(&clip, 3000, None), 15, 0)];
    make(&film(SIZE, R30, segments), &output).unwrap();
    let first = (30..45).chain([44; 5]);
    let second = (90..100).chain([99; 5]);
    assert_eq!(numbers(&output), first.chain(second).collect::<Vec<i32>>());
}

#[test]
fn a_clip_has_exactly_its_frames_at_every_rate_of_film_and_of_clip() {
    let folder = tempfile::tempdir().unwrap();
    let rates = [(24_000, 1001), (30_000, 1001), (50, 1), (60, 1)];
    for (num, den) in rates {
        let rate = Rate { num, den };
        for clip_rate in ["24000/1001", "25", "60"] {
            let clip = counting(folder.path(), "clip.mp4", "64x64", clip_rate, 90);
            let output = folder.path().join("film.mp4");
            let film = film(SIZE, rate, vec![segment(video(&clip, 500, None), 40, 0), segment(Source::Black, 13, 6)]);
            let report = make(&film, &output).unwrap();
            assert_eq!(report.frames, 47);
            let probed = probe(&output, "v:0");
            assert_eq!(get(&probed, "nb_read_frames"), "47", "{num}/{den} of {clip_rate}");
            assert_eq!(get(&probed, "avg_frame_rate"), format!("{num}/{den}"));
            // Each frame shows what the clip shows at its time, to half a frame.
            let (up, down) = clip_rate.split_once('/').unwrap_or((clip_rate, "1"));
            let clip_rate: f64 = up.parse::<f64>().unwrap() / down.parse::<f64>().unwrap();
            let length = (90.0 / clip_rate - 0.5) * rate.as_f64();
            for (frame, number) in numbers(&output).iter().take(34.min(length.round() as usize)).enumerate() {
                let seen = f64::from(*number) / clip_rate;
                let time = 0.5 + frame as f64 / rate.as_f64();
                let half = 0.5 / rate.as_f64() + 0.001;
                assert!(
                    seen <= time + half && seen + 1.0 / clip_rate >= time - half,
                    "{num}/{den} of {clip_rate}: frame {frame} shows {number}"
                );
            }
        }
    }
}

#[test]
fn a_clip_of_uneven_rate_shows_at_each_moment_what_it_shows_itself() {
    let folder = tempfile::tempdir().unwrap();
    // A still of two seconds between frames that come quickly; key frames wherever they fall.
    let uneven = "color=black:s=64x64:r=30,format=yuv420p,geq=lum='16+N':cb=128:cr=128,\
                  select='not(between(n\\,31\\,89))'";
    let all: [&[&str]; 5] = [
        &["-f", "lavfi", "-i", uneven, "-frames:v", "61", "-fps_mode", "vfr"],
        X264,
        &["-crf", "4", "-g", "20"],
        BT709,
        &["-video_track_timescale", "90000"],
    ];
    let clip = made(folder.path(), "vfr.mp4", &all);
    let output = folder.path().join("film.mp4");
    for start in [0, 500, 1700, 2900] {
        make(&film(SIZE, R30, vec![segment(video(&clip, start, None), 30, 0)]), &output).unwrap();
        let want: Vec<i32> = (0..30)
            .map(|frame| {
                let at = start as i32 * 30 / 1000 + frame;
                if (31..90).contains(&at) { 30 } else { at.min(119) }
            })
            .collect();
        assert_eq!(numbers(&output), want, "from {start} ms");
    }
}

/// The mean colour of a square around a place, as RGB.
fn colour(path: &Path, (x, y): (u32, u32)) -> [f64; 3] {
    let crop = format!("crop=8:8:{}:{}", x - 4, y - 4);
    let filter = format!("{crop},scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-vf", &filter, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 192);
    std::array::from_fn(|i| output.stdout.iter().skip(i).step_by(3).map(|v| f64::from(*v)).sum::<f64>() / 64.0)
}

#[track_caller]
fn assert_colour(got: [f64; 3], want: [u8; 3], within: f64, what: &str) {
    let near = got.iter().zip(want).all(|(got, want)| (got - f64::from(want)).abs() <= within);
    assert!(near, "{what}: {got:?} instead of {want:?}");
}

#[test]
fn colours_of_clips_come_back_within_two_levels_from_every_matrix_range_and_depth() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    let bt709: &[&str] = &["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p"];
    let bt601: &[&str] = &["-vf", "scale=out_color_matrix=bt601:out_range=tv", "-pix_fmt", "yuv420p"];
    let full: &[&str] = &["-vf", "scale=out_color_matrix=bt709:out_range=pc", "-pix_fmt", "yuvj420p"];
    let deep: &[&str] = &["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p10le"];
    let kinds: [(&str, &[&str], &[&str]); 4] = [
        ("bt709", bt709, BT709),
        ("bt601", bt601, &["-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m"]),
        (
            "full range",
            full,
            &["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "pc"],
        ),
        ("ten bits", deep, BT709),
    ];
    for (hex, rgb) in
        [("0xc86432", [200, 100, 50]), ("0x1e90ff", [30, 144, 255]), ("0x808080", [128; 3]), ("0xffffff", [255; 3])]
    {
        for (kind, pixels, tags) in kinds {
            let picture = format!("color={hex}:s=320x240:r=30:d=0.2,format=rgb24");
            let coded: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4"];
            let clip = made(folder.path(), "clip.mp4", &[&["-f", "lavfi", "-i", &picture], pixels, coded, tags]);
            make(&film((320, 180), R30, vec![segment(video(&clip, 0, None), 4, 0)]), &output).unwrap();
            assert_colour(colour(&output, (160, 90)), rgb, 2.0, &format!("{hex} in {kind}"));
        }
    }
}

/// Turns a clip as a telephone does: by the matrix of its track's header.
fn turned(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let matrix = bytes.windows(4).position(|four| four == b"tkhd").unwrap() + 44;
    let turned = [0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30].map(i32::to_be_bytes);
    bytes[matrix..matrix + 36].copy_from_slice(turned.as_flattened());
    std::fs::write(path, bytes).unwrap();
}

/// Red, green and blue stripes from left to right.
fn stripes(folder: &Path, name: &str, size: (u32, u32), extra: &[&str]) -> std::path::PathBuf {
    let third = size.0 / 3;
    let picture = format!(
        "color=red:s={}x{}:r=30:d=0.3,drawbox=x={third}:w={third}:h=9999:c=lime:t=fill,\
         drawbox=x={}:w=9999:h=9999:c=blue:t=fill",
        size.0,
        size.1,
        2 * third
    );
    let coded: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4"];
    made(folder, name, &[&["-f", "lavfi", "-i", &picture], extra, coded])
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const BLACK: [u8; 3] = [0; 3];

#[test]
fn a_clip_of_a_turned_telephone_stands_upright() {
    let folder = tempfile::tempdir().unwrap();
    let clip = stripes(folder.path(), "phone.mp4", (240, 120), &["-pix_fmt", "yuv420p"]);
    turned(&clip);
    let output = folder.path().join("film.mp4");
    let source =
        Source::Video { path: clip, media_type: "video/mp4".into(), start_ms: 0, end_ms: None, fit: Fit::Contain };
    make(&film((240, 240), R30, vec![segment(source, 5, 0)]), &output).unwrap();
    // Turned by a quarter, what was at the left is at the top.
    assert_colour(colour(&output, (120, 30)), RED, 12.0, "top");
    assert_colour(colour(&output, (120, 120)), GREEN, 12.0, "middle");
    assert_colour(colour(&output, (120, 210)), BLUE, 12.0, "bottom");
    assert_colour(colour(&output, (30, 120)), BLACK, 3.0, "bar");
}

#[test]
fn a_clip_covers_the_canvas_or_lies_between_bars() {
    let folder = tempfile::tempdir().unwrap();
    let clip = stripes(folder.path(), "wide.mp4", (360, 120), &["-pix_fmt", "yuv420p"]);
    let output = folder.path().join("film.mp4");
    for (fit, left, top) in [(Fit::Cover, GREEN, GREEN), (Fit::Contain, RED, BLACK)] {
        let source =
            Source::Video { path: clip.clone(), media_type: "video/mp4".into(), start_ms: 0, end_ms: None, fit };
        make(&film((120, 120), R30, vec![segment(source, 5, 0)]), &output).unwrap();
        assert_colour(colour(&output, (16, 60)), left, 12.0, "left");
        assert_colour(colour(&output, (60, 16)), top, 12.0, "top");
    }
}

#[test]
fn odd_sizes_and_wide_pixels_are_shown_in_their_proportions() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    let odd = stripes(folder.path(), "odd.mp4", (303, 101), &["-pix_fmt", "yuv444p"]);
    // Stored square, shown twice as wide.
    let wide = stripes(folder.path(), "wide.mp4", (120, 120), &["-pix_fmt", "yuv420p", "-vf", "setsar=2"]);
    for (clip, height) in [(odd, 100), (wide, 150)] {
        for fit in [Fit::Cover, Fit::Contain] {
            let source =
                Source::Video { path: clip.clone(), media_type: "video/mp4".into(), start_ms: 0, end_ms: None, fit };
            make(&film((300, 300), R30, vec![segment(source, 5, 0)]), &output).unwrap();
            if fit == Fit::Cover {
                assert_colour(colour(&output, (150, 8)), GREEN, 12.0, "top");
                assert_colour(colour(&output, (150, 290)), GREEN, 12.0, "bottom");
            } else {
                let bar = (300 - height) / 2;
                assert_colour(colour(&output, (20, bar + 8)), RED, 12.0, "below the bar");
                assert_colour(colour(&output, (280, 292 - bar)), BLUE, 12.0, "above the bar");
                assert_colour(colour(&output, (150, bar - 8)), BLACK, 3.0, "bar");
            }
        }
    }
}

#[test]
fn an_hdr_clip_is_brought_down_to_the_usual_range() {
    let folder = tempfile::tempdir().unwrap();
    // White as of paper, 100 cd/m²: its PQ code is 0.508. Taken as it is it would be a grey of 130.
    let picture = "color=black:s=160x90:r=30:d=0.2,format=yuv420p10le,geq=lum=509:cb=512:cr=512";
    let tags =
        &["-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-color_range", "tv"];
    let coded: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4"];
    let clip = made(folder.path(), "hdr.mp4", &[&["-f", "lavfi", "-i", picture], coded, tags]);
    let output = folder.path().join("film.mp4");
    let report = make(&film((160, 90), R30, vec![segment(video(&clip, 0, None), 4, 0)]), &output).unwrap();
    let [r, g, b] = colour(&output, (80, 45));
    assert!(r > 145.0, "{r} {g} {b}: reference white is as dark as in a clip that was not brought down");
    assert!((r - g).abs() < 3.0 && (g - b).abs() < 3.0, "{r} {g} {b} is not grey");
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    assert_eq!(get(&probe(&output, "v:0"), "color_transfer"), "bt709");
}

#[test]
fn what_is_wrong_with_a_clip_is_told_with_its_segment_before_anything_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let clip = counting(folder.path(), "clip.mp4", "64x64", "30", 30);
    let list = folder.path().join("list.mp4");
    std::fs::write(&list, format!("ffconcat version 1.0\nfile '{}'\n", clip.display())).unwrap();
    let empty = folder.path().join("empty.mp4");
    std::fs::write(&empty, "").unwrap();
    let cut_off = folder.path().join("cut.mp4");
    let whole = std::fs::read(made(
        folder.path(),
        "fast.mp4",
        &[&["-i", clip.to_str().unwrap(), "-c", "copy", "-movflags", "+faststart"]],
    ))
    .unwrap();
    std::fs::write(&cut_off, &whole[..whole.len() / 2]).unwrap();
    let output = folder.path().join("film.mp4");
    let before: usize = std::fs::read_dir(folder.path()).unwrap().count();
    let told = |path: &Path, start| {
        let segments = vec![segment(Source::Black, 5, 0), segment(video(path, start, None), 5, 0)];
        let error = make(&film(SIZE, R30, segments), &output).unwrap_err();
        assert!(matches!(&error, MediaError::SegmentClip { number: 2, path: told, .. } if told == path), "{error}");
        error.to_string()
    };
    assert!(told(&list, 0).contains("not what its first bytes say"));
    assert!(told(&empty, 0).contains("segment 2"));
    assert!(told(&cut_off, 0).contains("segment 2"));
    assert!(told(&clip, 1000).contains("begins at 1.000 s and the clip ends at 1.000 s"));
    assert!(told(&folder.path().join("nowhere.mp4"), 0).contains("segment 2"));
    let mut backwards = film(SIZE, R30, vec![segment(video(&clip, 500, Some(400)), 5, 0)]);
    let error = make(&backwards, &output).unwrap_err().to_string();
    assert!(error.contains("segment 1: its part ends at 400 ms and begins at 500 ms"), "{error}");
    backwards.segments[0].source =
        Source::Video { path: clip, media_type: "application/zip".into(), start_ms: 0, end_ms: None, fit: Fit::Cover };
    assert!(make(&backwards, &output).unwrap_err().to_string().contains("application/zip"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before, "something was left");
}

#[test]
fn a_frame_of_an_uneven_clip_is_the_same_wherever_decoding_begins() {
    let folder = tempfile::tempdir().unwrap();
    let uneven = "color=black:s=64x64:r=30,format=yuv420p,geq=lum='16+N':cb=128:cr=128,\
                  select='gt(mod(n*7\\,11)\\,4)'";
    let all: [&[&str]; 5] = [
        &["-f", "lavfi", "-i", uneven, "-frames:v", "90", "-fps_mode", "vfr"],
        X264,
        &["-crf", "4", "-g", "12", "-bf", "2"],
        BT709,
        &["-video_track_timescale", "90000"],
    ];
    let output = folder.path().join("film.mp4");
    for name in ["vfr.mp4", "vfr.mkv"] {
        let clip = made(folder.path(), name, if name.ends_with("mkv") { &all[..4] } else { &all });
        let rate = Rate { num: 24_000, den: 1001 };
        let show = |fade: u32, cache: &str| {
            let other = segment(Source::Black, 40, fade);
            let film = film(SIZE, rate, vec![segment(video(&clip, 700, None), 60, 0), other]);
            let report = make_cached(&film, &output, &folder.path().join(name).with_extension(cache)).unwrap();
            (lumas(&output, SIZE), report.pieces.unwrap().reused)
        };
        let (whole, _) = show(0, "whole");
        // The body is there already; what fades is decoded from its own first frame on.
        for fade in [1, 4, 13, 31] {
            show(fade + 1, "kept");
            let (faded, _) = show(fade, "kept");
            let body = (60 - fade) as usize;
            assert_eq!(faded[..body], whole[..body]);
            let first = f64::from(whole[body] - 16) * f64::from(fade) / f64::from(fade + 1) + 16.0;
            assert!((f64::from(faded[body]) - first).abs() <= 1.5, "{name}: {} instead of {first}", faded[body]);
        }
    }
}
