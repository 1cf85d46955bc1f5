//! Agents that answer in the visitor's name: the rules of `integrations/agents` refuse for them.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    places,
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
};

/// The shop's first pages, in English and in Chinese.
const PAGES: [&str; 2] = ["/", "/zh/"];

fn rule(name: &str) -> Result<Value> {
    let path = places::root().join("integrations/agents").join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// DuckDuckGo's autoconsent, the real package, with our rule; what it told its browser.
async fn autoconsent(shop: &Shop, action: &str) -> Result<Value> {
    let package = fs::read_to_string(places::npm("@duckduckgo/autoconsent/dist/autoconsent.playwright.js")?)?;
    let arguments = vec![json!(package), rule("autoconsent.json")?, json!(action)];
    let script = include_str!("../autoconsent.js");
    Ok(shop.driver().execute_async(script, arguments).await?.json().clone())
}

/// Consent-O-Matic's rule through a reader of its format; how often it clicked.
async fn consent_o_matic(shop: &Shop) -> Result<Value> {
    let script = include_str!("../consent-o-matic.js");
    let found = shop.driver().execute_async(script, vec![rule("consent-o-matic.json")?]).await?.json().clone();
    ensure!(found["error"].is_null(), "the rule cannot be read: {}", found["error"]);
    Ok(found["clicks"].clone())
}

/// The page is as after a visitor's own refusal, and the receipt says no more than that.
async fn is_refused(shop: &Shop) -> Result<()> {
    shop.misses(Layer::First).await?;
    shop.is_quiet().await?;
    ensure!(shop.granted().await?.is_empty(), "these may run: {:?}", shop.granted().await?);
    let receipts = shop.delivered(1).await?;
    let claims = claims(&receipts[0])?;
    ensure!(claims["event"]["state"] == "refused" && claims["event"]["method"] == "banner.reject_all", "{claims}");
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// autoconsent finds the question, refuses in either language, and is content; on return it finds nothing to do.
pub(super) async fn autoconsent_refuses(browser: Browser) -> Result<()> {
    for page in PAGES {
        let shop = Shop::start(&browser).await?;
        shop.open(page).await?;
        shop.sees(Layer::First).await?;
        let told = autoconsent(&shop, "optOut").await?;
        for (message, result) in [("optOutResult", true), ("selfTestResult", true)] {
            let found = told.as_array().into_iter().flatten().find(|told| told["type"] == message);
            ensure!(found.is_some_and(|found| found["result"] == result), "on {page} autoconsent tells {told:#}");
        }
        is_refused(&shop).await?;

        shop.open(page).await?;
        shop.settled().await?;
        let told = autoconsent(&shop, "optOut").await?.to_string();
        ensure!(!told.contains("popupFound") && !told.contains("Result"), "on return autoconsent tells {told}");
    }
    Ok(())
}

/// For who has told autoconsent to agree, it does.
pub(super) async fn autoconsent_accepts(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    let told = autoconsent(&shop, "optIn").await?;
    ensure!(told.to_string().contains("optInResult"), "autoconsent tells {told:#}");
    shop.misses(Layer::First).await?;
    shop.runs(&["Pagecount", "Recommender"]).await
}

/// Consent-O-Matic's rule refuses in either language and rests on return.
pub(super) async fn consent_o_matic_refuses(browser: Browser) -> Result<()> {
    for page in PAGES {
        let shop = Shop::start(&browser).await?;
        shop.open(page).await?;
        shop.sees(Layer::First).await?;
        let clicks = consent_o_matic(&shop).await?;
        ensure!(clicks == 1, "on {page} it clicked {clicks} times");
        is_refused(&shop).await?;

        shop.open(page).await?;
        shop.settled().await?;
        let clicks = consent_o_matic(&shop).await?;
        ensure!(clicks.is_null(), "on return it clicked {clicks} times");
    }
    Ok(())
}

/// Where optional purposes run until a no, both rules still say that no.
pub(super) async fn agents_opt_out(browser: Browser) -> Result<()> {
    for agent in ["autoconsent", "consent-o-matic"] {
        let shop = Shop::start(&browser).await?;
        let html = format!(
            r#"<!doctype html><html lang="en"><head><title>A shop</title>
<script src="{}/embed/placet.js" data-region="US-CA"></script></head><body><h1>A shop</h1></body></html>"#,
            shop.server.origin
        );
        let stand = Stand::open([("/".to_owned(), Page::html(&html))].into()).await?;
        let shop = shop.with_pages_of(&stand);
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        ensure!(shop.granted().await?.contains(&"ads".to_owned()), "nothing runs before the no");
        match agent {
            "autoconsent" => drop(autoconsent(&shop, "optOut").await?),
            _ => drop(consent_o_matic(&shop).await?),
        }
        shop.misses(Layer::First).await?;
        let granted = shop.granted().await?;
        ensure!(!granted.contains(&"ads".to_owned()), "after {agent} these may run: {granted:?}");
        ensure!(shop.delivered(1).await?.len() == 1);
    }
    Ok(())
}
