//! The preference center: choosing, changing, taking back.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::visit::claims;
use crate::{
    axe,
    config::config,
    places,
    runner::Browser,
    shop::{Layer, Shop, page},
    stand::Stand,
    wait::{until, until_true},
};

/// Refuse with one click, then allow one purpose: its held tag runs without a reload, the others stay held.
/// PIPL 14; GDPR 4(11): for each purpose by itself, and by an act of one's own.
pub(super) async fn choose(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.is_quiet().await?;
    shop.js("window.notReloaded = true", &[]).await?;

    shop.open_settings().await?;
    ensure!(!shop.switched("analytics").await?, "a refused purpose is switched on");
    shop.switch("analytics", true).await?;
    ensure!(shop.ran().await?.is_empty(), "a switch is a draft, yet a tag ran");
    shop.save().await?;

    shop.runs(&["Pagecount"]).await?;
    ensure!(shop.granted().await? == ["analytics"]);
    ensure!(shop.js("return window.notReloaded", &[]).await? == true, "the page was reloaded");
    let signals = shop.consent_mode().await?;
    ensure!(signals["default"]["analytics_storage"] == "denied", "the default signals are {signals}");
    ensure!(signals["update"]["analytics_storage"] == "granted", "the last update is {signals}");
    ensure!(signals["update"]["ad_storage"] == "denied", "the last update is {signals}");
    let receipts = shop.delivered(2).await?;
    let claims = claims(&receipts[1])?;
    ensure!(claims["event"]["state"] == "changed" && claims["event"]["method"] == "preferences.save", "{claims}");
    ensure!(claims["choices"]["analytics"] == "granted" && claims["choices"]["ads"] == "denied", "{claims}");
    let complaints = shop.complaints().await;
    ensure!(complaints.is_empty(), "the console says {complaints:?}");
    Ok(())
}

/// What was picked is recorded, signed and shown again; picks of a refused purpose are not.
/// Consumer Rights Law 29: no channel is open for offers before it was picked, nor after the purpose was refused.
pub(super) async fn preferences(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.switch("marketing", true).await?;
    shop.prefer("channels", "email").await?;
    shop.prefer("channels", "wechat").await?;
    shop.prefer("frequency", "weekly").await?;
    shop.prefer("frequency", "monthly").await?;
    shop.save().await?;
    shop.misses(Layer::First).await?;
    let picked = json!({ "channels": ["email", "wechat"], "frequency": "monthly" });
    let named = |found: &serde_json::Value| {
        found["channels"] == picked["channels"] && found["frequency"] == picked["frequency"]
    };
    let record = shop.record().await?;
    ensure!(named(&record["preferences"]), "the record is {record}");
    let receipts = shop.delivered(1).await?;
    ensure!(named(&claims(&receipts[0])?["preferences"]), "the receipt says {}", claims(&receipts[0])?);

    shop.open("/basket").await?;
    shop.open_settings().await?;
    let script = "return all('[data-placet-preference]').filter((input) => input.checked).map((input) => input.value)";
    ensure!(shop.js(script, &[]).await? == json!(["email", "wechat", "monthly"]), "the center forgets what was picked");
    shop.switch("marketing", false).await?;
    shop.save().await?;
    let record = shop.record().await?;
    ensure!(record["preferences"].as_object().is_none_or(|left| left.is_empty()), "the record is {record}");
    Ok(())
}

/// Esc and the close button are no choice; the focus goes in and comes back (APG, modal dialog).
/// PIPL 14; GDPR 4(11), recital 32: who leaves has agreed to nothing.
pub(super) async fn escape_is_no_choice(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    let inside = "return layer('center').contains(host.shadowRoot.activeElement) && layer('center').matches(':modal')";
    until_true("the focus is in the center", async || Ok(shop.js(inside, &[]).await? == true)).await?;
    shop.switch("analytics", true).await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.shows(Layer::First).await?, "Esc took the question away");
    ensure!(shop.record().await?.is_null(), "Esc made a record: {}", shop.record().await?);
    ensure!(shop.outbox().await?.is_empty() && shop.ran().await?.is_empty());
    until_true("the focus is back on the button", async || Ok(shop.focused().await?.as_deref() == Some("choose")))
        .await?;

    shop.choose().await?;
    ensure!(!shop.switched("analytics").await?, "a draft outlived its dialog");
    shop.click(Layer::Center, "close").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.record().await?.is_null(), "closing made a record");

    // From the shop's own page the focus comes back as well.
    shop.answer("reject").await?;
    shop.open_settings().await?;
    shop.key(Key::Escape).await?;
    shop.misses(Layer::Center).await?;
    until_true("the focus is back on the link", async || Ok(shop.focused().await?.as_deref() == Some("open"))).await
}

