//! Blobs: large contents kept under the hash of what they are, in a folder now and in any object store later.
//!
//! A blob never changes. Putting the same content twice stores it once; a blob is there whole or not at all, whatever
//! is interrupted; and once `put` has answered it survives a power cut. Memory does not grow with the size of a blob.
//! What this room must not know: who refers to a blob, and when one may go.

mod id;
mod kind;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, GetResult, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload,
};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use uuid::Uuid;

pub use id::BlobId;
use kind::Sniffer;

/// The content of a blob, piece by piece; at most 64 KiB each from a folder.
pub type BlobStream = BoxStream<'static, Result<Bytes, BlobError>>;

/// Where contents wait that are not whole yet.
const INCOMING: &str = "incoming";

/// What is left in [`INCOMING`] this long after its last byte belongs to a process that died.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// How much is handed to the store at once, and so the memory one growing blob takes.
const PART: usize = 512 << 10;

/// How much is read from a file at once.
const READ: usize = 64 << 10;

/// A stored blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its name.
    pub id: BlobId,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type, sniffed from the bytes and never taken from a header: `video/mp4`.
    pub media_type: &'static str,
}

impl Blob {
    fn new(id: BlobId, size: u64) -> Self {
        Blob { id, size, media_type: id.media_type() }
    }
}

/// Why the blob store could not serve. The sentences name no folder, so that they can be shown to anyone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// A text that is no blob's name.
    #[error("`{0}` is not the name of a blob: 64 hexadecimal digits, a dot and a known extension are")]
    NotAnId(String),
    /// No blob has that name.
    #[error("there is no blob {0}")]
    Missing(BlobId),
    /// The content is larger than the caller takes.
    #[error("the content is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The storage itself failed; the log has the details.
    #[error("the blob store could not {doing}: {why}")]
    Storage {
        /// What was tried.
        doing: &'static str,
        /// What kind of failure it was.
        why: String,
    },
}

/// Why a stream was not stored. Nothing of it stays behind.
#[derive(Debug, thiserror::Error)]
pub enum PutError<E> {
    /// The stream itself broke off.
    #[error("the content broke off: {0}")]
    Stream(E),
    /// The store did not take it.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// The blobs of a host. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    root: Option<PathBuf>,
}

