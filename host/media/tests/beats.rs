//! The beat tracker on its benchmark set: pieces whose beats are known exactly. `examples/beats.rs` prints what is
//! measured; what is asserted here is that with a margin.

mod songs;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use kinora_domain::beats::Beats;
use kinora_media::{BeatTracker, Job, MediaError, Progress, Report, render};
use songs::{Song, f_measure};
use tempfile::TempDir;

fn track(song: &Song, told: Option<f64>) -> Beats {
    let mut tracker = BeatTracker::default();
    // Blocks of any length make no difference.
    song.samples.chunks(10_007).for_each(|block| tracker.push(block));
    let beats = tracker.finish(told);
    in_order(&beats, &song.name);
    beats
}

/// What holds for every answer.
fn in_order(found: &Beats, name: &str) {
    let within = |value: f64| (0.0..=1.0).contains(&value);
    assert!(within(found.confidence) && within(found.bar_confidence), "{name}: {found:?}");
    assert!(found.beats.windows(2).all(|pair| pair[0].time_ms < pair[1].time_ms), "{name}: {:?}", found.beats);
    assert!(found.beats.iter().all(|beat| within(beat.strength)), "{name}: {:?}", found.beats);
    assert!(found.beats.iter().all(|beat| (0.0..=found.duration_ms as f64).contains(&beat.time_ms)), "{name}");
    assert!(found.alternatives.iter().all(|other| within(other.confidence)), "{name}: {:?}", found.alternatives);
    assert_eq!(found.beats.is_empty(), found.bpm == 0.0, "{name}");
}

fn times(found: &Beats) -> Vec<f64> {
    found.beats.iter().map(|beat| beat.time_ms / 1000.0).collect()
}

/// Tempo within 0.02 % and beats within 15 ms, every one of them and no other.
fn exact(song: &Song, found: &Beats) {
    let name = &song.name;
    assert!((found.bpm / song.bpm - 1.0).abs() < 0.0002, "{name}: {} bpm", found.bpm);
    assert_eq!(found.beats.len(), song.beats.len(), "{name}");
    for (beat, truth) in times(found).iter().zip(&song.beats) {
        assert!((beat - truth).abs() < 0.015, "{name}: {beat} for {truth}");
    }
    assert!(found.steady, "{name}");
    assert!(found.confidence > 0.9, "{name}: {}", found.confidence);
}

/// Bars begin where they do.
fn barred(song: &Song, found: &Beats) {
    assert_eq!(found.beats_per_bar as usize, song.meter, "{}", song.name);
    assert!(found.bar_confidence > 0.3, "{}: {}", song.name, found.bar_confidence);
    for (index, beat) in found.beats.iter().enumerate() {
        assert_eq!(beat.downbeat, index % song.meter == 0, "{}: beat {index}", song.name);
    }
}

fn exact_and_barred(kind: &str) {
    for song in songs::of(kind) {
        let found = track(&song, None);
        exact(&song, &found);
        if song.meter > 0 {
            barred(&song, &found);
        }
    }
}

#[test]
fn clicks_from_60_to_200_are_found_wherever_they_begin() {
    for song in songs::of("clicks") {
        let found = track(&song, None);
        exact(&song, &found);
        assert_eq!(found.bar_confidence, 0.0, "{}: nothing tells its bars apart", song.name);
        assert_eq!((found.beats_per_bar, found.beats[0].downbeat), (4, true), "{}", song.name);
    }
}

#[test]
fn a_metronome_says_where_bars_begin() {
    exact_and_barred("metronome");
}

#[test]
fn four_on_the_floor_is_exact() {
    exact_and_barred("house");
}

#[test]
fn jungle_is_not_taken_for_half_as_fast() {
    exact_and_barred("jungle");
}

#[test]
fn a_waltz_has_three_beats() {
    exact_and_barred("waltz");
}

#[test]
fn swung_halves_are_no_beats() {
    exact_and_barred("swing");
    exact_and_barred("shuffle");
}

