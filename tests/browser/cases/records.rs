//! What the browser remembers: from earlier versions, for how long, on which hosts, in which tab.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::visit::claims;
use crate::{
    config::{SITE, config},
    runner::Browser,
    shop::{Layer, Shop},
    stand::Stand,
    wait::until_true,
};

/// A shop with one page, and a tag of its statistics on it.
async fn open(browser: &Browser, config: &Value) -> Result<(Shop, Stand)> {
    let shop = Shop::with(browser, config, &[]).await?;
    let tag = r#"<script type="text/plain" data-placet="analytics">window.counted = true;</script>"#;
    let stand = Stand::open(BTreeMap::from([("/".to_owned(), shop.page("", tag, ""))])).await?;
    Ok((shop.with_pages_of(&stand), stand))
}

const COUNTED: &str = "return window.counted === true";

/// Changes the stored record; `change` is a script that gets it as `record`.
async fn rewrite(shop: &Shop, change: &str) -> Result<()> {
    let script = format!("const record = read('placet'); {change}; localStorage.placet = JSON.stringify(record)");
    shop.js(&script, &[]).await?;
    Ok(())
}

/// A record of version 1 still counts, and the next choice writes it anew; one of a later version counts as none.
pub(super) async fn records_of_other_versions(browser: Browser) -> Result<()> {
    let (shop, _stand) = open(&browser, &config(&["analytics"])?).await?;
    shop.open("/").await?;
    shop.answer("accept").await?;
    shop.delivered(1).await?;
    ensure!(shop.record().await?["v"] == 2);
    let notice = shop.record().await?["notice"].clone();
    ensure!(notice.as_str().is_some_and(|hash| hash.starts_with("sha256:")), "the record names the notice {notice}");

    rewrite(&shop, "record.v = 1; delete record.notice").await?;
    shop.open("/").await?;
    shop.settled().await?;
    ensure!(shop.js(COUNTED, &[]).await? == true, "what version 1 granted is held");
    ensure!(!shop.shows(Layer::First).await?, "what version 1 answered is asked again");
    shop.open_settings().await?;
    shop.switch("analytics", false).await?;
    shop.save().await?;
    let record = shop.record().await?;
    ensure!(record["v"] == 2 && record["notice"] == notice, "the record is {record}");
    let receipts = shop.delivered(2).await?;
    ensure!(claims(&receipts[1])?["event"]["state"] == "withdrawn", "{}", claims(&receipts[1])?);

    shop.js("placet.acceptAll()", &[]).await?;
    rewrite(&shop, "record.v = 3").await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.js(COUNTED, &[]).await? == false, "a record of a later version was believed");
    Ok(())
}

/// After its time an answer is none: what was granted is held, and what was answered is asked.
/// CNIL 2020: six months, then the question comes again.
pub(super) async fn answers_expire(browser: Browser) -> Result<()> {
    let (shop, _stand) = open(&browser, &config(&["analytics", "recommendations"])?).await?;
    shop.open("/").await?;
    shop.answer("accept").await?;
    shop.delivered(1).await?;
    let days = "const { at, choices } = read('placet'); return (choices.analytics.until - at) / 864e5";
    ensure!(shop.js(days, &[]).await? == 180, "an answer holds for {} days", shop.js(days, &[]).await?);

    rewrite(&shop, "record.choices.analytics.until = Date.now() + 60000").await?;
    shop.open("/").await?;
    shop.settled().await?;
    ensure!(shop.granted().await? == ["analytics", "recommendations"] && !shop.shows(Layer::First).await?);

    rewrite(&shop, "record.choices.analytics.until = Date.now() - 1").await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.granted().await? == ["recommendations"], "these may run: {:?}", shop.granted().await?);
    ensure!(shop.js(COUNTED, &[]).await? == false, "what has expired ran");
    shop.answer("reject").await?;
    ensure!(shop.recorded("analytics").await? == "denied");
    Ok(())
}

