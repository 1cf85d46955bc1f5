//! The closing table, the list of what was not run, and the last line.

use std::fmt;
use std::time::Duration;

use super::outcome::{Counts, Outcome};

/// Every step in order.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

struct Row {
    name: &'static str,
    outcome: Outcome,
    time: Option<Duration>,
}

impl Report {
    /// Notes what became of a step.
    pub(crate) fn add(&mut self, name: &'static str, outcome: Outcome, time: Option<Duration>) {
        self.rows.push(Row { name, outcome, time });
    }

    /// True where nothing failed.
    pub(crate) fn is_good(&self) -> bool {
        self.totals().1 == 0
    }

    /// Passed and failed: each test counts, and so does each step that has no tests of its own
    /// or failed for another reason than a test.
    fn totals(&self) -> (usize, usize) {
        self.rows.iter().fold((0, 0), |(passed, failed), row| match &row.outcome {
            Outcome::Passed(counts) => (passed + counts.passed.max(1), failed),
            Outcome::Failed(_, counts) => (passed + counts.passed, failed + counts.failed.max(1)),
            Outcome::NotRun(_) => (passed, failed),
        })
    }
}

impl Row {
    fn left_out(&self) -> &[String] {
        match &self.outcome {
            Outcome::Passed(counts) | Outcome::Failed(_, counts) => &counts.not_run,
            Outcome::NotRun(_) => &[],
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<20} {:<8} {:>6} {:>9}", "step", "result", "tests", "time")?;
        for row in &self.rows {
            let time = row.time.map(|time| format!("{:.1} s", time.as_secs_f64())).unwrap_or_default();
            let (result, tests, reason) = match &row.outcome {
                Outcome::Passed(counts) => ("passed", tests(counts), None),
                Outcome::Failed(reason, counts) => ("FAILED", tests(counts), Some(reason)),
                Outcome::NotRun(_) => ("not run", String::new(), None),
            };
            writeln!(f, "{:<20} {:<8} {:>6} {:>9}", row.name, result, tests, time)?;
            for line in reason.iter().flat_map(|reason| reason.lines()) {
                writeln!(f, "    {line}")?;
            }
        }
        let mut not_run = Vec::new();
        for row in &self.rows {
            if let Outcome::NotRun(reason) = &row.outcome {
                not_run.push(format!("{}: {reason}", row.name));
            }
            not_run.extend(row.left_out().iter().map(|what| format!("{}: {what}", row.name)));
        }
        if !not_run.is_empty() {
            writeln!(f, "\nNot run:")?;
            not_run.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        let (passed, failed) = self.totals();
        writeln!(f, "\n{passed} passed, {failed} failed")
    }
}

fn tests(counts: &Counts) -> String {
    match counts.passed + counts.failed {
        0 => String::new(),
        count => count.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_tests_and_checks_and_what_was_not_run_is_named() {
        let mut report = Report::default();
        report.add("fmt", Outcome::passed(), Some(Duration::from_millis(400)));
        let counts = Counts { passed: 12, failed: 1, not_run: vec!["slow, marked as ignored".to_owned()] };
        report.add("model", Outcome::Failed("a test failed".to_owned(), counts), Some(Duration::from_secs(2)));
        report.add("server", Outcome::failed("it does not build"), None);
        report.add("browser", Outcome::not_run("WebKitGTK exists on Linux only"), None);
        assert_eq!(
            report.to_string(),
            "\n\
             step                 result    tests      time\n\
             fmt                  passed              0.4 s\n\
             model                FAILED       13     2.0 s\n    a test failed\n\
             server               FAILED                   \n    it does not build\n\
             browser              not run                  \n\
             \nNot run:\n    model: slow, marked as ignored\n    browser: WebKitGTK exists on Linux only\n\
             \n13 passed, 2 failed\n"
        );
        assert!(!report.is_good());
    }
}
