//! `placet lock`: a new lock for a log whose lock is lost, and one that a copy has marked.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use crate::log::error::LogError;
use crate::log::lock::{Lock, LockError};
use crate::log::renew::renew;
use crate::serve::cannot_open;
use crate::store::{Store, StoreError};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Look after the lock that guards the log against an old copy of the database.
#[derive(Debug, Args)]
pub struct LockOf {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a new lock from what the database holds, where the old one is lost.
    ///
    /// Only for what is surely the newest copy of the database: entries that it lacks would be given to other receipts, and
    /// everybody who kept a proof of them could show it. Stop the server first. A lock that is there stays as it is.
    Renew {
        /// The database of the server.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
        /// The file of the lock, where the server was told one.
        #[arg(long, value_name = "FILE")]
        log_lock: Option<PathBuf>,
    },
    /// Let the server start on a database again that was copied, where the copy was given up.
    ///
    /// Only where no server ever ran on the copy: two that go on with one log tell two stories. Delete the copy first.
    Stay {
        /// The database that was copied.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
        /// The file of the lock, where the server was told one.
        #[arg(long, value_name = "FILE")]
        log_lock: Option<PathBuf>,
    },
}

/// Why no lock is made.
enum Fault {
    Store(StoreError),
    Log(LogError),
}

impl LockOf {
    /// Makes the lock, or takes its mark away.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let cannot = |database: &str, what: &str, fault: Fault| match fault {
            Fault::Store(error) => cannot_open(database, &error),
            Fault::Log(error) => Failure::new(format!("{what}: {error}")).help(error.help()),
        };
        match self.what {
            What::Renew { database, log_lock } => {
                let renewed = block_on(renewed(&database, log_lock.as_deref()))?
                    .map_err(|fault| cannot(&database, "cannot make a lock", fault))?;
                for (origin, size) in renewed {
                    say(&format!("{origin}: {size} entries\n"))?;
                }
                Ok(ExitCode::SUCCESS)
            }
            What::Stay { database, log_lock } => {
                let stayed = block_on(stay(&database, log_lock.as_deref()))?
                    .map_err(|fault| cannot(&database, "cannot take the mark away", fault))?;
                match stayed {
                    Some(to) => {
                        say(&format!("The server starts on this database again. It was marked as moved to {to}.\n"))
                    }
                    None => say("This database was not marked as moved; nothing was changed.\n"),
                }
            }
        }
    }
}

/// Takes the mark of a copy away; where the copy was to be.
async fn stay(database: &str, file: Option<&Path>) -> Result<Option<String>, Fault> {
    let store = Store::look(database).await.map_err(Fault::Store)?;
    let lock = Lock::take(store.address(), file).await;
    store.close().await;
    let log = |error: LockError| Fault::Log(error.into());
    let mut lock = lock.map_err(log)?;
    let moved = lock.moved().map_err(log)?.map(str::to_owned);
    if moved.is_some() {
        lock.mark(None).await.map_err(log)?;
    }
    Ok(moved)
}

async fn renewed(database: &str, file: Option<&Path>) -> Result<Vec<(String, u64)>, Fault> {
    let store = Store::look(database).await.map_err(Fault::Store)?;
    let lock = Lock::take(store.address(), file).await.map_err(|error| Fault::Log(error.into()))?;
    let renewed = renew(&store, lock).await.map_err(Fault::Log);
    store.close().await;
    renewed
}
