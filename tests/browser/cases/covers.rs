//! Covers: what stands over a held frame or player, who it names, and the two ways to let it in.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::visit::claims;
use crate::{
    axe,
    config::{THIRD_PARTY, config},
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::{Page, Stand},
    wait::{until, until_true},
};

const STYLE: &str = "<style>
body { margin: 0 } main { padding: 3rem; position: relative; max-width: 60rem }
.wide { width: 100%; aspect-ratio: 16 / 9; border: 4px solid #777; margin: 1rem 0; display: block; box-sizing: border-box }
.floating { position: absolute; right: 2rem; top: 1rem; width: 240px; height: 180px; border-radius: 8px }
</style>";

const FILMS: &str = r#"
<iframe id="film" class="wide" title="A film" data-placet="recommendations" data-src="{T}/film"></iframe>
<iframe id="second" title="Another film" width="420" height="260" data-placet="recommendations" data-src="{T}/second"></iframe>
<video id="player" class="floating" title="A player" controls data-placet="media" data-src="{T}/player.webm"></video>
<p>The shop goes on.</p>"#;

/// Names that every script below may use.
const COVERS: &str = r#"
const covers = () => [...document.querySelectorAll('placet-held')];
const box = (element) => { const { x, y, width, height } = element.getBoundingClientRect(); return [x, y, width, height]; };
const coverOf = (id) => covers().find((cover) => cover.previousElementSibling?.id === id) ?? null;
const way = (id, name) => coverOf(id)?.shadowRoot.querySelector(`[data-placet-action="${name}"]`) ?? null;
"#;

struct Cinema {
    shop: Shop,
    third: Stand,
    _stand: Stand,
}

impl Cinema {
    async fn open(browser: &Browser) -> Result<Cinema> {
        let mut config = config(&["analytics", "recommendations", "media"])?;
        config["services"] = json!([
            { "id": "films", "purpose": "recommendations", "hosts": [format!("{THIRD_PARTY}/film"), format!("{THIRD_PARTY}/second")],
              "name": { "en": "Example Films", "zh-CN": "示例影院" } },
            { "id": "player", "purpose": "media", "name": "Example Player", "hosts": [format!("{THIRD_PARTY}/player")] },
        ]);
        let shop = Shop::with(browser, &config, &[]).await?;
        let film = Page::html("<!doctype html><html lang=en><title>A film</title><p>A film</p>");
        let third =
            Stand::open(BTreeMap::from(["/film", "/second"].map(|path| (path.to_owned(), film.clone())))).await?;
        let films = FILMS.replace("{T}", &third.named(THIRD_PARTY));
        let head = format!(r#"<script src="{}/embed/placet.js"></script>{STYLE}"#, shop.server.origin);
        let pages = [
            ("/", page("en", &head, &films)),
            ("/zh", page("zh-CN", &head, &films)),
            ("/without", page("en", &head, "")),
        ];
        let stand = Stand::open(BTreeMap::from(pages.map(|(path, page)| (path.to_owned(), page)))).await?;
        let cinema = Cinema { shop: shop.with_pages_of(&stand), third, _stand: stand };
        cinema.shop.open("/").await?;
        cinema.shop.sees(Layer::First).await?;
        cinema.covered(&["film", "second", "player"]).await?;
        Ok(cinema)
    }

    async fn js(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.shop.js(&format!("{COVERS}{script}"), arguments).await
    }

    /// Waits until exactly these have a cover.
    async fn covered(&self, ids: &[&str]) -> Result<()> {
        let script = "return covers().map((cover) => cover.previousElementSibling.id)";
        until_true(&format!("these are covered: {ids:?}"), async || {
            let found = self.js(script, &[]).await?;
            ensure!(found == json!(ids), "{found} are covered");
            Ok(true)
        })
        .await
    }

    /// Waits until each cover lies exactly on what it covers.
    async fn fits(&self, when: &str) -> Result<()> {
        let script = "return covers().map((cover) => [box(cover), box(cover.previousElementSibling)])";
        until_true(&format!("covers fit {when}"), async || {
            let pairs: Vec<[[f64; 4]; 2]> = serde_json::from_value(self.js(script, &[]).await?)?;
            let near = |[cover, held]: &[[f64; 4]; 2]| cover.iter().zip(held).all(|(a, b)| (a - b).abs() < 0.6);
            ensure!(!pairs.is_empty() && pairs.iter().all(near), "{pairs:?}");
            Ok(true)
        })
        .await
    }

    fn asked(&self) -> Vec<String> {
        self.third.requests()
    }

    async fn loads(&self, path: &str) -> Result<()> {
        let asked = format!("GET {path}");
        until(&format!("{path} loads"), async || Ok(self.asked().contains(&asked).then_some(()))).await
    }

    async fn press(&self, id: &str, way: &str) -> Result<()> {
        let script = "const button = way(arguments[0], arguments[1]);
            button?.scrollIntoView({ block: 'center' });
            button?.click();
            return !!button";
        let clicked = self.js(script, &[json!(id), json!(way)]).await?;
        ensure!(clicked == true, "the cover of {id} has no button {way}");
        Ok(())
    }
}

/// Each cover lies on its box, also when the page becomes narrow, and says in the page's language who waits and for what.
pub(super) async fn covers_name_what_waits(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    cinema.fits("at first").await?;
    for (path, film, purpose, once, allow) in [
        ("/", "Example Films", "Recommendations that fit you", "Load once", "Always allow"),
        ("/zh", "示例影院", "个性化推荐", "仅加载这一次", "始终允许"),
    ] {
        shop.open(path).await?;
        cinema.covered(&["film", "second", "player"]).await?;
        let text = cinema.js("return coverOf('film').shadowRoot.querySelector('.cover').innerText", &[]).await?;
        let text = text.as_str().unwrap_or_default();
        for words in [film, purpose, once, allow] {
            ensure!(text.contains(words), "{path}: the cover says {text:?}, without {words:?}");
        }
        let label = cinema.js("return coverOf('player').getAttribute('aria-label')", &[]).await?;
        ensure!(label == "Example Player", "{path}: the player's cover is called {label}");
    }
    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    let driver = shop.driver();
    for (width, height) in [(620, 700), (1200, 780)] {
        driver.set_window_rect(0, 0, width, height).await?;
        cinema.fits(&format!("at a width of {width}")).await?;
    }
    driver.set_window_rect(0, 0, 1280, 800).await?;
    // What the shop itself moves takes its cover along.
    cinema.js("document.querySelector('#film').style.width = '50%'", &[]).await?;
    cinema.fits("after a change of the frame").await?;
    ensure!(cinema.asked().is_empty(), "these were asked for: {:?}", cinema.asked());
    Ok(())
}

/// “Load once” lets in the one that is pressed, for this page, and keeps nothing.
pub(super) async fn load_once(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    cinema.press("film", "once").await?;
    cinema.loads("/film").await?;
    cinema.covered(&["second", "player"]).await?;
    cinema.fits("after one has gone").await?;
    shop.settled().await?;
    ensure!(cinema.asked() == ["GET /film"], "these were asked for: {:?}", cinema.asked());
    ensure!(shop.stored().await?.is_empty(), "the browser holds {:?}", shop.stored().await?);
    ensure!(shop.granted().await?.is_empty() && shop.shows(Layer::First).await?);
    let inert = "return ['film', 'second'].map((id) => document.getElementById(id).inert)";
    ensure!(shop.js(inert, &[]).await? == json!([false, true]), "{}", shop.js(inert, &[]).await?);

    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    ensure!(cinema.asked() == ["GET /film"], "the next page asked for {:?}", cinema.asked());
    Ok(())
}

/// “Always allow” is a choice for this purpose: its frames load, the rest is still asked.
pub(super) async fn always_allow(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    cinema.press("film", "allow").await?;
    cinema.loads("/film").await?;
    cinema.loads("/second").await?;
    cinema.covered(&["player"]).await?;
    ensure!(shop.granted().await? == ["recommendations"]);
    // What is still unasked is asked again, by a part that is fetched.
    shop.sees(Layer::First).await?;
    let record = shop.record().await?;
    ensure!(record["choices"].as_object().is_some_and(|choices| choices.len() == 1), "the record is {record}");
    let receipts = shop.delivered(1).await?;
    let claims = claims(&receipts[0])?;
    ensure!(
        claims["event"]["method"] == "embed.allow" && claims["choices"]["recommendations"] == "granted",
        "{claims}"
    );
    ensure!(claims["choices"]["analytics"] == "denied" && claims["choices"]["media"] == "denied", "{claims}");

    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    cinema.covered(&["player"]).await?;
    until_true("both films load at once on the next page", async || {
        let asked = cinema.asked();
        Ok(["GET /film", "GET /second"].iter().all(|path| asked.iter().filter(|asked| asked == path).count() == 2))
    })
    .await?;
    shop.answer("reject").await?;
    ensure!(shop.recorded("recommendations").await? == "denied" && shop.recorded("media").await? == "denied");
    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await
}

/// An answer in the first layer takes the covers away where it grants, and leaves them where it refuses.
pub(super) async fn covers_go_with_the_answer(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    shop.answer("reject").await?;
    shop.settled().await?;
    cinema.covered(&["film", "second", "player"]).await?;
    shop.js("placet.acceptAll()", &[]).await?;
    cinema.covered(&[]).await?;
    for path in ["/film", "/second", "/player.webm"] {
        cinema.loads(path).await?;
    }
    let inert = "return document.querySelectorAll('main [inert], main placet-held').length";
    ensure!(shop.js(inert, &[]).await? == 0, "something is still covered or out of reach");
    Ok(())
}

/// The keyboard reaches both ways of each cover and goes on from where it was; axe-core finds nothing.
pub(super) async fn covers_for_everybody(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.settled().await?;
    axe::check_with(shop, "a page with covers", "placet-held").await?;
    shop.open("/zh").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    axe::check_with(shop, "a Chinese page with covers", "placet-held").await?;

    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    let focused = "const held = document.activeElement;
        return [held?.previousElementSibling?.id ?? null, held?.shadowRoot?.activeElement?.dataset?.placetAction ?? null]";
    let mut met = Vec::new();
    for _ in 0..12 {
        shop.key(Key::Tab).await?;
        let at = cinema.js(focused, &[]).await?;
        if at[1].is_string() && !met.contains(&at) {
            met.push(at);
        }
    }
    let all: Vec<Value> =
        ["film", "second", "player"].iter().flat_map(|id| ["once", "allow"].map(|way| json!([id, way]))).collect();
    ensure!(met == all, "the Tab key meets {met:?}");

    // From the page's beginning, and then from where the first film has the focus.
    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    for (id, path, key) in [("film", "/film", Key::Enter), ("second", "/second", Key::Space)] {
        let mut stops = 0;
        while cinema.js(focused, &[]).await? != json!([id, "once"]) {
            stops += 1;
            ensure!(stops <= 6, "no cover of {id} after {stops} stops of the Tab key");
            shop.key(Key::Tab).await?;
        }
        shop.key(key).await?;
        cinema.loads(path).await?;
        let there = "return document.activeElement?.id";
        until_true("the focus is in the film", async || Ok(shop.js(there, &[]).await? == id)).await?;
    }
    cinema.covered(&["player"]).await
}

/// Neither a cover that comes nor one that goes moves anything on the page.
pub(super) async fn covers_move_nothing(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    cinema.press("second", "once").await?;
    cinema.covered(&["film", "player"]).await?;
    shop.answer("accept").await?;
    cinema.covered(&[]).await?;
    shop.settled().await?;
    let script = "const done = arguments[arguments.length - 1];
        const shifts = [];
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push(
            `${entry.value} ${entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80)).join(' | ')}`,
        ))).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(shifts), 100);";
    let shifts = shop.driver().execute_async(script, vec![]).await?.json().clone();
    ensure!(shifts == json!([]), "the layout shifted: {shifts:#}");
    Ok(())
}