/// With `cookieDomain` an answer on one subdomain is the answer on the other, and a newer one wins there too.
pub(super) async fn subdomains_share_one_answer(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics"])?;
    config["cookieDomain"] = json!(SITE);
    let (shop, stand) = open(&browser, &config).await?;
    let (a, b) = (stand.named(&format!("a.{SITE}")), stand.named(&format!("b.{SITE}")));
    let go = async |host: &str| -> Result<()> {
        shop.driver().goto(host).await?;
        shop.settled().await
    };
    let cookies = "return document.cookie.split('; ').filter((pair) => pair.startsWith('placet=')).length";

    go(&a).await?;
    ensure!(shop.js(cookies, &[]).await? == 0, "there is a cookie before the choice");
    // Left behind by another setting, and older: on the host alone, and under another path.
    shop.js("document.cookie = 'placet=x; path=/'; document.cookie = 'placet=y'", &[]).await?;
    shop.answer("accept").await?;
    ensure!(shop.js(cookies, &[]).await? == 1, "{} cookies are called placet", shop.js(cookies, &[]).await?);
    ensure!(shop.js(COUNTED, &[]).await? == true);

    go(&b).await?;
    ensure!(!shop.shows(Layer::First).await?, "the second subdomain asks again");
    ensure!(shop.js(COUNTED, &[]).await? == true, "the second subdomain holds what is granted");
    ensure!(shop.record().await?.is_null(), "a visit without a choice stored a record");
    shop.js("placet.rejectAll()", &[]).await?;
    ensure!(shop.js(cookies, &[]).await? == 1);

    // The first subdomain has an older record of its own.
    go(&a).await?;
    ensure!(shop.recorded("analytics").await? == "granted", "the older record is gone");
    ensure!(shop.choices().await?["analytics"] == "denied", "the older record won");
    ensure!(shop.js(COUNTED, &[]).await? == false && !shop.shows(Layer::First).await?);
    shop.js("placet.acceptAll()", &[]).await?;
    go(&b).await?;
    ensure!(shop.js(COUNTED, &[]).await? == true, "the newest answer lost");

    // A stranger's cookie of that name is no record.
    shop.js(
        "localStorage.clear(); document.cookie = arguments[0]",
        &[json!(format!("placet=%7B%22v%22:2; path=/; domain={SITE}"))],
    )
    .await?;
    go(&b).await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.js(COUNTED, &[]).await? == false);
    Ok(())
}

/// A choice in one tab holds in the other at once; the newest wins; a record that was cleared stays away.
pub(super) async fn newest_answer_of_all_tabs(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics"])?;
    config["cookieDomain"] = json!(SITE);
    let (shop, stand) = open(&browser, &config).await?;
    let shop = Shop { origin: stand.named(SITE), ..shop };
    let driver = shop.driver();
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    let first = driver.window().await?;
    let second = driver.new_tab().await?;
    driver.switch_to_window(second.clone()).await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;

    let state = async || Ok::<_, anyhow::Error>(shop.choices().await?["analytics"].clone());
    let becomes = async |wanted: &str| {
        until_true(&format!("statistics are {wanted}"), async || Ok(state().await? == wanted)).await
    };
    for (here, there, act, wanted) in [
        (&second, &first, "placet.acceptAll()", "granted"),
        (&first, &second, "placet.rejectAll()", "denied"),
        (&second, &first, "placet.acceptAll()", "granted"),
    ] {
        driver.switch_to_window(here.clone()).await?;
        shop.js(act, &[]).await?;
        driver.switch_to_window(there.clone()).await?;
        shop.misses(Layer::First).await?;
        becomes(wanted).await?;
    }
    // An older record that another tab writes late does not win over the newer one in the cookie.
    driver.switch_to_window(second.clone()).await?;
    rewrite(&shop, "record.at -= 60000; record.choices.analytics.choice = 'denied'").await?;
    driver.switch_to_window(first.clone()).await?;
    shop.settled().await?;
    ensure!(state().await? == "granted", "an older record won");

    driver.switch_to_window(second.clone()).await?;
    shop.js("localStorage.clear()", &[]).await?;
    driver.switch_to_window(first.clone()).await?;
    shop.sees(Layer::First).await?;
    becomes("denied").await?;
    shop.open("/").await?;
    shop.sees(Layer::First).await?;
    ensure!(shop.js(COUNTED, &[]).await? == false, "a record that was cleared came back");
    driver.switch_to_window(second).await?;
    driver.close_window().await?;
    driver.switch_to_window(first).await?;
    Ok(())
}
