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
                ("/services/1/purpose", "unknown-purpose"),
                ("/services/3/purpose", "unknown-purpose"),
                ("/services/5/purpose", "unknown-purpose"),
            ],
        ),
        (json!({"/purposes/0/id": "__proto__"}), &[("/purposes/0/id", "invalid-id")]),
        (json!({"/purposes/0/id": "constructor"}), &[("/purposes/0/id", "invalid-id")]),
        (json!({"/purposes/1/basis": "consnet"}), &[("/purposes/1/basis", "unknown-value")]),
        (json!({"/purposes/4/basis": "contract"}), &[("/purposes/4/separate", "not-asked")]),
        (json!({"/purposes/1/basis": "legitimate-interests"}), &[("/purposes/1/basis", "basis-unknown-to-regime")]),
        (json!({"/purposes/1/ifRefused": null}), &[("/purposes/1/ifRefused", "missing-field")]),
        (json!({"/purposes/1/retention": "14 months"}), &[("/purposes/1/retention", "invalid-duration")]),
        (json!({"/purposes/1/data": []}), &[("/purposes/1/data", "empty-list")]),
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
        (json!({"/regimes": []}), &[("/regimes", "empty-list")]),
        (json!({"/regimes/0/regions": ["GB"]}), &[("/regimes/2/regions/0", "duplicate-id")]),
        (json!({"/regimes/0/regime": "cn-pip"}), &[("/regimes/0/regime", "unknown-value")]),
        (json!({"/services/1/use": "google-analytics"}), &[("/services/1/use", "unknown-vendor")]),
        (json!({"/services/1/purpose": "analitics"}), &[("/services/1/purpose", "unknown-purpose")]),
        (json!({"/services/1/purpose": null}), &[]), // The catalogue knows one that the config has.
        (json!({"/services/6/purpose": null}), &[("/services/6/purpose", "missing-field")]),
        (json!({"/services/6/name": null}), &[("/services/6/name", "missing-field")]),
        (json!({"/services/6/hosts/0": "https://video.example"}), &[("/services/6/hosts/0", "invalid-host")]),
        (json!({"/services/6/cookies/0/name": "*"}), &[("/services/6/cookies/0/name", "invalid-pattern")]),
        (json!({"/services/6/hosts/0": "shop.example"}), &[("/services/6/hosts/0", "own-host")]),
        (json!({"/services/6/hosts/0": "example"}), &[("/services/6/hosts/0", "invalid-host")]),
        (json!({"/services/6/hosts/0": "*"}), &[("/services/6/hosts/0", "invalid-host")]),
        (json!({"/services/6/hosts/0": "*.video.example"}), &[("/services/6/hosts/0", "invalid-host")]),
        (json!({"/services/6/hosts/0": "shop.example/film"}), &[]),
        (
            json!({"/site": "www.shop.example", "/services/6/hosts/0": "shop.example"}),
            &[("/services/6/hosts/0", "own-host")],
        ),
        (json!({"/services/1/mode": "advanced"}), &[]),
        (json!({"/services/6/mode": "advanced"}), &[("/services/6/mode", "no-advanced-mode")]),
        (json!({"/services/5/mode": "advanced"}), &[("/services/5/mode", "no-advanced-mode")]),
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
            &[("/services/4", "duplicate-id"), ("/services/8", "duplicate-id")],
        ),
        (json!({"/preferences/0/purpose": "post"}), &[("/preferences/0/purpose", "unknown-purpose")]),
        (
            json!({"/preferences/0/options/1/id": "email"}),
            &[("/preferences/0/options/0/id", "duplicate-id"), ("/preferences/0/options/1/id", "duplicate-id")],
        ),
        (json!({"/theme/accent": "green"}), &[("/theme/accent", "invalid-colour")]),
        (json!({"/theme/accent": "#8fd3b6"}), &[("/theme/accent", "low-contrast")]),
        (json!({"/theme/radius": "12em"}), &[("/theme/radius", "invalid-length")]),
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
