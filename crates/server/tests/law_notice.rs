//! What the law wants a notice to tell, article by article: `check` refuses a config that lacks it, or the notice's page
//! says it. What is told on the page is told in the preference center too: both show the same rows.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/page.rs"]
mod page;

use placet_model::check::check;
use placet_model::{json, snapshot};
use placet_server::publish::Pages;
use serde_json::{Value, json};

fn demo() -> Value {
    serde_json::from_str(include_str!("../../../public/demo/placet.json")).unwrap()
}

/// The demo shop's config with some places changed; `null` takes a member out.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut config = demo();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = config.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match (parent, value) {
            (Value::Object(parent), Value::Null) => drop(parent.shift_remove(name)),
            (Value::Object(parent), value) => drop(parent.insert(name.to_owned(), value.clone())),
            _ => panic!("{pointer} has no parent"),
        }
    }
    config
}

fn both(text: &str) -> Value {
    json!({ "en": text, "zh-CN": format!("{text}（中文）") })
}

/// What the page says in a language: all of it, and what is below one heading.
struct Told {
    words: String,
    attributes: Vec<(String, String, String)>,
}

fn told(config: &Value, lang: &str) -> Told {
    let config = check(&config.to_string()).unwrap().config;
    let text = json::to_text(&snapshot::notice(&config, lang));
    let html = Pages::new(&config).html(&text, &snapshot::hash(&text), &[]).unwrap();
    let (words, attributes) = page::read(&html);
    Told { words, attributes }
}

impl Told {
    /// The words from one line to another.
    fn between(&self, from: &str, to: &str) -> &str {
        let start = self.words.find(&format!("\n{from}\n")).unwrap_or_else(|| panic!("no {from:?}: {}", self.words));
        let rest = &self.words[start + from.len() + 2..];
        &rest[..rest.find(&format!("\n{to}\n")).unwrap_or_else(|| panic!("no {to:?} after {from:?}"))]
    }
}

/// Asserts that each of the words is told.
fn says(article: &str, part: &str, words: &[&str]) {
    for word in words {
        assert!(part.contains(word), "{article} wants {word:?} told: {part}");
    }
}

/// Asserts that `check` tells the problem.
fn refused(article: &str, changes: &[(&str, Value)], path: &str, code: &str) {
    let problems = check(&with(changes).to_string()).unwrap().problems;
    let found = problems.iter().any(|problem| problem.path == path && problem.code == code);
    assert!(found, "{article}: {changes:?} must be {code} at {path}, but: {problems:?}");
}

/// PIPL 17(1)(1); GDPR 13(1)(a): who is responsible, and how to reach them.
#[test]
fn pipl_17_1_and_gdpr_13_1_a_name_and_contact_of_the_controller() {
    for member in ["name", "address", "email"] {
        let path = format!("/controller/{member}");
        refused("PIPL 17(1)", &[(&path, Value::Null)], &path, "missing-field");
    }
    let told = told(&demo(), "en");
    let part = told.between("Who is responsible", "What for");
    let contact = ["Lotus Home Retail Co., Ltd.", "88 Example Road", "privacy@shop.example", "+86 21 5555 0100"];
    says("PIPL 17(1)", part, &contact);
}

/// PIPL 52; GDPR 13(1)(b): who looks after the data.
#[test]
fn gdpr_13_1_b_and_pipl_52_the_data_protection_officer() {
    let told = told(&demo(), "en");
    let part = told.between("Who is responsible", "What for");
    says("GDPR 13(1)(b)", part, &["Data protection officer: Lin Wei, dpo@shop.example"]);
}

/// PIPL 17(1)(2): purpose, way, kinds of data, retention; a config without one of them is refused.
#[test]
fn pipl_17_2_purpose_way_kinds_and_retention() {
    for (member, code) in [("description", "missing-field"), ("data", "missing-field"), ("retention", "missing-field")]
    {
        let path = format!("/purposes/1/{member}");
        refused("PIPL 17(2)", &[(&path, Value::Null)], &path, code);
    }
    refused("PIPL 17(2)", &[("/purposes/1/means", Value::Null)], "/purposes/1/means", "missing-means");
    let told = told(&demo(), "en");
    let part = told.between("Measuring use", "Recommendations that fit you");
    for row in [
        "Counting visits and finding pages that do not work.",
        "Which data\npages seen, device class, coarse region",
        "By what means\nautomatically, by scripts in your browser",
        "How long\n14 months",
    ] {
        says("PIPL 17(2)", part, &row.split('\n').collect::<Vec<_>>());
    }
}