#[test]
fn plucked_chords_without_drums_are_enough() {
    exact_and_barred("song");
}

#[test]
fn noise_as_loud_as_a_tenth_of_the_scale_hides_nothing() {
    exact_and_barred("noisy-clicks");
    exact_and_barred("noisy-rock");
}

#[test]
fn rock_is_exact_but_for_the_slowest() {
    for song in songs::of("rock").iter().filter(|song| song.bpm > 60.0) {
        let found = track(song, None);
        exact(song, &found);
        barred(song, &found);
    }
}

#[test]
fn strokes_beside_the_beat_do_not_lead_astray() {
    exact_and_barred("sixteenths");
    exact_and_barred("funk");
    exact_and_barred("tresillo");
}

/// The octave errors that are left: slow pieces whose halves are played, and a beat that is felt at half its tempo.
/// The truth is offered, and whoever tells the tempo gets it.
#[test]
fn octave_errors_are_these_and_offer_the_truth() {
    let slow = songs::of("rock").remove(0);
    for (song, heard) in
        [(slow, 120.0), (songs::of("ballad").remove(0), 140.0), (songs::of("half-time").remove(0), 70.0)]
    {
        let name = &song.name;
        let found = track(&song, None);
        assert!((found.bpm / heard - 1.0).abs() < 0.0005, "{name}: {}", found.bpm);
        let truth = found.alternatives.iter().find(|other| (other.bpm / song.bpm - 1.0).abs() < 0.0005).unwrap();
        assert!(truth.confidence > 0.25, "{name}: {truth:?}");
        exact(&song, &track(&song, Some(song.bpm)));
    }
}

#[test]
fn a_bar_of_silence_is_bridged_on_the_grid_and_its_beats_have_no_strength() {
    for song in songs::of("gap-clicks").into_iter().chain(songs::of("gap-rock")) {
        let found = track(&song, None);
        exact(&song, &found);
        for (index, beat) in found.beats.iter().enumerate() {
            let silent = (20..24).contains(&index);
            assert_eq!(beat.strength < 0.1, silent, "{}: beat {index} {beat:?}", song.name);
        }
    }
}

#[test]
fn a_drummer_who_sways_is_still_on_the_grid() {
    for song in songs::of("human-rock") {
        let found = track(&song, None);
        assert!((found.bpm / song.bpm - 1.0).abs() < 0.001, "{}", found.bpm);
        assert_eq!(f_measure(&times(&found), &song.beats), 1.0);
        assert!(found.steady);
    }
}

#[test]
fn a_tempo_that_rises_by_an_eighth_is_followed_and_not_called_steady() {
    for song in songs::of("faster-rock") {
        let found = track(&song, None);
        assert_eq!(f_measure(&times(&found), &song.beats), 1.0);
        assert!(!found.steady);
        for (beat, truth) in times(&found).iter().zip(&song.beats) {
            assert!((beat - truth).abs() < 0.015, "{beat} for {truth}");
        }
        assert!((found.bpm / song.bpm - 1.0).abs() < 0.001, "{}", found.bpm);
    }
}

#[test]
fn the_octave_follows_the_tempo_that_is_told() {
    let song = songs::of("house").remove(1);
    for (told, bpm) in [(64.0, 64.0), (60.0, 64.0), (128.0, 128.0), (131.0, 128.0), (250.0, 256.0)] {
        let found = track(&song, Some(told));
        assert!((found.bpm - bpm).abs() < 0.05, "{told}: {}", found.bpm);
        assert!(found.confidence > 0.9, "{told}: {}", found.confidence);
        let others: Vec<f64> = found.alternatives.iter().map(|other| other.bpm / found.bpm).collect();
        assert!(others.iter().any(|times| (times - 0.5).abs() < 1e-3), "{told}: {others:?}");
    }
    // Half as fast, the beats are those with the bass drum or those between them, and still where drums are.
    let found = track(&song, Some(64.0));
    assert!(times(&found).iter().all(|beat| song.beats.iter().any(|truth| (beat - truth).abs() < 0.015)));
}

