//! axe-core in the page, as an accessibility auditor would run it.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{engine::Engine, places, shop::Shop};

/// Runs axe-core, with every rule that it has on by itself, on the whole page with the banner on it, and fails on any violation.
pub(crate) async fn check(shop: &Shop, what: &str) -> Result<()> {
    check_with(shop, what, "placet-ui").await
}

/// The same for the open center, with all of it in sight: what a dialog has scrolled away has neither a name nor a colour for
/// axe-core. Only Chromium has windows of any height: in the others the rule on names is off.
pub(crate) async fn check_center(shop: &Shop, what: &str) -> Result<()> {
    let whole = "window.whole = new CSSStyleSheet();
        whole.replaceSync('placet-ui::part(center) { max-height: none }');
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, whole]";
    shop.js(whole, &[]).await?;
    let cdp = (shop.browser.session.engine == Engine::Chromium).then(|| shop.driver().cdp());
    if let Some(cdp) = &cdp {
        let screen = json!({ "width": 1280, "height": 10_000, "deviceScaleFactor": 1, "mobile": false });
        cdp.send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        let all =
            "const { top, bottom } = layer('center').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight";
        ensure!(shop.js(all, &[]).await? == true, "the window is too low for all of {what}");
    }
    let without: &[&str] = if cdp.is_some() { &[] } else { &["label-title-only"] };
    let checked = run(shop, what, "placet-ui", without).await;
    if let Some(cdp) = &cdp {
        cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    }
    shop.js("whole.replaceSync('')", &[]).await?;
    ensure!(checked?, "axe-core did not look into {what}");
    Ok(())
}

/// The same for a page that has nothing of Placet's in it but its words.
pub(crate) async fn check_page(shop: &Shop, what: &str) -> Result<()> {
    run(shop, what, "", &[]).await.map(|_| ())
}

/// The same for a page with other elements of Placet's, which axe-core must have looked into.
pub(crate) async fn check_with(shop: &Shop, what: &str, element: &str) -> Result<()> {
    ensure!(run(shop, what, element, &[]).await?, "axe-core did not look into {element} on {what}");
    Ok(())
}

/// Fails on any violation of a rule that is not in `without`; says whether axe-core has looked into the element.
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
