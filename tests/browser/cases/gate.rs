//! Every kind of tag: nothing of it reaches a third party before the choice or after a refusal, and after an
//! acceptance each runs once.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    config::{THIRD_PARTY, config},
    engine::Engine,
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
    wait::until_true,
};

/// What notes on the page that it ran, and leaves something everywhere.
const RAN: &str = r#"<script>
window.order = [];
window.ran = (name) => {
    order.push(name);
    document.cookie = `tag_${name}=1; path=/`;
    try { localStorage[`tag_${name}`] = sessionStorage[`tag_${name}`] = '1'; } catch { /* a frame without storage */ }
};
</script>"#;

/// `ran('integrity');`
const INTEGRITY: &str = "sha384-9/WEAWOD/TbN+C6KCc4UMLLu8aQeFxScXkwUO1qzwa78H1xoathaD9pliAf94t0h";

/// Tags in the head that are marked, in the order in which they run; the one that is `async` runs when it likes.
const SCRIPTS: &str = r#"
<script type="text/plain" data-placet="analytics">ran('inline')</script>
<script type="text/plain" data-placet="analytics" data-src="{T}/external.js"></script>
<script type="text/plain" data-placet="analytics" data-type="module" data-src="{T}/module.js"></script>
<script type="text/plain" data-placet="analytics" data-src="{T}/async.js" async></script>
<script type="text/plain" data-placet="analytics" data-src="{T}/defer.js" defer></script>
<script type="text/plain" data-placet="analytics" data-src="{T}/nonce.js" nonce="n0nce"></script>
<script type="text/plain" data-placet="analytics" data-src="{T}/integrity.js" integrity="{I}" crossorigin="anonymous"></script>
<script type="text/plain" data-placet="analytics" data-src="{T}/forged.js" integrity="{I}" crossorigin="anonymous"></script>
<script type="text/plain" data-placet="analytics" data-type="module">ran('inline-module')</script>
<script type="text/plain" data-placet="analytics">ran('last')</script>
<link rel="stylesheet" data-placet="analytics" data-href="{T}/style.css">"#;

/// What runs, in this order.
const ORDER: &[&str] = &["inline", "external", "module", "defer", "nonce", "integrity", "last"];

/// What runs when it likes, as it would in a page without Placet.
const UNORDERED: &[&str] = &["async", "inline-module", "by-property", "by-attribute"];

/// Everything else that a page can load.
const MEDIA: &str = r#"
<iframe title="A frame" data-placet="analytics" data-src="{T}/frame"></iframe>
<img alt="A picture" width="8" height="8" data-placet="analytics" data-src="{T}/picture.svg">
<img alt="A picture" width="8" height="8" data-placet="analytics" data-srcset="{T}/small.svg 1x, {T}/small.svg 2x">
<video width="64" height="36" preload="auto" data-placet="analytics" data-src="{T}/film.webm" data-poster="{T}/poster.svg"></video>
<audio preload="auto" data-placet="analytics" data-src="{T}/sound.wav"></audio>
<video width="64" height="36" preload="auto"><source type="video/webm" data-placet="analytics" data-src="{T}/source.webm"></video>
<picture><source data-placet="analytics" data-srcset="{T}/wide.svg"><img alt="A picture" width="8" height="8" src="/own.svg"></picture>
<embed width="64" height="36" type="image/svg+xml" data-placet="analytics" data-src="{T}/embedded.svg">
<object width="64" height="36" type="image/svg+xml" data-placet="analytics" data-src="{T}/object.svg"></object>"#;

/// Tags that nobody marked, made by a script of the shop.
const MADE: &str = r#"<script>
const make = (name, address) => {
    const element = Object.assign(document.createElement(name), { className: 'made' });
    address(element);
    document.head.append(element);
};
make('script', (script) => { script.src = '{T}/by-property.js'; });
make('script', (script) => script.setAttribute('src', '{T}/by-attribute.js'));
make('iframe', (frame) => { frame.title = 'A frame'; frame.src = '{T}/made-frame'; });
window.pixel = new Image();
pixel.src = '{T}/pixel.svg';
</script>"#;

/// Asked for exactly once after an acceptance.
const ONCE: &[&str] = &[
    "external.js",
    "module.js",
    "async.js",
    "defer.js",
    "nonce.js",
    "integrity.js",
    "forged.js",
    "style.css",
    "frame",
    "picture.svg",
    "small.svg",
    "poster.svg",
    "wide.svg",
    "embedded.svg",
    "object.svg",
    "by-property.js",
    "by-attribute.js",
    "made-frame",
    "pixel.svg",
];

/// Asked for too, but a player asks as often as it needs.
const PLAYED: &[&str] = &["film.webm", "sound.wav", "source.webm"];

