//! Stories on disk: the sets that were made, so that none is bought twice, and the files that users asked for. Every
//! write is whole or not at all, and nothing outside the two folders is read or written, whatever a name says.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use kinora_domain::ANONYMOUS;
use kinora_domain::documents::StorySegment;
use kinora_domain::story;
use serde_json::Value;

use crate::error::WorkflowError;

/// The folder of the exports folder in which users with a token have theirs. No folder that a client names begins with
/// a dot.
const USERS: &str = ".users";
/// The most files that are listed, and how deep folders may lie in each other.
const MOST_FILES: usize = 10_000;
const DEPTH: usize = 10;
/// The largest file that is read, bytes.
const LARGEST: u64 = 32 << 20;

/// Where stories are on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryFiles {
    sets: PathBuf,
    exports: PathBuf,
}

/// A file that a user asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Relative to the exports folder, parted by `/`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, milliseconds since 1970.
    pub modified_at: i64,
}

/// A set that was made, by whose it is and what shaped it.
pub(super) struct KeptSet<'a> {
    pub owner: &'a str,
    pub story: &'a str,
    pub size: u32,
    pub set: u32,
}

impl StoryFiles {
    /// In the data folder: `stories/` and `exports/`.
    pub fn in_data(data: &Path) -> Self {
        StoryFiles { sets: data.join("stories"), exports: data.join("exports") }
    }

    /// The segments of a set that was made before. A file that cannot be read as a set counts as none.
    pub(super) async fn find(&self, kept: &KeptSet<'_>) -> Result<Option<Vec<StorySegment>>, WorkflowError> {
        let path = self.path(kept);
        let read = blocking("a set of a story", move || match fs::read(path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        });
        let Some(content) = read.await? else { return Ok(None) };
        let segments = serde_json::from_slice(&content);
        if let Err(error) = &segments {
            tracing::warn!("a set of the story {} cannot be read and is made again: {error}", kept.story);
        }
        Ok(segments.ok())
    }

    /// Keeps a set.
    pub(super) async fn keep(&self, kept: &KeptSet<'_>, segments: &[StorySegment]) -> Result<(), WorkflowError> {
        let (path, content) = (self.path(kept), serde_json::to_vec(segments)?);
        blocking("a set of a story", move || write_whole(&path, &content)).await
    }

    fn path(&self, kept: &KeptSet<'_>) -> PathBuf {
        let KeptSet { owner, story, size, set } = kept;
        self.sets.join(plain(owner)).join(story).join(format!("{size}-{set}.json"))
    }

    /// Writes a file into a folder of the exports folder. Gives its name.
    ///
    /// # Errors
    /// Where the folder is outside, or cannot be written.
    pub(super) async fn export(
        &self,
        owner: &str,
        folder: &str,
        name: &str,
        content: &Value,
    ) -> Result<String, WorkflowError> {
        let folder = story::folder(folder).map_err(|error| WorkflowError::InvalidRequest(error.to_string()))?;
        let relative = folder.join(name);
        let path = self.root(owner).join(&relative);
        let content = serde_json::to_vec_pretty(content)?;
        let told = format!("exports/{}", relative.display());
        blocking(&told, move || write_whole(&path, &content)).await?;
        Ok(relative.to_string_lossy().into_owned())
    }

    /// An owner's exports folder.
    fn root(&self, owner: &str) -> PathBuf {
        if owner == ANONYMOUS { self.exports.clone() } else { self.exports.join(USERS).join(plain(owner)) }
    }

