//! axe-core in the page, as an accessibility auditor would run it.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::{places, shop::Shop};

/// Runs axe-core on the whole page and fails on any violation.
pub(crate) async fn check(shop: &Shop, what: &str) -> Result<()> {
    let axe = fs::read_to_string(places::npm("axe-core/axe.min.js")?)?;
    shop.driver().execute(axe, vec![]).await?;
    let script = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations', 'incomplete'] }).then(
            ({ violations, passes }) => done({
                violations: violations.map(({ id, help, nodes }) => `${id}: ${help}\\n` + nodes.map((node) =>
                    `    ${node.target.flat().join(' ')}: ${node.failureSummary.replace(/\\n */g, ' ')}`).join('\\n')),
                inside: passes.some(({ nodes }) => nodes.some(({ target }) => target.flat()[0] === 'placet-ui')),
            }),
            (error) => done({ violations: [String(error)], inside: false }));";
    let found = shop.driver().execute_async(script, vec![]).await?.json().clone();
    let violations: Vec<String> = serde_json::from_value(found["violations"].clone()).context("axe answers")?;
    ensure!(violations.is_empty(), "axe-core finds on {what}:\n{}", violations.join("\n"));
    ensure!(found["inside"] == true, "axe-core did not look into the banner on {what}");
    Ok(())
}
