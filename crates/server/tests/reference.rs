//! What the reference names is there, and what is there it names: lines on the console, members of `window.placet`, events,
//! methods of decisions, hooks, options of the command line.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code that runs in the page: the loader, its parts, the widget.
fn code() -> Vec<String> {
    let mut found = vec![read("public/placet.js")];
    let mut open = vec![root().join("public/parts"), root().join("src")];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(&place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if ["js", "rs"].iter().any(|end| path.extension().is_some_and(|found| found == *end))
                && !path.ends_with("tests.rs")
                && !path.ends_with("gallery.rs")
            {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    assert!(found.len() > 30, "{}", found.len());
    found
}

/// The literals that follow `mark`, of any of the three kinds of quotes.
fn literals<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| {
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|first| "'\"`".contains(*first))?;
        rest.get(1..)?.split(quote).next()
    })
}

/// Whether a text that the code fills in, `${…}`, may become this one.
fn may_be(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut fixed = pattern.split("${").enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('}').map_or("", |(_, after)| after),
    });
    let Some(after) = rest.strip_prefix(fixed.next().unwrap_or_default()) else { return false };
    rest = after;
    for part in fixed {
        let Some(at) = rest.get(1..).and_then(|tail| tail.find(part)) else { return false };
        rest = &rest[1 + at + part.len()..];
    }
    rest.is_empty() || pattern.ends_with('}')
}

/// A part of a page of the reference, by its heading.
fn part(text: &str, heading: &str) -> String {
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no part {heading}"));
    rest.split("\n## ").next().unwrap().to_owned()
}

/// The names between backquotes in a column of the tables of a text, without what follows a name as in `on(name, fn)`.
fn named(text: &str, column: usize) -> BTreeSet<String> {
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let cells = rows.filter_map(|line| line.split(" | ").nth(column).map(|cell| cell.trim_start_matches("| ")));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    names.map(|name| name.split('(').next().unwrap_or_default().to_owned()).collect()
}

/// What stands between two marks, the first time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).unwrap_or_else(|| panic!("no {from}")).0
}

#[test]
fn patterns_stand_for_what_they_may_become() {
    for (pattern, text, fits) in [
        ("It failed.", "It failed.", true),
        ("It failed.", "It failed. Why?", false),
        ("\"${name}\" failed.", "\"NAME\" failed.", true),
        ("\"${name}\" failed.", "\"NAME\" was lost.", false),
        ("banner.${kind}_all", "banner.accept_all", true),
        ("banner.${kind}_all", "banner.opt_out", false),
        ("changes.${kind}", "changes.accept", true),
        ("changes.${kind}", "change.accept", false),
    ] {
        assert_eq!(may_be(pattern, text), fits, "{pattern} {text}");
    }
}

#[test]
fn every_line_on_the_console_is_documented() {
    let reference = read("docs/reference/console.md").replace('`', "");
    let told: BTreeSet<&str> = reference.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let code = code();
    let written = code.iter().flat_map(|text| literals(text, "warn("));
    // A title stands behind the line, and the loader's own `warn` says what it is given.
    let lines: BTreeSet<&str> =
        written.map(|line| line.trim_start_matches("[placet] ")).filter(|line| *line != "${what}").collect();
    assert!(lines.len() > 15, "{lines:?}");
    let is_told = |line: &str, heading: &str| {
        may_be(line, heading.trim_end_matches(" TITLE")) || may_be(&heading.replace("NAME", "${}"), line)
    };
    let missing: Vec<_> = lines.iter().filter(|line| !told.iter().any(|heading| is_told(line, heading))).collect();
    assert!(missing.is_empty(), "docs/reference/console.md has no heading for {missing:?}");
    let gone: Vec<_> = told.iter().filter(|heading| !lines.iter().any(|line| is_told(line, heading))).collect();
    assert!(gone.is_empty(), "docs/reference/console.md tells of lines that nothing writes: {gone:?}");
}

