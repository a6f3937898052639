//! The plan of a project, and the jobs that render it.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use super::Of;
use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::word::word;

/// A saved plan: an edit decision list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edl {
    /// The plan, JSON.
    pub plan: String,
    /// Of the plan.
    pub hash: String,
    /// How many segments it has.
    pub segment_count: i64,
    /// How long the film is, in milliseconds.
    pub total_duration_ms: i64,
    /// Milliseconds since 1970; the store sets it.
    pub saved_at: i64,
}

impl<'r> FromRow<'r, AnyRow> for Edl {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Edl {
            plan: row.try_get("plan")?,
            hash: row.try_get("hash")?,
            segment_count: row.try_get("segment_count")?,
            total_duration_ms: row.try_get("total_duration_ms")?,
            saved_at: row.try_get("saved_at")?,
        })
    }
}

/// What a project is rendered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RenderKind {
    /// To look at soon: small.
    Preview,
    /// To keep.
    Final,
}

impl RenderKind {
    const ALL: [(RenderKind, &str); 2] = [(RenderKind::Preview, "preview"), (RenderKind::Final, "final")];

    /// As in the database and for clients.
    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

impl Store {
    /// Keeps the plan of a project, in place of the one before. Answers it with the time.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn save_edl(&self, owner: &str, project: &str, edl: Edl) -> Result<Edl, StoreError> {
        let edl = Edl { saved_at: self.now(), ..edl };
        self.db.write(Save { of: self.of(owner, project), edl }).await
    }

    /// The plan of a project, if one was saved.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn edl(&self, owner: &str, project: &str) -> Result<Option<Edl>, StoreError> {
        self.project(owner, project).await?;
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM edls WHERE project = $1")
            .bind(project)
            .fetch_optional(&mut *connection)
            .await?)
    }

    /// Forgets the plan of a project. Answers whether there was one.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn delete_edl(&self, owner: &str, project: &str) -> Result<bool, StoreError> {
        self.db.write(Forget { of: self.of(owner, project) }).await
    }

    /// Notes the job that renders a project, in place of the one before, which is answered if there was one.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `Conflict` where a job that renders it has not ended; where the
    /// database fails.
    pub async fn begin_render(
        &self,
        owner: &str,
        project: &str,
        kind: RenderKind,
        job: &str,
    ) -> Result<Option<String>, StoreError> {
        self.db.write(BeginRender { of: self.of(owner, project), kind, job: job.into() }).await
    }

    /// The last job that rendered a project, whoever has it: for links that were signed for its owner.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn render_by_project(&self, project: &str, kind: RenderKind) -> Result<Option<String>, StoreError> {
        let mut connection = self.db.read().await?;
        let row: Option<(String,)> = sqlx::query_as("SELECT job FROM renders WHERE project = $1 AND kind = $2")
            .bind(project)
            .bind(kind.as_str())
            .fetch_optional(&mut *connection)
            .await?;
        Ok(row.map(|(job,)| job))
    }

    /// The last job that rendered a project, if one did.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; where the database fails.
    pub async fn render(&self, owner: &str, project: &str, kind: RenderKind) -> Result<Option<String>, StoreError> {
        self.project(owner, project).await?;
        self.render_by_project(project, kind).await
    }
}

struct Save {
    of: Of,
    edl: Edl,
}

impl Transaction for Save {
    type Output = Edl;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Edl, StoreError> {
        self.of.hold(&mut *tx).await?;
        let Edl { plan, hash, segment_count, total_duration_ms, saved_at } = &self.edl;
        Ok(sqlx::query_as(
            "INSERT INTO edls (project, plan, hash, segment_count, total_duration_ms, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (project) DO UPDATE SET plan = $2, hash = $3, segment_count = $4, total_duration_ms = $5,
                 saved_at = $6
             RETURNING *",
        )
        .bind(self.of.project.as_str())
        .bind(plan.as_str())
        .bind(hash.as_str())
        .bind(*segment_count)
        .bind(*total_duration_ms)
        .bind(*saved_at)
        .fetch_one(tx)
        .await?)
    }
}

struct Forget {
    of: Of,
}

impl Transaction for Forget {
    type Output = bool;

    async fn run(&self, tx: &mut AnyConnection) -> Result<bool, StoreError> {
        self.of.hold(&mut *tx).await?;
        let gone =
            sqlx::query("DELETE FROM edls WHERE project = $1").bind(self.of.project.as_str()).execute(tx).await?;
        Ok(gone.rows_affected() > 0)
    }
}

struct BeginRender {
    of: Of,
    kind: RenderKind,
    job: String,
}

impl Transaction for BeginRender {
    type Output = Option<String>;

    async fn run(&self, tx: &mut AnyConnection) -> Result<Option<String>, StoreError> {
        self.of.hold(&mut *tx).await?;
        let before: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT renders.kind, renders.job,
                 CASE WHEN jobs.state IN ('queued', 'running', 'waiting') THEN 1 ELSE 0 END
             FROM renders LEFT JOIN jobs ON jobs.id = renders.job WHERE renders.project = $1",
        )
        .bind(self.of.project.as_str())
        .fetch_all(&mut *tx)
        .await?;
        if before.iter().any(|(_, _, open)| *open != 0) {
            return Err(StoreError::Conflict("a film of this project is being rendered".into()));
        }
        sqlx::query(
            "INSERT INTO renders (project, kind, job) VALUES ($1, $2, $3)
             ON CONFLICT (project, kind) DO UPDATE SET job = $3",
        )
        .bind(self.of.project.as_str())
        .bind(self.kind.as_str())
        .bind(self.job.as_str())
        .execute(tx)
        .await?;
        Ok(before.into_iter().find(|(kind, ..)| kind == self.kind.as_str()).map(|(_, job, _)| job))
    }
}
