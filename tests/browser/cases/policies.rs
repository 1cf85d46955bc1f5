//! Pages under strict policies, without WebAssembly, or with names that get in the way.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};

use super::visit::claims;
use crate::{
    config::config,
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
    wait::until_true,
};

const NONCE: &str = "c2VjcmV0IG9mIHRoaXMgcGFnZQ";

/// A page that embeds the tag, with `before` ahead of it, a held inline tag and a held file.
fn page(shop: &Shop, before: &str) -> Page {
    let tag = &shop.server.origin;
    Page::html(&format!(
        r#"<!doctype html><html lang="en"><head><title>A shop</title>{before}
<script nonce="{NONCE}" src="{tag}/embed/placet.js"></script>
<script type="text/plain" data-placet="analytics" nonce="{NONCE}">(window.demoRan ??= []).push({{ name: 'Inline' }});</script>
<script type="text/plain" data-placet="analytics" nonce="{NONCE}" data-src="/held.js"></script>
</head><body><h1>A shop</h1>
<button type="button" data-placet-action="open">Privacy settings</button></body></html>"#
    ))
}

async fn stand(pages: Vec<(&str, Page)>) -> Result<Stand> {
    let held = Page::script("(window.demoRan ??= []).push({ name: 'File' });");
    let pages = pages.into_iter().chain([("/held.js", held)]);
    Stand::open(pages.map(|(path, page)| (path.to_owned(), page)).collect::<BTreeMap<_, _>>()).await
}

/// The strictest policy that Placet promises to work under, and everything that breaks it written down.
pub(super) async fn strict_page(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let watch = format!(
        r#"<script nonce="{NONCE}">window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
    violations.push([event.effectiveDirective, event.blockedURI, event.sample, event.sourceFile, event.lineNumber].join(' ')));
</script>"#
    );
    let policy = format!(
        "script-src 'nonce-{NONCE}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'nonce-{NONCE}'; \
         require-trusted-types-for 'script'; trusted-types placet; object-src 'none'; base-uri 'none'"
    );
    // What got into the page by an injection has no nonce; it must not become a script by way of the tag.
    let injected = r#"<script type="text/plain" data-placet="necessary" data-src="/evil.js"></script>
<script type="text/plain" data-placet="necessary">(window.demoRan ??= []).push({ name: 'Injected' });</script>
<iframe data-placet="necessary" data-src="javascript:parent.demoRan.push({ name: 'Address' })"></iframe>"#;
    let strict = page(&shop, &(watch + injected)).with("content-security-policy", &policy);
    let stand = stand(vec![("/", strict)]).await?;
    let shop = shop.with_pages_of(&stand);

    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    let styled = "return getComputedStyle(layer('first')).position";
    ensure!(shop.js(styled, &[]).await? == "fixed", "the first layer has no style");
    ensure!(shop.ran().await?.is_empty() && !stand.requests().contains(&"GET /held.js".to_owned()));

    shop.choose().await?;
    let size = "return getComputedStyle(all('[data-placet-switch]')[0]).appearance";
    ensure!(shop.js(size, &[]).await? == "none", "the center has no style");
    shop.switch("analytics", true).await?;
    shop.save().await?;
    shop.runs(&["File", "Inline"]).await?;
    shop.delivered(1).await?;
    ensure!(!stand.requests().contains(&"GET /evil.js".to_owned()), "an injected tag was asked for");
    let violations = shop.js("return window.violations", &[]).await?;
    ensure!(violations == serde_json::json!([]), "the page's policy was broken: {violations:#}");
    Ok(())
}

