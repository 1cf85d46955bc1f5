//! `placet keys`: making and changing the keys that the server needs.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use crate::log::error::LogError;
use crate::log::keys::{KeyError, LogKey};
use crate::log::lock::{Lock, LockError};
use crate::seal::master::MasterKey;
use crate::serve::cannot_open;
use crate::store::{Store, StoreError};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make the keys that the server needs, each in a file that only this user may read.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key that signs the checkpoints of a site's log, and print what others verify them with.
    New {
        /// The site, as the config names it.
        #[arg(long)]
        site: String,
        /// The file to write; one that is there already is left as it is.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Put a new key in the place of the one that signs a site's log, and print what others verify with.
    ///
    /// Restart the server afterwards. What the old key signed stays good: the server goes on telling both at /log/keys.
    Rotate {
        /// The site, as the config names it.
        #[arg(long)]
        site: String,
        /// The file of the key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Put a new master key in the place of the one that seals what tells of people in a database.
    ///
    /// The data keys are wrapped anew; what they sealed stays as it is. Stop the server, and start it with the new key afterwards:
    /// one that ran on would wrap the keys of coming months by the old one, so nothing is changed while a server runs.
    Rewrap {
        /// The database of the server.
        #[arg(long, default_value = "sqlite:placet.db")]
        database: String,
        /// The file of the master key that it has.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The file of the new master key, made with `placet keys master`.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// The file of the log's lock, where the server was told one.
        #[arg(long, value_name = "FILE")]
        log_lock: Option<PathBuf>,
    },
    /// Make a master key, which seals what tells of people in the database.
    Master {
        /// The file to write; one that is there already is left as it is.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

impl Keys {
    /// Makes the key.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let cannot = |error: KeyError| Failure::new(error.to_string()).help(error.help());
        match self.what {
            What::New { site, out } => {
                let key = LogKey::make(&site, &out).map_err(cannot)?;
                say(&format!("{}\n", key.verifier()))
            }
            What::Rotate { site, key } => {
                let key = LogKey::replace(&site, &key).map_err(cannot)?;
                say(&format!("{}\n", key.verifier()))
            }
            What::Rewrap { database, from, to, log_lock } => {
                let read = |path: &PathBuf| {
                    MasterKey::read(path).map_err(|error| Failure::new(error.to_string()).help(error.help()))
                };
                let (old, new) = (read(&from)?, read(&to)?);
                let count = block_on(rewrapped(&database, log_lock.as_deref(), &old, &new))??;
                let keys = if count == 1 { "data key is" } else { "data keys are" };
                say(&format!(
                    "{count} {keys} wrapped by {} now. Keep the old key for the copies that were made before.\n",
                    to.display()
                ))
            }
            What::Master { out } => {
                let master = MasterKey::new().map_err(|error| Failure::new(error.to_string()))?;
                master.write(&out).map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Wraps the data keys of a database anew, while no server runs on it; how many there are.
async fn rewrapped(database: &str, lock: Option<&Path>, old: &MasterKey, new: &MasterKey) -> Result<usize, Failure> {
    let cannot = |error: StoreError| cannot_open(database, &error);
    let looked = Store::look(database).await.map_err(cannot)?;
    let lock = Lock::take(looked.address(), lock).await;
    looked.close().await;
    let _lock = lock.map_err(|error| match error {
        LockError::Taken(_) => Failure::new(format!("a server runs on this database: {error}")).help(
            "Stop it first. It would go on wrapping keys by the old master key, which it could not open after the next start.",
        ),
        error => Failure::new(error.to_string()).help(LogError::from(error).help()),
    })?;
    let store = Store::join(database).await.map_err(cannot)?;
    let count = store.rewrap(old, new).await;
    store.close().await;
    count.map_err(cannot)
}