/// The covers are fetched where something is held, once; every other page loads `placet.js` alone.
pub(super) async fn covers_are_fetched_where_needed(browser: Browser) -> Result<()> {
    let cinema = Cinema::open(&browser).await?;
    let shop = &cinema.shop;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.open("/without").await?;
    shop.settled().await?;
    let own = async || {
        let mut requests = shop.requests().await?;
        requests.retain(|url| url.starts_with(&shop.server.origin) && !url.ends_with("/placet.js"));
        Ok::<_, anyhow::Error>(requests)
    };
    ensure!(own().await?.is_empty(), "a page without frames asked for {:?}", own().await?);
    shop.open("/").await?;
    cinema.covered(&["film", "second", "player"]).await?;
    let asked = own().await?;
    ensure!(asked.len() == 1 && asked[0].contains("/covers-"), "a page with frames asked for {asked:?}");
    Ok(())
}

/// A shop of one language has its words in the tree itself: what waits and for what is put in all the same.
pub(super) async fn covers_in_one_language(browser: Browser) -> Result<()> {
    let mut config = config(&["recommendations"])?;
    without_chinese(&mut config);
    config["languages"] = json!(["en"]);
    config["services"] = json!([
        { "id": "films", "purpose": "recommendations", "hosts": [format!("{THIRD_PARTY}/film")], "name": "Example Films" },
    ]);
    let film = format!(
        r#"<iframe id="film" title="A film" width="420" height="260" data-placet="recommendations" data-src="http://{THIRD_PARTY}/film"></iframe>"#
    );
    let (shop, _stand) = Shop::among(&browser, &config, &[("/", "", &film)]).await?;
    shop.open("/").await?;
    let said = "return document.querySelector('placet-held')?.shadowRoot.querySelector('.cover').innerText ?? ''";
    let text = until("the film is covered", async || {
        let text = shop.js(said, &[]).await?.as_str().unwrap_or_default().to_owned();
        Ok((!text.is_empty()).then_some(text))
    })
    .await?;
    for words in ["“Example Films” is not loaded", "“Recommendations that fit you”", "Always allow “Recommendations"]
    {
        ensure!(text.contains(words), "the cover says {text:?}, without {words:?}");
    }
    ensure!(!text.contains('{'), "the cover says {text:?}");
    Ok(())
}

fn without_chinese(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("zh-CN");
            members.values_mut().for_each(without_chinese);
        }
        Value::Array(items) => items.iter_mut().for_each(without_chinese),
        _ => {}
    }
}
