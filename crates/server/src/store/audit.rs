//! The audit trail: its lines stand in the log, and what commands left for it waits here.
//!
//! **Invariant:** a line in the log is never changed and never deleted, and its text is told exactly as it was committed to.

use super::{Connection, Store};
use placet_model::admin::{AuditEvent, AuditLine};
use placet_model::json;
use placet_model::receipt::base64url;
use std::fmt;

/// A place in the audit trail: the number of a log, and of the entry there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    log: i64,
    entry: i64,
}

impl Cursor {
    /// Before the first line.
    pub fn start() -> Self {
        Cursor { log: 0, entry: -1 }
    }

    /// Reads what [`Cursor`] writes; none where it cannot be one.
    pub fn read(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits)
        };
        let (log, entry) = text.split_once('-')?;
        Some(Cursor { log: number(log)?, entry: number(entry)? })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.log, self.entry)
    }
}

/// A line that waits to be entered into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number among those that wait.
    pub place: i64,
    /// Its exact text.
    pub event: String,
}

/// Leaves a line within a transaction.
pub(super) async fn leave(transaction: &mut Connection, event: &AuditEvent) -> Result<Waiting, sqlx::Error> {
    let event = json::to_text(event);
    let place = sqlx::query_scalar(
        "INSERT INTO audit_waiting (place, event) SELECT COALESCE(MAX(place), 0) + 1, $1 FROM audit_waiting RETURNING place",
    )
    .bind(&event)
    .fetch_one(&mut *transaction)
    .await?;
    Ok(Waiting { place, event })
}

impl Store {
    /// Leaves a line for the server, which enters it into the log.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn leave_audit(&self, event: &AuditEvent) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        // Two commands at the same time take two places.
        let mut transaction = self.begin().await?;
        leave(&mut transaction, event).await?;
        transaction.commit().await
    }

    /// The lines that wait, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn audit_waiting(&self) -> Result<Vec<Waiting>, sqlx::Error> {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT place, event FROM audit_waiting ORDER BY place").fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(place, event)| Waiting { place, event }).collect())
    }

    /// Forgets a line that waited, once it stands in the log.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_waiting(&self, line: &Waiting) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        sqlx::query("DELETE FROM audit_waiting WHERE place = $1 AND event = $2")
            .bind(line.place)
            .bind(&line.event)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// At most `most` lines that follow a place, the oldest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn audit_after(&self, after: Cursor, most: i64) -> Result<Vec<AuditLine>, sqlx::Error> {
        let rows: Vec<(i64, i64, Vec<u8>, String, String)> = sqlx::query_as(
            "SELECT audit_entries.log, audit_entries.entry, audit_entries.salt, audit_entries.event, logs.origin
             FROM audit_entries JOIN logs ON logs.id = audit_entries.log
             WHERE audit_entries.log > $1 OR (audit_entries.log = $1 AND audit_entries.entry > $2)
             ORDER BY audit_entries.log, audit_entries.entry LIMIT $3",
        )
        .bind(after.log)
        .bind(after.entry)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        let line = |(log, entry, salt, text, origin): (i64, i64, Vec<u8>, String, String)| AuditLine {
            cursor: Cursor { log, entry }.to_string(),
            event: json::parse(&text).ok().and_then(|tree| json::from_tree(&tree)),
            text,
            origin,
            index: entry.unsigned_abs(),
            salt: base64url(&salt),
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_two_numbers() {
        for (text, read) in [
            ("1-0", true),
            ("12-345", true),
            ("1", false),
            ("1-", false),
            ("-1", false),
            ("1--1", false),
            ("1-1-1", false),
            ("1-1 OR 1=1", false),
            ("1-99999999999999999999", false),
            ("", false),
        ] {
            let cursor = Cursor::read(text);
            assert_eq!(cursor.map(|cursor| cursor.to_string()), read.then(|| text.to_owned()), "{text}");
        }
    }
}
