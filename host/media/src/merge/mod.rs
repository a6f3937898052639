//! Joins clips into one film.
//!
//! Clips of one kind are copied one behind the other. Others are decoded one by one into frames of the first one's
//! size and rate and piped into one encoder, as drawn films are: at most two clips are open at a time, however many
//! there are. Sound is mixed beforehand for the whole film.

mod copy;
pub(crate) mod sound;

use std::path::{Path, PathBuf};

use crate::clip::{self, Clip, Part, Shape, Show};
use crate::error::MediaError;
use crate::film::encoder::{Encoder, FINAL, Sound, Target};
use crate::film::{Sink, Told, place};
use crate::job::{MergeClip, MergeMusic, Report, beside};
use crate::music::samples;
use crate::{probe, usage};

use sound::Span;

/// The most clips in a film.
const MAX_CLIPS: usize = 100;
/// The longest crossfade in milliseconds.
const MAX_CROSSFADE: u32 = 10_000;
/// The longest film in seconds: its samples are kept in a file meanwhile, 1.4 GB an hour.
const MAX_SECONDS: f64 = 4.0 * 3600.0;
/// Of AAC.
const BITRATE: &str = "192k";

/// Joins clips into `output`. Whatever happens, nothing half-written is left.
///
/// # Errors
/// [`MediaError::Clip`], [`MediaError::Music`] and [`MediaError::InvalidMerge`] for what cannot be joined, and any
/// other [`MediaError`]; [`MediaError::Cancelled`] when the sink breaks off.
pub(crate) fn render(
    clips: &[MergeClip],
    output: &Path,
    crossfade_ms: u32,
    music: Option<&MergeMusic>,
    ffmpeg: &Path,
    sink: &mut Sink<'_>,
) -> Result<Report, MediaError> {
    if clips.is_empty() || clips.len() > MAX_CLIPS {
        return Err(invalid(format!("there are {}; give 1 to {MAX_CLIPS}", clips.len())));
    }
    if crossfade_ms > MAX_CROSSFADE {
        return Err(invalid(format!(
            "a crossfade of {crossfade_ms} ms was asked for; at most {MAX_CROSSFADE} are allowed"
        )));
    }
    let scraps = Scraps::new(output)?;
    // How many frames there are is not known yet; the first telling must not divide by nothing.
    let mut told = Told::new(sink, 1);
    told.tell(0)?;
    let mut found = Vec::new();
    for (number, clip) in (1..).zip(clips) {
        // What is copied is decoded nowhere else.
        let decoded = probe::probe(&clip.input, &clip.media_type, ffmpeg);
        let looked = decoded.and_then(|_| clip::look(&clip.input, &clip.media_type, ffmpeg, &mut || told.tell(0)));
        found.push(looked.map_err(|error| of_clip(number, error))?);
    }
    let mut clips = found;
    let Some(first) = clips.first() else { return Err(invalid("there are none".into())) };
    let seconds: f64 = clips.iter().map(|clip| clip.seconds).sum();
    if seconds > MAX_SECONDS {
        return Err(invalid(format!("together they last {seconds:.0} s; at most {MAX_SECONDS:.0} are allowed")));
    }
    if let Some(music) = music {
        look_at_music(music, ffmpeg)?;
    }

    let copied = crossfade_ms == 0 && music.is_none() && copy::possible(&clips);
    let plan = if copied { copy::plan(first, &clips) } else { Plan::new(first, &clips, crossfade_ms)? };
    told.frames = plan.frames;
    told.tell(0)?;
    let (mut warnings, mut peak) = (Vec::new(), 0);
    if !copied && clips.iter().any(|clip| clip.hdr) && !clip::knows_hdr(ffmpeg)? {
        clips.iter_mut().for_each(|clip| clip.hdr = false);
        warnings.push("the installed ffmpeg has no zscale filter: HDR clips look pale".to_owned());
    }
    let sounding = music.is_some() || clips.iter().any(|clip| clip.sound);
    let mut filter = String::new();
    // The sound of one clip is copied with its picture.
    let mixed = sounding && !(copied && clips.len() == 1 && clips.iter().all(|clip| clip.aac));
    if mixed {
        let total = plan.spans.last().map_or(0, |span| span.end);
        let alive = &mut || told.tell(0);
        if let Some(music) = music {
            sound::decode_music(music, total, ffmpeg, &scraps.music, output, alive)?;
        }
        let bed = music.map(|_| scraps.music.as_path());
        let (silent, held) = sound::mix(&clips, &plan.spans, bed, ffmpeg, &scraps.sound, output, alive)?;
        warnings.extend(silent);
        peak = held;
        if music.is_some() {
            let _ = std::fs::remove_file(&scraps.music); // Mixed: it need not take room any more.
            filter = sound::level(&scraps.sound, total, ffmpeg, output, alive)?;
        }
    }
    let sound = mixed.then(|| Sound { path: &scraps.sound, format: "f32le", filter, bitrate: BITRATE });
    let held = if copied {
        copy::write(&clips, &plan, sound.as_ref(), ffmpeg, &scraps.part, output, &mut told)?
    } else {
        draw(&clips, &plan, sound, ffmpeg, &scraps.part, output, &mut told, &mut warnings)?
    };
    let bytes = place(&scraps.part, output)?;
    let peak_rss_kb = usage::peak_kb(std::process::id()) + peak.max(held);
    let cpu_ms = usage::cpu_ms();
    Ok(Report { frames: plan.frames, bytes, warnings, cpu_ms, peak_rss_kb, ..Report::default() })
}

