//! The sound track of a project: one, or none.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use super::{MediaStatus, Of};
use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::references;
use crate::word::read;

/// The sound track of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The project's id.
    pub project: String,
    /// Its content, in the blob store.
    pub blob: String,
    /// As the client called it.
    pub filename: String,
    /// Going by its first bytes.
    pub media_type: String,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// How far it is looked into.
    pub status: MediaStatus,
    /// Why it cannot be used.
    pub error: Option<String>,
    /// What is in it, JSON.
    pub facts: Option<String>,
    /// Its beats, JSON; absent until they were looked for.
    pub beats: Option<String>,
    /// The job that looks into it.
    pub job: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for Track {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Track {
            project: row.try_get("project")?,
            blob: row.try_get("blob")?,
            filename: row.try_get("filename")?,
            media_type: row.try_get("media_type")?,
            size_bytes: row.try_get("size_bytes")?,
            status: read(&MediaStatus::ALL, row.try_get("status")?)?,
            error: row.try_get("error")?,
            facts: row.try_get("facts")?,
            beats: row.try_get("beats")?,
            job: row.try_get("job")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// A sound track to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTrack {
    /// Its content, in the blob store.
    pub blob: String,
    /// As the client called it.
    pub filename: String,
    /// Going by its first bytes.
    pub media_type: String,
    /// Its size in bytes.
    pub size_bytes: i64,
}

/// What was found out about a sound track. What is absent stays as it was, but for the error, which is then none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackUpdate {
    /// How far it is looked into.
    pub status: MediaStatus,
    /// Why it cannot be used.
    pub error: Option<String>,
    /// What is in it, JSON.
    pub facts: Option<String>,
    /// Its beats, JSON.
    pub beats: Option<String>,
    /// The job that looks into it.
    pub job: Option<String>,
}

impl Store {
    /// Gives a project a sound track, in place of the one it had; it is pending. Answers the job that
    /// looked into that one, if there was one.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn set_track(&self, owner: &str, project: &str, track: NewTrack) -> Result<Option<String>, StoreError> {
        self.db.write(Replace { of: self.of(owner, project), by: Some(track) }).await
    }

    /// The sound track of a project, if it has one.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn track(&self, owner: &str, project: &str) -> Result<Option<Track>, StoreError> {
        self.project(owner, project).await?;
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM tracks WHERE project = $1")
            .bind(project)
            .fetch_optional(&mut *connection)
            .await?)
    }

    /// Notes what was found out about a sound track, if its content is still this blob: it may have been replaced
    /// meanwhile. Answers it as it is then.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn update_track(
        &self,
        owner: &str,
        project: &str,
        blob: &str,
        update: TrackUpdate,
    ) -> Result<Track, StoreError> {
        self.db.write(Update { of: self.of(owner, project), blob: blob.into(), update }).await
    }

    /// The sound track of a project, whoever has it: for links that were signed for its owner.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn track_by_project(&self, project: &str) -> Result<Option<Track>, StoreError> {
        let mut connection = self.db.read().await?;
        let track = sqlx::query_as("SELECT * FROM tracks WHERE project = $1").bind(project);
        Ok(track.fetch_optional(&mut *connection).await?)
    }

    /// Takes a project's sound track away, if it has one. Answers the job that looked into it, if there was one.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn delete_track(&self, owner: &str, project: &str) -> Result<Option<String>, StoreError> {
        self.db.write(Replace { of: self.of(owner, project), by: None }).await
    }
}

struct Replace {
    of: Of,
    by: Option<NewTrack>,
}

impl Transaction for Replace {
    type Output = Option<String>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Option<String>, StoreError> {
        self.of.hold(&mut *tx).await?;
        references::release(tx, &self.of.project, self.of.now).await?;
        let gone: Option<Track> = sqlx::query_as("DELETE FROM tracks WHERE project = $1 RETURNING *")
            .bind(self.of.project.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(NewTrack { blob, filename, media_type, size_bytes }) = &self.by {
            references::note(tx, &self.of.project, blob).await?;
            sqlx::query(
                "INSERT INTO tracks (project, blob, filename, media_type, size_bytes, status, created_at)
                 VALUES ($1, $2, $3, $4, $5, 'pending', $6)",
            )
            .bind(self.of.project.as_str())
            .bind(blob.as_str())
            .bind(filename.as_str())
            .bind(media_type.as_str())
            .bind(*size_bytes)
            .bind(self.of.now)
            .execute(&mut *tx)
            .await?;
        }
        Ok(gone.and_then(|gone| gone.job))
    }
}

struct Update {
    of: Of,
    blob: String,
    update: TrackUpdate,
}

impl Transaction for Update {
    type Output = Track;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Track, StoreError> {
        self.of.hold(&mut *tx).await?;
        let TrackUpdate { status, error, facts, beats, job } = &self.update;
        sqlx::query_as(
            "UPDATE tracks SET status = $3, error = $4, facts = COALESCE($5, facts), beats = COALESCE($6, beats),
                 job = COALESCE($7, job)
             WHERE project = $1 AND blob = $2 RETURNING *",
        )
        .bind(self.of.project.as_str())
        .bind(self.blob.as_str())
        .bind(status.as_str())
        .bind(error.as_deref())
        .bind(facts.as_deref())
        .bind(beats.as_deref())
        .bind(job.as_deref())
        .fetch_optional(tx)
        .await?
        .ok_or(StoreError::NotFound("sound track"))
    }
}
