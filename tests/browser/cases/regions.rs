//! Under which rules a visitor is asked: who says the region, what holds where nobody does, and what an opt-out
//! regime and Global Privacy Control make of the first layer.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    config::config,
    engine::Engine,
    process::free_ports,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::Stand,
    wait::until_true,
};

const HEADERS: &[&str] = &["--region-header", "x-country,x-part", "--trusted-proxy", "127.0.0.1"];

/// A tag for each purpose; each notes that it ran.
const TAGS: &str = r#"
<script type="text/plain" data-placet="analytics">ran.push('analytics')</script>
<script type="text/plain" data-placet="recommendations">ran.push('recommendations')</script>
<script type="text/plain" data-placet="ads">ran.push('ads')</script>"#;

const GPC: &str =
    "<script>Object.defineProperty(navigator, 'globalPrivacyControl', { value: true, configurable: true });</script>";

fn regimes() -> Result<Value> {
    let mut config = config(&["analytics", "recommendations", "ads"])?;
    config["regimes"] = json!([
        { "regime": "cn-pipl" }, { "regime": "eu-gdpr" }, { "regime": "us-ccpa" }, { "regime": "us-states" },
    ]);
    Ok(config)
}

/// A page with `before` ahead of the tag, which has `attributes`; it comes from the stand's own address.
fn tagged(before: &str, attributes: &str) -> crate::stand::Page {
    let tag = format!(r#"<script src="/embed/placet.js" {attributes}></script>"#);
    page("en", &format!("<script>window.ran = [];</script>{before}{tag}{TAGS}"), "")
}

/// The shop behind a CDN that adds `headers`, and never answers what is `silent`.
async fn open(
    browser: &Browser,
    more: &[&str],
    headers: &[(&str, &str)],
    silent: &[&str],
    pages: &[(&str, &str, &str)],
) -> Result<(Shop, Stand)> {
    let port = free_ports()?;
    let public = format!("http://127.0.0.1:{port}/");
    let shop = Shop::with(browser, &regimes()?, &[more, &["--public-url", &public]].concat()).await?;
    let pages = pages.iter().map(|(path, before, attributes)| ((*path).to_owned(), tagged(before, attributes)));
    let stand = Stand::before(port, &shop.server.origin, headers, silent, pages.collect::<BTreeMap<_, _>>()).await?;
    Ok((shop.with_pages_of(&stand), stand))
}

async fn regime(shop: &Shop) -> Result<Value> {
    shop.js("return placet.regime()", &[]).await
}

async fn ran(shop: &Shop) -> Result<Value> {
    shop.js("return ran", &[]).await
}

/// The tag's attribute, then the page's own word, then nobody: the strictest rules. Nobody is asked for it.
pub(super) async fn region_of_the_page(browser: Browser) -> Result<()> {
    let said = |region: &str| format!("<script>window.placet = {{ region: '{region}' }};</script>");
    let (california, germany) = (said("US-CA"), said("DE"));
    let cases = [
        ("/attribute", "", r#"data-region="US-CA""#, "us-ccpa"),
        ("/state", "", r#"data-region="US-TX""#, "us-states"),
        ("/member", "", r#"data-region="FR""#, "eu-gdpr"),
        ("/part", "", r#"data-region="CN-31""#, "cn-pipl"),
        ("/elsewhere", "", r#"data-region="JP""#, "cn-pipl"),
        ("/page", &california, "", "us-ccpa"),
        ("/both", &california, r#"data-region="DE""#, "eu-gdpr"),
        ("/other", &germany, "", "eu-gdpr"),
        ("/nobody", "", "", "cn-pipl"),
    ];
    let pages: Vec<_> = cases.iter().map(|(path, before, attributes, _)| (*path, *before, *attributes)).collect();
    let (shop, stand) = open(&browser, &[], &[("x-country", "US"), ("x-part", "CA")], &[], &pages).await?;
    for (path, _, _, expected) in cases {
        shop.open(path).await?;
        shop.sees(Layer::First).await?;
        ensure!(regime(&shop).await? == expected, "{path}: the regime is {}", regime(&shop).await?);
        let runs = if expected.starts_with("us-") { json!(["analytics", "recommendations", "ads"]) } else { json!([]) };
        ensure!(ran(&shop).await? == runs, "{path}: these ran: {}", ran(&shop).await?);
    }
    ensure!(!stand.requests().contains(&"GET /v1/region".into()), "the region was asked for although nobody can tell");
    Ok(())
}

/// The server tells the region, once, before the question; who says it on the page is not overruled; nothing is stored.
pub(super) async fn region_of_the_server(browser: Browser) -> Result<()> {
    let asked = |stand: &Stand| stand.requests().iter().filter(|asked| *asked == "GET /v1/region").count();
    for (headers, expected) in [
        (&[("x-country", "US"), ("x-part", "CA")][..], "us-ccpa"),
        (&[("x-country", "US"), ("x-part", "TX")], "us-states"),
        (&[("x-country", "DE")], "eu-gdpr"),
        (&[("x-country", "CN")], "cn-pipl"),
        (&[("x-country", "XX")], "cn-pipl"),
        (&[], "cn-pipl"),
    ] {
        let pages = [("/", "", ""), ("/said", "", r#"data-region="FR""#)];
        let (shop, stand) = open(&browser, HEADERS, headers, &[], &pages).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        ensure!(regime(&shop).await? == expected, "{headers:?}: the regime is {}", regime(&shop).await?);
        let free = expected.starts_with("us-");
        let runs = if free { json!(["analytics", "recommendations", "ads"]) } else { json!([]) };
        ensure!(ran(&shop).await? == runs, "{headers:?}: these ran: {}", ran(&shop).await?);
        ensure!(shop.stored().await?.is_empty(), "{headers:?}: the browser holds {:?}", shop.stored().await?);
        ensure!(asked(&stand) == 1, "{headers:?}: the region was asked for {} times", asked(&stand));

        shop.open("/said").await?;
        shop.sees(Layer::First).await?;
        ensure!(regime(&shop).await? == "eu-gdpr" && asked(&stand) == 1, "the page's word was not enough");

        // Who has answered is judged as then, and nobody is asked.
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        shop.js("placet.rejectAll()", &[]).await?;
        shop.delivered(1).await?;
        stand.forget();
        shop.open("/").await?;
        shop.settled().await?;
        ensure!(regime(&shop).await? == expected && asked(&stand) == 0, "{headers:?}: a return visit asked");
        ensure!(!shop.shows(Layer::First).await?);
    }
    Ok(())
}

/// Where the answer does not come, the question does: within seconds, under the strictest rules.
pub(super) async fn region_that_never_comes(browser: Browser) -> Result<()> {
    let clock = "<script>new MutationObserver(() => {
        if (document.querySelector('placet-ui')) window.drawn ??= performance.now();
    }).observe(document, { childList: true, subtree: true });</script>";
    let (shop, stand) = open(&browser, HEADERS, &[], &["/v1/region"], &[("/", clock, "")]).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    ensure!(regime(&shop).await? == "cn-pipl", "the regime is {}", regime(&shop).await?);
    ensure!(ran(&shop).await? == json!([]), "these ran: {}", ran(&shop).await?);
    ensure!(stand.requests().contains(&"GET /v1/region".into()), "nobody asked");
    let drawn = shop.js("return window.drawn", &[]).await?;
    ensure!(drawn.as_f64().is_some_and(|drawn| (900.0..8000.0).contains(&drawn)), "it was drawn after {drawn} ms");
    shop.answer("accept").await?;
    ensure!(shop.granted().await? == ["analytics", "recommendations"]);
    if browser.engine() == Engine::Chromium {
        let console = shop.complaints().await;
        ensure!(console.iter().any(|line| line.contains("[placet]") && line.contains("region")), "{console:?}");
    }
    Ok(())
}

/// Where Brazil, Quebec and the United Kingdom ask for it (LGPD 8; Quebec Law 25, 8.1, 9.1; PECR 6 as changed by DUAA 2025, under
/// which statistics might run until somebody objects, but advertising never): nothing runs unasked, every switch is off,
/// refusing is a button like accepting, and a refusal is not asked about again for six months.
pub(super) async fn asked_first_in_other_places(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "recommendations", "ads"])?;
    let places = [("BR", "br-lgpd"), ("CA-QC", "ca-quebec"), ("GB", "uk-pecr")];
    config["regimes"] = places.iter().map(|(_, regime)| json!({ "regime": regime })).collect();
    for (place, expected) in places {
        let port = free_ports()?;
        let public = format!("http://127.0.0.1:{port}/");
        let shop = Shop::with(&browser, &config, &["--public-url", &public]).await?;
        let pages = BTreeMap::from([("/".to_owned(), tagged("", &format!("data-region=\"{place}\"")))]);
        let stand = Stand::before(port, &shop.server.origin, &[], &[], pages).await?;
        let shop = shop.with_pages_of(&stand);
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        ensure!(regime(&shop).await? == expected, "{place} is under {}", regime(&shop).await?);
        ensure!(ran(&shop).await? == json!([]), "{place}: {} ran", ran(&shop).await?);
        let buttons = "return ['reject', 'accept'].map((name) => [action('first', name).localName, action('first', name).className])";
        let buttons = shop.js(buttons, &[]).await?;
        ensure!(buttons[0] == json!(["button", "button"]) && buttons[0] == buttons[1], "{place}: {buttons}");
        shop.choose().await?;
        let switched = "return all('[data-placet-switch]').map((input) => input.checked)";
        ensure!(shop.js(switched, &[]).await? == json!([false, false, false]), "{place}: a switch starts on");
        shop.click(Layer::Center, "close").await?;
        shop.misses(Layer::Center).await?;
        shop.answer("reject").await?;
        shop.open("/").await?;
        shop.settled().await?;
        ensure!(!shop.shows(Layer::First).await? && ran(&shop).await? == json!([]), "{place}: a refusal is none");
        let days = "const { at, choices } = read('placet'); return Object.values(choices).map(({ until }) => (until - at) / 864e5)";
        ensure!(
            shop.js(days, &[]).await? == json!([180, 180, 180]),
            "{place}: it holds for {}",
            shop.js(days, &[]).await?
        );
        stand.forget();
    }
    Ok(())
}

/// California: a notice, everything runs, and one click turns off what is shared with others and nothing else.
/// CCPA regulations 7004, 7026(a)(4): one step to opt out, in the notice, on the page and in the center.
pub(super) async fn do_not_sell_or_share(browser: Browser) -> Result<()> {
    for (place, method) in [("banner", "banner.opt_out"), ("page", "page.opt_out"), ("center", "preferences.opt_out")] {
        let (shop, _stand) = open(&browser, &[], &[], &[], &[("/", "", r#"data-region="US-CA""#)]).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        ensure!(ran(&shop).await? == json!(["analytics", "recommendations", "ads"]), "{} ran", ran(&shop).await?);
        let text = shop.text(Layer::First).await?;
        ensure!(text.contains("Do not sell or share my personal information"), "the notice says {text:?}");
        let buttons = "return [...layer('first').querySelectorAll('[data-placet-action]')].map((button) => button.dataset.placetAction)";
        ensure!(shop.js(buttons, &[]).await? == json!(["opt-out", "accept", "choose"]));

        match place {
            "banner" => shop.click(Layer::First, "opt-out").await?,
            "page" => {
                let link = "document.querySelector('main').insertAdjacentHTML('beforeend',
                    '<button type=button class=mine data-placet-action=opt-out>Do not sell</button>')";
                shop.js(link, &[]).await?;
                shop.click_page("button.mine").await?;
            }
            _ => {
                shop.choose().await?;
                ensure!(shop.switched("ads").await? && shop.switched("analytics").await?);
                shop.click(Layer::Center, "opt-out").await?;
                shop.misses(Layer::Center).await?;
            }
        }
        shop.misses(Layer::First).await?;
        ensure!(shop.granted().await? == ["analytics", "recommendations"], "{place}: {:?}", shop.granted().await?);
        let receipts = shop.delivered(1).await?;
        let claims = claims(&receipts[0])?;
        ensure!(claims["event"]["method"] == method && claims["regime"] == "us-ccpa", "{place}: {claims}");

        shop.open("/").await?;
        shop.settled().await?;
        ensure!(!shop.shows(Layer::First).await?, "{place}: the next page asks again");
        ensure!(ran(&shop).await? == json!(["analytics", "recommendations"]), "{place}: {} ran", ran(&shop).await?);
        let days = "const { at, choices } = read('placet'); return (choices.ads.until - at) / 864e5";
        ensure!(shop.js(days, &[]).await? == 365, "an opt-out holds for {} days", shop.js(days, &[]).await?);
    }
    Ok(())
}

/// Elsewhere the same click, and `placet.optOut()`, turn off what was granted and is shared; what was not asked stays off.
pub(super) async fn opt_out_after_an_opt_in(browser: Browser) -> Result<()> {
    let (shop, _stand) = open(&browser, &[], &[], &[], &[("/", "", r#"data-region="DE""#)]).await?;
    shop.open("/").await?;
    let refuses = "return !!action('first', 'reject') && !action('first', 'opt-out')";
    shop.sees(Layer::First).await?;
    ensure!(shop.js(refuses, &[]).await? == true, "an opt-in regime shows a notice only");
    shop.choose().await?;
    for purpose in ["analytics", "ads"] {
        shop.switch(purpose, true).await?;
    }
    shop.save().await?;
    ensure!(shop.granted().await? == ["ads", "analytics"]);
    shop.js("placet.optOut()", &[]).await?;
    ensure!(shop.granted().await? == ["analytics"], "these may run: {:?}", shop.granted().await?);
    let receipts = shop.delivered(2).await?;
    let mut methods = Vec::new();
    for receipt in &receipts {
        methods.push(claims(receipt)?["event"]["method"].clone());
    }
    ensure!(methods.contains(&json!("api.opt_out")), "the receipts say {methods:?}");
    Ok(())
}

/// Global Privacy Control, of the browser or in the header that the server sees: told in the first layer and in the
/// center, and obeyed under either kind of regime.
/// CCPA regulations 7025(b), (c)(6).
pub(super) async fn signal_is_told_where_it_is_honoured(browser: Browser) -> Result<()> {
    const HONOURED: &str = "Global Privacy Control";
    let sent = &[("x-country", "US"), ("x-part", "CA"), ("sec-gpc", "1")][..];
    let opt_in = &[("x-country", "DE"), ("sec-gpc", "1")][..];
    let zero = &[("x-country", "US"), ("x-part", "CA"), ("sec-gpc", "0")][..];
    for (what, before, headers, told, runs) in [
        ("the browser's", GPC, &sent[..2], true, json!(["analytics", "recommendations"])),
        ("the header", "", sent, true, json!(["analytics", "recommendations"])),
        ("the header under opt-in", "", opt_in, true, json!([])),
        ("another header", "", zero, false, json!(["analytics", "recommendations", "ads"])),
        ("no signal", "", &sent[..2], false, json!(["analytics", "recommendations", "ads"])),
    ] {
        let (shop, _stand) = open(&browser, HEADERS, headers, &[], &[("/", before, "")]).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        ensure!(ran(&shop).await? == runs, "{what}: these ran: {}", ran(&shop).await?);
        let part = "return !!layer('first').querySelector('[part=gpc]')";
        ensure!(shop.js(part, &[]).await? == told, "{what}: the first layer says {:?}", shop.text(Layer::First).await?);
        ensure!(shop.text(Layer::First).await?.contains(HONOURED) == told);
        shop.choose().await?;
        ensure!(
            shop.text(Layer::Center).await?.contains(HONOURED) == told,
            "{what}: {}",
            shop.text(Layer::Center).await?
        );
        let off = "return all('[data-placet-switch=ads]')[0].disabled";
        ensure!(shop.js(off, &[]).await? == told, "{what}: the switch of ads");
        shop.save().await?;
        until_true("the answer is delivered", async || Ok(!shop.server.stored().await?.is_empty())).await?;
        let claims = claims(&shop.server.stored().await?[0])?;
        ensure!(claims["signals"]["gpc"] == told, "{what}: the receipt says {claims}");
    }
    Ok(())
}