#[test]
fn the_members_of_placet_are_documented() {
    let loader = read("public/placet.js");
    let object = between(&loader, "    const api = {\n", "\n    };");
    let member = |line: &str| {
        let name = line.strip_prefix("      ")?.split([':', ',']).next()?.trim();
        name.chars().all(char::is_alphanumeric).then(|| name.to_owned())
    };
    let mut members: BTreeSet<String> = object.lines().filter_map(member).collect();
    assert!(loader.contains("api.ready ="));
    members.insert("ready".into());
    assert_eq!(members, named(&part(&read("docs/reference/api.md"), "`window.placet`"), 0));

    let types = read("public/placet.d.ts");
    let interface = between(&types, "  interface Api {\n", "\n  }");
    let declared = |line: &str| {
        let line = line.strip_prefix("    ")?.trim_start_matches("readonly ");
        line.starts_with(char::is_alphabetic).then(|| line.split(['(', ':', '<']).next().unwrap().to_owned())
    };
    assert_eq!(members, interface.lines().filter_map(declared).collect());
}

#[test]
fn the_events_are_documented() {
    let code = code();
    let sent: BTreeSet<String> = code.iter().flat_map(|text| literals(text, "emit(")).map(str::to_owned).collect();
    let sent: BTreeSet<String> = sent.into_iter().filter(|name| name.chars().all(char::is_alphabetic)).collect();
    assert_eq!(sent, named(part(&read("docs/reference/api.md"), "Events").split("The decision:").next().unwrap(), 0));
    let types = read("public/placet.d.ts");
    let map = between(&types, "interface DocumentEventMap {", "}");
    assert_eq!(sent, literals(map, "\n ").map(|name| name.trim_start_matches("placet:").to_owned()).collect());
}

#[test]
fn the_methods_of_decisions_are_documented() {
    const PLACES: [&str; 9] =
        ["banner", "changes", "separate", "status", "inline", "embed", "page", "preferences", "api"];
    let types = read("public/placet.d.ts");
    let told: BTreeSet<String> = literals(between(&types, "  type Method =", ";"), "| ").map(str::to_owned).collect();
    assert!(told.iter().all(|method| PLACES.contains(&method.split('.').next().unwrap())), "{told:?}");

    // A method stands in the code as a literal of its own, or as a template.
    let code = code();
    let quoted = |text: &str| -> BTreeSet<String> {
        let ends = |c: char| "'\"`".contains(c);
        let is_method = |word: &&str| {
            let (place, what) = word.split_once('.').unwrap_or((word, "?"));
            (PLACES.contains(&place) || place == "${where}")
                && what.chars().all(|c| c.is_ascii_lowercase() || "_${}".contains(c))
        };
        text.split(ends).filter(is_method).map(str::to_owned).collect()
    };
    let mut written: BTreeSet<String> = code.iter().flat_map(|text| quoted(text)).collect();
    written.insert("inline".into());
    let missing: Vec<_> = written.iter().filter(|method| !told.iter().any(|told| may_be(method, told))).collect();
    assert!(missing.is_empty(), "public/placet.d.ts does not name the methods {missing:?}");
    let gone: Vec<_> = told.iter().filter(|told| !written.iter().any(|method| may_be(method, told))).collect();
    assert!(gone.is_empty(), "public/placet.d.ts names methods that nothing writes: {gone:?}");

    // `.save` is short for the method of the place before it.
    let reference = read("docs/reference/api.md");
    let table = reference.split("| `method` | what the visitor did |").nth(1).unwrap().split("\n\n").next().unwrap();
    let mut place = String::new();
    let mut listed = BTreeSet::new();
    for cell in table.lines().filter_map(|line| line.split(" | ").next()) {
        for name in cell.split('`').skip(1).step_by(2) {
            match name.split_once('.') {
                Some(("", what)) => listed.insert(format!("{place}.{what}")),
                Some((of, _)) => {
                    place = of.to_owned();
                    listed.insert(name.to_owned())
                }
                None => listed.insert(name.to_owned()),
            };
        }
    }
    assert_eq!(listed, told);
    let counted: BTreeSet<String> = placet_server::counts::METHODS.map(str::to_owned).into();
    assert_eq!(counted, told, "statistics count each by its name");
}

