//! Proofs that a tree holds an entry, and that a tree went on from an older one (RFC 6962, sections 2.1.1 and 2.1.2).
//!
//! **Invariant:** a hash has 32 bytes, and a tree has an entry at least: nothing is proved about nothing.

use base64ct::{Base64UrlUnpadded, Encoding};
use tlog_tiles::{Hash, check_record, check_tree, record_hash};

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofFault {
    /// A hash that has not 32 bytes.
    HashMalformed,
    /// It leads to another root than the tree's.
    Wrong,
}

/// The hash of a leaf that stands for these bytes (RFC 6962, section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    record_hash(entry)
}

/// Reads a hash from its bytes.
///
/// # Errors
/// [`ProofFault::HashMalformed`].
pub fn read_hash(bytes: &[u8]) -> Result<Hash, ProofFault> {
    bytes.try_into().map(Hash).map_err(|_| ProofFault::HashMalformed)
}

/// Reads hashes from base64url, as they stand in a receipt's proof.
///
/// # Errors
/// [`ProofFault::HashMalformed`].
pub fn read_proof(texts: &[String]) -> Result<Vec<Hash>, ProofFault> {
    let one = |text: &String| {
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| ProofFault::HashMalformed)?;
        read_hash(&bytes)
    };
    texts.iter().map(one).collect()
}

/// Checks that the leaf at `index` of the tree of this size and root is this one.
///
/// # Errors
/// [`ProofFault::Wrong`].
pub fn check_inclusion(proof: &[Hash], size: u64, root: Hash, index: u64, leaf: Hash) -> Result<(), ProofFault> {
    check_record(&proof.to_vec(), size, root, index, leaf).map_err(|_| ProofFault::Wrong)
}

/// Checks that the tree of this size and root begins with the whole tree of the old size and root.
///
/// # Errors
/// [`ProofFault::Wrong`].
pub fn check_consistency(
    proof: &[Hash],
    old_size: u64,
    old_root: Hash,
    size: u64,
    root: Hash,
) -> Result<(), ProofFault> {
    check_tree(&proof.to_vec(), size, root, old_size, old_root).map_err(|_| ProofFault::Wrong)
}
