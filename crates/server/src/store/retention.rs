//! Deleting receipts whose time is over, by the rule set under which each was given.
//!
//! The record and its salt go; its entry in the log stays and tells nothing any more.
//!
//! **Invariant:** nothing goes before the term of its rule set, and a config makes that longer, never shorter.
//! **Invariant:** a clock that is far ahead deletes nothing; see [`Store::doubt`].

use super::Store;
use super::address::Kind;
use super::months::{is_held, partition, shape};
use crate::calendar::{DAY, Month};
use placet_model::config::Config;
use placet_model::duration::Duration;
use placet_model::receipt::Claims;
use placet_model::regime::{REGIMES, RegimeId};

/// How often it is tried to drop a partition, where somebody holds it.
const TRIES: usize = 5;
/// How many receipts go in one transaction.
const BATCH: i64 = 500;
/// A receipt that says that it holds longer is taken to hold for so long, or for as long as the config lets answers hold: two years
/// from its arrival.
const LONGEST: i64 = 2 * 366 * DAY;
/// A shop that heard of nobody for so long, or whose clock is so far ahead: a year.
const SILENCE: i64 = 366 * DAY;
/// What came in the last days says nothing of the clock: it came by the same one.
const RECENT: i64 = 30 * DAY;

/// For how long receipts are kept after their end, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// By rule set.
    kept: Vec<(RegimeId, i64)>,
    /// For how long answers hold at most.
    holds: i64,
}

/// Receipts of one rule set whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// The rule set; none where it is not known.
    pub regime: Option<RegimeId>,
    /// How many.
    pub receipts: u64,
    /// When the first of them came, in milliseconds since 1970.
    pub first: i64,
    /// When the last of them came.
    pub last: i64,
}

/// What keeps a receipt: its rule set and its end.
pub(super) fn kept_by(claims: &Claims, received_at: i64, longest: i64) -> (Option<&'static str>, i64) {
    let regime = RegimeId::ALL.iter().find(|id| id.word() == claims.regime).map(|id| id.word());
    let lasts = i64::try_from(claims.ttl).unwrap_or(i64::MAX).saturating_mul(1000);
    let end = claims.iat.saturating_mul(1000).saturating_add(lasts);
    (regime, end.min(received_at.saturating_add(longest.max(LONGEST))))
}

impl Terms {
    /// Those of a config.
    pub fn of(config: &Config) -> Self {
        let days = |text: &str| Duration::parse(text).map_or(0, |duration| i64::from(duration.days()));
        let wished = config.receipts.keep.as_deref().map_or(0, days);
        let kept =
            REGIMES.iter().map(|rules| (rules.id, (i64::from(rules.keep_years) * 366).max(wished) * DAY)).collect();
        let holds = days(&config.validity.granted).max(days(&config.validity.denied)) * DAY;
        Terms { kept, holds }
    }

    /// For how long answers hold at most by the config, in milliseconds.
    pub fn holds(&self) -> i64 {
        self.holds
    }

    /// The rule sets, and none for what is not known, each with the time before which a receipt must have ended.
    fn ends(&self, now: i64) -> impl Iterator<Item = (Option<RegimeId>, i64)> + '_ {
        let longest = self.kept.iter().map(|(_, term)| *term).max().unwrap_or(i64::MAX);
        let known = self.kept.iter().map(|(id, term)| (Some(*id), *term));
        known.chain([(None, longest)]).map(move |(id, term)| (id, now.saturating_sub(term)))
    }

    /// The time before which everything that has ended goes, whatever its rule set.
    fn last_end(&self, now: i64) -> i64 {
        self.ends(now).map(|(_, end)| end).min().unwrap_or(i64::MIN)
    }
}

