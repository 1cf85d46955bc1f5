//! The pages that are compared: without a banner, with Placet, and with two others as their
//! documentation recommends.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::{notice::Notice, shop::Shop, site::Site};
use crate::places;

/// A page to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// The shop alone.
    None,
    /// The tag that `placet publish` writes for the demo shop.
    Placet,
    /// vanilla-cookieconsent, "Getting started", "HTML": style sheet in the head, a module at the
    /// end of the body that imports the library. `hideFromBots` is off, or it would not show here.
    CookieConsent,
    /// orejime, "Getting started", "Content Delivery Network": script and style sheet in the
    /// head, after `window.orejimeConfig`.
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
            Self::Placet => &["placet-ui", "[data-placet-layer=first]"],
            Self::CookieConsent => &["#cc-main .cm"],
            Self::Orejime => &[".orejime-Banner"],
        }
    }

    /// Puts the page and the banner's files on the site.
    pub(crate) fn put(self, shop: &Shop, notice: &Notice, site: &mut Site) -> Result<()> {
        let page = match self {
            Self::None => shop.with("", "", ""),
            Self::Placet => {
                put_placet(site)?;
                shop.with("<script src=\"/embed/placet.js\"></script>\n", "", "")
            }
            Self::CookieConsent => {
                put_npm(site, self, "3.1.0", &["cookieconsent.css", "cookieconsent.umd.js"])?;
                let settings = notice.for_cookieconsent();
                let config = format!("import './cookieconsent.umd.js';\n\nCookieConsent.run({settings:#});\n");
                site.put("/vanilla-cookieconsent/cookieconsent-config.js", config.as_bytes())?;
                shop.with(
                    "",
                    "<link rel=\"stylesheet\" href=\"/vanilla-cookieconsent/cookieconsent.css\">\n",
                    "<script type=\"module\" src=\"/vanilla-cookieconsent/cookieconsent-config.js\"></script>\n",
                )
            }
            Self::Orejime => {
                put_npm(site, self, "3.2.1", &["orejime-standard-en.js", "orejime-standard.css"])?;
                let settings = notice.for_orejime();
                let head = format!(
                    "<script>window.orejimeConfig = {settings:#};</script>\n\
                     <script src=\"/orejime/orejime-standard-en.js\"></script>\n\
                     <link href=\"/orejime/orejime-standard.css\" rel=\"stylesheet\">\n"
                );
                shop.with("", &head, "")
            }
        };
        site.put(&self.page(), page.as_bytes())
    }
}

/// Publishes the demo shop's config and takes the compressed files as they are.
fn put_placet(site: &mut Site) -> Result<()> {
    let out = TempDir::with_prefix("placet-bench-")?;
    let mut command = Command::new(places::placet()?);
    command.arg("publish").arg(places::root().join("public/demo/placet.json")).arg("--out").arg(out.path());
    let output = command.output().context("cannot run placet")?;
    if !output.status.success() {
        bail!("placet publish failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    for entry in fs::read_dir(out.path())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".br").filter(|name| name.ends_with(".js")) {
            site.put_compressed(&format!("/embed/{name}"), read(&path)?)?;
        }
    }
    Ok(())
}

fn put_npm(site: &mut Site, variant: Variant, version: &str, files: &[&str]) -> Result<()> {
    let package = variant.id();
    let manifest = places::npm(&format!("{package}/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&read(&manifest)?)?;
    if manifest["version"] != version {
        bail!("{package} {} is installed, but {version} is compared", manifest["version"]);
    }
    for file in files {
        let path = places::npm(&format!("{package}/dist/{file}"))?;
        site.put(&format!("{}{file}", variant.files()), &read(&path)?)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
