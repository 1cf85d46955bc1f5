//! The interface texts of all languages against what every one of them must be.

use placet_model::labels::{Labels, known, labels, languages};
use placet_model::tree::Write;
use std::collections::{BTreeMap, BTreeSet};

/// How long a text may be at its place; a Chinese, Japanese or Korean character counts two.
const PLACES: &[(&str, usize, &str)] = &[
    ("one of the two buttons that must look alike", 20, "accept reject agree refuse ageOver ageUnder"),
    ("a button beside others", 22, "choose save close understood undo verify eraseMine send"),
    (
        "a button on a line of its own",
        36,
        "once download withdraw refuseRest exportMine eraseSure more wordsShown whatChanged",
    ),
    ("a button that is a sentence", 64, "optOut guardianAgree allow"),
    ("a link", 56, "privacyPolicy wholeNotice saveNotice unclear"),
    (
        "a heading",
        40,
        "settings receipts myChoices controller dpo complaints yourRights ownTitle ageTitle guardianTitle atTheShop noticeVersion crossBorder",
    ),
    (
        "a term of a list",
        32,
        "data recipients retention ifRefused basis services means necessity impact whatFor method rights details",
    ),
    ("the head of a column", 16, "name country contact"),
    ("a field's name or option", 28, "search language about aboutAll"),
    (
        "a word on how something stands",
        40,
        "always waiting acknowledged refused stateGiven stateRefused stateChanged stateWithdrawn stateRenewed granted denied sensitive nothingBefore underNotice found step",
    ),
    ("what stands before something", 40, "separately keeps before after"),
    (
        "a definition",
        72,
        "nobody basisConsent basisContract basisLegalObligation basisVitalInterests basisPublicInterest basisLegitimateInterests",
    ),
    (
        "a line",
        100,
        "separate gpc optOutNotice gpcHonoured cover changes noReceipts saved failed undone onceNote genuine unsigned notGenuine erased notDone unclearText thanks anyTime",
    ),
    ("a short paragraph", 200, "ageText guardianText atTheShopText receiptsIntro"),
    ("a paragraph", 400, "rightsText"),
];

/// Answers of equal rank: neither may stand out by its length (EDPB 03/2022).
const PAIRS: [(&str, &str); 3] = [("accept", "reject"), ("agree", "refuse"), ("ageOver", "ageUnder")];

/// The sentences that name another text, which must stand in them as it is.
const QUOTED: [(&str, &str); 3] = [("separate", "accept"), ("anyTime", "settings"), ("rightsText", "myChoices")];

/// The quotation marks of a language.
const QUOTES: &[(&str, &str)] = &[
    ("„“", "de"),
    ("„”", "pl"),
    ("«»", "fr es it ru ar"),
    ("‘’", "nl ko"),
    ("”", "he"),
    ("「」", "ja zh-TW"),
    ("“”", "en zh-CN pt-BR tr vi th id"),
];

/// Every quotation mark that there is; the apostrophe ’ is a letter's sign in many languages.
const ALL_QUOTES: &str = "\"'„“”‚‘«»‹›「」『』";

/// Words that a language writes as English does.
const AS_IN_ENGLISH: [(&str, &str); 2] = [("de", "name"), ("nl", "contact")];

/// What the texts of a language are written in; all of them where others are only names.
const SCRIPTS: &[(&str, std::ops::RangeInclusive<char>)] = &[
    ("ar", '\u{600}'..='\u{6ff}'),
    ("he", '\u{590}'..='\u{5ff}'),
    ("ru", '\u{400}'..='\u{4ff}'),
    ("th", '\u{e00}'..='\u{e7f}'),
    ("ko", '\u{ac00}'..='\u{d7a3}'),
    ("ja", '\u{3040}'..='\u{9fff}'),
    ("zh-CN", '\u{4e00}'..='\u{9fff}'),
    ("zh-TW", '\u{4e00}'..='\u{9fff}'),
];

/// Words of the mainland that a converter of characters leaves behind.
const MAINLAND: [&str; 8] = ["信息", "數據", "服務器", "設備", "設置", "默認", "加載", "文件"];

type Texts = BTreeMap<String, String>;

fn texts(of: &Labels) -> Texts {
    let tree: serde_json::Value = of.write();
    serde_json::from_value(tree).unwrap_or_default()
}

fn all() -> Vec<(&'static str, Texts)> {
    languages().into_iter().map(|tag| (tag, texts(&labels(tag)))).collect()
}

