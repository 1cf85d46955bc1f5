//! `placet backup`: a copy of the database, made while the server runs.

use super::Failure;
use super::runtime::block_on;
use super::trail::{event, leave};
use crate::serve::cannot_open;
use crate::store::Store;
use crate::store::backup::BackupError;
use clap::Args;
use placet_model::admin::Act;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Copy the database into a file, while the server runs.
///
/// The copy is an SQLite database of one moment, also where the server uses PostgreSQL. The log's key and its lock are not in it: keep
/// a copy of the key elsewhere, and no copy of the lock, which is there to notice that an old copy was put back. A backup leaves a
/// line in the audit trail.
#[derive(Debug, Args)]
pub struct Backup {
    /// The database of the server.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// The file to write; there must be none yet. Only this user may read it.
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

impl Backup {
    /// Makes the copy.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Backup { database, to } = self;
        block_on(async {
            let store = Store::look(&database).await.map_err(|error| cannot_open(&database, &error))?;
            let made = async {
                if !to.exists() {
                    leave(&database, &event(Act::BackupMade, None)).await?;
                }
                store.back_up(&to).await.map_err(|error| cannot(&to, &error))
            };
            let made = made.await;
            store.close().await;
            let bytes = made?;
            eprintln!("Wrote {} ({bytes} bytes).", to.display());
            Ok(ExitCode::SUCCESS)
        })?
    }
}

fn cannot(to: &Path, error: &BackupError) -> Failure {
    let help = match error {
        BackupError::Exists => "Name a file that is not there: no backup is written over.",
        BackupError::Damaged(_) => {
            "The database itself is damaged. Stop the server, keep its files, and look at the last good backup."
        }
        BackupError::File(_) | BackupError::Copy(_) => {
            "Check that the directory exists, that this user may write there and that the disk has room."
        }
    };
    Failure::new(format!("cannot back up to {}: {error}", to.display())).help(help)
}
