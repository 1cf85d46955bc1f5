//! Proving a receipt that stood in a log before, out of the tiles.
//!
//! **Invariant:** nothing is proved of a record that is not what was entered.

use super::error::LogError;
use super::proof_of;
use super::tiles::{self, Name, Stored, TILE, entry_in};
use super::writer::{Heads, Shown};
use crate::store::Store;
use crate::store::receipts::Held;
use placet_model::log::checkpoint::read_unsigned;
use placet_model::receipt::LogProof;
use std::sync::Arc;

/// Why a receipt cannot be proved to stand where it does.
#[derive(Debug, thiserror::Error)]
pub enum Unproved {
    /// It names a log that is not there.
    #[error("it names a log that is not there")]
    NoLog,
    /// It was entered after the newest checkpoint that is known here.
    #[error("no checkpoint covers it yet")]
    NotSigned,
    /// It is not what was entered, or the tiles are not whole.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
}

/// The logs of a database by their newest checkpoints, where no server's own are at hand.
///
/// # Errors
/// Where the database fails.
pub async fn heads_of(store: &Store) -> Result<Heads, sqlx::Error> {
    let shown = |id, checkpoint: String| {
        let size = read_unsigned(&checkpoint).ok()?.size;
        Some(Shown { id, size, checkpoint, nodes: Arc::default() })
    };
    let rows = store.logs().await?.into_iter();
    Ok(rows.filter_map(|row| Some((row.origin, shown(row.id, row.checkpoint?)?))).collect())
}

/// Proves a receipt, and compares it with its entry.
///
/// # Errors
/// [`Unproved`].
pub async fn prove(store: &Store, heads: &Heads, held: Held) -> Result<LogProof, Unproved> {
    let Held { log, logged, .. } = held;
    let (origin, shown) = heads.iter().find(|(_, shown)| shown.id == log).ok_or(Unproved::NoLog)?;
    if logged.index >= shown.size {
        return Err(Unproved::NotSigned);
    }
    let read = store.tiles(log, &tiles::tiles_to_prove(shown.size, logged.index)).await?;
    let entries = store.tile(log, Name::of_entry(logged.index)).await?;
    let entered = entries.and_then(|Stored { bytes, .. }| entry_in(&bytes, logged.index % TILE));
    if entered.is_none() || entered != logged.entry() {
        return Err(LogError::Damaged { origin: origin.clone(), index: logged.index }.into());
    }
    let proof = tiles::prove(shown.size, logged.index, &read).map_err(|error| super::book::torn(origin, &error))?;
    Ok(proof_of(origin, shown, logged, &proof))
}
