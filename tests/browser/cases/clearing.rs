//! What services left in the browser goes with their consent, wherever on the site it lies.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::json;

use crate::{
    config::{SITE, config},
    runner::Browser,
    shop::{Layer, Shop},
    stand::Stand,
    wait::until_true,
};

/// A tag that leaves something everywhere, and goes on doing so until the page is gone.
const TAG: &str = r"
const leave = () => {
    document.cookie = 'seen=1';
    document.cookie = 'seen=1; path=/';
    document.cookie = 'seen=1; path=/; domain=DOMAIN';
    document.cookie = 'seen=1; path=/; domain=HOST';
    document.cookie = '_t_one=1; path=/deep; domain=DOMAIN';
    document.cookie = '_t_two=1; path=/deep/in; domain=DOMAIN';
    document.cookie = '_t_three=1; path=/deep/in/';
    document.cookie = '_t_four=1; path=/deep/in/page';
    localStorage.seen = localStorage._t_five = sessionStorage.seen = sessionStorage._t_six = '1';
};
leave();
addEventListener('pagehide', leave);
";

/// The shop's own, with names that nearly match.
const OWN: &str = r"<script>
document.cookie = 'seen_not=1; path=/; domain=DOMAIN';
document.cookie = '_t=1; path=/';
localStorage.basket = sessionStorage.scrolled = localStorage._t = '1';
</script>";

fn kept() -> serde_json::Value {
    let mut kept = Vec::new();
    for storage in ["cookie", "local", "session"] {
        for name in ["seen", "_t_*"] {
            kept.push(json!({ "name": name, "storage": storage }));
        }
    }
    kept.into()
}

/// A shop on a subdomain; the tag stands on its page.
async fn open(browser: &Browser, host: &str) -> Result<(Shop, Stand)> {
    let mut config = config(&["analytics", "recommendations"])?;
    config["services"] = json!([{ "id": "tag", "purpose": "analytics", "name": "Example Tag", "cookies": kept() }]);
    let shop = Shop::with(browser, &config, &[]).await?;
    let fill = |text: &str| text.replace("DOMAIN", SITE).replace("HOST", host);
    let tag = format!(r#"<script type="text/plain" data-placet="analytics">{}</script>"#, fill(TAG));
    let paths = ["/", "/deep/in/page"];
    let pages = paths.map(|path| (path.to_owned(), shop.page("", &format!("{}{tag}", fill(OWN)), "")));
    let stand = Stand::open(BTreeMap::from(pages)).await?;
    let origin = stand.named(host);
    Ok((Shop { origin, ..shop }, stand))
}

/// What lies there, without Placet's own.
async fn left(shop: &Shop) -> Result<Vec<String>> {
    let stored = shop.stored().await?;
    let cookies = stored.cookies.split("; ").filter(|pair| !pair.is_empty()).map(str::to_owned);
    let keys = stored.local.into_iter().map(|key| format!("local {key}"));
    let session = stored.session.into_iter().map(|key| format!("session {key}"));
    let mut left: Vec<String> =
        cookies.chain(keys).chain(session).filter(|name| !name.starts_with("local placet")).collect();
    left.sort();
    Ok(left)
}

const OWN_LEFT: &[&str] = &["_t=1", "local _t", "local basket", "seen_not=1", "session scrolled"];

/// On a page deep in a subdomain all that the service declares goes; what only looks like it stays.
/// CNIL 2025: after a refusal nothing of what was refused is left to be read.
pub(super) async fn what_was_left_goes_with_its_consent(browser: Browser) -> Result<()> {
    let host = format!("a.{SITE}");
    let (shop, _stand) = open(&browser, &host).await?;
    shop.open("/deep/in/page").await?;
    shop.sees(Layer::First).await?;
    ensure!(left(&shop).await? == OWN_LEFT, "before the choice: {:?}", left(&shop).await?);
    shop.answer("accept").await?;
    let all = left(&shop).await?;
    let count = |name: &str| all.iter().filter(|left| left.starts_with(name)).count();
    ensure!(count("seen=") == 4 || count("seen=") == 3, "the tag left {all:?}");
    for name in
        ["_t_one", "_t_two", "_t_three", "_t_four", "local seen", "local _t_five", "session seen", "session _t_six"]
    {
        ensure!(count(name) == 1, "the tag did not leave {name}: {all:?}");
    }

    shop.js("placet.withdraw()", &[]).await?;
    ensure!(left(&shop).await? == OWN_LEFT, "after the withdrawal: {:?}", left(&shop).await?);

    // The tag still runs, and leaves everything again when the page goes.
    shop.open("/").await?;
    until_true("what came back is gone", async || {
        let left = left(&shop).await?;
        ensure!(left == OWN_LEFT, "{left:?}");
        Ok(true)
    })
    .await?;
    shop.open("/deep/in/page").await?;
    until_true("what lies below goes where it can be seen", async || Ok(left(&shop).await? == OWN_LEFT)).await?;
    ensure!(shop.granted().await?.is_empty());
    Ok(())
}

/// A service with `reload` has the page loaded anew when its purpose is withdrawn: once, and for no other purpose.
pub(super) async fn reload_ends_what_cannot_be_told(browser: Browser) -> Result<()> {
    let mut config = config(&["analytics", "recommendations"])?;
    config["services"] = json!([
        { "id": "stubborn", "purpose": "analytics", "name": "Example Tag", "cookies": kept(), "reload": true },
        { "id": "meek", "purpose": "recommendations", "name": "Another Tag" },
    ]);
    let shop = Shop::with(&browser, &config, &[]).await?;
    let count = "<script>sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1; window.ran = [];</script>";
    let tags = r#"<script type="text/plain" data-placet="analytics">ran.push('stubborn')</script>
<script type="text/plain" data-placet="recommendations">ran.push('meek')</script>"#;
    let stand = Stand::open(BTreeMap::from([("/".to_owned(), shop.page(count, tags, ""))])).await?;
    let shop = shop.with_pages_of(&stand);
    let loads = async || Ok::<_, anyhow::Error>(shop.js("return Number(sessionStorage.loads)", &[]).await?);
    let ran = async || shop.js("return window.ran", &[]).await;

    shop.open("/").await?;
    shop.answer("reject").await?;
    shop.settled().await?;
    ensure!(loads().await? == 1, "a first refusal loaded the page anew");
    shop.js("placet.acceptAll()", &[]).await?;
    ensure!(ran().await? == json!(["stubborn", "meek"]));
    // The receipts are on their way before the page goes.
    shop.delivered(2).await?;

    shop.open_settings().await?;
    shop.switch("recommendations", false).await?;
    shop.save().await?;
    shop.settled().await?;
    ensure!(loads().await? == 1, "another purpose loaded the page anew");

    shop.open_settings().await?;
    shop.switch("analytics", false).await?;
    shop.click(Layer::Center, "save").await?;
    until_true("the page is loaded anew", async || Ok(loads().await? == 2)).await?;
    shop.settled().await?;
    ensure!(ran().await? == json!([]), "after the withdrawal {} ran", ran().await?);
    ensure!(shop.recorded("analytics").await? == "denied");
    shop.delivered(4).await?;
    shop.js("placet.rejectAll()", &[]).await?;
    shop.settled().await?;
    ensure!(loads().await? == 2, "the page was loaded {} times", loads().await?);
    ensure!(!shop.shows(Layer::First).await?, "the page asks again");
    Ok(())
}
