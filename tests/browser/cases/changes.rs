//! A purpose that has changed is asked about again, alone, with what it said before beside what it says now.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    config::{config, set},
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

/// What one change of a config is told as: the rows of the one purpose that is asked.
struct Change {
    /// Changes the config of a purpose with one service and one recipient.
    make: fn(&mut Value) -> Result<()>,
    /// Old and new words in English, then in Chinese.
    told: [[&'static str; 2]; 2],
}

const CHANGES: [Change; 4] = [
    Change {
        make: |config| set(config, "analytics", json!({ "retention": "P2Y" })),
        told: [["14 months", "2 years"], ["14个月", "2年"]],
    },
    Change {
        make: |config| {
            set(
                config,
                "analytics",
                json!({ "recipients": [{ "name": "Counter", "country": "US", "contact": CONTACT, "crossBorder":
            { "purpose": "counting", "method": "script", "rights": "write" } }] }),
            )
        },
        told: [
            [
                "Counter (Singapore), https://counter.example/, counting, script, write",
                "Counter (United States), https://counter.example/, counting, script, write",
            ],
            [
                "Counter (新加坡), https://counter.example/, counting, script, write",
                "Counter (美国), https://counter.example/, counting, script, write",
            ],
        ],
    },
    // A part of a country is told by its code, as in the center.
    Change {
        make: |config| {
            set(
                config,
                "analytics",
                json!({ "recipients": [{ "name": "Counter", "country": "US-CA", "contact": CONTACT, "crossBorder":
            { "purpose": "counting", "method": "script", "rights": "write" } }] }),
            )
        },
        told: [
            [
                "Counter (Singapore), https://counter.example/, counting, script, write",
                "Counter (US-CA), https://counter.example/, counting, script, write",
            ],
            [
                "Counter (新加坡), https://counter.example/, counting, script, write",
                "Counter (US-CA), https://counter.example/, counting, script, write",
            ],
        ],
    },
    Change {
        make: |config| {
            config["services"][0]["cookies"] = json!([{ "name": "count", "retention": "P1Y" }, { "name": "seen" }]);
            Ok(())
        },
        told: [
            ["Counter — Keeps in your browser: count (1 day)", "Counter — Keeps in your browser: count (1 year), seen"],
            ["Counter — 在您的浏览器中保存： count (1天)", "Counter — 在您的浏览器中保存： count (1年), seen"],
        ],
    },
];

const CONTACT: &str = "https://counter.example/";

/// How long, in which country, and what a service keeps are told in words of the language, and nothing else is told beside them.
pub(super) async fn changes_in_words(browser: Browser) -> Result<()> {
    let mut before = config(&["analytics", "recommendations"])?;
    let recipient = json!({ "name": "Counter", "country": "SG", "contact": CONTACT, "crossBorder":
        { "purpose": "counting", "method": "script", "rights": "write" } });
    set(&mut before, "analytics", json!({ "recipients": [recipient] }))?;
    before["services"] = json!([{ "id": "counter", "purpose": "analytics", "name": "Counter", "hosts": ["counter.example"],
        "cookies": [{ "name": "count", "retention": "P1D" }] }]);
    for (number, Change { make, told }) in CHANGES.iter().enumerate() {
        let mut after = before.clone();
        make(&mut after)?;
        after["version"] = json!(format!("2026-12-0{}", number + 1));
        let mut shop = Shop::with(&browser, &before, &[]).await?;
        let mut pages = BTreeMap::new();
        for lang in ["en", "zh-CN"] {
            for (path, tag) in ["/", "/later"].into_iter().zip(TAGS) {
                let head = format!(r#"<script src="{}{tag}"></script>"#, shop.server.origin);
                pages.insert(format!("/{lang}{path}"), page(lang, &head, ""));
            }
        }
        let stand = Stand::open(pages).await?;
        shop = shop.with_pages_of(&stand);
        for (lang, [was, is]) in ["en", "zh-CN"].into_iter().zip(told) {
            shop.server.publish(&before).await?;
            shop.open(&format!("/{lang}/")).await?;
            shop.js("localStorage.clear()", &[]).await?;
            shop.open(&format!("/{lang}/")).await?;
            shop.answer("accept").await?;
            shop.server.publish(&after).await?;
            shop.open(&format!("/{lang}/later")).await?;
            shop.sees(Layer::First).await?;
            let changes = changes(&shop).await?;
            ensure!(changes == json!([["analytics", [was], [is]]]), "{lang} tells these changes: {changes}");
        }
    }
    Ok(())
}
