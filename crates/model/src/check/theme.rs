//! The looks: what can be read, and what can be seen.

use super::Walk;
use crate::colour::Colour;

impl Walk<'_> {
    pub(super) fn theme(&mut self) {
        let theme = &self.config.theme;
        self.at("theme", |w| {
            w.at("accent", |w| match theme.accent.as_deref().map(|text| (text, Colour::parse(text))) {
                None => {}
                Some((text, None)) => w.problems.error(
                    "invalid-colour",
                    format!("“{text}” is not a colour."),
                    "Write six hexadecimal digits: \"#0b6e4f\".",
                ),
                Some((text, Some(colour))) => {
                    let contrast = colour.contrast(Colour::WHITE);
                    if contrast < 4.5 {
                        w.problems.error(
                            "low-contrast",
                            format!("White text on “{text}” has a contrast of {contrast:.2}:1; 4.5:1 is needed (WCAG 2.2, 1.4.3)."),
                            "Choose a darker colour.",
                        );
                    }
                }
            });
            w.at("radius", |w| {
                let pixels = theme.radius.as_deref().map(|text| text.strip_suffix("px").and_then(|n| n.parse::<u8>().ok()));
                if pixels.is_some_and(|pixels| pixels.is_none_or(|n| n > 32)) {
                    w.problems.error("invalid-length", "This is not a corner radius.", "Write 0px to 32px, for example \"12px\".");
                }
            });
        });
    }
}
