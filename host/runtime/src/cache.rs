//! Compiled code, kept by the component's digest and the engine's compatibility hash in a folder that only this user
//! can write. Precompiled code from anywhere else is never loaded.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::component::Digest;

/// A folder of compiled components.
pub(crate) struct Cache {
    folder: PathBuf,
    engine: String,
}

/// The length of the checksum that stands before the code.
const CHECKSUM: usize = 32;

impl Cache {
    /// Opens a folder, making it where it is missing.
    pub(crate) fn open(folder: PathBuf, engine: &Engine) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let meta = fs::metadata(&folder)?;
        let own = fs::metadata("/proc/self").map(|me| me.uid());
        if own.is_ok_and(|uid| uid != meta.uid()) || meta.mode() & 0o022 != 0 {
            return Err(io::Error::other(format!(
                "{} can be written by others; compiled code is only kept in a folder of your own (chmod 700)",
                folder.display()
            )));
        }
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Cache { folder, engine: format!("{:016x}", hasher.finish()) })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{digest}-{}.cwasm", self.engine))
    }

    /// The compiled component, where it is kept whole.
    pub(crate) fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let bytes = fs::read(self.path(digest)).ok()?;
        let (checksum, code) = bytes.split_at_checked(CHECKSUM)?;
        if Sha256::digest(code)[..] != *checksum {
            return None;
        }
        // SAFETY: the folder is ours alone to write (checked in `open`), the name binds the code to this component
        // and engine, and the checksum says that the file is what `store` wrote.
        unsafe { Component::deserialize(engine, code) }.ok()
    }

    /// Keeps a compiled component. Failing is no harm: the next start compiles again.
    pub(crate) fn store(&self, digest: &Digest, component: &Component) {
        if let Err(error) = self.try_store(digest, component) {
            tracing::warn!(folder = %self.folder.display(), %error, "compiled code cannot be kept; the next start will compile again");
        }
    }

    fn try_store(&self, digest: &Digest, component: &Component) -> io::Result<()> {
        let code = component.serialize().map_err(io::Error::other)?;
        let path = self.path(digest);
        let part = path.with_extension(format!("part-{}", std::process::id()));
        let written = write(&part, &code).and_then(|()| fs::rename(&part, &path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }
}

fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(&Sha256::digest(code))?;
    file.write_all(code)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn compiled(engine: &Engine) -> (Digest, Component) {
        let bytes = wat::parse_str("(component)").expect("an empty component");
        let component = Component::new(engine, &bytes).expect("it compiles");
        (Digest::of(&bytes), component)
    }

    #[test]
    fn what_was_stored_is_loaded_and_a_damaged_file_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = Engine::default();
        let cache = Cache::open(folder.path().join("code"), &engine).expect("it opens");
        let (digest, component) = compiled(&engine);
        assert!(cache.load(&engine, &digest).is_none());
        cache.store(&digest, &component);
        assert!(cache.load(&engine, &digest).is_some());

        let path = cache.path(&digest);
        let mut bytes = fs::read(&path).expect("the file");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&path, &bytes).expect("it is written");
        assert!(cache.load(&engine, &digest).is_none(), "a flipped bit");
        fs::write(&path, &bytes[..10]).expect("it is written");
        assert!(cache.load(&engine, &digest).is_none(), "a short file");
    }

    #[test]
    fn a_folder_that_others_can_write_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("chmod");
        let refused = Cache::open(folder.path().into(), &Engine::default());
        assert!(refused.is_err_and(|error| error.to_string().contains("chmod 700")));
    }
}
