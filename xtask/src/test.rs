//! `cargo xtask test`: every check and test, cheap ones first.
//!
//! **Invariant:** nothing is skipped in silence. A step that fails does not stop the others, a
//! step that cannot run has failed, and whatever was left out on purpose is listed by name.

mod context;
mod engines;
mod harness;
mod lints;
mod outcome;
mod products;
mod report;
mod suites;
mod wasm;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;

use crate::tools::cargo_install::TRUNK;
use crate::workspace::Workspace;
use context::Context;
use outcome::Outcome;
use report::Report;

/// What `cargo xtask test` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Run only this step and those that add to it: `clippy` also means `clippy-model` (repeat for more)
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Leave out this step and those that add to it (repeat for more)
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Also build the component gallery where that means installing Trunk, which takes minutes
    #[arg(long)]
    gallery: bool,
    /// Print the names of the steps and run nothing
    #[arg(long)]
    list: bool,
}

/// One entry of the closing table.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Context<'_>) -> Result<Outcome>,
}

/// The step that needs a tool which only people who work on the widget have.
const GALLERY: &str = "gallery";

/// All steps, in the order in which they run: what fails soonest comes first.
const STEPS: [Step; 16] = [
    Step { name: "fmt", run: lints::fmt },
    Step { name: "clippy", run: lints::native },
    Step { name: "clippy-model", run: lints::model_wasm },
    Step { name: "clippy-widget", run: lints::widget_wasm },
    Step { name: "clippy-fuzz", run: lints::fuzz },
    Step { name: "model", run: suites::model },
    Step { name: "xtask", run: suites::xtask },
    Step { name: "build", run: products::widget },
    Step { name: "widget", run: suites::widget },
    Step { name: "server", run: suites::server },
    Step { name: "sizes", run: products::sizes },
    Step { name: "generated", run: products::generated },
    Step { name: "doc", run: lints::doc },
    Step { name: "wasm", run: wasm::tests },
    Step { name: "browser", run: engines::browser },
    Step { name: GALLERY, run: products::gallery },
];

/// Runs the chosen steps, then tells what became of each.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    check_names(&arguments.only)?;
    check_names(&arguments.skip)?;
    if arguments.list {
        STEPS.iter().for_each(|step| println!("{}", step.name));
        return Ok(ExitCode::SUCCESS);
    }
    let context = Context::new(workspace);
    let mut report = Report::default();
    for step in STEPS {
        if let Some(reason) = left_out(step.name, arguments)? {
            report.add(step.name, Outcome::not_run(reason), None);
            continue;
        }
        println!("\n== {} ==", step.name);
        let start = Instant::now();
        let outcome = (step.run)(&context).unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
        report.add(step.name, outcome, Some(start.elapsed()));
    }
    print!("{report}");
    Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn left_out(step: &str, arguments: &Arguments) -> Result<Option<&'static str>> {
    Ok(if arguments.skip.iter().any(|name| is_named(step, name)) {
        Some("left out by --skip")
    } else if !arguments.only.is_empty() && !arguments.only.iter().any(|name| is_named(step, name)) {
        Some("left out by --only")
    } else if step == GALLERY && !arguments.gallery && TRUNK.find()?.is_none() {
        Some("needs Trunk, which --gallery installs")
    } else {
        None
    })
}

/// A name means the step itself and those that add something to it: `clippy` is also `clippy-model`.
fn is_named(step: &str, name: &str) -> bool {
    step.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn check_names(names: &[String]) -> Result<()> {
    match names.iter().find(|name| !STEPS.iter().any(|step| is_named(step.name, name))) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
            bail!("there is no step `{unknown}`; the steps are {}", known.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expect: &[&str]) {
        let named: Vec<&str> = STEPS.iter().map(|step| step.name).filter(|step| is_named(step, name)).collect();
        assert_eq!(named, expect);
    }

    #[test]
    fn a_name_means_one_step_or_a_family() {
        check("clippy-model", &["clippy-model"]);
        check("clippy", &["clippy", "clippy-model", "clippy-widget", "clippy-fuzz"]);
        check("clip", &[]);
    }
}
