//! A copy of the database in one SQLite file, of one moment, while others write.
//!
//! **Invariant:** a file of a backup's name is whole: it is made under another name, checked, and on disk before it gets its own.

use super::address::{Address, Kind};
use super::connect::Use;
use super::copying::CopyError;
use super::{Store, StoreError};
use sqlx::AnyPool;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Why no backup was made.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file of this name.
    #[error("it is there already")]
    Exists,
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The database cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// What was copied is not whole.
    #[error("the copy is not whole: {0}")]
    Damaged(String),
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        BackupError::Copy(error.into())
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        BackupError::Copy(error.into())
    }
}

impl Store {
    /// Copies everything into a new file; how many bytes it has.
    ///
    /// # Errors
    /// [`BackupError`]; no file of that name is there then.
    pub async fn back_up(&self, to: &Path) -> Result<u64, BackupError> {
        if fs::exists(to)? {
            return Err(BackupError::Exists);
        }
        let half = Half::new(to)?;
        match self.kind() {
            Kind::Sqlite => {
                let file = half.path.to_string_lossy().into_owned();
                sqlx::query("VACUUM INTO $1").bind(file).execute(&self.pool).await?;
            }
            Kind::Postgres => {
                let target = Store::open_for(Address::Sqlite(half.path.clone()), Use::Fill).await?;
                let copied = self.copy_into(&target).await;
                target.close().await;
                copied?;
            }
        }
        check(&half.path).await?;
        Ok(half.finish(to)?)
    }
}

/// Reads the copy through.
async fn check(file: &Path) -> Result<(), BackupError> {
    let url = Address::Sqlite(file.to_owned()).url("ro").map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let copy = AnyPool::connect(url.as_str()).await?;
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&copy).await?;
    copy.close().await;
    match found.as_slice() {
        [found] if found == "ok" => Ok(()),
        found => Err(BackupError::Damaged(found.join("; "))),
    }
}

/// A backup that is being made, under a name of its own. It goes away where it is not finished.
#[derive(Debug)]
struct Half {
    path: PathBuf,
}

impl Half {
    fn new(to: &Path) -> Result<Self, BackupError> {
        let mut path = to.as_os_str().to_owned();
        path.push(".part");
        let half = Half { path: path.into() };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // One that an earlier run left, which was killed.
        fs::remove_file(&half.path).ok();
        options.open(&half.path)?;
        Ok(half)
    }

    fn finish(self, to: &Path) -> io::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        fs::rename(&self.path, to)?;
        #[cfg(unix)]
        if let Some(directory) = fs::canonicalize(to)?.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(bytes)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}
