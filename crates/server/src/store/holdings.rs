//! Receipts with all that is held of them, for those who have to answer for them: by id, of a person, of a period.

use super::data_keys::unsealable;
use super::log::{Logged, Record};
use super::receipts::Held;
use super::{Store, is_name};
use placet_model::self_service::HeldReceipt;

/// Receipts that are read at once.
const PAGE: i64 = 32;

/// Everything that is held of one receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    /// Its id.
    pub id: String,
    /// The receipt, and what was noted beside it.
    pub held: HeldReceipt,
    /// The thumbprint of its device's key; none for a receipt without signature.
    pub device: Option<String>,
    /// The hash of the notice that it names.
    pub notice: String,
    /// Its place in a log; none where it has none yet.
    pub logged: Option<Held>,
}

/// Which receipts are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Those with this tag of a site's reference to a person.
    Person(String),
    /// Those that came from `since` on, before `until`, in milliseconds since 1970.
    Period {
        /// The beginning.
        since: i64,
        /// The end.
        until: i64,
    },
}

/// Receipts, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdings {
    /// The receipts.
    pub receipts: Vec<Holding>,
    /// Where the next page begins; none after the last one.
    pub next: Option<After>,
}

/// After which receipt a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    received_at: i64,
    id: String,
}

impl After {
    /// Before the oldest.
    pub fn start() -> Self {
        After { received_at: i64::MIN, id: String::new() }
    }
}

/// As the statements below list them.
type Row = (
    String,
    Vec<u8>,
    i64,
    i64,
    i64,
    i64,
    Option<String>,
    String,
    Option<i64>,
    Option<i64>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

impl Store {
    /// The receipt with this id.
    ///
    /// # Errors
    /// Where the database fails or is locked, or the receipt does not open.
    pub async fn holding(&self, id: &str) -> Result<Option<Holding>, sqlx::Error> {
        if !is_name(id) {
            return Ok(None);
        }
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, jws, received_at, skew, late, fork, device, notice, log, entry, salt, envelope FROM receipts
             WHERE id = $1 AND received_at = (SELECT received_at FROM receipt_ids WHERE id = $1)",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        Ok(self.holdings_of(rows).await?.pop())
    }

    /// A page of receipts, from after the last one of the page before.
    ///
    /// # Errors
    /// Where the database fails or is locked, or a receipt does not open.
    pub async fn holdings(&self, scope: &Scope, after: &After) -> Result<Holdings, sqlx::Error> {
        let rows: Vec<Row> = match scope {
            Scope::Person(tag) => {
                sqlx::query_as(
                    "SELECT id, jws, received_at, skew, late, fork, device, notice, log, entry, salt, envelope FROM receipts
                     WHERE reference = $1 AND (received_at, id) > ($2, $3)
                     ORDER BY received_at, id LIMIT $4",
                )
                .bind(tag)
                .bind(after.received_at)
                .bind(&after.id)
                .bind(PAGE)
                .fetch_all(&self.pool)
                .await?
            }
            Scope::Period { since, until } => {
                sqlx::query_as(
                    "SELECT id, jws, received_at, skew, late, fork, device, notice, log, entry, salt, envelope FROM receipts
                     WHERE received_at >= $1 AND received_at < $2 AND (received_at, id) > ($3, $4)
                     ORDER BY received_at, id LIMIT $5",
                )
                .bind(since)
                .bind(until)
                .bind(after.received_at)
                .bind(&after.id)
                .bind(PAGE)
                .fetch_all(&self.pool)
                .await?
            }
        };
        let full = rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| full);
        let next = next.map(|(id, _, received_at, ..)| After { received_at: *received_at, id: id.clone() });
        Ok(Holdings { receipts: self.holdings_of(rows).await?, next })
    }

    async fn holdings_of(&self, rows: Vec<Row>) -> Result<Vec<Holding>, sqlx::Error> {
        let mut sealed = Vec::with_capacity(2 * rows.len());
        for (id, jws, .., envelope) in &rows {
            sealed.push((id.as_str(), "jws", jws.as_slice()));
            sealed.extend(envelope.as_deref().map(|envelope| (id.as_str(), "envelope", envelope)));
        }
        let mut opened = self.open_texts(sealed).await?.into_iter();
        let mut next = || opened.next().transpose().map_err(unsealable).map(Option::unwrap_or_default);
        let mut holdings = Vec::with_capacity(rows.len());
        for (id, _, received_at, skew, late, fork, device, notice, log, entry, salt, envelope) in rows {
            let receipt = next()?;
            let envelope = match envelope {
                Some(_) => Some(next()?),
                None => None,
            };
            let received_at = received_at.unsigned_abs();
            let place = log.zip(entry).zip(salt.zip(envelope));
            let logged = place.map(|((log, entry), (salt, envelope))| {
                let record = Record::Receipt { jws: receipt.clone(), envelope };
                Held { received_at, log, logged: Logged { index: entry.unsigned_abs(), salt, record } }
            });
            holdings.push(Holding {
                id,
                held: HeldReceipt { receipt, received_at, skew: skew != 0, late: late != 0, fork: fork != 0 },
                device,
                notice,
                logged,
            });
        }
        Ok(holdings)
    }
}
