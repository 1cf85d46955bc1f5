//! Placet and the tools that it is compared with: their files on the site, and the markup that
//! their documentation tells a shop to put into its pages.
//!
//! **Invariant:** what is compared has the version that is named, or the bench fails.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{
    notice::{self, Notice},
    places,
    site::Site,
};

/// What a banner adds to a page.
#[derive(Default)]
pub(crate) struct Markup {
    /// At the start of the head.
    pub(crate) first: String,
    /// At the end of the head.
    pub(crate) head: String,
    /// At the end of the body.
    pub(crate) body: String,
}

/// Where Placet's first layer is: selectors, each in the open shadow root of the one before.
pub(crate) const PLACET_LAYER: &[&str] = &["placet-ui", "[data-placet-layer=first]"];

/// Where the first layer of vanilla-cookieconsent is.
pub(crate) const COOKIECONSENT_LAYER: &[&str] = &["#cc-main .cm"];

/// The tag that `placet publish` writes for the demo shop.
pub(crate) fn placet(site: &mut Site) -> Result<Markup> {
    placet_of(site, &notice::demo(), "/embed/")
}

/// The tag that `placet publish` writes for a config, its files at an address.
pub(crate) fn placet_of(site: &mut Site, config: &Path, address: &str) -> Result<Markup> {
    let out = TempDir::with_prefix("placet-bench-")?;
    let mut command = Command::new(places::placet()?);
    command.arg("publish").arg(config).arg("--out").arg(out.path());
    let output = command.output().context("cannot run placet")?;
    if !output.status.success() {
        bail!("placet publish failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    put_published(site, out.path(), address)?;
    Ok(Markup { first: format!("<script src=\"{address}placet.js\"></script>\n"), ..Markup::default() })
}

/// Takes the compressed files as they are.
fn put_published(site: &mut Site, directory: &Path, address: &str) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            put_published(site, &path, &format!("{address}{name}/"))?;
        } else if let Some(name) = name.strip_suffix(".br") {
            site.put_compressed(&format!("{address}{name}"), read(&path)?)?;
        }
    }
    Ok(())
}

/// vanilla-cookieconsent, "Getting started", "HTML": style sheet in the head, a module at the
/// end of the body that imports the library. `hideFromBots` is off, or it would not show here.
pub(crate) fn cookieconsent(site: &mut Site, notice: &Notice) -> Result<Markup> {
    cookieconsent_of(site, notice, "cookieconsent-config.js")
}

/// The same with a config file of this name.
pub(crate) fn cookieconsent_of(site: &mut Site, notice: &Notice, name: &str) -> Result<Markup> {
    put_npm(site, "vanilla-cookieconsent", "3.1.0", &["cookieconsent.css", "cookieconsent.umd.js"])?;
    let settings = notice.for_cookieconsent();
    let config = format!("import './cookieconsent.umd.js';\n\nCookieConsent.run({settings:#});\n");
    site.put(&format!("/vanilla-cookieconsent/{name}"), config.as_bytes())?;
    Ok(Markup {
        head: "<link rel=\"stylesheet\" href=\"/vanilla-cookieconsent/cookieconsent.css\">\n".to_owned(),
        body: format!("<script type=\"module\" src=\"/vanilla-cookieconsent/{name}\"></script>\n"),
        ..Markup::default()
    })
}

/// orejime, "Getting started", "Content Delivery Network": script and style sheet in the head,
/// after `window.orejimeConfig`.
pub(crate) fn orejime(site: &mut Site, notice: &Notice) -> Result<Markup> {
    put_npm(site, "orejime", "3.2.1", &["orejime-standard-en.js", "orejime-standard.css"])?;
    let settings = notice.for_orejime();
    let head = format!(
        "<script>window.orejimeConfig = {settings:#};</script>\n\
         <script src=\"/orejime/orejime-standard-en.js\"></script>\n\
         <link href=\"/orejime/orejime-standard.css\" rel=\"stylesheet\">\n"
    );
    Ok(Markup { head, ..Markup::default() })
}

/// Klaro, "Getting Started": config and script deferred in the head; the script brings its style sheet.
pub(crate) fn klaro_of(site: &mut Site, notice: &Notice, name: &str) -> Result<Markup> {
    put_npm(site, "klaro", "0.7.22", &["klaro.js"])?;
    site.put(&format!("/klaro/{name}"), format!("var klaroConfig = {:#};\n", notice.for_klaro()).as_bytes())?;
    let head =
        format!("<script defer src=\"/klaro/{name}\"></script>\n<script defer src=\"/klaro/klaro.js\"></script>\n");
    Ok(Markup { head, ..Markup::default() })
}

/// yett, "Drop the script": a list of what is not to run, and the script after it, at the start of the head.
pub(crate) fn yett(site: &mut Site) -> Result<Markup> {
    put_npm(site, "yett", "0.1.13", &["yett.min.js"])?;
    let first = "<script>window.YETT_BLACKLIST = [/googletagmanager\\.com/, /connect\\.facebook\\.net/];</script>\n\
                 <script src=\"/yett/yett.min.js\"></script>\n";
    Ok(Markup { first: first.to_owned(), ..Markup::default() })
}

fn put_npm(site: &mut Site, package: &str, version: &str, files: &[&str]) -> Result<()> {
    let manifest = places::npm(&format!("{package}/package.json"))?;
    let manifest: serde_json::Value = serde_json::from_slice(&read(&manifest)?)?;
    if manifest["version"] != version {
        bail!("{package} {} is installed, but {version} is compared", manifest["version"]);
    }
    for file in files {
        let path = places::npm(&format!("{package}/dist/{file}"))?;
        site.put(&format!("/{package}/{file}"), &read(&path)?)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
