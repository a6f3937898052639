//! Files that users brought along, to be used by what they ask for. The content is a blob; only who brought it knows it
//! by that name.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};
use uuid::Uuid;

use crate::Store;
use crate::blobs::BlobId;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::references;

/// A file that somebody brought along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Whose it is.
    pub owner: String,
    /// Its content.
    pub blob: BlobId,
    /// The client's name of it, for people.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for Upload {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let blob: String = row.try_get("blob")?;
        Ok(Upload {
            owner: row.try_get("owner")?,
            blob: blob.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            name: row.try_get("name")?,
            size: u64::try_from(row.try_get::<i64, _>("size")?).unwrap_or(0),
            created_at: row.try_get("created_at")?,
        })
    }
}

/// A file to be noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    /// Whose it is.
    pub owner: String,
    /// Its content, which is in the blob store.
    pub blob: BlobId,
    /// The client's name of it.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

impl Store {
    /// Notes a file. The same content of the same owner is one upload, which is young again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn add_upload(&self, upload: NewUpload) -> Result<Upload, StoreError> {
        self.db.write(Add { id: Uuid::now_v7().to_string(), upload, now: self.now() }).await
    }

    /// An owner's file.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn upload(&self, owner: &str, blob: &BlobId) -> Result<Option<Upload>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM uploads WHERE owner = $1 AND blob = $2")
            .bind(owner)
            .bind(blob.to_string())
            .fetch_optional(&mut *connection)
            .await?)
    }

    /// An owner's files, or everybody's, the oldest first, up to `limit`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn uploads(&self, owner: Option<&str>, limit: i64) -> Result<Vec<Upload>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM uploads WHERE ($1 = '' OR owner = $1) ORDER BY created_at, id LIMIT $2")
            .bind(owner.unwrap_or_default())
            .bind(limit)
            .fetch_all(&mut *connection)
            .await?)
    }

    /// Forgets an owner's file. What uses it goes on. Answers whether there was one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_upload(&self, owner: &str, blob: &BlobId) -> Result<bool, StoreError> {
        self.db.write(Remove { owner: owner.into(), blob: blob.to_string(), now: self.now() }).await
    }
}

struct Add {
    id: String,
    upload: NewUpload,
    now: i64,
}

impl Transaction for Add {
    type Output = Upload;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Upload, StoreError> {
        let NewUpload { owner, blob, name, size } = &self.upload;
        let blob = blob.to_string();
        let (id,): (String,) = sqlx::query_as(
            "INSERT INTO uploads (id, owner, blob, name, size, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (owner, blob) DO UPDATE SET name = excluded.name, created_at = excluded.created_at
             RETURNING id",
        )
        .bind(self.id.as_str())
        .bind(owner.as_str())
        .bind(blob.as_str())
        .bind(name.as_str())
        .bind(i64::try_from(*size).unwrap_or(i64::MAX))
        .bind(self.now)
        .fetch_one(&mut *tx)
        .await?;
        references::note(tx, &id, &blob).await?;
        Ok(sqlx::query_as("SELECT * FROM uploads WHERE id = $1").bind(id).fetch_one(tx).await?)
    }
}

struct Remove {
    owner: String,
    blob: String,
    now: i64,
}

impl Transaction for Remove {
    type Output = bool;

    async fn run(&self, tx: &mut AnyConnection) -> Result<bool, StoreError> {
        let gone: Option<(String,)> = sqlx::query_as("DELETE FROM uploads WHERE owner = $1 AND blob = $2 RETURNING id")
            .bind(self.owner.as_str())
            .bind(self.blob.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let Some((id,)) = gone else { return Ok(false) };
        references::release(tx, &id, self.now).await?;
        Ok(true)
    }
}