impl Blobs {
    /// Opens a folder of blobs, which is made where it is missing. What a process that died a day ago or earlier left
    /// half-written is removed.
    ///
    /// # Errors
    /// [`BlobError::Storage`] where the folder can be neither made nor read.
    pub fn local(folder: impl AsRef<FilePath>) -> Result<Self, BlobError> {
        let failed = |error: &(dyn Error + 'static)| storage("open its folder", error);
        std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let root = folder.as_ref().canonicalize().map_err(|error| failed(&error))?;
        let store = LocalFileSystem::new_with_prefix(&root).map_err(|error| failed(&error))?.with_fsync(true);
        sweep(&root.join(INCOMING));
        Ok(Blobs { store: Arc::new(store), root: Some(root) })
    }

    /// Stores a content that is in memory.
    ///
    /// # Errors
    /// [`BlobError::Storage`].
    pub async fn put(&self, content: Bytes) -> Result<Blob, BlobError> {
        // Hashing a large content takes tens of milliseconds, in which this thread could serve others.
        let judging = content.clone();
        let id = tokio::task::spawn_blocking(move || {
            let mut incoming = Incoming::default();
            incoming.take(&judging);
            incoming.finish().id
        })
        .await
        .map_err(|error| storage("hash a content", &error))?;
        self.put_whole(Blob::new(id, content.len() as u64), content).await
    }

    /// Stores a stream of at most `limit` bytes, in constant memory. Whatever goes wrong, and also where the future
    /// is dropped, no blob appears.
    ///
    /// # Errors
    /// [`PutError::Stream`] where the stream fails, [`BlobError::TooLarge`] as soon as the limit is passed,
    /// [`BlobError::Storage`].
    pub async fn put_stream<S, E>(&self, content: S, limit: u64) -> Result<Blob, PutError<E>>
    where
        S: Stream<Item = Result<Bytes, E>>,
    {
        let mut content = pin!(content);
        let mut incoming = Incoming::default();
        let mut part = BytesMut::new();
        let mut upload: Option<Upload> = None;
        let outcome = loop {
            match content.next().await {
                None => break Ok(()),
                Some(Err(error)) => break Err(PutError::Stream(error)),
                Some(Ok(piece)) if incoming.size + piece.len() as u64 > limit => {
                    break Err(BlobError::TooLarge { limit }.into());
                }
                Some(Ok(piece)) => {
                    incoming.take(&piece);
                    part.extend_from_slice(&piece);
                }
            }
            if part.len() >= PART {
                // Most contents are smaller than a part and never need a temporary object.
                let upload = match &mut upload {
                    Some(upload) => upload,
                    None => upload.insert(Upload::start(&*self.store).await?),
                };
                if let Err(error) = upload.push(part.split().freeze()).await {
                    break Err(error.into());
                }
            }
        };
        match (upload, outcome) {
            (None, Ok(())) => Ok(self.put_whole(incoming.finish(), part.freeze()).await?),
            (Some(mut upload), Ok(())) => {
                let blob = incoming.finish();
                match upload.push(part.freeze()).await {
                    Ok(()) => Ok(upload.publish(self, blob).await?),
                    Err(error) => {
                        upload.abort().await;
                        Err(error.into())
                    }
                }
            }
            (upload, Err(error)) => {
                if let Some(upload) = upload {
                    upload.abort().await;
                }
                Err(error)
            }
        }
    }

    /// A blob's size and type, and its content as a stream.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Storage`]; the stream may fail with the latter too.
    pub async fn open(&self, id: &BlobId) -> Result<(Blob, BlobStream), BlobError> {
        let got = self.store.get(&location(id)).await.map_err(|error| reading(id, &error))?;
        Ok((Blob::new(*id, got.meta.size), content(got)))
    }

    /// A part of a blob's content as a stream: the bytes from `range.start` up to and without `range.end`, which lies
    /// within the blob.
    ///
    /// # Errors
    /// As [`Blobs::open`].
    pub async fn open_range(&self, id: &BlobId, range: Range<u64>) -> Result<BlobStream, BlobError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = self.store.get_opts(&location(id), options).await.map_err(|error| reading(id, &error))?;
        Ok(content(got))
    }

    /// The content of a blob of at most `limit` bytes.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], and those of [`Blobs::open`].
    pub async fn read(&self, id: &BlobId, limit: u64) -> Result<Bytes, BlobError> {
        let (blob, mut content) = self.open(id).await?;
        if blob.size > limit {
            return Err(BlobError::TooLarge { limit });
        }
        let mut whole = BytesMut::with_capacity(blob.size as usize);
        while let Some(piece) = content.try_next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// A blob's size and type.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Storage`].
    pub async fn head(&self, id: &BlobId) -> Result<Blob, BlobError> {
        let meta = self.store.head(&location(id)).await.map_err(|error| reading(id, &error))?;
        Ok(Blob::new(*id, meta.size))
    }

    /// Removes a blob. One that is not there is no error.
    ///
    /// # Errors
    /// [`BlobError::Storage`].
    pub async fn delete(&self, id: &BlobId) -> Result<(), BlobError> {
        match self.store.delete(&location(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(storage("remove a blob", &error)),
        }
    }

    /// Where a blob lies as a file, for programs that read files; absent where the store is no folder. Whether the
    /// blob is there is not looked up. Nobody may write to it.
    pub fn path(&self, id: &BlobId) -> Option<PathBuf> {
        Some(self.root.as_ref()?.join(location(id).as_ref()))
    }

    async fn put_whole(&self, blob: Blob, content: Bytes) -> Result<Blob, BlobError> {
        if !self.has(&blob).await {
            let payload = PutPayload::from_bytes(content);
            self.store.put(&location(&blob.id), payload).await.map_err(|error| storage("write a blob", &error))?;
        }
        Ok(blob)
    }

    async fn has(&self, blob: &Blob) -> bool {
        self.head(&blob.id).await.is_ok_and(|found| found.size == blob.size)
    }
}

/// The media type of a file, going by its first bytes: what a blob of it would be.
///
/// # Errors
/// Where it cannot be read.
pub fn media_type(file: &FilePath) -> io::Result<&'static str> {
    use std::io::Read;
    let mut head = Vec::with_capacity(kind::HEAD);
    std::fs::File::open(file)?.take(kind::HEAD as u64).read_to_end(&mut head)?;
    let mut sniffer = Sniffer::default();
    sniffer.feed(&head);
    Ok(sniffer.finish().media_type)
}

/// A content on its way in.
#[derive(Default)]
struct Incoming {
    size: u64,
    hash: Sha256,
    sniffer: Sniffer,
}

impl Incoming {
    fn take(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        self.hash.update(piece);
        self.sniffer.feed(piece);
    }

