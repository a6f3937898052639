//! How long finished things are kept: what is older than a configured age, or beyond a configured size, goes, the oldest
//! first. What a job that has not ended uses stays in the blob store until it has.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use kinora_store::{BlobError, BlobId, Blobs, Holding, Store, StoreError};

use crate::{CLIP_KIND, FILM_KIND, MERGE_KIND, RENDER_KIND, StoryFiles};

/// The kinds of jobs that make videos.
const VIDEOS: [&str; 4] = [CLIP_KIND, MERGE_KIND, FILM_KIND, RENDER_KIND];

/// The most blobs that are removed before it is looked again.
const TOGETHER: i64 = 100;

/// How long finished things are kept; absent: for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Videos, since they were asked for.
    pub videos: Option<Duration>,
    /// Uploads, since they were last sent.
    pub uploads: Option<Duration>,
    /// Sets of stories and the files of them, since they were written.
    pub exports: Option<Duration>,
    /// Bytes that videos and uploads may take together.
    pub total: Option<u64>,
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Videos, with their jobs.
    pub videos: usize,
    /// Uploads.
    pub uploads: usize,
    /// Sets of stories and files of them.
    pub exports: usize,
    /// Contents that nothing named any more.
    pub blobs: usize,
}

/// Removes what is not to be kept.
pub struct Sweeper {
    store: Store,
    blobs: Blobs,
    retention: Retention,
    stories: Option<StoryFiles>,
    /// What blobs weigh; a blob never changes.
    sizes: HashMap<BlobId, u64>,
}

impl Sweeper {
    /// One that keeps to a rule.
    pub fn new(store: Store, blobs: Blobs, retention: Retention) -> Self {
        Sweeper { store, blobs, retention, stories: None, sizes: HashMap::new() }
    }

    /// One that removes old stories from these folders too.
    pub fn with_stories(self, stories: StoryFiles) -> Self {
        Sweeper { stories: Some(stories), ..self }
    }

    /// Looks once, and removes what is to go.
    ///
    /// # Errors
    /// Where the database fails; what was removed before stays removed.
    pub async fn sweep(&mut self) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        if self.retention != Retention::default() {
            let mut kept = BTreeMap::<(i64, String), Vec<Holding>>::new();
            for holding in self.store.holdings(&VIDEOS).await? {
                kept.entry((holding.created_at, holding.holder.clone())).or_default().push(holding);
            }
            self.remove_old(&mut kept, &mut swept).await?;
            self.remove_beyond(kept, &mut swept).await?;
        }
        if let (Some(age), Some(stories)) = (self.retention.exports, &self.stories) {
            match stories.remove_older(age).await {
                Ok(removed) => swept.exports = removed,
                Err(error) => tracing::warn!("old stories could not be removed: {error}"),
            }
        }
        loop {
            let blobs = self.store.discarded_blobs(TOGETHER).await?;
            let mut gone = Vec::new();
            for blob in &blobs {
                match self.blobs.delete(blob).await {
                    Ok(()) => gone.push(*blob),
                    Err(error) => tracing::warn!("a blob that nothing names any more could not be removed: {error}"),
                }
                self.sizes.remove(blob);
            }
            swept.blobs += gone.len();
            self.store.forget_discarded(&gone).await?;
            if gone.len() < TOGETHER as usize {
                return Ok(swept);
            }
        }
    }

    /// Removes what is older than its kind may be.
    async fn remove_old(&self, kept: &mut Kept, swept: &mut Swept) -> Result<(), StoreError> {
        let now = self.store.now();
        let too_old = |holding: &Holding| {
            let age = if is_upload(holding) { self.retention.uploads } else { self.retention.videos };
            age.is_some_and(|age| i128::from(now - holding.created_at) > age.as_millis() as i128)
        };
        let old: Vec<_> =
            kept.iter().filter(|(_, held)| held.iter().any(too_old)).map(|(key, _)| key.clone()).collect();
        for key in old {
            if let Some(held) = kept.remove(&key) {
                self.remove(&held, swept).await?;
            }
        }
        Ok(())
    }

    /// Removes the oldest until the rest is no larger than all may be.
    async fn remove_beyond(&mut self, kept: Kept, swept: &mut Swept) -> Result<(), StoreError> {
        let Some(limit) = self.retention.total else { return Ok(()) };
        let mut holders = HashMap::<BlobId, usize>::new();
        let mut total = 0;
        for holding in kept.values().flatten() {
            let count = holders.entry(holding.blob).or_default();
            *count += 1;
            if *count == 1 {
                total += self.size(&holding.blob).await;
            }
        }
        for held in kept.into_values() {
            if total <= limit {
                break;
            }
            for holding in &held {
                let count = holders.entry(holding.blob).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    total -= self.size(&holding.blob).await;
                }
            }
            self.remove(&held, swept).await?;
        }
        Ok(())
    }

    async fn size(&mut self, blob: &BlobId) -> u64 {
        if let Some(size) = self.sizes.get(blob) {
            return *size;
        }
        // What is not there takes no room.
        let size = match self.blobs.head(blob).await {
            Ok(found) => found.size,
            Err(BlobError::Missing(_)) => 0,
            Err(_) => return 0,
        };
        self.sizes.insert(*blob, size);
        size
    }

    /// Removes an upload or a job.
    async fn remove(&self, held: &[Holding], swept: &mut Swept) -> Result<(), StoreError> {
        let Some(one) = held.first() else { return Ok(()) };
        if is_upload(one) {
            swept.uploads += usize::from(self.store.remove_upload(&one.owner, &one.blob).await?);
            return Ok(());
        }
        match self.store.delete_job(&one.holder).await {
            Ok(()) => swept.videos += 1,
            // Somebody else was quicker, or it has been taken up again.
            Err(StoreError::NotFound(_) | StoreError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// Holdings by age and holder.
type Kept = BTreeMap<(i64, String), Vec<Holding>>;

fn is_upload(holding: &Holding) -> bool {
    holding.kind == "upload"
}
