//! Where one entry stood, against the log as it is now.

use super::source::{Source, Unread};
use super::tiles::prove;
use placet_model::log::checkpoint::Keys;
use placet_model::log::place::Standing;
use placet_model::log::proof::{check_consistency, check_inclusion};
use tlog_tiles::{prove_record, prove_tree};

/// Whether the log of today goes on from the one that an entry's place was proved in, and still has the entry there.
///
/// # Errors
/// Outside where the log cannot be read; inside, in a sentence, what is wrong with it.
pub fn compare(source: &Source, keys: &Keys, stood: &Standing) -> Result<Result<String, String>, Unread> {
    let then = &stood.claimed;
    let year = then.origin.rsplit_once('/').map_or("", |(_, year)| year);
    let mut log = year;
    let mut read = source.checkpoint(log, keys)?;
    // The site may have another name today: the logs of the one that it had stand under that.
    let is_another = match &read {
        Some(Ok((now, _))) => now.origin != then.origin,
        Some(Err(_)) | None => true,
    };
    if is_another && let Some(former) = source.checkpoint(&then.origin, keys)? {
        (log, read) = (&then.origin, Some(former));
    }
    let address = source.address(&format!("{log}/checkpoint"));
    let now = match read {
        None => return Err(Unread(format!("{address} is not there"))),
        Some(Err(fault)) => return Ok(Err(fault)),
        Some(Ok((now, _))) => now,
    };
    if now.origin != then.origin {
        return Ok(Err(format!("The log at {address} is another one: {}.", now.origin)));
    }
    if now.size < then.size {
        let told =
            format!("The log has {} entries today and had {} then: it was cut or set back.", now.size, then.size);
        return Ok(Err(told));
    }
    let proofs = prove(source, log, now.size, |tiles| {
        Ok((prove_record(now.size, stood.index, tiles)?, prove_tree(now.size, then.size, tiles)?))
    })?;
    let Ok((inclusion, consistency)) = proofs else {
        return Ok(Err("The log's tiles do not hold the hashes of the tree that its checkpoint names.".into()));
    };
    if check_consistency(&consistency, then.size, then.root, now.size, now.root).is_err() {
        return Ok(Err("The log of today does not begin with the one that this was proved in: it was rewritten, or its tiles are wrong.".into()));
    }
    if check_inclusion(&inclusion, now.size, now.root, stood.index, stood.leaf).is_err() {
        return Ok(Err("The log of today does not hold the entry in its place.".into()));
    }
    Ok(Ok(format!(
        "The log has {} entries, signed by {}, and begins with the {} of the checkpoint that was kept.",
        now.size, now.key, then.size
    )))
}
