//! After a decision by hand: the line that says that it holds, and the way back to what stood before.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    config::{config, set},
    runner::Browser,
    shop::{Layer, Shop, tags},
    stand::{Page, Stand},
    wait::until_true,
};

const PURPOSES: [&str; 2] = ["analytics", "marketing"];

/// A shop without separate purposes, with preferences for its news.
fn plain() -> Result<Value> {
    let demo: Value = serde_json::from_str(include_str!("../../../public/demo/placet.json"))?;
    let mut config = config(&PURPOSES)?;
    config["preferences"] = demo["preferences"].clone();
    Ok(config)
}

async fn opened(browser: &Browser, config: &Value) -> Result<(Shop, Stand)> {
    let head = tags(&["analytics", "marketing"]);
    let body = r#"<label>Name <input id="field"></label>
        <button type="button" data-placet-action="accept">Accept all</button>
        <button type="button" data-placet-action="reject">Refuse all</button>
        <button type="button" data-placet-action="withdraw">Withdraw everything</button>"#;
    let (shop, stand) = Shop::among(browser, config, &[("/", &head, body), ("/next", &head, body)]).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    Ok((shop, stand))
}

/// The line says these words, in a status that a screen reader tells (WCAG 2.2, 4.1.3), and has not taken the focus.
async fn says(shop: &Shop, words: &str) -> Result<()> {
    let script = "const line = layer('saved');
        return [line?.querySelector('[role=status]').innerText ?? null, !!line?.contains(host.shadowRoot.activeElement)]";
    until_true(&format!("the line says {words:?}"), async || {
        let found = shop.js(script, &[]).await?;
        ensure!(found == json!([words, false]), "it is {found}");
        Ok(true)
    })
    .await
}

async fn undo(shop: &Shop) -> Result<()> {
    shop.click(Layer::Saved, "undo").await?;
    says(shop, "Undone: it is as it was before.").await
}

/// What was decided by a click on the page, in the first layer or in the center: each time the line, and an Undo.
pub(super) async fn line_after_each_click(browser: Browser) -> Result<()> {
    for (what, before) in [
        ("accept", false),
        ("reject", false),
        ("save", false),
        ("preferences.withdraw", true),
        ("page.accept", true),
        ("page.reject", true),
        ("page.withdraw", true),
    ] {
        let (shop, _stand) = opened(&browser, &plain()?).await?;
        if before {
            shop.js("placet.acceptAll()", &[]).await?;
        }
        match what {
            "save" => {
                shop.choose().await?;
                shop.save().await?;
            }
            "preferences.withdraw" => {
                shop.open_settings().await?;
                shop.click(Layer::Center, "withdraw").await?;
            }
            first if !before => shop.click(Layer::First, first).await?,
            page => {
                let action = page.trim_start_matches("page.");
                shop.click_page(&format!("main [data-placet-action={action}]")).await?;
            }
        }
        says(&shop, "Your choice is saved.").await?;
        shop.button(Layer::Saved, "undo").await?;
        let claims = shop.claimed(1 + usize::from(before)).await?;
        let method = &claims[claims.len() - 1]["event"]["method"];
        let expected = match what {
            "accept" | "reject" => format!("banner.{what}_all"),
            "save" => "preferences.save".to_owned(),
            "page.accept" | "page.reject" => format!("{what}_all"),
            other => other.to_owned(),
        };
        ensure!(*method == expected, "{what} is called {method}");
    }
    // By keyboard the focus is where it was, in the page.
    let (shop, _stand) = opened(&browser, &plain()?).await?;
    shop.tab_to("main [data-placet-action=accept]").await?;
    shop.key(Key::Enter).await?;
    says(&shop, "Your choice is saved.").await?;
    ensure!(shop.js("return document.activeElement.innerText", &[]).await? == "Accept all", "the focus has moved");
    // Undone by keyboard: the line is the first thing in the page, so backwards. Not round by the browser's own buttons, from
    // where Firefox without a screen does not come back.
    shop.tab_back_to("[data-placet-action=undo]").await?;
    shop.key(Key::Enter).await?;
    shop.sees(Layer::First).await
}

