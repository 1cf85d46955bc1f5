//! Receipts and the devices that signed them.
//!
//! **Invariant:** a receipt's text is stored exactly as it came, and no receipt with the id of an erased one is stored.
//! **Invariant:** a device is known for as long as a receipt of it is held.

use super::data_keys::{place, unsealable};
use super::log::{Logged, SealedRecord};
use super::retention::kept_by;
use super::{Connection, Store, is_name};
use crate::observe::Seen;
use crate::seal::SealError;
use placet_model::log::entry::{Envelope, SALT};
use placet_model::receipt::{Claims, Jwk};
use placet_model::self_service::HeldDevice;
use placet_model::verify::{Refusal, Verified, hash};

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
    /// What the server observed.
    pub envelope: Envelope,
    /// The tag of the network that it came from, for some days.
    pub network: Option<String>,
    /// For how long answers hold at most, in milliseconds.
    longest: i64,
    /// How it will lie in the database; none until [`Store::seal`].
    sealed: Option<Sealed>,
}

/// What tells of a person, as it lies in the database.
#[derive(Debug, Clone)]
struct Sealed {
    jws: Vec<u8>,
    envelope: Vec<u8>,
    reference: Option<String>,
}

impl Entry {
    /// A receipt that came at `now` (milliseconds since 1970), with what can be told from both times.
    pub fn new(jws: &str, verified: Verified, now: i64) -> Self {
        let Verified { claims, key, hash } = verified;
        let decided_at = claims.iat.saturating_mul(1000);
        let envelope = Envelope {
            received_at: now.unsigned_abs(),
            skew: decided_at.saturating_sub(now) > SKEW_MS,
            late: now.saturating_sub(decided_at) > LATE_MS,
            ..Envelope::default()
        };
        Entry { jws: jws.to_owned(), hash, claims, key, envelope, network: None, longest: 0, sealed: None }
    }

    /// The same under a config whose answers hold so long at most, in milliseconds.
    pub fn holding(mut self, longest: i64) -> Self {
        self.longest = longest;
        self
    }

    /// The same with what was seen of the call that brought it.
    pub fn seen(mut self, seen: Seen) -> Self {
        let Seen { region, agent, network } = seen;
        self.envelope.region = region;
        self.envelope.agent = agent;
        self.network = network;
        self
    }
}

/// What became of a receipt that was to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is kept now, at the place that was meant for it.
    New,
    /// It was kept before.
    Held(Held),
    /// It is not kept.
    Refused(Refusal),
}

/// A receipt that was kept before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// When it came, in milliseconds since 1970.
    pub received_at: u64,
    /// The number of its log.
    pub log: i64,
    /// What its entry commits to.
    pub logged: Logged,
}

impl Store {
    /// Seals a receipt for the place where it will lie.
    ///
    /// # Errors
    /// Where the database fails, or is locked.
    pub async fn seal(&self, entry: &mut Entry) -> Result<(), sqlx::Error> {
        let (claims, now) = (&entry.claims, i64::try_from(entry.envelope.received_at).unwrap_or(i64::MAX));
        let key = self.month_key(&claims.site, now).await?;
        let seal = |column, text: &str| key.seal(place(column, &claims.id), text.as_bytes()).map_err(unsealable);
        let reference = match &claims.sub.reference {
            Some(reference) => Some(self.reference_tag(&claims.site, reference, now).await?),
            None => None,
        };
        let (jws, envelope) = (seal("jws", &entry.jws)?, seal("envelope", &entry.envelope.to_text())?);
        entry.sealed = Some(Sealed { jws, envelope, reference });
        Ok(())
    }

    /// A device whose receipts we hold.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn device(&self, thumbprint: &str) -> Result<Option<HeldDevice>, sqlx::Error> {
        if !is_name(thumbprint) {
            return Ok(None);
        }
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

    /// How many receipts are kept.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM receipts").fetch_one(&self.pool).await
    }
}