/// However often it is asked for, there is one dialog, and only while it is open.
pub(super) async fn opened_three_times(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    for _ in 0..3 {
        // An impatient person, before the first click has had its effect.
        shop.js("placet.open(); placet.open(); placet.open()", &[]).await?;
        shop.sees(Layer::Center).await?;
        ensure!(shop.dialogs().await? == 1, "{} dialogs", shop.dialogs().await?);
        shop.key(Key::Escape).await?;
        shop.misses(Layer::Center).await?;
        until_true("the dialog is taken away", async || Ok(shop.dialogs().await? == 0)).await?;
    }
    shop.choose().await?;
    shop.save().await?;
    shop.misses(Layer::First).await?;
    ensure!(shop.delivered(1).await?.len() == 1);
    Ok(())
}

/// Accept all and reject all stand in the center too and mean the same.
pub(super) async fn buttons_of_the_center(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.click(Layer::Center, "accept").await?;
    shop.misses(Layer::Center).await?;
    shop.misses(Layer::First).await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    ensure!(shop.switched("analytics").await? && !shop.switched("ads").await?);
    shop.click(Layer::Center, "reject").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await?.is_empty());
    let receipts = shop.delivered(2).await?;
    ensure!(claims(&receipts[1])?["event"]["method"] == "preferences.reject_all");
    Ok(())
}

/// Taking back is one click in the center; the next page is quiet and what the shop's own tags kept is gone.
/// PIPL 15; GDPR 7(3): as easy as giving, and what was done before stays lawful: its receipt stays.
pub(super) async fn withdraw(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/product?item=ripple-teapot").await?;
    shop.answer("accept").await?;
    shop.runs(&["Pagecount", "Recommender"]).await?;
    until_true("the recommender remembers", async || Ok(shop.stored().await?.local.contains(&"rec_profile".into())))
        .await?;
    shop.delivered(1).await?;

    shop.open_settings().await?;
    shop.lists(1).await?;
    shop.click(Layer::Center, "withdraw").await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await?.is_empty());
    let stored = shop.stored().await?;
    ensure!(
        !stored.local.contains(&"rec_profile".into()),
        "after the withdrawal localStorage holds {:?}",
        stored.local
    );
    let receipts = shop.delivered(2).await?;
    let claims = claims(&receipts[1])?;
    ensure!(claims["event"]["state"] == "withdrawn" && claims["event"]["method"] == "preferences.withdraw", "{claims}");
    shop.open("/").await?;
    shop.is_quiet().await
}

/// A held frame loads when its purpose is allowed, and not before.
pub(super) async fn frame(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    shop.open("/product?item=ripple-teapot").await?;
    shop.sees(Layer::First).await?;
    shop.is_quiet().await?;
    let source = "return document.querySelector('iframe[data-placet]')?.getAttribute('src') ?? null";
    ensure!(shop.js(source, &[]).await?.is_null(), "the frame loads before any choice");
    shop.choose().await?;
    shop.switch("recommendations", true).await?;
    shop.save().await?;
    let film = format!("{}/video.html", shop.server.third_parties);
    until_true("the film loads", async || {
        Ok(shop.third_party_requests().await?.iter().any(|url| url.starts_with(&film)))
    })
    .await?;
    ensure!(shop.ran().await? == ["Recommender"], "these tags ran: {:?}", shop.ran().await?);
    Ok(())
}

