//! `placet schema`: the form of a config for editors, and that of the server's answers for programs.

use super::Failure;
use super::output::say;
use crate::openapi::document;
use clap::{Args, ValueEnum};
use placet_model::config::schema;
use std::process::ExitCode;

/// Print the JSON Schema of the config, for editors, or the OpenAPI document of the server.
#[derive(Debug, Args)]
pub struct Schema {
    /// What to print.
    #[arg(value_enum, default_value_t)]
    of: Of,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Of {
    /// The JSON Schema of the config.
    #[default]
    Config,
    /// The OpenAPI document of the server.
    Openapi,
}

impl Schema {
    /// Prints it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self.of {
            Of::Config => {
                let text = serde_json::to_string_pretty(&schema()).map_err(|error| Failure::new(error.to_string()))?;
                say(&format!("{text}\n"))
            }
            Of::Openapi => say(&document()),
        }
    }
}
