//! The folder into which an administrator drops components.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a file looked like.
type Stamp = (u64, Option<SystemTime>);

/// The folder, and what was seen in it. It is looked at rather than listened to: that works on every file system, and
/// tells a file that is still being copied from one that is whole.
pub(crate) struct Inbox {
    folder: PathBuf,
    seen: HashMap<PathBuf, Seen>,
}

struct Seen {
    stamp: Stamp,
    taken: bool,
}

impl Inbox {
    pub fn new(folder: PathBuf) -> Self {
        Inbox { folder, seen: HashMap::new() }
    }

    /// All components that are there now, by name; they count as taken.
    pub fn all(&mut self) -> Vec<PathBuf> {
        self.seen = files(&self.folder).into_iter().map(|(path, stamp)| (path, Seen { stamp, taken: true })).collect();
        let mut paths: Vec<PathBuf> = self.seen.keys().cloned().collect();
        paths.sort();
        paths
    }

    /// Those that came or changed and have not changed since the last look.
    pub fn settled(&mut self) -> Vec<PathBuf> {
        let now = files(&self.folder);
        self.seen.retain(|path, _| now.contains_key(path));
        let mut settled = Vec::new();
        for (path, stamp) in now {
            match self.seen.get_mut(&path) {
                Some(seen) if seen.stamp == stamp => {
                    if !std::mem::replace(&mut seen.taken, true) {
                        settled.push(path);
                    }
                }
                _ => {
                    self.seen.insert(path, Seen { stamp, taken: false });
                }
            }
        }
        settled.sort();
        settled
    }
}

fn files(folder: &Path) -> HashMap<PathBuf, Stamp> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return HashMap::new();
    };
    let stamped = |path: PathBuf| {
        let meta = std::fs::metadata(&path).ok().filter(|meta| meta.is_file())?;
        Some((path, (meta.len(), meta.modified().ok())))
    };
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "wasm"))
        .filter_map(stamped)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_once_it_no_longer_changes_and_again_when_it_did() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wasm");
        let mut inbox = Inbox::new(folder.path().to_owned());
        assert!(inbox.all().is_empty());
        std::fs::write(&file, b"ha").unwrap();
        assert!(inbox.settled().is_empty(), "it was just seen");
        std::fs::write(&file, b"half").unwrap();
        assert!(inbox.settled().is_empty(), "it still grows");
        assert_eq!(inbox.settled(), std::slice::from_ref(&file));
        assert!(inbox.settled().is_empty(), "once");
        std::fs::write(&file, b"another").unwrap();
        assert!(inbox.settled().is_empty());
        assert_eq!(inbox.settled(), [file]);
        std::fs::write(folder.path().join("notes.txt"), b"no component").unwrap();
        assert!(inbox.settled().is_empty() && inbox.settled().is_empty());
    }
}