/// The shop's config with so many services for its statistics, which nobody can read through.
fn with_services(count: usize) -> Result<Value> {
    let mut config = config(&["analytics", "marketing"])?;
    let service = |number: usize| json!({ "id": format!("tag-{number}"), "name": format!("Tag {number:04}"), "purpose": "analytics", "hosts": ["tags.example"] });
    config["services"] = (0..count).map(service).collect::<Vec<_>>().into();
    config["feedback"] = json!(true);
    Ok(config)
}

/// A page of this shop with the tag on it and what else is given, and the shop behind it.
async fn shop_with(browser: &Browser, config: &Value, lang: &str, body: &str) -> Result<(Shop, Stand)> {
    let shop = Shop::with(browser, config, &[]).await?;
    let tag = format!("<script src=\"{}/embed/placet.js\"></script>", shop.server.origin);
    let stand = Stand::open(BTreeMap::from([("/".to_owned(), page(lang, &tag, body))])).await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    Ok((shop, stand))
}

/// With a thousand services the center holds none of them until they are asked for; a key shows what it finds.
pub(super) async fn many_services(browser: Browser) -> Result<()> {
    let (shop, _stand) = shop_with(&browser, &with_services(1000)?, "en", "").await?;
    shop.choose().await?;
    let nodes = "return layer('center').querySelectorAll('*').length";
    let few = shop.js(nodes, &[]).await?.as_u64().context("a number")?;
    ensure!(few < 400, "the center begins with {few} elements");

    shop.center_write("[type=search]", "tag 007").await?;
    let found = "return [...layer('center').querySelectorAll('.found > li')].map((row) => row.innerText)";
    until_true("ten are found", async || {
        Ok(shop.js(found, &[]).await?.as_array().is_some_and(|rows| rows.len() == 10))
    })
    .await?;
    let first = shop.js(found, &[]).await?[0].clone();
    ensure!(first.as_str().is_some_and(|row| row.contains("Tag 0070") && row.contains("Measuring use")), "{first}");
    ensure!(shop.text(Layer::Center).await?.contains("Services found: 10"), "how many were found is not told");

    shop.unfold("[aria-labelledby=placet-purpose-analytics] .details").await?;
    let rows = "return layer('center').querySelectorAll('.services > li:not(.more)').length";
    until_true("twenty services show", async || Ok(shop.js(rows, &[]).await? == 20)).await?;
    shop.click(Layer::Center, "more").await?;
    until_true("a hundred more show", async || Ok(shop.js(rows, &[]).await? == 120)).await?;
    Ok(())
}

/// Another language shows at once, the draft and the focus stay, and the receipt names the words that were shown.
pub(super) async fn language(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.switch("analytics", true).await?;
    shop.center_pick(".language select", "zh-CN").await?;
    let lang = "return layer('center').lang";
    until_true("the center speaks Chinese", async || Ok(shop.js(lang, &[]).await? == "zh-CN")).await?;
    ensure!(shop.text(Layer::Center).await?.contains("使用情况统计"), "the purposes are not in Chinese");
    ensure!(shop.switched("analytics").await?, "the draft is lost");
    until_true("the focus stays on the languages", async || Ok(shop.focused().await?.as_deref() == Some("language")))
        .await?;
    ensure!(shop.dialogs().await? == 1);
    shop.save().await?;
    let receipts = shop.delivered(1).await?;
    let claims = claims(&receipts[0])?;
    ensure!(claims["notice"]["lang"] == "zh-CN" && claims["choices"]["analytics"] == "granted", "{claims}");
    let hash = claims["notice"]["hash"].as_str().and_then(|hash| hash.strip_prefix("sha256:")).context("a hash")?;
    let script = "const done = arguments[arguments.length - 1];
        fetch(arguments[0]).then((response) => response.json()).then((notice) => done(notice.lang), (error) => done(String(error)))";
    let address = json!(format!("{}/notice/{hash}.json", shop.server.origin));
    let spoken = shop.driver().execute_async(script, vec![address]).await?.json().clone();
    ensure!(spoken == "zh-CN", "the receipt names a notice in {spoken}");
    Ok(())
}

