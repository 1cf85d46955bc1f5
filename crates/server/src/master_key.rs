//! Where the master key comes from: the file that the operator names, else the environment, else a file beside an SQLite
//! database, which is made with the database.
//!
//! **Invariant:** no new key is made where something is sealed already: it would open nothing.

use crate::command::Failure;
use crate::log::lock::beside;
use crate::seal::master::{MasterKey, VARIABLE};
use crate::serve::cannot_open;
use crate::store::Store;
use std::path::Path;

/// Reads the master key of a database and unlocks the store with it. One that is made is told on stderr.
///
/// # Errors
/// A [`Failure`] that says what to do.
pub async fn unlock(database: &str, named: Option<&Path>, store: &Store) -> Result<(), Failure> {
    let sealed = store.data_keys().await.map_err(|error| cannot_open(database, &error.into()))?;
    let master = find(store, named, sealed.is_empty())?;
    store.unlock(master).await.map_err(|error| cannot_open(database, &error))
}

fn find(store: &Store, named: Option<&Path>, is_new: bool) -> Result<MasterKey, Failure> {
    let told = |error: crate::seal::master::MasterFileError| {
        Failure::new(format!("cannot use the master key: {error}")).help(error.help())
    };
    if let Some(path) = named {
        return MasterKey::read(path).map_err(told);
    }
    if let Ok(text) = std::env::var(VARIABLE) {
        return MasterKey::from_text(&text, VARIABLE).map_err(|error| {
            Failure::new(format!("cannot use the master key: {error}"))
                .help("Set it to the text of a file that `placet keys master` made.")
        });
    }
    let missing = |what: String| {
        Failure::new(what).help(format!(
            "Name its file with --master-key, or set {VARIABLE} to its text. A new one is made by: placet keys master --out FILE"
        ))
    };
    let Some(file) = store.address().file() else {
        return Err(missing("no master key is named, and what tells of people is sealed with one".into()));
    };
    let path = beside(file, ".master");
    match (path.exists(), is_new) {
        (true, _) => MasterKey::read(&path).map_err(told),
        (false, false) => Err(missing(format!(
            "the master key {} is not there, and what lies in the database is sealed with it",
            path.display()
        ))),
        (false, true) => {
            let master = MasterKey::new().map_err(|error| Failure::new(error.to_string()))?;
            master.write(&path).map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
            eprintln!(
                "Made the master key {}. Keep a copy of it where the database's copies are not: without it nothing of them can be read.",
                path.display()
            );
            Ok(master)
        }
    }
}
