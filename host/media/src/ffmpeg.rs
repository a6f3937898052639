//! Looks at the ffmpeg there is, for `kinora doctor`.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::error::MediaError;

/// What an ffmpeg can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FfmpegInfo {
    /// As it says itself: `5.1.9-0+deb12u1`.
    pub version: String,
    /// Whether it encodes H.264 with x264. Films need it.
    pub has_libx264: bool,
    /// Whether it encodes AAC. Films with music need it.
    pub has_aac: bool,
}

impl FfmpegInfo {
    /// # Errors
    /// [`MediaError::EncoderMissing`] if films cannot be made with it.
    pub fn check(&self, path: &Path) -> Result<(), MediaError> {
        for (has, encoder) in [(self.has_libx264, "libx264"), (self.has_aac, "aac")] {
            if !has {
                return Err(MediaError::EncoderMissing { path: path.into(), encoder: encoder.into() });
            }
        }
        Ok(())
    }
}

/// Asks an ffmpeg for its version and its encoders; starts it twice, which takes about a tenth of a second.
///
/// # Errors
/// [`MediaError::FfmpegMissing`] if it does not start or is something else.
pub fn check_ffmpeg(path: &Path) -> Result<FfmpegInfo, MediaError> {
    let missing = |reason: String| MediaError::FfmpegMissing { path: path.into(), reason };
    let ask = |what: &str| -> Result<String, MediaError> {
        let output = Command::new(path)
            .args(["-nostdin", "-hide_banner", what])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| missing(error.to_string()))?;
        if !output.status.success() {
            return Err(missing(format!("it ended with {}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let version = ask("-version")?;
    let version = version
        .strip_prefix("ffmpeg version ")
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or_else(|| missing("it does not answer as ffmpeg does".into()))?;
    let encoders = ask("-encoders")?;
    let has = |name: &str| encoders.lines().any(|line| line.split_whitespace().nth(1) == Some(name));
    Ok(FfmpegInfo { version: version.into(), has_libx264: has("libx264"), has_aac: has("aac") })
}

/// All that an ffmpeg says about its version, its build and its libraries.
///
/// # Errors
/// [`MediaError::FfmpegMissing`].
pub(crate) fn build(ffmpeg: &Path) -> Result<String, MediaError> {
    let missing = |reason: String| MediaError::FfmpegMissing { path: ffmpeg.into(), reason };
    let mut command = Command::new(ffmpeg);
    command.args(["-nostdin", "-version"]).stdin(Stdio::null());
    let said = command.output().map_err(|error| missing(error.to_string()))?;
    if !said.status.success() {
        return Err(missing(format!("it ended with {}", said.status)));
    }
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_ffmpeg_is_told_with_its_remedy() {
        let told = check_ffmpeg(Path::new("/nowhere/ffmpeg")).unwrap_err().to_string();
        assert!(told.contains("apt-get install ffmpeg") && told.contains("/nowhere/ffmpeg"), "{told}");
        assert!(check_ffmpeg(Path::new("/bin/echo")).is_err());
    }

    #[test]
    fn the_installed_ffmpeg_makes_films() {
        let info = check_ffmpeg(Path::new("ffmpeg")).unwrap();
        assert_eq!(info.check(Path::new("ffmpeg")), Ok(()));
        let without = FfmpegInfo { has_libx264: false, ..info };
        assert!(matches!(without.check(Path::new("ffmpeg")), Err(MediaError::EncoderMissing { .. })));
    }
}
