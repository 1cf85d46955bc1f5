//! Checkpoints: what a log says of itself, signed (C2SP tlog-checkpoint and signed-note).
//!
//! **Invariant:** a key signs for one site alone. A log is called by its site and a year, and only keys with the site's name
//! count for it, so no shop's key vouches for another shop's log.
//! **Invariant:** a year is four digits: each log has one name.

use crate::receipt_file::utc;
use signed_note::{Note, NoteError, StandardVerifier, Verifier, VerifierList};
use std::fmt;
use tlog_tiles::Hash;

/// The most bytes that a checkpoint may have.
pub const MAX_CHECKPOINT: usize = 8 * 1024;
/// More entries than any log will have: the largest number that JSON tells exactly.
const MOST_ENTRIES: u64 = 1 << 53;
/// More keys than any site has had.
const MOST_KEYS: usize = 1000;

/// The keys by which checkpoints are known, each a line `<site>+<id>+<key>` (C2SP signed-note, verifier keys).
#[derive(Clone, Default)]
pub struct Keys(Vec<(StandardVerifier, String)>);

/// What a log says of itself, its signature checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The log's name: its site, a slash and the year.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The hash that stands for all of them in their order.
    pub root: Hash,
    /// The name and the id of the key that signed it.
    pub key: String,
}

/// Why a checkpoint does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointFault {
    /// It has not the form of one.
    Malformed,
    /// No key that we know has signed it.
    KeyUnknown,
    /// The signature of a key that we know does not fit.
    SignatureInvalid,
}

impl fmt::Display for CheckpointFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            CheckpointFault::Malformed => "The checkpoint is not a signed note with the name, size and root of a log.",
            CheckpointFault::KeyUnknown => "None of the known keys has signed the checkpoint.",
            CheckpointFault::SignatureInvalid => "The signature does not fit the checkpoint.",
        })
    }
}

impl Keys {
    /// Reads keys, one a line. Empty lines, and lines that begin with `#`, say nothing.
    ///
    /// # Errors
    /// The first line that is no key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut keys = Vec::new();
        for line in lines {
            let told = || line.chars().take(60).collect::<String>();
            if keys.len() == MOST_KEYS {
                return Err(format!("There are more than {MOST_KEYS} keys."));
            }
            let key = StandardVerifier::new(line).ok().filter(|key| line.starts_with(&format!("{}+", name_of(key))));
            let key = key.ok_or_else(|| format!("{:?} is not a verifier key: <site>+<id>+<key>.", told()))?;
            keys.push((key, line.to_owned()));
        }
        let mut distinct = Keys::default();
        distinct.extend(Keys(keys));
        Ok(distinct)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names and ids of the keys.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|(key, _)| name_of(key)).collect()
    }

    /// Whether one of them is a key of this site.
    pub fn are_of(&self, site: &str) -> bool {
        self.0.iter().any(|(key, _)| key.name() == site)
    }

    /// Adds the keys that are not there yet: listed twice, a key is still one key.
    pub fn extend(&mut self, more: Keys) {
        for (key, text) in more.0 {
            if !self.0.iter().any(|(_, known)| *known == text) {
                self.0.push((key, text));
            }
        }
    }

    /// Opens a signed checkpoint: its form, and the signature of one of these keys.
    ///
    /// # Errors
    /// [`CheckpointFault`].
    pub fn open(&self, text: &str) -> Result<Checkpoint, CheckpointFault> {
        let (note, mut checkpoint) = read(text)?;
        let site = site_of(&checkpoint.origin).ok_or(CheckpointFault::Malformed)?;
        let ours = self.0.iter().filter(|(key, _)| key.name() == site);
        let known = ours.map(|(key, _)| Box::new(key.clone()) as Box<dyn Verifier>).collect();
        let (signatures, _) = note.verify(&VerifierList::new(known)).map_err(|fault| match fault {
            NoteError::UnverifiedNote => CheckpointFault::KeyUnknown,
            _ => CheckpointFault::SignatureInvalid,
        })?;
        let signature = signatures.first().ok_or(CheckpointFault::KeyUnknown)?;
        checkpoint.key = format!("{}+{:08x}", signature.name(), signature.id());
        Ok(checkpoint)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.names()).finish()
    }
}

/// Reads a checkpoint without checking who signed it: what a reader without a key learns from it is what the log claims.
///
/// # Errors
/// [`CheckpointFault::Malformed`].
pub fn read_unsigned(text: &str) -> Result<Checkpoint, CheckpointFault> {
    read(text).map(|(_, checkpoint)| checkpoint)
}

/// The name of the log that a receipt of this time belongs to, in milliseconds since 1970: its site and the year (UTC).
pub fn origin_of(site: &str, received_at: u64) -> String {
    // A number of milliseconds has fewer seconds than an `i64` holds.
    let told = utc(i64::try_from(received_at / 1000).unwrap_or(i64::MAX));
    let year = told.split('-').next().unwrap_or_default();
    format!("{site}/{year}")
}

/// The site of a log that is called by a site and a year of four digits.
pub fn site_of(origin: &str) -> Option<&str> {
    let (site, year) = origin.rsplit_once('/')?;
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    (is_year && !site.is_empty()).then_some(site)
}

fn read(text: &str) -> Result<(Note, Checkpoint), CheckpointFault> {
    if text.len() > MAX_CHECKPOINT {
        return Err(CheckpointFault::Malformed);
    }
    let note = Note::from_bytes(text.as_bytes()).map_err(|_| CheckpointFault::Malformed)?;
    let read = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| CheckpointFault::Malformed)?;
    if read.size() > MOST_ENTRIES {
        return Err(CheckpointFault::Malformed);
    }
    let checkpoint =
        Checkpoint { origin: read.origin().to_owned(), size: read.size(), root: *read.hash(), key: String::new() };
    Ok((note, checkpoint))
}

fn name_of(key: &StandardVerifier) -> String {
    format!("{}+{:08x}", key.name(), key.key_id())
}
