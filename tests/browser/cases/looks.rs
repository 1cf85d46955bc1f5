//! How it looks: accessible, without a jolt, and as the README shows it.

use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    axe,
    engine::Engine,
    places,
    runner::Browser,
    shop::{Layer, Shop},
    wait::until_true,
};

/// The forms of the first layer, and the windows that they are looked at in: a telephone, a tablet, a desk.
const LAYOUTS: [&str; 3] = ["bar", "box", "centered"];
const WINDOWS: [(u32, u32); 3] = [(375, 667), (768, 1024), (1280, 800)];

/// The demo shop with another form of the first layer, and everything else that a theme can set.
async fn shop_in(browser: &Browser, layout: &str) -> Result<Shop> {
    let mut config: Value = serde_json::from_str(include_str!("../../../public/demo/placet.json"))?;
    config["theme"] = match layout {
        "bar" => json!({ "layout": layout, "accent": "#7a0019" }),
        "box" => json!({
            "layout": layout, "logo": "/assets/mark.svg", "font": "inherit", "radius": "4px",
            "accent": "#ffd400", "onAccent": "#1c1512", "ground": "#2b1d12", "ink": "#f5ece6",
            "dark": { "ground": "#000000", "ink": "#ffffff" },
        }),
        _ => json!({ "layout": layout }),
    };
    Shop::with(browser, &config, &["--demo"]).await
}

/// A window of a size, for a visitor who wants a scheme and nothing that moves.
pub(super) async fn window(shop: &Shop, (width, height): (u32, u32), scheme: &str) -> Result<()> {
    let cdp = shop.driver().cdp();
    let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
    cdp.send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
    let wishes = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")];
    let features = wishes.map(|(name, value)| json!({ "name": name, "value": value }));
    cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    Ok(())
}

/// As it was before: the next test has the same browser.
pub(super) async fn own_window(shop: &Shop) -> Result<()> {
    let cdp = shop.driver().cdp();
    cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    cdp.send_raw("Emulation.setEmulatedMedia", json!({ "features": [] })).await?;
    Ok(())
}

/// In every form and at every width: at most 60 % of the height, every button in reach, nothing to scroll sideways, and
/// accept and refuse alike in all that is drawn (EDPB 03/2022; CNIL 2020; CCPA regulations 7004; Quebec Law 25, 8.1).
pub(super) async fn layouts(browser: Browser) -> Result<()> {
    for layout in LAYOUTS {
        let shop = shop_in(&browser, layout).await?;
        for size in WINDOWS {
            for scheme in ["light", "dark"] {
                window(&shop, size, scheme).await?;
                shop.open("/").await?;
                shop.sees(Layer::First).await?;
                shop.settled().await?;
                let name = format!("{layout}-{}-{scheme}", size.0);
                let picture = shop.driver().screenshot_as_png().await?;
                let made = places::evidence().join("pictures");
                fs::create_dir_all(&made)?;
                fs::write(made.join(format!("{name}.png")), picture)?;
                is_within_reach(&shop).await.context(name.clone())?;
                if size == WINDOWS[2] {
                    axe::check(&shop, &name).await?;
                }
            }
        }
        own_window(&shop).await?;
    }
    Ok(())
}

async fn is_within_reach(shop: &Shop) -> Result<()> {
    let script = "const first = layer('first'), box = first.getBoundingClientRect();
        const looks = ['font', 'color', 'backgroundColor', 'border', 'borderRadius', 'padding', 'opacity', 'boxShadow', 'textDecoration'];
        const drawn = (name) => {
            const button = action('first', name), style = getComputedStyle(button), { width, height, top } = button.getBoundingClientRect();
            return [button.tagName, Math.round(width), Math.round(height), Math.round(top), ...looks.map((look) => style[look])];
        };
        const [accept, reject] = [drawn('accept'), drawn('reject')];
        const reached = [...first.querySelectorAll('button')].map((button) => {
            button.scrollIntoView({ block: 'nearest' });
            const { left, top, width, height } = button.getBoundingClientRect();
            const found = host.shadowRoot.elementFromPoint(left + width / 2, top + height / 2);
            return found === button && height >= 44 && left >= 0 && left + width <= innerWidth && top >= 0 && top + height <= innerHeight;
        });
        first.scrollTop = 0;
        const logo = first.querySelector('[part=logo]');
        return { share: box.height / innerHeight, inside: box.left >= 0 && box.right <= innerWidth && first.scrollWidth <= first.clientWidth,
            accept, reject, reached, logo: logo ? [logo.naturalWidth > 0, logo.getBoundingClientRect().height] : null }";
    let found = shop.js(script, &[]).await?;
    ensure!(found["share"].as_f64().is_some_and(|share| share <= 0.6), "it covers {}", found["share"]);
    ensure!(found["inside"] == true, "something has to be scrolled sideways");
    ensure!(found["reached"] == json!([true, true, true]), "buttons in reach: {}", found["reached"]);
    ensure!(found["accept"] == found["reject"], "accept is {}, refuse {}", found["accept"], found["reject"]);
    ensure!(found["logo"].is_null() || found["logo"] == json!([true, 32]), "the logo: {}", found["logo"]);
    Ok(())
}

