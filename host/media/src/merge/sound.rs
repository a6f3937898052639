//! The sound of joined clips: one run of samples for the whole film, each clip's exactly as long as its picture.
//!
//! Samples are counted from the beginning of the film, so that nothing adds up from clip to clip.

use std::f32::consts::FRAC_PI_2;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use crate::clip::{Alive, Clip};
use crate::error::MediaError;
use crate::film::encoder::file;
use crate::job::MergeMusic;
use crate::music::RATE;
use crate::probe;
use crate::run::{Reader, run};

/// What music is lowered to under the sound of a clip: −12 dB.
const UNDER: f32 = 0.251;
/// How long it takes to be lowered and raised, in samples.
const SLIDE: f32 = 24_000.0;
/// The fade at the end of the music, in samples.
const FADE: u64 = RATE * 2;
/// Samples worked on at a time.
const BLOCK: usize = 8192;
/// Loudness in LUFS and true peak in dBTP, of films with music.
const LOUD: &str = "I=-14:TP=-1.5:LRA=20";

type Sample = [f32; 2];

/// Where a clip sounds, in samples from the beginning of the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: u64,
    pub end: u64,
}

/// Decodes the music into a file of samples, as far as it is needed.
///
/// # Errors
/// [`MediaError::Music`] where it cannot be used.
pub(crate) fn decode_music(
    music: &MergeMusic,
    samples: u64,
    ffmpeg: &Path,
    path: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<(), MediaError> {
    let refuse = |reason: String| MediaError::Music { reason };
    let Some(format) = probe::format(&music.media_type) else {
        return Err(refuse(format!("it is of the type {}", music.media_type)));
    };
    let mut arguments: Vec<OsString> = vec!["-loglevel".into(), "error".into()];
    arguments.extend(probe::opening(format, &music.input));
    let filter = format!("aresample=48000,atrim=end_sample={samples}");
    arguments.extend(["-map", "0:a:0", "-af", &filter, "-ac", "2", "-ar", "48000", "-f", "f32le"].map(Into::into));
    arguments.push(file(path));
    run(ffmpeg, &arguments, Vec::new(), output, &mut |_| alive()).map_err(|error| match error {
        MediaError::Ffmpeg { stderr } => refuse(format!("it cannot be decoded ({stderr})")),
        other => other,
    })?;
    match std::fs::metadata(path) {
        Ok(made) if made.len() >= 8 => Ok(()),
        _ => Err(refuse("it holds no sound".into())),
    }
}

/// Mixes the clips' sound, and the music under it, into a file of samples. Returns warnings and ffmpeg's most memory
/// in KiB.
///
/// # Errors
/// [`MediaError::FfmpegMissing`], and where the file cannot be written.
pub(crate) fn mix(
    clips: &[Clip],
    spans: &[Span],
    music: Option<&Path>,
    ffmpeg: &Path,
    path: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<(Vec<String>, u64), MediaError> {
    let writing = |error: std::io::Error| MediaError::writing(output, &error);
    let total = spans.last().map_or(0, |span| span.end);
    let first = clips.first().is_some_and(|clip| clip.sound);
    let mut mixer = Mixer {
        file: BufWriter::with_capacity(1 << 18, File::create(path).map_err(writing)?),
        music: music.map(Loop::open).transpose().map_err(writing)?,
        gain: if first { UNDER } else { 1.0 },
        at: 0,
        total,
    };
    let (mut warnings, mut peak) = (Vec::new(), 0);
    let mut carry: Vec<Sample> = Vec::new();
    let mut bytes = vec![0; BLOCK * 8];
    for (index, (clip, span)) in clips.iter().zip(spans).enumerate() {
        let number = index + 1;
        let over = spans.get(index + 1).map_or(0, |next| span.end.saturating_sub(next.start));
        let (length, into) = (span.end - span.start, carry.len() as u64);
        let mut reader = if clip.sound { Some(Reader::start(ffmpeg, &arguments(clip))?) } else { None };
        let (mut heard, mut local) = (0, 0);
        let before = std::mem::take(&mut carry);
        while local < length {
            alive()?;
            let count = (length - local).min(BLOCK as u64) as usize;
            let block = bytes.get_mut(..count * 8).unwrap_or_default();
            let read = match &mut reader {
                None => 0,
                Some(reader) => {
                    reader.measure();
                    reader.read(block).unwrap_or(0)
                }
            };
            heard += read as u64;
            block.get_mut(read..).unwrap_or_default().fill(0);
            for (index, pair) in block.chunks_exact(8).enumerate() {
                let at = local + index as u64;
                let mut sample = parse(pair);
                if at < into {
                    // Two sounds that have nothing to do with one another are as loud together as each alone.
                    let gain = (FRAC_PI_2 * (at as f32 + 0.5) / into as f32).sin();
                    let other = before.get(at as usize).copied().unwrap_or_default();
                    sample = [sample[0] * gain + other[0], sample[1] * gain + other[1]];
                }
                if at + over >= length {
                    let gain = (FRAC_PI_2 * ((at + over - length) as f32 + 0.5) / over as f32).cos();
                    carry.push(sample.map(|value| value * gain));
                } else {
                    mixer.put(sample, clip.sound).map_err(writing)?;
                }
            }
            local += count as u64;
        }
        if let Some(mut reader) = reader {
            peak = peak.max(reader.peak_kb);
            if heard == 0 {
                let said = reader.complaint().map_or_else(String::new, |said| format!(" ({said})"));
                warnings.push(format!("the sound of clip {number} cannot be decoded; it is silent{said}"));
            }
        }
    }
    mixer.file.flush().map_err(writing)?;
    Ok((warnings, peak))
}

/// What decodes a clip's sound from the moment of its first picture on.
fn arguments(clip: &Clip) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["-copyts".into()];
    all.extend(probe::opening(&clip.format, &clip.path));
    let first = (clip.start * RATE as f64).round() as i64;
    // Gaps become silence, what overlaps is left out; a hundredth of a second is less than is heard and more than the
    // coarse clocks of some formats are off.
    let filter = format!("aresample=48000:async=1:min_hard_comp=0.01:first_pts={first}");
    all.extend(["-map", "0:a:0", "-af", &filter, "-ac", "2", "-ar", "48000", "-f", "f32le", "pipe:1"].map(Into::into));
    all
}

fn parse(pair: &[u8]) -> Sample {
    let value = |at: usize| {
        let bytes = pair.get(at..at + 4).and_then(|four| four.try_into().ok()).unwrap_or_default();
        let value = f32::from_le_bytes(bytes);
        if value.is_finite() { value.clamp(-4.0, 4.0) } else { 0.0 }
    };
    [value(0), value(4)]
}

/// Writes samples one after the other and lays the music under them.
struct Mixer {
    file: BufWriter<File>,
    music: Option<Loop>,
    /// Of the music, now.
    gain: f32,
    at: u64,
    total: u64,
}

impl Mixer {
    fn put(&mut self, mut sample: Sample, sounding: bool) -> std::io::Result<()> {
        if let Some(music) = &mut self.music {
            let aim = if sounding { UNDER } else { 1.0 };
            let step = (1.0 - UNDER) / SLIDE;
            self.gain += (aim - self.gain).clamp(-step, step);
            let fade = FADE.min(self.total / 4).max(1);
            let left = self.total.saturating_sub(self.at + 1);
            let end = (left as f32 / fade as f32).min(1.0);
            let under = music.next()?;
            sample = [0, 1].map(|side: usize| sample[side] + under[side] * self.gain * end);
        }
        self.at += 1;
        for value in sample {
            self.file.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }
}

/// A file of samples, over and over.
struct Loop {
    file: BufReader<File>,
}

impl Loop {
    fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Loop { file: BufReader::with_capacity(1 << 18, File::open(path)?) })
    }

    fn next(&mut self) -> std::io::Result<Sample> {
        let mut pair = [0; 8];
        if self.file.read_exact(&mut pair).is_err() {
            self.file.rewind()?;
            self.file.read_exact(&mut pair)?;
        }
        Ok(parse(&pair))
    }
}

