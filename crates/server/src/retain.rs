//! Deleting what has been kept for its time, as the server does it once a day.
//!
//! **Invariant:** what is deleted stands in the audit trail before, as numbers: where that cannot be written, nothing is deleted.

use crate::problem::Problem;
use crate::state::App;
use crate::store::retention::Expired;
use placet_model::admin::{Act, AuditEvent};
use placet_model::json;

/// Who deletes, where nobody asked for it.
const SERVER: &str = "server";

/// Deletes the receipts whose time is over; how many there were.
///
/// # Errors
/// [`Problem::StoreFailed`], [`Problem::Busy`].
pub async fn retain(app: &App) -> Result<u64, Problem> {
    let now = (app.clock)();
    let expired = app.store.expired(&app.terms, now).await?;
    if expired.is_empty() {
        return Ok(0);
    }
    app.log.audit(json::to_text(&event(SERVER, &expired, now)), now).await?;
    Ok(app.store.retain(&app.terms, now).await?)
}

/// The line of the audit trail: how many receipts of which rule set go.
pub fn event(who: &str, expired: &[Expired], now: i64) -> AuditEvent {
    let told = |expired: &Expired| {
        let regime = expired.regime.map_or("unknown", |regime| regime.word());
        format!("{regime} {}", expired.receipts)
    };
    let about = expired.iter().map(told).collect::<Vec<_>>().join(", ");
    AuditEvent {
        at: now.unsigned_abs(),
        who: who.to_owned(),
        role: None,
        what: Act::ReceiptsExpired,
        about: Some(about),
        receipts: Some(expired.iter().map(|expired| expired.receipts).sum()),
    }
}
