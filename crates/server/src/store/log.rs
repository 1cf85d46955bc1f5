//! The log's tables: tiles, checkpoints, keys, and where each receipt stands.
//!
//! **Invariant:** a record, its entry, the tiles that hold it and the size of the log are written in one transaction.

use super::receipts::Recorded;
use super::recording::{Salted, record_all};
use super::rows::{parts, places};
use super::{Store, Transaction};
use crate::log::tiles::{Name, Stored};
use placet_model::log::entry::{EntryKind, Envelope, SALT, audit_record, entry, receipt_record};
use sqlx::AssertSqlSafe;
use tokio::sync::MutexGuard;

/// A log as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its number in the other tables.
    pub id: i64,
    /// Its name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The newest checkpoint that was kept.
    pub checkpoint: Option<String>,
}

/// What an entry of a log commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The place of the entry.
    pub index: u64,
    /// The salt; 32 bytes where nothing is damaged.
    pub salt: Vec<u8>,
    /// What it commits to.
    pub record: Record,
}

/// A record under an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A receipt.
    Receipt {
        /// Its exact text.
        jws: String,
        /// The exact text of what the server observed.
        envelope: String,
    },
    /// A line of the audit trail.
    Audit(String),
}

/// The record of a receipt as it lies in the database.
#[derive(Debug, Clone)]
pub(super) struct SealedRecord {
    /// The receipt's id.
    pub(super) id: String,
    /// The place of the entry.
    pub(super) index: u64,
    /// The salt.
    pub(super) salt: Vec<u8>,
    /// The receipt's text, sealed.
    pub(super) jws: Vec<u8>,
    /// The text of what the server observed, sealed.
    pub(super) envelope: Vec<u8>,
}

impl Logged {
    /// The exact text of what the server observed; empty where it is no receipt.
    pub fn envelope(&self) -> &str {
        match &self.record {
            Record::Receipt { envelope, .. } => envelope,
            Record::Audit(_) => "",
        }
    }

    /// The entry that belongs to the record; none where the salt is damaged.
    pub fn entry(&self) -> Option<crate::log::tree::EntryBytes> {
        let salt: &[u8; SALT] = self.salt.as_slice().try_into().ok()?;
        Some(match &self.record {
            Record::Receipt { jws, envelope } => entry(EntryKind::Receipt, salt, &receipt_record(jws, envelope)),
            Record::Audit(event) => entry(EntryKind::Audit, salt, &audit_record(event)),
        })
    }
}

/// A receipt from before there was a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Unlogged {
    /// Its id.
    pub id: String,
    /// Its exact text.
    pub jws: String,
    /// What the server observed when it came.
    pub envelope: Envelope,
    /// The same, as it will lie in the database.
    sealed: Vec<u8>,
}

/// The turn to write: until it is given back, nobody else changes anything.
#[derive(Debug)]
pub struct Turn<'a> {
    store: &'a Store,
    _guard: MutexGuard<'a, ()>,
}

/// A transaction of the log.
#[derive(Debug)]
pub struct Writing<'a> {
    pub(super) store: &'a Store,
    pub(super) transaction: Transaction,
}

