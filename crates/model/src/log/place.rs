//! The place of a receipt in a log: whether what its acknowledgement says of it is true.
//!
//! **Invariant:** the order is fixed: the entry is made from the receipt's exact bytes, then its place is checked in the tree
//! of the checkpoint, then who signed that. A place without the last step is a claim, and readers are told so.

use crate::json;
use crate::log::checkpoint::{Checkpoint, CheckpointFault, Keys, origin_of, read_unsigned, site_of};
use crate::log::entry::{EntryKind, Envelope, SALT, entry, receipt_record};
use crate::log::proof::{check_inclusion, leaf_hash, read_proof};
use crate::receipt::{Acknowledgement, LogProof};
use base64ct::{Base64UrlUnpadded, Encoding};
use std::fmt;
use tlog_tiles::Hash;

/// Where an entry stands in a log, checked, all but the signature of the checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The place of the entry, from 0.
    pub index: u64,
    /// The hash of the leaf that stands for the entry.
    pub leaf: Hash,
    /// The checkpoint of the tree that the place is in, as its text says it: nobody is known to have signed it yet.
    pub claimed: Checkpoint,
}

/// The place of a receipt in a log that was checked, all but the signature of the checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What the server noted when it received the receipt.
    pub envelope: Envelope,
    /// Where its entry stands.
    pub standing: Standing,
}

/// Why a receipt has not the place that it is said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceFault {
    /// A part that cannot be read.
    Malformed(&'static str),
    /// The envelope tells another time of receipt than the acknowledgement.
    TimeDiffers,
    /// The log is another site's, or another year's.
    OriginWrong,
    /// The checkpoint is of another log or another size.
    CheckpointDiffers,
    /// The proof does not lead from this receipt to the checkpoint's root.
    NotThere,
}

impl fmt::Display for PlaceFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlaceFault::Malformed(part) => write!(out, "The {part} of its place in the log cannot be read."),
            PlaceFault::TimeDiffers => {
                out.write_str("The log's time of receipt is not the one that the acknowledgement tells.")
            }
            PlaceFault::OriginWrong => out.write_str("The log is not that of its site and year."),
            PlaceFault::CheckpointDiffers => {
                out.write_str("The checkpoint is of another log or another size than the proof.")
            }
            PlaceFault::NotThere => out.write_str("The log does not hold this there: the proof leads to another root."),
        }
    }
}

/// Checks everything about the place of a receipt but the signature of the checkpoint: that is [`Keys::open`]'s.
///
/// # Errors
/// The first thing that is not as the acknowledgement says.
pub fn check_place(
    jws: &str,
    site: &str,
    acknowledgement: &Acknowledgement,
    proof: &LogProof,
) -> Result<Place, PlaceFault> {
    let envelope: Envelope = json::parse(&proof.envelope)
        .ok()
        .and_then(|tree| json::from_tree(&tree))
        .ok_or(PlaceFault::Malformed("envelope"))?;
    if envelope.received_at != acknowledgement.received_at {
        return Err(PlaceFault::TimeDiffers);
    }
    if proof.origin != origin_of(site, envelope.received_at) {
        return Err(PlaceFault::OriginWrong);
    }
    let standing = check_standing(EntryKind::Receipt, &receipt_record(jws, &proof.envelope), proof)?;
    Ok(Place { envelope, standing })
}

/// Checks where the entry of a record stands: everything but whether it may stand in that log, and who signed the checkpoint.
///
/// # Errors
/// The first thing that is not as the proof says.
pub fn check_standing(kind: EntryKind, record: &[u8], proof: &LogProof) -> Result<Standing, PlaceFault> {
    let salt = read_salt(&proof.salt).ok_or(PlaceFault::Malformed("salt"))?;
    let hashes = read_proof(&proof.proof).map_err(|_| PlaceFault::Malformed("proof"))?;
    let claimed = read_unsigned(&proof.checkpoint).map_err(|_| PlaceFault::Malformed("checkpoint"))?;
    if site_of(&proof.origin).is_none() {
        return Err(PlaceFault::OriginWrong);
    }
    if claimed.origin != proof.origin || claimed.size != proof.size {
        return Err(PlaceFault::CheckpointDiffers);
    }
    let leaf = leaf_hash(&entry(kind, &salt, record));
    check_inclusion(&hashes, claimed.size, claimed.root, proof.index, leaf).map_err(|_| PlaceFault::NotThere)?;
    Ok(Standing { index: proof.index, leaf, claimed })
}

/// Checks the place of a receipt and that a known key has signed the checkpoint.
///
/// # Errors
/// What [`check_place`] or [`Keys::open`] find wrong, in a sentence.
pub fn check_place_by(
    jws: &str,
    site: &str,
    acknowledgement: &Acknowledgement,
    proof: &LogProof,
    keys: &Keys,
) -> Result<(Place, Checkpoint), String> {
    let place = check_place(jws, site, acknowledgement, proof).map_err(|fault| fault.to_string())?;
    let signed = keys.open(&proof.checkpoint).map_err(|fault: CheckpointFault| fault.to_string())?;
    Ok((place, signed))
}

/// Reads a salt from base64url.
pub fn read_salt(text: &str) -> Option<[u8; SALT]> {
    Base64UrlUnpadded::decode_vec(text).ok()?.try_into().ok()
}
