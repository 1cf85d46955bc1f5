//! One entry of the log: a salted commitment to what is kept.
//!
//! **Invariant:** a commitment covers exact bytes, each part with its length before it: no two records have the same bytes.

pub use crate::receipt::LogProof;
use crate::{data, json};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How many bytes a salt has.
pub const SALT: usize = 32;
/// How many bytes an entry has: one that says what it commits to, then HMAC-SHA256.
pub const ENTRY: usize = 33;

/// What an entry commits to: its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum EntryKind {
    /// A receipt with its envelope.
    Receipt = 1,
    /// Something that was done with what is kept: a line of the audit trail.
    Audit = 2,
}

data! {
    /// What the server itself observed when it received a receipt. Its exact text is committed to with the receipt.
    pub struct Envelope {
        /// When it came, in milliseconds since 1970, by the server's clock: the time that counts.
        received_at as "receivedAt": u64,
        /// Whether the device's clock was more than ten minutes ahead.
        skew: bool = default,
        /// Whether the decision was more than thirty days old.
        late: bool = default,
        /// The country or part of one where it came from, as ISO 3166 names it, where the operator wants that noted.
        region: Option<String>,
        /// What kind of program sent it, for example `mobile-browser`; never its whole name.
        agent: Option<String>,
    }
}

impl Envelope {
    /// The text that is committed to, as it is kept and handed out.
    pub fn to_text(&self) -> String {
        json::to_text(self)
    }
}

/// The record of a receipt: its exact text, then the envelope's, each with its length in four bytes before it.
pub fn receipt_record(jws: &str, envelope: &str) -> Vec<u8> {
    record(&[jws, envelope])
}

/// The record of a line of the audit trail: its exact text with its length in four bytes before it.
pub fn audit_record(event: &str) -> Vec<u8> {
    record(&[event])
}

fn record(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in parts {
        // What is kept has a few KB; a part of 4 GB would have been refused long before.
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

/// The entry that stands in the log for a record: its kind, then HMAC-SHA256 of the record under the salt (RFC 2104).
pub fn entry(kind: EntryKind, salt: &[u8; SALT], record: &[u8]) -> [u8; ENTRY] {
    let mut bytes = [0; ENTRY];
    bytes[0] = kind as u8;
    // A key of any length is good for HMAC: this never fails.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) {
        mac.update(record);
        bytes[1..].copy_from_slice(&mac.finalize().into_bytes());
    }
    bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn records_have_their_lengths_in_them() {
        assert_eq!(receipt_record("ab", "c"), [0, 0, 0, 2, b'a', b'b', 0, 0, 0, 1, b'c']);
        assert_ne!(receipt_record("ab", "c"), receipt_record("a", "bc"));
        assert_eq!(audit_record("ab"), [0, 0, 0, 2, b'a', b'b']);
    }

    #[test]
    fn entries_are_hmac() {
        // RFC 4231, section 4.2, has a key of 20 bytes; with a block of zeros behind it, HMAC is the same (RFC 2104, section 2).
        let mut salt = [0; SALT];
        salt[..20].fill(0x0b);
        let found = entry(EntryKind::Receipt, &salt, b"Hi There");
        assert_eq!(found[0], 1);
        let hex: String = found[1..].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assert_ne!(entry(EntryKind::Audit, &salt, b"Hi There"), found);
    }

    #[test]
    fn envelopes_say_what_was_seen_and_no_more() {
        let seen = Envelope { received_at: 1, skew: true, region: Some("CN-31".into()), ..Envelope::default() };
        assert_eq!(seen.to_text(), r#"{"receivedAt":1,"skew":true,"late":false,"region":"CN-31","agent":null}"#);
    }
}
