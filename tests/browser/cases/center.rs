//! The preference center: choosing, changing, taking back.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::visit::claims;
use crate::{
    runner::Browser,
    shop::{Layer, Shop},
    wait::until_true,
};

/// Refuse with one click, then allow one purpose: its held tag runs without a reload, the others stay held.
pub(super) async fn choose(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.is_quiet().await?;
    shop.js("window.notReloaded = true", &[]).await?;

    shop.open_settings().await?;
    ensure!(!shop.switched("analytics").await?, "a refused purpose is switched on");
    shop.switch("analytics", true).await?;
    ensure!(shop.ran().await?.is_empty(), "a switch is a draft, yet a tag ran");
    shop.save().await?;

    shop.runs(&["Pagecount"]).await?;
    ensure!(shop.granted().await? == ["analytics"]);
    ensure!(shop.js("return window.notReloaded", &[]).await? == true, "the page was reloaded");
    let signals = shop.consent_mode().await?;
    ensure!(signals["default"]["analytics_storage"] == "denied", "the default signals are {signals}");
    ensure!(signals["update"]["analytics_storage"] == "granted", "the last update is {signals}");
    ensure!(signals["update"]["ad_storage"] == "denied", "the last update is {signals}");
    let receipts = shop.delivered(2).await?;
    let claims = claims(&receipts[1])?;
    ensure!(claims["event"]["state"] == "changed" && claims["event"]["method"] == "preferences.save", "{claims}");
    ensure!(claims["choices"]["analytics"] == "granted" && claims["choices"]["ads"] == "denied", "{claims}");
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// What was picked is recorded, signed and shown again; picks of a refused purpose are not.
pub(super) async fn preferences(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.switch("marketing", true).await?;
    shop.prefer("channels", "email").await?;
    shop.prefer("channels", "wechat").await?;
    shop.prefer("frequency", "weekly").await?;
    shop.prefer("frequency", "monthly").await?;
    shop.save().await?;
    shop.misses(Layer::First).await?;
    let picked = json!({ "channels": ["email", "wechat"], "frequency": "monthly" });
    let named = |found: &serde_json::Value| {
        found["channels"] == picked["channels"] && found["frequency"] == picked["frequency"]
    };
    let record = shop.record().await?;
    ensure!(named(&record["preferences"]), "the record is {record}");
    let receipts = shop.delivered(1).await?;
    ensure!(named(&claims(&receipts[0])?["preferences"]), "the receipt says {}", claims(&receipts[0])?);

    shop.open("/account").await?;
    shop.open_settings().await?;
    let script = "return all('[data-placet-preference]').filter((input) => input.checked).map((input) => input.value)";
    ensure!(shop.js(script, &[]).await? == json!(["email", "wechat", "monthly"]), "the center forgets what was picked");
    shop.switch("marketing", false).await?;
    shop.save().await?;
    let record = shop.record().await?;
    ensure!(record["preferences"].as_object().is_none_or(|left| left.is_empty()), "the record is {record}");
    Ok(())
}

/// Esc and the close button are no choice; the focus goes in and comes back (APG, modal dialog).
pub(super) async fn escape_is_no_choice(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    let inside = "return layer('center').contains(host.shadowRoot.activeElement) && layer('center').matches(':modal')";
    until_true("the focus is in the center", async || Ok(shop.js(inside, &[]).await? == true)).await?;
    shop.switch("analytics", true).await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.shows(Layer::First).await?, "Esc took the question away");
    ensure!(shop.record().await?.is_null(), "Esc made a record: {}", shop.record().await?);
    ensure!(shop.outbox().await?.is_empty() && shop.ran().await?.is_empty());
    until_true("the focus is back on the button", async || Ok(shop.focused().await?.as_deref() == Some("choose")))
        .await?;

    shop.choose().await?;
    ensure!(!shop.switched("analytics").await?, "a draft outlived its dialog");
    shop.click(Layer::Center, "close").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.record().await?.is_null(), "closing made a record");

    // From the shop's own page the focus comes back as well.
    shop.answer("reject").await?;
    shop.open_settings().await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    until_true("the focus is back on the link", async || Ok(shop.focused().await?.as_deref() == Some("open"))).await
}

/// However often it is asked for, there is one dialog, and only while it is open.
pub(super) async fn opened_three_times(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    for _ in 0..3 {
        // An impatient person, before the first click has had its effect.
        shop.js("placet.open(); placet.open(); placet.open()", &[]).await?;
        shop.sees(Layer::Center).await?;
        ensure!(shop.dialogs().await? == 1, "{} dialogs", shop.dialogs().await?);
        shop.key(Key::Escape).await?;
        shop.misses(Layer::Center).await?;
        until_true("the dialog is taken away", async || Ok(shop.dialogs().await? == 0)).await?;
    }
    shop.choose().await?;
    shop.save().await?;
    shop.misses(Layer::First).await?;
    ensure!(shop.delivered(1).await?.len() == 1);
    Ok(())
}

/// Accept all and reject all stand in the center too and mean the same.
pub(super) async fn buttons_of_the_center(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.click(Layer::Center, "accept").await?;
    shop.misses(Layer::Center).await?;
    shop.misses(Layer::First).await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    ensure!(shop.switched("analytics").await? && !shop.switched("ads").await?);
    shop.click(Layer::Center, "reject").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await?.is_empty());
    let receipts = shop.delivered(2).await?;
    ensure!(claims(&receipts[1])?["event"]["method"] == "preferences.reject_all");
    Ok(())
}

/// Taking back is one click in the center; the next page is quiet and what the shop's own tags kept is gone.
pub(super) async fn withdraw(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/product?item=ripple-teapot").await?;
    shop.answer("accept").await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    until_true("the recommender remembers", async || Ok(shop.stored().await?.local.contains(&"rec_profile".into())))
        .await?;
    shop.delivered(1).await?;

    shop.open_settings().await?;
    shop.lists(1).await?;
    shop.click(Layer::Center, "withdraw").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await?.is_empty());
    let stored = shop.stored().await?;
    ensure!(
        !stored.local.contains(&"rec_profile".into()),
        "after the withdrawal localStorage holds {:?}",
        stored.local
    );
    let receipts = shop.delivered(2).await?;
    let claims = claims(&receipts[1])?;
    ensure!(claims["event"]["state"] == "withdrawn" && claims["event"]["method"] == "preferences.withdraw", "{claims}");
    shop.open("/").await?;
    shop.is_quiet().await
}

/// A held frame loads when its purpose is allowed, and not before.
pub(super) async fn frame(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/product?item=ripple-teapot").await?;
    shop.sees(Layer::First).await?;
    shop.is_quiet().await?;
    let source = "return document.querySelector('iframe[data-placet]')?.getAttribute('src') ?? null";
    ensure!(shop.js(source, &[]).await?.is_null(), "the frame loads before any choice");
    shop.choose().await?;
    shop.switch("recommendations", true).await?;
    shop.save().await?;
    let film = format!("{}/video.html", shop.server.third_parties);
    until_true("the film loads", async || {
        Ok(shop.third_party_requests().await?.iter().any(|url| url.starts_with(&film)))
    })
    .await?;
    ensure!(shop.ran().await? == ["Recommender"], "these tags ran: {:?}", shop.ran().await?);
    Ok(())
}
