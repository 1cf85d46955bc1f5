//! Tests of the widget that only a browser can answer, in headless Chromium.

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use super::harness::run_tests;
use super::outcome::Outcome;
use super::suites::widget_tests;
use crate::cargo::WASM;
use crate::files::write_if_changed;
use crate::run::run;
use crate::tools::browsers::{CHROMIUM_SWITCHES, Engine};
use crate::tools::wasm_target;

/// Builds the runner, then lets cargo call it for the widget's own tests and for each file in
/// `tests/` that requires the feature `csr`.
pub(crate) fn tests(context: &Context<'_>) -> Result<Outcome> {
    let workspace = context.workspace();
    wasm_target::ensure(workspace)?;
    let chromium = Engine::Chromium.ensure()?;
    run(context.cargo().args(["build", "--package", "wasm-test-runner"]))?;

    let capabilities = workspace.placet().join("webdriver.json");
    let options = json!({ "goog:chromeOptions": { "binary": chromium.browser, "args": CHROMIUM_SWITCHES } });
    write_if_changed(&capabilities, options.to_string().as_bytes())?;

    let runner = workspace.target().join(format!("debug/wasm-test-runner{}", std::env::consts::EXE_SUFFIX));
    let mut command = context.cargo();
    command.args([
        "test",
        "--no-fail-fast",
        "--package",
        "placet-widget",
        "--features",
        "csr",
        "--target",
        WASM,
        "--lib",
    ]);
    for name in &widget_tests(context, "csr")? {
        command.args(["--test", name]);
    }
    command
        .envs(chromium.environment)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    Ok(match run_tests(&mut command)? {
        // The runner is content with a file that has no tests.
        Outcome::Passed(counts) if counts.passed == 0 => Outcome::failed("not one test was found"),
        outcome => outcome,
    })
}
