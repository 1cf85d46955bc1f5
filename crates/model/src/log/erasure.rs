//! The receipt of an erasure: what a server answered when it erased receipts, and whether its log stands for that.
//!
//! The line of the audit trail is what the log commits to. It names no receipt, only the hash of the ids of those that are
//! gone; the ids stand beside it, for the person whose they were.
//!
//! **Invariant:** what stands beside the line is checked against the line, or told to be proved by nothing.
//! **Invariant:** the report says what an erasure here does not reach.

use crate::admin::{Act, AuditEvent};
use crate::json;
use crate::log::checkpoint::{CheckpointFault, Keys, origin_of, site_of};
use crate::log::entry::{EntryKind, audit_record};
use crate::log::place::{Standing, check_standing};
use crate::receipt_file::{Check, MAX_FILE, TODAY, utc};
use crate::self_service::Erasure;
use crate::verify::hash;
use serde_json::Value;

/// What verifying the receipt of an erasure yields.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ErasureReport {
    /// What was checked, in order. It is genuine where every check passed.
    pub checks: Vec<Check>,
    /// What could not be checked, and what that takes, each with the name that its check would have.
    pub unchecked: Vec<(&'static str, String)>,
    /// What it says; `None` where something is wrong with it.
    pub content: Option<Erased>,
    /// What it proves, in sentences.
    pub proves: Vec<String>,
    /// What it does not prove, in sentences.
    pub does_not_prove: Vec<String>,
}

/// What the receipt of an erasure says.
#[derive(Debug, Clone, PartialEq)]
pub struct Erased {
    /// The answer of the server.
    pub erasure: Erasure,
    /// Who had it done, as the line says: `shopper`, or the id of a token.
    pub who: String,
    /// Where the line stands in the log; none where the server could not write it.
    pub standing: Option<Standing>,
    /// Whether a known key has signed the checkpoint.
    pub signed: bool,
}

impl ErasureReport {
    /// Whether every check passed.
    pub fn is_genuine(&self) -> bool {
        self.content.is_some()
    }

    /// The first check that failed.
    pub fn failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome.is_err())
    }

    /// Adds what the log as it is today says of the line.
    pub fn tell_today(&mut self, outcome: Result<String, String>) {
        match &outcome {
            Ok(_) => {
                self.does_not_prove.retain(|limit| limit != TODAY);
                self.proves.push("The log has only grown since: the line still stands in its place.".into());
            }
            Err(_) => self.content = None,
        }
        self.tell(Check::TODAY, outcome);
    }

    fn tell(&mut self, what: &'static str, outcome: Result<String, String>) {
        self.checks.push(Check { what, outcome });
    }
}

/// Whether a text is the receipt of an erasure rather than a receipt file: it has `event` and `log`, and no `receipt`.
pub fn is_erasure(text: &str) -> bool {
    let file = if text.len() > MAX_FILE { None } else { json::parse(text).ok() };
    file.is_some_and(|file| {
        let has = |name| file.get(name).is_some();
        has("event") && has("log") && !has("receipt")
    })
}

/// Verifies the receipt of an erasure. `keys` are those that the reader knows logs by, from elsewhere than the file.
pub fn verify_erasure(text: &str, keys: &Keys) -> ErasureReport {
    let mut report = ErasureReport::default();
    let content = check(&mut report, text, keys);
    if let Some(content) = content {
        report.proves = proves(&content);
        report.does_not_prove = does_not_prove(&content);
        report.content = Some(content);
    }
    report
}

/// Checks one thing after the other; nothing where one of them is wrong.
fn check(report: &mut ErasureReport, text: &str, keys: &Keys) -> Option<Erased> {
    let erasure = report.step("file", read(text), |_| "The receipt of an erasure.".into())?;
    let line = report.step("line", read_line(&erasure), |line| {
        format!("What the log keeps says that receipts were erased at {}.", at(line.at))
    })?;
    report.step("receipts", check_receipts(&erasure, &line), |count| match count {
        0 => "The line stands for no receipt: there was none to erase.".into(),
        1 => "The line stands for the one whose id is in the file, by its hash.".into(),
        count => format!("The line stands for the {count} whose ids are in the file, by their hash."),
    })?;
    let (standing, signed) = match &erasure.log {
        None => {
            let told = "The log could not be written when the receipts were erased: nothing but this file says so.";
            report.unchecked.push(("log", told.into()));
            (None, false)
        }
        Some(proof) => {
            let found = match site_of(&proof.origin).is_some_and(|site| proof.origin == origin_of(site, line.at)) {
                true => check_standing(EntryKind::Audit, &audit_record(&erasure.event), proof)
                    .map_err(|fault| fault.to_string()),
                false => Err("The log is not that of the year in which the receipts were erased.".into()),
            };
            let standing = report.step("log", found, |Standing { index, claimed, .. }| {
                let (origin, size) = (&claimed.origin, claimed.size);
                format!("Entry {index} of the log {origin}, which had {size}: the proof leads from this line to its checkpoint.")
            })?;
            let signed = report.check_signed(&standing, &proof.checkpoint, keys)?;
            (Some(standing), signed)
        }
    };
    Some(Erased { who: line.who, erasure, standing, signed })
}

