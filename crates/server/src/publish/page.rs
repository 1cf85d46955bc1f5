//! The notice on a page of its own, in the colours of the theme.
//!
//! **Invariant:** the page may load nothing but pictures, runs nothing, and is drawn by the one style sheet whose hash its
//! policy names; the policy goes with the page itself too, for hosts that send none.

use super::{Snapshot, base64};
use placet_model::colour::Colour;
use placet_model::config::{Colours, Config, Scheme};
use placet_model::json;
use placet_model::labels::labels;
use placet_model::notice::{NOTICE_VERSION, Notice};
use placet_model::tree::{Read, Write};
use placet_widget::NoticePageProps;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What the pages of one config have in common.
#[derive(Debug, Clone)]
pub struct Pages {
    style: String,
    policy: String,
    logo: Option<String>,
}

impl Pages {
    /// The looks that a config asks for.
    pub fn new(config: &Config) -> Self {
        let style = style(config);
        let sheet = base64(&Sha256::digest(&style));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{sheet}'; img-src 'self' https:; base-uri 'none'; form-action 'none'"
        );
        Pages { style, policy, logo: config.theme.logo.clone() }
    }

    /// The page of a snapshot, with links to `others`, the same version in other languages; none where its text is no
    /// notice of a form that we know.
    pub fn html(&self, text: &str, hash: &str, others: &[Snapshot]) -> Option<String> {
        let others = others.iter().filter(|other| other.hash != hash);
        Some(placet_widget::notice_page_html(NoticePageProps {
            notice: read(text)?,
            hash: hash.to_owned(),
            others: others.map(|other| (other.lang.clone(), other.hash.clone())).collect(),
            style: self.style.clone(),
            policy: self.policy.clone(),
            logo: self.logo.clone(),
        }))
    }

    /// The `Content-Security-Policy` that the page is served with.
    pub fn policy(&self) -> String {
        format!("{}; frame-ancestors 'none'", self.policy)
    }
}

/// Where the page of a notice lies, beside its snapshot.
pub fn page_path(hash: &str) -> String {
    format!("notice/{}.html", hash.trim_start_matches("sha256:"))
}

/// Reads a snapshot that may be older than this program: texts that it does not have are left out, and headings that it does
/// not have are today's.
fn read(text: &str) -> Option<Notice> {
    let mut tree = json::parse(text).ok()?;
    let known = tree["v"].as_u64()? <= u64::from(NOTICE_VERSION);
    if !known || !tree["purposes"].is_array() {
        return None;
    }
    let Value::Object(mut headings) = labels(tree["lang"].as_str()?).write::<Value>() else { return None };
    if let Some(Value::Object(own)) = tree.get("labels") {
        headings.extend(
            own.iter().filter(|(_, label)| label.is_string()).map(|(name, label)| (name.clone(), label.clone())),
        );
    }
    tree["labels"] = headings.into();
    // What is missing is an empty text; the page is for reading, not for checking.
    Some(Notice::read(&tree, &mut 0))
}

const LIGHT: Palette =
    Palette { accent: Colour([0x0b, 0x6e, 0x4f]), ground: Colour::WHITE, ink: Colour([0x1b, 0x1f, 0x1e]) };
const DARK: Palette =
    Palette { accent: LIGHT.accent, ground: Colour([0x1a, 0x1f, 0x1e]), ink: Colour([0xee, 0xf2, 0xf0]) };

#[derive(Debug, Clone, Copy)]
struct Palette {
    accent: Colour,
    ground: Colour,
    ink: Colour,
}

impl Palette {
    fn with(self, [accent, ground, ink]: [&Option<String>; 3]) -> Self {
        let or = |own: &Option<String>, usual| own.as_deref().and_then(Colour::parse).unwrap_or(usual);
        Palette { accent: or(accent, self.accent), ground: or(ground, self.ground), ink: or(ink, self.ink) }
    }