    fn finish(self) -> Blob {
        Blob::new(BlobId::new(self.hash.finalize().into(), self.sniffer.finish()), self.size)
    }
}

/// A temporary object that grows until its name is known.
struct Upload {
    place: Path,
    parts: Box<dyn MultipartUpload>,
}

impl Upload {
    async fn start(store: &dyn ObjectStore) -> Result<Self, BlobError> {
        let place = Path::from_iter([INCOMING, &Uuid::now_v7().simple().to_string()]);
        let parts = store.put_multipart(&place).await.map_err(|error| storage("begin a blob", &error))?;
        Ok(Upload { place, parts })
    }

    async fn push(&mut self, part: Bytes) -> Result<(), BlobError> {
        if part.is_empty() {
            return Ok(());
        }
        self.parts.put_part(PutPayload::from_bytes(part)).await.map_err(|error| storage("write a blob", &error))
    }

    async fn publish(mut self, blobs: &Blobs, blob: Blob) -> Result<Blob, BlobError> {
        if blobs.has(&blob).await {
            self.abort().await;
            return Ok(blob);
        }
        if let Err(error) = self.parts.complete().await {
            let error = storage("write a blob", &error);
            self.abort().await;
            return Err(error);
        }
        match blobs.store.rename(&self.place, &location(&blob.id)).await {
            Ok(()) => Ok(blob),
            Err(error) => {
                let _ = blobs.store.delete(&self.place).await;
                Err(storage("name a blob", &error))
            }
        }
    }

    /// Removes what was written. A failure only costs room until the next sweep.
    async fn abort(mut self) {
        if let Err(error) = self.parts.abort().await {
            tracing::warn!(%error, "an unfinished blob could not be removed");
        }
    }
}

/// Two digits as a folder, so that no folder grows by millions of files.
fn location(id: &BlobId) -> Path {
    let name = id.to_string();
    Path::from_iter([&name[..2], &name])
}

/// The store's own stream reads eight kilobytes per hop to a blocking thread, which is slow for films.
fn content(got: GetResult) -> BlobStream {
    let failed = |error: &(dyn Error + 'static)| storage("read a blob", error);
    match got.payload {
        GetResultPayload::File(file, _) => {
            let Range { start, end } = got.range;
            let begun = async move {
                let mut file = tokio::fs::File::from_std(file);
                if start > 0 {
                    file.seek(SeekFrom::Start(start)).await.map_err(|error| failed(&error))?;
                }
                Ok(file.take(end - start))
            };
            let pieces = move |mut file: tokio::io::Take<tokio::fs::File>| async move {
                let mut piece = BytesMut::with_capacity(READ);
                let read = file.read_buf(&mut piece).await.map_err(|error| failed(&error))?;
                Ok((read > 0).then(|| (piece.freeze(), file)))
            };
            stream::once(begun).map_ok(move |file| stream::try_unfold(file, pieces)).try_flatten().boxed()
        }
        _ => got.into_stream().map_err(move |error| failed(&error)).boxed(),
    }
}

fn reading(id: &BlobId, error: &object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::Missing(*id),
        error => storage("read a blob", error),
    }
}

/// The details (which name folders) go to the log, the kind of failure to the caller.
fn storage(doing: &'static str, error: &(dyn Error + 'static)) -> BlobError {
    let mut cause = Some(error);
    let mut why = "the storage failed".to_owned();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            why = io.kind().to_string();
        }
        cause = error.source();
    }
    tracing::error!(%error, "the blob store could not {doing}");
    BlobError::Storage { doing, why }
}

/// Removes what processes that died left half-written. Best effort: it only costs room.
fn sweep(incoming: &FilePath) {
    let Ok(entries) = std::fs::read_dir(incoming) else { return };
    let now = SystemTime::now();
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|meta| meta.modified());
        let age = modified.ok().and_then(|modified| now.duration_since(modified).ok());
        if age.is_some_and(|age| age > ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
