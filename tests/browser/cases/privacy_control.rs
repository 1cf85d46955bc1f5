//! Global Privacy Control: it lowers, never raises, and is not stored as a refusal.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::visit::claims;
use crate::{
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
};

/// Consent given before the signal came rests while it lasts, and holds again when it is gone.
pub(super) async fn signal_lowers_and_is_not_stored(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let page = |before: &str| {
        Page::html(&format!(
            r#"<!doctype html><html lang="en"><head><title>A shop</title>{before}
<script src="{}/embed/placet.js"></script></head><body><h1>A shop</h1>
<button type="button" data-placet-action="open">Privacy settings</button></body></html>"#,
            shop.server.origin
        ))
    };
    let on = "<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });</script>";
    let pages = BTreeMap::from([("/off".to_owned(), page("")), ("/on".to_owned(), page(on))]);
    let stand = Stand::open(pages).await?;
    let shop = shop.with_pages_of(&stand);

    shop.open("/off").await?;
    shop.choose().await?;
    shop.switch("analytics", true).await?;
    shop.switch("ads", true).await?;
    shop.save().await?;
    ensure!(shop.granted().await? == ["ads", "analytics"]);
    shop.delivered(1).await?;

    shop.open("/on").await?;
    ensure!(shop.granted().await? == ["analytics"], "under the signal these may run: {:?}", shop.granted().await?);
    ensure!(!shop.shows(Layer::First).await?, "the signal made the question come back");
    ensure!(shop.recorded("ads").await? == "granted", "the signal was stored as a refusal");
    shop.open_settings().await?;
    shop.switch("analytics", false).await?;
    shop.save().await?;
    ensure!(
        shop.record().await?["choices"]["ads"].is_null(),
        "saving something else stored an answer that nobody gave"
    );
    let receipts = shop.delivered(2).await?;
    ensure!(claims(&receipts[1])?["signals"]["gpc"] == true, "the receipt says {}", claims(&receipts[1])?);

    shop.open("/off").await?;
    ensure!(shop.granted().await?.is_empty(), "without the signal these may run: {:?}", shop.granted().await?);
    // Everything else is answered.
    shop.sees(Layer::Separate).await?;
    ensure!(!shop.shows(Layer::First).await?, "what was answered is asked again");
    Ok(())
}

/// The browser's own setting.
pub(super) async fn signal_of_the_browser(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    ensure!(shop.js("return navigator.globalPrivacyControl", &[]).await? == true, "the browser sends no signal");
    shop.answer("accept").await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    shop.open_settings().await?;
    let off = "return all('[data-placet-switch=ads]')[0].disabled";
    ensure!(shop.js(off, &[]).await? == true, "the switch of ads promises what the signal denies");
    let receipts = shop.delivered(1).await?;
    ensure!(claims(&receipts[0])?["signals"]["gpc"] == true);
    Ok(())
}
