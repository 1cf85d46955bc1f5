//! The pages that nodes are added to: alone, and watched or not by three gates.

use anyhow::Result;

use crate::{
    banners::{self, Markup},
    notice::Notice,
    shop::Shop,
    site::Site,
};

/// A page to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The shop alone.
    None,
    /// The tag that `placet publish` writes for the demo shop.
    Placet,
    /// vanilla-cookieconsent, which does not watch the page.
    CookieConsent,
    /// yett, which does nothing but watch the page for scripts to hold.
    Yett,
}

impl Variant {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Placet, Self::CookieConsent, Self::Yett];

    /// Those that may cost something.
    pub(crate) const GATES: [Self; 3] = [Self::Placet, Self::CookieConsent, Self::Yett];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "no banner",
            Self::Placet => "Placet",
            Self::CookieConsent => "vanilla-cookieconsent 3.1.0",
            Self::Yett => "yett 0.1.13",
        }
    }

    /// The name in JSON and in addresses.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Placet => "placet",
            Self::CookieConsent => "vanilla-cookieconsent",
            Self::Yett => "yett",
        }
    }

    /// The address of the page.
    pub(crate) fn page(self) -> String {
        format!("/{}", self.id())
    }

    /// Puts the page and the gate's files on the site.
    pub(crate) fn put(self, shop: &Shop, notice: &Notice, site: &mut Site) -> Result<()> {
        let mut markup = match self {
            Self::None => Markup::default(),
            Self::Placet => banners::placet(site)?,
            Self::CookieConsent => banners::cookieconsent(site, notice)?,
            Self::Yett => banners::yett(site)?,
        };
        markup.head.push_str("<script src=\"/nodes.js\"></script>\n");
        site.put(&self.page(), shop.with(&markup).as_bytes())
    }
}
