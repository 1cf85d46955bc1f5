//! `placet feedback`: what shoppers wrote.

use super::Failure;
use super::output::say;
use super::runtime::block_on;
use crate::calendar::read_day;
use crate::feedback_list;
use crate::serve::cannot_open;
use crate::store::feedback::Kept;
use crate::store::{Store, StoreError};
use clap::{Args, ValueEnum};
use std::process::ExitCode;

/// List what shoppers wrote about the notice, newest first.
///
/// The server takes it where the config has `feedback: true`, and keeps it for 180 days. It may run meanwhile.
#[derive(Debug, Args)]
pub struct Feedback {
    /// The database of the server.
    #[arg(long, default_value = "sqlite:placet.db")]
    pub database: String,
    /// Only what came on this day (UTC) or later, for example 2026-03-01.
    #[arg(long, value_name = "DATE", value_parser = read_day)]
    pub since: Option<i64>,
    /// Only what is about the purpose with this id.
    #[arg(long, value_name = "ID")]
    pub purpose: Option<String>,
    /// How to write the list.
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// How the list is written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: {"feedback": [{"place", "day", "version", "lang", "purpose", "text"}]}.
    Json,
}

impl Feedback {
    /// Prints the list.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Feedback { database, since, purpose, format } = self;
        let kept = block_on(kept(&database, since.unwrap_or(0), purpose.as_deref()))?
            .map_err(|error| cannot_open(&database, &error))?;
        match format {
            ListFormat::Text => say(&feedback_list::as_text(&kept)),
            ListFormat::Json => say(&format!("{}\n", feedback_list::as_json(kept))),
        }
    }
}

async fn kept(database: &str, since: i64, purpose: Option<&str>) -> Result<Vec<Kept>, StoreError> {
    let store = Store::look(database).await?;
    let kept = store.feedback(since, purpose).await?;
    store.close().await;
    Ok(kept)
}
