//! What shoppers wrote about a notice.
//!
//! **Invariant:** a row leads to nobody: of the time it holds the day, of the writer nothing.
//! **Invariant:** nothing is deleted before its time: where there is no room, nothing more is taken.

use super::Store;
use crate::calendar::DAY;
use placet_model::feedback::Feedback;

/// The most that is kept.
pub const MOST_FEEDBACK: i64 = 10_000;
/// For how many days it is kept.
pub const DAYS_KEPT: i64 = 180;

/// Feedback as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number.
    pub place: i64,
    /// The beginning of the day when it came, in milliseconds since 1970 (UTC).
    pub received_on: i64,
    /// The notice's version.
    pub version: String,
    /// Its language.
    pub lang: String,
    /// The purpose that it is about; none for the whole.
    pub purpose: Option<String>,
    /// What the shopper wrote.
    pub text: String,
}

impl Store {
    /// Keeps feedback that was tidied; whether there was room for it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_feedback(&self, feedback: &Feedback, now: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let kept = sqlx::query(
            "INSERT INTO feedback (place, received_on, version, lang, purpose, text)
             SELECT COALESCE((SELECT MAX(place) FROM feedback), 0) + 1, $1, $2, $3, $4, $5
             WHERE (SELECT COUNT(*) FROM feedback) < $6",
        )
        .bind(now.saturating_sub(now.rem_euclid(DAY)))
        .bind(&feedback.version)
        .bind(&feedback.lang)
        .bind(&feedback.purpose)
        .bind(&feedback.text)
        .bind(MOST_FEEDBACK)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(kept.rows_affected() == 1)
    }

    /// What came since `since` (milliseconds since 1970), about one purpose or about any; newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn feedback(&self, since: i64, purpose: Option<&str>) -> Result<Vec<Kept>, sqlx::Error> {
        type Row = (i64, i64, String, String, Option<String>, String);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT place, received_on, version, lang, purpose, text FROM feedback
             WHERE received_on >= $1 AND ($2 IS NULL OR purpose = $2)
             ORDER BY received_on DESC, place DESC",
        )
        .bind(since)
        .bind(purpose)
        .fetch_all(&self.pool)
        .await?;
        let kept = |(place, received_on, version, lang, purpose, text): Row| Kept {
            place,
            received_on,
            version,
            lang,
            purpose,
            text,
        };
        Ok(rows.into_iter().map(kept).collect())
    }

    /// Deletes one; whether it was there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn delete_feedback(&self, place: i64) -> Result<bool, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let deleted = sqlx::query("DELETE FROM feedback WHERE place = $1").bind(place).execute(&self.pool).await?;
        Ok(deleted.rows_affected() == 1)
    }

    /// Deletes what has been kept for its time; how much that was.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_feedback(&self, now: i64) -> Result<u64, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let deleted = sqlx::query("DELETE FROM feedback WHERE received_on < $1")
            // A day before its time: by the next time that this runs it would be past it.
            .bind(now.saturating_sub((DAYS_KEPT - 1) * DAY))
            .execute(&self.pool)
            .await?;
        Ok(deleted.rows_affected())
    }
}
