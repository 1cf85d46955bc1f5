//! In which language a visitor is asked: every one that Placet has texts in, each in its own direction and within
//! the narrowest screen, and the nearest one where the page speaks another.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use placet_model::labels::{labels, languages};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    config::config,
    process::free_ports,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::{Page, Stand},
    wait::until_true,
};

/// What is seen of the question, its two answers first.
const SEEN: &str = "const first = layer('first');
    const buttons = ['reject', 'accept'].map((name) => {
        const button = action('first', name);
        button.scrollIntoView({ block: 'nearest' });
        const { left, right, top, bottom, width, height } = button.getBoundingClientRect();
        const cut = button.scrollWidth > button.clientWidth || button.scrollHeight > button.clientHeight;
        const inside = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
        return { text: button.textContent, size: [width, height], left, whole: inside && !cut };
    });
    const wide = first.scrollWidth > first.clientWidth || document.documentElement.scrollWidth > innerWidth;
    return { lang: host.lang, dir: host.dir, buttons, wide, share: first.getBoundingClientRect().height / innerHeight }";

/// The config's own words in English alone, shown under every language.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(members) => match (members.get("en"), members.get("zh-CN")) {
            (Some(english), Some(_)) => english.clone(),
            _ => members.iter().map(|(name, member)| (name.clone(), plain(member))).collect(),
        },
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

/// The config for a page of a language: where its own words are in no such language, they are in English under it.
pub(super) fn spoken(config: &Value, lang: &str) -> Value {
    if ["en", "zh-CN"].contains(&lang) {
        return config.clone();
    }
    let mut config = plain(config);
    config["languages"] = json!(["en", lang]);
    config
}

/// A shop whose notice is in these languages, and a page at `/TAG` for each of `pages`.
async fn open(browser: &Browser, tags: &[&str], pages: &[&str]) -> Result<(Shop, Stand)> {
    let mut config = plain(&config(&["analytics", "recommendations", "ads"])?);
    config["languages"] = json!(tags);
    let port = free_ports()?;
    let public = format!("http://127.0.0.1:{port}/");
    let shop = Shop::with(browser, &config, &["--public-url", &public]).await?;
    let head = r#"<meta name="viewport" content="width=device-width"><script src="/embed/placet.js"></script>"#;
    let pages: BTreeMap<_, _> = pages.iter().map(|tag| (format!("/{tag}"), page(tag, head, ""))).collect();
    let stand = Stand::before(port, &shop.server.origin, &[], &[], pages).await?;
    Ok((shop.with_pages_of(&stand), stand))
}

