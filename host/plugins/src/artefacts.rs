//! The bytes of components, named by their digest, in a folder that only the host writes.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kinora_runtime::Digest;
use tempfile::Builder;

/// The ending of a file that is not whole yet.
const HALF: &str = "half";

pub(crate) struct Artefacts {
    folder: PathBuf,
}

impl Artefacts {
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        // What an earlier host was writing when it was killed.
        for path in fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_some_and(|ending| ending == HALF) {
                remove(&path);
            }
        }
        Ok(Artefacts { folder })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}.wasm"))
    }

    /// Keeps bytes; whole and on disk when this returns.
    pub fn put(&self, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(&Digest::of(bytes).to_string());
        if path.exists() {
            return Ok(());
        }
        let mut file = Builder::new().suffix(&format!(".{HALF}")).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        fs::File::open(&self.folder)?.sync_all()
    }

    /// The bytes of a digest. What is not what its name says counts as absent.
    pub fn get(&self, digest: &str) -> Option<Vec<u8>> {
        if !is_digest(digest) {
            return None;
        }
        let bytes = fs::read(self.path(digest)).ok()?;
        (Digest::of(&bytes).to_string() == digest).then_some(bytes)
    }

    /// Removes all but those that are still needed.
    pub fn retain(&self, needed: impl Fn(&str) -> bool) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let digest = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| is_digest(stem));
            if digest.is_some_and(|digest| !needed(digest)) {
                remove(&path);
            }
        }
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!("a component that is no longer needed stays: {error}");
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_on_disk_is_not_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let artefacts = Artefacts::open(folder.path().to_owned()).unwrap();
        artefacts.put(b"bytes").unwrap();
        let digest = Digest::of(b"bytes").to_string();
        assert_eq!(artefacts.get(&digest).as_deref(), Some(&b"bytes"[..]));
        fs::write(folder.path().join(format!("{digest}.wasm")), b"other").unwrap();
        assert_eq!(artefacts.get(&digest), None);
        assert_eq!(artefacts.get("../../etc/passwd"), None);
    }

    #[test]
    fn what_a_killed_host_was_writing_is_gone_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".tmpA1b2C3.half"), b"by").unwrap();
        Artefacts::open(folder.path().to_owned()).unwrap().put(b"bytes").unwrap();
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, [std::ffi::OsString::from(format!("{}.wasm", Digest::of(b"bytes")))]);
    }

    #[test]
    fn only_what_nobody_needs_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let artefacts = Artefacts::open(folder.path().to_owned()).unwrap();
        artefacts.put(b"a").unwrap();
        artefacts.put(b"b").unwrap();
        fs::write(folder.path().join("notes.wasm"), b"not ours").unwrap();
        let kept = Digest::of(b"a").to_string();
        artefacts.retain(|digest| digest == kept);
        assert!(artefacts.get(&kept).is_some());
        assert!(artefacts.get(&Digest::of(b"b").to_string()).is_none());
        assert!(folder.path().join("notes.wasm").exists());
    }
}
