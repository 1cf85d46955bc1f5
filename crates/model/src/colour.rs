//! Colours and their contrast (WCAG 2.2, 1.4.3 and 1.4.11).

use std::fmt;

/// A colour in sRGB, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// White, the colour of text on the accent.
    pub const WHITE: Colour = Colour([255; 3]);

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.strip_prefix('#').filter(|rest| rest.len() == 6 && rest.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Colour([channel(0)?, channel(2)?, channel(4)?]))
    }

    /// This colour and another, `percent` of this one, as `color-mix(in srgb, ...)` of CSS mixes them.
    pub fn mix(self, percent: u8, other: Colour) -> Colour {
        let part = f64::from(percent) / 100.0;
        let channel = |at: usize| {
            let mixed = f64::from(self.0[at]) * part + f64::from(other.0[at]) * (1.0 - part);
            // Between two channels, so it fits.
            mixed.round() as u8
        };
        Colour([channel(0), channel(1), channel(2)])
    }

    /// Relative luminance, 0 to 1, as WCAG defines it.
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Contrast ratio with another colour, 1 to 21, as WCAG defines it.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

impl fmt::Display for Colour {
    /// As it is read: `#rrggbb`.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(to, "#{r:02x}{g:02x}{b:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_as_css_does() {
        let ink = Colour::parse("#1b1f1e").expect("a colour");
        for (percent, mixed) in [(0, "#ffffff"), (100, "#1b1f1e"), (72, "#5b5e5d")] {
            assert_eq!(ink.mix(percent, Colour::WHITE).to_string(), mixed);
        }
    }

    #[test]
    fn contrast_as_in_wcag() {
        for (text, ratio) in [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#0b6e4f", 6.25)] {
            let colour = Colour::parse(text).expect(text);
            assert!(
                (colour.contrast(Colour::WHITE) - ratio).abs() < 0.01,
                "{text}: {}",
                colour.contrast(Colour::WHITE)
            );
        }
        assert_eq!(Colour::parse("red").or(Colour::parse("#12345")).or(Colour::parse("#1234567")), None);
    }
}
