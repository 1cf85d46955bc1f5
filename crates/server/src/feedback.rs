//! The feedback call: what a shopper writes about a notice. `docs/reference/protocol.md` describes it.
//!
//! **Invariant:** what is kept leads to nobody (see [`crate::store::feedback`]), and without `feedback` in the config nothing is
//! taken.

use crate::address::Peer;
use crate::cors;
use crate::intake::{Call, JSON_OR_TEXT, text};
use crate::problem::Problem;
use crate::state::App;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use placet_model::feedback::{Feedback, MAX_FEEDBACK, Subjects};
use placet_model::json;
use std::sync::Arc;

/// As how many receipts feedback counts for the limits: ten at once, one a second.
const COST: usize = 30;

/// `POST` to `feedback` beside the endpoint.
pub async fn take(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let call = Call::new(&app, peer, &head.headers);
    cors::answer(&app.origins, &head.headers, async {
        let subjects = app.feedback.as_ref().ok_or(Problem::NotFound)?;
        keep(&app, subjects, &call, body).await
    })
    .await
}

/// `OPTIONS` of the same.
///
/// # Errors
/// [`Problem::NotFound`] where the config wants no feedback; [`Problem::OriginRefused`].
pub async fn preflight(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    match app.feedback {
        Some(_) => app.origins.preflight(&headers),
        None => Err(Problem::NotFound),
    }
}

async fn keep(app: &App, subjects: &Subjects, call: &Call<'_>, body: Body) -> Result<Response, Problem> {
    call.count(COST)?;
    call.needs_room()?;
    let body = call.read(body, JSON_OR_TEXT, MAX_FEEDBACK).await?;
    let _place = call.place()?;
    let tree = json::parse(text(&body)?)
        .map_err(|error| Problem::Malformed(format!("The body is not proper JSON: {error}.")))?;
    let feedback: Feedback = json::from_tree(&tree).ok_or_else(|| {
        Problem::Malformed(
            "The body is not {\"site\", \"version\", \"lang\", \"purpose\", \"text\"} with texts.".into(),
        )
    })?;
    let feedback = feedback.tidied(subjects).map_err(Problem::Refused)?;
    call.count_feedback()?;
    match app.store.keep_feedback(&feedback, (app.clock)()).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::FeedbackFull),
    }
}
