//! Tools that come as crates: geckodriver for Firefox, Trunk for people who work on the widget, cargo-fuzz.
//!
//! They are built without optimisation, which is enough for them and three times faster.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo;
use crate::run::{read, run};
use crate::tools::{cache, find};

/// A crate with an executable of the same name.
pub(crate) struct Tool {
    name: &'static str,
    /// The version that is installed where there is none.
    version: &'static str,
    /// Whether only that version will do.
    exact: bool,
}

/// The WebDriver of Firefox, which Debian does not package for the ESR.
pub(crate) const GECKODRIVER: Tool = Tool { name: "geckodriver", version: "0.37.1", exact: false };

/// 0.22 needs a newer Rust than the pinned one.
pub(crate) const TRUNK: Tool = Tool { name: "trunk", version: "0.21.14", exact: true };

/// Runs the targets in `fuzz/`.
pub(crate) const CARGO_FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.1", exact: false };

impl Tool {
    /// The tool, from the PATH or the cache, or else freshly built into the cache.
    pub(crate) fn ensure(&self) -> Result<PathBuf> {
        if let Some(path) = self.find()? {
            return Ok(path);
        }
        let root = cache()?.join("tools");
        // Built in a directory of its own, which cargo removes afterwards.
        run(cargo::bare()
            .env_remove("CARGO_TARGET_DIR")
            .args(["install", "--locked", "--debug", "--force", "--root"])
            .arg(&root)
            .arg(format!("{}@{}", self.name, self.version)))?;
        self.find()?.with_context(|| format!("{} was installed but cannot be run", self.name))
    }

    /// The tool, where it is on the PATH or in the cache.
    pub(crate) fn find(&self) -> Result<Option<PathBuf>> {
        let cached = cache()?.join("tools/bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX));
        Ok(find(&[self.name]).into_iter().chain([cached]).find(|path| path.is_file() && self.is(path)))
    }

    fn is(&self, path: &Path) -> bool {
        let answer = read(Command::new(path).arg("--version"));
        answer.is_ok_and(|answer| !self.exact || answer.contains(self.version))
    }
}
