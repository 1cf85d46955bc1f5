//! Pages that change without being loaded: what is added later is held and released, and nothing piles up.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    config::{THIRD_PARTY, config},
    runner::Browser,
    shop::{Layer, Shop},
    stand::{Page, Stand},
    wait::until_true,
};

/// A shop of one page. `visit(n)` goes to its n-th route: other tags, a frame, a picture, a pixel, a listener.
const ROUTES: &str = r#"<script>
window.ran = 0;
window.heard = 0;
const make = (name, members, data) => {
    const element = Object.assign(document.createElement(name), members);
    Object.assign(element.dataset, data);
    return element;
};
let leave = () => {};
const visit = async (route) => {
    leave();
    history.pushState({}, '', `/route-${route}`);
    const place = document.getElementById('route');
    place.replaceChildren(
        make('h2', { textContent: `Route ${route}` }, {}),
        make('script', { type: 'text/plain', text: 'ran++' }, { placet: 'analytics' }),
        make('script', { src: `{T}/late.js?${route}` }, {}),
        make('iframe', { title: 'A film', width: 200, height: 100 }, { placet: 'recommendations', src: `{T}/film?${route}` }),
        make('img', { alt: '', width: 8, height: 8 }, { placet: 'analytics', src: `{T}/picture.svg?${route}` }),
        make('video', { width: 64, height: 36 }, { placet: 'recommendations', src: `{T}/film.webm?${route}` }),
    );
    const stop = window.placet.on('applied', () => heard++);
    leave = () => { stop(); place.replaceChildren(); };
    // Every tenth route is also drawn, so that what watches the page has its say.
    await new Promise((done) => (route % 10 ? setTimeout(done) : requestAnimationFrame(() => setTimeout(done))));
};
window.visits = async (from, to) => {
    for (let route = from; route < to; route++) await visit(route);
};
</script>"#;

async fn open(browser: &Browser) -> Result<(Shop, Stand, Stand)> {
    let mut config = config(&["analytics", "recommendations"])?;
    config["services"] = json!([
        { "id": "tags", "purpose": "analytics", "name": "Example Tags", "hosts": [THIRD_PARTY] },
    ]);
    let shop = Shop::with(browser, &config, &[]).await?;
    let third = Stand::open(BTreeMap::from([
        ("/late.js".to_owned(), Page::script("window.late = (window.late ?? 0) + 1;")),
        ("/film".to_owned(), Page::html("<!doctype html><html lang=en><title>A film</title>")),
    ]))
    .await?;
    let routes = ROUTES.replace("{T}", &third.named(THIRD_PARTY));
    let page = shop.page("", &routes, r#"<div id="route"></div>"#);
    let stand = Stand::open(BTreeMap::from([("/".to_owned(), page)])).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    Ok((shop, stand, third))
}

/// Walks through routes, in steps that fit a script's time.
async fn walk(shop: &Shop, from: usize, to: usize) -> Result<()> {
    for start in (from..to).step_by(100) {
        let script = "const [from, to, done] = arguments; window.visits(from, to).then(() => done(null), (error) => done(String(error)))";
        let end = to.min(start + 100);
        let failed = shop.driver().execute_async(script, vec![json!(start), json!(end)]).await?.json().clone();
        ensure!(failed.is_null(), "{failed}");
    }
    Ok(())
}

/// What later routes bring is held until the choice, runs once after it, and is held again after a withdrawal.
pub(super) async fn later_elements_are_held_and_released(browser: Browser) -> Result<()> {
    let (shop, _stand, third) = open(&browser).await?;
    walk(&shop, 0, 5).await?;
    shop.settled().await?;
    ensure!(third.requests().is_empty(), "before the choice: {:?}", third.requests());
    ensure!(shop.js("return ran", &[]).await? == 0, "a tag ran before the choice");
    let covers = "return document.querySelectorAll('placet-held').length";
    until_true("the route's frame and player are covered", async || Ok(shop.js(covers, &[]).await? == 2)).await?;

    shop.answer("accept").await?;
    let counts = "return [ran, window.late ?? 0, heard]";
    // Only the route that is there runs; what left with earlier routes never does.
    until_true("the route's tags run once", async || Ok(shop.js(counts, &[]).await? == json!([1, 1, 1]))).await?;
    until_true("the covers are gone", async || Ok(shop.js(covers, &[]).await? == 0)).await?;
    walk(&shop, 5, 10).await?;
    until_true("each later route runs its tags once", async || Ok(shop.js(counts, &[]).await? == json!([6, 6, 1])))
        .await?;
    let films = || third.requests().iter().filter(|asked| *asked == "GET /film").count();
    until_true("a film is asked for", async || Ok(films() >= 1)).await?;

    shop.js("placet.withdraw()", &[]).await?;
    shop.settled().await?;
    third.forget();
    walk(&shop, 10, 15).await?;
    shop.settled().await?;
    ensure!(third.requests().is_empty(), "after the withdrawal: {:?}", third.requests());
    ensure!(shop.js(counts, &[]).await? == json!([6, 6, 2]), "{}", shop.js(counts, &[]).await?);
    until_true("the route's frame and player are covered again", async || Ok(shop.js(covers, &[]).await? == 2)).await
}

/// After a thousand routes there are as many listeners and elements as after a hundred, where the visitor has refused.
pub(super) async fn thousand_held_routes_leave_nothing(browser: Browser) -> Result<()> {
    thousand_routes(&browser, "reject").await
}

/// The same where the visitor has accepted and each route's tags run.
pub(super) async fn thousand_released_routes_leave_nothing(browser: Browser) -> Result<()> {
    thousand_routes(&browser, "accept").await
}

async fn thousand_routes(browser: &Browser, answer: &str) -> Result<()> {
    let (shop, _stand, _third) = open(browser).await?;
    shop.answer(answer).await?;
    shop.delivered(1).await?;
    let tools = shop.driver().cdp();
    tools.send_raw("HeapProfiler.enable", json!({})).await?;
    let count = async || -> Result<Vec<u64>> {
        shop.settled().await?;
        tools.send_raw("HeapProfiler.collectGarbage", json!({})).await?;
        let found = tools.send_raw("Memory.getDOMCounters", json!({})).await?;
        let counted = |name: &str| found[name].as_u64().with_context(|| format!("{name} in {found}"));
        ["documents", "nodes", "jsEventListeners"].into_iter().map(counted).collect()
    };
    walk(&shop, 0, 100).await?;
    let before = count().await?;
    walk(&shop, 100, 1100).await?;
    let after = count().await?;
    for ((name, before), after) in ["documents", "nodes", "listeners"].iter().zip(&before).zip(&after) {
        // A thousand routes with six elements each: one thing that stays of every route is far above this.
        ensure!(after < &(before + 200), "there were {before} {name}, then {after}");
    }
    Ok(())
}
