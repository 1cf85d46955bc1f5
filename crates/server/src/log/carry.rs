//! Carrying logs into another database, with everything else that is there.
//!
//! **Invariant:** a log is carried only from where database and lock agree, while no server writes to it, and arrives with the
//! same root under the same checkpoint.
//! **Invariant:** no server opens the source once the target can be opened.

use super::book;
use super::error::LogError;
use super::lock::{Checkpoints, Lock};
use crate::store::Store;
use crate::store::copying::{Copied, CopyError};
use placet_model::log::checkpoint::Keys;

/// Why nothing was carried over.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// The log does not agree with its lock, or the lock cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database cannot be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The target's lock is in use.
    #[error("the lock of the target holds checkpoints of another database")]
    LockInUse,
}

/// Copies everything from `source` into `target`, which is empty, marks the source's lock, and then fills the target's. Who is
/// stopped in between has a target that no server opens; the mark lets it be copied to the same address again.
///
/// # Errors
/// [`CarryError`].
pub async fn carry(source: &Store, from: &mut Lock, target: &Store, to: &mut Lock) -> Result<Copied, CarryError> {
    let address = target.address().to_string();
    if let Some(moved) = from.moved().map_err(LogError::from)?.filter(|moved| *moved != address) {
        return Err(LogError::Moved { to: moved.to_owned() }.into());
    }
    let checkpoints = from.checkpoints().map_err(LogError::from)?.clone();
    if !to.checkpoints().map_err(LogError::from)?.is_empty() {
        return Err(CarryError::LockInUse);
    }
    check(source, &checkpoints).await?;
    let copied = source.copy_into(target).await?;
    from.mark(Some(&address)).await.map_err(LogError::from)?;
    for (origin, checkpoint) in &checkpoints {
        to.swap(origin, None, checkpoint).await.map_err(LogError::from)?;
    }
    check(target, to.checkpoints().map_err(LogError::from)?).await?;
    Ok(copied)
}

/// Checks the root of each log against its checkpoints.
async fn check(store: &Store, locked: &Checkpoints) -> Result<(), LogError> {
    let verifiers: String = store.log_keys().await?.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
    let keys = Keys::parse(&verifiers).map_err(LogError::Keys)?;
    let rows = store.logs().await?;
    for (origin, checkpoint) in locked {
        if !rows.iter().any(|row| row.origin == *origin) {
            let head = keys.open(checkpoint).map_err(|fault| LogError::Unsigned { origin: origin.clone(), fault })?;
            return Err(LogError::Behind { origin: origin.clone(), found: 0, signed: head.size });
        }
    }
    for row in rows {
        book::check(store, row, locked, &keys).await?;
    }
    Ok(())
}
