//! Receipts go into the database many at once: all that one batch of the log holds, in a few statements.
//!
//! **Invariant:** of receipts with one id, the first is kept, and the others are told what became of it.

use super::Connection;
use super::Store;
use super::data_keys::unsealable;
use super::log::SealedRecord;
use super::receipts::{Entry, Held, Recorded, erased_name};
use super::retention::kept_by;
use super::rows::{parts, places};
use crate::seal::SealError;
use placet_model::log::entry::SALT;
use placet_model::verify::Refusal;
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;

/// A receipt on its way into a log, with the random bytes that its entry there is made with.
#[derive(Debug, Clone, Copy)]
pub struct Salted<'a> {
    /// The random bytes.
    pub salt: [u8; SALT],
    /// The receipt, sealed.
    pub entry: &'a Entry,
}

/// Keeps the receipts that are new at the places of a log from `first` on, in their order; what became of each.
pub(super) async fn record_all(
    store: &Store,
    transaction: &mut Connection,
    log: i64,
    first: u64,
    receipts: &[Salted<'_>],
) -> Result<Vec<Recorded>, sqlx::Error> {
    let mut free = claim_ids(store, transaction, receipts).await?;
    // Of two with one id, the first is the one that took it.
    let is_new: Vec<bool> = receipts.iter().map(|receipt| free.remove(&*receipt.entry.claims.id)).collect();
    let new: Vec<&Salted> = receipts.iter().zip(&is_new).filter_map(|(receipt, new)| new.then_some(receipt)).collect();
    keep(store, transaction, log, first, &new).await?;
    let mut recorded = Vec::with_capacity(receipts.len());
    let mut next = first;
    for (receipt, is_new) in receipts.iter().zip(is_new) {
        recorded.push(match is_new {
            true => Recorded::New(next),
            false => held(store, transaction, receipt.entry).await?,
        });
        next += u64::from(is_new);
    }
    Ok(recorded)
}

/// Takes the ids of receipts; those that were free. No receipt comes back that its device had erased.
async fn claim_ids(
    store: &Store,
    transaction: &mut Connection,
    receipts: &[Salted<'_>],
) -> Result<BTreeSet<String>, sqlx::Error> {
    let mut free = BTreeSet::new();
    for part in parts(receipts) {
        store.fuse.burn()?;
        let text = format!(
            "INSERT INTO receipt_ids (id, received_at)
             SELECT column1, column2 FROM (VALUES {}) AS new
             WHERE NOT EXISTS (SELECT 1 FROM erased WHERE name = column3)
             ON CONFLICT (id) DO NOTHING RETURNING id",
            places(part.len(), 3)
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(text));
        for Salted { entry, .. } in part {
            let id = &entry.claims.id;
            query = query.bind(id).bind(number(entry.envelope.received_at)).bind(erased_name(id));
        }
        let taken: Vec<String> = query.fetch_all(&mut *transaction).await?;
        free.extend(taken);
    }
    Ok(free)
}

/// Keeps new receipts.
async fn keep(
    store: &Store,
    transaction: &mut Connection,
    log: i64,
    first: u64,
    receipts: &[&Salted<'_>],
) -> Result<(), sqlx::Error> {
    let mut index = first;
    let (mut seen_places, mut seen_predecessors) = (BTreeSet::new(), BTreeSet::new());
    for part in parts(receipts) {
        store.fuse.burn()?;
        let text = format!(
            "INSERT INTO receipts
                (id, hash, jws, device, seq, prev, notice, state, decided_at, received_at, skew, late, log, entry, salt, envelope,
                 reference, network, sealed, regime, ends_at, key_x, key_y, fork)
             SELECT column1, column2, column3, column4, column5, column6, column7, column8, column9, column10, column11, column12,
                column13, column14, column15, column16, column17, column18, 1, column19, column20, column21, column22,
                CASE WHEN column23 = 1
                       OR EXISTS (SELECT 1 FROM receipts WHERE device = column4 AND seq = column5)
                       OR EXISTS (SELECT 1 FROM receipts WHERE device = column4 AND prev = column6)
                     THEN 1 ELSE 0 END
             FROM (VALUES {}) AS new",
            places(part.len(), 23)
        );
        let mut query = sqlx::query(AssertSqlSafe(text));
        for Salted { salt, entry } in part {
            let sealed = entry.sealed.as_ref().ok_or_else(|| unsealable(SealError::Locked))?;
            let claims = &entry.claims;
            let now = number(entry.envelope.received_at);
            let (device, seq, prev) = (claims.sub.device.as_deref(), number(claims.seq), claims.prev.as_deref());
            let (regime, ends_at) = kept_by(claims, now, entry.longest);
            // The statement sees only what was kept before it.
            let is_seen = device.is_some() && !seen_places.insert((device, seq));
            let is_branch = device.is_some() && prev.is_some() && !seen_predecessors.insert((device, prev));
            query = query
                .bind(&claims.id)
                .bind(&entry.hash)
                .bind(sealed.jws.as_slice())
                .bind(device)
                .bind(seq)
                .bind(prev)
                .bind(&claims.notice.hash)
                .bind(claims.event.state.word())
                .bind(claims.iat.saturating_mul(1000))
                .bind(now)
                .bind(i64::from(entry.envelope.skew))
                .bind(i64::from(entry.envelope.late))
                .bind(log)
                .bind(number(index))
                .bind(salt.as_slice())
                .bind(sealed.envelope.as_slice())
                .bind(&sealed.reference)
                .bind(&entry.network)
                .bind(regime)
                .bind(ends_at)
                .bind(entry.key.as_ref().map(|key| &key.x))
                .bind(entry.key.as_ref().map(|key| &key.y))
                .bind(i64::from(is_seen || is_branch));
            index += 1;
        }
        query.execute(&mut *transaction).await?;
    }
    Ok(())
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A receipt whose id is taken: held, another one, or erased.
async fn held(store: &Store, transaction: &mut Connection, entry: &Entry) -> Result<Recorded, sqlx::Error> {
    type Row = (String, i64, Vec<u8>, i64, i64, Vec<u8>, Vec<u8>);
    store.fuse.burn()?;
    let id = &entry.claims.id;
    let held: Option<Row> = sqlx::query_as(
        "SELECT hash, received_at, jws, log, entry, salt, envelope FROM receipts
         WHERE id = $1 AND received_at = (SELECT received_at FROM receipt_ids WHERE id = $1)",
    )
    .bind(id)
    .fetch_optional(transaction)
    .await?;
    Ok(match held {
        None => Recorded::Refused(Refusal::Erased(id.clone())),
        Some((hash, ..)) if hash != entry.hash => Recorded::Refused(Refusal::IdConflict(id.clone())),
        Some((_, received_at, jws, log, index, salt, envelope)) => {
            let sealed = vec![SealedRecord { id: id.clone(), index: index.unsigned_abs(), salt, jws, envelope }];
            let mut logged = store.open_records(sealed).await?;
            let logged = logged.pop().ok_or(sqlx::Error::RowNotFound)?;
            Recorded::Held(Held { received_at: received_at.unsigned_abs(), log, logged })
        }
    })
}
