//! The lock on PostgreSQL: a table in a schema of its own, `placet_lock`, on a connection of its own that holds an advisory
//! lock for as long as the server runs.
//!
//! A dump that is to be put back some day leaves that schema out (`pg_dump --exclude-schema=placet_lock`), so that the lock
//! is never older than what it guards. Where all of the server's data may be put back at once, the lock belongs into a file
//! (`--log-lock`).
//!
//! **Invariant:** whoever has lost the connection has lost the lock, and takes it again before anything else.

use super::{Checkpoints, LockError, MOVED};
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// The number of the advisory lock: `placetLk` in ASCII.
const NUMBER: i64 = 0x706c_6163_6574_4c6b;
/// Where it is, as people are told.
const PLACE: &str = "in the schema placet_lock";

/// For how long an answer of the database is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A table that holds the lock.
#[derive(Debug)]
pub struct TableLock {
    address: Url,
    connection: Option<PgConnection>,
    held: Checkpoints,
    moved: Option<String>,
}

impl TableLock {
    /// Takes the lock in a database; the table is made where it is missing.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn take(address: &Url) -> Result<Self, LockError> {
        let connection = Some(connect(address).await?);
        let mut lock = TableLock { address: address.clone(), connection, held: Checkpoints::new(), moved: None };
        lock.reread().await?;
        Ok(lock)
    }

    /// All checkpoints that stand in it.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.held
    }

    /// Where its database was moved to.
    pub fn moved(&self) -> Option<&str> {
        self.moved.as_deref()
    }

    /// Says where its database was moved to, or that it was not. It is on disk when this returns.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn mark(&mut self, moved: Option<&str>) -> Result<(), LockError> {
        let connection = self.connection.as_mut().ok_or_else(|| unusable("its connection is lost"))?;
        let mark = match moved {
            None => sqlx::query("DELETE FROM placet_lock.checkpoints WHERE origin = $1").bind(MOVED),
            Some(moved) => sqlx::query(
                "INSERT INTO placet_lock.checkpoints (origin, checkpoint) VALUES ($1, $2)
                 ON CONFLICT (origin) DO UPDATE SET checkpoint = excluded.checkpoint",
            )
            .bind(MOVED)
            .bind(moved),
        };
        match in_time(mark.execute(connection)).await {
            Ok(_) => {
                self.moved = moved.map(str::to_owned);
                Ok(())
            }
            Err(error) => {
                self.connection = None;
                Err(error)
            }
        }
    }

    /// Puts a log's checkpoint in the place of `old`.
    ///
    /// # Errors
    /// As [`super::Lock::swap`].
    pub async fn swap(&mut self, origin: &str, old: Option<&str>, new: &str) -> Result<(), LockError> {
        let connection = self.connection.as_mut().ok_or_else(|| unusable("its connection is lost"))?;
        let swap = match old {
            None => {
                sqlx::query(
                    "INSERT INTO placet_lock.checkpoints (origin, checkpoint) VALUES ($1, $2) ON CONFLICT (origin) DO NOTHING",
                )
                .bind(origin)
                .bind(new)
            }
            Some(old) => {
                sqlx::query("UPDATE placet_lock.checkpoints SET checkpoint = $2 WHERE origin = $1 AND checkpoint = $3")
                    .bind(origin)
                    .bind(new)
                    .bind(old)
            }
        };
        let swapped = in_time(swap.execute(connection)).await;
        match swapped {
            Ok(done) if done.rows_affected() == 1 => {
                self.held.insert(origin.to_owned(), new.to_owned());
                Ok(())
            }
            Ok(_) => Err(LockError::Moved { place: PLACE.into(), origin: origin.to_owned() }),
            Err(error) => {
                self.connection = None;
                Err(error)
            }
        }
    }

    /// Lets the lock go. A connection that merely ends is noticed by the database a moment later: too late for who starts at once.
    pub async fn release(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let unlock = sqlx::query_scalar::<_, bool>("SELECT pg_advisory_unlock($1)").bind(NUMBER);
            // Where this fails, the connection is lost, and the lock with it.
            let _ = in_time(unlock.fetch_one(&mut connection)).await;
            let _ = in_time(connection.close()).await;
        }
    }

    /// Reads what stands there; takes the lock again where the connection was lost.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn reread(&mut self) -> Result<(), LockError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.address).await.map_err(|error| match error {
                // The database may not have noticed yet that the connection which held it is gone.
                LockError::Taken(_) => unusable("its connection was lost, and it is still held"),
                error => error,
            })?,
        };
        let rows = sqlx::query_as("SELECT origin, checkpoint FROM placet_lock.checkpoints").fetch_all(&mut connection);
        let rows: Vec<(String, String)> = in_time(rows).await?;
        self.held = rows.into_iter().collect();
        self.moved = self.held.remove(MOVED);
        self.connection = Some(connection);
        Ok(())
    }
}

/// A connection that holds the lock. Where this machine is gone, the database lets the lock go within a minute.
async fn connect(address: &Url) -> Result<PgConnection, LockError> {
    let mut connection = in_time(PgConnection::connect(address.as_str())).await?;
    let alive = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3";
    in_time(sqlx::raw_sql(alive).execute(&mut connection)).await?;
    let taken = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(NUMBER).fetch_one(&mut connection);
    let taken: bool = in_time(taken).await?;
    if !taken {
        return Err(LockError::Taken(PLACE.into()));
    }
    let first = "SET synchronous_commit = on; SET lock_timeout = '10s'; SET client_min_messages = warning;
        CREATE SCHEMA IF NOT EXISTS placet_lock;
        CREATE TABLE IF NOT EXISTS placet_lock.checkpoints (origin TEXT NOT NULL PRIMARY KEY, checkpoint TEXT NOT NULL)";
    in_time(sqlx::raw_sql(first).execute(&mut connection)).await?;
    Ok(connection)
}

/// A connection that nobody answers is as good as lost.
async fn in_time<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, LockError> {
    match timeout(PATIENCE, asked).await {
        Ok(answered) => answered.map_err(unusable),
        Err(_) => Err(unusable("the database does not answer")),
    }
}

fn unusable(error: impl ToString) -> LockError {
    LockError::Unusable { place: PLACE.into(), error: error.to_string() }
}
