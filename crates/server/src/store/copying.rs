//! Carrying everything from one database into another, empty one: between SQLite and PostgreSQL, or into a backup.
//!
//! **Invariant:** the source is read as it was at one moment, and is not changed.
//! **Invariant:** the target holds everything or nothing: one transaction, which ends well only where every row that was read back
//! is the row that was read.

use super::address::Kind;
use super::catalog::{self, Holds, Table};
use super::rows::places;
use super::{Connection, Store, StoreError};
use crate::calendar::Month;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeSet;

/// How many rows are read and written at once.
const BATCH: usize = 500;

/// The beginning of a transaction that sees one moment.
const MOMENT_SQLITE: &str = "BEGIN";
const MOMENT_POSTGRES: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// What was copied: tables by name, and how many rows each has.
pub type Copied = Vec<(String, u64)>;

/// Why a copy was not made; nothing is in the target.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target is in use.
    #[error("the target is not empty: there are rows in its table {0}")]
    NotEmpty(String),
    /// What was written is not what was read.
    #[error(
        "the table {table} was not copied well: {read} rows were read, {written} are there, and they are not the same"
    )]
    Differs {
        /// The table.
        table: String,
        /// How many rows were read.
        read: u64,
        /// How many are in the target.
        written: u64,
    },
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        CopyError::Store(error.into())
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// How many rows were seen, and a hash over all of them in the order of their keys.
#[derive(Debug, Default)]
struct Sum {
    rows: u64,
    hash: Sha256,
}

impl Store {
    /// Copies everything into `target`, which holds nothing yet.
    ///
    /// # Errors
    /// [`CopyError`]; nothing is in the target then.
    pub async fn copy_into(&self, target: &Store) -> Result<Copied, CopyError> {
        let tables = catalog::tables().await?;
        let _writer = target.writer.lock().await;
        let moment = match self.kind() {
            Kind::Sqlite => MOMENT_SQLITE,
            Kind::Postgres => MOMENT_POSTGRES,
        };
        let mut from = self.pool.begin_with(moment).await?;
        let mut to = target.begin().await?;
        for table in &tables {
            let found: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT COUNT(*) FROM (SELECT 1 FROM {} LIMIT 1) AS t",
                table.name
            )))
            .fetch_one(&mut *to)
            .await?;
            if found > 0 {
                return Err(CopyError::NotEmpty(table.name.clone()));
            }
        }
        let mut copied = Copied::new();
        for table in &tables {
            let read = copy_table(&mut from, self.kind(), &mut to, target, table).await?;
            let written = sum(&mut to, target.kind(), table).await?;
            let (read_rows, rows) = (read.rows, written.rows);
            if read_rows != rows || read.hash.finalize() != written.hash.finalize() {
                return Err(CopyError::Differs { table: table.name.clone(), read: read_rows, written: rows });
            }
            copied.push((table.name.clone(), rows));
        }
        to.commit().await?;
        from.rollback().await?;
        Ok(copied)
    }
}

async fn copy_table(
    from: &mut Connection,
    kind: Kind,
    to: &mut Connection,
    target: &Store,
    table: &Table,
) -> Result<Sum, CopyError> {
    let arrival = table.columns.iter().position(|column| column.name == "received_at");
    let arrival = arrival.filter(|_| table.name == "receipts");
    let mut months = BTreeSet::new();
    let mut sum = Sum::default();
    let mut last = None;
    loop {
        let rows = page(from, kind, table, last.as_deref()).await?;
        let Some(end) = rows.last() else { break };
        last = Some(table.key.iter().map(|place| end[*place].clone()).collect::<Vec<_>>());
        for row in &rows {
            sum.add(row);
            if let Some(Value::Number(Some(time))) = arrival.and_then(|place| row.get(place))
                && months.insert(Month::of(*time))
            {
                target.make_month_of(to, *time).await?;
            }
        }
        write(to, table, &rows).await?;
    }
    Ok(sum)
}

