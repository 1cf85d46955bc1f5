//! The colours that a theme comes to: what the config sets, and Placet's own for the rest.
//!
//! **Invariant:** the colours here are those of `style/tokens.css` and `style/dark.css`; a test reads the sheets.

use crate::colour::Colour;
use crate::config::{Scheme, Theme};

/// What is readable: words on what is behind them (WCAG 2.2, 1.4.3).
pub const WORDS: f64 = 4.5;

/// What can be made out: a control or a focus ring beside what is around it (WCAG 2.2, 1.4.11).
pub const CONTROLS: f64 = 3.0;

/// How much of the ink is in softer words and in the borders of controls, in percent.
pub const SOFT: u32 = 72;

/// How much of the accent is in a link on a dark page, in percent; the rest is ink.
pub const DARK_LINK: u32 = 45;

/// The four colours of a theme; everything else that is drawn is mixed of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind buttons and switches that are on.
    pub accent: Colour,
    /// The words on buttons.
    pub on_accent: Colour,
    /// Behind the words.
    pub ground: Colour,
    /// The words.
    pub ink: Colour,
}

impl Palette {
    /// Placet's own colours on a light page.
    pub const LIGHT: Palette = Palette {
        accent: Colour([0x0b, 0x6e, 0x4f]),
        on_accent: Colour([255; 3]),
        ground: Colour([255; 3]),
        ink: Colour([0x1b, 0x1f, 0x1e]),
    };

    /// Placet's own ground and ink on a dark page; the accent is the light one as far as it stands out.
    pub const DARK: Palette =
        Palette { ground: Colour([0x1a, 0x1f, 0x1e]), ink: Colour([0xee, 0xf2, 0xf0]), ..Palette::LIGHT };

    /// What a theme shows on a light page.
    pub fn light(theme: &Theme) -> Palette {
        Palette {
            accent: or(&theme.accent, Self::LIGHT.accent),
            on_accent: or(&theme.on_accent, Self::LIGHT.on_accent),
            ground: or(&theme.ground, Self::LIGHT.ground),
            ink: or(&theme.ink, Self::LIGHT.ink),
        }
    }

    /// What a theme shows on a dark page. A brand's colour goes over to it, lighter where it would not stand out;
    /// the ground and the ink of a light page do not.
    pub fn dark(theme: &Theme) -> Palette {
        let light = Self::light(theme);
        let own = theme.dark.clone().unwrap_or_default();
        let palette = Palette {
            accent: or(&own.accent, light.accent),
            on_accent: or(&own.on_accent, light.on_accent),
            ground: or(&own.ground, Self::DARK.ground),
            ink: or(&own.ink, Self::DARK.ink),
        };
        if own.accent.is_some() { palette } else { palette.standing_out() }
    }

    /// Softer words, and the borders of controls.
    pub fn soft(&self) -> Colour {
        self.ink.mixed(SOFT, self.ground)
    }

    /// Links and the focus ring, on a dark page or a light one.
    pub fn link(&self, dark: bool) -> Colour {
        if dark { self.accent.mixed(DARK_LINK, self.ink) } else { self.accent }
    }

    /// The same with an accent that is as much lighter as it takes to be made out; as it was where its words would not
    /// be readable any more.
    fn standing_out(self) -> Palette {
        let lighter = (0..=100).rev().map(|part| self.accent.mixed(part, Colour::WHITE));
        let fits =
            |accent: &Colour| accent.contrast(self.ground) >= CONTROLS && accent.contrast(self.on_accent) >= WORDS;
        Palette { accent: lighter.into_iter().find(fits).unwrap_or(self.accent), ..self }
    }
}

/// The palettes that visitors may meet, each with its name in the config; what is not there is the theme itself.
pub fn palettes(theme: &Theme) -> Vec<(Option<&'static str>, Palette)> {
    let light = (theme.scheme != Scheme::Dark).then(|| (None, Palette::light(theme)));
    let dark = (theme.scheme != Scheme::Light).then(|| (Some("dark"), Palette::dark(theme)));
    light.into_iter().chain(dark).collect()
}

/// A colour of the config; what is no colour is told by `check`, and not judged further.
fn or(text: &Option<String>, own: Colour) -> Colour {
    text.as_deref().and_then(Colour::parse).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value of a custom property in a sheet, or what stands for it where a page has not set it.
    fn value<'a>(sheet: &'a str, property: &str) -> &'a str {
        let (_, rest) = sheet.split_once(&format!("--{property}: ")).expect(property);
        let value = rest.split(';').next().expect(property);
        let own = format!("var(--placet-{property}, ");
        value.strip_prefix(own.as_str()).and_then(|value| value.strip_suffix(')')).unwrap_or(value)
    }

    #[test]
    fn the_sheets_have_these_colours() {
        let (tokens, dark) = (include_str!("../../../style/tokens.css"), include_str!("../../../style/dark.css"));
        let theme = Theme::default();
        let (on_light, on_dark) = (Palette::light(&theme), Palette::dark(&theme));
        for (sheet, property, colour) in [
            (tokens, "accent", on_light.accent),
            (tokens, "on-accent", on_light.on_accent),
            (tokens, "ground", on_light.ground),
            (tokens, "ink", on_light.ink),
            (dark, "accent", on_dark.accent),
            (dark, "ground", on_dark.ground),
            (dark, "ink", on_dark.ink),
        ] {
            let short = value(sheet, property);
            let long = if short == "#fff" { "#ffffff" } else { short };
            assert_eq!(long, colour.hex(), "{property}");
        }
        assert_eq!(value(tokens, "soft"), format!("color-mix(in srgb, var(--ink) {SOFT}%, var(--ground))"));
        assert_eq!(value(tokens, "link"), "var(--accent)");
        assert_eq!(value(dark, "link"), format!("color-mix(in srgb, var(--accent) {DARK_LINK}%, var(--ink))"));
    }

    #[test]
    fn a_brand_stands_out_on_a_dark_page() {
        // accent, onAccent, the accent on a dark page
        for (accent, on_accent, expected) in [
            ("#0b6e4f", "#ffffff", true),
            ("#000000", "#ffffff", true),
            ("#7a0019", "#ffffff", true),
            ("#ffd400", "#000000", true),
            // On this one white can hardly be read: it cannot be lighter, and need not be.
            ("#767676", "#ffffff", true),
        ] {
            let theme = Theme { accent: Some(accent.into()), on_accent: Some(on_accent.into()), ..Theme::default() };
            let palette = Palette::dark(&theme);
            let stands_out = palette.accent.contrast(palette.ground) >= CONTROLS
                && palette.accent.contrast(palette.on_accent) >= WORDS;
            assert_eq!(stands_out, expected, "{accent}: {}", palette.accent.hex());
        }
        // What is set is left as it is.
        let own = crate::config::Colours { accent: Some("#0b6e4f".into()), ..Default::default() };
        assert_eq!(Palette::dark(&Theme { dark: Some(own), ..Theme::default() }).accent, Palette::LIGHT.accent);
    }
}
