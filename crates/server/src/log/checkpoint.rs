//! Signing checkpoints; [`placet_model::log::checkpoint`] reads them.
//!
//! **Invariant:** one log never has two checkpoints of the same size with other roots. A checkpoint is signed only for a
//! tree that grew from the last one, and is shown only after it stands in the lock.
//! **Invariant:** a key signs the logs of its own site and no others: nobody would believe it, at the next start not even we.

use super::keys::LogKey;
use placet_model::log::checkpoint::site_of;
use signed_note::{Note, Signer};
use tlog_tiles::{Checkpoint, Hash};

/// Whether a key signs a log: one of the site whose key it is.
pub fn signs(key: &LogKey, origin: &str) -> bool {
    site_of(origin) == Some(key.name())
}

/// The signed checkpoint of a log: the same for the same log, size, root and key. None for a name that no log can have, and for
/// the log of another site.
pub fn sign(key: &LogKey, origin: &str, size: u64, root: Hash) -> Option<String> {
    if !signs(key, origin) {
        return None;
    }
    let text = Checkpoint::new(origin, size, root, "").ok()?;
    let mut note = Note::new(&text.to_bytes(), &[]).ok()?;
    note.add_sigs(&[key.signer() as &dyn Signer]).ok()?;
    String::from_utf8(note.to_bytes()).ok()
}