/// It goes after ten seconds, but not while the pointer or the focus is on it (WCAG 2.2.1).
pub(super) async fn line_stays_ten_seconds(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &plain()?).await?;
    let watch = "window.line = {};
        new MutationObserver((all) => all.forEach(({ addedNodes, removedNodes }) => {
            for (const node of addedNodes) if (node.matches('.saved')) line.came = performance.now();
            for (const node of removedNodes) if (node.matches('.saved')) line.went = performance.now();
        })).observe(host.shadowRoot, { childList: true })";
    shop.js(watch, &[]).await?;
    shop.answer("accept").await?;
    says(&shop, "Your choice is saved.").await?;
    shop.misses(Layer::Saved).await?;
    let stayed = shop.js("return line.went - line.came", &[]).await?;
    ensure!(stayed.as_f64().is_some_and(|stayed| (9_900.0..15_000.0).contains(&stayed)), "it stayed {stayed} ms");

    let longer = "const done = arguments[arguments.length - 1];
        const root = document.querySelector('placet-ui').shadowRoot;
        setTimeout(() => done(!!root.querySelector('.saved')), 10600)";
    shop.click_page("main [data-placet-action=reject]").await?;
    says(&shop, "Your choice is saved.").await?;
    let undo = shop.button(Layer::Saved, "undo").await?;
    shop.driver().action_chain().move_to_element_center(&undo).perform().await?;
    let there = shop.driver().execute_async(longer, vec![]).await?.json().clone();
    ensure!(there == true, "it goes while the pointer is on it");
    // From the pointer to the focus, and away.
    shop.js("layer('saved').querySelector('button').focus()", &[]).await?;
    shop.driver().action_chain().move_to(640, 5).perform().await?;
    let there = shop.driver().execute_async(longer, vec![]).await?.json().clone();
    ensure!(there == true, "it goes while the focus is on it");
    shop.js("document.querySelector('#field').focus()", &[]).await?;
    shop.misses(Layer::Saved).await?;
    ensure!(shop.js("return document.activeElement.id", &[]).await? == "field", "its end moves the focus");
    Ok(())
}

/// Undo brings back the record, the permission and the preferences as they were, or the question where there was no
/// answer; and its receipt reaches the server.
pub(super) async fn back_to_what_stood_before(browser: Browser) -> Result<()> {
    // Nothing stood.
    let (shop, _stand) = opened(&browser, &plain()?).await?;
    shop.answer("accept").await?;
    ensure!(shop.noted().await? == PURPOSES);
    undo(&shop).await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.record().await?.is_null(), "what is left is {}", shop.record().await?);
    ensure!(shop.granted().await?.is_empty(), "{:?} are still granted", shop.granted().await?);
    ensure!(
        shop.js("return layer('saved').querySelector('button')", &[]).await?.is_null(),
        "the undoing can be undone"
    );
    let claims = shop.claimed(2).await?;
    ensure!(claims[1]["event"]["method"] == "status.undo", "{}", claims[1]);
    for id in PURPOSES {
        ensure!(claims[1]["choices"][id] == "denied", "{}", claims[1]);
    }
    shop.open("/next").await?;
    shop.sees(Layer::First).await?;
    shop.settled().await?;
    ensure!(shop.noted().await?.is_empty(), "these ran: {:?}", shop.noted().await?);

    // A choice with preferences stood, and everything was withdrawn.
    shop.choose().await?;
    shop.switch("marketing", true).await?;
    shop.prefer("channels", "email").await?;
    shop.prefer("frequency", "monthly").await?;
    shop.save().await?;
    says(&shop, "Your choice is saved.").await?;
    shop.claimed(3).await?;
    let before = shop.record().await?;
    ensure!(before["preferences"]["frequency"] == "monthly", "{before}");
    shop.click_page("main [data-placet-action=withdraw]").await?;
    until_true("it is withdrawn", async || Ok(shop.granted().await?.is_empty())).await?;
    says(&shop, "Your choice is saved.").await?;
    undo(&shop).await?;
    ensure!(shop.record().await? == before, "{before} became {}", shop.record().await?);
    ensure!(shop.granted().await? == ["marketing"]);
    let claims = shop.claimed(5).await?;
    let last = &claims[4];
    ensure!(last["event"]["method"] == "status.undo" && last["choices"]["marketing"] == "granted", "{last}");
    ensure!(last["preferences"]["frequency"] == "monthly", "{last}");
    shop.open("/next").await?;
    shop.settled().await?;
    ensure!(!shop.shows(Layer::First).await? && shop.noted().await? == ["marketing"], "{:?}", shop.noted().await?);

    // A refusal stood, and everything was accepted.
    shop.click_page("main [data-placet-action=reject]").await?;
    says(&shop, "Your choice is saved.").await?;
    let before = shop.record().await?;
    shop.click_page("main [data-placet-action=accept]").await?;
    until_true("it is accepted", async || Ok(shop.granted().await? == PURPOSES)).await?;
    says(&shop, "Your choice is saved.").await?;
    undo(&shop).await?;
    ensure!(shop.record().await? == before && shop.granted().await?.is_empty(), "{}", shop.record().await?);
    ensure!(!shop.shows(Layer::First).await?, "an answer stands, and it is asked");
    Ok(())
}

