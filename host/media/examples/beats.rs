//! The beat tracker's benchmark set, and what the tracker says about it.
//!
//! `cargo run --release -p kinora-media --example beats -- DIR` writes each piece into DIR as a WAV file, and
//! `set.json` with the truth, our answers and how long they took. `scripts/bench-beats.py DIR` lets librosa have a go
//! at the same files and prints both.

#[path = "../tests/songs/mod.rs"]
mod songs;

use std::path::Path;
use std::time::Instant;

use kinora_media::BeatTracker;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(folder) = std::env::args_os().nth(1) else {
        return Err("usage: cargo run --release -p kinora-media --example beats -- DIR".into());
    };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let mut set = Vec::new();
    for song in songs::of("").into_iter().chain(songs::without_beats()) {
        std::fs::write(folder.join(format!("{}.wav", song.name)), wav(&song.samples))?;
        let begun = Instant::now();
        let mut tracker = BeatTracker::default();
        tracker.push(&song.samples);
        let found = tracker.finish(None);
        let seconds = begun.elapsed().as_secs_f64();
        let times: Vec<f64> = found.beats.iter().map(|beat| beat.time_ms / 1000.0).collect();
        let f = songs::f_measure(&times, &song.beats);
        println!("{:<20} {:>8.3} bpm, found {:>8.3}, F {f:.3}", song.name, song.bpm, found.bpm);
        set.push(json!({
            "name": song.name, "bpm": song.bpm, "beats": song.beats, "meter": song.meter,
            "kinora": { "seconds": seconds, "f": f, "times": times, "found": found },
        }));
    }
    std::fs::write(folder.join("set.json"), serde_json::to_vec(&set)?)?;
    Ok(())
}

/// 16-bit samples with the header that says so.
fn wav(samples: &[f32]) -> Vec<u8> {
    let (rate, bytes) = (songs::RATE, samples.len() as u32 * 2);
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1u16, 1].iter().flat_map(|value| value.to_le_bytes())); // PCM, one channel
    file.extend([rate, rate * 2].iter().flat_map(|value| value.to_le_bytes()));
    file.extend([2u16, 16].iter().flat_map(|value| value.to_le_bytes())); // bytes and bits of a sample
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    let most = samples.iter().fold(1.0f32, |most, sample| most.max(sample.abs()));
    file.extend(samples.iter().flat_map(|sample| ((sample / most * 32767.0).round() as i16).to_le_bytes()));
    file
}
