//! The data folder of a host, and its lock: of the processes that want to run jobs out of one folder, one does.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use uuid::Uuid;

use crate::error::StoreError;

/// The data folder, held by this process until it is dropped or the process ends, however it ends.
pub struct DataFolder {
    path: PathBuf,
    host: String,
    _lock: File,
}

impl DataFolder {
    /// Takes the folder. `None` where another process has it.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn lock(path: &Path) -> Result<Option<Self>, StoreError> {
        let unusable =
            |error: std::io::Error| StoreError::Unusable(format!("the data folder cannot be written: {error}"));
        std::fs::create_dir_all(path).map_err(unusable)?;
        // The lock's file holds the folder's id: other hosts know this one by it, through all its restarts.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => return Ok(None),
            Err(error) => return Err(unusable(error.into())),
        }
        let mut host = String::new();
        file.read_to_string(&mut host).map_err(unusable)?;
        if Uuid::parse_str(host.trim()).is_err() {
            host = Uuid::new_v4().to_string();
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(host.as_bytes()))
                .map_err(unusable)?;
        }
        Ok(Some(DataFolder { path: path.to_owned(), host: host.trim().to_owned(), _lock: file }))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its id, the same after every restart.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_keeps_its_id() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::lock(folder.path()).unwrap().expect("nobody has it");
        assert!(DataFolder::lock(folder.path()).unwrap().is_none(), "it is held");
        let host = first.host().to_owned();
        drop(first);
        assert_eq!(DataFolder::lock(folder.path()).unwrap().expect("it is free again").host(), host);
    }
}