impl Store {
    /// Waits for the turn to write.
    pub async fn turn(&self) -> Turn<'_> {
        Turn { store: self, _guard: self.writer.lock().await }
    }

    /// All logs.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn logs(&self) -> Result<Vec<LogRow>, sqlx::Error> {
        self.fuse.burn()?;
        let rows: Vec<(i64, String, i64, Option<String>)> =
            sqlx::query_as("SELECT id, origin, size, checkpoint FROM logs ORDER BY id").fetch_all(&self.pool).await?;
        let row = |(id, origin, size, checkpoint): (i64, String, i64, Option<String>)| LogRow {
            id,
            origin,
            size: size.unsigned_abs(),
            checkpoint,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// One tile.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tile(&self, log: i64, name: Name) -> Result<Option<Stored>, sqlx::Error> {
        self.fuse.burn()?;
        let bytes: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT content FROM tiles WHERE log = $1 AND level = $2 AND place = $3")
                .bind(log)
                .bind(name.level())
                .bind(name.place_in_database())
                .fetch_optional(&self.pool)
                .await?;
        Ok(bytes.map(|bytes| Stored { name, bytes }))
    }

    /// These tiles; one that is missing is left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tiles(&self, log: i64, names: &[Name]) -> Result<Vec<Stored>, sqlx::Error> {
        let mut tiles = Vec::with_capacity(names.len());
        for part in parts(names) {
            self.fuse.burn()?;
            let text = format!(
                "SELECT level, place, content FROM (VALUES {}) AS asked JOIN tiles ON log = column1 AND level = column2 AND place = column3",
                places(part.len(), 3)
            );
            let mut query = sqlx::query_as(AssertSqlSafe(text));
            for name in part {
                query = query.bind(log).bind(name.level()).bind(name.place_in_database());
            }
            let rows: Vec<(i64, i64, Vec<u8>)> = query.fetch_all(&self.pool).await?;
            for name in part {
                let found =
                    rows.iter().find(|(level, place, _)| (*level, *place) == (name.level(), name.place_in_database()));
                tiles.extend(found.map(|(_, _, bytes)| Stored { name: *name, bytes: bytes.clone() }));
            }
        }
        Ok(tiles)
    }

    /// The records under the entries from `first` on, before `end`, in their order. Those that were erased are left out.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn logged(&self, log: i64, first: u64, end: u64) -> Result<Vec<Logged>, sqlx::Error> {
        self.fuse.burn()?;
        let bound = |index: u64| i64::try_from(index).unwrap_or(i64::MAX);
        type Row = (String, i64, Vec<u8>, Vec<u8>, Vec<u8>);
        let receipts: Vec<Row> = sqlx::query_as(
            "SELECT id, entry, salt, jws, envelope FROM receipts WHERE log = $1 AND entry >= $2 AND entry < $3 ORDER BY entry",
        )
        .bind(log)
        .bind(bound(first))
        .bind(bound(end))
        .fetch_all(&self.pool)
        .await?;
        self.fuse.burn()?;
        let events: Vec<(i64, Vec<u8>, String)> = sqlx::query_as(
            "SELECT entry, salt, event FROM audit_entries WHERE log = $1 AND entry >= $2 AND entry < $3 ORDER BY entry",
        )
        .bind(log)
        .bind(bound(first))
        .bind(bound(end))
        .fetch_all(&self.pool)
        .await?;
        let receipts = receipts.into_iter().map(|(id, index, salt, jws, envelope)| SealedRecord {
            id,
            index: index.unsigned_abs(),
            salt,
            jws,
            envelope,
        });
        let receipts = self.open_records(receipts.collect()).await?;
        let events = events.into_iter().map(|(index, salt, event)| Logged {
            index: index.unsigned_abs(),
            salt,
            record: Record::Audit(event),
        });
        let mut logged: Vec<Logged> = receipts.into_iter().chain(events).collect();
        logged.sort_by_key(|logged| logged.index);
        Ok(logged)
    }

    /// Some receipts from before there was a log, the oldest first, after the one with this time and id.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn unlogged(&self, after: (u64, &str)) -> Result<Vec<Unlogged>, sqlx::Error> {
        self.fuse.burn()?;
        let (received_at, id) = after;
        let rows: Vec<(String, Vec<u8>, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, jws, received_at, skew, late FROM receipts
             WHERE log IS NULL AND (received_at, id) > ($1, $2) ORDER BY received_at, id LIMIT 500",
        )
        .bind(i64::try_from(received_at).unwrap_or(i64::MAX))
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let mut unlogged = Vec::with_capacity(rows.len());
        for (id, jws, received_at, skew, late) in rows {
            let envelope = Envelope {
                received_at: received_at.unsigned_abs(),
                skew: skew != 0,
                late: late != 0,
                ..Envelope::default()
            };
            let opened = self.open_text(&id, "jws", &jws).await?;
            let sealed = self.seal_beside(&id, "envelope", &envelope.to_text(), &jws)?;
            unlogged.push(Unlogged { id, jws: opened, envelope, sealed });
        }
        Ok(unlogged)
    }

    /// Opens records. One that does not open has no salt: it is damaged, and nothing comes of it.
    pub(super) async fn open_records(&self, sealed: Vec<SealedRecord>) -> Result<Vec<Logged>, sqlx::Error> {
        let mut texts = Vec::with_capacity(2 * sealed.len());
        for record in &sealed {
            texts.push((&*record.id, "jws", &*record.jws));
            texts.push((&*record.id, "envelope", &*record.envelope));
        }
        let mut opened = self.open_texts(texts).await?.into_iter();
        let mut next = || opened.next().and_then(Result::ok);
        let mut logged = Vec::with_capacity(sealed.len());
        for SealedRecord { index, salt, .. } in sealed {
            logged.push(match (next(), next()) {
                (Some(jws), Some(envelope)) => Logged { index, salt, record: Record::Receipt { jws, envelope } },
                _ => Logged {
                    index,
                    salt: Vec::new(),
                    record: Record::Receipt { jws: String::new(), envelope: String::new() },
                },
            });
        }
        Ok(logged)
    }

    /// Every key that ever signed a checkpoint here, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn log_keys(&self) -> Result<Vec<String>, sqlx::Error> {
        self.fuse.burn()?;
        sqlx::query_scalar("SELECT verifier FROM log_keys ORDER BY first_used_at DESC, verifier")
            .fetch_all(&self.pool)
            .await
    }

    /// Keeps a key that is about to sign checkpoints.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_log_key(&self, verifier: &str, now: i64) -> Result<(), sqlx::Error> {
        let _turn = self.turn().await;
        self.fuse.burn()?;
        sqlx::query("INSERT INTO log_keys (verifier, first_used_at) VALUES ($1, $2) ON CONFLICT (verifier) DO NOTHING")
            .bind(verifier)
            .bind(now)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

