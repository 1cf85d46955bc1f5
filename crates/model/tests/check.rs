//! `check`: each row breaks the demo shop's config in one way (or several) and names every problem that must be told.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what went wrong by failing where it stands")]

use placet_model::check::check;
use serde_json::{Value, json};

fn demo() -> Value {
    let text = include_str!("../../../public/demo/placet.json");
    serde_json::from_str(text).expect("the demo config is JSON")
}

/// Sets the member at `path` (a JSON Pointer); `null` removes it.
fn set(config: &mut Value, path: &str, value: Value) {
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    let parent = config.pointer_mut(parent).expect(path);
    match (parent, value) {
        (Value::Object(object), Value::Null) => drop(object.remove(name)),
        (Value::Object(object), value) => drop(object.insert(name.into(), value)),
        (Value::Array(list), value) if name == "-" => list.push(value),
        (Value::Array(list), value) => list[name.parse::<usize>().expect("an index")] = value,
        _ => panic!("{path} has no parent"),
    }
}

fn problems(config: &Value) -> Vec<(String, String)> {
    let checked = check(&config.to_string()).expect("JSON");
    for problem in &checked.problems {
        assert!(!problem.message.is_empty() && !problem.hint.is_empty(), "{problem:?}");
        let parent = problem.path.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(config.pointer(parent).is_some() || config.pointer(&problem.path).is_some(), "{problem:?}");
    }
    checked.problems.into_iter().map(|problem| (problem.path, problem.code)).collect()
}

#[test]
fn the_demo_config_is_clean() {
    assert_eq!(problems(&demo()), vec![]);
}

/// PIPL 23; GDPR 13(1)(e): the demo calls recipients by the names of their services, so that here it can be told.
#[test]
fn the_demo_names_whose_services_it_uses() {
    let config = check(&demo().to_string()).expect("JSON").config;
    let mut told = 0;
    for purpose in &config.purposes {
        let named: Vec<_> = purpose.recipients.iter().map(|recipient| &recipient.name).collect();
        for service in config.services_of(&purpose.id) {
            if service.hosts.iter().any(|host| !host.ends_with(".shop.example")) {
                let english = service.name.wording("en");
                assert!(
                    named.iter().any(|name| name.wording("en") == english),
                    "{} receives for {}",
                    english,
                    purpose.id
                );
                told += 1;
            }
        }
    }
    assert_eq!(told, 4);
}

