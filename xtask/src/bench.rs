//! Benchmarks in a real browser, and one of the server. The measuring is done by the package `placet-bench`; xtask
//! builds what is measured and brings what it is compared with.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use clap::Args;

use crate::build::{self, Profile};
use crate::tools::browsers::Engine;
use crate::tools::{npm, postgres};
use crate::workspace::Workspace;
use crate::{cargo, run, widget};

/// What `cargo xtask bench` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Which one: first-layer, return, nodes, center or server
    name: String,
    /// Further arguments for the benchmark
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Builds for release, installs the rivals and runs the benchmark.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    if !workspace.path("bench/Cargo.toml").is_file() {
        bail!("there are no benchmarks in this checkout (bench/Cargo.toml is missing)");
    }
    widget::build(workspace)?;
    build::server(workspace, Profile::Release)?;
    if arguments.name == "server" {
        // Receipts need no browser and no rivals, but PostgreSQL's programs, unless SQLite or a database
        // that is there is named.
        let words: Vec<_> = arguments.rest.iter().map(|word| word.to_string_lossy()).collect();
        let words: Vec<&str> = words.iter().flat_map(|word| word.split('=')).collect();
        let named = words.iter().position(|word| *word == "--database").and_then(|place| words.get(place + 1));
        let needs = named.is_none_or(|named| *named == "postgresql");
        let postgres = if needs { Some(postgres::ensure()?) } else { None };
        return measure(workspace, arguments, |command| {
            command.envs(postgres.map(|place| ("PLACET_POSTGRES_BIN", place)));
        });
    }
    let modules = npm::ensure(workspace)?;
    let chromium = Engine::Chromium.ensure()?;
    measure(workspace, arguments, |command| {
        command.env("PLACET_NPM", modules).envs(chromium.environment);
    })
}

fn measure(workspace: &Workspace, arguments: &Arguments, more: impl FnOnce(&mut Command)) -> Result<ExitCode> {
    let mut command = cargo::cargo(workspace);
    command
        .args(["run", "--release", "--package", "placet-bench", "--"])
        .arg(&arguments.name)
        .args(&arguments.rest)
        .env("PLACET_BIN", workspace.binary("release"));
    more(&mut command);
    run::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
