//! `placet check`: what is wrong with a config.

use super::Failure;
use super::input::{parse, read};
use super::output::{say, told};
use clap::{Args, ValueEnum};
use placet_model::check::MAX_CONFIG;
use placet_model::json;
use placet_model::problem::{Problem, Severity};
use std::path::PathBuf;
use std::process::ExitCode;

/// Check a config and list every problem with its place and a hint.
///
/// Exit code 0: no errors (there may be warnings); 1: errors; 2: the file cannot be read.
#[derive(Debug, Args)]
pub struct Check {
    /// The config, `placet.json`.
    pub config: PathBuf,
    /// How to write the problems.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How the problems are written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: {"problems": [{"path", "code", "severity", "message", "hint"}]}.
    Json,
}

impl Check {
    /// Does the work.
    ///
    /// # Errors
    /// A [`Failure`] that says what to do.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Check { config: path, format } = self;
        let outcome = read(&path, MAX_CONFIG, "config").and_then(|text| parse(&path, &text));
        let (problems, code) = match (&outcome, format) {
            (Ok(checked), _) => (checked.problems.clone(), u8::from(checked.has_errors())),
            (Err(failure), Format::Json) => (vec![unreadable_problem(failure)], failure.code()),
            (Err(failure), Format::Text) => return Err(failure.clone()),
        };
        match format {
            Format::Json => {
                let list: Vec<String> = problems.iter().map(json::to_text).collect();
                say(&format!("{{\"problems\":[{}]}}\n", list.join(",")))?;
            }
            Format::Text => {
                say(&told(&path, &problems))?;
            }
        }
        Ok(ExitCode::from(code))
    }
}

fn unreadable_problem(failure: &Failure) -> Problem {
    Problem {
        path: String::new(),
        code: "unreadable".into(),
        severity: Severity::Error,
        message: failure.what().to_owned(),
        hint: failure.advice().to_owned(),
    }
}
