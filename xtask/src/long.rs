//! `cargo xtask long`: the tests that take an hour. They look for what a run of minutes meets by chance only.
//!
//! The server and its databases are killed some hundred times, what strangers send is fuzzed, and the properties of the tree are tried
//! in many cases.
//!
//! **Invariant:** these are the tests of the usual run, only longer: there is none that runs here alone.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::tools::postgres;
use crate::workspace::Workspace;
use crate::{cargo, fuzz, run};

/// What `cargo xtask long` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// How often the server is killed on SQLite
    #[arg(long, default_value_t = 200)]
    rounds: u32,
    /// How often the server on PostgreSQL is killed, every other time with PostgreSQL itself
    #[arg(long, default_value_t = 50)]
    rounds_postgres: u32,
    /// In how many cases each property of the tree is tried
    #[arg(long, default_value_t = 2000)]
    cases: u32,
    /// How long each target of the fuzzing runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Runs them one after another; the first that fails ends it.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    postgres::ensure()?;
    let cases = arguments.cases.to_string();
    run::run(
        cargo::cargo(workspace)
            .args(["test", "--package", "placet-model", "--features", "native", "--test", "log"])
            .env("PROPTEST_CASES", &cases),
    )?;
    run::run(
        cargo::cargo(workspace)
            .args(["test", "--package", "placet-server", "--lib", "log::tree"])
            .env("PROPTEST_CASES", &cases),
    )?;
    // One test at a time: what they say of their rounds stands apart.
    run::run(
        cargo::cargo(workspace)
            .args(["test", "--package", "placet-server", "--test", "kill", "--", "--nocapture", "--test-threads", "1"])
            .env("PLACET_ROUNDS", arguments.rounds.to_string())
            .env("PLACET_ROUNDS_POSTGRES", arguments.rounds_postgres.to_string())
            .env("PLACET_POSTGRES", "required"),
    )?;
    fuzz::run(workspace, &fuzz::Arguments::all(arguments.seconds))
}
