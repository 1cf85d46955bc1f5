//! Every route of the admin listener, in one table.
//!
//! **Invariant:** a route names the roles that may use it, here and nowhere else. No roles means: everybody who reaches the
//! listener; an owner may use every route.

use super::gate::{Gate, gate};
use super::{audit, confirmation, exports, feedback, receipts, subjects, tokens};
use crate::notice;
use crate::problem::Problem;
use crate::routes::{harden, healthz};
use crate::state::App;
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{MethodFilter, MethodRouter, on};
use placet_model::admin::Role;
use std::sync::Arc;

/// No role is needed.
const EVERYBODY: &[Role] = &[];
const AUDITOR: &[Role] = &[Role::Auditor];
const INGEST: &[Role] = &[Role::Ingest];
const CHANNELS: &[Role] = &[Role::Ingest, Role::Auditor];
const EDITOR: &[Role] = &[Role::Editor];
const OWNER: &[Role] = &[Role::Owner];

/// The table.
pub fn table() -> Vec<Route> {
    vec![
        route(Method::GET, "/healthz", EVERYBODY, healthz).says("Whether the process answers"),
        route(Method::GET, "/v1/tokens", OWNER, tokens::list).says("The tokens"),
        route(Method::POST, "/v1/tokens", OWNER, tokens::make).says("Makes a token"),
        route(Method::DELETE, "/v1/tokens/{id}", OWNER, tokens::revoke).says("Revokes a token"),
        route(Method::GET, "/v1/audit", AUDITOR, audit::list).says("The audit trail"),
        route(Method::GET, "/v1/confirmations", AUDITOR, confirmation::list)
            .says("The requests that wait for a second token"),
        route(Method::POST, "/v1/confirmations/{id}", AUDITOR, confirmation::give)
            .says("Confirms a request that another token made"),
        route(Method::GET, "/v1/receipts/{id}", AUDITOR, receipts::show)
            .says("One receipt with all that is held of it, as JSON or as a page"),
        route(Method::GET, "/v1/subjects/{ref}", CHANNELS, subjects::show)
            .says("The receipts of the person whom the site's reference names"),
        route(Method::DELETE, "/v1/subjects/{ref}", INGEST, subjects::erase)
            .says("Erases the receipts of the person whom the site's reference names"),
        route(Method::GET, "/v1/exports", AUDITOR, exports::period).says("The receipts of a period").confirmed(),
        route(Method::GET, "/notice/{name}", EVERYBODY, notice::notice)
            .says("A notice that was served, which is public"),
        route(Method::GET, "/v1/feedback", EDITOR, feedback::list).says("What shoppers wrote about the notice"),
        route(Method::DELETE, "/v1/feedback/{place}", EDITOR, feedback::delete)
            .says("Deletes what one shopper wrote about the notice"),
    ]
}

/// What a route is, without what it does.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its method.
    pub method: Method,
    /// Its path, with `{name}` for what varies.
    pub path: &'static str,
    /// The roles that may use it; none where everybody may.
    pub roles: &'static [Role],
    /// Whether a second token has to confirm each request.
    pub confirmed: bool,
    /// What it does, in a line.
    pub summary: &'static str,
}

/// A route.
#[derive(Debug, Clone)]
pub struct Route {
    /// What it is.
    pub entry: Entry,
    handler: MethodRouter<Arc<App>>,
}

/// A route for these roles.
pub fn route<H, T>(method: Method, path: &'static str, roles: &'static [Role], handler: H) -> Route
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    // Every method that the table uses has a filter; what has none is answered as another method would be.
    let handler =
        MethodFilter::try_from(method.clone()).map_or_else(|_| MethodRouter::new(), |filter| on(filter, handler));
    Route { entry: Entry { method, path, roles, confirmed: false, summary: "" }, handler }
}

impl Route {
    /// Says what the route does.
    pub fn says(mut self, summary: &'static str) -> Self {
        self.entry.summary = summary;
        self
    }

    /// A second token has to confirm each request.
    pub fn confirmed(mut self) -> Self {
        self.entry.confirmed = true;
        self
    }
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
