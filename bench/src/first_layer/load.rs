//! One cold load of one page.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{condition::Condition, variants::Variant};
use crate::chromium::Chromium;

/// What was seen during a load; times in milliseconds since its navigation began.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) variant: Variant,
    pub(crate) condition: Condition,
    /// The page's first contentful paint.
    pub(crate) paint: f64,
    /// When the first layer was seen; `None` without a banner.
    pub(crate) layer: Option<f64>,
    /// When it was opaque too.
    pub(crate) whole: Option<f64>,
    /// Whether the first layer was already there in the first contentful paint.
    pub(crate) is_in_first_paint: bool,
    /// The sum of all layout shifts.
    pub(crate) shift: f64,
    /// Each of them, with what moved.
    pub(crate) shifts: Value,
    /// Bytes of the banner's files, compressed, without headers.
    pub(crate) bytes: f64,
    /// Every file of the load, with its times.
    pub(crate) files: Value,
}

/// Loads the page in a fresh tab, thus in a fresh process, with an empty cache.
pub(crate) async fn load(
    browser: &Chromium,
    origin: &str,
    variant: Variant,
    condition: Condition,
    screenshot: Option<&Path>,
) -> Result<Load> {
    let driver = &browser.driver;
    let home = browser.open_tab().await?;
    browser.tell("Network.enable", json!({})).await?;
    browser.tell("Network.clearBrowserCache", json!({})).await?;
    let storage = json!({ "origin": origin, "storageTypes": "all" });
    browser.tell("Storage.clearDataForOrigin", storage).await?;
    condition.set(browser).await?;
    let source = include_str!("detector.js").replace("__PATH__", &json!(variant.banner()).to_string());
    browser.tell("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await?;
    driver.goto(format!("{origin}{}", variant.page())).await?;
    let ask =
        "const answer = arguments[1]; placetBench(arguments[0]).then(answer, (e) => answer({ error: String(e) }))";
    let seen = driver.execute_async(ask, vec![json!(variant.files())]).await?;
    let load =
        read(seen.json(), variant, condition).with_context(|| format!("{}, {}", variant.name(), condition.name()))?;
    if let Some(path) = screenshot {
        driver.screenshot(path).await.with_context(|| format!("cannot write {}", path.display()))?;
    }
    browser.close_tab(home).await?;
    Ok(load)
}

fn read(seen: &Value, variant: Variant, condition: Condition) -> Result<Load> {
    if let Some(error) = seen["error"].as_str() {
        bail!("{error}");
    }
    let files = seen["files"].as_array().context("no files were listed")?;
    // A picture that is shown twice is taken from memory the second time; scripts and styles are used once.
    let is_picture = |file: &Value| file["path"].as_str().is_some_and(|path| path.ends_with(".svg"));
    if let Some(file) = files.iter().find(|file| file["isCold"] != true && !is_picture(file)) {
        bail!("{} did not come from the server: the load was not cold", file["path"]);
    }
    let number = |name: &str| seen[name].as_f64().with_context(|| format!("no {name} was measured"));
    Ok(Load {
        variant,
        condition,
        paint: number("paint")?,
        layer: seen["layer"].as_f64(),
        whole: seen["whole"].as_f64(),
        is_in_first_paint: seen["isInFirstPaint"] == true,
        shift: sum(&seen["shifts"], "value", |_| true),
        shifts: seen["shifts"].clone(),
        bytes: sum(&seen["files"], "bytes", |file| file["isBanner"] == true),
        files: seen["files"].clone(),
    })
}

/// Adds up a member of some elements of a list.
fn sum(list: &Value, member: &str, which: impl Fn(&Value) -> bool) -> f64 {
    let elements = list.as_array().into_iter().flatten().filter(|element| which(element));
    elements.filter_map(|element| element[member].as_f64()).fold(0.0, |sum, value| sum + value)
}

impl Load {
    /// The load as a member of the JSON report.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "variant": self.variant.id(),
            "condition": self.condition.id(),
            "firstContentfulPaint": self.paint,
            "firstLayer": self.layer,
            "firstLayerOpaque": self.whole,
            "isInFirstPaint": self.is_in_first_paint,
            "layoutShift": self.shift,
            "shifts": self.shifts,
            "bytes": self.bytes,
            "files": self.files,
        })
    }
}
