//! What the guides tell people to paste works as they say.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    places,
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
};

/// Runs Tag Manager's side of the template: its own scenarios, or, with `data`, the code on this page.
async fn tag_manager(shop: &Shop, data: Value) -> Result<Value> {
    let template = fs::read_to_string(places::root().join("integrations/gtm/template.tpl"))?;
    let script = include_str!("../tag-manager.js");
    let found = shop.driver().execute_async(script, vec![json!(template), data]).await?.json().clone();
    ensure!(found["error"].is_null(), "the template fails: {}", found["error"]);
    Ok(found)
}

/// The template's own tests, and the template on a page: denied first, then what the visitor answers.
pub(super) async fn tag_manager_template(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let bare = r#"<!doctype html><html lang="en"><head><title>A shop</title><link rel="icon" href="data:,">TAG</head>
<body><h1>A shop</h1></body></html>"#;
    let address = format!("{}/embed/placet.js", shop.server.origin);
    let direct = bare.replace("TAG", &format!(r#"<script src="{address}"></script>"#));
    let pages = [("/", Page::html(&bare.replace("TAG", ""))), ("/direct", Page::html(&direct))];
    let stand = Stand::open(pages.map(|(path, page)| (path.to_owned(), page)).into()).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    let found = tag_manager(&shop, Value::Null).await?;
    ensure!(found["failed"] == json!([]), "of {} scenarios these fail: {:#}", found["count"], found["failed"]);
    ensure!(found["count"].as_u64() > Some(5), "only {} scenarios were read", found["count"]);

    let data = json!({
        "src": address, "ads": "ads", "analytics": "analytics", "functional": "functional",
        "personalization": "recommendations", "wait": "500", "redact": true,
    });
    let log = "return window.consentLog.map(([name, value]) => [name, value.analytics_storage ?? null, value.ad_storage ?? null])";
    let denied = json!([["set", null, null], ["default", "denied", "denied"], ["inject", null, null], ["update", "denied", "denied"]]);
    ensure!(tag_manager(&shop, data.clone()).await?["result"] == "success");
    shop.sees(Layer::First).await?;
    ensure!(shop.js(log, &[]).await? == denied, "at first Tag Manager is told {}", shop.js(log, &[]).await?);
    shop.answer("accept").await?;
    let last = shop.js("return window.consentLog.at(-1)", &[]).await?;
    let told = &last[1];
    ensure!(last[0] == "update" && told["analytics_storage"] == "granted", "then it is told {last}");
    ensure!(told["personalization_storage"] == "granted" && told["functionality_storage"] == "denied", "then it is told {last}");
    ensure!(told["ad_storage"] == "denied", "a separate consent was swept in: {last}");
    shop.delivered(1).await?;

    for (path, injects) in [("/", 1), ("/direct", 0)] {
        shop.open(path).await?;
        ensure!(tag_manager(&shop, data.clone()).await?["result"] == "success");
        let log = shop.js(log, &[]).await?;
        let entries = log.as_array().context("a list")?;
        ensure!(entries.last() == Some(&json!(["update", "granted", "denied"])), "on return to {path} it is told {log}");
        ensure!(entries.iter().filter(|entry| entry[0] == "inject").count() == injects, "on {path} it is told {log}");
    }
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}
