//! A new lock for logs whose lock is lost, out of what the database holds.
//!
//! **Invariant:** a lock that holds anything is left as it is.

use super::book;
use super::error::LogError;
use super::lock::{Checkpoints, Lock};
use crate::store::Store;
use placet_model::log::checkpoint::Keys;

/// Puts the database's own checkpoints into a lock that holds none, after checking each against the log; the name and the
/// size of each log.
///
/// # Errors
/// [`LogError`].
pub async fn renew(store: &Store, mut lock: Lock) -> Result<Vec<(String, u64)>, LogError> {
    if !lock.checkpoints()?.is_empty() || lock.moved()?.is_some() {
        return Err(LogError::LockHeld);
    }
    let verifiers: String = store.log_keys().await?.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
    let keys = Keys::parse(&verifiers).map_err(LogError::Keys)?;
    let mut found = Vec::new();
    for row in store.logs().await? {
        let (origin, size) = (row.origin.clone(), row.size);
        let kept: Checkpoints = row.checkpoint.iter().map(|checkpoint| (origin.clone(), checkpoint.clone())).collect();
        let book = book::check(store, row, &kept, &keys).await?;
        found.push((origin, size, book.kept));
    }
    let mut renewed = Vec::new();
    for (origin, size, checkpoint) in found {
        if let Some(checkpoint) = checkpoint {
            lock.swap(&origin, None, &checkpoint).await?;
        }
        renewed.push((origin, size));
    }
    Ok(renewed)
}
