//! The loader's rules and the model's are the same: the model's cases run through the loader.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{places, runner::Browser};

/// Every case of `crates/model/fixtures/rules.json` through the text between the loader's marks.
pub(super) async fn rules_of_the_loader(browser: Browser) -> Result<()> {
    let loader = fs::read_to_string(places::root().join("public/placet.js"))?;
    let (_, after) = loader.split_once("rules:begin").context("the loader marks where its rules begin")?;
    let (rules, _) = after.split_once("rules:end").context("the loader marks where its rules end")?;
    let part = fs::read_to_string(places::root().join("public/parts/signals.js"))?;
    let (_, signals) = part.split_once("export default").context("a part exports a function")?;
    let signals = signals.trim_end().trim_end_matches(';');
    // What is left of the two marks' own comments is commented out again.
    let script = format!(
        "const published = {{ signals: {signals} }};
        const warn = console.warn;
        const [{{ plan: base, permission: asked, decide: decided, opening: opened, effects: follow }}] = arguments;
        const plan = {{ ...base }};
        // A case may set members of the plan.
        const under = (it, run) => (Object.assign(plan, base, it.plan), run(it));
        /* {rules} */
        return [
            ...asked.map((it) => under(it, () => permission(it.visitor, upgrade(it.record)))),
            ...decided.map((it) => under(it, () => decide(it.visitor, upgrade(it.record), it.choice, 'new', 'sha256:new'))),
            ...opened.map((it) => opening(it.permission)),
            ...follow.map((it) => effects(it.before, it.after)),
        ];"
    );
    let text = fs::read_to_string(places::root().join("crates/model/fixtures/rules.json"))?;
    let file: Value = serde_json::from_str(&text)?;
    let groups =
        ["permission", "decide", "opening", "effects"].map(|group| file[group].as_array().cloned().unwrap_or_default());
    ensure!(groups.iter().all(|group| !group.is_empty()), "a group of cases is empty");
    let found = browser.session.driver.execute(script, vec![file.clone()]).await?.json().clone();
    let found = found.as_array().context("a list of results")?;
    ensure!(found.len() == groups.iter().map(Vec::len).sum::<usize>(), "{} results", found.len());
    for (case, found) in groups.iter().flatten().zip(found) {
        ensure!(case["expect"] == *found, "{}: expected {}, found {found}", case["name"], case["expect"]);
    }
    Ok(())
}
