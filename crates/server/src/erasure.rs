//! The receipt of an erasure: a line of the audit trail that says which receipts are gone and when, with the proof that it
//! stands in the log.
//!
//! **Invariant:** the line names no receipt. It holds the hash of their ids, which are random: who knows the ids can show
//! that they are meant, and nobody else learns them.

use crate::state::App;
use placet_model::admin::{Act, AuditEvent};
use placet_model::json;
use placet_model::self_service::Erasure;
use placet_model::verify::hash;

/// Enters the erasure of these receipts into the log. Where that fails, they are gone all the same, and the answer says so
/// without a proof.
pub async fn receipt_of_erasure(app: &App, who: &str, device: Option<String>, mut receipts: Vec<String>) -> Erasure {
    receipts.sort_unstable();
    let now = (app.clock)();
    let event = AuditEvent {
        at: now.unsigned_abs(),
        who: who.to_owned(),
        role: None,
        what: Act::ReceiptsErased,
        about: Some(hash(receipts.join("\n").as_bytes())),
    };
    let event = json::to_text(&event);
    let log = match app.log.audit(event.clone(), now).await {
        Ok(proof) => Some(proof),
        Err(error) => {
            tracing::error!(%error, "an erasure has no line in the audit trail");
            None
        }
    };
    // What is gone takes its keys along, where they have sealed nothing else.
    if let Err(error) = app.store.forget_keys(now).await {
        tracing::error!(%error, "cannot delete keys of months of which nothing is left");
    }
    Erasure { erased: receipts.len() as u64, at: now.unsigned_abs(), device, receipts, event, log }
}
