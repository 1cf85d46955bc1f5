//! The published files: the tag, the widget, the notices.

use crate::asset::for_every_page;
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /embed/{path}` and `GET /.well-known/gpc.json`.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn file(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = app.assets.get(uri.path()).ok_or(Problem::NotFound)?;
    Ok(for_every_page(asset.answer(&headers)))
}

/// `GET /notice/{hash}.json`: a notice of this config, or one that was served at any time before.
///
/// # Errors
/// [`Problem::NotFound`] or [`Problem::StoreFailed`].
pub async fn notice(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(asset) = app.assets.get(uri.path()) {
        return Ok(for_every_page(asset.answer(&headers)));
    }
    let hash = name.strip_suffix(".json").ok_or(Problem::NotFound)?;
    let text = app.store.notice(&format!("sha256:{hash}")).await?.ok_or(Problem::NotFound)?;
    let mut response = text.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(for_every_page(response))
}
