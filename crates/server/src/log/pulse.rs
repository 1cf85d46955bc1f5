//! When the log was last written, so that everybody can see that it still can be.
//!
//! A disk that is full and a lock that is gone show only when somebody writes. So the sequencer writes the newest checkpoint again
//! where nothing else was written for a second ([`super::writer::Writer::beat`]), and this remembers when that went well.
//!
//! **Invariant:** the pulse beats only after the database and the lock have both taken a checkpoint.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When a checkpoint last went into the database and the lock.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<Mutex<Instant>>);

impl Default for Pulse {
    fn default() -> Self {
        Pulse(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Pulse {
    /// A checkpoint has gone into both now.
    pub(super) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// When one last did.
    pub fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long ago that was.
    pub fn age(&self) -> Duration {
        self.last().elapsed()
    }
}
