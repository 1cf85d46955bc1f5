//! The data keys: kept wrapped, unwrapped in memory, made when their month begins and deleted with the last that they sealed.
//!
//! **Invariant:** nothing is sealed by a key that is not on disk.
//! **Invariant:** without the master key nothing that is sealed is read, and nothing is written in its place.

use super::{Store, StoreError};
use crate::calendar::{DAY, Month};
use crate::seal::data_key::{SEARCH, key_of};
use crate::seal::keyring::month;
use crate::seal::{DataKey, KeyId, Keyring, MasterKey, Place, SealError, WrappedKey};
use placet_model::verify::claims_of;
use std::sync::Arc;

/// Receipts that are sealed at once, where they were kept before there were keys.
const PAGE: i64 = 200;

/// Receipts whose tag of a network goes at once.
const BATCH: i64 = 500;

/// How long after its month a key is still kept with nothing under it: something of the month may be on its way.
const GRACE: i64 = DAY;

type Row = (String, String, String, String, Vec<u8>);

/// The columns of a receipt that are sealed.
pub(super) fn place<'a>(column: &'static str, id: &'a str) -> Place<'a> {
    Place { table: "receipts", column, row: id }
}

/// A fault of a seal, where faults of the database are told.
pub(super) fn unsealable(error: SealError) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

impl Store {
    /// Makes the store able to read and write what is sealed.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] where the keys were wrapped by another master key.
    pub async fn unlock(&self, master: MasterKey) -> Result<(), StoreError> {
        let ring = Keyring::new(master);
        for wrapped in self.data_keys().await? {
            ring.add(&wrapped).map_err(StoreError::Sealed)?;
        }
        // Whoever unlocked it first had a key that opens the same.
        let _ = self.ring.set(ring);
        Ok(())
    }

    /// The keyring.
    pub(super) fn ring(&self) -> Result<&Keyring, sqlx::Error> {
        self.ring.get().ok_or_else(|| unsealable(SealError::Locked))
    }