/// Fails with everything that is wrong, not with the first of it.
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What `wrong_with` says against any text of any language.
fn no_text(wrong_with: impl Fn(&str, &str, &str) -> Option<String>) {
    let mut wrong = Vec::new();
    for (tag, texts) in all() {
        for (name, text) in &texts {
            wrong.extend(wrong_with(tag, name, text).map(|why| format!("{tag}: {name}: {why}: {text}")));
        }
    }
    none(wrong);
}

/// The width on the screen in half characters; marks above and below others have none, numbers have two figures.
fn width(text: &str) -> usize {
    let text =
        ["{age}", "{at}", "{all}", "{count}"].iter().fold(text.to_owned(), |text, name| text.replace(name, "14"));
    let of = |char: char| match char {
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{670}' => 0,
        '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 2,
        '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' => 2,
        _ => 1,
    };
    text.chars().map(of).sum()
}

/// `{age}` and the like, sorted.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found: Vec<_> = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect();
    found.sort_unstable();
    found
}

#[test]
fn the_languages_of_the_shops() {
    let expected = "en zh-CN zh-TW ja ko de fr es it pt-BR nl pl tr ar he ru vi th id";
    assert_eq!(languages().join(" "), expected);
}

#[test]
fn every_file_has_the_names_of_english_in_its_order() {
    let names = |tag: &str| -> Vec<String> {
        let path = format!("{}/texts/{tag}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect(&path);
        let tree: serde_json::Value = serde_json::from_str(&text).expect(&path);
        tree.as_object().expect("an object").keys().cloned().collect()
    };
    for tag in languages() {
        assert_eq!(names(tag), names("en"), "{tag}");
    }
}

#[test]
fn every_text_is_there() {
    no_text(|_, _, text| {
        let bare = text.trim().is_empty() || text.trim() != text || text.contains("  ") || text.contains('\n');
        bare.then(|| "empty, or with stray space".to_owned())
    });
}

#[test]
fn the_same_is_filled_in_everywhere() {
    let english = texts(&labels("en"));
    no_text(|_, name, text| {
        let expected = placeholders(&english[name]);
        (placeholders(text) != expected).then(|| format!("fills in {:?}, not {expected:?}", placeholders(text)))
    });
}

#[test]
fn every_text_fits_its_place() {
    let mut longest = BTreeMap::new();
    for (place, most, names) in PLACES {
        for name in names.split(' ') {
            assert_eq!(longest.insert(name, (*place, *most)), None, "{name} has two places");
        }
    }
    let (known, english) = (longest.keys().copied().collect::<BTreeSet<_>>(), texts(&labels("en")));
    assert_eq!(known, english.keys().map(String::as_str).collect(), "every text has its place");
    no_text(|_, name, text| {
        let (place, most) = longest[name];
        (width(text) > most).then(|| format!("{} wide, {place} takes {most}", width(text)))
    });
}

/// On the narrowest screen the heading of the center has room for 16 letters beside the button that closes it, and each of
/// two buttons side by side for 13; a line of the center has room for 24 (WCAG 1.4.10).
#[test]
fn no_word_is_wider_than_a_narrow_screen() {
    let spaceless = ["zh-CN", "zh-TW", "ja", "th"];
    no_text(|tag, name, text| {
        let most = match name {
            "settings" => 16,
            "accept" | "reject" | "agree" | "refuse" => 13,
            "name" | "country" | "contact" => 12,
            _ => 24,
        };
        let longest = text.split([' ', '-', '\u{ad}']).map(width).max().unwrap_or_default();
        (longest > most && !spaceless.contains(&tag)).then(|| format!("has a word {longest} wide, {most} fit"))
    });
}

#[test]
fn answers_of_equal_rank_are_of_like_length() {
    let mut wrong = Vec::new();
    for (tag, texts) in all() {
        for (one, other) in PAIRS {
            let (one, other) = (&texts[one], &texts[other]);
            let (short, long) = (width(one).min(width(other)), width(one).max(width(other)));
            if long * 10 > short * 18 {
                wrong.push(format!("{tag}: “{one}” and “{other}” are {short} and {long} wide"));
            }
        }
    }
    none(wrong);
}

#[test]
fn quoted_texts_stand_as_they_are() {
    let mut wrong = Vec::new();
    for (tag, texts) in all() {
        for (sentence, name) in QUOTED {
            if !texts[sentence].contains(&texts[name]) {
                wrong.push(format!("{tag}: {sentence} does not say “{}”: {}", texts[name], texts[sentence]));
            }
        }
    }
    none(wrong);
}

#[test]
fn quotation_marks_are_those_of_the_language() {
    for tag in languages() {
        assert!(QUOTES.iter().any(|(_, tags)| tags.split(' ').any(|one| one == tag)), "{tag} has no quotation marks");
    }
    no_text(|tag, _, text| {
        let own = QUOTES.iter().find(|(_, tags)| tags.split(' ').any(|one| one == tag))?.0;
        let stray = text.chars().find(|&char| ALL_QUOTES.contains(char) && !own.contains(char));
        stray.map(|char| format!("has {char}, the language has {own}"))
    });
    no_text(|tag, _, text| {
        let own: Vec<_> = QUOTES.iter().find(|(_, tags)| tags.split(' ').any(|one| one == tag))?.0.chars().collect();
        // Where ’ closes a quotation it is an apostrophe as well.
        let count = |at: usize| text.chars().filter(|char| own.get(at) == Some(char)).count();
        let whole = if own.len() == 1 { count(0) % 2 == 0 } else { count(0) == count(1) };
        (!whole).then(|| "opens and closes differently".to_owned())
    });
}

#[test]
fn typography_is_not_of_the_keyboard() {
    no_text(|tag, _, text| {
        let of_the_keyboard = text.contains("...") || text.contains("--") || text.contains(" - ");
        // French keeps its double marks and quotation marks on the line of the word before or after.
        let breaks = tag == "fr" && [" :", " ;", " ?", " !", " »", "« "].iter().any(|pair| text.contains(pair));
        // Full-width marks follow Chinese and Japanese.
        let full =
            ["zh-CN", "zh-TW", "ja"].contains(&tag) && [",", ";", ":", "?", "("].iter().any(|mark| text.contains(mark));
        (of_the_keyboard || breaks || full).then(|| "marks of another typography".to_owned())
    });
}

#[test]
fn no_english_is_left() {
    let english = texts(&labels("en"));
    no_text(|tag, name, text| {
        (tag != "en" && text == english[name] && !AS_IN_ENGLISH.contains(&(tag, name)))
            .then(|| "is the English text".to_owned())
    });
}

#[test]
fn texts_are_in_the_script_of_the_language() {
    no_text(|tag, name, text| {
        let (_, script) = SCRIPTS.iter().find(|(known, _)| *known == tag)?;
        // `3 / 7` needs no word.
        (name != "step" && !text.chars().any(|char| script.contains(&char)))
            .then(|| "has none of its letters".to_owned())
    });
    no_text(|tag, _, text| {
        // Names that stay as they are, and what is filled in.
        let mut rest = text.replace("Global Privacy Control", "").replace("GPC", "");
        for name in placeholders(text) {
            rest = rest.replace(&format!("{{{name}}}"), "");
        }
        let foreign =
            SCRIPTS.iter().any(|(known, _)| *known == tag) && rest.chars().any(|char| char.is_ascii_alphabetic());
        foreign.then(|| "has Latin letters".to_owned())
    });
}

#[test]
fn chinese_of_taiwan_is_its_own() {
    let (mainland, taiwan) = (texts(&labels("zh-CN")), texts(&labels("zh-TW")));
    for (name, text) in &taiwan {
        assert_eq!(MAINLAND.iter().find(|word| text.contains(**word)), None, "{name}: {text}");
    }
    let same: Vec<_> = taiwan.iter().filter(|(name, text)| mainland[*name] == **text).collect();
    // Short words that are written alike: 名, 我, 同意.
    assert!(same.iter().all(|(_, text)| width(text) <= 16), "{same:?}");
}

#[test]
fn a_tag_finds_the_texts_of_its_kin() {
    for (tags, expected) in [
        ("zh-CN zh zh-SG zh-Hans zh-Hans-HK", "zh-CN"),
        ("zh-TW zh-HK zh-MO zh-Hant zh-Hant-TW zh-hant-mo", "zh-TW"),
        ("pt-BR pt pt-PT", "pt-BR"),
        ("he iw iw-IL he-IL", "he"),
        ("id in in-ID", "id"),
        ("de de-AT de-CH DE", "de"),
        ("fr fr-CA", "fr"),
        ("en en-GB tlh nb cs", "en"),
    ] {
        for tag in tags.split(' ') {
            assert_eq!(labels(tag), labels(expected), "{tag}");
            assert_eq!(known(tag), !["tlh", "nb", "cs"].contains(&tag), "{tag}");
        }
    }
}
