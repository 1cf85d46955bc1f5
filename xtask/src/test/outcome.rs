//! What became of a step.

/// How many tests passed and failed, and what was not run.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// What was left out, and why.
    pub(crate) not_run: Vec<String>,
}

/// What became of a step.
pub(crate) enum Outcome {
    /// A check without tests of its own is one that passed.
    Passed(Counts),
    /// With the reason. Tests that did run before are counted.
    Failed(String, Counts),
    /// Left out on purpose or impossible on this kind of machine, with the reason.
    NotRun(String),
}

impl Outcome {
    /// A check that is passed or failed as a whole.
    pub(crate) fn passed() -> Self {
        Self::Passed(Counts::default())
    }

    /// A failure that is not that of a single test.
    pub(crate) fn failed(reason: impl Into<String>) -> Self {
        Self::Failed(reason.into(), Counts::default())
    }

    /// Not run, and why that is no failure.
    pub(crate) fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun(reason.into())
    }
}
