//! What the server keeps: notices, device keys and receipts, in one database.
//!
//! **Invariant:** a receipt is acknowledged only after the transaction that holds it is on disk
//! (`synchronous=FULL`), and its text is stored exactly as it came.
//! **Invariant:** the SQL is static and says the same to SQLite and PostgreSQL: `$1`, BIGINT
//! milliseconds, TEXT ids.

use crate::publish::Snapshot;
use placet_model::receipt::{Acknowledgement, Claims, Jwk, NoticeRef};
use placet_model::verify::Refusal;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use std::path::Path;
use std::time::Duration;
use tokio::sync::Mutex;

/// The migrations, forward only. One that was released is never changed.
const MIGRATIONS: [&str; 1] = [include_str!("../migrations/0001_receipts.sql")];

/// A device's clock that is further ahead gets its receipts flagged: ten minutes.
const SKEW_MS: i64 = 10 * 60 * 1000;
/// A decision that is older when it arrives is flagged: thirty days.
const LATE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The database.
#[derive(Debug)]
pub struct Store {
    pool: SqlitePool,
    /// SQLite takes one writer at a time; waiting here is fairer than its lock.
    writer: Mutex<()>,
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
    /// The database says no.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A verified receipt, ready to be kept.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The text as it came.
    pub jws: String,
    /// What tells it apart; see [`placet_model::verify::Verified::hash`].
    pub hash: String,
    /// What it says.
    pub claims: Claims,
    /// The key that signed it.
    pub key: Option<Jwk>,
}

impl Store {
    /// Opens the database at `address` (`sqlite:FILE`), creating and migrating it as needed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let file = address.strip_prefix("sqlite:").map(|file| file.trim_start_matches("//"));
        let file = file.filter(|file| !file.is_empty() && !file.starts_with(':')).map(Path::new);
        let options = SqliteConnectOptions::new()
            .filename(file.ok_or_else(|| StoreError::Address(address.to_owned()))?)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await?;
        let store = Store { pool, writer: Mutex::new(()) };
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::raw_sql("CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY)")
            .execute(&mut *transaction)
            .await?;
        let version: Option<i64> =
            sqlx::query_scalar("SELECT MAX(version) FROM migrations").fetch_one(&mut *transaction).await?;
        let version = version.unwrap_or(0);
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

    /// The key of a device whose receipts we hold.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn key(&self, thumbprint: &str) -> Result<Option<Jwk>, sqlx::Error> {
        let found: Option<(String, String)> = sqlx::query_as("SELECT x, y FROM devices WHERE thumbprint = $1")
            .bind(thumbprint)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|(x, y)| Jwk { kty: "EC".into(), crv: "P-256".into(), x, y }))
    }

    /// Keeps receipts in one transaction: all of them or, where the database fails, none.
    ///
    /// A receipt that is there already gets its first acknowledgement; another one with its id is refused.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record(
        &self,
        entries: &[Entry],
        now: i64,
    ) -> Result<Vec<Result<Acknowledgement, Refusal>>, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.pool.begin().await?;
        let mut results = Vec::with_capacity(entries.len());
        for entry in entries {
            results.push(record_one(&mut transaction, entry, now).await?);
        }
        transaction.commit().await?;
        Ok(results)
    }

    /// How many receipts are kept.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM receipts").fetch_one(&self.pool).await
    }

    /// Closes the database after what is being written is written.
    pub async fn close(&self) {
        let _writer = self.writer.lock().await;
        self.pool.close().await;
    }
}

async fn record_one(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &Entry,
    now: i64,
) -> Result<Result<Acknowledgement, Refusal>, sqlx::Error> {
    let claims = &entry.claims;
    let device = claims.sub.device.as_deref();
    if let (Some(device), Some(key)) = (device, &entry.key) {
        sqlx::query(
            "INSERT INTO devices (thumbprint, x, y, first_seen_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (thumbprint) DO NOTHING",
        )
        .bind(device)
        .bind(&key.x)
        .bind(&key.y)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    }
    let decided_at = claims.iat.saturating_mul(1000);
    let inserted = sqlx::query(
        "INSERT INTO receipts
            (id, hash, jws, device, seq, prev, notice, state, decided_at, received_at, skew, late, fork)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            CASE WHEN EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND seq = $5)
                   OR EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND prev = $6)
                 THEN 1 ELSE 0 END)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&claims.id)
    .bind(&entry.hash)
    .bind(&entry.jws)
    .bind(device)
    .bind(i64::try_from(claims.seq).unwrap_or(i64::MAX))
    .bind(&claims.prev)
    .bind(&claims.notice.hash)
    .bind(claims.event.state.word())
    .bind(decided_at)
    .bind(now)
    .bind(i64::from(decided_at.saturating_sub(now) > SKEW_MS))
    .bind(i64::from(now.saturating_sub(decided_at) > LATE_MS))
    .execute(&mut **transaction)
    .await?
    .rows_affected();

    let received_at = match inserted {
        0 => {
            let (hash, received_at): (String, i64) =
                sqlx::query_as("SELECT hash, received_at FROM receipts WHERE id = $1")
                    .bind(&claims.id)
                    .fetch_one(&mut **transaction)
                    .await?;
            if hash != entry.hash {
                return Ok(Err(Refusal::IdConflict(claims.id.clone())));
            }
            received_at
        }
        _ => now,
    };
    Ok(Ok(Acknowledgement { id: claims.id.clone(), received_at: received_at.unsigned_abs() }))
}