/// On the narrowest screen (WCAG 1.4.10): the words and the direction of the page's language, and two answers that
/// are whole and of one size (EDPB 03/2022).
pub(super) async fn languages_on_a_narrow_screen(browser: Browser) -> Result<()> {
    let tags = languages();
    let (shop, _stand) = open(&browser, &tags, &tags).await?;
    let screen = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
    for tag in &tags {
        shop.open(&format!("/{tag}")).await?;
        shop.sees(Layer::First).await?;
        let seen = shop.js(SEEN, &[]).await?;
        let words = labels(tag);
        let rtl = ["ar", "he"].contains(tag);
        ensure!(seen["lang"] == *tag && seen["dir"] == if rtl { "rtl" } else { "ltr" }, "{tag}: {seen}");
        ensure!(seen["buttons"][0]["text"] == words.reject, "{tag} refuses in {seen}");
        ensure!(seen["buttons"][1]["text"] == words.accept, "{tag} accepts in {seen}");
        ensure!(seen["buttons"][0]["whole"] == true && seen["buttons"][1]["whole"] == true, "{tag} is cut: {seen}");
        ensure!(seen["buttons"][0]["size"] == seen["buttons"][1]["size"], "{tag}: answers of two sizes: {seen}");
        ensure!(seen["wide"] == false, "{tag} scrolls sideways: {seen}");
        ensure!(seen["share"].as_f64().is_some_and(|share| share <= 0.61), "{tag} covers too much: {seen}");
        // Refusing comes first where reading begins.
        let left = |at: usize| seen["buttons"][at]["left"].as_f64().context("a number");
        ensure!((left(0)? > left(1)?) == rtl, "{tag}: the answers stand the wrong way: {seen}");
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// The center of every language at the same width: nothing beyond its edge, accept and refuse alike.
pub(super) async fn languages_in_the_center(browser: Browser) -> Result<()> {
    let tags = languages();
    let (shop, _stand) = open(&browser, &tags, &tags).await?;
    let screen = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": true });
    shop.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await?;
    for tag in &tags {
        shop.open(&format!("/{tag}")).await?;
        shop.sees(Layer::First).await?;
        shop.choose().await?;
        let script = "const center = layer('center'), edge = center.getBoundingClientRect();
            for (const details of center.querySelectorAll('details')) details.open = true;
            const out = [...center.querySelectorAll('button, h2, h3, p, dt, dd, table, summary')].filter((element) => {
                const { left, right, width } = element.getBoundingClientRect();
                return width > 1 && (left < edge.left || right > edge.right);
            });
            const size = (name) => {
                const { width, height } = action('center', name).getBoundingClientRect();
                return [width, height];
            };
            return { out: out.map((element) => element.textContent), sizes: [size('reject'), size('accept')] }";
        let seen = shop.js(script, &[]).await?;
        ensure!(seen["out"] == json!([]), "{tag}: beyond the edge: {seen}");
        ensure!(seen["sizes"][0] == seen["sizes"][1], "{tag}: answers of two sizes: {seen}");
        let title = shop.js("return layer('center').querySelector('h2').textContent", &[]).await?;
        ensure!(title == labels(tag).settings, "{tag} is headed {title}");
    }
    shop.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
    Ok(())
}

/// What is configured is found by kin: readers of traditional Chinese do not get simplified, nor the other way round.
pub(super) async fn languages_by_kin(browser: Browser) -> Result<()> {
    let asked = [
        ("zh-HK", "zh-TW"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("zh", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("pt-PT", "pt-BR"),
        ("iw", "he"),
        ("DE-at", "de"),
    ];
    let pages: Vec<_> = asked.iter().map(|(tag, _)| *tag).collect();
    let (shop, _stand) = open(&browser, &["en", "zh-CN", "zh-TW", "pt-BR", "he", "de"], &pages).await?;
    for (tag, expected) in asked {
        shop.open(&format!("/{tag}")).await?;
        shop.sees(Layer::First).await?;
        let seen = shop.js("return [host.lang, action('first', 'accept').textContent]", &[]).await?;
        ensure!(seen == json!([expected, labels(expected).accept]), "{tag} gets {seen}");
    }
    Ok(())
}

/// A page that says no language, or one that the shop does not speak, is asked about in the first of the browser's
/// languages that it does speak; where there is none, in the config's first.
pub(super) async fn languages_of_the_browser(browser: Browser) -> Result<()> {
    let mut config = plain(&config(&["analytics"])?);
    config["languages"] = json!(["en", "zh-TW", "de", "ar"]);
    let port = free_ports()?;
    let public = format!("http://127.0.0.1:{port}/");
    let shop = Shop::with(&browser, &config, &["--public-url", &public]).await?;
    let cases = [
        ("", &["fr-CH", "de-AT", "en"][..], "de"),
        ("", &["zh-HK", "en"], "zh-TW"),
        ("sv", &["ar-EG", "de"], "ar"),
        ("de", &["ar", "en"], "de"),
        ("", &["sv", "fi"], "en"),
        ("", &[], "en"),
    ];
    let pages = cases.iter().enumerate().map(|(at, (lang, spoken, _))| {
        let own = format!("<script>Object.defineProperty(navigator, 'languages', {{ value: {} }})</script>", json!(spoken));
        let text = format!(
            r#"<!doctype html><html lang="{lang}"><head><title>A shop</title>{own}<script src="/embed/placet.js"></script></head><body><h1>A shop</h1></body></html>"#
        );
        (format!("/{at}"), Page::html(&text.replace(r#" lang="""#, "")))
    });
    let stand = Stand::before(port, &shop.server.origin, &[], &[], pages.collect()).await?;
    let shop = shop.with_pages_of(&stand);
    for (at, (lang, spoken, expected)) in cases.iter().enumerate() {
        shop.open(&format!("/{at}")).await?;
        shop.sees(Layer::First).await?;
        let seen = shop.js("return [host.lang, action('first', 'accept').textContent]", &[]).await?;
        ensure!(seen == json!([expected, labels(expected).accept]), "{lang:?} and {spoken:?} get {seen}");
    }
    Ok(())
}

/// However many languages there are, a browser loads the notice of one, a few KB before it is packed, and that of another
/// when it is asked for.
pub(super) async fn one_language_is_loaded_alone(browser: Browser) -> Result<()> {
    let tags = languages();
    let (shop, _stand) = open(&browser, &tags, &["de"]).await?;
    shop.open("/de").await?;
    shop.choose().await?;
    let loaded = "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('/notice/')).map(({ name, encodedBodySize }) => [name, encodedBodySize])";
    let one = shop.js(loaded, &[]).await?;
    let one = one.as_array().context("a list")?;
    ensure!(one.len() == 1, "loaded are {one:?}");
    ensure!(one[0][1].as_u64().is_some_and(|size| size < 12_000), "it is large: {one:?}");
    let text = "const done = arguments[arguments.length - 1];
        const [{ name }] = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/notice/')).slice(-1);
        fetch(name, { cache: 'force-cache' }).then((response) => response.json()).then(({ lang, labels }) => done([lang, labels.accept]))";
    let told = shop.driver().execute_async(text, vec![]).await?.json().clone();
    ensure!(told == json!(["de", labels("de").accept]), "it is {told}");

    shop.center_pick(".language select", "ja").await?;
    until_true("the center speaks Japanese", async || {
        let title = shop.js("return layer('center').querySelector('h2').textContent", &[]).await?;
        Ok(title == labels("ja").settings)
    })
    .await?;
    let names = "return [...new Set(performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/notice/')))].length";
    ensure!(shop.js(names, &[]).await? == 2, "loaded are {}", shop.js(loaded, &[]).await?);
    Ok(())
}

/// Who has switched the language in the center and closes it finds the question in that language, marked as such and in its
/// direction (WCAG 3.1.2), and the focus where it was (WCAG 2.4.3).
pub(super) async fn language_of_the_question_behind_the_center(browser: Browser) -> Result<()> {
    let (shop, _stand) = open(&browser, &["en", "ar"], &["en"]).await?;
    shop.open("/en").await?;
    shop.sees(Layer::First).await?;
    shop.tab_to("[data-placet-action=choose]").await?;
    shop.key(Key::Enter).await?;
    shop.sees(Layer::Center).await?;
    for (lang, dir) in [("ar", "rtl"), ("en", "ltr"), ("ar", "rtl")] {
        shop.center_pick(".language select", lang).await?;
        let spoken = labels(lang);
        let told = "return [host.lang, host.dir, layer('center').querySelector('h2').textContent,
            action('first', 'choose')?.textContent, getComputedStyle(layer('first')).direction]";
        let expected = json!([lang, dir, spoken.settings, spoken.choose, dir]);
        until_true(&format!("all speaks {lang}"), async || Ok(shop.js(told, &[]).await? == expected)).await?;
    }
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    until_true("the focus is on the choice", async || Ok(shop.focused().await?.as_deref() == Some("choose"))).await?;
    Ok(())
}
