//! Trunk, for people who work on the widget: `index.html` is a gallery of its components.
//!
//! Nobody else needs Trunk, and installing it takes minutes, so the demo and the release build
//! do without.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use crate::bindgen::EXECUTABLE;
use crate::files::empty_directory;
use crate::tools::cargo_install::TRUNK;
use crate::tools::wasm_target;
use crate::workspace::Workspace;
use crate::{bindgen, cargo, run};

/// What `cargo xtask trunk` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Serve the gallery and rebuild on every change, or build it once
    #[arg(value_enum, default_value = "serve")]
    action: Action,
    /// Further arguments for Trunk
    #[arg(last = true)]
    rest: Vec<OsString>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Action {
    Serve,
    Build,
}

/// Ensures Trunk and runs it, with xtask as the `wasm-bindgen` that it looks for.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    let action = match arguments.action {
        Action::Serve => "serve",
        Action::Build => "build",
    };
    trunk(workspace, action, &arguments.rest)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds the gallery once.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    trunk(workspace, "build", &[])
}

fn trunk(workspace: &Workspace, action: &str, rest: &[OsString]) -> Result<()> {
    bindgen::checked_version(workspace)?;
    wasm_target::ensure(workspace)?;
    let trunk = TRUNK.ensure()?;
    // Trunk works offline (Trunk.toml), so that it cannot download a wasm-bindgen of its own;
    // what cargo needs has to be there before.
    run::run(cargo::cargo(workspace).args(["fetch", "--quiet"]))?;

    let mut command = Command::new(trunk);
    cargo::forget_package(&mut command);
    command.current_dir(workspace.root()).env("PATH", path_with(&shim(workspace)?)?).arg(action).args(rest);
    run::run(&mut command)
}

/// A directory that holds xtask under the name `wasm-bindgen`.
fn shim(workspace: &Workspace) -> Result<PathBuf> {
    let directory = workspace.placet().join("trunk");
    empty_directory(&directory)?;
    let executable = directory.join(format!("{EXECUTABLE}{}", std::env::consts::EXE_SUFFIX));
    let xtask = std::env::current_exe().context("cannot find the running xtask")?;
    link(&xtask, &executable).with_context(|| format!("cannot make {}", executable.display()))?;
    Ok(directory)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to).map(|_| ())
}

fn path_with(first: &Path) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories = std::iter::once(first.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(directories).context("PATH cannot be extended")
}
