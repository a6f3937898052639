//! The media of a project, in their order.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};
use uuid::Uuid;

use super::Of;
use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::references;
use crate::word::{read, word};

/// What a file of a project is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// It holds still.
    Image,
    /// It moves.
    Video,
    /// It sounds and is not seen.
    Audio,
}

impl MediaKind {
    const ALL: [(MediaKind, &str); 3] =
        [(MediaKind::Image, "image"), (MediaKind::Video, "video"), (MediaKind::Audio, "audio")];

    /// As in the database and for clients.
    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// How far a file is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaStatus {
    /// Not at all yet.
    Pending,
    /// A job is at it.
    Processing,
    /// It can be used.
    Ready,
    /// It cannot be used.
    Failed,
}

impl MediaStatus {
    pub(super) const ALL: [(MediaStatus, &str); 4] = [
        (MediaStatus::Pending, "pending"),
        (MediaStatus::Processing, "processing"),
        (MediaStatus::Ready, "ready"),
        (MediaStatus::Failed, "failed"),
    ];

    /// As in the database and for clients.
    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRow {
    /// A UUID, ordered by time.
    pub id: String,
    /// The project's id.
    pub project: String,
    /// Whose it is.
    pub owner: String,
    /// Its content, in the blob store.
    pub blob: String,
    /// As the client called it.
    pub filename: String,
    /// Going by its first bytes.
    pub media_type: String,
    /// What it is.
    pub kind: MediaKind,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// Its place among the project's, from 0.
    pub position: i64,
    /// How far it is looked into.
    pub status: MediaStatus,
    /// Why it cannot be used.
    pub error: Option<String>,
    /// What is in it, JSON.
    pub facts: Option<String>,
    /// A picture of it, in the blob store.
    pub thumbnail: Option<String>,
    /// The job that looks into it.
    pub job: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for MediaRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(MediaRow {
            id: row.try_get("id")?,
            project: row.try_get("project")?,
            owner: row.try_get("owner")?,
            blob: row.try_get("blob")?,
            filename: row.try_get("filename")?,
            media_type: row.try_get("media_type")?,
            kind: read(&MediaKind::ALL, row.try_get("kind")?)?,
            size_bytes: row.try_get("size_bytes")?,
            position: row.try_get("position")?,
            status: read(&MediaStatus::ALL, row.try_get("status")?)?,
            error: row.try_get("error")?,
            facts: row.try_get("facts")?,
            thumbnail: row.try_get("thumbnail")?,
            job: row.try_get("job")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// A file to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMedia {
    /// Its content, in the blob store.
    pub blob: String,
    /// As the client called it.
    pub filename: String,
    /// Going by its first bytes.
    pub media_type: String,
    /// What it is.
    pub kind: MediaKind,
    /// Its size in bytes.
    pub size_bytes: i64,
}

/// What was found out about a file. What is absent stays as it was, but for the error, which is then none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaUpdate {
    /// How far it is looked into.
    pub status: MediaStatus,
    /// Why it cannot be used.
    pub error: Option<String>,
    /// What is in it, JSON.
    pub facts: Option<String>,
    /// A picture of it, in the blob store.
    pub thumbnail: Option<String>,
    /// The job that looks into it.
    pub job: Option<String>,
}

impl Store {
    /// Adds a file behind the others of a project; it is pending.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn add_media(&self, owner: &str, project: &str, media: NewMedia) -> Result<MediaRow, StoreError> {
        self.db.write(Add { of: self.of(owner, project), id: Uuid::now_v7().to_string(), media }).await
    }

    /// The files of a project in their order; none where there is no such project.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn media_of(&self, owner: &str, project: &str) -> Result<Vec<MediaRow>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM media WHERE project = $1 AND owner = $2 ORDER BY position, id")
            .bind(project)
            .bind(owner)
            .fetch_all(&mut *connection)
            .await?)
    }

    /// A file.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn media(&self, owner: &str, id: &str) -> Result<MediaRow, StoreError> {
        let mut connection = self.db.read().await?;
        sqlx::query_as("SELECT * FROM media WHERE id = $1 AND owner = $2")
            .bind(id)
            .bind(owner)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or(StoreError::NotFound("media"))
    }

    /// Notes what was found out about a file. Answers it as it is then.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn update_media(&self, owner: &str, id: &str, update: MediaUpdate) -> Result<MediaRow, StoreError> {
        let project = self.media(owner, id).await?.project;
        self.db.write(Update { of: self.of(owner, &project), id: id.into(), update }).await
    }

    /// Puts the files of a project in another order, which names each of them once.
    ///
    /// # Errors
    /// `Conflict` where it does not, `NotFound` where there is no such project; where the database fails.
    pub async fn reorder_media(&self, owner: &str, project: &str, ids: Vec<String>) -> Result<(), StoreError> {
        self.db.write(Reorder { of: self.of(owner, project), ids }).await
    }

    /// A file, whoever has it: for links that were signed for its owner.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn media_by_id(&self, id: &str) -> Result<Option<MediaRow>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM media WHERE id = $1").bind(id).fetch_optional(&mut *connection).await?)
    }

    /// Notes the job that looks into a file, and nothing else.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn note_media_job(&self, owner: &str, id: &str, job: &str) -> Result<(), StoreError> {
        let project = self.media(owner, id).await?.project;
        self.db.write(NoteJob { of: self.of(owner, &project), id: id.into(), job: job.into() }).await
    }

    /// Takes a file out of its project. Answers the job that looked into it, if there was one.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn delete_media(&self, owner: &str, id: &str) -> Result<Option<String>, StoreError> {
        let project = self.media(owner, id).await?.project;
        self.db.write(Delete { of: self.of(owner, &project), id: id.into() }).await
    }
}

