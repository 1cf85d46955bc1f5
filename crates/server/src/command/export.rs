//! `placet export`: receipts out of a database, with all that is held of them.
//!
//! **Invariant:** an export is in the audit trail before anything of it is told.

use super::Failure;
use super::runtime::block_on;
use super::trail::event;
use crate::calendar::{read_day, written_day};
use crate::log::prove::heads_of;
use crate::lookup::find::{Finder, Unfound};
use crate::master_key::unlock;
use crate::serve::cannot_open;
use crate::state::now;
use crate::store::holdings::{After, Scope};
use crate::store::{Store, StoreError};
use clap::{ArgGroup, Args, ValueEnum};
use placet_model::admin::Act;
use placet_model::export::{Exporter, Form};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Write receipts out of the database: of a period, or of one person; a line each.
///
/// The server may run meanwhile. The export leaves a line in the audit trail, which the server enters into the log.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).args(["since", "reference"])))]
pub struct Export {
    /// The database of the server.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// The master key, where it is not in PLACET_MASTER_KEY or beside an SQLite database.
    #[arg(long, value_name = "FILE")]
    pub master_key: Option<PathBuf>,
    /// What came on this day (UTC) or later, for example 2026-03-01.
    #[arg(long, value_name = "DATE", value_parser = read_day, requires = "until")]
    pub since: Option<i64>,
    /// And before this day.
    #[arg(long, value_name = "DATE", value_parser = read_day, requires = "since")]
    pub until: Option<i64>,
    /// What is of the person whom the site's backend names so.
    #[arg(long = "ref", value_name = "REFERENCE", requires = "site")]
    pub reference: Option<String>,
    /// The site, as the config names it; needed with --ref.
    #[arg(long)]
    pub site: Option<String>,
    /// The form.
    #[arg(long, value_enum, default_value_t)]
    pub form: ExportForm,
}

/// A form of export.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum ExportForm {
    /// JSON lines with the exact receipts, which can be verified.
    #[default]
    Lines,
    /// Kantara Consent Receipt 1.1, one a line.
    Kantara,
    /// Consent records of the Data Privacy Vocabulary as JSON-LD, one a line.
    Dpv,
}

impl From<ExportForm> for Form {
    fn from(form: ExportForm) -> Self {
        match form {
            ExportForm::Lines => Form::Lines,
            ExportForm::Kantara => Form::Kantara,
            ExportForm::Dpv => Form::Dpv,
        }
    }
}

impl Export {
    /// Writes them to standard output.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        block_on(async {
            let cannot = |error: StoreError| cannot_open(&self.database, &error);
            let store = Store::join(&self.database).await.map_err(cannot)?;
            unlock(&self.database, self.master_key.as_deref(), &store).await?;
            let done = self.write(&store).await;
            store.close().await;
            done.map(|_| ExitCode::SUCCESS)
        })?
    }

    /// Writes the export; whether somebody listened to its end.
    async fn write(&self, store: &Store) -> Result<bool, Failure> {
        let failed = |error: sqlx::Error| cannot_open(&self.database, &error.into());
        let unfound = |error: Unfound| {
            Failure::new(format!("the export is not whole: {error}"))
                .help("What is held is not what it has to be. `placet audit` says what else is.")
        };
        // Nobody listens any more, as in `placet export | head`: there is nothing more to do, and nothing went wrong.
        let written = |done: io::Result<()>| match done {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::new(format!("cannot write the export: {error}"))),
        };
        let (scope, what, about) = match (self.since.zip(self.until), &self.reference, &self.site) {
            (_, Some(reference), Some(site)) => {
                let tag = store.reference_tag(site, reference, now()).await.map_err(failed)?;
                (Scope::Person(tag.clone()), Act::SubjectRead, tag)
            }
            (Some((since, until)), ..) => {
                (Scope::Period { since, until }, Act::ExportMade, [written_day(since), written_day(until)].join("/"))
            }
            _ => return Err(Failure::unreadable("neither a period nor a person is named")),
        };
        store.leave_audit(&event(what, Some(about))).await.map_err(failed)?;
        let heads = Arc::new(heads_of(store).await.map_err(failed)?);
        let mut finder = Finder::new(store, heads);
        let mut exporter = Exporter::new(self.form.into());
        let mut out = io::stdout().lock();
        let mut next = Some(After::start());
        while let Some(after) = next {
            let page = store.holdings(&scope, &after).await.map_err(failed)?;
            for holding in page.receipts {
                let evidence = finder.evidence(holding).await.map_err(unfound)?;
                if !written(out.write_all(exporter.lines(&evidence).as_bytes()))? {
                    return Ok(false);
                }
            }
            next = page.next;
        }
        written(out.flush())
    }
}
