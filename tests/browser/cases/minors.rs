//! The age band and the guardian: where the config asks for them, nobody consents whose age is unknown (PIPL 31; GDPR 8).

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use thirtyfour::Key;

use super::languages::spoken;
use crate::{
    axe,
    config::config,
    runner::Browser,
    shop::{Layer, Shop, page, tags},
    stand::Stand,
    wait::until_true,
};

pub(super) fn asking_age() -> Result<Value> {
    let mut config = config(&["analytics", "marketing"])?;
    config["minors"] = json!({ "age": 14 });
    Ok(config)
}

async fn opened(browser: &Browser) -> Result<(Shop, Stand)> {
    let head = tags(&["analytics", "marketing"]);
    let (shop, stand) = Shop::among(browser, &asking_age()?, &[("/", &head, ""), ("/next", &head, "")]).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    Ok((shop, stand))
}

async fn nothing_granted(shop: &Shop) -> Result<()> {
    ensure!(shop.granted().await?.is_empty(), "{:?} are granted", shop.granted().await?);
    ensure!(shop.noted().await?.is_empty(), "these ran: {:?}", shop.noted().await?);
    Ok(())
}

/// Waits until nothing is asked any more.
async fn asks_nothing(shop: &Shop) -> Result<()> {
    for layer in [Layer::First, Layer::Age, Layer::Guardian] {
        shop.misses(layer).await?;
    }
    Ok(())
}

/// Saving nothing but refusals needs nobody's age, and so nothing that has to be fetched first.
pub(super) async fn refused_without_a_question(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    shop.choose().await?;
    shop.button(Layer::Center, "save").await?;
    let kept = "action('center', 'save').click(); return !!read('placet')";
    ensure!(shop.js(kept, &[]).await? == true, "a refusal waits for something");
    ensure!(shop.claimed(1).await?[0]["event"]["state"] == "refused");
    asks_nothing(&shop).await?;
    nothing_granted(&shop).await
}

/// Accepting asks for the band first; who is old enough decides, is asked no second time, and the receipt says who.
pub(super) async fn old_enough(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    shop.answer("accept").await?;
    shop.sees(Layer::Age).await?;
    let text = shop.text(Layer::Age).await?;
    for words in ["How old are you?", "Below 14, a parent or guardian decides", "14 or older", "Under 14"] {
        ensure!(text.contains(words), "the question says {text:?}, without {words:?}");
    }
    nothing_granted(&shop).await?;
    ensure!(shop.record().await?.is_null() && shop.outbox().await?.is_empty(), "a question is no decision");
    shop.click(Layer::Age, "accept").await?;
    asks_nothing(&shop).await?;
    ensure!(shop.granted().await? == ["analytics", "marketing"]);
    let claims = shop.claimed(1).await?;
    ensure!(
        claims[0]["event"]["by"] == "subject" && claims[0]["event"]["method"] == "banner.accept_all",
        "{}",
        claims[0]
    );
    ensure!(shop.record().await?["by"] == "subject", "{}", shop.record().await?);
    let kept = format!("{} {}", shop.record().await?, claims[0]);
    ensure!(!kept.contains("\"age\""), "an age is kept: {kept}");

    shop.open("/next").await?;
    shop.settled().await?;
    ensure!(shop.noted().await? == ["analytics", "marketing"], "these ran: {:?}", shop.noted().await?);
    shop.open_settings().await?;
    shop.switch("analytics", false).await?;
    shop.save().await?;
    shop.claimed(2).await?;
    shop.open_settings().await?;
    shop.switch("analytics", true).await?;
    shop.save().await?;
    let claims = shop.claimed(3).await?;
    ensure!(!shop.shows(Layer::Age).await?, "the second decision asks for the age again");
    ensure!(claims[2]["event"]["by"] == "subject" && claims[2]["choices"]["analytics"] == "granted", "{}", claims[2]);
    Ok(())
}

/// Under 14 a guardian is asked, and consents in their own name.
pub(super) async fn guardian_agrees(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    shop.choose().await?;
    shop.switch("analytics", true).await?;
    shop.save().await?;
    shop.sees(Layer::Age).await?;
    shop.click(Layer::Age, "reject").await?;
    shop.sees(Layer::Guardian).await?;
    nothing_granted(&shop).await?;
    let text = shop.text(Layer::Guardian).await?;
    ensure!(text.contains("hand the device to a parent or guardian"), "the question says {text:?}");
    shop.click(Layer::Guardian, "accept").await?;
    asks_nothing(&shop).await?;
    ensure!(shop.granted().await? == ["analytics"], "{:?}", shop.granted().await?);
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["by"] == "guardian" && claims[0]["choices"]["analytics"] == "granted", "{}", claims[0]);
    ensure!(shop.record().await?["by"] == "guardian");
    shop.open("/next").await?;
    shop.settled().await?;
    ensure!(shop.noted().await? == ["analytics"], "these ran: {:?}", shop.noted().await?);
    Ok(())
}

