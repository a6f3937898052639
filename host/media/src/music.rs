//! A soft bed of chords: warm pads, a few plucked notes, a light bass, a little room around them.
//!
//! The same seed and mood play the same, sample for sample. Notes are written down first ([`Score`]) and then sounded
//! a moment at a time, so that a bed of hours takes no more memory than one of seconds.

mod score;
mod synth;

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use kinora_domain::documents::Rate;
use kinora_domain::film::Music;

use score::Score;
use synth::Synth;

/// Samples per second.
pub(crate) const RATE: u64 = 48_000;
/// The loudest sample: −6 dBFS.
const PEAK: f64 = 0.501;
/// The root mean square that K-weighted measures hear as about −20 LUFS in these sounds (found with ffmpeg's ebur128).
const LEVEL: f64 = 0.084;
/// How much is listened to for setting the level.
const LISTEN: u64 = 90 * RATE;
/// Fades, in samples.
const FADE_IN: u64 = RATE * 3 / 2;
const FADE_OUT: u64 = RATE * 7 / 2;
/// Samples sounded at a time.
const BLOCK: usize = 4096;

/// The number of samples (of each channel) that lasts as long as so many frames; rounded to the nearest.
pub(crate) fn samples(frames: u64, rate: Rate) -> u64 {
    let (num, den) = (u128::from(rate.num.max(1)), u128::from(rate.den));
    ((u128::from(frames) * u128::from(RATE) * den + num / 2) / num) as u64
}

/// Writes a bed as 16-bit stereo samples, little-endian. Costs about a hundredth of its length.
///
/// # Errors
/// What the system says about the file.
pub(crate) fn write(music: &Music, samples: u64, path: &Path, stop: &AtomicBool) -> std::io::Result<()> {
    let gain = gain(music, samples);
    let mut file = BufWriter::with_capacity(1 << 18, std::fs::File::create(path)?);
    let mut bytes = Vec::with_capacity(BLOCK * 4);
    play(music, samples, |at, block| {
        bytes.clear();
        for (index, sample) in block.iter().enumerate() {
            let fade = fade(at + index as u64, samples);
            for channel in sample {
                let value = soft(channel * gain) * fade;
                bytes.extend(((value * 32767.0).round() as i16).to_le_bytes());
            }
        }
        file.write_all(&bytes)?;
        if stop.load(Ordering::Relaxed) { Err(std::io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    })?;
    file.flush()
}

/// What brings the bed to its level, from its beginning.
fn gain(music: &Music, samples: u64) -> f64 {
    let heard = samples.min(LISTEN);
    let mut sum = 0.0;
    let listened = play(music, heard, |_, block| {
        sum += block.iter().flatten().map(|v| v * v).sum::<f64>();
        Ok(())
    });
    debug_assert!(listened.is_ok());
    let level = (sum / (heard.max(1) * 2) as f64).sqrt();
    if level > 1e-6 { LEVEL / level } else { 0.0 }
}

/// Sounds a bed block by block.
fn play(
    music: &Music,
    samples: u64,
    mut take: impl FnMut(u64, &[[f64; 2]]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut synth = Synth::new(Score::new(music));
    let mut block = vec![[0.0; 2]; BLOCK];
    let mut at = 0;
    while at < samples {
        let count = (samples - at).min(BLOCK as u64) as usize;
        let block = block.get_mut(..count).unwrap_or_default();
        synth.sound(block);
        take(at, block)?;
        at += count as u64;
    }
    Ok(())
}

/// Straight up to half of the peak, then bent so that the peak is never passed.
fn soft(value: f64) -> f64 {
    let knee = PEAK / 2.0;
    let size = value.abs();
    if size <= knee {
        return value;
    }
    let over = (size - knee) / (PEAK - knee);
    value.signum() * (knee + (PEAK - knee) * over.tanh())
}

fn fade(at: u64, samples: u64) -> f64 {
    let part = |position: u64, length: u64| {
        let length = length.min(samples / 3).max(1);
        let t = (position as f64 / length as f64).min(1.0);
        (1.0 - (std::f64::consts::PI * t).cos()) / 2.0
    };
    part(at, FADE_IN) * part(samples - 1 - at, FADE_OUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bed(seed: u64, mood: &str, seconds: u64) -> Vec<i16> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bed");
        let music = Music { seed, mood: mood.into() };
        write(&music, seconds * RATE, &path, &AtomicBool::new(false)).unwrap();
        let bytes = std::fs::read(path).unwrap();
        bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
    }

    #[test]
    fn a_bed_lasts_exactly_as_long_as_its_frames() {
        let ntsc = Rate { num: 30000, den: 1001 };
        assert_eq!(samples(30, Rate { num: 30, den: 1 }), 48_000);
        assert_eq!(samples(30000, ntsc), 1001 * RATE);
        assert_eq!(samples(1, ntsc), 1602);
        assert_eq!(bed(1, "calm", 5).len(), 2 * 5 * RATE as usize);
    }

    #[test]
    fn the_same_seed_plays_the_same_and_another_seed_something_else() {
        assert_eq!(bed(7, "hopeful", 6), bed(7, "hopeful", 6));
        assert_ne!(bed(7, "hopeful", 6), bed(8, "hopeful", 6));
        assert_ne!(bed(7, "hopeful", 6), bed(7, "dark", 6));
    }

    #[test]
    fn a_bed_is_soft_never_clips_and_fades_in_and_out() {
        for (seed, mood) in [(1, "calm"), (2, "epic battle"), (3, "sad"), (4, ""), (5, "عاطفي")] {
            let bed = bed(seed, mood, 20);
            let peak = bed.iter().map(|v| v.unsigned_abs()).max().unwrap();
            assert!((5000..=16500).contains(&peak), "{mood}: peak {peak}");
            let rms = |part: &[i16]| {
                let sum: f64 = part.iter().map(|v| f64::from(*v).powi(2)).sum();
                (sum / part.len() as f64).sqrt() / 32768.0
            };
            let all = rms(&bed);
            assert!((0.055..0.1).contains(&all), "{mood}: level {all}");
            assert!(rms(&bed[..4800]) < all / 10.0, "{mood} begins at once");
            assert!(rms(&bed[bed.len() - 4800..]) < all / 10.0, "{mood} ends at once");
            // No jump from one sample to the next that would be heard as a click.
            let jump = bed.iter().skip(2).zip(&bed).map(|(b, a)| (i32::from(*b) - i32::from(*a)).abs()).max();
            assert!(jump.unwrap() < 4000, "{mood}: jump {jump:?}");
        }
    }
}
