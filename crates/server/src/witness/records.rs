//! What the entries of a log stand for, out of the server's database.

use super::source::Unread;
use super::whole::{Kept, Records};
use crate::command::Failure;
use crate::command::runtime::runtime;
use crate::serve::cannot_open;
use crate::store::Store;
use crate::store::log::{LogRow, Logged};
use tokio::runtime::Runtime;

/// The records in a database, which a server may be writing to meanwhile.
#[derive(Debug)]
pub struct Database {
    runtime: Runtime,
    store: Store,
    logs: Vec<LogRow>,
}

impl Database {
    /// Looks into the database at this address; nothing of it is changed.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn look(address: &str) -> Result<Self, Failure> {
        let runtime = runtime()?;
        let store = runtime.block_on(Store::look(address)).map_err(|error| cannot_open(address, &error))?;
        let logs = runtime.block_on(store.logs()).map_err(|error| cannot_open(address, &error.into()))?;
        Ok(Database { runtime, store, logs })
    }
}

impl Records for Database {
    fn read(&mut self, origin: &str, first: u64, count: usize) -> Result<Vec<Kept>, Unread> {
        let Some(log) = self.logs.iter().find(|log| log.origin == origin) else {
            return Err(Unread(format!("the database holds no log {origin}")));
        };
        let end = first + count as u64;
        let read = self.runtime.block_on(self.store.logged(log.id, first, end));
        let read = read.map_err(|error| Unread(format!("the records in the database cannot be read: {error}")))?;
        let mut kept = vec![Kept::Gone; count];
        for logged in &read {
            let place = usize::try_from(logged.index - first).ok().and_then(|place| kept.get_mut(place));
            if let Some(place) = place {
                *place = Logged::entry(logged).map_or(Kept::Damaged, Kept::Entry);
            }
        }
        Ok(kept)
    }
}
