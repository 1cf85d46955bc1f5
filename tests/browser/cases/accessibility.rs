//! What an accessibility auditor's tool finds (WCAG 2.2 AA, as far as axe-core sees): nothing, in every state, by
//! day and by night, in Latin letters, in Chinese, and from right to left.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::languages::plain;
use crate::{
    axe,
    config::{THIRD_PARTY, config},
    process::free_ports,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::{Page, Stand},
    wait::until_true,
};

const LANGUAGES: [&str; 3] = ["en", "zh-CN", "ar"];

/// A held film, and a box to tick inside a form.
const BODY: &str = r#"<iframe title="A film" width="420" height="260" data-placet="analytics" data-src="{T}/film"></iframe>
    <form><placet-consent purpose="recommendations" name="recommendations"></placet-consent><button>Sign up</button></form>"#;

/// A shop of a scheme with a page a language, and what stands behind it.
async fn open(browser: &Browser, scheme: &str) -> Result<(Shop, [Stand; 2])> {
    let mut config = config(&["analytics", "recommendations", "ads"])?;
    config["services"] = json!([
        { "id": "films", "purpose": "analytics", "name": "Example Films", "hosts": [format!("{THIRD_PARTY}/film")] },
    ]);
    config = plain(&config);
    config["languages"] = json!(LANGUAGES);
    config["theme"]["scheme"] = json!(scheme);
    config["feedback"] = json!(true);
    let port = free_ports()?;
    let public = format!("http://127.0.0.1:{port}/");
    let shop = Shop::with(browser, &config, &["--public-url", &public]).await?;
    let film = Page::html("<!doctype html><html lang=en><title>A film</title><p>A film</p>");
    let third = Stand::open(BTreeMap::from([("/film".to_owned(), film)])).await?;
    let head = r#"<meta name="viewport" content="width=device-width"><script src="/embed/placet.js"></script>"#;
    let body = BODY.replace("{T}", &third.named(THIRD_PARTY));
    let pages = LANGUAGES.iter().map(|lang| (format!("/{lang}"), page(lang, head, &body))).collect();
    let stand = Stand::before(port, &shop.server.origin, &[], &[], pages).await?;
    Ok((shop.with_pages_of(&stand), [third, stand]))
}

/// Every state of all that Placet draws.
pub(super) async fn axe_in_every_state(browser: Browser) -> Result<()> {
    for scheme in ["light", "dark"] {
        let (shop, _stands) = open(&browser, scheme).await?;
        for (at, lang) in LANGUAGES.iter().enumerate() {
            shop.open(&format!("/{lang}")).await?;
            shop.sees(Layer::First).await?;
            let drawn = "return !!document.querySelector('placet-held')
                && !!document.querySelector('placet-consent').shadowRoot?.querySelector('input')";
            until_true("cover and control are drawn", async || Ok(shop.js(drawn, &[]).await? == true)).await?;
            axe::check(&shop, &format!("the first layer, {scheme}, {lang}")).await?;
            axe::check_with(&shop, &format!("the cover, {scheme}, {lang}"), "placet-held").await?;
            axe::check_with(&shop, &format!("the control in a form, {scheme}, {lang}"), "placet-consent").await?;

            shop.answer("accept").await?;
            let asked = "return !!host.shadowRoot.querySelector('[data-placet-layer=separate]')
                && host.shadowRoot.querySelector('[data-placet-layer=saved] [role=status]')?.textContent !== ''";
            until_true("separate consent is asked", async || Ok(shop.js(asked, &[]).await? == true)).await?;
            axe::check(&shop, &format!("separate consent, {scheme}, {lang}")).await?;
            let refuse =
                "host.shadowRoot.querySelector('[data-placet-layer=separate] [data-placet-action=reject]').click()";
            shop.js(refuse, &[]).await?;
            shop.delivered(2 * (at + 1)).await?;

            shop.js("placet.open()", &[]).await?;
            shop.sees(Layer::Center).await?;
            shop.lists(2).await?;
            axe::check_center(&shop, &format!("the center, {scheme}, {lang}")).await?;
            shop.js("all('details').forEach((details) => { details.open = true; })", &[]).await?;
            until_true("my choices are open", async || {
                Ok(shop.js("return all('.quote').length === 2", &[]).await? == true)
            })
            .await?;
            axe::check_center(&shop, &format!("the center with everything open, {scheme}, {lang}")).await?;
            shop.js("localStorage.clear(); indexedDB.deleteDatabase('placet')", &[]).await?;
        }
    }
    Ok(())
}

/// From right to left, in every engine.
pub(super) async fn axe_from_right_to_left(browser: Browser) -> Result<()> {
    let (shop, _stands) = open(&browser, "light").await?;
    shop.open("/ar").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    axe::check(&shop, "the first layer in Arabic").await?;
    shop.choose().await?;
    axe::check_center(&shop, "the center in Arabic").await
}
