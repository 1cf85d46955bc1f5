//! Durations and countries in words of a language: by `Intl` in the browser, from the same source
//! (Unicode CLDR) where the notice's page is rendered.

#[cfg(feature = "csr")]
pub(crate) use crate::js::{country, duration};
#[cfg(not(feature = "csr"))]
pub(crate) use native::{country, direction, duration, language};

#[cfg(not(feature = "csr"))]
mod native {
    use placet_model::duration::{Duration, Unit};
    use std::collections::HashMap;
    use std::sync::LazyLock;

    /// A heading, then a language a line; `make.mjs` says what the columns are.
    const CLDR: &str = include_str!("cldr.txt");
    const TAG: usize = 0;
    const NAME: usize = 1;
    const ZERO: usize = 2;
    const GROUP: usize = 3;
    /// For each amount below 200, the column of its form among the forms of a unit.
    const CATEGORIES: usize = 4;
    const FORMS: usize = 5;
    const FORMS_OF_A_UNIT: usize = 6;
    const COUNTRIES: usize = FORMS + 4 * FORMS_OF_A_UNIT;

    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        let mut lines = CLDR.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect());
        let heading: Vec<_> = lines.next().unwrap_or_default();
        let columns = heading.into_iter().enumerate().skip(COUNTRIES).map(|(column, code)| (code, column)).collect();
        let languages = lines.map(|line: Vec<_>| (line[TAG].to_ascii_lowercase(), line)).collect();
        Words { columns, languages }
    });

    struct Words {
        /// Country code to column.
        columns: HashMap<&'static str, usize>,
        /// Tag in small letters to line.
        languages: HashMap<String, Vec<&'static str>>,
    }

    impl Words {
        /// The line of a language: of the same tag, else of the shorter ones (RFC 4647, section 3.4), else English.
        fn of(&self, lang: &str) -> Option<&Vec<&'static str>> {
            let lang = lang.to_ascii_lowercase();
            let mut tag = lang.as_str();
            loop {
                match (self.languages.get(tag), tag.rsplit_once('-')) {
                    (Some(line), _) => return Some(line),
                    (None, Some((shorter, _))) => tag = shorter,
                    (None, None) => return self.languages.get("en"),
                }
            }
        }
    }

    /// An ISO 8601 duration in words of the language: `P14M` as “14 months”.
    pub(crate) fn duration(lang: &str, iso: &str) -> String {
        Duration::parse(iso).and_then(|duration| in_words(lang, duration)).unwrap_or_else(|| iso.to_owned())
    }

    fn in_words(lang: &str, Duration { amount, unit }: Duration) -> Option<String> {
        let line = WORDS.of(lang)?;
        let at = match unit {
            Unit::Day => 0,
            Unit::Week => 1,
            Unit::Month => 2,
            Unit::Year => 3,
        };
        // From 200 on, only the last two digits of a whole number say its form.
        let known = if amount < 200 { amount } else { 100 + amount % 100 };
        let category = line.get(CATEGORIES)?.chars().nth(known.try_into().ok()?)?.to_digit(10)?;
        let form = line.get(FORMS + at * FORMS_OF_A_UNIT + usize::try_from(category).ok()?)?;
        Some(form.replace("{}", &number(line, amount)?))
    }

    /// A number below ten thousand in the digits of the language.
    fn number(line: &[&str], amount: u32) -> Option<String> {
        let zero = u32::from(line.get(ZERO)?.chars().next()?);
        let mut written = String::new();
        let digits = amount.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && digits.len() - at == 3 {
                written.push_str(line.get(GROUP)?);
            }
            written.push(char::from_u32(zero + digit.to_digit(10)?)?);
        }
        Some(written)
    }

    /// The name of a country in the language.
    pub(crate) fn country(lang: &str, code: &str) -> String {
        let words = &*WORDS;
        let name = words.columns.get(code).and_then(|column| words.of(lang)?.get(*column));
        name.map_or_else(|| code.to_owned(), |name| (*name).to_owned())
    }

    /// A language by its own name; one that is not known here by its tag.
    pub(crate) fn language(tag: &str) -> String {
        let line = WORDS.of(tag).filter(|line| primary(line[TAG]) == primary(tag));
        line.and_then(|line| line.get(NAME)).map_or_else(|| tag.to_owned(), |name| (*name).to_owned())
    }

    /// Which way a language is written: the value of `dir`.
    pub(crate) fn direction(tag: &str) -> &'static str {
        let latin = tag.split('-').skip(1).any(|part| part.eq_ignore_ascii_case("Latn"));
        let leftward = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
        if !latin && leftward.contains(&primary(tag).as_str()) { "rtl" } else { "ltr" }
    }

    fn primary(tag: &str) -> String {
        tag.split('-').next().unwrap_or_default().to_ascii_lowercase()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// What `Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' })` says.
        #[test]
        fn durations() {
            for (lang, iso, words) in [
                ("en", "P1D", "1 day"),
                ("en-GB", "P14M", "14 months"),
                ("en", "P2500D", "2,500 days"),
                ("zh-CN", "P180D", "180天"),
                ("zh-TW", "P6M", "6 個月"),
                ("pl", "P1Y", "1 rok"),
                ("pl", "P2Y", "2 lata"),
                ("pl", "P5Y", "5 lat"),
                ("pl", "P22Y", "22 lata"),
                ("ru", "P21D", "21 день"),
                ("ru", "P1111D", "1\u{a0}111 дней"),
                ("ar", "P2Y", "سنتان"),
                ("ar", "P3D", "3 أيام"),
                ("ar", "P203D", "203 أيام"),
                ("he", "P2D", "יומיים"),
                ("fa", "P14M", "۱۴ ماه"),
                ("xx", "P2W", "2 weeks"),
                ("en", "until asked", "until asked"),
            ] {
                assert_eq!(duration(lang, iso), words, "{lang} {iso}");
            }
        }

        #[test]
        fn countries() {
            for (lang, code, name) in [
                ("en", "US", "United States"),
                ("zh-CN", "US", "美国"),
                ("zh-Hant-TW", "US", "美國"),
                ("zh-HK", "IT", "意大利"),
                ("PT-br", "DE", "Alemanha"),
                ("tr", "TR", "Türkiye"),
                ("xx", "FR", "France"),
                ("en", "QQ", "QQ"),
                ("en", "<b>", "<b>"),
            ] {
                assert_eq!(country(lang, code), name, "{lang} {code}");
            }
        }

        #[test]
        fn languages() {
            for (tag, name, dir) in [
                ("en-GB", "English", "ltr"),
                ("zh-CN", "简体中文", "ltr"),
                ("zh-TW", "繁體中文", "ltr"),
                ("ar-EG", "العربية", "rtl"),
                ("pt-BR", "português", "ltr"),
                ("FA", "فارسی", "rtl"),
                ("uz-Latn", "o‘zbek", "ltr"),
                ("xx-YY", "xx-YY", "ltr"),
            ] {
                assert_eq!((language(tag).as_str(), direction(tag)), (name, dir), "{tag}");
            }
        }

        /// The data was not cut or mixed up: every line has every column, and each form can be filled in.
        #[test]
        fn every_language_of_the_interface_has_words_of_its_own() {
            let columns = COUNTRIES + WORDS.columns.len();
            for (tag, line) in &WORDS.languages {
                assert_eq!(line.len(), columns, "{tag}");
                assert_eq!(line[CATEGORIES].len(), 200, "{tag}");
                for (iso, amount) in (1..=249).flat_map(|amount| "DWMY".chars().map(move |unit| (unit, amount))) {
                    let words = duration(tag, &format!("P{amount}{iso}"));
                    assert!(!words.is_empty() && !words.contains("{}"), "{tag} {amount} {iso}");
                }
            }
            for tag in placet_model::labels::languages() {
                assert!(tag == "en" || WORDS.of(tag).is_some_and(|line| line[TAG] != "en"), "{tag}");
            }
        }
    }
}
