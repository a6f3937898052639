//! The tables, in numbered steps that are the same for both databases.

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use std::borrow::Cow;

use crate::database::Dialect;

/// `(number, name, SQLite, Postgres)`, in order. What was released is never edited: the database remembers a checksum.
const STEPS: &[(i64, &str, &str, &str)] = &[
    (
        1,
        "first",
        include_str!("../../../migrations/sqlite/0001_first.sql"),
        include_str!("../../../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "plugins",
        include_str!("../../../migrations/sqlite/0002_plugins.sql"),
        include_str!("../../../migrations/postgres/0002_plugins.sql"),
    ),
    (
        3,
        "keeping",
        include_str!("../../../migrations/sqlite/0003_keeping.sql"),
        include_str!("../../../migrations/postgres/0003_keeping.sql"),
    ),
    (
        4,
        "projects",
        include_str!("../../../migrations/sqlite/0004_projects.sql"),
        include_str!("../../../migrations/postgres/0004_projects.sql"),
    ),
];

/// What brings a database up to date.
pub(crate) fn migrator(dialect: Dialect) -> Migrator {
    let steps = STEPS.iter().map(|(number, name, sqlite, postgres)| {
        let sql = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        Migration::new(*number, Cow::Borrowed(name), MigrationType::Simple, SqlStr::from_static(sql), false)
    });
    Migrator::with_migrations(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_tables_columns_and_indexes() {
        let plain = |sql: &str| {
            sql.replace("BIGINT", "INTEGER")
                .replace("DOUBLE PRECISION", "REAL")
                .replace("BYTEA", "BLOB")
                .replace(") WITHOUT ROWID;", ");")
        };
        for (number, _, sqlite, postgres) in STEPS {
            assert_eq!(plain(sqlite), plain(postgres), "step {number}");
        }
    }
}
