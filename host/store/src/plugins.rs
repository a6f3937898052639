//! The components that were installed, and which of them are active.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};

use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;
use crate::word::{read, word};

/// Where an installed component stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GenerationState {
    /// It was never active.
    Staged,
    /// It serves.
    Active,
    /// It served, and may again.
    Kept,
    /// It served and was taken back.
    Failed,
}

impl GenerationState {
    const ALL: [(GenerationState, &str); 4] = [
        (GenerationState::Staged, "staged"),
        (GenerationState::Active, "active"),
        (GenerationState::Kept, "kept"),
        (GenerationState::Failed, "failed"),
    ];

    /// As in the database.
    pub fn as_str(self) -> &'static str {
        word(&Self::ALL, self)
    }
}

/// An installed component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenerationRow {
    /// The plugin's id.
    pub id: String,
    /// The component's digest.
    pub digest: String,
    /// `provider`, `strategy`, `validator` or `renderer`.
    pub role: String,
    /// Its own version, semver.
    pub version: String,
    /// JSON.
    pub manifest: String,
    /// What was granted, JSON.
    pub rights: String,
    /// Where it came from, for people.
    pub origin: String,
    /// Where it stands.
    pub state: GenerationState,
    /// Why it was taken back.
    pub reason: Option<String>,
    /// Milliseconds since 1970.
    pub installed_at: i64,
    /// When it last became active, milliseconds since 1970.
    pub activated_at: Option<i64>,
}

impl<'r> FromRow<'r, AnyRow> for GenerationRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(GenerationRow {
            id: row.try_get("id")?,
            digest: row.try_get("digest")?,
            role: row.try_get("role")?,
            version: row.try_get("version")?,
            manifest: row.try_get("manifest")?,
            rights: row.try_get("rights")?,
            origin: row.try_get("origin")?,
            state: read(&GenerationState::ALL, row.try_get("state")?)?,
            reason: row.try_get("reason")?,
            installed_at: row.try_get("installed_at")?,
            activated_at: row.try_get("activated_at")?,
        })
    }
}

/// A change of what is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The plugin's id.
    pub id: String,
    /// The digest that becomes active; absent: the component inside the binary, or none.
    pub to: Option<String>,
    /// What it is granted, JSON; absent: what it was before.
    pub rights: Option<String>,
    /// Why the one before is taken back; absent: it is kept.
    pub failed: Option<String>,
}

impl Store {
    /// All installed components, the latest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn plugin_generations(&self) -> Result<Vec<GenerationRow>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as(
            "SELECT * FROM plugin_generations ORDER BY id, COALESCE(activated_at, installed_at) DESC, digest",
        )
        .fetch_all(&mut *connection)
        .await?)
    }

    /// Notes an installed component. One that is there already stays as it is.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn add_plugin_generation(&self, row: GenerationRow) -> Result<(), StoreError> {
        self.db.write(Add { row, now: self.now() }).await
    }

    /// Changes which generation of a plugin is active.
    ///
    /// # Errors
    /// `NotFound` where the digest is not installed, and then nothing changes; where the database fails.
    pub async fn switch_plugin(&self, switch: Switch) -> Result<(), StoreError> {
        self.db.write(Turn { switch, now: self.now() }).await
    }

    /// Forgets an installed component that is not active.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_plugin_generation(&self, id: &str, digest: &str) -> Result<(), StoreError> {
        self.db.write(Remove { id: id.into(), digest: digest.into() }).await
    }

    /// The digests of the components that operations still belong to.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn pinned_digests(&self) -> Result<Vec<String>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT DISTINCT digest FROM operations WHERE state IN ('open', 'uncertain')")
                .fetch_all(&mut *connection)
                .await?;
        Ok(rows.into_iter().map(|(digest,)| digest).collect())
    }
}

struct Add {
    row: GenerationRow,
    now: i64,
}

impl Transaction for Add {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        let row = &self.row;
        sqlx::query(
            "INSERT INTO plugin_generations (id, digest, role, version, manifest, rights, origin, state, installed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id, digest) DO NOTHING",
        )
        .bind(row.id.as_str())
        .bind(row.digest.as_str())
        .bind(row.role.as_str())
        .bind(row.version.as_str())
        .bind(row.manifest.as_str())
        .bind(row.rights.as_str())
        .bind(row.origin.as_str())
        .bind(row.state.as_str())
        .bind(self.now)
        .execute(tx)
        .await?;
        Ok(())
    }
}

struct Turn {
    switch: Switch,
    now: i64,
}

impl Transaction for Turn {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        let Switch { id, to, rights, failed } = &self.switch;
        let left = if failed.is_some() { GenerationState::Failed } else { GenerationState::Kept };
        // All rows of the plugin are written, so that a switch of another host is waited for and then seen.
        sqlx::query(
            "UPDATE plugin_generations SET
                 reason = CASE WHEN state = 'active' THEN $3 ELSE reason END,
                 state = CASE WHEN state = 'active' THEN $2 ELSE state END
             WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(left.as_str())
        .bind(failed.as_deref())
        .execute(&mut *tx)
        .await?;
        let Some(to) = to else { return Ok(()) };
        // Two switches within a millisecond, or across a clock that was set back, still have an order.
        let active = sqlx::query(
            "UPDATE plugin_generations SET state = 'active', reason = NULL, rights = COALESCE($4, rights),
                 activated_at = (SELECT COALESCE(MAX(CASE WHEN before.activated_at >= $3 THEN before.activated_at + 1 END), $3)
                     FROM plugin_generations before WHERE before.id = $1)
             WHERE id = $1 AND digest = $2",
        )
        .bind(id.as_str())
        .bind(to.as_str())
        .bind(self.now)
        .bind(rights.as_deref())
        .execute(tx)
        .await?;
        if active.rows_affected() == 0 { Err(StoreError::NotFound("generation")) } else { Ok(()) }
    }
}

struct Remove {
    id: String,
    digest: String,
}

impl Transaction for Remove {
    type Output = ();

    async fn run(&self, tx: &mut AnyConnection) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM plugin_generations WHERE id = $1 AND digest = $2 AND state <> 'active'")
            .bind(self.id.as_str())
            .bind(self.digest.as_str())
            .execute(tx)
            .await?;
        Ok(())
    }
}
