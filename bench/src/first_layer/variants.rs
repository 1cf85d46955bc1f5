//! The pages that are compared: without a banner, with Placet, and with two others as their
//! documentation recommends.

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
    /// vanilla-cookieconsent.
    CookieConsent,
    /// orejime.
    Orejime,
}

impl Variant {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::None, Self::Placet, Self::CookieConsent, Self::Orejime];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "no banner",
            Self::Placet => "Placet",
            Self::CookieConsent => "vanilla-cookieconsent 3.1.0",
            Self::Orejime => "orejime 3.2.1",
        }
    }

    /// The name in JSON and in the names of files.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Placet => "placet",
            Self::CookieConsent => "vanilla-cookieconsent",
            Self::Orejime => "orejime",
        }
    }

    /// The address of the page.
    pub(crate) fn page(self) -> String {
        format!("/{}", self.id())
    }

    /// What the addresses of the banner's files begin with; empty where there is none.
    pub(crate) fn files(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Placet => "/embed/",
            Self::CookieConsent => "/vanilla-cookieconsent/",
            Self::Orejime => "/orejime/",
        }
    }

    /// Where the banner's element is: selectors, each in the open shadow root of the one before.
    pub(crate) fn banner(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Placet => banners::PLACET_LAYER,
            Self::CookieConsent => banners::COOKIECONSENT_LAYER,
            Self::Orejime => &[".orejime-Banner"],
        }
    }

    /// Puts the page and the banner's files on the site.
    pub(crate) fn put(self, shop: &Shop, notice: &Notice, site: &mut Site) -> Result<()> {
        let markup = match self {
            Self::None => Markup::default(),
            Self::Placet => banners::placet(site)?,
            Self::CookieConsent => banners::cookieconsent(site, notice)?,
            Self::Orejime => banners::orejime(site, notice)?,
        };
        site.put(&self.page(), shop.with(&markup).as_bytes())
    }
}
