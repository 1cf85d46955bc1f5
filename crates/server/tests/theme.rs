//! The looks are a public API: what `docs/reference/theme.md` names is there, and what is there it names.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What has parts of no shadow root: tests, and the notice's page, which is a document of its own.
const WITHOUT: [&str; 2] = ["tests.rs", "notice_page.rs"];

/// The texts of all other files of a kind below a directory.
fn texts(directory: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join(directory)];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending)
                && !WITHOUT.iter().any(|name| path.ends_with(name))
            {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    assert!(!found.is_empty(), "{directory}");
    found
}

/// What follows `mark` up to one of `ends`, each time.
fn after<'a>(text: &'a str, mark: &'a str, ends: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(move |rest| rest.split(ends).next())
}

/// The text that begins here, where one does.
fn literal(code: &str) -> Option<&str> {
    code.trim_start().strip_prefix('"')?.split('"').next()
}

fn documented(heading: &str) -> String {
    let text = fs::read_to_string(root().join("docs/reference/theme.md")).unwrap();
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn every_custom_property_is_documented_with_its_value() {
    let sheets = texts("style", "css").concat();
    let text = documented("Custom properties");
    let used: BTreeSet<_> = after(&sheets, "var(--placet-", &[',', ')']).collect();
    let told: BTreeSet<_> = after(&text, "| `--placet-", &['`']).collect();
    assert_eq!(used, told);

    for (sheet, column) in [("tokens.css", 3), ("dark.css", 4)] {
        let sheet = fs::read_to_string(root().join("style").join(sheet)).unwrap();
        for declared in after(&sheet, "var(--placet-", &[';']) {
            let (name, value) = declared.trim_end_matches(')').split_once(", ").unwrap();
            let row = text.lines().find(|line| line.starts_with(&format!("| `--placet-{name}` |"))).unwrap();
            assert_eq!(row.split('|').nth(column).unwrap().trim(), format!("`{value}`"), "{name}");
        }
    }
}

#[test]
fn every_part_is_documented() {
    let (views, scripts) = (texts("src", "rs"), texts("public/parts", "js"));
    let told = documented("Parts");
    let told: BTreeSet<&str> =
        told.lines().filter_map(|line| line.split('|').nth(2)).flat_map(|cell| after(cell, " `", &['`'])).collect();

    let mut used: BTreeSet<&str> = BTreeSet::new();
    for view in &views {
        used.extend(after(view, " part=\"", &['"']).flat_map(str::split_whitespace));
        // What is set by its name, in a chain or in a list.
        for set in [".set(\"part\",", "(\"part\","] {
            used.extend(after(view, set, &[')']).filter_map(literal).flat_map(str::split_whitespace));
        }
        // The pieces that take the name of their part.
        for piece in ["section(", "fold(", "ask(", "Look::Button,", "Look::Quiet,", "Look::Close,"] {
            used.extend(after(view, piece, &[')', '}']).filter_map(literal));
        }
    }
    for script in &scripts {
        used.extend(after(script, "part: '", &['\'']).flat_map(str::split_whitespace));
    }
    assert!(used.len() > 20, "{used:?}");
    let missing: Vec<_> = used.difference(&told).collect();
    assert!(missing.is_empty(), "docs/reference/theme.md does not name the parts {missing:?}");

    // Each way of writing one is seen.
    for (way, part) in [
        ("an attribute", "cover"),
        ("set in a chain", "service"),
        ("set in a list", "center"),
        ("a fold", "words"),
        ("a button of a row", "check"),
        ("a button", "keep-erasure"),
    ] {
        assert!(used.contains(part), "{way} is overlooked: {part}");
    }

    // A part may be put together in other ways than those; but somewhere its name is written.
    let words: BTreeSet<&str> =
        views.iter().chain(&scripts).flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '-')).collect();
    let gone: Vec<_> = told.iter().filter(|part| !words.contains(**part)).collect();
    assert!(gone.is_empty(), "docs/reference/theme.md names parts that nothing has: {gone:?}");
}
