//! The lock on PostgreSQL: a table in a schema of its own, `placet_lock`, on a connection of its own that holds an advisory
//! lock for as long as the server runs.
//!
//! A dump that is to be put back some day leaves that schema out (`pg_dump --exclude-schema=placet_lock`), so that the lock
//! is never older than what it guards. Where all of the server's data may be put back at once, the lock belongs into a file
//! (`--log-lock`).
//!
//! **Invariant:** whoever has lost the connection has lost the lock, and takes it again before anything else.

use super::{Checkpoints, LockError};
use sqlx::{Connection, PgConnection};
use url::Url;

/// The number of the advisory lock: `placetLk` in ASCII.
const NUMBER: i64 = 0x706c_6163_6574_4c6b;
/// Where it is, as people are told.
const PLACE: &str = "in the schema placet_lock";

/// A table that holds the lock.
#[derive(Debug)]
pub struct TableLock {
    address: Url,
    connection: Option<PgConnection>,
    held: Checkpoints,
}

impl TableLock {
    /// Takes the lock in a database; the table is made where it is missing.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn take(address: &Url) -> Result<Self, LockError> {
        let mut lock = TableLock { address: address.clone(), connection: None, held: Checkpoints::new() };
        lock.reread().await?;
        Ok(lock)
    }

    /// All checkpoints that stand in it.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.held
    }

    /// Puts a log's checkpoint in the place of `old`.
    ///
    /// # Errors
    /// As [`super::Lock::swap`].
    pub async fn swap(&mut self, origin: &str, old: Option<&str>, new: &str) -> Result<(), LockError> {
        let connection = self.connection.as_mut().ok_or_else(|| unusable("its connection is lost"))?;
        let swapped = match old {
            None => {
                sqlx::query(
                    "INSERT INTO placet_lock.checkpoints (origin, checkpoint) VALUES ($1, $2) ON CONFLICT (origin) DO NOTHING",
                )
                .bind(origin)
                .bind(new)
                .execute(connection)
                .await
            }
            Some(old) => {
                sqlx::query("UPDATE placet_lock.checkpoints SET checkpoint = $2 WHERE origin = $1 AND checkpoint = $3")
                    .bind(origin)
                    .bind(new)
                    .bind(old)
                    .execute(connection)
                    .await
            }
        };
        match swapped {
            Ok(done) if done.rows_affected() == 1 => {
                self.held.insert(origin.to_owned(), new.to_owned());
                Ok(())
            }
            Ok(_) => Err(LockError::Moved { place: PLACE.into(), origin: origin.to_owned() }),
            Err(error) => {
                self.connection = None;
                Err(unusable(error))
            }
        }
    }

    /// Reads what stands there; takes the lock again where the connection was lost.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn reread(&mut self) -> Result<(), LockError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.address).await?,
        };
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT origin, checkpoint FROM placet_lock.checkpoints")
            .fetch_all(&mut connection)
            .await
            .map_err(unusable)?;
        self.held = rows.into_iter().collect();
        self.connection = Some(connection);
        Ok(())
    }
}

/// A connection that holds the lock.
async fn connect(address: &Url) -> Result<PgConnection, LockError> {
    let mut connection = PgConnection::connect(address.as_str()).await.map_err(unusable)?;
    let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(NUMBER)
        .fetch_one(&mut connection)
        .await
        .map_err(unusable)?;
    if !taken {
        return Err(LockError::Taken(PLACE.into()));
    }
    let first = "SET synchronous_commit = on; SET lock_timeout = '60s'; SET client_min_messages = warning;
        CREATE SCHEMA IF NOT EXISTS placet_lock;
        CREATE TABLE IF NOT EXISTS placet_lock.checkpoints (origin TEXT NOT NULL PRIMARY KEY, checkpoint TEXT NOT NULL)";
    sqlx::raw_sql(first).execute(&mut connection).await.map_err(unusable)?;
    Ok(connection)
}

fn unusable(error: impl ToString) -> LockError {
    LockError::Unusable { place: PLACE.into(), error: error.to_string() }
}