/// Also Network Data Regulations 21: the rules are easy to find and to keep.
#[test]
fn pipl_17_the_notice_can_be_kept() {
    let told = told(&demo(), "en");
    let kept = |(tag, name, value): &(String, String, String)| tag == "a" && name == "href" && value.ends_with(".json");
    assert!(told.attributes.iter().any(kept) && told.attributes.iter().any(|(_, name, _)| name == "download"));
}

/// PIPL 19; GDPR 13(2)(a): how long, in words of the language.
#[test]
fn pipl_19_and_gdpr_13_2_a_how_long_for_each_purpose() {
    let told = told(&demo(), "zh-CN");
    assert_eq!(told.words.matches("保存期限").count(), 5);
    for (from, to, time) in [("商城正常运行", "使用情况统计", "30天"), ("使用情况统计", "个性化推荐", "14个月")]
    {
        says("PIPL 19", told.between(from, to), &[time]);
    }
}

/// Network Data Regulation 21: recipients as a list.
#[test]
fn reg_21_recipients_are_a_table() {
    let told = told(&demo(), "en");
    let scopes = |scope: &str| {
        let cells =
            told.attributes.iter().filter(|(tag, name, value)| tag == "th" && name == "scope" && value == scope);
        cells.count()
    };
    assert_eq!((scopes("row"), scopes("col")), (5, 9), "five recipients in three tables of three columns");
}

/// PIPL 22, 23; GDPR 13(1)(e): name, contact, and that consent to it is separate.
#[test]
fn pipl_22_23_and_gdpr_13_1_e_who_receives_it_and_that_it_is_asked_on_its_own() {
    for member in ["name", "country", "contact"] {
        let path = format!("/purposes/4/recipients/1/{member}");
        refused("PIPL 23", &[(&path, Value::Null)], &path, "missing-field");
    }
    let told = told(&demo(), "en");
    let part = told.between("Ads on other platforms", "Your rights");
    says(
        "PIPL 23",
        part,
        &["Tencent Ads", "China", "https://e.qq.com", "Which data", "pages seen, advertising identifier"],
    );
    says("PIPL 23", part, &["Asked on its own", "by scripts in your browser that tell the recipients"]);
}

/// PIPL 30: why sensitive data is needed, and what it means for the person.
#[test]
fn pipl_30_necessity_and_impact_of_sensitive_data() {
    for (member, code) in [("necessity", "missing-necessity"), ("impact", "missing-impact")] {
        refused("PIPL 30", &[("/purposes/2/sensitive", true.into())], &format!("/purposes/2/{member}"), code);
    }
    let config = with(&[
        ("/purposes/2/sensitive", true.into()),
        ("/purposes/2/necessity", both("No fitting food without your allergies.")),
        ("/purposes/2/impact", both("Somebody at your screen may learn of them.")),
    ]);
    let told = told(&config, "en");
    let part = told.between("Recommendations that fit you", "News and offers from us");
    let rows =
        ["Sensitive personal data", "Why it is necessary", "No fitting food", "What it means for you", "Somebody at"];
    says("PIPL 30", part, &rows);
    // PIPL 29: such consent is separate even where the config does not say so.
    says("PIPL 29", part, &["Asked on its own"]);
}

