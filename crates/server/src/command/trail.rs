//! What commands leave for the audit trail: the server enters it into the log, at once where it runs and else at its next start.
//!
//! **Invariant:** a line is left before what it tells of is done: where it cannot be, nothing is done.

use super::Failure;
use crate::serve::cannot_open;
use crate::state::now;
use crate::store::Store;
use placet_model::admin::{Act, AuditEvent};

/// Who did it, where a person did it on the command line.
pub const COMMAND_LINE: &str = "command-line";

/// A line of the audit trail, of now.
pub fn event(what: Act, about: Option<String>) -> AuditEvent {
    AuditEvent { at: now().unsigned_abs(), who: COMMAND_LINE.into(), role: None, what, about, receipts: None }
}

/// Leaves a line in the database at this address.
///
/// # Errors
/// A [`Failure`] that says what to do.
pub async fn leave(database: &str, event: &AuditEvent) -> Result<(), Failure> {
    let store = Store::join(database).await.map_err(|error| cannot_open(database, &error))?;
    let left = store.leave_audit(event).await;
    store.close().await;
    left.map_err(|error| cannot_open(database, &error.into()))
}