/// What was chosen can be checked on the spot, with the words that were shown and with what it changed (GDPR 7(1)).
pub(super) async fn my_choices(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    shop.switch("analytics", true).await?;
    shop.save().await?;
    shop.delivered(2).await?;
    shop.open_settings().await?;
    let rows = shop.lists(2).await?;
    let row = |index: usize, rest: &str| format!("[data-placet-receipt=\"{}\"] {rest}", rows[index].id);
    let text = async |selector: &str| -> Result<String> {
        let script = "return layer('center').querySelector(arguments[0])?.innerText ?? ''";
        Ok(shop.js(script, &[json!(selector)]).await?.as_str().unwrap_or_default().to_owned())
    };
    shop.center_click(&row(0, "[data-placet-action=check]")).await?;
    let said = row(0, "[role=status]");
    until_true("the receipt is genuine", async || Ok(text(&said).await?.starts_with("Genuine"))).await?;
    shop.unfold(&row(0, ".words")).await?;
    let quote = row(0, ".quote");
    until_true("the words show", async || Ok(text(&quote).await?.contains("Your data, your decision"))).await?;
    shop.unfold(&row(0, ".changed")).await?;
    let new = row(0, ".new");
    until_true("the change shows", async || Ok(text(&new).await? == "Allowed")).await?;
    shop.unfold(&row(1, ".changed")).await?;
    let whole = row(1, "");
    until_true("it is the first choice", async || Ok(text(&whole).await?.contains("First choice"))).await?;
    let file = shop.download(&rows[1].id).await?;
    let file: Value = serde_json::from_slice(&std::fs::read(file)?)?;
    ensure!(file["placet"] == 1 && file["receipt"].is_string() && file["notice"].is_string(), "{file}");

    // Somebody has changed what the device keeps.
    let script = "const [id, done] = arguments;
        const opening = indexedDB.open('placet');
        opening.onsuccess = () => {
            const store = opening.result.transaction('receipts', 'readwrite').objectStore('receipts');
            const reading = store.get(id);
            reading.onsuccess = () => {
                const row = reading.result;
                const [head, payload, signature] = row.jws.split('.');
                const text = atob(payload.replace(/-/g, '+').replace(/_/g, '/')).replace('denied', 'always');
                row.jws = [head, btoa(text).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, ''), signature].join('.');
                store.put(row, id).onsuccess = () => done(true);
            };
        };";
    shop.driver().execute_async(script, vec![json!(rows[1].id)]).await?;
    shop.center_click(&row(1, "[data-placet-action=check]")).await?;
    let said = row(1, "[role=status]");
    until_true("the change is found", async || Ok(text(&said).await?.starts_with("Not genuine"))).await?;

    // So is a place in the log that the proof does not lead to; the rest of that receipt is as it was.
    let script = "const [id, done] = arguments;
        const opening = indexedDB.open('placet');
        opening.onsuccess = () => {
            const store = opening.result.transaction('receipts', 'readwrite').objectStore('receipts');
            const reading = store.get(id);
            reading.onsuccess = () => {
                const row = reading.result;
                row.acknowledgement.log.index += 1;
                store.put(row, id).onsuccess = () => done(row.acknowledgement.log.index);
            };
        };";
    shop.driver().execute_async(script, vec![json!(rows[0].id)]).await?;
    shop.center_click(&row(0, "[data-placet-action=check]")).await?;
    let said = row(0, "[role=status]");
    until_true("the wrong place is found", async || Ok(text(&said).await?.starts_with("Not genuine"))).await
}

