//! Everything for release: `dist/placet` and `dist/embed/`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::files::empty_directory;
use crate::workspace::Workspace;
use crate::{cargo, run, widget};

/// The config of the demo shop, which stands for a customer's.
const DEMO_CONFIG: &str = "public/demo/placet.json";

/// How the server is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Soonest ready: for the demo and the tests.
    Dev,
    /// Fast: what is shipped and measured.
    Release,
}

/// Builds widget and server for release and publishes the demo's config with the result.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    widget::build(workspace)?;
    server(workspace, Profile::Release)?;

    let directory = workspace.path("dist");
    fs::create_dir_all(&directory).context("cannot create dist")?;
    let binary = directory.join(format!("placet{}", std::env::consts::EXE_SUFFIX));
    put_in_place(&workspace.binary("release"), &binary)?;

    let embed = directory.join("embed");
    empty_directory(&embed)?;
    run::run(&mut publish(workspace, &binary, &embed))?;
    println!("\nThe server is {}, the files to embed are in {}.", workspace.show(&binary), workspace.show(&embed));
    Ok(())
}

/// Builds the `placet` binary with the widget that lies in `target/placet`.
pub(crate) fn server(workspace: &Workspace, profile: Profile) -> Result<()> {
    let mut command = cargo::cargo(workspace);
    command.args(["build", "--package", "placet-server", "--bin", "placet"]);
    if let Profile::Release = profile {
        command.arg("--release");
    }
    run::run(&mut command)
}

/// Publishes the demo's config into a directory.
pub(crate) fn publish(workspace: &Workspace, binary: &Path, directory: &Path) -> Command {
    let mut command = Command::new(binary);
    command.current_dir(workspace.root()).args(["publish", DEMO_CONFIG, "--out"]).arg(directory);
    command
}

/// Copies by renaming, because the old binary may be running and cannot be written to.
fn put_in_place(built: &Path, binary: &Path) -> Result<()> {
    let fresh = binary.with_extension("new");
    fs::copy(built, &fresh).with_context(|| format!("cannot copy {}", built.display()))?;
    fs::rename(&fresh, binary).with_context(|| format!("cannot write {}", binary.display()))
}
