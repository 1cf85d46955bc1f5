//! How many receipts came on which day, by what they say: numbers that name nobody, kept beside the receipts, which are sealed.
//!
//! **Invariant:** a receipt is counted in the transaction that stores it: once, and only where it is new.
//! **Invariant:** what is counted has a bound: the purposes of the notices that were served here, and words of a fixed set. A
//! receipt that makes others up adds no row.

use super::Store;
use super::log::Writing;
use super::rows::{parts, places};
use crate::calendar::DAY;
use crate::counts::{METHODS, OTHER};
use placet_model::receipt::{ChoiceState, Claims};
use sqlx::AssertSqlSafe;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Receipts that grant a purpose.
    Granted,
    /// Receipts that deny it.
    Denied,
    /// Receipts by how they were given.
    Method,
    /// Receipts by what they mean.
    State,
}

impl What {
    const ALL: [What; 4] = [What::Granted, What::Denied, What::Method, What::State];

    fn word(self) -> &'static str {
        match self {
            What::Granted => "granted",
            What::Denied => "denied",
            What::Method => "method",
            What::State => "state",
        }
    }
}

/// Receipts by day, what is counted, and name.
pub type Counts = BTreeMap<(i64, What, String), u64>;

/// What a batch adds.
#[derive(Debug, Default)]
pub struct Tally {
    purposes: BTreeSet<String>,
    counts: Counts,
}

impl Tally {
    /// Counts a receipt that came at `received_at`, in milliseconds since 1970.
    pub fn add(&mut self, claims: &Claims, received_at: i64) {
        let day = received_at.saturating_sub(received_at.rem_euclid(DAY));
        let mut count = |what, name: &str| *self.counts.entry((day, what, name.to_owned())).or_default() += 1;
        for (purpose, choice) in claims.choices.0.iter().filter(|(purpose, _)| self.purposes.contains(purpose)) {
            match choice {
                ChoiceState::Granted => count(What::Granted, purpose),
                ChoiceState::Denied => count(What::Denied, purpose),
                ChoiceState::Always => {}
            }
        }
        let method = METHODS.iter().find(|known| **known == claims.event.method).unwrap_or(&OTHER);
        count(What::Method, method);
        count(What::State, claims.event.state.word());
    }
}

impl Store {
    /// A tally of nothing yet.
    pub fn tally(&self) -> Tally {
        Tally { purposes: self.purposes(), counts: Counts::new() }
    }

    /// The purposes of all notices that were served here.
    pub fn purposes(&self) -> BTreeSet<String> {
        self.purposes.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Learns the purposes of all notices that are kept.
    pub(super) async fn learn_purposes(&self) -> Result<(), sqlx::Error> {
        let notices: Vec<String> = sqlx::query_scalar("SELECT snapshot FROM notices").fetch_all(&self.pool).await?;
        let mut purposes = BTreeSet::new();
        for notice in notices {
            // A snapshot that is kept was published here.
            let notice: serde_json::Value = serde_json::from_str(&notice).unwrap_or_default();
            let of_it = notice["purposes"].as_array().into_iter().flatten();
            purposes.extend(of_it.filter_map(|purpose| purpose["id"].as_str()).map(str::to_owned));
        }
        *self.purposes.write().unwrap_or_else(PoisonError::into_inner) = purposes;
        Ok(())
    }

    /// What was counted from the day `since` on, before the day `until`, in milliseconds since 1970.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn counts(&self, since: i64, until: i64) -> Result<Counts, sqlx::Error> {
        let rows: Vec<(i64, String, String, i64)> =
            sqlx::query_as("SELECT day, what, name, receipts FROM daily_counts WHERE day >= $1 AND day < $2")
                .bind(since)
                .bind(until)
                .fetch_all(&self.pool)
                .await?;
        let known = |word: &str| What::ALL.into_iter().find(|what| what.word() == word);
        let row = |(day, what, name, receipts): (i64, String, String, i64)| {
            Some(((day, known(&what)?, name), receipts.unsigned_abs()))
        };
        Ok(rows.into_iter().filter_map(row).collect())
    }
}

impl Writing<'_> {
    /// Adds what a batch has counted.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count(&mut self, tally: Tally) -> Result<(), sqlx::Error> {
        let counts: Vec<_> = tally.counts.into_iter().collect();
        for part in parts(&counts) {
            self.store.fuse.burn()?;
            let text = format!(
                "INSERT INTO daily_counts (day, what, name, receipts) VALUES {}
                 ON CONFLICT (day, what, name) DO UPDATE SET receipts = daily_counts.receipts + excluded.receipts",
                places(part.len(), 4)
            );
            let mut query = sqlx::query(AssertSqlSafe(text));
            for ((day, what, name), receipts) in part {
                query = query.bind(day).bind(what.word()).bind(name).bind(i64::try_from(*receipts).unwrap_or(i64::MAX));
            }
            query.execute(&mut *self.transaction).await?;
        }
        Ok(())
    }
}
