//! SQLite's log of writes (WAL), which holds what was deleted until it is carried over into the database and cut.
//!
//! Cutting waits for who reads and writes, and keeps others from writing meanwhile; so it waits for a moment only, and is tried
//! again in the background. PostgreSQL overwrites its own log in time, and no command of ours hastens that.
//!
//! **Invariant:** nobody who records waits for a reader.

use super::Store;
use super::address::Kind;
use sqlx::AnyPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a try waits for others, and everybody else for it, in milliseconds.
const WAITS: &str = "PRAGMA busy_timeout = 100";
/// As all connections wait.
const WAITS_AGAIN: &str = "PRAGMA busy_timeout = 5000";
/// How long it is until the next try.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Whether somebody is cutting the log of writes already.
#[derive(Debug, Clone, Default)]
pub(super) struct Cutting(Arc<AtomicBool>);

impl Store {
    /// Cuts the log of writes after something was deleted: now, or where somebody is in the way, as soon as they are not. Whoever
    /// calls this does not hold `writer`.
    pub(super) async fn cut_log_of_writes(&self) {
        if self.kind() == Kind::Postgres || try_to_cut(&self.pool).await || self.cutting.0.swap(true, Ordering::AcqRel)
        {
            return;
        }
        let (pool, cutting) = (self.pool.clone(), self.cutting.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(BETWEEN_TRIES).await;
                // What is deleted from here on may miss this try, and makes its own.
                cutting.0.store(false, Ordering::Release);
                // Closing the last connection cuts it as well.
                if pool.is_closed() || try_to_cut(&pool).await || cutting.0.swap(true, Ordering::AcqRel) {
                    break;
                }
            }
        });
    }
}

/// Tries once; whether it is cut. Nothing breaks this off in the middle: the connection would go on being impatient.
async fn try_to_cut(pool: &AnyPool) -> bool {
    let pool = pool.clone();
    let tried = tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        sqlx::raw_sql(WAITS).execute(&mut *connection).await?;
        // Whether somebody was in the way stands in the first column; only other faults are errors.
        let cut = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
        sqlx::raw_sql(WAITS_AGAIN).execute(&mut *connection).await?;
        let is_busy: i64 = cut?;
        Ok::<_, sqlx::Error>(is_busy == 0)
    });
    match tried.await {
        Ok(Ok(is_cut)) => is_cut,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database's log of writes could not be cut after an erasure");
            false
        }
        Err(_) => false,
    }
}