/// What is unclear goes to the shop with nothing of the visitor in it.
pub(super) async fn feedback(browser: Browser) -> Result<()> {
    let (shop, _stand) = shop_with(&browser, &with_services(1)?, "en", "").await?;
    let catch = "window.told = [];
        const fetched = window.fetch;
        window.fetch = (url, options) => {
            if (!String(url).endsWith('/feedback')) return fetched(url, options);
            window.told.push([url, options.method, options.credentials, JSON.parse(options.body)]);
            return Promise.resolve(new Response(null, { status: 204 }));
        }";
    shop.js(catch, &[]).await?;
    shop.choose().await?;
    shop.unfold(".feedback").await?;
    shop.center_write("textarea", "What is a segment?").await?;
    shop.center_pick(".form select", "marketing").await?;
    shop.click(Layer::Center, "send").await?;
    until_true("it is thanked for", async || Ok(shop.text(Layer::Center).await?.contains("Thank you."))).await?;
    let told = shop.js("return window.told", &[]).await?;
    let body = json!({ "site": "shop.localhost", "version": "2026-11-01", "lang": "en", "purpose": "marketing",
        "text": "What is a segment?" });
    let url = format!("{}/v1/feedback", shop.server.origin);
    ensure!(told == json!([[url, "POST", "omit", body]]), "{told}");
    ensure!(shop.record().await?.is_null(), "a question is no choice");
    Ok(())
}

/// What the shop keeps is handed over in one click and erased in two (PIPL 45, 47; GDPR 15, 17).
pub(super) async fn at_the_shop(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("accept").await?;
    shop.delivered(1).await?;
    shop.open_settings().await?;
    shop.lists(1).await?;
    let catch = "window.caught = [];
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { blob.text().then((text) => window.caught.push(text)); return make.call(URL, blob); };";
    shop.js(catch, &[]).await?;
    shop.click(Layer::Center, "export").await?;
    let caught = "return window.caught.filter(Boolean).map((text) => JSON.parse(text).receipts.length)";
    until_true("a copy is handed over", async || Ok(shop.js(caught, &[]).await? == json!([1]))).await?;
    shop.unfold(".erase").await?;
    shop.click(Layer::Center, "erase").await?;
    until_true("it is erased", async || Ok(shop.text(Layer::Center).await?.contains("Erased at the shop"))).await?;
    ensure!(shop.granted().await?.contains(&"analytics".to_owned()), "erasing at the shop changed the choice here");
    shop.js("window.caught.length = 0", &[]).await?;
    shop.click(Layer::Center, "keep-erasure").await?;
    let receipt = until("the receipt of the erasure is handed over", async || {
        let found = shop.js("return window.caught.filter(Boolean).pop() ?? null", &[]).await?;
        Ok(found.as_str().map(str::to_owned))
    })
    .await?;
    let file = browser.dir.join("erasure.json");
    std::fs::write(&file, receipt)?;
    let verdict =
        Command::new(places::placet()?).arg("verify").arg(&file).args(["--log", &shop.server.origin]).output()?;
    let told = String::from_utf8_lossy(&verdict.stdout);
    ensure!(verdict.status.success() && told.contains("GENUINE. 1 receipt was erased."), "placet verify says {told}");
    Ok(())
}

/// By keyboard alone: allow two, download the receipt, take everything back (WCAG 2.1.1).
pub(super) async fn keyboard(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.tab_to("[data-placet-action=choose]").await?;
    shop.key(Key::Enter).await?;
    shop.sees(Layer::Center).await?;
    for purpose in ["analytics", "marketing"] {
        shop.tab_to(&format!("[data-placet-switch={purpose}]")).await?;
        shop.key(Key::Space).await?;
    }
    shop.tab_to("[data-placet-action=save]").await?;
    shop.key(Key::Enter).await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await? == ["analytics", "marketing"], "{:?}", shop.granted().await?);
    shop.delivered(1).await?;

    shop.tab_to("[data-placet-action=open]").await?;
    shop.key(Key::Enter).await?;
    shop.sees(Layer::Center).await?;
    shop.lists(1).await?;
    let catch = "window.caught = [];
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => { if (blob.size) window.caught.push(blob.size); return make.call(URL, blob); };";
    shop.js(catch, &[]).await?;
    shop.tab_to("[data-placet-action=download]").await?;
    shop.key(Key::Enter).await?;
    let caught = "return window.caught.length";
    until_true("the receipt is handed over", async || Ok(shop.js(caught, &[]).await? == 1)).await?;
    shop.tab_to("[data-placet-action=withdraw]").await?;
    shop.key(Key::Enter).await?;
    shop.misses(Layer::Center).await?;
    ensure!(shop.granted().await?.is_empty());
    until_true("the focus is back on the link", async || Ok(shop.focused().await?.as_deref() == Some("open"))).await
}

