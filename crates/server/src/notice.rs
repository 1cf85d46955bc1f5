//! The notices, as the snapshots that receipts name and as pages to read.
//!
//! **Invariant:** whatever was served once is served for ever: a receipt is worth what the words are that it was made under.

use crate::asset::{Asset, Keep, for_every_page};
use crate::problem::Problem;
use crate::publish::{notice_path, page_path};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, PoisonError};

/// `GET /notice/{hash}.json`, the snapshot of a notice, and `GET /notice/{hash}` or `/notice/{hash}.html`, its page: of this
/// config, or one that was served at any time before.
///
/// # Errors
/// [`Problem::NotFound`] or [`Problem::StoreFailed`].
pub async fn notice(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match name.strip_suffix(".json") {
        Some(hash) => snapshot(&app, hash, &headers).await,
        None => page(&app, name.strip_suffix(".html").unwrap_or(&name), &headers).await,
    }
}

async fn snapshot(app: &App, hash: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    if let Some(asset) = app.assets.get(&format!("/{}", notice_path(hash))) {
        return Ok(for_every_page(asset.answer(headers)));
    }
    let mut response = stored(app, hash).await?.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(for_every_page(response))
}

async fn page(app: &App, hash: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let path = format!("/{}", page_path(hash));
    let known = || app.old_pages.lock().unwrap_or_else(PoisonError::into_inner);
    let found = app.assets.get(&path).cloned().or_else(|| known().get(&path).cloned());
    let asset = match found {
        Some(asset) => asset,
        None => {
            let text = stored(app, hash).await?;
            let page = app.pages.html(&text, &format!("sha256:{hash}"), &[]).ok_or(Problem::NotFound)?;
            let asset = Asset::compressed("text/html; charset=utf-8", Keep::Forever, page.into_bytes());
            // There are as many as notices were ever served from here: it cannot grow by asking.
            known().insert(path, asset.clone());
            asset
        }
    };
    let mut response = asset.answer(headers);
    let policy = HeaderValue::try_from(app.pages.policy()).map_err(|_| Problem::NotFound)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

async fn stored(app: &App, hash: &str) -> Result<String, Problem> {
    app.store.notice(&format!("sha256:{hash}")).await?.ok_or(Problem::NotFound)
}
