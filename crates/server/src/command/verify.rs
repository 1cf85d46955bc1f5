//! `placet verify`: what receipt files prove, and receipts of erasures.

use super::Failure;
use super::address::web_address;
use super::input::read;
use super::log_keys::known;
use super::output::say;
use crate::verify_report::{told_erasure, told_report};
use crate::witness::source::{Source, Unread};
use crate::witness::today::compare;
use clap::Args;
use placet_model::log::checkpoint::Keys;
use placet_model::log::erasure::{is_erasure, verify_erasure};
use placet_model::log::place::Standing;
use placet_model::receipt_file::{MAX_FILE, verify_file};
use std::path::PathBuf;
use std::process::ExitCode;
use url::Url;

/// Verify receipt files, offline or against the log as it is today, and say what they prove.
///
/// The receipt of an erasure, which a server answers when it has erased receipts, is verified the same way.
///
/// Exit code 0: all are genuine; 1: one is not, or its log does not confirm it, with the reason; 2: one cannot be read, or the log cannot.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt files, as shoppers download them, or receipts of erasures.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The address of the site's log, for example `https://consent.shop.example/log`: asks whether it still stands by the
    /// receipts.
    #[arg(long, value_name = "URL", value_parser = web_address)]
    pub log: Option<Url>,
    /// The log's verifier key as the site publishes it, or a file of such keys, one a line; may be given several times. With
    /// --log and without this, the keys are asked of the log itself.
    #[arg(long, value_name = "KEY|FILE")]
    pub log_key: Vec<String>,
}

impl Verify {
    /// Verifies each file; one that cannot be read does not keep the others from it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let paths = self.files;
        let reader = Reader::new(self.log, &self.log_key)?;
        let (mut worst, mut genuine, mut forged, mut unreadable) = (0, 0, 0, 0);
        for path in &paths {
            if paths.len() > 1 {
                say(&format!("{}\n", path.display()))?;
            }
            let code = match read(path, MAX_FILE, "receipt file") {
                Ok(text) => {
                    let (is_genuine, told, asked) = reader.verify(&text);
                    say(&told)?;
                    *(if is_genuine { &mut genuine } else { &mut forged }) += 1;
                    match (is_genuine, asked) {
                        (false, _) => 1,
                        (true, Ok(())) => 0,
                        (true, Err(failure)) => {
                            failure.tell();
                            failure.code()
                        }
                    }
                }
                Err(failure) => {
                    failure.tell();
                    unreadable += 1;
                    failure.code()
                }
            };
            worst = code.max(worst);
            if paths.len() > 1 {
                say("\n")?;
            }
        }
        if paths.len() > 1 {
            let count = paths.len();
            say(&format!(
                "{count} files: {genuine} genuine, {forged} not genuine or not confirmed, {unreadable} not read\n"
            ))?;
        }
        Ok(ExitCode::from(worst))
    }
}

/// Who verifies: with the keys that they know, and the log that they ask.
struct Reader {
    log: Option<Source>,
    keys: Keys,
    /// Whether the keys are the log's own word.
    asked: bool,
}

impl Reader {
    fn new(log: Option<Url>, keys: &[String]) -> Result<Self, Failure> {
        let keys = known(keys)?;
        let log = log.map(Source::new);
        match &log {
            Some(log) if keys.is_empty() => {
                Ok(Reader { keys: log.keys().map_err(unread)?, log: Some(log.clone()), asked: true })
            }
            _ => Ok(Reader { log, keys, asked: false }),
        }
    }

    /// Whether a file is genuine, the report on it, and whether the log could be asked about it.
    fn verify(&self, text: &str) -> (bool, String, Result<(), Failure>) {
        if is_erasure(text) {
            let mut report = verify_erasure(text, &self.keys);
            let standing = report.content.as_ref().map(|content| content.standing.clone());
            let asked = standing.map_or(Asked::default(), |standing| self.ask(standing.as_ref()));
            report.unchecked.extend(asked.notes);
            if let Some(outcome) = asked.outcome {
                report.tell_today(outcome);
            }
            return (report.is_genuine(), told_erasure(&report), asked.failed);
        }
        let mut report = verify_file(text, &self.keys);
        let content = report.content.as_ref().filter(|_| report.is_genuine());
        let standing = content.map(|content| content.place.as_ref().map(|place| place.standing.clone()));
        let asked = standing.map_or(Asked::default(), |standing| self.ask(standing.as_ref()));
        report.unchecked.extend(asked.notes);
        if let Some(outcome) = asked.outcome {
            report.tell_today(outcome);
        }
        (report.is_genuine(), told_report(&report), asked.failed)
    }

    /// Asks the log, where one was named, about an entry that stood in it.
    fn ask(&self, standing: Option<&Standing>) -> Asked {
        let Some(log) = &self.log else { return Asked::default() };
        let Some(standing) = standing else {
            let note = ("today", "The file names no place in a log to ask for.".to_owned());
            return Asked { notes: vec![note], ..Asked::default() };
        };
        let told = "The keys came from the log itself: they show that it agrees with itself, not whose it is.";
        let notes = if self.asked { vec![("keys", told.to_owned())] } else { Vec::new() };
        match compare(log, &self.keys, standing) {
            Ok(outcome) => Asked { notes, outcome: Some(outcome), failed: Ok(()) },
            Err(fault) => Asked { notes, outcome: None, failed: Err(unread(fault)) },
        }
    }
}

/// What came of asking the log.
struct Asked {
    notes: Vec<(&'static str, String)>,
    /// What it says of the entry; none where it was not asked, or could not be.
    outcome: Option<Result<String, String>>,
    failed: Result<(), Failure>,
}

impl Default for Asked {
    fn default() -> Self {
        Asked { notes: Vec::new(), outcome: None, failed: Ok(()) }
    }
}

fn unread(fault: Unread) -> Failure {
    Failure::unreadable(fault.to_string())
        .help("Check the address, which ends with /log as the site publishes it, and try again later.")
}