    /// Lists an owner's files, by name.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub async fn list(&self, owner: &str) -> Result<Vec<Export>, WorkflowError> {
        let root = self.root(owner);
        let listed = blocking("the exports folder", move || {
            let mut found = Vec::new();
            walk(&root, String::new(), DEPTH, &mut found)?;
            Ok(found)
        });
        let mut found = listed.await?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// Removes the sets and files of all owners that were written longer ago, and folders that are empty then. Gives how
    /// many files went. A set that is asked for again afterwards is made again.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub async fn remove_older(&self, age: Duration) -> Result<usize, WorkflowError> {
        let folders = [self.sets.clone(), self.exports.clone()];
        blocking("the folders of stories", move || {
            let mut removed = 0;
            for folder in folders.iter().filter(|folder| folder.is_dir()) {
                remove_older(folder, SystemTime::now(), age, DEPTH + 2, &mut removed)?;
            }
            Ok(removed)
        })
        .await
    }

    /// Reads an owner's file by its name in the list; none where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn read(&self, owner: &str, name: &str) -> Result<Option<Vec<u8>>, WorkflowError> {
        let hidden = |part: &str| part.is_empty() || part.starts_with('.') || part.contains(['\\', '\0']);
        if name.split('/').any(hidden) {
            return Ok(None);
        }
        let (root, path) = (self.root(owner), self.root(owner).join(name));
        blocking("a file of the exports folder", move || {
            let read = || {
                // A link that somebody laid there leads nowhere else.
                let (root, path) = (fs::canonicalize(root)?, fs::canonicalize(path)?);
                let known = fs::metadata(&path)?;
                let fits = path.starts_with(&root) && known.is_file() && known.len() <= LARGEST;
                if fits { fs::read(path).map(Some) } else { Ok(None) }
            };
            match read() {
                Err(error) if is_absent(&error) => Ok(None),
                read => read,
            }
        })
        .await
    }
}

/// Whether there is no such file, also where the name goes on behind a file or is longer than any.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// An owner's id as the name of a folder. Ids are UUIDs.
fn plain(owner: &str) -> String {
    owner.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

fn walk(folder: &Path, prefix: String, depth: usize, found: &mut Vec<Export>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        // What is not Unicode was not written by this host.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || found.len() >= MOST_FILES {
            continue;
        }
        let name = format!("{prefix}{name}");
        let known = entry.file_type()?;
        if known.is_dir() && depth > 0 {
            walk(&entry.path(), format!("{name}/"), depth - 1, found)?;
        } else if known.is_file() {
            let known = entry.metadata()?;
            let since = known.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            found.push(Export { name, size: known.len(), modified_at: since.as_millis() as i64 });
        }
    }
    Ok(())
}

fn remove_older(folder: &Path, now: SystemTime, age: Duration, depth: usize, removed: &mut usize) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let known = entry.file_type()?;
        if known.is_dir() && depth > 0 {
            remove_older(&entry.path(), now, age, depth - 1, removed)?;
            // Fails where something is left in it, as it should.
            let _ = fs::remove_dir(entry.path());
        } else if known.is_file() && now.duration_since(entry.metadata()?.modified()?).is_ok_and(|old| old > age) {
            fs::remove_file(entry.path())?;
            *removed += 1;
        }
    }
    Ok(())
}

