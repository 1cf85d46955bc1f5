//! The notice on a page of its own: for every reader, on every screen, on paper, and as a file.

use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use placet_model::{check::check, json, snapshot};
use serde_json::json;

use crate::{axe, config::config, runner::Browser, shop::Shop, wait::until};

/// A shop whose notices hold everything that a notice can, and the exact snapshots by language.
async fn shop(browser: &Browser) -> Result<(Shop, Vec<(String, String)>)> {
    let mut config = config(&["analytics", "recommendations", "marketing", "ads"])?;
    let both = |text: &str| json!({ "en": text, "zh-CN": format!("{text}（中文）") });
    config["purposes"][2]["sensitive"] = json!(true);
    config["purposes"][2]["once"] = json!(true);
    config["purposes"][2]["necessity"] = both("No fitting food without your allergies.");
    config["purposes"][2]["impact"] = both("Somebody at your screen may learn of them.");
    config["minors"] = json!({ "age": 14 });
    config["firstLayer"]["optOutText"] = both("Here it runs until you object:\n\n- to sale\n- to sharing");
    config["services"] =
        json!([{ "use": "google-analytics-4", "purpose": "analytics" }, { "use": "meta-pixel", "purpose": "ads" }]);
    let checked = check(&config.to_string()).map_err(|_| anyhow!("the config is no JSON"))?.config;
    let texts = ["en", "zh-CN"].map(|lang| (lang.to_owned(), json::to_text(&snapshot::notice(&checked, lang))));
    Ok((Shop::with(browser, &config, &[]).await?, texts.into()))
}

fn page(text: &str) -> String {
    format!("/notice/{}", snapshot::hash(text).trim_start_matches("sha256:"))
}

async fn emulate(shop: &Shop, media: &str, scheme: &str) -> Result<()> {
    let features = json!({ "media": media, "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    shop.driver().cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
    Ok(())
}

/// axe-core finds nothing, by day and by night; nothing is behind a click and nothing is loaded (GDPR 12: easily accessible).
pub(super) async fn notice_page_is_accessible(browser: Browser) -> Result<()> {
    let (shop, notices) = shop(&browser).await?;
    for (lang, text) in &notices {
        for scheme in ["light", "dark"] {
            emulate(&shop, "", scheme).await?;
            shop.open(&page(text)).await?;
            axe::check_page(&shop, &format!("the page of the notice in {lang}, {scheme}")).await?;
            let ground = shop.js("return getComputedStyle(document.documentElement).backgroundColor", &[]).await?;
            let expected = if scheme == "dark" { "rgb(26, 31, 30)" } else { "rgb(255, 255, 255)" };
            ensure!(ground == expected, "{lang}, {scheme}: the ground is {ground}");
        }
        let found = "return {
            hidden: [...document.querySelectorAll('body *')].filter((element) =>
                element.textContent.trim() && !element.getClientRects().length).map((element) => element.outerHTML.slice(0, 80)),
            scripts: document.scripts.length,
            loaded: performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => !name.endsWith('favicon.ico')),
        }";
        let found = shop.js(found, &[]).await?;
        ensure!(found == json!({ "hidden": [], "scripts": 0, "loaded": [] }), "{lang}: {found}");
    }
    emulate(&shop, "", "light").await
}

/// WCAG 1.4.10: on the narrowest screen nothing scrolls sideways, and every address can be tapped.
pub(super) async fn notice_page_fits_every_screen(browser: Browser) -> Result<()> {
    let (shop, notices) = shop(&browser).await?;
    for (width, (lang, text)) in
        [320, 620, 1280].iter().flat_map(|width| notices.iter().map(move |notice| (width, notice)))
    {
        let screen = json!({ "width": width, "height": 640, "deviceScaleFactor": 1, "mobile": true });
        shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        shop.open(&page(text)).await?;
        let script = "const wide = [...document.querySelectorAll('body *')].filter((element) => {
                const { left, right } = element.getBoundingClientRect();
                return left < 0 || right > innerWidth;
            });
            return [document.documentElement.scrollWidth, ...wide.map((element) => element.outerHTML.slice(0, 80))]";
        let found = shop.js(script, &[]).await?;
        ensure!(found == json!([width]), "{lang} at {width} px: {found}");
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// PIPL 17: easy to read and to keep. The file is the very snapshot that receipts name; the other languages are one click away.
pub(super) async fn notice_page_can_be_kept(browser: Browser) -> Result<()> {
    let (shop, notices) = shop(&browser).await?;
    let folder = json!({ "behavior": "allow", "downloadPath": browser.dir });
    shop.driver().cdp().send_raw("Browser.setDownloadBehavior", folder).await?;
    for (at, (lang, text)) in notices.iter().enumerate() {
        shop.open(&page(text)).await?;
        shop.click_page("footer a[download]").await?;
        let name = format!("{}.json", snapshot::hash(text).trim_start_matches("sha256:"));
        let file = browser.dir.join(name);
        let saved =
            until("the notice is saved", async || Ok(fs::read_to_string(&file).ok().filter(|file| !file.is_empty())))
                .await?;
        ensure!(&saved == text, "{lang}: the file differs from the snapshot");

        shop.click_page("nav a").await?;
        let other = &notices[1 - at].0;
        let there = until("the other language is there", async || {
            let lang = shop.js("return document.documentElement.lang", &[]).await?;
            Ok(lang.as_str().map(str::to_owned).filter(|found| found == other))
        })
        .await;
        there.with_context(|| format!("from {lang} to {other}"))?;
    }
    Ok(())
}

/// On paper: black on white whatever the screen has, all of it, and links say where they lead.
pub(super) async fn notice_page_can_be_printed(browser: Browser) -> Result<()> {
    let (shop, notices) = shop(&browser).await?;
    shop.open(&page(&notices[0].1)).await?;
    emulate(&shop, "print", "dark").await?;
    let script = "const style = (selector, of) => getComputedStyle(document.querySelector(selector), of);
        return {
            ground: style('html').backgroundColor, ink: style('html').color, policy: style('.policy a', '::after').content,
            languages: style('.languages').display, details: document.querySelectorAll('dl').length,
        }";
    let found = shop.js(script, &[]).await?;
    let expected = json!({ "ground": "rgb(255, 255, 255)", "ink": "rgb(0, 0, 0)", "languages": "none", "details": 5 });
    ensure!(
        found["policy"].as_str().is_some_and(|address| address.contains("https://shop.example/privacy")),
        "{found}"
    );
    for name in ["ground", "ink", "languages", "details"] {
        ensure!(found[name] == expected[name], "{name}: {found}");
    }
    emulate(&shop, "", "light").await
}
