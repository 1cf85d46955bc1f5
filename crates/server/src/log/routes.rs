//! What everybody may read of the logs: checkpoints, tiles and verifier keys (C2SP tlog-tiles).
//!
//! `/log/<year>/...` is one log; without a year it is that of the newest. A tile never changes once it can be asked for, a
//! narrow one neither: it stays a beginning of the wider one.
//!
//! **Invariant:** nothing is handed out that the checkpoint does not cover.

use super::tiles::{Name, Stored, bytes_of};
use super::writer::Shown;
use crate::asset::{Asset, Keep, for_every_page};
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use placet_model::log::tile::TileName;
use std::sync::Arc;

/// Where the logs are read.
pub const LOG_PATH: &str = "/log";

/// `GET /log/{*path}`.
///
/// # Errors
/// [`Problem::NotFound`] for what no log has.
pub async fn read(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if path == "keys" {
        return Ok(text(app.log.verifiers().to_owned(), &headers));
    }
    let (year, rest) = match path.split_once('/') {
        Some((year, rest)) if !year.is_empty() && year.bytes().all(|byte| byte.is_ascii_digit()) => (Some(year), rest),
        _ => (None, path.as_str()),
    };
    let origin = match year {
        Some(year) => format!("{}/{year}", app.log.site()),
        None => app.log.newest().ok_or(Problem::NotFound)?,
    };
    let heads = app.log.heads();
    let shown = heads.get(&origin).ok_or(Problem::NotFound)?;
    match rest {
        "checkpoint" => Ok(text(shown.checkpoint.clone(), &headers)),
        path => tile(&app, shown, path, &headers).await,
    }
}

async fn tile(app: &App, shown: &Shown, path: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let asked = TileName::parse(path).ok_or(Problem::NotFound)?;
    let (name, width) = (Name { content: asked.content, place: asked.index }, u64::from(asked.width));
    if name.width_in(shown.size) < width {
        return Err(Problem::NotFound);
    }
    let Stored { mut bytes, .. } = app.store.tile(shown.id, name).await?.ok_or(Problem::NotFound)?;
    bytes.truncate(bytes_of(name.content, width).unwrap_or(0));
    let asset = Asset::new("application/octet-stream", Keep::Forever, bytes, None);
    Ok(for_every_page(asset.answer(headers)))
}

fn text(text: String, headers: &HeaderMap) -> Response {
    let asset = Asset::new("text/plain; charset=utf-8", Keep::Asking, text.into_bytes(), None);
    for_every_page(asset.answer(headers))
}
