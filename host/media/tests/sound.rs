//! The sound of films: where it begins and ends, how loud it is, and that it stays with the picture to the end.

mod support;

use std::path::Path;
use std::process::Command;

use kinora_domain::documents::Rate;
use kinora_domain::film::{Film, Music, Source, Track};
use support::*;

const SIZE: (u32, u32) = (64, 64);

fn track(path: &Path) -> Track {
    let media_type = media_type(path);
    Track { path: path.into(), media_type, start_ms: 0, end_ms: None, fade_in_ms: 0, fade_out_ms: 0, level: false }
}

/// A tone, from one second to another of a file.
fn tone(folder: &Path, name: &str, (from, to): (f64, f64), seconds: &str) -> std::path::PathBuf {
    let tone = format!("aevalsrc='if(between(t,{from},{to}),0.5*sin(2764*t),0)':s=44100");
    made(folder, name, &[&["-f", "lavfi", "-i", &tone, "-t", seconds]])
}

fn black(frames: u32, rate: Rate) -> Film {
    film(SIZE, rate, vec![segment(Source::Black, frames, 0)])
}

/// The level of each tenth of a second.
fn levels(samples: &[f32]) -> Vec<f32> {
    samples.chunks(4800).map(|part| (part.iter().map(|v| v * v).sum::<f32>() / part.len() as f32).sqrt()).collect()
}

#[test]
fn a_track_is_cut_to_its_part_and_followed_by_silence_to_the_last_sample_of_the_film() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    for name in ["tone.wav", "tone.mp3", "tone.m4a"] {
        let path = tone(folder.path(), name, (1.0, 2.0), "3");
        for rate in [R30, Rate { num: 24_000, den: 1001 }] {
            let mut film = black(80, rate);
            film.track = Some(Track { start_ms: 500, end_ms: Some(1_800), ..track(&path) });
            make(&film, &output).unwrap();
            let heard = pcm(&output);
            assert!((heard.len() as f64 / 48_000.0 - film.seconds()).abs() < 0.022, "{name}: {}", heard.len());
            let lasts: f64 = get(&probe(&output, "a:0"), "duration").parse().unwrap();
            assert!((lasts - film.seconds()).abs() < 0.002, "{name}: {lasts}");
            let begins = onsets(&heard);
            // mp3 and AAC smear the beginning of a tone by some milliseconds.
            assert!(begins.len() == 1 && (begins[0] - 0.5).abs() < 0.01, "{name}: {begins:?}");
            let last = heard.iter().rposition(|v| v.abs() > 0.05).unwrap() as f64 / 48_000.0;
            assert!((last - 1.3).abs() < 0.03, "{name}: {last}");
        }
    }
}

#[test]
fn a_track_fades_in_and_out_where_it_ends_or_the_film_does() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    let path = tone(folder.path(), "tone.wav", (0.0, 9.0), "9");
    for (frames, ends) in [(90, 30), (180, 40)] {
        let mut film = black(frames, R30);
        film.track = Some(Track { end_ms: Some(4000), fade_in_ms: 1000, fade_out_ms: 1000, ..track(&path) });
        make(&film, &output).unwrap();
        let levels = levels(&pcm(&output));
        let full = levels[15];
        assert!(levels[0] < full / 10.0 && (levels[5] / full - 0.57).abs() < 0.1 && levels[11] > full * 0.95);
        assert!(levels[ends - 1] < full / 10.0 && levels[ends - 12] > full * 0.95, "{levels:?}");
        assert!(levels.iter().skip(ends + 1).all(|level| *level < 0.001), "{levels:?}");
    }
}

/// Loudness in LUFS.
fn loudness(path: &Path) -> f64 {
    let said =
        Command::new("ffmpeg").args(["-i"]).arg(path).args(["-af", "ebur128", "-f", "null", "-"]).output().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    let summary = said.rfind("I:").map(|at| &said[at + 2..]).unwrap();
    summary.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn a_track_stays_as_loud_as_it_is_unless_it_is_to_be_levelled() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    let noise = "anoisesrc=d=8:c=pink:a=0.05:seed=5";
    let path = made(folder.path(), "quiet.wav", &[&["-f", "lavfi", "-i", noise, "-ac", "2"]]);
    let own = loudness(&path);
    assert!(own < -25.0, "{own}");
    let mut film = black(200, R30);
    for (level, want) in [(false, own), (true, -14.0)] {
        film.track = Some(Track { level, ..track(&path) });
        make(&film, &output).unwrap();
        assert!((loudness(&output) - want).abs() < 0.7, "{} instead of {want}", loudness(&output));
    }
}

