//! The click that accepts on a first visit: do the held tags start together?

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::variants::{self, Variant};
use crate::chromium::Chromium;

/// What followed from a click; times in milliseconds since it.
#[derive(Clone, Debug)]
pub(crate) struct Acceptance {
    pub(crate) variant: Variant,
    /// When each tag was asked for, in the order of time.
    pub(crate) starts: Vec<f64>,
    /// When the last of them ran.
    pub(crate) last_tag: f64,
}

impl Acceptance {
    /// When the first tag was asked for.
    pub(crate) fn first_start(&self) -> f64 {
        self.starts.first().copied().unwrap_or(f64::NAN)
    }

    /// When the last tag was asked for.
    pub(crate) fn last_start(&self) -> f64 {
        self.starts.last().copied().unwrap_or(f64::NAN)
    }

    /// The click as a member of the JSON report.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "variant": self.variant.id(), "starts": self.starts, "lastTag": self.last_tag })
    }
}

/// Notes the time of the first click, before the page can do anything with it.
const NOTE_CLICK: &str = "addEventListener('click', ({ timeStamp }) => { window.placetBenchClick = window.placetBenchClick || timeStamp; }, true)";

/// What the page knows about its tags afterwards.
const TAGS: &str = "
    const files = performance.getEntriesByType('resource');
    const tags = files.filter(({ name }) => new URL(name).pathname.startsWith('/late/'));
    return {
        click: window.placetBenchClick,
        starts: tags.map(({ startTime }) => startTime).sort((a, b) => a - b),
        last: Math.max(...window.placetBenchTags),
    };
";

/// Comes for the first time, accepts, and watches.
pub(crate) async fn accept(browser: &Chromium, origin: &str, variant: Variant) -> Result<Acceptance> {
    let home = browser.open_tab().await?;
    browser.tell("Network.enable", json!({})).await?;
    browser.tell("Network.clearBrowserCache", json!({})).await?;
    browser.tell("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": "all" })).await?;
    // There is nobody here who takes receipts.
    browser.tell("Network.setBlockedURLs", json!({ "urls": ["*/v1/*"] })).await?;
    browser.tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NOTE_CLICK })).await?;
    browser.driver.goto(format!("{origin}{}", variant.first_page())).await?;
    wait_for_layer(browser, variant).await?;
    browser.click(variant.accept()).await?;
    browser.wait_until("the tags ran", &variants::all_ran()).await?;
    let seen = browser.driver.execute(TAGS, vec![]).await?;
    let acceptance = read(seen.json(), variant).with_context(|| variant.name())?;
    browser.close_tab(home).await?;
    Ok(acceptance)
}

/// Waits until the first layer is there and no longer on its way.
pub(super) async fn wait_for_layer(browser: &Chromium, variant: Variant) -> Result<()> {
    let path = json!(variant.banner());
    let expression = format!(
        "(() => {{
            let scope = document;
            let element = null;
            for (const selector of {path}) {{
                element = scope && scope.querySelector(selector);
                scope = element && element.shadowRoot;
            }}
            return element && getComputedStyle(element).opacity === '1'
                && element.getBoundingClientRect().height > 0
                && !document.getAnimations().some(({{ playState }}) => playState === 'running');
        }})()"
    );
    browser.wait_until("the first layer was there", &expression).await
}

fn read(seen: &Value, variant: Variant) -> Result<Acceptance> {
    let click = seen["click"].as_f64().context("no click was noted")?;
    let starts = seen["starts"].as_array().context("no tag was asked for")?;
    let starts: Vec<f64> = starts.iter().filter_map(Value::as_f64).map(|start| start - click).collect();
    let last_tag = seen["last"].as_f64().context("no tag said when it ran")? - click;
    Ok(Acceptance { variant, starts, last_tag })
}
