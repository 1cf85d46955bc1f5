//! Measures Placet beside other consent banners, in a real browser on this machine.
//!
//! `cargo xtask bench NAME` builds what is measured, brings what it is compared with, and runs
//! this program. It reads `PLACET_BIN` (the `placet` program), `PLACET_NPM` (a directory
//! `node_modules`) and `PLACET_POSTGRES_BIN` (PostgreSQL's programs); without them it looks where xtask puts them.

mod banners;
mod center;
mod chromium;
mod first_layer;
mod marks;
mod nodes;
mod notice;
mod places;
mod process;
mod return_visit;
mod server;
mod shop;
mod site;
mod spread;

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
    /// What a returning visitor pays, and how soon held tags start after an acceptance
    Return(return_visit::Arguments),
    /// What watching costs a page to which nodes are added
    Nodes(nodes::Arguments),
    /// How many receipts a second the server acknowledges; no browser takes part
    Server(server::Arguments),
    /// How soon the preference center opens, a choice is taken and a search answered, beside two other tools
    Center(center::Arguments),
}

fn main() -> Result<ExitCode> {
    let bench = Cli::parse().bench;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match bench {
            Bench::FirstLayer(arguments) => first_layer::run(&arguments).await,
            Bench::Return(arguments) => return_visit::run(&arguments).await,
            Bench::Nodes(arguments) => nodes::run(&arguments).await,
            Bench::Server(arguments) => server::run(&arguments),
            Bench::Center(arguments) => center::run(&arguments).await,
        }
    })
}
