//! The form of the database, in steps: one file for each step and database, forward only.
//!
//! **Invariant:** a step that was released is never changed; `docs/reference/database.md` says how the next one is made.

use super::address::Kind;
use super::{Connection, StoreError};

/// One step.
#[derive(Debug)]
struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

/// The step in the files of this name.
macro_rules! migration {
    ($version:literal, $file:literal) => {
        Migration {
            version: $version,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $file, ".sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_receipts"),
    migration!(2, "0002_self_service"),
    migration!(3, "0003_feedback"),
    migration!(4, "0004_log"),
    migration!(5, "0005_access"),
    migration!(6, "0006_sealed"),
    migration!(8, "0008_receipt_ids"),
    migration!(9, "0009_retention"),
    migration!(10, "0010_daily_counts"),
    migration!(11, "0011_operations"),
    migration!(12, "0012_fewer_indexes"),
];

/// The form that this program knows: the last step.
pub(super) const NEWEST: i64 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Takes the steps that the database has not taken yet.
pub(super) async fn migrate(database: &mut Connection, kind: Kind) -> Result<(), StoreError> {
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *database)
        .await?;
    let taken = taken(database).await?;
    for migration in missing(&taken)? {
        let step = match kind {
            Kind::Sqlite => migration.sqlite,
            Kind::Postgres => migration.postgres,
        };
        sqlx::raw_sql(step).execute(&mut *database).await?;
        sqlx::query("INSERT INTO migrations (version) VALUES ($1)")
            .bind(migration.version)
            .execute(&mut *database)
            .await?;
    }
    Ok(())
}

/// Whether the database has the form that this program knows.
pub(super) async fn is_newest(database: &mut Connection, kind: Kind) -> Result<(), StoreError> {
    let has = match kind {
        Kind::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE name = 'migrations'",
        Kind::Postgres => {
            "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE tablename = 'migrations' AND schemaname = current_schema()"
        }
    };
    let has: i64 = sqlx::query_scalar(has).fetch_one(&mut *database).await?;
    let taken = match has {
        0 => Vec::new(),
        _ => taken(database).await?,
    };
    match missing(&taken)?.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Older { found: taken.last().copied().unwrap_or(0) }),
    }
}

async fn taken(database: &mut Connection) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT version FROM migrations ORDER BY version").fetch_all(database).await
}

/// The steps that are not among those taken.
fn missing(taken: &[i64]) -> Result<Vec<&'static Migration>, StoreError> {
    match taken.last() {
        Some(found) if *found > NEWEST => Err(StoreError::Newer { found: *found }),
        _ => Ok(MIGRATIONS.iter().filter(|migration| !taken.contains(&migration.version)).collect()),
    }
}
