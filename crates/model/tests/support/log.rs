//! A log that signs, for tests: with a key that everybody knows, and proofs made by another implementation of the tree.

#![allow(dead_code, reason = "each test uses its part")]

use base64ct::{Base64, Encoding};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ed25519_dalek::{Signer, SigningKey};
use placet_model::log::entry::{EntryKind, LogProof, SALT, audit_record, entry, receipt_record};
use placet_model::receipt::base64url;
use sha2::Sha256;

/// Signs checkpoints for a site.
pub struct LogKey {
    site: String,
    key: SigningKey,
}

impl LogKey {
    /// The key of a site with this number; the same key each time.
    pub fn new(site: &str, number: u8) -> Self {
        LogKey { site: site.into(), key: SigningKey::from_bytes(&[number; 32]) }
    }

    fn public(&self) -> Vec<u8> {
        [&[1], self.key.verifying_key().as_bytes().as_slice()].concat()
    }

    fn id(&self) -> u32 {
        signed_note::key_id(&self.site, &self.public())
    }

    /// The verifier key, as everybody may know it.
    pub fn vkey(&self) -> String {
        format!("{}+{:08x}+{}", self.site, self.id(), Base64::encode_string(&self.public()))
    }

    /// A text with a signature under it; the text ends a line.
    pub fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let bytes = [&self.id().to_be_bytes()[..], &signature].concat();
        format!("{text}\n\u{2014} {} {}\n", self.site, Base64::encode_string(&bytes))
    }
}

/// A log that is held in memory.
pub struct TestLog {
    pub origin: String,
    pub key: LogKey,
    pub tree: MemoryBackedTree<Sha256, Vec<u8>>,
}

impl TestLog {
    /// An empty log of a site and a year, with the site's key of this number.
    pub fn new(site: &str, year: u32, key: u8) -> Self {
        TestLog { origin: format!("{site}/{year}"), key: LogKey::new(site, key), tree: MemoryBackedTree::new() }
    }

    /// Adds entries that stand for nothing.
    pub fn fill(&mut self, count: usize) {
        for number in 0..count {
            self.tree.push(number.to_be_bytes().to_vec());
        }
    }

    /// The root as base64.
    pub fn root(&self) -> String {
        Base64::encode_string(self.tree.root().as_bytes())
    }

    /// The checkpoint of the log as it is.
    pub fn checkpoint(&self) -> String {
        self.key.sign(&format!("{}\n{}\n{}\n", self.origin, self.tree.len(), self.root()))
    }

    /// Adds a receipt and gives its place away.
    pub fn append(&mut self, jws: &str, envelope: &str) -> u64 {
        let record = receipt_record(jws, envelope);
        self.tree.push(entry(EntryKind::Receipt, &Self::salt(), &record).to_vec());
        self.tree.len() - 1
    }

    /// Adds a line of the audit trail and gives its place away.
    pub fn append_line(&mut self, event: &str) -> u64 {
        self.tree.push(entry(EntryKind::Audit, &Self::salt(), &audit_record(event)).to_vec());
        self.tree.len() - 1
    }

    /// The salt of all its entries.
    pub fn salt() -> [u8; SALT] {
        [7; SALT]
    }

    /// The proof of an entry in the log as it is.
    pub fn proof(&self, index: u64, envelope: &str) -> LogProof {
        let hashes = self.tree.prove_inclusion(usize::try_from(index).unwrap());
        LogProof {
            origin: self.origin.clone(),
            index,
            size: self.tree.len(),
            salt: base64url(&Self::salt()),
            envelope: envelope.into(),
            proof: hashes.as_bytes().chunks(32).map(base64url).collect(),
            checkpoint: self.checkpoint(),
        }
    }
}
