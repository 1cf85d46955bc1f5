//! What the server keeps, in one database: notices here, receipts and device keys in [`receipts`], what makes it possible to
//! ask about them in [`self_service`], and what shoppers wrote in [`feedback`].
//!
//! **Invariant:** a receipt is acknowledged only after the transaction that holds it is on disk
//! (`synchronous=FULL`, `synchronous_commit=on`), and its text is stored exactly as it came.
//! **Invariant:** one writes at a time, in this process by a lock and among processes by the database's.
//! **Invariant:** the SQL is static but for names and numbers of our own, such as how many rows it has, and says the same to
//! SQLite and PostgreSQL: `$1`, BIGINT milliseconds, TEXT ids.

pub mod address;
pub mod audit;
pub mod backup;
mod catalog;
pub mod confirmations;
mod connect;
pub mod copying;
pub mod counts;
pub mod data_keys;
pub mod feedback;
pub mod fuse;
pub mod holdings;
pub mod log;
mod log_of_writes;
mod migrations;
mod months;
pub mod receipts;
pub mod recording;
pub mod retention;
mod rows;
pub mod self_service;
pub mod tokens;

use crate::publish::Snapshot;
use crate::seal::{Keyring, SealError};
use address::{Address, BadAddress, Kind};
use connect::Use;
use fuse::Fuse;
use log_of_writes::{Carrying, Cutting};
use migrations::NEWEST;
use months::Months;
use placet_model::receipt::NoticeRef;
use sqlx::{Any, AnyPool};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use tokio::sync::Mutex;

/// A connection to either database.
pub type Connection = sqlx::AnyConnection;
/// A transaction on either database.
pub type Transaction = sqlx::Transaction<'static, Any>;

/// The database.
#[derive(Debug)]
pub struct Store {
    address: Address,
    pool: AnyPool,
    /// One writes at a time; waiting here is fairer than the database's lock.
    writer: Arc<Mutex<()>>,
    months: Months,
    cutting: Cutting,
    carrying: Carrying,
    /// The purposes of all notices that were served here.
    purposes: RwLock<BTreeSet<String>>,
    /// The notices that receipts have named. What a hash names never changes, and a notice that was served is never deleted.
    notices: RwLock<BTreeMap<String, NoticeRef>>,
    /// What opens and seals; none until [`Store::unlock`].
    ring: OnceLock<Keyring>,
    /// Makes calls of the log fail, for tests.
    pub fuse: Fuse,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is not one that we know.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The database was written by a newer version.
    #[error(
        "the database has form {found}, this program knows forms up to {NEWEST}: it was used with a newer version of placet"
    )]
    Newer {
        /// The form found.
        found: i64,
    },
    /// The database was last used by an older version, or by none.
    #[error("the database has form {found}, this command needs form {NEWEST}")]
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

/// SQLite: the lock for writing is taken at once, so that nothing read before is outdated when it comes to writing.
const WRITE_SQLITE: &str = "BEGIN IMMEDIATE";
/// PostgreSQL: the same by a lock of ours, which ends with the transaction. Its number is `placet` in ASCII.
const WRITE_POSTGRES: &str = "BEGIN; SELECT pg_advisory_xact_lock(123641722295668)";

impl Store {
    /// Opens the database at `address` (`sqlite:FILE` or `postgres://...`), migrating it as needed. A file that is missing is
    /// made; a database of a PostgreSQL server is not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        Store::open_for(address.parse()?, Use::Write).await
    }

    async fn open_for(address: Address, r#use: Use) -> Result<Self, StoreError> {
        let store = Store::connect(address, r#use).await?;
        store.migrate().await?;
        Ok(store)
    }

    /// Reaches the database at `address`, without bringing it into form. A file that is missing is made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reach(address: &str) -> Result<Self, StoreError> {
        Store::connect(address.parse()?, Use::Write).await
    }

    /// Brings the database into the form that this program knows. Whoever does so on a database that others may use has its lock.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        migrations::migrate(&mut transaction, self.kind()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Opens the database at `address` to change something in it, perhaps while a server runs on it: it is there, and has the form
    /// that this program knows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn join(address: &str) -> Result<Self, StoreError> {
        let store = Store::connect(address.parse()?, Use::Change).await?;
        migrations::is_newest(&mut *store.pool.acquire().await?, store.kind()).await?;
        Ok(store)
    }

    /// Opens the database at `address` to look into it, perhaps while a server runs on it. Nothing is created or changed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn look(address: &str) -> Result<Self, StoreError> {
        let store = Store::connect(address.parse()?, Use::Read).await?;
        migrations::is_newest(&mut *store.pool.acquire().await?, store.kind()).await?;
        Ok(store)
    }

    async fn connect(address: Address, r#use: Use) -> Result<Self, StoreError> {
        let pool = connect::pool(&address, r#use).await?;
        Ok(Store {
            address,
            pool,
            writer: Arc::default(),
            months: Months::default(),
            cutting: Cutting::default(),
            carrying: Carrying::default(),
            purposes: RwLock::default(),
            notices: RwLock::default(),
            ring: OnceLock::new(),
            fuse: Fuse::default(),
        })
    }

    /// Which database it is.
    pub fn kind(&self) -> Kind {
        self.address.kind()
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Begins a transaction that writes; nobody else writes before it ends. Whoever calls this holds `writer`.
    async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        match self.kind() {
            Kind::Sqlite => self.pool.begin_with(WRITE_SQLITE).await,
            Kind::Postgres => self.pool.begin_with(WRITE_POSTGRES).await,
        }
    }

    /// Keeps the notices that are about to be served.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_notices(&self, notices: &[Snapshot], now: i64) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
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
        transaction.commit().await?;
        self.learn_purposes().await
    }

    /// The exact text of a notice that was served at any time.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice(&self, hash: &str) -> Result<Option<String>, sqlx::Error> {
        if !is_name(hash) {
            return Ok(None);
        }
        sqlx::query_scalar("SELECT snapshot FROM notices WHERE hash = $1").bind(hash).fetch_optional(&self.pool).await
    }

    /// The version and language of a notice that was served at any time.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn notice_ref(&self, hash: &str) -> Result<Option<NoticeRef>, sqlx::Error> {
        if !is_name(hash) {
            return Ok(None);
        }
        let known = self.notices.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let found: Option<(String, String)> = sqlx::query_as("SELECT version, lang FROM notices WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&self.pool)
            .await?;
        let found = found.map(|(version, lang)| NoticeRef { version, lang, hash: hash.to_owned() });
        if let Some(notice) = &found {
            self.notices.write().unwrap_or_else(PoisonError::into_inner).insert(hash.to_owned(), notice.clone());
        }
        Ok(found)
    }

    /// Asks the database for nothing: whether it answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn answers(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes the database after what is being written is written.
    pub async fn close(&self) {
        let _writer = self.writer.lock().await;
        self.pool.close().await;
    }
}

/// Whether anything can have this name: PostgreSQL takes no text with NUL, not even to compare.
fn is_name(text: &str) -> bool {
    !text.contains('\0')
}
