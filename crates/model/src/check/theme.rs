//! The looks: what can be read, what can be seen, and what cannot break the sheet that it is put into.

use super::Walk;
use super::values::is_or_is_below;
use crate::colour::Colour;
use crate::config::{Colours, Theme};
use crate::look::{CONTROLS, DARK_LINK, Palette, SOFT, WORDS, palettes};
use crate::url::is_safe_link;

/// What is drawn on what, how much contrast it needs, and which colours of the config it comes from.
struct Pair {
    what: String,
    colour: Colour,
    on: Colour,
    needed: f64,
    source: &'static str,
    members: [&'static str; 2],
}

impl Walk<'_> {
    pub(super) fn theme(&mut self) {
        let theme = &self.config.theme;
        self.at("theme", |w| {
            w.logo(theme.logo.as_deref());
            w.font(theme.font.as_deref());
            w.radius(theme.radius.as_deref());
            let light = w.colours(&colours(theme));
            let dark = theme.dark.as_ref().is_none_or(|dark| {
                let mut good = true;
                w.at("dark", |w| good = w.colours(dark));
                good
            });
            if light && dark {
                w.contrasts(theme);
            }
        });
    }

    /// Whether all of them are colours.
    fn colours(&mut self, colours: &Colours) -> bool {
        let mut good = true;
        for (name, text) in named(colours) {
            let Some(text) = text.filter(|text| Colour::parse(text).is_none()) else { continue };
            good = false;
            self.at(name, |w| {
                w.problems.error(
                    "invalid-colour",
                    format!("“{text}” is not a colour."),
                    "Write six hexadecimal digits: \"#0b6e4f\".",
                );
            });
        }
        good
    }

    /// Whether everything can be read and made out, in each scheme that visitors may meet.
    fn contrasts(&mut self, theme: &Theme) {
        let mut told: Vec<(Colour, Colour)> = Vec::new();
        for (scheme, palette) in palettes(theme) {
            for pair in failing(&palette, scheme.is_some()) {
                // What is the same in both schemes is told once.
                if told.contains(&(pair.colour, pair.on)) {
                    continue;
                }
                told.push((pair.colour, pair.on));
                let (place, set) = place(theme, scheme, pair.members);
                let page = if scheme.is_some() { " on a dark page" } else { "" };
                let message = format!(
                    "{}{page}: {} on {} has a contrast of {:.2}:1; {}:1 is needed (WCAG 2.2, {}).",
                    pair.what,
                    pair.colour.hex(),
                    pair.on.hex(),
                    // Never rounded up to what is needed.
                    (pair.colour.contrast(pair.on) * 100.0).floor() / 100.0,
                    pair.needed,
                    pair.source
                );
                let hint = match (scheme, set) {
                    (Some(_), "accent") => {
                        "Set an \"accent\" under \"dark\" that stands out there, and \"onAccent\" to go with it."
                            .to_owned()
                    }
                    _ => format!("Change \"{}\" or \"{}\".", pair.members[0], pair.members[1]),
                };
                self.below(&place, &mut |w| w.problems.error("low-contrast", &*message, &*hint));
            }
        }
    }

    fn below(&mut self, steps: &[&str], tell: &mut dyn FnMut(&mut Walk)) {
        match steps {
            [] => tell(self),
            [step, rest @ ..] => self.at(step, |w| w.below(rest, tell)),
        }
    }

    fn logo(&mut self, logo: Option<&str>) {
        let Some(address) = logo else { return };
        let host =
            address.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#', ':']).next().unwrap_or_default());
        let site = self.config.site.split(':').next().unwrap_or_default();
        self.at("logo", |w| {
            if !is_safe_link(address) || !(address.starts_with('/') || host.is_some()) {
                w.problems.error(
                    "invalid-link",
                    format!("“{address}” cannot be the address of a logo."),
                    "Write an https: address, or a path of your site that begins with /.",
                );
            } else if host.is_some_and(|host| !is_or_is_below(host, site)) {
                w.problems.warn(
                    "logo-elsewhere",
                    format!("The logo comes from another host than “{site}”, which learns of each visitor before any choice."),
                    "Put the file on your own host and write its path.",
                );
            }
        });
    }

    fn font(&mut self, font: Option<&str>) {
        let Some(font) = font.filter(|font| !is_font(font)) else { return };
        self.at("font", |w| {
            w.problems.error(
                "invalid-font",
                format!("“{font}” is not a list of font families."),
                "Write families with commas between them, such as \"'Noto Sans', sans-serif\", or \"inherit\" for the page's own.",
            );
        });
    }

