//! What the server keeps, in one database: notices here, receipts and device keys in [`receipts`], what makes it possible to
//! ask about them in [`self_service`], and what shoppers wrote in [`feedback`].
//!
//! **Invariant:** a receipt is acknowledged only after the transaction that holds it is on disk
//! (`synchronous=FULL`), and its text is stored exactly as it came.
//! **Invariant:** the SQL is static and says the same to SQLite and PostgreSQL: `$1`, BIGINT
//! milliseconds, TEXT ids.

pub mod audit;
pub mod confirmations;
pub mod data_keys;
pub mod feedback;
pub mod fuse;
pub mod holdings;
pub mod log;
pub mod receipts;
pub mod self_service;
pub mod tokens;

use crate::publish::Snapshot;
use crate::seal::{Keyring, SealError};
use fuse::Fuse;
use placet_model::receipt::NoticeRef;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqliteExecutor, SqlitePool};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::Mutex;

/// The migrations, forward only. One that was released is never changed.
const MIGRATIONS: [&str; 6] = [
    include_str!("../../migrations/sqlite/0001_receipts.sql"),
    include_str!("../../migrations/sqlite/0002_self_service.sql"),
    include_str!("../../migrations/sqlite/0003_feedback.sql"),
    include_str!("../../migrations/sqlite/0004_log.sql"),
    include_str!("../../migrations/sqlite/0005_access.sql"),
    include_str!("../../migrations/sqlite/0006_sealed.sql"),
];

/// The database.
#[derive(Debug)]
pub struct Store {
    pool: SqlitePool,
    /// SQLite takes one writer at a time; waiting here is fairer than its lock.
    writer: Mutex<()>,
    /// What opens and seals; none until [`Store::unlock`].
    ring: OnceLock<Keyring>,
    /// Makes calls of the log fail, for tests.
    pub fuse: Fuse,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is not one that we know.
    #[error("{0:?} is no database address: write sqlite:FILE, for example sqlite:placet.db")]
    Address(String),
    /// The database was written by a newer version.
    #[error("the database has form {found}, this program knows forms up to {}: it was used with a newer version of placet", MIGRATIONS.len())]
    Newer {
        /// The form found.
        found: i64,
    },
    /// The database was last used by an older version, or by none.
    #[error("the database has form {found}, this command needs form {}", MIGRATIONS.len())]
    Older {
        /// The form found.
        found: i64,
    },
    /// What lies in it cannot be opened.
    #[error(transparent)]
    Sealed(SealError),
    /// The database says no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl Store {
    /// Opens the database at `address` (`sqlite:FILE`), creating and migrating it as needed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let options = options(address)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // What is erased is overwritten, not only unlinked.
            .pragma("secure_delete", "ON");
        let store =
            Store { pool: pool(options).await?, writer: Mutex::new(()), ring: OnceLock::new(), fuse: Fuse::default() };
        store.migrate().await?;
        Ok(store)
    }

    /// Opens the database at `address` to look into it, perhaps while a server runs on it. Nothing is created or changed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look(address: &str) -> Result<Self, StoreError> {
        let store = Store {
            pool: pool(options(address)?.read_only(true)).await?,
            writer: Mutex::new(()),
            ring: OnceLock::new(),
            fuse: Fuse::default(),
        };
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = 'migrations'")
            .fetch_one(&store.pool)
            .await?;
        let found = match known {
            0 => 0,
            _ => version(&store.pool).await?,
        };
        match usize::try_from(found).unwrap_or(0) {
            done if done > MIGRATIONS.len() => Err(StoreError::Newer { found }),
            done if done < MIGRATIONS.len() => Err(StoreError::Older { found }),
            _ => Ok(store),
        }
    }

    async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
        self.pool.begin().await
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY)")
            .execute(&mut *transaction)
            .await?;
        let version = version(&mut *transaction).await?;
        let done = usize::try_from(version).unwrap_or(0);
        if done > MIGRATIONS.len() {
            return Err(StoreError::Newer { found: version });
        }
        for (migration, next) in MIGRATIONS.into_iter().zip(1_i64..).skip(done) {
            sqlx::raw_sql(migration).execute(&mut *transaction).await?;
            sqlx::query("INSERT INTO migrations (version) VALUES ($1)").bind(next).execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Keeps the notices that are about to be served.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_notices(&self, notices: &[Snapshot], now: i64) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.pool.begin().await?;
        for notice in notices {
            sqlx::query(
                "INSERT INTO notices (hash, lang, version, snapshot, first_served_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (hash) DO NOTHING",
            )
            .bind(&notice.hash)
            .bind(&notice.lang)
            .bind(&notice.version)
            .bind(&notice.text)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }

    /// The exact text of a notice that was served at any time.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice(&self, hash: &str) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT snapshot FROM notices WHERE hash = $1").bind(hash).fetch_optional(&self.pool).await
    }

    /// The version and language of a notice that was served at any time.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice_ref(&self, hash: &str) -> Result<Option<NoticeRef>, sqlx::Error> {
        let found: Option<(String, String)> = sqlx::query_as("SELECT version, lang FROM notices WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|(version, lang)| NoticeRef { version, lang, hash: hash.to_owned() }))
    }

    /// Closes the database after what is being written is written.
    pub async fn close(&self) {
        let _writer = self.writer.lock().await;
        self.pool.close().await;
    }
}

/// The file of an SQLite database at `address`.
pub fn file_of(address: &str) -> Option<PathBuf> {
    let file = address.strip_prefix("sqlite:")?.trim_start_matches("//");
    (!file.is_empty() && !file.starts_with(':')).then(|| file.into())
}

fn options(address: &str) -> Result<SqliteConnectOptions, StoreError> {
    let file = file_of(address).ok_or_else(|| StoreError::Address(address.to_owned()))?;
    Ok(SqliteConnectOptions::new().filename(file).busy_timeout(Duration::from_secs(5)))
}

async fn pool(options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(Duration::from_secs(10));
    pool.connect_with(options).await
}

/// The form of the database: the last migration that was made.
async fn version<'a>(database: impl SqliteExecutor<'a>) -> Result<i64, sqlx::Error> {
    let version: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM migrations").fetch_one(database).await?;
    Ok(version.unwrap_or(0))
}
