//! What one person may not do alone: deleting and exporting in bulk.
//!
//! The first token makes the request and hears 202 with an id. Another token, of an owner or auditor, confirms that id. Then
//! the first token makes the same request again, with the id in the header `Placet-Confirmation`, and it is done, once.
//! Neither has to give their token to the other. Tokens of these two roles are made on the command line only, so that nobody
//! can make the second one with the first.
//!
//! **Invariant:** the one who confirms sees the whole request: such a request has no body, and no name of a person in it.

use super::audit::{audit, told};
use super::body::Whole;
use super::caller::Caller;
use crate::hex::hex;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use placet_model::admin::{Act, Pending, Waiting, WaitingList};
use std::sync::Arc;

/// The header with the id of a confirmation.
pub const CONFIRMATION: HeaderName = HeaderName::from_static("placet-confirmation");
/// For how long a request can be confirmed and made: a day, in milliseconds.
const WAITING_TIME: i64 = 24 * 60 * 60 * 1000;
/// The most bytes of a request that is confirmed.
const LONGEST_REQUEST: usize = 1000;

/// Whether a request may be made now.
#[derive(Debug)]
pub(super) enum Confirmed {
    /// It was confirmed, and this is its one time.
    Now,
    /// It has to wait; the answer that says so.
    Waiting(Response),
}

/// What has to be confirmed.
#[derive(Debug)]
pub(super) struct Asking {
    request: String,
    confirmation: Option<String>,
}

impl Asking {
    /// What a request asks for, as the one who confirms reads it: method, path, and all that stands behind the path.
    ///
    /// # Errors
    /// [`Problem::Malformed`] where it could not be shown whole.
    pub(super) fn of(request: &Request) -> Result<Self, Problem> {
        if request.extensions().get::<Whole>().is_some_and(|Whole(body)| !body.is_empty()) {
            return Err(Problem::Malformed("This call has no body; everything stands in its address.".into()));
        }
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let asked = [request.method().as_str(), " ", path].concat();
        if asked.len() > LONGEST_REQUEST {
            return Err(Problem::Malformed("The address of this call is too long to be confirmed.".into()));
        }
        let confirmation = request.headers().get(CONFIRMATION);
        let confirmation = confirmation.map(|id| id.to_str().unwrap_or_default().to_owned());
        Ok(Asking { request: asked, confirmation })
    }
}

/// Uses up the confirmation that a request names, or lets the request wait for one.
///
/// # Errors
/// [`Problem::ConfirmationRefused`] for a confirmation that is not good for this request.
pub(super) async fn confirm_or_wait(app: &App, caller: &Caller, asking: Asking) -> Result<Confirmed, Problem> {
    let now = (app.clock)();
    if let Some(id) = asking.confirmation {
        return match app.store.use_confirmation(&id, &caller.id, &asking.request, now).await? {
            true => Ok(Confirmed::Now),
            false => Err(Problem::ConfirmationRefused),
        };
    }
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Problem::Busy(1))?;
    let id = hex(&id);
    let waiting = Waiting {
        id: id.clone(),
        who: caller.id.clone(),
        request: asking.request,
        asked_at: now.unsigned_abs(),
        expires_at: now.saturating_add(WAITING_TIME).unsigned_abs(),
    };
    audit(app, caller, Act::ConfirmationAsked, Some(&id)).await?;
    match app.store.await_confirmation(&waiting).await? {
        true => {
            let pending = Pending { confirmation: id, expires_at: waiting.expires_at };
            Ok(Confirmed::Waiting((StatusCode::ACCEPTED, told(&pending)).into_response()))
        }
        false => Err(Problem::Busy(3600)),
    }
}

/// `GET /v1/confirmations`.
///
/// # Errors
/// [`Problem::StoreFailed`].
pub async fn list(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    Ok(told(&WaitingList { waiting: app.store.waiting((app.clock)()).await? }))
}

/// `POST /v1/confirmations/{id}`.
///
/// # Errors
/// [`Problem::NotFound`] where no such request waits; [`Problem::ConfirmationRefused`] where it is the caller's own.
pub async fn give(State(app): State<Arc<App>>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let now = (app.clock)();
    let waiting = app.store.waiting(now).await?;
    let waiting = waiting.iter().find(|waiting| waiting.id == id).ok_or(Problem::NotFound)?;
    if waiting.who == caller.id {
        return Err(Problem::ConfirmationRefused);
    }
    audit(&app, &caller, Act::ConfirmationGiven, Some(&id)).await?;
    match app.store.confirm(&id, &caller.id, now).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::NotFound),
    }
}
