//! axe-core in the page, as an accessibility auditor would run it.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{places, shop::Shop};

/// Runs axe-core on the whole page with the banner on it, but for the rules in `without`, and fails on any violation.
pub(crate) async fn check(shop: &Shop, what: &str, without: &[&str]) -> Result<()> {
    check_with(shop, what, "placet-ui", without).await
}

/// The same for a page that has nothing of Placet's in it but its words.
pub(crate) async fn check_page(shop: &Shop, what: &str) -> Result<()> {
    run(shop, what, "", &[]).await.map(|_| ())
}

/// The same for a page with other elements of Placet's, which axe-core must have looked into.
pub(crate) async fn check_with(shop: &Shop, what: &str, element: &str, without: &[&str]) -> Result<()> {
    ensure!(run(shop, what, element, without).await?, "axe-core did not look into {element} on {what}");
    Ok(())
}

/// Fails on any violation; says whether axe-core has looked into the element.
async fn run(shop: &Shop, what: &str, element: &str, without: &[&str]) -> Result<bool> {
    let axe = fs::read_to_string(places::npm("axe-core/axe.min.js")?)?;
    shop.driver().execute(axe, vec![]).await?;
    let script = "const [without, element, done] = arguments;
        const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
        axe.run(document, { rules }).then(
            ({ violations, passes }) => done({
                violations: violations.map(({ id, help, nodes }) => `${id}: ${help}\\n` + nodes.map((node) =>
                    `    ${node.target.flat().join(' ')}: ${node.failureSummary.replace(/\\n */g, ' ')}`).join('\\n')),
                inside: passes.some(({ nodes }) => nodes.some(({ target }) => target.flat().length > 1 && target.flat()[0].startsWith(element))),
            }),
            (error) => done({ violations: [String(error)], inside: false }));";
    let found = shop.driver().execute_async(script, vec![json!(without), json!(element)]).await?.json().clone();
    let violations: Vec<String> = serde_json::from_value(found["violations"].clone()).context("axe answers")?;
    ensure!(violations.is_empty(), "axe-core finds on {what}:\n{}", violations.join("\n"));
    Ok(found["inside"] == true)
}
