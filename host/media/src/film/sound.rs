//! The sound of a film: made once for all of it, in samples, exactly as long as its frames.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};

use kinora_domain::film::{Film, Music, Track};

use super::TELL;
use super::encoder::{Sound, file};
use crate::clip::Alive;
use crate::error::MediaError;
use crate::merge::sound::level;
use crate::music::{self, RATE, samples};
use crate::probe;
use crate::run::run;

/// The longest part of a file that there can be, in milliseconds: a day.
const MAX_PART: u64 = 86_400_000;
/// Bytes of a sample of both channels.
const SAMPLE: u64 = 8;

/// Sound that was made.
pub(crate) struct Made {
    format: &'static str,
    filter: String,
}

impl Made {
    /// As an encoder takes it, from the file it was made in.
    pub fn sound<'a>(&self, path: &'a Path, bitrate: &'static str) -> Sound<'a> {
        Sound { path, format: self.format, filter: self.filter.clone(), bitrate }
    }
}

/// Writes a film's sound, if it has any, into a file of samples.
///
/// # Errors
/// [`MediaError::Music`] for a track that cannot be used; where the file cannot be written; what `alive` says.
pub(crate) fn make(
    film: &Film,
    ffmpeg: &Path,
    path: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<Option<Made>, MediaError> {
    let length = samples(film.frames(), film.rate);
    match (&film.music, &film.track) {
        (Some(bed), _) => {
            write_bed(bed, length, path, output, alive)?;
            Ok(Some(Made { format: "s16le", filter: String::new() }))
        }
        (None, Some(track)) => {
            write_track(track, length, ffmpeg, path, output, alive)?;
            let filter = if track.level { level(path, length, ffmpeg, output, alive)? } else { String::new() };
            Ok(Some(Made { format: "f32le", filter }))
        }
        (None, None) => Ok(None),
    }
}

/// Encodes sound into a file of its own.
///
/// # Errors
/// [`MediaError::Ffmpeg`], [`MediaError::DiskFull`].
pub(crate) fn encode(
    sound: &Sound<'_>,
    ffmpeg: &Path,
    part: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<(), MediaError> {
    let mut all: Vec<OsString> = ["-loglevel", "error", "-f", sound.format, "-ar", "48000"].map(Into::into).into();
    all.extend(["-channel_layout", "stereo", "-ac", "2", "-i"].map(Into::into));
    all.push(file(sound.path));
    if !sound.filter.is_empty() {
        all.extend(["-af".into(), OsString::from(&sound.filter)]);
    }
    all.extend(["-c:a", "aac", "-b:a", sound.bitrate, "-ar", "48000", "-flags:a", "+bitexact"].map(Into::into));
    all.extend(["-map_metadata", "-1", "-fflags", "+bitexact", "-f", "mp4"].map(Into::into));
    all.push(file(part));
    run(ffmpeg, &all, Vec::new(), output, &mut |_| alive())?;
    Ok(())
}

/// Writes the bed on a thread of its own and tells meanwhile that the render lives.
fn write_bed(bed: &Music, samples: u64, path: &Path, output: &Path, alive: Alive<'_>) -> Result<(), MediaError> {
    let stop = &AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (done, waiting) = sync_channel(1);
        scope.spawn(move || {
            let _ = done.send(music::write(bed, samples, path, stop));
        });
        loop {
            match waiting.recv_timeout(TELL) {
                Ok(written) => return written.map_err(|error| MediaError::writing(output, &error)),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(cancelled) = alive() {
                        stop.store(true, Ordering::Relaxed);
                        return Err(cancelled);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let reason = "the music could not be made".into();
                    return Err(MediaError::InvalidFilm { reason });
                }
            }
        }
    })
}

