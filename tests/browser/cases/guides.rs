//! What the guides tell people to paste works as they say.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    places,
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
    wait::until,
};

/// Where the guides say that Placet is.
const PLACET: &str = "https://consent.shop.example";

/// The guides that show a whole page.
const GUIDES: [&str; 7] =
    ["plain-html", "forms-and-account", "google-tag-manager", "shopify", "wordpress", "single-page-apps", "strict-csp"];

/// The fenced blocks of a Markdown text, without their fences.
fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.filter_map(|part| part.split_once('\n').map(|(_, block)| block.to_owned())).collect()
}

/// The text without what a shop's own server fills in, `{{ like this }}`.
fn filled(page: &str) -> String {
    let mut parts = page.split("{{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| done + part.split_once("}}").map_or(part, |(_, rest)| rest))
}

/// The addresses of others in a page, without `https://` and without a query.
fn third_parties(page: &str) -> Vec<String> {
    let ends = |letter: char| "\"'<>?# \n".contains(letter);
    let addresses = page.split("https://").skip(1).filter_map(|rest| rest.split(ends).next());
    addresses
        .filter(|address| !PLACET.ends_with(address.split('/').next().unwrap_or_default()))
        .map(str::to_owned)
        .collect()
}

/// Every whole page in the guides: nobody else is asked before the choice, everybody after it, and the way back is there.
pub(super) async fn pages_of_the_guides(browser: Browser) -> Result<()> {
    let mut shop = Shop::start(&browser).await?;
    let mut count = 0;
    for guide in GUIDES {
        let text = fs::read_to_string(places::root().join(format!("docs/guides/{guide}.md")))?;
        let blocks = blocks(&text);
        let policy = blocks.iter().find_map(|block| block.strip_prefix("Content-Security-Policy:"));
        let pages: Vec<_> = blocks.iter().filter(|block| block.starts_with("<!doctype html>")).collect();
        ensure!(!pages.is_empty(), "{guide} shows no whole page");
        for page in pages {
            count += 1;
            works(&mut shop, &filled(page), policy, count).await.with_context(|| format!("the page of {guide}"))?;
        }
    }
    Ok(())
}

async fn works(shop: &mut Shop, page: &str, policy: Option<&str>, count: usize) -> Result<()> {
    let others = third_parties(page);
    ensure!(!others.is_empty(), "nothing on it needs consent");
    let mut pages = BTreeMap::from([("/favicon.ico".to_owned(), Page::script(""))]);
    for address in &others {
        let file = match address.ends_with(".js") {
            true => Page::script(&format!("(window.demoRan ??= []).push({{ name: '{address}' }});")),
            false => Page::html("<!doctype html><title>Film</title>"),
        };
        pages.insert(format!("/{address}"), file);
    }
    // The pretend others are where the page is; their names are the first part of the path.
    let mut html = page.replace(PLACET, &shop.server.origin);
    for address in &others {
        html = html.replace(&format!("https://{address}"), &format!("/{address}"));
    }
    let mut page = Page::html(&html);
    if let Some(policy) = policy {
        page = page.with("content-security-policy", &policy.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    pages.insert("/".to_owned(), page);
    let stand = Stand::open(pages).await?;
    shop.origin = stand.origin.clone();
    let asked = || {
        let requests = stand.requests();
        others.iter().filter(|address| requests.contains(&format!("GET /{address}"))).cloned().collect::<Vec<_>>()
    };

    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    ensure!(asked().is_empty(), "before the choice these are asked: {:?}", asked());
    ensure!(shop.ran().await?.is_empty(), "before the choice these run: {:?}", shop.ran().await?);
    shop.answer("accept").await?;
    until("everybody is asked", async || match asked() {
        all if all == others => Ok(Some(())),
        some => Err(anyhow!("only {some:?}")),
    })
    .await?;
    let mut scripts: Vec<&str> = others.iter().map(String::as_str).filter(|address| address.ends_with(".js")).collect();
    scripts.sort_unstable();
    shop.runs(&scripts).await?;
    // What is asked on its own, and the line after the choice, stand over the page meanwhile.
    shop.answer_separately("reject").await?;
    shop.delivered(2 * count).await?;
    // The line may stand over the link still; the keyboard reaches it.
    shop.js("document.querySelector('[data-placet-action=open]').focus()", &[]).await?;
    shop.key(Key::Enter).await?;
    shop.sees(Layer::Center).await?;
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

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
    let denied = json!([
        ["set", null, null],
        ["default", "denied", "denied"],
        ["inject", null, null],
        ["update", "denied", "denied"]
    ]);
    ensure!(tag_manager(&shop, data.clone()).await?["result"] == "success");
    shop.sees(Layer::First).await?;
    ensure!(shop.js(log, &[]).await? == denied, "at first Tag Manager is told {}", shop.js(log, &[]).await?);
    shop.answer("accept").await?;
    let last = shop.js("return window.consentLog.at(-1)", &[]).await?;
    let told = &last[1];
    ensure!(last[0] == "update" && told["analytics_storage"] == "granted", "then it is told {last}");
    ensure!(
        told["personalization_storage"] == "granted" && told["functionality_storage"] == "denied",
        "then it is told {last}"
    );
    ensure!(told["ad_storage"] == "denied", "a separate consent was swept in: {last}");
    shop.delivered(1).await?;

    for (path, injects) in [("/", 1), ("/direct", 0)] {
        shop.open(path).await?;
        ensure!(tag_manager(&shop, data.clone()).await?["result"] == "success");
        let log = shop.js(log, &[]).await?;
        let entries = log.as_array().context("a list")?;
        ensure!(
            entries.last() == Some(&json!(["update", "granted", "denied"])),
            "on return to {path} it is told {log}"
        );
        ensure!(entries.iter().filter(|entry| entry[0] == "inject").count() == injects, "on {path} it is told {log}");
    }
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}