fn look_at_music(music: &MergeMusic, ffmpeg: &Path) -> Result<(), MediaError> {
    let refuse = |reason: String| MediaError::Music { reason };
    match probe::probe(&music.input, &music.media_type, ffmpeg) {
        Ok(facts) if facts.has_audio => Ok(()),
        Ok(_) => Err(refuse("it has no sound".into())),
        Err(MediaError::Unusable { reason }) => Err(refuse(reason)),
        Err(other) => Err(other),
    }
}

/// Where everything lies in the film, in whole frames and samples.
struct Plan {
    shape: Shape,
    /// Of each clip.
    lengths: Vec<u64>,
    /// Frames that each clip shares with the one before it.
    overlap: u64,
    spans: Vec<Span>,
    /// Of the film.
    frames: u64,
}

impl Plan {
    fn new(first: &Clip, clips: &[Clip], crossfade_ms: u32) -> Result<Self, MediaError> {
        let shape = Shape::of(first);
        let rate = shape.rate.as_f64();
        // Boundaries are rounded, not lengths: so nothing adds up.
        let mut until = 0.0;
        let boundary = |seconds: f64| (seconds * rate).round() as u64;
        let mut lengths = Vec::new();
        for clip in clips {
            let from = boundary(until);
            until += clip.seconds;
            lengths.push(boundary(until).saturating_sub(from).max(1));
        }
        let mut overlap = 0;
        if crossfade_ms > 0 && clips.len() > 1 {
            overlap = boundary(f64::from(crossfade_ms) / 1000.0).max(1);
            if let Some((number, length)) = (1..).zip(&lengths).find(|(_, length)| overlap * 2 > **length) {
                let number: u32 = number;
                let lasts = *length as f64 / rate * 1000.0;
                return Err(invalid(format!(
                    "the crossfade of {crossfade_ms} ms is longer than half of clip {number}, which lasts {lasts:.0} ms; \
                     make it {:.0} ms or less, or leave the clip out",
                    ((length / 2) as f64 / rate * 1000.0).floor(),
                )));
            }
        }
        Ok(Plan::of(shape, lengths, overlap))
    }

    fn of(shape: Shape, lengths: Vec<u64>, overlap: u64) -> Self {
        let (mut start, mut frames) = (0, 0);
        let mut spans = Vec::new();
        for length in &lengths {
            frames = start + length;
            spans.push(Span { start: samples(start, shape.rate), end: samples(frames, shape.rate) });
            start = frames - overlap.min(*length);
        }
        Plan { shape, lengths, overlap, spans, frames }
    }
}