/// Decodes a track's part, fades it and fills up what it lacks with silence.
fn write_track(
    track: &Track,
    total: u64,
    ffmpeg: &Path,
    path: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<(), MediaError> {
    let refuse = |reason: String| MediaError::Music { reason };
    let facts = probe::probe(&track.path, &track.media_type, ffmpeg).map_err(|error| match error {
        MediaError::Unusable { reason } => refuse(reason),
        other => other,
    })?;
    let Some(format) = probe::format(&track.media_type).filter(|_| facts.has_audio) else {
        return Err(refuse("it has no sound".into()));
    };
    let first = track.start_ms * RATE / 1000;
    let part = |end: u64| end.saturating_sub(track.start_ms).min(MAX_PART) * RATE / 1000;
    let wanted = track.end_ms.map_or(total, |end| part(end).min(total));
    let mut arguments: Vec<OsString> = vec!["-loglevel".into(), "error".into()];
    arguments.extend(probe::opening(format, &track.path));
    // Decoded from its beginning: seeking in coded sound is not exact to the sample.
    let filter = format!("aresample=48000,atrim=start_sample={first}:end_sample={}", first + wanted);
    arguments.extend(["-map", "0:a:0", "-af", &filter, "-ac", "2", "-ar", "48000", "-f", "f32le"].map(Into::into));
    arguments.push(file(path));
    run(ffmpeg, &arguments, Vec::new(), output, &mut |_| alive()).map_err(|error| match error {
        MediaError::Ffmpeg { stderr } => refuse(format!("it cannot be decoded ({stderr})")),
        other => other,
    })?;
    let writing = |error: std::io::Error| MediaError::writing(output, &error);
    let mut samples = File::options().read(true).write(true).open(path).map_err(writing)?;
    let heard = samples.metadata().map_err(writing)?.len() / SAMPLE;
    if heard == 0 {
        let (start, end) = (track.start_ms as f64 / 1000.0, facts.duration_ms as f64 / 1000.0);
        return Err(refuse(format!("its part begins at {start:.3} s and the file ends at {end:.3} s")));
    }
    let ms = |ms: u64| (ms.min(heard) * RATE / 1000).min(heard);
    fade(&mut samples, 0, ms(track.fade_in_ms), false).map_err(writing)?;
    let length = ms(track.fade_out_ms);
    fade(&mut samples, heard - length, length, true).map_err(writing)?;
    samples.set_len(total * SAMPLE).map_err(writing)
}

/// Raises samples of a file from nothing, from one on and over so many; or lowers them to nothing.
fn fade(file: &mut File, from: u64, length: u64, down: bool) -> std::io::Result<()> {
    const BLOCK: u64 = 8192;
    let mut bytes = vec![0; (BLOCK * SAMPLE) as usize];
    let mut at = 0;
    while at < length {
        let count = BLOCK.min(length - at);
        let block = bytes.get_mut(..(count * SAMPLE) as usize).unwrap_or_default();
        file.seek(SeekFrom::Start((from + at) * SAMPLE))?;
        file.read_exact(block)?;
        for (index, pair) in (at..).zip(block.chunks_exact_mut(SAMPLE as usize)) {
            let part = (index as f32 + 0.5) / length as f32;
            let part = if down { 1.0 - part } else { part };
            let gain = (1.0 - (std::f32::consts::PI * part).cos()) / 2.0;
            for four in pair.chunks_exact_mut(4) {
                let value = f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
                four.copy_from_slice(&(value * gain).to_le_bytes());
            }
        }
        file.seek(SeekFrom::Start((from + at) * SAMPLE))?;
        file.write_all(block)?;
        at += count;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fades_rise_and_fall_evenly_and_leave_the_rest_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ones");
        std::fs::write(&path, 1.0f32.to_le_bytes().repeat(2 * 30_000)).unwrap();
        let mut file = File::options().read(true).write(true).open(&path).unwrap();
        fade(&mut file, 0, 10_000, false).unwrap();
        fade(&mut file, 20_000, 10_000, true).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let left: Vec<f32> = bytes.chunks_exact(8).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        assert!(left[..10_000].is_sorted() && left[20_000..].iter().rev().is_sorted());
        assert!(left[0] < 1e-6 && (left[5_000] - 0.5).abs() < 1e-3 && left[29_999] < 1e-6);
        assert!(left[10_000..20_000].iter().all(|value| *value == 1.0));
    }
}