/// Measures how loud a file of samples is. Returns the filter that brings it to −14 LUFS without passing −1.5 dBTP;
/// none for silence.
///
/// # Errors
/// [`MediaError::Ffmpeg`].
pub(crate) fn level(
    path: &Path,
    samples: u64,
    ffmpeg: &Path,
    output: &Path,
    alive: Alive<'_>,
) -> Result<String, MediaError> {
    let mut arguments: Vec<OsString> =
        ["-loglevel", "info", "-f", "f32le", "-ar", "48000", "-channel_layout", "stereo", "-ac", "2", "-i"]
            .map(Into::into)
            .into();
    arguments.push(file(path));
    let filter = format!("loudnorm={LOUD}:print_format=json");
    arguments.extend(["-af", &filter, "-f", "null", "-"].map(Into::into));
    let ran = run(ffmpeg, &arguments, Vec::new(), output, &mut |_| alive())?;
    let unclear = || MediaError::Ffmpeg { stderr: "it did not say how loud the sound is".into() };
    let said = ran.stderr.rfind('{').and_then(|from| ran.stderr.get(from..)).ok_or_else(unclear)?;
    let said = said.rfind('}').and_then(|to| said.get(..=to)).ok_or_else(unclear)?;
    let said: std::collections::BTreeMap<String, String> = serde_json::from_str(said).map_err(|_| unclear())?;
    let value = |key: &str| said.get(key).and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite());
    let (Some(i), Some(tp), Some(lra), Some(thresh), Some(offset)) =
        (value("input_i"), value("input_tp"), value("input_lra"), value("input_thresh"), value("target_offset"))
    else {
        return Ok(String::new()); // Silence is −∞ LUFS loud.
    };
    let (i, tp, thresh) = (i.clamp(-99.0, 0.0), tp.clamp(-99.0, 99.0), thresh.clamp(-99.0, 0.0));
    Ok(format!(
        "loudnorm={LOUD}:measured_I={i}:measured_TP={tp}:measured_LRA={lra}:measured_thresh={thresh}:offset={offset}:\
         linear=true,aresample=48000,aformat=channel_layouts=stereo,apad=whole_len={samples},atrim=end_sample={samples}"
    ))
}
