//! Claims about how long finished things are kept.

use std::time::Duration;

use kinora_store::{Backend, BlobId, Blobs, Lease, NewJob, NewUpload, Segment, Store, WorkerId, Yielded};
use kinora_workflows::{CLIP_KIND, MERGE_KIND, Retention, Sweeper, Swept};
use tempfile::TempDir;

const HOUR: i64 = 60 * 60 * 1000;

struct Bench {
    store: Store,
    blobs: Blobs,
    worker: WorkerId,
    _folder: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Backend::Sqlite(folder.path().join("kinora.db"))).await.unwrap();
        let worker = store.register_worker("host", i64::from(u32::MAX)).await.unwrap();
        let blobs = Blobs::local(folder.path().join("blobs")).unwrap();
        Bench { store, blobs, worker, _folder: folder }
    }

    async fn blob(&self, content: &str, size: usize) -> BlobId {
        let content = content.repeat(size / content.len());
        self.blobs.put(content.into_bytes().into()).await.unwrap().id
    }

    /// A job that is running.
    async fn begin(&self, kind: &str, input: &str) -> Lease {
        let new = NewJob { kind: kind.into(), owner: "ann".into(), input: input.into(), ..NewJob::default() };
        let job = self.store.create_job(NewJob { taken_by: Some(self.worker.clone()), ..new }).await.unwrap().job;
        Lease { job: job.id, worker: self.worker.clone(), attempt: job.attempt }
    }

    async fn end(&self, lease: &Lease, blob: &BlobId) {
        let result = Yielded::Completed(format!(r#"{{"blob":"{blob}"}}"#));
        self.store.record(lease, Segment::default(), result).await.unwrap();
    }

    /// A clip that was made an hour after what was made before.
    async fn clip(&self, blob: &BlobId) -> String {
        self.store.clock().advance(HOUR);
        let lease = self.begin(CLIP_KIND, "{}").await;
        self.end(&lease, blob).await;
        lease.job
    }

    async fn upload(&self, blob: &BlobId) {
        self.store.clock().advance(HOUR);
        let (owner, name) = ("ann".into(), "song.mp3".into());
        self.store.add_upload(NewUpload { owner, blob: *blob, name, size: 1 }).await.unwrap();
    }

    async fn has(&self, blob: &BlobId) -> bool {
        self.blobs.head(blob).await.is_ok()
    }

    /// Sweeps, and once more when discarded blobs are due.
    async fn sweep(&self, retention: Retention) -> Swept {
        let mut sweeper = Sweeper::new(self.store.clone(), self.blobs.clone(), retention);
        let first = sweeper.sweep().await.unwrap();
        self.store.clock().advance(HOUR / 2);
        let second = sweeper.sweep().await.unwrap();
        Swept { blobs: first.blobs + second.blobs, ..first }
    }
}

fn hours(hours: u64) -> Option<Duration> {
    Some(Duration::from_secs(hours * 3600))
}

#[tokio::test]
async fn by_default_everything_is_kept() {
    let bench = Bench::new().await;
    let (clip, song) = (bench.blob("clip", 1000).await, bench.blob("song", 1000).await);
    bench.clip(&clip).await;
    bench.upload(&song).await;
    bench.store.clock().advance(20_000 * HOUR);
    assert_eq!(bench.sweep(Retention::default()).await, Swept::default());
    assert!(bench.has(&clip).await && bench.has(&song).await);
}

#[tokio::test]
async fn what_is_older_than_its_kind_may_be_goes_with_its_content() {
    let bench = Bench::new().await;
    let (old, young, song) =
        (bench.blob("old", 900).await, bench.blob("young", 900).await, bench.blob("song", 900).await);
    bench.upload(&song).await;
    let old_job = bench.clip(&old).await;
    bench.store.clock().advance(10 * HOUR);
    let young_job = bench.clip(&young).await;
    let swept = bench.sweep(Retention { videos: hours(5), ..Retention::default() }).await;
    assert_eq!(swept, Swept { videos: 1, uploads: 0, exports: 0, blobs: 1 });
    assert!(bench.store.job(&old_job).await.is_err() && bench.store.job(&young_job).await.is_ok());
    assert!(!bench.has(&old).await && bench.has(&young).await && bench.has(&song).await);
    let swept = bench.sweep(Retention { uploads: hours(5), ..Retention::default() }).await;
    assert_eq!(swept, Swept { videos: 0, uploads: 1, exports: 0, blobs: 1 });
    assert!(!bench.has(&song).await);
}

#[tokio::test]
async fn beyond_the_size_the_oldest_go_first_and_no_more_than_needed() {
    let bench = Bench::new().await;
    let blobs = [bench.blob("first", 1000).await, bench.blob("other", 1000).await, bench.blob("third", 1000).await];
    for blob in &blobs[..2] {
        bench.clip(blob).await;
    }
    bench.upload(&blobs[2]).await;
    let swept = bench.sweep(Retention { total: Some(2_500), ..Retention::default() }).await;
    assert_eq!(swept, Swept { videos: 1, uploads: 0, exports: 0, blobs: 1 });
    assert!(!bench.has(&blobs[0]).await && bench.has(&blobs[1]).await && bench.has(&blobs[2]).await);
}

#[tokio::test]
async fn a_content_that_two_hold_is_counted_once_and_stays_while_one_of_them_does() {
    let bench = Bench::new().await;
    let (twice, other) = (bench.blob("twice", 1000).await, bench.blob("other", 1000).await);
    bench.clip(&twice).await;
    bench.clip(&twice).await;
    bench.clip(&other).await;
    let all = Retention { total: Some(2_000), ..Retention::default() };
    assert_eq!(bench.sweep(all).await, Swept::default());
    let swept = bench.sweep(Retention { total: Some(1_500), ..Retention::default() }).await;
    assert_eq!(swept, Swept { videos: 2, uploads: 0, exports: 0, blobs: 1 });
    assert!(!bench.has(&twice).await && bench.has(&other).await);
}

#[tokio::test]
async fn what_a_running_job_uses_stays_until_it_has_ended() {
    let bench = Bench::new().await;
    let (clip, merged) = (bench.blob("clip", 1000).await, bench.blob("merged", 1000).await);
    bench.clip(&clip).await;
    let merge = bench.begin(MERGE_KIND, &format!(r#"{{"clips":["{clip}"]}}"#)).await;
    bench.store.clock().advance(10 * HOUR);
    let old = Retention { videos: hours(5), ..Retention::default() };
    assert_eq!(bench.sweep(old).await, Swept { videos: 1, uploads: 0, exports: 0, blobs: 0 });
    assert!(bench.has(&clip).await, "it is being merged");
    bench.end(&merge, &merged).await;
    assert_eq!(bench.sweep(old).await, Swept { videos: 1, uploads: 0, exports: 0, blobs: 2 });
    assert!(!bench.has(&clip).await && !bench.has(&merged).await);
}
