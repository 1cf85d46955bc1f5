//! Files that are generated and committed, so that they can be read without building anything.
//!
//! `cargo xtask generate` writes them; `cargo xtask test` fails where one has drifted and names
//! this command. A new one is an entry in [`ALL`].

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::build::{self, Profile};
use crate::files::{read_text, write_if_changed};
use crate::size::{self, Size};
use crate::workspace::Workspace;
use crate::{cli_reference, run, size_table, vendor_reference, widget};

/// What `cargo xtask generate` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail where a file has drifted
    #[arg(long)]
    check: bool,
}

/// A committed file, and how it comes about.
struct Generated {
    path: &'static str,
    make: fn(&Source<'_>) -> Result<String>,
}

/// What generated files are made from.
struct Source<'a> {
    workspace: &'a Workspace,
    binary: &'a Path,
}

const README: &str = "README.md";

const ALL: [Generated; 6] = [
    Generated { path: "public/placet.schema.json", make: schema },
    Generated { path: "crates/model/vendor.schema.json", make: vendor_schema },
    Generated { path: "docs/reference/cli.md", make: cli_reference },
    Generated { path: "docs/reference/openapi.json", make: openapi },
    Generated { path: "docs/reference/vendors.md", make: vendor_reference },
    Generated { path: README, make: readme },
];

/// Builds the server, then writes or checks every generated file.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    widget::build(workspace)?;
    build::server(workspace, Profile::Dev)?;
    let binary = workspace.binary("debug");
    if !arguments.check {
        write(workspace, &binary)?;
        return Ok(ExitCode::SUCCESS);
    }
    let drifted = drifted(workspace, &binary)?;
    for path in &drifted {
        eprintln!("{path} has drifted; `cargo xtask generate` writes it");
    }
    Ok(if drifted.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files that are not what they would be if written now.
pub(crate) fn drifted(workspace: &Workspace, binary: &Path) -> Result<Vec<&'static str>> {
    let source = Source { workspace, binary };
    let mut drifted = Vec::new();
    for generated in ALL {
        let fresh = (generated.make)(&source).with_context(|| format!("cannot make {}", generated.path))?;
        let committed = std::fs::read_to_string(workspace.path(generated.path));
        if !committed.is_ok_and(|committed| committed == fresh) {
            drifted.push(generated.path);
        }
    }
    Ok(drifted)
}

/// Writes the size table into the README.
pub(crate) fn write_size_table(workspace: &Workspace, sizes: &[Size]) -> Result<()> {
    let path = workspace.path(README);
    write_if_changed(&path, size_table::replace(&read_text(&path)?, sizes)?.as_bytes())
}

fn write(workspace: &Workspace, binary: &Path) -> Result<()> {
    let source = Source { workspace, binary };
    for generated in ALL {
        let fresh = (generated.make)(&source).with_context(|| format!("cannot make {}", generated.path))?;
        write_if_changed(&workspace.path(generated.path), fresh.as_bytes())?;
        println!("{}", generated.path);
    }
    Ok(())
}

fn schema(source: &Source<'_>) -> Result<String> {
    run::read(Command::new(source.binary).arg("schema"))
}

fn openapi(source: &Source<'_>) -> Result<String> {
    run::read(Command::new(source.binary).args(["schema", "openapi"]))
}

fn vendor_schema(_: &Source<'_>) -> Result<String> {
    Ok(serde_json::to_string_pretty(&placet_model::vendor::schema())? + "\n")
}

fn vendor_reference(_: &Source<'_>) -> Result<String> {
    vendor_reference::render()
}

fn cli_reference(source: &Source<'_>) -> Result<String> {
    cli_reference::render(source.binary)
}

fn readme(source: &Source<'_>) -> Result<String> {
    let sizes = size::measure(source.workspace, source.binary)?;
    size_table::replace(&read_text(&source.workspace.path(README))?, &sizes)
}