impl ErasureReport {
    /// Tells what a check found, and gives it where nothing is wrong.
    fn step<T>(&mut self, what: &'static str, found: Result<T, String>, told: impl FnOnce(&T) -> String) -> Option<T> {
        match found {
            Ok(found) => {
                self.tell(what, Ok(told(&found)));
                Some(found)
            }
            Err(fault) => {
                self.tell(what, Err(fault));
                None
            }
        }
    }

    /// Whether a known key signed the checkpoint; nothing where a key should have and has not.
    fn check_signed(&mut self, standing: &Standing, checkpoint: &str, keys: &Keys) -> Option<bool> {
        let site = site_of(&standing.claimed.origin).unwrap_or_default();
        match keys.open(checkpoint) {
            Ok(signed) => {
                self.tell("checkpoint", Ok(format!("Signed by the log's key {}.", signed.key)));
                Some(true)
            }
            Err(CheckpointFault::KeyUnknown) if !keys.are_of(site) => {
                let told = "Not checked who signed it: that takes the log's verifier key, from the site and not from this file.";
                self.unchecked.push(("checkpoint", told.into()));
                Some(false)
            }
            Err(fault) => {
                self.tell("checkpoint", Err(fault.to_string()));
                None
            }
        }
    }
}

fn read(text: &str) -> Result<Erasure, String> {
    if text.len() > MAX_FILE {
        return Err(format!("It has {} bytes; the receipt of an erasure has at most {MAX_FILE}.", text.len()));
    }
    let value: Value = json::parse(text).map_err(|error| format!("It is not proper JSON: {error}."))?;
    json::from_tree(&value).ok_or_else(|| {
        "It is not the receipt of an erasure: it needs `erased`, `at`, `device`, `receipts`, `event` and `log`.".into()
    })
}

fn read_line(erasure: &Erasure) -> Result<AuditEvent, String> {
    let line: Option<AuditEvent> = json::parse(&erasure.event).ok().and_then(|tree| json::from_tree(&tree));
    match line {
        None => Err("The line of the audit trail cannot be read.".into()),
        Some(line) if line.what != Act::ReceiptsErased => {
            Err(format!("The line of the audit trail tells of something else: {}.", line.what.word()))
        }
        Some(line) if line.at != erasure.at => {
            Err("The file tells another time than the line of the audit trail.".into())
        }
        Some(line) => Ok(line),
    }
}

/// How many receipts the line stands for, where they are those of the file.
fn check_receipts(erasure: &Erasure, line: &AuditEvent) -> Result<u64, String> {
    if erasure.erased != erasure.receipts.len() as u64 {
        return Err(format!("The file tells of {} receipts and names {}.", erasure.erased, erasure.receipts.len()));
    }
    if line.receipts.is_some_and(|receipts| receipts != erasure.erased) {
        return Err("The line of the audit trail tells another number of receipts than the file.".into());
    }
    match line.about.as_deref() == Some(&hash(erasure.receipts.join("\n").as_bytes())) {
        true => Ok(erasure.erased),
        false => Err("The line of the audit trail stands for other receipts than those that the file names.".into()),
    }
}

fn at(milliseconds: u64) -> String {
    utc(i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX))
}

fn proves(content: &Erased) -> Vec<String> {
    let mut proved =
        vec!["The ids in the file are those that the line of the audit trail stands for, and no others.".to_owned()];
    if content.signed {
        proved.push(
            "The site's log says, signed, that these receipts were erased: the site cannot deny later that it said so."
                .into(),
        );
    }
    proved
}

fn does_not_prove(content: &Erased) -> Vec<String> {
    let mut limits = vec![
        "That nothing is left anywhere: copies that were made before, exports and other systems are not reached by it."
            .to_owned(),
        "That these were all receipts of a person: the file names those that were erased.".into(),
    ];
    if content.erasure.device.is_some() {
        limits.push("Whose they were: the key of the device stands beside the line and not in it.".into());
    }
    limits.push(match (&content.standing, content.signed) {
        (None, _) => "That the site stands by it: its log holds nothing of it.".into(),
        (Some(_), false) => "That the site's log holds the line: nobody checked who signed the checkpoint.".into(),
        (Some(_), true) => TODAY.into(),
    });
    limits
}
