//! What happens on the shop's pages: asked once, answered with one click, never asked again.

use anyhow::{Result, ensure};
use serde_json::json;
use thirtyfour::Key;

use crate::{
    runner::Browser,
    shop::{Layer, Shop},
    wait::{until, until_true},
};

/// The question shows; nobody else is asked for anything; nothing is written; no key is made.
/// ePrivacy 5(3); EDPB 2/2023: the device is the visitor's, and nothing in it is touched before the choice.
pub(super) async fn first_visit(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.is_quiet().await?;
    let stored = shop.stored().await?;
    ensure!(stored.is_empty(), "before any choice the browser holds {stored:?}");
    let extra = shop.extra_requests().await?;
    ensure!(extra.is_empty(), "before any choice the page asked for {extra:?}");
    ensure!(shop.granted().await?.is_empty(), "before any choice these may run: {:?}", shop.granted().await?);
    let signals = shop.consent_mode().await?;
    ensure!(signals["default"]["analytics_storage"] == "denied", "the default signals are {signals}");
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// One click: what was asked runs, but for what needs a consent of its own (PIPL 23).
pub(super) async fn accept(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("accept").await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    ensure!(shop.granted().await? == ["analytics", "marketing", "recommendations"]);
    let record = shop.record().await?;
    ensure!(record["choices"]["ads"].is_null(), "accept all answered a separate question: {record}");
    let receipts = shop.delivered(1).await?;
    let claims = claims(&receipts[0])?;
    ensure!(claims["event"]["state"] == "given" && claims["event"]["method"] == "banner.accept_all", "{claims}");
    ensure!(claims["event"]["type"] == "regular" && claims["choices"]["ads"] == "denied", "{claims}");
    ensure!(claims["seq"] == 1 && claims["prev"].is_null(), "{claims}");
    Ok(())
}

/// What needs a consent of its own is asked afterwards, alone, until it is answered, and only then runs or is refused.
pub(super) async fn asked_separately(browser: Browser) -> Result<()> {
    for (action, state, runs) in [
        ("accept", "granted", &["Pagecount", "Reachly", "Recommender"][..]),
        ("reject", "denied", &["Pagecount", "Recommender"]),
    ] {
        let shop = Shop::visit(&browser).await?;
        shop.answer("accept").await?;
        shop.sees(Layer::Separate).await?;
        let heading = "return host.shadowRoot.activeElement?.localName ?? null";
        until_true("the focus is on the question", async || Ok(shop.js(heading, &[]).await? == "h2")).await?;

        // Who goes on without an answer is asked that alone, and not interrupted.
        shop.open("/basket").await?;
        shop.sees(Layer::Separate).await?;
        ensure!(!shop.shows(Layer::First).await?, "the next page asks everything again");
        ensure!(
            shop.focused().await?.is_none() && shop.js(heading, &[]).await?.is_null(),
            "the question took the focus"
        );
        let text = shop.text(Layer::Separate).await?;
        ensure!(text.contains("Ads on other platforms") && !text.contains("Measuring use"), "it asks {text:?}");

        shop.answer_separately(action).await?;
        shop.runs(runs).await?;
        ensure!(shop.recorded("ads").await? == state && shop.recorded("analytics").await? == "granted");
        let receipts = shop.delivered(2).await?;
        let claims = claims(&receipts[1])?;
        ensure!(claims["event"]["method"] == format!("separate.{action}"), "{claims}");
        ensure!(claims["event"]["type"] == "separate" && claims["choices"]["ads"] == state, "{claims}");

        shop.open("/").await?;
        shop.settled().await?;
        ensure!(!shop.shows(Layer::First).await? && !shop.shows(Layer::Separate).await?, "the next page asks again");
    }
    Ok(())
}

/// One click: nothing runs, nobody is asked, and what is written is the choice and its proof.
/// PIPL 16; EDPB 05/2020: the shop goes on. CNIL 2025: a refusal stops all.
pub(super) async fn refuse(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    let receipts = shop.delivered(1).await?;
    shop.is_quiet().await?;
    ensure!(shop.granted().await?.is_empty());
    let stored = shop.stored().await?;
    ensure!(stored.local == ["placet", "placet.chain"], "after a refusal localStorage holds {:?}", stored.local);
    ensure!(stored.databases == ["placet"], "after a refusal the databases are {:?}", stored.databases);
    ensure!(stored.cookies.is_empty() && stored.session.is_empty(), "after a refusal the browser holds {stored:?}");
    let claims = claims(&receipts[0])?;
    ensure!(claims["event"]["state"] == "refused" && claims["event"]["method"] == "banner.reject_all", "{claims}");

    shop.open("/product").await?;
    shop.is_quiet().await
}

/// Who has answered is not asked again, and the page loads nothing of Placet but its tag. Where a frame is held, its
/// cover comes too: over the network once, and from then on out of the browser's own cache.
pub(super) async fn return_visit(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    let fetched = "return performance.getEntriesByType('resource')
        .filter((entry) => entry.transferSize > 0 && entry.name.includes('/embed/covers-')).length";
    let mut over_the_network = 0;
    for page in ["/", "/product", "/basket", "/product", "/zh/product", "/zh/"] {
        shop.open(page).await?;
        shop.settled().await?;
        ensure!(shop.choices().await?["analytics"] == "denied", "{page} has forgotten: {:?}", shop.choices().await?);
        ensure!(!shop.shows(Layer::First).await?, "{page} asks again");
        let mut extra = shop.extra_requests().await?;
        if page.ends_with("/product") {
            let covered = "return document.querySelectorAll('placet-held').length";
            until("the film is covered", async || Ok((shop.js(covered, &[]).await? == 1).then_some(()))).await?;
            extra.retain(|url| !url.contains("/embed/covers-"));
            over_the_network += shop.js(fetched, &[]).await?.as_u64().unwrap_or_default();
        }
        ensure!(extra.is_empty(), "on return {page} asked for {extra:?}");
    }
    ensure!(over_the_network <= 1, "the covers came over the network {over_the_network} times");
    ensure!(shop.server.stored().await?.len() == 1, "a visit without a choice made a receipt");
    Ok(())
}

/// The Chinese pages ask in Chinese, and the receipt names the Chinese notice.
pub(super) async fn chinese(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/zh/").await?;
    shop.sees(Layer::First).await?;
    let text = shop.text(Layer::First).await?;
    ensure!(text.contains("您的数据，由您决定"), "the first layer says {text:?}");
    ensure!(shop.js("return host.lang", &[]).await? == "zh-CN");
    shop.choose().await?;
    let text = shop.text(Layer::Center).await?;
    ensure!(text.contains("使用情况统计") && !text.contains("Measuring use"), "the center says {text:?}");
    shop.save().await?;
    shop.misses(Layer::First).await?;
    let receipts = shop.delivered(1).await?;
    ensure!(claims(&receipts[0])?["notice"]["lang"] == "zh-CN");
    Ok(())
}

/// From the page's beginning the keyboard meets the refusal within a few stops.
/// PIPL 16; EDPB 05/2020: for those who use no mouse, too.
pub(super) async fn keyboard_refusal(browser: Browser) -> Result<()> {
    for key in [Key::Enter, Key::Space] {
        let shop = Shop::visit(&browser).await?;
        let mut stops = 0;
        while shop.focused().await?.as_deref() != Some("reject") {
            stops += 1;
            ensure!(stops <= 4, "no refusal after {stops} stops of the Tab key");
            shop.key(Key::Tab).await?;
        }
        shop.key(key).await?;
        shop.misses(Layer::First).await?;
        ensure!(shop.recorded("analytics").await? == "denied");
        shop.is_quiet().await?;
    }
    Ok(())
}

/// Who answers and leaves at once has answered: the next page knows it and delivers the receipt.
pub(super) async fn page_left_midway(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.js("action('first', 'accept').click(); location.href = '/product'", &[]).await?;
    until("the next page", async || {
        let there =
            shop.js("return location.pathname === '/product' && document.readyState === 'complete'", &[]).await?;
        Ok((there == json!(true)).then_some(()))
    })
    .await?;
    ensure!(!shop.shows(Layer::First).await?, "the next page asks again");
    shop.runs(&["Pagecount", "Recommender"]).await?;
    let receipts = shop.delivered(1).await?;
    ensure!(claims(&receipts[0])?["event"]["page"] == "/", "the receipt names the page of the choice");
    Ok(())
}

/// A choice in one tab holds in the other at once; two choices at one time make one chain.
pub(super) async fn two_tabs(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    let driver = shop.driver();
    let first = driver.window().await?;
    let second = driver.new_tab().await?;
    driver.switch_to_window(second.clone()).await?;
    shop.open("/basket").await?;
    shop.sees(Layer::First).await?;
    shop.answer("accept").await?;

    driver.switch_to_window(first.clone()).await?;
    shop.misses(Layer::First).await?;
    shop.sees(Layer::Separate).await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    shop.delivered(1).await?;

    shop.js("placet.rejectAll()", &[]).await?;
    driver.switch_to_window(second).await?;
    shop.js("placet.acceptAll()", &[]).await?;
    let receipts = shop.delivered(3).await?;
    let mut chain = Vec::new();
    for receipt in &receipts {
        chain.push((claims(receipt)?["seq"].clone(), claims(receipt)?["prev"].is_null()));
    }
    chain.sort_by_key(|(seq, _)| seq.as_u64());
    ensure!(chain == [(json!(1), true), (json!(2), false), (json!(3), false)], "the chain is {chain:?}");
    driver.close_window().await?;
    driver.switch_to_window(first).await?;
    Ok(())
}

/// `window.placet` before and after the tag has loaded, and the events.
pub(super) async fn page_script(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    let script = "window.heard = [];
        for (const name of ['decided', 'applied', 'acknowledged']) {
            document.addEventListener(`placet:${name}`, ({ detail }) => heard.push([name, detail]));
        }
        const stop = placet.on('decided', ({ method }) => heard.push(['on', method]));
        placet.push((api) => { heard.push(['push', api.allows('analytics')]); api.acceptAll(); stop(); api.withdraw(); });
        return heard.map(([name]) => name)";
    let heard = shop.js(script, &[]).await?;
    ensure!(heard == json!(["push", "decided", "on", "applied", "decided", "applied"]), "heard {heard}");
    ensure!(!shop.shows(Layer::First).await?, "a choice by the page's own script leaves the question");
    shop.settled().await?;
    ensure!(
        !shop.shows(Layer::First).await? && !shop.shows(Layer::Separate).await?,
        "a choice by the page's own script brings a question"
    );
    ensure!(shop.granted().await?.is_empty());
    let receipts = shop.delivered(2).await?;
    let mut methods = Vec::new();
    for receipt in &receipts {
        methods.push(claims(receipt)?["event"]["method"].clone());
    }
    ensure!(methods.contains(&json!("api.accept_all")) && methods.contains(&json!("api.withdraw")), "{methods:?}");
    until("both receipts are announced", async || {
        let ids = shop
            .js("return heard.filter(([name]) => name === 'acknowledged').map(([, detail]) => detail.id)", &[])
            .await?;
        Ok((ids.as_array().map(Vec::len) == Some(2)).then_some(()))
    })
    .await
}

/// What a receipt says, without asking whether it is genuine: `placet verify` does that.
pub(crate) fn claims(jws: &str) -> Result<serde_json::Value> {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let payload = jws.split('.').nth(1).unwrap_or_default();
    let bytes = Base64UrlUnpadded::decode_vec(payload).map_err(|error| anyhow::anyhow!("{error} in {jws}"))?;
    Ok(serde_json::from_slice(&bytes)?)
}
