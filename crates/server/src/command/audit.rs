//! `placet audit`: whether a site's logs are what they say they are.

use super::Failure;
use super::address::web_address;
use super::log_keys::known;
use super::output::say;
use crate::state::now;
use crate::terminal::printable;
use crate::witness::records::Database;
use crate::witness::seen::Seen;
use crate::witness::source::{Source, Unread};
use crate::witness::whole::{Records, audit};
use clap::Args;
use placet_model::receipt_file::{Check, utc};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use url::Url;

/// The first year that a log can be of: there was no log before.
const FIRST_YEAR: u32 = 2026;

/// Audit a site's logs: build each anew from all its entries and compare it with what was signed.
///
/// Exit code 0: everything is sound; 1: something is not, with the place; 2: something cannot be read.
#[derive(Debug, Args)]
pub struct Audit {
    /// The address of the site's log, for example `https://consent.shop.example/log`.
    #[arg(long, value_name = "URL", value_parser = web_address)]
    pub log: Url,
    /// The log's verifier key as the site publishes it, or a file of such keys, one a line; may be given several times.
    /// Without it the keys are asked of the log itself.
    #[arg(long, value_name = "KEY|FILE")]
    pub log_key: Vec<String>,
    /// Only the log of this year (UTC); otherwise of all years.
    #[arg(long)]
    pub year: Option<u32>,
    /// The server's database, for who may read it: compares every record that is kept with its entry. The server may run
    /// meanwhile.
    #[arg(long, value_name = "ADDRESS")]
    pub database: Option<String>,
    /// The master key's file, for a database whose key does not lie beside it; PLACET_MASTER_KEY counts too.
    #[arg(long, value_name = "FILE", requires = "database")]
    pub master_key: Option<PathBuf>,
    /// A file that remembers the checkpoints of this audit, so that the next one sees whether the log was rewritten meanwhile;
    /// created where it is missing.
    #[arg(long, value_name = "FILE")]
    pub remember: Option<PathBuf>,
}

impl Audit {
    /// Audits each year's log.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let source = Source::new(self.log);
        let mut keys = known(&self.log_key)?;
        if keys.is_empty() {
            keys = source.keys().map_err(unread)?;
            say(
                "  note  keys            They came from the log itself: they show that it agrees with itself, not whose it is.\n\n",
            )?;
        }
        let mut database = match &self.database {
            Some(address) => Some(Database::look(address, self.master_key.as_deref())?),
            None => None,
        };
        let mut seen = self.remember.map(Seen::open).transpose()?;
        let years = self.year.map_or(FIRST_YEAR..=this_year(), |year| year..=year);
        let (mut logs, mut unsound) = (0, 0);
        for year in years {
            let year = format!("{year:04}");
            let before = seen.as_ref().and_then(|seen| seen.of(&year));
            let records = database.as_mut().map(|database| database as &mut dyn Records);
            let Some(found) = audit(&source, &year, &keys, before, records).map_err(unread)? else {
                if before.is_some() {
                    unsound += 1;
                    say(&told(
                        &year,
                        &[Check {
                            what: "checkpoint",
                            outcome: Err("There was a log of this year, and it is gone.".into()),
                        }],
                    ))?;
                }
                continue;
            };
            logs += 1;
            unsound += u32::from(!found.is_sound());
            say(&told(&year, &found.checks))?;
            if let (Some(seen), Some(checkpoint)) = (&mut seen, found.checkpoint) {
                seen.set(&year, checkpoint);
            }
        }
        if let Some(seen) = seen {
            seen.keep()?;
        }
        match (logs, unsound) {
            (0, 0) => Err(Failure::unreadable(format!("there is no log at {}", source.address("")))
                .help("Check the address, which ends with /log as the site publishes it. A server without receipts has no log yet.")),
            (_, 0) => say("SOUND. Every entry stands where it stood, and the trees are those that were signed.\n"),
            _ => {
                say("NOT SOUND. What is marked above cannot be true of a log that is kept as it should be.\n")?;
                Ok(ExitCode::from(1))
            }
        }
    }
}

/// What was found in the log of a year, for people.
fn told(year: &str, checks: &[Check]) -> String {
    let mut text = format!("log of {year}\n");
    for check in checks {
        let (mark, told) = match &check.outcome {
            Ok(told) => ("ok", told),
            Err(told) => ("NOT OK", told),
        };
        let _ = writeln!(text, "{mark:>6}  {:<16}{}", check.what, printable(told));
    }
    text.push('\n');
    text
}

/// The year by this machine's clock.
fn this_year() -> u32 {
    utc(now() / 1000).split('-').next().and_then(|year| year.parse().ok()).unwrap_or(FIRST_YEAR)
}

fn unread(fault: Unread) -> Failure {
    Failure::unreadable(fault.to_string())
        .help("Check the address, which ends with /log as the site publishes it, and that of the database where one is given; then try again.")
}
