//! Where things lie.
//!
//! **Invariant:** cargo is asked where it builds. `CARGO_TARGET_DIR` and a `.cargo/config.toml`
//! may move the target directory, and the widget's files follow it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cargo;

/// The repository and cargo's target directory.
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Asks cargo where the workspace and its target directory are.
    pub(crate) fn find() -> Result<Self> {
        let output = cargo::bare()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot run cargo")?;
        if !output.status.success() {
            bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
        Ok(Self { root: path_field(&metadata, "workspace_root")?, target: path_field(&metadata, "target_directory")? })
    }

    /// The root of the repository.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target directory.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Everything that xtask itself makes: widget, npm packages, the demo's database.
    pub(crate) fn placet(&self) -> PathBuf {
        self.target.join("placet")
    }

    /// A file or directory of the repository, by its path from the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The `placet` binary of a cargo profile directory (`debug`, `release`).
    pub(crate) fn binary(&self, profile_directory: &str) -> PathBuf {
        self.target.join(profile_directory).join(format!("placet{}", std::env::consts::EXE_SUFFIX))
    }

    /// True where cargo builds into `target/` beside the sources, as it does unless told otherwise.
    pub(crate) fn has_default_target(&self) -> bool {
        self.target == self.root.join("target")
    }

    /// A path as people read it: relative to the root where it lies inside.
    pub(crate) fn show<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

fn path_field(metadata: &Value, name: &str) -> Result<PathBuf> {
    match metadata.get(name).and_then(Value::as_str) {
        Some(path) => Ok(PathBuf::from(path)),
        None => bail!("cargo metadata names no {name}"),
    }
}