#[test]
fn the_hooks_are_documented() {
    let drawn = part(&read("docs/reference/api.md"), "What is drawn");
    let mut told = named(&drawn, 1);
    told.extend(named(&drawn, 0));
    let code = code().concat();
    let mut hooks = BTreeSet::new();
    for mark in ["data-placet-action=\"", "data-placet-action\", \"", "data-placet-layer=\"", "data-placet-layer\", \""]
    {
        hooks.extend(code.split(mark).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    assert!(hooks.len() > 12, "{hooks:?}");
    let missing: Vec<_> = hooks.iter().filter(|hook| !told.iter().any(|told| told.contains(**hook))).collect();
    assert!(missing.is_empty(), "docs/reference/api.md does not name the hooks {missing:?}");

    let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
    let actions = drawn.lines().filter(|line| line.contains("`[data-placet-action=") || line.starts_with("| the same"));
    let actions = named(&actions.collect::<Vec<_>>().join("\n"), 1);
    let gone: Vec<_> = actions.iter().filter(|action| !words.contains(action.as_str())).collect();
    assert!(!actions.is_empty() && gone.is_empty(), "docs/reference/api.md names hooks that nothing has: {gone:?}");
}

/// What the program says of a command.
fn help(command: &[&str]) -> String {
    let told = Command::new(env!("CARGO_BIN_EXE_placet")).args(command).arg("--help").output().unwrap();
    assert!(told.status.success(), "{command:?}: {told:?}");
    String::from_utf8(told.stdout).unwrap()
}

/// The names under "Commands:".
fn commands(help: &str) -> Vec<&str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()).collect()
}

/// The options in a text.
fn options(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| word.starts_with("--") && word.len() > 2).collect()
}

/// The commands of `placet` in a text, each with what follows it up to the end of the command.
fn calls<'a>(text: &'a str, overview: &'a str) -> Vec<(Vec<&'a str>, &'a str)> {
    let mut calls = Vec::new();
    for call in text.split("placet ").skip(1) {
        let call = call.split(['\n', '|', '>', '#', '`', ';']).next().unwrap();
        let mut words = call.split([' ', '.', ',', ')']);
        let Some(verb) = words.next().filter(|verb| commands(overview).contains(verb)) else { continue };
        match (verb, words.next()) {
            ("keys" | "lock" | "token", Some(under)) => calls.push((vec![verb, under], call)),
            _ => calls.push((vec![verb], call)),
        }
    }
    calls
}

/// Whoever copies a command out of the guides, or starts the container, the compose file or the unit, meets options that exist.
#[test]
fn the_options_that_are_named_exist() {
    let overview = help(&[]);
    let mut named: Vec<(String, Vec<&str>, BTreeSet<String>)> = Vec::new();
    let owned = |text: &str| -> BTreeSet<String> { options(text).into_iter().map(str::to_owned).collect() };
    for (file, marks) in [
        ("Dockerfile", &["CMD "][..]),
        ("compose.yaml", &["- --"]),
        ("deploy/placet.service", &["ExecStart=", "# Options go"]),
    ] {
        let text = read(file);
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| marks.iter().any(|mark| line.starts_with(mark))).collect();
        named.push((file.to_owned(), vec!["serve"], owned(&lines.join("\n"))));
    }
    let mut files = vec![root().join("README.md")];
    for directory in ["docs/guides", "docs/reference"] {
        files.extend(fs::read_dir(root().join(directory)).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.retain(|file| file.extension().is_some_and(|end| end == "md") && !file.ends_with("cli.md"));
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|file| (file.display().to_string(), fs::read_to_string(file).unwrap().replace("\\\n", " ")))
        .collect();
    for (file, text) in &texts {
        named.extend(calls(text, &overview).into_iter().map(|(verb, call)| (file.clone(), verb, owned(call))));
    }
    let count: usize = named.iter().map(|(_, _, options)| options.len()).sum();
    assert!(count > 60 && named.iter().take(3).all(|(_, _, options)| options.len() > 2), "{count}: {named:?}");
    for (file, verb, options_named) in named {
        let help = help(&verb);
        let there = options(&help);
        let gone: Vec<_> = options_named.iter().filter(|option| !there.contains(option.as_str())).collect();
        assert!(gone.is_empty(), "{file}: placet {} has no {gone:?}", verb.join(" "));
    }
}
