//! What the commands need from the machine: found, or installed, or named with the command
//! that installs it.
//!
//! **Invariant:** a missing tool is never passed over. `ensure` either leaves a tool that can be
//! run or gives an error that says what a person has to type.

pub(crate) mod browsers;
pub(crate) mod cargo_install;
pub(crate) mod debian;
pub(crate) mod npm;
pub(crate) mod postgres;
pub(crate) mod wasm_target;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where tools are kept between checkouts: `$PLACET_CACHE`, else the user's cache directory.
pub(crate) fn cache() -> Result<PathBuf> {
    if let Some(directory) = set("PLACET_CACHE") {
        return Ok(directory);
    }
    if let Some(directory) = set("XDG_CACHE_HOME") {
        return Ok(directory.join("placet"));
    }
    let home = std::env::home_dir().context("neither PLACET_CACHE nor HOME is set: no place to keep tools")?;
    Ok(home.join(".cache/placet"))
}

fn set(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The first of several programs that is on the PATH or, given as a path, exists.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| find_one(name))
}

fn find_one(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.is_absolute() {
        return path.is_file().then(|| path.to_owned());
    }
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|directory| directory.join(&file)).find(|path| path.is_file())
}
