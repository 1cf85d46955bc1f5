//! The keys by which the reader knows a log, from the command line.

use super::Failure;
use super::input::read;
use placet_model::log::checkpoint::Keys;
use std::path::Path;

/// The most bytes that a file of keys may have.
const MAX_FILE: usize = 256 * 1024;

/// Reads keys, each given as itself or as the name of a file that holds some, one a line.
///
/// # Errors
/// A [`Failure`] that says what to do.
pub fn known(given: &[String]) -> Result<Keys, Failure> {
    let mut keys = Keys::default();
    for one in given {
        if let Ok(key) = Keys::parse(one)
            && !key.is_empty()
        {
            keys.extend(key);
            continue;
        }
        let text = read(Path::new(one), MAX_FILE, "list of keys")?;
        let wrong = |fault| {
            Failure::unreadable(format!("cannot read the list of keys {one}: {fault}"))
                .help("Verifier keys stand one a line, as the site publishes them at /log/keys.")
        };
        keys.extend(Keys::parse(&text).map_err(wrong)?);
    }
    Ok(keys)
}
