//! A return visit: one warm load of one page.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::variants::{self, Variant};
use crate::chromium::{Accounts, Chromium};

/// How well the browser knows the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Its files are in the cache.
    Second,
    /// The browser has kept what it compiled, too.
    Later,
}

impl Visit {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Second, Self::Later];

    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Second => "second visit",
            Self::Later => "later visit",
        }
    }

    /// The name in JSON.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Later => "later",
        }
    }
}

/// What was seen during a warm load.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) variant: Variant,
    pub(crate) visit: Visit,
    pub(crate) round: usize,
    /// What the main thread did.
    pub(crate) accounts: Accounts,
    /// When the last tag ran, in milliseconds since the navigation began.
    pub(crate) last_tag: f64,
}

impl Load {
    /// The load as a member of the JSON report.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "variant": self.variant.id(),
            "visit": self.visit.id(),
            "round": self.round,
            "script": self.accounts.script,
            "task": self.accounts.task,
            "lastTag": self.last_tag,
        })
    }
}

/// Accepts on the page as a visitor does, and leaves the browser as it is once the receipt was delivered.
pub(crate) async fn accept(browser: &Chromium, origin: &str, variant: Variant) -> Result<()> {
    let home = browser.open_tab().await?;
    // No receipt is sent from here: what is measured are visits long after.
    browser.tell("Network.enable", json!({})).await?;
    browser.tell("Network.setBlockedURLs", json!({ "urls": ["*/embed/widget-*"] })).await?;
    browser.driver.goto(format!("{origin}{}", variant.page())).await?;
    super::accept::wait_for_layer(browser, variant).await?;
    browser.click(variant.accept()).await?;
    browser.wait_until("the tags ran", &variants::all_ran()).await?;
    let forget = "Object.keys(localStorage).filter((key) => key.startsWith('placet.outbox.')).forEach((key) => localStorage.removeItem(key))";
    browser.driver.execute(forget, vec![]).await?;
    browser.close_tab(home).await
}

/// Loads the page once with an empty cache, then twice in fresh tabs, thus in fresh processes; the latter are measured.
pub(crate) async fn come_back(browser: &Chromium, origin: &str, variant: Variant, round: usize) -> Result<Vec<Load>> {
    let mut loads = Vec::new();
    for visit in [None, Some(Visit::Second), Some(Visit::Later)] {
        let home = browser.open_tab().await?;
        if visit.is_none() {
            browser.tell("Network.enable", json!({})).await?;
            browser.tell("Network.clearBrowserCache", json!({})).await?;
        }
        browser.account().await?;
        let load = load(browser, origin, variant).await.with_context(|| variant.name())?;
        if let Some(visit) = visit {
            let (accounts, last_tag) = load;
            loads.push(Load { variant, visit, round, accounts, last_tag });
        }
        browser.close_tab(home).await?;
    }
    Ok(loads)
}

async fn load(browser: &Chromium, origin: &str, variant: Variant) -> Result<(Accounts, f64)> {
    browser.driver.goto(format!("{origin}{}", variant.page())).await?;
    browser.wait_until("the tags ran", &variants::all_ran()).await?;
    // What comes late shall be accounted for too.
    tokio::time::sleep(Duration::from_millis(400)).await;
    let accounts = browser.accounts().await?;
    let seen = "return { last: Math.max(...window.placetBenchTags), asks: !!document.querySelector(arguments[0]) }";
    let layer = variant.banner().first().copied().unwrap_or("placet-ui");
    let seen = browser.driver.execute(seen, vec![json!(layer)]).await?;
    if seen.json()["asks"] == true {
        bail!("it asks although all was accepted");
    }
    let last = seen.json()["last"].as_f64().context("no tag said when it ran")?;
    Ok((accounts, last))
}
