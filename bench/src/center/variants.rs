//! The three tools whose preference center is opened, each with few services and with a thousand.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    banners::{self, Markup},
    notice::{self, Notice},
    shop::Shop,
    site::Site,
};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The tag that `placet publish` writes.
    Placet,
    /// Klaro.
    Klaro,
    /// vanilla-cookieconsent.
    CookieConsent,
}

impl Variant {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Placet, Self::Klaro, Self::CookieConsent];

    /// Those that Placet is compared with.
    pub(crate) const RIVALS: [Self; 2] = [Self::Klaro, Self::CookieConsent];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Placet => "Placet",
            Self::Klaro => "Klaro 0.7.22",
            Self::CookieConsent => "vanilla-cookieconsent 3.1.0",
        }
    }

    /// The name in JSON and in addresses.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Placet => "placet",
            Self::Klaro => "klaro",
            Self::CookieConsent => "vanilla-cookieconsent",
        }
    }

    /// Where the first layer is: selectors, each in the open shadow root of the one before.
    pub(crate) fn banner(self) -> &'static [&'static str] {
        match self {
            Self::Placet => banners::PLACET_LAYER,
            Self::Klaro => &["#klaro .cookie-notice"],
            Self::CookieConsent => banners::COOKIECONSENT_LAYER,
        }
    }

    /// Where its button is that opens the center.
    pub(crate) fn choose(self) -> &'static [&'static str] {
        match self {
            Self::Placet => &["placet-ui", "[data-placet-layer=first] [data-placet-action=choose]"],
            Self::Klaro => &["#klaro .cookie-notice .cn-learn-more"],
            Self::CookieConsent => &["#cc-main .cm [data-role=show]"],
        }
    }

    /// Where its button is that accepts all.
    pub(crate) fn accept(self) -> &'static [&'static str] {
        match self {
            Self::Placet => &["placet-ui", "[data-placet-layer=first] [data-placet-action=accept]"],
            Self::Klaro => &["#klaro .cookie-notice .cm-btn-success"],
            Self::CookieConsent => &["#cc-main .cm [data-role=all]"],
        }
    }

    /// Where the center is.
    pub(crate) fn center(self) -> &'static [&'static str] {
        match self {
            Self::Placet => &["placet-ui", "[data-placet-layer=center]"],
            Self::Klaro => &["#klaro .cookie-modal .cm-modal"],
            Self::CookieConsent => &["#cc-main .pm"],
        }
    }

    /// Where its button is that closes it.
    pub(crate) fn close(self) -> &'static [&'static str] {
        match self {
            Self::Placet => &["placet-ui", "[data-placet-layer=center] [data-placet-action=close]"],
            Self::Klaro => &["#klaro .cookie-modal .hide"],
            Self::CookieConsent => &["#cc-main .pm__close-btn"],
        }
    }

    /// Puts the page and the tool's files on the site.
    pub(crate) fn put(self, size: Size, shop: &Shop, site: &mut Site) -> Result<()> {
        let config = size.config()?;
        let notice = Notice::with_services(&config)?;
        let name = format!("{}-config.js", size.id());
        let markup = match self {
            Self::Placet => placet(&config, size, site)?,
            Self::Klaro => banners::klaro_of(site, &notice, &name)?,
            Self::CookieConsent => banners::cookieconsent_of(site, &notice, &name)?,
        };
        site.put(&self.page(size), shop.with(&markup).as_bytes())
    }

    /// The address of the page.
    pub(crate) fn page(self, size: Size) -> String {
        format!("/{}-{}", self.id(), size.id())
    }
}

fn placet(config: &Value, size: Size, site: &mut Site) -> Result<Markup> {
    let directory = TempDir::with_prefix("placet-bench-")?;
    let path = directory.path().join("placet.json");
    fs::write(&path, config.to_string())?;
    banners::placet_of(site, &path, &format!("/embed-{}/", size.id()))
}

/// How much the center has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// What the demo shop has.
    Shop,
    /// The demo shop's purposes with a thousand services in all.
    Thousand,
}

/// How many services the larger center has.
pub(crate) const SERVICES: usize = 1000;

impl Size {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Shop, Self::Thousand];

    /// The name in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shop => "the demo shop's services",
            Self::Thousand => "1,000 services",
        }
    }

    /// The name in JSON and in addresses.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Thousand => "thousand",
        }
    }

    /// The config of a shop of this size.
    fn config(self) -> Result<Value> {
        let mut config = notice::demo_config()?;
        if self == Self::Thousand {
            let purposes = config["purposes"].as_array().context("the demo's config has no purposes")?;
            let asked: Vec<Value> = purposes
                .iter()
                .filter(|purpose| purpose["basis"] == "consent")
                .map(|purpose| purpose["id"].clone())
                .collect();
            let services = (1..=SERVICES).map(|number| service(number, &asked[number % asked.len()]));
            config["services"] = services.collect();
        }
        Ok(config)
    }
}

fn service(number: usize, purpose: &Value) -> Value {
    json!({
        "id": format!("service-{number}"),
        "purpose": purpose,
        "name": format!("Service {number}"),
        "hosts": [format!("service-{number}.example")],
        "cookies": [{ "name": format!("service_{number}"), "storage": "cookie", "retention": "P1Y" }],
    })
}
