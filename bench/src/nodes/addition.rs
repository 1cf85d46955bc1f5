//! Nodes that are added to one page, once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::variants::Variant;
use crate::chromium::Chromium;

/// How the nodes come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// All at once.
    Once,
    /// A hundred batches, each in a task of its own.
    Batches,
    /// A hundred batches with two hundred tags among them, half of them marked.
    Tags,
}

impl Way {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Once, Self::Batches, Self::Tags];

    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Once => "in one go",
            Self::Batches => "in 100 batches",
            Self::Tags => "in 100 batches, 200 tags among them",
        }
    }

    /// The name in JSON and in the page.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Batches => "batches",
            Self::Tags => "tags",
        }
    }
}

/// What adding cost.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    pub(crate) variant: Variant,
    pub(crate) way: Way,
    pub(crate) round: usize,
    /// Microseconds of script for each node.
    pub(crate) cost: f64,
}

impl Addition {
    /// The addition as a member of the JSON report.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "variant": self.variant.id(), "way": self.way.id(), "round": self.round, "microseconds": self.cost })
    }
}

/// Loads the page in a fresh tab, where nothing is decided, and adds nodes once it has come to rest.
pub(crate) async fn add(
    browser: &Chromium,
    origin: &str,
    variant: Variant,
    way: Way,
    round: usize,
) -> Result<Addition> {
    let home = browser.open_tab().await?;
    browser.account().await?;
    browser.driver.goto(format!("{origin}{}", variant.page())).await?;
    browser.wait_until("the page has loaded", "document.readyState === 'complete'").await?;
    let made = browser.driver.execute("return placetBenchMake(arguments[0])", vec![json!(way.id())]).await?;
    let made = made.json().as_f64().context("no nodes were made")?;
    // What the page still does of its own accord shall not count.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let before = browser.accounts().await?;
    let add = "const answer = arguments[0]; placetBenchAdd().then(answer, (e) => answer(String(e)))";
    let added = browser.driver.execute_async(add, vec![]).await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = browser.accounts().await?;
    let added = added.json().as_f64().with_context(|| format!("{}: {}", variant.name(), added.json()))?;
    let ran = browser.driver.execute("return !!window.placetBenchRan", vec![]).await?;
    if ran.json() != &Value::Bool(false) || (made - added).abs() > 0.5 {
        bail!("{}: {made} nodes were made and {added} are there; ran: {}", variant.name(), ran.json());
    }
    browser.close_tab(home).await?;
    Ok(Addition { variant, way, round, cost: (after.script - before.script) * 1000.0 / added })
}
