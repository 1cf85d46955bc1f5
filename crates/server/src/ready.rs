//! Whether the server can do its work now: what a load balancer asks before it sends visitors.
//!
//! **Invariant:** "ready" means that the database answered and that an order went through the log's queue and came back, a
//! second ago at most, and that a checkpoint was written to the database and the lock in the last seconds. A log that is halted, a
//! queue that does not move, and a disk that takes nothing or has no room are not ready.

use crate::problem::Problem;
use crate::state::App;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long an outcome is good for: many may ask, and only one has to look.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long the database and the log may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long ago a checkpoint may have been written last. The log writes one each second; five leave room for a slow disk and a full
/// batch, and a log that takes longer makes visitors wait.
const OLDEST: Duration = Duration::from_secs(5);

/// What was found last, and when.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(Instant, Outcome)>>);

/// Ready, or why not.
type Outcome = Result<(), &'static str>;

impl Readiness {
    async fn look(&self, app: &App) -> Outcome {
        let mut last = self.0.lock().await;
        if let Some((at, outcome)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return outcome;
        }
        let works = async { app.store.answers().await.is_ok() && app.log.answers().await.is_ok() };
        let outcome = match timeout(PATIENCE, works).await.unwrap_or(false) {
            false => Err("The database or the log does not answer; the server's log says why."),
            true if app.log.pulse().age() >= OLDEST => {
                Err("The log was not written in the last seconds; the server's log says why.")
            }
            true if !app.room.is_there() => Err("The disk has no room for more."),
            true => Ok(()),
        };
        *last = Some((Instant::now(), outcome));
        outcome
    }
}

/// `GET /readyz`: the database and the log answer, and can be written.
///
/// # Errors
/// [`Problem::NotReady`].
pub async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    app.readiness.look(&app).await.map_err(Problem::NotReady)?;
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, r#"{"status":"ready"}"#).into_response())
}
