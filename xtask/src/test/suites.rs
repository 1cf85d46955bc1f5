//! Tests that need no browser.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use super::context::Context;
use super::harness::run_tests;
use super::outcome::Outcome;
use crate::run::read;
use crate::tools::postgres;

/// The test of the widget package that needs browsers; see `engines`.
pub(crate) const BROWSER: &str = "browser";

/// The model's rules.
pub(crate) fn model(context: &Context<'_>) -> Result<Outcome> {
    run_tests(context.cargo().args(["test", "--no-fail-fast", "--package", "placet-model", "--features", "native"]))
}

/// What is not shipped: xtask itself, and how the benchmarks reckon.
pub(crate) fn xtask(context: &Context<'_>) -> Result<Outcome> {
    run_tests(context.cargo().args(["test", "--no-fail-fast", "--package", "xtask", "--package", "placet-bench"]))
}

/// The widget's native side: the first layer as it is published.
pub(crate) fn widget(context: &Context<'_>) -> Result<Outcome> {
    let mut command = context.cargo();
    command.args(["test", "--no-fail-fast", "--package", "placet-widget", "--features", "ssr", "--lib"]);
    for name in widget_tests(context, "ssr")?.iter().filter(|name| *name != BROWSER) {
        command.args(["--test", name]);
    }
    run_tests(&mut command)
}

/// The server, with the widget in it that it publishes, on both databases.
pub(crate) fn server(context: &Context<'_>) -> Result<Outcome> {
    let binary = context.server()?;
    postgres::ensure()?;
    run_tests(
        context
            .cargo()
            .args(["test", "--no-fail-fast", "--package", "placet-server"])
            .env("PLACET_BIN", binary)
            .env("PLACET_POSTGRES", "required"),
    )
}

/// The files in `tests/` that are meant for a feature: those that require it, and for the native
/// side also those that require nothing.
pub(crate) fn widget_tests(context: &Context<'_>, feature: &str) -> Result<Vec<String>> {
    let text = read(context.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    let Some(package) = array(&metadata["packages"]).find(|package| package["name"] == "placet-widget") else {
        bail!("cargo metadata does not name the package placet-widget");
    };
    let tests = array(&package["targets"]).filter(|target| array(&target["kind"]).any(|kind| kind == "test"));
    Ok(tests
        .filter(|test| {
            let mut required = array(&test["required-features"]).peekable();
            if required.peek().is_none() { feature == "ssr" } else { required.any(|name| name == feature) }
        })
        .filter_map(|test| test["name"].as_str().map(str::to_owned))
        .collect())
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
