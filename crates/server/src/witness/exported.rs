//! What the entries of logs stand for, out of what an auditor may read over the admin listener.
//!
//! **Invariant:** a receipt counts for its entry only where everything that `placet verify` checks of it holds: nothing that the
//! listener says is believed.
//! **Invariant:** what stood in a log before the receipts were asked for has to be among them, or to be told as gone.

use super::gone::Gone;
use super::listener::{Lines, Listener};
use super::source::Unread;
use super::whole::{Kept, MOST_TOLD, Records};
use crate::store::audit::Cursor;
use placet_model::admin::AuditLine;
use placet_model::export::lines::file;
use placet_model::json;
use placet_model::log::checkpoint::{Checkpoint, Keys};
use placet_model::log::entry::{ENTRY, EntryKind, audit_record, entry, receipt_record};
use placet_model::log::place::read_salt;
use placet_model::receipt::LogProof;
use placet_model::receipt_file::{Check, verify_file};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The records of logs, each as the entry that it makes.
#[derive(Debug, Default)]
pub struct Exported {
    logs: BTreeMap<String, OfLog>,
    receipts: u64,
    /// Receipts that do not hold: the first of them, and how many.
    faults: Vec<String>,
    wrong: u64,
    gone: Gone,
}

/// The records of one log.
#[derive(Debug, Default)]
struct OfLog {
    /// How many entries it had before the receipts were asked for.
    sure: u64,
    /// What makes which entry; none of what does not hold.
    entries: HashMap<u64, Option<[u8; ENTRY]>>,
    proved: Vec<Checkpoint>,
}

impl Exported {
    /// Notes how many entries a log had before the receipts were asked for.
    pub fn had(&mut self, checkpoint: &Checkpoint) {
        self.logs.entry(checkpoint.origin.clone()).or_default().sure = checkpoint.size;
    }

    /// Reads an export to its end and verifies every receipt of it.
    ///
    /// # Errors
    /// Where it breaks off, or has a line that is none.
    pub fn read_receipts(&mut self, lines: &mut Lines, keys: &Keys) -> Result<(), Unread> {
        let mut notices: HashMap<String, String> = HashMap::new();
        while let Some(text) = lines.line()? {
            let line =
                json::parse(&text).map_err(|error| Unread(format!("a line of the export is no JSON: {error}")))?;
            match line["kind"].as_str() {
                Some("notice") => _ = notices.insert(line["hash"].as_str().unwrap_or_default().to_owned(), text),
                Some("receipt") => {
                    let notice = line["says"]["notice"]["hash"].as_str().and_then(|hash| notices.get(hash));
                    self.receipt(&text, &line, notice.map_or("", String::as_str), keys);
                }
                _ => return Err(Unread("a line of the export is neither a notice nor a receipt".into())),
            }
        }
        Ok(())
    }

    fn receipt(&mut self, text: &str, line: &Value, notice: &str, keys: &Keys) {
        self.receipts += 1;
        let report = file(text, notice).map(|file| verify_file(&file, keys));
        let fault = match &report {
            None => Some("the words that it names are missing".to_owned()),
            Some(report) => report.failure().map(|check| {
                let (Ok(told) | Err(told)) = &check.outcome;
                format!("{}: {told}", check.what)
            }),
        };
        let proof: Option<LogProof> = line.get("log").and_then(json::from_tree);
        if let Some(fault) = &fault {
            self.wrong += 1;
            if self.faults.len() < MOST_TOLD {
                self.faults.push(format!("{}: {fault}", line["says"]["id"].as_str().unwrap_or("a receipt without id")));
            }
        }
        // What came a moment ago has its proof in a moment.
        let Some(proof) = proof else { return };
        let log = self.logs.entry(proof.origin.clone()).or_default();
        let salt = read_salt(&proof.salt).filter(|_| fault.is_none());
        match salt.zip(line["receipt"].as_str()) {
            Some((salt, jws)) => {
                let made = entry(EntryKind::Receipt, &salt, &receipt_record(jws, &proof.envelope));
                log.entries.insert(proof.index, Some(made));
            }
            None => _ = log.entries.entry(proof.index).or_insert(None),
        }
        let place = report.and_then(|report| report.content).and_then(|content| content.place);
        if let Some(claimed) = place.map(|place| place.standing.claimed)
            && !log.proved.iter().any(|known| (known.size, known.root) == (claimed.size, claimed.root))
        {
            log.proved.push(claimed);
        }
    }

    /// Reads the audit trail to its end.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read_trail(&mut self, listener: &Listener) -> Result<(), Unread> {
        let mut page = listener.trail(None)?;
        loop {
            page.lines.iter().for_each(|line| self.line(line));
            let Some(next) = page.next else { return Ok(()) };
            let next = Cursor::read(&next)
                .ok_or_else(|| Unread("a page of the audit trail does not say which follows".into()))?;
            page = listener.trail(Some(next))?;
        }
    }

    fn line(&mut self, line: &AuditLine) {
        self.gone.count(&line.text);
        let made = read_salt(&line.salt).map(|salt| entry(EntryKind::Audit, &salt, &audit_record(&line.text)));
        self.logs.entry(line.origin.clone()).or_default().entries.insert(line.index, made);
    }
}

impl Records for Exported {
    fn read(&mut self, origin: &str, first: u64, count: usize) -> Result<Vec<Kept>, Unread> {
        let log = self.logs.entry(origin.to_owned()).or_default();
        let kept = |index| match log.entries.get(&index) {
            Some(Some(entry)) => Kept::Entry(*entry),
            Some(None) => Kept::Damaged,
            None if index < log.sure => Kept::Gone,
            None => Kept::Later,
        };
        Ok((first..first + count as u64).map(kept).collect())
    }

    fn proved(&self, origin: &str) -> Vec<Checkpoint> {
        self.logs.get(origin).map(|log| log.proved.clone()).unwrap_or_default()
    }

    fn read_through(&self) -> Option<Check> {
        let outcome = match self.wrong - self.faults.len() as u64 {
            _ if self.wrong == 0 => {
                Ok(format!("{} were read, and each is verified as `placet verify` does.", self.receipts))
            }
            0 => Err(self.faults.join(" ")),
            more => Err(format!("{} And {more} more.", self.faults.join(" "))),
        };
        Some(Check { what: "receipts", outcome })
    }

    fn told_gone(&mut self) -> Result<Option<u64>, Unread> {
        Ok(self.gone.total())
    }
}
