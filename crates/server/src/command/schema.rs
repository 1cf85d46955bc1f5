//! `placet schema`: the form of a config, for editors.

use super::Failure;
use super::output::say;
use clap::Args;
use placet_model::config::schema;
use std::process::ExitCode;

/// Print the JSON Schema of the config, for editors.
#[derive(Debug, Args)]
pub struct Schema;

impl Schema {
    /// Prints it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let text = serde_json::to_string_pretty(&schema()).map_err(|error| Failure::new(error.to_string()))?;
        say(&format!("{text}\n"))
    }
}
