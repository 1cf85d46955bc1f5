//! The partitions of the receipts on PostgreSQL: one for each month of arrival (UTC).
//!
//! They let what is old go at once, and keep the indexes of what is new small. SQLite has one table, and nothing to do here.
//!
//! **Invariant:** the partition of a month is there before the first receipt of it: made ahead, or else in the transaction that
//! stores it.

use super::address::Kind;
use super::{Connection, Store};
use crate::calendar::Month;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many months after the present one have their partition.
const AHEAD: usize = 2;

/// The months whose partitions were seen in the database, so that it is asked about each once.
#[derive(Debug, Default)]
pub(super) struct Months(Mutex<BTreeSet<Month>>);

impl Months {
    fn known(&self, month: Month) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&month)
    }

    /// Forgets a month: its partition has gone.
    pub(super) fn forget(&self, month: Month) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&month);
    }

    fn seen(&self, month: Month) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(month);
    }
}

/// The name of a month's partition.
pub(super) fn partition(month: Month) -> String {
    format!("receipts_{:04}_{:02}", month.year, month.month)
}

impl Store {
    /// Makes the partitions of the coming months.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn make_months_ahead(&self, now: i64) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let mut month = Month::of(now);
        for _ in 0..=AHEAD {
            self.make_month(&mut transaction, month).await?;
            month = month.next();
        }
        transaction.commit().await
    }

    /// Makes the partition of the month of `time`, where it is missing.
    ///
    /// # Errors
    /// Where the database fails.
    pub(super) async fn make_month_of(&self, transaction: &mut Connection, time: i64) -> Result<(), sqlx::Error> {
        self.make_month(transaction, Month::of(time)).await
    }

    async fn make_month(&self, transaction: &mut Connection, month: Month) -> Result<(), sqlx::Error> {
        if self.kind() == Kind::Sqlite || self.months.known(month) {
            return Ok(());
        }
        let name = partition(month);
        let there: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_catalog.pg_tables WHERE tablename = $1 AND schemaname = current_schema()",
        )
        .bind(&name)
        .fetch_one(&mut *transaction)
        .await?;
        if there > 0 {
            // Others made it, or an earlier transaction of ours: this one may still be undone.
            self.months.seen(month);
            return Ok(());
        }
        let (start, end) = (month.start(), month.next().start());
        // Of numbers only.
        let make = format!("CREATE TABLE {name} PARTITION OF receipts FOR VALUES FROM ({start}) TO ({end})");
        shape(transaction, make).await
    }
}

/// Changes the partitions, by a text of numbers only. It takes a lock that everybody who reads or writes waits for, so it gives up
/// where it does not get it soon; then the transaction fails.
pub(super) async fn shape(transaction: &mut Connection, change: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("SET LOCAL lock_timeout = '2s'").execute(&mut *transaction).await?;
    sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut *transaction).await?;
    sqlx::raw_sql("SET LOCAL lock_timeout = '60s'").execute(&mut *transaction).await?;
    Ok(())
}

/// Whether somebody held what was to be changed for too long: it may be tried again.
pub(super) fn is_held(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "55P03")
}
