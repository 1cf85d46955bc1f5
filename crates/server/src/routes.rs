//! Every route of the server.

use crate::problem::{self, Problem};
use crate::state::App;
use crate::{embed, feedback, log, metrics, notice, ready, record, region, self_service};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// The routes; `others` answers what is not among them.
pub fn router(app: Arc<App>, others: Router) -> Router {
    Router::new()
        .route(&app.record_path, post(record::record).options(record::preflight))
        .route(&app.self_path, post(self_service::ask).options(record::preflight))
        .route(&app.feedback_path, post(feedback::take).options(feedback::preflight))
        .route(region::REGION_PATH, get(region::hint))
        .route("/embed/{*path}", get(embed::file))
        .route("/notice/{name}", get(notice::notice))
        .route("/.well-known/gpc.json", get(embed::file))
        .route("/log/{*path}", get(log::routes::read))
        .route("/problems/{slug}", get(problem::explain))
        .route("/healthz", get(healthz))
        .route("/readyz", get(ready::readyz))
        .method_not_allowed_fallback(async || Problem::MethodRefused)
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .with_state(app)
        .fallback_service(others)
        .layer(map_response(harden))
}

/// Answers everything with "not found".
pub fn nothing() -> Router {
    Router::new().fallback(async || Problem::NotFound)
}

/// `GET /healthz`: the process runs and answers.
pub(crate) async fn healthz() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, r#"{"status":"ok"}"#).into_response()
}

/// Tells browsers to take nothing that we serve for anything else.
pub(crate) async fn harden(mut response: Response) -> Response {
    // "Not modified" renews the headers of what the browser holds, and that may be a page.
    let unchanged = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("strict-origin-when-cross-origin"));
    let page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !page && !unchanged {
        headers
            .entry(HeaderName::from_static("content-security-policy"))
            .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    }
    response
}