/// PIPL 39; GDPR 13(1)(f): who gets it abroad, what for, by what way, and the rights there.
#[test]
fn pipl_39_and_gdpr_13_1_f_what_leaves_the_country() {
    let abroad = "/purposes/4/recipients/0/crossBorder";
    refused("PIPL 39", &[(abroad, Value::Null)], abroad, "missing-cross-border");
    for member in ["purpose", "method", "rights"] {
        let path = format!("{abroad}/{member}");
        refused("PIPL 39", &[(&path, Value::Null)], &path, "missing-field");
    }
    let told = told(&demo(), "en");
    let part = told.between("Ads on other platforms", "Your rights");
    for row in [
        "Data leaves the country: Google Ads, United States",
        "What for: showing ads",
        "How it gets there: script in your browser",
        "Your rights there: write to privacy@shop.example",
        "https://policies.google.com/privacy",
        "Data leaves the country: Meta Pixel, United States",
    ] {
        says("PIPL 39", part, &[row]);
    }
}

/// PIPL 44 to 50; GDPR 13(2)(b): the rights, and how to use them.
#[test]
fn pipl_44_to_50_and_gdpr_13_2_b_the_rights_and_how_to_use_them() {
    let english = [
        "see",
        "copy",
        "corrected",
        "deleted",
        "use restricted",
        "object to its use",
        "elsewhere",
        "explained",
        "take back",
        "privacy@shop.example",
    ];
    let chinese = ["查阅", "复制", "限制", "拒绝", "更正", "删除", "转移", "解释", "撤回", "privacy@shop.example"];
    let other = with(&[("/controller/rights", both("Ask at the counter."))]);
    for (config, lang, from, to, words) in [
        (demo(), "en", "Your rights", "Privacy settings", &english[..]),
        (demo(), "zh-CN", "您的权利", "隐私设置", &chinese),
        (other, "en", "Your rights", "Privacy settings", &["Ask at the counter."]),
    ] {
        let told = told(&config, lang);
        says("PIPL 44 to 50", told.between(from, to), words);
    }
}

/// PIPL 15; GDPR 13(2)(c), 7(3): told before it is given.
#[test]
fn pipl_15_and_gdpr_13_2_c_consent_can_be_taken_back() {
    let told = told(&demo(), "en");
    let part = told.between("Privacy settings", "Complaints");
    says("GDPR 13(2)(c)", part, &["You can take it back at any time", "shop.example"]);
}

/// GDPR 13(2)(d): where to complain.
#[test]
fn gdpr_13_2_d_complaints() {
    refused("GDPR 13(2)(d)", &[("/controller/complaints", Value::Null)], "/controller/complaints", "missing-field");
    let told = told(&demo(), "en");
    says("GDPR 13(2)(d)", &told.words, &["\nComplaints\nYou may also complain to the authority that supervises us."]);
}

/// PIPL 13; GDPR 13(1)(c): the legal basis of each purpose.
#[test]
fn gdpr_13_1_c_the_legal_basis_of_each_purpose() {
    refused("GDPR 13(1)(c)", &[("/purposes/1/basis", Value::Null)], "/purposes/1/basis", "missing-field");
    let told = told(&demo(), "en");
    assert_eq!(told.words.matches("Legal basis").count(), 5);
    says(
        "PIPL 13",
        told.between("Running the shop", "Measuring use"),
        &["Needed for our contract with you", "Always on"],
    );
    says("PIPL 13", told.between("Measuring use", "Recommendations that fit you"), &["Your consent"]);
}

/// PIPL 16; GDPR 13(2)(e): what a refusal means.
#[test]
fn pipl_16_and_gdpr_13_2_e_what_a_refusal_means() {
    let path = "/purposes/1/ifRefused";
    refused("GDPR 13(2)(e)", &[(path, Value::Null)], path, "missing-field");
    let told = told(&demo(), "en");
    let part = told.between("Measuring use", "Recommendations that fit you");
    says("PIPL 16", part, &["If you refuse", "Nothing changes for you."]);
}

/// PIPL 31; GDPR 8: the age below which a guardian decides.
#[test]
fn pipl_31_and_gdpr_8_young_visitors() {
    let told = told(&with(&[("/minors", json!({ "age": 14 }))]), "en");
    says("PIPL 31", &told.words, &["A parent or guardian decides", "Below 14, a parent or guardian decides."]);
    let without = self::told(&demo(), "en");
    assert!(!without.words.contains("guardian"), "where nobody's age is asked, nothing is said of it");
}
