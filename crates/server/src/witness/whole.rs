//! A whole log, built anew: every entry, every tile, the root, and where the reader has the records, what the entries stand for.
//!
//! **Invariant:** the checkpoint that was signed is what counts: everything else that the log publishes has to lead to it.

use super::source::{Source, Unread};
use super::tiles::read_tile;
use placet_model::log::checkpoint::{Checkpoint, Keys};
use placet_model::log::entry::{ENTRY, EntryKind};
use placet_model::log::growth::Growth;
use placet_model::log::tile::{Content, TileName, WIDTH, read_entries};
use placet_model::receipt_file::Check;
use std::fmt;
use tlog_tiles::HASH_SIZE;

/// The most places that are told where many are wrong.
pub(super) const MOST_TOLD: usize = 5;

/// What is kept for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing any more: it was erased, or has expired.
    Gone,
    /// Nothing that we know of: it came after the records were read.
    Later,
    /// Something that no entry can be made of.
    Damaged,
    /// A record and a salt that make this entry.
    Entry([u8; ENTRY]),
}

/// Where what the entries stand for is read.
pub trait Records {
    /// What is kept for `count` entries of the log of this name, from `first` on.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read(&mut self, origin: &str, first: u64, count: usize) -> Result<Vec<Kept>, Unread>;

    /// The checkpoints of the log of this name to which the records were proved, as they claim to be.
    fn proved(&self, origin: &str) -> Vec<Checkpoint>;

    /// What verifying the records one by one yielded, where that was done.
    fn read_through(&self) -> Option<Check>;

    /// How many receipts the audit trail says are gone; none where a line of it does not say how many.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn told_gone(&mut self) -> Result<Option<u64>, Unread>;
}

/// What an audit of one log found.
#[derive(Debug, Clone, PartialEq)]
pub struct Audited {
    /// What was checked, in order.
    pub checks: Vec<Check>,
    /// How many entries of receipts have no record any more; none where the records were not read.
    pub gone: Option<u64>,
    /// The text of the checkpoint, where it counts: the next audit compares the log with it.
    pub checkpoint: Option<String>,
}

impl Audited {
    /// Whether everything was as it should be.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.outcome.is_ok())
    }
}

/// Audits the log of a year; none where there is no such log.
///
/// `seen` is the text of an older checkpoint, from an audit before.
///
/// # Errors
/// Where something that the log should publish cannot be read.
pub fn audit<'a>(
    source: &'a Source,
    year: &'a str,
    keys: &Keys,
    seen: Option<&str>,
    records: Option<&'a mut dyn Records>,
) -> Result<Option<Audited>, Unread> {
    let mut found = Audited { checks: Vec::new(), gone: None, checkpoint: None };
    let (checkpoint, text) = match source.checkpoint(year, keys)? {
        None => return Ok(None),
        Some(Err(fault)) => {
            found.tell("checkpoint", Err(fault));
            return Ok(Some(found));
        }
        Some(Ok(opened)) => opened,
    };
    let told = format!("{} entries in {}, signed by {}.", checkpoint.size, checkpoint.origin, checkpoint.key);
    found.tell("checkpoint", Ok(told));
    let seen = match seen.map(|seen| keys.open(seen)) {
        None => None,
        Some(Ok(seen)) => Some(seen),
        Some(Err(fault)) => {
            found.tell("growth", Err(format!("The checkpoint that was seen before does not count: {fault}")));
            None
        }
    };

    let proved = records.as_ref().map(|records| records.proved(&checkpoint.origin)).unwrap_or_default();
    let mut walk = Walk {
        source,
        year,
        origin: checkpoint.origin.clone(),
        proved,
        records,
        growth: Growth::default(),
        tally: Tally::default(),
        seen,
    };
    walk.all(&checkpoint)?;
    walk.tell(&checkpoint, &mut found);
    if found.is_sound() {
        found.checkpoint = Some(text);
    }
    Ok(Some(found))
}

impl Audited {
    fn tell(&mut self, what: &'static str, outcome: Result<String, String>) {
        self.checks.push(Check { what, outcome });
    }
}

/// What was counted on the way.
#[derive(Debug, Default)]
struct Tally {
    receipts: u64,
    audits: u64,
    /// Places of entries that are none.
    malformed: Wrong,
    tiles: u64,
    /// Names of tiles that hold other hashes than those of the entries.
    wrong_tiles: Wrong,
    held: u64,
    erased: u64,
    later: u64,
    /// Places of entries of the audit trail that have no line.
    untold: Wrong,
    /// Checkpoints that records were proved to, and the tree never had.
    foreign: Wrong,
    /// How many it had.
    passed: usize,
    /// Places of records that are not what the entries stand for.
    changed: Wrong,
    /// Whether the log once was what an older checkpoint says.
    grew: Option<bool>,
}

/// Things that are wrong: how many, and the first of them.
#[derive(Debug, Default)]
struct Wrong {
    count: u64,
    told: Vec<String>,
}

impl Wrong {
    fn push(&mut self, thing: &dyn fmt::Display) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(thing.to_string());
        }
    }

    /// The outcome of the check that looked for them.
    fn outcome(&self, good: String, fault: &str) -> Result<String, String> {
        match self.count - self.told.len() as u64 {
            _ if self.count == 0 => Ok(good),
            0 => Err(format!("{}: {fault}.", self.told.join(", "))),
            more => Err(format!("{} and {more} more: {fault}.", self.told.join(", "))),
        }
    }
}