    /// The colours as custom properties. Links and what is set softer stay readable whatever the theme says
    /// (WCAG 2.2, 1.4.3): they go towards the ink until they are.
    fn properties(self) -> String {
        let Palette { accent, ground, ink } = self;
        let readable = |from: Colour, most: u32| {
            let steps = (0..=most).rev().step_by(5).map(|share| from.mixed(share, ink));
            steps.into_iter().find(|colour| colour.contrast(ground) >= 4.6).unwrap_or(ink)
        };
        let named = [
            ("ground", ground),
            ("ink", ink),
            ("link", readable(accent, 100)),
            ("soft", readable(ground, 30)),
            ("line", ground.mixed(82, ink)),
        ];
        named.map(|(name, colour)| format!("--{name}:{};", colour.hex())).concat()
    }
}

/// The whole sheet: colours and letters of the theme, then the page's own.
fn style(config: &Config) -> String {
    let theme = &config.theme;
    let light = LIGHT.with([&theme.accent, &theme.ground, &theme.ink]).properties();
    let dark = theme.dark.clone().unwrap_or_default();
    let Colours { accent, ground, ink, .. } = &dark;
    let dark = DARK.with([if accent.is_some() { accent } else { &theme.accent }, ground, ink]).properties();
    let colours = match theme.scheme {
        Scheme::Light => format!(":root{{{light}color-scheme:light}}"),
        Scheme::Dark => format!(":root{{{dark}color-scheme:dark}}"),
        Scheme::Auto => {
            format!(":root{{{light}color-scheme:light dark}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}")
        }
    };
    // Nobody prints a dark page.
    let paper = Palette { ink: Colour([0; 3]), ..LIGHT }.properties();
    let font = theme.font.as_deref().filter(|font| *font != "inherit" && is_font(font));
    let font = font.map(|font| format!(":root{{--font:{font}}}")).unwrap_or_default();
    format!("{colours}{font}@media print{{:root{{{paper}color-scheme:light}}}}{}", placet_widget::PAGE_CSS)
}

/// Whether a text is a list of font families and can end neither the rule nor the sheet.
fn is_font(text: &str) -> bool {
    text.chars().all(|sign| sign.is_alphanumeric() || " ,-_'\"".contains(sign))
        && text.matches('"').count().is_multiple_of(2)
        && text.matches('\'').count().is_multiple_of(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_model::config::Theme;

    fn sheet(theme: Theme) -> String {
        style(&Config { theme, ..Config::default() })
    }

    /// WCAG 2.2, 1.4.3: words on the page are readable under every theme, whatever its accent.
    #[test]
    fn words_are_readable_under_every_accent() {
        for accent in ["#0b6e4f", "#ffd600", "#ffffff", "#000000", "#ff3b30", "#8ab4f8"] {
            for palette in [LIGHT, DARK] {
                let told = palette.with([&Some(accent.to_owned()), &None, &None]).properties();
                for name in ["link", "soft", "ink"] {
                    let at = told.find(&format!("--{name}:")).expect("there") + name.len() + 3;
                    let colour = Colour::parse(&told[at..at + 7]).expect("a colour");
                    assert!(colour.contrast(palette.ground) >= 4.5, "{name} with {accent}: {told}");
                }
            }
        }
    }

    #[test]
    fn the_theme_reaches_the_sheet_and_no_further() {
        let some = |text: &str| Some(text.to_owned());
        let dark = Some(Colours { ground: some("#101010"), ..Colours::default() });
        let told =
            sheet(Theme { ground: some("#fffaf0"), dark, font: some("\"Noto Serif\", serif"), ..Theme::default() });
        for own in ["--ground:#fffaf0;", "--ground:#101010;", "--font:\"Noto Serif\", serif}"] {
            assert!(told.contains(own), "{own}: {told}");
        }
        for font in ["x}</style><script>", "x;color:red", "\"x", "inherit", "url(x)", "a\\b"] {
            assert!(!sheet(Theme { font: some(font), ..Theme::default() }).contains("--font:"), "{font}");
        }
        assert!(!sheet(Theme { scheme: Scheme::Light, ..Theme::default() }).contains("prefers-color-scheme"));
    }
}
