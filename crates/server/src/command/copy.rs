//! `placet copy`: everything from one database into another, so that a shop can go from SQLite to PostgreSQL, or back.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use super::trail::{event, leave};
use crate::log::carry::{CarryError, carry};
use crate::log::error::LogError;
use crate::log::lock::Lock;
use crate::serve::cannot_open;
use crate::store::copying::CopyError;
use crate::store::{Store, StoreError};
use clap::Args;
use placet_model::admin::Act;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Copy everything into another, empty database, such as from SQLite to PostgreSQL; no proof is broken.
///
/// Stop the server first, and start it again on the new database: two that go on with one log would tell two stories, so the old one
/// is marked, and no server starts on it any more. Every row is
/// read back and compared, and the roots of the log are compared with what was signed. The log's key and the master key are files
/// of their own: name them with --log-key and --master-key when you start the server. The copy leaves a line in the audit trail.
#[derive(Debug, Args)]
pub struct Copy {
    /// The database to copy.
    #[arg(long, value_name = "ADDRESS")]
    pub from: String,
    /// The database to copy into. A file that is missing is made; a database of a PostgreSQL server has to be there.
    #[arg(long, value_name = "ADDRESS")]
    pub to: String,
    /// The file of the log's lock of the database to copy, where the server was told one.
    #[arg(long, value_name = "FILE")]
    pub from_lock: Option<PathBuf>,
    /// The file of the log's lock of the new database, where the server will be told one.
    #[arg(long, value_name = "FILE")]
    pub to_lock: Option<PathBuf>,
}

impl Copy {
    /// Makes the copy.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        block_on(self.copied())?
    }

    async fn copied(self) -> Result<ExitCode, Failure> {
        let Copy { from, to, from_lock, to_lock } = self;
        let not = |address: &'_ str, error: &StoreError| cannot_open(address, error);
        let source = Store::look(&from).await.map_err(|error| not(&from, &error))?;
        let mut taken = lock(&source, from_lock.as_deref()).await?;
        let target = Store::open(&to).await.map_err(|error| not(&to, &error))?;
        let mut given = lock(&target, to_lock.as_deref()).await?;
        leave(&from, &event(Act::DatabaseCopied, Some(target.kind().word().to_owned()))).await?;
        let copied = carry(&source, &mut taken, &target, &mut given).await;
        source.close().await;
        target.close().await;
        for (table, rows) in copied.map_err(|error| cannot(&error))? {
            say(&format!("{table:<16} {rows:>9}\n"))?;
        }
        say("Every row was read back, and the log's roots are those that were signed.\n")
    }
}

async fn lock(store: &Store, file: Option<&Path>) -> Result<Lock, Failure> {
    Lock::take(store.address(), file).await.map_err(|error| cannot(&LogError::from(error).into()))
}

fn cannot(error: &CarryError) -> Failure {
    let help = match error {
        CarryError::Log(error) => error.help(),
        CarryError::Copy(CopyError::NotEmpty(_)) | CarryError::LockInUse => {
            "Copy into a database that was never used, with a lock that was never used."
        }
        CarryError::Copy(CopyError::Differs { .. }) => {
            "Nothing was left in the target. Try again; if it happens again, one of the disks is not to be trusted."
        }
        CarryError::Copy(CopyError::Store(_)) => {
            "Nothing was left in the target. Check that there is room, and that both databases answer."
        }
    };
    Failure::new(format!("cannot copy: {error}")).help(help)
}
