//! ISO 8601 durations in whole years, months, weeks or days, as retention and validity use them.

/// A calendar duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

/// The unit of a [`Duration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `D`
    Day,
    /// `W`
    Week,
    /// `M`
    Month,
    /// `Y`
    Year,
}

impl Unit {
    /// The English word that `Intl.NumberFormat` takes as `unit`.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }
}

impl Duration {
    /// Reads `P<n>D`, `P<n>W`, `P<n>M` or `P<n>Y`, with n from 1 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('P')?;
        let digits = rest.get(..rest.len().checked_sub(1)?)?;
        let unit = match rest.as_bytes().last()? {
            b'D' => Unit::Day,
            b'W' => Unit::Week,
            b'M' => Unit::Month,
            b'Y' => Unit::Year,
            _ => return None,
        };
        if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let amount = digits.parse().ok().filter(|amount| *amount > 0)?;
        Some(Duration { amount, unit })
    }

    /// The shortest number of days that the duration can mean (a month may have 28, a year 365).
    pub fn days(self) -> u32 {
        let months = |count: u32| {
            count / 12 * 365 + [0, 28, 59, 89, 120, 150, 181, 211, 242, 273, 303, 334][(count % 12) as usize]
        };
        match self.unit {
            Unit::Day => self.amount,
            Unit::Week => self.amount * 7,
            Unit::Month => months(self.amount),
            Unit::Year => self.amount * 365,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, days) in [
            ("P180D", Some(180)),
            ("P6M", Some(181)),
            ("P14M", Some(365 + 59)),
            ("P1Y", Some(365)),
            ("P2W", Some(14)),
            ("P0D", None),
            ("180D", None),
            ("P", None),
            ("PT5M", None),
            ("P1.5Y", None),
            ("P-1D", None),
            ("P99999D", None),
            ("P１D", None),
        ] {
            assert_eq!(Duration::parse(text).map(Duration::days), days, "{text}");
        }
    }
}
