//! Formatting, clippy and documentation: warnings are errors.

use anyhow::Result;

use super::context::Context;
use super::outcome::Outcome;
use crate::cargo::WASM;
use crate::run::run;
use crate::tools::wasm_target;

/// Formatting.
pub(crate) fn fmt(context: &Context<'_>) -> Result<Outcome> {
    run(context.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::passed())
}

/// The model as the server uses it.
pub(crate) fn model(context: &Context<'_>) -> Result<Outcome> {
    clippy(context, &["--package", "placet-model", "--features", "native", "--all-targets"])
}

/// The model as the widget uses it.
pub(crate) fn model_wasm(context: &Context<'_>) -> Result<Outcome> {
    wasm_target::ensure(context.workspace())?;
    clippy(context, &["--package", "placet-model", "--target", WASM])
}

/// The crates that build, test and measure the others.
pub(crate) fn tools(context: &Context<'_>) -> Result<Outcome> {
    let packages = ["--package", "xtask", "--package", "wasm-test-runner", "--package", "placet-bench"];
    clippy(context, &[packages.as_slice(), &["--all-targets"]].concat())
}

/// The server, and the widget as the server uses it.
pub(crate) fn server(context: &Context<'_>) -> Result<Outcome> {
    clippy(context, &["--package", "placet-server", "--all-targets"])
}

/// The widget's native side with the browser tests.
pub(crate) fn widget(context: &Context<'_>) -> Result<Outcome> {
    clippy(context, &["--package", "placet-widget", "--features", "ssr", "--all-targets"])
}

/// The widget as it runs in the browser, with its wasm tests and the gallery.
pub(crate) fn widget_wasm(context: &Context<'_>) -> Result<Outcome> {
    wasm_target::ensure(context.workspace())?;
    clippy(context, &["--package", "placet-widget", "--features", "gallery", "--all-targets", "--target", WASM])
}

/// Documentation: a broken link in a doc comment is an error.
pub(crate) fn doc(context: &Context<'_>) -> Result<Outcome> {
    let packages = ["--package", "placet-model", "--package", "placet-server", "--package", "placet-widget"];
    run(context
        .cargo()
        .args(["doc", "--no-deps", "--features", "placet-widget/ssr"])
        .args(packages)
        .env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Outcome::passed())
}

fn clippy(context: &Context<'_>, arguments: &[&str]) -> Result<Outcome> {
    run(context.cargo().arg("clippy").args(arguments).args(["--", "--deny", "warnings"]))?;
    Ok(Outcome::passed())
}