    /// All data keys, as they lie in the database.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn data_keys(&self) -> Result<Vec<WrappedKey>, sqlx::Error> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT id, site, scope, master, wrapped FROM data_keys ORDER BY site, scope")
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(wrapped).collect()
    }

    /// The key that seals the receipts of a site that came at `received_at` (milliseconds since 1970).
    ///
    /// # Errors
    /// Where the database fails, or is locked.
    pub(super) async fn month_key(&self, site: &str, received_at: i64) -> Result<Arc<DataKey>, sqlx::Error> {
        self.key_of_scope(site, &month(received_at), received_at).await
    }

    /// The tag of a site's reference to a person.
    ///
    /// # Errors
    /// Where the database fails, or is locked.
    pub async fn reference_tag(&self, site: &str, reference: &str, now: i64) -> Result<String, sqlx::Error> {
        Ok(self.key_of_scope(site, SEARCH, now).await?.tag("ref", reference))
    }

    async fn key_of_scope(&self, site: &str, scope: &str, now: i64) -> Result<Arc<DataKey>, sqlx::Error> {
        let ring = self.ring()?;
        if let Some(key) = ring.of_scope(site, scope) {
            return Ok(key);
        }
        let (_, wrapped) = DataKey::new(site, scope, ring.master()).map_err(unsealable)?;
        self.keep_data_key(&wrapped, now).await?;
        // Perhaps another process was first: what is on disk is what counts.
        self.read_keys().await?;
        ring.of_scope(site, scope).ok_or_else(|| unsealable(SealError::Form(format!("the data key of {scope}"))))
    }

    async fn keep_data_key(&self, key: &WrappedKey, now: i64) -> Result<(), sqlx::Error> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        // Where all keys were wrapped anew meanwhile, one that is wrapped by the old master key would be lost with it.
        let other: Option<(String, String)> =
            sqlx::query_as("SELECT id, master FROM data_keys WHERE master <> $1 LIMIT 1")
                .bind(&key.master)
                .fetch_optional(&mut *transaction)
                .await?;
        if let Some((id, found)) = other {
            return Err(unsealable(SealError::OtherMaster { key: id, found, ours: key.master.clone() }));
        }
        sqlx::query(
            "INSERT INTO data_keys (id, site, scope, master, wrapped, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (site, scope) DO NOTHING",
        )
        .bind(key.id.to_string())
        .bind(&key.site)
        .bind(&key.scope)
        .bind(&key.master)
        .bind(key.wrapped.as_slice())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await
    }

    /// Reads the keys that others made since.
    async fn read_keys(&self) -> Result<(), sqlx::Error> {
        let ring = self.ring()?;
        for wrapped in self.data_keys().await? {
            if !ring.has(wrapped.id) {
                ring.add(&wrapped).map_err(unsealable)?;
            }
        }
        Ok(())
    }

    /// Opens texts of receipts, each with its id and the column that it lies in. What does not open is told as what it is.
    ///
    /// # Errors
    /// Where the database fails, or is locked.
    pub(super) async fn open_texts(
        &self,
        sealed: Vec<(&str, &'static str, &[u8])>,
    ) -> Result<Vec<Result<String, SealError>>, sqlx::Error> {
        let ring = self.ring()?;
        if !sealed.iter().all(|(_, _, sealed)| key_of(sealed).is_none_or(|id| ring.has(id))) {
            self.read_keys().await?;
        }
        Ok(sealed.into_iter().map(|(id, column, sealed)| ring.open_text(place(column, id), sealed)).collect())
    }

    /// Opens one text of a receipt.
    ///
    /// # Errors
    /// Where the database fails or is locked, or the text does not open.
    pub(super) async fn open_text(&self, id: &str, column: &'static str, sealed: &[u8]) -> Result<String, sqlx::Error> {
        let mut opened = self.open_texts(vec![(id, column, sealed)]).await?;
        opened.pop().unwrap_or(Err(SealError::Locked)).map_err(unsealable)
    }

    /// Seals a text of a receipt by the key that has sealed another one of it.
    pub(super) fn seal_beside(
        &self,
        id: &str,
        column: &'static str,
        text: &str,
        sealed: &[u8],
    ) -> Result<Vec<u8>, sqlx::Error> {
        let key = self.ring()?.of_sealed(sealed).ok_or_else(|| unsealable(SealError::Form(id.to_owned())))?;
        key.seal(place(column, id), text.as_bytes()).map_err(unsealable)
    }

    /// Wraps all data keys anew, in one transaction; how many there are. Those that the new master key has wrapped stay as they
    /// are, so that it can be done again.
    ///
    /// # Errors
    /// [`StoreError`]; then all are as they were.
    pub async fn rewrap(&self, old: &MasterKey, new: &MasterKey) -> Result<usize, StoreError> {
        let _writer = self.writer.lock().await;
        let mut transaction = self.begin().await?;
        let rows: Vec<Row> = sqlx::query_as("SELECT id, site, scope, master, wrapped FROM data_keys")
            .fetch_all(&mut *transaction)
            .await?;
        let count = rows.len();
        for row in rows {
            let key = wrapped(row)?;
            if new.unwrap(&key).is_ok() {
                continue;
            }
            let again = old.rewrap(&key, new).map_err(StoreError::Sealed)?;
            sqlx::query("UPDATE data_keys SET master = $1, wrapped = $2 WHERE id = $3")
                .bind(&again.master)
                .bind(again.wrapped.as_slice())
                .bind(again.id.to_string())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(count)
    }

    /// Deletes the keys of months that are over and of which nothing is left: old copies of what they sealed cannot be read
    /// any more, but by who kept the key as well. How many there were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_keys(&self, now: i64) -> Result<usize, sqlx::Error> {
        let mut forgotten = 0;
        for key in self.data_keys().await? {
            let Some((begin, end)) = span(&key.scope).filter(|(_, end)| end.saturating_add(GRACE) < now) else {
                continue;
            };
            let _writer = self.writer.lock().await;
            let deleted = sqlx::query(
                "DELETE FROM data_keys WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM receipts WHERE received_at >= $2 AND received_at < $3)",
            )
            .bind(key.id.to_string())
            .bind(begin)
            .bind(end)
            .execute(&self.pool)
            .await?;
            if deleted.rows_affected() > 0 {
                forgotten += 1;
                if let Some(ring) = self.ring.get() {
                    ring.remove(key.id);
                }
            }
        }
        Ok(forgotten)
    }

    /// Seals the receipts that were kept before there were keys; how many there were.
    ///
    /// # Errors
    /// Where the database fails, or is locked.
    pub async fn seal_old(&self) -> Result<u64, sqlx::Error> {
        let mut done = 0;
        loop {
            type Plain = (String, Vec<u8>, Option<Vec<u8>>, i64);
            let rows: Vec<Plain> = sqlx::query_as(
                "SELECT id, jws, envelope, received_at FROM receipts WHERE sealed = 0 ORDER BY id LIMIT $1",
            )
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
            if rows.is_empty() {
                if done > 0 {
                    self.cut_log_of_writes().await;
                }
                return Ok(done);
            }
            for (id, jws, envelope, received_at) in rows {
                // What was taken in can be read; its site is ours.
                let claims = std::str::from_utf8(&jws).ok().and_then(|jws| claims_of(jws).ok()).unwrap_or_default();
                let key = self.month_key(&claims.site, received_at).await?;
                let reference = match &claims.sub.reference {
                    Some(reference) => Some(self.reference_tag(&claims.site, reference, received_at).await?),
                    None => None,
                };
                let jws = key.seal(place("jws", &id), &jws).map_err(unsealable)?;
                let envelope = envelope.map(|envelope| key.seal(place("envelope", &id), &envelope));
                let envelope = envelope.transpose().map_err(unsealable)?;
                let _writer = self.writer.lock().await;
                let sealed = sqlx::query(
                    "UPDATE receipts SET jws = $1, envelope = $2, reference = $3, sealed = 1
                     WHERE id = $4 AND received_at = $5 AND sealed = 0",
                )
                .bind(jws.as_slice())
                .bind(envelope.as_deref())
                .bind(&reference)
                .bind(&id)
                .bind(received_at)
                .execute(&self.pool)
                .await?;
                done += sealed.rows_affected();
            }
        }
    }

    /// Takes the tags of networks away that have stood for their time; how many there were. Others write in between.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_networks(&self, before: i64) -> Result<u64, sqlx::Error> {
        let mut done = 0;
        loop {
            let _writer = self.writer.lock().await;
            let some = sqlx::query(
                "UPDATE receipts SET network = NULL WHERE (id, received_at) IN
                    (SELECT id, received_at FROM receipts WHERE received_at < $1 AND network IS NOT NULL
                     ORDER BY received_at LIMIT $2)",
            )
            .bind(before)
            .bind(BATCH)
            .execute(&self.pool)
            .await?;
            match some.rows_affected() {
                0 => return Ok(done),
                some => done += some,
            }
        }
    }
}

