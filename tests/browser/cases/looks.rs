//! How it looks: accessible, without a jolt, and as the README shows it.

use std::{env, fs};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    axe, places,
    runner::Browser,
    shop::{Layer, Shop},
};

pub(super) async fn axe_first_layer(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.settled().await?;
    axe::check(&shop, "the first layer", &[]).await?;
    shop.open("/zh/").await?;
    shop.sees(Layer::First).await?;
    axe::check(&shop, "the first layer in Chinese", &[]).await
}

pub(super) async fn axe_center(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    shop.lists(1).await?;
    shop.switch("marketing", true).await?;
    // Behind a modal dialog the page is out of reach, and its skip link no longer the first link. What the dialog has
    // scrolled away counts as invisible for axe-core, and a label that is invisible as none: names are checked below.
    let without = ["region", "label-title-only"];
    let names = "return all('[data-placet-switch]').map((input) =>
        host.shadowRoot.getElementById(input.getAttribute('aria-labelledby'))?.innerText ?? '')";
    let names: Vec<String> = serde_json::from_value(shop.js(names, &[]).await?)?;
    ensure!(names.len() == 4 && !names.contains(&String::new()), "the switches are named {names:?}");
    axe::check(&shop, "the center", &without).await?;
    shop.js("all('details').forEach((details) => { details.open = true; })", &[]).await?;
    axe::check(&shop, "the center with all details", &without).await
}

/// Neither the question nor the answer moves anything on the page.
pub(super) async fn layout_shift(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.settled().await?;
    shop.answer("accept").await?;
    shop.settled().await?;
    let script = "const done = arguments[arguments.length - 1];
        const shifts = [];
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push(
            `${entry.value} ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join(' | ')}`,
        ))).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(shifts), 100);";
    let shifts = shop.driver().execute_async(script, vec![]).await?.json().clone();
    ensure!(shifts == json!([]), "the layout shifted: {shifts:#}");
    Ok(())
}

/// On the narrowest screen: no scrolling sideways, every button in reach of a thumb, at most 60 % covered (WCAG 1.4.10, 2.5.8).
pub(super) async fn narrow_screen(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let screen = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
    for page in ["/", "/zh/"] {
        shop.open(page).await?;
        shop.sees(Layer::First).await?;
        let script = "const first = layer('first'), box = first.getBoundingClientRect();
            const buttons = [...first.querySelectorAll('button')].map((button) => {
                button.scrollIntoView({ block: 'nearest' });
                const { left, right, top, bottom, width, height } = button.getBoundingClientRect();
                return left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight && width >= 44 && height >= 44;
            });
            return { wide: Math.max(first.scrollWidth, box.right) > innerWidth, share: box.height / innerHeight, buttons }";
        let found = shop.js(script, &[]).await?;
        ensure!(found["wide"] == false, "{page} scrolls sideways");
        ensure!(
            found["share"].as_f64().is_some_and(|share| share <= 0.6),
            "{page}: the notice covers {}",
            found["share"]
        );
        ensure!(found["buttons"] == json!([true, true, true]), "{page}: buttons in reach: {}", found["buttons"]);
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// Pictures of the notice under `target`; the one of the README in `docs/images` too, where `PLACET_WRITE_IMAGES` is 1.
pub(super) async fn screenshots(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    for (width, height, page, layer, name) in [
        (1280, 800, "/", Layer::First, "first-layer"),
        (1280, 800, "/zh/", Layer::First, "first-layer-zh"),
        (1280, 800, "/", Layer::Center, "center"),
        (390, 780, "/", Layer::First, "first-layer-phone"),
    ] {
        // "mobile" draws scrollbars over the page, as most systems do.
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        shop.open(page).await?;
        shop.sees(Layer::First).await?;
        if layer == Layer::Center {
            shop.choose().await?;
        }
        shop.settled().await?;
        let picture = shop.driver().screenshot_as_png().await?;
        let made = places::evidence().join("pictures");
        fs::create_dir_all(&made)?;
        fs::write(made.join(format!("{name}.png")), &picture)?;
        if name == "first-layer" && env::var("PLACET_WRITE_IMAGES").is_ok_and(|value| value == "1") {
            let images = places::root().join("docs/images");
            fs::create_dir_all(&images)?;
            fs::write(images.join(format!("{name}.png")), &picture)?;
        }
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}