/// Keeps a receipt at a place of a log, if it is new.
pub(super) async fn record_one(
    store: &Store,
    transaction: &mut Connection,
    log: i64,
    index: u64,
    salt: &[u8; SALT],
    entry: &Entry,
) -> Result<Recorded, sqlx::Error> {
    let now = i64::try_from(entry.envelope.received_at).unwrap_or(i64::MAX);
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
        .execute(&mut *transaction)
        .await?;
    }
    let decided_at = claims.iat.saturating_mul(1000);
    let sealed = entry.sealed.as_ref().ok_or_else(|| unsealable(SealError::Locked))?;
    if !claim_id(transaction, &claims.id, now).await? {
        forget_unused(transaction, device).await?;
        return held(store, transaction, entry).await;
    }
    let (regime, ends_at) = kept_by(claims, now, entry.longest);
    sqlx::query(
        "INSERT INTO receipts
            (id, hash, jws, device, seq, prev, notice, state, decided_at, received_at, skew, late, log, entry, salt, envelope,
             reference, network, sealed, regime, ends_at, fork)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, $19, $20,
            CASE WHEN EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND seq = $5)
                   OR EXISTS (SELECT 1 FROM receipts WHERE device = $4 AND prev = $6)
                 THEN 1 ELSE 0 END",
    )
    .bind(&claims.id)
    .bind(&entry.hash)
    .bind(sealed.jws.as_slice())
    .bind(device)
    .bind(i64::try_from(claims.seq).unwrap_or(i64::MAX))
    .bind(&claims.prev)
    .bind(&claims.notice.hash)
    .bind(claims.event.state.word())
    .bind(decided_at)
    .bind(now)
    .bind(i64::from(entry.envelope.skew))
    .bind(i64::from(entry.envelope.late))
    .bind(log)
    .bind(i64::try_from(index).unwrap_or(i64::MAX))
    .bind(salt.as_slice())
    .bind(sealed.envelope.as_slice())
    .bind(&sealed.reference)
    .bind(&entry.network)
    .bind(regime)
    .bind(ends_at)
    .execute(&mut *transaction)
    .await?;
    Ok(Recorded::New)
}

/// A receipt whose id is taken: held, another one, or erased.
async fn held(store: &Store, transaction: &mut Connection, entry: &Entry) -> Result<Recorded, sqlx::Error> {
    type Row = (String, i64, Vec<u8>, i64, i64, Vec<u8>, Vec<u8>);
    let id = &entry.claims.id;
    let held: Option<Row> = sqlx::query_as(
        "SELECT hash, received_at, jws, log, entry, salt, envelope FROM receipts
         WHERE id = $1 AND received_at = (SELECT received_at FROM receipt_ids WHERE id = $1)",
    )
    .bind(id)
    .fetch_optional(transaction)
    .await?;
    Ok(match held {
        None => Recorded::Refused(Refusal::Erased(id.clone())),
        Some((hash, ..)) if hash != entry.hash => Recorded::Refused(Refusal::IdConflict(id.clone())),
        Some((_, received_at, jws, log, index, salt, envelope)) => {
            let sealed = vec![SealedRecord { id: id.clone(), index: index.unsigned_abs(), salt, jws, envelope }];
            let mut logged = store.open_records(sealed).await?;
            let logged = logged.pop().ok_or(sqlx::Error::RowNotFound)?;
            Recorded::Held(Held { received_at: received_at.unsigned_abs(), log, logged })
        }
    })
}

/// Takes the id of a receipt that comes `now`; whether it was free. No receipt comes back that its device had erased.
async fn claim_id(transaction: &mut Connection, id: &str, now: i64) -> Result<bool, sqlx::Error> {
    let taken = sqlx::query(
        "INSERT INTO receipt_ids (id, received_at) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM erased WHERE name = $3)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(id)
    .bind(now)
    .bind(erased_name(id))
    .execute(transaction)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// A device is known by its receipts: one whose only receipt was refused is not kept.
pub(super) async fn forget_unused(transaction: &mut Connection, device: Option<&str>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM devices WHERE thumbprint = $1 AND NOT EXISTS (SELECT 1 FROM receipts WHERE device = $1)")
        .bind(device)
        .execute(&mut *transaction)
        .await?;
    Ok(())
}

/// The name that an erased receipt leaves behind.
pub(super) fn erased_name(id: &str) -> String {
    hash(["placet erased receipt\n", id].concat().as_bytes())
}