#[test]
fn each_fault_is_told_with_its_place() {
    type Row = (Value, &'static [(&'static str, &'static str)]);
    let rows: &[Row] = &[
        (json!({"/colour": "red"}), &[("/colour", "unknown-field")]),
        (json!({"/purposes/1/titel": "x"}), &[("/purposes/1/titel", "unknown-field")]),
        (json!({"/site": null}), &[("/site", "missing-field")]),
        (json!({"/site": "https://shop.example/"}), &[("/site", "invalid-site")]),
        (json!({"/site": 5}), &[("/site", "wrong-type")]),
        (json!({"/purposes/1/title": {"en": "Measuring"}}), &[("/purposes/1/title", "missing-translation")]),
        (json!({"/purposes/1/title/fr": "x"}), &[("/purposes/1/title/fr", "unknown-language")]),
        (json!({"/purposes/1/title/__proto__": "x"}), &[("/purposes/1/title/__proto__", "unknown-language")]),
        (json!({"/__proto__": {"polluted": true}}), &[("/__proto__", "unknown-field")]),
        (json!({"/purposes/1/title/en": " "}), &[("/purposes/1/title/en", "empty-text")]),
        (json!({"/purposes/1/title/en": "a\u{1}b"}), &[("/purposes/1/title/en", "control-character")]),
        (
            json!({"/purposes/1/id": "necessary"}),
            &[
                ("/purposes/0/id", "duplicate-id"),
                ("/purposes/1/id", "duplicate-id"),
                ("/services/3/purpose", "unknown-purpose"),
            ],
        ),
        (json!({"/purposes/0/id": "__proto__"}), &[("/purposes/0/id", "invalid-id")]),
        (json!({"/purposes/0/id": "constructor"}), &[("/purposes/0/id", "invalid-id")]),
        (json!({"/purposes/1/basis": "consnet"}), &[("/purposes/1/basis", "unknown-value")]),
        (
            json!({"/purposes/4/basis": "contract"}),
            &[("/purposes/4/separate", "not-asked"), ("/purposes/4/ifRefused", "not-asked")],
        ),
        (
            json!({"/purposes/1/basis": "legitimate-interests", "/purposes/1/ifRefused": null}),
            &[("/purposes/1/basis", "basis-unknown-to-regime")],
        ),
        (json!({"/purposes/1/ifRefused": null}), &[("/purposes/1/ifRefused", "missing-field")]),
        (json!({"/purposes/1/retention": "14 months"}), &[("/purposes/1/retention", "invalid-duration")]),
        (json!({"/purposes/1/data": []}), &[("/purposes/1/data", "empty-list")]),
        // Somebody else's script, and nobody named; the shop's own host, a mere signal and what nobody is asked about are none.
        (json!({"/purposes/1/recipients": []}), &[("/services/3", "service-without-recipient")]),
        (
            json!({"/purposes/2/recipients": null, "/purposes/4/recipients": null}),
            &[
                ("/services/1", "service-without-recipient"),
                ("/services/2", "service-without-recipient"),
                ("/services/4", "service-without-recipient"),
            ],
        ),
        (json!({"/services/4/hosts": ["shop.example/film"], "/purposes/2/recipients": []}), &[]),
        (
            json!({"/services/4/hosts": ["film.shop.example.net"], "/purposes/2/recipients": []}),
            &[("/services/4", "service-without-recipient")],
        ),
        (json!({"/services/4/purpose": "necessary"}), &[]),
        (
            json!({"/purposes/4/recipients/0/crossBorder": null}),
            &[("/purposes/4/recipients/0/crossBorder", "missing-cross-border")],
        ),
        (json!({"/purposes/4/recipients/0/country": "usa"}), &[("/purposes/4/recipients/0/country", "invalid-region")]),
        (
            json!({"/purposes/4/recipients/1/contact": "javascript:alert(1)"}),
            &[("/purposes/4/recipients/1/contact", "invalid-link")],
        ),
        (
            json!({"/controller/privacyPolicy/en": "javascript:alert(1)"}),
            &[("/controller/privacyPolicy/en", "invalid-link")],
        ),
        (json!({"/controller/email": "javascript:alert(1)"}), &[("/controller/email", "invalid-email")]),
        (json!({"/firstLayer/text/en": "see [this](javascript:alert(1))"}), &[("/firstLayer/text/en", "invalid-link")]),
        (
            json!({"/firstLayer/text/en": "<img src=x onerror=alert(1)>"}),
            &[("/firstLayer/text/en", "unsupported-markup")],
        ),
        (json!({"/firstLayer/position": "middle"}), &[("/firstLayer/position", "unknown-value")]),
        (json!({"/validity/denied": "P30D"}), &[("/validity/denied", "asks-too-often")]),
        (json!({"/receipts/keep": "P2Y"}), &[("/receipts/keep", "kept-too-short")]),
        (json!({"/receipts/keep": "for ever"}), &[("/receipts/keep", "invalid-duration")]),
        (json!({"/receipts/keep": "P3Y"}), &[]),
        (json!({"/regimes": []}), &[("/regimes", "empty-list")]),
        (json!({"/regimes/0/regions": ["GB"]}), &[("/regimes/2/regions/0", "duplicate-id")]),
        (json!({"/regimes/0/regime": "cn-pip"}), &[("/regimes/0/regime", "unknown-value")]),
        (json!({"/services/1/use": "google-analytics"}), &[("/services/1/use", "unknown-vendor")]),
        (json!({"/services/1/purpose": "analitics"}), &[("/services/1/purpose", "unknown-purpose")]),
        (json!({"/services/1/purpose": null}), &[]), // The catalogue knows one that the config has.
        (json!({"/services/4/purpose": null}), &[("/services/4/purpose", "missing-field")]),
        (json!({"/services/4/name": null}), &[("/services/4/name", "missing-field")]),
        (json!({"/services/4/hosts/0": "https://video.example"}), &[("/services/4/hosts/0", "invalid-host")]),
        (json!({"/services/4/cookies/0/name": "*"}), &[("/services/4/cookies/0/name", "invalid-pattern")]),
        (json!({"/services/4/hosts/0": "shop.example"}), &[("/services/4/hosts/0", "own-host")]),
        (json!({"/services/4/hosts/0": "example"}), &[("/services/4/hosts/0", "invalid-host")]),
        (json!({"/services/4/hosts/0": "*"}), &[("/services/4/hosts/0", "invalid-host")]),
        (json!({"/services/4/hosts/0": "*.video.example"}), &[("/services/4/hosts/0", "invalid-host")]),
        (json!({"/services/4/hosts/0": "shop.example/film"}), &[]),
        (
            json!({"/site": "www.shop.example", "/services/4/hosts/0": "shop.example"}),
            &[("/services/4/hosts/0", "own-host")],
        ),
        (json!({"/services/1/mode": "advanced"}), &[]),
        (json!({"/services/4/mode": "advanced"}), &[("/services/4/mode", "no-advanced-mode")]),
        (json!({"/services/3/mode": "advanced"}), &[("/services/3/mode", "no-advanced-mode")]),
        (json!({"/services/0/options": {"wait_for_update": 900}}), &[]),
        (json!({"/services/0/options": {"wait": 900}}), &[("/services/0/options/wait", "unknown-option")]),
        (json!({"/cookieDomain": "shop.example"}), &[]),
        (json!({"/cookieDomain": "other.example"}), &[("/cookieDomain", "invalid-domain")]),
        (json!({"/cookieDomain": "example"}), &[("/cookieDomain", "invalid-domain")]),
        (json!({"/cookieDomain": ".shop.example"}), &[("/cookieDomain", "invalid-domain")]),
        (json!({"/purposes/0/shared": true}), &[("/purposes/0/shared", "not-asked")]),
        (json!({"/purposes/1/shared": true}), &[]),
        (json!({"/regimes/3/regions": null}), &[]),
        (
            json!({"/regimes/-": {"regime": "us-states"}}),
            &[("/regimes/4", "duplicate-id"), ("/regimes/4", "duplicate-id")],
        ),
        (json!({"/regimes/-": {"regime": "br-lgpd"}}), &[]),
        (
            json!({"/firstLayer/optOutText": {"en": "see [this](javascript:alert(1))"}}),
            &[("/firstLayer/optOutText", "missing-translation"), ("/firstLayer/optOutText/en", "invalid-link")],
        ),
        (
            json!({"/services/-": {"use": "meta-pixel", "purpose": "ads"}}),
            &[("/services/2", "duplicate-id"), ("/services/6", "duplicate-id")],
        ),
        (json!({"/preferences/0/purpose": "post"}), &[("/preferences/0/purpose", "unknown-purpose")]),
        (
            json!({"/preferences/0/options/1/id": "email"}),
            &[("/preferences/0/options/0/id", "duplicate-id"), ("/preferences/0/options/1/id", "duplicate-id")],
        ),
        // PIPL 17: the means. It asks nothing of the kind elsewhere.
        (json!({"/purposes/1/means": null}), &[("/purposes/1/means", "missing-means")]),
        (json!({"/purposes/1/means": null, "/regimes/0": {"regime": "br-lgpd"}}), &[]),
        (json!({"/purposes/1/means": {"en": "automatically"}}), &[("/purposes/1/means", "missing-translation")]),
        // PIPL 30: necessity and effect of sensitive data, on any basis.
        (
            json!({"/purposes/1/sensitive": true}),
            &[("/purposes/1/necessity", "missing-necessity"), ("/purposes/1/impact", "missing-impact")],
        ),
        (
            json!({"/purposes/0/sensitive": true, "/purposes/0/impact": "Health data could be seen by others."}),
            &[("/purposes/0/necessity", "missing-necessity")],
        ),
        (json!({"/purposes/1/sensitive": true, "/purposes/1/necessity": "x", "/purposes/1/impact": "y"}), &[]),
        (json!({"/purposes/1/necessity": " "}), &[("/purposes/1/necessity", "empty-text")]),
        (json!({"/purposes/0/once": true}), &[("/purposes/0/once", "not-asked")]),
        (json!({"/purposes/1/once": true}), &[]),
        (json!({"/purposes/0/ifRefused": "Nothing."}), &[("/purposes/0/ifRefused", "not-asked")]),
        (
            json!({"/purposes/3/once": true}),
            &[
                ("/preferences/0/purpose", "once-with-preferences"),
                ("/preferences/1/purpose", "once-with-preferences"),
                ("/preferences/2/purpose", "once-with-preferences"),
            ],
        ),
        // PIPL 31, GDPR 8.
        (json!({"/minors": {"age": 14}}), &[]),
        (json!({"/minors": {"age": 0}}), &[("/minors/age", "invalid-age")]),
        (json!({"/minors": {"age": 22}}), &[("/minors/age", "invalid-age")]),
        (json!({"/minors": {"age": 13}}), &[("/minors/age", "age-under-regime")]),
        (
            json!({"/minors": {"age": 12}, "/regimes/0": {"regime": "br-lgpd"}}),
            &[("/minors/age", "age-under-regime"), ("/minors/age", "age-under-regime")],
        ),
        (json!({"/controller/dpo": {"en": "x"}}), &[("/controller/dpo", "missing-translation")]),
        (json!({"/controller/rights": "<b>x</b>"}), &[("/controller/rights", "unsupported-markup")]),
        // What is over-long for its place; a Chinese character is as wide as two Latin letters.
        (json!({"/firstLayer/title/en": "x".repeat(70)}), &[]),
        (json!({"/firstLayer/title/en": "x".repeat(71)}), &[("/firstLayer/title/en", "too-long")]),
        (json!({"/firstLayer/title/zh-CN": "您".repeat(35)}), &[]),
        (json!({"/firstLayer/title/zh-CN": "您".repeat(36)}), &[("/firstLayer/title/zh-CN", "too-long")]),
        (json!({"/firstLayer/text": "x".repeat(501)}), &[("/firstLayer/text", "too-long")]),
        // The address behind a link is not read.
        (json!({"/firstLayer/text": format!("[here](https://shop.example/{})", "x".repeat(501))}), &[]),
        (json!({"/firstLayer/optOutText": "x".repeat(501)}), &[("/firstLayer/optOutText", "too-long")]),
        (json!({"/purposes/1/title/en": "x".repeat(61)}), &[("/purposes/1/title/en", "too-long")]),
        (json!({"/purposes/1/description/en": "x".repeat(601)}), &[("/purposes/1/description/en", "too-long")]),
        (json!({"/preferences/0/title/en": "x".repeat(61)}), &[("/preferences/0/title/en", "too-long")]),
        (
            json!({"/preferences/0/options/0/title/en": "x".repeat(41)}),
            &[("/preferences/0/options/0/title/en", "too-long")],
        ),
        (json!({"/theme/accent": "green"}), &[("/theme/accent", "invalid-colour")]),
        (json!({"/theme/dark": {"ink": "white"}}), &[("/theme/dark/ink", "invalid-colour")]),
        // The words on it, and the accent itself beside the ground.
        (json!({"/theme/accent": "#8fd3b6"}), &[("/theme/accent", "low-contrast"), ("/theme/accent", "low-contrast")]),
        (json!({"/theme/accent": "#000000"}), &[]),
        (json!({"/theme/accent": "#ffd400", "/theme/onAccent": "#000000", "/theme/scheme": "dark"}), &[]),
        (json!({"/theme/accent": "#ffd400", "/theme/onAccent": "#000000"}), &[("/theme/accent", "low-contrast")]),
        // As a button it can be made out, as a link it cannot be read.
        (
            json!({"/theme/accent": "#e8590c", "/theme/onAccent": "#000000", "/theme/scheme": "light"}),
            &[("/theme/accent", "low-contrast")],
        ),
        (json!({"/theme/ink": "#8a8a8a", "/theme/scheme": "light"}), &[("/theme/ink", "low-contrast")]),
        // The words can be read, the softer ones cannot.
        (json!({"/theme/ink": "#6a6a6a", "/theme/scheme": "light"}), &[("/theme/ink", "low-contrast")]),
        // A dark ground on every page: the links have to be light.
        (
            json!({"/theme/ink": "#ffffff", "/theme/ground": "#1a1f1e", "/theme/accent": "#1a775a"}),
            &[("/theme/accent", "low-contrast")],
        ),
        (
            json!({
                "/theme/ink": "#ffffff", "/theme/ground": "#1a1f1e",
                "/theme/accent": "#8fd3b6", "/theme/onAccent": "#10201a",
            }),
            &[],
        ),
        (json!({"/theme/ground": "#777777", "/theme/scheme": "dark"}), &[]),
        (
            json!({"/theme/dark": {"ground": "#ffffff"}}),
            &[("/theme/dark/ground", "low-contrast"), ("/theme/dark/ground", "low-contrast")],
        ),
        (json!({"/theme/dark": {"accent": "#0b6e4f"}}), &[("/theme/dark/accent", "low-contrast")]),
        (json!({"/theme/dark": {"accent": "#0b6e4f"}, "/theme/scheme": "light"}), &[]),
        (json!({"/theme/dark": {"ground": "#555555", "ink": "#ffffff"}}), &[("/theme/dark/ground", "low-contrast")]),
        (json!({"/theme/radius": "12em"}), &[("/theme/radius", "invalid-length")]),
        (json!({"/theme/radius": "33px"}), &[("/theme/radius", "invalid-length")]),
        (json!({"/theme/layout": "popup"}), &[("/theme/layout", "unknown-value")]),
        (json!({"/theme/layout": "centered"}), &[]),
        (json!({"/theme/logo": "/logo.svg"}), &[]),
        (json!({"/theme/logo": "https://cdn.shop.example/logo.svg"}), &[]),
        (json!({"/theme/logo": "https://cdn.example/logo.svg"}), &[("/theme/logo", "logo-elsewhere")]),
        (json!({"/theme/logo": "logo.svg"}), &[("/theme/logo", "invalid-link")]),
        (json!({"/theme/logo": "javascript:alert(1)"}), &[("/theme/logo", "invalid-link")]),
        (json!({"/theme/logo": "mailto:a@shop.example"}), &[("/theme/logo", "invalid-link")]),
        (json!({"/theme/logo": "//evil.example/x"}), &[("/theme/logo", "invalid-link")]),
        (json!({"/theme/font": "Georgia, 'Noto Sans SC', serif"}), &[]),
        (json!({"/theme/font": "inherit"}), &[]),
        (json!({"/theme/font": "Arial;} * { display: none"}), &[("/theme/font", "invalid-font")]),
        (json!({"/receipts/endpoint": "http://shop.example/r"}), &[("/receipts/endpoint", "invalid-endpoint")]),
        (json!({"/languages": ["zh-CN", "en", "cs"]}), &[("/languages/2", "no-interface-texts")]),
    ];
    for (changes, expected) in rows {
        let mut config = demo();
        for (path, value) in changes.as_object().expect("an object") {
            set(&mut config, path, value.clone());
        }
        let found = problems(&config);
        if changes.get("/languages").is_some() {
            // A new language needs every text: only that the first problem names the language is of interest.
            assert_eq!((found[0].0.as_str(), found[0].1.as_str()), expected[0]);
            assert!(found[1..].iter().all(|(_, code)| code == "missing-translation"), "{found:?}");
            continue;
        }
        let found: Vec<_> = found.iter().map(|(path, code)| (path.as_str(), code.as_str())).collect();
        assert_eq!(found, *expected, "{changes}");
    }
}

#[test]
fn many_faults_are_told_at_once() {
    let mut config = demo();
    set(&mut config, "/site", json!(5));
    set(&mut config, "/purposes/1/title", json!({"en": "x"}));
    set(&mut config, "/purposes/2/extra", json!(1));
    set(&mut config, "/theme/accent", json!("green"));
    assert_eq!(problems(&config).len(), 4, "{:?}", problems(&config));
}

#[test]
fn what_is_no_config_at_all_says_where() {
    for (text, line, message) in [
        ("{\n  \"site\": ,\n}", 2, "expected value"),
        ("", 1, "EOF"),
        ("{\"site\": \"a\", \"site\": \"b\"}", 1, "is there twice"),
    ] {
        let error = check(text).expect_err(text);
        assert_eq!(error.line, line, "{text}");
        assert!(error.message.contains(message), "{text}: {}", error.message);
    }
    let large = format!("{{\"site\": \"{}\"}}", "x".repeat(10 * 1024 * 1024));
    assert!(check(&large).expect_err("too large").message.contains("1048576"));
}

#[test]
fn measured_numbers_are_told() {
    for (path, value, told) in [
        (
            "/theme/accent",
            json!("#8fd3b6"),
            "#ffffff on #8fd3b6 has a contrast of 1.72:1; 4.5:1 is needed (WCAG 2.2, 1.4.3).",
        ),
        (
            "/theme/dark",
            json!({"accent": "#0b6e4f"}),
            "#0b6e4f on #1a1f1e has a contrast of 2.66:1; 3:1 is needed (WCAG 2.2, 1.4.11).",
        ),
        // #767676 on white has 4.542:1, and one shade more 4.478:1: a number that is rounded up would be no reason.
        ("/theme/ink", json!("#777777"), "#777777 on #ffffff has a contrast of 4.47:1; 4.5:1 is needed"),
        (
            "/purposes/1/title/zh-CN",
            json!("您".repeat(31)),
            "The text in “zh-CN” has 62 characters; there is room for 60.",
        ),
        ("/firstLayer/title", json!("x".repeat(80)), "This text has 80 characters; there is room for 70."),
        ("/minors", json!({"age": 12}), "until 14 (PIPL 31)"),
    ] {
        let mut config = demo();
        set(&mut config, path, value);
        let found = check(&config.to_string()).expect("JSON").problems;
        assert!(found.iter().any(|problem| problem.message.contains(told)), "{told}: {found:#?}");
    }
}

/// PIPL 29: sensitive data needs separate consent, whatever the config says.
#[test]
fn sensitive_data_is_always_asked_separately() {
    let mut config = demo();
    set(&mut config, "/purposes/1/sensitive", json!(true));
    set(&mut config, "/purposes/1/separate", json!(false));
    let checked = check(&config.to_string()).expect("JSON");
    let separate: Vec<_> = checked.config.purposes.iter().filter(|purpose| purpose.is_separate()).collect();
    assert_eq!(separate.iter().map(|purpose| purpose.id.as_str()).collect::<Vec<_>>(), ["analytics", "ads"]);
}