struct Add {
    of: Of,
    id: String,
    media: NewMedia,
}

impl Transaction for Add {
    type Output = MediaRow;

    async fn run(&self, tx: &mut AnyConnection) -> Result<MediaRow, StoreError> {
        self.of.hold(&mut *tx).await?;
        let NewMedia { blob, filename, media_type, kind, size_bytes } = &self.media;
        references::note(tx, &self.id, blob).await?;
        Ok(sqlx::query_as(
            "INSERT INTO media (id, project, owner, blob, filename, media_type, kind, size_bytes, position, status,
                 created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
                 (SELECT COALESCE(MAX(position), -1) + 1 FROM media WHERE project = $2), 'pending', $9)
             RETURNING *",
        )
        .bind(self.id.as_str())
        .bind(self.of.project.as_str())
        .bind(self.of.owner.as_str())
        .bind(blob.as_str())
        .bind(filename.as_str())
        .bind(media_type.as_str())
        .bind(kind.as_str())
        .bind(*size_bytes)
        .bind(self.of.now)
        .fetch_one(tx)
        .await?)
    }
}

struct Update {
    of: Of,
    id: String,
    update: MediaUpdate,
}

impl Transaction for Update {
    type Output = MediaRow;

    async fn run(&self, tx: &mut AnyConnection) -> Result<MediaRow, StoreError> {
        self.of.hold(&mut *tx).await?;
        let MediaUpdate { status, error, facts, thumbnail, job } = &self.update;
        if let Some(thumbnail) = thumbnail {
            references::note(tx, &self.id, thumbnail).await?;
        }
        sqlx::query_as(
            "UPDATE media SET status = $2, error = $3, facts = COALESCE($4, facts),
                 thumbnail = COALESCE($5, thumbnail), job = COALESCE($6, job)
             WHERE id = $1 RETURNING *",
        )
        .bind(self.id.as_str())
        .bind(status.as_str())
        .bind(error.as_deref())
        .bind(facts.as_deref())
        .bind(thumbnail.as_deref())
        .bind(job.as_deref())
        .fetch_optional(tx)
        .await?
        .ok_or(StoreError::NotFound("media"))
    }
}

struct NoteJob {
    of: Of,
    id: String,
    job: String,
}

impl Transaction for NoteJob {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        self.of.hold(&mut *tx).await?;
        sqlx::query("UPDATE media SET job = $2 WHERE id = $1")
            .bind(self.id.as_str())
            .bind(self.job.as_str())
            .execute(tx)
            .await?;
        Ok(())
    }
}

struct Reorder {
    of: Of,
    ids: Vec<String>,
}

impl Transaction for Reorder {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        self.of.hold(&mut *tx).await?;
        let there: Vec<(String,)> = sqlx::query_as("SELECT id FROM media WHERE project = $1 ORDER BY id")
            .bind(self.of.project.as_str())
            .fetch_all(&mut *tx)
            .await?;
        let mut named: Vec<&String> = self.ids.iter().collect();
        named.sort();
        if !named.iter().copied().eq(there.iter().map(|(id,)| id)) {
            return Err(StoreError::Conflict(format!(
                "the order has to name each of the project's {} media once",
                there.len()
            )));
        }
        for (position, id) in (0i64..).zip(&self.ids) {
            sqlx::query("UPDATE media SET position = $2 WHERE id = $1")
                .bind(id.as_str())
                .bind(position)
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}

struct Delete {
    of: Of,
    id: String,
}

impl Transaction for Delete {
    type Output = Option<String>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Option<String>, StoreError> {
        self.of.hold(&mut *tx).await?;
        let gone: MediaRow = sqlx::query_as("DELETE FROM media WHERE id = $1 RETURNING *")
            .bind(self.id.as_str())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound("media"))?;
        references::release(tx, &self.id, self.of.now).await?;
        Ok(gone.job)
    }
}