fn wrapped((id, site, scope, master, wrapped): Row) -> Result<WrappedKey, sqlx::Error> {
    let id = KeyId::from_text(&id).ok_or_else(|| unsealable(SealError::Form(format!("the data key {id:?}"))))?;
    Ok(WrappedKey { id, site, scope, master, wrapped })
}

/// When a month begins and ends, in milliseconds since 1970; none for what is no month.
fn span(scope: &str) -> Option<(i64, i64)> {
    let (year, month) = scope.split_once('-')?;
    let month = Month { year: year.parse().ok()?, month: month.parse().ok()? };
    (1..=12).contains(&month.month).then(|| (month.start(), month.next().start()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn months_begin_and_end_where_they_do() {
        for (scope, expected) in [
            ("1970-01", Some((0, 2_678_400_000))),
            ("2026-03", Some((1_772_323_200_000, 1_775_001_600_000))),
            ("2024-02", Some((1_706_745_600_000, 1_709_251_200_000))),
            ("2026-12", Some((1_796_083_200_000, 1_798_761_600_000))),
            ("2026-13", None),
            ("2026-00", None),
            ("search", None),
            ("", None),
        ] {
            assert_eq!(span(scope), expected, "{scope}");
        }
        for scope in ["2000-02", "2100-02", "2026-07", "2096-12"] {
            let (begin, end) = span(scope).unwrap();
            assert_eq!((month(begin), month(end - 1)), (scope.to_owned(), scope.to_owned()));
            assert_ne!((month(begin - 1), month(end)), (scope.to_owned(), scope.to_owned()));
        }
    }
}
