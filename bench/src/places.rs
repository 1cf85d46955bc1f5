//! Where the things lie that are measured, and what to do where one is missing.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The `placet` program: `PLACET_BIN`, else that of the release build beside this one.
pub(crate) fn placet() -> Result<PathBuf> {
    let path = env::var_os("PLACET_BIN").map(PathBuf::from).unwrap_or_else(|| beside().join("placet"));
    if !path.is_file() {
        bail!("{} is missing; `cargo xtask bench` builds it", path.display());
    }
    Ok(path)
}

/// A file of an npm package: below `PLACET_NPM`, else where xtask installs them.
pub(crate) fn npm(file: &str) -> Result<PathBuf> {
    let modules = env::var_os("PLACET_NPM").map(PathBuf::from);
    let modules = modules.unwrap_or_else(|| beside().join("../placet/npm/node_modules"));
    let path = modules.join(file);
    if !path.is_file() {
        bail!("{} is missing; `cargo xtask bench` installs what tests/npm/package.json names", path.display());
    }
    Ok(path)
}

/// A program: where `variable` says, else the first of `names` on the `PATH`.
pub(crate) fn program(variable: &str, names: &[&str]) -> Result<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find_map(|name| env::split_paths(&path).map(|dir| dir.join(name)).find(|p| p.is_file()));
    match found {
        Some(found) => Ok(found),
        None => bail!("none of {names:?} is on the PATH and {variable} is unset; `cargo xtask bench` installs it"),
    }
}

/// The directory of PostgreSQL's programs: `PLACET_POSTGRES_BIN`, else where `pg_config` says.
pub(crate) fn postgres() -> Result<PathBuf> {
    let configured = || {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    let found = env::var_os("PLACET_POSTGRES_BIN").map(PathBuf::from).or_else(configured);
    match found.filter(|place| place.join("initdb").is_file()) {
        Some(found) => Ok(found),
        None => bail!(
            "PostgreSQL is missing; `cargo xtask bench server` installs it, `--database sqlite:FILE` does without"
        ),
    }
}

/// The directory that this program was built into.
fn beside() -> PathBuf {
    let mut path = env::current_exe().unwrap_or_default();
    path.pop();
    path
}