/// Where the keyboard's focus is, and whether the first layer lies over it.
const FOCUS: &str = "const element = document.activeElement;
    if (!element || element === document.body || element === document.documentElement) return { name: 'nothing' };
    if (element.id === 'the-end') return { name: 'end' };
    if (element === host) return { name: 'banner' };
    const box = layer('first').getBoundingClientRect(), rect = element.getBoundingClientRect();
    // Its own lines: the box around a link of two lines may be larger than what is drawn.
    const over = [...element.getClientRects()].some((line) => line.left < box.right && line.right > box.left && line.top < box.bottom && line.bottom > box.top);
    const [high, wide] = [Math.max(box.top, innerHeight - box.bottom), Math.max(box.left, innerWidth - box.right)];
    // Not all of what is taller than the room above and below, and wider than that beside, can be seen at once: a part of it can.
    const large = rect.height > high && rect.width > wide;
    const whole = rect.top >= box.top && rect.bottom <= box.bottom && rect.left >= box.left && rect.right <= box.right;
    return { name: element.outerHTML.slice(0, 90), over, large, whole, rect: [rect.left, rect.top, rect.right, rect.bottom].map(Math.round),
        box: [box.left, box.top, box.right, box.bottom, innerWidth, innerHeight].map(Math.round),
        // A skip link comes into sight by `:focus`, which nothing has in a window that no window manager gives the focus.
        out: element.matches(':focus') && (rect.bottom <= 0 || rect.top >= innerHeight || rect.right <= 0 || rect.left >= innerWidth) }";

/// WCAG 2.2, 2.4.11: whoever goes through a long page by the keyboard sees where they are, to its very end and back to
/// its beginning, while the question is open. In Chromium all of what has the focus is in sight wherever there is room for
/// it; the others scroll to nothing that is in sight in part.
/// PIPL 16; EDPB 05/2020: so the page can be used before any answer.
pub(super) async fn focus_is_never_hidden(browser: Browser) -> Result<()> {
    let has_cdp = browser.session.engine == Engine::Chromium;
    for layout in LAYOUTS {
        let shop = shop_in(&browser, layout).await?;
        for size in WINDOWS {
            match has_cdp {
                true => window(&shop, size, "light").await?,
                false => shop.driver().set_window_rect(0, 0, size.0, size.1).await?,
            }
            shop.open("/").await?;
            shop.sees(Layer::First).await?;
            shop.settled().await?;
            // What counts is where the page comes to rest; only Chromium can be told that nothing is to move.
            let still = "const sheet = new CSSStyleSheet();
                sheet.replaceSync('* { scroll-behavior: auto !important; transition: none !important }');
                document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
                // Here the walk turns round; who goes on from the last place of a page is in the window around it.
                const end = document.body.appendChild(document.createElement('button'));
                Object.assign(end, { id: 'the-end', textContent: 'The end' })";
            shop.js(still, &[]).await?;
            let there = walk(&shop, None).await.with_context(|| format!("{layout} at {}", size.0))?;
            let back =
                walk(&shop, Some(there.len())).await.with_context(|| format!("{layout} at {}, backwards", size.0))?;
            ensure!(there.len() > 15, "{layout} at {}: only {} places had the focus", size.0, there.len());
            let turned: Vec<_> = back.into_iter().rev().collect();
            ensure!(turned == there, "{layout} at {}: backwards the places are {turned:#?}, not {there:#?}", size.0);
        }
        match has_cdp {
            true => own_window(&shop).await?,
            false => shop.driver().set_window_rect(0, 0, 1280, 800).await?,
        }
    }
    Ok(())
}