/// The demo shop under the same policy.
pub(super) async fn strict_demo_page(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/strict").await?;
    shop.sees(Layer::First).await?;
    shop.is_quiet().await?;
    shop.choose().await?;
    shop.switch("analytics", true).await?;
    shop.save().await?;
    shop.runs(&["Pagecount"]).await?;
    shop.delivered(1).await?;
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// Without WebAssembly one can accept and refuse, and the receipt is made and sent; the center alone cannot open.
pub(super) async fn no_webassembly(browser: Browser) -> Result<()> {
    let without = format!(r#"<script nonce="{NONCE}">delete window.WebAssembly;</script>"#);
    answered_without_widget(&browser, &without, None).await
}

/// The same where the page's policy forbids WebAssembly.
pub(super) async fn webassembly_forbidden(browser: Browser) -> Result<()> {
    let policy = format!("script-src 'nonce-{NONCE}' 'strict-dynamic'");
    answered_without_widget(&browser, "", Some(&policy)).await
}

async fn answered_without_widget(browser: &Browser, before: &str, policy: Option<&str>) -> Result<()> {
    for (answer, ran, state) in [("accept", &["File", "Inline"][..], "given"), ("reject", &[][..], "refused")] {
        let shop = Shop::start(browser).await?;
        let bare = page(&shop, before);
        let bare = match policy {
            Some(policy) => bare.with("content-security-policy", policy),
            None => bare,
        };
        let stand = stand(vec![("/bare", bare)]).await?;
        let shop = shop.with_pages_of(&stand);

        shop.open("/bare").await?;
        shop.click(Layer::First, "choose").await?;
        until_true("the page says that the center cannot open", async || {
            let status =
                shop.js("return layer('first')?.querySelector('[role=status]')?.textContent ?? ''", &[]).await?;
            Ok(status.as_str().is_some_and(|text| !text.is_empty()))
        })
        .await?;
        ensure!(!shop.shows(Layer::Center).await? && shop.record().await?.is_null());

        shop.answer(answer).await?;
        shop.runs(ran).await?;
        let receipts = shop.delivered(1).await?;
        ensure!(claims(&receipts[0])?["event"]["state"] == state);

        shop.open("/bare").await?;
        shop.settled().await?;
        ensure!(!shop.shows(Layer::First).await?, "the next page asks again");
    }
    Ok(())
}

/// A page whose elements take the names of what scripts look for (CVE-2024-43788).
pub(super) async fn clobbered_page(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let names = r#"<img name="currentScript" src="data:,">
<script type="text/plain" src="/decoy/placet.js"></script>
<form id="placet" name="dataLayer"><input name="version"></form>"#;
    let html = format!(
        r#"<!doctype html><html lang="en"><title>A shop</title><body>{names}
<script src="{}/embed/placet.js"></script>
<script type="text/plain" data-placet="analytics" data-src="/held.js"></script></body></html>"#,
        shop.server.origin
    );
    let stand = stand(vec![("/", Page::html(&html))]).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.answer("accept").await?;
    shop.runs(&["File"]).await?;
    shop.delivered(1).await?;
    ensure!(!stand.requests().iter().any(|asked| asked.contains("widget")), "the decoy's address was believed");
    Ok(())
}

/// Tags that nobody marked, added by a script from a host that a service declares: held, then released.
pub(super) async fn unmarked_tags(browser: Browser) -> Result<()> {
    let mut config = config(&["recommendations"])?;
    config["services"] = serde_json::json!([
        { "id": "video", "purpose": "recommendations", "name": "Example Video", "hosts": ["video.example"] },
    ]);
    let shop = Shop::with(&browser, &config, &[]).await?;
    let added = r#"<script>
for (const [name, path] of [['script', 'tag.js'], ['iframe', 'film'], ['script', 'second.js']]) {
    const element = document.createElement(name);
    element.className = 'added';
    element.src = 'https://video.example/' + path;
    document.head.parentNode.append(element);
}
</script>"#;
    let html = format!(
        r#"<!doctype html><html lang="en"><head><title>A shop</title><script src="{}/embed/placet.js"></script></head>
<body>{added}</body></html>"#,
        shop.server.origin
    );
    let stand = stand(vec![("/", Page::html(&html))]).await?;
    let shop = shop.with_pages_of(&stand);
    let sources = "return [...document.querySelectorAll('.added')].map((node) => node.getAttribute('src'))";
    let asked = "return performance.getEntriesByType('resource').filter((entry) => entry.name.includes('video.example')).length";

    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    ensure!(shop.js(sources, &[]).await? == serde_json::json!([null, null, null]), "a tag has its address");
    ensure!(shop.js(asked, &[]).await? == 0, "a declared host was asked before the choice");

    shop.answer("accept").await?;
    let released =
        serde_json::json!(["tag.js", "film", "second.js"].map(|path| format!("https://video.example/{path}")));
    until_true("the tags have their addresses", async || Ok(shop.js(sources, &[]).await? == released)).await
}

/// Tags of one purpose run in the order of the page: what is inline waits for the file before it.
pub(super) async fn order_of_tags(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let html = format!(
        r#"<!doctype html><html lang="en"><head><title>A shop</title><script src="{}/embed/placet.js"></script>
<script type="text/plain" data-placet="analytics" data-src="/held.js"></script>
<script type="text/plain" data-placet="analytics">(window.demoRan ??= []).push({{ name: 'Second' }});</script>
<script type="text/plain" data-placet="analytics" data-src="/held.js"></script>
<script type="text/plain" data-placet="analytics">(window.demoRan ??= []).push({{ name: 'Fourth' }});</script>
<script type="text/plain" data-placet="analytics ads">(window.demoRan ??= []).push({{ name: 'Both' }});</script>
<script data-placet="ads" src="/held.js"></script>
</head><body><h1>A shop</h1></body></html>"#,
        shop.server.origin
    );
    let stand = stand(vec![("/", Page::html(&html))]).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    shop.answer("accept").await?;
    let ran = "return (window.demoRan ?? []).map((tag) => tag.name)";
    let order = serde_json::json!(["File", "Second", "File", "Fourth"]);
    until_true("the tags run in order", async || Ok(shop.js(ran, &[]).await? == order)).await?;
    shop.settled().await?;
    let found = shop.js(ran, &[]).await?;
    ensure!(found == order, "these ran: {found}");
    Ok(())
}
