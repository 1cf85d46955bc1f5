//! docs/reference/console.md and what Placet says on the console tell the same lines.

use std::{collections::BTreeSet, fs, path::Path};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The text with `NAME` where a template fills in a name.
fn filled(template: &str) -> String {
    let mut parts = template.split("${");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |line, part| line + "NAME" + part.split_once('}').map_or("", |(_, rest)| rest))
}

/// The texts that a source gives to `warn(`, in whichever quotes.
fn said(source: &str) -> Vec<String> {
    let texts = source.split("warn(").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|first| "'\"`".contains(*first))?;
        rest[1..].split(quote).next()
    });
    texts
        .map(|text| filled(text.trim_start_matches("[placet] ")).trim_end_matches(':').to_owned())
        // The loader's own way to the console, and what stands for any part, step or code of the page.
        .filter(|text| text != "NAME")
        .map(|text| if text == "\"push\" failed." { "\"NAME\" failed.".to_owned() } else { text })
        .collect()
}

#[test]
fn every_line_has_its_heading() {
    let mut lines = BTreeSet::new();
    for (dir, extension) in [("public", "js"), ("public/parts", "js"), ("src", "rs")] {
        for entry in fs::read_dir(root().join(dir)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|found| found == extension) {
                lines.extend(said(&fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(lines.len() > 10, "{lines:#?}");
    let page = fs::read_to_string(root().join("docs/reference/console.md")).unwrap();
    let headings: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        // What the endpoint fills in stands behind the colon.
        .map(|heading| heading.trim_end_matches(": TITLE").to_owned())
        .collect();
    assert_eq!(headings, lines);
}
