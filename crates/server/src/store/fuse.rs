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

    /// All calls fail from now on, until it is set again.
    pub fn blow(&self) {
        self.set(u64::MAX);
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
        let next = |left: u64| if left == u64::MAX { Some(left) } else { left.checked_sub(1) };
        match self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next) {
            Ok(1 | u64::MAX) => Err(sqlx::Error::Io(io::Error::other("a test makes this call fail"))),
            _ => Ok(()),
        }
    }
}
