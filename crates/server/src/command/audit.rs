//! `placet audit`: whether a site's logs are what they say they are.

use super::Failure;
use super::address::web_address;
use super::log_keys::known;
use super::output::say;
use crate::admin::token::Secret;
use crate::secret_file;
use crate::state::now;
use crate::terminal::printable;
use crate::witness::exported::Exported;
use crate::witness::listener::{Asked, Listener};
use crate::witness::records::Database;
use crate::witness::seen::Seen;
use crate::witness::source::{Source, Unread};
use crate::witness::whole::{Records, audit};
use clap::Args;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt_file::{Check, utc};
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use url::Url;
use zeroize::Zeroizing;

/// The environment's name for an auditor's token.
const TOKEN: &str = "PLACET_TOKEN";

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
    /// The address of the server's admin listener, for who has a token of the role auditor or owner: verifies every receipt that is
    /// held, and compares it with its entry. A second token has to confirm that; the program says how.
    #[arg(long, value_name = "URL", value_parser = web_address, conflicts_with = "database")]
    pub admin: Option<Url>,
    /// The file with the token, which only this user may read; PLACET_TOKEN counts too.
    #[arg(long, value_name = "FILE", requires = "admin")]
    pub token_file: Option<PathBuf>,
    /// The id of the request for the receipts, once a second token has confirmed it.
    #[arg(long, value_name = "ID", requires = "admin")]
    pub confirmation: Option<String>,
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
        let years = self.year.map_or(FIRST_YEAR..=this_year(), |year| year..=year);
        let mut records: Option<Box<dyn Records>> = match (&self.database, self.admin) {
            (Some(address), _) => Some(Box::new(Database::look(address, self.master_key.as_deref())?)),
            (None, Some(admin)) => {
                let listener = Listener::new(admin, auditor(self.token_file.as_deref())?);
                Some(Box::new(exported(&listener, &source, &years, &keys, self.confirmation.as_deref())?))
            }
            (None, None) => None,
        };
        let mut seen = self.remember.map(Seen::open).transpose()?;
        let (mut logs, mut unsound, mut gone) = (0, 0, 0);
        for year in years {
            let year = format!("{year:04}");
            let before = seen.as_ref().and_then(|seen| seen.of(&year));
            let records = records.as_mut().map(|records| &mut **records as &mut dyn Records);
            let Some(found) = audit(&source, &year, &keys, before, records).map_err(unread)? else {
                if before.is_some() {
                    unsound += 1;
                    say(&told(
                        &format!("log of {year}"),
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
            gone += found.gone.unwrap_or_default();
            say(&told(&format!("log of {year}"), &found.checks))?;
            if let (Some(seen), Some(checkpoint)) = (&mut seen, found.checkpoint) {
                seen.set(&year, checkpoint);
            }
        }
        if let Some(records) = records.filter(|_| logs > 0) {
            let checks = records_checked(records, gone)?;
            unsound += u32::from(checks.iter().any(|check| check.outcome.is_err()));
            say(&told("records", &checks))?;
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

/// The token of the auditor, from its file or the environment.
fn auditor(file: Option<&Path>) -> Result<Secret, Failure> {
    let text = match file {
        Some(path) => secret_file::read(path)
            .map_err(|error| Failure::unreadable(format!("cannot use the token: {error}")).help(error.help()))?
            .ok_or_else(|| {
                Failure::unreadable(format!("there is no file {} with a token", path.display()))
                    .help("Write the token into it, and let nobody else read it: chmod 600.")
            })?,
        None => Zeroizing::new(std::env::var(TOKEN).map_err(|_| {
            Failure::unreadable("the admin listener asks for a token")
                .help(format!("Name the file that holds it with --token-file, or set {TOKEN}."))
        })?),
    };
    Secret::read(text.trim()).ok_or_else(|| {
        Failure::unreadable("that is no token")
            .help("A token is what `placet token new` tells: placet_, an id and a secret.")
    })
}

/// Reads all receipts of these years and the audit trail over the admin listener, or says who has to confirm that.
fn exported(
    listener: &Listener,
    source: &Source,
    years: &RangeInclusive<u32>,
    keys: &Keys,
    confirmation: Option<&str>,
) -> Result<Exported, Failure> {
    let mut exported = Exported::default();
    for year in years.clone() {
        // What is wrong with a checkpoint, the audit itself tells.
        if let Some(Ok((checkpoint, _))) = source.checkpoint(&format!("{year:04}"), keys).map_err(unread)? {
            exported.had(&checkpoint);
        }
    }
    match listener.receipts(*years.start(), *years.end(), confirmation).map_err(unread_listener)? {
        Asked::Waiting(id) => {
            let id = printable(&id).to_string();
            return Err(Failure::unreadable(format!("reading all receipts takes two: the request {id} waits for a second token"))
                .help(format!(
                    "Another auditor or owner confirms it by POST {}v1/confirmations/{id}. Then run this again with --confirmation {id}.",
                    listener.address()
                )));
        }
        Asked::Lines(mut lines) => exported.read_receipts(&mut lines, keys).map_err(unread_listener)?,
    }
    exported.read_trail(listener).map_err(unread_listener)?;
    Ok(exported)
}

/// What is to be said of the records of all logs together: `gone` of the receipts' entries have none.
fn records_checked(mut records: Box<dyn Records>, gone: u64) -> Result<Vec<Check>, Failure> {
    let told = match records.told_gone().map_err(unread)? {
        None => Ok(format!("{gone} receipts are gone. The audit trail does not say of all erasures how many went.")),
        Some(told) if gone > told => {
            Err(format!("{gone} receipts are gone, and the audit trail tells of {told}: the others are missing."))
        }
        Some(told) => Ok(format!(
            "{gone} receipts are gone, and the audit trail tells of {told} that were erased or had expired."
        )),
    };
    let mut checks: Vec<Check> = records.read_through().into_iter().collect();
    checks.push(Check { what: "gone", outcome: told });
    Ok(checks)
}

/// What was found, for people.
fn told(of: &str, checks: &[Check]) -> String {
    let mut text = format!("{of}\n");
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

fn unread_listener(fault: Unread) -> Failure {
    Failure::unreadable(fault.to_string()).help(
        "Check the address of the admin listener and that the token is good: of the role auditor or owner, neither over nor revoked. A confirmation is good once, for the token and the years that it was asked for with.",
    )
}

fn unread(fault: Unread) -> Failure {
    Failure::unreadable(fault.to_string())
        .help("Check the address, which ends with /log as the site publishes it, and that of the database where one is given; then try again.")
}
