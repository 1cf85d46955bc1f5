//! What keeps a log from being written, and what to do about it.

use super::keys::KeyError;
use super::lock::LockError;
use placet_model::log::checkpoint::CheckpointFault;

/// Why a log cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database says no.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A key of old cannot be read.
    #[error("the keys in the database are not whole: {0}")]
    Keys(String),
    /// The lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The database is older than its lock.
    #[error(
        "the database is older than its lock: it holds {found} entries of the log {origin}, and {signed} were signed. \
         An old copy of it was put back"
    )]
    Behind {
        /// The log.
        origin: String,
        /// How many entries the database has.
        found: u64,
        /// How many entries the lock says there were.
        signed: u64,
    },
    /// The database has a log that its lock does not know.
    #[error("the database holds {found} entries of the log {origin}, and its lock knows nothing of that log")]
    Unlocked {
        /// The log.
        origin: String,
        /// How many entries the database has.
        found: u64,
    },
    /// The database was copied into another one, which goes on in its place.
    #[error("the database was moved to {to} by `placet copy`")]
    Moved {
        /// The address of the other one.
        to: String,
    },
    /// A lock that is to be renewed is there.
    #[error("there is a lock already")]
    LockHeld,
    /// A checkpoint was signed by nobody that we know, or is of another log.
    #[error("the last checkpoint of the log {origin} is not ours: {fault}")]
    Unsigned {
        /// The log.
        origin: String,
        /// What about it.
        fault: CheckpointFault,
    },
    /// The tiles do not make the root that was signed.
    #[error("the log {origin} was changed: its first {size} entries do not have the root that was signed for them")]
    Changed {
        /// The log.
        origin: String,
        /// How many entries the signed checkpoint covers.
        size: u64,
    },
    /// A checkpoint cannot be made.
    #[error("no checkpoint of {size} entries can be made for a log that is called {origin:?}")]
    Unsignable {
        /// The log.
        origin: String,
        /// How many entries it has.
        size: u64,
    },
    /// A record is not what its entry commits to.
    #[error("what is stored under entry {index} of the log {origin} is not what was entered")]
    Damaged {
        /// The log.
        origin: String,
        /// The place of the entry.
        index: u64,
    },
    /// A tile is missing or too short.
    #[error("the tiles of the log {origin} are not whole: {error}")]
    Torn {
        /// The log.
        origin: String,
        /// What about them.
        error: String,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl LogError {
    /// Whether trying again can do no good: a person has to look.
    pub fn is_final(&self) -> bool {
        match self {
            LogError::Store(_) | LogError::Random(_) => false,
            LogError::Lock(error) => !matches!(error, LockError::Unusable { .. }),
            _ => true,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            LogError::Store(_) | LogError::Random(_) => {
                "Check that this user may write there and that the disk has room, then start again."
            }
            LogError::Key(error) => error.help(),
            LogError::Lock(LockError::Taken(_)) => "Stop the other server first. One server at a time writes a log.",
            LogError::Lock(LockError::Unusable { .. }) => {
                "Check that this user may write there, that the disk has room, and that the database server runs."
            }
            LogError::Lock(_) => {
                "Put the lock's own backup back, or, where it is lost and this is surely the newest copy of the database, \
                 make a new one with `placet lock renew`."
            }
            LogError::Behind { .. } => {
                "Put the newest copy of the database in its place. Going on with this one would give places in the log to other \
                 receipts, and everybody who kept a proof could show it. If the newer entries are lost for good, see \
                 docs/reference/log.md, \"When the newest copy is lost\"."
            }
            LogError::Unlocked { .. } => {
                "Put the lock beside the database: it belongs to it and moves with it. If this is surely the newest copy of the \
                 database, make a new lock with `placet lock renew`."
            }
            LogError::Unsignable { .. } => "Check \"site\" in the config: it is a host name.",
            LogError::Moved { .. } => {
                "Start the server on that database: two that go on with one log tell two stories. Where no server ever ran on it, \
                 delete it, and take the mark away with `placet lock stay`, or copy to the same address again."
            }
            LogError::LockHeld => {
                "Nothing was changed. If the server says that the database is older than its lock, it is: put the newest copy of \
                 the database in its place."
            }
            LogError::Unsigned { .. } => {
                "Check that this is the database and the lock of this site, and that neither was edited."
            }
            LogError::Keys(_) | LogError::Changed { .. } | LogError::Damaged { .. } | LogError::Torn { .. } => {
                "The disk or somebody has changed the database. Stop the server, keep the file for those who will look into it, \
                 and put the newest good copy back. `placet audit` lists what does not agree."
            }
        }
    }
}
