//! SQLite's log of writes (WAL), from which changes are carried over into the database, and which holds what was deleted until it is
//! cut.
//!
//! Carrying over is half of the work that the disk has with a receipt. It is done beside the writing, not by who commits: ids and
//! devices are random, so that the larger the database is, the more pages there are to carry. Cutting waits for who reads and
//! writes, and keeps others from writing meanwhile; so it waits for a moment only, and is tried again in the background. PostgreSQL
//! does the one and the other by itself in time, and no command of ours hastens that.
//!
//! **Invariant:** nobody who records waits for a reader.
//! **Invariant:** the log of writes stays short while more is written without a pause.

use super::Store;
use super::address::Kind;
use sqlx::AnyPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a try waits for others, and everybody else for it, in milliseconds.
const WAITS: &str = "PRAGMA busy_timeout = 100";
/// As all connections wait.
const WAITS_AGAIN: &str = "PRAGMA busy_timeout = 5000";
/// Carries over what can be without waiting for anybody.
const CARRY: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// How long it is until the next try.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);
/// How long it is from one carrying over to the next, at least.
const BETWEEN_CARRYINGS: Duration = Duration::from_millis(250);

/// Whether somebody is carrying changes over already, or has done so a moment ago.
#[derive(Debug, Clone, Default)]
pub(super) struct Carrying(Arc<AtomicBool>);

/// Whether somebody is cutting the log of writes already.
#[derive(Debug, Clone, Default)]
pub(super) struct Cutting(Arc<AtomicBool>);

impl Store {
    /// Carries over what was written, in the background. Whoever calls this has just committed.
    pub(super) fn carry_over(&self) {
        if self.kind() == Kind::Postgres || self.carrying.0.swap(true, Ordering::AcqRel) {
            return;
        }
        let (pool, writer, carrying) = (self.pool.clone(), self.writer.clone(), self.carrying.clone());
        tokio::spawn(async move {
            tokio::time::sleep(BETWEEN_CARRYINGS).await;
            let Err(error) = carry(&pool, &writer, &carrying).await else { return };
            carrying.0.store(false, Ordering::Release);
            if !pool.is_closed() {
                tracing::warn!(%error, "what was written could not be carried over into the database");
            }
        });
    }

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

/// Carries over: most of it beside whoever writes, and the rest while nobody does, so that the log begins anew with the next write.
/// Neither waits for a reader.
async fn carry(pool: &AnyPool, writer: &Mutex<()>, carrying: &Carrying) -> Result<(), sqlx::Error> {
    sqlx::query(CARRY).execute(pool).await?;
    // No connection is held meanwhile: who closes the store is the writer, and waits for all of them.
    let _writer = writer.lock().await;
    // Who commits after this one begins the next turn.
    carrying.0.store(false, Ordering::Release);
    sqlx::query(CARRY).execute(pool).await?;
    Ok(())
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::fs::metadata;
    use tokio::time::timeout;

    /// What is carried over in the background waits for the writer in its middle. Whoever closes the store is the writer then.
    #[tokio::test]
    async fn a_store_is_closed_while_somebody_carries_over() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("placet.db");
        let store = Arc::new(Store::open(&format!("sqlite:{}", file.display())).await.unwrap());
        let written = || (metadata(&file).unwrap().modified().unwrap(), metadata(&file).unwrap().len());
        let before = written();
        let turn = store.turn().await;
        let mut writing = turn.begin().await.unwrap();
        writing.begin_log("shop.example/2026").await.unwrap();
        writing.commit().await.unwrap();
        let closing = tokio::spawn({
            let store = store.clone();
            async move { store.close().await }
        });
        // Until the first half is carried over.
        while written() == before {
            tokio::task::yield_now().await;
        }
        drop(turn);
        timeout(Duration::from_secs(60), closing).await.unwrap().unwrap();
    }
}
