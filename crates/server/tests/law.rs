//! The table of rules names tests that exist: `docs/reference/law.md`.

#![allow(clippy::expect_used, reason = "a test says what went wrong by failing where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sources of all tests and their tables of cases, in one text.
fn tests() -> String {
    let mut all = String::new();
    for file in ["crates/model/fixtures/rules.json", "src/tests.rs"] {
        all += &fs::read_to_string(root().join(file)).expect(file);
    }
    for place in ["tests/browser/cases", "crates/server/tests", "crates/model/tests"] {
        for entry in fs::read_dir(root().join(place)).expect(place) {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "rs") && path.file_name().is_some_and(|name| name != "law.rs")
            {
                all += &fs::read_to_string(&path).expect("readable");
            }
        }
    }
    all
}

/// What stands in a line between two of a mark.
fn between(line: &str, mark: char) -> impl Iterator<Item = &str> {
    line.split(mark).skip(1).step_by(2)
}

#[test]
fn every_rule_has_a_test_that_exists() {
    let tests = tests();
    let table = fs::read_to_string(root().join("docs/reference/law.md")).expect("readable");
    let mut rules = 0;
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule")) {
        let shown = line.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let functions: Vec<_> = between(shown, '`').map(|name| format!("fn {name}(")).collect();
        let cases: Vec<_> = between(shown, '"').map(|name| format!("\"name\": \"{name}\"")).collect();
        assert!(functions.len() + cases.len() > 0, "no test for: {line}");
        for named in functions.iter().chain(&cases) {
            assert!(tests.contains(named), "{named} does not exist, for: {line}");
        }
        rules += 1;
    }
    assert!(rules > 20, "{rules} rules were read");
}
