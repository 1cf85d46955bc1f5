//! Checks a config: all problems at once, each with its place and what to do about it.
//!
//! **Invariant:** a config without errors can be published; publishing has no further rules.

mod controller;
mod languages;
mod minors;
mod preferences;
mod purposes;
mod regimes;
mod services;
mod site;
mod texts;
mod theme;
mod values;

use crate::config::Config;
use crate::problem::{Problem, Problems, Severity};
use crate::tree::Read;
use texts::room;

/// The largest config that is read, in bytes.
pub const MAX_CONFIG: usize = 1024 * 1024;

/// A config and everything that is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// What could be read; parts that could not are empty.
    pub config: Config,
    /// What is wrong, in the order of the config.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Whether the config cannot be published.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// Why a text is no config at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1; 0 where the whole is meant.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// Reads and checks a config.
///
/// # Errors
/// The text is larger than [`MAX_CONFIG`], is not JSON, or names a member twice.
pub fn check(text: &str) -> Result<Checked, Unreadable> {
    if text.len() > MAX_CONFIG {
        let message = format!("The config has {} bytes; the most is {MAX_CONFIG}.", text.len());
        return Err(Unreadable { line: 0, column: 0, message });
    }
    let tree = crate::json::parse(text).map_err(|error| Unreadable {
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    let mut problems = Problems::default();
    let config = Config::read(&tree, &mut problems);
    Walk { config: &config, problems: &mut problems }.run();
    Ok(Checked { config, problems: problems.found })
}

/// The walk through a config. Each part of the config has its rules in a file of its own.
struct Walk<'a> {
    config: &'a Config,
    problems: &'a mut Problems,
}

impl Walk<'_> {
    /// In the order of the config, which is the order of the problems.
    fn run(mut self) {
        let config = self.config;
        self.site();
        self.languages();
        self.version();
        self.controller();
        self.at("receipts", |w| {
            w.at("endpoint", |w| w.endpoint());
            w.keep();
        });
        self.cookie_domain();
        self.regimes();
        self.validity();
        self.at("firstLayer", |w| {
            w.text("title", &config.first_layer.title, room::HEADING);
            w.rich("text", &config.first_layer.text, room::QUESTION);
            if let Some(text) = &config.first_layer.opt_out_text {
                w.rich("optOutText", text, room::QUESTION);
            }
        });
        self.purposes();
        self.services();
        self.preferences();
        self.minors();
        self.theme();
    }

    fn at(&mut self, name: &str, walk: impl FnOnce(&mut Walk)) {
        let config = self.config;
        self.problems.within(name, |problems| walk(&mut Walk { config, problems }));
    }

    fn each<V>(&mut self, name: &str, items: &[V], mut walk: impl FnMut(&mut Walk, &V)) {
        let config = self.config;
        self.problems.each(name, items, |problems, item| walk(&mut Walk { config, problems }, item));
    }
}
