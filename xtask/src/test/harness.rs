//! Running `cargo test` and reading what the test harness says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::outcome::{Counts, Outcome};
use crate::run::show;

/// Runs a command that ends in Rust's test harness (or that of wasm-bindgen, which speaks the
/// same), shows its output and counts the tests.
pub(crate) fn run_tests(command: &mut Command) -> Result<Outcome> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run `{shown}`"))?;
    let mut counts = Counts::default();
    let mut returned = Vec::new();
    if let Some(output) = child.stdout.take() {
        let mut terminal = std::io::stdout().lock();
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("cannot read the test output")?;
            let told = String::from_utf8_lossy(&line);
            count(&told, &mut counts);
            returned.extend(not_run(&told));
            terminal.write_all(&line)?;
            terminal.write_all(b"\n")?;
        }
    }
    let status = child.wait()?;
    leave_out(returned, &mut counts);
    Ok(if status.success() {
        Outcome::Passed(counts)
    } else {
        Outcome::Failed(format!("`{shown}` ended with {status}"), counts)
    })
}

/// Adds what one line of output says.
fn count(line: &str, counts: &mut Counts) {
    let line = line.trim();
    if let Some(summary) = line.strip_prefix("test result: ") {
        counts.passed += number_before(summary, " passed");
        counts.failed += number_before(summary, " failed");
    } else if let Some((name, result)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        && result.starts_with("ignored")
    {
        counts.not_run.push(format!("{name}, marked as ignored"));
    }
}

/// What a test says that lacks what it needs from outside, and so returns early.
fn not_run(line: &str) -> Option<String> {
    line.split_once("NOT RUN: ").map(|(_, what)| what.trim().to_owned())
}

/// The test runner counts such tests as passed; here they are none.
fn leave_out(tests: Vec<String>, counts: &mut Counts) {
    counts.passed = counts.passed.saturating_sub(tests.len());
    counts.not_run.extend(tests);
}

fn number_before(text: &str, word: &str) -> usize {
    text.split_once(word)
        .and_then(|(before, _)| before.rsplit(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, passed: usize, failed: usize, not_run: &[&str]) {
        let mut counts = Counts::default();
        output.lines().for_each(|line| count(line, &mut counts));
        leave_out(output.lines().filter_map(super::not_run).collect(), &mut counts);
        let not_run = not_run.iter().map(ToString::to_string).collect();
        assert_eq!(counts, Counts { passed, failed, not_run });
    }

    #[test]
    fn several_binaries_are_added_up() {
        check(
            "running 2 tests\ntest a ... ok\ntest b ... ignored, needs a network\n\n\
             test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             running 3 tests\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            3,
            1,
            &["b, marked as ignored"],
        );
    }

    #[test]
    fn a_test_that_says_that_it_was_not_run_has_not_passed() {
        check(
            "running 3 tests\ntest a ... NOT RUN: a: there are no vectors\nok\nNOT RUN: b: nor for this\ntest b ... ok\n\
             test c ... ok\n\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            1,
            0,
            &["a: there are no vectors", "b: nor for this"],
        );
    }

    #[test]
    fn other_output_counts_nothing() {
        check("test of the camera: 3 passed\nno tests to run!", 0, 0, &[]);
    }
}