#[test]
fn what_is_wrong_with_a_track_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("film.mp4");
    let path = tone(folder.path(), "tone.wav", (0.0, 1.0), "1");
    let silent = counting(folder.path(), "silent.mp4", "64x64", "30", 10);
    let told = |track: Track| {
        let error = make(&Film { track: Some(track), ..black(10, R30) }, &output).unwrap_err().to_string();
        assert!(!output.exists());
        error
    };
    assert!(told(track(&silent)).contains("the music cannot be used: it has no sound"));
    assert!(told(track(&folder.path().join("nowhere.mp3"))).contains("the music cannot be used"));
    let late = told(Track { start_ms: 1500, ..track(&path) });
    assert!(late.contains("begins at 1.500 s and the file ends at 1.000 s"), "{late}");
    let backwards = told(Track { start_ms: 500, end_ms: Some(500), ..track(&path) });
    assert!(backwards.contains("the track: its part ends at 500 ms"), "{backwards}");
    let mut both = black(10, R30);
    both.music = Some(Music { seed: 1, mood: String::new() });
    both.track = Some(track(&path));
    assert!(make(&both, &output).unwrap_err().to_string().contains("leave one of them out"));
}

#[test]
fn after_five_minutes_sound_and_picture_are_together_within_ten_milliseconds() {
    let folder = tempfile::tempdir().unwrap();
    let (output, cache) = (folder.path().join("film.mp4"), folder.path().join("cache"));
    let rate = Rate { num: 24_000, den: 1001 };
    // A flash of one frame every ten seconds of film, and a click in the track at the moment it is shown.
    let (count, every) = (30u32, 240u32);
    let white = folder.path().join("white.png");
    image::RgbImage::from_pixel(64, 64, image::Rgb([255; 3])).save(&white).unwrap();
    let flash = || Source::Picture { path: white.clone(), motion: None, fit: Default::default() };
    let segments = (0..count).flat_map(|_| [segment(Source::Black, every - 1, 0), segment(flash(), 1, 0)]).collect();
    let mut film = film(SIZE, rate, segments);
    let moments: Vec<f64> = (1..=count).map(|index| f64::from(index * every - 1) / rate.as_f64()).collect();
    let mut samples = vec![0i16; (film.seconds() * 44_100.0) as usize];
    for moment in &moments {
        let at = (moment * 44_100.0).round() as usize;
        for (index, sample) in samples.iter_mut().skip(at).take(400).enumerate() {
            *sample = if index / 20 % 2 == 0 { 20_000 } else { -20_000 };
        }
    }
    let raw = folder.path().join("clicks.raw");
    std::fs::write(&raw, samples.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let input = raw.to_str().unwrap();
    let path = made(folder.path(), "clicks.mp3", &[&["-f", "s16le", "-ar", "44100", "-ac", "1", "-i", input]]);
    film.track = Some(track(&path));
    assert!(film.seconds() > 300.0);
    make_cached(&film, &output, &cache).unwrap();

    let times = shown(&output);
    let lumas = lumas(&output, SIZE);
    assert_eq!((times.len(), lumas.len()), (count as usize * every as usize, count as usize * every as usize));
    let flashes: Vec<f64> = lumas.iter().zip(&times).filter(|(luma, _)| **luma > 200).map(|(_, time)| *time).collect();
    let clicks = onsets(&pcm(&output));
    assert_eq!((flashes.len(), clicks.len()), (count as usize, count as usize));
    for ((flash, click), moment) in flashes.iter().zip(&clicks).zip(&moments) {
        assert!((flash - moment).abs() < 0.001, "a flash at {flash} instead of {moment}");
        assert!((click - flash).abs() < 0.01, "a flash at {flash}, its click at {click}");
    }
}
