//! What each answer costs, counted in clicks on what is shown: nobody is led where they do not want to go.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    config::config,
    runner::Browser,
    shop::{Layer, Shop},
};

/// A visitor who counts clicks.
struct Counted<'a> {
    shop: &'a Shop,
    clicks: usize,
}

impl Counted<'_> {
    async fn click(&mut self, layer: Layer, action: &str) -> Result<()> {
        self.clicks += 1;
        self.shop.click(layer, action).await
    }

    async fn click_page(&mut self, selector: &str) -> Result<()> {
        self.clicks += 1;
        self.shop.click_page(selector).await
    }
}

/// From the first layer: one click to refuse as to accept (EDPB 03/2022; CNIL 2020; CCPA regulations 7004; LGPD 8).
pub(super) async fn refusing_costs_what_accepting_costs(browser: Browser) -> Result<()> {
    let mut costs = Vec::new();
    for action in ["accept", "reject"] {
        let (shop, _stand) = Shop::among(&browser, &config(&["analytics", "marketing"])?, &[("/", "", "")]).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        let mut visitor = Counted { shop: &shop, clicks: 0 };
        visitor.click(Layer::First, action).await?;
        shop.misses(Layer::First).await?;
        let state = if action == "accept" { "granted" } else { "denied" };
        for id in ["analytics", "marketing"] {
            ensure!(shop.recorded(id).await? == state, "{action}: {}", shop.record().await?);
        }
        costs.push(visitor.clicks);
    }
    ensure!(costs == [1, 1], "accepting and refusing cost {costs:?} clicks");
    Ok(())
}

/// On every page of the demo, what one click gave one click takes back (GDPR 7(3); PIPL 15).
pub(super) async fn withdrawn_by_one_click_from_every_page(browser: Browser) -> Result<()> {
    let shop = Shop::visit(&browser).await?;
    shop.answer("accept").await?;
    shop.answer_separately("reject").await?;
    for path in ["/", "/product?id=teapot", "/basket", "/zh/", "/zh/basket"] {
        shop.js("placet.acceptAll()", &[]).await?;
        shop.open(path).await?;
        ensure!(!shop.granted().await?.is_empty(), "nothing is granted on {path}");
        shop.click_page("[data-placet-action=withdraw]").await?;
        ensure!(shop.granted().await?.is_empty(), "{:?} are still granted on {path}", shop.granted().await?);
    }
    Ok(())
}

/// Taking back costs no more than giving, from any page (GDPR 7(3); PIPL 15; CNIL 2020): by the link to the settings in two
/// clicks, as many as giving costs there; by a button that the shop puts into its pages in one, as accepting does.
pub(super) async fn withdrawing_costs_no_more_than_giving(browser: Browser) -> Result<()> {
    let config = config(&["analytics", "marketing"])?;
    let own = r#"<button type="button" data-placet-action="withdraw">Withdraw everything</button>"#;
    let pages = [("/", "", ""), ("/basket", "", ""), ("/account", "", own)];
    let (shop, _stand) = Shop::among(&browser, &config, &pages).await?;
    for (path, way) in [("/", "link"), ("/basket", "link"), ("/account", "link"), ("/account", "button")] {
        shop.open("/").await?;
        shop.js("localStorage.clear()", &[]).await?;
        shop.open("/").await?;
        shop.sees(Layer::First).await?;
        let mut giver = Counted { shop: &shop, clicks: 0 };
        if way == "link" {
            giver.click(Layer::First, "choose").await?;
            shop.sees(Layer::Center).await?;
            giver.click(Layer::Center, "accept").await?;
            shop.misses(Layer::Center).await?;
        } else {
            giver.click(Layer::First, "accept").await?;
        }
        shop.misses(Layer::First).await?;
        ensure!(shop.granted().await? == ["analytics", "marketing"], "{:?}", shop.granted().await?);

        shop.open(path).await?;
        let given = giver.clicks;
        let mut taker = Counted { shop: &shop, clicks: 0 };
        if way == "link" {
            taker.click_page("[data-placet-action=open]").await?;
            shop.sees(Layer::Center).await?;
            taker.click(Layer::Center, "withdraw").await?;
            shop.misses(Layer::Center).await?;
        } else {
            taker.click_page("[data-placet-action=withdraw]").await?;
        }
        ensure!(shop.granted().await?.is_empty(), "{:?} are still granted", shop.granted().await?);
        ensure!(taker.clicks <= given, "{way} on {path}: giving costs {given}, taking back {}", taker.clicks);
        shop.sees(Layer::Saved).await.with_context(|| format!("{way} on {path}"))?;
        let record = shop.record().await?;
        ensure!(record["choices"]["analytics"]["choice"] == json!("denied"), "{record}");
    }
    Ok(())
}
