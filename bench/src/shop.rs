//! The page that all banners are measured on: the demo shop's home page without its tags.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{banners::Markup, places, site::Site};

/// The demo's home page, ready for a banner.
pub(crate) struct Shop {
    page: String,
}

impl Shop {
    /// Reads the page and leaves out what belongs to a banner or obeys one: the tag, the held
    /// tags, and the strip that shows what they do.
    pub(crate) fn read() -> Result<Self> {
        let demo = places::root().join("public/demo");
        let (frame, page) = (read(&demo.join("frame.html"))?, read(&demo.join("index.html"))?);
        let Some((head, main)) = page.split_once("<!-- main -->\n") else {
            bail!("the demo's page has changed: its content was not found");
        };
        let page = frame.replacen("{{head}}\n", head, 1).replacen("{{main}}\n", main, 1);
        let mut page: String =
            fill(&page).lines().filter(|line| !is_tag(line)).map(|line| format!("{line}\n")).collect();
        let (Some(from), Some(to)) = (page.find("<aside class=\"running\""), page.find("</aside>")) else {
            bail!("the demo's page has changed: its strip was not found");
        };
        page.replace_range(from..to + "</aside>".len(), "");
        if page.matches("</head>").count() != 1 || page.matches("</body>").count() != 1 || page.contains("{{") {
            bail!("the demo's page has changed: the bench does not know where to put a banner");
        }
        Ok(Self { page })
    }

    /// The page without the shop's own scripts, which would drown what a banner's take.
    pub(crate) fn without_scripts(mut self) -> Result<Self> {
        let is_own = |line: &str| line.trim().starts_with("<script src=\"/assets/");
        self.page = self.page.lines().filter(|line| !is_own(line)).map(|line| format!("{line}\n")).collect();
        if self.page.contains("<script") {
            bail!("the demo's page has changed: it has scripts that the bench does not know");
        }
        Ok(self)
    }

    /// The page with a banner's markup.
    pub(crate) fn with(&self, markup: &Markup) -> String {
        let Markup { first, head, body } = markup;
        let viewport = "<meta name=\"viewport\"";
        self.page
            .replacen(viewport, &format!("{first}{viewport}"), 1)
            .replacen("</head>", &format!("{head}</head>"), 1)
            .replacen("</body>", &format!("{body}</body>"), 1)
    }

    /// Puts the pictures, styles and scripts of the shop on the site.
    pub(crate) fn put_assets(site: &mut Site) -> Result<()> {
        let directory = places::root().join("public/demo/assets");
        for entry in fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            site.put(&format!("/assets/{name}"), fill(&read(&path)?).as_bytes())?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A line that holds nothing but a tag which a banner would hold back, Placet's own, or the strip's script.
fn is_tag(line: &str) -> bool {
    let line = line.trim();
    let is_script = line.starts_with("<script") && line.ends_with("</script>");
    is_script
        && (line.contains("data-placet=") || line.contains("/embed/placet.js") || line.contains("/assets/strip.js"))
}

fn fill(text: &str) -> String {
    // The last four are of other pages than the first.
    ["{{placet}}", "{{third-party}}", " {{nonce}}", "{{page}}", " {{at-account}}", " {{at-basket}}", "{{tags}}"]
        .iter()
        .fold(text.to_owned(), |text, mark| text.replace(mark, ""))
}
