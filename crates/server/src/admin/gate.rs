//! What stands before every route of the admin listener.
//!
//! **Invariant:** no handler runs before the gate has said who asks and that they may.
//! **Invariant:** what has to be confirmed by a second token runs once for each confirmation, exactly as it was asked for.

use super::body::read_whole;
use super::caller::caller;
use super::confirmation::{Asking, Confirmed, confirm_or_wait};
use super::query::Query;
use crate::problem::Problem;
use crate::route::Entry;
use crate::state::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use placet_model::admin::Role;
use std::sync::Arc;

/// What a gate knows of its route.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    app: Arc<App>,
    entry: Entry,
}

impl Gate {
    pub(super) fn new(app: Arc<App>, entry: Entry) -> Self {
        Gate { app, entry }
    }
}

/// Lets a request through to its handler, or answers in its place.
pub(super) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match admit(&gate, request).await {
        Ok(Admitted::To(request)) => next.run(request).await,
        Ok(Admitted::Waiting(response)) => response,
        Err(problem) => problem.into_response(),
    }
}

enum Admitted {
    To(Request),
    Waiting(Response),
}

async fn admit(gate: &Gate, request: Request) -> Result<Admitted, Problem> {
    let Gate { app, entry } = gate;
    if entry.roles.is_empty() {
        return Ok(Admitted::To(request));
    }
    let headers = request.headers().clone();
    let caller = caller(app, &headers).await?;
    if !may(caller.role, entry.roles) {
        return Err(Problem::RoleRefused(entry.roles));
    }
    let query = Query::of(request.uri(), entry.asks)?;
    // Only those who may ask are listened to further, so that nobody else's body takes room.
    let mut request = read_whole(app, request).await?;
    if entry.confirmed {
        let asking = Asking::of(&request)?;
        match confirm_or_wait(app, &caller, asking).await? {
            Confirmed::Now => {}
            Confirmed::Waiting(response) => return Ok(Admitted::Waiting(response)),
        }
    }
    request.extensions_mut().insert(query);
    request.extensions_mut().insert(caller);
    Ok(Admitted::To(request))
}

/// Whether a role may use a route of these roles. An owner may use all.
pub(super) fn may(role: Role, roles: &[Role]) -> bool {
    role == Role::Owner || roles.contains(&role)
}