/// An answer that had lapsed, because its purpose has changed, is not given anew by undoing; nor does undoing turn off
/// for a moment what runs anyway under an opt-out regime.
pub(super) async fn nothing_but_what_stood_before(browser: Browser) -> Result<()> {
    let config = plain()?;
    let (mut shop, _stand) = opened(&browser, &config).await?;
    shop.answer("accept").await?;
    shop.claimed(1).await?;
    let mut changed = config;
    set(&mut changed, "analytics", json!({ "retention": "P24M" }))?;
    changed["version"] = json!("2026-12-01");
    shop.server.publish(&changed).await?;
    let later = shop.page("<script>window.ran = [];</script>", "", "");
    let body = String::from_utf8(later.body)?.replace("placet.js\"", "placet.js?later\"");
    let body = body.replace("</head>", &format!("{}</head>", tags(&PURPOSES)));
    let stand = Stand::open([("/".to_owned(), Page::html(&body))].into()).await?;
    let record = shop.record().await?;
    let shop = shop.with_pages_of(&stand);
    shop.open("/").await?;
    shop.js("localStorage.placet = JSON.stringify(arguments[0])", std::slice::from_ref(&record)).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.noted().await? == ["marketing"], "these ran: {:?}", shop.noted().await?);
    shop.answer("reject").await?;
    undo(&shop).await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.record().await? == record, "{record} became {}", shop.record().await?);
    ensure!(shop.noted().await? == ["marketing"], "the undoing ran {:?}", shop.noted().await?);
    ensure!(shop.granted().await? == ["marketing"], "{:?}", shop.granted().await?);

    let mut config = plain()?;
    config["regimes"] = json!([{ "regime": "cn-pipl" }, { "regime": "us-ccpa" }]);
    set(&mut config, "analytics", json!({ "shared": true }))?;
    let shop = Shop::with(&browser, &config, &[]).await?;
    let before = "<script>window.placet = { region: 'US-CA' }; window.ran = []; window.offs = 0;
        document.addEventListener('placet:applied', ({ detail }) => { offs += detail.choices.marketing !== 'granted'; });</script>";
    let stand = Stand::open([("/".to_owned(), shop.page(before, &tags(&PURPOSES), ""))].into()).await?;
    let shop = shop.with_pages_of(&stand);
    for action in ["accept", "opt-out"] {
        shop.open("/").await?;
        shop.answer(action).await?;
        undo(&shop).await?;
        shop.sees(Layer::First).await?;
        ensure!(shop.granted().await? == PURPOSES, "after {action}: {:?}", shop.granted().await?);
        ensure!(shop.js("return offs", &[]).await? == 0, "undoing {action} turned off what runs anyway");
        ensure!(shop.record().await?.is_null());
    }
    Ok(())
}

/// What was decided since, by the shop or in another tab, takes the Undo of the earlier decision away: a withdrawal
/// must not be undone with it.
pub(super) async fn only_the_last_is_undone(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser, &plain()?).await?;
    shop.answer("reject").await?;
    says(&shop, "Your choice is saved.").await?;
    shop.js("placet.acceptAll()", &[]).await?;
    shop.misses(Layer::Saved).await?;

    shop.click_page("main [data-placet-action=accept]").await?;
    says(&shop, "Your choice is saved.").await?;
    let driver = shop.driver();
    let first = driver.window().await?;
    let second = driver.new_tab().await?;
    driver.switch_to_window(second).await?;
    shop.open("/next").await?;
    shop.js("placet.withdraw()", &[]).await?;
    driver.close_window().await?;
    driver.switch_to_window(first).await?;
    until_true("it is withdrawn here too", async || Ok(shop.granted().await?.is_empty())).await?;
    ensure!(!shop.shows(Layer::Saved).await?, "a consent before a withdrawal can be undone");
    Ok(())
}

/// What a script of the page decides is told by that script: no line, and nothing is fetched for one.
pub(super) async fn no_line_for_scripts(browser: Browser) -> Result<()> {
    let mut config = plain()?;
    // Something to opt out of.
    config["purposes"][2]["shared"] = true.into();
    let (shop, _stand) = opened(&browser, &config).await?;
    for (count, call) in ["acceptAll", "rejectAll", "optOut", "withdraw"].into_iter().enumerate() {
        shop.js(&format!("placet.{call}()"), &[]).await?;
        shop.misses(Layer::First).await?;
        let claims = shop.claimed(count + 1).await?;
        // The first time the first layer was there, and nobody answered in it.
        ensure!(claims[count]["shown"].is_null(), "{call} tells of a layer: {}", claims[count]);
        shop.settled().await?;
        ensure!(!shop.shows(Layer::Saved).await?, "{call} shows a line");
    }
    let requests = shop.requests().await?;
    ensure!(!requests.iter().any(|url| url.contains("/follow-")), "it is fetched in vain: {requests:?}");
    Ok(())
}
