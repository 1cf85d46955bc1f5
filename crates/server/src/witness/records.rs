//! What the entries of a log stand for, out of the server's database.

use super::gone::Gone;
use super::source::Unread;
use super::whole::{Kept, Records};
use crate::command::Failure;
use crate::command::runtime::runtime;
use crate::master_key::unlock;
use crate::serve::cannot_open;
use crate::store::Store;
use crate::store::audit::Cursor;
use crate::store::log::{LogRow, Logged};
use placet_model::log::checkpoint::Checkpoint;
use placet_model::receipt_file::Check;
use std::path::Path;
use tokio::runtime::Runtime;

/// Lines of the audit trail that are read at once.
const PAGE: i64 = 1000;

/// The records in a database, which a server may be writing to meanwhile.
#[derive(Debug)]
pub struct Database {
    runtime: Runtime,
    store: Store,
    logs: Vec<LogRow>,
}

impl Database {
    /// Looks into the database at this address, with the master key that sealed it; nothing of it is changed.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn look(address: &str, master_key: Option<&Path>) -> Result<Self, Failure> {
        let runtime = runtime()?;
        let (store, logs) = runtime.block_on(async {
            let store = Store::look(address).await.map_err(|error| cannot_open(address, &error))?;
            let cannot = |error: sqlx::Error| cannot_open(address, &error.into());
            // Where nothing is sealed there may be no key, and none is made.
            if !store.data_keys().await.map_err(cannot)?.is_empty() {
                unlock(address, master_key, &store).await?;
            }
            let logs = store.logs().await.map_err(cannot)?;
            Ok((store, logs))
        })?;
        Ok(Database { runtime, store, logs })
    }

    /// The records under these entries, or `None` for those that cannot be opened: what was changed does not open.
    async fn logged(&self, log: i64, first: u64, end: u64) -> Result<Vec<(u64, Option<Logged>)>, sqlx::Error> {
        match self.store.logged(log, first, end).await {
            Ok(logged) => Ok(logged.into_iter().map(|logged| (logged.index, Some(logged))).collect()),
            Err(sqlx::Error::Decode(_)) => {
                let mut opened = Vec::new();
                for index in first..end {
                    match self.store.logged(log, index, index + 1).await {
                        Ok(logged) => opened.extend(logged.into_iter().map(|logged| (index, Some(logged)))),
                        Err(sqlx::Error::Decode(_)) => opened.push((index, None)),
                        Err(error) => return Err(error),
                    }
                }
                Ok(opened)
            }
            Err(error) => Err(error),
        }
    }

    async fn gone_by_trail(&self) -> Result<Option<u64>, sqlx::Error> {
        let mut gone = Gone::default();
        // What waits is about to be entered: read first, so that no line is passed over.
        for line in self.store.audit_waiting().await? {
            gone.count(&line.event);
        }
        let mut after = Cursor::start();
        loop {
            let lines = self.store.audit_after(after, PAGE).await?;
            lines.iter().for_each(|line| gone.count(&line.text));
            match lines.last().and_then(|line| Cursor::read(&line.cursor)) {
                Some(next) => after = next,
                None => return Ok(gone.total()),
            }
        }
    }
}

impl Records for Database {
    fn read(&mut self, origin: &str, first: u64, count: usize) -> Result<Vec<Kept>, Unread> {
        let Some(log) = self.logs.iter().find(|log| log.origin == origin) else {
            return Err(Unread(format!("the database holds no log {origin}")));
        };
        let end = first + count as u64;
        let read = self.runtime.block_on(self.logged(log.id, first, end));
        let read = read.map_err(|error| Unread(format!("the records in the database cannot be read: {error}")))?;
        let mut kept = vec![Kept::Gone; count];
        for (index, logged) in &read {
            let place = usize::try_from(index - first).ok().and_then(|place| kept.get_mut(place));
            if let Some(place) = place {
                *place = logged.as_ref().and_then(Logged::entry).map_or(Kept::Damaged, Kept::Entry);
            }
        }
        Ok(kept)
    }

    /// None: records in a database have no proofs beside them.
    fn proved(&self, _: &str) -> Vec<Checkpoint> {
        Vec::new()
    }

    fn read_through(&self) -> Option<Check> {
        None
    }

    fn told_gone(&mut self) -> Result<Option<u64>, Unread> {
        let unread = |error| Unread(format!("the audit trail in the database cannot be read: {error}"));
        self.runtime.block_on(self.gone_by_trail()).map_err(unread)
    }
}
