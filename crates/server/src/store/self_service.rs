//! What it takes to answer shoppers about the receipts of their devices.
//!
//! **Invariant:** what is erased is told: the line of the audit trail is left in the transaction that erases.
//! **Invariant:** what is erased is gone from the files of the database, but for a name that leads nowhere; where a reader is in the
//! way, shortly after it has gone.

use super::audit::{Waiting, leave};
use super::data_keys::unsealable;
use super::receipts::erased_name;
use super::{Connection, Store};
use placet_model::admin::AuditEvent;
use placet_model::self_service::HeldReceipt;

/// The most requests whose names are remembered: more in ten minutes is a flood, and later ones have to wait.
pub const MOST_REQUESTS: i64 = 100_000;

/// Receipts that are read at once.
const PAGE: i64 = 32;

/// What became of the use of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It is the first one.
    First,
    /// It was used before.
    Again,
    /// Too many requests are remembered to remember this one.
    Full,
}

/// Where the next page of a device's receipts begins: after this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    seq: i64,
    received_at: i64,
    id: String,
}

impl Place {
    /// Before the newest.
    pub fn start() -> Self {
        Place { seq: i64::MAX, received_at: i64::MAX, id: String::new() }
    }
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The ids of the receipts, in order.
    pub receipts: Vec<String>,
    /// The line of the audit trail about it, which waits to be entered into the log.
    pub line: Waiting,
}

/// Receipts of a device, the last one of its chain first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The receipts.
    pub receipts: Vec<HeldReceipt>,
    /// Where the next page begins; none after the last one.
    pub next: Option<Place>,
}

impl Store {
    /// Uses a request by its name, which is remembered until it expires.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn use_once(&self, name: &str, expires_at: i64, now: i64) -> Result<Use, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM requests WHERE expires_at <= $1").bind(now).execute(&mut *transaction).await?;
        let inserted = sqlx::query(
            "INSERT INTO requests (name, expires_at)
             SELECT $1, $2 WHERE (SELECT COUNT(*) FROM requests) < $3
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(expires_at)
        .bind(MOST_REQUESTS)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        let held: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM requests WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(match (inserted, held) {
            (0, 0) => Use::Full,
            (0, _) => Use::Again,
            _ => Use::First,
        })
    }

    /// Receipts of a device from `place` on.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn receipts_of(&self, device: &str, place: &Place) -> Result<Page, sqlx::Error> {
        type Row = (String, i64, Vec<u8>, i64, i64, i64, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, seq, jws, received_at, skew, late, fork FROM receipts
             WHERE device = $1 AND (seq, received_at, id) < ($2, $3, $4)
             ORDER BY seq DESC, received_at DESC, id DESC LIMIT $5",
        )
        .bind(device)
        .bind(place.seq)
        .bind(place.received_at)
        .bind(&place.id)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await?;
        let full = rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
        let last = rows.last().filter(|_| full);
        let next =
            last.map(|(id, seq, _, received_at, ..)| Place { seq: *seq, received_at: *received_at, id: id.clone() });
        let sealed = rows.iter().map(|(id, _, jws, ..)| (&**id, "jws", &**jws)).collect();
        let texts = self.open_texts(sealed).await?;
        let mut receipts = Vec::with_capacity(rows.len());
        for ((_, _, _, received_at, skew, late, fork), receipt) in rows.into_iter().zip(texts) {
            receipts.push(HeldReceipt {
                receipt: receipt.map_err(unsealable)?,
                received_at: received_at.unsigned_abs(),
                skew: skew != 0,
                late: late != 0,
                fork: fork != 0,
            });
        }
        Ok(Page { receipts, next })
    }

    /// Deletes the receipts of a device, and with them all that is known of it. In the same step it leaves the line of the audit
    /// trail that `line` makes of the receipts' ids.
    ///
    /// # Errors
    /// Where the database fails; then nothing was deleted.
    pub async fn erase(&self, device: &str, line: impl FnOnce(&[String]) -> AuditEvent) -> Result<Erased, sqlx::Error> {
        let writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let mut ids: Vec<String> = sqlx::query_scalar("DELETE FROM receipts WHERE device = $1 RETURNING id")
            .bind(device)
            .fetch_all(&mut *transaction)
            .await?;
        for id in &ids {
            forget_id(&mut transaction, id).await?;
        }
        ids.sort_unstable();
        let line = leave(&mut transaction, &line(&ids)).await?;
        transaction.commit().await?;
        drop(writer);
        self.cut_log_of_writes().await;
        Ok(Erased { receipts: ids, line })
    }

    /// Deletes the receipts with this tag of a site's reference to a person. In the same step it leaves the line of the audit trail
    /// that `line` makes of the receipts' ids. None where there is nothing to delete.
    ///
    /// # Errors
    /// Where the database fails; then nothing was deleted.
    pub async fn erase_person(
        &self,
        tag: &str,
        line: impl FnOnce(&[String]) -> AuditEvent,
    ) -> Result<Option<Erased>, sqlx::Error> {
        let writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let mut ids: Vec<String> = sqlx::query_scalar("DELETE FROM receipts WHERE reference = $1 RETURNING id")
            .bind(tag)
            .fetch_all(&mut *transaction)
            .await?;
        for id in &ids {
            forget_id(&mut transaction, id).await?;
        }
        if ids.is_empty() {
            return Ok(None);
        }
        ids.sort_unstable();
        let line = leave(&mut transaction, &line(&ids)).await?;
        transaction.commit().await?;
        drop(writer);
        self.cut_log_of_writes().await;
        Ok(Some(Erased { receipts: ids, line }))
    }
}

/// Leaves of a receipt's id but a name that leads nowhere.
async fn forget_id(transaction: &mut Connection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM receipt_ids WHERE id = $1").bind(id).execute(&mut *transaction).await?;
    sqlx::query("INSERT INTO erased (name) VALUES ($1) ON CONFLICT (name) DO NOTHING")
        .bind(erased_name(id))
        .execute(&mut *transaction)
        .await?;
    Ok(())
}
