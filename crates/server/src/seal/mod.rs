//! Sealing: what tells of a person lies encrypted in the database, so that a copy of its files tells nothing.
//!
//! Envelope encryption with AES-256-GCM (NIST SP 800-38D). What is kept is sealed by a data key, one for each site and
//! month; the data keys lie in the database too, each wrapped by the master key, which does not. A new master key wraps the
//! data keys anew and leaves what they sealed alone. When nothing is left that a data key has sealed, it is deleted, and
//! then no old copy of the files can be read any more where that key was not copied with them.
//!
//! What has to be found again, a site's reference to a person, is looked for by a keyed tag of it.
//!
//! **Invariant:** what was sealed opens only as what it is: table, column, row and key are part of what is authenticated.
//! **Invariant:** keys are never printed, and their bytes are wiped when they are let go.

pub mod data_key;
pub mod keyring;
pub mod master;

pub use data_key::{DataKey, KeyId, WrappedKey};
pub use keyring::Keyring;
pub use master::MasterKey;

use std::fmt;

/// The bytes of a key.
pub const KEY: usize = 32;
/// The bytes of a nonce, drawn at random for each sealing.
const NONCE: usize = 12;
/// The first byte of everything sealed: how it was done.
const FORM: u8 = 1;

/// Where something sealed lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's own name.
    pub row: &'a str,
}

impl Place<'_> {
    /// What is authenticated beside the text: the place and the key's name, each with its length before it.
    fn covered(&self, key: &[u8]) -> Vec<u8> {
        let parts = [self.table.as_bytes(), self.column.as_bytes(), self.row.as_bytes(), key];
        let mut covered = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
        for part in parts {
            covered.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            covered.extend(part);
        }
        covered
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} of {}", self.table, self.column, self.row)
    }
}

/// Why something cannot be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no master key at hand.
    #[error("what is sealed cannot be read or written without the master key")]
    Locked,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// It is nothing that this program has sealed.
    #[error("{0} is not sealed as this program does it")]
    Form(String),
    /// Its key is not there: deleted with the last of its rows, or never known.
    #[error("{place} was sealed by the data key {key}, which is not there")]
    KeyGone {
        /// Where it lies.
        place: String,
        /// The name of the key.
        key: String,
    },
    /// It was changed, or moved from another place.
    #[error("{0} was changed, or belongs elsewhere: it does not open")]
    Broken(String),
    /// A data key was wrapped by another master key.
    #[error("the data key {key} was wrapped by the master key {found}, and this is {ours}")]
    OtherMaster {
        /// The name of the data key.
        key: String,
        /// The name of the master key that wrapped it.
        found: String,
        /// The name of the master key at hand.
        ours: String,
    },
    /// A text is no master key.
    #[error("{0} is no master key: one is placet-master-1: and 43 characters of base64url")]
    NoMaster(String),
}

/// Random bytes of the system.
fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealError::NoRandomness)?;
    Ok(bytes)
}
