//! Which blobs are named by what. Whatever writes a document that names blobs notes it in the same transaction; what
//! goes forgets its own, and a blob that nothing names any more can be removed.

use sqlx::AnyConnection;

use crate::Store;
use crate::blobs::BlobId;
use crate::database::Transaction;
use crate::error::StoreError;

/// How long a blob that lost a name is left alone, in milliseconds: a job that is just making the same content has it in
/// the blob store before its document says so.
const GRACE_MS: i64 = 10 * 60 * 1000;

/// The digits of a blob's name.
const DIGITS: usize = 64;

/// A blob that something holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The id of a job, or of an upload.
    pub holder: String,
    /// `upload`, or the kind of the job.
    pub kind: String,
    /// Whose it is.
    pub owner: String,
    /// Since when, milliseconds since 1970.
    pub created_at: i64,
    /// The blob.
    pub blob: BlobId,
}

/// What uploads are called among holdings.
pub(crate) const UPLOAD: &str = "upload";

impl Store {
    /// What uploads and the ended jobs of these kinds hold, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn holdings(&self, kinds: &[&str]) -> Result<Vec<Holding>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(
            "SELECT jobs.id, jobs.kind, jobs.owner, jobs.created_at AS since, blob_refs.blob FROM jobs
                 JOIN blob_refs ON blob_refs.holder = jobs.id
                 WHERE jobs.state IN ('completed', 'failed', 'cancelled') AND $1 LIKE '%,' || jobs.kind || ',%'
             UNION ALL SELECT id, $2, owner, created_at, blob FROM uploads
             ORDER BY 4, 1",
        )
        .bind(format!(",{},", kinds.join(",")))
        .bind(UPLOAD)
        .fetch_all(&mut *connection)
        .await?;
        let holding = |(holder, kind, owner, created_at, blob): (String, String, String, i64, String)| {
            Some(Holding { holder, kind, owner, created_at, blob: blob.parse().ok()? })
        };
        Ok(rows.into_iter().filter_map(holding).collect())
    }

    /// Blobs that nothing names any more, up to `limit`; those that something names again are left alone for good. Who
    /// asks removes them from the blob store and then says so with [`Store::forget_discarded`].
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn discarded_blobs(&self, limit: i64) -> Result<Vec<BlobId>, StoreError> {
        self.db.write(Discarded { now: self.now(), limit }).await
    }

    /// Notes that discarded blobs are gone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_discarded(&self, blobs: &[BlobId]) -> Result<(), StoreError> {
        self.db.write(Forget { blobs: blobs.iter().map(BlobId::to_string).collect() }).await
    }
}

/// Notes the blobs that a document names.
pub(crate) async fn note(tx: &mut AnyConnection, holder: &str, document: &str) -> Result<(), StoreError> {
    for blob in named(document) {
        sqlx::query("INSERT INTO blob_refs (blob, holder) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(blob)
            .bind(holder)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Forgets what a holder named.
pub(crate) async fn release(tx: &mut AnyConnection, holder: &str, now: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO discarded_blobs (blob, due_at) SELECT blob, $2 FROM blob_refs WHERE holder = $1
         ON CONFLICT (blob) DO UPDATE SET due_at = excluded.due_at",
    )
    .bind(holder)
    .bind(now + GRACE_MS)
    .execute(&mut *tx)
    .await?;
    sqlx::query("DELETE FROM blob_refs WHERE holder = $1").bind(holder).execute(tx).await?;
    Ok(())
}

/// The names of blobs in a document, in order: 64 hexadecimal digits, a dot and a known extension.
fn named(document: &str) -> impl Iterator<Item = &str> {
    document.match_indices('.').filter_map(|(dot, _)| {
        let start = dot.checked_sub(DIGITS)?;
        let rest = document.get(dot + 1..)?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = document.get(start..dot + 1 + end)?;
        name.parse::<BlobId>().is_ok().then_some(name)
    })
}

struct Discarded {
    now: i64,
    limit: i64,
}

impl Transaction for Discarded {
    type Output = Vec<BlobId>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Vec<BlobId>, StoreError> {
        sqlx::query("DELETE FROM discarded_blobs WHERE blob IN (SELECT blob FROM blob_refs)").execute(&mut *tx).await?;
        let due: Vec<(String,)> =
            sqlx::query_as("SELECT blob FROM discarded_blobs WHERE due_at <= $1 ORDER BY due_at LIMIT $2")
                .bind(self.now)
                .bind(self.limit)
                .fetch_all(tx)
                .await?;
        Ok(due.into_iter().filter_map(|(blob,)| blob.parse().ok()).collect())
    }
}

struct Forget {
    blobs: Vec<String>,
}

impl Transaction for Forget {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        for blob in &self.blobs {
            sqlx::query("DELETE FROM discarded_blobs WHERE blob = $1").bind(blob.as_str()).execute(&mut *tx).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_blobs_are_found_wherever_a_document_has_them() {
        let (one, other) = (format!("{}.mp4", "a".repeat(64)), format!("{}.png", "0".repeat(64)));
        let document = format!(r#"{{"clips": ["{one}"], "said": "v1.0. {other}.", "not": "{}.exe"}}"#, "b".repeat(64));
        assert_eq!(named(&document).collect::<Vec<_>>(), [one.as_str(), other.as_str()]);
        for none in ["", ".", "ü.mp4", &format!("{}ü.mp4", "a".repeat(63)), &format!("{}.mp4", "A".repeat(64))] {
            assert_eq!(named(none).count(), 0, "{none}");
        }
    }
}
