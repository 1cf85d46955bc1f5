//! What a refusal costs: nothing. The shop sells as before, and shows what it shows to everyone.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    runner::Browser,
    shop::{Layer, Shop},
    wait::until_true,
};

/// PIPL 16; EDPB 05/2020: after a refusal a shopper finds, orders and has the order in the account; the letter's form is sent with
/// its box left alone. Nothing runs on any of these pages.
pub(super) async fn shop_works_after_a_refusal(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("reject").await?;
    shop.delivered(1).await?;
    shop.click_page("[data-add=ripple-teapot]").await?;
    shop.open("/product?item=moonrise-lamp").await?;
    shop.is_quiet().await?;
    shop.click_page("[data-add=moonrise-lamp]").await?;

    shop.open("/basket").await?;
    let lines = "return [...document.querySelectorAll('[data-line]')].map((line) => line.dataset.line).sort()";
    until_true("the basket holds both", async || {
        Ok(shop.js(lines, &[]).await? == json!(["moonrise-lamp", "ripple-teapot"]))
    })
    .await?;
    let form = "const { elements } = document.querySelector('[data-checkout]');
        Object.assign(elements.name, { value: 'A shopper' });
        Object.assign(elements.phone, { value: '+86 138 0000 0000' });
        Object.assign(elements.city, { value: 'Shanghai' });
        Object.assign(elements.address, { value: '1 Example Road' })";
    shop.js(form, &[]).await?;
    shop.click_page("[data-checkout] button.button").await?;
    let number =
        "return seen(document.querySelector('[data-part=done]')) && document.querySelector('[data-order]').textContent";
    until_true("the order is confirmed", async || {
        Ok(shop.js(number, &[]).await?.as_str().is_some_and(|number| !number.is_empty()))
    })
    .await?;
    let number = shop.js(number, &[]).await?;
    shop.is_quiet().await?;

    shop.open("/account").await?;
    let orders =
        "return [...document.querySelectorAll('[data-orders] .order strong')].map((order) => order.textContent)";
    until_true("the account has the order", async || Ok(shop.js(orders, &[]).await? == json!([number]))).await?;
    shop.js("document.querySelector('[data-letter]').elements.email.value = 'shopper@example.com'", &[]).await?;
    shop.click_page("[data-letter] button").await?;
    let answered = "return document.querySelector('[data-answer]').textContent";
    until_true("the form is answered", async || {
        Ok(shop.js(answered, &[]).await?.as_str().is_some_and(|answer| answer.starts_with("Noted")))
    })
    .await?;
    ensure!(!shop.shows(Layer::First).await?, "who has refused is asked again");
    shop.is_quiet().await
}

/// What the shelf of recommendations is headed and holds.
async fn shelf(shop: &Shop) -> Result<Value> {
    let script = "const strip = document.querySelector('[data-recommend]');
        return [strip.querySelector('h2').textContent, [...strip.querySelectorAll('.shelf h3, .shelf a')].map((item) => item.textContent)]";
    shop.js(script, &[]).await
}

/// PIPL 24; E-Commerce Law 18; Network Data Regulation 42: beside what is recommended to this person there is a choice that is
/// not based on the person. Whoever refuses sees what everyone sees; whoever has allowed it turns it off on any page, and what
/// was gathered is gone, on that page and on the next.
pub(super) async fn recommendations_without_the_person(browser: Browser) -> Result<()> {
    let shop = Shop::start(&browser).await?;
    let page = "/product?item=ripple-teapot";
    shop.open(page).await?;
    shop.sees(Layer::First).await?;
    let everyone = shelf(&shop).await?;
    ensure!(everyone[0] == "Best sellers", "everyone sees {everyone}");
    shop.answer("reject").await?;
    shop.settled().await?;
    ensure!(shelf(&shop).await? == everyone, "who refuses sees {}", shelf(&shop).await?);

    shop.js("placet.open()", &[]).await?;
    shop.sees(Layer::Center).await?;
    shop.switch("recommendations", true).await?;
    shop.save().await?;
    until_true("the shelf follows the person", async || Ok(shelf(&shop).await? != everyone)).await?;
    shop.js("placet.open()", &[]).await?;
    shop.sees(Layer::Center).await?;
    shop.switch("recommendations", false).await?;
    shop.save().await?;
    until_true("the shelf is everyone's again", async || Ok(shelf(&shop).await? == everyone)).await?;
    let stored = shop.stored().await?;
    ensure!(!stored.local.contains(&"rec_profile".into()), "what was gathered stays: {:?}", stored.local);
    shop.open(page).await?;
    shop.settled().await?;
    ensure!(shelf(&shop).await? == everyone, "on the next page it is {}", shelf(&shop).await?);
    ensure!(shop.recorded("recommendations").await? == "denied" && shop.ran().await?.is_empty());
    Ok(())
}
