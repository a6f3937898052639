//! Accounts: users with a password, and API tokens. Of both only hashes are kept.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, FromRow, Row};
use uuid::Uuid;

use crate::Store;
use crate::database::Transaction;
use crate::error::StoreError;

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Make things and see their own.
    User,
    /// Manage plugins and see what everybody spends.
    Admin,
}

impl Role {
    /// As in the database and in tokens.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::User => "user",
            Role::Admin => "admin",
        }
    }

    /// Reads `user` or `admin`.
    pub fn parse(text: &str) -> Option<Self> {
        [Role::User, Role::Admin].into_iter().find(|role| role.as_str() == text)
    }
}

/// A user.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// A UUID.
    pub id: String,
    /// Unique.
    pub name: String,
    /// In PHC form; absent where the user has tokens only.
    pub password_hash: Option<String>,
    /// What they may do.
    pub role: Role,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("name", &self.name).field("role", &self.role).finish()
    }
}

impl<'r> FromRow<'r, AnyRow> for User {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let role: String = row.try_get("role")?;
        Ok(User {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            password_hash: row.try_get("password_hash")?,
            role: Role::parse(&role).unwrap_or(Role::User),
        })
    }
}

/// A user to be made.
#[derive(Clone)]
pub struct NewUser {
    /// Unique.
    pub name: String,
    /// In PHC form.
    pub password_hash: Option<String>,
    /// What they may do.
    pub role: Role,
}

impl Store {
    /// Makes a user.
    ///
    /// # Errors
    /// `Conflict` where the name is taken; where the database fails.
    pub async fn create_user(&self, user: NewUser) -> Result<User, StoreError> {
        self.db.write(CreateUser { id: Uuid::now_v7().to_string(), user, now: self.now() }).await
    }

    /// A user by name.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM users WHERE name = $1").bind(name).fetch_optional(&mut *connection).await?)
    }

    /// A user by id.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id).fetch_optional(&mut *connection).await?)
    }

    /// Keeps the hash of an API token of a user, who is made where the name is new. The token has `role`, whatever the
    /// user's own.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn create_token(&self, name: &str, hash: &str, role: Role) -> Result<User, StoreError> {
        let id = Uuid::now_v7().to_string();
        let token = CreateToken { id, name: name.into(), hash: hash.into(), role, now: self.now() };
        self.db.write(token).await
    }

    /// The user of a token, with the token's role.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn user_by_token(&self, hash: &str) -> Result<Option<User>, StoreError> {
        let mut connection = self.db.read().await?;
        Ok(sqlx::query_as(
            "SELECT users.id AS id, users.name AS name, users.password_hash AS password_hash, tokens.role AS role
             FROM tokens JOIN users ON users.id = tokens.user_id WHERE tokens.hash = $1",
        )
        .bind(hash)
        .fetch_optional(&mut *connection)
        .await?)
    }
}

struct CreateUser {
    id: String,
    user: NewUser,
    now: i64,
}

impl Transaction for CreateUser {
    type Output = User;

    async fn run(&self, tx: &mut AnyConnection) -> Result<User, StoreError> {
        insert(tx, &self.id, &self.user, self.now)
            .await?
            .ok_or_else(|| StoreError::Conflict(format!("the name {:?} is taken", self.user.name)))
    }
}

async fn insert(tx: &mut AnyConnection, id: &str, user: &NewUser, now: i64) -> Result<Option<User>, StoreError> {
    Ok(sqlx::query_as(
        "INSERT INTO users (id, name, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING RETURNING *",
    )
    .bind(id)
    .bind(user.name.as_str())
    .bind(user.password_hash.as_deref())
    .bind(user.role.as_str())
    .bind(now)
    .fetch_optional(tx)
    .await?)
}

struct CreateToken {
    id: String,
    name: String,
    hash: String,
    role: Role,
    now: i64,
}

impl Transaction for CreateToken {
    type Output = User;

    async fn run(&self, tx: &mut AnyConnection) -> Result<User, StoreError> {
        let new = NewUser { name: self.name.clone(), password_hash: None, role: self.role };
        insert(tx, &self.id, &new, self.now).await?;
        let user: User =
            sqlx::query_as("SELECT * FROM users WHERE name = $1").bind(self.name.as_str()).fetch_one(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO tokens (hash, user_id, role, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(self.hash.as_str())
        .bind(user.id.as_str())
        .bind(self.role.as_str())
        .bind(self.now)
        .execute(tx)
        .await?;
        Ok(user)
    }
}