    fn radius(&mut self, radius: Option<&str>) {
        self.at("radius", |w| {
            let pixels = radius.map(|text| text.strip_suffix("px").and_then(|n| n.parse::<u8>().ok()));
            if pixels.is_some_and(|pixels| pixels.is_none_or(|n| n > 32)) {
                w.problems.error(
                    "invalid-length",
                    "This is not a corner radius.",
                    "Write 0px to 32px, for example \"12px\".",
                );
            }
        });
    }
}

/// What cannot be read or made out: of what hangs together, the first.
fn failing(palette: &Palette, dark: bool) -> Vec<Pair> {
    let Palette { accent, on_accent, ground, ink } = *palette;
    let pair = |what: &str, colour, on, needed, members| Pair {
        what: what.to_owned(),
        colour,
        on,
        needed,
        source: if needed < WORDS { "1.4.11" } else { "1.4.3" },
        members,
    };
    let softer = format!("Softer words and the borders of controls ({SOFT} % of the ink)");
    let links = match dark {
        true => format!("Links and the focus ring ({DARK_LINK} % of the accent, the rest ink)"),
        false => "Links and the focus ring".to_owned(),
    };
    [
        vec![
            pair("Words", ink, ground, WORDS, ["ink", "ground"]),
            pair(&softer, palette.soft(), ground, WORDS, ["ink", "ground"]),
        ],
        vec![pair("Words on buttons", on_accent, accent, WORDS, ["accent", "onAccent"])],
        vec![
            pair("Buttons and switches", accent, ground, CONTROLS, ["accent", "ground"]),
            pair(&links, palette.link(dark), ground, WORDS, ["accent", "ground"]),
        ],
    ]
    .into_iter()
    .filter_map(|group| group.into_iter().find(|pair| pair.colour.contrast(pair.on) < pair.needed))
    .collect()
}

/// The first of two colours that the config sets, as steps below the theme, and its name. What is set for the dark page
/// comes first there; of a light page's colours two go over to it.
fn place(theme: &Theme, scheme: Option<&'static str>, members: [&'static str; 2]) -> (Vec<&'static str>, &'static str) {
    let set = |colours: &Colours, names: &[&'static str]| {
        let all = named(colours);
        names.iter().copied().find(|name| all.iter().any(|(known, text)| known == name && text.is_some()))
    };
    let own = scheme.zip(set(&theme.dark.clone().unwrap_or_default(), &members));
    if let Some((scheme, name)) = own {
        return (vec![scheme, name], name);
    }
    let shared: Vec<_> =
        members.into_iter().filter(|name| scheme.is_none() || matches!(*name, "accent" | "onAccent")).collect();
    match set(&colours(theme), &shared) {
        Some(name) => (vec![name], name),
        None => (vec![], members[0]),
    }
}

/// The colours of a light page.
fn colours(theme: &Theme) -> Colours {
    Colours {
        accent: theme.accent.clone(),
        on_accent: theme.on_accent.clone(),
        ground: theme.ground.clone(),
        ink: theme.ink.clone(),
    }
}

fn named(colours: &Colours) -> [(&'static str, Option<&str>); 4] {
    let Colours { accent, on_accent, ground, ink } = colours;
    [
        ("accent", accent.as_deref()),
        ("onAccent", on_accent.as_deref()),
        ("ground", ground.as_deref()),
        ("ink", ink.as_deref()),
    ]
}

/// Whether this is a list of font families that can be put into a sheet: names, in quotation marks or as words of CSS.
fn is_font(text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let is_word = |word: &str| word.starts_with(|c: char| c.is_alphabetic() || c == '-') && word.chars().all(is_part);
    let is_family = |family: &str| {
        let quoted = ['"', '\''].iter().find_map(|mark| family.strip_prefix(*mark)?.strip_suffix(*mark));
        match quoted {
            Some(name) => !name.trim().is_empty() && name.chars().all(|c| is_part(c) || c == ' '),
            // Such a word alone is no family, and would take the place of the whole list.
            None if ["inherit", "initial", "unset", "revert", "revert-layer", "default"].contains(&family) => false,
            None => !family.is_empty() && family.split(' ').all(is_word),
        }
    };
    text == "inherit" || (text.len() <= 200 && text.split(',').all(|family| is_family(family.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts() {
        for (text, good) in [
            ("inherit", true),
            ("sans-serif", true),
            ("Georgia, 'Times New Roman', serif", true),
            ("\"Noto Sans SC\", 微软雅黑, -apple-system, system-ui", true),
            ("", false),
            ("Arial,", false),
            ("Arial; color: red", false),
            ("Arial}*{display:none", false),
            ("'Noto Sans", false),
            ("'a\"b'", false),
            ("url(https://evil.example/f)", false),
            ("var(--x)", false),
            ("7up", false),
            ("inherit, serif", false),
            ("initial", false),
            ("a\\b", false),
            ("a\nb", false),
        ] {
            assert_eq!(is_font(text), good, "{text:?}");
        }
    }
}
