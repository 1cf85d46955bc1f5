//! Receipts, and the keys of the devices that signed them.
//!
//! **Invariant:** a receipt's text is stored exactly as it came, and no receipt with the id of an erased one is stored.
//! **Invariant:** a device is known for as long as a receipt of it is held, and by nothing else.

use super::data_keys::{place, unsealable};
use super::log::Logged;
use super::{Store, is_name};
use crate::observe::Seen;
use placet_model::log::entry::Envelope;
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
    pub(super) longest: i64,
    /// How it will lie in the database; none until [`Store::seal`].
    pub(super) sealed: Option<Sealed>,
}

/// What tells of a person, as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    pub(super) jws: Vec<u8>,
    pub(super) envelope: Vec<u8>,
    pub(super) reference: Option<String>,
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
    /// It is kept now, at this place of the log.
    New(u64),
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
            sqlx::query_as("SELECT key_x, key_y, received_at FROM receipts WHERE device = $1 ORDER BY seq LIMIT 1")
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

/// The name that an erased receipt leaves behind.
pub(super) fn erased_name(id: &str) -> String {
    hash(["placet erased receipt\n", id].concat().as_bytes())
}
