//! Which language stands in for which, where the one that is asked for is not there.
//!
//! **Invariant:** traditional and simplified Chinese never stand in for each other while both are
//! there: few people like to read the other, and the words of the law differ.

/// The tags of pages and browsers that ask for traditional Chinese.
const TRADITIONAL: [&str; 7] = ["zh-hant", "zh-hant-hk", "zh-hant-mo", "zh-hant-tw", "zh-hk", "zh-mo", "zh-tw"];

/// Codes that ISO 639 has replaced and that old systems still send.
const RENAMED: [(&str, &str); 2] = [("in", "id"), ("iw", "he")];

/// What a reader of a language reads: its primary language in today's code, and for Chinese the script.
pub fn writing(tag: &str) -> String {
    let lower = tag.to_ascii_lowercase();
    let mut parts = lower.split('-');
    let primary = parts.next().unwrap_or_default();
    if primary == "zh" {
        let rest: Vec<_> = parts.collect();
        let traditional = ["hant", "tw", "hk", "mo"].iter().any(|part| rest.contains(part));
        let traditional = traditional && !rest.contains(&"hans");
        return if traditional { "zh-hant" } else { "zh-hans" }.to_owned();
    }
    RENAMED.iter().find(|(old, _)| *old == primary).map_or(primary, |(_, new)| new).to_owned()
}

/// The tags, in small letters, that ask for the same writing as `tag` and that neither `tag` nor its primary language names.
pub fn also_known_as(tag: &str) -> Vec<&'static str> {
    match writing(tag).as_str() {
        "zh-hant" => TRADITIONAL.to_vec(),
        // Whatever else is Chinese (CLDR, likely subtags).
        "zh-hans" => vec!["zh"],
        plain => RENAMED.iter().filter(|(_, new)| *new == plain).flat_map(|(old, new)| [*old, *new]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_a_writing() {
        for (tags, expected) in [
            ("zh zh-CN zh-SG zh-MY zh-Hans zh-Hans-HK zh-Hans-TW", "zh-hans"),
            ("zh-TW zh-HK zh-MO zh-Hant zh-Hant-TW zh-hant-hk ZH-TW", "zh-hant"),
            ("he he-IL iw iw-IL", "he"),
            ("id id-ID in IN", "id"),
            ("pt pt-BR pt-PT", "pt"),
            ("de de-AT", "de"),
            ("nb", "nb"),
        ] {
            for tag in tags.split(' ') {
                assert_eq!(writing(tag), expected, "{tag}");
            }
        }
    }

    #[test]
    fn other_names_ask_for_the_same_writing() {
        for tag in ["zh-CN", "zh-TW", "he", "id", "de"] {
            for name in also_known_as(tag) {
                assert_eq!(writing(name), writing(tag), "{name}");
                assert_eq!(name, name.to_ascii_lowercase());
            }
        }
        assert_eq!(also_known_as("de"), Vec::<&str>::new());
    }
}
