//! Every route of the public listener, in one table.

use crate::openapi::openapi;
use crate::problem::{self, Problem};
use crate::route::{Route, route};
use crate::state::App;
use crate::{embed, feedback, log, metrics, notice, ready, record, region, self_service};
use axum::Router;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use placet_model::admin::Role;
use placet_model::feedback::Feedback;
use placet_model::receipt::{RecordAnswer, RecordRequest};
use placet_model::region::RegionHint;
use std::sync::Arc;

/// The recording call in the table; the config may place it elsewhere, and the two after it lie beside it.
const RECORD: &str = "/v1/receipts";
const SELF: &str = "/v1/self";
const FEEDBACK: &str = "/v1/feedback";
/// No role is needed.
const EVERYBODY: &[Role] = &[];

/// The table of the public listener.
pub fn table() -> Vec<Route> {
    vec![
        route(Method::POST, RECORD, EVERYBODY, record::record)
            .says("Records receipts")
            .takes::<RecordRequest>()
            .answers::<RecordAnswer>(200),
        route(Method::OPTIONS, RECORD, EVERYBODY, record::preflight),
        route(Method::POST, SELF, EVERYBODY, self_service::ask)
            .says("What a device asks about its own receipts: its history, all of them, or to have them erased")
            .takes_other("application/jwt")
            .answers_other("application/json"),
        route(Method::OPTIONS, SELF, EVERYBODY, record::preflight),
        route(Method::POST, FEEDBACK, EVERYBODY, feedback::take)
            .says("Takes what a shopper writes about the notice")
            .takes::<Feedback>(),
        route(Method::OPTIONS, FEEDBACK, EVERYBODY, feedback::preflight),
        route(Method::GET, region::REGION_PATH, EVERYBODY, region::hint)
            .says("Where the visitor probably is")
            .answers::<RegionHint>(200),
        route(Method::GET, "/embed/{*path}", EVERYBODY, embed::file)
            .says("The published files: the tag, the widget, the parts")
            .answers_other("text/javascript"),
        route(Method::GET, "/notice/{name}", EVERYBODY, notice::notice)
            .says("A notice that was served at any time, as JSON or as a page")
            .answers_other("application/json"),
        route(Method::GET, "/.well-known/gpc.json", EVERYBODY, embed::file)
            .says("That this site obeys Global Privacy Control")
            .answers_other("application/json"),
        route(Method::GET, "/log/{*path}", EVERYBODY, log::routes::read)
            .says("The log: checkpoint, keys and tiles (C2SP tlog-tiles)")
            .answers_other("application/octet-stream"),
        route(Method::GET, "/problems/{slug}", EVERYBODY, problem::explain)
            .says("What a kind of problem means and what to do about it")
            .answers_other("text/plain"),
        route(Method::GET, "/healthz", EVERYBODY, healthz)
            .says("Whether the process answers")
            .answers_other("application/json"),
        route(Method::GET, "/readyz", EVERYBODY, ready::readyz)
            .says("Whether the database and the log answer")
            .answers_other("application/json"),
        route(Method::GET, "/openapi.json", EVERYBODY, openapi)
            .says("What both listeners answer, as OpenAPI")
            .answers_other("application/json"),
    ]
}

/// The routes; `others` answers what is not among them.
pub fn router(app: Arc<App>, others: Router) -> Router {
    let mut router = Router::new();
    for Route { entry, handler } in table() {
        let path = match entry.path {
            RECORD => &app.record_path,
            SELF => &app.self_path,
            FEEDBACK => &app.feedback_path,
            path => path,
        };
        router = router.route(path, handler);
    }
    router
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
