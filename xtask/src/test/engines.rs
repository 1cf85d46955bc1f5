//! The browser tests, in all three engines at once.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::context::Context;
use super::harness::run_tests;
use super::outcome::{Counts, Outcome};
use super::suites::BROWSER;
use crate::tools::browsers::Engine;
use crate::tools::{cache, npm};

/// Where it is set, only these engines are tested; the others are listed as not run.
const CHOSEN: &str = "PLACET_ENGINES";

/// Runs the tests in every engine that there can be on this machine. An engine that should be
/// there and cannot be installed is a failure, and does not hide what the others say.
pub(crate) fn browser(context: &Context<'_>) -> Result<Outcome> {
    let engines = Engines::gather()?;
    if engines.ready.is_empty() {
        return Ok(engines.judge(Outcome::not_run("no engine was tested")));
    }
    let modules = npm::ensure(context.workspace())?;
    let binary = context.server()?;
    let outcome = run_tests(
        context
            .cargo()
            .args(["test", "--package", "placet-widget", "--features", "ssr", "--test", BROWSER])
            .env("PLACET_BIN", binary)
            .env(CHOSEN, engines.ready.join(","))
            .env("PLACET_TOOLS", cache()?.join("tools"))
            .env("PLACET_NPM", modules)
            .envs(engines.environment.iter().map(|(name, path)| (name, path))),
    )?;
    Ok(engines.judge(outcome))
}

#[derive(Default)]
struct Engines {
    ready: Vec<&'static str>,
    environment: Vec<(&'static str, PathBuf)>,
    left_out: Vec<String>,
    failures: Vec<String>,
}

impl Engines {
    fn gather() -> Result<Self> {
        let chosen = std::env::var(CHOSEN).ok();
        let chosen: Option<Vec<&str>> = chosen.as_deref().map(|names| names.split(',').map(str::trim).collect());
        if let Some(unknown) =
            chosen.iter().flatten().find(|name| !Engine::ALL.iter().any(|engine| engine.name() == **name))
        {
            bail!("{CHOSEN} names {unknown:?}; known are {}", Engine::ALL.map(Engine::name).join(", "));
        }
        let mut engines = Self::default();
        for engine in Engine::ALL {
            let name = engine.name();
            if chosen.as_ref().is_some_and(|chosen| !chosen.contains(&name)) {
                engines.left_out.push(format!("all tests in {name}, left out by {CHOSEN}"));
            } else if let Some(reason) = engine.impossible() {
                engines.left_out.push(format!("all tests in {name}: {reason}"));
            } else {
                match engine.ensure() {
                    Ok(ready) => {
                        engines.ready.push(name);
                        engines.environment.extend(ready.environment);
                    }
                    Err(error) => engines.failures.push(format!("{name} cannot run: {error:#}")),
                }
            }
        }
        Ok(engines)
    }

    /// What the tests said, together with what could not be tested.
    fn judge(mut self, tests: Outcome) -> Outcome {
        let mut counts = match tests {
            Outcome::Passed(counts) => counts,
            Outcome::Failed(reason, counts) => {
                self.failures.push(reason);
                counts
            }
            Outcome::NotRun(reason) => {
                self.left_out.push(reason);
                Counts::default()
            }
        };
        counts.not_run.append(&mut self.left_out);
        if self.failures.is_empty() {
            Outcome::Passed(counts)
        } else {
            Outcome::Failed(self.failures.join("\n"), counts)
        }
    }
}
