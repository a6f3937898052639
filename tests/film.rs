//! A sentence in, a film out.

use std::io::Read;
use std::process::Stdio;

use crate::support::{Bench, frame_digests, probe, values};

/// Small and short, so that the suite stays fast; nothing in it is treated otherwise than in a large one.
const SMALL: &[&str] = &["--seconds", "8", "--resolution", "320x180", "--fps", "24"];

fn make(bench: &Bench, prompt: &str, output: &str, more: &[&str]) {
    let args = [&["make", prompt, "-o", output], SMALL, more].concat();
    bench.run(&args).ok();
}

#[test]
fn a_film_has_exactly_the_promised_frames_size_rate_colours_and_sound() {
    let bench = Bench::new();
    make(&bench, "a lighthouse in a storm", "film.mp4", &[]);
    let probed = probe(&bench.path("film.mp4"));
    assert_eq!(values(&probed, "nb_read_frames")[0], "192");
    assert_eq!((values(&probed, "width")[0], values(&probed, "height")[0]), ("320", "180"));
    assert_eq!(values(&probed, "r_frame_rate")[0], "24/1");
    assert_eq!(values(&probed, "codec_type"), ["video", "audio"]);
    assert_eq!(values(&probed, "pix_fmt")[0], "yuv420p");
    for key in ["color_space", "color_transfer", "color_primaries"] {
        assert_eq!(values(&probed, key)[0], "bt709", "{key}");
    }
    assert_eq!(values(&probed, "color_range")[0], "tv");
    let seconds: Vec<f64> = values(&probed, "duration").iter().filter_map(|v| v.parse().ok()).collect();
    assert_eq!(seconds.len(), 3, "two streams and the file");
    assert!(seconds.iter().all(|s| (s - 8.0).abs() < 0.03), "{seconds:?}");
    assert_eq!(bench.files(), ["film.mp4"], "nothing else is left behind");
}

#[test]
fn players_can_begin_before_the_whole_file_is_there() {
    let bench = Bench::new();
    make(&bench, "tea", "film.mp4", &[]);
    let bytes = std::fs::read(bench.path("film.mp4")).expect("the film");
    let at = |name: &[u8]| bytes.windows(4).position(|window| window == name).expect("the box");
    assert!(at(b"moov") < at(b"mdat"));
}

#[test]
fn the_same_prompt_and_seed_give_the_same_frames_and_others_do_not() {
    let bench = Bench::new();
    let made = |prompt: &str, seed: &str, name: &str| {
        make(&bench, prompt, name, &["--seed", seed]);
        frame_digests(&bench.path(name))
    };
    let first = made("a robot learns to garden on Mars", "7", "a.mp4");
    assert_eq!(first.len(), 192);
    assert_eq!(first, made("a robot learns to garden on Mars", "7", "b.mp4"));
    let same = |other: &[String]| first.iter().zip(other).filter(|(a, b)| a == b).count();
    assert_eq!(same(&made("our bakery opens at dawn", "7", "c.mp4")), 0, "another prompt");
    assert!(same(&made("a robot learns to garden on Mars", "8", "d.mp4")) < 20, "another seed");
}

#[test]
fn a_film_without_audio_has_no_sound_stream() {
    let bench = Bench::new();
    make(&bench, "silence", "film.mp4", &["--no-audio"]);
    assert_eq!(values(&probe(&bench.path("film.mp4")), "codec_type"), ["video"]);
}

#[test]
fn odd_rates_and_shapes_are_exact_too() {
    let bench = Bench::new();
    let portrait = ["make", "a kite", "-o", "p.mp4", "--seconds", "8", "--resolution", "180x320", "--fps", "29.97"];
    bench.run(&portrait).ok();
    let probed = probe(&bench.path("p.mp4"));
    assert_eq!(values(&probed, "nb_read_frames")[0], "240", "8 s at 30000/1001");
    assert_eq!(values(&probed, "r_frame_rate")[0], "30000/1001");
    assert_eq!((values(&probed, "width")[0], values(&probed, "height")[0]), ("180", "320"));
}

#[test]
fn the_end_says_file_length_cost_and_who_made_it() {
    let bench = Bench::new();
    let args = [&["make", "a quiet harbour", "-o", "film.mp4"], SMALL].concat();
    let run = bench.run(&args).ok();
    for word in ["film.mp4", "8.0 s", "192 frames", "$0.00", "offline provider"] {
        assert!(run.stdout.contains(word), "{word} is not in: {}", run.stdout);
    }
    for line in ["Drawing the pictures", "Rendering the film", "The film is ready"] {
        assert!(run.stderr.lines().any(|said| said == line), "plain progress lines: {}", run.stderr);
    }
    let probed = probe(&bench.path("film.mp4"));
    assert!(probed.contains("offline provider"), "the file itself says who made it: {probed}");
}

#[test]
fn what_went_into_a_film_can_be_kept() {
    let bench = Bench::new();
    make(&bench, "a quiet harbour", "film.mp4", &["--keep", "parts"]);
    let parts = bench.path("parts");
    let scenario = std::fs::read_to_string(parts.join("scenario.json")).expect("the scenario");
    assert!(scenario.to_lowercase().contains("harbour"), "{scenario}");
    assert!(scenario.contains("offline provider"), "{scenario}");
    let picture = std::fs::read(parts.join("scene-1.png")).expect("the picture");
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(parts.join("film.json").exists());
}

#[test]
fn scripts_that_no_font_has_and_odd_prompts_still_make_a_film() {
    let bench = Bench::new();
    for (index, prompt) in
        ["山の朝", "x", "\u{202e}رحلة إلى البحر 🌊\n\n\t", "%s %n ../../etc/passwd '; --"].iter().enumerate()
    {
        make(&bench, prompt, &format!("{index}.mp4"), &[]);
    }
}

#[test]
fn the_prompt_can_come_from_standard_input() {
    let bench = Bench::new();
    let args = [&["make", "-", "-o", "film.mp4"], SMALL].concat();
    let mut child = bench
        .command(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), b"a bakery at dawn").expect("written");
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("read");
    assert!(child.wait().expect("it ends").success());
    assert!(said.to_lowercase().contains("bakery"), "{said}");
}
