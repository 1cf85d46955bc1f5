//! A fuse in the line to the database: it makes one storage call fail, so that tests can see what becomes of receipts
//! whichever call that is. Nothing but tests sets it.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts storage calls and makes one of them fail.
#[derive(Debug, Default)]
pub struct Fuse(AtomicU64);

impl Fuse {
    /// The call with this number from now on fails, counted from 1; none with 0.
    pub fn set(&self, call: u64) {
        self.0.store(call, Ordering::SeqCst);
    }

    /// Whether the call that was to fail has not come yet.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    /// A storage call is about to be made, or its answer to be used.
    ///
    /// # Errors
    /// For the call that is to fail.
    pub fn burn(&self) -> Result<(), sqlx::Error> {
        let count = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        match count {
            Ok(1) => Err(sqlx::Error::Io(io::Error::other("a test makes this call fail"))),
            _ => Ok(()),
        }
    }
}