#[test]
fn what_does_not_beat_has_no_beats_even_if_a_tempo_is_told() {
    for song in songs::without_beats() {
        for told in [None, Some(120.0)] {
            let found = track(&song, told);
            assert_eq!(found, Beats { duration_ms: 12_000, ..Beats::default() }, "{}", song.name);
        }
    }
}

#[test]
fn any_samples_get_an_answer() {
    for samples in [vec![], vec![0.5; 7], vec![1.0; 500], vec![f32::NAN; 30_000], vec![f32::INFINITY; 30_000]] {
        let mut tracker = BeatTracker::default();
        tracker.push(&samples);
        assert!(tracker.finish(None).beats.is_empty());
    }
    // What is no number, in between, is a moment of silence.
    let mut song = songs::of("house").remove(1);
    (song.samples[1_000], song.samples[50_000], song.samples[99_999]) = (f32::NAN, f32::INFINITY, f32::MIN);
    assert!((track(&song, None).bpm - 128.0).abs() < 0.05);
    // A second of clicks is too short to say much, and must not be too short to say anything at all.
    let mut short = songs::of("clicks").pop().unwrap();
    for seconds in [1, 2, 3] {
        short.samples.truncate(seconds * songs::RATE as usize);
        track(&short, None);
    }
}

#[test]
fn how_loud_it_is_makes_no_difference() {
    let mut song = songs::of("house").remove(1);
    let loud = track(&song, None);
    song.samples.iter_mut().for_each(|sample| *sample *= 0.0003);
    let soft = track(&song, None);
    assert_eq!(loud.beats.len(), soft.beats.len());
    assert!((loud.bpm - soft.bpm).abs() < 0.01);
}

// Through ffmpeg and the job.

/// Makes a file out of samples with ffmpeg.
fn encoded(folder: &TempDir, name: &str, samples: &[f32], arguments: &[&str]) -> PathBuf {
    let raw = folder.path().join("raw");
    std::fs::write(&raw, samples.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let path = folder.path().join(name);
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "f32le", "-ac", "1", "-ar", "24000", "-i"])
        .arg(&raw)
        .args(arguments)
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success(), "{name}");
    path
}

fn find(path: &Path, media_type: &str, bpm: Option<f64>) -> Result<Report, MediaError> {
    let job = Job::Beats { input: path.into(), media_type: media_type.into(), bpm };
    let mut last = Progress { frame: 0, frames: 0 };
    let report = render(&job, Path::new("ffmpeg"), &mut |progress| {
        assert!(progress.frame <= progress.frames);
        last = progress;
        ControlFlow::Continue(())
    })?;
    assert_eq!(last.frame, last.frames, "progress ends with all seconds");
    Ok(report)
}

#[test]
fn beats_of_files_lie_where_players_play_them() {
    let folder = tempfile::tempdir().unwrap();
    let song = songs::of("house").remove(1);
    let video: &[&str] = &["-f", "lavfi", "-i", "color=s=32x32:r=10:d=21", "-c:v", "libx264", "-preset", "ultrafast"];
    let late: &[&str] = &["-af", "adelay=700", "-c:a", "aac"];
    for (name, media_type, arguments, delay) in [
        ("song.wav", "audio/wav", vec!["-ac", "2", "-ar", "44100"], 0.0),
        ("song.mp3", "audio/mpeg", vec!["-ar", "44100"], 0.0),
        ("song.m4a", "audio/mp4", vec!["-ar", "48000", "-c:a", "aac"], 0.0),
        ("clip.mp4", "video/mp4", [video, late].concat(), 0.7),
    ] {
        let report = find(&encoded(&folder, name, &song.samples, &arguments), media_type, None).unwrap();
        let found = report.beats.unwrap();
        assert!(report.warnings.is_empty(), "{name}: {:?}", report.warnings);
        assert!((found.bpm - 128.0).abs() < 0.05, "{name}: {}", found.bpm);
        assert_eq!(found.beats.len(), song.beats.len(), "{name}");
        for (beat, truth) in times(&found).iter().zip(&song.beats) {
            assert!((beat - truth - delay).abs() < 0.015, "{name}: {beat} for {truth}");
        }
        let seconds = song.samples.len() as f64 / 24_000.0 + delay;
        assert!((found.duration_ms as f64 / 1000.0 - seconds).abs() < 0.1, "{name}: {} ms", found.duration_ms);
    }
}

