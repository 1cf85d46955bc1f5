//! How many receipts a second does the server acknowledge, and how long does a client wait? On an SQLite file and on a
//! PostgreSQL server, both made for this and thrown away; empty, and with many receipts stored before.
//!
//! The release build of `placet serve` takes receipts with real signatures from many clients, each a connection that sends one
//! call after the other. Signing is done before. Everything runs on this machine, so the clients take their share of it.
//!
//! **Invariant:** only what was acknowledged with a proof counts, and at the end the log has exactly so many entries.
//! **Invariant:** both databases wait for the disk as they do in life.

mod client;
mod postgres;
mod receipts;
mod report;
mod running;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Result, bail};
use clap::Args;

use self::{
    report::{Report, Row},
    running::Running,
};
use crate::{marks, places};

/// What `server` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How many receipts are measured
    #[arg(long, default_value_t = 40_000, value_parser = clap::value_parser!(u64).range(1..))]
    receipts: u64,
    /// How many clients send at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    clients: u16,
    /// How many receipts one call holds
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_PER_CALL)))]
    per_call: u16,
    /// How many receipts are stored before anything is measured: none, and with --growth a million, if not given
    #[arg(long, value_name = "RECEIPTS")]
    stored: Option<u64>,
    /// Measure one database with --stored beside an empty one, in turns, and fail where it is more than a fifth slower
    #[arg(long)]
    growth: bool,
    /// Only `sqlite` or `postgresql`, a new one that is thrown away, or the database of this address; both new ones, one after
    /// the other, if not given
    #[arg(long, value_name = "NAME|ADDRESS")]
    database: Option<String>,
    /// Fail where the goals for SQLite are not met: 4,000 a second, 99 of 100 answers within 500 ms
    #[arg(long)]
    check: bool,
    /// Put the table into this file, between the two comments that mark its place
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// How many receipts, each with its device's key, fit into a call of 16 KB.
const MOST_PER_CALL: u16 = 12;
/// The goals.
const PER_SECOND: f64 = 4000.0;
const SLOWEST: Duration = Duration::from_millis(500);
/// How much of the rate on an empty database has to be left on a full one.
const LEFT: f64 = 0.8;
/// In how many turns databases are compared: no machine is as fast in one minute as in the next.
const TURNS: u64 = 5;

/// Where receipts are stored.
enum Database {
    Sqlite,
    Postgres,
    Named(String),
}

impl Database {
    fn name(&self) -> &'static str {
        match self {
            Database::Sqlite => "SQLite",
            Database::Postgres => "PostgreSQL",
            Database::Named(address) if address.starts_with("sqlite:") => "SQLite",
            Database::Named(_) => "PostgreSQL",
        }
    }
}

/// Measures, and reports.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let databases = match arguments.database.as_deref() {
        None => vec![Database::Sqlite, Database::Postgres],
        Some("sqlite") => vec![Database::Sqlite],
        Some("postgresql") => vec![Database::Postgres],
        Some(_) if arguments.growth => {
            bail!("--growth compares with an empty database: --database sqlite or postgresql")
        }
        Some(address) => vec![Database::Named(address.to_owned())],
    };
    let mut rows = Vec::new();
    for database in &databases {
        rows.extend(measure(database, arguments)?);
    }
    let (clients, per_call) = (arguments.clients, arguments.per_call);
    let report = Report { receipts: arguments.receipts, clients, per_call, rows: &rows };
    print!("{}", report.text()?);
    if let Some(path) = &arguments.write {
        marks::write("server", path, &report.markdown()?)?;
    }
    let missed = (arguments.check && rows.iter().any(misses_goals)) || (arguments.growth && slows_down(&rows));
    Ok(ExitCode::from(u8::from(missed)))
}

/// Measures on one kind of database: on one with receipts stored before, and with `--growth` in turns on an empty one too.
fn measure(database: &Database, arguments: &Arguments) -> Result<Vec<Row>> {
    eprintln!("{}", database.name());
    let stored = arguments.stored.unwrap_or(if arguments.growth { 1_000_000 } else { 0 });
    if arguments.growth && stored == 0 {
        bail!("--growth compares a database with receipts in it with an empty one: --stored has to be 1 at least");
    }
    let (stored, turns) = if arguments.growth { (vec![0, stored], TURNS) } else { (vec![stored], 1) };
    let mut directories = Vec::new();
    let mut servers = Vec::new();
    for stored in stored {
        let directory = tempfile::Builder::new().prefix("placet-bench-").tempdir_in(places::root().join("target"))?;
        let mut server = Running::start(database, directory.path(), arguments.clients)?;
        server.store(stored)?;
        servers.push(server);
        directories.push(directory);
    }
    for turn in 0..turns {
        // Who comes first in one turn is last in the next: what goes on at the end of the other's turn is no fault of one alone.
        servers.reverse();
        for server in &mut servers {
            server.measure(
                arguments.receipts * (turn + 1) / turns - arguments.receipts * turn / turns,
                arguments.per_call,
            )?;
        }
    }
    servers.sort_by_key(Running::stored);
    servers.iter().map(Running::row).collect()
}

fn misses_goals(row: &Row) -> bool {
    row.database == Database::Sqlite.name() && (row.rate < PER_SECOND || row.most > SLOWEST)
}

/// Whether the last row of a database is too far below its first.
fn slows_down(rows: &[Row]) -> bool {
    rows.iter().any(|row| {
        rows.iter()
            .any(|first| first.database == row.database && row.rate < LEFT * first.rate && first.stored < row.stored)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(database: &'static str, stored: u64, rate: f64, most: u64) -> Row {
        let most = Duration::from_millis(most);
        Row { database, stored, rate, half: most / 2, most, memory: 100 }
    }

    #[test]
    fn the_goals_are_those_for_sqlite() {
        for (row, missed) in [
            (row("SQLite", 0, 4000.0, 500), false),
            (row("SQLite", 0, 3999.0, 500), true),
            (row("SQLite", 0, 4000.0, 501), true),
            (row("PostgreSQL", 0, 1000.0, 900), false),
        ] {
            assert_eq!(misses_goals(&row), missed, "{row:?}");
        }
    }

    #[test]
    fn a_full_database_is_compared_with_the_empty_one_of_its_kind() {
        let empty = || vec![row("SQLite", 0, 5000.0, 1), row("PostgreSQL", 0, 1000.0, 1)];
        for (full, slower) in [
            (row("SQLite", 9, 4000.0, 1), false),
            (row("SQLite", 9, 3999.0, 1), true),
            (row("PostgreSQL", 9, 800.0, 1), false),
            (row("PostgreSQL", 9, 799.0, 1), true),
            (row("SQLite", 9, 6000.0, 1), false),
        ] {
            let told = format!("{full:?}");
            assert_eq!(slows_down(&[empty(), vec![full]].concat()), slower, "{told}");
        }
        // What was measured on the full one first is no growth.
        assert!(!slows_down(&[row("SQLite", 9, 5000.0, 1), row("SQLite", 0, 1.0, 1)]));
    }
}
