//! Whether there is room left on the disk for more receipts.
//!
//! A disk that is full stops more than receipts: nobody can be erased, no line of the audit trail be written, no database be tidied.
//! So receipts and feedback stop earlier, while there is room for these. On PostgreSQL the disk is that of another program, which
//! looks after it.
//!
//! **Invariant:** what is kept for the operator's own work is not filled by strangers.

use crate::store::address::Address;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an outcome is good for: many may ask, and only one has to look.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// The room on the disk of a database.
#[derive(Debug)]
pub struct Room {
    directory: Option<PathBuf>,
    floor: u64,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Room {
    /// That of a database at this address, of which so many bytes are to stay free.
    pub fn new(address: &Address, floor: u64) -> Self {
        let file = address.file().filter(|_| floor > 0);
        let directory = file.map(|file| match file.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory.to_owned(),
            _ => PathBuf::from("."),
        });
        Room { directory, floor, last: Mutex::new(None) }
    }

    /// Whether there is room for more. Where the disk does not tell, there is: writing will show.
    pub fn is_there(&self) -> bool {
        let Some(directory) = &self.directory else { return true };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, is_there)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return is_there;
        }
        let is_there = free(directory).is_none_or(|free| free >= self.floor);
        match (is_there, last.is_none_or(|(_, before)| before)) {
            (false, true) => {
                tracing::error!("there is too little room on the disk; no receipts are taken until there is more")
            }
            (true, false) => tracing::info!("there is room on the disk again"),
            _ => {}
        }
        *last = Some((Instant::now(), is_there));
        is_there
    }
}

/// The bytes that are free on the file system of a directory, for us and not for its administrator alone.
#[cfg(unix)]
fn free(directory: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(directory).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}
