//! The table of rules names tests that exist and cite their rule: `docs/reference/law.md`.

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

/// Numbers of articles in the order of a text: `17(1)(1)` is 17 and what is in it, `03/2022` and `42574-2023` are one each.
fn numbers(text: &str) -> Vec<&str> {
    let is_part = |letter: char| letter.is_ascii_digit() || "/-.".contains(letter);
    let pieces = text.split(|letter| !is_part(letter)).map(|piece| piece.trim_matches(['/', '-', '.']));
    pieces.filter(|piece| piece.starts_with(|letter: char| letter.is_ascii_digit())).collect()
}

/// The laws of a rule with their articles, without paragraphs and letters: `PIPL 22, 23; GDPR 13(1)(e)`.
fn laws(rule: &str) -> Vec<(&str, Vec<String>)> {
    let law = |piece| -> Option<(&str, Vec<String>)> {
        let piece: &str = piece;
        let at = piece.find(|letter: char| letter.is_ascii_digit())?;
        let articles =
            piece[at..].split([',', ' ']).filter_map(|part| numbers(part.split('(').next()?).first().copied());
        Some((piece[..at].trim(), articles.map(str::to_owned).collect()))
    };
    rule.split("; ").filter_map(law).collect()
}

/// The comment above a function, in one line.
fn comment(tests: &str, function: &str) -> String {
    let mut all = String::new();
    for (at, _) in tests.match_indices(function) {
        let above = tests[..at].lines().rev().skip(1).map(str::trim);
        let lines: Vec<_> = above.take_while(|line| line.starts_with("///") || line.starts_with("#[")).collect();
        for line in lines.into_iter().rev().filter_map(|line| line.strip_prefix("///")) {
            all += line;
        }
        // Where two tests have one name, each stands for itself.
        all += ";";
    }
    all
}

/// Whether a comment names one of the laws and, before the sentence or the law ends, one of its articles.
fn cites(comment: &str, laws: &[(&str, Vec<String>)]) -> bool {
    laws.iter().any(|(law, articles)| {
        comment.split(law).skip(1).any(|after| {
            let own = after.split([';', ':']).next().unwrap_or_default();
            let own = own.split(". ").next().unwrap_or_default();
            numbers(own).iter().any(|number| articles.iter().any(|article| article == number))
        })
    })
}

#[test]
fn citations_are_read_as_lawyers_write_them() {
    let rule = laws(
        "PIPL 22, 23; GDPR 13(1)(e); CCPA regulations 7025(b), (c)(6); Quebec Law 25, 8.1 and 9.1; GB/T 42574-2023",
    );
    for (comment, cited) in [
        (" PIPL 23: who receives it.", true),
        (" Who receives it (PIPL 22; GDPR 14).", true),
        (" GDPR 13(1)(f).", true),
        (" The page says so (Quebec Law 25, 9.1).", true),
        (" GB/T 42574-2023: for one act.", true),
        (" CCPA regulations 7025(b).", true),
        (" PIPL 24; GDPR 14.", false),
        (" PIPL asks for it. 23 clicks.", false),
        (" 23 clicks.", false),
        ("", false),
    ] {
        assert_eq!(cites(comment, &rule), cited, "{comment:?}");
    }
}

#[test]
fn every_rule_has_a_test_that_exists_and_cites_it() {
    let tests = tests();
    let table = fs::read_to_string(root().join("docs/reference/law.md")).expect("readable");
    let mut rules = 0;
    for line in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule")) {
        let (rule, cells) = line.trim_start_matches("| ").split_once(" | ").expect("a table has columns");
        let shown = cells.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let functions: Vec<_> = between(shown, '`').map(|name| format!("fn {name}(")).collect();
        let cases: Vec<_> = between(shown, '"').map(|name| format!("\"name\": \"{name}\"")).collect();
        assert!(functions.len() + cases.len() > 0, "no test for: {line}");
        for named in functions.iter().chain(&cases) {
            assert!(tests.contains(named), "{named} does not exist, for: {line}");
        }
        // A case has no comment; what is asked everywhere has no article.
        let laws = laws(rule);
        assert!(!laws.is_empty() || rule == "any of them", "no article: {line}");
        for function in functions.iter().filter(|_| !laws.is_empty()) {
            let comment = comment(&tests, function);
            assert!(cites(&comment, &laws), "the comment of `{function}` cites none of {laws:?}: {comment:?}");
        }
        rules += 1;
    }
    assert!(rules > 30, "{rules} rules were read");
}