/// A server that plays the third party: whatever runs says its name.
pub(super) async fn third_party() -> Result<Stand> {
    let mut pages = BTreeMap::new();
    let scripts = ["parsed", "parsed-module"].iter().map(|name| format!("{name}.js"));
    for name in ONCE.iter().chain(PLAYED).map(|name| (*name).to_owned()).chain(scripts) {
        let page = match name.rsplit_once('.') {
            Some((name, "js")) => Page::script(&format!("ran('{name}');")),
            Some((_, "css")) => Page::of("text/css", "main { --styled: 1 }"),
            Some((_, "svg")) => {
                Page::of("image/svg+xml", r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>"#)
            }
            Some((_, "wav")) => Page::of("audio/wav", SILENCE),
            Some((_, "webm")) => Page::of("video/webm", &b"\x1a\x45\xdf\xa3"[..]),
            _ => Page::html("<!doctype html><html lang=en><title>A frame</title>"),
        };
        pages.insert(format!("/{name}"), page.with("access-control-allow-origin", "*"));
    }
    pages.insert("/parsed.svg".into(), pages["/picture.svg"].clone());
    for name in ["parsed-frame", "late-frame"] {
        let frame = format!("<!doctype html><html lang=en><title>A frame</title><script src={name}-ran.js></script>");
        pages.insert(format!("/{name}"), Page::html(&frame));
        pages.insert(format!("/{name}-ran.js"), Page::script(""));
    }
    Stand::open(pages).await
}

/// A WAV file without a sample.
const SILENCE: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";

fn with_host() -> Result<Value> {
    let mut config = config(&["analytics", "recommendations"])?;
    config["services"] = json!([{
        "id": "tags", "purpose": "analytics", "name": "Example Tags", "hosts": [THIRD_PARTY],
        "cookies": [
            { "name": "tag_*", "storage": "cookie" },
            { "name": "tag_*", "storage": "local" },
            { "name": "tag_*", "storage": "session" },
        ],
    }]);
    Ok(config)
}

/// The shop, its stand, and the third party of its tags.
async fn open(browser: &Browser, head: &str, body: &str) -> Result<(Shop, Stand, Stand)> {
    let shop = Shop::with(browser, &with_host()?, &[]).await?;
    let third = third_party().await?;
    let fill = |text: &str| text.replace("{T}", &third.named(THIRD_PARTY)).replace("{I}", INTEGRITY);
    let own = Page::of("image/svg+xml", r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>"#);
    let pages =
        BTreeMap::from([("/".to_owned(), shop.page(RAN, &fill(head), &fill(body))), ("/own.svg".to_owned(), own)]);
    let stand = Stand::open(pages).await?;
    Ok((shop.with_pages_of(&stand), stand, third))
}

/// Before a choice and after a refusal, on that page and on fifty more: no request, nothing stored but Placet's own.
/// ePrivacy 5(3); EDPB 2/2023; CNIL 2025. Network Data Regulation 22(5): none of the fifty pages asks again.
pub(super) async fn nothing_before_the_choice_or_after_a_refusal(browser: Browser) -> Result<()> {
    let (shop, _stand, third) = open(&browser, &format!("{SCRIPTS}{MADE}"), MEDIA).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    let stored = shop.stored().await?;
    ensure!(third.requests().is_empty(), "before the choice: {:?}", third.requests());
    ensure!(stored.is_empty(), "before the choice the browser holds {stored:?}");
    ensure!(shop.js("return order", &[]).await? == json!([]));

    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.settled().await?;
    let quiet = async |when: &str| -> Result<()> {
        let stored = shop.stored().await?;
        ensure!(third.requests().is_empty(), "{when}: {:?}", third.requests());
        ensure!(stored.local == ["placet", "placet.chain"] && stored.databases == ["placet"], "{when}: {stored:?}");
        ensure!(stored.session.is_empty() && stored.cookies.is_empty(), "{when}: {stored:?}");
        ensure!(shop.js("return order", &[]).await? == json!([]), "{when} a tag ran");
        Ok(())
    };
    quiet("after the refusal").await?;
    for reload in 1..=50 {
        shop.driver().refresh().await?;
        ensure!(!shop.shows(Layer::First).await?, "load {reload} after the refusal asks again");
    }
    shop.settled().await?;
    ensure!(!shop.shows(Layer::First).await?);
    quiet("after fifty loads").await
}

/// After an acceptance each tag runs once, in the order of the page, with all that was said of it.
pub(super) async fn each_once_after_an_acceptance(browser: Browser) -> Result<()> {
    let (shop, _stand, third) = open(&browser, &format!("{SCRIPTS}{MADE}"), MEDIA).await?;
    shop.open("/").await?;
    shop.answer("accept").await?;
    let asked = |name: &str| third.requests().iter().filter(|asked| **asked == format!("GET /{name}")).count();
    let asked_but = |left_out: &str| {
        let missing: Vec<_> = ONCE.iter().chain(PLAYED).filter(|name| **name != left_out && asked(name) == 0).collect();
        ensure!(missing.is_empty(), "missing: {missing:?}");
        Ok(true)
    };
    until_true("everything is asked for", async || asked_but("")).await?;
    let awaited = ORDER.len() + UNORDERED.len();
    let run = async || shop.js("return order", &[]).await;
    until_true("all scripts ran", async || {
        let run = run().await?;
        ensure!(run.as_array().is_some_and(|run| run.len() >= awaited), "{run} ran");
        Ok(true)
    })
    .await?;
    shop.settled().await?;
    for name in ONCE {
        ensure!(asked(name) == 1, "{name} was asked for {} times", asked(name));
    }
    let mut run: Vec<String> = serde_json::from_value(run().await?)?;
    ensure!(run.len() == awaited, "these ran: {run:?}");
    run.retain(|name| ORDER.contains(&name.as_str()));
    ensure!(run == ORDER, "the order is {run:?}");

    let script = "return Object.fromEntries([...document.scripts].filter((script) => /^http.*tags/.test(script.src)).map((script) =>
        [script.src.split('/').pop(), [script.async, script.defer, script.nonce, script.type, script.integrity, script.crossOrigin]]))";
    let found = shop.js(script, &[]).await?;
    for (name, said) in [
        ("external.js", json!([false, false, "", "", "", null])),
        ("module.js", json!([false, false, "", "module", "", null])),
        ("async.js", json!([true, false, "", "", "", null])),
        ("defer.js", json!([false, true, "", "", "", null])),
        ("nonce.js", json!([false, false, "n0nce", "", "", null])),
        ("integrity.js", json!([false, false, "", "", INTEGRITY, "anonymous"])),
    ] {
        ensure!(found[name] == said, "{name} became {}, not {said}", found[name]);
    }
    ensure!(
        shop.js("return getComputedStyle(document.querySelector('main')).getPropertyValue('--styled').trim()", &[])
            .await?
            == "1"
    );

    // The next page has them from the start, once again.
    third.forget();
    shop.driver().refresh().await?;
    // Chromium now and then shows no object that got its address while the parser was at it.
    until_true("everything is asked for on the next page", async || asked_but("object.svg")).await?;
    until_true("the scripts run on the next page", async || {
        Ok(shop.js("return order", &[]).await?.as_array().is_some_and(|run| run.len() >= awaited))
    })
    .await?;
    shop.settled().await?;
    for name in ONCE {
        let least = usize::from(*name != "object.svg");
        ensure!((least..=1).contains(&asked(name)), "on the next page {name} was asked for {} times", asked(name));
    }
    Ok(())
}

