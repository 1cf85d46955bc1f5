//! What an auditor saw before: the checkpoints of an earlier audit, in a file of their own.
//!
//! A log that was rewritten is sound in itself. Only who remembers how it was can tell.
//!
//! **Invariant:** the file is replaced whole, so that an audit that is stopped leaves the old one.

use crate::command::Failure;
use crate::command::input::read;
use placet_model::json;
use placet_model::tree::Map;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The most bytes that the file may have: some hundred checkpoints.
const MAX_FILE: usize = 1024 * 1024;

/// The file and what it holds: the text of the last checkpoint of each year.
#[derive(Debug, Clone)]
pub struct Seen {
    path: PathBuf,
    checkpoints: Map<String>,
}

impl Seen {
    /// Opens the file; one that is missing remembers nothing.
    ///
    /// # Errors
    /// Where it is not such a file.
    pub fn open(path: PathBuf) -> Result<Self, Failure> {
        if !path.exists() {
            return Ok(Seen { path, checkpoints: Map::default() });
        }
        let text = read(&path, MAX_FILE, "memory of checkpoints")?;
        let checkpoints = json::parse(&text).ok().and_then(|tree| json::from_tree(&tree)).ok_or_else(|| {
            Failure::unreadable(format!("{} does not hold the checkpoints of an audit", path.display()))
                .help("Give a file that an earlier audit wrote, or one that is not there yet.")
        })?;
        Ok(Seen { path, checkpoints })
    }

    /// The text of the checkpoint of a year that was seen last.
    pub fn of(&self, year: &str) -> Option<&str> {
        self.checkpoints.get(year).map(String::as_str)
    }

    /// Notes the checkpoint of a year.
    pub fn set(&mut self, year: &str, checkpoint: String) {
        self.checkpoints.set(year, checkpoint);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where that fails.
    pub fn keep(self) -> Result<(), Failure> {
        replace(&self.path, &format!("{}\n", json::to_text(&self.checkpoints))).map_err(|error| {
            Failure::new(format!("cannot write the checkpoints to {}: {error}", self.path.display()))
                .help("Check that this user may write there.")
        })
    }
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    fs::write(&new, text)?;
    fs::rename(&new, path)
}
