//! A folder of finished pieces, shared by all renders of a host.
//!
//! What is in it under its own name is whole: files are written in a folder of the render that makes them and then
//! given their names. What a living render uses is never removed; of the rest, what was used longest ago goes first.
//! A render lives as long as it holds the lock of its own folder, which ends with its process; what a dead one left is
//! cleared away by the next.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::error::MediaError;

/// What the folders of renders begin with.
const RENDER: &str = "render-";
/// In a render's folder: locked while it lives, and the names of what it uses.
const USES: &str = "uses";
/// The most bytes of such a list.
const MAX_USES: u64 = 16 << 20;

/// An open cache, with a place to work in.
pub(crate) struct Cache {
    folder: PathBuf,
    most: u64,
    work: PathBuf,
    /// Locked.
    uses: File,
}

/// The folder in which the render of an output works.
pub(crate) fn work_folder(cache: &Path, output: &Path) -> PathBuf {
    let whole = std::path::absolute(output).unwrap_or_else(|_| output.into());
    let digest = Sha256::digest(whole.as_os_str().as_encoded_bytes());
    cache.join(format!("{RENDER}{}", hex(digest.get(..12).unwrap_or_default())))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Cache {
    /// Opens a cache, and makes it if there is none.
    ///
    /// # Errors
    /// [`MediaError::Output`] where it cannot be written, or another render works on the same output.
    pub fn open(folder: &Path, most: u64, output: &Path) -> Result<Self, MediaError> {
        let told = |error: std::io::Error| MediaError::writing(folder, &error);
        std::fs::create_dir_all(folder).map_err(told)?;
        let work = work_folder(folder, output);
        let _all = all(folder).map_err(told)?;
        clear(folder).map_err(told)?;
        if work.exists() {
            let reason = "another render writes it at this moment; wait for it or cancel it".into();
            return Err(MediaError::Output { path: output.into(), reason });
        }
        std::fs::create_dir(&work).map_err(told)?;
        let uses = File::create(work.join(USES)).map_err(told)?;
        uses.lock().map_err(told)?;
        Ok(Cache { folder: folder.into(), most, work, uses })
    }

    /// Keeps files of these names from being removed while this render lives, and says which of them there are.
    ///
    /// # Errors
    /// What the system says.
    pub fn claim(&mut self, names: &[String]) -> std::io::Result<HashSet<String>> {
        let _all = all(&self.folder)?;
        let now = SystemTime::now();
        let mut there = HashSet::new();
        for name in names {
            writeln!(self.uses, "{name}")?;
            if let Ok(file) = File::options().append(true).open(self.path(name)) {
                let _ = file.set_modified(now); // It only says what was used longest ago.
                there.insert(name.clone());
            }
        }
        Ok(there)
    }

    /// Where a file of the cache is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where a file is written that will be [kept](Cache::keep).
    pub fn part(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    /// Gives a finished file its name in the cache.
    ///
    /// # Errors
    /// What the system says.
    pub fn keep(&self, name: &str) -> std::io::Result<()> {
        std::fs::rename(self.part(name), self.path(name))
    }

    /// Removes what was used longest ago until what is left is small enough.
    ///
    /// # Errors
    /// What the system says.
    pub fn trim(&self) -> std::io::Result<()> {
        trim(&self.folder, self.most)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // Best effort: what is left over is cleared away by the next render. Whoever trims now sees no use of it.
        let _ = std::fs::remove_dir_all(&self.work);
        let _ = trim(&self.folder, self.most);
    }
}

/// The right to look at and change the folder as a whole; held for moments only.
fn all(folder: &Path) -> std::io::Result<File> {
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Clears away what dead renders left. Returns the names of what living ones use.
fn clear(folder: &Path) -> std::io::Result<HashSet<String>> {
    let mut used = HashSet::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(RENDER) {
            continue;
        }
        let uses = File::open(entry.path().join(USES));
        match uses {
            Ok(uses) if matches!(uses.try_lock_shared(), Err(TryLockError::WouldBlock)) => {
                let mut names = String::new();
                uses.take(MAX_USES).read_to_string(&mut names)?;
                used.extend(names.lines().map(str::to_owned));
            }
            _ => std::fs::remove_dir_all(entry.path())?,
        }
    }
    Ok(used)
}

fn trim(folder: &Path, most: u64) -> std::io::Result<()> {
    let _all = all(folder)?;
    let used = clear(folder)?;
    let mut files = Vec::new();
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let facts = entry.metadata()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if facts.is_file() && name != "lock" {
            bytes += facts.len();
            files.push((facts.modified()?, facts.len(), name));
        }
    }
    files.sort();
    for (_, length, name) in files {
        if bytes <= most {
            break;
        }
        if !used.contains(&name) {
            std::fs::remove_file(folder.join(&name))?;
            bytes -= length;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn put(cache: &Cache, name: &str, age: u64) {
        let part = cache.part(name);
        std::fs::write(&part, [0; 100]).unwrap();
        let file = File::options().append(true).open(&part).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        cache.keep(name).unwrap();
    }

    fn left(folder: &Path) -> Vec<String> {
        let all = std::fs::read_dir(folder).unwrap();
        let mut left: Vec<String> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.retain(|name| name != "lock");
        left.sort();
        left
    }

    #[test]
    fn what_was_used_longest_ago_goes_and_what_is_used_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = Cache::open(folder.path(), 250, Path::new("/one.mp4")).unwrap();
        let mut two = Cache::open(folder.path(), 250, Path::new("/two.mp4")).unwrap();
        for (name, age) in [("a", 400), ("b", 300), ("c", 200), ("d", 100)] {
            put(&one, name, age);
        }
        assert_eq!(one.claim(&names(&["a", "x"])).unwrap(), HashSet::from(["a".to_owned()]));
        assert_eq!(two.claim(&names(&["b"])).unwrap().len(), 1);
        two.trim().unwrap();
        let kept: Vec<String> = left(folder.path()).into_iter().filter(|name| !name.starts_with(RENDER)).collect();
        assert_eq!(kept, ["a", "b"]);
        // To be used makes a file new; the end of a render lets what it used go.
        put(&two, "e", 50);
        drop(one);
        drop(two);
        assert_eq!(left(folder.path()).len(), 2);
        assert!(!left(folder.path()).contains(&"e".to_owned()));
    }

    #[test]
    fn what_a_dead_render_left_is_cleared_away_and_a_living_one_is_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let output = Path::new("/one.mp4");
        let dead = work_folder(folder.path(), output);
        std::fs::create_dir_all(&dead).unwrap();
        std::fs::write(dead.join("half.mp4"), "half").unwrap();
        let living = Cache::open(folder.path(), 100, output).unwrap();
        assert!(!living.part("half.mp4").exists());
        let told = Cache::open(folder.path(), 100, output).err().unwrap().to_string();
        assert!(told.contains("another render writes it"), "{told}");
        assert!(living.part(USES).exists());
        drop(living);
        assert_eq!(left(folder.path()), [] as [&str; 0]);
    }
}
