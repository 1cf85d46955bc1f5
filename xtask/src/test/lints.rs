//! Formatting, clippy and documentation: warnings are errors.

use anyhow::Result;

use super::context::Context;
use super::outcome::Outcome;
use crate::cargo::WASM;
use crate::fuzz;
use crate::run::run;
use crate::tools::wasm_target;

/// The features of a build for this machine. One selection for all packages: dependencies are
/// then checked once, and not again for each package's own set of features.
const NATIVE: &str = "placet-widget/ssr,placet-model/native";

/// Formatting.
pub(crate) fn fmt(context: &Context<'_>) -> Result<Outcome> {
    run(context.cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::passed())
}

/// All packages as they are built for this machine, with their tests.
pub(crate) fn native(context: &Context<'_>) -> Result<Outcome> {
    clippy(context, &["--workspace", "--all-targets", "--keep-going", "--features", NATIVE])
}

/// The model as the widget uses it.
pub(crate) fn model_wasm(context: &Context<'_>) -> Result<Outcome> {
    wasm_target::ensure(context.workspace())?;
    clippy(context, &["--package", "placet-model", "--target", WASM])
}

/// The widget as it runs in the browser, with its wasm tests and the gallery.
pub(crate) fn widget_wasm(context: &Context<'_>) -> Result<Outcome> {
    wasm_target::ensure(context.workspace())?;
    clippy(context, &["--package", "placet-widget", "--features", "gallery", "--all-targets", "--target", WASM])
}

/// The targets of the fuzzing.
pub(crate) fn fuzz(context: &Context<'_>) -> Result<Outcome> {
    fuzz::check(context.workspace())?;
    Ok(Outcome::passed())
}

/// Documentation: a broken link in a doc comment is an error.
pub(crate) fn doc(context: &Context<'_>) -> Result<Outcome> {
    let mut command = context.cargo();
    command.args(["doc", "--workspace", "--lib", "--no-deps", "--features", NATIVE]);
    run(command.env("RUSTDOCFLAGS", "--deny warnings"))?;
    Ok(Outcome::passed())
}

fn clippy(context: &Context<'_>, arguments: &[&str]) -> Result<Outcome> {
    run(context.cargo().arg("clippy").args(arguments).args(["--", "--deny", "warnings"]))?;
    Ok(Outcome::passed())
}