impl<'a> Turn<'a> {
    /// Begins a transaction.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin(&self) -> Result<Writing<'a>, sqlx::Error> {
        self.store.fuse.burn()?;
        Ok(Writing { store: self.store, transaction: self.store.begin().await? })
    }

    /// Keeps a log's newest checkpoint, and that it was written `now`: a row that stays the same is not written by SQLite.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_checkpoint(&self, log: i64, checkpoint: &str, now: i64) -> Result<(), sqlx::Error> {
        self.store.fuse.burn()?;
        sqlx::query("UPDATE logs SET checkpoint = $1, written_at = $2 WHERE id = $3")
            .bind(checkpoint)
            .bind(now)
            .bind(log)
            .execute(&self.store.pool)
            .await?;
        Ok(())
    }
}

impl Writing<'_> {
    /// Begins a log; its number.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_log(&mut self, origin: &str) -> Result<i64, sqlx::Error> {
        self.store.fuse.burn()?;
        sqlx::query("INSERT INTO logs (id, origin, size) SELECT COALESCE(MAX(id), 0) + 1, $1, 0 FROM logs")
            .bind(origin)
            .execute(&mut *self.transaction)
            .await?;
        sqlx::query_scalar("SELECT id FROM logs WHERE origin = $1").bind(origin).fetch_one(&mut *self.transaction).await
    }

    /// Keeps the receipts that are new at the places of a log from `first` on, in their order; what became of each.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record(
        &mut self,
        log: i64,
        first: u64,
        receipts: &[Salted<'_>],
    ) -> Result<Vec<Recorded>, sqlx::Error> {
        self.store.fuse.burn()?;
        for Salted { entry, .. } in receipts {
            let received_at = i64::try_from(entry.envelope.received_at).unwrap_or(i64::MAX);
            self.store.make_month_of(&mut self.transaction, received_at).await?;
        }
        record_all(self.store, &mut self.transaction, log, first, receipts).await
    }

    /// Gives a receipt from before there was a log its place in one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn adopt(
        &mut self,
        log: i64,
        index: u64,
        salt: &[u8; SALT],
        receipt: &Unlogged,
    ) -> Result<(), sqlx::Error> {
        self.store.fuse.burn()?;
        sqlx::query(
            "UPDATE receipts SET log = $1, entry = $2, salt = $3, envelope = $4 WHERE id = $5 AND received_at = $6",
        )
        .bind(log)
        .bind(i64::try_from(index).unwrap_or(i64::MAX))
        .bind(salt.as_slice())
        .bind(receipt.sealed.as_slice())
        .bind(&receipt.id)
        .bind(i64::try_from(receipt.envelope.received_at).unwrap_or(i64::MAX))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Keeps a line of the audit trail at a place of a log.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn note(&mut self, log: i64, index: u64, salt: &[u8; SALT], event: &str) -> Result<(), sqlx::Error> {
        self.store.fuse.burn()?;
        sqlx::query("INSERT INTO audit_entries (log, entry, salt, event) VALUES ($1, $2, $3, $4)")
            .bind(log)
            .bind(i64::try_from(index).unwrap_or(i64::MAX))
            .bind(salt.as_slice())
            .bind(event)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// Keeps tiles, in the place of narrower ones, and the size of the log that they make; it had `before` entries.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn keep_tiles(&mut self, log: i64, tiles: &[Stored], before: u64, size: u64) -> Result<(), sqlx::Error> {
        for part in parts(tiles) {
            self.store.fuse.burn()?;
            let text = format!(
                "INSERT INTO tiles (log, level, place, content) VALUES {}
                 ON CONFLICT (log, level, place) DO UPDATE SET content = excluded.content",
                places(part.len(), 4)
            );
            let mut query = sqlx::query(AssertSqlSafe(text));
            for Stored { name, bytes } in part {
                query = query.bind(log).bind(name.level()).bind(name.place_in_database()).bind(bytes.as_slice());
            }
            query.execute(&mut *self.transaction).await?;
        }
        self.store.fuse.burn()?;
        let grown = sqlx::query("UPDATE logs SET size = $1 WHERE id = $2 AND size = $3")
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .bind(log)
            .bind(i64::try_from(before).unwrap_or(i64::MAX))
            .execute(&mut *self.transaction)
            .await?;
        match grown.rows_affected() {
            1 => Ok(()),
            // Another server has written meanwhile: nothing of this one's may stand beside it.
            _ => Err(sqlx::Error::RowNotFound),
        }
    }

    /// Makes it last. Where this fails, it may have lasted or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.store.fuse.burn()?;
        self.transaction.commit().await?;
        self.store.carry_over();
        self.store.fuse.burn()
    }
}
