//! The lock: the newest checkpoint of each log, kept apart from the database, so that an old backup of the database that is
//! put back is noticed before it gives places that were given to other receipts.
//!
//! **Invariant:** a checkpoint goes in only in the place of the one that its writer believes to be there.
//! **Invariant:** one server at a time holds the lock.

mod file;

pub use file::FileLock;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

/// The newest checkpoints by the names of their logs.
pub type Checkpoints = BTreeMap<String, String>;

/// Why the lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another server holds it.
    #[error("another server has the lock {}", .0.display())]
    Taken(PathBuf),
    /// What stands in it cannot be read.
    #[error("the lock {} is damaged", .0.display())]
    Damaged(PathBuf),
    /// It holds another checkpoint than its writer believed.
    #[error("the lock {} does not hold the checkpoint of {origin} that this server wrote last", .path.display())]
    Moved {
        /// The file.
        path: PathBuf,
        /// The log.
        origin: String,
    },
    /// More logs than fit.
    #[error("the lock {} is full", .0.display())]
    Full(PathBuf),
    /// The file cannot be read or written.
    #[error("cannot use the lock {}: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}
