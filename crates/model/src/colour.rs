//! Colours and their contrast (WCAG 2.2, 1.4.3 and 1.4.11).

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

    /// Relative luminance, 0 to 1, as WCAG defines it.
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let part = f64::from(channel) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// This colour and another one, mixed: `share` hundredths of this one.
    pub fn mixed(self, share: u32, other: Colour) -> Self {
        let share = share.min(100);
        let mix = |a: u8, b: u8| (u32::from(a) * share + u32::from(b) * (100 - share) + 50) / 100;
        let channel = |at: usize| u8::try_from(mix(self.0[at], other.0[at])).unwrap_or(u8::MAX);
        Colour([channel(0), channel(1), channel(2)])
    }

    /// The colour as `#rrggbb`.
    pub fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// Contrast ratio with another colour, 1 to 21, as WCAG defines it.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixtures() {
        let (black, white) = (Colour([0; 3]), Colour::WHITE);
        for (share, mixed) in [(0, "#ffffff"), (50, "#808080"), (100, "#000000"), (200, "#000000")] {
            assert_eq!(black.mixed(share, white).hex(), mixed, "{share}");
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
