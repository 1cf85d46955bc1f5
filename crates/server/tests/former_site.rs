//! A site that got another name: the logs of the old one stay where everybody can read and verify them.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::databases::Place;
use support::on_each_database;
use support::program::{Running, ask, placet, prepared};

on_each_database![the_logs_of_a_former_site_can_be_read];

/// Gives the site of a prepared directory another name, with a key for that.
fn rename(directory: &Path, site: &str) {
    let config = directory.join("placet.json");
    let mut changed: Value = serde_json::from_slice(&fs::read(&config).unwrap()).unwrap();
    changed["site"] = site.into();
    fs::write(&config, changed.to_string()).unwrap();
    let key = directory.join("log.key");
    fs::rename(&key, directory.join("former.key")).unwrap();
    let made = placet(&["keys", "new", "--site", site, "--out", &key.display().to_string()]);
    assert_eq!(made.code, Some(0), "{}", made.err);
}

async fn the_logs_of_a_former_site_can_be_read() {
    let (directory, place) = (prepared(), Place::new().await);
    let server = Running::start(directory.path(), &place.address);
    let receipts = server.receipts(1..4);
    let answers = server.record(&receipts);
    let year = answers[0]["log"]["origin"].as_str().unwrap().strip_prefix("shop.example/").unwrap().to_owned();
    let left = server.get(&format!("/log/{year}/checkpoint"));
    let known = directory.path().join("known").display().to_string();
    fs::write(&known, server.get("/log/keys")).unwrap();
    let kept = server.keep(directory.path(), &receipts[0], &answers[0]);
    server.stop();

    rename(directory.path(), "new.example");
    let server = Running::start(directory.path(), &place.address);
    let log = format!("http://{}/log", server.authority);
    assert!(server.get(&format!("/log/{year}/checkpoint")).starts_with(b"new.example/"));
    assert_eq!(server.get(&format!("/log/shop.example/{year}/checkpoint")), left, "as it was signed last");
    assert_eq!(server.get("/log/shop.example/keys"), server.get("/log/keys"));
    for path in [
        "other.example/2026/checkpoint",
        "other.example/keys",
        "shop.example/2001/checkpoint",
        "shop.example/checkpoint",
        "/keys",
    ] {
        let request = format!("GET /log/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert_eq!(ask(&server.authority, &request).unwrap().status, 404, "{path}");
    }
    for keys in [&["--log-key", &known][..], &[]] {
        let said = placet(&[&["verify", &kept, "--log", &log], keys].concat());
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        assert!(said.out.contains("ok  today") && said.out.contains("only grown since"), "{}", said.out);
    }
    let said = placet(&["audit", "--log", &format!("{log}/shop.example"), "--log-key", &known]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains(&format!("entries in shop.example/{year}")), "{}", said.out);
    server.stop();
}
