//! The audit trail: who did what with what is held, and reading it.
//!
//! A line is an entry of the log, so that nobody takes it away or changes it unseen.
//!
//! **Invariant:** a line is written before what it tells of is done or handed out: where it cannot be written, nothing is.
//! **Invariant:** a line names no person: a receipt by its random id, a person by a keyed tag that the database alone
//! does not open.

use super::caller::Caller;
use super::query::Query;
use crate::problem::Problem;
use crate::state::App;
use crate::store::audit::{Cursor, Waiting};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use placet_model::admin::{Act, AuditEvent, AuditPage};
use placet_model::json;
use placet_model::receipt::LogProof;
use placet_model::tree::Write;
use std::sync::Arc;

/// Lines of one page, where the call does not say how many.
const PAGE: i64 = 100;
/// Lines of one page at most.
const LONGEST_PAGE: i64 = 1000;

/// Writes a line of the audit trail: `who` is about to do `what` to `about`.
///
/// Call it before the deed. `about` is the id of a receipt, a token or a request, the keyed tag of a person (never the
/// reference itself), or a period.
///
/// # Errors
/// [`Problem::StoreFailed`]; then the deed must not be done.
pub async fn audit(app: &App, who: &Caller, what: Act, about: Option<&str>) -> Result<(), Problem> {
    let event = AuditEvent {
        at: (app.clock)().unsigned_abs(),
        who: who.id.clone(),
        role: Some(who.role),
        what,
        about: about.map(str::to_owned),
        receipts: None,
    };
    app.log.audit(json::to_text(&event), (app.clock)()).await?;
    Ok(())
}

/// Enters into the log what commands left for it, one call after the other. A server that dies in the middle enters a line twice,
/// and none never.
///
/// # Errors
/// [`Problem::StoreFailed`], [`Problem::Busy`].
pub async fn enter_waiting(app: &App) -> Result<(), Problem> {
    let _turn = app.entering.lock().await;
    for line in app.store.audit_waiting().await? {
        enter(app, &line).await?;
    }
    Ok(())
}

/// Enters one line that waits into the log. The caller has the turn, [`App::entering`].
///
/// # Errors
/// [`Problem::StoreFailed`], [`Problem::Busy`]; then it goes on waiting, or stands in the log twice.
pub async fn enter(app: &App, line: &Waiting) -> Result<LogProof, Problem> {
    let proof = app.log.audit(line.event.clone(), (app.clock)()).await?;
    app.store.forget_waiting(line).await?;
    Ok(proof)
}

/// `GET /v1/audit?after=CURSOR&limit=LINES`.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn list(State(app): State<Arc<App>>, query: Query) -> Result<Response, Problem> {
    let after = match query.text("after") {
        None => Cursor::start(),
        Some(text) => Cursor::read(text)
            .ok_or_else(|| Problem::Malformed("after is the cursor of a line, as an answer tells it.".into()))?,
    };
    let limit = query.number("limit", 1..=LONGEST_PAGE)?.unwrap_or(PAGE);
    // Where the log cannot be written, what stands there can still be read.
    enter_waiting(&app).await.ok();
    let lines = app.store.audit_after(after, limit).await?;
    let next = lines.last().map(|line| line.cursor.clone()).filter(|_| lines.len() as i64 == limit);
    Ok(told(&AuditPage { lines, next }))
}

/// An answer in JSON that nobody keeps.
pub fn told(answer: &impl Write) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, json::to_text(answer)).into_response()
}
