//! Joins clips of one kind without decoding their pictures.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::clip::{Clip, Shape};
use crate::error::MediaError;
use crate::film::Told;
use crate::film::encoder::{Sound, file};
use crate::probe;
use crate::run::{concat_list, run};

use super::Plan;

/// Whether the pictures can be copied one behind the other.
pub(crate) fn possible(clips: &[Clip]) -> bool {
    match clips {
        [] => false,
        // Sound that must be coded anew needs to know how long the pictures last.
        [clip] => clip.copy.alone && (clip.aac || clip.copy.among),
        [first, ..] => clips.iter().all(|clip| {
            // The list is read in lines.
            let listed =
                std::path::absolute(&clip.path).is_ok_and(|path| !path.as_os_str().as_bytes().contains(&b'\n'));
            clip.copy.among && listed && clip.copy.kind == first.copy.kind && clip.sound == first.sound
        }),
    }
}

/// Where the clips lie: each has the frames it has.
pub(crate) fn plan(first: &Clip, clips: &[Clip]) -> Plan {
    let shape = Shape { rate: first.copy.rate, ..Shape::of(first) };
    Plan::of(shape, clips.iter().map(|clip| clip.copy.frames).collect(), 0)
}

/// Writes the film. Returns ffmpeg's most memory in KiB.
///
/// # Errors
/// [`MediaError::Ffmpeg`], [`MediaError::DiskFull`].
pub(crate) fn write(
    clips: &[Clip],
    plan: &Plan,
    sound: Option<&Sound<'_>>,
    ffmpeg: &Path,
    part: &Path,
    output: &Path,
    told: &mut Told<'_, '_>,
) -> Result<u64, MediaError> {
    let Some(first) = clips.first() else { return Ok(0) };
    let mut all: Vec<OsString> = vec!["-loglevel".into(), "error".into()];
    let mut list = Vec::new();
    if clips.len() == 1 {
        all.extend(probe::opening(&first.format, &first.path));
    } else {
        let mut until = 0.0;
        list = concat_list(clips.iter().map(|clip| {
            until += clip.seconds;
            (clip.path.as_path(), until)
        }))?;
        // Every clip begins as MP4 files do: ffmpeg can take none for another list.
        // The sound that is not taken from the list begins before the pictures do; they are not to wait for it.
        all.push("-copyts".into());
        all.extend(["-protocol_whitelist", "file,pipe", "-format_whitelist", "concat,mov"].map(Into::into));
        // All clips have the same headers: ffmpeg need not repeat them in the first picture of each.
        all.extend(["-f", "concat", "-safe", "0", "-auto_convert", "0", "-i", "pipe:0"].map(Into::into));
    }
    if let Some(sound) = sound {
        all.extend(["-f", sound.format, "-ar", "48000", "-channel_layout", "stereo", "-ac", "2", "-i"].map(Into::into));
        all.push(file(sound.path));
    }
    all.extend(["-map", "0:v:0", "-c:v", "copy"].map(Into::into));
    if first.copy.hevc {
        all.extend(["-tag:v", "hvc1"].map(Into::into));
    }
    match sound {
        Some(sound) => {
            all.extend(["-map", "1:a:0", "-c:a", "aac", "-b:a", sound.bitrate, "-ar", "48000"].map(Into::into));
            all.extend(["-flags:a", "+bitexact"].map(Into::into));
        }
        None if first.sound => all.extend(["-map", "0:a:0", "-c:a", "copy"].map(Into::into)),
        None => {}
    }
    // With a coarser clock than the pictures' own each join would be off by a little.
    let timescale = first.copy.timescale.to_string();
    all.extend(["-video_track_timescale", &timescale, "-movie_timescale", &timescale].map(Into::into));
    all.extend(["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"].map(Into::into));
    all.extend(["-movflags", "+faststart", "-f", "mp4"].map(Into::into));
    all.push(file(part));
    let ran = run(ffmpeg, &all, list, output, &mut |frames| told.tell(frames.min(plan.frames)))?;
    if ran.frames != plan.frames {
        let stderr = format!("it copied {} of {} frames without saying why", ran.frames, plan.frames);
        return Err(MediaError::Ffmpeg { stderr });
    }
    told.tell(plan.frames)?;
    Ok(ran.peak_kb)
}
