//! The bodies of admin calls: small, whole, JSON.

use crate::problem::Problem;
use crate::state::App;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use placet_model::json;
use placet_model::tree::Read;
use tokio::time::timeout;

/// The most bytes that the body of an admin call may have.
pub const MAX_ADMIN_BODY: usize = 16 * 1024;

/// Reads the body of a request before anything is done with it: it goes on with the same bytes.
///
/// # Errors
/// [`Problem::TooLarge`], [`Problem::TooSlow`].
pub(super) async fn read_whole(app: &App, request: Request) -> Result<Request, Problem> {
    let (mut head, body) = request.into_parts();
    if body.size_hint().lower() > MAX_ADMIN_BODY as u64 {
        return Err(Problem::TooLarge(MAX_ADMIN_BODY));
    }
    let bytes = match timeout(app.gauge.limits.body_time, to_bytes(body, MAX_ADMIN_BODY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => return Err(Problem::TooLarge(MAX_ADMIN_BODY)),
        Err(_) => return Err(Problem::TooSlow),
    };
    head.extensions.insert(Whole(bytes.clone()));
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// The bytes of a body that was read before.
#[derive(Debug, Clone)]
pub(super) struct Whole(pub(super) Bytes);

/// Reads a JSON body. Every member has to be one that the type knows.
///
/// # Errors
/// [`Problem::Malformed`] with `shape`, which says what is expected.
pub fn json_of<V: Read>(body: &[u8], shape: &str) -> Result<V, Problem> {
    let text = crate::intake::text(body)?;
    let tree =
        json::parse(text).map_err(|error| Problem::Malformed(format!("The body is not proper JSON: {error}.")))?;
    json::from_tree(&tree).ok_or_else(|| Problem::Malformed(format!("The body is not {shape}.")))
}
