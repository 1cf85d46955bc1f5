//! Connections to the database, and what each of them is told first.

use super::address::{Address, Kind};
use super::{Connection, StoreError};
use sqlx::AnyPool;
use sqlx::ConnectOptions;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// To write, into a database that is made where it is missing.
    Write,
    /// To write, into a database that is there.
    Change,
    /// To read only.
    Read,
    /// To fill a new file, which is then closed and stands alone: no log of writes beside it.
    Fill,
}

/// A commit is on disk before it is answered; what is deleted is overwritten, not only unlinked; readers do not stop the writer.
/// Ids and devices are random, so that each receipt touches pages all over two indexes: a connection keeps up to 64 MB of pages in
/// memory. What is written goes from the WAL into the file beside the writing ([`super::log_of_writes`]); only where that falls
/// behind, who commits does it, at 64 MB.
const SQLITE_WRITE: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000";
const SQLITE_FILL: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON";
const SQLITE_READ: &str = "PRAGMA busy_timeout = 5000";
/// A commit is on disk before it is answered, whatever this role or database is set to.
const POSTGRES_WRITE: &str = "SET synchronous_commit = on; SET lock_timeout = '60s'; SET client_min_messages = warning";
const POSTGRES_READ: &str = "SET default_transaction_read_only = on";

/// Makes the file of a database where it is missing, for this user alone; the files beside it get the same rights. Where it
/// cannot be made, the database says so.
fn make(file: &Path) {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).ok();
}

pub(super) async fn pool(address: &Address, r#use: Use) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let (mode, connections, first) = match (address.kind(), r#use) {
        (Kind::Sqlite, Use::Write) => ("rwc", 4, SQLITE_WRITE),
        (Kind::Sqlite, Use::Change) => ("rw", 4, SQLITE_WRITE),
        (Kind::Sqlite, Use::Read) => ("ro", 4, SQLITE_READ),
        (Kind::Sqlite, Use::Fill) => ("rwc", 1, SQLITE_FILL),
        (Kind::Postgres, Use::Write | Use::Change | Use::Fill) => ("", 8, POSTGRES_WRITE),
        (Kind::Postgres, Use::Read) => ("", 4, POSTGRES_READ),
    };
    if let (Some(file), Use::Write | Use::Fill) = (address.file(), r#use) {
        make(file);
    }
    let url = address.url(mode).map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let options = AnyConnectOptions::from_url(&url)?;
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A file is not lost while nobody looks; a server of a database may be.
        .test_before_acquire(address.kind() == Kind::Postgres)
        .after_connect(move |connection: &mut Connection, _| {
            Box::pin(async move {
                sqlx::raw_sql(first).execute(connection).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}
