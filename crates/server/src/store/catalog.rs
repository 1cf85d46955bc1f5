//! Which tables there are, with their columns and keys: read from an empty database of the newest form, so that no list of ours can
//! fall behind the migrations.

use super::address::Kind;
use super::{StoreError, migrations};
use sqlx::AnyPool;
use sqlx::any::{AnyPoolOptions, install_default_drivers};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Number,
    Text,
    Bytes,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) holds: Holds,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    /// The places of the columns of its key.
    pub(super) key: Vec<usize>,
    /// The tables that its rows refer to.
    refers_to: Vec<String>,
}

/// All tables that hold what a server keeps, each after those that it refers to.
pub(super) async fn tables() -> Result<Vec<Table>, StoreError> {
    install_default_drivers();
    let memory = AnyPoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    migrations::migrate(&mut *memory.acquire().await?, Kind::Sqlite).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migrations' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .fetch_all(&memory)
    .await?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        tables.push(table(&memory, name).await?);
    }
    memory.close().await;
    Ok(in_order(tables))
}

async fn table(memory: &AnyPool, name: String) -> Result<Table, sqlx::Error> {
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid")
            .bind(&name)
            .fetch_all(memory)
            .await?;
    let mut key: Vec<(i64, usize)> =
        rows.iter().enumerate().filter(|(_, (.., pk))| *pk > 0).map(|(place, (.., pk))| (*pk, place)).collect();
    key.sort_unstable();
    let column = |(name, r#type, _): (String, String, i64)| Column {
        name,
        holds: match r#type.as_str() {
            "BIGINT" => Holds::Number,
            "BLOB" => Holds::Bytes,
            _ => Holds::Text,
        },
    };
    let refers_to =
        sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list($1)").bind(&name).fetch_all(memory).await?;
    let key = key.into_iter().map(|(_, place)| place).collect();
    Ok(Table { name, columns: rows.into_iter().map(column).collect(), key, refers_to })
}

/// Puts each table after those that it refers to. Where they refer to each other in a ring, the rest keeps its order.
fn in_order(mut tables: Vec<Table>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let is_free = |table: &Table| {
            table.refers_to.iter().all(|name| *name == table.name || ordered.iter().any(|before| before.name == *name))
        };
        let next = tables.iter().position(is_free).unwrap_or(0);
        ordered.push(tables.remove(next));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_has_a_key_and_comes_after_those_it_refers_to() {
        let tables = tables().await.unwrap();
        let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
        for table in &tables {
            assert!(!table.key.is_empty(), "{} has no key: it could not be copied in an order", table.name);
            for name in &table.refers_to {
                assert!(place(name) < place(&table.name), "{} before {name}", table.name);
            }
        }
        let receipts = &tables[place("receipts")];
        assert_eq!(receipts.columns[0], Column { name: "id".into(), holds: Holds::Text });
        let key: Vec<&str> = receipts.key.iter().map(|place| &*receipts.columns[*place].name).collect();
        assert_eq!(key, ["received_at", "id"], "in the order of the key, not of the columns");
        assert_eq!(tables[place("tiles")].key.len(), 3);
    }
}
