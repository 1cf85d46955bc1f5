//! `placet verify`: what receipt files prove.

use super::Failure;
use super::address::web_address;
use super::input::read;
use super::log_keys::known;
use super::output::say;
use crate::verify_report::told_report;
use crate::witness::source::{Source, Unread};
use crate::witness::today::compare;
use clap::Args;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt_file::{MAX_FILE, Report, verify_file};
use std::path::PathBuf;
use std::process::ExitCode;
use url::Url;

/// Verify receipt files, offline or against the log as it is today, and say what they prove.
///
/// Exit code 0: all are genuine; 1: one is not, with the reason; 2: one cannot be read, or the log cannot.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt files, as shoppers download them.
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
        let mut reader = Reader::new(self.log, &self.log_key)?;
        let (mut worst, mut genuine, mut forged, mut unreadable) = (0, 0, 0, 0);
        for path in &paths {
            if paths.len() > 1 {
                say(&format!("{}\n", path.display()))?;
            }
            let code = match read(path, MAX_FILE, "receipt file") {
                Ok(text) => {
                    let (report, asked) = reader.verify(&text);
                    say(&told_report(&report))?;
                    *(if report.is_genuine() { &mut genuine } else { &mut forged }) += 1;
                    match (report.is_genuine(), asked) {
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
            say(&format!("{} files: {genuine} genuine, {forged} not genuine, {unreadable} not read\n", paths.len()))?;
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

    /// The report on a file, and whether the log could be asked about it.
    fn verify(&mut self, text: &str) -> (Report, Result<(), Failure>) {
        let mut report = verify_file(text, &self.keys);
        let Some(log) = self.log.as_ref().filter(|_| report.is_genuine()) else { return (report, Ok(())) };
        let Some(place) = report.content.as_ref().and_then(|content| content.place.clone()) else {
            report.unchecked.push(("today", "The file names no place in a log to ask for.".into()));
            return (report, Ok(()));
        };
        if self.asked {
            let told = "The keys came from the log itself: they show that it agrees with itself, not whose it is.";
            report.unchecked.push(("keys", told.into()));
        }
        match compare(log, &self.keys, &place) {
            Ok(outcome) => {
                report.tell_today(outcome);
                (report, Ok(()))
            }
            Err(fault) => (report, Err(unread(fault))),
        }
    }
}

fn unread(fault: Unread) -> Failure {
    Failure::unreadable(fault.to_string())
        .help("Check the address, which ends with /log as the site publishes it, and try again later.")
}
