//! npm packages of the tests and benches. Nothing that ships comes from npm.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::files::{read_text, write_if_changed};
use crate::run::run;
use crate::tools::{debian, find};
use crate::workspace::Workspace;

/// What is installed is written in these, in `tests/npm/`.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Installs the locked packages and returns their `node_modules`.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    node()?;
    let directory = workspace.placet().join("npm");
    let modules = directory.join("node_modules");
    let stamp = directory.join("installed-lock.json");
    let lock = read_text(&workspace.path("tests/npm/package-lock.json"))?;
    if modules.is_dir() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    for name in MANIFESTS {
        let content = read_text(&workspace.path("tests/npm").join(name))?;
        write_if_changed(&directory.join(name), content.as_bytes())?;
    }
    run(Command::new("npm").current_dir(&directory).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
        .context("the tests need these npm packages")?;
    write_if_changed(&stamp, lock.as_bytes())?;
    Ok(modules)
}

/// Node runs the JOSE library that checks our receipts.
pub(crate) fn node() -> Result<PathBuf> {
    if find(&["node"]).is_none() || find(&["npm"]).is_none() {
        debian::install(&["nodejs", "npm"]).context("Node.js and npm are missing")?;
    }
    find(&["node"]).context("Node.js was installed but `node` is not on the PATH")
}
