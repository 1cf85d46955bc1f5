//! `placet verify --log` and `placet audit` against logs that are sound, and against every way in which one can lie.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

#[path = "../../model/tests/support/log.rs"]
mod log;
#[path = "support/publisher.rs"]
mod publisher;
mod support;

use log::{LogKey, TestLog};
use placet_model::json;
use placet_model::log::entry::Envelope;
use placet_model::receipt::{Acknowledgement, ReceiptFile};
use placet_model::verify::hash;
use publisher::Publisher;
use serde_json::json;
use std::fs;
use std::process::{Command, Output};
use support::{Device, NOTICE, Server, database, notice};
use tempfile::TempDir;

const SITE: &str = "shop.example";
/// 2026-03-01 00:00:01.123 UTC.
const RECEIVED: u64 = 1_772_323_201_123;
/// How many entries the log has when the receipt is proved, and later.
const THEN: usize = 300;
const NOW: usize = 700;

type Change<'a> = &'a dyn Fn(&Publisher);
/// What is published, what is changed in it, more arguments, the exit code, words that are told.
type Case<'a> = (&'a str, &'a TestLog, Change<'a>, &'a [&'a str], i32, &'a [&'a str]);

fn placet(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_placet")).args(arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

/// A log with a receipt at 41, which grew to `size` entries, as a log does that tells nobody which entries are whose.
fn log_of(size: usize, receipt: &str) -> TestLog {
    let mut log = TestLog::new(SITE, 2026, 1);
    let entry = |number: usize, kind: u8| [&[kind][..], &[number as u8; 32]].concat();
    for number in 0..size {
        match number {
            41 => _ = log.append(receipt, &envelope()),
            number => log.tree.push(entry(number, 1 + u8::from(number % 10 == 0))),
        }
    }
    log
}

fn envelope() -> String {
    Envelope { received_at: RECEIVED, region: Some("CN-31".into()), ..Envelope::default() }.to_text()
}

/// A receipt and its file, with the proof of the time when the log had [`THEN`] entries.
fn receipt_file(directory: &TempDir) -> (String, String) {
    let device = Device::new(1);
    let jws = device.receipt(1, &notice(), &json!({}));
    let proof = log_of(THEN, &jws).proof(41, &envelope());
    let acknowledgement =
        Acknowledgement { id: "7b0c2f6e-1d7a-4c54-9a3e-000000000001".into(), received_at: RECEIVED, log: Some(proof) };
    let file = ReceiptFile {
        placet: 1,
        receipt: jws.clone(),
        jwk: Some(device.jwk()),
        notice: NOTICE.into(),
        acknowledgement: Some(acknowledgement),
    };
    let path = directory.path().join("receipt.json");
    fs::write(&path, json::to_text(&file)).unwrap();
    (jws, path.display().to_string())
}

#[test]
fn verify_asks_the_log_of_today() {
    let directory = TempDir::new().unwrap();
    let (jws, receipt) = receipt_file(&directory);
    let publisher = Publisher::start();
    let key = LogKey::new(SITE, 1).vkey();
    let keys = directory.path().join("keys");
    fs::write(&keys, format!("# of the shop\n{}\n{key}\n", LogKey::new(SITE, 3).vkey())).unwrap();
    let keys = keys.display().to_string();
    let grown = log_of(NOW, &jws);
    let rewritten = {
        let mut log = log_of(7, &jws);
        log.tree.push(vec![1; 33]);
        log_of(NOW, &jws).tree.items()[8..].iter().for_each(|entry| log.tree.push(entry.clone()));
        log
    };
    let stranger = { TestLog { key: LogKey::new(SITE, 9), ..log_of(NOW, &jws) } };
    let cases: [Case; 14] = [
        (
            "grown",
            &grown,
            &|_| {},
            &["--log-key", &key],
            0,
            &["has 700 entries", "begins with the 300", "only grown since"],
        ),
        ("keys in a file", &grown, &|_| {}, &["--log-key", &keys], 0, &["ok  today"]),
        ("keys of the log", &grown, &|_| {}, &[], 0, &["ok  today", "note  keys"]),
        ("as it was", &log_of(THEN, &jws), &|_| {}, &["--log-key", &key], 0, &["has 300 entries"]),
        (
            "a partial tile went",
            &grown,
            &|all| all.remove("2026/tile/0/000"),
            &["--log-key", &key],
            2,
            &["tile/0/000 is not there"],
        ),
        (
            "cut",
            &log_of(200, &jws),
            &|_| {},
            &["--log-key", &key],
            1,
            &["was cut or set back", "NOT CONFIRMED BY THE LOG."],
        ),
        ("rewritten", &rewritten, &|_| {}, &["--log-key", &key], 1, &["was rewritten"]),
        (
            "signed by another",
            &stranger,
            &|_| {},
            &["--log-key", &key],
            1,
            &["None of the known keys", "NOT CONFIRMED BY THE LOG."],
        ),
        (
            "its neighbour is wrong",
            &grown,
            &|all| all.change("2026/tile/0/000", |tile| tile[40 * 32] ^= 1),
            &["--log-key", &key],
            1,
            &["does not hold the entry in its place"],
        ),
        (
            "the tile of the old edge is wrong",
            &grown,
            &|all| all.change("2026/tile/0/001", |tile| tile[7] ^= 1),
            &["--log-key", &key],
            1,
            &["was rewritten, or its tiles"],
        ),
        (
            "a short tile",
            &grown,
            &|all| all.change("2026/tile/0/000", |tile| tile.truncate(99)),
            &["--log-key", &key],
            1,
            &["tiles do not hold"],
        ),
        (
            "a long tile",
            &grown,
            &|all| all.change("2026/tile/0/000", |tile| tile.resize(1 << 20, 0)),
            &["--log-key", &key],
            2,
            &["cannot be read"],
        ),
        (
            "no checkpoint",
            &grown,
            &|all| all.remove("2026/checkpoint"),
            &["--log-key", &key],
            2,
            &["checkpoint is not there"],
        ),
        ("no keys", &grown, &|all| all.remove("keys"), &[], 2, &["keys is not there"]),
    ];
    for (what, log, change, more, code, told) in cases {
        publisher.publish(log, 2026);
        change(&publisher);
        let (ended, said) = placet(&[&["verify", &receipt, "--log", &publisher.address], more].concat());
        assert_eq!(ended, Some(code), "{what}: {said}");
        for word in told {
            assert!(said.contains(word), "{what}, {word}: {said}");
        }
        assert_eq!(said.contains("\nGENUINE."), code != 1 && !said.contains("keys is not"), "{what}: {said}");
    }

    // Offline: with a key, without one, with one of another site, with what is no key.
    for (more, code, told) in [
        (&["--log-key", key.as_str()][..], 0, "Signed by the log's key shop.example+"),
        (&[], 0, "note  checkpoint"),
        (&["--log-key", &LogKey::new("other.example", 1).vkey()], 0, "note  checkpoint"),
        (&["--log-key", &LogKey::new(SITE, 2).vkey()], 1, "None of the known keys"),
        (&["--log-key", "/nowhere"], 2, "cannot read the list of keys /nowhere"),
        (&["--log-key", &receipt], 2, "is not a verifier key"),
        (&["--log", "http://127.0.0.1:1"], 2, "cannot be read"),
        (&["--log", "ftp://shop.example"], 2, "beginning with https://"),
    ] {
        let (ended, said) = placet(&[&["verify", &receipt], more].concat());
        assert_eq!(ended, Some(code), "{more:?}: {said}");
        assert!(said.contains(told), "{more:?}: {said}");
    }
}

/// A log whose entry 41 is a line of the audit trail.
fn log_with(size: usize, event: &str) -> TestLog {
    let mut log = TestLog::new(SITE, 2026, 1);
    log.fill(41);
    log.append_line(event);
    log.fill(size - 42);
    log
}

#[test]
fn verify_reads_the_receipt_of_an_erasure() {
    let directory = TempDir::new().unwrap();
    let ids: Vec<String> = (1..=22).map(|number| format!("7b0c2f6e-1d7a-4c54-9a3e-{number:012x}")).collect();
    let about = hash(ids.join("\n").as_bytes());
    let event =
        json!({ "at": RECEIVED, "who": "shopper\u{202e}", "role": null, "what": "receipts.erased", "about": about });
    let event = event.to_string();
    let proof = json::to_text(&log_with(THEN, &event).proof(41, ""));
    let proof: serde_json::Value = serde_json::from_str(&proof).unwrap();
    let kept = |receipts: &[String], log: &serde_json::Value| {
        let path = directory.path().join("erasure.json").display().to_string();
        let device = Device::new(1).thumbprint();
        let told = json!({
            "erased": receipts.len(), "at": RECEIVED, "device": device, "receipts": receipts, "event": event, "log": log,
        });
        fs::write(&path, told.to_string()).unwrap();
        path
    };
    let publisher = Publisher::start();
    let key = LogKey::new(SITE, 1).vkey();
    let (grown, cut, other) = (log_with(NOW, &event), log_with(200, &event), log_with(NOW, "{}"));
    let (all, online) = (kept(&ids, &proof), ["--log", &publisher.address]);
    let known = ["--log-key", &key];
    // the log of today, the arguments, the exit code, words that are told
    for (log, more, code, told) in [
        (&grown, &known[..], 0, &["GENUINE. 22 receipts were erased.", "2026-03-01 00:00:01 UTC", "and 2 more"][..]),
        (&grown, &known, 0, &["Entry 41 of the log shop.example/2026", "shopper\\u{202e}", "  device  ", &ids[0]]),
        (&grown, &[], 0, &["note  checkpoint", "CONSISTENT, BUT NOBODY IS KNOWN TO HAVE SIGNED IT."]),
        (&grown, &[&online[..], &known].concat(), 0, &["ok  today", "has 700 entries", "only grown since"]),
        (&grown, &online, 0, &["note  keys", "ok  today"]),
        (&cut, &[&online[..], &known].concat(), 1, &["was cut or set back", "NOT CONFIRMED BY THE LOG."]),
        (&other, &[&online[..], &known].concat(), 1, &["was rewritten", "NOT CONFIRMED BY THE LOG."]),
        (&grown, &["--log", "http://127.0.0.1:1", known[0], known[1]], 2, &["GENUINE. 22", "cannot be read"]),
    ] {
        publisher.publish(log, 2026);
        let (ended, said) = placet(&[&["verify", &all], more].concat());
        assert_eq!(ended, Some(code), "{more:?}: {said}");
        for word in told {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!said.contains('\u{202e}'), "{said}");
    }
    let (ended, said) = placet(&["verify", &kept(&ids[1..], &proof), known[0], known[1]]);
    assert!(ended == Some(1) && said.contains("NOT GENUINE. The line of the audit trail stands for other"), "{said}");
    let unlogged = kept(&ids, &serde_json::Value::Null);
    let (ended, said) = placet(&[&["verify", &unlogged][..], &online, &known].concat());
    assert!(ended == Some(0) && said.contains("note  log") && said.contains("no place in a log to ask for"), "{said}");
}

#[test]
fn audit_builds_the_log_anew() {
    let directory = TempDir::new().unwrap();
    let (jws, _) = receipt_file(&directory);
    let publisher = Publisher::start();
    let key = LogKey::new(SITE, 1).vkey();
    let grown = log_of(NOW, &jws);
    let short = {
        let mut log = log_of(THEN, &jws);
        log.tree.push(vec![1; 32]);
        log.tree.push([3; 33].to_vec());
        log
    };
    let cases: [(&str, &TestLog, Change<'_>, i32, &[&str]); 12] = [
        (
            "sound",
            &grown,
            &|_| {},
            0,
            &["700 entries in shop.example/2026", "630 of receipts, 70 of the audit trail", "SOUND."],
        ),
        ("one entry", &log_of(1, &jws), &|_| {}, 0, &["1 entries"]),
        ("a full tile", &log_of(256, &jws), &|_| {}, 0, &["256 entries"]),
        ("no entry", &log_of(0, &jws), &|_| {}, 0, &["0 entries"]),
        (
            "a changed entry",
            &grown,
            &|all| all.change("2026/tile/entries/001", |tile| tile[40] ^= 1),
            1,
            &["NOT OK  root", "tile/0/001, tile/1/000.p/2"],
        ),
        (
            "a changed tile",
            &grown,
            &|all| all.change("2026/tile/0/002.p/188", |tile| tile[40] ^= 1),
            1,
            &["NOT OK  tiles", "ok  root"],
        ),
        (
            "a tile that ends early",
            &grown,
            &|all| all.change("2026/tile/entries/001", |tile| tile.truncate(99)),
            1,
            &["tile/entries/001"],
        ),
        ("entries of no kind", &short, &|_| {}, 1, &["300, 301: not an entry that is known"]),
        ("no tile", &grown, &|all| all.remove("2026/tile/1/000.p/2"), 2, &["tile/1/000.p/2 is not there"]),
        (
            "another log's checkpoint",
            &grown,
            &|all| {
                let other = TestLog::new(SITE, 2025, 1).checkpoint();
                all.change("2026/checkpoint", |checkpoint| *checkpoint = other.into());
            },
            1,
            &["that of another log"],
        ),
        (
            "a changed checkpoint",
            &grown,
            &|all| all.change("2026/checkpoint", |checkpoint| checkpoint[20] = b'9'),
            1,
            &["NOT OK  checkpoint"],
        ),
        ("nothing", &grown, &|all| all.remove("2026/checkpoint"), 2, &["there is no log at"]),
    ];
    for (what, log, change, code, told) in cases {
        publisher.publish(log, 2026);
        change(&publisher);
        let (ended, said) = placet(&["audit", "--log", &publisher.address, "--log-key", &key, "--year", "2026"]);
        assert_eq!(ended, Some(code), "{what}: {said}");
        for word in told {
            assert!(said.contains(word), "{what}, {word}: {said}");
        }
    }
}

#[test]
fn audit_remembers_what_it_saw() {
    let directory = TempDir::new().unwrap();
    let (jws, _) = receipt_file(&directory);
    let publisher = Publisher::start();
    let memory = directory.path().join("seen.json").display().to_string();
    let audit = || placet(&["audit", "--log", &publisher.address, "--year", "2026", "--remember", &memory]);
    let rewritten = {
        let mut log = log_of(41, &jws);
        log_of(NOW, &jws).tree.items()[42..].iter().for_each(|entry| log.tree.push(entry.clone()));
        log
    };
    for (what, log, code, told) in [
        ("the first time", log_of(THEN, &jws), 0, "came from the log itself"),
        ("the same", log_of(THEN, &jws), 0, "begins with the 300 entries that were seen before"),
        ("rewritten", rewritten, 1, "was rewritten"),
        ("cut", log_of(THEN - 1, &jws), 1, "was cut or set back"),
        ("grown: what was not sound is not remembered", log_of(NOW, &jws), 0, "begins with the 300"),
        ("grown again", log_of(NOW + 1, &jws), 0, "begins with the 700"),
    ] {
        publisher.publish(&log, 2026);
        let (ended, said) = audit();
        assert_eq!(ended, Some(code), "{what}: {said}");
        assert!(said.contains(told), "{what}, {told}: {said}");
    }
    publisher.remove("2026/checkpoint");
    let (ended, said) = audit();
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains("it is gone"), "{said}");
    fs::write(&memory, "[]").unwrap();
    let (ended, said) = audit();
    assert_eq!(ended, Some(2), "{said}");
    assert!(said.contains("does not hold the checkpoints"), "{said}");
}

/// A real server: what it answers is kept in a receipt file, verified against its log, and the log is audited with its database.
#[test]
fn a_server_stands_by_what_it_answered() {
    let directory = TempDir::new().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::at_a_still_time());
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = server.routes.clone();
    runtime.spawn(async move { axum::serve(listener, routes).await.unwrap() });

    let device = Device::new(1);
    let receipt = |id: u32| device.receipt(id, &notice(), &json!({ "seq": id }));
    let mut answers = Vec::new();
    for batch in (1..=300).map(receipt).collect::<Vec<_>>().chunks(10) {
        let answer = runtime.block_on(server.record(batch));
        assert_eq!(answer.outcomes(), vec!["recorded"; batch.len()]);
        answers.extend(answer.json()["results"].as_array().unwrap().clone());
    }
    let keys = directory.path().join("keys");
    fs::write(&keys, server.app.log.verifiers()).unwrap();
    let keys = keys.display().to_string();
    for place in [0, 9, 10, 255, 256, 299] {
        let answer = &answers[place];
        let file = json!({
            "placet": 1, "receipt": receipt(place as u32 + 1), "jwk": device.header()["jwk"], "notice": NOTICE,
            "acknowledgement": { "id": answer["id"], "receivedAt": answer["receivedAt"], "log": answer["log"] },
        });
        let path = directory.path().join("receipt.json");
        fs::write(&path, file.to_string()).unwrap();
        let (ended, said) = placet(&["verify", &path.display().to_string(), "--log", &address, "--log-key", &keys]);
        assert_eq!(ended, Some(0), "{said}");
        for told in [
            &*format!("Entry {place} of the log shop.example/2026"),
            "ok  checkpoint",
            "The log has 300 entries",
            "only grown since",
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        assert!(!said.contains("  note"), "{said}");
    }

    let database = format!("sqlite:{}", database(server.directory()));
    let audit = || placet(&["audit", "--log", &address, "--log-key", &keys, "--database", &database]);
    let change = |sql: &'static str| {
        runtime.block_on(async {
            let pool = server.look().await;
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        });
    };
    // what is done to the database, the exit code, words that are told
    for (sql, code, told) in [
        ("SELECT 1", 0, "300 are kept unchanged, 0 were erased"),
        (
            "INSERT INTO audit_waiting (place, event) SELECT 1, '{\"at\":1,\"who\":\"shopper\",\"role\":null,\"what\":\"receipts.erased\",
             \"about\":null,\"receipts\":1}'",
            0,
            "0 receipts are gone, and the audit trail tells of 1",
        ),
        ("DELETE FROM receipts WHERE entry = 4", 0, "299 are kept unchanged, 1 were erased"),
        (
            "DELETE FROM receipts WHERE entry = 256",
            1,
            "2 receipts are gone, and the audit trail tells of 1: the others are missing",
        ),
        ("UPDATE receipts SET jws = zeroblob(length(jws)) WHERE entry = 7", 1, "7: not what the entry stands for"),
        (
            "UPDATE receipts SET envelope = (SELECT envelope FROM receipts WHERE entry = 298) WHERE entry = 299",
            1,
            "7, 299: not what the entry stands for",
        ),
        ("UPDATE receipts SET salt = zeroblob(32) WHERE entry = 8", 1, "7, 8, 299: not what the entry stands for"),
    ] {
        change(sql);
        let (ended, said) = audit();
        assert_eq!(ended, Some(code), "{sql}: {said}");
        assert!(said.contains(told), "{sql}: {said}");
    }
    let other = directory.path().join("other.master");
    fs::write(&other, "not a master key").unwrap();
    let (ended, said) =
        placet(&["audit", "--log", &address, "--database", &database, "--master-key", &other.display().to_string()]);
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains("cannot use the master key"), "{said}");
    let (ended, said) = placet(&["audit", "--log", &address, "--database", "sqlite:/nowhere/placet.db"]);
    assert_eq!(ended, Some(1), "{said}");
    assert!(said.contains("cannot use the database"), "{said}");
    runtime.block_on(server.app.stop());
}
