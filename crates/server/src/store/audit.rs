//! The audit trail.
//!
//! **Invariant:** a line is never changed and never deleted, and its text is kept exactly as it was committed to.

use super::Store;
use placet_model::admin::{AuditEvent, AuditLine};
use placet_model::json;

impl Store {
    /// Writes a line.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_audit(&self, event: &AuditEvent) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        sqlx::query("INSERT INTO audit (place, event) SELECT COALESCE(MAX(place), 0) + 1, $1 FROM audit")
            .bind(json::to_text(event))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// At most `most` lines after the place `after`, oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn audit_after(&self, after: i64, most: i64) -> Result<Vec<AuditLine>, sqlx::Error> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT place, event FROM audit WHERE place > $1 ORDER BY place LIMIT $2")
                .bind(after)
                .bind(most)
                .fetch_all(&self.pool)
                .await?;
        let line = |(place, text): (i64, String)| {
            let event = json::parse(&text).ok().and_then(|tree| json::from_tree(&tree));
            AuditLine { place: place.unsigned_abs(), event, text }
        };
        Ok(rows.into_iter().map(line).collect())
    }
}
