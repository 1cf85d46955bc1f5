//! What several steps share.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::build::{self, Profile};
use crate::workspace::Workspace;
use crate::{cargo, widget};

/// The workspace, and what has been built in it so far.
///
/// **Invariant:** what several steps need is built once. Where that failed, each of them says so
/// in a line instead of repeating the compiler's messages.
pub(crate) struct Context<'a> {
    workspace: &'a Workspace,
    widget: OnceCell<bool>,
    server: OnceCell<bool>,
}

impl<'a> Context<'a> {
    /// Nothing is built yet.
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, widget: OnceCell::new(), server: OnceCell::new() }
    }

    /// The workspace under test.
    pub(crate) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }

    /// Cargo in the workspace.
    pub(crate) fn cargo(&self) -> Command {
        cargo::cargo(self.workspace)
    }

    /// Makes sure that `target/placet` holds the current widget.
    pub(crate) fn widget(&self) -> Result<()> {
        built("the widget", &self.widget, || widget::build(self.workspace))
    }

    /// The path of a `placet` binary with the current widget in it.
    pub(crate) fn server(&self) -> Result<PathBuf> {
        self.widget()?;
        built("the server", &self.server, || build::server(self.workspace, Profile::Dev))?;
        Ok(self.workspace.binary("debug"))
    }
}

fn built(what: &str, state: &OnceCell<bool>, build: impl FnOnce() -> Result<()>) -> Result<()> {
    match state.get() {
        Some(true) => Ok(()),
        Some(false) => bail!("{what} could not be built, see above"),
        None => {
            let result = build();
            // The cell was empty a moment ago and nobody else can fill it.
            let _ = state.set(result.is_ok());
            result
        }
    }
}
