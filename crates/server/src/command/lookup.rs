//! `placet lookup`: everything that is held of one receipt, in a file to read or to hand over.
//!
//! **Invariant:** who looked is in the audit trail before anything is told.

use super::Failure;
use super::runtime::block_on;
use super::trail::event;
use crate::log::prove::heads_of;
use crate::lookup::find::{Finder, Unfound};
use crate::lookup::page::{Place, page};
use crate::master_key::unlock;
use crate::serve::cannot_open;
use crate::store::{Store, StoreError};
use crate::terminal::printable;
use clap::{Args, ValueEnum};
use placet_model::admin::Act;
use placet_model::json;
use placet_model::log::checkpoint::Keys;
use placet_model::receipt_file::{Report, verify_file};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Look up one receipt: who agreed to what, when, where, how, shown which words, and the proof.
///
/// The server may run meanwhile. The lookup leaves a line in the audit trail, which the server enters into the log.
///
/// Exit code 0: it is written; 1: there is no such receipt, or what is held of it does not hold, which the file then says.
#[derive(Debug, Args)]
pub struct Lookup {
    /// The receipt's id, as the shopper's receipt file has it.
    pub id: String,
    /// The file to write; there must be none yet. Only this user may read it.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// What to write.
    #[arg(long, value_enum, default_value_t)]
    pub form: LookupForm,
    /// The language of the page's own words. What was shown to the shopper stays in theirs.
    #[arg(long, value_enum, default_value_t)]
    pub lang: PageLang,
    /// The database of the server.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// The master key, where it is not in PLACET_MASTER_KEY or beside an SQLite database.
    #[arg(long, value_name = "FILE")]
    pub master_key: Option<PathBuf>,
}

/// A form of lookup.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum LookupForm {
    /// A page to read and to print, which runs nothing and loads nothing.
    #[default]
    Page,
    /// The receipt file, which `placet verify` reads.
    File,
}

/// A language that the page's own words exist in.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum PageLang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    ZhCn,
}

impl PageLang {
    fn tag(self) -> &'static str {
        match self {
            PageLang::En => "en",
            PageLang::ZhCn => "zh-CN",
        }
    }
}

impl Lookup {
    /// Writes the file.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.out.exists() {
            return Err(there_already(&self.out));
        }
        block_on(async {
            let cannot = |error: StoreError| cannot_open(&self.database, &error);
            let store = Store::join(&self.database).await.map_err(cannot)?;
            unlock(&self.database, self.master_key.as_deref(), &store).await?;
            let written = self.write(&store).await;
            store.close().await;
            written
        })?
    }

    async fn write(&self, store: &Store) -> Result<ExitCode, Failure> {
        let failed = |error: sqlx::Error| cannot_open(&self.database, &error.into());
        let missing = || {
            Failure::new(format!("there is no receipt {}", printable(&self.id))).help(
                "Its id stands in the receipt file, as \"id\" of the acknowledgement. One that was erased, or kept for its time, is gone.",
            )
        };
        let holding = store.holding(&self.id).await.map_err(failed)?.ok_or_else(missing)?;
        store.leave_audit(&event(Act::ReceiptRead, Some(holding.id.clone()))).await.map_err(failed)?;
        let heads = Arc::new(heads_of(store).await.map_err(failed)?);
        let evidence = Finder::new(store, heads).evidence(holding).await.map_err(unfound)?;
        let file = json::to_text(&evidence.file());
        let report = verify_file(&file, &keys(store).await.map_err(failed)?);
        let text = match self.form {
            LookupForm::Page => page(&evidence, &report, self.lang.tag(), Place::File),
            LookupForm::File => file,
        };
        write_new(&self.out, &text)?;
        eprintln!("Wrote {}.", self.out.display());
        Ok(outcome(&report))
    }
}

/// The keys that the site's log was ever signed with.
async fn keys(store: &Store) -> Result<Keys, sqlx::Error> {
    let verifiers: String = store.log_keys().await?.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
    Ok(Keys::parse(&verifiers).unwrap_or_default())
}

fn outcome(report: &Report) -> ExitCode {
    let Some(failure) = report.failure() else { return ExitCode::SUCCESS };
    let (Ok(told) | Err(told)) = &failure.outcome;
    eprintln!("What is held of it does not hold: {}: {}", failure.what, printable(told));
    ExitCode::from(1)
}

fn unfound(error: Unfound) -> Failure {
    Failure::new(format!("what is held of it cannot be put together: {error}"))
        .help("What is held is not what it has to be. `placet audit` says what else is.")
}

fn there_already(path: &Path) -> Failure {
    Failure::new(format!("{} is there already", path.display()))
        .help("Name a file that is not there: nothing is written over.")
}

/// Writes a new file that this user alone may read.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => there_already(path),
        _ => Failure::new(format!("cannot write {}: {error}", path.display()))
            .help("Check that the directory exists, that this user may write there and that the disk has room."),
    })
}
