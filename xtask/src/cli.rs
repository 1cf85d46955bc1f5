//! The commands of `cargo xtask` and what each is for.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::workspace::Workspace;
use crate::{bench, build, demo, fuzz, generate, long, size, test, trunk, widget};

/// Set-up, build, demo, tests, sizes and generated files of Placet.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and serve the demo shop on this machine
    Demo(demo::Arguments),
    /// Run every check and test, and install what they need
    Test(test::Arguments),
    /// Build for release into dist/, with the published demo in dist/embed/
    Build,
    /// Build the widget and the minified loader into target/placet/
    Widget,
    /// Measure what a page loads, and fail where a budget is broken
    Size(size::Arguments),
    /// Write the generated files that are committed
    Generate(generate::Arguments),
    /// Run Trunk on the component gallery (index.html)
    Trunk(trunk::Arguments),
    /// Run a benchmark in a real browser
    Bench(bench::Arguments),
    /// Fuzz everything that strangers send, for a while each
    Fuzz(fuzz::Arguments),
    /// Run the tests that take an hour: kill the server in hundreds of rounds, fuzz, try properties in many cases
    Long(long::Arguments),
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    let workspace = Workspace::find()?;
    match cli.command {
        Command::Demo(arguments) => demo::run(&workspace, &arguments),
        Command::Test(arguments) => test::run(&workspace, &arguments),
        Command::Build => build::run(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Widget => widget::build(&workspace).map(|()| ExitCode::SUCCESS),
        Command::Size(arguments) => size::run(&workspace, &arguments),
        Command::Generate(arguments) => generate::run(&workspace, &arguments),
        Command::Trunk(arguments) => trunk::run(&workspace, &arguments),
        Command::Bench(arguments) => bench::run(&workspace, &arguments),
        Command::Fuzz(arguments) => fuzz::run(&workspace, &arguments),
        Command::Long(arguments) => long::run(&workspace, &arguments),
    }
}
