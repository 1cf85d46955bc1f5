//! Where a visitor is, as far as a server can tell: a country and perhaps a part of it.
//!
//! **Invariant:** what is not plainly a code is no region. Nothing that a visitor or a proxy writes gets further than
//! two letters, a hyphen and three characters.

use crate::data;

data! {
    /// The answer to the region hint's call.
    pub struct RegionHint {
        /// Where the visitor is, ISO 3166 (`CN`, `US-CA`); null if unknown.
        region: Option<String>,
        /// Whether the browser sent Global Privacy Control with the request.
        gpc: bool,
    }
}

/// Codes that stand for no country: unknown, in the words of several networks, and ISO's own "unknown".
const UNKNOWN: [&str; 2] = ["XX", "ZZ"];

/// The region of a country and, where one is told, a part of it, in any case of letters.
///
/// The country may bring its part with it (`US-CA`), and the part its country (`US-CA` again, or `USCA` as some write it).
/// None where the country is unknown, where one of the two is no code, or where they contradict each other.
pub fn region(country: &str, part: Option<&str>) -> Option<String> {
    let country = country.trim().to_ascii_uppercase();
    let (country, own_part) = match country.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (country.as_str(), None),
    };
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) || UNKNOWN.contains(&country) {
        return None;
    }
    let part = part.map(|part| part.trim().to_ascii_uppercase()).filter(|part| !part.is_empty());
    let part = match part.as_deref() {
        // No subdivision code has more than three characters (ISO 3166-2), so a longer one begins with its country.
        Some(part) if part.len() > 3 => {
            Some(part.strip_prefix(country).map(|part| part.strip_prefix('-').unwrap_or(part))?)
        }
        part => part,
    };
    let part = match (own_part, part) {
        (Some(own), Some(part)) if own != part => return None,
        (own, part) => own.or(part),
    };
    match part {
        None => Some(country.to_owned()),
        Some(part) if (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Some(format!("{country}-{part}"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_codes_are_regions() {
        for (country, part, expected) in [
            ("US", None, Some("US")),
            ("us", None, Some("US")),
            (" US ", Some(""), Some("US")),
            ("US", Some("CA"), Some("US-CA")),
            ("us", Some("ca"), Some("US-CA")),
            ("US-CA", None, Some("US-CA")),
            ("US-CA", Some("CA"), Some("US-CA")),
            ("US", Some("US-CA"), Some("US-CA")),
            ("US", Some("USCA"), Some("US-CA")),
            ("CN", Some("31"), Some("CN-31")),
            ("GB", Some("ENG"), Some("GB-ENG")),
            ("XX", None, None),
            ("T1", None, None),
            ("ZZ", Some("CA"), None),
            ("", Some("CA"), None),
            ("USA", None, None),
            ("U", None, None),
            ("US", Some("DE-BY"), None),
            ("US-CA", Some("NY"), None),
            ("US-", None, None),
            ("US-CALI", None, None),
            ("US", Some("CALI"), None),
            ("US", Some("C<"), None),
            ("US", Some("加州"), None),
            ("ÜS", None, None),
            ("<script>", None, None),
            ("US, CN", None, None),
            ("US\u{0}", None, None),
        ] {
            assert_eq!(region(country, part).as_deref(), expected, "{country:?} {part:?}");
        }
    }
}
