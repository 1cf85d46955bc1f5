//! `placet check` and `placet schema`: what they say of configs.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::alone::{demo, file, placet, text};

#[test]
fn check_says_what_is_wrong_and_ends_with_the_right_code() {
    let changed = |pointer: &str, value: Value| {
        let mut config = demo();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        config.pointer_mut(parent).unwrap()[member] = value;
        config.to_string()
    };
    // what the file holds, the exit code, the path told, a word of what is told
    for (content, code, path, said) in [
        (demo().to_string(), 0, "", "no errors"),
        (changed("/surprise", json!(1)), 1, "/surprise", "surprise"),
        (changed("/purposes/1/title", json!({ "en": "Measuring use" })), 1, "/purposes/1/title", "zh-CN"),
        (changed("/controller/privacyPolicy", json!("javascript:alert(1)")), 1, "/controller/privacyPolicy", "hint"),
        (changed("/purposes/2/id", json!("analytics")), 1, "/purposes/2/id", "analytics"),
        ("{\"site\":".into(), 2, "", "placet.json:1:"),
        ("".into(), 2, "", "placet.json:1:"),
        ("{\"a\":1,\"a\":2}".into(), 2, "", "twice"),
        (" ".repeat(10 * 1024 * 1024), 2, "", "too large"),
    ] {
        let (_directory, config) = file("placet.json", &content);
        let told = placet(&["check", &config]);
        let all = text(&told.stdout) + &text(&told.stderr);
        assert_eq!(told.status.code(), Some(code), "{all}");
        assert!(all.contains(said) && all.contains(path), "{said} at {path}: {all}");

        let told = placet(&["check", &config, "--format", "json"]);
        assert_eq!(told.status.code(), Some(code));
        let problems: Value = serde_json::from_slice(&told.stdout).unwrap();
        let problems = problems["problems"].as_array().unwrap();
        assert_eq!(problems.is_empty(), code == 0, "{problems:?}");
        assert!(code == 0 || problems.iter().any(|problem| problem["path"] == path), "{path}: {problems:?}");
        for problem in problems {
            let members: Vec<&String> = problem.as_object().unwrap().keys().collect();
            assert_eq!(members, ["path", "code", "severity", "message", "hint"]);
        }
    }

    let (_directory, not_text) = file("placet.json", [0xff, 0xfe, 0x00]);
    for arguments in [&["check", &not_text][..], &["check", "/nowhere/placet.json"], &["check"], &["unheard-of"]] {
        let told = placet(arguments);
        assert_eq!(told.status.code(), Some(2), "{arguments:?}");
        assert!(!told.stderr.is_empty());
    }
}

#[test]
fn schema_is_the_schema_of_the_config() {
    let told = placet(&["schema"]);
    assert_eq!(told.status.code(), Some(0));
    let schema: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert!(schema["properties"]["purposes"].is_object());
}
