//! Every route of the admin listener, in one table.
//!
//! **Invariant:** a route names the roles that may use it, here and nowhere else. No roles means: everybody who reaches the
//! listener; an owner may use every route.

use super::gate::{Gate, gate};
use super::{audit, confirmation, exports, feedback, receipts, statistics, subjects, tokens};
use crate::metrics::metrics;
use crate::notice;
use crate::openapi::openapi;
use crate::problem::Problem;
use crate::ready::readyz;
use crate::route::Route;
pub use crate::route::{Entry, route};
use crate::routes::{harden, healthz};
use crate::state::App;
use axum::Router;
use axum::http::Method;
use axum::middleware::{from_fn_with_state, map_response};
use placet_model::admin::{AuditPage, FeedbackAnswer, MadeToken, Role, Statistics, TokenList, TokenWish, WaitingList};
use placet_model::self_service::Erasure;
use std::sync::Arc;

/// No role is needed.
const EVERYBODY: &[Role] = &[];
const ANALYST: &[Role] = &[Role::Analyst];
const AUDITOR: &[Role] = &[Role::Auditor];
const INGEST: &[Role] = &[Role::Ingest];
const CHANNELS: &[Role] = &[Role::Ingest, Role::Auditor];
const EDITOR: &[Role] = &[Role::Editor];
const OWNER: &[Role] = &[Role::Owner];

/// In which form receipts are told.
const EXPORT_FORM: (&str, &str) = ("form", "lines, kantara or dpv; lines, if it is left out.");

/// The table.
pub fn table() -> Vec<Route> {
    vec![
        route(Method::GET, "/healthz", EVERYBODY, healthz)
            .says("Whether the process answers")
            .answers_other("application/json"),
        route(Method::GET, "/readyz", EVERYBODY, readyz)
            .says("Whether the database and the log answer")
            .answers_other("application/json"),
        route(Method::GET, "/openapi.json", EVERYBODY, openapi)
            .says("What both listeners answer, as OpenAPI")
            .answers_other("application/json"),
        route(Method::GET, "/metrics", ANALYST, metrics)
            .says("What the server counts of itself, for Prometheus")
            .answers_other("application/openmetrics-text"),
        route(Method::GET, "/v1/statistics", ANALYST, statistics::list)
            .says(
                "How many receipts there were, by day: by purpose, by method and by state. No number below ten is told",
            )
            .asks(&[
                ("since", "The first day (UTC), 2026-03-01; thirty days before the last, if it is left out."),
                (
                    "until",
                    "The day (UTC) after the last one; today, if it is left out. A day that is not over is not told.",
                ),
            ])
            .answers::<Statistics>(200),
        route(Method::GET, "/v1/tokens", OWNER, tokens::list).says("The tokens").answers::<TokenList>(200),
        route(Method::POST, "/v1/tokens", OWNER, tokens::make)
            .says("Makes a token")
            .takes::<TokenWish>()
            .answers::<MadeToken>(201),
        route(Method::DELETE, "/v1/tokens/{id}", OWNER, tokens::revoke).says("Revokes a token"),
        route(Method::GET, "/v1/audit", AUDITOR, audit::list)
            .says("The audit trail")
            .asks(&[("after", "The cursor of the line before."), ("limit", "How many lines, 1 to 1000.")])
            .answers::<AuditPage>(200),
        route(Method::GET, "/v1/confirmations", AUDITOR, confirmation::list)
            .says("The requests that wait for a second token")
            .answers::<WaitingList>(200),
        route(Method::POST, "/v1/confirmations/{id}", AUDITOR, confirmation::give)
            .says("Confirms a request that another token made"),
        route(Method::GET, "/v1/receipts/{id}", AUDITOR, receipts::show)
            .says("One receipt with all that is held of it, as JSON or as a page")
            .asks(&[(
                "form",
                "json, page, file, lines, kantara or dpv; without it a browser gets the page, others json.",
            )])
            .answers_other("application/json"),
        route(Method::GET, "/v1/subjects/{ref}", CHANNELS, subjects::show)
            .says("The receipts of the person whom the site's reference names")
            .asks(&[EXPORT_FORM])
            .answers_other("application/x-ndjson"),
        route(Method::DELETE, "/v1/subjects/{ref}", INGEST, subjects::erase)
            .says("Erases the receipts of the person whom the site's reference names")
            .answers::<Erasure>(200),
        route(Method::GET, "/v1/exports", AUDITOR, exports::period)
            .says("The receipts of a period")
            .asks(&[
                EXPORT_FORM,
                ("since", "The first day (UTC), 2026-03-01."),
                ("until", "The day (UTC) after the last one."),
            ])
            .answers_other("application/x-ndjson")
            .confirmed(),
        route(Method::GET, "/notice/{name}", EVERYBODY, notice::notice)
            .says("A notice that was served at any time, as JSON or as a page")
            .answers_other("application/json"),
        route(Method::GET, "/v1/feedback", EDITOR, feedback::list)
            .says("What shoppers wrote about the notice")
            .asks(&[("since", "The first day (UTC), 2026-03-01."), ("purpose", "The purpose that it is about.")])
            .answers::<FeedbackAnswer>(200),
        route(Method::DELETE, "/v1/feedback/{place}", EDITOR, feedback::delete)
            .says("Deletes what one shopper wrote about the notice"),
    ]
}

/// The router of the admin listener.
pub fn router(app: Arc<App>) -> Router {
    router_of(table(), app)
}

/// A router of these routes, each behind its gate.
pub fn router_of(routes: Vec<Route>, app: Arc<App>) -> Router {
    let mut router = Router::new();
    for Route { entry, handler } in routes {
        let path = entry.path;
        let gate = from_fn_with_state(Gate::new(app.clone(), entry), gate);
        router = router.route(path, handler.route_layer(gate));
    }
    router
        .method_not_allowed_fallback(async || Problem::MethodRefused)
        .fallback(async || Problem::NotFound)
        .with_state(app)
        .layer(map_response(harden))
}
