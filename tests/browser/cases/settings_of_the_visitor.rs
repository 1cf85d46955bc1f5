//! What visitors have set for themselves: colours of their own, nothing that moves, 400 % zoom; and paper.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::looks::own_window;
use crate::{
    config::{THIRD_PARTY, config},
    places,
    runner::Browser,
    shop::{Layer, Shop},
    stand::Stand,
};

/// A held film, a box in a form, and the way back, as a shop has them.
const BODY: &str = r#"<iframe title="A film" width="280" height="200" data-placet="analytics" data-src="/film"></iframe>
    <form><placet-consent purpose="marketing" name="marketing"></placet-consent></form>
    <placet-settings floating></placet-settings>"#;

/// Every form that a switch, a preference, a question and an answer can have.
async fn opened(browser: &Browser, layout: &str) -> Result<(Shop, Stand)> {
    let mut config = config(&["analytics", "recommendations", "marketing", "ads"])?;
    let demo: Value = serde_json::from_str(include_str!("../../../public/demo/placet.json"))?;
    config["preferences"] = demo["preferences"].clone();
    config["services"] =
        json!([{ "id": "films", "purpose": "analytics", "name": "Example Films", "hosts": [THIRD_PARTY] }]);
    config["minors"] = json!({ "age": 14 });
    config["feedback"] = json!(true);
    config["theme"] = json!({ "layout": layout });
    let (shop, stand) = Shop::among(browser, &config, &[("/", "", BODY)]).await?;
    Ok((shop, stand))
}

/// Goes through every layer and has each looked at, with all open that can be opened.
async fn every_layer(shop: &Shop, look: impl AsyncFn(Layer) -> Result<()>) -> Result<()> {
    let look = async |layer: Layer| {
        shop.sees(layer).await?;
        shop.settled().await?;
        shop.js(
            "for (const details of layer(arguments[0]).querySelectorAll('details')) details.open = true",
            &[json!(layer.name())],
        )
        .await?;
        look(layer).await.with_context(|| format!("the {} layer", layer.name()))
    };
    shop.open("/").await?;
    look(Layer::First).await?;
    shop.choose().await?;
    look(Layer::Center).await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    shop.js("action('first', 'accept').click()", &[]).await?;
    look(Layer::Age).await?;
    shop.js("action('age', 'reject').click()", &[]).await?;
    look(Layer::Guardian).await?;
    shop.js("action('guardian', 'accept').click()", &[]).await?;
    look(Layer::Separate).await?;
    look(Layer::Saved).await
}

async fn emulate(shop: &Shop, media: &str, features: &[(&str, &str)]) -> Result<()> {
    let features: Vec<_> = features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let wishes = json!({ "media": media, "features": features });
    shop.driver().cdp().send_raw("Emulation.setEmulatedMedia", wishes).await?;
    Ok(())
}