/// A guardian who refuses has refused everything; nothing is asked on the next page.
pub(super) async fn guardian_refuses(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    shop.answer("accept").await?;
    shop.click(Layer::Age, "reject").await?;
    shop.click(Layer::Guardian, "reject").await?;
    asks_nothing(&shop).await?;
    nothing_granted(&shop).await?;
    let claims = shop.claimed(1).await?;
    ensure!(claims[0]["event"]["state"] == "refused" && claims[0]["choices"]["analytics"] == "denied", "{}", claims[0]);
    shop.open("/next").await?;
    shop.settled().await?;
    ensure!(!shop.shows(Layer::First).await? && !shop.shows(Layer::Age).await?, "a refusal is asked again");
    nothing_granted(&shop).await?;
    // Who accepts later is asked again: nobody's age is known.
    shop.open_settings().await?;
    shop.click(Layer::Center, "accept").await?;
    shop.sees(Layer::Age).await?;
    nothing_granted(&shop).await
}

/// Refusing needs no age (GDPR 7(3): as easy); a script of the page cannot grant what nobody old enough has allowed.
pub(super) async fn age_is_not_asked_in_vain(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    shop.js("placet.acceptAll()", &[]).await?;
    shop.settled().await?;
    shop.sees(Layer::First).await?;
    nothing_granted(&shop).await?;
    shop.open("/next").await?;
    shop.sees(Layer::First).await?;
    nothing_granted(&shop).await?;
    shop.answer("reject").await?;
    shop.settled().await?;
    ensure!(!shop.shows(Layer::Age).await?, "refusing asks for the age");
    ensure!(shop.recorded("analytics").await? == "denied" && shop.recorded("marketing").await? == "denied");
    // Saving with everything off is refusing, too.
    shop.open_settings().await?;
    shop.save().await?;
    shop.settled().await?;
    ensure!(!shop.shows(Layer::Age).await?, "saving nothing asks for the age");
    // Who leaves the question open has decided nothing.
    shop.open_settings().await?;
    shop.click(Layer::Center, "accept").await?;
    shop.sees(Layer::Age).await?;
    shop.open("/").await?;
    shop.settled().await?;
    nothing_granted(&shop).await
}

/// By keyboard alone, with the focus on each question in turn.
pub(super) async fn age_by_keyboard(browser: Browser) -> Result<()> {
    let (shop, _stand) = opened(&browser).await?;
    let heading = async |shop: &Shop, layer: &str| {
        let script =
            "return !!layer(arguments[0]) && host.shadowRoot.activeElement === layer(arguments[0]).querySelector('h2')";
        until_true("the focus is on the question", async || Ok(shop.js(script, &[json!(layer)]).await? == true)).await
    };
    shop.tab_to("[data-placet-action=accept]").await?;
    shop.key(Key::Enter).await?;
    heading(&shop, "age").await?;
    shop.tab_to("[data-placet-action=reject]").await?;
    shop.key(Key::Enter).await?;
    heading(&shop, "guardian").await?;
    shop.tab_to("[data-placet-action=accept]").await?;
    shop.key(Key::Space).await?;
    asks_nothing(&shop).await?;
    ensure!(shop.granted().await? == ["analytics", "marketing"]);
    Ok(())
}

/// Both questions, in light and dark, in three languages (WCAG 2.2 AA, as far as axe-core sees); their answers alike.
pub(super) async fn axe_minors(browser: Browser) -> Result<()> {
    let alike = "const look = (name) => {
            const button = action(arguments[0], name), style = getComputedStyle(button), { width, height, top } = button.getBoundingClientRect();
            return [Math.round(width), Math.round(height), Math.round(top), style.font, style.color, style.backgroundColor, style.border];
        };
        return JSON.stringify(look('accept')) === JSON.stringify(look('reject'))";
    for scheme in ["light", "dark"] {
        for lang in ["en", "zh-CN", "ar"] {
            let mut config = spoken(&asking_age()?, lang);
            config["theme"]["scheme"] = json!(scheme);
            let shop = Shop::with(&browser, &config, &[]).await?;
            let tag = format!("<script src=\"{}/embed/placet.js\"></script>", shop.server.origin);
            let stand = Stand::open([("/".to_owned(), page(lang, &tag, ""))].into()).await?;
            let shop = shop.with_pages_of(&stand);
            shop.open("/").await?;
            shop.answer("accept").await?;
            shop.sees(Layer::Age).await?;
            shop.settled().await?;
            axe::check(&shop, &format!("the age, {scheme}, {lang}")).await?;
            ensure!(shop.js(alike, &[json!("age")]).await? == true, "the ages look unalike");
            shop.click(Layer::Age, "reject").await?;
            shop.sees(Layer::Guardian).await?;
            axe::check(&shop, &format!("the guardian, {scheme}, {lang}")).await?;
            ensure!(shop.js(alike, &[json!("guardian")]).await? == true, "the guardian's answers look unalike");
        }
    }
    Ok(())
}
