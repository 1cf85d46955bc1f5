//! The browser tests, once for each engine, so that one that is missing does not hide the others.

use anyhow::Result;

use super::context::Context;
use super::harness::run_tests;
use super::outcome::Outcome;
use super::suites::BROWSER;
use crate::tools::browsers::Engine;
use crate::tools::{cache, npm};

/// In Chromium.
pub(crate) fn chromium(context: &Context<'_>) -> Result<Outcome> {
    tests(context, Engine::Chromium)
}

/// In Firefox.
pub(crate) fn firefox(context: &Context<'_>) -> Result<Outcome> {
    tests(context, Engine::Firefox)
}

/// In WebKitGTK.
pub(crate) fn webkit(context: &Context<'_>) -> Result<Outcome> {
    tests(context, Engine::Webkit)
}

fn tests(context: &Context<'_>, engine: Engine) -> Result<Outcome> {
    if let Some(reason) = engine.impossible() {
        return Ok(Outcome::not_run(reason));
    }
    let ready = engine.ensure()?;
    let modules = npm::ensure(context.workspace())?;
    let binary = context.server()?;

    let mut command = context.cargo();
    command
        .args(["test", "--package", "placet-widget", "--features", "ssr", "--test", BROWSER])
        .env("PLACET_BIN", binary)
        .env("PLACET_ENGINES", engine.name())
        .env("PLACET_TOOLS", cache()?.join("tools"))
        .env("PLACET_NPM", modules)
        .envs(ready.environment);
    run_tests(&mut command)
}
