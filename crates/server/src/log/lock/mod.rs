//! The lock: the newest checkpoint of each log, kept apart from the database, so that an old backup of the database that is
//! put back is noticed before it gives places that were given to other receipts.
//!
//! Beside SQLite it is a file, on PostgreSQL a schema of its own, which backups of the database leave out; or a file
//! wherever the operator wants it.
//!
//! **Invariant:** a checkpoint goes in only in the place of the one that its writer believes to be there.
//! **Invariant:** one server at a time holds the lock.
//! **Invariant:** a database that was copied is written by nobody any more: its lock says where it was moved to.

mod file;
mod table;

pub use file::FileLock;
pub use table::TableLock;

use crate::store::address::Address;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The newest checkpoints by the names of their logs.
pub type Checkpoints = BTreeMap<String, String>;

/// The name under which a lock tells where its database was moved to. No log is called so: their names have a slash.
const MOVED: &str = "moved";

/// The lock of a database.
#[derive(Debug)]
pub enum Lock {
    /// In a file; away while the disk works on it.
    File(Option<FileLock>),
    /// In the database, on a connection of its own.
    Table(TableLock),
}

/// Why the lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another server holds it.
    #[error("another server has the lock {0}")]
    Taken(String),
    /// What stands in it cannot be read.
    #[error("the lock {0} is damaged")]
    Damaged(String),
    /// It holds another checkpoint than its writer believed.
    #[error("the lock {place} does not hold the checkpoint of {origin} that this server wrote last")]
    Moved {
        /// Where it is.
        place: String,
        /// The log.
        origin: String,
    },
    /// More logs than fit.
    #[error("the lock {0} is full")]
    Full(String),
    /// It cannot be read or written.
    #[error("cannot use the lock {place}: {error}")]
    Unusable {
        /// Where it is.
        place: String,
        /// Why not.
        error: String,
    },
}

impl Lock {
    /// Takes the lock that goes with a database: the file where one is named, else what lies beside the database.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn take(address: &Address, file: Option<&Path>) -> Result<Self, LockError> {
        let path = match (file, address) {
            (Some(file), _) => file.to_owned(),
            (None, Address::Sqlite(database)) => beside(database, ".lock"),
            (None, Address::Postgres(url)) => return TableLock::take(url).await.map(Lock::Table),
        };
        let told = path.display().to_string();
        match tokio::task::spawn_blocking(move || FileLock::take(&path)).await {
            Ok(taken) => taken.map(|lock| Lock::File(Some(lock))),
            Err(_) => Err(broken_off(told)),
        }
    }

    /// All checkpoints that stand in it.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn checkpoints(&self) -> Result<&Checkpoints, LockError> {
        match self {
            Lock::File(Some(lock)) => Ok(lock.checkpoints()),
            Lock::File(None) => Err(broken_off("in its file".into())),
            Lock::Table(lock) => Ok(lock.checkpoints()),
        }
    }

    /// Puts a log's checkpoint in the place of `old`. It is on disk when this returns.
    ///
    /// # Errors
    /// [`LockError::Moved`] where another one than `old` stands there; others where it cannot be written: whether it was is
    /// then not known, and [`Self::reread`] tells.
    pub async fn swap(&mut self, origin: &str, old: Option<&str>, new: &str) -> Result<(), LockError> {
        match self {
            Lock::Table(lock) => lock.swap(origin, old, new).await,
            Lock::File(lock) => {
                let (origin, old, new) = (origin.to_owned(), old.map(str::to_owned), new.to_owned());
                on_disk(lock, move |lock| lock.swap(&origin, old.as_deref(), &new)).await
            }
        }
    }

    /// Where the database was moved to.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn moved(&self) -> Result<Option<&str>, LockError> {
        match self {
            Lock::File(Some(lock)) => Ok(lock.moved()),
            Lock::File(None) => Err(broken_off("in its file".into())),
            Lock::Table(lock) => Ok(lock.moved()),
        }
    }

    /// Says where the database was moved to, or that it was not. It is on disk when this returns.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn mark(&mut self, moved: Option<&str>) -> Result<(), LockError> {
        match self {
            Lock::Table(lock) => lock.mark(moved).await,
            Lock::File(lock) => {
                let moved = moved.map(str::to_owned);
                on_disk(lock, move |lock| lock.mark(moved)).await
            }
        }
    }

    /// Lets it go: when this returns, another server can take it.
    pub async fn release(self) {
        match self {
            // Its file is closed with it.
            Lock::File(_) => {}
            Lock::Table(mut lock) => lock.release().await,
        }
    }

    /// Reads what stands there.
    ///
    /// # Errors
    /// [`LockError`].
    pub async fn reread(&mut self) -> Result<(), LockError> {
        match self {
            Lock::Table(lock) => lock.reread().await,
            Lock::File(lock) => on_disk(lock, FileLock::reread).await,
        }
    }
}

/// Works on a file where waiting for the disk holds nobody up.
async fn on_disk(
    slot: &mut Option<FileLock>,
    work: impl FnOnce(&mut FileLock) -> Result<(), LockError> + Send + 'static,
) -> Result<(), LockError> {
    let mut lock = slot.take().ok_or_else(|| broken_off("in its file".into()))?;
    let task = tokio::task::spawn_blocking(move || {
        let outcome = work(&mut lock);
        (lock, outcome)
    });
    let (lock, outcome) = task.await.map_err(|_| broken_off("in its file".into()))?;
    *slot = Some(lock);
    outcome
}

/// A task that held the lock broke off; nothing is written without it.
fn broken_off(place: String) -> LockError {
    LockError::Unusable { place, error: "a task that held it broke off".into() }
}

/// A file beside a database, of its name and more.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