/// Writes a file beside its place and moves it there, so that no reader and no crash sees a half of it.
fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Does what blocks beside the runtime's own threads. `path` names the file in an error.
async fn blocking<T: Send + 'static>(
    path: &str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, WorkflowError> {
    let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other).flatten();
    done.map_err(|source| WorkflowError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const USER: &str = "0198c0de-0000-7000-8000-000000000001";

    fn segments() -> Vec<StorySegment> {
        vec![StorySegment { segment_number: 1, title: "A".into(), ..StorySegment::default() }]
    }

    fn names(found: Vec<Export>) -> Vec<String> {
        found.into_iter().map(|export| export.name).collect()
    }

    #[tokio::test]
    async fn a_set_is_found_by_its_owner_its_story_and_its_size_alone() {
        let data = tempfile::tempdir().unwrap();
        let files = StoryFiles::in_data(data.path());
        let kept = KeptSet { owner: USER, story: "story_1", size: 10, set: 2 };
        assert_eq!(files.find(&kept).await.unwrap(), None);
        files.keep(&kept, &segments()).await.unwrap();
        assert_eq!(files.find(&kept).await.unwrap(), Some(segments()));
        for other in [
            KeptSet { owner: ANONYMOUS, ..kept },
            KeptSet { story: "story_2", ..kept },
            KeptSet { size: 5, ..kept },
            KeptSet { set: 3, ..kept },
        ] {
            assert_eq!(files.find(&other).await.unwrap(), None);
        }
        fs::write(files.path(&kept), "{").unwrap();
        assert_eq!(files.find(&kept).await.unwrap(), None, "what is broken is made again");
    }

    #[tokio::test]
    async fn files_of_one_owner_are_none_of_anothers() {
        let data = tempfile::tempdir().unwrap();
        let files = StoryFiles::in_data(data.path());
        assert_eq!(names(files.list(ANONYMOUS).await.unwrap()), [""; 0]);
        let mine = files.export(USER, "films/spring", "A_set_01.json", &json!({"a": 1})).await.unwrap();
        files.export(ANONYMOUS, "films", "B_set_01.json", &json!({"b": 1})).await.unwrap();
        assert_eq!(mine, "films/spring/A_set_01.json");
        assert_eq!(names(files.list(USER).await.unwrap()), std::slice::from_ref(&mine));
        assert_eq!(names(files.list(ANONYMOUS).await.unwrap()), ["films/B_set_01.json"]);
        assert!(files.read(USER, &mine).await.unwrap().is_some());
        assert_eq!(files.read(ANONYMOUS, &mine).await.unwrap(), None);
        let hidden = format!(".users/{USER}/{mine}");
        assert_eq!(files.read(ANONYMOUS, &hidden).await.unwrap(), None);
    }

    #[tokio::test]
    async fn no_name_leads_out_of_the_folder() {
        let data = tempfile::tempdir().unwrap();
        let files = StoryFiles::in_data(data.path());
        files.export(ANONYMOUS, "films", "A.json", &json!({})).await.unwrap();
        fs::write(data.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(data.path().join("secret"), data.path().join("exports/films/link.json")).unwrap();
        let long = "x".repeat(5000);
        for name in
            ["../secret", "films/../../secret", "/etc/passwd", "films//A.json", "films/link.json", "films", "", &long]
        {
            assert_eq!(files.read(ANONYMOUS, name).await.unwrap(), None, "{name:.40}");
        }
        assert_eq!(names(files.list(ANONYMOUS).await.unwrap()), ["films/A.json"], "a link is not listed");
        assert!(files.export(ANONYMOUS, "../x", "A.json", &json!({})).await.is_err());
    }

    #[tokio::test]
    async fn what_is_older_than_it_may_be_goes_and_the_rest_stays() {
        let data = tempfile::tempdir().unwrap();
        let files = StoryFiles::in_data(data.path());
        let day = Duration::from_secs(24 * 60 * 60);
        assert_eq!(files.remove_older(day).await.unwrap(), 0);
        let kept = |set| KeptSet { owner: USER, story: "story_1", size: 10, set };
        for set in [1, 2] {
            files.keep(&kept(set), &segments()).await.unwrap();
        }
        for name in ["A.json", "B.json"] {
            files.export(USER, "films", name, &json!({})).await.unwrap();
        }
        let old = SystemTime::now() - 2 * day;
        for path in [files.path(&kept(1)), files.root(USER).join("films/A.json")] {
            fs::File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
        }
        assert_eq!(files.remove_older(day).await.unwrap(), 2);
        assert_eq!(names(files.list(USER).await.unwrap()), ["films/B.json"]);
        assert_eq!(
            (files.find(&kept(1)).await.unwrap(), files.find(&kept(2)).await.unwrap()),
            (None, Some(segments()))
        );
    }

    #[tokio::test]
    async fn a_file_is_replaced_as_a_whole_and_leaves_nothing_beside_it() {
        let data = tempfile::tempdir().unwrap();
        let files = StoryFiles::in_data(data.path());
        for number in [1, 2] {
            files.export(ANONYMOUS, "films", "A.json", &json!({"number": number})).await.unwrap();
        }
        let content: Value =
            serde_json::from_slice(&files.read(ANONYMOUS, "films/A.json").await.unwrap().unwrap()).unwrap();
        assert_eq!(content, json!({"number": 2}));
        assert_eq!(fs::read_dir(data.path().join("exports/films")).unwrap().count(), 1);
    }
}
