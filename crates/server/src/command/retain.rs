//! `placet retain`: deletes the receipts whose time is over, as the server does once a day.

use super::Failure;
use super::input::usable;
use super::output::say;
use super::runtime::block_on;
use super::trail::COMMAND_LINE;
use crate::calendar::written_day;
use crate::retain::event;
use crate::serve::cannot_open;
use crate::state::now;
use crate::store::retention::{Expired, Terms};
use crate::store::{Store, StoreError};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Delete the receipts whose time is over, as the server does once a day.
///
/// A receipt is kept for years after its consent has ended: two under the rule sets of the USA, three under the others, longer where
/// the config's receipts.keep says so. Its entry in the log stays. What goes leaves a line in the audit trail.
#[derive(Debug, Args)]
pub struct Retain {
    /// The config, `placet.json`.
    pub config: PathBuf,
    /// The database of the server, which may run meanwhile.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// Say what would go, and delete nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Delete even where the last receipt came so long ago that this machine's clock may be wrong.
    #[arg(long)]
    pub clock_is_right: bool,
}

impl Retain {
    /// Deletes, or says what would go.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Retain { config, database, dry_run, clock_is_right } = self;
        let terms = Terms::of(&usable(&config)?);
        let now = now();
        let done = block_on(async {
            let store = Store::look(&database).await?;
            let expired = store.expired(&terms, now).await?;
            let doubt = store.doubt(&terms, now).await?.filter(|_| !clock_is_right);
            store.close().await;
            let mut gone = None;
            if !dry_run && doubt.is_none() {
                gone = Some(0);
                if !expired.is_empty() {
                    let store = Store::join(&database).await?;
                    store.leave_audit(&event(COMMAND_LINE, &expired, now)).await?;
                    gone = Some(store.retain(&terms, now).await?);
                    store.close().await;
                }
            }
            Ok((expired, doubt, gone))
        })?;
        let (expired, doubt, gone) = done.map_err(|error: StoreError| cannot_open(&database, &error))?;
        match doubt.filter(|_| !dry_run) {
            None => say(&told(&expired, gone)),
            Some(last) => {
                let (last, today) = (written_day(last), written_day(now));
                Err(Failure::new(format!("nothing was deleted: today is {today}, and the last receipt came on {last}"))
                    .help("Where this machine's clock is wrong, set it. Where it is right, add --clock-is-right."))
            }
        }
    }
}

/// What is over, and how many have gone: none is said where none was to go.
fn told(expired: &[Expired], gone: Option<u64>) -> String {
    let mut text = String::new();
    for Expired { regime, receipts, first, last } in expired {
        let regime = regime.map_or("(not known)", |id| id.word());
        let _ = writeln!(text, "{regime:<12} {receipts:>9}  from {} to {}", written_day(*first), written_day(*last));
    }
    let all = gone.unwrap_or_else(|| expired.iter().map(|expired| expired.receipts).sum());
    let what = if all == 1 { "receipt" } else { "receipts" };
    let _ = match gone {
        None => writeln!(text, "{all} {what} would be deleted"),
        Some(_) => writeln!(text, "{all} {what} deleted"),
    };
    text
}