/// Decodes all clips into one encoder. Returns ffmpeg's most memory in KiB.
#[expect(clippy::too_many_arguments, reason = "each is a thing of its own")]
fn draw(
    clips: &[Clip],
    plan: &Plan,
    sound: Option<Sound<'_>>,
    ffmpeg: &Path,
    part: &Path,
    output: &Path,
    told: &mut Told<'_, '_>,
    warnings: &mut Vec<String>,
) -> Result<u64, MediaError> {
    let Shape { width, height, rate } = plan.shape;
    let overlap = plan.overlap;
    let mut shows = clips.iter().zip(&plan.lengths);
    let start = |(clip, length): (_, &u64)| Show::start(clip, &plan.shape, Part::whole(*length), ffmpeg);
    let mut next = || shows.next().map(start).transpose();
    let Some(mut current) = next()? else { return Ok(0) };
    let mut peak = 0;
    let target = Target { width, height, rate, settings: &FINAL, piece: false, title: "", comment: "", sound };
    let mut encoder = Encoder::start(ffmpeg, &target, part)?;
    let mut other = crate::planes::Frame::new(width, height);
    let mut drawn = 0;
    'film: for (index, length) in plan.lengths.iter().enumerate() {
        let number = index as u32 + 1;
        let into = if index == 0 { 0 } else { overlap };
        let is_last = index + 1 == plan.lengths.len();
        let mut following = None;
        for local in into..*length {
            let Some(mut frame) = encoder.frame() else { break 'film };
            current.next(&mut frame).map_err(|error| of_clip(number, error))?;
            if let Some(step) = (local + overlap).checked_sub(*length).filter(|_| !is_last) {
                if following.is_none() {
                    following = next()?;
                }
                if let Some(following) = &mut following {
                    following.next(&mut other).map_err(|error| of_clip(number + 1, error))?;
                    // Neither end of the fade shows one clip alone: those frames are outside it.
                    frame.mix(&other, ((step + 1) * 256 / (overlap + 1)) as u16);
                }
            }
            if !encoder.push(frame) {
                break 'film;
            }
            drawn += 1;
            told.tell(drawn)?;
        }
        peak = peak.max(current.peak_kb());
        warnings.extend(
            current
                .missing()
                .map(|missing| format!("clip {number} lacks {missing} pictures at its end; the last one stands still")),
        );
        match following {
            Some(following) => current = following,
            None if !is_last => match next()? {
                Some(following) => current = following,
                None => break,
            },
            None => {}
        }
    }
    let encoded = encoder.finish(ffmpeg, output)?;
    if encoded != plan.frames || drawn != plan.frames {
        let stderr = format!("it encoded {encoded} of {} frames without saying why", plan.frames);
        return Err(MediaError::Ffmpeg { stderr });
    }
    Ok(peak + encoder.peak_kb())
}

/// Files that must not outlive the work.
struct Scraps {
    part: PathBuf,
    sound: PathBuf,
    music: PathBuf,
}

impl Scraps {
    /// Makes the file to be written, so that an unwritable folder is told before any work.
    fn new(output: &Path) -> Result<Self, MediaError> {
        if output.is_dir() {
            let reason = "a folder has this name".into();
            return Err(MediaError::Output { path: output.into(), reason });
        }
        let [part, sound, music] = [".part", ".sound.part", ".music.part"].map(|end| beside(output, end));
        std::fs::File::create(&part).map_err(|error| MediaError::writing(output, &error))?;
        Ok(Scraps { part, sound, music })
    }
}

impl Drop for Scraps {
    fn drop(&mut self) {
        for scrap in [&self.part, &self.sound, &self.music] {
            let _ = std::fs::remove_file(scrap); // Gone already, or never made.
        }
    }
}

/// A failure, said of a clip by its number.
fn of_clip(number: u32, error: MediaError) -> MediaError {
    match error {
        MediaError::Unusable { reason } => MediaError::Clip { number, reason },
        other => other,
    }
}

fn invalid(reason: String) -> MediaError {
    MediaError::InvalidMerge { reason }
}

#[cfg(test)]
mod tests {
    use kinora_domain::documents::Rate;

    use super::*;

    #[test]
    fn samples_of_overlapping_clips_are_counted_from_the_beginning() {
        let shape = Shape { width: 64, height: 36, rate: Rate { num: 30_000, den: 1001 } };
        let plan = Plan::of(shape, vec![20, 20, 21], 10);
        assert_eq!(plan.frames, 41);
        let at = |frame| samples(frame, shape.rate);
        let spans: Vec<_> = plan.spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(spans, [(0, at(20)), (at(10), at(30)), (at(20), at(41))]);
    }
}