impl Store {
    /// The receipts whose time is over.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn expired(&self, terms: &Terms, now: i64) -> Result<Vec<Expired>, sqlx::Error> {
        let mut all = Vec::new();
        for (regime, end) in terms.ends(now) {
            let (receipts, first, last): (i64, i64, i64) = sqlx::query_as(
                "SELECT COUNT(*), COALESCE(MIN(received_at), 0), COALESCE(MAX(received_at), 0) FROM receipts
                 WHERE COALESCE(regime, '') = $1 AND received_at < $2 AND COALESCE(ends_at, received_at) < $2",
            )
            .bind(word(regime))
            .bind(end)
            .fetch_one(&self.pool)
            .await?;
            if receipts > 0 {
                all.push(Expired { regime, receipts: receipts.unsigned_abs(), first, last });
            }
        }
        Ok(all)
    }

    /// When the last receipt came before the present month, where that is so long ago that the clock is to be doubted; then a
    /// person has to look before anything is deleted. Nothing is to be doubted where there is nothing to delete.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn doubt(&self, terms: &Terms, now: i64) -> Result<Option<i64>, sqlx::Error> {
        if self.expired(terms, now).await?.is_empty() {
            return Ok(None);
        }
        let last: Option<i64> = sqlx::query_scalar("SELECT MAX(received_at) FROM receipts WHERE received_at < $1")
            .bind(now.saturating_sub(RECENT))
            .fetch_one(&self.pool)
            .await?;
        Ok(last.filter(|last| *last < now.saturating_sub(SILENCE)))
    }

    /// Deletes the receipts whose time is over; how many there were.
    ///
    /// # Errors
    /// Where the database fails; what went before is gone.
    pub async fn retain(&self, terms: &Terms, now: i64) -> Result<u64, sqlx::Error> {
        let mut gone = match self.kind() {
            Kind::Sqlite => 0,
            Kind::Postgres => self.drop_months(terms, now).await?,
        };
        for (regime, end) in terms.ends(now) {
            loop {
                let batch = self.retain_batch(regime, end).await?;
                gone += batch;
                if batch == 0 {
                    break;
                }
            }
        }
        if gone > 0 {
            self.cut_log_of_writes().await;
        }
        Ok(gone)
    }

    /// Deletes some receipts of a rule set that ended before `end`.
    async fn retain_batch(&self, regime: Option<RegimeId>, end: i64) -> Result<u64, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, received_at FROM receipts
             WHERE COALESCE(regime, '') = $1 AND received_at < $2 AND COALESCE(ends_at, received_at) < $2
             ORDER BY received_at LIMIT $3",
        )
        .bind(word(regime))
        .bind(end)
        .bind(BATCH)
        .fetch_all(&mut *transaction)
        .await?;
        for (id, received_at) in &rows {
            sqlx::query("DELETE FROM receipts WHERE id = $1 AND received_at = $2")
                .bind(id)
                .bind(received_at)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("DELETE FROM receipt_ids WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(rows.len() as u64)
    }

    /// Drops the partitions of months of which everything is over.
    async fn drop_months(&self, terms: &Terms, now: i64) -> Result<u64, sqlx::Error> {
        let mut gone = 0;
        let oldest: Option<i64> =
            sqlx::query_scalar("SELECT MIN(received_at) FROM receipts").fetch_one(&self.pool).await?;
        let Some(oldest) = oldest else { return Ok(0) };
        let last_end = terms.last_end(now);
        let mut month = Month::of(oldest);
        while month.next().start() <= last_end {
            gone += self.drop_month_patiently(month, last_end).await?;
            month = month.next();
        }
        Ok(gone)
    }

    /// Where somebody reads in the month for long, its receipts go one by one instead, and its partition stays, empty.
    async fn drop_month_patiently(&self, month: Month, last_end: i64) -> Result<u64, sqlx::Error> {
        for _ in 0..TRIES {
            match self.drop_month(month, last_end).await {
                Err(error) if is_held(&error) => {}
                outcome => return outcome,
            }
        }
        tracing::warn!(partition = partition(month), "a partition could not be dropped: somebody reads in it");
        Ok(0)
    }

    async fn drop_month(&self, month: Month, last_end: i64) -> Result<u64, sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let (start, end) = (month.start(), month.next().start());
        let (all, kept): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(CASE WHEN COALESCE(ends_at, received_at) >= $3 THEN 1 END) FROM receipts
             WHERE received_at >= $1 AND received_at < $2",
        )
        .bind(start)
        .bind(end)
        .bind(last_end)
        .fetch_one(&mut *transaction)
        .await?;
        if all == 0 || kept > 0 {
            return Ok(0);
        }
        sqlx::query("DELETE FROM receipt_ids WHERE received_at >= $1 AND received_at < $2")
            .bind(start)
            .bind(end)
            .execute(&mut *transaction)
            .await?;
        shape(&mut transaction, format!("DROP TABLE {}", partition(month))).await?;
        transaction.commit().await?;
        self.months.forget(month);
        Ok(all.unsigned_abs())
    }
}

/// As it stands in the column; empty where it is not known.
fn word(regime: Option<RegimeId>) -> &'static str {
    regime.map_or("", RegimeId::word)
}
