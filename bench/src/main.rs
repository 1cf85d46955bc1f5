//! Measures Placet beside other consent banners, in a real browser on this machine.
//!
//! `cargo xtask bench NAME` builds what is measured, brings what it is compared with, and runs
//! this program. It reads `PLACET_BIN` (the `placet` program) and `PLACET_NPM` (a directory
//! `node_modules`); without them it looks where xtask puts both.

mod chromium;
mod first_layer;
mod places;
mod process;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Benchmarks of Placet
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// When the first layer can be seen, beside two other banners on the same page
    FirstLayer(first_layer::Arguments),
}

fn main() -> Result<ExitCode> {
    let Bench::FirstLayer(arguments) = Cli::parse().bench;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(first_layer::run(&arguments))
}
