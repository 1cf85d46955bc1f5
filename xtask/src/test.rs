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

use crate::workspace::Workspace;
use context::Context;
use outcome::Outcome;
use report::Report;

/// What `cargo xtask test` can be told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Run only the steps whose name is this or begins with it (repeat for more)
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Leave out the steps whose name is this or begins with it (repeat for more)
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Print the names of the steps and run nothing
    #[arg(long)]
    list: bool,
}

/// One entry of the closing table.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Context<'_>) -> Result<Outcome>,
}

/// All steps, in the order in which they run: what fails soonest comes first.
const STEPS: [Step; 19] = [
    Step { name: "fmt", run: lints::fmt },
    Step { name: "clippy-model", run: lints::model },
    Step { name: "clippy-model-wasm", run: lints::model_wasm },
    Step { name: "clippy-tools", run: lints::tools },
    Step { name: "clippy-server", run: lints::server },
    Step { name: "clippy-widget", run: lints::widget },
    Step { name: "clippy-widget-wasm", run: lints::widget_wasm },
    Step { name: "model", run: suites::model },
    Step { name: "xtask", run: suites::xtask },
    Step { name: "widget-build", run: products::widget },
    Step { name: "widget", run: suites::widget },
    Step { name: "server", run: suites::server },
    Step { name: "sizes", run: products::sizes },
    Step { name: "generated", run: products::generated },
    Step { name: "doc", run: lints::doc },
    Step { name: "wasm", run: wasm::tests },
    Step { name: "browser-chromium", run: engines::chromium },
    Step { name: "browser-firefox", run: engines::firefox },
    Step { name: "browser-webkit", run: engines::webkit },
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
        if let Some(reason) = left_out(step.name, arguments) {
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

fn left_out(step: &str, arguments: &Arguments) -> Option<&'static str> {
    if arguments.skip.iter().any(|name| is_named(step, name)) {
        Some("left out by --skip")
    } else if !arguments.only.is_empty() && !arguments.only.iter().any(|name| is_named(step, name)) {
        Some("left out by --only")
    } else {
        None
    }
}

/// `browser` names all three engines, `clippy` every clippy step; a whole name means itself alone.
fn is_named(step: &str, name: &str) -> bool {
    let is_whole = STEPS.iter().any(|known| known.name == name);
    step == name || (!is_whole && step.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')))
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
        check("browser", &["browser-chromium", "browser-firefox", "browser-webkit"]);
        check("widget", &["widget"]);
        check("browser-firefox", &["browser-firefox"]);
        check("brow", &[]);
    }
}
