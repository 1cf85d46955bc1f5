//! A purpose that has changed is asked about again, alone, with what it said before beside what it says now.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    config::config,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::Stand,
};

const BEFORE: &str = "Counting visits and finding pages that do not work.";
const AFTER: &str = "Counting visits, and comparing them with those of other shops.";
const BEFORE_ZH: &str = "统计访问量，发现存在问题的页面。";
const AFTER_ZH: &str = "统计访问量，并与其他商城进行比较。";

fn reworded() -> Result<Value> {
    let mut config = config(&["analytics", "recommendations", "ads"])?;
    let purposes = config["purposes"].as_array_mut().context("purposes")?;
    let analytics = purposes.iter_mut().find(|purpose| purpose["id"] == "analytics").context("statistics")?;
    analytics["description"] = json!({ "en": AFTER, "zh-CN": AFTER_ZH });
    config["version"] = json!("2026-12-01");
    Ok(config)
}

/// The tag's address, and the same when the browser's copy of it is too old: it keeps one for five minutes.
const TAGS: [&str; 2] = ["/embed/placet.js", "/embed/placet.js?later"];

/// What the first layer says has changed: purpose, old words, new words.
async fn changes(shop: &Shop) -> Result<Value> {
    let script = "return all('[data-placet-changed]').filter(seen).map((item) => [item.dataset.placetChanged,
        [...item.querySelectorAll('del')].map((was) => was.innerText), [...item.querySelectorAll('ins')].map((is) => is.innerText)])";
    shop.js(script, &[]).await
}

/// PIPL 14: consent is asked for again where the purpose, the way or the kinds of data change.
pub(super) async fn only_the_changed_purpose_is_asked(browser: Browser) -> Result<()> {
    for (lang, was, is) in [("en", BEFORE, AFTER), ("zh-CN", BEFORE_ZH, AFTER_ZH)] {
        for action in ["accept", "reject"] {
            let mut shop = Shop::with(&browser, &config(&["analytics", "recommendations", "ads"])?, &[]).await?;
            let tags = ["analytics", "recommendations"]
                .map(|id| format!(r#"<script type="text/plain" data-placet="{id}">ran.push('{id}')</script>"#));
            let pages = ["/", "/later"].into_iter().zip(TAGS).map(|(path, tag)| {
                let tag = format!("{}{tag}", shop.server.origin);
                let head =
                    format!(r#"<script>window.ran = [];</script><script src="{tag}"></script>{}"#, tags.concat());
                (path.to_owned(), page(lang, &head, ""))
            });
            let stand = Stand::open(pages.collect::<BTreeMap<_, _>>()).await?;
            shop = shop.with_pages_of(&stand);

            shop.open("/").await?;
            shop.answer("accept").await?;
            // What needs separate consent is no part of it, whether that was answered or not.
            let is_open = action == "accept";
            if !is_open {
                shop.answer_separately("reject").await?;
            }
            let count = shop.delivered(if is_open { 1 } else { 2 }).await?.len();
            let before = shop.record().await?;

            shop.server.publish(&reworded()?).await?;
            shop.open("/later").await?;
            shop.sees(Layer::First).await?;
            ensure!(
                changes(&shop).await? == json!([["analytics", [was], [is]]]),
                "{lang} tells these changes: {}",
                changes(&shop).await?
            );
            ensure!(shop.granted().await? == ["recommendations"], "these may run: {:?}", shop.granted().await?);
            ensure!(shop.js("return ran", &[]).await? == json!(["recommendations"]));

            shop.answer(action).await?;
            let (decided, ran) = match action {
                "accept" => ("granted", json!(["recommendations", "analytics"])),
                _ => ("denied", json!(["recommendations"])),
            };
            ensure!(shop.js("return ran", &[]).await? == ran, "{} ran", shop.js("return ran", &[]).await?);
            let after = shop.record().await?;
            ensure!(shop.recorded("analytics").await? == decided, "the record is {after}");
            for id in ["recommendations", "ads"] {
                let (old, new) = (&before["choices"][id], &after["choices"][id]);
                ensure!(old == new, "the answer to {id} was {old} and became {new}");
            }
            ensure!(after["choices"]["analytics"]["until"].as_i64() > before["choices"]["analytics"]["until"].as_i64());
            ensure!(after["notice"] != before["notice"], "the record names the old notice");
            let receipts = shop.delivered(count + 1).await?;
            let claims = claims(&receipts[count])?;
            ensure!(claims["event"]["method"] == format!("changes.{action}"), "{claims}");
            ensure!(claims["choices"]["recommendations"] == "granted" && claims["choices"]["analytics"] == decided);

            if is_open {
                shop.sees(Layer::Separate).await?;
                shop.answer_separately("reject").await?;
            }
            shop.open("/later").await?;
            shop.settled().await?;
            ensure!(
                !shop.shows(Layer::First).await? && !shop.shows(Layer::Separate).await?,
                "the next page asks again"
            );
        }
    }
    Ok(())
}

/// Where the old words cannot be had, the new ones stand alone.
pub(super) async fn new_words_alone(browser: Browser) -> Result<()> {
    let mut shop = Shop::with(&browser, &config(&["analytics", "recommendations", "ads"])?, &[]).await?;
    let pages = ["/", "/later"].into_iter().zip(TAGS).map(|(path, tag)| {
        let head = format!(r#"<script src="{}{tag}"></script>"#, shop.server.origin);
        (path.to_owned(), page("en", &head, ""))
    });
    let stand = Stand::open(pages.collect::<BTreeMap<_, _>>()).await?;
    shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    let forget = "const record = read('placet'); record.v = 1; delete record.notice;
        localStorage.placet = JSON.stringify(record)";
    shop.js(forget, &[]).await?;
    shop.server.publish(&reworded()?).await?;
    shop.open("/later").await?;
    shop.sees(Layer::First).await?;
    let told = changes(&shop).await?;
    ensure!(told[0][0] == "analytics" && told[0][1] == json!([]), "these changes are told: {told}");
    let new = told[0][2].as_array().context("new words")?;
    ensure!(new.contains(&json!(AFTER)), "the new words are {told}");
    shop.answer("reject").await?;
    ensure!(shop.recorded("analytics").await? == "denied");
    Ok(())
}