/// Reads a table again.
async fn sum(database: &mut Connection, kind: Kind, table: &Table) -> Result<Sum, CopyError> {
    let mut sum = Sum::default();
    let mut last = None;
    loop {
        let rows = page(database, kind, table, last.as_deref()).await?;
        let Some(end) = rows.last() else { return Ok(sum) };
        last = Some(table.key.iter().map(|place| end[*place].clone()).collect::<Vec<_>>());
        rows.iter().for_each(|row| sum.add(row));
    }
}

/// The next rows of a table in the order of its key, after the one whose key is `last`.
async fn page(
    database: &mut Connection,
    kind: Kind,
    table: &Table,
    last: Option<&[Value]>,
) -> Result<Vec<Vec<Value>>, sqlx::Error> {
    let names = |places: &mut dyn Iterator<Item = usize>| {
        places.map(|place| table.columns[place].name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let columns = names(&mut (0..table.columns.len()));
    let bytewise = |place: &usize| {
        let column = &table.columns[*place];
        match (kind, column.holds) {
            // Whatever the database's alphabet is: the other one knows only bytes.
            (Kind::Postgres, Holds::Text) => format!("{} COLLATE \"C\"", column.name),
            _ => column.name.clone(),
        }
    };
    let key = table.key.iter().map(bytewise).collect::<Vec<_>>().join(", ");
    let after = match last {
        None => String::new(),
        Some(_) => {
            let places: Vec<String> = (1..=table.key.len()).map(|number| format!("${number}")).collect();
            format!("WHERE ({key}) > ({})", places.join(", "))
        }
    };
    // Of names that the migrations gave, and of numbers.
    let text = format!("SELECT {columns} FROM {} {after} ORDER BY {key} LIMIT {BATCH}", table.name);
    let mut query = sqlx::query(AssertSqlSafe(text));
    for value in last.unwrap_or_default() {
        query = bind(query, value.clone());
    }
    query.fetch_all(database).await?.iter().map(|row| values(table, row)).collect()
}

async fn write(database: &mut Connection, table: &Table, rows: &[Vec<Value>]) -> Result<(), sqlx::Error> {
    let width = table.columns.len();
    let names = table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let places = places(rows.len(), width);
    let mut query = sqlx::query(AssertSqlSafe(format!("INSERT INTO {} ({names}) VALUES {places}", table.name)));
    for value in rows.iter().flatten() {
        query = bind(query, value.clone());
    }
    query.execute(database).await?;
    Ok(())
}

type Query<'a> = sqlx::query::Query<'a, sqlx::Any, sqlx::any::AnyArguments>;

fn bind(query: Query<'_>, value: Value) -> Query<'_> {
    match value {
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    }
}

fn values(table: &Table, row: &AnyRow) -> Result<Vec<Value>, sqlx::Error> {
    let value = |(place, column): (usize, &catalog::Column)| {
        Ok(match column.holds {
            Holds::Number => Value::Number(row.try_get(place)?),
            Holds::Text => Value::Text(row.try_get(place)?),
            Holds::Bytes => Value::Bytes(row.try_get(place)?),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

impl Sum {
    /// Each value with its length before it, so that no two rows say the same.
    fn add(&mut self, row: &[Value]) {
        self.rows += 1;
        let mut put = |kind: u8, bytes: &[u8]| {
            self.hash.update([kind]);
            self.hash.update((bytes.len() as u64).to_be_bytes());
            self.hash.update(bytes);
        };
        for value in row {
            match value {
                Value::Number(None) | Value::Text(None) | Value::Bytes(None) => put(0, &[]),
                Value::Number(Some(number)) => put(1, &number.to_be_bytes()),
                Value::Text(Some(text)) => put(2, text.as_bytes()),
                Value::Bytes(Some(bytes)) => put(3, bytes),
            }
        }
    }
}