/// In a page of the shop the center stands without a dialog, follows what is decided elsewhere, and goes with its element.
pub(super) async fn inline(browser: Browser) -> Result<()> {
    let body = "<placet-preferences></placet-preferences>";
    let (shop, _stand) = shop_with(&browser, &with_services(1)?, "en", body).await?;
    let inner =
        "const inner = (selector) => document.querySelector('placet-preferences').shadowRoot?.querySelector(selector);";
    let js = async |script: &str| shop.js(&format!("{inner}{script}"), &[]).await;
    until_true("the center shows", async || Ok(js("return !!inner('[data-placet-action=save]')").await? == true))
        .await?;
    ensure!(js("return !inner('dialog') && !inner('[data-placet-action=close]')").await? == true);
    js("inner('[data-placet-switch=analytics]').click(); inner('[data-placet-action=save]').focus();
        inner('[data-placet-action=save]').click()")
    .await?;
    until_true("it is saved", async || Ok(shop.granted().await? == ["analytics"])).await?;
    shop.misses(Layer::First).await?;
    let focused = "return document.querySelector('placet-preferences').shadowRoot.activeElement?.dataset.placetAction";
    ensure!(js(focused).await? == "save", "the focus is lost");
    shop.delivered(1).await?;

    shop.js("window.placet.rejectAll()", &[]).await?;
    until_true("the switch follows", async || {
        Ok(js("return inner('[data-placet-switch=analytics]').checked").await? == false)
    })
    .await?;
    js("inner('[data-placet-action=accept]').click()").await?;
    until_true("everything is accepted", async || Ok(shop.granted().await?.len() == 2)).await?;
    shop.delivered(3).await?;

    let gone = "const element = document.querySelector('placet-preferences');
        element.remove();
        return element.shadowRoot.querySelectorAll('.center').length";
    ensure!(shop.js(gone, &[]).await? == 0, "the center outlives its element");
    // Put in again, it stands again, and once.
    let again = "document.querySelector('main').append(document.createElement('placet-preferences'))";
    shop.js(again, &[]).await?;
    until_true("the center shows again", async || {
        Ok(js("return document.querySelector('placet-preferences').shadowRoot?.querySelectorAll('.center').length")
            .await?
            == 1)
    })
    .await
}

/// My choices tell what was picked, old beside new, and lead to the page of the notice under which a choice was made,
/// also where the shop has another one by now.
pub(super) async fn my_picks(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.choose().await?;
    shop.switch("marketing", true).await?;
    shop.prefer("channels", "email").await?;
    shop.prefer("frequency", "weekly").await?;
    shop.save().await?;
    shop.delivered(1).await?;
    shop.open("/zh/").await?;
    shop.open_settings().await?;
    shop.prefer("channels", "sms").await?;
    shop.prefer("topics", "loyalty").await?;
    shop.save().await?;
    shop.delivered(2).await?;
    shop.open("/").await?;
    shop.open_settings().await?;
    shop.switch("marketing", false).await?;
    shop.save().await?;
    shop.delivered(3).await?;
    shop.open_settings().await?;
    let rows = shop.lists(3).await?;
    let picked = async |index: usize| -> Result<Value> {
        shop.unfold(&format!("[data-placet-receipt=\"{}\"] .changed", rows[index].id)).await?;
        let script = "const rows = all(`[data-placet-receipt=\"${arguments[0]}\"] .picked`);
            return rows.map((row) => [...row.cells].map((cell) => cell.textContent + (cell.className ? ' (new)' : '')))";
        let mut found = Value::Null;
        until_true("the picks show", async || {
            found = shop.js(script, &[json!(rows[index].id)]).await?;
            Ok(found != json!([]))
        })
        .await?;
        Ok(found)
    };
    let withdrawn = json!([
        ["How may we reach you?", "E-mail · Text message", "– (new)"],
        ["What about?", "Member rewards", "– (new)"],
        ["How often?", "Weekly at most", "– (new)"],
    ]);
    let changed = json!([
        ["How may we reach you?", "E-mail", "E-mail · Text message (new)"],
        ["What about?", "–", "Member rewards (new)"],
        ["How often?", "Weekly at most", "Weekly at most"],
    ]);
    let first = json!([["How may we reach you?", "E-mail"], ["How often?", "Weekly at most"]]);
    for (index, expected) in [withdrawn, changed, first].into_iter().enumerate() {
        let found = picked(index).await?;
        ensure!(found == expected, "choice {index} tells {found:#}");
    }

    // The second was made on the Chinese page.
    let row = format!("[data-placet-receipt=\"{}\"]", rows[1].id);
    shop.unfold(&format!("{row} .words")).await?;
    let link = format!("{row} [data-placet-action=whole-notice]");
    let there = opened_beside(&shop, &link).await?;
    let receipts = shop.claimed(3).await?;
    let hash = receipts[1]["notice"]["hash"].as_str().context("a hash")?;
    ensure!(there["path"] == format!("/notice/{}.html", &hash[7..]), "it leads to {there}");
    ensure!(
        there["lang"] == "zh-CN" && there["title"].as_str().is_some_and(|title| title.contains("您的数据")),
        "{there}"
    );
    Ok(())
}

/// From the center one click leads to the whole notice on its own page, in the language that is shown, beside the shop.
pub(super) async fn whole_notice(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    for (page, lang, title) in [("/", "en", "Your data, your decision"), ("/zh/", "zh-CN", "您的数据，由您决定")]
    {
        shop.open(page).await?;
        shop.choose().await?;
        let there = opened_beside(&shop, ".controller [data-placet-action=whole-notice]").await?;
        ensure!(there["lang"] == lang && there["title"].as_str().is_some_and(|found| found.contains(title)), "{there}");
        ensure!(there["opener"] == false, "the page of the notice can reach into the shop");
        ensure!(shop.shows(Layer::Center).await?, "the center is gone");
    }
    ensure!(shop.record().await?.is_null(), "reading is no choice");
    Ok(())
}

/// Clicks a link of the center and tells of the page that it opens beside this one, which is closed again.
async fn opened_beside(shop: &Shop, link: &str) -> Result<Value> {
    let own = shop.driver().window().await?;
    shop.center_click(link).await?;
    let other = until("the page opens beside this one", async || {
        Ok(shop.driver().windows().await?.into_iter().find(|window| *window != own))
    })
    .await?;
    shop.driver().switch_to_window(other).await?;
    let script = "return document.readyState === 'complete' && location.href !== 'about:blank' ? { path: location.pathname,
        lang: document.documentElement.lang, title: document.querySelector('h1')?.textContent ?? '', opener: !!window.opener } : null";
    let there = until("the page is there", async || {
        let found = shop.js(script, &[]).await?;
        Ok((!found.is_null()).then_some(found))
    })
    .await;
    shop.driver().close_window().await?;
    shop.driver().switch_to_window(own).await?;
    there
}

/// Every state of the center, in light and dark, in two languages (WCAG 2.2 AA, as far as axe-core sees).
pub(super) async fn axe_everything_open(browser: Browser) -> Result<()> {
    for scheme in ["light", "dark"] {
        for lang in ["en", "zh-CN"] {
            let mut config = with_services(30)?;
            config["theme"]["scheme"] = json!(scheme);
            let (shop, _stand) = shop_with(&browser, &config, lang, "").await?;
            shop.answer("reject").await?;
            shop.delivered(1).await?;
            shop.open_settings().await?;
            shop.lists(1).await?;
            shop.switch("marketing", true).await?;
            shop.center_write("[type=search]", "tag").await?;
            shop.js("all('details').forEach((details) => { details.open = true; })", &[]).await?;
            let made =
                "return all('.quote').length === 1 && all('textarea').length === 1 && all('.services li').length > 0";
            until_true("everything is open", async || Ok(shop.js(made, &[]).await? == true)).await?;
            let what = format!("the center with everything open, {scheme}, {lang}");
            axe::check_center(&shop, &what).await?;
        }
    }
    Ok(())
}