/// Where the visitor's colours take the place of all others: every button and field has an edge, the focus a line
/// around it, and a switch its knob, on the other side where it is on. Grounds are taken away there (WCAG 1.4.1, 2.4.7).
pub(super) async fn forced_colours(browser: Browser) -> Result<()> {
    let script = "const [name] = arguments;
        const roots = name ? [layer(name)] : [...document.querySelectorAll('placet-consent, placet-settings, placet-held')].map((one) => one.shadowRoot);
        const drawn = (colour, ground) => !/, 0\\)$/.test(colour) && colour !== ground;
        const faults = [];
        let count = 0;
        for (const here of roots) {
            const ground = getComputedStyle(name ? here : document.body).backgroundColor;
            for (const control of here.querySelectorAll('button, summary, input, select, textarea, a[href]')) {
                if (!seen(control) || control.matches(':disabled')) continue;
                count += 1;
                control.focus();
                const style = getComputedStyle(control);
                const lines = style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2 && drawn(style.outlineColor, ground);
                if (!control.matches(':focus-visible') || !lines) faults.push(['no focus', style.outline, control.outerHTML]);
                // Words that are underlined or follow a mark, and what the browser draws itself, have no edge of their own.
                if (control.matches('summary, a, .settings, input:not(.switch, [type=search])') && !here.host?.hasAttribute('floating')) continue;
                const edged = ['Top', 'Right', 'Bottom', 'Left'].every((side) => style[`border${side}Style`] === 'solid'
                    && parseFloat(style[`border${side}Width`]) >= 1 && drawn(style[`border${side}Color`], ground));
                if (!edged) faults.push(['no edge', style.border, control.outerHTML]);
            }
        }
        return { count, faults }";
    let switches = "const state = (input) => {
            const knob = getComputedStyle(input, '::after'), track = getComputedStyle(input);
            return { edge: track.borderTopColor, ground: track.backgroundColor, knob: knob.borderTopColor,
                width: parseFloat(knob.borderTopWidth), left: parseFloat(knob.left) };
        };
        return all('[data-placet-switch]').map((input) => {
            const before = state(input);
            input.click();
            const after = state(input);
            return { on: input.checked ? after : before, off: input.checked ? before : after };
        })";
    for scheme in ["light", "dark"] {
        let (shop, _stand) = opened(&browser, "bar").await?;
        emulate(
            &shop,
            "",
            &[("forced-colors", "active"), ("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")],
        )
        .await?;
        every_layer(&shop, async |layer| {
            // The browser draws a line around the focus of who uses the keyboard.
            shop.key(Key::Tab).await?;
            let found = shop.js(script, &[json!(layer.name())]).await?;
            ensure!(found["faults"] == json!([]), "{scheme}: {found:#}");
            let least = if layer == Layer::Center { 15 } else { 1 };
            ensure!(found["count"].as_u64().is_some_and(|count| count >= least), "{scheme}: {found:#}");
            if layer == Layer::First {
                let found = shop.js(script, &[Value::Null]).await?;
                ensure!(
                    found["faults"] == json!([]) && found["count"] == json!(4),
                    "{scheme}, the elements: {found:#}"
                );
            }
            if layer == Layer::Center {
                let states = shop.js(switches, &[]).await?;
                let states = states.as_array().context("a list of switches")?;
                ensure!(states.len() == 4, "{states:?}");
                for state in states {
                    let [on, off] = [&state["on"], &state["off"]];
                    for one in [on, off] {
                        ensure!(one["edge"] != one["knob"] || one["edge"] != one["ground"], "no edge: {one}");
                        ensure!(one["knob"] != one["ground"] && one["width"].as_f64() >= Some(8.0), "no knob: {one}");
                    }
                    ensure!(on["left"] != off["left"], "the knob stays where it is: {state}");
                }
            }
            Ok(())
        })
        .await?;
        own_window(&shop).await?;
    }
    Ok(())
}

/// What the browser's signal keeps off is drawn as what cannot be switched, in the colour that the visitor has for that.
pub(super) async fn forced_colours_of_what_is_kept_off(browser: Browser) -> Result<()> {
    let signal = "<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })</script>";
    let shop = Shop::with(&browser, &config(&["analytics", "ads"])?, &[]).await?;
    let stand = Stand::open([("/".to_owned(), shop.page(signal, "", ""))].into()).await?;
    let shop = shop.with_pages_of(&stand);
    emulate(&shop, "", &[("forced-colors", "active")]).await?;
    shop.open("/").await?;
    shop.choose().await?;
    let script = "const probe = document.body.appendChild(document.createElement('i'));
        const colour = (name) => { probe.style.color = name; return getComputedStyle(probe).color; };
        const drawn = (id) => {
            const input = all(`[data-placet-switch=${id}]`)[0], knob = getComputedStyle(input, '::after'), { opacity, borderTopColor } = getComputedStyle(input);
            return [input.disabled, opacity, borderTopColor, knob.borderTopColor];
        };
        return { off: drawn('ads'), free: drawn('analytics'), gray: colour('GrayText') }";
    let found = shop.js(script, &[]).await?;
    let gray = &found["gray"];
    ensure!(found["off"] == json!([true, "1", gray, gray]), "{found}");
    ensure!(found["free"][0] == false && found["free"][3] != *gray, "{found}");
    own_window(&shop).await
}

