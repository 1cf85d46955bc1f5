//! The style sheet of a config: its theme as custom properties, and the sheets of what it uses.
//!
//! **Invariant:** every value here was checked: a colour, a length, a list of fonts, and nothing else.

use placet_model::config::{Config, Layout, Position, Scheme, Theme};
use placet_model::look::Palette;

/// The theme as custom properties, and before the sheet that uses them what all sheets share.
pub(super) fn style(config: &Config, sheet: &str) -> String {
    let theme = &config.theme;
    let tokens = placet_widget::TOKENS_CSS;
    let letters = letters(theme);
    // What a page inherits cannot be the value of a custom property.
    let font = if theme.font.as_deref() == Some("inherit") { ":host{font-family:inherit}" } else { "" };
    let [light, dark] = [(Palette::light(theme), Palette::LIGHT), (Palette::dark(theme), own_dark())];
    match theme.scheme {
        Scheme::Light => format!("{}{tokens}{font}{sheet}", block(&(properties(light.0, light.1) + &letters))),
        Scheme::Dark => {
            let properties = block(&(properties(dark.0, dark.1) + &letters));
            format!("{properties}{tokens}{font}{}{sheet}", placet_widget::DARK_CSS)
        }
        Scheme::Auto => {
            // On a dark page the light one's properties hold too: what differs from them is set again.
            let dark = properties(dark.0, under(light, dark.1));
            let light = block(&(properties(light.0, light.1) + &letters));
            let dark = placet_widget::DARK_CSS.replacen('{', &format!("{{{dark}"), 1);
            format!("{light}{tokens}{font}@media (prefers-color-scheme:dark){{{dark}}}{sheet}")
        }
    }
}

/// The sheets of the first layer as the config wants it.
pub(super) fn first_layer_css(config: &Config) -> String {
    let mut sheets = vec![placet_widget::FIRST_LAYER_CSS];
    if config.first_layer.position == Position::Top {
        sheets.push(placet_widget::TOP_CSS);
    }
    match config.theme.layout {
        Layout::Bar => {}
        Layout::Box => sheets.push(placet_widget::BOX_CSS),
        Layout::Centered => sheets.push(placet_widget::CENTERED_CSS),
    }
    if config.theme.logo.is_some() {
        sheets.push(placet_widget::LOGO_CSS);
    }
    sheets.concat()
}

/// What keeps the page clear of the first layer (WCAG 2.4.11): what gets the focus is scrolled to where the layer never is,
/// and below the end of the page there is room to scroll to, on a screen. The handle in the corner cannot be scrolled: it waits.
pub(super) fn clearance(config: &Config) -> String {
    // As far as the first layer can reach, and a little more for the ring around what has the focus.
    let bar = match config.first_layer.position {
        Position::Bottom => room("bottom", 62),
        Position::Top => "html{scroll-padding-top:62vh}".to_owned(),
    };
    let bar = match config.theme.layout {
        // A box in the middle reaches from 20 % of the window to 80 %.
        Layout::Centered => format!("{bar}@media (min-width:561px){{{}}}", room("bottom", 82)),
        Layout::Bar | Layout::Box => bar,
    };
    format!("{bar}placet-settings[floating]{{visibility:hidden}}")
}

fn room(edge: &str, part: u8) -> String {
    format!(
        "html{{scroll-padding-{edge}:{part}vh}}@media screen{{html::after{{content:'';display:block;height:{part}vh}}}}"
    )
}

/// Placet's own colours on a dark page.
fn own_dark() -> Palette {
    Palette::dark(&Theme::default())
}

/// What holds on a dark page before anything is set there: what the light page sets, and Placet's own for the rest.
fn under((light, own_light): (Palette, Palette), own: Palette) -> Palette {
    let pick = |of: fn(&Palette) -> placet_model::colour::Colour| {
        if of(&light) == of(&own_light) { of(&own) } else { of(&light) }
    };
    Palette {
        accent: pick(|palette| palette.accent),
        on_accent: pick(|palette| palette.on_accent),
        ground: pick(|palette| palette.ground),
        ink: pick(|palette| palette.ink),
    }
}

