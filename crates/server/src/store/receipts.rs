//! Receipts and the devices that signed them.
//!
//! **Invariant:** a receipt's text is stored exactly as it came, and no receipt with the id of an erased one is stored.
//! **Invariant:** a device is known for as long as a receipt of it is held.

use super::Store;
use placet_model::receipt::{Acknowledgement, Claims, Jwk};
use placet_model::self_service::HeldDevice;
use placet_model::verify::{Refusal, hash};
use sqlx::{Sqlite, Transaction};

/// A device's clock that is further ahead gets its receipts flagged: ten minutes.
const SKEW_MS: i64 = 10 * 60 * 1000;
/// A decision that is older when it arrives is flagged: thirty days.
const LATE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// A verified receipt, ready to be kept.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The text as it came.
    pub jws: String,
    /// What tells it apart; see [`placet_model::verify::Verified::hash`].
    pub hash: String,
    /// What it says.
    pub claims: Claims,
    /// The key that signed it.
    pub key: Option<Jwk>,
}

impl Store {
    /// A device whose receipts we hold.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn device(&self, thumbprint: &str) -> Result<Option<HeldDevice>, sqlx::Error> {
        let found: Option<(String, String, i64)> =
            sqlx::query_as("SELECT x, y, first_seen_at FROM devices WHERE thumbprint = $1")
                .bind(thumbprint)
                .fetch_optional(&self.pool)
                .await?;
        Ok(found.map(|(x, y, first_seen_at)| HeldDevice {
            device: thumbprint.to_owned(),
            jwk: Jwk { kty: "EC".into(), crv: "P-256".into(), x, y },
            first_seen_at: first_seen_at.unsigned_abs(),
        }))
    }

    /// The key of a device whose receipts we hold.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn key(&self, thumbprint: &str) -> Result<Option<Jwk>, sqlx::Error> {
        Ok(self.device(thumbprint).await?.map(|device| device.jwk))
    }

    /// Keeps receipts in one transaction: all of them or, where the database fails, none.
    ///
    /// A receipt that is there already gets its first acknowledgement; another one with its id is refused.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record(
        &self,
        entries: &[Entry],
        now: i64,
    ) -> Result<Vec<Result<Acknowledgement, Refusal>>, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.pool.begin().await?;
        let mut results = Vec::with_capacity(entries.len());
        for entry in entries {
            results.push(record_one(&mut transaction, entry, now).await?);
        }
        transaction.commit().await?;
        Ok(results)
    }

    /// How many receipts are kept.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM receipts").fetch_one(&self.pool).await
    }
}

async fn record_one(
    transaction: &mut Transaction<'_, Sqlite>,
    entry: &Entry,
    now: i64,
) -> Result<Result<Acknowledgement, Refusal>, sqlx::Error> {
    let claims = &entry.claims;
    let device = claims.sub.device.as_deref();
    if let (Some(device), Some(key)) = (device, &entry.key) {
        sqlx::query(
            "INSERT INTO devices (thumbprint, x, y, first_seen_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (thumbprint) DO NOTHING",
        )
        .bind(device)
        .bind(&key.x)
        .bind(&key.y)
        .bind(now)
        .execute(&mut **transaction)
        .await?;
    }
    let decided_at = claims.iat.saturating_mul(1000);
    // No receipt comes back that its device had erased.
    let inserted = sqlx::query(
        "INSERT INTO receipts
            (id, hash, jws, device, seq, prev, notice, state, decided_at, received_at, skew, late, fork)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
            CASE WHEN EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND seq = $5)
                   OR EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND prev = $6)
                 THEN 1 ELSE 0 END
         WHERE NOT EXISTS (SELECT 1 FROM erased WHERE name = $13)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(&claims.id)
    .bind(&entry.hash)
    .bind(&entry.jws)
    .bind(device)
    .bind(i64::try_from(claims.seq).unwrap_or(i64::MAX))
    .bind(&claims.prev)
    .bind(&claims.notice.hash)
    .bind(claims.event.state.word())
    .bind(decided_at)
    .bind(now)
    .bind(i64::from(decided_at.saturating_sub(now) > SKEW_MS))
    .bind(i64::from(now.saturating_sub(decided_at) > LATE_MS))
    .bind(erased_name(&claims.id))
    .execute(&mut **transaction)
    .await?
    .rows_affected();

    let received_at = match inserted {
        0 => {
            forget_unused(transaction, device).await?;
            let held: Option<(String, i64)> = sqlx::query_as("SELECT hash, received_at FROM receipts WHERE id = $1")
                .bind(&claims.id)
                .fetch_optional(&mut **transaction)
                .await?;
            match held {
                None => return Ok(Err(Refusal::Erased(claims.id.clone()))),
                Some((hash, _)) if hash != entry.hash => return Ok(Err(Refusal::IdConflict(claims.id.clone()))),
                Some((_, received_at)) => received_at,
            }
        }
        _ => now,
    };
    Ok(Ok(Acknowledgement { id: claims.id.clone(), received_at: received_at.unsigned_abs(), log: None }))
}

/// A device is known by its receipts: one whose only receipt was refused is not kept.
async fn forget_unused(transaction: &mut Transaction<'_, Sqlite>, device: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM devices WHERE thumbprint = $1 AND NOT EXISTS (SELECT 1 FROM receipts WHERE device = $1)")
        .bind(device)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The name that an erased receipt leaves behind.
pub(super) fn erased_name(id: &str) -> String {
    hash(["placet erased receipt\n", id].concat().as_bytes())
}
