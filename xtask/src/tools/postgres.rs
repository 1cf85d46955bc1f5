//! The PostgreSQL server that the tests start.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run;
use crate::tools::debian;

/// Finds PostgreSQL's programs or installs them.
pub(crate) fn ensure() -> Result<PathBuf> {
    if let Some(place) = find() {
        return Ok(place);
    }
    debian::install(&["postgresql"])?;
    match find() {
        Some(place) => Ok(place),
        None => {
            bail!("PostgreSQL was installed, but neither `pg_config --bindir` nor /usr/lib/postgresql has its `initdb`")
        }
    }
}

/// The directory of `initdb` and `postgres`; the tests look in the same places.
fn find() -> Option<PathBuf> {
    let configured = run::read(Command::new("pg_config").arg("--bindir")).ok().map(|text| PathBuf::from(text.trim()));
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    let mut places = configured.into_iter().chain(versions.into_iter().rev());
    places.find(|place| place.join("initdb").is_file() && place.join("postgres").is_file())
}
