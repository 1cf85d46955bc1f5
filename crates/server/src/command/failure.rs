//! Why a command could not do its work.

/// Why a command could not do its work: what happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: u8,
    what: String,
    help: Option<String>,
}

impl Failure {
    /// A failure with exit code 1.
    pub fn new(what: impl Into<String>) -> Self {
        Failure { code: 1, what: what.into(), help: None }
    }

    /// Input that cannot be read: exit code 2.
    pub fn unreadable(what: impl Into<String>) -> Self {
        Failure { code: 2, ..Failure::new(what) }
    }

    /// Writes it to stderr.
    pub fn tell(&self) {
        eprintln!("error: {}", self.what);
        if let Some(help) = &self.help {
            eprintln!(" help: {help}");
        }
    }

    /// What it says of what happened.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What it says to do about it; empty where nothing is known.
    pub fn advice(&self) -> &str {
        self.help.as_deref().unwrap_or_default()
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// The same failure with what to do about it.
    pub fn help(self, help: impl Into<String>) -> Self {
        Failure { help: Some(help.into()), ..self }
    }
}
