//! One receipt, looked up by its id: as JSON, as a page to read, or in a form that others read.
//!
//! **Invariant:** who looked is in the audit trail before anything is told.

use super::audit::audit;
use super::caller::Caller;
use super::query::Query;
use crate::lookup::find::{Finder, Unfound};
use crate::lookup::page::{Place, page, policy};
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use placet_model::admin::Act;
use placet_model::evidence::Evidence;
use placet_model::export::{Exporter, Form};
use placet_model::json;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt_file::{Report, verify_file};
use placet_model::tree::Write;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /v1/receipts/{id}?form=json|page|file|lines|kantara|dpv`. Where the form is not named, a browser gets the page.
///
/// # Errors
/// [`Problem::NotFound`], [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn show(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let usual = if value(header::ACCEPT).contains("text/html") { "page" } else { "json" };
    let form = query.text("form").unwrap_or(usual);
    let export = Form::from_word(form);
    if export.is_none() && !matches!(form, "json" | "page" | "file") {
        return Err(Problem::Malformed("form is json, page, file, lines, kantara or dpv.".into()));
    }
    let holding = app.store.holding(&id).await?.ok_or(Problem::NotFound)?;
    audit(&app, &caller, Act::ReceiptRead, Some(&holding.id)).await?;
    let evidence = Finder::new(&app.store, app.log.heads()).evidence(holding).await.map_err(unfound)?;
    let file = json::to_text(&evidence.file());
    let report = || verify_file(&file, &Keys::parse(app.log.verifiers()).unwrap_or_default());
    Ok(match (export, form) {
        (Some(form), _) => private("application/x-ndjson", Exporter::new(form).lines(&evidence)),
        (None, "page") => {
            let html = page(&evidence, &report(), value(header::ACCEPT_LANGUAGE), Place::Listener);
            let mut response = private("text/html; charset=utf-8", html);
            if let Ok(policy) = policy().parse() {
                response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            response
        }
        (None, "file") => private("application/json", file),
        (None, _) => private("application/json", told(&evidence, &report()).to_string()),
    })
}

/// Everything that is held of a receipt, and what checking it yielded.
fn told(evidence: &Evidence, report: &Report) -> Value {
    let checks: Vec<Value> = report
        .checks
        .iter()
        .map(|check| match &check.outcome {
            Ok(found) => json!({ "what": check.what, "holds": true, "found": found }),
            Err(found) => json!({ "what": check.what, "holds": false, "found": found }),
        })
        .collect();
    let held = &evidence.held;
    let says: Value = evidence.claims.write();
    let file: Value = evidence.file().write();
    let envelope: Value = evidence.envelope.write();
    json!({
        "id": evidence.claims.id,
        "receivedAt": held.received_at,
        "skew": held.skew,
        "late": held.late,
        "fork": held.fork,
        "says": says,
        "envelope": envelope,
        "checks": checks,
        "file": file,
    })
}

/// An answer that nobody keeps.
pub(super) fn private(kind: &'static str, text: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// What is held and cannot be put together is a fault of ours, which the log tells.
pub(super) fn unfound(error: Unfound) -> Problem {
    tracing::error!(%error, "what is held of a receipt cannot be put together");
    Problem::StoreFailed
}
