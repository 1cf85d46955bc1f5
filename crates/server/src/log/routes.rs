//! What everybody may read of the logs: checkpoints, tiles and verifier keys (C2SP tlog-tiles).
//!
//! `/log/<year>/...` is one log; without a year it is that of the newest. The logs of a site that the server was for before stay at
//! `/log/<site>/<year>/...`, as they were last signed: who holds a receipt from then can still ask. A tile never changes once it can be asked for, a
//! narrow one neither: it stays a beginning of the wider one.
//!
//! **Invariant:** nothing is handed out that the checkpoint does not cover.

use super::tiles::{Name, Stored, bytes_of};
use super::writer::{Heads, Shown};
use crate::asset::{Asset, Keep, for_every_page};
use crate::problem::Problem;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use placet_model::log::checkpoint::site_of;
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
    let heads = app.log.heads();
    let former = |site: &str| heads.keys().any(|origin| site_of(origin) == Some(site));
    if path == "keys" || path.strip_suffix("/keys").is_some_and(former) {
        return Ok(text(app.log.verifiers().to_owned(), &headers));
    }
    let newest = app.log.newest();
    let (origin, rest) = log_of(&path, app.log.site(), newest.as_deref(), &heads).ok_or(Problem::NotFound)?;
    let shown = heads.get(&origin).ok_or(Problem::NotFound)?;
    match rest {
        "checkpoint" => Ok(text(shown.checkpoint.clone(), &headers)),
        path => tile(&app, shown, path, &headers).await,
    }
}

/// The log that a path is about, and the rest of the path: `<year>/...` of this site, `<site>/<year>/...` of a site that the server
/// was for before, or the newest.
fn log_of<'a>(path: &'a str, site: &str, newest: Option<&str>, heads: &Heads) -> Option<(String, &'a str)> {
    if let Some((first, rest)) = path.split_once('/') {
        if !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some((format!("{site}/{first}"), rest));
        }
        if let Some((year, rest)) = rest.split_once('/') {
            let origin = format!("{first}/{year}");
            if heads.contains_key(&origin) {
                return Some((origin, rest));
            }
        }
    }
    Some((newest?.to_owned(), path))
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