/// Tags in the shop's HTML that nobody marked: none runs before the choice, each runs once after it. Browsers fetch ahead,
/// so that of some a request goes out; the documentation says to mark them.
pub(super) async fn unmarked_in_html(browser: Browser) -> Result<()> {
    let head = r#"<script src="{T}/parsed.js"></script><script type="module" src="{T}/parsed-module.js"></script>"#;
    let body = r#"<iframe title="A frame" class="parsed" src="{T}/parsed-frame"></iframe>
<img class="parsed" alt="" src="{T}/parsed.svg">"#;
    let (shop, _stand, third) = open(&browser, head, body).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    ensure!(shop.js("return order", &[]).await? == json!([]), "a script ran before the choice");
    let held = "return document.querySelector('iframe.parsed').getAttribute('src')";
    ensure!(shop.js(held, &[]).await?.is_null(), "the frame kept its address");
    let blank = "return document.querySelector('iframe.parsed').contentDocument?.URL";
    ensure!(shop.js(blank, &[]).await? == "about:blank", "the frame holds a page");
    // WebKit leaves the frame alone; the others ask for it before it can be held, and in Firefox it may have begun.
    let early: &[&str] = match browser.engine() {
        Engine::Webkit => &[],
        Engine::Chromium => &["GET /parsed-frame"],
        Engine::Firefox => &["GET /parsed-frame", "GET /parsed-frame-ran.js"],
    };
    let early = [&["GET /parsed-module.js", "GET /parsed.js", "GET /parsed.svg"], early].concat();
    let asked = third.requests();
    ensure!(asked.iter().all(|asked| early.contains(&asked.as_str())), "before the choice: {asked:?}");
    // One that a script adds as HTML when the page is loaded.
    let add = "document.querySelector('main').insertAdjacentHTML('beforeend', arguments[0])";
    let late =
        format!(r#"<iframe title="A frame" class="late" src="{}/late-frame"></iframe>"#, third.named(THIRD_PARTY));
    shop.js(add, &[json!(late)]).await?;
    shop.settled().await?;
    let blank = "return document.querySelector('iframe.late').contentDocument?.URL";
    ensure!(shop.js(blank, &[]).await? == "about:blank", "the late frame holds a page");
    ensure!(!third.requests().contains(&"GET /late-frame-ran.js".into()), "the late frame ran");

    shop.answer("accept").await?;
    until_true("both scripts run", async || {
        Ok(shop.js("return [...order].sort()", &[]).await? == json!(["parsed", "parsed-module"]))
    })
    .await?;
    shop.settled().await?;
    ensure!(shop.js("return order.length", &[]).await? == 2, "a script ran twice");
    until_true("the frames load", async || {
        let asked = third.requests();
        Ok(["GET /parsed-frame-ran.js", "GET /late-frame-ran.js"].iter().all(|path| asked.contains(&(*path).into())))
    })
    .await
}