/// Who wants nothing to move sees nothing move, in any layer and in the elements (WCAG 2.3.3). Others see a switch move.
pub(super) async fn nothing_moves(browser: Browser) -> Result<()> {
    let script = "const moving = [];
        const roots = [...document.querySelectorAll('*')].map(({ shadowRoot }) => shadowRoot).filter(Boolean);
        let count = 0;
        for (const element of roots.flatMap((root) => [...root.querySelectorAll('*')])) {
            for (const pseudo of [null, '::before', '::after', '::backdrop']) {
                const style = getComputedStyle(element, pseudo);
                const times = ['transitionDuration', 'transitionDelay', 'animationDuration', 'animationDelay'].flatMap((name) => style[name].split(', '));
                count += 1;
                if (times.some((time) => parseFloat(time) > 0.01) || style.scrollBehavior === 'smooth') moving.push(element.outerHTML.slice(0, 80));
            }
        }
        return { moving, count, roots: roots.length }";
    let (shop, _stand) = opened(&browser, "bar").await?;
    emulate(&shop, "", &[("prefers-reduced-motion", "reduce")]).await?;
    every_layer(&shop, async |_| {
        let found = shop.js(script, &[]).await?;
        ensure!(found["moving"] == json!([]) && found["roots"].as_u64() >= Some(3), "{found:#}");
        Ok(())
    })
    .await?;

    let (shop, _stand) = opened(&browser, "bar").await?;
    emulate(&shop, "", &[("prefers-reduced-motion", "no-preference")]).await?;
    shop.open("/").await?;
    shop.choose().await?;
    let found = shop.js(script, &[]).await?;
    ensure!(found["moving"].as_array().is_some_and(|moving| moving.len() == 4), "only the switches move: {found:#}");
    own_window(&shop).await
}

/// At 400 % zoom a window has room for 320 by 256 pixels (WCAG 1.4.10): there everything can be read and scrolled to,
/// nothing lies over what is pressed, and nothing scrolls sideways.
pub(super) async fn four_times_as_large(browser: Browser) -> Result<()> {
    let script = "const here = layer(arguments[0]), root = host.shadowRoot, faults = [];
        let count = 0;
        for (const control of here.querySelectorAll('button, summary, input, select, textarea, a[href]')) {
            if (!seen(control) || control.matches(':disabled')) continue;
            count += 1;
            control.scrollIntoView({ block: 'nearest', inline: 'nearest' });
            const [{ left, top, width, height }] = control.getClientRects();
            const met = root.elementFromPoint(left + width / 2, top + height / 2);
            if (!met || !control.contains(met)) faults.push([control.outerHTML.slice(0, 120), met ? met.outerHTML.slice(0, 120) : 'nothing']);
            if (control.matches('button') && height < 44) faults.push([control.outerHTML.slice(0, 120), height]);
        }
        const sticky = [...here.querySelectorAll('*')].filter((one) => getComputedStyle(one).position === 'sticky').reduce((sum, one) => sum + one.offsetHeight, 0);
        const wide = [document.documentElement, here].filter((one) => one.scrollWidth > one.clientWidth).map((one) => [one.localName, one.scrollWidth, one.clientWidth]);
        here.scrollTop = 0;
        return { count, faults, wide, room: here.clientHeight - sticky, share: here.getBoundingClientRect().height / innerHeight }";
    for layout in ["bar", "box", "centered"] {
        let (shop, _stand) = opened(&browser, layout).await?;
        let screen = json!({ "width": 320, "height": 256, "deviceScaleFactor": 4, "mobile": true });
        shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
        every_layer(&shop, async |layer| {
            let found = shop.js(script, &[json!(layer.name())]).await?;
            ensure!(found["faults"] == json!([]) && found["wide"] == json!([]), "{layout}: {found:#}");
            let least = if layer == Layer::Center { 20 } else { 1 };
            ensure!(found["count"].as_u64() >= Some(least), "{layout}: {found:#}");
            if !matches!(layer, Layer::Center | Layer::Saved) {
                ensure!(found["share"].as_f64() <= Some(0.61), "{layout} covers too much: {found:#}");
                ensure!(found["room"].as_f64() >= Some(100.0), "{layout} leaves no room to read: {found:#}");
            }
            Ok(())
        })
        .await?;
        own_window(&shop).await?;
    }
    Ok(())
}

