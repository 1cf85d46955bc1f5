//! One visit to one page: the center is opened several times, searched, and closed; then all is accepted.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::variants::{Size, Variant};
use crate::chromium::Chromium;

/// What a visitor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Opens the center that was open before.
    Open,
    /// Accepts on the first layer.
    Accept,
    /// Types into the search.
    Key,
}

impl Act {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Accept, Self::Key];

    /// The name in JSON.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accept => "accept",
            Self::Key => "key",
        }
    }
}

/// How soon something showed.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) variant: Variant,
    pub(crate) size: Size,
    pub(crate) act: Act,
    /// Milliseconds from the click or key until the frame that shows it was painted.
    pub(crate) time: f64,
    /// Which frame after the click or key that was.
    pub(crate) frames: f64,
}

impl Answer {
    /// The answer as a member of the JSON report.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "variant": self.variant.id(),
            "size": self.size.id(),
            "act": self.act.id(),
            "time": self.time,
            "frames": self.frames,
        })
    }
}

/// How often the center is opened on one visit.
const OPENINGS: usize = 3;

/// How long a page is left alone before it is watched.
const REST: Duration = Duration::from_millis(500);

const SEARCH: &[&str] = &["placet-ui", "[data-placet-layer=center] #placet-search"];
const FOUND: &[&str] = &["placet-ui", "[data-placet-layer=center] .search [role=status]"];

/// Each key finds fewer services than the one before; the first has all that is to be searched made ready.
const KEYS: [&str; 3] = ["7", "7", "7"];

/// Visits a page in a fresh tab and process, with a processor four times slower.
pub(crate) async fn visit(browser: &Chromium, origin: &str, variant: Variant, size: Size) -> Result<Vec<Answer>> {
    let home = browser.open_tab().await?;
    browser.tell("Network.enable", json!({})).await?;
    browser.tell("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": "all" })).await?;
    // There is nobody here who takes receipts.
    browser.tell("Network.setBlockedURLs", json!({ "urls": ["*/v1/*"] })).await?;
    browser.tell("Emulation.setCPUThrottlingRate", json!({ "rate": 4 })).await?;
    let source = include_str!("watch.js");
    browser.tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
    browser.driver.goto(format!("{origin}{}", variant.page(size))).await?;
    let page = Page { browser, variant, size };
    let answers = page.answers().await.with_context(|| format!("{}, {}", variant.name(), size.name()))?;
    browser.close_tab(home).await?;
    Ok(answers)
}

/// An open page.
struct Page<'a> {
    browser: &'a Chromium,
    variant: Variant,
    size: Size,
}

impl Page<'_> {
    async fn answers(&self) -> Result<Vec<Answer>> {
        let variant = self.variant;
        self.wait_for(variant.banner(), true).await?;
        // This once it may be fetched, compiled and prepared.
        self.browser.click(variant.choose()).await?;
        self.wait_for(variant.center(), true).await?;
        let mut answers = Vec::new();
        for opening in 0..OPENINGS {
            self.browser.click(variant.close()).await?;
            self.wait_for(variant.center(), false).await?;
            self.wait_for(variant.banner(), true).await?;
            self.watch(variant.center(), "seen").await?;
            self.browser.click(variant.choose()).await?;
            answers.push(self.seen(Act::Open).await?);
            if variant == Variant::Placet && self.size == Size::Thousand && opening == 0 {
                for key in KEYS {
                    self.watch(FOUND, "changed").await?;
                    self.browser.type_into(SEARCH, key).await?;
                    answers.push(self.seen(Act::Key).await?);
                }
            }
        }
        self.browser.click(variant.close()).await?;
        self.wait_for(variant.center(), false).await?;
        self.wait_for(variant.banner(), true).await?;
        self.watch(variant.banner(), "gone").await?;
        self.browser.click(variant.accept()).await?;
        answers.push(self.seen(Act::Accept).await?);
        Ok(answers)
    }

    /// Waits until something is on screen, or gone, and nothing moves any more.
    async fn wait_for(&self, path: &[&str], seen: bool) -> Result<()> {
        let there = if seen { "is there" } else { "is gone" };
        let expression = format!(
            "document.readyState === 'complete' && placetBenchIsSeen({}) === {seen}
                && !document.getAnimations().some(({{ playState }}) => playState === 'running')",
            json!(path)
        );
        self.browser.wait_until(&format!("{} {there}", path.join(" ")), &expression).await
    }

    async fn watch(&self, path: &[&str], what: &str) -> Result<()> {
        tokio::time::sleep(REST).await;
        let arguments = vec![json!(path), json!(what)];
        self.browser.driver.execute("placetBenchWatch(arguments[0], arguments[1])", arguments).await?;
        Ok(())
    }

    async fn seen(&self, act: Act) -> Result<Answer> {
        self.browser.wait_until("it showed", "placetBenchSeen()").await?;
        let seen = self.browser.driver.execute("return placetBenchSeen()", vec![]).await?;
        let number = |name: &str| seen.json()[name].as_f64().with_context(|| format!("no {name} was measured"));
        let (variant, size) = (self.variant, self.size);
        Ok(Answer { variant, size, act, time: number("time")?, frames: number("frames")? })
    }
}
