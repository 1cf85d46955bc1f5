//! Whether the server can do its work now: what a load balancer asks before it sends visitors.
//!
//! **Invariant:** "ready" means that the database answered and that an order went through the log's queue and came back, a
//! second ago at most, and that a checkpoint was written to the database and the lock in the last seconds. A log that is halted, a
//! queue that does not move, and a disk that takes nothing are not ready.

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
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    async fn is_ready(&self, app: &App) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < GOOD_FOR
        {
            return ready;
        }
        let works = async { app.store.answers().await.is_ok() && app.log.answers().await.is_ok() };
        let ready = timeout(PATIENCE, works).await.unwrap_or(false) && app.log.pulse().age() < OLDEST;
        *last = Some((Instant::now(), ready));
        ready
    }
}

/// `GET /readyz`: the database and the log answer, and can be written.
///
/// # Errors
/// [`Problem::NotReady`].
pub async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    match app.readiness.is_ready(&app).await {
        true => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            Ok((headers, r#"{"status":"ready"}"#).into_response())
        }
        false => Err(Problem::NotReady),
    }
}