/// Prints the page as the browser does, and says how many sheets it takes.
async fn printed(shop: &Shop) -> Result<usize> {
    use base64ct::{Base64, Encoding};
    let pdf = shop.driver().cdp().send_raw("Page.printToPDF", json!({})).await?;
    let pdf = Base64::decode_vec(pdf["data"].as_str().context("a file")?).map_err(anyhow::Error::msg)?;
    let kept = places::evidence().join("pictures");
    fs::create_dir_all(&kept)?;
    fs::write(kept.join("printed.pdf"), &pdf)?;
    let page = b"/Type /Page\n";
    Ok(pdf.windows(page.len()).filter(|window| window == page).count())
}

/// On paper: the page without what asks and follows; but the open center alone, whole and with all details open, dark on
/// white, without what can only be pressed. Once it is closed, the page is printed as before.
pub(super) async fn on_paper(browser: Browser) -> Result<()> {
    let script = "const style = (selector, of) => { const one = all(selector)[0]; return one ? getComputedStyle(one, of) : null; };
        const center = all('dialog')[0], box = center?.getBoundingClientRect();
        const own = [...document.body.children].filter((one) => one !== host && !one.matches('script'));
        return {
            page: own.filter(seen).length,
            banner: [...all('.first, .saved'), ...document.querySelectorAll('placet-held, [floating]')].filter(seen).map((one) => one.outerHTML.slice(0, 80)),
            box: document.querySelectorAll('placet-consent').length,
            center: center && {
                whole: center.scrollHeight <= center.clientHeight + 1 && all('.body')[0].scrollHeight <= all('.body')[0].clientHeight + 1,
                place: [getComputedStyle(center).position, box.top + scrollY, box.left],
                ground: getComputedStyle(center).backgroundColor, ink: style('.body h3').color, soft: style('.body .note').color,
                closed: center.querySelectorAll('details.details:not([open])').length, told: all('.details dt').filter(seen).length,
                pressed: all('.foot, .close, .language, .search, .feedback, .at-shop').filter(seen).length,
                switches: all('.switch').filter((one) => seen(one) && getComputedStyle(one).printColorAdjust === 'exact').length,
            },
        }";
    for scheme in ["light", "dark"] {
        let (shop, _stand) = opened(&browser, "bar").await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        shop.settled().await?;
        let before = printed(&shop).await?;
        emulate(&shop, "print", &[("prefers-color-scheme", scheme)]).await?;
        let found = shop.js(script, &[]).await?;
        ensure!(found == json!({ "page": 1, "banner": [], "box": 1, "center": null }), "{scheme}: {found:#}");

        emulate(&shop, "", &[("prefers-color-scheme", scheme)]).await?;
        shop.choose().await?;
        shop.switch("analytics", true).await?;
        let sheets = printed(&shop).await?;
        emulate(&shop, "print", &[("prefers-color-scheme", scheme)]).await?;
        let found = shop.js(script, &[]).await?;
        let expected = json!({
            "whole": true, "place": ["absolute", 0, 0], "ground": "rgb(255, 255, 255)", "ink": "rgb(0, 0, 0)",
            "soft": "rgb(68, 68, 68)", "closed": 0, "told": found["center"]["told"], "pressed": 0, "switches": 4,
        });
        ensure!(
            found["page"] == 0 && found["banner"] == json!([]) && found["center"] == expected,
            "{scheme}: {found:#}"
        );
        ensure!(found["center"]["told"].as_u64() >= Some(20), "{scheme}: few details: {found:#}");
        ensure!(before == 1 && sheets > 1, "{scheme}: the page takes {before} sheets, the center {sheets}");

        emulate(&shop, "", &[("prefers-color-scheme", scheme)]).await?;
        shop.key(Key::Escape).await?;
        shop.misses(Layer::Center).await?;
        ensure!(printed(&shop).await? == before, "{scheme}: the page is not printed as before");
        emulate(&shop, "print", &[]).await?;
        let found = shop.js(script, &[]).await?;
        ensure!(found["page"] == 1 && found["banner"] == json!([]) && found["center"].is_null(), "{scheme}: {found:#}");

        // The line after a decision, too.
        emulate(&shop, "", &[]).await?;
        shop.answer("reject").await?;
        shop.sees(Layer::Saved).await?;
        emulate(&shop, "print", &[]).await?;
        let found = shop.js(script, &[]).await?;
        ensure!(found["page"] == 1 && found["banner"] == json!([]), "{scheme}: {found:#}");
        own_window(&shop).await?;
    }
    Ok(())
}
