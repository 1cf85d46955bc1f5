//! The receipt of an erasure: a line of the audit trail that says which receipts are gone and when, with the proof that it
//! stands in the log.
//!
//! **Invariant:** the line names no receipt. It holds their number and the hash of their ids, which are random: who knows the ids
//! can show that they are meant, and nobody else learns them.
//! **Invariant:** nothing is erased without its line: a server that dies right afterwards enters it when it starts again.

use crate::admin::audit::enter;
use crate::problem::Problem;
use crate::state::App;
use crate::store::self_service::Erased;
use placet_model::admin::{Act, AuditEvent};
use placet_model::self_service::Erasure;
use placet_model::verify::hash;

/// Erases the receipts of a device, for the shopper who has its key.
///
/// # Errors
/// [`Problem::StoreFailed`]; then nothing is erased.
pub async fn erase_device(app: &App, device: String) -> Result<Erasure, Problem> {
    let _turn = app.entering.lock().await;
    let now = (app.clock)();
    let erased = app.store.erase(&device, |receipts| event("shopper", receipts, now)).await?;
    Ok(receipt(app, Some(device), erased, now).await)
}

/// Erases the receipts of the person whom a tag stands for, for the bearer of a token; none where nothing is held.
///
/// # Errors
/// [`Problem::StoreFailed`]; then nothing is erased.
pub async fn erase_person(app: &App, who: &str, tag: &str) -> Result<Option<Erasure>, Problem> {
    let _turn = app.entering.lock().await;
    let now = (app.clock)();
    match app.store.erase_person(tag, |receipts| event(who, receipts, now)).await? {
        None => Ok(None),
        Some(erased) => Ok(Some(receipt(app, None, erased, now).await)),
    }
}

fn event(who: &str, receipts: &[String], now: i64) -> AuditEvent {
    AuditEvent {
        at: now.unsigned_abs(),
        who: who.to_owned(),
        role: None,
        what: Act::ReceiptsErased,
        about: Some(hash(receipts.join("\n").as_bytes())),
        receipts: Some(receipts.len() as u64),
    }
}

/// Enters the line into the log. Where that fails, the receipts are gone all the same: the answer says so without a proof, and
/// the line is entered later.
async fn receipt(app: &App, device: Option<String>, erased: Erased, now: i64) -> Erasure {
    let Erased { receipts, line } = erased;
    let log = match enter(app, &line).await {
        Ok(proof) => Some(proof),
        Err(problem) => {
            tracing::error!(?problem, "the line about an erasure waits to be entered into the log");
            None
        }
    };
    // What is gone takes its keys along, where they have sealed nothing else.
    if let Err(error) = app.store.forget_keys(now).await {
        tracing::error!(%error, "cannot delete keys of months of which nothing is left");
    }
    Erasure { erased: receipts.len() as u64, at: now.unsigned_abs(), device, receipts, event: line.event, log }
}
