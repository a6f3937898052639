//! Projects: their media, their sound track, their plan, and the jobs that render them.
//!
//! Everything is asked with its owner, and what belongs to somebody else is not there. Every change writes the
//! project's row first and so waits for other writers of it.

mod edl;
mod media;
mod track;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};
use uuid::Uuid;

use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::references;

pub use edl::{Edl, RenderKind};
pub use media::{MediaKind, MediaRow, MediaStatus, MediaUpdate, NewMedia};
pub use track::{NewTrack, Track, TrackUpdate};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// A UUID, ordered by time.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// For people.
    pub name: String,
    /// JSON.
    pub settings: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When anything of it last changed, milliseconds since 1970.
    pub updated_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for Project {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Project {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            name: row.try_get("name")?,
            settings: row.try_get("settings")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}

/// A page of projects, the youngest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectPage {
    /// The projects.
    pub projects: Vec<Project>,
    /// What to ask for next, where there are more.
    pub next: Option<String>,
}

impl Store {
    /// Makes a project. The settings are JSON.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn create_project(&self, owner: &str, name: &str, settings: &str) -> Result<Project, StoreError> {
        let now = self.now();
        let project = Project {
            id: Uuid::now_v7().to_string(),
            owner: owner.into(),
            name: name.into(),
            settings: settings.into(),
            created_at: now,
            updated_at: now,
        };
        self.db.write(Create { project }).await
    }

    /// A project.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn project(&self, owner: &str, id: &str) -> Result<Project, StoreError> {
        let mut connection = self.db.read().await?;
        sqlx::query_as("SELECT * FROM projects WHERE id = $1 AND owner = $2")
            .bind(id)
            .bind(owner)
            .fetch_optional(&mut *connection)
            .await?
            .ok_or(StoreError::NotFound("project"))
    }

    /// The projects of an owner, the youngest first: at most `limit`, and only those made before the one with the id
    /// `before`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn projects(&self, owner: &str, before: Option<&str>, limit: i64) -> Result<ProjectPage, StoreError> {
        let mut connection = self.db.read().await?;
        let limit = limit.max(1);
        let mut projects: Vec<Project> = sqlx::query_as(
            "SELECT * FROM projects WHERE owner = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
        )
        .bind(owner)
        .bind(before.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(&mut *connection)
        .await?;
        let more = projects.len() as i64 > limit;
        projects.truncate(limit as usize);
        let next = projects.last().filter(|_| more).map(|project| project.id.clone());
        Ok(ProjectPage { projects, next })
    }

    /// Gives a project another name, other settings, or both. Answers it as it is then.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn change_project(
        &self,
        owner: &str,
        id: &str,
        name: Option<&str>,
        settings: Option<&str>,
    ) -> Result<Project, StoreError> {
        let (name, settings) = (name.map(Into::into), settings.map(Into::into));
        self.db.write(Change { of: self.of(owner, id), name, settings }).await
    }

    /// Deletes a project with everything in it. Answers the jobs that worked on it, ended or not.
    ///
    /// # Errors
    /// `NotFound`, or where the database fails.
    pub async fn delete_project(&self, owner: &str, id: &str) -> Result<Vec<String>, StoreError> {
        self.db.write(Delete { of: self.of(owner, id) }).await
    }

    /// A project that is about to be changed, now.
    fn of(&self, owner: &str, project: &str) -> Of {
        Of { owner: owner.into(), project: project.into(), now: self.now() }
    }
}

/// Whose project is changed, and when.
struct Of {
    owner: String,
    project: String,
    now: i64,
}

impl Of {
    /// Keeps other writers from the project until the transaction ends.
    async fn hold(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        let held = sqlx::query("UPDATE projects SET updated_at = $3 WHERE id = $1 AND owner = $2")
            .bind(self.project.as_str())
            .bind(self.owner.as_str())
            .bind(self.now)
            .execute(tx)
            .await?;
        if held.rows_affected() == 0 { Err(StoreError::NotFound("project")) } else { Ok(()) }
    }
}

struct Create {
    project: Project,
}

impl Transaction for Create {
    type Output = Project;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Project, StoreError> {
        let Project { id, owner, name, settings, created_at, updated_at } = &self.project;
        sqlx::query(
            "INSERT INTO projects (id, owner, name, settings, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.as_str())
        .bind(owner.as_str())
        .bind(name.as_str())
        .bind(settings.as_str())
        .bind(*created_at)
        .bind(*updated_at)
        .execute(tx)
        .await?;
        Ok(self.project.clone())
    }
}

struct Change {
    of: Of,
    name: Option<String>,
    settings: Option<String>,
}

impl Transaction for Change {
    type Output = Project;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Project, StoreError> {
        self.of.hold(&mut *tx).await?;
        Ok(sqlx::query_as(
            "UPDATE projects SET name = COALESCE($2, name), settings = COALESCE($3, settings) WHERE id = $1
             RETURNING *",
        )
        .bind(self.of.project.as_str())
        .bind(self.name.as_deref())
        .bind(self.settings.as_deref())
        .fetch_one(tx)
        .await?)
    }
}

struct Delete {
    of: Of,
}

impl Transaction for Delete {
    type Output = Vec<String>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
        self.of.hold(&mut *tx).await?;
        let project = self.of.project.as_str();
        let list = |sql: &'static str| sqlx::query_as::<_, (String,)>(sql).bind(project);
        let media = list("SELECT id FROM media WHERE project = $1").fetch_all(&mut *tx).await?;
        for (holder,) in media {
            references::release(tx, &holder, self.of.now).await?;
        }
        references::release(tx, project, self.of.now).await?;
        let jobs = list(
            "SELECT job FROM media WHERE project = $1 AND job IS NOT NULL
             UNION SELECT job FROM tracks WHERE project = $1 AND job IS NOT NULL
             UNION SELECT job FROM renders WHERE project = $1 ORDER BY 1",
        )
        .fetch_all(&mut *tx)
        .await?;
        for sql in [
            "DELETE FROM media WHERE project = $1",
            "DELETE FROM tracks WHERE project = $1",
            "DELETE FROM edls WHERE project = $1",
            "DELETE FROM renders WHERE project = $1",
            "DELETE FROM projects WHERE id = $1",
        ] {
            sqlx::query(sql).bind(project).execute(&mut *tx).await?;
        }
        Ok(jobs.into_iter().map(|(job,)| job).collect())
    }
}
