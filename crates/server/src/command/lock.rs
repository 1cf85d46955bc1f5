//! `placet lock`: a new lock for a log whose lock is lost.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use crate::log::error::LogError;
use crate::log::lock::Lock;
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
}

/// Why no lock is made.
enum Fault {
    Store(StoreError),
    Log(LogError),
}

impl LockOf {
    /// Makes the lock.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let What::Renew { database, log_lock } = self.what;
        let renewed = block_on(renewed(&database, log_lock.as_deref()))?.map_err(|fault| match fault {
            Fault::Store(error) => cannot_open(&database, &error),
            Fault::Log(error) => Failure::new(format!("cannot make a lock: {error}")).help(error.help()),
        })?;
        for (origin, size) in renewed {
            say(&format!("{origin}: {size} entries\n"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn renewed(database: &str, file: Option<&Path>) -> Result<Vec<(String, u64)>, Fault> {
    let store = Store::look(database).await.map_err(Fault::Store)?;
    let lock = Lock::take(store.address(), file).await.map_err(|error| Fault::Log(error.into()))?;
    let renewed = renew(&store, lock).await.map_err(Fault::Log);
    store.close().await;
    renewed
}
