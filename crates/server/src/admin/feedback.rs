//! What shoppers wrote about the notice, for the people who word it.

use super::audit::{audit, told};
use super::caller::Caller;
use super::query::Query;
use crate::feedback_list::listed;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use placet_model::admin::{Act, FeedbackAnswer};
use std::sync::Arc;

/// `GET /v1/feedback?since=DAY&purpose=ID`.
///
/// # Errors
/// [`Problem::Malformed`], [`Problem::StoreFailed`].
pub async fn list(State(app): State<Arc<App>>, query: Query) -> Result<Response, Problem> {
    let kept = app.store.feedback(query.day("since")?.unwrap_or(0), query.text("purpose")).await?;
    Ok(told(&FeedbackAnswer { feedback: kept.into_iter().map(listed).collect() }))
}

/// `DELETE /v1/feedback/{place}`.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(place): Path<String>,
) -> Result<Response, Problem> {
    let number = Some(&place).filter(|place| place.bytes().all(|byte| byte.is_ascii_digit()));
    let number: i64 = number.and_then(|place| place.parse().ok()).ok_or(Problem::NotFound)?;
    audit(&app, &caller, Act::FeedbackDeleted, Some(&place)).await?;
    match app.store.delete_feedback(number).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Problem::NotFound),
    }
}