struct Walk<'a> {
    source: &'a Source,
    year: &'a str,
    origin: String,
    /// To which checkpoints the records were proved.
    proved: Vec<Checkpoint>,
    records: Option<&'a mut dyn Records>,
    growth: Growth,
    tally: Tally,
    seen: Option<Checkpoint>,
}

impl Walk<'_> {
    fn all(&mut self, checkpoint: &Checkpoint) -> Result<(), Unread> {
        self.compare_roots();
        let mut first = 0;
        while first < checkpoint.size {
            // At most 256.
            let width = u16::try_from(checkpoint.size - first).unwrap_or(WIDTH).min(WIDTH);
            let name = TileName { content: Content::Entries, index: first / u64::from(WIDTH), width };
            let bytes = read_tile(self.source, self.year, name, 2 + ENTRY)?;
            let entries = read_entries(&bytes).filter(|entries| entries.len() == usize::from(width));
            let Some(entries) = entries else {
                // Nothing that comes after it can be placed.
                self.tally.malformed.push(&name);
                return Ok(());
            };
            self.tile(first, &entries)?;
            first += u64::from(width);
        }
        for (name, bytes) in self.growth.edge() {
            self.compare_tile(name, &bytes)?;
        }
        Ok(())
    }

    fn tile(&mut self, first: u64, entries: &[&[u8]]) -> Result<(), Unread> {
        let kept = match &mut self.records {
            Some(records) => Some(records.read(&self.origin, first, entries.len())?),
            None => None,
        };
        for (place, bytes) in entries.iter().enumerate() {
            let index = first + place as u64;
            match bytes.first() {
                Some(1) if bytes.len() == ENTRY => self.tally.receipts += 1,
                Some(2) if bytes.len() == ENTRY => self.tally.audits += 1,
                _ => self.tally.malformed.push(&index),
            }
            match kept.as_ref().map(|kept| kept.get(place).unwrap_or(&Kept::Gone)) {
                None => {}
                Some(Kept::Gone) if bytes.first() == Some(&(EntryKind::Audit as u8)) => self.tally.untold.push(&index),
                Some(Kept::Gone) => self.tally.erased += 1,
                Some(Kept::Later) => self.tally.later += 1,
                Some(Kept::Entry(entry)) if entry == bytes => self.tally.held += 1,
                Some(Kept::Entry(_) | Kept::Damaged) => self.tally.changed.push(&index),
            }
            for (name, bytes) in self.growth.push(bytes) {
                self.compare_tile(name, &bytes)?;
            }
            self.compare_roots();
        }
        Ok(())
    }

    fn compare_tile(&mut self, name: TileName, bytes: &[u8]) -> Result<(), Unread> {
        self.tally.tiles += 1;
        if read_tile(self.source, self.year, name, HASH_SIZE)? != bytes {
            self.tally.wrong_tiles.push(&name);
        }
        Ok(())
    }

    /// Compares the tree as it is by now with what was said of it when it had that size.
    fn compare_roots(&mut self) {
        let size = self.growth.size();
        for claimed in self.proved.iter().filter(|claimed| claimed.size == size) {
            match claimed.root == self.growth.root() {
                true => self.tally.passed += 1,
                false => self.tally.foreign.push(&size),
            }
        }
        if let Some(seen) = self.seen.as_ref().filter(|seen| seen.size == size) {
            self.tally.grew = Some(seen.root == self.growth.root());
        }
    }

    fn tell(self, checkpoint: &Checkpoint, found: &mut Audited) {
        let Tally { receipts, audits, malformed, tiles, wrong_tiles, held, erased, later, untold, .. } = self.tally;
        let Tally { mut foreign, passed, changed, grew, .. } = self.tally;
        found.tell(
            "entries",
            malformed
                .outcome(format!("{receipts} of receipts, {audits} of the audit trail."), "not an entry that is known"),
        );
        found.tell(
            "tiles",
            wrong_tiles.outcome(format!("{tiles} hold the hashes of the entries."), "not the hashes of the entries"),
        );
        found.tell(
            "root",
            match self.growth.root() == checkpoint.root {
                true => Ok("The tree of the entries has the root that was signed.".into()),
                false => Err("The tree of the entries has another root than the one that was signed.".into()),
            },
        );
        if let Some(seen) = self.seen {
            found.tell(
                "growth",
                match grew {
                    Some(true) => Ok(format!("It begins with the {} entries that were seen before.", seen.size)),
                    Some(false) => {
                        Err(format!("It does not begin with the {} that were seen: it was rewritten.", seen.size))
                    }
                    None => Err(format!("It had {} entries when it was last seen: it was cut or set back.", seen.size)),
                },
            );
        }
        if self.records.is_none() {
            return;
        }
        found.gone = Some(erased);
        let came = if later == 0 { String::new() } else { format!(", {later} came meanwhile") };
        let told = format!("{held} are kept unchanged, {erased} were erased or have expired{came}.");
        found.tell("records", changed.outcome(told, "not what the entry stands for"));
        let told = "Every entry of it has its line.".into();
        found.tell("audit trail", untold.outcome(told, "an entry of the audit trail whose line is missing"));
        if !self.proved.is_empty() {
            for claimed in self.proved.iter().filter(|claimed| claimed.size > checkpoint.size) {
                foreign.push(&claimed.size);
            }
            let told = match passed {
                1 => "They lead to the tree as it was at one checkpoint.".into(),
                passed => format!("They lead to the tree as it was at {passed} checkpoints."),
            };
            found.tell(
                "proofs",
                foreign.outcome(told, "a size at which the tree had another root than the proofs lead to"),
            );
        }
    }
}
