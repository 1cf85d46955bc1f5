//! Which addresses may become links (CVE-2023-3388: script through a link in a banner's config).

/// Whether `address` may stand in a link: `https:`, `mailto:`, `tel:`, a path of this site, or a fragment.
///
/// Refused: every other scheme, `//host`, backslashes, spaces and control characters (browsers
/// drop a tab or line break inside a scheme).
pub fn is_safe_link(address: &str) -> bool {
    if address.is_empty() || address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return false;
    }
    let scheme = address.split(['/', '?', '#']).next().and_then(|head| head.split_once(':')).map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => address.get(6..8) == Some("//") && address.len() > 8,
        Some(scheme) => scheme.eq_ignore_ascii_case("mailto") || scheme.eq_ignore_ascii_case("tel"),
        None => !address.starts_with("//"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        for (address, safe) in [
            ("https://shop.example/privacy", true),
            ("HTTPS://shop.example", true),
            ("/privacy", true),
            ("privacy.html?a=b:c", true),
            ("#placet", true),
            ("mailto:privacy@shop.example", true),
            ("tel:+862155550100", true),
            ("http://shop.example", false),
            ("javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("java\tscript:alert(1)", false),
            ("\u{1}javascript:alert(1)", false),
            ("data:text/html,x", false),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https:evil", false),
            ("", false),
        ] {
            assert_eq!(is_safe_link(address), safe, "{address:?}");
        }
    }
}
