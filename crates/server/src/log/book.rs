//! One log as its writer holds it, and how it is checked before anything is added to it: at the start, and after every fault.
//!
//! **Invariant:** a log is opened only where the database, the last checkpoint and the lock agree; what is ahead of the lock
//! was written by us and answered to nobody, and is signed then.

use super::error::LogError;
use super::lock::Checkpoints;
use super::tiles::{self, Name, Stored, TILE, entry_in};
use super::tree::{EntryBytes, Tree};
use crate::store::Store;
use crate::store::log::{LogRow, Logged};
use placet_model::log::checkpoint::Keys;
use std::collections::BTreeMap;

/// How many of the last records are compared with their entries when a log is opened.
const LOOKED_AT: u64 = 1024;

/// A log as its writer holds it.
#[derive(Debug)]
pub struct Book {
    /// Its number in the database.
    pub id: i64,
    /// Its tree.
    pub tree: Tree,
    /// Its newest checkpoint in the lock; none where it was never signed.
    pub locked: Option<String>,
    /// Its newest checkpoint in the database.
    pub kept: Option<String>,
}

/// Opens a log and checks it.
///
/// # Errors
/// [`LogError`] where something does not agree.
pub async fn open(store: &Store, row: LogRow, locked: &Checkpoints, keys: &Keys) -> Result<Book, LogError> {
    let (origin, id, size) = (row.origin.clone(), row.id, row.size);
    let book = check(store, row, locked, keys).await?;
    look_at(store, &origin, id, size).await?;
    Ok(book)
}

/// Opens a log and checks its tree against its checkpoints, but not the records under it.
///
/// # Errors
/// [`LogError`] where something does not agree.
pub async fn check(store: &Store, row: LogRow, locked: &Checkpoints, keys: &Keys) -> Result<Book, LogError> {
    let LogRow { id, origin, size, checkpoint: kept } = row;
    let edge = store.tiles(id, &Tree::edge_of(size)).await?;
    let tree = Tree::read(size, &edge).map_err(|error| torn(&origin, &error))?;
    let locked = locked.get(&origin).cloned();
    if locked.is_none() && size > 0 {
        return Err(LogError::Unlocked { origin, found: size });
    }
    for checkpoint in [&locked, &kept].into_iter().flatten() {
        let head = keys.open(checkpoint).map_err(|fault| LogError::Unsigned { origin: origin.clone(), fault })?;
        if head.origin != origin || head.size > size {
            return Err(LogError::Behind { origin, found: size, signed: head.size });
        }
        let tiles = store.tiles(id, &tiles::tiles_of_root(head.size)).await?;
        let root = tiles::root_of(head.size, &tiles).map_err(|error| torn(&origin, &error))?;
        if root != head.root {
            return Err(LogError::Changed { origin, size: head.size });
        }
    }
    Ok(Book { id, tree, locked, kept })
}

/// Compares the last records with their entries. One that was erased is not there.
async fn look_at(store: &Store, origin: &str, log: i64, size: u64) -> Result<(), LogError> {
    let first = size.saturating_sub(LOOKED_AT);
    let records = store.logged(log, first, size).await?;
    let mut tiles: BTreeMap<Name, Vec<u8>> = BTreeMap::new();
    for place in first / TILE..size.div_ceil(TILE) {
        let name = Name::of_entry(place * TILE);
        tiles.extend(store.tile(log, name).await?.map(|Stored { name, bytes }| (name, bytes)));
    }
    for record in records {
        let entered = tiles.get(&Name::of_entry(record.index));
        let entered = entered.and_then(|bytes| entry_in(bytes, record.index % TILE));
        if entered.is_none() || entered != record.entry() {
            return Err(LogError::Damaged { origin: origin.to_owned(), index: record.index });
        }
    }
    Ok(())
}

/// The entries of what was read back: all that were written, in their order.
///
/// # Errors
/// [`LogError::Damaged`] at the first that is missing or without its salt.
pub fn entries(origin: &str, first: u64, count: usize, records: &[Logged]) -> Result<Vec<EntryBytes>, LogError> {
    let damaged = |index| LogError::Damaged { origin: origin.to_owned(), index };
    let mut entries = Vec::with_capacity(count);
    for (index, record) in (first..).zip(records) {
        let entry = record.entry().filter(|_| record.index == index);
        entries.push(entry.ok_or_else(|| damaged(index))?);
    }
    match entries.len() == count {
        true => Ok(entries),
        false => Err(damaged(first + entries.len() as u64)),
    }
}

/// What the library behind the tree says of tiles that are not whole.
pub fn torn(origin: &str, error: &tlog_tiles::Error) -> LogError {
    LogError::Torn { origin: origin.to_owned(), error: error.to_string() }
}
