//! The pages of a visitor who has accepted: the same six tags, free, and held by two gates.

use std::time::Duration;

use anyhow::Result;

use crate::{
    banners::{self, Markup},
    notice::Notice,
    shop::Shop,
    site::Site,
};

/// Whose tags they are: purposes of the demo's config that "Accept all" grants.
const PURPOSES: [&str; 6] = ["analytics", "analytics", "recommendations", "recommendations", "marketing", "marketing"];

/// How many tags a page has.
pub(crate) const TAGS: usize = PURPOSES.len();

/// How long the server takes for each tag on the pages of a first visit.
pub(crate) const DELAY: Duration = Duration::from_millis(200);

/// A page to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Plain tags, and nothing that asks.
    Ungated,
    /// Tags marked for Placet.
    Placet,
    /// Tags marked for vanilla-cookieconsent, as "How to manage scripts" in its documentation says.
    CookieConsent,
}

impl Variant {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Ungated, Self::Placet, Self::CookieConsent];

    /// Those that ask.
    pub(crate) const GATES: [Self; 2] = [Self::Placet, Self::CookieConsent];

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ungated => "ungated",
            Self::Placet => "Placet",
            Self::CookieConsent => "vanilla-cookieconsent 3.1.0",
        }
    }

    /// The name in JSON and in addresses.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Ungated => "ungated",
            Self::Placet => "placet",
            Self::CookieConsent => "vanilla-cookieconsent",
        }
    }

    /// The page that a returning visitor loads.
    pub(crate) fn page(self) -> String {
        format!("/{}", self.id())
    }

    /// The page of a first visit, whose tags are answered late.
    pub(crate) fn first_page(self) -> String {
        format!("/{}-first", self.id())
    }

    /// Where the first layer is.
    pub(crate) fn banner(self) -> &'static [&'static str] {
        match self {
            Self::Ungated => &[],
            Self::Placet => banners::PLACET_LAYER,
            Self::CookieConsent => banners::COOKIECONSENT_LAYER,
        }
    }

    /// Where its button is that accepts all.
    pub(crate) fn accept(self) -> &'static [&'static str] {
        match self {
            Self::Ungated => &[],
            Self::Placet => &["placet-ui", "[data-placet-layer=first] [data-placet-action=accept]"],
            Self::CookieConsent => &["#cc-main .cm [data-role=all]"],
        }
    }

    /// Puts the pages and the files of the gate on the site.
    pub(crate) fn put(self, shop: &Shop, notice: &Notice, site: &mut Site) -> Result<()> {
        let Markup { first, head, body } = match self {
            Self::Ungated => Markup::default(),
            Self::Placet => banners::placet(site)?,
            Self::CookieConsent => banners::cookieconsent(site, notice)?,
        };
        let with = |tags: String| {
            let (first, head, body) = (first.clone(), format!("{head}{tags}"), body.clone());
            shop.with(&Markup { first, head, body })
        };
        site.put(&self.page(), with(self.tags("tags", " async")).as_bytes())?;
        // Tags that keep their order: the harder case for who wants to start them together.
        site.put(&self.first_page(), with(self.tags("late", "")).as_bytes())
    }

    fn tags(self, directory: &str, attribute: &str) -> String {
        let tag = |(number, purpose): (usize, &str)| {
            let address = format!("/{directory}/{}.js", number + 1);
            match self {
                Self::Ungated => format!("<script src=\"{address}\"{attribute}></script>\n"),
                Self::Placet => format!(
                    "<script type=\"text/plain\" data-placet=\"{purpose}\" data-src=\"{address}\"{attribute}></script>\n"
                ),
                Self::CookieConsent => format!(
                    "<script type=\"text/plain\" data-category=\"{purpose}\" data-src=\"{address}\"{attribute}></script>\n"
                ),
            }
        };
        PURPOSES.into_iter().enumerate().map(tag).collect()
    }
}

/// Puts the tags on the site: each notes when it ran.
pub(crate) fn put_tags(site: &mut Site) -> Result<()> {
    for number in 1..=TAGS {
        let note =
            format!("(window.placetBenchTags = window.placetBenchTags || []).push(performance.now()); // {number}\n");
        site.put(&format!("/tags/{number}.js"), note.as_bytes())?;
        site.put_late(&format!("/late/{number}.js"), note.as_bytes(), DELAY)?;
    }
    Ok(())
}

/// An expression that is true in the page once all tags have run and it has loaded.
pub(crate) fn all_ran() -> String {
    format!("document.readyState === 'complete' && (window.placetBenchTags || []).length === {TAGS}")
}
