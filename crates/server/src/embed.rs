//! The published files: the tag and the widget.

use crate::asset::for_every_page;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use std::sync::Arc;

/// `GET /embed/{path}` and `GET /.well-known/gpc.json`.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn file(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = app.assets.get(uri.path()).ok_or(Problem::NotFound)?;
    Ok(for_every_page(asset.answer(&headers)))
}