#[test]
fn sound_that_begins_after_its_picture_keeps_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let song = songs::of("house").remove(1);
    let sound = encoded(&folder, "sound.mp4", &song.samples, &["-c:a", "aac"]);
    let path = folder.path().join("clip.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "color=s=32x32:r=10:d=10", "-itsoffset", "0.5", "-i"])
        .arg(&sound)
        .args(["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(made.success());
    let found = find(&path, "video/mp4", None).unwrap().beats.unwrap();
    let first = times(&found)[0];
    assert!((first - song.beats[0] - 0.5).abs() < 0.02, "{first}");
}

#[test]
fn a_file_without_sound_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let silent = ["-map", "1:v", "-f", "mp4", "-c:v", "libx264"];
    let path = encoded(
        &folder,
        "clip.mp4",
        &[0.0; 100],
        &[&["-f", "lavfi", "-i", "color=s=32x32:r=10:d=1"], &silent[..]].concat(),
    );
    let told = find(&path, "video/mp4", None).unwrap_err();
    assert_eq!(told.to_string(), "the music cannot be used: it has no sound; leave it out or choose another");
    let playlist = folder.path().join("list.mp3");
    std::fs::write(&playlist, format!("ffconcat version 1.0\nfile '{}'\n", path.display())).unwrap();
    assert!(matches!(find(&playlist, "audio/mpeg", None).unwrap_err(), MediaError::Unusable { .. }));
}

#[test]
fn a_tempo_that_nobody_taps_is_refused_with_the_range() {
    for bpm in [0.0, -120.0, 29.9, 301.0, f64::INFINITY, f64::NAN] {
        let told = find(Path::new("/nowhere"), "audio/wav", Some(bpm)).unwrap_err().to_string();
        assert!(told.contains("give 30 to 300"), "{told}");
    }
}

#[test]
fn music_that_breaks_off_is_heard_as_far_as_it_goes_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let song = songs::of("house").remove(1);
    let path = encoded(&folder, "song.wav", &song.samples, &["-ar", "24000"]);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let found = find(&path, "audio/wav", None).unwrap().beats.unwrap();
    assert!((9_000..=11_500).contains(&found.duration_ms), "{} ms", found.duration_ms);
    assert!((found.bpm - 128.0).abs() < 0.05, "{}", found.bpm);
}

#[test]
fn whoever_listens_no_more_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let song = songs::of("house").remove(1);
    let path = encoded(&folder, "song.wav", &song.samples, &["-ar", "24000"]);
    let job = Job::Beats { input: path, media_type: "audio/wav".into(), bpm: None };
    let ended = render(&job, Path::new("ffmpeg"), &mut |_| ControlFlow::Break(())).unwrap_err();
    assert_eq!(ended, MediaError::Cancelled);
}

#[test]
fn the_job_and_its_answer_survive_the_way_to_the_worker_and_back() {
    let line = r#"{"type":"beats","input":"/song.mp3","media_type":"audio/mpeg","bpm":128.0}"#;
    let job: Job = serde_json::from_str(line).unwrap();
    assert_eq!(serde_json::to_string(&job).unwrap(), line);
    let found = track(&songs::of("house").remove(1), None);
    let report = Report { beats: Some(found.clone()), ..Report::default() };
    let back: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
    let back = back.beats.unwrap();
    assert_eq!((back.beats.len(), back.bpm, back.steady), (found.beats.len(), found.bpm, true));
    assert_eq!(
        back.beats.iter().map(|beat| beat.downbeat).collect::<Vec<_>>(),
        found.beats.iter().map(|beat| beat.downbeat).collect::<Vec<_>>()
    );
}