/// Presses Tab until the page ends, or as often with Shift as there are places to go back to; what had the focus, in this order.
async fn walk(shop: &Shop, back: Option<usize>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for _ in 0..120 {
        if back.is_some() {
            shop.back().await?
        } else {
            shop.key(Key::Tab).await?
        }
        let found = shop.js(FOCUS, &[]).await?;
        match found["name"].as_str().unwrap_or_default() {
            "end" if back.is_none() => return Ok(names),
            "banner" => continue,
            name => names.push(name.to_owned()),
        }
        ensure!(found["out"] == false, "out of sight: {found}");
        let in_part = found["large"] == true || shop.browser.session.engine != Engine::Chromium;
        let hidden = if in_part { &found["whole"] } else { &found["over"] };
        ensure!(*hidden == false, "behind the first layer: {found}");
        if back == Some(names.len()) {
            return Ok(names);
        }
    }
    bail!("the page does not end: {names:#?}")
}

pub(super) async fn axe_first_layer(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.settled().await?;
    axe::check(&shop, "the first layer").await?;
    shop.open("/zh/").await?;
    shop.sees(Layer::First).await?;
    axe::check(&shop, "the first layer in Chinese").await
}

pub(super) async fn axe_center(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    shop.lists(1).await?;
    shop.switch("marketing", true).await?;
    let names = "return all('[data-placet-switch]').map((input) =>
        host.shadowRoot.getElementById(input.getAttribute('aria-labelledby'))?.innerText ?? '')";
    let names: Vec<String> = serde_json::from_value(shop.js(names, &[]).await?)?;
    ensure!(names.len() == 4 && !names.contains(&String::new()), "the switches are named {names:?}");
    axe::check_center(&shop, "the center").await?;
    shop.js("all('details').forEach((details) => { details.open = true; })", &[]).await?;
    axe::check_center(&shop, "the center with all details").await
}

/// Neither the question nor the answer moves anything on the page, in any form.
pub(super) async fn layout_shift(browser: Browser) -> Result<()> {
    for layout in LAYOUTS {
        let shop = shop_in(&browser, layout).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        shop.settled().await?;
        shop.answer("accept").await?;
        shop.settled().await?;
        nothing_shifted(&shop).await.with_context(|| layout)?;
    }
    Ok(())
}

async fn nothing_shifted(shop: &Shop) -> Result<()> {
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

/// What a picture shows.
enum Shown {
    First,
    Center,
    Separate,
    Cover,
}

/// A picture of the README or a guide.
struct Picture {
    name: &'static str,
    window: (u32, u32),
    /// How many dots a CSS pixel has.
    dots: u32,
    page: &'static str,
    shown: Shown,
}

const PICTURES: [Picture; 5] = [
    Picture { name: "first-layer", window: (1280, 800), dots: 1, page: "/", shown: Shown::First },
    Picture { name: "first-layer-zh", window: (390, 780), dots: 2, page: "/zh/", shown: Shown::First },
    Picture { name: "center", window: (1100, 760), dots: 1, page: "/", shown: Shown::Center },
    Picture { name: "separate", window: (1100, 760), dots: 1, page: "/", shown: Shown::Separate },
    Picture { name: "cover", window: (1100, 760), dots: 1, page: "/product?id=teapot", shown: Shown::Cover },
];

/// Pictures of the notice under `target`; in `docs/images` too, where `PLACET_WRITE_IMAGES` is 1.
pub(super) async fn screenshots(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let mut directories = vec![places::evidence().join("pictures")];
    if env::var("PLACET_WRITE_IMAGES").is_ok_and(|value| value == "1") {
        directories.push(places::root().join("docs/images"));
    }
    for Picture { name, window: (width, height), dots, page, shown } in PICTURES {
        // "mobile" draws scrollbars over the page, as most systems do.
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": dots, "mobile": true });
        shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        shop.open(page).await?;
        shop.js("localStorage.clear()", &[]).await?;
        shop.open(page).await?;
        shop.sees(Layer::First).await?;
        match shown {
            Shown::First => {}
            Shown::Center => shop.choose().await?,
            Shown::Separate => {
                shop.answer("accept").await?;
                shop.sees(Layer::Separate).await?;
            }
            Shown::Cover => {
                shop.js("placet.rejectAll()", &[]).await?;
                shop.misses(Layer::First).await?;
                let script = "const cover = document.querySelector('placet-held');
                    cover?.scrollIntoView({ block: 'center', behavior: 'instant' });
                    return !!cover";
                until_true("the cover shows", async || Ok(shop.js(script, &[]).await? == true)).await?;
            }
        }
        shop.settled().await?;
        let picture = shop.driver().screenshot_as_png().await?;
        for directory in &directories {
            fs::create_dir_all(directory)?;
            fs::write(directory.join(format!("{name}.png")), &picture)?;
        }
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}
