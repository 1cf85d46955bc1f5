//! Requests that a second token has to confirm.
//!
//! **Invariant:** a confirmation is used once, by the token that asked, for the very request that was confirmed, while the token
//! that confirmed it is good.

use super::Store;
use placet_model::admin::Waiting;

/// Requests that wait at the same time, at most.
const MOST_WAITING: i64 = 1000;

impl Store {
    /// Lets a request wait; whether there was room for it. What is past its time or used up goes first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn await_confirmation(&self, waiting: &Waiting) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let (asked, end) = (waiting.asked_at as i64, waiting.expires_at as i64);
        sqlx::query("DELETE FROM confirmations WHERE expires_at <= $1 OR used_at IS NOT NULL")
            .bind(asked)
            .execute(&self.pool)
            .await?;
        let kept = sqlx::query(
            "INSERT INTO confirmations (id, who, request, asked_at, expires_at)
             SELECT $1, $2, $3, $4, $5 WHERE (SELECT COUNT(*) FROM confirmations) < $6",
        )
        .bind(&waiting.id)
        .bind(&waiting.who)
        .bind(&waiting.request)
        .bind(asked)
        .bind(end)
        .bind(MOST_WAITING)
        .execute(&self.pool)
        .await?;
        Ok(kept.rows_affected() == 1)
    }

    /// The requests that wait, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn waiting(&self, now: i64) -> Result<Vec<Waiting>, sqlx::Error> {
        let rows: Vec<(String, String, String, i64, i64)> = sqlx::query_as(
            "SELECT id, who, request, asked_at, expires_at FROM confirmations
             WHERE confirmed_by IS NULL AND expires_at > $1 ORDER BY asked_at, id",
        )
        .bind(now)
        .fetch_all(&self.pool)
        .await?;
        let waiting = |(id, who, request, asked_at, expires_at): (String, String, String, i64, i64)| Waiting {
            id,
            who,
            request,
            asked_at: asked_at.unsigned_abs(),
            expires_at: expires_at.unsigned_abs(),
        };
        Ok(rows.into_iter().map(waiting).collect())
    }

    /// Confirms a request by the token `by`; whether it waited, and was another's.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn confirm(&self, id: &str, by: &str, now: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let confirmed = sqlx::query(
            "UPDATE confirmations SET confirmed_by = $1
             WHERE id = $2 AND who <> $1 AND confirmed_by IS NULL AND expires_at > $3",
        )
        .bind(by)
        .bind(id)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(confirmed.rows_affected() == 1)
    }

    /// Uses a confirmation up; whether it was good for `request` by the token `who`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_confirmation(&self, id: &str, who: &str, request: &str, now: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let used = sqlx::query(
            "UPDATE confirmations SET used_at = $1
             WHERE id = $2 AND who = $3 AND request = $4 AND confirmed_by IS NOT NULL AND used_at IS NULL
               AND expires_at > $1
               AND EXISTS (SELECT 1 FROM tokens WHERE tokens.id = confirmed_by AND tokens.revoked_at IS NULL
                           AND (tokens.expires_at IS NULL OR tokens.expires_at > $1))",
        )
        .bind(now)
        .bind(id)
        .bind(who)
        .bind(request)
        .execute(&self.pool)
        .await?;
        Ok(used.rows_affected() == 1)
    }
}