/// The colours that are not as they would be anyway.
fn properties(palette: Palette, anyway: Palette) -> String {
    [
        ("accent", palette.accent, anyway.accent),
        ("on-accent", palette.on_accent, anyway.on_accent),
        ("ground", palette.ground, anyway.ground),
        ("ink", palette.ink, anyway.ink),
    ]
    .into_iter()
    .filter(|(_, colour, anyway)| colour != anyway)
    .map(|(name, colour, _)| format!("--placet-{name}:{};", colour.hex()))
    .collect()
}

/// The corner radius and the font.
fn letters(theme: &Theme) -> String {
    let radius = theme.radius.as_ref().filter(|radius| *radius != "12px");
    let font = theme.font.as_ref().filter(|font| *font != "inherit");
    [("radius", radius), ("font", font)]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("--placet-{name}:{};", value?)))
        .collect()
}

fn block(properties: &str) -> String {
    if properties.is_empty() { String::new() } else { format!(":host{{{properties}}}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_model::check::check;
    use serde_json::{Value, json};

    fn config(theme: Value) -> Config {
        let mut config: Value =
            serde_json::from_str(include_str!("../../../../public/demo/placet.json")).expect("the demo config is JSON");
        config["theme"] = theme;
        let checked = check(&config.to_string()).expect("JSON");
        assert!(!checked.has_errors(), "{:?}", checked.problems);
        checked.config
    }

    #[test]
    fn themes_become_custom_properties() {
        // theme, what comes before the tokens, what stands first in the dark block (none: there is no dark block)
        let rows = [
            (json!({}), "", Some("")),
            (json!({"scheme": "light"}), "", None),
            (json!({"accent": "#0b6e4f", "radius": "12px"}), "", Some("")),
            // A brand that stands out on both, and one that has to be lighter on a dark page.
            (json!({"accent": "#1a775a"}), "--placet-accent:#1a775a;", Some("")),
            (json!({"accent": "#000000"}), "--placet-accent:#000000;", Some("--placet-accent:#696969;")),
            // The ground and the ink of a light page do not hold on a dark one.
            (
                json!({"ground": "#fffaf0", "ink": "#332211"}),
                "--placet-ground:#fffaf0;--placet-ink:#332211;",
                Some("--placet-ground:#1a1f1e;--placet-ink:#eef2f0;"),
            ),
            (json!({"dark": {"ground": "#000000"}}), "", Some("--placet-accent:#0b6e4f;--placet-ground:#000000;")),
            (json!({"scheme": "dark", "dark": {"ink": "#ffffff"}}), "--placet-ink:#ffffff;", Some("")),
            (
                json!({"radius": "0px", "font": "'Noto Sans', serif"}),
                "--placet-radius:0px;--placet-font:'Noto Sans', serif;",
                Some(""),
            ),
            (json!({"font": "inherit"}), "", Some("")),
        ];
        for (theme, first, dark) in rows {
            let css = style(&config(theme.clone()), "SHEET");
            let expected = format!("{}{}", block(first), placet_widget::TOKENS_CSS);
            assert!(css.starts_with(&expected), "{theme}: {css}");
            assert!(css.ends_with("SHEET"), "{theme}: {css}");
            match dark {
                Some(dark) => assert!(css.contains(&format!(":host{{{dark}--accent:")), "{theme}: {css}"),
                None => assert!(!css.contains("color-scheme:dark"), "{theme}: {css}"),
            }
            let inherits = theme["font"] == "inherit";
            assert_eq!(css.contains(":host{font-family:inherit}"), inherits, "{theme}: {css}");
        }
    }

    #[test]
    fn a_page_loads_the_sheets_of_its_layout_alone() {
        for (theme, marks) in [
            (json!({}), [false, false, false]),
            (json!({"layout": "box"}), [true, false, false]),
            (json!({"layout": "centered", "logo": "/logo.svg"}), [false, true, true]),
        ] {
            let css = first_layer_css(&config(theme.clone()));
            let sheets = [placet_widget::BOX_CSS, placet_widget::CENTERED_CSS, placet_widget::LOGO_CSS];
            assert_eq!(sheets.map(|sheet| css.contains(sheet)), marks, "{theme}");
        }
    }
}
