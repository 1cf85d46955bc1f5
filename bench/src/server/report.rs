//! The result, for people and for the documentation.

use std::{fmt::Write, time::Duration};

use anyhow::Result;

/// What was measured on one database.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) database: &'static str,
    /// How many receipts were stored before.
    pub(super) stored: u64,
    /// How many were acknowledged a second.
    pub(super) rate: f64,
    /// Within what half of the answers came.
    pub(super) half: Duration,
    /// Within what 99 of 100 came.
    pub(super) most: Duration,
    /// The most memory that the server has had, in MB.
    pub(super) memory: u64,
}

/// What was measured, and with what.
pub(super) struct Report<'a> {
    pub(super) receipts: u64,
    pub(super) clients: u16,
    pub(super) per_call: u16,
    pub(super) rows: &'a [Row],
}

impl Report<'_> {
    /// The table for people.
    pub(super) fn text(&self) -> Result<String> {
        let mut out = format!("{}\n\n", self.how());
        writeln!(
            out,
            "{:<12}{:>14}{:>18}{:>12}{:>12}{:>10}",
            "", "stored before", "acknowledged a s", "median", "p99", "memory"
        )?;
        for row in self.rows {
            let Row { database, stored, rate, memory, .. } = row;
            let [half, most] = [row.half, row.most].map(|time| format!("{:.0} ms", time.as_secs_f64() * 1000.0));
            writeln!(out, "{database:<12}{stored:>14}{rate:>18.0}{half:>12}{most:>12}{memory:>7} MB")?;
        }
        Ok(out)
    }

    /// The table of the documentation.
    pub(super) fn markdown(&self) -> Result<String> {
        let mut out = String::from(
            "| database | receipts stored before | acknowledged a second | half of the answers within | 99 of 100 within | memory at most |\n\
             |---|---|---|---|---|---|\n",
        );
        for row in self.rows {
            let [half, most] = [row.half, row.most].map(|time| time.as_secs_f64() * 1000.0);
            writeln!(
                out,
                "| {} | {} | {} | {half:.0} ms | {most:.0} ms | {} MB |",
                row.database,
                grouped(row.stored),
                grouped(row.rate.round() as u64),
                row.memory
            )?;
        }
        writeln!(out, "\n{}", self.how())?;
        Ok(out)
    }

    fn how(&self) -> String {
        let receipts = if self.per_call == 1 { "one receipt" } else { "receipts" };
        let each = if self.per_call == 1 { String::new() } else { format!("{} ", self.per_call) };
        format!(
            "{} receipts from {} clients, {each}{receipts} a call; acknowledged = stored.",
            grouped(self.receipts),
            self.clients
        )
    }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (number, told) in [(0, "0"), (999, "999"), (1000, "1,000"), (40_000, "40,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), told);
        }
    }

    #[test]
    fn the_table_names_what_was_measured() {
        let row = Row {
            database: "SQLite",
            stored: 1_000_000,
            rate: 4321.4,
            half: Duration::from_micros(12_600),
            most: Duration::from_millis(45),
            memory: 120,
        };
        let report = Report { receipts: 40_000, clients: 64, per_call: 1, rows: &[row] };
        let table = report.markdown().unwrap();
        assert!(table.contains("| SQLite | 1,000,000 | 4,321 | 13 ms | 45 ms | 120 MB |\n"), "{table}");
        assert!(
            table.ends_with("\n40,000 receipts from 64 clients, one receipt a call; acknowledged = stored.\n"),
            "{table}"
        );
    }
}
