//! `placet publish`: the files that it writes, and when it refuses to.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use support::alone::{demo, file, placet, text};

#[test]
fn publish_writes_every_file_whole_and_keeps_older_notices() {
    let (directory, config) = file("placet.json", demo().to_string());
    let out = directory.path().join("embed");
    let publish = |config: &str| {
        placet(&["publish", config, "--out", &out.display().to_string(), "--base-url", "https://cdn.shop.example/p/"])
    };
    let told = publish(&config);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    assert!(text(&told.stdout).contains("https://cdn.shop.example/p/placet.js"), "{}", text(&told.stdout));
    let before = files(&out);
    for file in before.iter().filter(|file| file.extension().is_none_or(|ending| ending != "br")) {
        let mut compressed = file.clone().into_os_string();
        compressed.push(".br");
        assert!(before.contains(&PathBuf::from(compressed)), "{}", file.display());
    }
    assert!(before.iter().any(|file| file.ends_with("integrity.json")));

    let mut later = demo();
    later["version"] = "2027-01-01".into();
    fs::write(&config, later.to_string()).unwrap();
    assert_eq!(publish(&config).status.code(), Some(0));
    let after = files(&out);
    assert!(before.iter().all(|file| after.contains(file)), "the older notices are there still");
    assert!(after.len() > before.len(), "and the newer ones too");
    assert!(after.iter().all(|file| file.extension().is_some_and(|ending| ending != "tmp")));

    later["purposes"][1]["id"] = "necessary".into();
    fs::write(&config, later.to_string()).unwrap();
    let told = publish(&config);
    assert_eq!(told.status.code(), Some(1), "a config with errors");
    assert!(text(&told.stderr).contains("/purposes/1/id"));
    assert_eq!(files(&out), after, "changes nothing");
}

/// "Consent text changed under the same version": a receipt names a version, so it stands for the same words.
#[test]
fn publish_refuses_other_words_under_the_same_version() {
    let (directory, config) = file("placet.json", demo().to_string());
    let out = directory.path().join("embed");
    let [mut words, mut looks, mut raised] = [demo(), demo(), demo()];
    words["purposes"][1]["title"]["en"] = "Counting visits".into();
    looks["theme"]["accent"] = "#7a0019".into();
    raised["purposes"][1]["title"]["en"] = "Counting visits and more".into();
    raised["version"] = "2027-01-01".into();
    // what is published after what stands above, with which argument, and the languages that are told
    for (config_text, amend, told_languages) in [
        (demo(), false, None),
        (demo(), false, None),
        (looks, false, None),
        (words.clone(), false, Some("“en”")),
        (words.clone(), true, None),
        (words, false, None),
        (demo(), false, Some("“en”")),
        (raised, false, None),
        // An older version again: nothing is published under it any more.
        (demo(), false, None),
    ] {
        fs::write(&config, config_text.to_string()).unwrap();
        let before = out.exists().then(|| files(&out));
        let mut arguments = vec!["publish", &config, "--out", out.to_str().unwrap()];
        arguments.extend(amend.then_some("--amend"));
        let told = placet(&arguments);
        let log = text(&told.stderr);
        assert_eq!(told.status.code(), Some(i32::from(told_languages.is_some())), "{log}");
        assert_eq!(log.contains("/version  [version-unchanged]"), told_languages.is_some(), "{log}");
        if let Some(languages) = told_languages {
            assert!(
                log.contains(&format!("The words in {languages} have changed")) && log.contains("--amend"),
                "{log}"
            );
            assert_eq!(before, Some(files(&out)), "nothing is written");
        }
    }
    // What is no publication is in nobody's way.
    fs::write(out.join("integrity.json"), "{").unwrap();
    assert_eq!(placet(&["publish", &config, "--out", out.to_str().unwrap()]).status.code(), Some(0));
}

#[test]
fn publish_says_where_calls_go_that_are_only_paths() {
    let with = |endpoint: &str| {
        let mut config = demo();
        config["receipts"]["endpoint"] = endpoint.into();
        file("placet.json", config.to_string())
    };
    let cdn = ["--base-url", "https://cdn.shop.example/placet/"];
    let whole = "https://consent.shop.example/v1/receipts";
    for (endpoint, arguments, said) in [
        (
            "/v1/receipts",
            &cdn[..],
            Some("so receipts go to https://cdn.shop.example/v1/receipts, on the host of --base-url"),
        ),
        ("/v1/receipts", &[], Some("so receipts go to /v1/receipts on the host that placet.js is loaded from")),
        (whole, &cdn, None),
        (whole, &[&cdn[..], &["--region-hint", "https://consent.shop.example/v1/region"]].concat(), None),
        (whole, &[&cdn[..], &["--region-hint", "/hint"]].concat(), Some("goes to https://cdn.shop.example/hint")),
    ] {
        let (directory, config) = with(endpoint);
        let out = directory.path().join("embed").display().to_string();
        let told = placet(&[&["publish", &config, "--out", &out], arguments].concat());
        let log = text(&told.stderr);
        assert_eq!(told.status.code(), Some(0), "{log}");
        assert!(said.is_none_or(|said| log.contains(said)), "{log}");
        assert_eq!(log.contains("path"), said.is_some(), "{log}");
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
